/* The tagger's table of weights. */
#include "../../worker/entities/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../test.h"
#include "copydesk/model.h"

enum { BUCKETS = 16, ENTRIES = 40 };

/* Entries per bucket: the first four together are too many for their group. */
static const uint32_t entries_of[BUCKETS] = {9, 0, 4, 7, 0, 1, 3, 0, 12, 0, 0, 0, 1, 1, 1, 1};

static struct {
    uint32_t index[BUCKETS + 1];
    uint16_t checks[ENTRIES];
    int8_t rows[ENTRIES][CD_ROW], numbers[ENTRIES * CD_ROW];
    uint64_t filled[ENTRIES];
    size_t number_count;
    float transitions[2 + CD_TRANSITION_FLOATS]; /* behind the units of labels and vectors */
    struct cd_tagger_network network;
    struct cd_calibration calibration;
    uint64_t features[ENTRIES];
} table;

static void fill_table(void)
{
    uint32_t next = 0;
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        table.index[bucket] = next;
        for (uint32_t i = 0; i < entries_of[bucket]; i++, next++) {
            table.checks[next] = (uint16_t)(next * 257 + bucket);
            table.features[next] = (uint64_t)bucket << 60 | 0x123450000 | table.checks[next];
            for (unsigned k = 0; k < CD_ROW; k++)
                table.rows[next][k] = (int8_t)(next * 37 + k * 11);
        }
    }
    table.index[BUCKETS] = next;
    for (uint32_t e = 0; e < ENTRIES; e++)
        for (unsigned k = 0; k < CD_ROW; k++)
            if (table.rows[e][k]) {
                table.filled[e] |= (uint64_t)1 << k;
                table.numbers[table.number_count++] = table.rows[e][k];
            }
    table.transitions[0] = 1.0F / 32;
    table.transitions[1] = 1.0F / 128;
}

static struct cd_slice bytes_of(const void *bytes, size_t length)
{
    return (struct cd_slice){bytes, length};
}

static struct cd_model_file *file;

static bool open_table(struct cd_weights *weights)
{
    fill_table();
    struct cd_model_section_data sections[] = {
        {"meta", cd_slice_of("{\"kind\":\"entities\",\"version\":\"1\"}")},
        {"set.index", bytes_of(table.index, sizeof table.index)},
        {"set.checks", bytes_of(table.checks, sizeof table.checks)},
        {"set.filled", bytes_of(table.filled, sizeof table.filled)},
        {"set.numbers", bytes_of(table.numbers, table.number_count)},
        {"set.transitions", bytes_of(table.transitions, sizeof table.transitions)},
        {"set.network", bytes_of(&table.network, sizeof table.network)},
        {"set.calibration", bytes_of(&table.calibration, sizeof table.calibration)},
    };
    char path[] = "/tmp/copydesk-weights-XXXXXX";
    struct cd_error error;
    int descriptor = mkstemp(path);
    bool opened = descriptor >= 0 && cd_model_file_write(path, sections, 8, &error) == CD_OK &&
                  cd_model_file_open(path, "entities", &file, &error) == CD_OK &&
                  cd_weights_open(file, "set", weights, &error) == CD_OK;
    close(descriptor);
    remove(path);
    return opened;
}

static struct cd_weights weights;

static void every_learned_feature_is_found(void)
{
    for (uint32_t e = 0; e < ENTRIES; e++) {
        int16_t sum[CD_ROW] = {0};
        cd_weights_add(&weights, &table.features[e], 1, sum);
        for (unsigned k = 0; k < CD_ROW; k++)
            EXPECT(sum[k] == table.rows[e][k]);
    }
}

static void a_feature_of_another_bucket_is_not_taken_for_it(void)
{
    for (uint32_t e = 0; e < ENTRIES; e++) {
        uint64_t feature = table.features[e] ^ 1ULL << 60;
        int16_t sum[CD_ROW] = {0};
        cd_weights_add(&weights, &feature, 1, sum);
        for (unsigned k = 0; k < CD_ROW; k++)
            EXPECT(sum[k] == 0);
    }
}

static void rows_are_summed_beyond_eight_bits(void)
{
    int16_t sum[CD_ROW], expected[CD_ROW];
    for (unsigned k = 0; k < CD_ROW; k++)
        sum[k] = expected[k] = (int16_t)(1000 - 100 * (int)k);
    for (uint32_t e = 0; e < ENTRIES; e++)
        for (unsigned k = 0; k < CD_ROW; k++)
            expected[k] = (int16_t)(expected[k] + table.rows[e][k]);
    cd_weights_add(&weights, table.features, ENTRIES, sum);
    for (unsigned k = 0; k < CD_ROW; k++)
        EXPECT(sum[k] == expected[k]);
}

int main(void)
{
    if (!open_table(&weights)) {
        printf("not ok the_table_opens: refused\n");
        return 1;
    }
    TEST(every_learned_feature_is_found);
    TEST(a_feature_of_another_bucket_is_not_taken_for_it);
    TEST(rows_are_summed_beyond_eight_bits);
    cd_weights_close(&weights);
    cd_model_file_close(file);
    return TEST_RESULT();
}
