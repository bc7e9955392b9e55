#include "lattice.h"

#include <math.h>

/* ---- transitions --------------------------------------------------------------------------- */

bool cd_transitions_finite(const struct cd_transitions *transitions)
{
    const float *values = (const float *)transitions;
    for (unsigned i = 0; i < CD_TRANSITION_FLOATS; i++)
        if (!(fabsf(values[i]) < 1000.0F))
            return false;
    return true;
}

void cd_transitions_exponential(const struct cd_transitions *transitions, struct cd_transitions *exponential)
{
    const float *from = (const float *)transitions;
    float *to = (float *)exponential;
    for (unsigned i = 0; i < CD_TRANSITION_FLOATS; i++)
        to[i] = expf(from[i]);
}

/* ---- potentials ---------------------------------------------------------------------------- */

/* exp(x) for x <= 0 to about 1e-6 relative, without a library call so that the loop runs on whole vectors. */
static inline float exponential_of_negative(float x)
{
    x = x < -80.0F ? -80.0F : x;
    float scaled = x * 1.44269504F;
    int32_t whole = (int32_t)(scaled - 0.5F);
    float rest = (scaled - (float)whole) * 0.69314718F;
    float power =
        1.0F +
        rest * (1.0F + rest * (0.5F + rest * (0.16666667F + rest * (0.041666667F + rest * 0.0083333333F))));
    union {
        int32_t bits;
        float value;
    } two = {.bits = (whole + 127) << 23};
    return power * two.value;
}

float cd_lattice_potential(const float scores[CD_LABELS], struct cd_lattice_row *potential)
{
    float maximum = 0.0F;
    for (unsigned i = 0; i < CD_LABELS; i++)
        maximum = scores[i] > maximum ? scores[i] : maximum;
    for (unsigned i = 0; i < CD_LABELS; i++)
        potential->columns[i] = exponential_of_negative(scores[i] - maximum);
    potential->outside = exponential_of_negative(-maximum);
    return maximum;
}

/* ---- forward and backward ------------------------------------------------------------------ */

/* What stands left of a place between names, as one vector: O, L of each type, U of each type. */
static void gather_left(const struct cd_lattice_row *row, float left[CD_BETWEEN])
{
    left[0] = row->outside;
    for (unsigned k = 0; k < 2 * CD_TYPES; k++)
        left[1 + k] = row->columns[CD_LABEL_L + k];
}

/* The same to the right: O, B, U. */
static void gather_right(const struct cd_lattice_row *row, float right[CD_BETWEEN])
{
    right[0] = row->outside;
    for (unsigned k = 0; k < CD_TYPES; k++) {
        right[1 + k] = row->columns[CD_LABEL_B + k];
        right[1 + CD_TYPES + k] = row->columns[CD_LABEL_U + k];
    }
}

static void scatter_right(const float right[CD_BETWEEN], struct cd_lattice_row *row)
{
    row->outside = right[0];
    for (unsigned k = 0; k < CD_TYPES; k++) {
        row->columns[CD_LABEL_B + k] = right[1 + k];
        row->columns[CD_LABEL_U + k] = right[1 + CD_TYPES + k];
    }
}

/* row *= potential, scaled to sum 1; returns the sum before. */
static float weigh(struct cd_lattice_row *row, const struct cd_lattice_row *potential)
{
    float sum = row->outside *= potential->outside;
    for (unsigned i = 0; i < CD_LABELS; i++)
        row->columns[i] *= potential->columns[i];
    for (unsigned i = 0; i < CD_LABELS; i++)
        sum += row->columns[i];
    float inverse = sum > 0.0F ? 1.0F / sum : 0.0F;
    row->outside *= inverse;
    for (unsigned i = 0; i < CD_LABELS; i++)
        row->columns[i] *= inverse;
    return sum;
}

