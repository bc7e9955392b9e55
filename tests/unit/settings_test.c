/* settings: the table, the file, the environment, refusals, masking, reload. */
#include "../test.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../worker/base/settings_table.h"
#include "copydesk/settings.h"

/* ---- helpers: a file of that text, loaded -------------------------------------------------- */

static char path[64];

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static enum cd_status load(const char *text, struct cd_settings *settings, struct cd_error *error)
{
    write_file(text);
    return cd_settings_load(path, settings, error);
}

/* Expect that `text` is refused, at that line, with that message. */
static void expect_refusal(const char *text, unsigned line, const char *message)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    char where[100];
    snprintf(where, sizeof where, "%s:%u", path, line);
    EXPECT(load(text, &settings, &error) == CD_INVALID);
    EXPECT_STRING(error.where, where);
    EXPECT_STRING(error.message, message);
}

/* The same where no one line is at fault. */
static void expect_misfit(const char *text, const char *where, const char *message)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(load(text, &settings, &error) == CD_INVALID);
    EXPECT_STRING(error.where, where);
    EXPECT(strstr(error.message, message) != NULL);
}

static void expect_environment_refusal(const char *variable, const char *value, const char *message)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    setenv(variable, value, 1);
    EXPECT(cd_settings_load(NULL, &settings, &error) == CD_INVALID);
    EXPECT_STRING(error.where, variable);
    EXPECT_STRING(error.message, message);
    unsetenv(variable);
}

/* ---- the table ----------------------------------------------------------------------------- */

static void names_and_variables_are_unique(void)
{
    char variables[128][SETTING_VARIABLE_BYTES];
    EXPECT(cd_setting_count <= 128);
    for (size_t i = 0; i < cd_setting_count; i++) {
        setting_variable(&cd_setting_table[i], variables[i]);
        for (size_t j = 0; j < i; j++) {
            EXPECT(strcmp(cd_setting_table[i].name, cd_setting_table[j].name) != 0);
            EXPECT(strcmp(variables[i], variables[j]) != 0);
            EXPECT(cd_setting_table[i].offset != cd_setting_table[j].offset);
        }
    }
}

static void short_variables_name_no_other_setting(void)
{
    for (size_t i = 0; i < cd_setting_count; i++) {
        const char *short_variable = cd_setting_table[i].short_variable;
        for (size_t j = 0; short_variable && j < cd_setting_count; j++) {
            char variable[SETTING_VARIABLE_BYTES];
            setting_variable(&cd_setting_table[j], variable);
            EXPECT(i == j || strcmp(variable, short_variable) != 0);
        }
    }
}

static void every_setting_is_in_a_group_and_has_help(void)
{
    for (size_t i = 0; i < cd_setting_count; i++) {
        bool found = false;
        for (size_t g = 0; g < cd_setting_group_count; g++)
            found |= setting_in_group(&cd_setting_table[i], cd_setting_groups[g].name);
        EXPECT(found);
        EXPECT(cd_setting_table[i].help && strlen(cd_setting_table[i].help) > 10);
        EXPECT((cd_setting_table[i].type == SETTING_CHOICE) == (cd_setting_table[i].choices != NULL));
    }
}

static void defaults_are_inside_their_ranges_and_fit_together(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(cd_settings_load(NULL, &settings, &error) == CD_OK);
    EXPECT(settings.batch.count_max == 2000 && settings.worker.delivery == CD_EXACTLY_ONCE);
    EXPECT(settings.worker.id && settings.worker.id[0]);
    EXPECT(strncmp(settings.kafka.transactional_id, "copydesk-", 9) == 0);
    cd_settings_free(&settings);
}

static void the_article_reader_has_the_same_defaults(void)
{
    struct cd_article_options reader = cd_article_default_options();
    struct cd_settings settings;
    EXPECT(cd_settings_load(NULL, &settings, NULL) == CD_OK);
    struct cd_article_options table = cd_settings_enrich_options(&settings).article;
    EXPECT_STRING(table.id_fields, reader.id_fields);
    EXPECT_STRING(table.title_fields, reader.title_fields);
    EXPECT_STRING(table.body_fields, reader.body_fields);
    EXPECT_STRING(table.uri_fields, reader.uri_fields);
    EXPECT_STRING(table.date_fields, reader.date_fields);
    EXPECT_STRING(table.source_fields, reader.source_fields);
    EXPECT_STRING(table.language_fields, reader.language_fields);
    EXPECT(table.message_bytes_max == reader.message_bytes_max);
    EXPECT(table.nesting_max == reader.nesting_max && table.text_bytes_max == reader.text_bytes_max);
    cd_settings_free(&settings);
}

