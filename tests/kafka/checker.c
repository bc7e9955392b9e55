/* checker - counts what a worker made of numbered messages on a real broker, so that no loss and no double
 * stays unseen. See usage below; tests/kafka/checker_test.sh shows that it sees planted mistakes. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "forge.h"
#include "produce.h"
#include "verify.h"

static const char usage[] =
    "usage: checker VERB --broker HOST:PORT [OPTION...]\n"
    "  topics NAME...     create topics (--partitions 6)\n"
    "  produce            put messages --first 0 to --count - 1 into --raw, --rate a second (0: at once)\n"
    "  remaining          print how many messages --group has not committed yet of --raw\n"
    "  drain              wait --wait seconds until it has committed all; print how many messages in how "
    "many seconds,\n"
    "                     from its first commit to its last\n"
    "  verify             wait --wait seconds until --group has committed all, then read --enriched and\n"
    "                     --deadletter and print what is wrong; status 1 when anything is\n"
    "  forge              play a worker that does one thing wrong: --mistake "
    "drop|twice|late|alter|misplace|\n"
    "                     uncommit at message --first\n"
    "Messages: --count N --poison PER_MILLE --tombstones PER_MILLE --keys N, the same for every verb.\n";

struct arguments {
    struct verify_options verify;
    uint32_t first;
    unsigned rate;
    int partitions;
    enum mistake mistake;
};

static const char *const mistakes[] = {"none", "drop", "twice", "late", "alter", "misplace", "uncommit"};

static bool read_mistake(const char *name, enum mistake *mistake)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        if (strcmp(name, mistakes[i]) == 0) {
            *mistake = (enum mistake)i;
            return true;
        }
    }
    return false;
}

static bool take_option(int option, const char *value, struct arguments *arguments)
{
    struct verify_options *verify = &arguments->verify;
    unsigned number = (unsigned)strtoul(value, NULL, 10);
    switch (option) {
    case 'b':
        verify->broker = value;
        return true;
    case 'g':
        verify->group = value;
        return true;
    case 'r':
        verify->raw = value;
        return true;
    case 'e':
        verify->enriched = value;
        return true;
    case 'd':
        verify->deadletter = value;
        return true;
    case 'c':
        verify->plan.count = number;
        return true;
    case 'o':
        verify->plan.poison_per_mille = number;
        return true;
    case 't':
        verify->plan.tombstone_per_mille = number;
        return true;
    case 'k':
        verify->plan.keys = number;
        return number > 0;
    case 'w':
        verify->wait_ms = (int)number * 1000;
        return true;
    case 'f':
        arguments->first = number;
        return true;
    case 's':
        arguments->rate = number;
        return true;
    case 'p':
        arguments->partitions = (int)number;
        return number > 0;
    case 'm':
        return read_mistake(value, &arguments->mistake);
    default:
        return false;
    }
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"broker", 1, 0, 'b'},   {"group", 1, 0, 'g'},      {"raw", 1, 0, 'r'},
        {"enriched", 1, 0, 'e'}, {"deadletter", 1, 0, 'd'}, {"count", 1, 0, 'c'},
        {"poison", 1, 0, 'o'},   {"tombstones", 1, 0, 't'}, {"keys", 1, 0, 'k'},
        {"wait", 1, 0, 'w'},     {"first", 1, 0, 'f'},      {"rate", 1, 0, 's'},
        {"mistake", 1, 0, 'm'},  {"partitions", 1, 0, 'p'}, {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!take_option(option, optarg ? optarg : "", arguments))
            return false;
    return optind < argc && arguments->verify.broker;
}

static bool print_remaining(const struct verify_options *options)
{
    int64_t remaining, end;
    if (!client_group_remaining(options->broker, options->group, options->raw, &remaining, &end))
        return false;
    printf("%lld\n", (long long)remaining);
    return true;
}

static bool print_drain(const struct verify_options *options)
{
    int64_t messages;
    double seconds;
    if (!client_time_group(options->broker, options->group, options->raw, options->wait_ms, &messages,
                           &seconds))
        return false;
    printf("%lld %.3f\n", (long long)messages, seconds);
    return true;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.verify = {.group = "copydesk",
                                             .raw = "articles.raw",
                                             .enriched = "articles.enriched",
                                             .deadletter = "articles.deadletter",
                                             .plan = {.count = 1000, .keys = 37},
                                             .wait_ms = 60000},
                                  .partitions = 6};
    if (!read_arguments(argc, argv, &arguments)) {
        fputs(usage, stderr);
        return 2;
    }
    const char *verb = argv[optind];
    char *const *rest = argv + optind + 1;
    bool done = false;
    if (strcmp(verb, "topics") == 0)
        done = client_create_topics(arguments.verify.broker, arguments.partitions, rest, argc - optind - 1);
    else if (strcmp(verb, "produce") == 0)
        done = produce_plan(&arguments.verify, arguments.first, arguments.rate);
    else if (strcmp(verb, "remaining") == 0)
        done = print_remaining(&arguments.verify);
    else if (strcmp(verb, "drain") == 0)
        done = print_drain(&arguments.verify);
    else if (strcmp(verb, "verify") == 0)
        done = verify_output(&arguments.verify);
    else if (strcmp(verb, "forge") == 0)
        done = forge_output(&arguments.verify, arguments.mistake, arguments.first);
    else
        fputs(usage, stderr);
    return done ? 0 : 1;
}