static void step_forward(const struct cd_lattice_row *before, const struct cd_transitions *e,
                         struct cd_lattice_row *after)
{
    float left[CD_BETWEEN], right[CD_BETWEEN] = {0};
    gather_left(before, left);
    for (unsigned i = 0; i < CD_BETWEEN; i++) {
        if (left[i] < 1e-12F)
            continue;
        for (unsigned j = 0; j < CD_BETWEEN; j++)
            right[j] += left[i] * e->between[i][j];
    }
    scatter_right(right, after);
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float begin = before->columns[CD_LABEL_B + k], inner = before->columns[CD_LABEL_I + k];
        after->columns[CD_LABEL_I + k] = begin * e->begin_inner[k] + inner * e->inner_inner[k];
        after->columns[CD_LABEL_L + k] = begin * e->begin_last[k] + inner * e->inner_last[k];
    }
}

/* before = sum over what follows of transition x potential x backward. */
static void step_backward(const struct cd_lattice_row *after, const struct cd_lattice_row *potential,
                          float scale, const struct cd_transitions *e, struct cd_lattice_row *before)
{
    struct cd_lattice_row value;
    value.outside = after->outside * potential->outside * scale;
    for (unsigned i = 0; i < CD_LABELS; i++)
        value.columns[i] = after->columns[i] * potential->columns[i] * scale;
    float right[CD_BETWEEN], left[CD_BETWEEN];
    gather_right(&value, right);
    for (unsigned i = 0; i < CD_BETWEEN; i++) {
        float sum = 0.0F;
        for (unsigned j = 0; j < CD_BETWEEN; j++)
            sum += e->between[i][j] * right[j];
        left[i] = sum;
    }
    before->outside = left[0];
    for (unsigned k = 0; k < 2 * CD_TYPES; k++)
        before->columns[CD_LABEL_L + k] = left[1 + k];
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float inner = value.columns[CD_LABEL_I + k], last = value.columns[CD_LABEL_L + k];
        before->columns[CD_LABEL_B + k] = e->begin_inner[k] * inner + e->begin_last[k] * last;
        before->columns[CD_LABEL_I + k] = e->inner_inner[k] * inner + e->inner_last[k] * last;
    }
}

static void enter(const struct cd_lattice *lattice, const struct cd_transitions *e,
                  struct cd_lattice_row *row)
{
    *row = (struct cd_lattice_row){.outside = 0};
    scatter_right(lattice->after_outside ? e->between[0] : e->first, row);
}

static void leave(const struct cd_lattice *lattice, const struct cd_transitions *e,
                  struct cd_lattice_row *row)
{
    *row = (struct cd_lattice_row){.outside = lattice->before_outside ? e->between[0][0] : e->last[0]};
    for (unsigned k = 0; k < 2 * CD_TYPES; k++)
        row->columns[CD_LABEL_L + k] = lattice->before_outside ? e->between[1 + k][0] : e->last[1 + k];
}

bool cd_lattice_run(struct cd_lattice *lattice, const struct cd_transitions *exponential)
{
    uint32_t n = lattice->length;
    for (uint32_t t = 0; t < n; t++) {
        if (t == 0)
            enter(lattice, exponential, &lattice->forward[0]);
        else
            step_forward(&lattice->forward[t - 1], exponential, &lattice->forward[t]);
        lattice->norm[t] = weigh(&lattice->forward[t], &lattice->potential[t]);
        if (!(lattice->norm[t] > 0.0F))
            return false;
    }
    /* Scale the last row so that forward x backward sums to one everywhere. */
    leave(lattice, exponential, &lattice->backward[n - 1]);
    struct cd_lattice_row *last = &lattice->backward[n - 1];
    const struct cd_lattice_row *forward = &lattice->forward[n - 1];
    float sum = last->outside * forward->outside;
    for (unsigned i = 0; i < CD_LABELS; i++)
        sum += last->columns[i] * forward->columns[i];
    if (!(sum > 0.0F))
        return false;
    last->outside /= sum;
    for (unsigned i = 0; i < CD_LABELS; i++)
        last->columns[i] /= sum;
    for (uint32_t t = n - 1; t > 0; t--)
        step_backward(&lattice->backward[t], &lattice->potential[t], 1.0F / lattice->norm[t], exponential,
                      &lattice->backward[t - 1]);
    return true;
}

void cd_lattice_marginals(const struct cd_lattice *lattice, uint32_t token, struct cd_lattice_row *marginals)
{
    const struct cd_lattice_row *f = &lattice->forward[token], *b = &lattice->backward[token];
    for (unsigned i = 0; i < CD_LABELS; i++)
        marginals->columns[i] = f->columns[i] * b->columns[i];
    marginals->outside = f->outside * b->outside;
}

