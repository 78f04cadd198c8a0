/* days.c: bit 0 of the word tells the two forms apart: 1, three days of 21 bits above it, biased by
 * TN_DAY_MIN, ascending; 0, the address of a block (blocks are 16-byte aligned).
 *
 * A block chooses its form when it is built; it is built anew when a day does not fit, so choosing
 * costs nothing between. Offsets are from the block's own base, so that an earlier day need not
 * move the others. */
#include "store/days.h"

#include "base/assert.h"
#include "base/bits.h"

#include <string.h>

enum { INLINE_MAX = 3, INLINE_BITS = 21, FORM_MASK = 15 };

typedef enum form { FORM_LIST16, FORM_LIST32, FORM_BITMAP } form;

typedef struct block {
    int32_t base;   /* day of offset 0 */
    uint32_t about; /* bytes of the block, a multiple of 16, and the form in the low bits */
} block;            /* offsets, days or bits follow */

enum { HEAD_BYTES = sizeof(block) };

static block *block_of(tn_days days) {
    return (block *)(uintptr_t)days;
}
static bool is_inline(tn_days days) {
    return days == 0 || (days & 1) != 0;
}
static form block_form(const block *b) {
    return (form)(b->about & FORM_MASK);
}
static uint32_t block_bytes(const block *b) {
    return b->about & ~(uint32_t)FORM_MASK;
}

static uint16_t *offsets_of(const block *b) {
    return (uint16_t *)(uintptr_t)(b + 1);
}
static int32_t *days_of(const block *b) {
    return (int32_t *)(uintptr_t)(b + 1);
}
static unsigned char *bits_of(const block *b) {
    return (unsigned char *)(uintptr_t)(b + 1);
}

/* ---- Inline sets ---- */

static int32_t inline_get(tn_days days, uint32_t index) {
    TN_ASSERT(index < INLINE_MAX);
    const uint64_t field = days >> (1 + index * INLINE_BITS) & ((1u << INLINE_BITS) - 1);
    return (int32_t)field + TN_DAY_MIN;
}

static tn_days inline_put(tn_days days, uint32_t count, int32_t day) {
    uint32_t at = 0;
    while (at < count && inline_get(days, at) < day)
        at++;
    const uint64_t low_mask = (2ull << (at * INLINE_BITS)) - 1;
    const uint64_t low = (days | 1) & low_mask;
    const uint64_t high = (days & ~low_mask) << INLINE_BITS;
    const uint64_t field = (uint64_t)(day - TN_DAY_MIN) << (1 + at * INLINE_BITS);
    return high | field | low;
}

/* ---- Blocks ---- */

static uint32_t list_capacity(const block *b) {
    const uint32_t room = block_bytes(b) - HEAD_BYTES;
    return block_form(b) == FORM_LIST16 ? room / 2 : room / 4;
}

static bool block_fits(const block *b, uint32_t count, int32_t day) {
    switch (block_form(b)) {
    case FORM_LIST16:
        return count < list_capacity(b) && day >= b->base && day - b->base <= UINT16_MAX;
    case FORM_LIST32:
        return count < list_capacity(b);
    case FORM_BITMAP:
        return day >= b->base && (uint32_t)(day - b->base) < (block_bytes(b) - HEAD_BYTES) * 8;
    }
    return false;
}

/* The bytes of a block that the allocator serves without waste. */
static uint32_t bytes_rounded(uint32_t bytes) {
    return bytes <= 48 ? (bytes + 15) & ~15u : (bytes + 63) & ~63u;
}

/* An empty block for `count` days from low to high; `day`, one of them, shows where to expect more.
 */
static block *block_create(tn_day_heap *heap, uint32_t count, int32_t low, int32_t high,
                           int32_t day) {
    const uint32_t span = (uint32_t)(high - low) + 1;
    const bool is_wide = span > UINT16_MAX;
    const uint32_t list = (count + count / 4) * (is_wide ? 4 : 2);
    const uint32_t bitmap = (span + span / 4) / 8 + 1;
    const form chosen = bitmap < list ? FORM_BITMAP : is_wide ? FORM_LIST32 : FORM_LIST16;
    const uint32_t bytes = bytes_rounded(HEAD_BYTES + (bitmap < list ? bitmap : list));
    block *b = tn_alloc_zero(heap->heap, bytes);
    if (b == NULL) return NULL;
    heap->bytes += bytes;
    b->about = bytes | chosen;
    b->base = low;
    if (chosen == FORM_LIST16) b->base = low - (int32_t)(UINT16_MAX - span) / 2;
    if (chosen == FORM_BITMAP && day == low)
        b->base = high - (int32_t)((bytes - HEAD_BYTES) * 8 - 1);
    return b;
}

