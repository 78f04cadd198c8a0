/* Exact quantiles: against a sort, over every type of column, however the rows are spread. */
#include "scoring/quantile.h"

#include "base/bytes.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHARDS = 3, ROWS_MAX = 70000 };

typedef struct bench_of_rows {
    tn_table *tables[SHARDS];
    tn_column columns[SHARDS];
    uint32_t rows[SHARDS];
    tn_quantile_shard shards[SHARDS];
    double values[ROWS_MAX]; /* of live rows, not null */
    size_t count;
} bench_of_rows;

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The definition: Hyndman and Fan 1996, type 7. */
static double quantile_7(const double *sorted, size_t count, uint32_t k, uint32_t n) {
    const uint64_t position = (uint64_t)(count - 1) * k;
    const size_t below = (size_t)(position / n);
    const double fraction = (double)(position % n) / n;
    if (fraction == 0) return sorted[below];
    return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

static void open_rows(bench_of_rows *b, tn_physical physical) {
    const tn_schema schema = {0};
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 7);
    b->count = 0;
    for (size_t s = 0; s < SHARDS; s++) {
        cr_assert_eq(tn_table_create(NULL, &schema, &secret, &b->tables[s]), TN_OK);
        tn_column_init(&b->columns[s], NULL, physical);
        b->rows[s] = 0;
        b->shards[s] = (tn_quantile_shard){.table = b->tables[s], .column = &b->columns[s]};
    }
}

static void close_rows(bench_of_rows *b) {
    for (size_t s = 0; s < SHARDS; s++) {
        tn_table_destroy(b->tables[s]);
        tn_column_deinit(&b->columns[s]);
    }
}

static void store(tn_column *column, uint32_t row, double value) {
    void *data = tn_column_chunk(column, row / TN_CHUNK_ROWS);
    const size_t i = row % TN_CHUNK_ROWS;
    switch (column->physical) {
    case TN_PHYSICAL_F64:
        ((double *)data)[i] = value;
        break;
    case TN_PHYSICAL_F32:
        ((float *)data)[i] = (float)value;
        break;
    case TN_PHYSICAL_I64:
        ((int64_t *)data)[i] = (int64_t)value;
        break;
    case TN_PHYSICAL_I8:
        ((int8_t *)data)[i] = (int8_t)value;
        break;
    case TN_PHYSICAL_U32:
        ((uint32_t *)data)[i] = (uint32_t)value;
        break;
    case TN_PHYSICAL_UNITS:
        ((int32_t *)data)[i] = (int32_t)(value * 65536);
        break;
    default:
        ((int32_t *)data)[i] = (int32_t)value;
        break;
    }
}

/* A row in some shard; NaN is null. Removed ones do not count. */
static void add_row(bench_of_rows *b, size_t shard, double value, bool is_removed) {
    char id[16];
    const int size = snprintf(id, sizeof id, "%u", b->rows[shard]++);
    uint32_t row;
    cr_assert_eq(tn_table_put(b->tables[shard], (tn_str){id, (size_t)size}, &row, NULL), TN_OK);
    cr_assert_eq(tn_column_reserve(&b->columns[shard], row + 1), TN_OK);
    if (isnan(value))
        tn_column_clear_row(&b->columns[shard], row);
    else
        store(&b->columns[shard], row, value);
    if (is_removed)
        tn_table_remove(b->tables[shard], row);
    else if (!isnan(value))
        b->values[b->count++] = value;
}

static void check_cuts(bench_of_rows *b, uint32_t n) {
    double *cuts = calloc(n, sizeof *cuts);
    size_t count;
    const tn_quantile_request request = {
        .shards = b->shards, .shard_count = SHARDS, .n = n, .parallel = &tn_parallel_serial};
    cr_assert_eq(tn_quantile_cuts(&request, cuts, &count), TN_OK);
    cr_assert_eq(count, b->count == 0 ? 0 : n - 1);
    qsort(b->values, b->count, sizeof *b->values, by_value);
    for (uint32_t k = 1; k <= count; k++)
        cr_assert(cuts[k - 1] == quantile_7(b->values, b->count, k, n),
                  "cut %u of %u: %.17g, %.17g", k, n, cuts[k - 1],
                  quantile_7(b->values, b->count, k, n));
    free(cuts);
}

/* Values of one kind for one type of column. */
typedef double draw_value(tn_rng *rng, size_t i);

static double draw_lognormal(tn_rng *rng, size_t i) {
    (void)i;
    return exp(3 + 2 * tn_rng_normal(rng));
}
static double draw_both_signs(tn_rng *rng, size_t i) {
    (void)i;
    return tn_rng_normal(rng) * pow(10, (double)tn_rng_below(rng, 40) - 20);
}
static double draw_one_price(tn_rng *rng, size_t i) {
    return i % 10 < 7 ? 9.99 : 100 * tn_rng_unit(rng);
}
static double draw_whole(tn_rng *rng, size_t i) {
    (void)i;
    return (double)tn_rng_below(rng, 90);
}
/* Nothing that a sample of the first rows would let expect. */
static double draw_late(tn_rng *rng, size_t i) {
    return i < 4096 ? 1 : 1e6 + (double)tn_rng_below(rng, 1000000);
}
static double draw_same(tn_rng *rng, size_t i) {
    (void)rng, (void)i;
    return 5;
}

