/* arena.h: memory that is released all at once: a request, a parsed model, a compiled plan. */
#ifndef TN_BASE_ARENA_H
#define TN_BASE_ARENA_H

#include "base/alloc.h"

#include <tenure/types.h>

typedef struct tn_arena_block tn_arena_block;

typedef struct tn_arena {
    tn_heap *heap;
    tn_arena_block *blocks; /* newest first */
    size_t used_bytes;      /* of the newest block */
    size_t total_bytes;     /* of all blocks */
} tn_arena;

/* No allocation happens until the first tn_arena_alloc. `heap` NULL is the default heap. */
void tn_arena_init(tn_arena *arena, tn_heap *heap);
void tn_arena_deinit(tn_arena *arena);

/* Zero-filled, 16-byte aligned, never freed alone. NULL when memory is used up. size 0 is 1. */
void *tn_arena_alloc(tn_arena *arena, size_t size_bytes) TN_MUST_CHECK;
/* count × size_bytes with a check for overflow. */
void *tn_arena_array(tn_arena *arena, size_t count, size_t size_bytes) TN_MUST_CHECK;
/* A NUL-terminated copy. NULL when memory is used up. */
char *tn_arena_copy(tn_arena *arena, const char *data, size_t size) TN_MUST_CHECK;

#endif