/* ---- the file ------------------------------------------------------------------------------ */

static void a_file_sets_every_type(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    enum cd_status status =
        load("kafka = { brokers = \"a:1,b:2\"; properties = [ \"debug = broker,topic\", "
             "\"linger.ms=7\" ]; };\n"
             "# 12 numbers in a comment \"\n"
             "/* 13 */ batch = { count_max = 010; // 14\n wait_ms = 0x10; };\n"
             "record = { confidence_min = 1; include_body = false; format = \"ninjs\"; };\n",
             &settings, &error);
    EXPECT(status == CD_OK);
    if (status != CD_OK)
        return;
    EXPECT_STRING(settings.kafka.brokers, "a:1,b:2");
    EXPECT(settings.kafka.properties.count == 2);
    EXPECT_STRING(settings.kafka.properties.lines[0], "debug=broker,topic");
    EXPECT(settings.batch.count_max == 10 && settings.batch.wait_ms == 16);
    EXPECT(settings.record.confidence_min == 1.0 && !settings.record.include_body);
    EXPECT(settings.record.format == CD_RECORD_NINJS);
    cd_settings_free(&settings);
}

static void sizes_beyond_32_bits_need_no_suffix(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(load("batch = { queue_bytes_max = 5000000000; };", &settings, &error) == CD_OK);
    EXPECT(settings.batch.queue_bytes_max == 5000000000);
    cd_settings_free(&settings);
    EXPECT(load("batch = { queue_bytes_max = 5000000000L; };", &settings, &error) == CD_OK);
    EXPECT(settings.batch.queue_bytes_max == 5000000000);
    cd_settings_free(&settings);
}

static void a_number_out_of_range_is_refused_as_written(void)
{
    const char *must = ": must be between 1 and 100000 articles";
    const char *values[] = {"0",
                            "-1",
                            "100001",
                            "3000000000",
                            "5000000000L",
                            "4294967297",
                            "0xFFFFFFFFFFFF",
                            "99999999999999999999999999",
                            "-9999999999999999999999999L",
                            "0xFFFFFFFFFFFFFFFFFFFF"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[200], message[200];
        snprintf(text, sizeof text, "# one\nbatch = {\n  wait_ms = 5; count_max = %s;\n};\n", values[i]);
        snprintf(message, sizeof message, "batch.count_max = %s%s", values[i], must);
        expect_refusal(text, 3, message);
    }
    expect_refusal("record = { confidence_min = 1.01; };", 1,
                   "record.confidence_min = 1.01: must be between 0 and 1");
}

static void a_wrong_type_is_refused(void)
{
    expect_refusal("batch = { count_max = 1.5; };", 1,
                   "batch.count_max = 1.5: must be between 1 and 100000 articles");
    expect_refusal("batch = { count_max = \"5\"; };", 1,
                   "batch.count_max = \"5\": must be between 1 and 100000 articles");
    expect_refusal("batch = { count_max = [ 1, 2 ]; };", 1,
                   "batch.count_max = { ... }: must be between 1 and 100000 articles");
    expect_refusal("record = {\n include_body = 1; };", 2, "record.include_body = 1: must be true or false");
    expect_refusal("kafka = { brokers = 9092; };", 1, "kafka.brokers = 9092: must be a text in quotes");
    expect_refusal("kafka = { properties = \"a=b\"; };", 1,
                   "kafka.properties = \"a=b\": must be a list of texts, [ \"name=value\", ... ]");
    expect_refusal("batch = 5;", 1, "batch: must be a group, batch = { ... };");
}

static void a_wrong_choice_is_refused(void)
{
    expect_refusal("record = { format = \"xml\"; };", 1,
                   "record.format = \"xml\": must be copydesk, augment or ninjs");
}

static void an_unknown_setting_is_refused_with_the_nearest_name(void)
{
    expect_refusal("batch = { count_maks = 5; };", 1,
                   "batch.count_maks: there is no such setting; did you mean batch.count_max?");
    expect_refusal("\nbatches = { count_max = 5; };", 2,
                   "batches.count_max: there is no such setting; did you mean batch.count_max?");
    expect_refusal("brokers = \"x:1\";", 1, "brokers: there is no such setting; did you mean kafka.brokers?");
    expect_refusal("zzzz = { };", 1, "zzzz: there is no such setting");
}

