/* copydesk annotate: enrich articles without Kafka. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "annotate_pipeline.h"
#include "article_files.h"
#include "commands.h"
#include "copydesk/metrics.h"
#include "copydesk/settings.h"
#include "options.h"
#include "startup.h"

/* What the command line says; a value that was not given leaves the settings as they are. */
struct arguments {
    const char *config, *entities_model, *topics_model;
    int format, offset_unit; /* -1: not given */
    int64_t threads;         /* 0: one per core */
    bool no_body, explain, stats;
};

static const char details[] =
    "FILE may be a .jsonl or .ndjson file (one article a line), a .json file (one article or an array), a "
    ".txt\n"
    "file (one article), a folder of such files, or \"-\" for standard input, which is read when there is "
    "no\n"
    "FILE. One record a line goes to standard output, in input order; an article that cannot be read "
    "becomes\n"
    "one line of JSON on standard error, the others go on, and the exit status is 1.";

static int parse_arguments(int argc, char **argv, struct arguments *arguments, int *operand)
{
    const struct cd_option table[] = {
        {"format", CD_OPTION_CHOICE, "copydesk|augment|ninjs", &arguments->format, 0, 0,
         "how records are written (default: record.format)"},
        {"offset-unit", CD_OPTION_CHOICE, "codepoint|utf8|utf16", &arguments->offset_unit, 0, 0,
         "what offsets count (default: record.offset_unit)"},
        {"no-body", CD_OPTION_FLAG, NULL, &arguments->no_body, 0, 0, "leave the body out of the records"},
        {"explain", CD_OPTION_FLAG, NULL, &arguments->explain, 0, 0,
         "say which words and entities led to each subject"},
        {"threads", CD_OPTION_INTEGER, "N", &arguments->threads, 0, 1024,
         "threads that enrich (default: worker.threads, or one per core)"},
        {"config", CD_OPTION_TEXT, "FILE", &arguments->config, 0, 0, "settings (see `copydesk check`)"},
        {"models-entities", CD_OPTION_TEXT, "FILE", &arguments->entities_model, 0, 0,
         "entity model instead of the one inside"},
        {"models-topics", CD_OPTION_TEXT, "FILE", &arguments->topics_model, 0, 0,
         "topic model instead of the one inside"},
        {"stats", CD_OPTION_FLAG, NULL, &arguments->stats, 0, 0,
         "print figures on standard error at the end"},
        {NULL, 0, NULL, NULL, 0, 0, NULL},
    };
    const struct cd_command_line line = {
        "annotate", "[FILE...]", "Enrich articles without Kafka", table, details, 0, -1};
    return cd_options_parse(&line, argc, argv, operand);
}

/* ---- figures ------------------------------------------------------------------------------- */

static double cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static void print_stage(const char *name, uint64_t stage_us, const struct cd_annotate_summary *sums)
{
    uint64_t all_us = sums->read_us + sums->tag_us + sums->join_us + sums->classify_us + sums->write_us;
    fprintf(stderr, "  %-9s %8.2f us/article  %5.1f %%\n", name,
            sums->articles ? (double)stage_us / (double)sums->articles : 0,
            all_us ? 100.0 * (double)stage_us / (double)all_us : 0);
}

/* Per core means per second of processor time, with reading, writing and all threads counted in. */
static void print_stats(const struct cd_annotate_summary *sums, uint64_t wall_us, double cpu_before)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    uint64_t failed = sums->failed + sums->unreadable;
    double wall = (double)wall_us / 1e6, cpu = cpu_seconds(&usage) - cpu_before;
    fprintf(stderr,
            "articles %llu, failed %llu, words %llu, mentions %llu, entities %llu, subjects %llu\n"
            "bytes in %llu, bytes out %llu, wall %.2f s, cpu %.2f s\n"
            "words/s %.0f, words/s per core %.0f, articles/s %.0f, peak memory %.1f MB\n",
            (unsigned long long)sums->articles, (unsigned long long)failed, (unsigned long long)sums->words,
            (unsigned long long)sums->mentions, (unsigned long long)sums->entities,
            (unsigned long long)sums->subjects, (unsigned long long)sums->bytes_in,
            (unsigned long long)sums->bytes_out, wall, cpu, (double)sums->words / wall,
            (double)sums->words / cpu, (double)sums->articles / wall, (double)usage.ru_maxrss / 1024.0);
    print_stage("read", sums->read_us, sums);
    print_stage("tag", sums->tag_us, sums);
    print_stage("join", sums->join_us, sums);
    print_stage("classify", sums->classify_us, sums);
    print_stage("write", sums->write_us, sums);
}

