#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "copydesk/metrics.h"

enum {
    CLAIM = 8
}; /* items a thread takes at once: few enough to share a small batch, enough to lock seldom */

struct worker {
    struct cd_pool *pool;
    pthread_t thread;
    unsigned number;
};

struct cd_pool {
    const struct cd_handler *handler;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    struct cd_batch *first; /* oldest batch with unclaimed items */
    bool ending;
    unsigned thread_count;
    struct worker workers[];
};

unsigned cd_pool_thread_count(int64_t threads)
{
    if (threads <= 0)
        threads = sysconf(_SC_NPROCESSORS_ONLN);
    return threads < 1 ? 1 : threads > CD_THREADS_MAX ? CD_THREADS_MAX : (unsigned)threads;
}

static struct cd_message message_of(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, &type);
    return (struct cd_message){
        .value = {message->payload, message->len},
        .topic = cd_slice_of(rd_kafka_topic_name(message->rkt)),
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : timestamp_ms,
    };
}

/* The outcome of one message; a failure leaves its reason where a value would be. */
static void handle_item(const struct worker *worker, struct cd_batch *batch, struct cd_item *item)
{
    const struct cd_handler *handler = worker->pool->handler;
    struct cd_buffer *out = &batch->outputs[worker->number];
    struct cd_error reason = {.status = CD_INVALID};
    if (!item->message->payload) {
        item->outcome = CD_OUTCOME_TOMBSTONE;
        return;
    }
    struct cd_message message = message_of(item->message);
    item->thread = (uint16_t)worker->number;
    item->begin = out->length;
    enum cd_status status = handler->handle(handler->context, worker->number, &message, out, &reason);
    if (out->failed) {
        out->failed = false;
        status = cd_fail(&reason, CD_MEMORY, NULL, "out of memory while the record was written");
    }
    if (status != CD_OK) {
        out->length = item->begin;
        reason.status = status;
        cd_buffer_append(out, (const char *)&reason, sizeof reason);
    }
    item->length = out->length - item->begin;
    item->outcome = status == CD_OK ? CD_OUTCOME_RECORD : CD_OUTCOME_DEAD_LETTER;
}

/* Take items of the oldest batch; the lock is held. */
static size_t claim(struct cd_pool *pool, struct cd_batch *batch, size_t *first)
{
    size_t left = batch->count - batch->claimed;
    size_t fair = left / pool->thread_count + 1;
    size_t taken = left < CLAIM ? left : CLAIM;
    if (taken > fair)
        taken = fair;
    if (batch->claimed == 0)
        batch->handling_us = cd_monotonic_us();
    *first = batch->claimed;
    batch->claimed += taken;
    if (batch->claimed == batch->count)
        pool->first = batch->following;
    return taken;
}

static void finish(struct cd_pool *pool, struct cd_batch *batch, size_t count)
{
    batch->finished += count;
    if (batch->finished < batch->count)
        return;
    batch->handled_us = cd_monotonic_us();
    pthread_cond_broadcast(&pool->done);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct cd_pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        struct cd_batch *batch = pool->first;
        size_t first = 0;
        if (!batch) {
            pthread_cond_wait(&pool->work, &pool->lock);
            continue;
        }
        size_t count = claim(pool, batch, &first);
        bool skip = batch->cancelled;
        pthread_mutex_unlock(&pool->lock);
        for (size_t i = first; i < first + count && !skip; i++)
            handle_item(worker, batch, &batch->items[i]);
        pthread_mutex_lock(&pool->lock);
        finish(pool, batch, count);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void prepare_locks(struct cd_pool *pool)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

enum cd_status cd_pool_new(const struct cd_handler *handler, unsigned threads, struct cd_pool **started,
                           struct cd_error *error)
{
    struct cd_pool *pool = calloc(1, sizeof *pool + threads * sizeof *pool->workers);
    if (!pool)
        return cd_fail(error, CD_MEMORY, NULL, "no memory for %u handler threads", threads);
    pool->handler = handler;
    prepare_locks(pool);
    for (unsigned i = 0; i < threads; i++) {
        struct worker *worker = &pool->workers[i];
        *worker = (struct worker){.pool = pool, .number = i};
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
            cd_pool_free(pool);
            return cd_fail(error, CD_MEMORY, NULL, "cannot start handler thread %u of %u", i + 1, threads);
        }
        pool->thread_count++;
    }
    *started = pool;
    return CD_OK;
}

void cd_pool_free(struct cd_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->done);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

unsigned cd_pool_threads(const struct cd_pool *pool)
{
    return pool->thread_count;
}

void cd_pool_submit(struct cd_pool *pool, struct cd_batch *batch)
{
    if (batch->count == 0)
        return;
    batch->in_pool = true;
    pthread_mutex_lock(&pool->lock);
    if (!pool->first)
        pool->first = batch;
    else
        pool->first->following = batch;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

bool cd_pool_wait(struct cd_pool *pool, struct cd_batch *batch, int timeout_ms)
{
    uint64_t until_us = cd_monotonic_us() + (uint64_t)timeout_ms * 1000;
    struct timespec until = {(time_t)(until_us / 1000000), (long)(until_us % 1000000) * 1000};
    pthread_mutex_lock(&pool->lock);
    int waited = timeout_ms > 0 ? 0 : ETIMEDOUT;
    while (batch->finished < batch->count && waited == 0)
        waited = pthread_cond_timedwait(&pool->done, &pool->lock, &until);
    bool done = batch->finished == batch->count;
    pthread_mutex_unlock(&pool->lock);
    return done;
}

void cd_pool_cancel(struct cd_pool *pool, struct cd_batch *batch)
{
    pthread_mutex_lock(&pool->lock);
    batch->cancelled = true;
    pthread_mutex_unlock(&pool->lock);
}
