/* sentences.h - groups tokens into sentences and tells how their letters are written (no public module: see
 * copydesk/document.h). */
#ifndef COPYDESK_TEXT_SENTENCES_H
#define COPYDESK_TEXT_SENTENCES_H

#include "copydesk/arena.h"
#include "copydesk/document.h"

/* Fill document->sentences from its text and tokens; tokens before `title_tokens` lie in the title. */
enum cd_status cd_cut_sentences(struct cd_document *document, uint32_t title_tokens, struct cd_arena *arena,
                                struct cd_error *error);

#endif