/* ---- running ------------------------------------------------------------------------------- */

static unsigned thread_count(const struct arguments *arguments, const struct cd_settings *settings)
{
    int64_t threads = arguments->threads ? arguments->threads : settings->worker.threads;
    if (threads <= 0)
        threads = sysconf(_SC_NPROCESSORS_ONLN);
    return threads > 0 ? (unsigned)threads : 1;
}

static struct cd_enrich_options enrich_options(const struct arguments *arguments,
                                               const struct cd_settings *settings)
{
    struct cd_enrich_options options = cd_settings_enrich_options(settings);
    if (arguments->format >= 0)
        options.record.format = (enum cd_record_format)arguments->format;
    if (arguments->offset_unit >= 0)
        options.record.offset_unit = (enum cd_offset_unit)arguments->offset_unit;
    if (arguments->no_body)
        options.record.include_body = false;
    options.explain_topics = arguments->explain;
    return options;
}

static int exit_status_of(enum cd_status status, const struct cd_annotate_summary *summary,
                          const struct cd_error *error)
{
    if (status == CD_IO)
        return cd_give_up(error, CD_EXIT_IO);
    if (status != CD_OK)
        return cd_give_up(error, CD_EXIT_FAILED);
    return summary->failed + summary->unreadable ? CD_EXIT_FAILED : CD_EXIT_OK;
}

static int annotate(const struct arguments *arguments, const struct cd_settings *settings,
                    const struct cd_models *models, char **paths, int count)
{
    struct cd_annotate_options options = {
        .models = models,
        .enrich = enrich_options(arguments, settings),
        .threads = thread_count(arguments, settings),
        .records_fd = STDOUT_FILENO,
        .errors_fd = STDERR_FILENO,
        .show_progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
    };
    struct cd_article_files *files =
        cd_article_files_open(paths, count, options.enrich.article.message_bytes_max);
    struct cd_error error = {0};
    if (!files) {
        cd_fail(&error, CD_MEMORY, NULL, "out of memory");
        return cd_give_up(&error, CD_EXIT_FAILED);
    }
    struct rusage before;
    getrusage(RUSAGE_SELF, &before);
    uint64_t started_us = cd_monotonic_us();
    struct cd_annotate_summary summary = {0};
    enum cd_status status = cd_annotate(files, &options, &summary, &error);
    cd_article_files_close(files);
    if (arguments->stats)
        print_stats(&summary, cd_monotonic_us() - started_us, cpu_seconds(&before));
    return exit_status_of(status, &summary, &error);
}

static const char *model_path(const char *argument, const char *setting)
{
    return argument ? argument : setting;
}

int cd_command_annotate(int argc, char **argv)
{
    struct arguments arguments = {.format = -1, .offset_unit = -1};
    int operand;
    int exit_status = parse_arguments(argc, argv, &arguments, &operand);
    if (exit_status != CD_OPTIONS_GO_ON)
        return exit_status;
    struct cd_settings settings;
    exit_status = cd_startup_settings(arguments.config, &settings);
    if (exit_status != CD_EXIT_OK)
        return exit_status;
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone away shows as EPIPE */
    struct cd_models *models;
    struct cd_error error = {0};
    if (cd_models_open(model_path(arguments.entities_model, settings.models.entities),
                       model_path(arguments.topics_model, settings.models.topics), &models,
                       &error) == CD_OK) {
        exit_status = annotate(&arguments, &settings, models, argv + operand, argc - operand);
        cd_models_close(models);
    } else {
        exit_status = cd_give_up(&error, CD_EXIT_CONFIG);
    }
    cd_settings_free(&settings);
    return exit_status;
}
