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

/* The best threshold of the codes [first, end) on a grid, set; returns its micro-F1. */
static double search_threshold(const struct cd_topic_codes *codes, const struct cd_held_out *held_out,
                               uint32_t count, uint32_t first, uint32_t end,
                               struct cd_calibration *calibration)
{
    enum { FROM_PERCENT = 10, TO_PERCENT = 60, STEP_PERCENT = 2 };
    float best_threshold = 0.5F;
    double best = -1;
    for (int percent = FROM_PERCENT; percent <= TO_PERCENT; percent += STEP_PERCENT) {
        set_thresholds(calibration, first, end, 0.01F * (float)percent);
        double f1 = measure(codes, held_out, count, calibration, first == 0 ? 1 : 2);
        if (f1 > best + 1e-4) {
            best = f1;
            best_threshold = 0.01F * (float)percent;
        }
    }
    set_thresholds(calibration, first, end, best_threshold);
    return best;
}

/* One threshold per level, since the confidences are calibrated code by code; the main-topic threshold is
 * searched along with the first. */
static void choose_thresholds(const struct cd_topic_codes *codes, const struct cd_held_out *held_out,
                              uint32_t count, struct cd_calibration *calibration)
{
    enum { FROM_PERCENT = 35, TO_PERCENT = 105, STEP_PERCENT = 10 }; /* above 100: never */
    float best_main = 1.1F;
    double best = -1;
    for (int percent = FROM_PERCENT; percent <= TO_PERCENT; percent += STEP_PERCENT) {
        calibration->rule.main_threshold = 0.01F * (float)percent;
        double f1 = search_threshold(codes, held_out, count, 0, codes->main_count, calibration);
        if (f1 > best + 1e-4) {
            best = f1;
            best_main = calibration->rule.main_threshold;
        }
    }
    calibration->rule.main_threshold = best_main;
    calibration->micro_f1[0] = search_threshold(codes, held_out, count, 0, codes->main_count, calibration);
    calibration->micro_f1[1] =
        search_threshold(codes, held_out, count, codes->main_count, codes->count, calibration);
}

/* From this share on the main topic is given even when its own probability is low and nothing else fits: then
 * it is likelier right than wrong. */
static const float alone_share = 0.4F;

void cd_calibrate(const struct cd_topic_codes *codes, const struct cd_held_out *held_out, uint32_t count,
                  struct cd_calibration *calibration)
{
    *calibration = (struct cd_calibration){.rule = {.main_slope = 1, .alone_threshold = alone_share}};
    for (uint32_t c = 0; c < codes->count; c++) {
        calibration->codes[c].concept = codes->concept[c];
        calibration->codes[c].parent = codes->parent[c];
        calibration->codes[c].main_output = c < codes->main_count ? (int32_t)c : -1;
    }
    fit_level(held_out, count, 0, codes->main_count, calibration->codes);
    fit_level(held_out, count, codes->main_count, codes->count, calibration->codes);
    for (uint32_t c = 0; c < codes->count; c++)
        fit_code(held_out, count, c, &calibration->codes[c]);
    choose_thresholds(codes, held_out, count, calibration);
}
