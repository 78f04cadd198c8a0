/* Sets of transaction days against a bitmap of all days. */
#include "store/days.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { DAY_LOW = -40000, DAY_SPAN = 200000 };

typedef struct oracle {
    bool has[DAY_SPAN];
    uint32_t count;
} oracle;

static void compare(tn_days days, const oracle *o) {
    tn_days_walk walk = tn_days_walk_of(days, o->count);
    int32_t got = 0;
    uint32_t rank = 0;
    uint32_t seen = 0;
    for (int32_t i = 0; i < DAY_SPAN; i++) {
        if (!o->has[i]) continue;
        cr_assert(tn_days_next(&walk, &got));
        cr_assert_eq(got, DAY_LOW + i);
        cr_assert(tn_days_find(days, o->count, got, &rank));
        cr_assert_eq(rank, seen);
        seen++;
        if (i + 1 < DAY_SPAN && !o->has[i + 1]) {
            cr_assert_not(tn_days_find(days, o->count, got + 1, &rank));
            cr_assert_eq(rank, seen);
        }
    }
    cr_assert_not(tn_days_next(&walk, &got));
}

static void put(tn_day_heap *heap, tn_days *days, oracle *o, int32_t day) {
    uint32_t rank;
    const bool is_in = tn_days_find(*days, o->count, day, &rank);
    cr_assert_eq(is_in, o->has[day - DAY_LOW]);
    if (is_in) return;
    cr_assert_eq(tn_days_reserve(heap, days, o->count, day), TN_OK);
    tn_days_put(days, o->count, day);
    o->has[day - DAY_LOW] = true;
    o->count++;
}

/* The i-th day of one of several habits of buying. */
static int32_t habit_day(tn_rng *rng, uint32_t habit, int32_t i) {
    switch (habit) {
    case 0:
        return 10000 + i; /* every day */
    case 1:
        return 10000 - i; /* backwards */
    case 2:
        return 10000 + 7 * i; /* every week */
    case 3:
        return 10000 - 30 * i; /* every month, backwards */
    case 4:
        return (int32_t)tn_rng_below(rng, 500); /* dense, any order */
    case 5:
        return (int32_t)tn_rng_below(rng, 60000) - 20000; /* sparse, any order */
    case 6:
        return DAY_LOW + (int32_t)tn_rng_below(rng, DAY_SPAN); /* beyond 16 bits */
    default:
        return i % 2 ? DAY_LOW + i : DAY_LOW + DAY_SPAN - 1 - i; /* from both ends */
    }
}

Test(days, any_days_in_any_order_agree_with_a_bitmap) {
    const uint64_t seed = 17;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    static oracle o;
    for (uint32_t habit = 0; habit < 8; habit++) {
        for (int32_t length = 1; length < 1200; length = length * 3 / 2 + 1) {
            memset(&o, 0, sizeof o);
            tn_day_heap heap = {0};
            tn_days days = 0;
            for (int32_t i = 0; i < length; i++)
                put(&heap, &days, &o, habit_day(&rng, habit, i));
            compare(days, &o);
            tn_days_release(&heap, &days);
            cr_assert_eq(heap.bytes, 0);
        }
    }
}

Test(days, a_set_takes_the_bytes_that_its_header_states) {
    static const struct {
        int32_t step;
        int32_t count;
        size_t bytes; /* of the block */
    } cases[] = {{9, 3, 0},    {9, 12, 32},   {7, 50, 64},   {1, 363, 64},
                 {30, 12, 32}, {30, 60, 192}, {1, 3650, 640}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        tn_day_heap heap = {0};
        tn_days days = 0;
        for (int32_t i = 0; i < cases[c].count; i++) {
            cr_assert_eq(tn_days_reserve(&heap, &days, (uint32_t)i, 15000 + i * cases[c].step),
                         TN_OK);
            tn_days_put(&days, (uint32_t)i, 15000 + i * cases[c].step);
        }
        cr_expect_leq(heap.bytes, cases[c].bytes, "%d days, every %d: %zu bytes", cases[c].count,
                      cases[c].step, heap.bytes);
        tn_days_release(&heap, &days);
    }
}
