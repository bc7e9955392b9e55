#include "copydesk/model.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copydesk/hash.h"

static const char magic[8] = "CDMODEL1";

enum { SECTION_ALIGNMENT = 64, NAME_BYTES = 24, SECTIONS_MAX = 256 };

struct header {
    char magic[8];
    uint32_t section_count, reserved;
    uint64_t total_bytes;
    uint64_t hash; /* of everything behind the header, seed = total_bytes */
};

struct section_entry {
    char name[NAME_BYTES];
    uint64_t offset, bytes;
};

struct cd_model_file {
    struct cd_slice bytes;
    bool mapped;
    char *name;    /* for messages */
    char *version; /* meta.version */
    const struct section_entry *entries;
    uint32_t section_count;
};

/* ---- opening ------------------------------------------------------------------------------- */

static enum cd_status check_header(const struct cd_model_file *file, struct cd_error *error)
{
    struct header header;
    if (file->bytes.length < sizeof header)
        return cd_fail(error, CD_INVALID, file->name,
                       "the model file is cut off: %zu bytes are too few for its header", file->bytes.length);
    memcpy(&header, file->bytes.bytes, sizeof header);
    if (memcmp(header.magic, magic, sizeof magic) != 0)
        return cd_fail(error, CD_INVALID, file->name,
                       "not a Copydesk model file (it does not begin with CDMODEL1)");
    if (header.total_bytes != file->bytes.length)
        return cd_fail(error, CD_INVALID, file->name,
                       "the model file is cut off or has grown: %zu bytes, its header says %llu",
                       file->bytes.length, (unsigned long long)header.total_bytes);
    if (header.section_count > SECTIONS_MAX ||
        sizeof header + header.section_count * sizeof(struct section_entry) > file->bytes.length)
        return cd_fail(error, CD_INVALID, file->name, "the model file is damaged: %u sections do not fit",
                       header.section_count);
    uint64_t hash =
        cd_hash(file->bytes.bytes + sizeof header, file->bytes.length - sizeof header, header.total_bytes);
    if (hash != header.hash)
        return cd_fail(error, CD_INVALID, file->name,
                       "the model file is damaged: its content does not match its checksum");
    return CD_OK;
}

static enum cd_status check_sections(const struct cd_model_file *file, struct cd_error *error)
{
    for (uint32_t i = 0; i < file->section_count; i++) {
        const struct section_entry *e = &file->entries[i];
        bool named = memchr(e->name, '\0', NAME_BYTES) != NULL;
        bool inside = e->offset <= file->bytes.length && e->bytes <= file->bytes.length - e->offset;
        if (!named || !inside || e->offset % SECTION_ALIGNMENT != 0)
            return cd_fail(error, CD_INVALID, file->name,
                           "the model file is damaged: section %u lies outside of it", i);
    }
    return CD_OK;
}

/* Read kind and version from the section "meta". */
static enum cd_status read_meta(struct cd_model_file *file, const char *kind, struct cd_error *error)
{
    struct cd_slice meta = {0};
    enum cd_status status = cd_model_section(file, "meta", 1, &meta, error);
    if (status != CD_OK)
        return status;
    json_error_t reason;
    json_t *object = json_loadb(meta.bytes, meta.length, 0, &reason);
    const char *found = json_string_value(json_object_get(object, "kind"));
    const char *version = json_string_value(json_object_get(object, "version"));
    if (!found || !version)
        status = cd_fail(error, CD_INVALID, file->name, "the model file does not say its kind and version");
    else if (strcmp(found, kind) != 0)
        status = cd_fail(error, CD_INVALID, file->name,
                         "this is a model of kind \"%s\", but \"%s\" is needed", found, kind);
    else if (!(file->version = strdup(version)))
        status = cd_fail(error, CD_MEMORY, file->name, "out of memory");
    json_decref(object);
    return status;
}

/* Takes over `bytes`. */
static enum cd_status open_checked(struct cd_slice bytes, bool mapped, const char *name, const char *kind,
                                   struct cd_model_file **out, struct cd_error *error)
{
    struct cd_model_file *file = calloc(1, sizeof *file);
    if (!file) {
        if (mapped)
            munmap((void *)bytes.bytes, bytes.length);
        return cd_fail(error, CD_MEMORY, name, "out of memory");
    }
    file->bytes = bytes;
    file->mapped = mapped;
    file->name = strdup(name);
    enum cd_status status =
        file->name ? check_header(file, error) : cd_fail(error, CD_MEMORY, name, "out of memory");
    if (status == CD_OK) {
        struct header header;
        memcpy(&header, bytes.bytes, sizeof header);
        file->section_count = header.section_count;
        file->entries = (const struct section_entry *)(const void *)(bytes.bytes + sizeof header);
        status = check_sections(file, error);
    }
    if (status == CD_OK)
        status = read_meta(file, kind, error);
    if (status != CD_OK) {
        cd_model_file_close(file);
        return status;
    }
    *out = file;
    return CD_OK;
}

