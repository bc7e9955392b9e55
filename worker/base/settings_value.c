/* A setting's value: from text, to text, and the one form in which a wrong one is refused. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings_table.h"

/* ---- refusals ------------------------------------------------------------------------------ */

static void append_choices(const struct setting *setting, struct cd_buffer *out)
{
    for (const char *const *choice = setting->choices; *choice; choice++) {
        if (choice != setting->choices)
            cd_buffer_append_string(out, choice[1] ? ", " : " or ");
        cd_buffer_append_string(out, *choice);
    }
}

void setting_append_allowed(const struct setting *setting, struct cd_buffer *out)
{
    switch (setting->type) {
    case SETTING_INTEGER:
    case SETTING_NUMBER:
        cd_buffer_format(out, "between %" PRId64 " and %" PRId64, setting->minimum, setting->maximum);
        if (setting->unit)
            cd_buffer_format(out, " %s", setting->unit);
        break;
    case SETTING_SWITCH:
        cd_buffer_append_string(out, "true or false");
        break;
    case SETTING_CHOICE:
        append_choices(setting, out);
        break;
    case SETTING_TEXT:
        cd_buffer_append_string(out, setting->rule ? setting->rule->allowed : "a text");
        break;
    case SETTING_LIST:
        cd_buffer_append_string(out, "a list of texts, [ \"name=value\", ... ]");
        break;
    }
}

enum cd_status setting_refuse(const struct setting *setting, const char *written, const char *where,
                              struct cd_error *error)
{
    struct cd_buffer allowed = {0};
    setting_append_allowed(setting, &allowed);
    const char *must_be = allowed.failed ? "another value" : allowed.bytes;
    if (setting->flags & SETTING_SECRET)
        cd_fail(error, CD_INVALID, where, "%s: must be %s", setting->name, must_be);
    else
        cd_fail(error, CD_INVALID, where, "%s = %s: must be %s", setting->name, written, must_be);
    cd_buffer_free(&allowed);
    return CD_INVALID;
}

/* Texts stand in quotes, also when they come from the environment, so that blanks and emptiness show. */
static enum cd_status refuse_text(const struct setting *setting, const char *text, const char *where,
                                  struct cd_error *error)
{
    if (setting->type != SETTING_TEXT && setting->type != SETTING_CHOICE)
        return setting_refuse(setting, text, where, error);
    struct cd_buffer quoted = {0};
    setting_append_quoted(&quoted, text);
    enum cd_status status = setting_refuse(setting, quoted.failed ? text : quoted.bytes, where, error);
    cd_buffer_free(&quoted);
    return status;
}

/* ---- from text ----------------------------------------------------------------------------- */

/* A whole number as libconfig writes it: decimal (leading zeros too) or 0x, an L or LL behind it allowed. One
 * that does not fit is the largest there is, which no range allows, and not what is left of it after an
 * overflow. */
static bool parse_integer(const char *text, int64_t *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    bool is_hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    if (!isdigit((unsigned char)digits[0]))
        return false;
    char *end;
    long long parsed = strtoll(text, &end, is_hexadecimal ? 16 : 10);
    for (int i = 0; i < 2 && *end == 'L'; i++)
        end++;
    *value = parsed;
    return *end == '\0';
}

