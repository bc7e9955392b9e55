/* commands.h - the program's commands. Each gets its own argv (argv[0] is the command's name), prints for a
 * person, and returns the process's exit status. */
#ifndef COPYDESK_COMMANDS_H
#define COPYDESK_COMMANDS_H

enum cd_exit {
    CD_EXIT_OK = 0,
    CD_EXIT_FAILED = 1, /* some input could not be handled; the rest was */
    CD_EXIT_USAGE = 2,  /* wrong options or arguments */
    CD_EXIT_CONFIG = 3, /* a bad setting or model file */
    CD_EXIT_BROKER = 4, /* broker unreachable, topic missing, not authorised */
    CD_EXIT_FATAL = 5,  /* fenced or fatal Kafka error: start anew */
    CD_EXIT_IO = 6,     /* disk full or the like */
};

int cd_command_run(int argc, char **argv);
int cd_command_annotate(int argc, char **argv);
int cd_command_feed(int argc, char **argv);
int cd_command_check(int argc, char **argv);
int cd_command_demo(int argc, char **argv);

#endif
