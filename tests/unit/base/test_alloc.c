/* test_alloc.c: heaps, their accounts and limits, arrays, arenas, and injected failures. */
#include "base/alloc.h"
#include "base/arena.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

static bool is_aligned(const void *block, size_t to) {
    return (uintptr_t)block % to == 0;
}

Test(alloc, blocks_are_aligned_and_can_be_written_to_the_last_byte) {
    tn_heap *heap = tn_heap_create(0);
    cr_assert(heap != NULL);
    tn_heap *const heaps[2] = {NULL, heap};
    for (size_t h = 0; h < 2; h++) {
        for (size_t size = 1; size < 300; size++) {
            unsigned char *block = tn_alloc(heaps[h], size);
            cr_assert(block != NULL);
            cr_assert(is_aligned(block, size >= 64 ? 64 : 16), "size %zu", size);
            memset(block, 0xA5, size);
            tn_free(heaps[h], block, size);
        }
    }
    tn_heap_destroy(heap);
}

Test(alloc, a_zeroed_block_is_zero_even_after_reuse) {
    for (int round = 0; round < 50; round++) {
        unsigned char *block = tn_alloc_zero(NULL, 1000);
        cr_assert(block != NULL);
        for (size_t i = 0; i < 1000; i++)
            cr_assert(block[i] == 0);
        memset(block, 0xFF, 1000);
        tn_free(NULL, block, 1000);
    }
}

Test(alloc, accounts_count_the_bytes_asked_for) {
    tn_heap *heap = tn_heap_create(0);
    const size_t before = tn_heap_used_bytes(NULL);
    void *a = tn_alloc(heap, 100);
    void *b = tn_alloc_array(heap, 10, 7);
    cr_assert(a != NULL && b != NULL);
    cr_assert(tn_heap_used_bytes(heap) == 170);
    a = tn_realloc(heap, a, 100, 40);
    cr_assert(tn_heap_used_bytes(heap) == 110);
    a = tn_realloc(heap, a, 40, 5000);
    cr_assert(tn_heap_used_bytes(heap) == 5070);
    cr_assert(tn_heap_used_bytes(NULL) == before, "a heap's blocks are not the default heap's");
    tn_free(heap, a, 5000);
    tn_free(heap, b, 70);
    cr_assert(tn_heap_used_bytes(heap) == 0);
    tn_heap_destroy(heap);
    void *c = tn_alloc(NULL, 33);
    cr_assert(tn_heap_used_bytes(NULL) + sizeof(size_t) * 0 >= 33);
    tn_free(NULL, c, 33);
}

Test(alloc, a_heap_refuses_what_goes_past_its_limit_and_nothing_less) {
    tn_heap *heap = tn_heap_create(1000);
    cr_assert(tn_heap_limit_bytes(heap) == 1000);
    void *a = tn_alloc(heap, 600);
    cr_assert(a != NULL);
    cr_assert(tn_alloc(heap, 401) == NULL);
    void *b = tn_alloc(heap, 400);
    cr_assert(b != NULL, "the limit itself may be reached");
    cr_assert(tn_realloc(heap, a, 600, 601) == NULL);
    cr_assert(tn_heap_used_bytes(heap) == 1000, "a refusal books nothing");
    tn_heap_limit_set(heap, 10);
    a = tn_realloc(heap, a, 600, 500);
    cr_assert(a != NULL, "shrinking is allowed past a lowered limit");
    cr_assert(tn_alloc(heap, 1) == NULL);
    tn_heap_limit_set(heap, 0);
    void *c = tn_alloc(heap, 100000);
    cr_assert(c != NULL);
    tn_free(heap, a, 500);
    tn_free(heap, b, 400);
    tn_free(heap, c, 100000);
    tn_heap_destroy(heap);
}

Test(alloc, growing_keeps_the_bytes_and_the_alignment) {
    size_t size = 1;
    unsigned char *block = tn_alloc(NULL, size);
    block[0] = 7;
    for (size_t next = 3; next < 100000; next = next * 2 + 1) {
        block = tn_realloc(NULL, block, size, next);
        cr_assert(block != NULL);
        cr_assert(is_aligned(block, next >= 64 ? 64 : 16));
        for (size_t i = 0; i < size; i++)
            cr_assert(block[i] == (unsigned char)(7 + i));
        for (size_t i = size; i < next; i++)
            block[i] = (unsigned char)(7 + i);
        size = next;
    }
    block = tn_realloc(NULL, block, size, 5);
    for (size_t i = 0; i < 5; i++)
        cr_assert(block[i] == (unsigned char)(7 + i));
    tn_free(NULL, block, 5);
}

Test(alloc, impossible_sizes_are_refused) {
    volatile size_t huge = SIZE_MAX;
    cr_assert(tn_alloc(NULL, huge) == NULL);
    cr_assert(tn_alloc_array(NULL, huge / 2, 3) == NULL);
    void *block = tn_alloc(NULL, 10);
    cr_assert(tn_realloc(NULL, block, 10, huge) == NULL);
    tn_free(NULL, block, 10);
    tn_free(NULL, NULL, 0);
}

