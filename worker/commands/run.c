/* run - the worker: raw articles from Kafka in, enriched records out. The stream and the library meet here.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "copydesk/copydesk.h"
#include "copydesk/stream.h"
#include "enrich_handler.h"
#include "options.h"
#include "startup.h"

enum { EMBEDDED_PARTITIONS = 6 };

/* Everything that a running worker consists of. */
struct run {
    const char *config_path;
    bool copies; /* --copy: values pass unchanged */
    struct cd_settings settings;
    struct cd_log *log;
    struct cd_models *models;
    struct cd_enrich_handler enrich;
    struct cd_handler handler;
    struct cd_embedded_broker *broker;
    struct cd_stream *stream;
};

/* ---- signals ------------------------------------------------------------------------------- */

/* The one thing that changes and is global: a signal handler has nothing else to go by. */
static struct cd_stream *volatile signalled_stream;
static volatile sig_atomic_t stop_signals;

/* The first signal asks the worker to finish; the second ends the process where it stands, which costs
 * nothing but the open transaction: the broker aborts it. */
static void on_stop(int signal_number)
{
    if (stop_signals++)
        _exit(128 + signal_number);
    if (signalled_stream)
        cd_stream_stop(signalled_stream);
}

static void on_reload(int signal_number)
{
    (void)signal_number;
    if (signalled_stream)
        cd_stream_reload(signalled_stream);
}

