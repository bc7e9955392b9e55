/* train/vectors - word vectors from raw news text, for the tagger's network.
 *
 *     vectors DIMENSIONS COUNT_MIN OUT.tsv FILE...
 *
 * Words that stand in the same places get vectors that lie together. The matrix holds, for each word, the
 * positive pointwise mutual information with the words one and two places before and behind it, each place in
 * columns of its own, over the most frequent words as neighbours; counts of neighbours to the power 0.75
 * (Levy, Goldberg & Dagan 2015), rare pairs discounted (Pantel & Lin 2002). Its truncated singular value
 * decomposition is found by randomised subspace iteration (Halko, Martinsson & Tropp 2011); columns are
 * scaled by the square roots of the singular values. Written as whole numbers, the mean vector 0.3 x
 * sqrt(DIMENSIONS) x 64 long. The same input gives the same vectors. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "news_words.h"
#include "random.h"

enum { NEIGHBOURS_MAX = 20000, SPARE_COLUMNS = 16, ITERATIONS = 4, WIDTH_MAX = 128, UNIT = 64 };

static const struct {
    int offset;
    float weight;
} places[] = {{-1, 1.0F}, {1, 1.0F}, {-2, 0.7F}, {2, 0.7F}};
enum { PLACES = sizeof places / sizeof *places };

/* Rows of columns and values. */
struct sparse {
    uint32_t rows, columns;
    size_t *begin; /* rows + 1 */
    uint32_t *column;
    float *value;
    size_t count, capacity;
};

/* Rows of `width` numbers each. */
struct dense {
    uint32_t rows, width;
    float *numbers;
};

/* ---- the matrix ---------------------------------------------------------------------------- */

/* Neighbours of every word at one place: those of word w are neighbour[begin[w]] to neighbour[begin[w + 1] -
 * 1]. */
struct pairs {
    size_t *begin;
    uint32_t *neighbour;
};

/* The neighbour that counts for the token at `i`, or -1. Further away than the next token, none counts beyond
 * the sentence. */
static int64_t neighbour_of(const struct cd_news_words *text, size_t i, int offset)
{
    int64_t at = (int64_t)i + offset;
    if (at < 0 || at >= (int64_t)text->token_count || text->tokens[i] < CD_NEWS_FIRST_WORD)
        return -1;
    uint32_t neighbour = text->tokens[at], between = text->tokens[(int64_t)i + offset / 2];
    bool beyond = abs(offset) == 2 && (between == CD_NEWS_BOUNDARY || neighbour == CD_NEWS_BOUNDARY);
    return beyond || neighbour == CD_NEWS_RARE || neighbour >= NEIGHBOURS_MAX ? -1 : (int64_t)neighbour;
}

static struct pairs find_pairs(const struct cd_news_words *text, int offset)
{
    struct pairs pairs = {.begin = cd_must(calloc(text->id_count + 2, sizeof(size_t)))};
    for (size_t i = 0; i < text->token_count; i++)
        if (neighbour_of(text, i, offset) >= 0)
            pairs.begin[text->tokens[i] + 2]++;
    for (uint32_t w = 2; w < text->id_count + 2; w++)
        pairs.begin[w] += pairs.begin[w - 1];
    pairs.neighbour = cd_must(calloc(pairs.begin[text->id_count + 1] + 1, sizeof(uint32_t)));
    for (size_t i = 0; i < text->token_count; i++) { /* begin[w + 1] runs from the row's begin to its end */
        int64_t neighbour = neighbour_of(text, i, offset);
        if (neighbour >= 0)
            pairs.neighbour[pairs.begin[text->tokens[i] + 1]++] = (uint32_t)neighbour;
    }
    return pairs;
}

static void append(struct sparse *m, uint32_t column, float value)
{
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 1 << 20;
        m->column = cd_must(realloc(m->column, m->capacity * sizeof *m->column));
        m->value = cd_must(realloc(m->value, m->capacity * sizeof *m->value));
    }
    m->column[m->count] = column;
    m->value[m->count++] = value;
}

