/* assert.c: the last words of a process that found itself wrong. */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void tn_assert_fail(const char *condition, const char *file, int line) {
    fprintf(stderr, "tenure: %s:%d: defect: '%s' does not hold\n", file, line, condition);
    fflush(stderr);
    abort();
}
