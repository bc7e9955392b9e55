/* lines.h - JSON Lines for the training programs, plain or .zst (read through `zstd -dc`).
 *
 * For programs that run once on a developer's machine: one thread, allocates freely. */
#ifndef COPYDESK_TRAIN_LINES_H
#define COPYDESK_TRAIN_LINES_H

#include <jansson.h>
#include <stdbool.h>

#include "copydesk/error.h"

struct cd_lines;

/* Open `path`; a name that ends in .zst is decompressed on the way. Free with cd_lines_close. */
enum cd_status cd_lines_open(const char *path, struct cd_lines **lines, struct cd_error *error);

/* The next line as a JSON object in *object (a new reference), NULL at the end. Blank lines are skipped; a
 * line that is not a JSON object is CD_INVALID with its number. */
enum cd_status cd_lines_next(struct cd_lines *lines, json_t **object, struct cd_error *error);

/* CD_IO when the decompressor failed. */
enum cd_status cd_lines_close(struct cd_lines *lines, struct cd_error *error);

#endif
