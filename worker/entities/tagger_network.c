#include "tagger_network.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "byte_sums.h"

/* What goes in and its weights stay below these, so that no sum of their products leaves 32 bits. */
enum { INPUT_MOST = 4095, WEIGHT_MOST = 4095, HIDDEN_MOST = 8191, OUT_MOST = 2047, INPUT_UNITS = 512 };
_Static_assert((int64_t)INPUT_MOST *WEIGHT_MOST *CD_NETWORK_INPUTS <= INT32_MAX, "sums of products fit");
_Static_assert((int64_t)HIDDEN_MOST *OUT_MOST *CD_NETWORK_HIDDEN <= INT32_MAX, "sums of products fit");

/* ---- tables -------------------------------------------------------------------------------- */

/* Numbers of a size that sums can hold; no trained network comes near it. */
static bool is_sound(const struct cd_tagger_network *network)
{
    const float *numbers = (const float *)network;
    for (size_t i = 0; i < sizeof *network / sizeof *numbers; i++)
        if (!(fabsf(numbers[i]) <= (float)CD_NETWORK_NUMBER_MOST))
            return false;
    return true;
}

/* The unit in which the largest of the weights is `most`. */
static float unit_of(const float *weights, size_t count, int most)
{
    float largest = 1e-6F;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(weights[i]));
    return largest / (float)most;
}

/* Weights of inputs (rows) for `width` outputs, from the output `first` on. */
static void pair_up(const float *weights, unsigned inputs, unsigned width, unsigned first, float unit,
                    cd_weight_pairs *pairs)
{
    for (unsigned i = 0; i < inputs; i++)
        for (unsigned o = 0; o < CD_NETWORK_PART; o++)
            pairs[i / 2][o][i % 2] = (int16_t)lrintf(weights[i * width + first + o] / unit);
}

void cd_network_tables_fill(const struct cd_tagger_network *network, float vector_scale,
                            struct cd_network_tables *tables)
{
    const float *window = &network->window[0][0][0], *context = &network->context[0][0],
                *out = &network->out[0][0];
    float window_unit = unit_of(window, sizeof network->window / sizeof *window, WEIGHT_MOST),
          context_unit = unit_of(context, sizeof network->context / sizeof *context, WEIGHT_MOST),
          out_unit = unit_of(out, sizeof network->out / sizeof *out, OUT_MOST);
    for (unsigned part = 0; part < CD_NETWORK_PARTS; part++) {
        unsigned first = part * CD_NETWORK_PART;
        for (unsigned place = 0; place < CD_NETWORK_PLACES; place++)
            pair_up(&network->window[place][0][0], CD_NETWORK_INPUTS, CD_NETWORK_HIDDEN, first, window_unit,
                    tables->window[place][part]);
        pair_up(context, CD_FEATURE_VECTOR, CD_NETWORK_HIDDEN, first, context_unit, tables->context[part]);
    }
    pair_up(out, CD_NETWORK_HIDDEN, CD_LABELS, 0, out_unit, tables->out);
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        tables->bias[h] = network->bias[h] * CD_NETWORK_UNIT;
    tables->input_unit = vector_scale * INPUT_UNITS;
    tables->window_factor = window_unit * CD_WORD_HIDDEN_UNIT / INPUT_UNITS;
    tables->context_factor = context_unit * vector_scale * CD_NETWORK_UNIT;
    tables->out_factor = out_unit / CD_NETWORK_UNIT;
}

enum cd_status cd_network_tables_open(const struct cd_model_file *file, const char *name, float vector_scale,
                                      struct cd_network_tables *tables, struct cd_error *error)
{
    struct cd_slice section;
    enum cd_status status = cd_model_section(file, name, sizeof(struct cd_tagger_network), &section, error);
    if (status != CD_OK)
        return status;
    const struct cd_tagger_network *network = (const struct cd_tagger_network *)(const void *)section.bytes;
    if (section.length != sizeof *network || !is_sound(network))
        return cd_fail(error, CD_INVALID, NULL, "the model's section \"%s\" is damaged", name);
    cd_network_tables_fill(network, vector_scale, tables);
    return CD_OK;
}

/* ---- sums of products ---------------------------------------------------------------------- */

