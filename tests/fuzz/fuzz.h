/* fuzz.h - what the fuzzers share. A fuzzer is a file tests/fuzz/NAME_fuzz.c with LLVMFuzzerTestOneInput; its
 * corpus lies in tests/fuzz/corpus/NAME. Broken invariants abort, so that libFuzzer keeps the input. */
#ifndef COPYDESK_FUZZ_H
#define COPYDESK_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                          \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
