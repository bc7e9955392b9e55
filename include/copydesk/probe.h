/* probe.h - is everything there that a worker needs of Kafka, and if not, what is to be done?
 *
 * Tries what the worker will do, in order: reach a broker and log in, find the topics, read, ask for the
 * group's offsets, open transactions. Publishes nothing, joins no group (a running group notices nothing),
 * creates no topic, and opens transactions under an id of its own ("<transactional id>-check"), so that it
 * never fences a running worker. What cannot be tried without publishing or joining is not tried: the right
 * to write to a topic and the right to join the group. */
#ifndef COPYDESK_PROBE_H
#define COPYDESK_PROBE_H

#include "copydesk/error.h"
#include "copydesk/settings.h"

/* What is told of each thing that was tried: `where` is the setting to look at, `message` one sentence,
 * `status` CD_OK when it is well. Borrowed for the call. */
struct cd_probe_listener {
    void *context;
    void (*found)(void *context, const struct cd_error *finding);
};

/* Try everything within `timeout_ms` in all. Returns CD_OK, or the status of the first thing that is wrong,
 * which is then in `error` as well: CD_INVALID (a property, a user, a right), CD_NOT_FOUND (a topic), CD_IO
 * (nobody answers). `listener` may be NULL. Calling thread only. */
enum cd_status cd_probe_broker(const struct cd_settings *settings, int64_t timeout_ms,
                               const struct cd_probe_listener *listener, struct cd_error *error);

#endif
