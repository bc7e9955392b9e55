/* commands/options.c: the option table. Compiled in here, because commands are not part of the library. */
#include "../test.h"

#include <fcntl.h>
#include <unistd.h>

#include "../../worker/commands/commands.h"
#include "../../worker/commands/options.c" // NOLINT(bugprone-suspicious-include)

static struct {
    bool stats;
    const char *config;
    int64_t threads;
    int format;
} given;

static const struct cd_option table[] = {
    {"stats", CD_OPTION_FLAG, NULL, &given.stats, 0, 0, "print figures"},
    {"config", CD_OPTION_TEXT, "FILE", &given.config, 0, 0, "settings"},
    {"threads", CD_OPTION_INTEGER, "N", &given.threads, 0, 64, "threads"},
    {"format", CD_OPTION_CHOICE, "copydesk|augment|ninjs", &given.format, 0, 0, "format"},
    {NULL, 0, NULL, NULL, 0, 0, NULL},
};

/* Parse with standard output and error put away; *operands gets what is left. */
static int parse(int operands_max, char **argv, int *operands)
{
    struct cd_command_line line = {"try", "[FILE...]", "tries options", table, NULL, 0, operands_max};
    int argc = 0, operand = 0;
    while (argv[argc])
        argc++;
    memset(&given, 0, sizeof given);
    fflush(stdout);
    int out = dup(1), err = dup(2), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    int status = cd_options_parse(&line, argc, argv, &operand);
    fflush(stdout);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    close(nowhere);
    *operands = argc - operand;
    return status;
}

#define PARSE(max, operands, ...) parse(max, (char *[]){"try", __VA_ARGS__, NULL}, operands)

static void values_are_taken_before_and_behind_operands(void)
{
    int operands;
    EXPECT(PARSE(-1, &operands, "a.jsonl", "--threads", "8", "--format=ninjs", "b.jsonl", "--stats",
                 "--config", "x.cfg") == CD_OPTIONS_GO_ON);
    EXPECT(operands == 2);
    EXPECT(given.threads == 8 && given.format == 2 && given.stats);
    EXPECT_STRING(given.config, "x.cfg");
}

static void what_stands_behind_two_dashes_is_an_operand(void)
{
    int operands;
    EXPECT(PARSE(-1, &operands, "--", "--stats") == CD_OPTIONS_GO_ON);
    EXPECT(operands == 1 && !given.stats);
}

static void a_single_dash_is_an_operand(void)
{
    int operands;
    EXPECT(PARSE(-1, &operands, "-") == CD_OPTIONS_GO_ON);
    EXPECT(operands == 1);
}

static void wrong_options_are_refused(void)
{
    int operands;
    EXPECT(PARSE(-1, &operands, "--colour") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "-x") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--stats=yes") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--config") == CD_EXIT_USAGE);
}

static void wrong_values_are_refused(void)
{
    int operands;
    EXPECT(PARSE(-1, &operands, "--threads", "65") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--threads", "-1") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--threads", "4x") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--threads", "99999999999999999999") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--format", "xml") == CD_EXIT_USAGE);
    EXPECT(PARSE(-1, &operands, "--format", "nin") == CD_EXIT_USAGE);
}

static void too_many_operands_are_refused(void)
{
    int operands;
    EXPECT(PARSE(1, &operands, "a", "b") == CD_EXIT_USAGE);
}

static void help_ends_with_success(void)
{
    int operands;
    EXPECT(PARSE(-1, &operands, "--help", "--colour") == CD_EXIT_OK);
}

int main(void)
{
    TEST(values_are_taken_before_and_behind_operands);
    TEST(what_stands_behind_two_dashes_is_an_operand);
    TEST(a_single_dash_is_an_operand);
    TEST(wrong_options_are_refused);
    TEST(wrong_values_are_refused);
    TEST(too_many_operands_are_refused);
    TEST(help_ends_with_success);
    return TEST_RESULT();
}
