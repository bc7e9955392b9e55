/* startup.h - what commands that use the settings do first, and how they give up: with one clear line on
 * standard error and a documented exit status (commands.h). Main thread only. */
#ifndef COPYDESK_STARTUP_H
#define COPYDESK_STARTUP_H

#include "copydesk/error.h"
#include "copydesk/settings.h"

/* "copydesk: WHERE: MESSAGE" on standard error; returns `exit_status`. */
int cd_give_up(const struct cd_error *error, int exit_status);

/* The settings file: `option` when it was given, else what COPYDESK_CONFIG names, else NULL (none). Borrowed.
 */
const char *cd_startup_config_path(const char *option);

/* Load the settings from cd_startup_config_path(option). Returns CD_EXIT_OK, or the exit status after
 * cd_give_up. Free with cd_settings_free. */
int cd_startup_settings(const char *option, struct cd_settings *settings);

#endif
