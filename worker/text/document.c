#include "copydesk/document.h"

#include "sentences.h"
#include "tokens.h"

static const char between[] = "\n\n";

enum { BETWEEN_BYTES = sizeof between - 1 };

/* The document's own copy of title and body, so that both are one run of bytes. */
static bool join_text(struct cd_slice title, struct cd_slice body, struct cd_arena *arena,
                      struct cd_document *document)
{
    document->title_bytes = (uint32_t)title.length;
    document->body_begin_byte = title.length ? (uint32_t)title.length + BETWEEN_BYTES : 0;
    size_t length = document->body_begin_byte + body.length;
    char *bytes = cd_arena_allocate(arena, length + 1);
    if (!bytes)
        return false;
    if (title.length) {
        memcpy(bytes, title.bytes, title.length);
        memcpy(bytes + title.length, between, BETWEEN_BYTES);
    }
    if (body.length)
        memcpy(bytes + document->body_begin_byte, body.bytes, body.length);
    bytes[length] = '\0';
    document->text = (struct cd_slice){bytes, length};
    return true;
}

enum cd_status cd_document_build(struct cd_slice title, struct cd_slice body, struct cd_arena *arena,
                                 struct cd_document *document, struct cd_error *error)
{
    static const size_t bytes_max = (size_t)1 << 31;
    *document = (struct cd_document){0};
    if (title.length > bytes_max || body.length > bytes_max ||
        title.length + body.length + BETWEEN_BYTES > bytes_max)
        return cd_fail(error, CD_LIMIT, NULL, "an article of %zu bytes is too long to be analysed",
                       title.length + body.length);
    if (!join_text(title, body, arena, document))
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    struct cd_token_list list = {.arena = arena};
    cd_cut_tokens(document->text, 0, document->title_bytes, &list);
    uint32_t title_tokens = list.count;
    cd_cut_tokens(document->text, document->body_begin_byte, document->text.length, &list);
    if (list.failed)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    document->tokens = list.items;
    document->token_count = list.count;
    return cd_cut_sentences(document, title_tokens, arena, error);
}