static void a_syntax_error_names_its_line(void)
{
    expect_refusal("kafka = {\n  bootstrap.servers = \"x\";\n};\n", 2, "syntax error");
    expect_refusal("log = { level = \"info\";\n level = \"debug\"; };", 2, "duplicate setting name");
    expect_refusal("log = { level = \"info\"; };\n@include \"more.cfg\"\n", 2,
                   "@include is not supported: one file holds all settings");
}

static void a_missing_file_is_not_found(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(cd_settings_load("/nowhere/copydesk.cfg", &settings, &error) == CD_NOT_FOUND);
    EXPECT_STRING(error.where, "/nowhere/copydesk.cfg");
    EXPECT_STRING(error.message, "cannot be opened: No such file or directory");
}

static void a_folder_is_not_a_settings_file(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(cd_settings_load("/tmp", &settings, &error) == CD_IO);
    EXPECT_STRING(error.message, "cannot be read: Is a directory");
}

static void topic_names_follow_kafka(void)
{
    expect_refusal(
        "topics = { raw = \"raw articles\"; };", 1,
        "topics.raw = \"raw articles\": must be a topic name: 1 to 249 letters, digits, \".\", \"_\" "
        "and \"-\", not \".\" or \"..\"");
    char text[400];
    snprintf(text, sizeof text, "topics = { raw = \"%0250d\"; };", 1);
    struct cd_settings settings;
    EXPECT(load(text, &settings, NULL) == CD_INVALID);
}

/* ---- properties ---------------------------------------------------------------------------- */

static void properties_of_ours_are_refused_with_the_reason(void)
{
    expect_refusal("kafka = { properties = [ \"linger.ms=5\",\n \"group.id=x\" ]; };", 2,
                   "kafka.properties: group.id cannot be set here: set kafka.group");
    expect_refusal("kafka = { producer_properties = [ \"acks = 0\" ]; };", 1,
                   "kafka.producer_properties: acks cannot be set here: an offset is committed only when all "
                   "replicas have the record");
}

static void a_property_without_a_value_is_refused(void)
{
    expect_refusal("kafka = { properties = [ \"linger.ms\" ]; };", 1,
                   "kafka.properties = [ \"linger.ms\" ]: must be \"name=value\"");
    expect_refusal("kafka = { properties = [ 5 ]; };", 1,
                   "kafka.properties = [ ... ]: must be a list of texts, [ \"name=value\", ... ]");
}

static void properties_from_the_environment_are_split(void)
{
    struct cd_settings settings;
    setenv("COPYDESK_KAFKA_PROPERTIES", "debug=broker,topic,linger.ms=7, client.rack = a", 1);
    EXPECT(cd_settings_load(NULL, &settings, NULL) == CD_OK);
    EXPECT(settings.kafka.properties.count == 3);
    EXPECT_STRING(settings.kafka.properties.lines[0], "debug=broker,topic");
    EXPECT_STRING(settings.kafka.properties.lines[2], "client.rack=a");
    cd_settings_free(&settings);
    setenv("COPYDESK_KAFKA_PROPERTIES", "a.b=x=1,y=2\nc=3\n", 1);
    EXPECT(cd_settings_load(NULL, &settings, NULL) == CD_OK);
    EXPECT(settings.kafka.properties.count == 2);
    EXPECT_STRING(settings.kafka.properties.lines[0], "a.b=x=1,y=2");
    cd_settings_free(&settings);
    unsetenv("COPYDESK_KAFKA_PROPERTIES");
}

/* ---- the environment ----------------------------------------------------------------------- */

static void the_environment_goes_before_the_file(void)
{
    struct cd_settings settings;
    setenv("COPYDESK_BROKERS", "env:1", 1);
    setenv("COPYDESK_BATCH_COUNT_MAX", "77", 1);
    setenv("COPYDESK_TOPIC_RAW", "in", 1);
    setenv("COPYDESK_WORKER_ID", "w7", 1);
    EXPECT(load("kafka = { brokers = \"file:1\"; group = \"g\"; };\nbatch = { count_max = 5; wait_ms = 6; };",
                &settings, NULL) == CD_OK);
    EXPECT_STRING(settings.kafka.brokers, "env:1");
    EXPECT_STRING(settings.topics.raw, "in");
    EXPECT_STRING(settings.kafka.transactional_id, "g-w7");
    EXPECT(settings.batch.count_max == 77 && settings.batch.wait_ms == 6);
    cd_settings_free(&settings);
    unsetenv("COPYDESK_BROKERS");
    unsetenv("COPYDESK_BATCH_COUNT_MAX");
    unsetenv("COPYDESK_TOPIC_RAW");
    unsetenv("COPYDESK_WORKER_ID");
}

