/* arena.c: a bump allocator over a list of blocks. Blocks double from 4 KiB to 1 MiB; a request too
 * large for the next block gets one of its own, put behind the newest so that the room left there
 * is not lost. */
#include "base/arena.h"

#include "base/assert.h"

#include <stdalign.h>
#include <string.h>

enum { ARENA_ALIGN = 16, ARENA_BLOCK_MIN = 4096, ARENA_BLOCK_MAX = 1 << 20 };

struct tn_arena_block {
    tn_arena_block *next;
    size_t capacity; /* bytes of data */
    alignas(ARENA_ALIGN) unsigned char data[];
};

void tn_arena_init(tn_arena *arena, tn_heap *heap) {
    *arena = (tn_arena){.heap = heap};
}

void tn_arena_deinit(tn_arena *arena) {
    tn_arena_block *block = arena->blocks;
    while (block != NULL) {
        tn_arena_block *next = block->next;
        tn_free(arena->heap, block, sizeof *block + block->capacity);
        block = next;
    }
    tn_arena_init(arena, arena->heap);
}

static tn_arena_block *block_create(tn_arena *arena, size_t capacity) {
    tn_arena_block *block = tn_alloc_zero(arena->heap, sizeof *block + capacity);
    if (block == NULL) return NULL;
    block->capacity = capacity;
    arena->total_bytes += sizeof *block + capacity;
    return block;
}

/* A block for this request alone. */
static void *alloc_apart(tn_arena *arena, size_t size) {
    tn_arena_block *block = block_create(arena, size);
    if (block == NULL) return NULL;
    if (arena->blocks == NULL) {
        arena->blocks = block;
        arena->used_bytes = size;
    } else {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    }
    return block->data;
}

void *tn_arena_alloc(tn_arena *arena, size_t size_bytes) {
    if (size_bytes == 0) size_bytes = 1;
    if (size_bytes > PTRDIFF_MAX / 2) return NULL;
    const size_t size = (size_bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    tn_arena_block *newest = arena->blocks;
    if (newest == NULL || newest->capacity - arena->used_bytes < size) {
        size_t capacity = arena->total_bytes;
        if (capacity < ARENA_BLOCK_MIN) capacity = ARENA_BLOCK_MIN;
        if (capacity > ARENA_BLOCK_MAX) capacity = ARENA_BLOCK_MAX;
        capacity = capacity / ARENA_ALIGN * ARENA_ALIGN - sizeof *newest;
        if (size > capacity / 2) return alloc_apart(arena, size);
        newest = block_create(arena, capacity);
        if (newest == NULL) return NULL;
        newest->next = arena->blocks;
        arena->blocks = newest;
        arena->used_bytes = 0;
    }
    void *out = newest->data + arena->used_bytes;
    arena->used_bytes += size;
    return out;
}

void *tn_arena_array(tn_arena *arena, size_t count, size_t size_bytes) {
    size_t total = 0;
    if (__builtin_mul_overflow(count, size_bytes, &total)) return NULL;
    return tn_arena_alloc(arena, total);
}

char *tn_arena_copy(tn_arena *arena, const char *data, size_t size) {
    if (size == SIZE_MAX) return NULL;
    char *copy = tn_arena_alloc(arena, size + 1);
    if (copy == NULL) return NULL;
    if (size > 0) memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}