static float information(double together, double word, double neighbour, double smoothed, double all_smoothed)
{
    double pmi = log(together * all_smoothed / (word * smoothed));
    double rarer = word < neighbour ? word : neighbour;
    return (float)(pmi * together / (together + 1) * rarer / (rarer + 1));
}

/* The counts of one place as rows of information. */
static struct sparse weigh_pairs(const struct cd_news_words *text, const struct pairs *pairs, float weight)
{
    struct sparse m = {.rows = text->id_count, .columns = NEIGHBOURS_MAX};
    uint32_t *together = cd_must(calloc(NEIGHBOURS_MAX, sizeof *together)), met[NEIGHBOURS_MAX];
    double *neighbours = cd_must(calloc(NEIGHBOURS_MAX, sizeof *neighbours)), all_smoothed = 0;
    m.begin = cd_must(calloc(text->id_count + 1, sizeof *m.begin));
    for (size_t i = 0; i < pairs->begin[text->id_count]; i++)
        neighbours[pairs->neighbour[i]]++;
    for (uint32_t n = 0; n < NEIGHBOURS_MAX; n++)
        all_smoothed += pow(neighbours[n], 0.75);
    for (uint32_t w = 0; w < text->id_count; w++) {
        uint32_t met_count = 0;
        double word = (double)(pairs->begin[w + 1] - pairs->begin[w]);
        for (size_t i = pairs->begin[w]; i < pairs->begin[w + 1]; i++)
            if (together[pairs->neighbour[i]]++ == 0)
                met[met_count++] = pairs->neighbour[i];
        for (uint32_t i = 0; i < met_count; i++) {
            double of_neighbour = neighbours[met[i]];
            float value =
                information(together[met[i]], word, of_neighbour, pow(of_neighbour, 0.75), all_smoothed);
            if (value > 0)
                append(&m, met[i], value * weight);
            together[met[i]] = 0;
        }
        m.begin[w + 1] = m.count;
    }
    free(together);
    free(neighbours);
    return m;
}

/* ---- linear algebra ------------------------------------------------------------------------ */

static struct dense new_dense(uint32_t rows, uint32_t width)
{
    return (struct dense){rows, width, cd_must(calloc((size_t)rows * width + 1, sizeof(float)))};
}

static float *row_of(const struct dense *d, uint32_t row)
{
    return d->numbers + (size_t)row * d->width;
}

static void add_scaled(float *restrict sum, float factor, const float *restrict row, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++)
        sum[i] += factor * row[i];
}

/* out = the places' matrices side by side x `right`. */
static void multiply(const struct sparse matrices[PLACES], const struct dense *right, struct dense *out)
{
    memset(out->numbers, 0, (size_t)out->rows * out->width * sizeof(float));
    for (uint32_t w = 0; w < out->rows; w++)
        for (uint32_t p = 0; p < PLACES; p++)
            for (size_t i = matrices[p].begin[w]; i < matrices[p].begin[w + 1]; i++)
                add_scaled(row_of(out, w), matrices[p].value[i],
                           row_of(right, p * NEIGHBOURS_MAX + matrices[p].column[i]), out->width);
}

/* out = the same, transposed, x `right`. */
static void multiply_transposed(const struct sparse matrices[PLACES], const struct dense *right,
                                struct dense *out)
{
    memset(out->numbers, 0, (size_t)out->rows * out->width * sizeof(float));
    for (uint32_t w = 0; w < right->rows; w++)
        for (uint32_t p = 0; p < PLACES; p++)
            for (size_t i = matrices[p].begin[w]; i < matrices[p].begin[w + 1]; i++)
                add_scaled(row_of(out, p * NEIGHBOURS_MAX + matrices[p].column[i]), matrices[p].value[i],
                           row_of(right, w), out->width);
}

/* The products of all pairs of columns. */
static void compute_gram(const struct dense *d, double gram[WIDTH_MAX][WIDTH_MAX])
{
    memset(gram, 0, sizeof(double[WIDTH_MAX][WIDTH_MAX]));
    for (uint32_t r = 0; r < d->rows; r++) {
        const float *row = row_of(d, r);
        for (uint32_t i = 0; i < d->width; i++)
            for (uint32_t j = 0; j < d->width; j++)
                gram[i][j] += (double)row[i] * row[j];
    }
}

