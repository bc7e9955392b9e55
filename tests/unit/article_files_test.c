/* commands/article_files.c: where articles begin and end. Compiled in here, because commands are not part of
 * the library. */
#include "../test.h"

#include <sys/stat.h>

#include "../../worker/commands/article_files.c" // NOLINT(bugprone-suspicious-include)

static char folder[] = "/tmp/copydesk-article-files-XXXXXX";

static const char *write_file(const char *name, const char *content, size_t length)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    fwrite(content, 1, length, file);
    fclose(file);
    return path;
}

/* All that comes out of `path`, as "line:bytes|" for an article and "line!status|" for an unreadable one. */
static const char *read_all(const char *path, size_t article_bytes_max)
{
    static struct cd_buffer seen;
    struct cd_buffer raw = {0};
    struct cd_article_place place;
    struct cd_error error;
    struct cd_article_files *files = cd_article_files_open((char *[]){(char *)path}, 1, article_bytes_max);
    cd_buffer_clear(&seen);
    cd_buffer_append_string(&seen, "");
    for (;;) {
        cd_buffer_clear(&raw);
        enum cd_article_found found = cd_article_files_next(files, &raw, &place, &error);
        if (found == CD_ARTICLE_END)
            break;
        cd_buffer_format(&seen, "%d%c%s|", (int)place.line, found == CD_ARTICLE_FOUND ? ':' : '!',
                         found == CD_ARTICLE_FOUND ? raw.bytes : cd_status_name(error.status));
    }
    cd_buffer_free(&raw);
    cd_article_files_close(files);
    return seen.bytes;
}

#define READ(name, content) read_all(write_file(name, content, sizeof content - 1), 1000)

static void lines_are_articles(void)
{
    EXPECT_STRING(READ("a.jsonl", "{\"a\":1}\r\n\n  \n{\"b\":2}"), "1:{\"a\":1}\r|4:{\"b\":2}|");
    EXPECT_STRING(READ("a.ndjson", ""), "");
    EXPECT_STRING(READ("a.log", "\xEF\xBB\xBF{}\n"), "1:{}|");
}

static void lines_are_passed_on_whatever_they_are(void)
{
    EXPECT_STRING(READ("a.jsonl", "{}\nhello\n[1]\n{}\n"), "1:{}|2:hello|3:[1]|4:{}|");
}

static void json_files_hold_an_object_an_array_or_objects_in_a_row(void)
{
    EXPECT_STRING(READ("a.json", " {\n\"a\": [1, {\"b\":\"}\\\"]\"}]\n}\n"),
                  "1:{\n\"a\": [1, {\"b\":\"}\\\"]\"}]\n}|");
    EXPECT_STRING(READ("a.json", "[\n{\"a\":1},\n{\"b\":2}\n]\n"), "2:{\"a\":1}|3:{\"b\":2}|");
    EXPECT_STRING(READ("a.json", "{\"a\":1}\n{\"b\":2}"), "1:{\"a\":1}|2:{\"b\":2}|");
    EXPECT_STRING(READ("a.json", "{\"a\":1} x}{\"b\":2}"), "1:{\"a\":1}|1:x}|1:{\"b\":2}|");
}

static void a_text_file_is_one_article(void)
{
    EXPECT_STRING(READ("a.txt", "One.\n\nTwo.\n"), "1:One.\n\nTwo.\n|");
    EXPECT_STRING(READ("a.txt", " \n"), "");
}

static void an_over_long_article_does_not_take_the_next_with_it(void)
{
    static const char lines[] = "{\"a\":\"0123456789\"}\n{}\n";
    EXPECT_STRING(read_all(write_file("a.jsonl", lines, sizeof lines - 1), 8), "1!limit|2:{}|");
    EXPECT_STRING(read_all(write_file("a.json", lines, sizeof lines - 1), 8), "1!limit|2:{}|");
    EXPECT_STRING(read_all(write_file("a.txt", lines, sizeof lines - 1), 8), "1!limit|");
}

/* Articles that lie across the pieces in which a file is read. */
static void long_files_are_read_in_pieces(void)
{
    enum { COUNT = 50000 };
    static char lines[COUNT * 24];
    size_t length = 0;
    for (int i = 0; i < COUNT; i++)
        length += (size_t)sprintf(lines + length, "{\"number\":%d}\n", i);
    const char *path = write_file("long.jsonl", lines, length);
    struct cd_article_files *files = cd_article_files_open((char *[]){(char *)path}, 1, 1000);
    struct cd_buffer raw = {0};
    struct cd_article_place place;
    int count = 0;
    char expected[32];
    while (cd_article_files_next(files, &raw, &place, NULL) == CD_ARTICLE_FOUND) {
        snprintf(expected, sizeof expected, "{\"number\":%d}", count++);
        EXPECT_STRING(raw.bytes, expected);
        EXPECT(place.line == (uint64_t)count);
        cd_buffer_clear(&raw);
    }
    EXPECT(count == COUNT);
    cd_buffer_free(&raw);
    cd_article_files_close(files);
}

static void a_folder_gives_its_article_files_by_name(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/news", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/news/deep", folder);
    mkdir(path, 0700);
    write_file("news/b.jsonl", "{\"b\":1}", 7);
    write_file("news/a.json", "{\"a\":1}", 7);
    write_file("news/deep/c.txt", "text", 4);
    write_file("news/picture.jpg", "\xFF\xD8", 2);
    snprintf(path, sizeof path, "%s/news", folder);
    EXPECT_STRING(read_all(path, 1000), "1:{\"a\":1}|1:{\"b\":1}|1:text|");
}

static void a_missing_file_is_reported_once(void)
{
    EXPECT_STRING(read_all("/nowhere/at/all.jsonl", 1000), "0!not_found|");
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    TEST(lines_are_articles);
    TEST(lines_are_passed_on_whatever_they_are);
    TEST(json_files_hold_an_object_an_array_or_objects_in_a_row);
    TEST(a_text_file_is_one_article);
    TEST(an_over_long_article_does_not_take_the_next_with_it);
    TEST(long_files_are_read_in_pieces);
    TEST(a_folder_gives_its_article_files_by_name);
    TEST(a_missing_file_is_reported_once);
    char command[400];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? TEST_RESULT() : 1; // NOLINT(cert-env33-c)
}
