/* Any text as the body of an article: tags, references, invisible characters. */
#include "article_checks.h"

#include "copydesk/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cd_arena *arena;
    static struct cd_buffer raw;
    if (!arena)
        arena = cd_arena_new(0);
    cd_buffer_clear(&raw);
    struct cd_json json = cd_json_into(&raw);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "title", "T");
    cd_json_put_string(&json, "body", (struct cd_slice){(const char *)data, size});
    cd_json_end_object(&json);
    struct cd_article_options options = cd_article_default_options();
    struct cd_article article;
    struct cd_error error;
    CHECK(cd_article_read(cd_buffer_slice(&raw), &options, arena, &article, &error) == CD_OK);
    check_article(&article);
    cd_arena_reset(arena, 1 << 20);
    return 0;
}