float cd_lattice_span(const struct cd_lattice *lattice, const struct cd_transitions *e, uint32_t first,
                      uint32_t count, unsigned type)
{
    if (count == 1)
        return lattice->forward[first].columns[CD_LABEL_U + type] *
               lattice->backward[first].columns[CD_LABEL_U + type];
    float p = lattice->forward[first].columns[CD_LABEL_B + type];
    for (uint32_t t = first + 1; t < first + count; t++) {
        bool last = t + 1 == first + count, second = t == first + 1;
        float step = second ? (last ? e->begin_last[type] : e->begin_inner[type])
                            : (last ? e->inner_last[type] : e->inner_inner[type]);
        p *= step * lattice->potential[t].columns[(last ? CD_LABEL_L : CD_LABEL_I) + type] / lattice->norm[t];
    }
    return p * lattice->backward[first + count - 1].columns[CD_LABEL_L + type];
}

/* ---- the best sequence --------------------------------------------------------------------- */

static unsigned left_label(unsigned place)
{
    return place == 0 ? CD_LABEL_O : CD_LABEL_L + place - 1;
}

static unsigned right_label(unsigned place)
{
    return place == 0          ? CD_LABEL_O
           : place <= CD_TYPES ? CD_LABEL_B + place - 1
                               : CD_LABEL_U + place - 1 - CD_TYPES;
}

static void best_step(const struct cd_lattice_row *before, const struct cd_transitions *e,
                      struct cd_lattice_row *after, struct cd_lattice_back *back)
{
    float left[CD_BETWEEN], right[CD_BETWEEN] = {0};
    uint8_t from[CD_BETWEEN] = {0};
    gather_left(before, left);
    for (unsigned i = 0; i < CD_BETWEEN; i++) {
        if (left[i] < 1e-9F)
            continue;
        for (unsigned j = 0; j < CD_BETWEEN; j++) {
            float value = left[i] * e->between[i][j];
            from[j] = value > right[j] ? (uint8_t)i : from[j];
            right[j] = value > right[j] ? value : right[j];
        }
    }
    scatter_right(right, after);
    for (unsigned j = 0; j < CD_BETWEEN; j++)
        back->from[right_label(j)] = (uint8_t)left_label(from[j]);
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float begin = before->columns[CD_LABEL_B + k], inner = before->columns[CD_LABEL_I + k];
        float bi = begin * e->begin_inner[k], ii = inner * e->inner_inner[k];
        float bl = begin * e->begin_last[k], il = inner * e->inner_last[k];
        after->columns[CD_LABEL_I + k] = bi > ii ? bi : ii;
        after->columns[CD_LABEL_L + k] = bl > il ? bl : il;
        back->from[CD_LABEL_I + k] = (uint8_t)((bi > ii ? CD_LABEL_B : CD_LABEL_I) + k);
        back->from[CD_LABEL_L + k] = (uint8_t)((bl > il ? CD_LABEL_B : CD_LABEL_I) + k);
    }
}

void cd_lattice_best(const struct cd_lattice *lattice, const struct cd_transitions *exponential,
                     struct cd_lattice_back *back, uint8_t *labels)
{
    uint32_t n = lattice->length;
    struct cd_lattice_row row, next, ending;
    enter(lattice, exponential, &row);
    weigh(&row, &lattice->potential[0]);
    for (uint32_t t = 1; t < n; t++) {
        best_step(&row, exponential, &next, &back[t]);
        weigh(&next, &lattice->potential[t]);
        row = next;
    }
    leave(lattice, exponential, &ending);
    float best = row.outside * ending.outside;
    unsigned label = CD_LABEL_O;
    for (unsigned i = 0; i < CD_LABELS; i++)
        if (row.columns[i] * ending.columns[i] > best) {
            best = row.columns[i] * ending.columns[i];
            label = i;
        }
    for (uint32_t t = n; t-- > 0;) {
        labels[t] = (uint8_t)label;
        label = t > 0 ? back[t].from[label] : label;
    }
}