/* Days of a list that are before `day`. */
static uint32_t list_rank(const block *b, uint32_t count, int32_t day) {
    uint32_t low = 0;
    for (uint32_t high = count; low < high;) {
        const uint32_t middle = low + (high - low) / 2;
        const int32_t at =
            block_form(b) == FORM_LIST16 ? b->base + offsets_of(b)[middle] : days_of(b)[middle];
        if (at < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void block_put(block *b, uint32_t count, int32_t day) {
    if (block_form(b) == FORM_BITMAP) {
        const uint32_t bit = (uint32_t)(day - b->base);
        bits_of(b)[bit / 8] |= (unsigned char)(1u << bit % 8);
        return;
    }
    const uint32_t at = list_rank(b, count, day);
    const size_t size = block_form(b) == FORM_LIST16 ? 2 : 4;
    char *place = (char *)(b + 1) + at * size;
    memmove(place + size, place, (count - at) * size);
    const uint16_t offset = (uint16_t)(day - b->base);
    memcpy(place, size == 2 ? (const void *)&offset : (const void *)&day, size);
}

/* Days of a bitmap before `day`, and whether it has `day`. */
static bool bitmap_find(const block *b, uint32_t count, int32_t day, uint32_t *rank) {
    const uint32_t bits = (block_bytes(b) - HEAD_BYTES) * 8;
    if (day < b->base || (uint32_t)(day - b->base) >= bits) {
        *rank = day < b->base ? 0 : count;
        return false;
    }
    const uint32_t bit = (uint32_t)(day - b->base);
    uint32_t before = 0;
    for (uint32_t i = 0; i < bit / 8; i++)
        before += tn_popcount(bits_of(b)[i]);
    *rank = before + tn_popcount(bits_of(b)[bit / 8] & ((1u << bit % 8) - 1));
    return (bits_of(b)[bit / 8] >> bit % 8 & 1) != 0;
}

/* ---- Sets ---- */

/* The first and last day of a set with `day` added. */
static void days_bounds(tn_days days, uint32_t count, int32_t day, int32_t *low, int32_t *high) {
    *low = day;
    *high = day;
    int32_t at = 0;
    tn_days_walk walk = tn_days_walk_of(days, count);
    while (tn_days_next(&walk, &at)) {
        if (at < *low) *low = at;
        if (at > *high) *high = at;
    }
}

tn_status tn_days_reserve(tn_day_heap *heap, tn_days *days, uint32_t count, int32_t day) {
    TN_ASSERT(day >= TN_DAY_MIN && day <= TN_DAY_MAX);
    if (count < INLINE_MAX) return TN_OK;
    if (!is_inline(*days) && block_fits(block_of(*days), count, day)) return TN_OK;
    int32_t low;
    int32_t high;
    days_bounds(*days, count, day, &low, &high);
    block *fresh = block_create(heap, count + 1, low, high, day);
    if (fresh == NULL) return TN_OUT_OF_MEMORY;
    int32_t at = 0;
    tn_days_walk walk = tn_days_walk_of(*days, count);
    for (uint32_t i = 0; tn_days_next(&walk, &at); i++)
        block_put(fresh, i, at);
    tn_days_release(heap, days);
    *days = (tn_days)(uintptr_t)fresh;
    return TN_OK;
}

void tn_days_put(tn_days *days, uint32_t count, int32_t day) {
    if (count < INLINE_MAX)
        *days = inline_put(*days, count, day);
    else
        block_put(block_of(*days), count, day);
}

bool tn_days_find(tn_days days, uint32_t count, int32_t day, uint32_t *rank) {
    *rank = 0;
    if (is_inline(days)) {
        while (*rank < count && inline_get(days, *rank) < day)
            ++*rank;
        return *rank < count && inline_get(days, *rank) == day;
    }
    const block *b = block_of(days);
    if (block_form(b) == FORM_BITMAP) return bitmap_find(b, count, day, rank);
    *rank = list_rank(b, count, day);
    return *rank < count && list_rank(b, count, day + 1) > *rank;
}

void tn_days_release(tn_day_heap *heap, tn_days *days) {
    if (!is_inline(*days)) {
        const uint32_t bytes = block_bytes(block_of(*days));
        heap->bytes -= bytes;
        tn_free(heap->heap, block_of(*days), bytes);
    }
    *days = 0;
}

tn_days_walk tn_days_walk_of(tn_days days, uint32_t count) {
    return (tn_days_walk){.days = days, .count = count};
}

/* Advances to the next set bit of a bitmap; there is one. */
static int32_t bitmap_next(const block *b, size_t *offset) {
    size_t at = *offset;
    while ((bits_of(b)[at / 8] >> at % 8) == 0)
        at = (at / 8 + 1) * 8;
    at += tn_lowest_bit((uint64_t)bits_of(b)[at / 8] >> at % 8);
    *offset = at + 1;
    return b->base + (int32_t)at;
}

bool tn_days_next(tn_days_walk *walk, int32_t *day) {
    if (walk->at == walk->count) return false;
    const uint32_t at = walk->at++;
    if (is_inline(walk->days)) {
        *day = inline_get(walk->days, at);
        return true;
    }
    const block *b = block_of(walk->days);
    switch (block_form(b)) {
    case FORM_LIST16:
        *day = b->base + offsets_of(b)[at];
        break;
    case FORM_LIST32:
        *day = days_of(b)[at];
        break;
    case FORM_BITMAP:
        *day = bitmap_next(b, &walk->offset);
        break;
    }
    return true;
}
