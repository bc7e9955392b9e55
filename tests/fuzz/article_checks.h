/* article_checks.h - what holds for every article that was read, whatever the message. */
#ifndef COPYDESK_FUZZ_ARTICLE_CHECKS_H
#define COPYDESK_FUZZ_ARTICLE_CHECKS_H

#include "fuzz.h"

#include "copydesk/article.h"
#include "copydesk/utf8.h"

static inline void check_utf8(struct cd_slice text)
{
    CHECK(cd_utf8_valid_prefix(text) == text.length);
}

/* The way back is in range and never goes backwards; without runs it is the identity. */
static inline void check_text(const struct cd_text *text)
{
    check_utf8(text->clean);
    check_utf8(text->original);
    CHECK(text->field != NULL);
    CHECK(memchr(text->clean.bytes ? text->clean.bytes : "", '\r', text->clean.length) == NULL);
    size_t before = 0;
    for (size_t i = 0; i < text->clean.length; i++) {
        size_t original = cd_text_original_offset(text, i);
        CHECK(original < text->original.length && original >= before);
        if (text->run_count == 0)
            CHECK(original == i);
        before = original;
    }
    if (text->run_count == 0 && text->clean.bytes == text->original.bytes)
        CHECK(text->clean.length <= text->original.length);
}

static inline void check_article(const struct cd_article *article)
{
    check_text(&article->title);
    check_text(&article->body);
    const struct cd_slice fields[] = {article->id, article->uri, article->source, article->language,
                                      article->raw_object};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        check_utf8(fields[i]);
    CHECK(article->id.length > 0);
    CHECK(article->title.clean.length || article->body.clean.length);
}

#endif
