#include "topics_calibration.h"

#include <math.h>

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* ---- slopes and offsets -------------------------------------------------------------------- */

/* Sums of a Newton step for a logistic fit of two numbers. */
struct newton {
    double gradient[2], curvature[3]; /* slope, offset; slope-slope, slope-offset, offset-offset */
};

static void add_point(struct newton *sums, double score, double probability, double target, double weight)
{
    double difference = weight * (probability - target), spread = weight * probability * (1 - probability);
    sums->gradient[0] += difference * score;
    sums->gradient[1] += difference;
    sums->curvature[0] += spread * score * score;
    sums->curvature[1] += spread * score;
    sums->curvature[2] += spread;
}

/* Slope and common offset of the codes [first, end). */
static void fit_level(const struct cd_held_out *held_out, uint32_t count, uint32_t first, uint32_t end,
                      struct cd_topic_code *codes)
{
    enum { ROUNDS = 30 };
    double slope = 1, offset = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct newton sums = {{0}, {1e-6, 0, 1e-6}};
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t c = first; c < end; c++) {
                double score = held_out[i].scores[c];
                add_point(&sums, score, sigmoid(slope * score + offset), held_out[i].example->target[c],
                          held_out[i].weight);
            }
        double determinant = sums.curvature[0] * sums.curvature[2] - sums.curvature[1] * sums.curvature[1];
        if (fabs(determinant) < 1e-12)
            break;
        slope -= (sums.curvature[2] * sums.gradient[0] - sums.curvature[1] * sums.gradient[1]) / determinant;
        offset -= (sums.curvature[0] * sums.gradient[1] - sums.curvature[1] * sums.gradient[0]) / determinant;
    }
    for (uint32_t c = first; c < end; c++) {
        codes[c].slope = (float)slope;
        codes[c].offset = (float)offset;
    }
}

/* Each code's own offset, held to the common one by a prior, so that rare codes stay near it. */
static void fit_code(const struct cd_held_out *held_out, uint32_t count, uint32_t c,
                     struct cd_topic_code *code)
{
    enum { ROUNDS = 20 };
    static const double prior_precision = 4;
    double common = code->offset, own = common;
    for (int round = 0; round < ROUNDS; round++) {
        double gradient = prior_precision * (own - common), curvature = prior_precision;
        for (uint32_t i = 0; i < count; i++) {
            double p = sigmoid(code->slope * held_out[i].scores[c] + own);
            gradient += held_out[i].weight * (p - held_out[i].example->target[c]);
            curvature += held_out[i].weight * p * (1 - p);
        }
        own -= gradient / curvature;
    }
    code->offset = (float)own;
}

/* ---- thresholds ---------------------------------------------------------------------------- */

/* Micro-F1 of a level over the held-out articles, as the rules in decision.c give codes. */
static double measure(const struct cd_topic_codes *codes, const struct cd_held_out *held_out, uint32_t count,
                      const struct cd_calibration *calibration, uint32_t level)
{
    struct cd_decision decision = {calibration->codes, codes->count, codes->main_count, calibration->rule};
    struct cd_code_opinion opinions[CD_TOPIC_CODES_MAX];
    uint32_t first = level == 1 ? 0 : codes->main_count, end = level == 1 ? codes->main_count : codes->count;
    double hits = 0, given = 0, gold = 0;
    for (uint32_t i = 0; i < count; i++) {
        cd_decide(&decision, held_out[i].scores, opinions);
        for (uint32_t c = first; c < end; c++) {
            double target = held_out[i].example->target[c], weight = held_out[i].weight;
            gold += weight * target;
            given += weight * opinions[c].given;
            hits += weight * opinions[c].given * target;
        }
    }
    return given + gold > 0 ? 2 * hits / (given + gold) : 0;
}

static void set_thresholds(struct cd_calibration *calibration, uint32_t first, uint32_t end, float threshold)
{
    for (uint32_t c = first; c < end; c++)
        calibration->codes[c].threshold = threshold;
}

/* Near its top the curve is flat, and where exactly its top lies is chance. */
static const double threshold_tolerance = 0.0015;

/* The middle of the `count` figures that are all but the best one; the first of them where giving more is the
 * aim. */
static int choose_among_the_best(const double *f1, int count, bool lowest)
{
    double best = 0, good = 0, sum = 0;
    for (int i = 0; i < count; i++)
        best = fmax(best, f1[i]);
    for (int i = 0; i < count; i++) {
        bool is_good = f1[i] >= best - threshold_tolerance;
        if (is_good && lowest)
            return i;
        good += is_good;
        sum += is_good * i;
    }
    return (int)lround(sum / good);
}

/* A good threshold of the codes [first, end) on a grid, set; returns its micro-F1. */
static double search_threshold(const struct cd_topic_codes *codes, const struct cd_held_out *held_out,
                               uint32_t count, uint32_t first, uint32_t end,
                               struct cd_calibration *calibration)
{
    enum { FROM_PERCENT = 10, STEP_PERCENT = 2, STEPS = 26 };
    double f1[STEPS];
    for (int step = 0; step < STEPS; step++) {
        set_thresholds(calibration, first, end, 0.01F * (float)(FROM_PERCENT + step * STEP_PERCENT));
        f1[step] = measure(codes, held_out, count, calibration, first == 0 ? 1 : 2);
    }
    /* a child needs its parent besides, so more of them may be given */
    int chosen = choose_among_the_best(f1, STEPS, first > 0);
    set_thresholds(calibration, first, end, 0.01F * (float)(FROM_PERCENT + chosen * STEP_PERCENT));
    return f1[chosen];
}

