#include "suspects.h"

#include <stdlib.h>

void cd_suspects_free(struct cd_suspects *suspects)
{
    free(suspects->items);
    *suspects = (struct cd_suspects){0};
}

static struct cd_suspect *find(const struct cd_suspects *suspects, int32_t partition, int64_t offset)
{
    for (size_t i = 0; i < suspects->count; i++)
        if (suspects->items[i].partition == partition && suspects->items[i].offset == offset)
            return &suspects->items[i];
    return NULL;
}

enum cd_suspicion cd_suspects_find(const struct cd_suspects *suspects, int32_t partition, int64_t offset)
{
    const struct cd_suspect *found = find(suspects, partition, offset);
    return found ? found->suspicion : CD_NOT_SUSPECT;
}

void cd_suspects_refuse(struct cd_suspects *suspects, int32_t partition, int64_t offset)
{
    struct cd_suspect *found = find(suspects, partition, offset);
    if (found) {
        if (found->suspicion < CD_CANNOT_SEND)
            found->suspicion++;
        return;
    }
    if (suspects->count == suspects->capacity) {
        size_t capacity = suspects->capacity ? suspects->capacity * 2 : 64;
        struct cd_suspect *items = realloc(suspects->items, capacity * sizeof *items);
        if (!items)
            return; /* it will be refused and remembered at a later attempt */
        suspects->items = items;
        suspects->capacity = capacity;
    }
    suspects->items[suspects->count++] = (struct cd_suspect){partition, offset, CD_SEND_ALONE};
}

void cd_suspects_forget(struct cd_suspects *suspects, const rd_kafka_topic_partition_list_t *committed)
{
    for (int i = 0; i < committed->cnt; i++) {
        size_t kept = 0;
        for (size_t k = 0; k < suspects->count; k++) {
            struct cd_suspect *item = &suspects->items[k];
            if (item->partition != committed->elems[i].partition ||
                item->offset >= committed->elems[i].offset)
                suspects->items[kept++] = *item;
        }
        suspects->count = kept;
    }
}
