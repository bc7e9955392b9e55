/* copydesk - marks up news: the program's commands, one file each in worker/commands/. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "copydesk/copydesk.h"
#include "copydesk/model.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"annotate", cd_command_annotate, "enrich articles from files, folders or standard input"},
    {"run", cd_command_run, "the worker: articles from Kafka in, enriched records out, each exactly once"},
    {"check", cd_command_check, "try the settings, the models, the broker and the topics"},
    {"demo", cd_command_demo, "enrich sample articles on an embedded broker and show what comes out"},
    {"feed", cd_command_feed, "publish article files to a topic"},
    {NULL, NULL, NULL},
};

static int print_usage(FILE *to)
{
    fprintf(to, "usage: copydesk COMMAND [OPTION...]\n\n");
    for (const struct command *c = commands; c->name; c++)
        fprintf(to, "  %-10s %s\n", c->name, c->summary);
    fprintf(
        to,
        "\n`copydesk COMMAND --help` explains a command; `copydesk --version` names the models inside.\n");
    return to == stdout ? CD_EXIT_OK : CD_EXIT_USAGE;
}

/* "  entities model 2026.11.24" */
static void print_model(const char *kind, struct cd_slice bytes)
{
    struct cd_model_file *file;
    struct cd_error error = {0};
    if (cd_model_file_open_bytes(bytes, kind, kind, &file, &error) != CD_OK) {
        printf("  %s model: %s\n", kind, error.message);
        return;
    }
    printf("  %s model %s\n", kind, cd_model_version(file));
    cd_model_file_close(file);
}

static int print_version(void)
{
    printf("copydesk %s\n", cd_version());
    print_model("entities", cd_embedded_entities_model());
    print_model("topics", cd_embedded_topics_model());
    printf("  librdkafka %s\n", rd_kafka_version_str());
    return CD_EXIT_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return print_usage(stderr);
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return print_usage(stdout);
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(argv[1], c->name) == 0)
            return c->run(argc - 1, argv + 1);
    fprintf(stderr, "copydesk: there is no command \"%s\"\n", argv[1]);
    return print_usage(stderr);
}
