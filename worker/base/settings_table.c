/* The settings, row by row. Everything that is said of a setting anywhere is said from here. */
#include "settings_table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct cd_settings, field)

enum { KIB = 1024, MIB = 1024 * 1024 };

/* ---- what texts may be --------------------------------------------------------------------- */

static bool is_printable(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            return false;
    return true;
}

static bool is_some_text(const char *text)
{
    return *text && is_printable(text);
}

static bool is_made_of_name_bytes(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0';
}

/* apache/kafka, org.apache.kafka.common.internals.Topic */
static bool is_topic(const char *text)
{
    size_t length = strlen(text);
    return length >= 1 && length <= 249 && is_made_of_name_bytes(text) && strcmp(text, ".") != 0 &&
           strcmp(text, "..") != 0;
}

static bool is_worker_id(const char *text)
{
    return strlen(text) <= 200 && is_made_of_name_bytes(text);
}

/* "id,guid,_id": no empty name in it */
static bool is_field_list(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && is_printable(text) && text[0] != ',' && text[length - 1] != ',' &&
           !strstr(text, ",,");
}

static const struct text_rule some_text = {"a text without control characters, not empty", is_some_text};
static const struct text_rule any_text = {"a text without control characters", is_printable};
static const struct text_rule topic_name = {
    "a topic name: 1 to 249 letters, digits, \".\", \"_\" and \"-\", not \".\" or \"..\"", is_topic};
static const struct text_rule worker_id = {"at most 200 letters, digits, \".\", \"_\" and \"-\"",
                                           is_worker_id};
static const struct text_rule field_list = {"field names with commas between them, none empty",
                                            is_field_list};

static const char *const deliveries[] = {"exactly_once", "at_least_once", NULL};
static const char *const record_formats[] = {"copydesk", "augment", "ninjs", NULL};
static const char *const offset_units[] = {"codepoint", "utf8", "utf16", NULL};
static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const log_formats[] = {"auto", "human", "json", NULL};

/* ---- the table ----------------------------------------------------------------------------- */

const struct setting_group cd_setting_groups[] = {
    {"kafka", "the brokers, and how to talk to them"},
    {"worker", "this process"},
    {"topics", "where articles come from and records go"},
    {"batch", "how many articles travel in one transaction"},
    {"article", "how raw messages are read"},
    {"record", "what is published"},
    {"models", "the trained models"},
    {"status", "what the worker says of itself"},
    {"log", "what the worker tells the person who runs it"},
};
const size_t cd_setting_group_count = sizeof cd_setting_groups / sizeof *cd_setting_groups;

/* Defaults: batch sizes after notes/kafka.md section 0 (2,000 messages a commit are within 2 % of the best
 * rate), timeouts after its section 1 (drain < transaction timeout; shutdown below the 30 s that
 * container engines give). */
