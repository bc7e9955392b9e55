#include "entity_look.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../entities/stretches.h"
#include "copydesk/hash.h"
#include "entity_calibration.h"

enum { TOKENS_MAX = 512 };

/* Documents that count less than this were not annotated by people, or by sentence only. Other hands and
 * other kinds of text than news are welcome: a feed is rarely just like what the tagger learned from. */
static const float calibrating_from = 0.65F;

struct training {
    const struct cd_look_options *options;
    struct cd_second_look look; /* on `rows` */
    float (*rows)[CD_LABELS], (*squares)[CD_LABELS];
    struct cd_judgements *judgements; /* [caseless]; NULL while learning */
    const cd_label_set *labels;       /* of the document at hand */
    uint32_t complete_types;          /* the same, bit per type */
    float weight;                     /* the same */
    double fit;
    uint64_t stretches;
    uint16_t features[TOKENS_MAX][CD_LOOK_FEATURES_MAX];
    uint32_t counts[TOKENS_MAX];
    struct cd_lattice_row potential[TOKENS_MAX], wanted[TOKENS_MAX], forward[TOKENS_MAX],
        backward[TOKENS_MAX];
    struct cd_lattice_row viterbi[TOKENS_MAX];
    float norm[TOKENS_MAX];
    float gradients[TOKENS_MAX][CD_LABELS];
    uint8_t best[TOKENS_MAX];
};

/* ---- one stretch --------------------------------------------------------------------------- */

/* The scores after the second look, as potentials; false when the second look adds nothing. */
static bool look_at(struct training *t, const struct cd_stretch *stretch)
{
    bool any = false;
    for (uint32_t i = 0; i < stretch->count; i++) {
        float scores[CD_LABELS];
        memcpy(scores, stretch->scores[i], sizeof scores);
        t->counts[i] = cd_stretch_features(stretch, i, t->features[i]);
        any |= t->counts[i] > 0;
        cd_second_look_add(&t->look, t->features[i], t->counts[i], scores);
        cd_lattice_potential(scores, &t->potential[i]);
    }
    return any;
}

static struct cd_lattice lattice_on(struct training *t, const struct cd_stretch *stretch,
                                    struct cd_lattice_row *potential)
{
    struct cd_lattice lattice = stretch->lattice;
    lattice.potential = potential;
    lattice.forward = t->forward;
    lattice.backward = t->backward;
    lattice.norm = t->norm;
    return lattice;
}

/* Keep only the labellings that the annotation allows. */
static void restrict_potentials(struct training *t, const struct cd_stretch *stretch)
{
    const cd_label_set *labels = t->labels + stretch->first_token;
    for (uint32_t i = 0; i < stretch->count; i++) {
        for (unsigned c = 0; c < CD_LABELS; c++)
            t->wanted[i].columns[c] = labels[i] >> c & 1 ? t->potential[i].columns[c] + 1e-30F : 0.0F;
        t->wanted[i].outside = labels[i] >> CD_LABEL_O & 1 ? t->potential[i].outside + 1e-30F : 0.0F;
    }
}

static void update(struct training *t, uint32_t token, const float gradient[CD_LABELS])
{
    for (uint32_t f = 0; f < t->counts[token]; f++) {
        float *row = t->rows[t->features[token][f]], *squares = t->squares[t->features[token][f]];
        for (unsigned c = 0; c < CD_LABELS; c++) {
            float g = gradient[c] - t->options->l2 * row[c];
            squares[c] += g * g;
            row[c] += t->options->learning_rate * g / (sqrtf(squares[c]) + 1e-3F);
        }
    }
}

static void learn(struct training *t, const struct cd_stretch *stretch)
{
    restrict_potentials(t, stretch);
    struct cd_lattice_row p;
    struct cd_lattice wanted = lattice_on(t, stretch, t->wanted);
    if (!cd_lattice_run(&wanted, stretch->factors))
        return; /* the annotation has a name where the first pass is sure that there is none */
    for (uint32_t i = 0; i < stretch->count; i++) {
        cd_lattice_marginals(&wanted, i, &p);
        memcpy(t->gradients[i], p.columns, sizeof t->gradients[i]);
    }
    struct cd_lattice all = lattice_on(t, stretch, t->potential);
    if (!cd_lattice_run(&all, stretch->factors))
        return;
    for (uint32_t i = 0; i < stretch->count; i++) {
        cd_lattice_marginals(&all, i, &p);
        for (unsigned c = 0; c < CD_LABELS; c++) {
            t->gradients[i][c] = (t->gradients[i][c] - p.columns[c]) * t->weight;
            t->fit += (double)fabsf(t->gradients[i][c]);
        }
        update(t, i, t->gradients[i]);
    }
    t->stretches++;
}

/* Compare the best labelling's names with the annotated ones. */
static void judge(struct training *t, const struct cd_stretch *stretch)
{
    struct cd_lattice lattice = lattice_on(t, stretch, t->potential);
    cd_lattice_best(&lattice, stretch->factors, t->viterbi, t->best);
    if (!cd_lattice_run(&lattice, stretch->factors))
        return;
    const cd_label_set *gold = t->labels + stretch->first_token;
    for (uint32_t i = 0; i < stretch->count; i++) {
        if (t->best[i] == CD_LABEL_O)
            continue;
        uint32_t begin = i;
        unsigned type = t->best[i] % CD_TYPES;
        bool right = gold[i] == (cd_label_set)1 << t->best[i];
        while (t->best[i] < CD_LABEL_L && i + 1 < stretch->count) {
            i++;
            right &= gold[i] == (cd_label_set)1 << t->best[i];
        }
        if (t->complete_types >> type & 1)
            cd_judgements_add(&t->judgements[stretch->caseless],
                              cd_lattice_span(&lattice, stretch->factors, begin, i - begin + 1, type), type,
                              right, t->weight == 1.0F ? 1.0F : t->options->unfamiliar_weight);
    }
}

