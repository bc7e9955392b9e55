/* model/: the model file format, and what is refused. */
#include "../test.h"

#include <stdlib.h>
#include <unistd.h>

#include "copydesk/hash.h"
#include "copydesk/model.h"

enum { HEADER_BYTES = 32 };

static const char meta[] = "{\"kind\":\"entities\",\"version\":\"2024-1\"}";
static char path[] = "/tmp/copydesk-model-test-XXXXXX";

/* Write a model of two sections and read its bytes back; free them. */
static struct cd_slice model_bytes(const char *meta_text)
{
    struct cd_model_section_data sections[] = {{"meta", cd_slice_of(meta_text)},
                                               {"weights", {"\1\0\2\0\3\0\4\0\5\0", 10}}};
    struct cd_error error;
    EXPECT(cd_model_file_write(path, sections, 2, &error) == CD_OK);
    FILE *file = fopen(path, "rb");
    char *bytes = aligned_alloc(64, 4096);
    size_t length = file && bytes ? fread(bytes, 1, 4096, file) : 0;
    if (file)
        fclose(file);
    return (struct cd_slice){bytes, length};
}

static void expect_refused(struct cd_slice bytes, const char *kind, const char *part_of_message)
{
    struct cd_model_file *file = NULL;
    struct cd_error error = {.message = ""};
    EXPECT(cd_model_file_open_bytes(bytes, "test.model", kind, &file, &error) == CD_INVALID);
    EXPECT(file == NULL);
    EXPECT_STRING(error.where, "test.model");
    if (!strstr(error.message, part_of_message))
        test_fail("the message \"%s\" does not say \"%s\"", error.message, part_of_message);
}

static void a_model_comes_back_as_it_was_written(void)
{
    struct cd_slice bytes = model_bytes(meta), section = {0};
    struct cd_model_file *file = NULL;
    struct cd_error error;
    EXPECT(cd_model_file_open(path, "entities", &file, &error) == CD_OK);
    EXPECT_STRING(cd_model_version(file), "2024-1");
    EXPECT(cd_model_section(file, "weights", 2, &section, &error) == CD_OK);
    EXPECT(section.length == 10 && memcmp(section.bytes, "\1\0\2\0\3\0\4\0\5\0", 10) == 0);
    cd_model_file_close(file);
    EXPECT(cd_model_file_open_bytes(bytes, "test.model", "entities", &file, &error) == CD_OK);
    EXPECT(cd_model_section(file, "weights", 2, &section, &error) == CD_OK);
    EXPECT((size_t)(section.bytes - bytes.bytes) % 64 == 0);
    cd_model_file_close(file);
    free((void *)bytes.bytes);
}

static void a_model_cut_anywhere_is_refused(void)
{
    struct cd_slice bytes = model_bytes(meta);
    for (size_t length = 0; length < bytes.length; length++) {
        char *cut = aligned_alloc(64, 4096);
        memcpy(cut, bytes.bytes, length);
        expect_refused((struct cd_slice){cut, length}, "entities", "model file");
        free(cut);
    }
    free((void *)bytes.bytes);
}

static void a_model_with_one_bit_altered_is_refused(void)
{
    struct cd_slice bytes = model_bytes(meta);
    for (size_t at = 0; at < bytes.length; at++) {
        if (at >= 12 && at < 16)
            continue; /* reserved */
        ((char *)bytes.bytes)[at] ^= 4;
        expect_refused(bytes, "entities", "");
        ((char *)bytes.bytes)[at] ^= 4;
    }
    free((void *)bytes.bytes);
}

static void a_model_of_another_kind_is_refused(void)
{
    struct cd_slice bytes = model_bytes(meta);
    expect_refused(bytes, "topics", "kind \"entities\", but \"topics\" is needed");
    free((void *)bytes.bytes);
}

static void another_format_version_is_refused(void)
{
    struct cd_slice bytes = model_bytes(meta);
    memcpy((char *)bytes.bytes, "CDMODEL2", 8);
    expect_refused(bytes, "entities", "CDMODEL1");
    free((void *)bytes.bytes);
}

static void a_model_must_say_its_kind_and_version(void)
{
    static const char *const texts[] = {"{}", "", "[1]", "{\"kind\":\"entities\"}",
                                        "{\"kind\":7,\"version\":\"1\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cd_slice bytes = model_bytes(texts[i]);
        expect_refused(bytes, "entities", "does not say its kind and version");
        free((void *)bytes.bytes);
    }
}

static void a_missing_section_is_named(void)
{
    struct cd_slice bytes = model_bytes(meta), section = {0};
    struct cd_model_file *file = NULL;
    struct cd_error error;
    EXPECT(cd_model_file_open_bytes(bytes, "test.model", "entities", &file, &error) == CD_OK);
    EXPECT(cd_model_section(file, "words", 1, &section, &error) == CD_INVALID);
    EXPECT(strstr(error.message, "no section \"words\""));
    EXPECT(cd_model_section(file, "weights", 4, &section, &error) == CD_INVALID);
    EXPECT(strstr(error.message, "not a multiple of 4"));
    cd_model_file_close(file);
    free((void *)bytes.bytes);
}

static void a_section_outside_of_the_file_is_refused(void)
{
    struct cd_slice bytes = model_bytes(meta);
    char *b = (char *)bytes.bytes;
    uint64_t far = UINT64_MAX - 63;
    memcpy(b + HEADER_BYTES + 24, &far, 8);
    uint64_t hash = cd_hash(b + HEADER_BYTES, bytes.length - HEADER_BYTES, bytes.length);
    memcpy(b + 24, &hash, 8);
    expect_refused(bytes, "entities", "lies outside");
    free(b);
}

static void a_missing_file_is_not_found(void)
{
    struct cd_model_file *file = NULL;
    struct cd_error error;
    EXPECT(cd_model_file_open("/nonexistent/x.model", "entities", &file, &error) == CD_NOT_FOUND);
    EXPECT_STRING(error.where, "/nonexistent/x.model");
    EXPECT(cd_model_file_open("/tmp", "entities", &file, &error) == CD_INVALID);
}

static void an_unwritable_place_is_an_io_error(void)
{
    struct cd_model_section_data section = {"meta", cd_slice_of(meta)};
    struct cd_error error;
    EXPECT(cd_model_file_write("/nonexistent/x.model", &section, 1, &error) == CD_IO);
    EXPECT(cd_model_file_write("/dev/full", &section, 1, &error) == CD_IO);
}

int main(void)
{
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        return 1;
    close(descriptor);
    TEST(a_model_comes_back_as_it_was_written);
    TEST(a_model_cut_anywhere_is_refused);
    TEST(a_model_with_one_bit_altered_is_refused);
    TEST(a_model_of_another_kind_is_refused);
    TEST(another_format_version_is_refused);
    TEST(a_model_must_say_its_kind_and_version);
    TEST(a_missing_section_is_named);
    TEST(a_section_outside_of_the_file_is_refused);
    TEST(a_missing_file_is_not_found);
    TEST(an_unwritable_place_is_an_io_error);
    unlink(path);
    return TEST_RESULT();
}
