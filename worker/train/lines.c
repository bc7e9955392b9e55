#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct cd_lines {
    FILE *file;
    char *path;
    char *line;
    size_t capacity;
    unsigned long number;
    pid_t decompressor; /* 0 for plain files */
};

static bool is_compressed(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".zst") == 0;
}

/* Start `zstd -dc path` without a shell, so that any file name is safe. */
static FILE *open_through_zstd(const char *path, pid_t *child)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return NULL;
    *child = fork();
    if (*child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp("zstd", "zstd", "-dcq", "--", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    if (*child < 0) {
        close(ends[0]);
        return NULL;
    }
    return fdopen(ends[0], "r");
}

enum cd_status cd_lines_open(const char *path, struct cd_lines **lines, struct cd_error *error)
{
    struct cd_lines *opened = calloc(1, sizeof *opened);
    if (!opened || !(opened->path = strdup(path))) {
        free(opened);
        return cd_fail(error, CD_MEMORY, path, "out of memory");
    }
    opened->file = is_compressed(path) ? open_through_zstd(path, &opened->decompressor) : fopen(path, "re");
    if (!opened->file) {
        enum cd_status status = errno == ENOENT ? CD_NOT_FOUND : CD_IO;
        cd_fail(error, status, path, "cannot open: %s", strerror(errno));
        free(opened->path);
        free(opened);
        return status;
    }
    *lines = opened;
    return CD_OK;
}

enum cd_status cd_lines_next(struct cd_lines *lines, json_t **object, struct cd_error *error)
{
    *object = NULL;
    ssize_t length;
    do {
        length = getline(&lines->line, &lines->capacity, lines->file);
        if (length < 0)
            return CD_OK;
        lines->number++;
    } while (lines->line[strspn(lines->line, " \t\r\n")] == '\0');
    json_error_t reason;
    *object = json_loadb(lines->line, (size_t)length, 0, &reason);
    if (json_is_object(*object))
        return CD_OK;
    enum cd_status status = cd_fail(error, CD_INVALID, lines->path, "line %lu is not a JSON object: %s",
                                    lines->number, *object ? "another kind of value" : reason.text);
    json_decref(*object);
    *object = NULL;
    return status;
}

enum cd_status cd_lines_close(struct cd_lines *lines, struct cd_error *error)
{
    if (!lines)
        return CD_OK;
    bool at_end = feof(lines->file) != 0;
    int exit_status = 0;
    fclose(lines->file);
    if (lines->decompressor)
        waitpid(lines->decompressor, &exit_status, 0);
    enum cd_status status = CD_OK;
    if (at_end && exit_status != 0) /* a reader that stops early breaks the pipe, which is no fault */
        status = cd_fail(error, CD_IO, lines->path, "zstd failed: is it installed, is the file whole?");
    free(lines->line);
    free(lines->path);
    free(lines);
    return status;
}
