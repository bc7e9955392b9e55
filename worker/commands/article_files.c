#include "article_files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024 };

enum file_kind { KIND_LINES, KIND_JSON, KIND_TEXT, KIND_OTHER };

/* Paths that were opened; articles in flight still name them. */
struct path_list {
    char **items;
    size_t count, capacity;
};

struct cd_article_files {
    char **operands;
    int operand_count, next_operand;
    FTS *folder; /* the operand that is being walked through; NULL between operands */
    struct path_list paths;
    size_t article_bytes_max;

    /* the open file; fd -1: none */
    int fd;
    enum file_kind kind;
    const char *path;
    uint64_t line;         /* of bytes[begin] */
    size_t begin, end;     /* bytes that are read but not yet handed out */
    bool at_start, at_end; /* nothing was handed out yet; the last byte was read */
    char bytes[READ_BYTES];
};

/* ---- opening and closing ------------------------------------------------------------------- */

static char *no_operands[] = {"-"};

struct cd_article_files *cd_article_files_open(char **paths, int count, size_t article_bytes_max)
{
    struct cd_article_files *files = calloc(1, sizeof *files);
    if (!files)
        return NULL;
    files->operands = count ? paths : no_operands;
    files->operand_count = count ? count : 1;
    files->article_bytes_max = article_bytes_max;
    files->fd = -1;
    return files;
}

static void close_file(struct cd_article_files *files)
{
    if (files->fd > STDIN_FILENO)
        close(files->fd);
    files->fd = -1;
}

void cd_article_files_close(struct cd_article_files *files)
{
    if (!files)
        return;
    close_file(files);
    if (files->folder)
        fts_close(files->folder);
    for (size_t i = 0; i < files->paths.count; i++)
        free(files->paths.items[i]);
    free(files->paths.items);
    free(files);
}

/* A copy of `path` that lives as long as the files; NULL when out of memory. */
static const char *keep_path(struct path_list *paths, const char *path)
{
    if (paths->count == paths->capacity) {
        size_t capacity = paths->capacity ? paths->capacity * 2 : 16;
        char **items = realloc(paths->items, capacity * sizeof *items);
        if (!items)
            return NULL;
        paths->items = items;
        paths->capacity = capacity;
    }
    char *copy = strdup(path);
    if (copy)
        paths->items[paths->count++] = copy;
    return copy;
}

static enum file_kind kind_of(const char *path)
{
    static const struct {
        const char *ending;
        enum file_kind kind;
    } endings[] = {
        {".jsonl", KIND_LINES}, {".ndjson", KIND_LINES}, {".json", KIND_JSON}, {".txt", KIND_TEXT}};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending_length = strlen(endings[i].ending);
        if (length > ending_length && strcmp(path + length - ending_length, endings[i].ending) == 0)
            return endings[i].kind;
    }
    return KIND_OTHER;
}

/* ---- the next file ------------------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static enum cd_article_found open_file(struct cd_article_files *files, const char *path, enum file_kind kind,
                                       struct cd_error *error)
{
    bool is_standard_input = strcmp(path, "-") == 0;
    files->fd = is_standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (files->fd < 0) {
        cd_fail(error, errno == ENOENT ? CD_NOT_FOUND : CD_IO, path, "cannot open the file: %s",
                strerror(errno));
        return CD_ARTICLE_UNREADABLE;
    }
    files->kind = kind == KIND_OTHER ? KIND_LINES : kind;
    files->path = keep_path(&files->paths, is_standard_input ? "standard input" : path);
    files->line = 1;
    files->begin = files->end = 0;
    files->at_start = true;
    files->at_end = false;
    if (files->path)
        return CD_ARTICLE_FOUND;
    close_file(files);
    cd_fail(error, CD_MEMORY, path, "out of memory");
    return CD_ARTICLE_UNREADABLE;
}

/* Take one step through the folder (a single file counts as one). CD_ARTICLE_END: nothing to open at this
 * step. */
