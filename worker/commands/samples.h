/* samples.h - our own sample articles, compiled in, so that the demo works from any folder.
 *
 * The files of tests/golden/articles, each as it would stand in a raw message. Read-only; any thread. */
#ifndef COPYDESK_SAMPLES_H
#define COPYDESK_SAMPLES_H

#include <stdbool.h>

#include "copydesk/slice.h"

struct cd_sample {
    struct cd_slice name; /* "01-ceasefire-talks" */
    struct cd_slice raw;  /* the message's bytes */
};

/* The sample at *position (start with 0), moving it on; false at the end. */
bool cd_next_sample(size_t *position, struct cd_sample *sample);

#endif
