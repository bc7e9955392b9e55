#include "tagger_network.h"

#include <math.h>
#include <string.h>

/* Compiled for the vectors of several processors; the program takes the widest it finds. Each number is the
 * same sum in the same order everywhere, so that the results are, too. The thread sanitizer is not yet awake
 * when the program chooses. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_THREAD__)
#define ON_WIDE_VECTORS __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define ON_WIDE_VECTORS
#endif

/* Sixteen numbers; the compiler makes of them what the processor has. */
typedef float lanes __attribute__((vector_size(64), may_alias, aligned(4)));
typedef int16_t hidden_units __attribute__((vector_size(64), may_alias, aligned(16)));
enum { UNITS = 32, LANES = 16, LABEL_LANES = CD_LABELS / LANES, HIDDEN_LANES = CD_NETWORK_HIDDEN / LANES };

/* Numbers of a size that sums can hold; no trained network comes near it. */
static bool is_sound(const struct cd_tagger_network *network)
{
    const float *numbers = (const float *)network;
    for (size_t i = 0; i < sizeof *network / sizeof *numbers; i++)
        if (!(fabsf(numbers[i]) < 1e4F))
            return false;
    return true;
}

enum cd_status cd_tagger_network_open(const struct cd_model_file *file, const char *name,
                                      const struct cd_tagger_network **network, struct cd_error *error)
{
    struct cd_slice section;
    enum cd_status status = cd_model_section(file, name, sizeof **network, &section, error);
    if (status != CD_OK)
        return status;
    *network = (const struct cd_tagger_network *)(const void *)section.bytes;
    if (section.length != sizeof **network || !is_sound(*network))
        return cd_fail(error, CD_INVALID, NULL, "the model's section \"%s\" is damaged", name);
    return CD_OK;
}

/* Rounded, and bounded so that the sum over all places cannot wrap around. */
static inline int16_t in_units(float value)
{
    static const float most = (float)(INT16_MAX / CD_NETWORK_PLACES);
    float units = value * CD_NETWORK_UNIT;
    units = units > most ? most : units;
    units = units < -most ? -most : units;
    return (int16_t)(units + (units < 0.0F ? -0.5F : 0.5F));
}

ON_WIDE_VECTORS
static void project(const float (*window)[CD_NETWORK_HIDDEN], const float inputs[CD_NETWORK_INPUTS],
                    int16_t hidden[CD_NETWORK_HIDDEN])
{
    lanes sum[HIDDEN_LANES] = {0};
    for (unsigned i = 0; i < CD_NETWORK_INPUTS; i++)
        for (unsigned v = 0; v < HIDDEN_LANES; v++)
            sum[v] += ((const lanes *)(const void *)window[i])[v] * inputs[i];
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        hidden[h] = in_units(((const float *)sum)[h]);
}

void cd_tagger_network_project(const struct cd_tagger_network *network, const float inputs[CD_NETWORK_INPUTS],
                               cd_word_hidden hidden)
{
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++)
        project(network->window[place], inputs, hidden[place]);
}

ON_WIDE_VECTORS
static void sum_hidden(const struct cd_tagger_network *network, const int16_t *const words[CD_NETWORK_PLACES],
                       const float context[CD_FEATURE_VECTOR], float hidden[CD_NETWORK_HIDDEN])
{
    hidden_units said[CD_NETWORK_HIDDEN / UNITS] = {0};
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++)
        for (unsigned v = 0; v < CD_NETWORK_HIDDEN / UNITS; v++)
            said[v] += ((const hidden_units *)(const void *)words[place])[v];
    lanes sum[HIDDEN_LANES];
    memcpy(sum, network->bias, sizeof sum);
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        for (unsigned v = 0; v < HIDDEN_LANES; v++)
            sum[v] += ((const lanes *)(const void *)network->context[i])[v] * context[i];
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        hidden[h] = ((const float *)sum)[h] + (float)((const int16_t *)said)[h] * (1.0F / CD_NETWORK_UNIT);
}

ON_WIDE_VECTORS
static void add_active(const struct cd_tagger_network *network, const float hidden[CD_NETWORK_HIDDEN],
                       const uint8_t *active, unsigned count, float scores[CD_LABELS])
{
    lanes sum[LABEL_LANES];
    memcpy(sum, scores, sizeof sum);
    for (unsigned i = 0; i < count; i++) {
        const lanes *row = (const lanes *)(const void *)network->out[active[i]];
        for (unsigned v = 0; v < LABEL_LANES; v++)
            sum[v] += row[v] * hidden[active[i]];
    }
    memcpy(scores, sum, sizeof sum);
}

void cd_tagger_network_add(const struct cd_tagger_network *network,
                           const int16_t *const words[CD_NETWORK_PLACES],
                           const float context[CD_FEATURE_VECTOR], float scores[CD_LABELS])
{
    float hidden[CD_NETWORK_HIDDEN];
    uint8_t active[CD_NETWORK_HIDDEN];
    unsigned count = 0;
    sum_hidden(network, words, context, hidden);
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++) { /* no jump that could be guessed wrong */
        active[count] = (uint8_t)h;
        count += hidden[h] > 0.0F;
    }
    add_active(network, hidden, active, count, scores);
}