enum cd_status cd_model_file_open_bytes(struct cd_slice bytes, const char *name, const char *kind,
                                        struct cd_model_file **file, struct cd_error *error)
{
    return open_checked(bytes, false, name, kind, file, error);
}

enum cd_status cd_model_file_open(const char *path, const char *kind, struct cd_model_file **file,
                                  struct cd_error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return cd_fail(error, errno == ENOENT ? CD_NOT_FOUND : CD_IO, path, "cannot open the model file: %s",
                       strerror(errno));
    struct stat stat;
    void *mapped = MAP_FAILED;
    if (fstat(descriptor, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size > 0)
        mapped = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (mapped == MAP_FAILED)
        return cd_fail(error, CD_INVALID, path,
                       "cannot read the model file: it is empty or not a regular file");
    return open_checked((struct cd_slice){mapped, (size_t)stat.st_size}, true, path, kind, file, error);
}

void cd_model_file_close(struct cd_model_file *file)
{
    if (!file)
        return;
    if (file->mapped)
        munmap((void *)file->bytes.bytes, file->bytes.length);
    free(file->name);
    free(file->version);
    free(file);
}

enum cd_status cd_model_section(const struct cd_model_file *file, const char *name, size_t item_bytes,
                                struct cd_slice *section, struct cd_error *error)
{
    for (uint32_t i = 0; i < file->section_count; i++) {
        const struct section_entry *e = &file->entries[i];
        if (strcmp(e->name, name) != 0)
            continue;
        if (e->bytes % item_bytes != 0)
            return cd_fail(error, CD_INVALID, file->name,
                           "section \"%s\" has %llu bytes, not a multiple of %zu", name,
                           (unsigned long long)e->bytes, item_bytes);
        *section = (struct cd_slice){file->bytes.bytes + e->offset, e->bytes};
        return CD_OK;
    }
    return cd_fail(error, CD_INVALID, file->name, "the model file has no section \"%s\"", name);
}

const char *cd_model_version(const struct cd_model_file *file)
{
    return file->version;
}

/* ---- writing ------------------------------------------------------------------------------- */

static size_t aligned(size_t at)
{
    return (at + SECTION_ALIGNMENT - 1) / SECTION_ALIGNMENT * SECTION_ALIGNMENT;
}

static void pad_to(struct cd_buffer *out, size_t length)
{
    while (out->length < length && !out->failed)
        cd_buffer_append_byte(out, '\0');
}

static void append_model(struct cd_buffer *out, const struct cd_model_section_data *sections, size_t count)
{
    struct header header = {.section_count = (uint32_t)count};
    memcpy(header.magic, magic, sizeof magic);
    cd_buffer_append(out, (const char *)&header, sizeof header);
    size_t at = aligned(sizeof header + count * sizeof(struct section_entry));
    for (size_t i = 0; i < count; i++) {
        struct section_entry entry = {.offset = at, .bytes = sections[i].data.length};
        snprintf(entry.name, sizeof entry.name, "%s", sections[i].name);
        cd_buffer_append(out, (const char *)&entry, sizeof entry);
        at = aligned(at + sections[i].data.length);
    }
    for (size_t i = 0; i < count; i++) {
        pad_to(out, aligned(out->length));
        cd_buffer_append(out, sections[i].data.bytes, sections[i].data.length);
    }
    if (out->failed)
        return;
    header.total_bytes = out->length;
    header.hash = cd_hash(out->bytes + sizeof header, out->length - sizeof header, header.total_bytes);
    memcpy(out->bytes, &header, sizeof header);
}

static enum cd_status write_file(const char *path, struct cd_slice content, struct cd_error *error)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return cd_fail(error, CD_IO, path, "cannot write the model file: %s", strerror(errno));
    bool written = fwrite(content.bytes, 1, content.length, file) == content.length;
    if (fclose(file) != 0 || !written)
        return cd_fail(error, CD_IO, path, "cannot write the model file: %s", strerror(errno));
    return CD_OK;
}

enum cd_status cd_model_file_write(const char *path, const struct cd_model_section_data *sections,
                                   size_t count, struct cd_error *error)
{
    if (count > SECTIONS_MAX)
        return cd_fail(error, CD_LIMIT, path, "%zu sections, but a model file holds at most %d", count,
                       SECTIONS_MAX);
    struct cd_buffer out = {0};
    append_model(&out, sections, count);
    enum cd_status status = out.failed ? cd_fail(error, CD_MEMORY, path, "out of memory")
                                       : write_file(path, cd_buffer_slice(&out), error);
    cd_buffer_free(&out);
    return status;
}
