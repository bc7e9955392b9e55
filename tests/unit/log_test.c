/* log: lines that machines and people can read, and a disk that is full. */
#include "../test.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "copydesk/log.h"

static char path[64];

static struct cd_log *open_log(enum cd_log_level level, enum cd_log_format format)
{
    struct cd_log *log = NULL;
    unlink(path);
    EXPECT(cd_log_open(path, level, format, &log, NULL) == CD_OK);
    return log;
}

/* The log's line number `number`, from 0; "" when there is none. */
static const char *read_line(int number)
{
    static char line[4096];
    FILE *file = fopen(path, "r");
    for (int i = 0; i <= number; i++)
        if (!file || !fgets(line, sizeof line, file))
            line[0] = '\0';
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static void json_lines_are_valid_whatever_is_said(void)
{
    struct cd_log *log = open_log(CD_LOG_INFO, CD_LOG_JSON);
    cd_log_write(log, CD_LOG_WARNING, "batch_failed", "a \"quote\", a \\, a\nnewline, \x01 and \xff: %d %%",
                 5);
    json_t *line = json_loads(read_line(1), JSON_REJECT_DUPLICATES, NULL);
    EXPECT(line != NULL);
    EXPECT_STRING(json_string_value(json_object_get(line, "level")), "warning");
    EXPECT_STRING(json_string_value(json_object_get(line, "event")), "batch_failed");
    EXPECT_STRING(json_string_value(json_object_get(line, "message")),
                  "a \"quote\", a \\, a\nnewline, \x01 and \xEF\xBF\xBD: 5 %");
    EXPECT(strlen(json_string_value(json_object_get(line, "time"))) >= strlen("2024-03-20T00:00:00Z"));
    json_decref(line);
    cd_log_close(log);
}

static void human_lines_stay_one_line(void)
{
    struct cd_log *log = open_log(CD_LOG_INFO, CD_LOG_HUMAN);
    cd_log_write(log, CD_LOG_ERROR, "broker_lost", "first\nsecond\033[2J");
    const char *line = read_line(1);
    EXPECT(strstr(line, "error") && strstr(line, "broker_lost") && strstr(line, "first second [2J"));
    EXPECT(!strchr(line, '\033'));
    cd_log_close(log);
}

static void a_file_gets_json_by_itself(void)
{
    struct cd_log *log = open_log(CD_LOG_INFO, CD_LOG_AUTO);
    EXPECT(read_line(0)[0] == '{');
    cd_log_close(log);
}

static void the_level_can_be_changed_while_running(void)
{
    struct cd_log *log = open_log(CD_LOG_WARNING, CD_LOG_JSON);
    cd_log_write(log, CD_LOG_INFO, "one", "not written");
    EXPECT_STRING(read_line(1), "");
    cd_log_set_level(log, CD_LOG_DEBUG);
    cd_log_write(log, CD_LOG_DEBUG, "two", "written");
    EXPECT(strstr(read_line(1), "two"));
    cd_log_close(log);
}

enum { WRITERS = 4, LINES_EACH = 200 };

static void *write_lines(void *log)
{
    for (int i = 0; i < LINES_EACH; i++)
        cd_log_write(log, CD_LOG_INFO, "line", "number %d of a line that is long enough to be cut in two", i);
    return NULL;
}

static void lines_of_several_threads_do_not_mix(void)
{
    struct cd_log *log = open_log(CD_LOG_INFO, CD_LOG_JSON);
    pthread_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&writers[i], NULL, write_lines, log);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    cd_log_close(log);
    FILE *file = fopen(path, "r");
    char line[512];
    int count = 0;
    while (file && fgets(line, sizeof line, file)) {
        json_t *object = json_loads(line, 0, NULL);
        count += object != NULL;
        json_decref(object);
    }
    EXPECT(count == WRITERS * LINES_EACH + 1); /* and the line that says it was opened */
    if (file)
        fclose(file);
}

static void no_log_is_no_trouble(void)
{
    cd_log_write(NULL, CD_LOG_ERROR, "x", "y");
    cd_log_close(NULL);
    EXPECT(true);
}

static void a_full_disk_is_found_at_the_start(void)
{
    struct cd_log *log;
    struct cd_error error = {0};
    EXPECT(cd_log_open("/dev/full", CD_LOG_ERROR, CD_LOG_AUTO, &log, &error) == CD_IO);
    EXPECT_STRING(error.where, "/dev/full");
    EXPECT_STRING(error.message, "the log cannot be written: No space left on device");
}

static void a_path_that_cannot_be_opened_is_an_error(void)
{
    struct cd_log *log;
    struct cd_error error = {0};
    EXPECT(cd_log_open("/nowhere/log", CD_LOG_ERROR, CD_LOG_AUTO, &log, &error) == CD_IO);
    EXPECT_STRING(error.message, "the log cannot be opened: No such file or directory");
}

/* Standard error goes to /dev/full while the log is in use, as a disk fills up under a running worker. */
static void a_disk_that_fills_up_makes_the_log_unhealthy(void)
{
    struct cd_log *log = NULL;
    EXPECT(cd_log_open(NULL, CD_LOG_INFO, CD_LOG_JSON, &log, NULL) == CD_OK);
    EXPECT(cd_log_healthy(log));
    int kept = dup(STDERR_FILENO);
    FILE *full = fopen("/dev/full", "w");
    dup2(fileno(full), STDERR_FILENO);
    cd_log_write(log, CD_LOG_INFO, "line", "that does not fit");
    dup2(kept, STDERR_FILENO);
    close(kept);
    fclose(full);
    EXPECT(!cd_log_healthy(log));
    cd_log_close(log);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/copydesk-log-XXXXXX");
    close(mkstemp(path));
    TEST(json_lines_are_valid_whatever_is_said);
    TEST(human_lines_stay_one_line);
    TEST(a_file_gets_json_by_itself);
    TEST(the_level_can_be_changed_while_running);
    TEST(lines_of_several_threads_do_not_mix);
    TEST(no_log_is_no_trouble);
    TEST(a_full_disk_is_found_at_the_start);
    TEST(a_path_that_cannot_be_opened_is_an_error);
    TEST(a_disk_that_fills_up_makes_the_log_unhealthy);
    unlink(path);
    return TEST_RESULT();
}
