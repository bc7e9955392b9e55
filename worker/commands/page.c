#include "page.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "page_text.h"

enum {
    COLUMNS_DEFAULT = 100,
    COLUMNS_MIN = 60,
    COLUMNS_MAX = 120,
    INDENT = 2,
    TITLE_LINES_MAX = 3,
    BODY_LINES_MAX = 14,
    ENTITIES_MAX = 7,
    NAME_COLUMNS = 28,
    TYPE_COLUMNS = 13,
    BAR_COLUMNS = 12,
};

static const char bold[] = "\033[1m", dim[] = "\033[2m";

static const char *style(const struct cd_page *page, const char *sequence)
{
    return page->has_colour ? sequence : "";
}

struct cd_page cd_page_for(FILE *out)
{
    struct winsize size = {0};
    const char *no_color = getenv("NO_COLOR");
    bool is_terminal = isatty(fileno(out)) == 1;
    int columns = COLUMNS_DEFAULT;
    if (is_terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
        columns = size.ws_col;
    if (columns < COLUMNS_MIN)
        columns = COLUMNS_MIN;
    if (columns > COLUMNS_MAX)
        columns = COLUMNS_MAX;
    return (struct cd_page){out, is_terminal && !(no_color && *no_color), columns};
}

void cd_page_legend(const struct cd_page *page)
{
    static const char *const types[] = {"PERSON", "ORGANIZATION", "LOCATION", "NORP",
                                        "EVENT",  "WORK_OF_ART",  "LAW",      "PRODUCT"};
    if (!page->has_colour)
        return;
    fprintf(page->out, "%*s", INDENT, "");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        fprintf(page->out, "%s%s%s  ", cd_page_colour(page, types[i]), types[i], cd_page_plain(page));
    fputs("\n", page->out);
}

void cd_page_rule(const struct cd_page *page, const char *label)
{
    fprintf(page->out, "\n%s── %s ", style(page, dim), label);
    for (int column = 4 + cd_page_columns(cd_slice_of(label)); column < page->columns - 1; column++)
        fputs("─", page->out);
    fprintf(page->out, "%s\n", cd_page_plain(page));
}

/* ---- what a record says -------------------------------------------------------------------- */

static struct cd_slice text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return (struct cd_slice){"", 0};
    return (struct cd_slice){json_string_value(value), json_string_length(value)};
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static int compare_marks(const void *a, const void *b)
{
    const struct cd_page_mark *x = a, *y = b;
    return x->begin_byte < y->begin_byte ? -1 : x->begin_byte > y->begin_byte;
}

/* The marks of one field, in text order; the caller frees. */
static struct cd_page_mark *collect_marks(const json_t *record, const char *field, size_t *count)
{
    size_t i, j, capacity = 0;
    json_t *entity, *mention;
    const json_t *entities = json_object_get(record, "entities");
    json_array_foreach(entities, i, entity) capacity += json_array_size(json_object_get(entity, "mentions"));
    struct cd_page_mark *marks = calloc(capacity + 1, sizeof *marks);
    *count = 0;
    if (!marks)
        return NULL;
    json_array_foreach(entities, i, entity)
        json_array_foreach(json_object_get(entity, "mentions"), j, mention)
    {
        if (strcmp(text_of(mention, "field").bytes, field) != 0)
            continue;
        marks[(*count)++] = (struct cd_page_mark){
            (size_t)json_integer_value(json_object_get(mention, "begin")),
            (size_t)json_integer_value(json_object_get(mention, "end")),
            text_of(entity, "type").bytes,
        };
    }
    qsort(marks, *count, sizeof *marks, compare_marks);
    return marks;
}

static void print_field(const struct cd_page *page, const json_t *record, const char *field,
                        const struct cd_page_layout *layout)
{
    size_t count;
    struct cd_slice text = text_of(record, field);
    struct cd_page_mark *marks = collect_marks(record, field, &count);
    if (text.length)
        cd_page_text(page, text, marks, count, layout);
    free(marks);
}

/* ---- entities ------------------------------------------------------------------------------ */

/* A bar of eighths of a column. */
static void print_bar(const struct cd_page *page, double share)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int parts = (int)(share * BAR_COLUMNS * 8 + 0.5), columns = 0;
    for (; columns < parts / 8; columns++)
        fputs("█", page->out);
    fputs(eighths[parts % 8], page->out);
    columns += parts % 8 > 0;
    fprintf(page->out, "%*s", BAR_COLUMNS - columns, "");
}

/* The surfaces under which an entity is named beside its name, as far as the line reaches. */
static void print_aliases(const struct cd_page *page, const json_t *entity, int room)
{
    const json_t *mentions = json_object_get(entity, "mentions");
    struct cd_slice shown[8] = {text_of(entity, "name")};
    size_t shown_count = 1, i;
    json_t *mention;
    json_array_foreach(mentions, i, mention)
    {
        struct cd_slice text = text_of(mention, "text");
        bool is_shown = shown_count == sizeof shown / sizeof *shown;
        for (size_t s = 0; s < shown_count && !is_shown; s++)
            is_shown = cd_slice_equal(shown[s], text);
        int need = cd_page_columns(text) + (shown_count == 1 ? 6 : 2);
        if (is_shown || need > room)
            continue;
        fprintf(page->out, "%s%.*s", shown_count == 1 ? " also " : ", ", (int)text.length, text.bytes);
        room -= need;
        shown[shown_count++] = text;
    }
}