/* sums[o] = the sum over all inputs of the input and its weight for output o. */
static inline void multiply(const int16_t *inputs, unsigned input_count, const cd_weight_pairs *pairs,
                            int32_t sums[CD_NETWORK_PART])
{
#ifdef __SSE2__
    enum { LANES = 4, VECTORS = CD_NETWORK_PART / LANES };
    __m128i sum[VECTORS] = {0};
    for (unsigned pair = 0; pair < input_count / 2; pair++) {
        int32_t both;
        memcpy(&both, inputs + 2 * pair, sizeof both);
        const __m128i twice = _mm_set1_epi32(both), *weights = (const __m128i *)(const void *)pairs[pair];
        for (unsigned v = 0; v < VECTORS; v++)
            sum[v] = _mm_add_epi32(sum[v], _mm_madd_epi16(_mm_load_si128(weights + v), twice));
    }
    memcpy(sums, sum, sizeof sum);
#else
    memset(sums, 0, CD_NETWORK_PART * sizeof *sums);
    for (unsigned i = 0; i < input_count; i++)
        for (unsigned o = 0; o < CD_NETWORK_PART; o++)
            sums[o] += inputs[i] * pairs[i / 2][o][i % 2];
#endif
}

static inline float bounded(float value, float most)
{
    return value > most ? most : value < -most ? -most : value;
}

static inline int16_t rounded(float value)
{
    return (int16_t)(value + (value < 0.0F ? -0.5F : 0.5F));
}

void cd_tagger_network_project(const struct cd_network_tables *tables, const int8_t given[CD_WORD_VECTOR],
                               const int16_t learned[CD_FEATURE_VECTOR], cd_word_hidden hidden)
{
    int16_t inputs[CD_NETWORK_INPUTS];
    int32_t sums[CD_NETWORK_PART];
    for (unsigned i = 0; i < CD_WORD_VECTOR; i++)
        inputs[i] = (int16_t)(given[i] * (INPUT_UNITS / CD_WORD_VECTOR_UNIT));
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        inputs[CD_WORD_VECTOR + i] =
            rounded(bounded((float)learned[i] * tables->input_unit, (float)INPUT_MOST));
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++)
        for (unsigned part = 0; part < CD_NETWORK_PARTS; part++) {
            int8_t *said = hidden[place] + part * CD_NETWORK_PART;
            multiply(inputs, CD_NETWORK_INPUTS, tables->window[place][part], sums);
            for (unsigned o = 0; o < CD_NETWORK_PART; o++)
                said[o] = (int8_t)rounded(bounded((float)sums[o] * tables->window_factor, INT8_MAX));
        }
}

/* ---- scores -------------------------------------------------------------------------------- */

/* What the words say together; the sums cannot wrap around. */
static void sum_words(const int8_t *const words[CD_NETWORK_PLACES], int16_t said[CD_NETWORK_HIDDEN])
{
    for (unsigned v = 0; v < CD_NETWORK_HIDDEN / 16; v++) {
        struct cd_byte_sums sums = {0};
        cd_sum_lanes ordered[2];
        for (unsigned place = 0; place < CD_NETWORK_PLACES; place++)
            cd_byte_sums_add(&sums, ((const cd_sum_lanes *)(const void *)words[place])[v]);
        cd_byte_sums_order(&sums, ordered);
        memcpy(said + v * 16, ordered, sizeof ordered);
    }
}

static int16_t input_of(int16_t context)
{
    return context > INPUT_MOST ? INPUT_MOST : context < -INPUT_MOST ? -INPUT_MOST : context;
}

void cd_tagger_network_add(const struct cd_network_tables *tables,
                           const int8_t *const words[CD_NETWORK_PLACES],
                           const int16_t context[CD_FEATURE_VECTOR], float scores[CD_LABELS])
{
    int16_t hidden[CD_NETWORK_HIDDEN], inputs[CD_FEATURE_VECTOR];
    int32_t sums[CD_NETWORK_PART];
    sum_words(words, hidden);
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        inputs[i] = input_of(context[i]);
    for (unsigned part = 0; part < CD_NETWORK_PARTS; part++) {
        int16_t *said = hidden + part * CD_NETWORK_PART;
        const float *bias = tables->bias + part * CD_NETWORK_PART;
        multiply(inputs, CD_FEATURE_VECTOR, tables->context[part], sums);
        for (unsigned o = 0; o < CD_NETWORK_PART; o++) {
            float unit = (float)sums[o] * tables->context_factor + bias[o] +
                         (float)(said[o] * (CD_NETWORK_UNIT / CD_WORD_HIDDEN_UNIT));
            unit = unit > 0.0F ? unit : 0.0F;
            said[o] = (int16_t)(unit < (float)HIDDEN_MOST ? unit : (float)HIDDEN_MOST);
        }
    }
    multiply(hidden, CD_NETWORK_HIDDEN, tables->out, sums);
    for (unsigned k = 0; k < CD_LABELS; k++)
        scores[k] += (float)sums[k] * tables->out_factor;
}
