/* Every message in tests/unit/articles/valid and invalid against what should come of it: NAME.expected beside
 * NAME. To look at new ones: build/tests/unit/articles_test FILE... prints. */
#include "../test.h"

#include <dirent.h>
#include <stdlib.h>

#include "copydesk/article.h"
#include "copydesk/buffer.h"
#include "copydesk/json.h"

static void append_slice(struct cd_buffer *out, const char *name, struct cd_slice value)
{
    cd_buffer_format(out, "%s: ", name);
    cd_buffer_append(out, value.bytes, value.length);
    cd_buffer_append_byte(out, '\n');
}

static void append_text(struct cd_buffer *out, const char *name, const struct cd_text *text)
{
    cd_buffer_format(out, "%s (%s):\n", name, text->field);
    cd_buffer_append(out, text->clean.bytes, text->clean.length);
    cd_buffer_append_byte(out, '\n');
}

static void describe_article(struct cd_buffer *out, const struct cd_article *article)
{
    append_slice(out, "id", article->id);
    append_slice(out, "uri", article->uri);
    append_slice(out, "source", article->source);
    append_slice(out, "language", article->language);
    cd_buffer_append_string(out, "published: ");
    struct cd_json json = cd_json_into(out);
    if (article->has_published)
        cd_json_time(&json, article->published_ms);
    cd_buffer_append_string(out, "\nwarnings:");
    for (unsigned bit = 0; bit < 7; bit++)
        if (article->warnings & (1U << bit))
            cd_buffer_format(out, " %s", cd_warning_name((enum cd_warning)(1U << bit)));
    cd_buffer_append_byte(out, '\n');
    append_text(out, "title", &article->title);
    append_text(out, "body", &article->body);
}

/* The whole file; free the bytes. */
static struct cd_slice read_file(const char *path)
{
    struct cd_buffer content = {0};
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    for (size_t length; file && (length = fread(chunk, 1, sizeof chunk, file)) > 0;)
        cd_buffer_append(&content, chunk, length);
    if (file)
        fclose(file);
    return cd_buffer_slice(&content);
}

static void describe_message(struct cd_buffer *out, const char *path)
{
    struct cd_slice raw = read_file(path);
    struct cd_arena *arena = cd_arena_new(0);
    struct cd_article_options options = cd_article_default_options();
    struct cd_article article;
    struct cd_error error;
    enum cd_status status = cd_article_read(raw, &options, arena, &article, &error);
    if (status == CD_OK)
        describe_article(out, &article);
    else
        cd_buffer_format(out, "%s: %s%s%s\n", cd_status_name(status), error.where, error.where[0] ? ": " : "",
                         error.message);
    cd_arena_free(arena);
    free((void *)raw.bytes);
}

static char message_path[600];

static void comes_out_as_expected(void)
{
    char expected_path[700];
    snprintf(expected_path, sizeof expected_path, "%s.expected", message_path);
    struct cd_slice expected = read_file(expected_path);
    struct cd_buffer out = {0};
    describe_message(&out, message_path);
    EXPECT(expected.length > 0);
    if (!cd_slice_equal(expected, cd_buffer_slice(&out)))
        test_fail("got:\n%.300s", out.bytes);
    cd_buffer_free(&out);
    free((void *)expected.bytes);
}

static int is_message(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && !strstr(entry->d_name, ".expected");
}

static void run_folder(const char *kind)
{
    char folder[200], name[300];
    snprintf(folder, sizeof folder, "tests/unit/articles/%s", kind);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_message, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(message_path, sizeof message_path, "%s/%s", folder, entries[i]->d_name);
        snprintf(name, sizeof name, "%s_%s", kind, entries[i]->d_name);
        test_run(name, comes_out_as_expected);
        free(entries[i]);
    }
    free(entries);
}

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        struct cd_buffer out = {0};
        describe_message(&out, arguments[i]);
        fputs(out.bytes, stdout);
        cd_buffer_free(&out);
    }
    if (count > 1)
        return 0;
    run_folder("valid");
    run_folder("invalid");
    return TEST_RESULT();
}
