#include "copydesk/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, FIRST_CHUNK_BYTES = 64 * 1024 };

/* Chunks form a list, newest first; only the newest has room. */
struct chunk {
    struct chunk *older;
    size_t capacity, used;
    _Alignas(ALIGNMENT) char bytes[];
};

struct cd_arena {
    struct chunk *newest;
    size_t closed_bytes; /* used in all older chunks */
};

static struct chunk *new_chunk(size_t capacity, struct chunk *older)
{
    struct chunk *chunk = malloc(sizeof *chunk + capacity);
    if (!chunk)
        return NULL;
    chunk->older = older;
    chunk->capacity = capacity;
    chunk->used = 0;
    return chunk;
}

static void free_chunks(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

struct cd_arena *cd_arena_new(size_t initial_bytes)
{
    struct cd_arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        return NULL;
    arena->newest = new_chunk(initial_bytes ? initial_bytes : FIRST_CHUNK_BYTES, NULL);
    if (!arena->newest) {
        free(arena);
        return NULL;
    }
    return arena;
}

void cd_arena_free(struct cd_arena *arena)
{
    if (!arena)
        return;
    free_chunks(arena->newest);
    free(arena);
}

static size_t aligned(size_t size_bytes)
{
    return (size_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *cd_arena_allocate(struct cd_arena *arena, size_t size_bytes)
{
    if (size_bytes > SIZE_MAX / 4)
        return NULL;
    size_t need = aligned(size_bytes);
    struct chunk *chunk = arena->newest;
    if (need > chunk->capacity - chunk->used) {
        size_t capacity = chunk->capacity * 2;
        struct chunk *bigger = new_chunk(capacity > need ? capacity : need, chunk);
        if (!bigger)
            return NULL;
        arena->closed_bytes += chunk->used;
        arena->newest = chunk = bigger;
    }
    void *block = chunk->bytes + chunk->used;
    chunk->used += need;
    return block;
}

void *cd_arena_zeroed(struct cd_arena *arena, size_t count, size_t size_bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, size_bytes, &total))
        return NULL;
    void *block = cd_arena_allocate(arena, total);
    return block ? memset(block, 0, total) : NULL;
}

void *cd_arena_grow(struct cd_arena *arena, void *old, size_t old_bytes, size_t new_bytes)
{
    struct chunk *chunk = arena->newest;
    size_t old_room = aligned(old_bytes), new_room = aligned(new_bytes);
    bool is_newest = old && (char *)old + old_room == chunk->bytes + chunk->used;
    if (is_newest && new_room >= old_room && new_room - old_room <= chunk->capacity - chunk->used) {
        chunk->used += new_room - old_room;
        return old;
    }
    void *block = cd_arena_allocate(arena, new_bytes);
    if (block && old && old_bytes)
        memcpy(block, old, old_bytes < new_bytes ? old_bytes : new_bytes);
    return block;
}

struct cd_slice cd_arena_copy(struct cd_arena *arena, struct cd_slice slice)
{
    char *copy = cd_arena_allocate(arena, slice.length + 1);
    if (!copy)
        return (struct cd_slice){NULL, 0};
    if (slice.length)
        memcpy(copy, slice.bytes, slice.length);
    copy[slice.length] = '\0';
    return (struct cd_slice){copy, slice.length};
}

/* Make the newest chunk the only one, with room for all that was used, but at most `keep_bytes`. */
static void merge_chunks(struct cd_arena *arena, size_t wanted)
{
    struct chunk *only = new_chunk(wanted, NULL);
    if (!only) { /* no memory for a merged one: keep the newest, it is the largest */
        free_chunks(arena->newest->older);
        arena->newest->older = NULL;
        return;
    }
    free_chunks(arena->newest);
    arena->newest = only;
}

void cd_arena_reset(struct cd_arena *arena, size_t keep_bytes)
{
    size_t used = cd_arena_used_bytes(arena);
    struct chunk *chunk = arena->newest;
    size_t limit = keep_bytes ? keep_bytes : SIZE_MAX;
    if (chunk->older)
        merge_chunks(arena, used < limit ? used : limit);
    else if (chunk->capacity > limit)
        merge_chunks(arena, limit);
    arena->newest->used = 0;
    arena->closed_bytes = 0;
}

size_t cd_arena_used_bytes(const struct cd_arena *arena)
{
    return arena->closed_bytes + arena->newest->used;
}
