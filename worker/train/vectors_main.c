/* train/vectors - word vectors from raw news text, for the tagger's network.
 *
 *     vectors DIMENSIONS COUNT_MIN OUT.tsv FILE...
 *
 * Words that stand in the same places get vectors that point the same way. A word's row says what stands one
 * and two places before and behind it, each place a block of columns over the most frequent words: positive
 * pointwise mutual information, with the contexts' counts to the power 0.75 (Levy, Goldberg & Dagan 2015) and
 * a discount for rare counts (Pantel & Lin 2002). The vectors are the rows of its truncated singular value
 * decomposition, found by subspace iteration from a random start (Halko, Martinsson & Tropp 2011), each
 * column times the square root of its singular value (Levy, Goldberg & Dagan 2015).
 *
 * OUT.tsv has a line for each word seen COUNT_MIN times, by falling count: WORD <tab> DIMENSIONS numbers from
 * -127 to 127, one blank between them. The same program, machine and input give the same vectors. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "news_words.h"
#include "program.h"

enum { CONTEXT_WORDS = 20000, PLACES = 4, OVERSAMPLING = 16, ITERATIONS = 4, JACOBI_SWEEPS_MAX = 60 };

static const struct {
    int offset;
    double weight;
} places[PLACES] = {{-1, 1.0}, {1, 1.0}, {-2, 0.7}, {2, 0.7}};

/* Numbers of the vectors: one is 64 steps, the mean length is 0.3 x the root of the dimensions. */
static const double STEPS = 64.0, MEAN_LENGTH = 0.3, CONTEXT_POWER = 0.75;

/* ---- words and their contexts -------------------------------------------------------------- */

/* What stands at one place, or at all: rows of words, columns of contexts. */
struct sparse {
    uint32_t rows, columns;
    size_t *begin;    /* [rows + 1] where the row begins */
    uint32_t *column; /* [begin[rows]] */
    float *value;     /* [begin[rows]] */
};

/* Counts of one place. Only the words themselves have rows, and only frequent words and boundaries are
 * contexts. */
struct place {
    struct cd_news_neighbours neighbours;
    double *word_sum;    /* [word_ids] */
    double *context_sum; /* [context_words] to the power CONTEXT_POWER */
    double total;        /* of context_sum */
    double weight;
};

static bool is_context(uint32_t id, uint32_t context_words)
{
    return id < context_words && id != CD_NEWS_RARE;
}

static struct place count_place(const struct cd_news_words *words, uint32_t context_words, int which)
{
    struct place place = {
        .neighbours = cd_news_neighbours_count(words, places[which].offset),
        .word_sum = cd_must(calloc(words->word_ids, sizeof(double))),
        .context_sum = cd_must(calloc(context_words, sizeof(double))),
        .weight = places[which].weight,
    };
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < words->word_ids; word++)
        for (size_t i = place.neighbours.begin[word]; i < place.neighbours.begin[word + 1]; i++)
            if (is_context(place.neighbours.word[i], context_words)) {
                place.word_sum[word] += place.neighbours.count[i];
                place.context_sum[place.neighbours.word[i]] += place.neighbours.count[i];
            }
    for (uint32_t context = 0; context < context_words; context++) {
        place.context_sum[context] = pow(place.context_sum[context], CONTEXT_POWER);
        place.total += place.context_sum[context];
    }
    return place;
}

static void free_place(struct place *place)
{
    cd_news_neighbours_free(&place->neighbours);
    free(place->word_sum);
    free(place->context_sum);
}

/* How much more often the two stand together than by chance: the logarithm, less what rare counts may owe to
 * luck. */
static double association(const struct place *place, uint32_t word, uint32_t context, double count)
{
    double of_word = place->word_sum[word], of_context = place->context_sum[context];
    double rarer = fmin(of_word, of_context);
    return log(count * place->total / (of_word * of_context)) * (count / (count + 1)) * (rarer / (rarer + 1));
}

