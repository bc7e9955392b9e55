#include "lattice.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- transitions --------------------------------------------------------------------------- */

bool cd_transitions_finite(const struct cd_transitions *transitions)
{
    const float *values = (const float *)transitions;
    for (unsigned i = 0; i < CD_TRANSITION_FLOATS; i++)
        if (!(fabsf(values[i]) < 1000.0F))
            return false;
    return true;
}

void cd_transitions_prepare(const struct cd_transitions *transitions, struct cd_transition_factors *factors)
{
    struct cd_transitions *e = &factors->exponential;
    const float *from = (const float *)transitions;
    float *to = (float *)e;
    for (unsigned i = 0; i < CD_TRANSITION_FLOATS; i++)
        to[i] = expf(from[i]);
    struct cd_crossing *forward = &factors->forward, *backward = &factors->backward;
    forward->outside = backward->outside = e->between[0][0];
    for (unsigned i = 0; i < CD_INNER_BETWEEN; i++) {
        forward->from_outside[i] = backward->to_outside[i] = e->between[0][1 + i];
        forward->to_outside[i] = backward->from_outside[i] = e->between[1 + i][0];
        for (unsigned j = 0; j < CD_INNER_BETWEEN; j++)
            forward->between[i][j] = backward->between[j][i] = e->between[1 + i][1 + j];
    }
}

/* ---- vectors ------------------------------------------------------------------------------- */

typedef float floats __attribute__((vector_size(16), may_alias));
typedef int32_t masks __attribute__((vector_size(16)));

enum {
    LANES = sizeof(floats) / sizeof(float),
    ROW_VECTORS = CD_LABELS / LANES,
    TYPE_VECTORS = CD_TYPES / LANES
};

static floats *columns_of(struct cd_lattice_row *row, unsigned label)
{
    return (floats *)(void *)(row->columns + label);
}

static const floats *const_columns_of(const struct cd_lattice_row *row, unsigned label)
{
    return (const floats *)(const void *)(row->columns + label);
}

static inline floats larger(floats a, floats b)
{
#ifdef __SSE2__
    return _mm_max_ps(a, b);
#else
    masks a_is_larger = a > b;
    return (floats)(((masks)a & a_is_larger) | ((masks)b & ~a_is_larger));
#endif
}