static void catch_signal(int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

static void catch_signals(struct cd_stream *stream)
{
    signalled_stream = stream;
    catch_signal(SIGTERM, on_stop);
    catch_signal(SIGINT, on_stop);
    catch_signal(SIGHUP, on_reload);
    catch_signal(SIGPIPE, SIG_IGN);
}

/* ---- handling ------------------------------------------------------------------------------ */

static enum cd_status copy_value(void *context, unsigned thread, const struct cd_message *message,
                                 struct cd_buffer *out, struct cd_error *error)
{
    (void)context, (void)thread, (void)error;
    cd_buffer_append(out, message->value.bytes, message->value.length);
    return CD_OK;
}

static enum cd_status handle(void *context, unsigned thread, const struct cd_message *message,
                             struct cd_buffer *out, struct cd_error *error)
{
    struct run *run = context;
    return cd_enrich_handler_handle(&run->enrich, thread, message, out, error);
}

static void describe(void *context, struct cd_buffer *out)
{
    struct run *run = context;
    cd_enrich_handler_describe(&run->enrich, out);
}

/* SIGHUP, called by the stream between two batches. A configuration that cannot be read changes nothing. */
static void reload(void *context)
{
    struct run *run = context;
    struct cd_settings fresh;
    struct cd_error error = {0};
    struct cd_buffer refused = {0};
    if (cd_settings_load(cd_startup_config_path(run->config_path), &fresh, &error) != CD_OK) {
        cd_log_write(run->log, CD_LOG_ERROR, "reload_failed", "%s: %s", error.where, error.message);
        return;
    }
    cd_settings_reload(&run->settings, &fresh, &refused);
    if (run->models && cd_enrich_handler_prepare(&run->enrich, run->models, &run->settings, &error) != CD_OK)
        cd_log_write(run->log, CD_LOG_ERROR, "reload_failed", "%s", error.message);
    cd_settings_free(&fresh);
    cd_log_set_level(run->log, run->settings.log.level);
    cd_log_write(run->log, CD_LOG_INFO, "reloaded", "settings reloaded%s%s",
                 refused.length ? "; a restart is needed for " : "", refused.length ? refused.bytes : "");
    cd_buffer_free(&refused);
}

/* ---- building up and tearing down ---------------------------------------------------------- */

static int exit_status_of(enum cd_status status)
{
    switch (status) {
    case CD_OK:
        return CD_EXIT_OK;
    case CD_INVALID:
        return CD_EXIT_CONFIG;
    case CD_NOT_FOUND:
        return CD_EXIT_BROKER;
    case CD_IO:
        return CD_EXIT_BROKER;
    default:
        return CD_EXIT_FATAL;
    }
}

static int open_log(struct run *run)
{
    struct cd_error error = {0};
    enum cd_status status = cd_log_open(run->settings.log.file, run->settings.log.level,
                                        run->settings.log.format, &run->log, &error);
    return status == CD_OK ? CD_EXIT_OK : cd_give_up(&error, CD_EXIT_IO);
}

static int open_models(struct run *run)
{
    struct cd_error error = {0};
    if (run->copies) {
        run->handler = (struct cd_handler){.context = run, .handle = copy_value, .reload = reload};
        return CD_EXIT_OK;
    }
    run->handler =
        (struct cd_handler){.context = run, .handle = handle, .describe = describe, .reload = reload};
    if (cd_models_open(run->settings.models.entities, run->settings.models.topics, &run->models, &error) !=
            CD_OK ||
        cd_enrich_handler_prepare(&run->enrich, run->models, &run->settings, &error) != CD_OK)
        return cd_give_up(&error, CD_EXIT_CONFIG);
    return CD_EXIT_OK;
}

/* kafka.embedded: a broker inside this process, to try things out. */
static int start_broker(struct run *run)
{
    struct cd_error error = {0};
    if (!run->settings.kafka.embedded)
        return CD_EXIT_OK;
    if (cd_embedded_broker_start(&run->settings, EMBEDDED_PARTITIONS, &run->broker, &error) != CD_OK)
        return cd_give_up(&error, CD_EXIT_BROKER);
    char *address = strdup(cd_embedded_broker_address(run->broker));
    if (!address)
        return CD_EXIT_FATAL;
    free(run->settings.kafka.brokers);
    run->settings.kafka.brokers = address;
    cd_log_write(run->log, CD_LOG_INFO, "embedded_broker", "listens on %s and forgets when we end", address);
    return CD_EXIT_OK;
}

static int start_stream(struct run *run)
{
    struct cd_error error = {0};
    enum cd_status status = cd_stream_new(&run->settings, &run->handler, run->log, &run->stream, &error);
    return status == CD_OK ? CD_EXIT_OK : cd_give_up(&error, exit_status_of(status));
}

static int build(struct run *run)
{
    int exit_status = open_log(run);
    if (exit_status == CD_EXIT_OK)
        exit_status = open_models(run);
    if (exit_status == CD_EXIT_OK)
        exit_status = start_broker(run);
    if (exit_status == CD_EXIT_OK)
        exit_status = start_stream(run);
    return exit_status;
}

static void tear_down(struct run *run)
{
    signalled_stream = NULL;
    cd_stream_free(run->stream);
    cd_embedded_broker_stop(run->broker);
    cd_enrich_handler_free(&run->enrich);
    cd_models_close(run->models);
    cd_log_close(run->log);
    cd_settings_free(&run->settings);
}

static int work(struct run *run)
{
    struct cd_error error = {0};
    catch_signals(run->stream);
    enum cd_status status = cd_stream_run(run->stream, &error);
    if (status == CD_OK)
        return CD_EXIT_OK;
    if (status == CD_INVALID) /* settings were checked before: it is the broker that refuses */
        status = CD_IO;
    bool is_disk = status == CD_IO && !cd_log_healthy(run->log);
    return cd_give_up(&error, is_disk ? CD_EXIT_IO : exit_status_of(status));
}

int cd_command_run(int argc, char **argv)
{
    struct run run = {0};
    const struct cd_option table[] = {
        {"config", CD_OPTION_TEXT, "FILE", &run.config_path, 0, 0,
         "settings (default: the file that COPYDESK_CONFIG names, else none)"},
        {"copy", CD_OPTION_FLAG, NULL, &run.copies, 0, 0,
         "publish every value as it came: the same loop without enrichment,\nto measure what it costs"},
        {.name = NULL},
    };
    const struct cd_command_line line = {
        .command = "run",
        .operands = "",
        .summary = "Reads articles from Kafka and publishes enriched records, each exactly once",
        .options = table,
        .details =
            "SIGTERM or SIGINT: finish the batch, commit, leave the group; a second one stops at once.\n"
            "SIGHUP: read the settings again; what cannot change while running is named in the log.\n"
            "Exit status: 0 stopped; 2 usage; 3 settings or models; 4 broker or topics; 5 fenced or fatal\n"
            "(start again); 6 disk.",
    };
    int operand;
    int exit_status = cd_options_parse(&line, argc, argv, &operand);
    if (exit_status != CD_OPTIONS_GO_ON)
        return exit_status;
    exit_status = cd_startup_settings(run.config_path, &run.settings);
    if (exit_status != CD_EXIT_OK)
        return exit_status;
    exit_status = build(&run);
    if (exit_status == CD_EXIT_OK)
        exit_status = work(&run);
    tear_down(&run);
    return exit_status;
}
