/* error.h - how a function says that it could not do its work.
 *
 * Every function that can fail returns a cd_status. Details for a person go into the caller's struct
 * cd_error: where it happened (a file and line, a field, a topic and offset), and one clear sentence that
 * names the value. Nothing here allocates; a cd_error may live on any stack. Threads: any, each with its own
 * cd_error. */
#ifndef COPYDESK_ERROR_H
#define COPYDESK_ERROR_H

enum cd_status {
    CD_OK = 0,
    CD_INVALID,     /* the input is not what it should be: a bad article, a bad setting, a bad model file */
    CD_UNSUPPORTED, /* the input may be fine, but we do not handle its kind */
    CD_LIMIT,       /* a configured limit was passed: size, nesting, count */
    CD_NOT_FOUND,   /* a file, a topic, a name does not exist */
    CD_IO,          /* reading or writing failed: disk, network */
    CD_MEMORY,      /* out of memory */
    CD_RETRIABLE,   /* Kafka: the same call may succeed later */
    CD_ABORTABLE,   /* Kafka: the transaction must be aborted, then work goes on */
    CD_FATAL,       /* Kafka: this process cannot go on (fenced, fatal client error) */
};

struct cd_error {
    enum cd_status status;
    char where[160]; /* "copydesk.cfg:12", "articles.raw[3]@1812", "field body"; empty when it adds nothing */
    char message[480]; /* one sentence, no trailing newline */
};

/* Fill `error` (may be NULL) and return `status`, so that a caller can write `return cd_fail(...)`.
 * `where` may be NULL. Over-long texts are cut at a whole UTF-8 character. */
enum cd_status cd_fail(struct cd_error *error, enum cd_status status, const char *where, const char *format,
                       ...) __attribute__((format(printf, 4, 5)));

/* A stable lower-case name: "ok", "invalid", "unsupported", ... for logs and dead-letter headers. */
const char *cd_status_name(enum cd_status status);

#endif
