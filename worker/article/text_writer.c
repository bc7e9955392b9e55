#include "article_parts.h"

enum { FIRST_RUNS = 16 };

struct text_writer text_writer_new(struct cd_arena *arena, struct cd_slice source)
{
    return (struct text_writer){.arena = arena, .source = source};
}

static bool reserve_bytes(struct text_writer *writer, size_t extra)
{
    size_t need = writer->length + extra;
    if (need <= writer->capacity)
        return !writer->failed;
    size_t capacity = writer->capacity ? writer->capacity * 2 : writer->source.length + 16;
    if (capacity < need)
        capacity = need;
    char *bytes = cd_arena_grow(writer->arena, writer->bytes, writer->capacity, capacity);
    if (!bytes) {
        writer->failed = true;
        return false;
    }
    writer->bytes = bytes;
    writer->capacity = capacity;
    return true;
}

static bool reserve_run(struct text_writer *writer)
{
    if (writer->run_count < writer->run_capacity)
        return true;
    uint32_t capacity = writer->run_capacity ? writer->run_capacity * 2 : FIRST_RUNS;
    struct cd_offset_run *runs =
        cd_arena_grow(writer->arena, writer->runs, writer->run_capacity * sizeof *writer->runs,
                      capacity * sizeof *writer->runs);
    if (!runs) {
        writer->failed = true;
        return false;
    }
    writer->runs = runs;
    writer->run_capacity = capacity;
    return true;
}

/* Published bytes from here on stand at `original` and after; nothing to do when they did already. */
static void start_run(struct text_writer *writer, size_t original)
{
    if (writer->run_count) {
        const struct cd_offset_run *last = &writer->runs[writer->run_count - 1];
        if (last->original_byte + (writer->length - last->clean_byte) == original)
            return;
    }
    if (reserve_run(writer))
        writer->runs[writer->run_count++] =
            (struct cd_offset_run){(uint32_t)writer->length, (uint32_t)original};
}

static void append(struct text_writer *writer, const char *bytes, size_t length, size_t original)
{
    if (length == 0 || !reserve_bytes(writer, length))
        return;
    start_run(writer, original);
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

void text_writer_copy(struct text_writer *writer, size_t begin, size_t end)
{
    append(writer, writer->source.bytes + begin, end - begin, begin);
}

void text_writer_replace(struct text_writer *writer, struct cd_slice bytes, size_t begin, size_t end)
{
    size_t last = end > begin ? end - 1 : begin;
    for (size_t i = 0; i < bytes.length; i++) {
        size_t original = begin + i < last ? begin + i : last;
        if (i > 0 && i + 1 == bytes.length)
            original = last;
        append(writer, bytes.bytes + i, 1, original);
    }
}

void text_writer_trim_end(struct text_writer *writer)
{
    while (writer->length && strchr(" \n\t", writer->bytes[writer->length - 1]))
        writer->length--;
    while (writer->run_count && writer->runs[writer->run_count - 1].clean_byte >= writer->length)
        writer->run_count--;
}

/* Only a first run that says "published byte 0 is original byte 0" says nothing. */
static bool runs_say_something(const struct text_writer *writer)
{
    return writer->run_count > 1 || (writer->run_count == 1 && writer->runs[0].original_byte != 0);
}

enum cd_status text_writer_finish(struct text_writer *writer, struct cd_text *text, struct cd_error *error)
{
    if (writer->failed)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    text->original = writer->source;
    text->clean = (struct cd_slice){writer->bytes, writer->length};
    text->runs = runs_say_something(writer) ? writer->runs : NULL;
    text->run_count = text->runs ? writer->run_count : 0;
    return CD_OK;
}
