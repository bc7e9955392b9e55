/* The second look at a token through the document's other mentions. */
#include <string.h>

#include "../../worker/entities/second_look.h"
#include "../test.h"

enum { SMITH, ANNA, SAID, WORDS };

static struct cd_opinions opinions;
static float person[CD_LABELS], place[CD_LABELS], nothing[CD_LABELS];

static void begin(void)
{
    memset(person, 0, sizeof person);
    memset(place, 0, sizeof place);
    person[CD_LABEL_U + CD_PERSON] = 0.95F;
    place[CD_LABEL_U + CD_LOCATION] = 0.95F;
    EXPECT(cd_opinions_begin(&opinions, WORDS, 100));
}

static struct cd_looked_at token(uint32_t word, uint32_t previous, uint32_t next, const float *marginals)
{
    return (struct cd_looked_at){.word = word, .previous = previous, .next = next, .marginals = marginals};
}

static void add(struct cd_looked_at at)
{
    cd_opinions_add(&opinions, &at);
}

static uint32_t features_of(struct cd_looked_at at, uint16_t *features)
{
    return cd_second_look_features(&opinions, &at, features);
}

static void a_word_that_stands_alone_hears_nothing(void)
{
    uint16_t features[CD_LOOK_FEATURES_MAX];
    begin();
    add(token(SMITH, ANNA, SAID, person));
    EXPECT((features_of(token(SMITH, ANNA, SAID, person), features)) == 0);
}

static bool holds(const uint16_t *features, uint32_t count, uint16_t feature)
{
    for (uint32_t i = 0; i < count; i++)
        if (features[i] == feature)
            return true;
    return false;
}

static void its_own_opinion_is_not_among_the_others(void)
{
    uint16_t with[CD_LOOK_FEATURES_MAX], without[CD_LOOK_FEATURES_MAX];
    begin();
    add(token(SMITH, CD_NO_WORD, SAID, place));
    add(token(SMITH, SAID, CD_NO_WORD, person));
    uint32_t with_count = features_of(token(SMITH, CD_NO_WORD, SAID, place), with);
    begin();
    add(token(SMITH, CD_NO_WORD, SAID, nothing));
    add(token(SMITH, SAID, CD_NO_WORD, person));
    uint32_t without_count = features_of(token(SMITH, CD_NO_WORD, SAID, nothing), without);
    /* only the two that weigh its own opinion against the others' are new */
    unsigned added = 0;
    for (uint32_t i = 0; i < with_count; i++)
        added += !holds(without, without_count, with[i]);
    EXPECT(added == 2);
}

static void surely_outside_tokens_count_too(void)
{
    uint16_t one[CD_LOOK_FEATURES_MAX], two[CD_LOOK_FEATURES_MAX];
    begin();
    add(token(SMITH, CD_NO_WORD, SAID, nothing));
    add(token(SMITH, SAID, CD_NO_WORD, person));
    uint32_t before = features_of(token(SMITH, CD_NO_WORD, SAID, nothing), one);
    add(token(SMITH, SAID, SAID, NULL));
    uint32_t after = features_of(token(SMITH, CD_NO_WORD, SAID, nothing), two);
    EXPECT(before != after || memcmp(one, two, before * sizeof *one) != 0);
}

static void the_same_neighbour_says_more(void)
{
    uint16_t apart[CD_LOOK_FEATURES_MAX], together[CD_LOOK_FEATURES_MAX];
    begin();
    add(token(SMITH, ANNA, SAID, person));
    add(token(SMITH, SAID, CD_NO_WORD, person));
    uint32_t few = features_of(token(SMITH, ANNA, SAID, person), apart);
    begin();
    add(token(SMITH, ANNA, SAID, person));
    add(token(SMITH, ANNA, CD_NO_WORD, person));
    EXPECT(features_of(token(SMITH, ANNA, SAID, person), together) > few);
}

static void letter_case_has_rows_of_its_own(void)
{
    uint16_t cased[CD_LOOK_FEATURES_MAX], caseless[CD_LOOK_FEATURES_MAX];
    begin();
    add(token(SMITH, CD_NO_WORD, SAID, person));
    add(token(SMITH, SAID, CD_NO_WORD, person));
    struct cd_looked_at at = token(SMITH, CD_NO_WORD, SAID, person);
    uint32_t count = features_of(at, cased);
    at.caseless = true;
    EXPECT((features_of(at, caseless)) == count);
    for (uint32_t i = 0; i < count; i++)
        EXPECT(cased[i] != caseless[i]);
}

static void a_document_forgets_the_one_before(void)
{
    uint16_t features[CD_LOOK_FEATURES_MAX];
    begin();
    for (unsigned i = 0; i < 5; i++)
        add(token(SMITH, ANNA, SAID, person));
    begin();
    add(token(SMITH, ANNA, SAID, person));
    EXPECT((features_of(token(SMITH, ANNA, SAID, person), features)) == 0);
}

static void every_feature_has_a_row(void)
{
    uint16_t features[CD_LOOK_FEATURES_MAX];
    float spread[CD_LABELS];
    for (unsigned c = 0; c < CD_LABELS; c++)
        spread[c] = 1.0F / CD_LABELS;
    begin();
    for (unsigned i = 0; i < 9; i++)
        add(token(SMITH, ANNA, SAID, spread));
    struct cd_looked_at at = token(SMITH, ANNA, SAID, spread);
    at.caseless = true;
    uint32_t count = features_of(at, features);
    EXPECT(count > 3 * CD_LABELS && count <= CD_LOOK_FEATURES_MAX);
    for (uint32_t i = 0; i < count; i++)
        EXPECT(features[i] < cd_second_look_rows());
}

int main(void)
{
    TEST(a_word_that_stands_alone_hears_nothing);
    TEST(its_own_opinion_is_not_among_the_others);
    TEST(surely_outside_tokens_count_too);
    TEST(the_same_neighbour_says_more);
    TEST(letter_case_has_rows_of_its_own);
    TEST(a_document_forgets_the_one_before);
    TEST(every_feature_has_a_row);
    cd_opinions_free(&opinions);
    return TEST_RESULT();
}