static float sum_of(floats lanes)
{
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

static float largest_of(floats lanes)
{
    float first = lanes[0] > lanes[2] ? lanes[0] : lanes[2],
          second = lanes[1] > lanes[3] ? lanes[1] : lanes[3];
    return first > second ? first : second;
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
    floats largest = {0}, next;
    for (unsigned v = 0; v < ROW_VECTORS; v++) {
        memcpy(&next, scores + v * LANES, sizeof next);
        largest = larger(next, largest);
    }
    float maximum = largest_of(largest);
    for (unsigned i = 0; i < CD_LABELS; i++)
        potential->columns[i] = exponential_of_negative(scores[i] - maximum);
    potential->outside = exponential_of_negative(-maximum);
    return maximum;
}

/* ---- places between names ------------------------------------------------------------------ */

/* The sixteen places between names next to O: L and U of each type to the left, B and U to the right. */
struct places {
    floats lanes[2 * TYPE_VECTORS];
    float outside;
};

static struct places gather(const struct cd_lattice_row *row, unsigned first_label, unsigned second_label)
{
    struct places places = {.outside = row->outside};
    for (unsigned v = 0; v < TYPE_VECTORS; v++) {
        places.lanes[v] = const_columns_of(row, first_label)[v];
        places.lanes[TYPE_VECTORS + v] = const_columns_of(row, second_label)[v];
    }
    return places;
}

static void scatter(const struct places *places, unsigned first_label, unsigned second_label,
                    struct cd_lattice_row *row)
{
    row->outside = places->outside;
    for (unsigned v = 0; v < TYPE_VECTORS; v++) {
        columns_of(row, first_label)[v] = places->lanes[v];
        columns_of(row, second_label)[v] = places->lanes[TYPE_VECTORS + v];
    }
}

static const floats *vectors_of(const float values[CD_INNER_BETWEEN])
{
    return (const floats *)(const void *)values;
}

/* What arrives there from all places here. */
static struct places cross(const struct cd_crossing *crossing, const struct places *here)
{
    const float *values = (const float *)here->lanes;
    const floats *from_outside = vectors_of(crossing->from_outside),
                 *to_outside = vectors_of(crossing->to_outside);
    struct places there;
    floats outside = {here->outside * crossing->outside};
    for (unsigned v = 0; v < 2 * TYPE_VECTORS; v++) {
        there.lanes[v] = here->outside * from_outside[v];
        outside += here->lanes[v] * to_outside[v];
    }
    /* Two sums side by side: an addition need not wait for the one before. */
    floats others[2 * TYPE_VECTORS] = {0};
    for (unsigned i = 0; i < CD_INNER_BETWEEN; i += 2)
        for (unsigned v = 0; v < 2 * TYPE_VECTORS; v++) {
            there.lanes[v] += values[i] * vectors_of(crossing->between[i])[v];
            others[v] += values[i + 1] * vectors_of(crossing->between[i + 1])[v];
        }
    for (unsigned v = 0; v < 2 * TYPE_VECTORS; v++)
        there.lanes[v] += others[v];
    there.outside = sum_of(outside);
    return there;
}

/* ---- forward and backward ------------------------------------------------------------------ */

/* row *= potential, scaled to sum 1; returns the sum before. */
static float weigh(struct cd_lattice_row *row, const struct cd_lattice_row *potential)
{
    floats *columns = columns_of(row, 0), sums[2] = {0};
    const floats *weights = const_columns_of(potential, 0);
    row->outside *= potential->outside;
    for (unsigned v = 0; v < ROW_VECTORS; v++)
        sums[v % 2] += columns[v] *= weights[v];
    float sum = row->outside + sum_of(sums[0] + sums[1]), inverse = sum > 0.0F ? 1.0F / sum : 0.0F;
    row->outside *= inverse;
    for (unsigned v = 0; v < ROW_VECTORS; v++)
        columns[v] *= inverse;
    return sum;
}

static void step_forward(const struct cd_lattice_row *before, const struct cd_transition_factors *factors,
                         struct cd_lattice_row *after)
{
    const struct cd_transitions *e = &factors->exponential;
    struct places left = gather(before, CD_LABEL_L, CD_LABEL_U), right = cross(&factors->forward, &left);
    scatter(&right, CD_LABEL_B, CD_LABEL_U, after);
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float begin = before->columns[CD_LABEL_B + k], inner = before->columns[CD_LABEL_I + k];
        after->columns[CD_LABEL_I + k] = begin * e->begin_inner[k] + inner * e->inner_inner[k];
        after->columns[CD_LABEL_L + k] = begin * e->begin_last[k] + inner * e->inner_last[k];
    }
}

/* before = sum over what follows of transition x potential x backward. */
static void step_backward(const struct cd_lattice_row *after, const struct cd_lattice_row *potential,
                          float scale, const struct cd_transition_factors *factors,
                          struct cd_lattice_row *before)
{
    const struct cd_transitions *e = &factors->exponential;
    struct cd_lattice_row value;
    value.outside = after->outside * potential->outside * scale;
    for (unsigned v = 0; v < ROW_VECTORS; v++)
        columns_of(&value, 0)[v] = const_columns_of(after, 0)[v] * const_columns_of(potential, 0)[v] * scale;
    struct places right = gather(&value, CD_LABEL_B, CD_LABEL_U), left = cross(&factors->backward, &right);
    scatter(&left, CD_LABEL_L, CD_LABEL_U, before);
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float inner = value.columns[CD_LABEL_I + k], last = value.columns[CD_LABEL_L + k];
        before->columns[CD_LABEL_B + k] = e->begin_inner[k] * inner + e->begin_last[k] * last;
        before->columns[CD_LABEL_I + k] = e->inner_inner[k] * inner + e->inner_last[k] * last;
    }
}

