#include "topics_labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copydesk/hash.h"
#include "lines.h"

struct cd_topic_labels {
    json_t *by_id; /* 16 hex digits -> {code: probability} */
};

enum cd_status cd_topic_labels_read(const char *path, struct cd_topic_labels **labels, struct cd_error *error)
{
    *labels = NULL;
    if (!path || access(path, R_OK) != 0)
        return CD_OK;
    struct cd_lines *lines;
    enum cd_status status = cd_lines_open(path, &lines, error);
    if (status != CD_OK)
        return status;
    json_t *by_id = json_object();
    *labels = calloc(1, sizeof **labels);
    if (*labels)
        (*labels)->by_id = by_id;
    else
        status = cd_fail(error, CD_MEMORY, path, "out of memory");
    json_t *object = NULL;
    while (status == CD_OK && (status = cd_lines_next(lines, &object, error)) == CD_OK && object) {
        const char *id = json_string_value(json_object_get(object, "id"));
        if (id && json_object_set(by_id, id, json_object_get(object, "p")) != 0)
            status = cd_fail(error, CD_MEMORY, path, "out of memory");
        json_decref(object);
    }
    enum cd_status closed = cd_lines_close(lines, status == CD_OK ? error : NULL);
    return status != CD_OK ? status : closed;
}

void cd_topic_labels_free(struct cd_topic_labels *labels)
{
    if (!labels)
        return;
    json_decref(labels->by_id);
    free(labels);
}

const json_t *cd_topic_labels_find(const struct cd_topic_labels *labels, const char *article_id)
{
    if (!labels)
        return NULL;
    char key[17];
    snprintf(key, sizeof key, "%016" PRIx64, cd_hash(article_id, strlen(article_id), 0));
    return json_object_get(labels->by_id, key);
}
