/* Settings from the environment. An empty variable counts as one that is not there, since that is what
 * compose files make of ${NAME:-}. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings_table.h"

static enum cd_status read_variable(const struct setting *setting, const char *variable,
                                    struct cd_settings *settings, struct cd_error *error)
{
    const char *text = getenv(variable);
    if (!text || !*text)
        return CD_OK;
    return setting_set(setting, settings, text, variable, error);
}

enum cd_status settings_read_environment(struct cd_settings *settings, struct cd_error *error)
{
    for (size_t i = 0; i < cd_setting_count; i++) {
        const struct setting *setting = &cd_setting_table[i];
        char variable[SETTING_VARIABLE_BYTES];
        setting_variable(setting, variable);
        enum cd_status status = CD_OK;
        if (setting->short_variable)
            status = read_variable(setting, setting->short_variable, settings, error);
        if (status == CD_OK)
            status = read_variable(setting, variable, settings, error);
        if (status != CD_OK)
            return status;
    }
    return CD_OK;
}

static bool is_known(struct cd_slice variable)
{
    if (cd_slice_equal(variable, cd_slice_of("COPYDESK_CONFIG")))
        return true;
    for (size_t i = 0; i < cd_setting_count; i++) {
        char name[SETTING_VARIABLE_BYTES];
        setting_variable(&cd_setting_table[i], name);
        if (cd_slice_equal(variable, cd_slice_of(name)) ||
            cd_slice_equal(variable, cd_slice_of(cd_setting_table[i].short_variable)))
            return true;
    }
    return false;
}

/* A Kubernetes service called copydesk gives every pod beside it COPYDESK_SERVICE_HOST, COPYDESK_PORT_..._TCP
 * and more. */
static bool is_service_link(const char *variable)
{
    return strstr(variable, "_SERVICE_") != NULL || strstr(variable, "_PORT=") != NULL ||
           strstr(variable, "_PORT_") != NULL;
}

void cd_settings_unknown_variables(struct cd_buffer *names)
{
    cd_buffer_append(names, "", 0);
    for (char **entry = environ; *entry; entry++) {
        struct cd_slice variable = {*entry, strcspn(*entry, "=")};
        if (strncmp(*entry, "COPYDESK_", 9) != 0 || is_known(variable) || is_service_link(*entry))
            continue;
        if (names->length)
            cd_buffer_append(names, ", ", 2);
        cd_buffer_append(names, variable.bytes, variable.length);
    }
}
