#include "partitions.h"

#include <stdlib.h>
#include <string.h>

void cd_partitions_free(struct cd_partitions *partitions)
{
    free(partitions->items);
    *partitions = (struct cd_partitions){0};
}

/* The first place whose partition is not below `partition`. */
static size_t place_of(const struct cd_partitions *partitions, int32_t partition)
{
    size_t low = 0, high = partitions->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (partitions->items[middle].partition < partition)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct cd_partition *cd_partitions_find(struct cd_partitions *partitions, int32_t partition)
{
    size_t place = place_of(partitions, partition);
    if (place == partitions->count || partitions->items[place].partition != partition)
        return NULL;
    return &partitions->items[place];
}

static bool make_room(struct cd_partitions *partitions)
{
    if (partitions->count < partitions->capacity)
        return true;
    size_t capacity = partitions->capacity ? partitions->capacity * 2 : 16;
    struct cd_partition *items = realloc(partitions->items, capacity * sizeof *items);
    if (!items)
        return false;
    partitions->items = items;
    partitions->capacity = capacity;
    return true;
}

bool cd_partitions_assign(struct cd_partitions *partitions, int32_t partition)
{
    size_t place = place_of(partitions, partition);
    if (!cd_partitions_find(partitions, partition)) {
        if (!make_room(partitions))
            return false;
        memmove(partitions->items + place + 1, partitions->items + place,
                (partitions->count - place) * sizeof *partitions->items);
        partitions->count++;
    }
    partitions->items[place] =
        (struct cd_partition){partition, CD_OFFSET_UNKNOWN, CD_OFFSET_UNKNOWN, CD_OFFSET_UNKNOWN};
    return true;
}

void cd_partitions_revoke(struct cd_partitions *partitions, int32_t partition)
{
    struct cd_partition *found = cd_partitions_find(partitions, partition);
    if (!found)
        return;
    size_t place = (size_t)(found - partitions->items);
    partitions->count--;
    memmove(found, found + 1, (partitions->count - place) * sizeof *found);
}

bool cd_partitions_take(struct cd_partitions *partitions, int32_t partition, int64_t offset)
{
    struct cd_partition *found = cd_partitions_find(partitions, partition);
    if (!found)
        return false;
    if (found->next_offset != CD_OFFSET_UNKNOWN && offset < found->next_offset)
        return false; /* librdkafka may give a message again after a rebalance's pause (#4636) */
    if (found->rewind_offset == CD_OFFSET_UNKNOWN)
        found->rewind_offset = offset;
    found->next_offset = offset + 1;
    return true;
}

void cd_partitions_commit(struct cd_partitions *partitions, int32_t partition, int64_t offset)
{
    struct cd_partition *found = cd_partitions_find(partitions, partition);
    if (found)
        found->rewind_offset = offset;
}

void cd_partitions_rewind(struct cd_partition *partition, int64_t offset)
{
    partition->rewind_offset = offset;
    partition->next_offset = offset;
    partition->end_offset = CD_OFFSET_UNKNOWN;
}