static enum cd_article_found walk(struct cd_article_files *files, struct cd_error *error)
{
    FTSENT *entry = fts_read(files->folder);
    if (!entry) {
        fts_close(files->folder);
        files->folder = NULL;
        return CD_ARTICLE_END;
    }
    switch (entry->fts_info) {
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        cd_fail(error, entry->fts_errno == ENOENT ? CD_NOT_FOUND : CD_IO, entry->fts_path,
                "cannot read it: %s", strerror(entry->fts_errno));
        return CD_ARTICLE_UNREADABLE;
    case FTS_F:
    case FTS_DEFAULT: /* a named pipe, /dev/stdin */
        if (entry->fts_level > FTS_ROOTLEVEL && kind_of(entry->fts_name) == KIND_OTHER)
            return CD_ARTICLE_END;
        return open_file(files, entry->fts_path, kind_of(entry->fts_name), error);
    default:
        return CD_ARTICLE_END;
    }
}

static enum cd_article_found open_next_file(struct cd_article_files *files, struct cd_error *error)
{
    while (files->folder || files->next_operand < files->operand_count) {
        if (files->folder) {
            enum cd_article_found found = walk(files, error);
            if (found != CD_ARTICLE_END)
                return found;
            continue;
        }
        char *operand = files->operands[files->next_operand++];
        if (strcmp(operand, "-") == 0)
            return open_file(files, operand, KIND_LINES, error);
        files->folder = fts_open((char *[]){operand, NULL}, FTS_LOGICAL | FTS_NOCHDIR, by_name);
        if (!files->folder) {
            cd_fail(error, CD_IO, operand, "cannot read it: %s", strerror(errno));
            return CD_ARTICLE_UNREADABLE;
        }
    }
    return CD_ARTICLE_END;
}

/* ---- bytes --------------------------------------------------------------------------------- */

static void skip_byte_order_mark(struct cd_article_files *files)
{
    if (files->at_start && files->end - files->begin >= 3 &&
        memcmp(files->bytes + files->begin, "\xEF\xBB\xBF", 3) == 0)
        files->begin += 3;
    files->at_start = false;
}

/* More bytes when all are handed out. False at the end of the file, or when reading failed (status in
 * error). */
static bool refill(struct cd_article_files *files, struct cd_error *error)
{
    if (files->begin < files->end)
        return true;
    if (files->at_end)
        return false;
    ssize_t count;
    do
        count = read(files->fd, files->bytes, sizeof files->bytes);
    while (count < 0 && errno == EINTR);
    files->begin = 0;
    files->end = count > 0 ? (size_t)count : 0;
    files->at_end = count <= 0;
    if (count < 0)
        cd_fail(error, CD_IO, files->path, "cannot read the file: %s", strerror(errno));
    skip_byte_order_mark(files);
    return files->begin < files->end || (!files->at_end && refill(files, error));
}

bool cd_article_files_would_wait(const struct cd_article_files *files)
{
    if (files->fd < 0 || files->at_end)
        return false;
    if (memchr(files->bytes + files->begin, '\n', files->end - files->begin))
        return false;
    struct pollfd input = {.fd = files->fd, .events = POLLIN};
    return poll(&input, 1, 0) == 0;
}

/* An article that is being gathered: its bytes behind raw->length as it was; past the limit only counted. */
struct gathering {
    struct cd_buffer *raw;
    size_t first, limit;
    bool too_long;
};

static void gather(struct gathering *gathering, const char *bytes, size_t length)
{
    if (gathering->raw->length - gathering->first + length > gathering->limit)
        gathering->too_long = true;
    else if (!gathering->too_long)
        cd_buffer_append(gathering->raw, bytes, length);
}

/* ---- one article of each kind -------------------------------------------------------------- */

/* The rest of the line, without its line feed. */
static bool gather_line(struct cd_article_files *files, struct gathering *gathering, struct cd_error *error)
{
    bool any = false;
    while (refill(files, error)) {
        any = true;
        const char *from = files->bytes + files->begin;
        const char *line_feed = memchr(from, '\n', files->end - files->begin);
        size_t length = line_feed ? (size_t)(line_feed - from) : files->end - files->begin;
        gather(gathering, from, length);
        files->begin += length + (line_feed != NULL);
        if (line_feed) {
            files->line++;
            break;
        }
    }
    return any;
}

