#include "annotate_pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "copydesk/json.h"
#include "copydesk/metrics.h"

enum {
    BATCH_ARTICLES_MAX = 64,
    BATCH_BYTES = 128 * 1024,
    BATCHES_PER_THREAD = 2,
    KEEP_BYTES = 1 << 20, /* a buffer that one huge article has grown goes back to the system */
    PROGRESS_INTERVAL_US = 250 * 1000,
};

/* ---- batches ------------------------------------------------------------------------------- */

enum batch_state { BATCH_FREE, BATCH_READ, BATCH_ENRICHED };

/* An article of a batch: its bytes in batch.raw; or why there is none. */
struct item {
    struct cd_article_place place;
    size_t begin, end;
    enum cd_article_found found;
    struct cd_error error; /* when unreadable */
};

struct batch {
    enum batch_state state;
    struct item items[BATCH_ARTICLES_MAX];
    size_t count;
    struct cd_buffer raw, records, errors;
    struct cd_annotate_summary sums;
};

struct pipeline {
    const struct cd_annotate_options *options;
    struct batch *batches; /* a ring: batch n of the input is batches[n % batch_count] */
    size_t batch_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;        /* any of the members below */
    uint64_t read, taken, written; /* batches that are read, taken by a thread, written */
    bool input_ended, stopped;     /* stopped: nothing more is wanted */
    enum cd_status status;         /* why it was stopped */
    struct cd_error error;
    struct cd_annotate_summary summary; /* the writer's */
    uint64_t started_us, progress_us;
};

static void shrink(struct cd_buffer *buffer)
{
    cd_buffer_clear(buffer);
    if (buffer->capacity > KEEP_BYTES)
        cd_buffer_free(buffer);
}

static void clear_batch(struct batch *batch)
{
    batch->count = 0;
    batch->sums = (struct cd_annotate_summary){0};
    shrink(&batch->raw);
    shrink(&batch->records);
    shrink(&batch->errors);
}

static void stop(struct pipeline *pipeline, enum cd_status status, const struct cd_error *error)
{
    pthread_mutex_lock(&pipeline->lock);
    if (!pipeline->stopped) {
        pipeline->stopped = true;
        pipeline->status = status;
        pipeline->error = error ? *error : (struct cd_error){0};
    }
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->lock);
}

/* ---- reading (the calling thread) ---------------------------------------------------------- */

/* The next batch of the ring, once the writer is done with it; NULL when stopped. */
static struct batch *wait_for_free_batch(struct pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->lock);
    while (!pipeline->stopped && pipeline->read - pipeline->written == pipeline->batch_count)
        pthread_cond_wait(&pipeline->changed, &pipeline->lock);
    struct batch *batch =
        pipeline->stopped ? NULL : &pipeline->batches[pipeline->read % pipeline->batch_count];
    pthread_mutex_unlock(&pipeline->lock);
    return batch;
}

static void hand_over(struct pipeline *pipeline, struct batch *batch)
{
    pthread_mutex_lock(&pipeline->lock);
    batch->state = BATCH_READ;
    pipeline->read++;
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->lock);
}

/* Fill a batch; false at the end of the input. A slow input is not made to wait for a full batch. */
static bool fill_batch(struct cd_article_files *files, struct batch *batch)
{
    while (batch->count < BATCH_ARTICLES_MAX && batch->raw.length < BATCH_BYTES) {
        if (batch->count && cd_article_files_would_wait(files))
            break;
        struct item *item = &batch->items[batch->count];
        item->begin = batch->raw.length;
        item->found = cd_article_files_next(files, &batch->raw, &item->place, &item->error);
        item->end = batch->raw.length;
        if (item->found == CD_ARTICLE_END)
            return false;
        batch->count++;
    }
    return true;
}

