/* Any bytes as a raw message: JSON, ninjs, plain text, broken encodings. */
#include "article_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cd_arena *arena;
    if (!arena)
        arena = cd_arena_new(0);
    struct cd_article_options options = cd_article_default_options();
    options.text_bytes_max = size % 7 ? options.text_bytes_max : 64;
    struct cd_article article;
    struct cd_error error = {.status = CD_OK};
    enum cd_status status =
        cd_article_read((struct cd_slice){(const char *)data, size}, &options, arena, &article, &error);
    if (status == CD_OK) {
        check_article(&article);
        CHECK(article.body.clean.length <= options.text_bytes_max);
    } else {
        CHECK(status == error.status && (status == CD_INVALID || status == CD_LIMIT) && error.message[0]);
        check_utf8(cd_slice_of(error.message));
    }
    cd_arena_reset(arena, 1 << 20);
    return 0;
}
