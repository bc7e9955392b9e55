/* verify.h - did every message of a plan come out exactly once, whole, and in order? */
#ifndef COPYDESK_TESTS_VERIFY_H
#define COPYDESK_TESTS_VERIFY_H

#include "numbered.h"

struct verify_options {
    const char *broker, *group;
    const char *raw, *enriched, *deadletter; /* topics */
    struct numbered_plan plan;
    int wait_ms; /* how long the group may take until it has committed everything */
};

/* Wait for the group, read the three topics with isolation.level=read_committed, and print what is wrong:
 * what was lost, doubled, altered, misplaced, out of order or not expected at all, then one line with the
 * counts. True when nothing is wrong. */
bool verify_output(const struct verify_options *options);

#endif
