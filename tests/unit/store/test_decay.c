/* Decayed sums against the definition in long double. */
#include "store/decay.h"

#include "store/table.h"

#include "base/bytes.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

Test(decay, two_to_a_fraction_is_within_4e_16) {
    double worst = 0;
    for (int i = 0; i < 1000000; i++) {
        const double f = i / 1000000.0;
        const long double exact = exp2l((long double)f);
        const double error = (double)fabsl(((long double)tn_decay_exp2(f) - exact) / exact);
        if (error > worst) worst = error;
    }
    printf("largest relative error %.3g\n", worst);
    cr_assert_leq(worst, 4e-16);
    cr_assert_eq(tn_decay_exp2(0), 1.0);
}

Test(decay, a_time_is_split_exactly_into_half_lives_and_a_rest) {
    tn_decay_time t = tn_decay_time_of(86400000ll * 3, 86400000);
    cr_assert_eq(t.whole, 3);
    cr_assert_eq(t.growth, 1.0);
    t = tn_decay_time_of(7289654399999ll, 30000);
    cr_assert_eq(t.whole, 7289654399999ll / 30000);
    cr_assert_float_eq(t.growth, (double)exp2l(29999.0L / 30000), 1e-15);
    t = tn_decay_time_of(-1, 1000);
    cr_assert_eq(t.whole, -1);
    cr_assert_float_eq(t.growth, (double)exp2l(0.999L), 1e-15);
    t = tn_decay_time_of(10, 2.5);
    cr_assert_eq(t.whole, 4);
    cr_assert_eq(t.growth, 1.0);
}

static tn_table *table_new(const double *half_lives_ms, uint32_t count) {
    static const tn_action_spec action = {0, false};
    tn_decay_spec decays[16];
    for (uint32_t i = 0; i < count; i++)
        decays[i].half_life_ms = half_lives_ms[i];
    const tn_schema schema = {
        .actions = &action, .action_count = 1, .decays = decays, .decay_count = count};
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_table *table = NULL;
    cr_assert_eq(tn_table_create(NULL, &schema, &secret, &table), TN_OK);
    return table;
}

static double weight(const tn_table *table, uint32_t decay, uint32_t row, int64_t as_of_ms) {
    tn_table_column column;
    cr_assert(tn_table_column_find(table, TN_TABLE_DECAY, decay, &column));
    const double *sums = tn_column_chunk(column.column, row / TN_CHUNK_ROWS);
    return sums[row % TN_CHUNK_ROWS] *
           tn_table_decay_scale(table, decay, row / TN_CHUNK_ROWS, as_of_ms);
}

static void add(tn_table *table, uint32_t row, uint32_t decays, int64_t at_ms, double w) {
    tn_decay_add adds[16];
    for (uint32_t i = 0; i < decays; i++)
        adds[i] = (tn_decay_add){i, w};
    const tn_event_update update = {
        .at_ms = at_ms, .value = (double)NAN, .decays = adds, .decay_count = decays};
    cr_assert_eq(tn_table_event_apply(table, row, &update), TN_OK);
}

static uint32_t customer(tn_table *table, uint32_t number) {
    char text[16];
    const int size = snprintf(text, sizeof text, "%u", number);
    uint32_t row;
    cr_assert_eq(tn_table_put(table, (tn_str){text, (size_t)size}, &row, NULL), TN_OK);
    return row;
}

static const double half_lives[] = {30e3,          3600e3,          86400e3,   90 * 86400e3,
                                    365 * 86400e3, 36500 * 86400e3, 12345.678, 1.0};
enum { HALF_LIVES = sizeof half_lives / sizeof *half_lives, EVENTS = 60 };

typedef struct timed {
    int64_t at_ms;
    double weight;
} timed;

/* The definition: Σ w · 2^(−(t − tᵢ)/h). */
static long double defined(const timed *events, size_t count, double half_life_ms,
                           int64_t as_of_ms) {
    long double total = 0;
    for (size_t i = 0; i < count; i++)
        total += (long double)events[i].weight *
                 exp2l(-(long double)(as_of_ms - events[i].at_ms) / (long double)half_life_ms);
    return total;
}

/* Events of several kinds of customer: steady, decades apart, all at once, hostile jumps. */
static int64_t draw_time(tn_rng *rng, uint32_t kind) {
    const int64_t year = 365 * 86400000ll;
    switch (kind % 4) {
    case 0:
        return 50 * year + (int64_t)tn_rng_below(rng, (uint64_t)year);
    case 1:
        return (int64_t)tn_rng_below(rng, 200) * year + 17;
    case 2:
        return 55 * year + (int64_t)tn_rng_below(rng, 60000);
    default:
        return tn_rng_below(rng, 2) ? 7289654399999ll : (int64_t)tn_rng_below(rng, 1000);
    }
}