const struct setting cd_setting_table[] = {
    {.name = "kafka.brokers",
     .type = SETTING_TEXT,
     .offset = AT(kafka.brokers),
     .initial = "localhost:9092",
     .rule = &some_text,
     .short_variable = "COPYDESK_BROKERS",
     .help = "Brokers to start from, host:port, with commas between them."},
    {.name = "kafka.group",
     .type = SETTING_TEXT,
     .offset = AT(kafka.group),
     .initial = "copydesk",
     .rule = &some_text,
     .short_variable = "COPYDESK_GROUP",
     .help = "Consumer group. Workers of one group share the articles among them."},
    {.name = "kafka.username",
     .type = SETTING_TEXT,
     .offset = AT(kafka.username),
     .initial = "",
     .rule = &any_text,
     .help = "SASL user; empty: none. With one, security.protocol is sasl_ssl and sasl.mechanisms is "
             "SCRAM-SHA-512 "
             "unless kafka.properties says otherwise."},
    {.name = "kafka.password",
     .type = SETTING_TEXT,
     .offset = AT(kafka.password),
     .initial = "",
     .rule = &any_text,
     .flags = SETTING_SECRET | SETTING_ENVIRONMENT_ONLY | SETTING_RELOADABLE,
     .help = "SASL password. Taken from the environment or from kafka.password_file, never from the settings "
             "file."},
    {.name = "kafka.password_file",
     .type = SETTING_TEXT,
     .offset = AT(kafka.password_file),
     .initial = "",
     .rule = &any_text,
     .flags = SETTING_RELOADABLE,
     .help = "File that holds the SASL password and nothing else."},
    {.name = "kafka.transactional_id",
     .type = SETTING_TEXT,
     .offset = AT(kafka.transactional_id),
     .initial = "",
     .rule = &any_text,
     .help =
         "Kafka's name for this worker's transactions; must differ between workers and stay the same over "
         "restarts. Empty: GROUP-WORKERID."},
    {.name = "kafka.embedded",
     .type = SETTING_SWITCH,
     .offset = AT(kafka.embedded),
     .initial = "false",
     .help = "Use a broker inside this process instead of kafka.brokers: for trying things out. It keeps "
             "nothing."},
    {.name = "kafka.startup_timeout_ms",
     .type = SETTING_INTEGER,
     .offset = AT(kafka.startup_timeout_ms),
     .initial = "30000",
     .minimum = 1000,
     .maximum = 3600000,
     .unit = "ms",
     .help = "How long to wait at the start for a broker that answers."},
    {.name = "kafka.properties",
     .type = SETTING_LIST,
     .offset = AT(kafka.properties),
     .initial = "",
     .help = "librdkafka properties for consumer and producer, as [ \"name=value\", ... ]. In the "
             "environment: one "
             "on a line, or commas between them (a piece without \"=\" belongs to the one before)."},
    {.name = "kafka.consumer_properties",
     .type = SETTING_LIST,
     .offset = AT(kafka.consumer_properties),
     .initial = "",
     .help = "librdkafka properties for the consumer only, e.g. [ \"max.poll.interval.ms=600000\" ]."},
    {.name = "kafka.producer_properties",
     .type = SETTING_LIST,
     .offset = AT(kafka.producer_properties),
     .initial = "",
     .help = "librdkafka properties for the producer only, e.g. [ \"compression.type=zstd\" ]."},

    {.name = "worker.id",
     .type = SETTING_TEXT,
     .offset = AT(worker.id),
     .initial = "",
     .rule = &worker_id,
     .short_variable = "COPYDESK_WORKER_ID",
     .help =
         "Name of this worker; must differ between workers and stay the same over restarts. Empty: the host "
         "name."},
    {.name = "worker.threads",
     .type = SETTING_INTEGER,
     .offset = AT(worker.threads),
     .initial = "0",
     .minimum = 0,
     .maximum = 256,
     .flags = SETTING_RELOADABLE,
     .help = "Threads that mark up articles. 0: one for each processor core."},
    {.name = "worker.delivery",
     .type = SETTING_CHOICE,
     .offset = AT(worker.delivery),
     .initial = "exactly_once",
     .choices = deliveries,
     .help = "Delivery guarantee. at_least_once does without transactions; a crash may then publish a record "
             "twice."},
    {.name = "worker.shutdown_timeout_ms",
     .type = SETTING_INTEGER,
     .offset = AT(worker.shutdown_timeout_ms),
     .initial = "25000",
     .minimum = 1000,
     .maximum = 600000,
     .unit = "ms",
     .help = "Time to finish the batch, commit and leave the group after SIGTERM."},
    {.name = "worker.drain_timeout_ms",
     .type = SETTING_INTEGER,
     .offset = AT(worker.drain_timeout_ms),
     .initial = "20000",
     .minimum = 100,
     .maximum = 600000,
     .unit = "ms",
     .help = "Time to finish and commit the batch when partitions go to another worker."},

    {.name = "topics.raw",
     .type = SETTING_TEXT,
     .offset = AT(topics.raw),
     .initial = "articles.raw",
     .rule = &topic_name,
     .short_variable = "COPYDESK_TOPIC_RAW",
     .help = "Topic that raw articles are read from."},
    {.name = "topics.enriched",
     .type = SETTING_TEXT,
     .offset = AT(topics.enriched),
     .initial = "articles.enriched",
     .rule = &topic_name,
     .short_variable = "COPYDESK_TOPIC_ENRICHED",
     .help = "Topic that enriched records go to."},
    {.name = "topics.deadletter",
     .type = SETTING_TEXT,
     .offset = AT(topics.deadletter),
     .initial = "articles.deadletter",
     .rule = &topic_name,
     .short_variable = "COPYDESK_TOPIC_DEADLETTER",
     .help = "Topic that messages go to, unchanged, when they cannot be read."},
    {.name = "topics.status",
     .type = SETTING_TEXT,
     .offset = AT(topics.status),
     .initial = "articles.status",
     .rule = &topic_name,
     .short_variable = "COPYDESK_TOPIC_STATUS",
     .help = "Topic that workers publish their status to."},

    {.name = "batch.count_max",
     .type = SETTING_INTEGER,
     .offset = AT(batch.count_max),
     .initial = "2000",
     .minimum = 1,
     .maximum = 100000,
     .unit = "articles",
     .flags = SETTING_RELOADABLE,
     .help = "Most articles in a batch; a batch is one transaction."},
    {.name = "batch.bytes_max",
     .type = SETTING_INTEGER,
     .offset = AT(batch.bytes_max),
     .initial = "16777216",
     .minimum = 64 * KIB,
     .maximum = 1024LL * MIB,
     .unit = "bytes",
     .flags = SETTING_RELOADABLE,
     .help = "Most raw bytes in a batch."},
    {.name = "batch.wait_ms",
     .type = SETTING_INTEGER,
     .offset = AT(batch.wait_ms),
     .initial = "100",
     .minimum = 0,
     .maximum = 60000,
     .unit = "ms",
     .flags = SETTING_RELOADABLE,
     .help =
         "How long a batch waits for more articles. Less: records come sooner; more: fewer transactions."},
    {.name = "batch.queue_bytes_max",
     .type = SETTING_INTEGER,
     .offset = AT(batch.queue_bytes_max),
     .initial = "134217728",
     .minimum = 1 * MIB,
     .maximum = 64LL * 1024 * MIB,
     .unit = "bytes",
     .help = "Most raw bytes held in the worker, fetched ones included; beyond, fetching pauses."},
    {.name = "batch.transaction_timeout_ms",
     .type = SETTING_INTEGER,
     .offset = AT(batch.transaction_timeout_ms),
     .initial = "30000",
     .minimum = 1000,
     .maximum = 900000,
     .unit = "ms",
     .help = "After this time the broker aborts a transaction that its worker has left open."},

    {.name = "article.id_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.id_fields),
     .initial = CD_ARTICLE_ID_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold an article's id; the first one that is there counts."},
    {.name = "article.title_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.title_fields),
     .initial = CD_ARTICLE_TITLE_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold the title."},
    {.name = "article.body_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.body_fields),
     .initial = CD_ARTICLE_BODY_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold the text."},
    {.name = "article.uri_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.uri_fields),
     .initial = CD_ARTICLE_URI_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold the web address."},
    {.name = "article.date_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.date_fields),
     .initial = CD_ARTICLE_DATE_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold the date of publication."},
    {.name = "article.source_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.source_fields),
     .initial = CD_ARTICLE_SOURCE_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold the source, as a text or as an object with a name."},
    {.name = "article.language_fields",
     .type = SETTING_TEXT,
     .offset = AT(article.language_fields),
     .initial = CD_ARTICLE_LANGUAGE_FIELDS,
     .rule = &field_list,
     .help = "Fields that may hold the language."},
    {.name = "article.message_bytes_max",
     .type = SETTING_INTEGER,
     .offset = AT(article.message_bytes_max),
     .initial = "4194304",
     .minimum = 1 * KIB,
     .maximum = 256LL * MIB,
     .unit = "bytes",
     .flags = SETTING_RELOADABLE,
     .help = "A longer raw message goes to the dead letters."},
    {.name = "article.nesting_max",
     .type = SETTING_INTEGER,
     .offset = AT(article.nesting_max),
     .initial = "64",
     .minimum = 1,
     .maximum = 1000,
     .unit = "levels",
     .flags = SETTING_RELOADABLE,
     .help = "JSON with objects and arrays nested deeper goes to the dead letters."},
    {.name = "article.text_bytes_max",
     .type = SETTING_INTEGER,
     .offset = AT(article.text_bytes_max),
     .initial = "262144",
     .minimum = 1 * KIB,
     .maximum = 64LL * MIB,
     .unit = "bytes",
     .flags = SETTING_RELOADABLE,
     .help = "A longer text is cut at a sentence, with a warning in the record."},

    {.name = "record.format",
     .type = SETTING_CHOICE,
     .offset = AT(record.format),
     .initial = "copydesk",
     .choices = record_formats,
     .help = "Our record; the raw article with one key added; or an IPTC ninjs document."},
    {.name = "record.offset_unit",
     .type = SETTING_CHOICE,
     .offset = AT(record.offset_unit),
     .initial = "codepoint",
     .choices = offset_units,
     .help = "What begin and end of a mention count: characters, bytes of UTF-8, or units of UTF-16 (Java, "
             "JavaScript)."},
    {.name = "record.include_body",
     .type = SETTING_SWITCH,
     .offset = AT(record.include_body),
     .initial = "true",
     .help = "Publish the text together with what was found in it."},
    {.name = "record.augment_key",
     .type = SETTING_TEXT,
     .offset = AT(record.augment_key),
     .initial = "copydesk",
     .rule = &some_text,
     .help = "The key that format augment adds to the raw article."},
    {.name = "record.bytes_max",
     .type = SETTING_INTEGER,
     .offset = AT(record.bytes_max),
     .initial = "1000000",
     .minimum = 1 * KIB,
     .maximum = 256LL * MIB,
     .unit = "bytes",
     .help = "An article whose record is larger goes to the dead letters. Not above max.message.bytes of the "
             "topic."},
    {.name = "record.confidence_min",
     .type = SETTING_NUMBER,
     .offset = AT(record.confidence_min),
     .initial = "0.5",
     .minimum = 0,
     .maximum = 1,
     .flags = SETTING_RELOADABLE,
     .help = "Mentions with a lower confidence are left out."},

    {.name = "models.entities",
     .type = SETTING_TEXT,
     .offset = AT(models.entities),
     .initial = "",
     .rule = &any_text,
     .help = "Model file that finds entities. Empty: the one in the program."},
    {.name = "models.topics",
     .type = SETTING_TEXT,
     .offset = AT(models.topics),
     .initial = "",
     .rule = &any_text,
     .help = "Model file that finds topics. Empty: the one in the program."},

    {.name = "status.interval_ms",
     .type = SETTING_INTEGER,
     .offset = AT(status.interval_ms),
     .initial = "5000",
     .minimum = 0,
     .maximum = 3600000,
     .unit = "ms",
     .flags = SETTING_RELOADABLE,
     .help = "Time between status messages. 0: none."},

    {.name = "log.level",
     .type = SETTING_CHOICE,
     .offset = AT(log.level),
     .initial = "info",
     .choices = log_levels,
     .flags = SETTING_RELOADABLE,
     .help = "The least important lines that are written."},
    {.name = "log.format",
     .type = SETTING_CHOICE,
     .offset = AT(log.format),
     .initial = "auto",
     .choices = log_formats,
     .help = "auto: human on a terminal, else one JSON object a line."},
    {.name = "log.file",
     .type = SETTING_TEXT,
     .offset = AT(log.file),
     .initial = "",
     .rule = &any_text,
     .help = "File that lines are added to. Empty: standard error."},
};
const size_t cd_setting_count = sizeof cd_setting_table / sizeof *cd_setting_table;

/* ---- names --------------------------------------------------------------------------------- */

const struct setting *setting_find(const char *name)
{
    for (size_t i = 0; i < cd_setting_count; i++)
        if (strcmp(cd_setting_table[i].name, name) == 0)
            return &cd_setting_table[i];
    return NULL;
}

const char *setting_short_name(const struct setting *setting)
{
    return strchr(setting->name, '.') + 1;
}

bool setting_in_group(const struct setting *setting, const char *group)
{
    size_t length = strlen(group);
    return strncmp(setting->name, group, length) == 0 && setting->name[length] == '.';
}

void setting_variable(const struct setting *setting, char variable[SETTING_VARIABLE_BYTES])
{
    int length = snprintf(variable, SETTING_VARIABLE_BYTES, "COPYDESK_%s", setting->name);
    for (int i = 0; i < length; i++)
        variable[i] = variable[i] == '.' ? '_' : (char)toupper((unsigned char)variable[i]);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance (Levenshtein 1966), row by row; texts beyond the row's length count as far away. */
static unsigned edit_distance(const char *a, const char *b)
{
    unsigned row[SETTING_VARIABLE_BYTES];
    size_t columns = strlen(b);
    if (columns >= SETTING_VARIABLE_BYTES)
        return SETTING_VARIABLE_BYTES;
    for (unsigned j = 0; j <= columns; j++)
        row[j] = j;
    for (; *a; a++) {
        unsigned diagonal = row[0]++;
        for (size_t j = 1; j <= columns; j++) {
            unsigned changed = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            row[j] = least(changed, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[columns];
}

/* A name that stands in no group ("brokers") is compared with the names inside the groups. */
const struct setting *setting_nearest(const char *name)
{
    const struct setting *nearest = NULL;
    unsigned nearest_distance = least(1 + (unsigned)strlen(name) / 3, 6) + 1;
    for (size_t i = 0; i < cd_setting_count; i++) {
        const struct setting *setting = &cd_setting_table[i];
        unsigned distance =
            edit_distance(name, strchr(name, '.') ? setting->name : setting_short_name(setting));
        if (distance < nearest_distance) {
            nearest = setting;
            nearest_distance = distance;
        }
    }
    return nearest;
}
