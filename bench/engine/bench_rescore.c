/* bench_rescore: how many customers a second does a rescore of the whole base take, and how far is
 * that from what memory allows?
 *
 *     bench_rescore [MODEL [CUSTOMERS [RUNS]]]     share/models/retail.yaml, 10,000,000, 7
 *
 * The base is drawn from a seed and put straight into the tables: customers join over two years,
 * buy at gamma-distributed rates until they drop out, and do everything else now and then. The
 * bound is the bytes that the passes read and write a row ÷ the bandwidth of reading, measured
 * here.
 *
 * Wall clock and processor time are both given: on a machine that is shared, the second is what
 * remains comparable. One JSON line a measurement on stdout, a table on stderr. */
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "scoring/intake.h"
#include "scoring/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHARDS = 2, BATCH = 8192, EVENTS_OF_CUSTOMER_MAX = 256, RUNS_MAX = 99 };

#define FIRST_DAY 19000 /* 2022-01-08 */
#define LIFE_DAYS 730

static void fail(const char *what) {
    fprintf(stderr, "bench_rescore: %s\n", what);
    exit(1);
}

static void must(tn_status status, const tn_error *error) {
    char text[4096];
    if (status == TN_OK) return;
    tn_error_format(error, text, sizeof text);
    fail(text);
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- The base ---- */

typedef struct shard_base {
    const tn_model *model;
    const tn_kernels *kernels;
    tn_heap *heap;
    tn_table *table;
    tn_intake_state *intake;
    tn_rng rng;
    uint64_t first, customers; /* numbers of its customers */
    /* the present batch of events */
    uint32_t rows[BATCH], actions[BATCH];
    int64_t at_ms[BATCH];
    double values[BATCH];
    tn_value *fields;
    size_t field_stride, count;
} shard_base;

static tn_value draw_value(tn_rng *rng, tn_attribute_type type) {
    static const char *const texts[] = {"DE",    "FR",      "IR",      "SA",  "US",  "web", "shop",
                                        "fresh", "cooking", "outdoor", "app", "Rom", "x",   "y"};
    tn_value v = {.type = TN_TYPE_NUMBER, .is_null = tn_rng_below(rng, 8) == 0};
    switch (type) {
    case TN_ATTRIBUTE_INT:
        v.as.number = (double)(18 + tn_rng_below(rng, 60));
        break;
    case TN_ATTRIBUTE_FLOAT:
        v.as.number = floor(3e4 * tn_rng_gamma(rng, 2));
        break;
    case TN_ATTRIBUTE_BOOL:
        v.type = TN_TYPE_BOOL;
        v.as.boolean = tn_rng_below(rng, 2) == 0;
        break;
    case TN_ATTRIBUTE_CATEGORY:
        v.type = TN_TYPE_TEXT;
        v.as.text = tn_str_of(texts[tn_rng_below(rng, sizeof texts / sizeof *texts)]);
        break;
    case TN_ATTRIBUTE_DATE:
        v.type = TN_TYPE_DATE;
        v.as.date_days = (int32_t)tn_rng_below(rng, 20000);
        break;
    case TN_ATTRIBUTE_TIME:
        v.type = TN_TYPE_TIME;
        v.as.time_ms = (FIRST_DAY + (int64_t)tn_rng_below(rng, LIFE_DAYS)) * TN_DAY_MS;
        break;
    }
    return v;
}

static void batch_apply(shard_base *s) {
    const tn_intake_events events = {.count = s->count,
                                     .actions = s->actions,
                                     .at_ms = s->at_ms,
                                     .values = s->values,
                                     .fields = s->fields,
                                     .field_stride = s->field_stride};
    tn_intake_updates updates;
    tn_error error = {0};
    must(tn_intake_evaluate(s->intake, &events, &updates, &error), &error);
    for (size_t i = 0; i < s->count; i++)
        for (uint32_t u = updates.first[i]; u < updates.first[i + 1]; u++)
            if (tn_table_event_apply(s->table, s->rows[i], &updates.updates[u]) != TN_OK)
                fail("out of memory");
    s->count = 0;
}

static void event_add(shard_base *s, uint32_t row, uint32_t action, double day) {
    if (s->count == BATCH) batch_apply(s);
    const tn_model_action *what = &s->model->actions[action];
    const size_t i = s->count++;
    s->rows[i] = row;
    s->actions[i] = action;
    s->at_ms[i] = (int64_t)((FIRST_DAY + day) * (double)TN_DAY_MS);
    s->values[i] = (double)NAN;
    if (what->value == TN_VALUE_RATING)
        s->values[i] = (double)tn_rng_below(&s->rng, 11);
    else if (what->value != TN_VALUE_NONE)
        s->values[i] = floor(100 * 15 * tn_rng_gamma(&s->rng, 2)) / 100;
    for (uint32_t f = 0; f < what->field_count; f++)
        s->fields[i * s->field_stride + f] = draw_value(&s->rng, what->fields[f].type);
}

static void purchases_add(shard_base *s, uint32_t row, double joined) {
    const double rate = tn_rng_gamma(&s->rng, 0.9) / 40; /* a day */
    const double dropout = tn_rng_beta(&s->rng, 0.8, 3);
    int count = 0;
    for (double day = joined; day < LIFE_DAYS && count < EVENTS_OF_CUSTOMER_MAX; count++) {
        event_add(s, row, s->model->transactions.action, day);
        if (tn_rng_unit(&s->rng) < dropout) break;
        day += tn_rng_exponential(&s->rng) / rate;
    }
}

static void customer_add(shard_base *s, uint64_t number) {
    char text[32];
    const int size = snprintf(text, sizeof text, "c%08llu", (unsigned long long)number);
    uint32_t row;
    if (tn_table_put(s->table, (tn_str){text, (size_t)size}, &row, NULL) != TN_OK)
        fail("out of memory");
    for (uint32_t a = 0; a < s->model->attribute_count; a++) {
        const tn_value value = draw_value(&s->rng, s->model->attributes[a].type);
        if (!value.is_null && tn_table_attribute_put(s->table, row, a, &value) != TN_OK)
            fail("out of memory");
    }
    const double joined = LIFE_DAYS * tn_rng_unit(&s->rng);
    if (tn_rng_below(&s->rng, 4) != 0) purchases_add(s, row, joined);
    for (uint32_t a = 0; a < s->model->action_count; a++) {
        if (s->model->actions[a].of != TN_NONE || a == s->model->transactions.action) continue;
        for (uint64_t n = tn_rng_below(&s->rng, 3); n > 0; n--)
            event_add(s, row, a, joined + (LIFE_DAYS - joined) * tn_rng_unit(&s->rng));
    }
}

static tn_status shard_fill(void *context, size_t index) {
    shard_base *s = (shard_base *)context + index;
    for (uint64_t i = 0; i < s->customers; i++)
        customer_add(s, s->first + i);
    batch_apply(s);
    return TN_OK;
}

typedef struct whole_base {
    tn_model *model;
    tn_plan *plan;
    tn_intake *intake;
    const tn_kernels *kernels;
    shard_base *shards;
    tn_scorer *scorer;
    uint64_t customers;
} whole_base;

static void shard_open(whole_base *base, size_t index) {
    shard_base *s = &base->shards[index];
    tn_hash_secret secret;
    tn_error error = {0};
    tn_hash_secret_seeded(&secret, index + 1);
    s->model = base->model;
    s->heap = tn_heap_create(0);
    s->first = base->customers * index / SHARDS;
    s->customers = base->customers * (index + 1) / SHARDS - s->first;
    tn_rng_init(&s->rng, index + 1);
    for (uint32_t a = 0; a < s->model->action_count; a++)
        if (s->model->actions[a].field_count > s->field_stride)
            s->field_stride = s->model->actions[a].field_count;
    s->fields = calloc(BATCH * (s->field_stride + 1), sizeof *s->fields);
    if (s->heap == NULL || s->fields == NULL) fail("out of memory");
    must(tn_table_create(s->heap, &s->model->schema, &secret, &s->table), &error);
    must(tn_intake_state_create(base->intake, base->kernels, &s->intake), &error);
}

static void base_open(whole_base *base, const char *path, const tn_parallel *parallel) {
    tn_error error = {0};
    must(tn_kernels_choose(&base->kernels, &error), &error);
    must(tn_model_read(path, &base->model, &error), &error);
    must(tn_plan_compile(base->model, &base->plan, &error), &error);
    must(tn_intake_compile(base->model, &base->intake, &error), &error);
    base->shards = calloc(SHARDS, sizeof *base->shards);
    if (base->shards == NULL) fail("out of memory");
    tn_scorer_shard views[SHARDS];
    for (size_t i = 0; i < SHARDS; i++) {
        shard_open(base, i);
        views[i] = (tn_scorer_shard){base->shards[i].table, base->shards[i].heap};
    }
    must(parallel->for_each(parallel->team, SHARDS, shard_fill, base->shards), &error);
    must(tn_scorer_create(base->plan, base->kernels, views, SHARDS, &base->scorer, &error), &error);
}

/* ---- Bytes and bandwidth ---- */

static double bytes_of(tn_physical physical) {
    return (double)tn_chunk_bytes(physical) / TN_CHUNK_ROWS;
}

typedef struct traffic {
    double read, written; /* bytes a row */
} traffic;

static traffic traffic_of(const whole_base *base) {
    traffic t = {0};
    for (size_t p = 0; p < base->plan->passes.count; p++) {
        const tn_program *program = base->plan->passes.programs[p];
        for (size_t i = 0; i < tn_program_input_count(program); i++)
            t.read += bytes_of(tn_key_physical(base->model, tn_program_input_key(program, i)));
        for (size_t i = 0; i < tn_program_output_count(program); i++)
            t.written += bytes_of(tn_key_physical(base->model, tn_program_output_key(program, i)));
    }
    return t;
}

enum { BANDWIDTH_WORDS = 1 << 24 }; /* 128 MiB a thread */

static tn_status read_words(void *context, size_t index) {
    uint64_t *const *blocks = context;
    uint64_t sum[8] = {0};
    for (size_t i = 0; i < BANDWIDTH_WORDS; i += 8)
        for (size_t k = 0; k < 8; k++)
            sum[k] += blocks[index][i + k];
    blocks[index][0] = sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
    return TN_OK;
}

/* Bytes a second that `threads` threads read at best. */
static double bandwidth(const tn_parallel *parallel, size_t threads) {
    uint64_t *blocks[SHARDS];
    double best = 0;
    for (size_t i = 0; i < threads; i++) {
        blocks[i] = aligned_alloc(64, BANDWIDTH_WORDS * sizeof **blocks);
        if (blocks[i] == NULL) fail("out of memory");
        memset(blocks[i], 1, BANDWIDTH_WORDS * sizeof **blocks);
    }
    for (int run = 0; run < 7; run++) {
        const double start = seconds_of(CLOCK_MONOTONIC);
        if (parallel->for_each(parallel->team, threads, read_words, blocks) != TN_OK) return 0;
        const double rate =
            (double)threads * BANDWIDTH_WORDS * 8 / (seconds_of(CLOCK_MONOTONIC) - start);
        if (rate > best) best = rate;
    }
    for (size_t i = 0; i < threads; i++)
        free(blocks[i]);
    return best;
}

/* ---- Measuring ---- */

typedef struct timing {
    double wall_min, wall_median, cpu_min; /* seconds; cpu: a thread's share */
} timing;

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static timing time_runs(whole_base *base, const tn_parallel *parallel, size_t threads, int runs) {
    double wall[RUNS_MAX], cpu[RUNS_MAX];
    tn_error error = {0};
    const int64_t as_of = (FIRST_DAY + LIFE_DAYS) * TN_DAY_MS;
    for (int run = -2; run < runs; run++) { /* two to touch memory and build tables */
        const double cpu_start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        const double start = seconds_of(CLOCK_MONOTONIC);
        must(tn_scorer_run(base->scorer, as_of, parallel, &error), &error);
        if (run < 0) continue;
        wall[run] = seconds_of(CLOCK_MONOTONIC) - start;
        cpu[run] = (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_start) / (double)threads;
    }
    qsort(wall, (size_t)runs, sizeof *wall, by_value);
    qsort(cpu, (size_t)runs, sizeof *cpu, by_value);
    return (timing){wall[0], wall[runs / 2], cpu[0]};
}

static void report(const whole_base *base, const char *path, size_t threads, timing t,
                   double bytes_a_second) {
    const double n = (double)base->customers;
    const traffic bytes = traffic_of(base);
    const double bound = n * (bytes.read + bytes.written) / bytes_a_second;
    printf("{\"bench\": \"rescore\", \"model\": \"%s\", \"isa\": \"%s\", \"customers\": %.0f, "
           "\"threads\": %zu, \"wall_seconds_min\": %.4f, \"wall_seconds_median\": %.4f, "
           "\"cpu_seconds_a_thread_min\": %.4f, \"customers_a_second\": %.0f, "
           "\"bytes_read_a_row\": %.1f, \"bytes_written_a_row\": %.1f, "
           "\"bandwidth_gb_a_second\": %.1f, \"share_of_bound\": %.3f, \"instructions\": %zu, "
           "\"passes\": %zu, \"registers\": %zu}\n",
           path, tn_isa_name(base->kernels->isa), n, threads, t.wall_min, t.wall_median, t.cpu_min,
           n / t.wall_min, bytes.read, bytes.written, bytes_a_second / 1e9, bound / t.wall_min,
           tn_plan_instruction_count(base->plan), tn_plan_pass_count(base->plan),
           tn_plan_register_count(base->plan));
    fprintf(stderr,
            "%zu thread%s  wall %7.1f ms (median %7.1f)  cpu %7.1f ms  %6.1f M customers/s  "
            "%5.2f ns a row  bound %6.1f ms (%4.1f%%)\n",
            threads, threads == 1 ? " " : "s", 1e3 * t.wall_min, 1e3 * t.wall_median,
            1e3 * t.cpu_min, n / t.wall_min / 1e6, 1e9 * t.wall_min / n, 1e3 * bound,
            100 * bound / t.wall_min);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "share/models/retail.yaml";
    static whole_base base;
    base.customers = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
    int runs = argc > 3 ? atoi(argv[3]) : 7;
    if (base.customers < SHARDS || runs < 1 || runs > RUNS_MAX)
        fail("usage: bench_rescore [MODEL [CUSTOMERS [RUNS]]]");
    tn_team *team;
    if (tn_team_create(SHARDS, &team) != TN_OK) fail("no threads");
    const tn_parallel parallel = tn_team_parallel(team);
    base_open(&base, path, &parallel);
    fprintf(stderr, "%llu customers, %s, %zu instructions, %zu passes, %zu registers\n",
            (unsigned long long)base.customers, tn_isa_name(base.kernels->isa),
            tn_plan_instruction_count(base.plan), tn_plan_pass_count(base.plan),
            tn_plan_register_count(base.plan));
    if (getenv("TENURE_PRINT_PLAN") != NULL) {
        tn_buffer text;
        tn_buffer_init(&text, NULL);
        tn_plan_print(base.plan, &text);
        fwrite(text.data, 1, text.size, stderr);
        tn_buffer_deinit(&text);
    }
    report(&base, path, 1, time_runs(&base, &tn_parallel_serial, 1, runs),
           bandwidth(&tn_parallel_serial, 1));
    report(&base, path, 2, time_runs(&base, &parallel, 2, runs), bandwidth(&parallel, 2));
    tn_scorer_destroy(base.scorer);
    for (size_t i = 0; i < SHARDS; i++) {
        tn_intake_state_destroy(base.shards[i].intake);
        tn_table_destroy(base.shards[i].table);
        tn_heap_destroy(base.shards[i].heap);
        free(base.shards[i].fields);
    }
    free(base.shards);
    tn_intake_destroy(base.intake);
    tn_plan_destroy(base.plan);
    tn_model_destroy(base.model);
    tn_team_destroy(team);
    return 0;
}
