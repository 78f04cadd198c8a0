/* bench_fit: how long does it take to fit the purchase and spend models, to tabulate what living
 * customers will buy, and to predict one customer exactly?
 *
 * Bounds: a fit of a base that merges little is bound by one sort of its rows and a handful of
 * passes with two transcendental functions a row; the table by 16 bytes written a cell.
 *
 *     bench_fit [CUSTOMERS] [ROUNDS]    default 1,000,000 and 7; prints a table, then JSON lines
 *
 * The CDNOW sample is measured when TENURE_DATA leads to it. One thread throughout. Min and median
 * of the rounds by the wall clock, and the median of the thread's own processor time, which a
 * shared machine disturbs less. */
#include "base/clock.h"
#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/btyd.h>
#include <time.h>

enum { ROUNDS_MAX = 101, RESULTS_MAX = 32, SAMPLE_MAX = 30000 };

typedef struct bench_rows {
    const tn_summary *rows;
    size_t count;
} bench_rows;

typedef struct bench_result {
    const char *question;
    double items; /* customers or cells of one round */
    double wall_ns[ROUNDS_MAX];
    double cpu_ns[ROUNDS_MAX];
} bench_result;

static bench_result results[RESULTS_MAX];
static size_t result_count;
static size_t rounds;
static volatile double sink; /* keeps predictions from being left out */

static const tn_purchase_parameters bg_parameters = {.model = TN_BG_NBD,
                                                     .p = {.2426, 4.4135, .7929, 2.4258}};
static const tn_spend_parameters spend_parameters = {.model = TN_SPEND_GAMMA_GAMMA,
                                                     .p = {6.25, 3.74, 15.45}};

static void fail(const char *what) {
    fprintf(stderr, "bench_fit: %s\n", what);
    exit(1);
}

static double thread_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static void measure(const char *question, double items, void (*run)(const void *), const void *on) {
    if (result_count == RESULTS_MAX) fail("too many questions");
    bench_result *result = &results[result_count++];
    result->question = question;
    result->items = items;
    for (size_t i = 0; i < rounds; i++) {
        const uint64_t wall = tn_clock_monotonic_ns();
        const double cpu = thread_ns();
        run(on);
        result->cpu_ns[i] = thread_ns() - cpu;
        result->wall_ns[i] = (double)(tn_clock_monotonic_ns() - wall);
    }
}

/* ---- what is run ---------------------------------------------------------------------------- */

static void fit(tn_purchase_model model, const bench_rows *on) {
    tn_purchase_fit_result result;
    tn_error error;
    if (tn_purchase_fit(model, on->rows, on->count, NULL, &result, &error) != TN_OK)
        fail(error.message);
    sink = result.parameters.p[0];
}

static void fit_bg(const void *on) {
    fit(TN_BG_NBD, on);
}

static void fit_mbg(const void *on) {
    fit(TN_MBG_NBD, on);
}

static void fit_pareto(const void *on) {
    fit(TN_PARETO_NBD, on);
}

static void fit_spend(const void *on) {
    const bench_rows *rows = on;
    tn_spend_fit_result result;
    tn_error error;
    if (tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows->rows, rows->count, NULL, &result, &error) != TN_OK)
        fail(error.message);
    sink = result.parameters.p[0];
}

static void predict_purchases(const void *on) {
    const bench_rows *rows = on;
    double sum = 0;
    for (size_t i = 0; i < rows->count; i++)
        sum += tn_expected_purchases(&bg_parameters, rows->rows[i].x, rows->rows[i].t_x,
                                     rows->rows[i].T, 39);
    sink = sum;
}

static void predict_clv(const void *on) {
    const bench_rows *rows = on;
    tn_clv_terms terms;
    double sum = 0;
    if (tn_clv_terms_init(&terms, 52, .1, 365 / 7.0, 1) != TN_OK) fail("terms");
    for (size_t i = 0; i < rows->count; i++)
        sum += tn_clv(&bg_parameters, &spend_parameters, &terms, &rows->rows[i]);
    sink = sum;
}

static tn_clv_table_shape table_shape(uint32_t day_max) {
    tn_clv_table_shape shape = {.parameters = bg_parameters,
                                .horizon = 52,
                                .days_per_unit = 7,
                                .day_max = day_max,
                                .x_max = 63};
    if (tn_clv_terms_init(&shape.terms, 52, .1, 365 / 7.0, 1) != TN_OK) fail("terms");
    return shape;
}

static void tabulate(const void *on) {
    tn_clv_table *table;
    if (tn_clv_table_create(on, &table) != TN_OK) fail("no table");
    sink = tn_clv_table_view_of(table).expected[0];
    tn_clv_table_destroy(table);
}

/* ---- data ----------------------------------------------------------------------------------- */

static bool read_sample(tn_summary *rows, size_t *count) {
    const char *folder = getenv("TENURE_DATA");
    char line[1024];
    if (folder == NULL) return false;
    snprintf(line, sizeof line, "%s/cdnow/sample_summary_rounded.csv", folder);
    FILE *in = fopen(line, "r");
    if (in == NULL) return false;
    *count = 0;
    while (fgets(line, sizeof line, in) != NULL && *count < SAMPLE_MAX) {
        tn_summary row = {.weight = 1};
        if (sscanf(line, "%*[^,],%lf,%lf,%lf,%lf", &row.x, &row.t_x, &row.T, &row.m) == 4)
            rows[(*count)++] = row;
    }
    fclose(in);
    return *count > 0;
}

