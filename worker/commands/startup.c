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

int cd_startup_settings(const char *path, struct cd_settings *settings)
{
    struct cd_error error = {0};
    const char *from_environment = getenv("COPYDESK_CONFIG");
    if (!path && from_environment && *from_environment)
        path = from_environment;
    if (cd_settings_load(path, settings, &error) != CD_OK)
        return cd_give_up(&error, CD_EXIT_CONFIG);
    return CD_EXIT_OK;
}
