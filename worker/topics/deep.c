#include "deep.h"

#include "decision.h"

enum { NAMED_MAX = 64 };

/* Place weights that a name must reach: title and lead, or four times in the body. */
static const float weight_min = 4;

/* A concept that the article names, and how often, by place. */
struct named {
    int32_t concept;
    float weight;
};

enum cd_status cd_deep_open(const struct cd_model_file *file, const struct cd_taxonomy *taxonomy,
                            struct cd_deep_names *names, struct cd_error *error)
{
    struct cd_slice section;
    enum cd_status status = cd_model_section(file, "deep", sizeof(struct cd_deep_slot), &section, error);
    if (status != CD_OK)
        return status;
    size_t count = section.length / sizeof(struct cd_deep_slot);
    if (count == 0 || (count & (count - 1)) != 0)
        return cd_fail(error, CD_INVALID, "topics model", "section \"deep\" has %zu slots", count);
    *names =
        (struct cd_deep_names){(const struct cd_deep_slot *)(const void *)section.bytes, (uint32_t)count - 1};
    bool has_free = false;
    for (size_t i = 0; i < count; i++) {
        has_free |= names->slots[i].hash == 0;
        int32_t concept = names->slots[i].concept;
        bool sound =
            concept >= 0 && concept < (int32_t)taxonomy->count && taxonomy->concepts[concept].level > 2;
        if (names->slots[i].hash != 0 && !sound)
            return cd_fail(error, CD_INVALID, "topics model", "name %zu of section \"deep\" is damaged", i);
    }
    return has_free ? CD_OK : cd_fail(error, CD_INVALID, "topics model", "section \"deep\" has no free slot");
}

int32_t cd_deep_concept(const struct cd_deep_names *names, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & names->slot_mask;
    for (; names->slots[at].hash != 0; at = (at + 1) & names->slot_mask)
        if (names->slots[at].hash == hash)
    return names->slots[at].concept;
    return -1;
}

static uint32_t collect_named(const struct cd_deep_names *names, const struct cd_evidence *evidence,
                              uint32_t evidence_count, struct named *named)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < evidence_count; i++) {
        int32_t concept = cd_deep_concept(names, evidence[i].hash);
        if (concept < 0)
            continue;
        uint32_t n = 0;
        while (n < count && named[n].concept != concept)
            n++;
        if (n == NAMED_MAX)
            continue;
        if (n == count)
            named[count++] = (struct named){concept, 0};
        named[n].weight += evidence[i].weight;
    }
    return count;
}

static const struct cd_subject *subject_of(const struct cd_subjects *subjects,
                                           const struct cd_concept *concept)
{
    for (uint32_t i = 0; i < subjects->count; i++)
        if (subjects->items[i].concept == concept)
            return &subjects->items[i];
    return NULL;
}

/* Add a concept below a given one, with what lies between; stops at `limit` subjects. A concept between two
 * levels is at least as sure as the one below it. */
static void add_below(const struct cd_taxonomy *taxonomy, const struct cd_concept *concept, float share,
                      struct cd_subject ancestor, uint32_t limit, struct cd_subjects *subjects)
{
    for (; concept != ancestor.concept; concept = &taxonomy->concepts[concept->parent])
        if (subjects->count < limit && !subject_of(subjects, concept))
            cd_insert_subject(subjects, (struct cd_subject){.concept = concept,
                                                            .confidence = ancestor.confidence * share,
                                                            .relevance = ancestor.relevance * share});
}

/* The level-2 concept above. */
static const struct cd_concept *second_level(const struct cd_taxonomy *taxonomy,
                                             const struct cd_concept *deep)
{
    while (deep->level > 2)
        deep = &taxonomy->concepts[deep->parent];
    return deep;
}

/* The strongest name that is strong enough; NULL when none is left. */
static struct named *strongest_of(struct named *named, uint32_t count)
{
    struct named *strongest = NULL;
    for (uint32_t i = 0; i < count; i++) {
        float to_beat = strongest ? strongest->weight : 0;
        if (named[i].weight >= weight_min && named[i].weight > to_beat)
            strongest = &named[i];
    }
    return strongest;
}

void cd_add_deep_subjects(const struct cd_deep_names *names, const struct cd_taxonomy *taxonomy,
                          const struct cd_evidence *evidence, uint32_t evidence_count,
                          struct cd_subjects *subjects)
{
    struct named named[NAMED_MAX], *next;
    uint32_t limit = subjects->count + CD_DEEP_SUBJECTS_MAX;
    uint32_t count = collect_named(names, evidence, evidence_count, named);
    /* strongest first, so that what lies above several names keeps the highest share */
    while ((next = strongest_of(named, count))) {
        const struct cd_concept *concept = &taxonomy->concepts[next->concept];
        const struct cd_subject *ancestor = subject_of(subjects, second_level(taxonomy, concept));
        float share = next->weight / (next->weight + 1);
        if (ancestor)
            add_below(taxonomy, concept, share, *ancestor, limit, subjects);
        next->weight = 0;
    }
}
