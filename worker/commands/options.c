#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

enum {
    OPTIONS_MAX = 48,
    HELP_COLUMN = 26,
    FIRST_VALUE = 256, /* what getopt_long returns for the first option of the table */
};

/* ---- help ---------------------------------------------------------------------------------- */

static void print_help_text(const char *help)
{
    for (; *help; help++) {
        putchar(*help);
        if (*help == '\n')
            printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

static void print_option(const struct cd_option *option)
{
    int width = printf("  --%s", option->name);
    if (option->argument)
        width += printf(" %s", option->argument);
    if (width >= HELP_COLUMN) {
        putchar('\n');
        width = 0;
    }
    printf("%*s", HELP_COLUMN - width, "");
    print_help_text(option->help);
}

static int print_help(const struct cd_command_line *line)
{
    printf("usage: copydesk %s [OPTION...]%s%s\n\n%s.\n\n", line->command, *line->operands ? " " : "",
           line->operands, line->summary);
    for (const struct cd_option *option = line->options; option->name; option++)
        print_option(option);
    print_option(&(struct cd_option){.name = "help", .help = "this text"});
    if (line->details)
        printf("\n%s\n", line->details);
    return CD_EXIT_OK;
}

__attribute__((format(printf, 2, 3))) static int refuse(const struct cd_command_line *line,
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "copydesk %s: ", line->command);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (`copydesk %s --help` lists the options)\n", line->command);
    va_end(arguments);
    return CD_EXIT_USAGE;
}

/* ---- values -------------------------------------------------------------------------------- */

static int take_integer(const struct cd_command_line *line, const struct cd_option *option, const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end)
        return refuse(line, "--%s takes a whole number, not \"%s\"", option->name, text);
    if (errno == ERANGE || value < option->minimum || value > option->maximum)
        return refuse(line, "--%s is %s, but must lie between %lld and %lld", option->name, text,
                      (long long)option->minimum, (long long)option->maximum);
    *(int64_t *)option->value = value;
    return CD_OPTIONS_GO_ON;
}

static int take_choice(const struct cd_command_line *line, const struct cd_option *option, const char *text)
{
    size_t length = strlen(text);
    int place = 0;
    for (const char *word = option->argument;; place++) {
        size_t word_length = strcspn(word, "|");
        if (word_length == length && strncmp(word, text, length) == 0) {
            *(int *)option->value = place;
            return CD_OPTIONS_GO_ON;
        }
        if (!word[word_length])
            return refuse(line, "--%s is \"%s\", but must be one of %s", option->name, text,
                          option->argument);
        word += word_length + 1;
    }
}

static int take_item(const struct cd_command_line *line, const struct cd_option *option, const char *text)
{
    struct cd_option_list *list = option->value;
    if (list->count == CD_OPTION_LIST_MAX)
        return refuse(line, "--%s is given more than %d times", option->name, CD_OPTION_LIST_MAX);
    list->items[list->count++] = text;
    return CD_OPTIONS_GO_ON;
}

static int take_value(const struct cd_command_line *line, const struct cd_option *option, const char *text)
{
    switch (option->kind) {
    case CD_OPTION_FLAG:
        *(bool *)option->value = true;
        return CD_OPTIONS_GO_ON;
    case CD_OPTION_TEXT:
        *(const char **)option->value = text;
        return CD_OPTIONS_GO_ON;
    case CD_OPTION_LIST:
        return take_item(line, option, text);
    case CD_OPTION_INTEGER:
        return take_integer(line, option, text);
    case CD_OPTION_CHOICE:
        return take_choice(line, option, text);
    }
    return CD_EXIT_USAGE;
}

/* ---- parsing ------------------------------------------------------------------------------- */

/* The table as getopt_long wants it; returns the number of our options, the place of --help. */
static int fill_long_options(const struct cd_command_line *line, struct option *long_options)
{
    int count = 0;
    for (const struct cd_option *option = line->options; option->name && count < OPTIONS_MAX; option++) {
        int has_argument = option->kind == CD_OPTION_FLAG ? no_argument : required_argument;
        long_options[count] = (struct option){option->name, has_argument, NULL, FIRST_VALUE + count};
        count++;
    }
    long_options[count] = (struct option){"help", no_argument, NULL, FIRST_VALUE + count};
    long_options[count + 1] = (struct option){0};
    return count;
}

/* What getopt_long did not like; it stands in front of optind. */
static int refuse_option(const struct cd_command_line *line, int found, char **argv)
{
    const char *given = argv[optind - 1];
    if (found == ':')
        return refuse(line, "%s needs a value", given);
    if (optopt >= FIRST_VALUE)
        return refuse(line, "%s takes no value", given);
    if (optopt)
        return refuse(line, "there is no option -%c", optopt);
    return refuse(line, "there is no option %s", given);
}

static int check_operands(const struct cd_command_line *line, int count, char **operands)
{
    if (count < line->operands_min)
        return refuse(line, "an operand is missing: %s", line->operands);
    if (line->operands_max >= 0 && count > line->operands_max)
        return refuse(line, "\"%s\" is one operand too many", operands[line->operands_max]);
    return CD_OPTIONS_GO_ON;
}

int cd_options_parse(const struct cd_command_line *line, int argc, char **argv, int *operand)
{
    struct option long_options[OPTIONS_MAX + 2];
    int help = fill_long_options(line, long_options), found;
    optind = 0; /* start anew (glibc) */
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (found < FIRST_VALUE)
            return refuse_option(line, found, argv);
        if (found - FIRST_VALUE == help)
            return print_help(line);
        int status = take_value(line, &line->options[found - FIRST_VALUE], optarg);
        if (status != CD_OPTIONS_GO_ON)
            return status;
    }
    *operand = optind;
    return check_operands(line, argc - optind, argv + optind);
}
