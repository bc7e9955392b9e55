/* The parts of the stream that need no broker: properties, trace headers, positions, suspects. */
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#include "../../worker/stream/client_config.h"
#include "../../worker/stream/headers.h"
#include "../../worker/stream/partitions.h"
#include "../../worker/stream/suspects.h"
#include "../test.h"

static const char parent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static void a_trace_keeps_its_id_and_flags_and_gets_a_new_parent(void)
{
    char out[CD_TRACEPARENT_BYTES + 1];
    EXPECT(cd_traceparent_continue(parent, strlen(parent), 0x1234, out));
    EXPECT_STRING(out, "00-0af7651916cd43dd8448eb211c80319c-0000000000001234-01");
}

static void a_malformed_trace_is_not_continued(void)
{
    static const char *const malformed[] = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01extra",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        char out[CD_TRACEPARENT_BYTES + 1] = "untouched";
        EXPECT(!cd_traceparent_continue(malformed[i], strlen(malformed[i]), 1, out));
        EXPECT_STRING(out, "untouched");
    }
}

static void a_later_trace_version_is_continued_as_version_0(void)
{
    char out[CD_TRACEPARENT_BYTES + 1];
    const char later[] = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what";
    EXPECT(cd_traceparent_continue(later, strlen(later), 1, out));
    EXPECT_STRING(out, "00-0af7651916cd43dd8448eb211c80319c-0000000000000001-01");
}

static void positions_go_back_to_what_was_committed(void)
{
    struct cd_partitions partitions = {0};
    EXPECT(cd_partitions_assign(&partitions, 7) && cd_partitions_assign(&partitions, 3));
    EXPECT(!cd_partitions_take(&partitions, 5, 0)); /* not ours */
    EXPECT(cd_partitions_take(&partitions, 3, 100));
    EXPECT(cd_partitions_find(&partitions, 3)->rewind_offset == 100); /* where it began */
    cd_partitions_take(&partitions, 3, 109);                          /* offsets have gaps */
    cd_partitions_commit(&partitions, 3, 105);
    EXPECT(cd_partitions_find(&partitions, 3)->rewind_offset == 105);
    EXPECT(cd_partitions_find(&partitions, 3)->next_offset == 110);
    EXPECT(cd_partitions_find(&partitions, 7)->rewind_offset == CD_OFFSET_UNKNOWN);
    cd_partitions_revoke(&partitions, 3);
    EXPECT(!cd_partitions_find(&partitions, 3) && cd_partitions_find(&partitions, 7));
    cd_partitions_free(&partitions);
}

/* librdkafka may hand out a message again when a rebalance pauses a partition that stays with us (#4636). */
static void a_message_that_comes_again_is_not_taken_twice(void)
{
    struct cd_partitions partitions = {0};
    EXPECT(cd_partitions_assign(&partitions, 3));
    EXPECT(cd_partitions_take(&partitions, 3, 5));
    EXPECT(!cd_partitions_take(&partitions, 3, 5));
    EXPECT(cd_partitions_take(&partitions, 3, 6));
    cd_partitions_rewind(cd_partitions_find(&partitions, 3), 5);
    EXPECT(cd_partitions_take(&partitions, 3, 5));
    cd_partitions_free(&partitions);
}

static void a_suspect_goes_one_step_further_each_time_and_is_forgotten_when_committed(void)
{
    struct cd_suspects suspects = {0};
    for (int step = CD_SEND_ALONE; step <= CD_CANNOT_SEND; step++) {
        cd_suspects_refuse(&suspects, 1, 50);
        EXPECT(cd_suspects_find(&suspects, 1, 50) == (enum cd_suspicion)step);
    }
    EXPECT(cd_suspects_find(&suspects, 1, 51) == CD_NOT_SUSPECT);
    rd_kafka_topic_partition_list_t *committed = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(committed, "t", 1)->offset = 50; /* up to, not with */
    cd_suspects_forget(&suspects, committed);
    EXPECT(suspects.count == 1);
    committed->elems[0].offset = 51;
    cd_suspects_forget(&suspects, committed);
    EXPECT(suspects.count == 0);
    rd_kafka_topic_partition_list_destroy(committed);
    cd_suspects_free(&suspects);
}

/* The message for a property line, "" when it is taken. */
static const char *refusal(const char *line)
{
    static struct cd_error error;
    struct cd_settings settings;
    rd_kafka_conf_t *conf;
    error = (struct cd_error){0};
    if (cd_settings_load(NULL, &settings, &error) != CD_OK)
        return "settings";
    char *lines[] = {(char *)line};
    struct cd_properties none = settings.kafka.properties;
    settings.kafka.properties = (struct cd_properties){lines, 1};
    if (cd_client_config(&settings, CD_CLIENT_CONSUMER, &conf, &error) == CD_OK)
        rd_kafka_conf_destroy(conf);
    settings.kafka.properties = none;
    cd_settings_free(&settings);
    return error.message;
}

static void a_property_passes_through_and_a_wrong_one_has_librdkafkas_reason(void)
{
    EXPECT_STRING(refusal("fetch.wait.max.ms=7"), "");
    EXPECT(strstr(refusal("fetch.wait.max.ms=soon"), "Invalid value") != NULL);
    EXPECT(strstr(refusal("no.such.property=1"), "No such configuration property") != NULL);
    EXPECT(strstr(refusal("fetch.wait.max.ms"), "not of the form name=value") != NULL);
}

static void a_property_that_would_break_a_guarantee_is_refused(void)
{
    EXPECT(strstr(refusal("enable.auto.commit=true"), "cannot be set here") != NULL);
    EXPECT(strstr(refusal("group.id=x"), "use kafka.group") != NULL);
    EXPECT(strstr(refusal("transactional.id=x"), "use kafka.transactional_id") != NULL);
}

static void a_secret_is_never_repeated(void)
{
    EXPECT(strstr(refusal("sasl.password=press"), "press") == NULL);
    EXPECT(strstr(refusal("sasl.pasword=press"), "press") == NULL);
}

int main(void)
{
    TEST(a_trace_keeps_its_id_and_flags_and_gets_a_new_parent);
    TEST(a_malformed_trace_is_not_continued);
    TEST(a_later_trace_version_is_continued_as_version_0);
    TEST(positions_go_back_to_what_was_committed);
    TEST(a_message_that_comes_again_is_not_taken_twice);
    TEST(a_suspect_goes_one_step_further_each_time_and_is_forgotten_when_committed);
    TEST(a_property_passes_through_and_a_wrong_one_has_librdkafkas_reason);
    TEST(a_property_that_would_break_a_guarantee_is_refused);
    TEST(a_secret_is_never_repeated);
    return TEST_RESULT();
}