static void read_all(struct pipeline *pipeline, struct cd_article_files *files)
{
    bool more = true;
    while (more) {
        struct batch *batch = wait_for_free_batch(pipeline);
        if (!batch)
            break;
        clear_batch(batch);
        more = fill_batch(files, batch);
        if (batch->count)
            hand_over(pipeline, batch);
    }
    pthread_mutex_lock(&pipeline->lock);
    pipeline->input_ended = true;
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->lock);
}

/* ---- enriching (N threads) ----------------------------------------------------------------- */

/* {"file":"a.jsonl","line":12,"status":"invalid","message":"..."} */
static void report(struct batch *batch, const struct cd_article_place *place, const struct cd_error *error)
{
    struct cd_json json = cd_json_into(&batch->errors);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "file", place->file ? place->file : error->where);
    cd_json_key(&json, "line");
    if (place->line)
        cd_json_integer(&json, (int64_t)place->line);
    else
        cd_json_null(&json);
    cd_json_put_text(&json, "status", cd_status_name(error->status));
    if (place->file && error->where[0])
        cd_json_put_text(&json, "where", error->where);
    cd_json_put_text(&json, "message", error->message);
    cd_json_end_object(&json);
    cd_buffer_append_byte(&batch->errors, '\n');
}

/* A raw object over several lines, kept as it came by the augment format, must become one line. Line feeds
 * stand only between its values: inside of strings JSON does not allow them. */
static void put_on_one_line(struct cd_buffer *records, size_t begin)
{
    for (size_t i = begin; i < records->length; i++)
        if (records->bytes[i] == '\n' || records->bytes[i] == '\r')
            records->bytes[i] = ' ';
}

static void add_result(struct cd_annotate_summary *sums, const struct cd_enrich_result *result)
{
    sums->articles++;
    sums->words += result->words;
    sums->mentions += result->mentions;
    sums->entities += result->entities;
    sums->subjects += result->subjects;
    sums->read_us += result->times.read_us;
    sums->tag_us += result->times.tag_us;
    sums->join_us += result->times.join_us;
    sums->classify_us += result->times.classify_us;
    sums->write_us += result->times.write_us;
}

/* Whatever is not a JSON object (a cut line, a stray bracket) must not pass for a plain-text article. */
static enum cd_status check_kind(const struct item *item, struct cd_slice raw, struct cd_error *error)
{
    size_t at = 0;
    while (at < raw.length && strchr(" \t\r\n", raw.bytes[at]))
        at++;
    if (item->place.plain_text || (at < raw.length && raw.bytes[at] == '{'))
        return CD_OK;
    size_t shown = raw.length - at < 20 ? raw.length - at : 20;
    return cd_fail(error, CD_INVALID, NULL,
                   "not a JSON object: it begins with \"%.*s\" (plain text belongs into a .txt file)",
                   (int)shown, raw.bytes + at);
}

static enum cd_status enrich_raw(struct cd_session *session, struct batch *batch, const struct item *item,
                                 struct cd_enrich_result *result, struct cd_error *error)
{
    struct cd_slice raw = cd_slice_part(cd_buffer_slice(&batch->raw), item->begin, item->end);
    batch->sums.bytes_in += raw.length;
    if (check_kind(item, raw, error) != CD_OK)
        return CD_INVALID;
    return cd_enrich(session, raw, NULL, &batch->records, result, error);
}

static void enrich_item(struct cd_session *session, const struct cd_annotate_options *options,
                        struct batch *batch, const struct item *item)
{
    if (item->found == CD_ARTICLE_UNREADABLE) {
        batch->sums.unreadable++;
        report(batch, &item->place, &item->error);
        return;
    }
    struct cd_enrich_result result;
    struct cd_error error = {0};
    size_t begin = batch->records.length;
    if (enrich_raw(session, batch, item, &result, &error) != CD_OK) {
        batch->sums.failed++;
        report(batch, &item->place, &error);
        return;
    }
    if (options->enrich.record.format == CD_RECORD_AUGMENT)
        put_on_one_line(&batch->records, begin);
    cd_buffer_append_byte(&batch->records, '\n');
    add_result(&batch->sums, &result);
}