static void visit(void *context, const struct cd_stretch *stretch)
{
    struct training *t = context;
    if (stretch->count > TOKENS_MAX)
        return;
    bool any = look_at(t, stretch);
    if (t->judgements)
        judge(t, stretch);
    else if (any)
        learn(t, stretch);
}

/* ---- documents ----------------------------------------------------------------------------- */

struct reader {
    struct training *training;
    const struct cd_corpus *corpus;
    struct cd_tagger *const *taggers;
    struct cd_tagger_scratch **scratches;
    unsigned folds;
    struct cd_arena *arena;
};

static enum cd_status read_copy(struct reader *r, uint32_t number, enum cd_recased how, uint64_t random,
                                struct cd_error *error)
{
    const struct cd_gold_document *gold = &r->corpus->documents[number];
    cd_arena_reset(r->arena, 0);
    struct cd_slice title = cd_arena_copy(r->arena, gold->title), body = cd_arena_copy(r->arena, gold->body);
    cd_recase_copy(how, random, r->arena, title, body);
    struct cd_document document;
    enum cd_status status = cd_document_build(title, body, r->arena, &document, error);
    if (status != CD_OK)
        return status;
    cd_label_set *labels = cd_arena_allocate(r->arena, (document.token_count + 1) * sizeof *labels);
    if (!labels)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    cd_corpus_label(gold, &document, labels);
    r->training->labels = labels;
    r->training->complete_types = gold->complete_types;
    r->training->weight = gold->weight;
    unsigned fold = number % r->folds;
    return cd_visit_stretches(r->taggers[fold], r->scratches[fold], &document, r->arena, visit, r->training,
                              error);
}

/* As it stands, and half of the time in another letter case. */
static enum cd_status read_document(struct reader *r, uint32_t number, uint64_t random,
                                    struct cd_error *error)
{
    enum cd_status status = read_copy(r, number, CD_RECASED_NOT, 0, error);
    if (status == CD_OK && random % 4 < 2)
        status = read_copy(r, number, random % 4 ? CD_RECASED_PARTS : CD_RECASED_WHOLE, random >> 8, error);
    return status;
}

static enum cd_status read_all(struct reader *r, uint64_t seed, float weight_min, struct cd_error *error)
{
    uint32_t count = r->corpus->count;
    uint32_t *order = malloc(((size_t)count + 1) * sizeof *order);
    if (!order)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)(cd_hash_mix(seed, i) % i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
    enum cd_status status = CD_OK;
    for (uint32_t i = 0; i < count && status == CD_OK; i++)
        if (r->corpus->documents[order[i]].weight >= weight_min)
            status = read_document(r, order[i], cd_hash_mix(seed + 1, order[i]), error);
    free(order);
    return status;
}

static enum cd_status run(struct reader *r, struct cd_trained_look *trained, struct cd_error *error)
{
    struct training *t = r->training;
    enum cd_status status = CD_OK;
    for (unsigned epoch = 0; epoch < t->options->epochs && status == CD_OK; epoch++) {
        t->fit = 0;
        t->stretches = 0;
        status = read_all(r, t->options->seed + epoch, 0, error);
        fprintf(stderr, "second look, epoch %u: gradient %.4f a stretch\n", epoch + 1,
                t->fit / (double)(t->stretches + 1));
    }
    struct cd_judgements judgements[2] = {0};
    t->judgements = judgements;
    if (status == CD_OK)
        status = read_all(r, t->options->seed, calibrating_from, error);
    for (unsigned caseless = 0; caseless < 2; caseless++) {
        cd_calibration_fit(&judgements[caseless], &trained->calibration[caseless]);
        cd_judgements_free(&judgements[caseless]);
    }
    return status;
}

enum cd_status cd_look_train(const struct cd_corpus *corpus, struct cd_tagger *const *taggers, unsigned folds,
                             const struct cd_look_options *options, struct cd_trained_look *trained,
                             struct cd_error *error)
{
    struct training *t = calloc(1, sizeof *t);
    struct reader r = {.training = t, .corpus = corpus, .taggers = taggers, .folds = folds};
    r.scratches = calloc(folds, sizeof(struct cd_tagger_scratch *));
    r.arena = cd_arena_new(0);
    trained->rows = calloc(cd_second_look_rows(), sizeof *trained->rows);
    bool room = t && r.scratches && r.arena && trained->rows;
    room = room && (t->squares = calloc(cd_second_look_rows(), sizeof *t->squares)) != NULL;
    for (unsigned f = 0; f < folds && room; f++)
        room = (r.scratches[f] = cd_tagger_scratch_new(taggers[f])) != NULL;
    enum cd_status status = room ? CD_OK : cd_fail(error, CD_MEMORY, NULL, "out of memory");
    if (room) {
        t->options = options;
        t->rows = trained->rows;
        t->look.rows = (const float(*)[CD_LABELS])trained->rows;
        status = run(&r, trained, error);
    }
    for (unsigned f = 0; f < folds && r.scratches; f++)
        cd_tagger_scratch_free(r.scratches[f]);
    free(r.scratches);
    cd_arena_free(r.arena);
    if (t)
        free(t->squares);
    free(t);
    return status;
}