Test(alloc, the_nth_allocation_fails_and_the_next_succeeds) {
    tn_alloc_fail_at(3, false);
    void *blocks[4];
    for (size_t i = 0; i < 4; i++)
        blocks[i] = tn_alloc(NULL, 8);
    cr_assert(tn_alloc_fail_at(0, false) == 4);
    cr_assert(blocks[0] != NULL && blocks[1] != NULL && blocks[2] == NULL && blocks[3] != NULL);
    for (size_t i = 0; i < 4; i++)
        tn_free(NULL, blocks[i], 8);
}

Test(alloc, a_sticky_failure_lasts_until_switched_off) {
    void *block = tn_alloc(NULL, 8);
    tn_alloc_fail_at(2, true);
    void *first = tn_alloc_zero(NULL, 8);
    cr_assert(first != NULL);
    for (int i = 0; i < 5; i++)
        cr_assert(tn_alloc(NULL, 8) == NULL);
    cr_assert(tn_realloc(NULL, block, 8, 16) == NULL);
    cr_assert(tn_heap_create(0) == NULL);
    tn_alloc_fail_at(0, false);
    tn_heap *heap = tn_heap_create(0);
    cr_assert(heap != NULL);
    tn_heap_destroy(heap);
    tn_free(NULL, first, 8);
    tn_free(NULL, block, 8);
}

Test(alloc, destroying_a_heap_that_still_has_blocks_is_a_defect, .signal = SIGABRT) {
    tn_heap *heap = tn_heap_create(0);
    void *volatile block = tn_alloc(heap, 8);
    (void)block;
    tn_heap_destroy(heap);
}

Test(array, doubles_and_keeps_its_elements) {
    uint32_t *data = NULL;
    size_t capacity = 0;
    size_t growths = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        const size_t old = capacity;
        void *raw = data;
        cr_assert(tn_array_reserve(NULL, &raw, &capacity, i + 1, sizeof *data));
        data = raw;
        growths += capacity != old;
        cr_assert(capacity > i);
        data[i] = i * 3;
    }
    for (uint32_t i = 0; i < 10000; i++)
        cr_assert(data[i] == i * 3);
    cr_assert(growths < 15, "%zu growths", growths);
    tn_free(NULL, data, capacity * sizeof *data);
}

Test(array, a_failed_reservation_changes_nothing) {
    void *data = NULL;
    size_t capacity = 0;
    cr_assert(tn_array_reserve(NULL, &data, &capacity, 5, 8));
    void *const before = data;
    const size_t capacity_before = capacity;
    tn_alloc_fail_at(1, false);
    cr_assert(!tn_array_reserve(NULL, &data, &capacity, capacity + 1, 8));
    tn_alloc_fail_at(0, false);
    cr_assert(!tn_array_reserve(NULL, &data, &capacity, SIZE_MAX / 4, 8), "overflow");
    cr_assert(data == before && capacity == capacity_before);
    tn_free(NULL, data, capacity * 8);
}

Test(arena, pieces_are_zero_aligned_and_apart) {
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    const size_t before = tn_heap_used_bytes(NULL);
    enum { COUNT = 3000 };
    static unsigned char *pieces[COUNT];
    static size_t sizes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = i % 97 == 0 ? 50000 + i : i % 130;
        pieces[i] = tn_arena_alloc(&arena, sizes[i]);
        cr_assert(pieces[i] != NULL && is_aligned(pieces[i], 16));
        for (size_t j = 0; j < sizes[i]; j++)
            cr_assert(pieces[i][j] == 0);
        memset(pieces[i], (int)(i & 0xFF), sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < sizes[i]; j++)
            cr_assert(pieces[i][j] == (i & 0xFF));
    }
    cr_assert(arena.total_bytes == tn_heap_used_bytes(NULL) - before);
    tn_arena_deinit(&arena);
    cr_assert(tn_heap_used_bytes(NULL) == before);
}

Test(arena, an_arena_costs_nothing_until_used) {
    tn_alloc_fail_at(0, false);
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    tn_arena_deinit(&arena);
    cr_assert(tn_alloc_fail_at(0, false) == 0);
}

Test(arena, running_out_of_memory_leaves_the_arena_usable) {
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    char *kept = tn_arena_copy(&arena, "kept", 4);
    cr_assert(kept != NULL);
    tn_alloc_fail_at(1, true);
    cr_assert(tn_arena_alloc(&arena, 1 << 20) == NULL);
    cr_assert(tn_arena_array(&arena, SIZE_MAX, 16) == NULL);
    cr_assert(tn_arena_alloc(&arena, SIZE_MAX) == NULL);
    tn_alloc_fail_at(0, false);
    cr_assert(tn_arena_alloc(&arena, 1 << 20) != NULL);
    cr_assert_str_eq(kept, "kept");
    tn_arena_deinit(&arena);
}

Test(arena, a_copy_ends_with_nul_and_may_be_empty) {
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    cr_assert_str_eq(tn_arena_copy(&arena, "abcdef", 3), "abc");
    cr_assert_str_eq(tn_arena_copy(&arena, NULL, 0), "");
    tn_arena_deinit(&arena);
}