/* Append what the place says of the word to the matrix, in the place's block of columns. */
static void append_row(struct sparse *matrix, size_t *at, const struct place *place, uint32_t word,
                       uint32_t first_column)
{
    uint32_t context_words = matrix->columns / PLACES;
    for (size_t i = place->neighbours.begin[word]; i < place->neighbours.begin[word + 1]; i++) {
        uint32_t context = place->neighbours.word[i];
        if (!is_context(context, context_words))
            continue;
        double value = association(place, word, context, place->neighbours.count[i]);
        if (value <= 0)
            continue;
        matrix->column[*at] = first_column + context;
        matrix->value[(*at)++] = (float)(value * place->weight);
    }
}

static struct sparse build_matrix(const struct cd_news_words *words)
{
    uint32_t context_words = words->word_ids < CONTEXT_WORDS ? words->word_ids : CONTEXT_WORDS;
    struct place counted[PLACES];
    size_t room = 1, at = 0;
    for (int which = 0; which < PLACES; which++) {
        counted[which] = count_place(words, context_words, which);
        room += counted[which].neighbours.begin[words->word_ids];
    }
    struct sparse matrix = {words->word_ids, PLACES * context_words,
                            cd_must(calloc(words->word_ids + 1, sizeof(size_t))),
                            cd_must(calloc(room, sizeof(uint32_t))), cd_must(calloc(room, sizeof(float)))};
    for (uint32_t word = 0; word < words->word_ids; word++) {
        for (uint32_t which = 0; which < PLACES && word >= CD_NEWS_FIRST_WORD; which++)
            append_row(&matrix, &at, &counted[which], word, which * context_words);
        matrix.begin[word + 1] = at;
    }
    for (int which = 0; which < PLACES; which++)
        free_place(&counted[which]);
    return matrix;
}

static void free_sparse(struct sparse *matrix)
{
    free(matrix->begin);
    free(matrix->column);
    free(matrix->value);
}

/* ---- dense blocks: rows of `width` numbers, one after the other ------------------------------ */

struct block {
    uint32_t rows, width;
    float *value; /* [rows][width] */
};

static struct block new_block(uint32_t rows, uint32_t width)
{
    return (struct block){rows, width, cd_must(calloc((size_t)rows * width + 1, sizeof(float)))};
}

static void add_scaled(float *restrict to, const float *restrict from, float scale, uint32_t width)
{
    for (uint32_t k = 0; k < width; k++)
        to[k] += scale * from[k];
}

/* out = matrix x in */
static void multiply(const struct sparse *matrix, const struct block *in, struct block *out)
{
    memset(out->value, 0, (size_t)out->rows * out->width * sizeof(float));
    for (uint32_t row = 0; row < matrix->rows; row++)
        for (size_t i = matrix->begin[row]; i < matrix->begin[row + 1]; i++)
            add_scaled(out->value + (size_t)row * out->width,
                       in->value + (size_t)matrix->column[i] * in->width, matrix->value[i], in->width);
}

/* out = transposed matrix x in */
static void multiply_transposed(const struct sparse *matrix, const struct block *in, struct block *out)
{
    memset(out->value, 0, (size_t)out->rows * out->width * sizeof(float));
    for (uint32_t row = 0; row < matrix->rows; row++)
        for (size_t i = matrix->begin[row]; i < matrix->begin[row + 1]; i++)
            add_scaled(out->value + (size_t)matrix->column[i] * out->width,
                       in->value + (size_t)row * in->width, matrix->value[i], in->width);
}

/* to[j][i] = from[i][j] */
static void transpose(const float *from, uint32_t rows, uint32_t width, float *to)
{
    for (uint32_t row = 0; row < rows; row++)
        for (uint32_t k = 0; k < width; k++)
            to[(size_t)k * rows + row] = from[(size_t)row * width + k];
}