/* In place: gram = L x its transpose. */
static void decompose(double gram[WIDTH_MAX][WIDTH_MAX], uint32_t width)
{
    for (uint32_t j = 0; j < width; j++)
        for (uint32_t i = j; i < width; i++) {
            double sum = gram[i][j];
            for (uint32_t k = 0; k < j; k++)
                sum -= gram[i][k] * gram[j][k];
            gram[i][j] = i == j ? sqrt(sum > 1e-12 ? sum : 1e-12) : sum / gram[j][j];
        }
}

/* Make the columns orthonormal (CholeskyQR; twice is as good as Householder: Yamamoto et al. 2015). */
static void make_orthonormal(struct dense *d)
{
    static double gram[WIDTH_MAX][WIDTH_MAX];
    for (unsigned round = 0; round < 2; round++) {
        compute_gram(d, gram);
        decompose(gram, d->width);
        for (uint32_t r = 0; r < d->rows; r++) {
            float *row = row_of(d, r);
            for (uint32_t i = 0; i < d->width; i++) {
                double value = row[i];
                for (uint32_t k = 0; k < i; k++)
                    value -= gram[i][k] * row[k];
                row[i] = (float)(value / gram[i][i]);
            }
        }
    }
}

static void rotate(double m[WIDTH_MAX][WIDTH_MAX], double vectors[WIDTH_MAX][WIDTH_MAX], uint32_t width,
                   uint32_t p, uint32_t q)
{
    double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (uint32_t k = 0; k < width; k++) {
        double kp = m[k][p], kq = m[k][q];
        m[k][p] = c * kp - s * kq;
        m[k][q] = s * kp + c * kq;
    }
    for (uint32_t k = 0; k < width; k++) {
        double pk = m[p][k], qk = m[q][k];
        m[p][k] = c * pk - s * qk;
        m[q][k] = s * pk + c * qk;
        double vp = vectors[k][p], vq = vectors[k][q];
        vectors[k][p] = c * vp - s * vq;
        vectors[k][q] = s * vp + c * vq;
    }
}

/* Eigenvalues on the diagonal of m, eigenvectors in columns (Jacobi). */
static void diagonalise(double m[WIDTH_MAX][WIDTH_MAX], double vectors[WIDTH_MAX][WIDTH_MAX], uint32_t width)
{
    enum { SWEEPS = 30 };
    for (uint32_t i = 0; i < width; i++)
        for (uint32_t j = 0; j < width; j++)
            vectors[i][j] = i == j;
    for (unsigned sweep = 0; sweep < SWEEPS; sweep++)
        for (uint32_t p = 0; p < width; p++)
            for (uint32_t q = p + 1; q < width; q++)
                if (fabs(m[p][q]) > 1e-12 * sqrt(fabs(m[p][p] * m[q][q])))
                    rotate(m, vectors, width, p, q);
}

/* ---- vectors ------------------------------------------------------------------------------- */

static void fill_at_random(struct dense *d)
{
    uint64_t random = 20240320;
    for (size_t i = 0; i < (size_t)d->rows * d->width; i++)
        d->numbers[i] = cd_next_random_float(&random);
}

/* The largest `dimensions` of the eigenvectors of `gram`, scaled, as the columns of `turn`. */
static void choose_directions(double gram[WIDTH_MAX][WIDTH_MAX], uint32_t width, uint32_t dimensions,
                              double turn[WIDTH_MAX][WIDTH_MAX])
{
    static double vectors[WIDTH_MAX][WIDTH_MAX];
    bool taken[WIDTH_MAX] = {false};
    diagonalise(gram, vectors, width);
    for (uint32_t d = 0; d < dimensions; d++) {
        uint32_t best = WIDTH_MAX;
        for (uint32_t i = 0; i < width; i++)
            if (!taken[i] && (best == WIDTH_MAX || gram[i][i] > gram[best][best]))
                best = i;
        taken[best] = true;
        double scale =
            pow(gram[best][best] > 0 ? gram[best][best] : 0, 0.25); /* root of the singular value */
        for (uint32_t i = 0; i < width; i++)
            turn[i][d] = vectors[i][best] * scale;
    }
}

