/* arena.h - scratch memory that is given back all at once.
 *
 * One arena per thread, reset per article (house law 3): after a few articles the hot path does not call
 * malloc. Blocks are aligned to 16 bytes and not cleared unless asked. An arena belongs to one thread at a
 * time. */
#ifndef COPYDESK_ARENA_H
#define COPYDESK_ARENA_H

#include <stddef.h>

#include "copydesk/slice.h"

struct cd_arena;

/* A new arena that starts with `initial_bytes` (0: 64 KiB). NULL when out of memory. Free with cd_arena_free.
 */
struct cd_arena *cd_arena_new(size_t initial_bytes);
void cd_arena_free(struct cd_arena *arena);

/* `size_bytes` of memory that lives until the next reset. NULL when out of memory. Size 0 gives a valid
 * pointer. */
void *cd_arena_allocate(struct cd_arena *arena, size_t size_bytes);

/* The same for `count` items of `size_bytes`, set to zero; NULL also when the product overflows. */
void *cd_arena_zeroed(struct cd_arena *arena, size_t count, size_t size_bytes);

/* Grow the block `old` from `old_bytes` to `new_bytes` (in place when it is the newest block, else copied).
 */
void *cd_arena_grow(struct cd_arena *arena, void *old, size_t old_bytes, size_t new_bytes);

/* A copy of the slice with a NUL after it (not counted). bytes == NULL when out of memory. */
struct cd_slice cd_arena_copy(struct cd_arena *arena, struct cd_slice slice);

/* Forget all blocks. Chunks are merged into one, so that the next article of the same size needs no malloc;
 * memory beyond `keep_bytes` (0: keep all) goes back to the system, so that one huge article does not stay.
 */
void cd_arena_reset(struct cd_arena *arena, size_t keep_bytes);

/* Bytes handed out since the last reset. */
size_t cd_arena_used_bytes(const struct cd_arena *arena);

#endif