Test(decay, weights_are_those_of_the_definition_in_any_order_of_arrival) {
    const uint64_t seed = 77;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    double worst = 0;
    for (uint32_t round = 0; round < 60; round++) {
        tn_table *table = table_new(half_lives, HALF_LIVES);
        timed events[4][EVENTS];
        uint32_t rows[4];
        int64_t newest = 0;
        for (uint32_t c = 0; c < 4; c++) {
            rows[c] = customer(table, c);
            for (uint32_t i = 0; i < EVENTS; i++) {
                events[c][i].at_ms = draw_time(&rng, round % 5 == 4 ? c : round);
                events[c][i].weight = (double)(1 + tn_rng_below(&rng, 1000)) / 10;
                if (events[c][i].at_ms > newest) newest = events[c][i].at_ms;
            }
        }
        for (uint32_t i = 0; i < EVENTS; i++)
            for (uint32_t c = 0; c < 4; c++)
                add(table, rows[c], HALF_LIVES, events[c][i].at_ms, events[c][i].weight);
        for (uint32_t k = 0; k < 3; k++) {
            const int64_t as_of = newest + (int64_t)tn_rng_below(&rng, k ? 10000000000ull : 1);
            for (uint32_t c = 0; c < 4; c++) {
                for (uint32_t h = 0; h < HALF_LIVES; h++) {
                    const long double exact = defined(events[c], EVENTS, half_lives[h], as_of);
                    const double got = weight(table, h, rows[c], as_of);
                    if (exact < 1e-150L) {
                        cr_assert_lt(got, 1e-149);
                        continue;
                    }
                    const double error = (double)fabsl(((long double)got - exact) / exact);
                    if (error > worst) worst = error;
                    cr_assert_leq(error, 1e-13, "half-life %g: %g, not %Lg", half_lives[h], got,
                                  exact);
                }
            }
        }
        tn_table_destroy(table);
    }
    printf("largest relative error %.3g\n", worst);
}

Test(decay, the_bits_of_a_weight_do_not_depend_on_who_shares_the_chunk) {
    const uint64_t seed = 78;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    const int64_t start = 1700000000000ll;
    for (uint32_t round = 0; round < 200; round++) {
        tn_table *alone = table_new(half_lives, HALF_LIVES);
        tn_table *shared = table_new(half_lives, HALF_LIVES);
        const uint32_t a = customer(alone, 1);
        (void)customer(shared, 2);
        const uint32_t b = customer(shared, 1);
        int64_t newest = start;
        for (uint32_t i = 0; i < 40; i++) {
            /* Someone else's events pull the reference of the shared chunk about. */
            const int64_t other = start + (int64_t)tn_rng_below(&rng, 12000000) - 6000000;
            add(shared, 0, HALF_LIVES, other, 1.0);
            const int64_t mine = start + (int64_t)tn_rng_below(&rng, 6000000);
            const double w = tn_rng_unit(&rng);
            add(alone, a, HALF_LIVES, mine, w);
            add(shared, b, HALF_LIVES, mine, w);
            if (other > newest) newest = other;
            if (mine > newest) newest = mine;
        }
        for (uint32_t h = 0; h < HALF_LIVES; h++) {
            const double x = weight(alone, h, a, newest);
            const double y = weight(shared, h, b, newest);
            if (x < 1e-150 && y < 1e-150) continue;
            cr_assert_eq(x, y, "half-life %g: %a, %a", half_lives[h], x, y);
        }
        tn_table_destroy(alone);
        tn_table_destroy(shared);
    }
}

Test(decay, sums_never_met_by_an_event_and_as_of_before_all_events_stay_finite) {
    tn_table *table = table_new(half_lives, HALF_LIVES);
    const uint32_t a = customer(table, 1);
    const uint32_t b = customer(table, 2);
    for (uint32_t h = 0; h < HALF_LIVES; h++)
        cr_assert_eq(weight(table, h, a, 1000), 0);
    add(table, a, HALF_LIVES, 7000000000000ll, 1);
    for (uint32_t h = 0; h < HALF_LIVES; h++)
        cr_assert_eq(weight(table, h, b, 0), 0);
    tn_table_destroy(table);
}
