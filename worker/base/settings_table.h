/* settings_table.h - the inside of the settings: one row per setting, and what a row can do.
 *
 * Shared by the files settings*.c only. A value comes in as text, whether it is a default, stands in the file
 * or in the environment, so there is one place that understands it and one form of refusal. */
#ifndef COPYDESK_SETTINGS_TABLE_H
#define COPYDESK_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/error.h"
#include "copydesk/settings.h"

enum setting_type {
    SETTING_TEXT,    /* char *                */
    SETTING_INTEGER, /* int64_t               */
    SETTING_NUMBER,  /* double                */
    SETTING_SWITCH,  /* bool                  */
    SETTING_CHOICE,  /* an enum, counted from 0 in the order of `choices` */
    SETTING_LIST,    /* struct cd_properties  */
};

enum setting_flag {
    SETTING_SECRET = 1 << 0,           /* never printed */
    SETTING_ENVIRONMENT_ONLY = 1 << 1, /* refused in the file */
    SETTING_RELOADABLE = 1 << 2,       /* taken over on SIGHUP */
};

/* What a text may be: in words ("must be ..."), and as a test. */
struct text_rule {
    const char *allowed;
    bool (*holds)(const char *text);
};

struct setting {
    const char *name; /* "batch.count_max" */
    enum setting_type type;
    size_t offset;                /* into struct cd_settings */
    const char *initial;          /* the default, as it would stand in the environment */
    int64_t minimum, maximum;     /* of integers and numbers */
    const char *const *choices;   /* NULL-terminated */
    const struct text_rule *rule; /* of texts; NULL: anything */
    const char *unit;             /* "ms", "bytes", "articles"; NULL: none */
    const char *short_variable;   /* a second name in the environment; NULL: none */
    unsigned flags;               /* enum setting_flag bits */
    const char *help;             /* sentences; what the value does and what a special value means */
};

struct setting_group {
    const char *name;  /* "batch" */
    const char *title; /* one line for the head of the group */
};

extern const struct setting cd_setting_table[];
extern const size_t cd_setting_count;
extern const struct setting_group cd_setting_groups[];
extern const size_t cd_setting_group_count;

/* ---- settings_table.c ---------------------------------------------------------------------- */

/* The row of that name, NULL when there is none. */
const struct setting *setting_find(const char *name);
/* The known setting whose name is nearest to `name` by edits; NULL when nothing is near. */
const struct setting *setting_nearest(const char *name);
/* The name without its group: "count_max". */
const char *setting_short_name(const struct setting *setting);
bool setting_in_group(const struct setting *setting, const char *group);
/* COPYDESK_ + the name in capitals, "." -> "_". */
enum { SETTING_VARIABLE_BYTES = 64 };
void setting_variable(const struct setting *setting, char variable[SETTING_VARIABLE_BYTES]);

/* ---- settings_value.c ---------------------------------------------------------------------- */

/* Take `text` over as the setting's value, or refuse it with the allowed values. */
enum cd_status setting_set(const struct setting *setting, struct cd_settings *settings, const char *text,
                           const char *where, struct cd_error *error);
/* "batch.count_max = 0: must be between 1 and 100000 articles". The value stands there as it was written,
 * unless it is secret. */
enum cd_status setting_refuse(const struct setting *setting, const char *written, const char *where,
                              struct cd_error *error);
void setting_clear(const struct setting *setting, struct cd_settings *settings);
/* Own a copy of `text` in *field; CD_MEMORY when there is none. */
enum cd_status setting_replace_text(char **field, const char *text, struct cd_error *error);

/* "between 1 and 100000 articles", "true or false", "a topic name: ..." */
void setting_append_allowed(const struct setting *setting, struct cd_buffer *out);
/* The value as libconfig writes it; secrets masked. */
void setting_append_value(const struct setting *setting, const struct cd_settings *settings,
                          struct cd_buffer *out);
bool setting_equal(const struct setting *setting, const struct cd_settings *a, const struct cd_settings *b);

static inline void *setting_field(const struct setting *setting, const struct cd_settings *settings)
{
    return (char *)settings + setting->offset;
}

/* A libconfig string: in quotes, with escapes. */
void setting_append_quoted(struct cd_buffer *out, const char *text);
#define SETTING_MASK "********"

/* ---- settings_properties.c ----------------------------------------------------------------- */

/* A list's next line; "name = value" becomes "name=value". Properties that are not to be passed through are
 * refused with the reason. */
enum cd_status setting_add_line(const struct setting *setting, struct cd_settings *settings,
                                struct cd_slice line, const char *where, struct cd_error *error);
/* The whole list from one text, one property on a line or commas between them. */
enum cd_status setting_set_lines(const struct setting *setting, struct cd_settings *settings,
                                 const char *text, const char *where, struct cd_error *error);
/* As a libconfig array, secrets masked. */
void settings_append_properties(const struct cd_properties *list, struct cd_buffer *out);
bool settings_properties_equal(const struct cd_properties *a, const struct cd_properties *b);
/* The value of the line with that name, NULL when there is none. */
const char *settings_property(const struct cd_properties *properties, const char *name);

/* ---- settings_file.c, settings_environment.c, settings_check.c ----------------------------- */

enum cd_status settings_read_file(const char *path, struct cd_settings *settings, struct cd_error *error);
enum cd_status settings_read_environment(struct cd_settings *settings, struct cd_error *error);
/* Fill in what follows from the rest: host name, password file, transactional id. */
enum cd_status settings_complete(struct cd_settings *settings, struct cd_error *error);
/* What no single setting can tell: that they fit together. */
enum cd_status settings_check(const struct cd_settings *settings, struct cd_error *error);

#endif
