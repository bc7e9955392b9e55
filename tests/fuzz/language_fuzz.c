/* Any valid UTF-8 has a language or none, and a confidence from 0 to 1. */
#include "fuzz.h"

#include "copydesk/language.h"
#include "copydesk/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cd_slice text = {(const char *)data, size};
    text.length = cd_utf8_valid_prefix(text);
    float confidence = -1;
    const char *language = cd_detect_language(text, &confidence);
    CHECK(language && (strlen(language) == 2 || strcmp(language, "und") == 0));
    CHECK(confidence >= 0 && confidence <= 1);
    CHECK(cd_utf8_count(text) <= text.length && cd_utf8_count_utf16(text) >= cd_utf8_count(text));
    for (size_t at = 0; at < text.length;) {
        unsigned bytes;
        char encoded[4];
        uint32_t codepoint = cd_utf8_decode(text, at, &bytes);
        CHECK(cd_utf8_encode(codepoint, encoded) == bytes && memcmp(encoded, text.bytes + at, bytes) == 0);
        at += bytes;
    }
    return 0;
}
