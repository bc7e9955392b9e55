/* The settings for people: the effective ones, the reference file, the list for the README. */
#include <string.h>

#include "settings_table.h"

enum { COLUMNS = 110 };

/* ---- the effective settings ---------------------------------------------------------------- */

static void append_assignment(const struct setting *setting, const struct cd_settings *settings,
                              struct cd_buffer *out)
{
    bool is_comment = setting->flags & SETTING_ENVIRONMENT_ONLY;
    cd_buffer_format(out, "    %s%s = ", is_comment ? "# " : "", setting_short_name(setting));
    setting_append_value(setting, settings, out);
    cd_buffer_append_byte(out, ';');
}

/* What differs from its default says so, since that is what one looks for. */
static void append_effective(const struct setting *setting, const struct cd_settings *settings,
                             const struct cd_settings *defaults, struct cd_buffer *out)
{
    append_assignment(setting, settings, out);
    if (!setting_equal(setting, settings, defaults)) {
        cd_buffer_append_string(out, "  # default: ");
        setting_append_value(setting, defaults, out);
    }
    cd_buffer_append_byte(out, '\n');
}

/* The values as the table has them, nothing filled in; false when out of memory. */
static bool take_defaults(struct cd_settings *defaults)
{
    *defaults = (struct cd_settings){0};
    for (size_t i = 0; i < cd_setting_count; i++)
        if (setting_set(&cd_setting_table[i], defaults, cd_setting_table[i].initial, NULL, NULL) != CD_OK)
            return false;
    return true;
}

void cd_settings_print(const struct cd_settings *settings, struct cd_buffer *out)
{
    struct cd_settings defaults;
    out->failed |= !take_defaults(&defaults);
    for (size_t g = 0; g < cd_setting_group_count && !out->failed; g++) {
        cd_buffer_format(out, "%s = {\n", cd_setting_groups[g].name);
        for (size_t i = 0; i < cd_setting_count; i++)
            if (setting_in_group(&cd_setting_table[i], cd_setting_groups[g].name))
                append_effective(&cd_setting_table[i], settings, &defaults, out);
        cd_buffer_append_string(out, "};\n");
    }
    cd_settings_free(&defaults);
}

/* ---- the reference file -------------------------------------------------------------------- */

/* Words of `text` in lines of at most COLUMNS bytes, each with `prefix` before it. */
static void append_wrapped(struct cd_buffer *out, const char *prefix, const char *text)
{
    size_t prefix_length = strlen(prefix), column = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column && column + 1 + word > COLUMNS) {
            cd_buffer_append_byte(out, '\n');
            column = 0;
        }
        cd_buffer_append_string(out, column ? " " : prefix);
        column += (column ? 1 : prefix_length) + word;
        cd_buffer_append(out, text, word);
        text += word + (text[word] == ' ');
    }
    cd_buffer_append_byte(out, '\n');
}

/* "Most articles in a batch. Between 1 and 100000 articles. [SIGHUP] (COPYDESK_SHORT_FORM)" */
static void append_sentences(const struct setting *setting, struct cd_buffer *out)
{
    cd_buffer_append_string(out, setting->help);
    bool has_range = setting->type == SETTING_INTEGER || setting->type == SETTING_NUMBER;
    if (has_range) {
        cd_buffer_append_string(out, " Allowed: ");
        setting_append_allowed(setting, out);
        cd_buffer_append_byte(out, '.');
    }
    if (setting->type == SETTING_CHOICE) {
        cd_buffer_append_string(out, " One of: ");
        setting_append_allowed(setting, out);
        cd_buffer_append_byte(out, '.');
    }
    if (setting->flags & SETTING_RELOADABLE)
        cd_buffer_append_string(out, " [SIGHUP]");
    if (setting->short_variable)
        cd_buffer_format(out, " (%s)", setting->short_variable);
}

static void append_explanation(const struct setting *setting, struct cd_buffer *out)
{
    struct cd_buffer text = {0};
    append_sentences(setting, &text);
    if (!text.failed)
        append_wrapped(out, "    # ", text.bytes);
    cd_buffer_free(&text);
}

static void append_reference(const struct setting *setting, const struct cd_settings *defaults,
                             struct cd_buffer *out)
{
    append_explanation(setting, out);
    append_assignment(setting, defaults, out);
    cd_buffer_append_byte(out, '\n');
}

static const char reference_head[] =
    "# The settings of Copydesk, each with its default. Delete what you do not change: `copydesk check` "
    "prints\n"
    "# the values in force and tries them.\n"
    "#\n"
    "# Every setting can be given in the environment too, which goes before this file: COPYDESK_, the group "
    "and\n"
    "# the name in capitals (COPYDESK_BATCH_COUNT_MAX=500), or the short form named in brackets below.\n"
    "# Sizes are in bytes and times in milliseconds, as whole numbers. Settings marked [SIGHUP] are read "
    "again\n"
    "# when the worker gets that signal; the others need a restart.\n";

void cd_settings_print_reference(struct cd_buffer *out)
{
    struct cd_settings defaults;
    cd_buffer_append_string(out, reference_head);
    out->failed |= !take_defaults(&defaults);
    for (size_t g = 0; g < cd_setting_group_count && !out->failed; g++) {
        const struct setting_group *group = &cd_setting_groups[g];
        cd_buffer_format(out, "\n# ---- %s: %s\n%s = {\n", group->name, group->title, group->name);
        bool is_first = true;
        for (size_t i = 0; i < cd_setting_count; i++) {
            if (!setting_in_group(&cd_setting_table[i], group->name))
                continue;
            cd_buffer_append_string(out, is_first ? "" : "\n");
            append_reference(&cd_setting_table[i], &defaults, out);
            is_first = false;
        }
        cd_buffer_append_string(out, "};\n");
    }
    cd_settings_free(&defaults);
}

/* ---- the list for the README --------------------------------------------------------------- */

/* "|" would end a cell of the table. */
static void append_cell(struct cd_buffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            cd_buffer_append_byte(out, '\\');
        cd_buffer_append_byte(out, *text);
    }
}

static void append_row(const struct setting *setting, struct cd_buffer *out)
{
    cd_buffer_format(out, "| `%s` | ", setting->name);
    cd_buffer_format(out, setting->initial[0] ? "`%s` | " : "%s| ", setting->initial);
    struct cd_buffer text = {0};
    append_sentences(setting, &text);
    append_cell(out, text.failed ? "" : text.bytes);
    cd_buffer_free(&text);
    cd_buffer_append_string(out, " |\n");
}

void cd_settings_print_markdown(struct cd_buffer *out)
{
    cd_buffer_append_string(out, "| setting | default | what it is |\n|---|---|---|\n");
    for (size_t i = 0; i < cd_setting_count; i++)
        append_row(&cd_setting_table[i], out);
}
