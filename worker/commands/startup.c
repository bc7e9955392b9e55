#include "startup.h"

#include <stdio.h>
#include <stdlib.h>

#include "commands.h"

int cd_give_up(const struct cd_error *error, int exit_status)
{
    if (error->where[0])
        fprintf(stderr, "copydesk: %s: %s\n", error->where, error->message);
    else
        fprintf(stderr, "copydesk: %s\n", error->message);
    return exit_status;
}

const char *cd_startup_config_path(const char *option)
{
    const char *variable = getenv("COPYDESK_CONFIG");
    if (option)
        return option;
    return variable && *variable ? variable : NULL;
}

int cd_startup_settings(const char *option, struct cd_settings *settings)
{
    struct cd_error error = {0};
    if (cd_settings_load(cd_startup_config_path(option), settings, &error) != CD_OK)
        return cd_give_up(&error, CD_EXIT_CONFIG);
    return CD_EXIT_OK;
}
