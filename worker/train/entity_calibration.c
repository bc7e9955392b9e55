#include "entity_calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 3000 };

struct cd_judged {
    float odds, weight;
    uint8_t type;
    bool right;
};

void cd_judgements_add(struct cd_judgements *j, float p, unsigned type, bool right, float weight)
{
    if (j->count == j->capacity) {
        j->capacity = j->capacity ? 2 * j->capacity : 1024;
        j->items = realloc(j->items, j->capacity * sizeof *j->items);
        if (!j->items)
            abort();
    }
    p = p < 1e-5F ? 1e-5F : p > 1.0F - 1e-5F ? 1.0F - 1e-5F : p;
    j->items[j->count++] = (struct cd_judged){
        .odds = logf(p / (1.0F - p)), .weight = weight, .type = (uint8_t)type, .right = right};
}

void cd_judgements_free(struct cd_judgements *judgements)
{
    free(judgements->items);
    *judgements = (struct cd_judgements){0};
}

/* Logistic regression by gradient ascent; offsets are drawn to their mean so that rare types stay sensible.
 */
static void fit(const struct cd_judgements *j, struct cd_calibration *c)
{
    *c = (struct cd_calibration){.slope = 1};
    double total = 1;
    for (size_t i = 0; i < j->count; i++)
        total += j->items[i].weight;
    for (unsigned step = 0; step < STEPS; step++) {
        double slope = 0, offsets[CD_TYPES] = {0}, mean = 0;
        for (size_t i = 0; i < j->count; i++) {
            const struct cd_judged *item = &j->items[i];
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

void cd_calibration_fit(const struct cd_judgements *judgements, struct cd_calibration *calibration)
{
    fit(judgements, calibration);
    fprintf(stderr, "calibrated on %zu spans: slope %.3f, offsets", judgements->count,
            (double)calibration->slope);
    for (unsigned k = 0; k < CD_TYPES; k++)
        fprintf(stderr, " %.3f", (double)calibration->offsets[k]);
    fputc('\n', stderr);
}
