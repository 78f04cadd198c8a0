/* alloc.c: heaps over jemalloc arenas, or over the C library's allocator (TN_JEMALLOC=0), which is
 * what sanitizers can see into.
 *
 * Accounts: a heap belongs to one thread at a time, so its account is a plain number; the default
 * heap is everybody's, so its account is atomic. Both count the bytes asked for, not size classes.
 *
 * The state below is the process's, not a shard's: the default heap's account and the switches of
 * fault injection. Counting starts with the first call of tn_alloc_fail_at, so that a process that
 * never asks pays one load for an allocation. */
#include "base/alloc.h"

#include "base/assert.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if TN_JEMALLOC
#include <jemalloc/jemalloc.h>
#else
#include <malloc.h>
#endif

enum { BLOCK_ALIGN_SMALL = 16, BLOCK_ALIGN = 64 };

struct tn_heap {
    size_t used_bytes;
    size_t limit_bytes; /* 0 for none */
    unsigned arena;     /* of jemalloc */
};

static atomic_size_t default_used_bytes;
static atomic_bool injection_watching;
static atomic_bool injection_sticky;
static _Atomic uint64_t injection_fail_at;
static _Atomic uint64_t injection_count;

static size_t alignment_of(size_t size_bytes) {
    return size_bytes >= BLOCK_ALIGN ? BLOCK_ALIGN : BLOCK_ALIGN_SMALL;
}

#if TN_JEMALLOC

static int flags_of(const tn_heap *heap, size_t size_bytes) {
    const int align = MALLOCX_ALIGN(alignment_of(size_bytes));
    if (heap == NULL) return align;
    return align | MALLOCX_ARENA(heap->arena) | MALLOCX_TCACHE_NONE;
}

static void *block_get(const tn_heap *heap, size_t size_bytes, bool zero) {
    return mallocx(size_bytes, flags_of(heap, size_bytes) | (zero ? MALLOCX_ZERO : 0));
}

static void *block_resize(const tn_heap *heap, void *block, size_t old_size, size_t new_size) {
    (void)old_size;
    return rallocx(block, new_size, flags_of(heap, new_size));
}

static void block_release(const tn_heap *heap, void *block, size_t size_bytes) {
    sdallocx(block, size_bytes, flags_of(heap, size_bytes));
}

static bool arena_create(unsigned *out) {
    size_t size = sizeof *out;
    return mallctl("arenas.create", out, &size, NULL, 0) == 0;
}

static void arena_destroy(unsigned arena) {
    char name[40];
    snprintf(name, sizeof name, "arena.%u.destroy", arena);
    mallctl(name, NULL, NULL, NULL, 0);
}

#else

#if defined(__SANITIZE_ADDRESS__)
#define EXACT_SIZES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EXACT_SIZES 1
#endif
#endif
#ifndef EXACT_SIZES
#define EXACT_SIZES 0
#endif

/* The size that a caller gives back must be the one it asked for. AddressSanitizer knows it to the
 * byte, the C library at least from below. */
static void size_check(void *block, size_t size_bytes) {
    const size_t usable = malloc_usable_size(block);
    TN_ASSERT(EXACT_SIZES ? usable == size_bytes : usable >= size_bytes);
}

static void *block_get(const tn_heap *heap, size_t size_bytes, bool zero) {
    (void)heap;
    void *block = NULL;
    if (posix_memalign(&block, alignment_of(size_bytes), size_bytes) != 0) return NULL;
    if (zero) memset(block, 0, size_bytes);
    return block;
}

static void *block_resize(const tn_heap *heap, void *block, size_t old_size, size_t new_size) {
    void *moved = block_get(heap, new_size, false);
    if (moved == NULL) return NULL;
    size_check(block, old_size);
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    free(block);
    return moved;
}

static void block_release(const tn_heap *heap, void *block, size_t size_bytes) {
    (void)heap;
    size_check(block, size_bytes);
    free(block);
}

static bool arena_create(unsigned *out) {
    *out = 0;
    return true;
}

static void arena_destroy(unsigned arena) {
    (void)arena;
}

#endif

/* True when fault injection wants this allocation to fail. */
static bool injected_failure(void) {
    if (!atomic_load_explicit(&injection_watching, memory_order_relaxed)) return false;
    const uint64_t number = atomic_fetch_add(&injection_count, 1) + 1;
    const uint64_t fail_at = atomic_load(&injection_fail_at);
    if (fail_at == 0) return false;
    return number == fail_at || (number > fail_at && atomic_load(&injection_sticky));
}

