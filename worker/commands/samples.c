#include "samples.h"

#include <stdlib.h>

/* tests/golden/targets.mk builds the bundle: per sample a line "NAME BYTES", then its bytes and a newline. */
#ifndef CD_SAMPLES_BUNDLE
#define CD_SAMPLES_BUNDLE "/dev/null"
#endif

__asm__(".section .rodata\n"
        "sample_bundle:\n"
        ".incbin \"" CD_SAMPLES_BUNDLE "\"\n"
        "sample_bundle_end:\n"
        ".byte 0\n"
        ".previous\n");
extern const char sample_bundle[], sample_bundle_end[];

bool cd_next_sample(size_t *position, struct cd_sample *sample)
{
    const char *line = sample_bundle + *position;
    const char *newline = memchr(line, '\n', (size_t)(sample_bundle_end - line));
    if (!newline)
        return false;
    const char *space = memchr(line, ' ', (size_t)(newline - line));
    sample->name = (struct cd_slice){line, (size_t)(space - line)};
    sample->raw = (struct cd_slice){newline + 1, strtoul(space + 1, NULL, 10)};
    *position = (size_t)(newline + 1 - sample_bundle) + sample->raw.length + 1;
    return true;
}
