/* Whatever the JSON writer is given, Jansson reads it back: strings equal when they were valid UTF-8. */
#include "fuzz.h"

#include <jansson.h>

#include "copydesk/json.h"
#include "copydesk/utf8.h"

static void write_all(struct cd_json *json, struct cd_slice text, int64_t integer, double number)
{
    cd_json_begin_object(json);
    cd_json_key(json, "string");
    cd_json_string(json, text);
    cd_json_put_string(json, "put", text);
    cd_json_put_integer(json, "integer", integer);
    cd_json_put_number(json, "number", number, 6);
    cd_json_key(json, "list");
    cd_json_begin_array(json);
    cd_json_null(json);
    cd_json_bool(json, integer & 1);
    cd_json_time(json, integer % INT64_C(253402300800000));
    cd_json_end_array(json);
    cd_json_end_object(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t integer = 0;
    double number = 0;
    if (size < sizeof integer + sizeof number)
        return 0;
    memcpy(&integer, data, sizeof integer);
    memcpy(&number, data + sizeof integer, sizeof number);
    struct cd_slice text = {(const char *)data + 16, size - 16};
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    write_all(&json, text, integer, number);
    json_error_t reason;
    json_t *read = json_loadb(out.bytes, out.length, JSON_ALLOW_NUL, &reason);
    if (!read)
        fprintf(stderr, "%s\n%s\n", reason.text, out.bytes);
    CHECK(read != NULL);
    const json_t *string = json_object_get(read, "string");
    struct cd_slice back = {json_string_value(string), json_string_length(string)};
    if (cd_utf8_valid_prefix(text) == text.length)
        CHECK(cd_slice_equal(text, back));
    CHECK(json_integer_value(json_object_get(read, "integer")) == integer);
    json_decref(read);
    cd_buffer_free(&out);
    return 0;
}