static struct dense find_vectors(const struct sparse matrices[PLACES], uint32_t rows, uint32_t dimensions)
{
    static double gram[WIDTH_MAX][WIDTH_MAX], turn[WIDTH_MAX][WIDTH_MAX];
    uint32_t width = dimensions + SPARE_COLUMNS;
    struct dense columns = new_dense(PLACES * NEIGHBOURS_MAX, width), basis = new_dense(rows, width),
                 vectors = new_dense(rows, dimensions);
    fill_at_random(&columns);
    multiply(matrices, &columns, &basis);
    for (unsigned i = 0; i < ITERATIONS; i++) {
        make_orthonormal(&basis);
        multiply_transposed(matrices, &basis, &columns);
        make_orthonormal(&columns);
        multiply(matrices, &columns, &basis);
    }
    make_orthonormal(&basis);
    multiply_transposed(matrices, &basis, &columns);
    compute_gram(&columns, gram);
    choose_directions(gram, width, dimensions, turn);
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t i = 0; i < width; i++)
            for (uint32_t d = 0; d < dimensions; d++)
                row_of(&vectors, r)[d] += (float)(row_of(&basis, r)[i] * turn[i][d]);
    free(columns.numbers);
    free(basis.numbers);
    return vectors;
}

static int write_vectors(const struct cd_news_words *text, const struct dense *vectors, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return 1;
    }
    double lengths = 0;
    for (uint32_t w = CD_NEWS_FIRST_WORD; w < text->id_count; w++) {
        double square = 0;
        for (uint32_t d = 0; d < vectors->width; d++)
            square += (double)row_of(vectors, w)[d] * row_of(vectors, w)[d];
        lengths += sqrt(square);
    }
    double unit =
        lengths / (text->id_count - CD_NEWS_FIRST_WORD + 1e-9) / (0.3 * sqrt(vectors->width) * UNIT);
    for (uint32_t w = CD_NEWS_FIRST_WORD; w < text->id_count; w++) {
        fputs(text->by_id[w - CD_NEWS_FIRST_WORD]->text, out);
        for (uint32_t d = 0; d < vectors->width; d++) {
            long q = unit > 0 ? lrint(row_of(vectors, w)[d] / unit) : 0;
            fprintf(out, "%c%ld", d ? ' ' : '\t', q > 127 ? 127 : q < -127 ? -127 : q);
        }
        fputc('\n', out);
    }
    return fclose(out) != 0;
}

int main(int argc, char **argv)
{
    uint32_t dimensions = argc < 5 ? 0 : cd_positive_number(argv[1]),
             count_min = argc < 5 ? 0 : cd_positive_number(argv[2]);
    if (!dimensions || !count_min || dimensions > WIDTH_MAX - SPARE_COLUMNS) {
        fprintf(stderr, "usage: vectors DIMENSIONS COUNT_MIN OUT.tsv FILE...   (at most %d dimensions)\n",
                WIDTH_MAX - SPARE_COLUMNS);
        return 2;
    }
    struct cd_news_words text; /* lives as long as the program, as the matrices */
    struct cd_error error;
    if (cd_news_words_read(argv + 4, argc - 4, count_min, &text, &error) != CD_OK) {
        fprintf(stderr, "vectors: %s: %s\n", error.where, error.message);
        return 1;
    }
    struct sparse matrices[PLACES];
    for (unsigned p = 0; p < PLACES; p++) {
        struct pairs pairs = find_pairs(&text, places[p].offset);
        matrices[p] = weigh_pairs(&text, &pairs, places[p].weight);
        free(pairs.begin);
        free(pairs.neighbour);
        printf("%d: %zu of information\n", places[p].offset, matrices[p].count);
        fflush(stdout);
    }
    struct dense vectors = find_vectors(matrices, text.id_count, dimensions);
    return write_vectors(&text, &vectors, argv[3]);
}
