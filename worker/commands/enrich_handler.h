/* enrich_handler.h - where the stream and the library meet: a message's value in, its record out.
 *
 * One session per handler thread; the models are shared and borrowed. */
#ifndef COPYDESK_ENRICH_HANDLER_H
#define COPYDESK_ENRICH_HANDLER_H

#include <stdatomic.h>

#include "copydesk/copydesk.h"
#include "copydesk/metrics.h"
#include "copydesk/stream.h"

struct cd_enrich_handler {
    const struct cd_models *models;
    struct cd_session **sessions; /* one per handler thread */
    unsigned session_count;
    _Atomic uint64_t words, mentions, entities, subjects;
    struct cd_histogram read, tag, join, classify, write; /* the library's stages, since the last status */
};

/* Sessions for as many threads as the settings ask for. Also for a reload: the old ones stay
 * when there is no memory for new ones. */
enum cd_status cd_enrich_handler_prepare(struct cd_enrich_handler *handler, const struct cd_models *models,
                                         const struct cd_settings *settings, struct cd_error *error);
void cd_enrich_handler_free(struct cd_enrich_handler *handler);

/* The functions of a cd_handler whose context is a cd_enrich_handler. */
enum cd_status cd_enrich_handler_handle(void *context, unsigned thread, const struct cd_message *message,
                                        struct cd_buffer *out, struct cd_error *error);
void cd_enrich_handler_describe(void *context, struct cd_buffer *out);

#endif
