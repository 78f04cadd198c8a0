/* fault.h: named points at which tests make an operation fail.
 * Compiled in always; a point costs one load and a branch when none is armed. */
#ifndef TN_BASE_FAULT_H
#define TN_BASE_FAULT_H

#include <stdbool.h>

typedef enum tn_fault {
    TN_FAULT_FILE_OPEN,
    TN_FAULT_FILE_READ,
    TN_FAULT_FILE_WRITE,
    TN_FAULT_FILE_SYNC,
    TN_FAULT_FILE_RENAME,
    TN_FAULT_RANDOM,
    TN_FAULT_THREAD,
    TN_FAULT_COUNT
} tn_fault;

/* Arms a point: its n-th passage from now fails with `error_number` (an errno). n = 0 disarms. */
void tn_fault_arm(tn_fault point, unsigned n, int error_number);
/* True when this passage must fail; errno is then set. */
bool tn_fault_hit(tn_fault point);

#endif