static void enter(const struct cd_lattice *lattice, const struct cd_transitions *e,
                  struct cd_lattice_row *row)
{
    const float *right = lattice->after_outside ? e->between[0] : e->first;
    *row = (struct cd_lattice_row){.outside = right[0]};
    for (unsigned k = 0; k < CD_TYPES; k++) {
        row->columns[CD_LABEL_B + k] = right[1 + k];
        row->columns[CD_LABEL_U + k] = right[1 + CD_TYPES + k];
    }
}

static void leave(const struct cd_lattice *lattice, const struct cd_transitions *e,
                  struct cd_lattice_row *row)
{
    *row = (struct cd_lattice_row){.outside = lattice->before_outside ? e->between[0][0] : e->last[0]};
    for (unsigned k = 0; k < 2 * CD_TYPES; k++)
        row->columns[CD_LABEL_L + k] = lattice->before_outside ? e->between[1 + k][0] : e->last[1 + k];
}

/* P(every token is O), all rows being filled in. */
static float all_outside(const struct cd_lattice *lattice, const struct cd_transitions *e, float ending)
{
    float p = (lattice->after_outside ? e->between[0][0] : e->first[0]) * ending / lattice->end;
    for (uint32_t t = 0; t < lattice->length; t++)
        p *= (t > 0 ? e->between[0][0] : 1.0F) * lattice->potential[t].outside / lattice->norm[t];
    return p;
}

bool cd_lattice_forward(struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                        uint32_t from)
{
    const struct cd_transitions *e = &factors->exponential;
    for (uint32_t t = from; t < lattice->length; t++) {
        if (t == 0)
            enter(lattice, e, &lattice->forward[0]);
        else
            step_forward(&lattice->forward[t - 1], factors, &lattice->forward[t]);
        lattice->norm[t] = weigh(&lattice->forward[t], &lattice->potential[t]);
        if (!(lattice->norm[t] > 0.0F))
            return false;
    }
    struct cd_lattice_row ending;
    leave(lattice, e, &ending);
    const struct cd_lattice_row *last = &lattice->forward[lattice->length - 1];
    floats sums = {ending.outside * last->outside};
    for (unsigned v = 0; v < ROW_VECTORS; v++)
        sums += const_columns_of(&ending, 0)[v] * const_columns_of(last, 0)[v];
    lattice->end = sum_of(sums);
    lattice->all_outside = all_outside(lattice, e, ending.outside);
    return lattice->end > 0.0F;
}

void cd_lattice_backward(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                         uint32_t to)
{
    struct cd_lattice_row *last = &lattice->backward[lattice->length - 1];
    float inverse = 1.0F / lattice->end;
    leave(lattice, &factors->exponential, last);
    last->outside *= inverse;
    for (unsigned v = 0; v < ROW_VECTORS; v++)
        columns_of(last, 0)[v] *= inverse;
    for (uint32_t t = lattice->length - 1; t > to; t--)
        step_backward(&lattice->backward[t], &lattice->potential[t], 1.0F / lattice->norm[t], factors,
                      &lattice->backward[t - 1]);
}

bool cd_lattice_run(struct cd_lattice *lattice, const struct cd_transition_factors *factors)
{
    if (!cd_lattice_forward(lattice, factors, 0))
        return false;
    cd_lattice_backward(lattice, factors, 0);
    return true;
}

void cd_lattice_columns(const struct cd_lattice *lattice, uint32_t token, float columns[CD_LABELS])
{
    const struct cd_lattice_row *f = &lattice->forward[token], *b = &lattice->backward[token];
    for (unsigned i = 0; i < CD_LABELS; i++)
        columns[i] = f->columns[i] * b->columns[i];
}

void cd_lattice_marginals(const struct cd_lattice *lattice, uint32_t token, struct cd_lattice_row *marginals)
{
    const struct cd_lattice_row *f = &lattice->forward[token], *b = &lattice->backward[token];
    cd_lattice_columns(lattice, token, marginals->columns);
    marginals->outside = f->outside * b->outside;
}