static void print_entity(const struct cd_page *page, const json_t *entity, double highest)
{
    const char *type = text_of(entity, "type").bytes;
    double salience = number_of(entity, "salience");
    size_t mentions = json_array_size(json_object_get(entity, "mentions"));
    fprintf(page->out, "%*s%s", INDENT, "", cd_page_colour(page, type));
    cd_page_cell(page, text_of(entity, "name"), NAME_COLUMNS);
    fputs(cd_page_plain(page), page->out);
    fprintf(page->out, "  %s%-*s%s", style(page, dim), TYPE_COLUMNS, type, cd_page_plain(page));
    print_bar(page, highest > 0 ? salience / highest : 0);
    fprintf(page->out, " %3.0f%%  %zu×%s", 100 * salience, mentions, style(page, dim));
    print_aliases(page, entity, page->columns - INDENT - NAME_COLUMNS - TYPE_COLUMNS - BAR_COLUMNS - 14);
    fprintf(page->out, "%s\n", cd_page_plain(page));
}

static void print_entities(const struct cd_page *page, const json_t *record)
{
    const json_t *entities = json_object_get(record, "entities");
    size_t count = json_array_size(entities);
    double highest = number_of(json_array_get(entities, 0), "salience");
    if (count)
        fputs("\n", page->out);
    for (size_t i = 0; i < count && i < ENTITIES_MAX; i++)
        print_entity(page, json_array_get(entities, i), highest);
    if (count > ENTITIES_MAX)
        fprintf(page->out, "%*s%sand %zu more%s\n", INDENT, "", style(page, dim), count - ENTITIES_MAX,
                cd_page_plain(page));
}

/* ---- topics, and the rest of a record ------------------------------------------------------ */

static void print_subjects(const struct cd_page *page, const json_t *record)
{
    size_t i;
    json_t *subject;
    int column = INDENT;
    const json_t *subjects = json_object_get(record, "subjects");
    if (json_array_size(subjects))
        fprintf(page->out, "\n%*s", INDENT, "");
    json_array_foreach(subjects, i, subject)
    {
        struct cd_slice name = text_of(subject, "name");
        int need = cd_page_columns(name) + 8;
        bool is_broad = json_integer_value(json_object_get(subject, "level")) == 1;
        if (i && column + need > page->columns - 2) {
            fprintf(page->out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (i) {
            fputs(" · ", page->out);
        }
        fprintf(page->out, "%s%.*s%s %.0f%%", is_broad ? style(page, bold) : "", (int)name.length, name.bytes,
                cd_page_plain(page), 100 * number_of(subject, "confidence"));
        column += need;
    }
    if (i)
        fputs("\n", page->out);
}

static void print_warnings(const struct cd_page *page, const json_t *record)
{
    size_t i;
    json_t *warning;
    const json_t *warnings = json_object_get(record, "warnings");
    if (json_array_size(warnings) == 0)
        return;
    fprintf(page->out, "%*s%snoted:", INDENT, "", style(page, dim));
    json_array_foreach(warnings, i, warning)
        fprintf(page->out, "%s %s", i ? "," : "", json_string_value(warning));
    fprintf(page->out, "%s\n", cd_page_plain(page));
}

/* "Sample Wire · 2024-05-01 · en · 412 µs" as far as it is known. */
static void print_facts(const struct cd_page *page, const json_t *record)
{
    struct cd_slice source = text_of(record, "source"), date = text_of(record, "published");
    struct cd_slice language = text_of(record, "language");
    fprintf(page->out, "%*s%s", INDENT, "", style(page, dim));
    if (source.length)
        fprintf(page->out, "%.*s · ", (int)source.length, source.bytes);
    if (date.length >= 10)
        fprintf(page->out, "%.10s · ", date.bytes);
    fprintf(page->out, "%.*s · enriched in %.0f µs%s\n\n", (int)language.length, language.bytes,
            number_of(json_object_get(record, "provenance"), "micros"), cd_page_plain(page));
}

void cd_page_record(const struct cd_page *page, const json_t *record)
{
    const struct cd_page_layout title = {INDENT, TITLE_LINES_MAX, style(page, bold)};
    const struct cd_page_layout body = {INDENT, BODY_LINES_MAX, ""};
    print_field(page, record, "title", &title);
    print_facts(page, record);
    print_field(page, record, "body", &body);
    print_entities(page, record);
    print_subjects(page, record);
    print_warnings(page, record);
}

void cd_page_record_line(const struct cd_page *page, const json_t *record)
{
    const json_t *entities = json_object_get(record, "entities");
    struct cd_slice title = text_of(record, "title");
    struct cd_slice topic = text_of(json_array_get(json_object_get(record, "subjects"), 0), "name");
    int title_columns = page->columns / 2 - 2, name_columns = page->columns / 5;
    fprintf(page->out, "%*s", INDENT, "");
    cd_page_cell(page, title.length ? title : text_of(record, "body"), title_columns);
    fputs("  ", page->out);
    const json_t *first = json_array_get(entities, 0);
    fputs(cd_page_colour(page, text_of(first, "type").bytes), page->out);
    cd_page_cell(page, text_of(first, "name"), name_columns);
    fprintf(page->out, "%s  %s", cd_page_plain(page), style(page, dim));
    cd_page_cell(page, topic, page->columns - title_columns - name_columns - INDENT - 6);
    fprintf(page->out, "%s\n", cd_page_plain(page));
}

void cd_page_note(const struct cd_page *page, const char *label, struct cd_slice name, const char *text)
{
    fprintf(page->out, "%*s%s%-12s%s %.*s  %s%s%s\n", INDENT, "", style(page, "\033[1;31m"), label,
            cd_page_plain(page), (int)name.length, name.bytes, style(page, dim), text, cd_page_plain(page));
}