/* The oldest batch that no thread has taken yet; NULL when there will be no more. */
static struct batch *take_batch(struct pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->lock);
    while (!pipeline->stopped && !pipeline->input_ended && pipeline->taken == pipeline->read)
        pthread_cond_wait(&pipeline->changed, &pipeline->lock);
    struct batch *batch = NULL;
    if (!pipeline->stopped && pipeline->taken < pipeline->read)
        batch = &pipeline->batches[pipeline->taken++ % pipeline->batch_count];
    pthread_mutex_unlock(&pipeline->lock);
    return batch;
}

static void *enrich_batches(void *context)
{
    struct pipeline *pipeline = context;
    const struct cd_annotate_options *options = pipeline->options;
    struct cd_session *session = cd_session_new(options->models, &options->enrich);
    struct cd_error error;
    if (!session) {
        cd_fail(&error, CD_MEMORY, NULL, "out of memory");
        stop(pipeline, CD_MEMORY, &error);
        return NULL;
    }
    struct batch *batch;
    while ((batch = take_batch(pipeline))) {
        for (size_t i = 0; i < batch->count; i++)
            enrich_item(session, options, batch, &batch->items[i]);
        pthread_mutex_lock(&pipeline->lock);
        batch->state = BATCH_ENRICHED;
        pthread_cond_broadcast(&pipeline->changed);
        pthread_mutex_unlock(&pipeline->lock);
    }
    cd_session_free(session);
    return NULL;
}

/* ---- writing (one thread) ------------------------------------------------------------------ */