static bool parse_number(const char *text, double *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (!isdigit((unsigned char)digits[*digits == '.'])) /* not "inf", "nan" */
        return false;
    char *end;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

static bool parse_switch(const char *text, bool *value)
{
    *value = strcasecmp(text, "true") == 0;
    return *value || strcasecmp(text, "false") == 0;
}

static bool parse_choice(const struct setting *setting, const char *text, int *value)
{
    for (*value = 0; setting->choices[*value]; ++*value)
        if (strcmp(setting->choices[*value], text) == 0)
            return true;
    return false;
}

enum cd_status setting_replace_text(char **field, const char *text, struct cd_error *error)
{
    char *copy = strdup(text);
    if (!copy)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    free(*field);
    *field = copy;
    return CD_OK;
}

enum cd_status setting_set(const struct setting *setting, struct cd_settings *settings, const char *text,
                           const char *where, struct cd_error *error)
{
    void *field = setting_field(setting, settings);
    bool is_valid = false;
    int64_t integer;
    double number;
    bool flag;
    int choice;
    switch (setting->type) {
    case SETTING_INTEGER:
        is_valid =
            parse_integer(text, &integer) && integer >= setting->minimum && integer <= setting->maximum;
        if (is_valid)
            *(int64_t *)field = integer;
        break;
    case SETTING_NUMBER:
        is_valid = parse_number(text, &number) && number >= (double)setting->minimum &&
                   number <= (double)setting->maximum;
        if (is_valid)
            *(double *)field = number;
        break;
    case SETTING_SWITCH:
        is_valid = parse_switch(text, &flag);
        if (is_valid)
            *(bool *)field = flag;
        break;
    case SETTING_CHOICE:
        is_valid = parse_choice(setting, text, &choice);
        if (is_valid)
            memcpy(field, &choice, sizeof choice); /* an enum of ours has the size of an int */
        break;
    case SETTING_TEXT:
        is_valid = !setting->rule || setting->rule->holds(text);
        if (is_valid)
            return setting_replace_text(field, text, error);
        break;
    case SETTING_LIST:
        return setting_set_lines(setting, settings, text, where, error);
    }
    return is_valid ? CD_OK : refuse_text(setting, text, where, error);
}

void setting_clear(const struct setting *setting, struct cd_settings *settings)
{
    if (setting->type == SETTING_TEXT) {
        char **text = setting_field(setting, settings);
        free(*text);
        *text = NULL;
    }
    if (setting->type == SETTING_LIST) {
        struct cd_properties *list = setting_field(setting, settings);
        for (size_t i = 0; i < list->count; i++)
            free(list->lines[i]);
        free(list->lines);
        *list = (struct cd_properties){0};
    }
}

/* ---- to text ------------------------------------------------------------------------------- */

/* A libconfig string: backslash before quote and backslash, \xNN for control characters. */
void setting_append_quoted(struct cd_buffer *out, const char *text)
{
    cd_buffer_append_byte(out, '"');
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            cd_buffer_format(out, "\\x%02x", (unsigned char)*text);
            continue;
        }
        if (*text == '"' || *text == '\\')
            cd_buffer_append_byte(out, '\\');
        cd_buffer_append_byte(out, *text);
    }
    cd_buffer_append_byte(out, '"');
}

static void append_text(struct cd_buffer *out, const struct setting *setting, const char *text)
{
    bool is_hidden = text && *text && setting->flags & SETTING_SECRET;
    setting_append_quoted(out, is_hidden ? SETTING_MASK : text ? text : "");
}

void setting_append_value(const struct setting *setting, const struct cd_settings *settings,
                          struct cd_buffer *out)
{
    const void *field = setting_field(setting, settings);
    int choice;
    switch (setting->type) {
    case SETTING_INTEGER:
        cd_buffer_format(out, "%" PRId64, *(const int64_t *)field);
        break;
    case SETTING_NUMBER:
        cd_buffer_format(out, "%.10g", *(const double *)field);
        break;
    case SETTING_SWITCH:
        cd_buffer_append_string(out, *(const bool *)field ? "true" : "false");
        break;
    case SETTING_CHOICE:
        memcpy(&choice, field, sizeof choice);
        setting_append_quoted(out, setting->choices[choice]);
        break;
    case SETTING_TEXT:
        append_text(out, setting, *(char *const *)field);
        break;
    case SETTING_LIST:
        settings_append_properties(field, out);
        break;
    }
}

bool setting_equal(const struct setting *setting, const struct cd_settings *a, const struct cd_settings *b)
{
    const void *left = setting_field(setting, a), *right = setting_field(setting, b);
    switch (setting->type) {
    case SETTING_INTEGER:
        return *(const int64_t *)left == *(const int64_t *)right;
    case SETTING_NUMBER:
        return *(const double *)left == *(const double *)right;
    case SETTING_SWITCH:
        return *(const bool *)left == *(const bool *)right;
    case SETTING_CHOICE:
        return memcmp(left, right, sizeof(int)) == 0;
    case SETTING_TEXT:
        return strcmp(*(char *const *)left, *(char *const *)right) == 0;
    case SETTING_LIST:
        return settings_properties_equal(left, right);
    }
    return false;
}
