/* Any bytes as a model file, as they are and with a header made to match, so that the checksum does not end
 * every try. */
#include "fuzz.h"

#include "copydesk/hash.h"
#include "copydesk/model.h"

enum { HEADER_BYTES = 32, ALIGNMENT = 64 };

static void open_and_read(const char *bytes, size_t size)
{
    struct cd_model_file *file = NULL;
    struct cd_error error = {.status = CD_OK};
    enum cd_status status =
        cd_model_file_open_bytes((struct cd_slice){bytes, size}, "fuzz", "entities", &file, &error);
    if (status != CD_OK) {
        CHECK(error.status == status && error.message[0]);
        return;
    }
    CHECK(cd_model_version(file) != NULL);
    static const char *const names[] = {"meta", "weights", "", "words"};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct cd_slice section = {0};
        if (cd_model_section(file, names[i], 1, &section, &error) != CD_OK)
            continue;
        for (size_t k = 0; k < section.length; k++)
            sum = cd_hash_mix(sum, (unsigned char)section.bytes[k]);
    }
    CHECK(sum != 1); /* every byte was read */
    cd_model_file_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = aligned_alloc(ALIGNMENT, (size / ALIGNMENT + 1) * ALIGNMENT);
    CHECK(copy != NULL);
    if (size)
        memcpy(copy, data, size);
    open_and_read(copy, size);
    if (size >= HEADER_BYTES) {
        uint64_t total = size, hash = cd_hash(copy + HEADER_BYTES, size - HEADER_BYTES, size);
        memcpy(copy, "CDMODEL1", 8);
        memcpy(copy + 16, &total, sizeof total);
        memcpy(copy + 24, &hash, sizeof hash);
        open_and_read(copy, size);
    }
    free(copy);
    return 0;
}