static void an_empty_variable_counts_as_none(void)
{
    struct cd_settings settings;
    setenv("COPYDESK_GROUP", "", 1);
    EXPECT(cd_settings_load(NULL, &settings, NULL) == CD_OK);
    EXPECT_STRING(settings.kafka.group, "copydesk");
    cd_settings_free(&settings);
    unsetenv("COPYDESK_GROUP");
}

static void an_error_in_the_environment_names_the_variable(void)
{
    expect_environment_refusal("COPYDESK_BATCH_COUNT_MAX", "many",
                               "batch.count_max = many: must be between 1 and 100000 articles");
    expect_environment_refusal("COPYDESK_BATCH_COUNT_MAX", "3000000000",
                               "batch.count_max = 3000000000: must be between 1 and 100000 articles");
    expect_environment_refusal("COPYDESK_LOG_LEVEL", "loud",
                               "log.level = \"loud\": must be error, warning, info or debug");
    expect_environment_refusal("COPYDESK_TOPIC_RAW", "..",
                               "topics.raw = \"..\": must be a topic name: 1 to 249 letters, digits, \".\", "
                               "\"_\" and \"-\", not \".\" or \"..\"");
    expect_environment_refusal("COPYDESK_KAFKA_PASSWORD", "bell\a",
                               "kafka.password: must be a text without control characters");
}

static void unknown_variables_are_named(void)
{
    struct cd_buffer names = {0};
    setenv("COPYDESK_BROKER", "x", 1);
    setenv("COPYDESK_SERVICE_HOST", "10.0.0.1", 1);
    setenv("COPYDESK_PORT", "tcp://10.0.0.1:80", 1);
    setenv("COPYDESK_PORT_80_TCP_ADDR", "10.0.0.1", 1);
    cd_settings_unknown_variables(&names);
    EXPECT_STRING(names.bytes, "COPYDESK_BROKER");
    unsetenv("COPYDESK_BROKER");
    unsetenv("COPYDESK_SERVICE_HOST");
    unsetenv("COPYDESK_PORT");
    unsetenv("COPYDESK_PORT_80_TCP_ADDR");
    cd_buffer_free(&names);
}

/* ---- secrets ------------------------------------------------------------------------------- */

static const char sasl_file[] = "kafka = { username = \"u\"; password_file = \"%s\"; };";

static enum cd_status load_with_password_file(const char *contents, struct cd_settings *settings,
                                              struct cd_error *error)
{
    char password_path[80], text[200];
    snprintf(password_path, sizeof password_path, "%s.password", path);
    FILE *file = fopen(password_path, "w");
    fputs(contents, file);
    fclose(file);
    snprintf(text, sizeof text, sasl_file, password_path);
    enum cd_status status = load(text, settings, error);
    unlink(password_path);
    return status;
}

static void the_password_comes_from_a_file(void)
{
    struct cd_settings settings;
    EXPECT(load_with_password_file("s3cret word\n", &settings, NULL) == CD_OK);
    EXPECT_STRING(settings.kafka.password, "s3cret word");
    cd_settings_free(&settings);
}

static void the_password_of_the_environment_goes_before_the_file(void)
{
    struct cd_settings settings;
    setenv("COPYDESK_KAFKA_PASSWORD", "other", 1);
    EXPECT(load_with_password_file("s3cret\n", &settings, NULL) == CD_OK);
    EXPECT_STRING(settings.kafka.password, "other");
    cd_settings_free(&settings);
    unsetenv("COPYDESK_KAFKA_PASSWORD");
}

static void an_empty_password_file_is_refused(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(load_with_password_file("\n", &settings, &error) == CD_INVALID);
    EXPECT_STRING(error.where, "kafka.password_file");
    EXPECT(strstr(error.message, "holds no password") != NULL);
}

static void a_password_in_the_file_is_refused_and_not_repeated(void)
{
    struct cd_settings settings;
    struct cd_error error = {0};
    EXPECT(load("kafka = { password = \"s3cret\"; };", &settings, &error) == CD_INVALID);
    EXPECT(strstr(error.message, "COPYDESK_KAFKA_PASSWORD") && !strstr(error.message, "s3cret"));
    EXPECT(load("kafka = { properties = [ \"sasl.password=s3cret\" ]; };", &settings, &error) == CD_INVALID);
    EXPECT(!strstr(error.message, "s3cret"));
}

