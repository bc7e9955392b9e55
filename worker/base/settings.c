#include "copydesk/settings.h"

#include <stdlib.h>
#include <string.h>

#include "settings_table.h"

static enum cd_status set_defaults(struct cd_settings *settings, struct cd_error *error)
{
    for (size_t i = 0; i < cd_setting_count; i++) {
        const struct setting *setting = &cd_setting_table[i];
        enum cd_status status = setting_set(setting, settings, setting->initial, "defaults", error);
        if (status != CD_OK)
            return status;
    }
    return CD_OK;
}

enum cd_status cd_settings_load(const char *path, struct cd_settings *settings, struct cd_error *error)
{
    *settings = (struct cd_settings){0};
    enum cd_status status = set_defaults(settings, error);
    if (status == CD_OK && path)
        status = settings_read_file(path, settings, error);
    if (status == CD_OK)
        status = settings_read_environment(settings, error);
    if (status == CD_OK)
        status = settings_complete(settings, error);
    if (status == CD_OK)
        status = settings_check(settings, error);
    if (status != CD_OK)
        cd_settings_free(settings);
    return status;
}

void cd_settings_free(struct cd_settings *settings)
{
    if (settings->kafka.password)
        explicit_bzero(settings->kafka.password, strlen(settings->kafka.password));
    for (size_t i = 0; i < cd_setting_count; i++)
        setting_clear(&cd_setting_table[i], settings);
    *settings = (struct cd_settings){0};
}

/* ---- reload -------------------------------------------------------------------------------- */

static size_t value_bytes(const struct setting *setting)
{
    static const size_t bytes[] = {
        [SETTING_TEXT] = sizeof(char *),   [SETTING_INTEGER] = sizeof(int64_t),
        [SETTING_NUMBER] = sizeof(double), [SETTING_SWITCH] = sizeof(bool),
        [SETTING_CHOICE] = sizeof(int),    [SETTING_LIST] = sizeof(struct cd_properties),
    };
    return bytes[setting->type];
}

static void swap_values(const struct setting *setting, struct cd_settings *a, struct cd_settings *b)
{
    char held[sizeof(struct cd_properties)];
    void *left = setting_field(setting, a), *right = setting_field(setting, b);
    size_t size = value_bytes(setting);
    memcpy(held, left, size);
    memcpy(left, right, size);
    memcpy(right, held, size);
}

/* Calling it twice changes nothing. */
static void swap_reloadable(struct cd_settings *a, struct cd_settings *b)
{
    for (size_t i = 0; i < cd_setting_count; i++)
        if (cd_setting_table[i].flags & SETTING_RELOADABLE)
            swap_values(&cd_setting_table[i], a, b);
}

/* Each set of settings fits together by itself; half of one in the other need not, and is then not taken. */
void cd_settings_reload(struct cd_settings *current, struct cd_settings *fresh, struct cd_buffer *refused)
{
    swap_reloadable(current, fresh);
    bool is_taken = settings_check(current, NULL) == CD_OK;
    if (!is_taken)
        swap_reloadable(current, fresh);
    cd_buffer_append(refused, "", 0);
    for (size_t i = 0; i < cd_setting_count; i++) {
        const struct setting *setting = &cd_setting_table[i];
        bool is_reloaded = is_taken && setting->flags & SETTING_RELOADABLE;
        if (!is_reloaded && !setting_equal(setting, current, fresh))
            cd_buffer_format(refused, "%s%s", refused->length ? ", " : "", setting->name);
    }
}

struct cd_enrich_options cd_settings_enrich_options(const struct cd_settings *settings)
{
    return (struct cd_enrich_options){
        .article =
            {
                .id_fields = settings->article.id_fields,
                .title_fields = settings->article.title_fields,
                .body_fields = settings->article.body_fields,
                .uri_fields = settings->article.uri_fields,
                .date_fields = settings->article.date_fields,
                .source_fields = settings->article.source_fields,
                .language_fields = settings->article.language_fields,
                .message_bytes_max = (size_t)settings->article.message_bytes_max,
                .nesting_max = (unsigned)settings->article.nesting_max,
                .text_bytes_max = (size_t)settings->article.text_bytes_max,
            },
        .record =
            {
                .format = settings->record.format,
                .offset_unit = settings->record.offset_unit,
                .include_body = settings->record.include_body,
                .augment_key = settings->record.augment_key,
            },
        .worker_id = settings->worker.id,
        .confidence_min = (float)settings->record.confidence_min,
    };
}
