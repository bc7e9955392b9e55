/* article_files.h - raw articles from files, folders and standard input, one after the other.
 *
 *     .jsonl, .ndjson, standard input ("-") and unknown endings   one JSON object a line
 *     .json                                                       one object, an array, or objects in a row
 *     .txt                                                        one plain-text article
 *     a folder                                                    all files of these endings below it, by
 * name
 *
 * Reads in pieces: memory is bounded by the longest article allowed, whatever the file's size. A byte order
 * mark is skipped, so are blank lines. Knows where articles begin and end, not what is in them. One thread at
 * a time. */
#ifndef COPYDESK_ARTICLE_FILES_H
#define COPYDESK_ARTICLE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/error.h"

struct cd_article_files;

/* Where an article stands; `file` is valid until the files are closed. */
struct cd_article_place {
    const char *file;
    uint64_t line;   /* of its first byte, from 1 */
    bool plain_text; /* from a .txt file; else it should be a JSON object, which is not checked */
};

enum cd_article_found {
    CD_ARTICLE_FOUND,
    CD_ARTICLE_UNREADABLE, /* this one failed (`error` says why): a missing file, an over-long line; go on */
    CD_ARTICLE_END,        /* no more */
};

/* Articles of `paths` (none: standard input), in their order. The strings are borrowed. An article longer
 * than `article_bytes_max` is unreadable. NULL when out of memory. */
struct cd_article_files *cd_article_files_open(char **paths, int count, size_t article_bytes_max);
void cd_article_files_close(struct cd_article_files *files);

/* Append the next article's bytes to `raw`; nothing is appended unless it is found. */
enum cd_article_found cd_article_files_next(struct cd_article_files *files, struct cd_buffer *raw,
                                            struct cd_article_place *place, struct cd_error *error);

/* Would the next call wait for more input (a quiet pipe or terminal)? */
bool cd_article_files_would_wait(const struct cd_article_files *files);

#endif