uint64_t tn_alloc_fail_at(uint64_t n, bool sticky) {
    atomic_store(&injection_fail_at, n);
    atomic_store(&injection_sticky, sticky);
    atomic_store(&injection_watching, true);
    return atomic_exchange(&injection_count, 0);
}

/* Books `more` bytes, `less` being given back at the same time; false past the limit. */
static bool account(tn_heap *heap, size_t more, size_t less) {
    if (heap == NULL) {
        atomic_fetch_add_explicit(&default_used_bytes, more - less, memory_order_relaxed);
        return true;
    }
    TN_ASSERT(heap->used_bytes >= less);
    const size_t rest = heap->used_bytes - less;
    if (more > less && heap->limit_bytes != 0 &&
        (more > heap->limit_bytes || rest > heap->limit_bytes - more))
        return false;
    heap->used_bytes = rest + more;
    return true;
}

tn_heap *tn_heap_create(size_t limit_bytes) {
    tn_heap *heap = tn_alloc_zero(NULL, sizeof *heap);
    if (heap == NULL) return NULL;
    if (!arena_create(&heap->arena)) {
        tn_free(NULL, heap, sizeof *heap);
        return NULL;
    }
    heap->limit_bytes = limit_bytes;
    return heap;
}

void tn_heap_destroy(tn_heap *heap) {
    if (heap == NULL) return;
    TN_ASSERT(heap->used_bytes == 0);
    arena_destroy(heap->arena);
    tn_free(NULL, heap, sizeof *heap);
}

size_t tn_heap_used_bytes(const tn_heap *heap) {
    if (heap == NULL) return atomic_load_explicit(&default_used_bytes, memory_order_relaxed);
    return heap->used_bytes;
}

size_t tn_heap_limit_bytes(const tn_heap *heap) {
    return heap == NULL ? 0 : heap->limit_bytes;
}

void tn_heap_limit_set(tn_heap *heap, size_t limit_bytes) {
    TN_ASSERT(heap != NULL);
    heap->limit_bytes = limit_bytes;
}

static void *alloc_block(tn_heap *heap, size_t size_bytes, bool zero) {
    TN_ASSERT(size_bytes > 0);
    if (injected_failure()) return NULL;
    if (size_bytes > PTRDIFF_MAX) return NULL;
    if (!account(heap, size_bytes, 0)) return NULL;
    void *block = block_get(heap, size_bytes, zero);
    if (block == NULL) account(heap, 0, size_bytes);
    return block;
}

void *tn_alloc(tn_heap *heap, size_t size_bytes) {
    return alloc_block(heap, size_bytes, false);
}

void *tn_alloc_zero(tn_heap *heap, size_t size_bytes) {
    return alloc_block(heap, size_bytes, true);
}

void *tn_alloc_array(tn_heap *heap, size_t count, size_t size_bytes) {
    size_t total = 0;
    if (__builtin_mul_overflow(count, size_bytes, &total)) return NULL;
    return alloc_block(heap, total, true);
}

void *tn_realloc(tn_heap *heap, void *block, size_t old_size_bytes, size_t new_size_bytes) {
    if (block == NULL) {
        TN_ASSERT(old_size_bytes == 0);
        return tn_alloc(heap, new_size_bytes);
    }
    TN_ASSERT(old_size_bytes > 0 && new_size_bytes > 0);
    if (injected_failure()) return NULL;
    if (new_size_bytes > PTRDIFF_MAX) return NULL;
    if (!account(heap, new_size_bytes, old_size_bytes)) return NULL;
    void *moved = block_resize(heap, block, old_size_bytes, new_size_bytes);
    if (moved != NULL) return moved;
    if (heap == NULL)
        account(heap, old_size_bytes, new_size_bytes);
    else
        heap->used_bytes = heap->used_bytes - new_size_bytes + old_size_bytes;
    return NULL;
}

void tn_free(tn_heap *heap, void *block, size_t size_bytes) {
    if (block == NULL) return;
    TN_ASSERT(size_bytes > 0);
    account(heap, 0, size_bytes);
    block_release(heap, block, size_bytes);
}

bool tn_array_reserve(tn_heap *heap, void **data, size_t *capacity, size_t want,
                      size_t element_bytes) {
    enum { FIRST_CAPACITY = 16 };
    if (want <= *capacity) return true;
    size_t grown = *capacity < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : *capacity;
    if (grown <= SIZE_MAX / 2 && grown == *capacity) grown *= 2;
    if (grown < want) grown = want;
    size_t bytes = 0;
    if (__builtin_mul_overflow(grown, element_bytes, &bytes)) return false;
    void *moved = tn_realloc(heap, *data, *capacity * element_bytes, bytes);
    if (moved == NULL) return false;
    *data = moved;
    *capacity = grown;
    return true;
}