static void secrets_are_masked_in_print(void)
{
    struct cd_settings settings;
    struct cd_buffer out = {0};
    setenv("COPYDESK_KAFKA_PASSWORD", "s3cret", 1);
    EXPECT(
        load("kafka = { username = \"u\"; properties = [ \"ssl.key.password=s3cret\", \"linger.ms=5\" ]; };",
             &settings, NULL) == CD_OK);
    cd_settings_print(&settings, &out);
    EXPECT(!strstr(out.bytes, "s3cret"));
    EXPECT(strstr(out.bytes, "[ \"ssl.key.password=********\", \"linger.ms=5\" ]"));
    EXPECT(strstr(out.bytes, "# password = \"********\";"));
    cd_buffer_free(&out);
    cd_settings_free(&settings);
    unsetenv("COPYDESK_KAFKA_PASSWORD");
}

static void a_user_without_a_password_is_refused(void)
{
    expect_misfit("kafka = { username = \"u\"; };", "kafka.username", "there is no password for \"u\"");
}

/* ---- together ------------------------------------------------------------------------------ */

static void settings_that_do_not_fit_together_are_refused(void)
{
    expect_misfit("topics = { raw = \"a\"; status = \"a\"; };", "topics.status",
                  "\"a\" is topics.raw already");
    expect_misfit("batch = { bytes_max = 2000000; queue_bytes_max = 1048576; };", "batch.bytes_max",
                  "must not be above batch.queue_bytes_max = 1048576");
    expect_misfit("article = { text_bytes_max = 2000000; };", "article.text_bytes_max",
                  "must not be above record.bytes_max = 1000000");
    expect_misfit("batch = { wait_ms = 16000; };", "batch.wait_ms", "batch.transaction_timeout_ms");
}

/* ---- print --------------------------------------------------------------------------------- */

static void print_and_load_again_gives_the_same(void)
{
    struct cd_settings first, second;
    struct cd_buffer out = {0}, again = {0};
    EXPECT(load("kafka = { brokers = \"a\\\\b\\\"c\"; properties = [ \"x=1\" ]; };", &first, NULL) == CD_OK);
    cd_settings_print(&first, &out);
    EXPECT(load(out.bytes, &second, NULL) == CD_OK);
    cd_settings_print(&second, &again);
    EXPECT_STRING(again.bytes, out.bytes);
    cd_buffer_free(&out);
    cd_buffer_free(&again);
    cd_settings_free(&first);
    cd_settings_free(&second);
}

static void the_reference_file_is_the_table(void)
{
    struct cd_buffer reference = {0};
    cd_settings_print_reference(&reference);
    char *shipped = calloc(1, reference.length + 2);
    FILE *file = fopen("config/copydesk.cfg", "r");
    EXPECT(file != NULL); /* run from the top of the tree; `make config` writes the file */
    if (file) {
        EXPECT(fread(shipped, 1, reference.length + 1, file) == reference.length);
        fclose(file);
    }
    EXPECT_STRING(shipped, reference.bytes);
    free(shipped);
    cd_buffer_free(&reference);
}

static void the_reference_file_holds_the_defaults(void)
{
    struct cd_buffer reference = {0}, with_file = {0}, without = {0};
    struct cd_settings settings;
    cd_settings_print_reference(&reference);
    EXPECT(load(reference.bytes, &settings, NULL) == CD_OK);
    cd_settings_print(&settings, &with_file);
    cd_settings_free(&settings);
    EXPECT(cd_settings_load(NULL, &settings, NULL) == CD_OK);
    cd_settings_print(&settings, &without);
    cd_settings_free(&settings);
    EXPECT_STRING(with_file.bytes, without.bytes);
    cd_buffer_free(&reference);
    cd_buffer_free(&with_file);
    cd_buffer_free(&without);
}

static void the_markdown_list_has_a_row_for_each_setting(void)
{
    struct cd_buffer out = {0};
    cd_settings_print_markdown(&out);
    for (size_t i = 0; i < cd_setting_count; i++)
        EXPECT(strstr(out.bytes, cd_setting_table[i].name) != NULL);
    cd_buffer_free(&out);
}

/* ---- reload -------------------------------------------------------------------------------- */

