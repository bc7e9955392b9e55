/* lattice.h - a linear-chain conditional random field over BILOU labels (Lafferty, McCallum, Pereira 2001).
 *
 * Only sequences that make sense exist: after O, L or U (a place between names) come O, B or U; after B or I
 * comes I or L of the same type. So a transition is a 17 x 17 table between names, and four numbers per type
 * inside one. Forward-backward runs on scaled probabilities, not logarithms. Pure functions on caller's
 * memory. */
#ifndef COPYDESK_ENTITIES_LATTICE_H
#define COPYDESK_ENTITIES_LATTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "labels.h"

/* Places between names: 0 is O; 1 to 8 the types of B (to the right) or L (to the left); 9 to 16 those of U.
 */
enum { CD_BETWEEN = 1 + 2 * CD_TYPES };

/* Scores (natural logarithms); the trainer also keeps gradients and, for the lattice, exponentials in this
 * form. */
struct cd_transitions {
    float between[CD_BETWEEN][CD_BETWEEN]; /* [left][right] */
    float first[CD_BETWEEN];               /* the sentence begins with [right] */
    float last[CD_BETWEEN];                /* the sentence ends with [left] */
    float begin_inner[CD_TYPES], begin_last[CD_TYPES], inner_inner[CD_TYPES], inner_last[CD_TYPES];
};

enum { CD_TRANSITION_FLOATS = sizeof(struct cd_transitions) / sizeof(float) };

bool cd_transitions_finite(const struct cd_transitions *transitions);

enum { CD_INNER_BETWEEN = CD_BETWEEN - 1 };

/* From one side of a border between two tokens to the other, arranged for whole vectors: O apart from the
 * sixteen other places between names. */
struct cd_crossing {
    float between[CD_INNER_BETWEEN][CD_INNER_BETWEEN] __attribute__((aligned(16))); /* [here][there] */
    float from_outside[CD_INNER_BETWEEN];                                           /* O here, [there] */
    float to_outside[CD_INNER_BETWEEN];                                             /* [here], O there */
    float outside;                                                                  /* O on both sides */
};

/* Exponentials of transitions, as the lattice needs them. */
struct cd_transition_factors {
    struct cd_transitions exponential;
    struct cd_crossing forward, backward; /* from left to right, and the other way round */
};

void cd_transitions_prepare(const struct cd_transitions *transitions, struct cd_transition_factors *factors);

/* One token's place in the lattice: 32 columns and O. */
struct cd_lattice_row {
    float columns[CD_LABELS] __attribute__((aligned(16)));
    float outside;
};

/* A stretch of tokens between two places where the labelling is known: the sentence's ends, or a token that
 * is surely O. All arrays have `length` rows. */
struct cd_lattice {
    uint32_t length;
    bool after_outside, before_outside; /* the neighbour is a sure O, not the sentence's end */
    struct cd_lattice_row *potential;   /* in: exp(score - row maximum); 0 forbids a label */
    struct cd_lattice_row *forward, *backward;
    float *norm;       /* forward's sum at each token before it was scaled to 1 */
    float end;         /* the last row's sum over all endings */
    float all_outside; /* P(every token is O) */
};

/* exp(score - maximum) of a row of scores; returns the maximum (at least 0, the score of O). */
float cd_lattice_potential(const float scores[CD_LABELS], struct cd_lattice_row *potential);

/* Fill forward, norm, end and all_outside, of which the rows before `from` are still right; false when no
 * allowed sequence exists. */
bool cd_lattice_forward(struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                        uint32_t from);
/* Then fill backward from the end down to row `to`, scaled so that forward x backward sums to one. */
void cd_lattice_backward(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                         uint32_t to);
/* Both, all rows. */
bool cd_lattice_run(struct cd_lattice *lattice, const struct cd_transition_factors *factors);

/* P(label) of every label at a token, after cd_lattice_backward. */
void cd_lattice_marginals(const struct cd_lattice *lattice, uint32_t token, struct cd_lattice_row *marginals);

/* The same without that of O. */
void cd_lattice_columns(const struct cd_lattice *lattice, uint32_t token, float columns[CD_LABELS]);

/* P(a name of `type` covers exactly the tokens [first, first + count)), after cd_lattice_backward. */
float cd_lattice_span(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                      uint32_t first, uint32_t count, unsigned type);

/* The most probable sequence (Viterbi) on the potentials of a lattice. `best` is scratch of length rows. */
void cd_lattice_best(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                     struct cd_lattice_row *best, uint8_t *labels);

#endif
