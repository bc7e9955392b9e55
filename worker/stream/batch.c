#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "copydesk/metrics.h"

void cd_batch_free(struct cd_batch *batch)
{
    cd_batch_clear(batch, 0);
    cd_batch_set_threads(batch, 0);
    free(batch->items);
    *batch = (struct cd_batch){0};
}

void cd_batch_clear(struct cd_batch *batch, size_t keep_bytes)
{
    for (size_t i = 0; i < batch->count; i++)
        rd_kafka_message_destroy(batch->items[i].message);
    for (unsigned i = 0; i < batch->output_count; i++) {
        if (batch->outputs[i].capacity > keep_bytes)
            cd_buffer_free(&batch->outputs[i]);
        cd_buffer_clear(&batch->outputs[i]);
    }
    batch->count = batch->bytes = batch->claimed = batch->finished = 0;
    batch->started_us = batch->handling_us = batch->handled_us = 0;
    batch->cancelled = batch->in_pool = false;
    batch->following = NULL;
}

bool cd_batch_set_threads(struct cd_batch *batch, unsigned threads)
{
    if (threads == batch->output_count)
        return true;
    for (unsigned i = 0; i < batch->output_count; i++)
        cd_buffer_free(&batch->outputs[i]);
    free(batch->outputs);
    batch->output_count = 0;
    batch->outputs = threads ? calloc(threads, sizeof *batch->outputs) : NULL;
    if (threads && !batch->outputs)
        return false;
    batch->output_count = threads;
    return true;
}

static bool make_room(struct cd_batch *batch)
{
    if (batch->count < batch->capacity)
        return true;
    size_t capacity = batch->capacity ? batch->capacity * 2 : 256;
    struct cd_item *items = realloc(batch->items, capacity * sizeof *items);
    if (!items)
        return false;
    batch->items = items;
    batch->capacity = capacity;
    return true;
}

bool cd_batch_add(struct cd_batch *batch, rd_kafka_message_t *message)
{
    if (!make_room(batch))
        return false;
    if (batch->count == 0)
        batch->started_us = cd_monotonic_us();
    batch->items[batch->count++] = (struct cd_item){.message = message};
    batch->bytes += message->len + message->key_len;
    return true;
}

static bool is_listed(const rd_kafka_topic_partition_list_t *partitions, int32_t partition)
{
    for (int i = 0; i < partitions->cnt; i++)
        if (partitions->elems[i].partition == partition)
            return true;
    return false;
}

void cd_batch_drop(struct cd_batch *batch, const rd_kafka_topic_partition_list_t *partitions)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++) {
        rd_kafka_message_t *message = batch->items[i].message;
        if (!is_listed(partitions, message->partition)) {
            batch->items[kept++] = batch->items[i];
            continue;
        }
        batch->bytes -= message->len + message->key_len;
        rd_kafka_message_destroy(message);
    }
    batch->count = kept;
}

struct cd_slice cd_batch_value(const struct cd_batch *batch, const struct cd_item *item)
{
    return (struct cd_slice){batch->outputs[item->thread].bytes + item->begin, item->length};
}

struct cd_error cd_batch_reason(const struct cd_batch *batch, const struct cd_item *item)
{
    struct cd_error reason = {.status = CD_INVALID};
    struct cd_slice kept = cd_batch_value(batch, item);
    if (item->outcome == CD_OUTCOME_DEAD_LETTER && kept.length == sizeof reason)
        memcpy(&reason, kept.bytes, sizeof reason);
    return reason;
}

rd_kafka_topic_partition_list_t *cd_batch_offsets(const struct cd_batch *batch, const char *topic)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(16);
    rd_kafka_topic_partition_t *last = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        const rd_kafka_message_t *message = batch->items[i].message;
        if (!last || last->partition != message->partition)
            last = rd_kafka_topic_partition_list_find(offsets, topic, message->partition);
        if (!last)
            last = rd_kafka_topic_partition_list_add(offsets, topic, message->partition);
        last->offset = message->offset + 1;
    }
    return offsets;
}
