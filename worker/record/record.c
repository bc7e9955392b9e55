#include "copydesk/record.h"

#include "formats.h"

static enum cd_status write_format(const struct cd_record_options *options,
                                   const struct cd_enriched *enriched, struct cd_buffer *out,
                                   struct cd_error *error)
{
    struct cd_json json = cd_json_into(out);
    switch (options->format) {
    case CD_RECORD_COPYDESK:
        write_native(options, enriched, &json);
        return CD_OK;
    case CD_RECORD_AUGMENT:
        return write_augmented(options, enriched, out, error);
    case CD_RECORD_NINJS:
        write_ninjs(options, enriched, &json);
        return CD_OK;
    }
    return cd_fail(error, CD_UNSUPPORTED, NULL, "there is no record format %d", (int)options->format);
}

enum cd_status cd_record_write(const struct cd_record_options *options, const struct cd_enriched *enriched,
                               struct cd_buffer *out, struct cd_error *error)
{
    size_t length_before = out->length;
    enum cd_status status = write_format(options, enriched, out, error);
    if (status == CD_OK && out->failed)
        status = cd_fail(error, CD_MEMORY, NULL, "out of memory while writing the record");
    if (status != CD_OK) {
        out->length = length_before;
        if (out->bytes)
            out->bytes[length_before] = '\0';
    }
    return status;
}
