/* options.h - the options of a command, as a table that the parser and `--help` both read.
 *
 *     int64_t threads = 0;
 *     const struct cd_option table[] = {
 *         {"threads", CD_OPTION_INTEGER, "N", &threads, 0, 1024, "worker threads (default: one per core)"},
 *         {.name = NULL},
 *     };
 *     const struct cd_command_line line = {"annotate", "[FILE...]", "enrich articles without Kafka", table,
 *                                          NULL, 0, -1};
 *     int operand;
 *     int exit_status = cd_options_parse(&line, argc, argv, &operand);
 *     if (exit_status != CD_OPTIONS_GO_ON)
 *         return exit_status;
 *
 * `--help` is understood by every command. Options may stand before and after operands; "--" ends them.
 * Values are written through the table's pointers; an option that is not given leaves its default alone.
 * Uses getopt_long, whose state is global: call it from the main thread only. */
#ifndef COPYDESK_OPTIONS_H
#define COPYDESK_OPTIONS_H

#include <stdint.h>

enum cd_option_kind {
    CD_OPTION_FLAG,    /* --name           value: bool *, set to true */
    CD_OPTION_TEXT,    /* --name TEXT      value: const char **, points into argv */
    CD_OPTION_LIST,    /* --name TEXT ...  value: struct cd_option_list *; may be given several times */
    CD_OPTION_INTEGER, /* --name N         value: int64_t *, checked against minimum and maximum */
    CD_OPTION_CHOICE,  /* --name a|b|c     value: int *, gets the place of the word in `argument`, from 0 */
};

enum { CD_OPTION_LIST_MAX = 32 };

struct cd_option_list {
    const char *items[CD_OPTION_LIST_MAX]; /* point into argv */
    int count;
};

struct cd_option {
    const char *name; /* without the dashes */
    enum cd_option_kind kind;
    const char
        *argument; /* as --help shows it: "N", "FILE"; the words of a choice: "human|json"; flag: NULL */
    void *value;
    int64_t minimum, maximum; /* of an integer */
    const char *help;         /* one line; more lines after "\n" are indented alike */
};

struct cd_command_line {
    const char *command;             /* "annotate" */
    const char *operands;            /* as --help shows them: "[FILE...]"; "" when there are none */
    const char *summary;             /* one sentence, without a full stop */
    const struct cd_option *options; /* ends with a NULL name */
    const char *details;             /* shown behind the options; may be NULL */
    int operands_min, operands_max;  /* operands_max -1: any number */
};

enum { CD_OPTIONS_GO_ON = -1 };

/* Parse the command line; *operand gets the index in argv (which is put in order) of the first operand.
 * Returns CD_OPTIONS_GO_ON, or the status to exit with: after --help (printed on standard output), or after a
 * wrong option or operand count (one line on standard error that says what is wrong and where help is). */
int cd_options_parse(const struct cd_command_line *line, int argc, char **argv, int *operand);

#endif