static bool gather_file(struct cd_article_files *files, struct gathering *gathering, struct cd_error *error)
{
    bool any = false;
    while (refill(files, error)) {
        any = true;
        gather(gathering, files->bytes + files->begin, files->end - files->begin);
        files->begin = files->end;
    }
    return any;
}

/* Pass blanks, and the brackets and commas of an array around articles. */
static bool pass_separators(struct cd_article_files *files, struct cd_error *error)
{
    while (refill(files, error)) {
        char byte = files->bytes[files->begin];
        if (!byte || !strchr(" \t\r\n[],", byte))
            return true;
        files->line += byte == '\n';
        files->begin++;
    }
    return false;
}

/* The state of a scan for the end of a JSON value: brackets outside of strings. */
struct json_scan {
    unsigned depth;
    bool in_string, escaped;
};

/* True when the value ends with this byte. */
static bool scan_byte(struct json_scan *scan, char byte)
{
    if (scan->in_string) {
        scan->in_string = scan->escaped || byte != '"';
        scan->escaped = !scan->escaped && byte == '\\';
        return false;
    }
    scan->in_string = byte == '"';
    scan->depth += byte == '{' || byte == '[';
    if (byte == '}' || byte == ']')
        return scan->depth <= 1 || --scan->depth == 0;
    return false;
}

/* One object (or what stands in its place) up to its closing bracket. */
static bool gather_value(struct cd_article_files *files, struct gathering *gathering, struct cd_error *error)
{
    struct json_scan scan = {0};
    bool ended = false, any = false;
    while (!ended && refill(files, error)) {
        size_t at = files->begin;
        while (!ended && at < files->end) {
            char byte = files->bytes[at++];
            files->line += byte == '\n';
            ended = scan_byte(&scan, byte);
        }
        gather(gathering, files->bytes + files->begin, at - files->begin);
        files->begin = at;
        any = true;
    }
    return any;
}

static bool is_blank(struct cd_slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!strchr(" \t\r\n", text.bytes[i]) || !text.bytes[i])
            return false;
    return true;
}

/* The next article of the open file; false at its end. A failed read sets error->status. */
static bool gather_article(struct cd_article_files *files, struct gathering *gathering,
                           struct cd_article_place *place, struct cd_error *error)
{
    bool is_json = files->kind == KIND_JSON;
    for (;;) {
        if (is_json && !pass_separators(files, error))
            return false;
        *place = (struct cd_article_place){files->path, files->line, files->kind == KIND_TEXT};
        bool any = is_json                     ? gather_value(files, gathering, error)
                   : files->kind == KIND_LINES ? gather_line(files, gathering, error)
                                               : gather_file(files, gathering, error);
        struct cd_buffer *raw = gathering->raw;
        if (!any)
            return false;
        if (gathering->too_long || raw->failed ||
            !is_blank(cd_slice_part(cd_buffer_slice(raw), gathering->first, raw->length)))
            return true;
        raw->length = gathering->first;
    }
}

static enum cd_status check_length(const struct gathering *gathering, struct cd_error *error)
{
    if (gathering->raw->failed)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    if (gathering->too_long)
        return cd_fail(error, CD_LIMIT, NULL, "the article is longer than %zu bytes", gathering->limit);
    return CD_OK;
}

enum cd_article_found cd_article_files_next(struct cd_article_files *files, struct cd_buffer *raw,
                                            struct cd_article_place *place, struct cd_error *error)
{
    for (;;) {
        if (files->fd < 0) {
            enum cd_article_found found = open_next_file(files, error);
            *place = (struct cd_article_place){NULL, 0, false};
            if (found != CD_ARTICLE_FOUND)
                return found;
        }
        struct gathering gathering = {raw, raw->length, files->article_bytes_max, false};
        struct cd_error failed_read = {.status = CD_OK};
        bool any = gather_article(files, &gathering, place, &failed_read);
        if (failed_read.status == CD_OK && any && check_length(&gathering, error) == CD_OK)
            return CD_ARTICLE_FOUND;
        raw->length = gathering.first;
        raw->failed = false;
        if (failed_read.status == CD_OK && any)
            return CD_ARTICLE_UNREADABLE;
        close_file(files);
        if (failed_read.status != CD_OK) {
            if (error)
                *error = failed_read;
            return CD_ARTICLE_UNREADABLE;
        }
    }
}