static void reload_takes_what_it_can_and_names_the_rest(void)
{
    struct cd_settings current, fresh;
    struct cd_buffer refused = {0};
    EXPECT(load("log = { level = \"info\"; };", &current, NULL) == CD_OK);
    EXPECT(load("log = { level = \"debug\"; format = \"json\"; };\nbatch = { wait_ms = 9; };\n"
                "topics = { raw = \"other\"; };\nrecord = { confidence_min = 0.25; };",
                &fresh, NULL) == CD_OK);
    cd_settings_reload(&current, &fresh, &refused);
    EXPECT(current.log.level == CD_LOG_DEBUG && current.batch.wait_ms == 9);
    EXPECT(current.record.confidence_min == 0.25);
    EXPECT_STRING(current.topics.raw, "articles.raw");
    EXPECT_STRING(refused.bytes, "topics.raw, log.format");
    cd_settings_free(&current);
    cd_settings_free(&fresh);
    cd_buffer_free(&refused);
}

static void reload_takes_a_new_password_from_its_file(void)
{
    struct cd_settings current, fresh;
    struct cd_buffer refused = {0};
    EXPECT(load_with_password_file("old\n", &current, NULL) == CD_OK);
    EXPECT(load_with_password_file("new\n", &fresh, NULL) == CD_OK);
    cd_settings_reload(&current, &fresh, &refused);
    EXPECT_STRING(current.kafka.password, "new");
    EXPECT_STRING(refused.bytes, "");
    cd_settings_free(&current);
    cd_settings_free(&fresh);
    cd_buffer_free(&refused);
}

static void reload_never_leaves_limits_that_do_not_fit(void)
{
    struct cd_settings current, fresh;
    struct cd_buffer refused = {0};
    EXPECT(load("", &current, NULL) == CD_OK);
    EXPECT(load("batch = { bytes_max = 200000000; queue_bytes_max = 300000000; };", &fresh, NULL) == CD_OK);
    cd_settings_reload(&current, &fresh, &refused);
    EXPECT(current.batch.bytes_max <= current.batch.queue_bytes_max);
    EXPECT_STRING(refused.bytes, "batch.bytes_max, batch.queue_bytes_max");
    cd_settings_free(&current);
    cd_settings_free(&fresh);
    cd_buffer_free(&refused);
}

static void test_table_and_file(void)
{
    TEST(names_and_variables_are_unique);
    TEST(short_variables_name_no_other_setting);
    TEST(every_setting_is_in_a_group_and_has_help);
    TEST(defaults_are_inside_their_ranges_and_fit_together);
    TEST(the_article_reader_has_the_same_defaults);
    TEST(a_file_sets_every_type);
    TEST(sizes_beyond_32_bits_need_no_suffix);
    TEST(a_number_out_of_range_is_refused_as_written);
    TEST(a_wrong_type_is_refused);
    TEST(a_wrong_choice_is_refused);
    TEST(an_unknown_setting_is_refused_with_the_nearest_name);
    TEST(a_syntax_error_names_its_line);
    TEST(a_missing_file_is_not_found);
    TEST(a_folder_is_not_a_settings_file);
    TEST(topic_names_follow_kafka);
    TEST(properties_of_ours_are_refused_with_the_reason);
    TEST(a_property_without_a_value_is_refused);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/copydesk-settings-XXXXXX");
    close(mkstemp(path));
    test_table_and_file();
    TEST(properties_from_the_environment_are_split);
    TEST(the_environment_goes_before_the_file);
    TEST(an_empty_variable_counts_as_none);
    TEST(an_error_in_the_environment_names_the_variable);
    TEST(unknown_variables_are_named);
    TEST(the_password_comes_from_a_file);
    TEST(the_password_of_the_environment_goes_before_the_file);
    TEST(an_empty_password_file_is_refused);
    TEST(a_password_in_the_file_is_refused_and_not_repeated);
    TEST(secrets_are_masked_in_print);
    TEST(a_user_without_a_password_is_refused);
    TEST(settings_that_do_not_fit_together_are_refused);
    TEST(print_and_load_again_gives_the_same);
    TEST(the_reference_file_is_the_table);
    TEST(the_reference_file_holds_the_defaults);
    TEST(the_markdown_list_has_a_row_for_each_setting);
    TEST(reload_takes_what_it_can_and_names_the_rest);
    TEST(reload_takes_a_new_password_from_its_file);
    TEST(reload_never_leaves_limits_that_do_not_fit);
    unlink(path);
    return TEST_RESULT();
}
