/* produce.h - puts the messages of a plan into the raw topic. */
#ifndef COPYDESK_TESTS_PRODUCE_H
#define COPYDESK_TESTS_PRODUCE_H

#include "verify.h"

/* Produce messages first to plan.count - 1, at most `per_second` (0: as fast as it goes), idempotently,
 * waiting for a broker that is away as long as it takes. */
bool produce_plan(const struct verify_options *options, uint32_t first, unsigned per_second);

#endif
