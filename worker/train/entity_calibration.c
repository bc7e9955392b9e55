#include "entity_calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOKENS_MAX = 512, STEPS = 3000 };

struct judged {
    float odds, weight;
    uint8_t type;
    bool right;
};

struct judgements {
    struct judged *items;
    size_t count, capacity;
};

struct room {
    float scores[TOKENS_MAX][CD_LABELS];
    struct cd_lattice_row potential[TOKENS_MAX], forward[TOKENS_MAX], backward[TOKENS_MAX];
    struct cd_lattice_row best[TOKENS_MAX];
    float norm[TOKENS_MAX];
    uint8_t labels[TOKENS_MAX];
};

static void add(struct judgements *j, struct judged judged)
{
    if (j->count == j->capacity) {
        j->capacity = j->capacity ? 2 * j->capacity : 1024;
        j->items = realloc(j->items, j->capacity * sizeof *j->items);
    }
    j->items[j->count++] = judged;
}

static void judge_sentence(const struct cd_examples *examples, const struct cd_example *example,
                           const struct cd_trained *trained, const struct cd_transition_factors *factors,
                           struct room *room, float weight, struct judgements *out)
{
    struct cd_lattice lattice = {.length = example->count,
                                 .potential = room->potential,
                                 .forward = room->forward,
                                 .backward = room->backward,
                                 .norm = room->norm};
    cd_trained_scores(examples, example, trained, room->scores);
    for (uint32_t t = 0; t < example->count; t++)
        cd_lattice_potential(room->scores[t], &room->potential[t]);
    cd_lattice_best(&lattice, factors, room->best, room->labels);
    if (!cd_lattice_run(&lattice, factors))
        return;
    const cd_label_set *gold = examples->labels + example->first_token;
    for (uint32_t t = 0; t < example->count; t++) {
        if (room->labels[t] == CD_LABEL_O)
            continue;
        uint32_t begin = t;
        unsigned type = room->labels[t] % CD_TYPES;
        bool right = gold[t] == (cd_label_set)1 << room->labels[t];
        while (room->labels[t] < CD_LABEL_L && t + 1 < example->count) {
            t++;
            right &= gold[t] == (cd_label_set)1 << room->labels[t];
        }
        float p = cd_lattice_span(&lattice, factors, begin, t - begin + 1, type);
        p = p < 1e-5F ? 1e-5F : p > 1.0F - 1e-5F ? 1.0F - 1e-5F : p;
        add(out, (struct judged){
                     .odds = logf(p / (1.0F - p)), .weight = weight, .type = (uint8_t)type, .right = right});
    }
}

/* Logistic regression by gradient ascent; offsets are drawn to their mean so that rare types stay sensible.
 */
static void fit(const struct judgements *j, struct cd_calibration *c)
{
    *c = (struct cd_calibration){.slope = 1};
    double total = 1;
    for (size_t i = 0; i < j->count; i++)
        total += j->items[i].weight;
    for (unsigned step = 0; step < STEPS; step++) {
        double slope = 0, offsets[CD_TYPES] = {0}, mean = 0;
        for (size_t i = 0; i < j->count; i++) {
            const struct judged *item = &j->items[i];
            double p = 1 / (1 + exp(-(double)(c->offsets[item->type] + c->slope * item->odds)));
            double error = item->weight * ((item->right ? 1 : 0) - p);
            slope += error * item->odds;
            offsets[item->type] += error;
        }
        for (unsigned k = 0; k < CD_TYPES; k++)
            mean += c->offsets[k] / CD_TYPES;
        c->slope += (float)(0.1 * slope / total);
        for (unsigned k = 0; k < CD_TYPES; k++)
            c->offsets[k] += (float)(2.0 * (offsets[k] - 20 * (c->offsets[k] - mean)) / total);
    }
}

void cd_calibrate_spans(const struct cd_examples *examples, const struct cd_trained *trained,
                        const struct cd_training_options *options, float outlet_weight,
                        struct cd_calibration *calibration)
{
    struct room *room = calloc(1, sizeof *room);
    struct judgements judgements = {0};
    struct cd_transition_factors factors;
    cd_transitions_prepare(&trained->transitions, &factors);
    for (uint32_t i = 0; i < examples->count && room && options->folds; i++) {
        const struct cd_example *example = &examples->items[i];
        if (example->document % options->folds == options->fold && example->weight >= 1.0F &&
            example->count <= TOKENS_MAX)
            judge_sentence(examples, example, trained, &factors, room,
                           example->weight > 1.0F ? outlet_weight : 1.0F, &judgements);
    }
    fit(&judgements, calibration);
    fprintf(stderr, "calibrated on %zu spans: slope %.3f, offsets", judgements.count,
            (double)calibration->slope);
    for (unsigned k = 0; k < CD_TYPES; k++)
        fprintf(stderr, " %.3f", (double)calibration->offsets[k]);
    fputc('\n', stderr);
    free(judgements.items);
    free(room);
}
