/* Any valid UTF-8 as title and body (parted by the first 0xFF byte) must give a sound document. */
#include <stdint.h>
#include <stdlib.h>

#include "copydesk/document.h"
#include "copydesk/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_tokens(const struct cd_document *document)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < document->token_count; i++) {
        const struct cd_token *token = &document->tokens[i];
        require(token->begin_byte >= before && token->begin_byte < token->end_byte);
        require(token->end_byte <= document->text.length);
        require(token->end_byte <= document->title_bytes || token->begin_byte >= document->body_begin_byte);
        require(((unsigned char)document->text.bytes[token->begin_byte] & 0xC0) != 0x80);
        require(token->end_byte == document->text.length ||
                ((unsigned char)document->text.bytes[token->end_byte] & 0xC0) != 0x80);
        before = token->end_byte;
    }
}

static void check_sentences(const struct cd_document *document)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < document->sentence_count; i++) {
        const struct cd_sentence *sentence = &document->sentences[i];
        require(sentence->first_token == next && sentence->token_count > 0);
        next += sentence->token_count;
        require(next <= document->token_count);
        bool last_in_title = document->tokens[next - 1].end_byte <= document->title_bytes;
        require(sentence->in_title == last_in_title);
    }
    require(next == document->token_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *parting = size ? memchr(data, 0xFF, size) : NULL;
    size_t title_length = parting ? (size_t)(parting - data) : 0, body_begin = parting ? title_length + 1 : 0;
    struct cd_slice title = {(const char *)data, title_length};
    struct cd_slice body = {(const char *)data + body_begin, size - body_begin};
    if (cd_utf8_valid_prefix(title) != title.length || cd_utf8_valid_prefix(body) != body.length)
        return 0;
    struct cd_arena *arena = cd_arena_new(0);
    struct cd_document document;
    require(cd_document_build(title, body, arena, &document, NULL) == CD_OK);
    check_tokens(&document);
    check_sentences(&document);
    cd_arena_free(arena);
    return 0;
}
