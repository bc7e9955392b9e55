/* copydesk check - tries everything that a worker needs, and says in plain words what is wrong.
 *
 * The report goes to standard output; the first thing that is wrong is also one line on standard error, and
 * the exit status says of which kind it is. */
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "copydesk/log.h"
#include "copydesk/model.h"
#include "copydesk/probe.h"
#include "copydesk/settings.h"
#include "options.h"
#include "startup.h"

enum { PATIENCE_MS = 10000 }; /* of a person who waits for `check` */

struct check {
    int exit_status;       /* of the first thing that is wrong */
    struct cd_error error; /* that thing */
    bool has_colour;
};

static void report(void *context, const struct cd_error *finding)
{
    const struct check *check = context;
    bool is_well = finding->status == CD_OK;
    const char *colour = is_well ? "\033[32m" : "\033[1;31m";
    printf("  %s%-5s%s  %-18s %s\n", check->has_colour ? colour : "", is_well ? "ok" : "WRONG",
           check->has_colour ? "\033[0m" : "", finding->where, finding->message);
}

static void fail_check(struct check *check, const struct cd_error *error, int exit_status)
{
    report(check, error);
    if (check->exit_status != CD_EXIT_OK)
        return;
    check->error = *error;
    check->exit_status = exit_status;
}

/* ---- the things that are tried ------------------------------------------------------------- */

static void check_model(struct check *check, const char *setting, const char *kind, const char *path,
                        struct cd_slice compiled_in)
{
    struct cd_model_file *file;
    struct cd_error error = {0}, finding = {0};
    enum cd_status status = *path ? cd_model_file_open(path, kind, &file, &error)
                                  : cd_model_file_open_bytes(compiled_in, "compiled in", kind, &file, &error);
    if (status != CD_OK) {
        cd_fail(&finding, status, setting, "%s%s%s", error.where, error.where[0] ? ": " : "", error.message);
        fail_check(check, &finding, CD_EXIT_CONFIG);
        return;
    }
    cd_fail(&finding, CD_OK, setting, "version %s, %s", cd_model_version(file), *path ? path : "compiled in");
    report(check, &finding);
    cd_model_file_close(file);
}

static void check_log(struct check *check, const struct cd_settings *settings)
{
    struct cd_log *log;
    struct cd_error error = {0}, finding = {0};
    if (!settings->log.file[0])
        return;
    if (cd_log_open(settings->log.file, settings->log.level, settings->log.format, &log, &error) != CD_OK) {
        cd_fail(&finding, error.status, "log.file", "%s: %s", error.where, error.message);
        fail_check(check, &finding, CD_EXIT_IO);
        return;
    }
    cd_fail(&finding, CD_OK, "log.file", "%s can be written", settings->log.file);
    report(check, &finding);
    cd_log_close(log);
}

static void check_environment(const struct check *check)
{
    struct cd_buffer names = {0};
    cd_settings_unknown_variables(&names);
    if (names.length)
        printf("  %s%-5s%s  %-18s no setting has these names: %s\n", check->has_colour ? "\033[33m" : "",
               "note", check->has_colour ? "\033[0m" : "", "environment", names.bytes);
    cd_buffer_free(&names);
}

static int broker_exit_status(const struct cd_error *error)
{
    bool is_property = error->status == CD_INVALID && strncmp(error->where, "kafka.", 6) == 0 &&
                       strstr(error->where, "properties");
    return is_property || strcmp(error->where, "librdkafka") == 0 ? CD_EXIT_CONFIG : CD_EXIT_BROKER;
}

static void check_broker(struct check *check, const struct cd_settings *settings, int64_t timeout_ms)
{
    struct cd_error error = {0};
    const struct cd_probe_listener listener = {check, report};
    if (settings->kafka.embedded) {
        cd_fail(&error, CD_OK, "kafka.embedded", "the broker is part of the worker; there is nothing to try");
        report(check, &error);
    } else if (cd_probe_broker(settings, timeout_ms, &listener, &error) != CD_OK &&
               check->exit_status == CD_EXIT_OK) {
        check->error = error;
        check->exit_status = broker_exit_status(&error);
    }
}

static int check_all(const struct cd_settings *settings, const char *path, int64_t timeout_ms)
{
    struct check check = {.exit_status = CD_EXIT_OK, .has_colour = isatty(STDOUT_FILENO) == 1};
    struct cd_buffer text = {0};
    cd_settings_print(settings, &text);
    printf("# the settings in force, from %s%sthe environment and the defaults\n%s\n# what was tried\n",
           path ? path : "", path ? ", " : "", text.failed ? "" : text.bytes);
    cd_buffer_free(&text);
    check_environment(&check);
    check_log(&check, settings);
    check_model(&check, "models.entities", "entities", settings->models.entities,
                cd_embedded_entities_model());
    check_model(&check, "models.topics", "topics", settings->models.topics, cd_embedded_topics_model());
    fflush(stdout);
    check_broker(&check, settings, timeout_ms);
    printf(check.exit_status == CD_EXIT_OK ? "\nEverything is well.\n" : "\nSomething is wrong.\n");
    fflush(stdout);
    return check.exit_status == CD_EXIT_OK ? CD_EXIT_OK : cd_give_up(&check.error, check.exit_status);
}

/* ---- the command --------------------------------------------------------------------------- */

static int print(void (*append)(struct cd_buffer *))
{
    struct cd_buffer text = {0};
    append(&text);
    bool is_written = !text.failed && fwrite(text.bytes, 1, text.length, stdout) == text.length;
    cd_buffer_free(&text);
    return is_written && fflush(stdout) == 0 ? CD_EXIT_OK : CD_EXIT_IO;
}

int cd_command_check(int argc, char **argv)
{
    const char *config = NULL;
    int64_t timeout_ms = 0;
    bool wants_reference = false, wants_markdown = false;
    const struct cd_option options[] = {
        {"config", CD_OPTION_TEXT, "FILE", &config, 0, 0,
         "the settings (default: the file in COPYDESK_CONFIG)"},
        {"timeout-ms", CD_OPTION_INTEGER, "N", &timeout_ms, 100, 600000,
         "time for the broker (default: kafka.startup_timeout_ms, at most 10000)"},
        {"print-reference", CD_OPTION_FLAG, NULL, &wants_reference, 0, 0,
         "print a settings file with all defaults explained, and stop"},
        {"print-markdown", CD_OPTION_FLAG, NULL, &wants_markdown, 0, 0,
         "print the list of settings as Markdown, and stop"},
        {.name = NULL},
    };
    const struct cd_command_line line = {
        "check",
        "",
        "try the settings, the models, the broker and the topics",
        options,
        "Nothing is published, no group is joined, no topic is made, and no running worker is disturbed.\n"
        "Exit status: 0 all is well, 3 a bad setting or model, 4 the broker or a topic, 6 the log.",
        0,
        0};
    int operand;
    int exit_status = cd_options_parse(&line, argc, argv, &operand);
    if (exit_status != CD_OPTIONS_GO_ON)
        return exit_status;
    if (wants_reference || wants_markdown)
        return print(wants_reference ? cd_settings_print_reference : cd_settings_print_markdown);
    struct cd_settings settings;
    exit_status = cd_startup_settings(config, &settings);
    if (exit_status != CD_EXIT_OK)
        return exit_status;
    if (timeout_ms == 0)
        timeout_ms =
            settings.kafka.startup_timeout_ms < PATIENCE_MS ? settings.kafka.startup_timeout_ms : PATIENCE_MS;
    exit_status = check_all(&settings, cd_startup_config_path(config), timeout_ms);
    cd_settings_free(&settings);
    return exit_status;
}