/* One threshold per level, since the confidences are calibrated code by code; the main-topic threshold is
 * searched along with the first. */
static void choose_thresholds(const struct cd_topic_codes *codes, const struct cd_held_out *held_out,
                              uint32_t count, struct cd_calibration *calibration)
{
    enum { FROM_PERCENT = 35, STEP_PERCENT = 10, STEPS = 8 }; /* above 100: never */
    double f1[STEPS];
    for (int step = 0; step < STEPS; step++) {
        calibration->rule.main_threshold = 0.01F * (float)(FROM_PERCENT + step * STEP_PERCENT);
        f1[step] = search_threshold(codes, held_out, count, 0, codes->main_count, calibration);
    }
    /* a main topic that is missing is worse than these figures say */
    int chosen = choose_among_the_best(f1, STEPS, true);
    calibration->rule.main_threshold = 0.01F * (float)(FROM_PERCENT + chosen * STEP_PERCENT);
    search_threshold(codes, held_out, count, 0, codes->main_count, calibration);
    search_threshold(codes, held_out, count, codes->main_count, codes->count, calibration);
}

/* From this share on the main topic is given even when its own probability is low and nothing else fits.
 * Lists and notices stay below: their shares are spread over many topics. */
static const float alone_share = 0.4F;

/* The rarer a topic comes first among the articles, the higher its lift: the square root of the rarity, since
 * the articles of other sources are other ones. */
static float lift_of(const struct cd_held_out *held_out, uint32_t count, uint32_t c)
{
    static const double rarest = 0.01;
    double first = 0, all = 0;
    for (uint32_t i = 0; i < count; i++) {
        first += held_out[i].weight * (held_out[i].example->main[c] >= 1);
        all += held_out[i].weight;
    }
    return (float)(1 / sqrt(first / fmax(all, 1) + rarest));
}

void cd_calibrate(const struct cd_topic_codes *codes, const struct cd_held_out *held_out, uint32_t count,
                  struct cd_calibration *calibration)
{
    *calibration = (struct cd_calibration){.rule = {.main_slope = 1, .alone_threshold = alone_share}};
    for (uint32_t c = 0; c < codes->count; c++) {
        calibration->codes[c].concept = codes->concept[c];
        calibration->codes[c].parent = codes->parent[c];
        calibration->codes[c].main_output = -1;
        calibration->codes[c].yields_to = -1;
        if (c >= codes->main_count)
            continue;
        calibration->codes[c].main_output = (int32_t)c;
        calibration->codes[c].yields_to = codes->yields_to[c];
        calibration->codes[c].lift = lift_of(held_out, count, c);
    }
    fit_level(held_out, count, 0, codes->main_count, calibration->codes);
    fit_level(held_out, count, codes->main_count, codes->count, calibration->codes);
    for (uint32_t c = 0; c < codes->count; c++)
        fit_code(held_out, count, c, &calibration->codes[c]);
    choose_thresholds(codes, held_out, count, calibration);
}

/* ---- figures ------------------------------------------------------------------------------- */

/* The given topic of level 1 with the greatest share; -1 when none is given. */
static int32_t first_topic(const struct cd_code_opinion *opinions, uint32_t main_count)
{
    int32_t first = -1;
    for (uint32_t c = 0; c < main_count; c++)
        if (opinions[c].given && (first < 0 || opinions[c].relevance > opinions[first].relevance))
            first = (int32_t)c;
    return first;
}

struct cd_held_out_scores cd_score_held_out(const struct cd_topic_codes *codes,
                                            const struct cd_held_out *held_out, uint32_t count,
                                            const struct cd_calibration *calibration, bool outlets_only)
{
    struct cd_decision decision = {calibration->codes, codes->count, codes->main_count, calibration->rule};
    struct cd_code_opinion opinions[CD_TOPIC_CODES_MAX];
    double hits[2] = {0}, sizes[2] = {0}, right = 0, articles = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (outlets_only && !held_out[i].example->other_outlet)
            continue;
        cd_decide(&decision, held_out[i].scores, opinions);
        for (uint32_t c = 0; c < codes->count; c++) {
            double target = held_out[i].example->target[c];
            hits[c >= codes->main_count] += opinions[c].given * target;
            sizes[c >= codes->main_count] += opinions[c].given + target;
        }
        int32_t first = first_topic(opinions, codes->main_count);
        right += first >= 0 && held_out[i].example->target[first] > 0;
        articles++;
    }
    articles = fmax(articles, 1);
    return (struct cd_held_out_scores){
        {2 * hits[0] / fmax(sizes[0], 1), 2 * hits[1] / fmax(sizes[1], 1)}, right / articles, articles};
}
