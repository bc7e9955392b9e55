/* The tagger's network. */
#include "../../worker/entities/tagger_network.h"

#include <math.h>

#include "../test.h"

static const float vector_scale = 1.0F / 64;

static struct cd_tagger_network network;
static struct cd_network_tables tables;
static int8_t given[CD_NETWORK_PLACES][CD_WORD_VECTOR];
static int16_t learned[CD_NETWORK_PLACES][CD_FEATURE_VECTOR], context[CD_FEATURE_VECTOR];
static cd_word_hidden hidden[CD_NETWORK_PLACES] __attribute__((aligned(64)));
static float scores[CD_LABELS];

/* Numbers that look like any, from -size to size. */
static int number(size_t i, unsigned seed, int size)
{
    return (int)(((uint32_t)(i + 977 * seed) * 2654435761U >> 8) % (unsigned)(2 * size + 1)) - size;
}

static void begin(void)
{
    float *numbers = (float *)&network;
    for (size_t i = 0; i < sizeof network / sizeof *numbers; i++)
        numbers[i] = (float)number(i, 1, 8) / 32.0F;
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++) {
        for (unsigned i = 0; i < CD_WORD_VECTOR; i++)
            given[place][i] = (int8_t)number(i, place + 2, 60);
        for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
            learned[place][i] = (int16_t)number(i, place + 20, 60);
    }
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        context[i] = (int16_t)number(i, 40, 90);
    memset(scores, 0, sizeof scores);
}

static void score(void)
{
    const int8_t *words[CD_NETWORK_PLACES];
    cd_network_tables_fill(&network, vector_scale, &tables);
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++) {
        cd_tagger_network_project(&tables, given[place], learned[place], hidden[place]);
        words[place] = hidden[place][place];
    }
    cd_tagger_network_add(&tables, words, context, scores);
}

/* A hidden unit, written out. */
static float unit_of(unsigned h)
{
    float sum = network.bias[h];
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++) {
        for (unsigned i = 0; i < CD_WORD_VECTOR; i++)
            sum += (float)given[place][i] / CD_WORD_VECTOR_UNIT * network.window[place][i][h];
        for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
            sum += (float)learned[place][i] * vector_scale * network.window[place][CD_WORD_VECTOR + i][h];
    }
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        sum += (float)context[i] * vector_scale * network.context[i][h];
    return sum > 0.0F ? sum : 0.0F;
}

static void scores_are_those_of_the_network_written_out(void)
{
    float smallest = INFINITY, largest = -INFINITY;
    begin();
    score();
    for (unsigned k = 0; k < CD_LABELS; k++) {
        float expected = 0.0F;
        for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
            expected += unit_of(h) * network.out[h][k];
        EXPECT(fabsf(scores[k] - expected) < 0.5F); /* words speak in sixteenths */
        smallest = fminf(smallest, expected);
        largest = fmaxf(largest, expected);
    }
    EXPECT(largest - smallest > 4.0F); /* they differ, so that the comparison means something */
}

static void scores_are_added_to_those_that_are_there(void)
{
    float alone[CD_LABELS];
    begin();
    score();
    memcpy(alone, scores, sizeof alone);
    for (unsigned k = 0; k < CD_LABELS; k++)
        scores[k] = 100.0F;
    score();
    for (unsigned k = 0; k < CD_LABELS; k++)
        EXPECT(fabsf(scores[k] - 100.0F - alone[k]) < 1e-3F);
}

static void units_below_zero_say_nothing(void)
{
    begin();
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        network.bias[h] = -1000.0F;
    score();
    for (unsigned k = 0; k < CD_LABELS; k++)
        EXPECT(scores[k] == 0.0F);
}

static void a_loud_word_does_not_wrap_around(void)
{
    begin();
    for (unsigned i = 0; i < CD_NETWORK_INPUTS; i++)
        for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
            network.window[0][i][h] = (float)CD_NETWORK_NUMBER_MOST;
    memset(given[0], 127, sizeof given[0]);
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        learned[0][i] = INT16_MAX;
    score();
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        EXPECT(hidden[0][0][h] == INT8_MAX);
}

int main(void)
{
    TEST(scores_are_those_of_the_network_written_out);
    TEST(scores_are_added_to_those_that_are_there);
    TEST(units_below_zero_say_nothing);
    TEST(a_loud_word_does_not_wrap_around);
    return TEST_RESULT();
}
