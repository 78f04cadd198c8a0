/* alloc.h: the only door to memory. A tn_heap is a jemalloc arena with its own accounts and a hard
 * limit; each shard has one. NULL stands for the process-wide default heap.
 *
 * Every function may return NULL when memory or the heap's limit is used up; callers turn that into
 * TN_OUT_OF_MEMORY. A block is freed with the heap and size that it was allocated with. Blocks of
 * one heap may be freed by any thread as long as no other thread uses that heap at the time.
 *
 * Tests make the N-th allocation of the process fail with tn_alloc_fail_at. */
#ifndef TN_BASE_ALLOC_H
#define TN_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/export.h>

typedef struct tn_heap tn_heap;

/* A heap of its own arena; `limit_bytes` 0 for none. NULL when memory is used up. */
tn_heap *tn_heap_create(size_t limit_bytes);
/* Releases the heap's bookkeeping; every block must have been freed. NULL is allowed. */
void tn_heap_destroy(tn_heap *heap);
/* Bytes asked for and not yet freed. */
size_t tn_heap_used_bytes(const tn_heap *heap);
size_t tn_heap_limit_bytes(const tn_heap *heap);
void tn_heap_limit_set(tn_heap *heap, size_t limit_bytes);

/* `size_bytes` > 0; 16-byte aligned (blocks of 64 bytes and more: 64-byte aligned). */
void *tn_alloc(tn_heap *heap, size_t size_bytes) TN_MUST_CHECK;
/* The same, zero-filled. */
void *tn_alloc_zero(tn_heap *heap, size_t size_bytes) TN_MUST_CHECK;
/* count × size_bytes with a check for overflow, zero-filled. */
void *tn_alloc_array(tn_heap *heap, size_t count, size_t size_bytes) TN_MUST_CHECK;
/* Grows or shrinks; the old block stays valid when NULL is returned. `block` may be NULL with
 * old_size_bytes 0. */
void *tn_realloc(tn_heap *heap, void *block, size_t old_size_bytes,
                 size_t new_size_bytes) TN_MUST_CHECK;
/* NULL is allowed. */
void tn_free(tn_heap *heap, void *block, size_t size_bytes);

/* Makes room for `want` elements in a growing array, doubling: *data, *capacity in elements of
 * `element_bytes`. False when memory is used up; the array is then unchanged. */
bool tn_array_reserve(tn_heap *heap, void **data, size_t *capacity, size_t want,
                      size_t element_bytes) TN_MUST_CHECK;

/* Fault injection: the N-th allocation from now (1 is the next) fails, and every later one too when
 * `sticky`. 0 switches it off. Returns the number of allocations since the last call. */
uint64_t tn_alloc_fail_at(uint64_t n, bool sticky);

#endif