float cd_lattice_span(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                      uint32_t first, uint32_t count, unsigned type)
{
    const struct cd_transitions *e = &factors->exponential;
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

/* Like cross, but the best of what arrives instead of the sum. */
static struct places cross_best(const struct cd_crossing *crossing, const struct places *here)
{
    const float *values = (const float *)here->lanes;
    const floats *from_outside = vectors_of(crossing->from_outside),
                 *to_outside = vectors_of(crossing->to_outside);
    struct places there;
    floats outside = {here->outside * crossing->outside};
    for (unsigned v = 0; v < 2 * TYPE_VECTORS; v++) {
        there.lanes[v] = here->outside * from_outside[v];
        outside = larger(outside, here->lanes[v] * to_outside[v]);
    }
    for (unsigned i = 0; i < CD_INNER_BETWEEN; i++)
        for (unsigned v = 0; v < 2 * TYPE_VECTORS; v++)
            there.lanes[v] = larger(there.lanes[v], values[i] * vectors_of(crossing->between[i])[v]);
    there.outside = largest_of(outside);
    return there;
}

static void best_step(const struct cd_lattice_row *before, const struct cd_transition_factors *factors,
                      struct cd_lattice_row *after)
{
    const struct cd_transitions *e = &factors->exponential;
    struct places left = gather(before, CD_LABEL_L, CD_LABEL_U), right = cross_best(&factors->forward, &left);
    scatter(&right, CD_LABEL_B, CD_LABEL_U, after);
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float begin = before->columns[CD_LABEL_B + k], inner = before->columns[CD_LABEL_I + k];
        float bi = begin * e->begin_inner[k], ii = inner * e->inner_inner[k];
        float bl = begin * e->begin_last[k], il = inner * e->inner_last[k];
        after->columns[CD_LABEL_I + k] = bi > ii ? bi : ii;
        after->columns[CD_LABEL_L + k] = bl > il ? bl : il;
    }
}

/* The best label before `label`. The way back is short, so it is found again instead of being noted down for
 * every label on the way forward. */
static unsigned best_before(const struct cd_lattice_row *before, const struct cd_transitions *e,
                            unsigned label)
{
    unsigned k = label % CD_TYPES;
    if (label >= CD_LABEL_I && label < CD_LABEL_U) {
        bool last = label >= CD_LABEL_L;
        float begin = before->columns[CD_LABEL_B + k] * (last ? e->begin_last[k] : e->begin_inner[k]),
              inner = before->columns[CD_LABEL_I + k] * (last ? e->inner_last[k] : e->inner_inner[k]);
        return (begin > inner ? CD_LABEL_B : CD_LABEL_I) + k;
    }
    unsigned right = label == CD_LABEL_O ? 0 : label < CD_LABEL_I ? 1 + k : 1 + CD_TYPES + k;
    float best = before->outside * e->between[0][right];
    unsigned from = CD_LABEL_O;
    for (unsigned i = 0; i < CD_INNER_BETWEEN; i++) {
        float value = before->columns[CD_LABEL_L + i] * e->between[1 + i][right];
        from = value > best ? CD_LABEL_L + i : from;
        best = value > best ? value : best;
    }
    return from;
}

void cd_lattice_best(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                     struct cd_lattice_row *best, uint8_t *labels)
{
    const struct cd_transitions *e = &factors->exponential;
    uint32_t n = lattice->length;
    struct cd_lattice_row ending;
    enter(lattice, e, &best[0]);
    weigh(&best[0], &lattice->potential[0]);
    for (uint32_t t = 1; t < n; t++) {
        best_step(&best[t - 1], factors, &best[t]);
        weigh(&best[t], &lattice->potential[t]);
    }
    leave(lattice, e, &ending);
    float value = best[n - 1].outside * ending.outside;
    unsigned label = CD_LABEL_O;
    for (unsigned i = 0; i < CD_LABELS; i++)
        if (best[n - 1].columns[i] * ending.columns[i] > value) {
            value = best[n - 1].columns[i] * ending.columns[i];
            label = i;
        }
    for (uint32_t t = n; t-- > 0;) {
        labels[t] = (uint8_t)label;
        label = t > 0 ? best_before(&best[t - 1], e, label) : label;
    }
}
