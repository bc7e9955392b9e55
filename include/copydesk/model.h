/* model.h - the model file format: named sections behind a checked header.
 *
 * Layout (little-endian): magic "CDMODEL1"; u32 section count; u32 reserved; u64 total bytes; u64 hash of
 * everything behind the header (cd_hash, seed = total bytes); then per section: char name[24], u64 offset,
 * u64 bytes; then the sections, each aligned to 64 bytes. A section "meta" holds a JSON object: {"kind":
 * "entities", "version": "...", ...}. A file that is cut, altered, of another kind or of another format
 * version is refused with the reason. A cd_model_file is read-only after opening and shared by all threads;
 * sections point into it. */
#ifndef COPYDESK_MODEL_H
#define COPYDESK_MODEL_H

#include <stddef.h>

#include "copydesk/buffer.h"
#include "copydesk/error.h"
#include "copydesk/slice.h"

struct cd_model_file;

/* Open a model from a file (mapped) or from bytes that outlive it (the ones inside the binary; aligned to
 * 64). `kind` must equal meta.kind. Free with cd_model_file_close. */
enum cd_status cd_model_file_open(const char *path, const char *kind, struct cd_model_file **file,
                                  struct cd_error *error);
enum cd_status cd_model_file_open_bytes(struct cd_slice bytes, const char *name, const char *kind,
                                        struct cd_model_file **file, struct cd_error *error);
void cd_model_file_close(struct cd_model_file *file);

/* A section by name; CD_INVALID naming file and section when it is missing or its size is not a multiple of
 * `item_bytes` (pass 1 for raw bytes). */
enum cd_status cd_model_section(const struct cd_model_file *file, const char *name, size_t item_bytes,
                                struct cd_slice *section, struct cd_error *error);

/* meta.version, owned by the file. */
const char *cd_model_version(const struct cd_model_file *file);

/* Write a model: sections in order; the writer computes offsets and hash. */
struct cd_model_section_data {
    const char *name;
    struct cd_slice data;
};
enum cd_status cd_model_file_write(const char *path, const struct cd_model_section_data *sections,
                                   size_t count, struct cd_error *error);

/* The models compiled into the binary (worker/models/NAME.model by .incbin). */
struct cd_slice cd_embedded_entities_model(void);
struct cd_slice cd_embedded_topics_model(void);

#endif
