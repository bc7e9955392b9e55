/* Any bytes as a date: what is read lies between the years 1000 and 9999, or is a Unix time of 19 digits. */
#include "fuzz.h"

#include "copydesk/article.h"
#include "copydesk/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t time_ms = 0, again_ms = 0;
    if (!cd_parse_date((struct cd_slice){(const char *)data, size}, &time_ms))
        return 0;
    CHECK(time_ms >= INT64_C(-99999999999999) && time_ms <= INT64_C(253402387200000));
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_time(&json, time_ms);
    if (time_ms >= INT64_C(-30000000000000) && time_ms < INT64_C(253402300800000)) {
        CHECK(cd_parse_date(cd_slice_part(cd_buffer_slice(&out), 1, out.length - 1), &again_ms));
        CHECK(again_ms == time_ms); /* what we write, we read */
    }
    cd_buffer_free(&out);
    return 0;
}