/* 0, or the errno of the write that failed. */
static int write_fully(int fd, struct cd_slice bytes)
{
    while (bytes.length) {
        ssize_t count = write(fd, bytes.bytes, bytes.length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno;
        bytes = cd_slice_part(bytes, (size_t)count, bytes.length);
    }
    return 0;
}

static void clear_progress(const struct pipeline *pipeline)
{
    if (pipeline->options->show_progress)
        fputs("\r\033[K", stderr);
}

static void show_progress(struct pipeline *pipeline)
{
    uint64_t now_us = cd_monotonic_us();
    if (!pipeline->options->show_progress || now_us - pipeline->progress_us < PROGRESS_INTERVAL_US)
        return;
    pipeline->progress_us = now_us;
    double seconds = (double)(now_us - pipeline->started_us) / 1e6;
    fprintf(stderr, "\r\033[K%llu articles, %.0f words/s", (unsigned long long)pipeline->summary.articles,
            (double)pipeline->summary.words / seconds);
    fflush(stderr);
}

static void add_sums(struct cd_annotate_summary *total, const struct cd_annotate_summary *more)
{
    uint64_t *to = (uint64_t *)total;
    const uint64_t *from = (const uint64_t *)more;
    for (size_t i = 0; i < sizeof *total / sizeof *to; i++)
        to[i] += from[i];
}

/* Nobody reads the records any more (EPIPE): no fault. Else the disk is full or the like. */
static void stop_writing(struct pipeline *pipeline, int failure)
{
    struct cd_error error = {0};
    enum cd_status status = CD_OK;
    if (failure != EPIPE)
        status = cd_fail(&error, CD_IO, NULL, "cannot write the records: %s", strerror(failure));
    stop(pipeline, status, &error);
}

/* False when writing must end. Error records that cannot be written are no reason to stop. */
static bool write_batch(struct pipeline *pipeline, struct batch *batch)
{
    if (batch->errors.length) {
        clear_progress(pipeline);
        (void)write_fully(pipeline->options->errors_fd, cd_buffer_slice(&batch->errors));
    }
    int failure = write_fully(pipeline->options->records_fd, cd_buffer_slice(&batch->records));
    if (failure) {
        stop_writing(pipeline, failure);
        return false;
    }
    batch->sums.bytes_out = batch->records.length;
    add_sums(&pipeline->summary, &batch->sums);
    show_progress(pipeline);
    return true;
}

/* The next batch in input order; NULL when all are written or the pipeline was stopped. */
static struct batch *wait_for_enriched_batch(struct pipeline *pipeline)
{
    struct batch *batch = &pipeline->batches[pipeline->written % pipeline->batch_count];
    pthread_mutex_lock(&pipeline->lock);
    while (!pipeline->stopped && !(pipeline->input_ended && pipeline->written == pipeline->read) &&
           !(pipeline->written < pipeline->read && batch->state == BATCH_ENRICHED))
        pthread_cond_wait(&pipeline->changed, &pipeline->lock);
    bool there_is_one = !pipeline->stopped && pipeline->written < pipeline->read;
    pthread_mutex_unlock(&pipeline->lock);
    return there_is_one ? batch : NULL;
}

static void *write_batches(void *context)
{
    struct pipeline *pipeline = context;
    struct batch *batch;
    while ((batch = wait_for_enriched_batch(pipeline)) && write_batch(pipeline, batch)) {
        pthread_mutex_lock(&pipeline->lock);
        batch->state = BATCH_FREE;
        pipeline->written++;
        pthread_cond_broadcast(&pipeline->changed);
        pthread_mutex_unlock(&pipeline->lock);
    }
    clear_progress(pipeline);
    return NULL;
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* Start the writer and the enriching threads; *count gets how many were started. */
static enum cd_status start_threads(struct pipeline *pipeline, pthread_t *threads, unsigned *count,
                                    struct cd_error *error)
{
    for (*count = 0; *count < pipeline->options->threads + 1; ++*count) {
        void *(*work)(void *) = *count == 0 ? write_batches : enrich_batches;
        int failure = pthread_create(&threads[*count], NULL, work, pipeline);
        if (failure)
            return cd_fail(error, CD_MEMORY, NULL, "cannot start a thread: %s", strerror(failure));
    }
    return CD_OK;
}

static enum cd_status run_pipeline(struct pipeline *pipeline, struct cd_article_files *files,
                                   pthread_t *threads)
{
    unsigned count;
    struct cd_error error = {0};
    enum cd_status status = start_threads(pipeline, threads, &count, &error);
    if (status == CD_OK)
        read_all(pipeline, files);
    else
        stop(pipeline, status, &error);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return pipeline->status;
}

static void free_batches(struct pipeline *pipeline)
{
    for (size_t i = 0; pipeline->batches && i < pipeline->batch_count; i++) {
        cd_buffer_free(&pipeline->batches[i].raw);
        cd_buffer_free(&pipeline->batches[i].records);
        cd_buffer_free(&pipeline->batches[i].errors);
    }
    free(pipeline->batches);
}

enum cd_status cd_annotate(struct cd_article_files *files, const struct cd_annotate_options *options,
                           struct cd_annotate_summary *summary, struct cd_error *error)
{
    struct pipeline pipeline = {
        .options = options,
        .batch_count = (size_t)options->threads * BATCHES_PER_THREAD + 2,
        .started_us = cd_monotonic_us(),
    };
    pthread_mutex_init(&pipeline.lock, NULL);
    pthread_cond_init(&pipeline.changed, NULL);
    pthread_t *threads = calloc(options->threads + 1, sizeof *threads);
    pipeline.batches = calloc(pipeline.batch_count, sizeof *pipeline.batches);
    enum cd_status status;
    if (threads && pipeline.batches) {
        status = run_pipeline(&pipeline, files, threads);
        *error = pipeline.error;
    } else {
        status = cd_fail(error, CD_MEMORY, NULL, "out of memory");
    }
    *summary = pipeline.summary;
    free_batches(&pipeline);
    free(threads);
    pthread_cond_destroy(&pipeline.changed);
    pthread_mutex_destroy(&pipeline.lock);
    return status;
}
