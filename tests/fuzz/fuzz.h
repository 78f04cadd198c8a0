/* fuzz.h: what a fuzz target provides. It returns 0, ends the process on a broken promise, and
 * keeps nothing from one input to the next that could change what an input does. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise: stays on in every build. */
#define FUZZ_CHECK(condition)                                                                      \
    ((condition)                                                                                   \
         ? (void)0                                                                                 \
         : (fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition),        \
            abort()))

#endif