/* One BG/NBD customer who came in the first 12 of 39 weeks. */
static tn_summary draw(tn_rng *rng) {
    const double *p = bg_parameters.p;
    const double *s = spend_parameters.p;
    const double rate = tn_rng_gamma(rng, p[0]) / p[1];
    const double coin = tn_rng_beta(rng, p[2], p[3]);
    tn_summary row = {.T = 27 + 12 * tn_rng_unit(rng), .weight = 1};
    double at = 0;
    do {
        at += tn_rng_exponential(rng) / rate;
        if (!(at <= row.T)) break;
        row.x += 1;
        row.t_x = at;
    } while (tn_rng_unit(rng) >= coin);
    const double price = tn_rng_gamma(rng, s[1]) / s[2];
    if (row.x > 0) row.m = tn_rng_gamma(rng, s[0] * row.x) / (price * row.x);
    return row;
}

static tn_summary *draw_base(size_t count, bool by_day) {
    tn_summary *rows = malloc(count * sizeof *rows);
    tn_rng rng;
    if (rows == NULL) fail("out of memory");
    tn_rng_init(&rng, 20240601);
    for (size_t i = 0; i < count; i++) {
        rows[i] = draw(&rng);
        if (!by_day) continue;
        rows[i].t_x = floor(rows[i].t_x * 7) / 7;
        rows[i].T = ceil(rows[i].T * 7) / 7;
    }
    return rows;
}

/* ---- report --------------------------------------------------------------------------------- */

static int double_order(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(void) {
    printf("%-52s %10s %10s %10s %9s\n", "question", "median ms", "min ms", "cpu ms", "ns each");
    for (size_t i = 0; i < result_count; i++) {
        bench_result *r = &results[i];
        qsort(r->wall_ns, rounds, sizeof(double), double_order);
        qsort(r->cpu_ns, rounds, sizeof(double), double_order);
        printf("%-52s %10.3f %10.3f %10.3f %9.1f\n", r->question, r->wall_ns[rounds / 2] * 1e-6,
               r->wall_ns[0] * 1e-6, r->cpu_ns[rounds / 2] * 1e-6, r->wall_ns[0] / r->items);
    }
    for (size_t i = 0; i < result_count; i++) {
        const bench_result *r = &results[i];
        printf(
            "{\"bench\": \"fit\", \"question\": \"%s\", \"items\": %.0f, \"rounds\": %zu, "
            "\"median_ms\": %.6f, \"min_ms\": %.6f, \"max_ms\": %.6f, \"cpu_median_ms\": %.6f}\n",
            r->question, r->items, rounds, r->wall_ns[rounds / 2] * 1e-6, r->wall_ns[0] * 1e-6,
            r->wall_ns[rounds - 1] * 1e-6, r->cpu_ns[rounds / 2] * 1e-6);
    }
}

static void measure_sample(void) {
    static tn_summary rows[SAMPLE_MAX];
    bench_rows sample = {.rows = rows};
    if (!read_sample(rows, &sample.count)) {
        fprintf(stderr, "TENURE_DATA is not set or has no CDNOW sample: left out\n");
        return;
    }
    const double n = (double)sample.count;
    measure("fit BG/NBD, CDNOW sample", n, fit_bg, &sample);
    measure("fit MBG/NBD, CDNOW sample", n, fit_mbg, &sample);
    measure("fit Pareto/NBD, CDNOW sample", n, fit_pareto, &sample);
    measure("fit Gamma-Gamma, CDNOW sample", n, fit_spend, &sample);
    measure("predict 39 weeks exactly, CDNOW sample", n, predict_purchases, &sample);
    measure("CLV of 52 weeks exactly, CDNOW sample", n, predict_clv, &sample);
}

static void measure_base(size_t customers) {
    const double n = (double)customers;
    tn_summary *exact = draw_base(customers, false);
    const bench_rows by_instant = {.rows = exact, .count = customers};
    measure("fit BG/NBD, simulated, times to the instant", n, fit_bg, &by_instant);
    measure("fit Gamma-Gamma, simulated", n, fit_spend, &by_instant);
    free(exact);
    tn_summary *days = draw_base(customers, true);
    const bench_rows by_day = {.rows = days, .count = customers};
    measure("fit BG/NBD, simulated, times to the day", n, fit_bg, &by_day);
    measure("fit MBG/NBD, simulated, times to the day", n, fit_mbg, &by_day);
    measure("fit Pareto/NBD, simulated, times to the day", n, fit_pareto, &by_day);
    free(days);
}

int main(int count, char **arguments) {
    const long customers = count > 1 ? atol(arguments[1]) : 1000000;
    const long wanted = count > 2 ? atol(arguments[2]) : 7;
    if (customers < 1000 || wanted < 1 || wanted > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_fit [CUSTOMERS from 1000] [ROUNDS from 1 to %d]\n",
                ROUNDS_MAX);
        return 2;
    }
    rounds = (size_t)wanted;
    measure_sample();
    measure_base((size_t)customers);
    const tn_clv_table_shape two_years = table_shape(729), eleven_years = table_shape(3999);
    measure("table of 730 days x 64, 52 discount steps", 730 * 64, tabulate, &two_years);
    measure("table of 4,000 days x 64, 52 discount steps", 4000 * 64, tabulate, &eleven_years);
    report();
    return 0;
}