static double as_held(tn_physical physical, double value) {
    if (physical == TN_PHYSICAL_F64) return value;
    if (physical == TN_PHYSICAL_F32) return (double)(float)value;
    const double limit = physical == TN_PHYSICAL_I8      ? 100
                         : physical == TN_PHYSICAL_UNITS ? 3e4
                                                         : 2e9;
    value = fmin(
        fmax(value, physical == TN_PHYSICAL_U32 || physical == TN_PHYSICAL_I8 ? 0 : -limit), limit);
    return physical == TN_PHYSICAL_UNITS ? nearbyint(value * 65536) / 65536 : trunc(value);
}

Test(quantile, equals_a_sort_for_every_type_and_spread) {
    static bench_of_rows b;
    const tn_physical types[] = {TN_PHYSICAL_F64,  TN_PHYSICAL_F32, TN_PHYSICAL_I64,
                                 TN_PHYSICAL_I32,  TN_PHYSICAL_U32, TN_PHYSICAL_I8,
                                 TN_PHYSICAL_UNITS};
    draw_value *draws[] = {draw_lognormal, draw_both_signs, draw_one_price,
                           draw_whole,     draw_late,       draw_same};
    const size_t counts[] = {1, 2, 5, 300, 60000};
    const uint32_t parts[] = {2, 5, 10, 100};
    tn_rng rng;
    tn_rng_init(&rng, 20260101);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t d = 0; d < sizeof draws / sizeof *draws; d++)
            for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
                open_rows(&b, types[t]);
                for (size_t i = 0; i < counts[c]; i++) {
                    const double value = i % 17 == 3 && types[t] != TN_PHYSICAL_U32
                                             ? (double)NAN
                                             : as_held(types[t], draws[d](&rng, i));
                    add_row(&b, tn_rng_below(&rng, SHARDS), value, i % 29 == 7);
                }
                for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
                    check_cuts(&b, parts[p]);
                close_rows(&b);
            }
}

Test(quantile, ten_thousand_parts_of_seventy_thousand_rows) {
    static bench_of_rows b;
    tn_rng rng;
    tn_rng_init(&rng, 5);
    open_rows(&b, TN_PHYSICAL_F64);
    for (size_t i = 0; i < ROWS_MAX; i++)
        add_row(&b, i % SHARDS, draw_both_signs(&rng, i), false);
    check_cuts(&b, 10000);
    close_rows(&b);
}

Test(quantile, nothing_but_nulls_has_no_cuts) {
    static bench_of_rows b;
    open_rows(&b, TN_PHYSICAL_F32);
    check_cuts(&b, 4);
    for (size_t i = 0; i < 100; i++)
        add_row(&b, i % SHARDS, NAN, false);
    add_row(&b, 0, 1, true);
    check_cuts(&b, 4);
    close_rows(&b);
}

Test(quantile, ages_are_days_to_today) {
    static bench_of_rows b;
    open_rows(&b, TN_PHYSICAL_I32);
    const double days[] = {90, 95, 99, 100, 104};
    for (size_t i = 0; i < 5; i++)
        add_row(&b, i % SHARDS, days[i], false);
    double cuts[3];
    size_t count;
    const tn_quantile_request request = {.shards = b.shards,
                                         .shard_count = SHARDS,
                                         .n = 4,
                                         .is_age = true,
                                         .today = 100,
                                         .parallel = &tn_parallel_serial};
    cr_assert_eq(tn_quantile_cuts(&request, cuts, &count), TN_OK);
    cr_assert(count == 3 && cuts[0] == 0 && cuts[1] == 1 && cuts[2] == 5); /* of 0 0 1 5 10 */
    close_rows(&b);
}

Test(quantile, a_count_of_zero_may_be_no_value) {
    static bench_of_rows b;
    open_rows(&b, TN_PHYSICAL_U32);
    const double counts[] = {0, 3, 0, 5, 0, 0, 4};
    for (size_t i = 0; i < 7; i++)
        add_row(&b, i % SHARDS, counts[i], false);
    double cuts[1];
    size_t count;
    tn_quantile_request request = {
        .shards = b.shards, .shard_count = SHARDS, .n = 2, .parallel = &tn_parallel_serial};
    cr_assert_eq(tn_quantile_cuts(&request, cuts, &count), TN_OK);
    cr_assert(count == 1 && cuts[0] == 0);
    request.skips_zero = true;
    cr_assert_eq(tn_quantile_cuts(&request, cuts, &count), TN_OK);
    cr_assert(count == 1 && cuts[0] == 4);
    close_rows(&b);
}
