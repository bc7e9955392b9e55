/* The tagger's network. */
#include "../../worker/entities/tagger_network.h"

#include <math.h>
#include <stdlib.h>

#include "../test.h"

static struct cd_tagger_network network;
static float inputs[CD_NETWORK_PLACES][CD_NETWORK_INPUTS], context[CD_FEATURE_VECTOR];
static cd_word_hidden hidden[CD_NETWORK_PLACES] __attribute__((aligned(64)));
static const int16_t *words[CD_NETWORK_PLACES];
static float scores[CD_LABELS];

/* Whole sixteenths, which every way of summing keeps exactly. */
static void fill(float *numbers, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = (float)((int)((i * 7919 + seed * 104729) % 17) - 8) / 16.0F;
}

static void begin(void)
{
    fill((float *)&network, sizeof network / sizeof(float), 1);
    fill(&inputs[0][0], sizeof inputs / sizeof(float), 2);
    fill(context, CD_FEATURE_VECTOR, 3);
    memset(scores, 0, sizeof scores);
}

static void score(void)
{
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++) {
        cd_tagger_network_project(&network, inputs[place], hidden[place]);
        words[place] = hidden[place][place];
    }
    cd_tagger_network_add(&network, words, context, scores);
}

/* The same, written out. */
static float unit_of(unsigned h)
{
    float sum = network.bias[h];
    for (unsigned place = 0; place < CD_NETWORK_PLACES; place++)
        for (unsigned i = 0; i < CD_NETWORK_INPUTS; i++)
            sum += inputs[place][i] * network.window[place][i][h];
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        sum += context[i] * network.context[i][h];
    return sum > 0.0F ? sum : 0.0F;
}

static void scores_are_those_of_the_network_written_out(void)
{
    begin();
    score();
    for (unsigned k = 0; k < CD_LABELS; k++) {
        float expected = 0.0F;
        for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
            expected += unit_of(h) * network.out[h][k];
        EXPECT(fabsf(scores[k] - expected) < 1e-3F);
    }
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
        EXPECT(fabsf(scores[k] - 100.0F - alone[k]) < 1e-2F);
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
            network.window[0][i][h] = 1000.0F;
    for (unsigned i = 0; i < CD_NETWORK_INPUTS; i++)
        inputs[0][i] = 1000.0F;
    cd_tagger_network_project(&network, inputs[0], hidden[0]);
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        EXPECT(hidden[0][0][h] == INT16_MAX / CD_NETWORK_PLACES);
}

int main(void)
{
    TEST(scores_are_those_of_the_network_written_out);
    TEST(scores_are_added_to_those_that_are_there);
    TEST(units_below_zero_say_nothing);
    TEST(a_loud_word_does_not_wrap_around);
    return TEST_RESULT();
}
