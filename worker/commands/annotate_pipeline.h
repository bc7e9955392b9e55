/* annotate_pipeline.h - a reader, N enriching threads and a writer, with results in input order.
 *
 *     reader (the caller) --> batches in a ring --> N threads enrich --> writer --> standard output
 *
 * The ring has a few batches per thread and a batch a few hundred kilobytes, so memory stays flat whatever
 * the input's length: the reader waits for the writer. Records go to one file descriptor, error records (one
 * JSON object a line) to another. */
#ifndef COPYDESK_ANNOTATE_PIPELINE_H
#define COPYDESK_ANNOTATE_PIPELINE_H

#include "article_files.h"
#include "copydesk/copydesk.h"

struct cd_annotate_options {
    const struct cd_models *models;
    struct cd_enrich_options enrich;
    unsigned threads;          /* at least 1 */
    int records_fd, errors_fd; /* where records and error records go */
    bool show_progress;        /* a line on standard error that is rewritten */
};

/* Sums over all articles. Times are added up over the threads. */
struct cd_annotate_summary {
    uint64_t articles, failed, unreadable, words, mentions, entities, subjects, bytes_in, bytes_out;
    uint64_t read_us, tag_us, join_us, classify_us, write_us;
};

/* Enrich all articles of `files`. Single articles that fail are counted and reported, and the rest goes on.
 * CD_IO: records could not be written (disk full); CD_OK also when nobody reads them any more (EPIPE). */
enum cd_status cd_annotate(struct cd_article_files *files, const struct cd_annotate_options *options,
                           struct cd_annotate_summary *summary, struct cd_error *error);

#endif
