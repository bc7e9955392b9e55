/* pool.h - the handler threads: they turn the messages of a batch into values, in parallel.
 *
 * Up to two batches are in the pool at a time, worked off in the order they came. All functions are called
 * from one thread, the owner's; the handler runs on the pool's threads. */
#ifndef COPYDESK_STREAM_POOL_H
#define COPYDESK_STREAM_POOL_H

#include <stdbool.h>

#include "batch.h"
#include "copydesk/stream.h"

enum { CD_THREADS_MAX = 256 };

struct cd_pool;

/* The threads that `threads` asks for: 0 means one per core; at most CD_THREADS_MAX. */
unsigned cd_pool_thread_count(int64_t threads);

/* Start `threads` threads. `handler` is borrowed. */
enum cd_status cd_pool_new(const struct cd_handler *handler, unsigned threads, struct cd_pool **started,
                           struct cd_error *error);
/* Batches still in the pool are cancelled and waited for. */
void cd_pool_free(struct cd_pool *pool);
unsigned cd_pool_threads(const struct cd_pool *pool);

/* Give a batch to the threads; it must not be touched until it is done. */
void cd_pool_submit(struct cd_pool *pool, struct cd_batch *batch);
/* Wait at most `timeout_ms` (0: only look); true when every item has its outcome or was skipped. */
bool cd_pool_wait(struct cd_pool *pool, struct cd_batch *batch, int timeout_ms);
/* Skip the items that no thread has begun; then wait with cd_pool_wait. */
void cd_pool_cancel(struct cd_pool *pool, struct cd_batch *batch);

#endif
