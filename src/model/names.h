/* names.h: a set of names, numbered in order of arrival, with a look-up by hash.
 *
 * It lives in the arena that it was made in and borrows the texts, which are NUL-terminated.
 * Immutable once filled, and then free of threads. */
#ifndef TN_MODEL_NAMES_H
#define TN_MODEL_NAMES_H

#include "base/arena.h"

#include <tenure/status.h>
#include <tenure/types.h>

#define TN_NONE UINT32_MAX /* no such number */

typedef struct tn_names {
    tn_str *names;     /* by number */
    const char **list; /* the same as C strings, for messages */
    uint32_t *slots;   /* number + 1; 0 is empty */
    uint32_t count, capacity, mask;
} tn_names;

/* Room for `capacity` names. */
tn_status tn_names_init(tn_names *names, tn_arena *arena, size_t capacity) TN_MUST_CHECK;
/* The number of `name`, added when it is new (*is_new, may be NULL). There must be room. */
uint32_t tn_names_put(tn_names *names, tn_str name, bool *is_new);
/* TN_NONE when it is not there. */
uint32_t tn_names_find(const tn_names *names, tn_str name);

#endif