static double dot(const float *a, const float *b, uint32_t length)
{
    double sum = 0;
    for (uint32_t i = 0; i < length; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

/* Gram and Schmidt, twice over, for once leaves the rounding of near columns. A column that the others make
 * up becomes 0. */
static void orthonormalise(struct block *block)
{
    uint32_t rows = block->rows;
    float *columns = cd_must(calloc((size_t)rows * block->width + 1, sizeof *columns));
    transpose(block->value, rows, block->width, columns);
    for (uint32_t k = 0; k < block->width; k++) {
        float *column = columns + (size_t)k * rows;
        double before = sqrt(dot(column, column, rows));
        for (int pass = 0; pass < 2; pass++)
            for (uint32_t j = 0; j < k; j++) {
                const float *other = columns + (size_t)j * rows;
                add_scaled(column, other, (float)-dot(column, other, rows), rows);
            }
        double length = sqrt(dot(column, column, rows));
        float scale = length > 1e-6 * before ? (float)(1 / length) : 0;
        for (uint32_t i = 0; i < rows; i++)
            column[i] *= scale;
    }
    transpose(columns, block->width, rows, block->value);
    free(columns);
}

/* Numbers from -1 to 1, the same in every run (xorshift64*, Vigna 2016). */
static void fill_randomly(struct block *block)
{
    uint64_t state = 0x9e3779b97f4a7c15U;
    for (size_t i = 0; i < (size_t)block->rows * block->width; i++) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        block->value[i] = (float)((double)(state * 0x2545f4914f6cdd1dU >> 11) * 0x1p-52 - 1);
    }
}

/* ---- singular vectors ---------------------------------------------------------------------- */

/* Turn rows p and q of a symmetric matrix [n][n] so that its element p,q becomes 0, and the rows of the
 * turned base with it. */
static void rotate(double *matrix, double *base, uint32_t n, uint32_t p, uint32_t q)
{
    double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * matrix[p * n + q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (uint32_t k = 0; k < n; k++) {
        double of_p = matrix[k * n + p], of_q = matrix[k * n + q];
        matrix[k * n + p] = c * of_p - s * of_q;
        matrix[k * n + q] = s * of_p + c * of_q;
    }
    for (uint32_t k = 0; k < n; k++) {
        double of_p = matrix[p * n + k], of_q = matrix[q * n + k];
        matrix[p * n + k] = c * of_p - s * of_q;
        matrix[q * n + k] = s * of_p + c * of_q;
        of_p = base[p * n + k], of_q = base[q * n + k];
        base[p * n + k] = c * of_p - s * of_q;
        base[q * n + k] = s * of_p + c * of_q;
    }
}

/* The eigenvalues of a symmetric matrix [n][n] into its diagonal, its eigenvectors into the rows of `base`,
 * by Jacobi's rotations, in no order. */
static void eigenvectors(double *matrix, double *base, uint32_t n)
{
    double trace = 0;
    for (uint32_t i = 0; i < n; i++) {
        trace += matrix[i * n + i];
        base[i * n + i] = 1;
    }
    bool turned = true;
    for (int sweep = 0; sweep < JACOBI_SWEEPS_MAX && turned; sweep++) {
        turned = false;
        for (uint32_t p = 0; p + 1 < n; p++)
            for (uint32_t q = p + 1; q < n; q++)
                if (fabs(matrix[p * n + q]) > 1e-14 * trace) {
                    rotate(matrix, base, n, p, q);
                    turned = true;
                }
    }
}

/* The products of a block's columns with each other, [width][width]. */
static double *products(const struct block *block)
{
    uint32_t n = block->width;
    float *columns = cd_must(calloc((size_t)block->rows * n + 1, sizeof *columns));
    double *product = cd_must(calloc((size_t)n * n, sizeof *product));
    transpose(block->value, block->rows, n, columns);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j <= i; j++)
            product[i * n + j] = product[j * n + i] =
                dot(columns + (size_t)i * block->rows, columns + (size_t)j * block->rows, block->rows);
    free(columns);
    return product;
}

/* The index of the largest on the diagonal that is not yet taken. */
static uint32_t next_largest(const double *matrix, uint32_t n, bool *taken)
{
    uint32_t best = n;
    for (uint32_t i = 0; i < n; i++)
        if (!taken[i] && (best == n || matrix[i * n + i] > matrix[best * n + best]))
            best = i;
    taken[best] = true;
    return best;
}

/* The vectors: left singular vectors of the largest singular values, each times its value's root. `left` has
 * an orthonormal base of the words' space, `right` the transposed matrix times it. */
static struct block turn_to_vectors(const struct block *left, const struct block *right, uint32_t dimensions)
{
    uint32_t n = left->width;
    double *square = products(right), *base = cd_must(calloc((size_t)n * n, sizeof *base));
    bool *taken = cd_must(calloc(n, sizeof *taken));
    struct block vectors = new_block(left->rows, dimensions);
    eigenvectors(square, base, n);
    for (uint32_t d = 0; d < dimensions; d++) {
        uint32_t which = next_largest(square, n, taken);
        double scale =
            pow(fmax(square[which * n + which], 0), 0.25); /* they are squares of singular values */
        for (uint32_t row = 0; row < left->rows; row++) {
            double sum = 0;
            for (uint32_t k = 0; k < n; k++)
                sum += left->value[(size_t)row * n + k] * base[which * n + k];
            vectors.value[(size_t)row * dimensions + d] = (float)(sum * scale);
        }
    }
    free(square);
    free(base);
    free(taken);
    return vectors;
}

static struct block find_vectors(const struct sparse *matrix, uint32_t dimensions)
{
    struct block left = new_block(matrix->rows, dimensions + OVERSAMPLING);
    struct block right = new_block(matrix->columns, dimensions + OVERSAMPLING);
    fill_randomly(&right);
    multiply(matrix, &right, &left);
    for (int i = 0; i < ITERATIONS; i++) {
        orthonormalise(&left);
        multiply_transposed(matrix, &left, &right);
        orthonormalise(&right);
        multiply(matrix, &right, &left);
    }
    orthonormalise(&left);
    multiply_transposed(matrix, &left, &right);
    struct block vectors = turn_to_vectors(&left, &right, dimensions);
    free(left.value);
    free(right.value);
    return vectors;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* What the vectors are multiplied with before they are rounded. */
static double steps_of(const struct block *vectors)
{
    double sum = 0;
    for (uint32_t row = CD_NEWS_FIRST_WORD; row < vectors->rows; row++) {
        const float *vector = vectors->value + (size_t)row * vectors->width;
        sum += sqrt(dot(vector, vector, vectors->width));
    }
    double mean = sum / fmax(1, vectors->rows - CD_NEWS_FIRST_WORD);
    return mean > 0 ? STEPS * MEAN_LENGTH * sqrt(vectors->width) / mean : 0;
}

static int write_vectors(const struct cd_news_words *words, const struct block *vectors, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return 1;
    }
    double steps = steps_of(vectors);
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < words->word_ids; word++) {
        fputs(words->text[word], out);
        for (uint32_t d = 0; d < vectors->width; d++) {
            double value = nearbyint(vectors->value[(size_t)word * vectors->width + d] * steps);
            fprintf(out, "%c%d", d ? ' ' : '\t', (int)fmax(-127, fmin(127, value)));
        }
        fputc('\n', out);
    }
    return fclose(out) != 0;
}

int main(int argc, char **argv)
{
    uint32_t dimensions = argc < 5 ? 0 : cd_positive(argv[1]),
             count_min = argc < 5 ? 0 : cd_positive(argv[2]);
    if (!dimensions || !count_min) {
        fprintf(stderr, "usage: vectors DIMENSIONS COUNT_MIN OUT.tsv FILE...\n");
        return 2;
    }
    struct cd_news_words words;
    struct cd_error error;
    if (cd_news_words_read(argv + 4, argc - 4, count_min, &words, &error) != CD_OK) {
        fprintf(stderr, "vectors: %s: %s\n", error.where, error.message);
        cd_news_words_free(&words);
        return 1;
    }
    printf("%zu tokens, %u words of %u\n", words.token_count, words.word_ids - CD_NEWS_FIRST_WORD,
           words.seen);
    struct sparse matrix = build_matrix(&words);
    printf("%u contexts, %zu associations\n", matrix.columns, matrix.begin[matrix.rows]);
    fflush(stdout);
    struct block vectors = find_vectors(&matrix, dimensions);
    free_sparse(&matrix);
    int failed = write_vectors(&words, &vectors, argv[3]);
    free(vectors.value);
    cd_news_words_free(&words);
    return failed;
}
