/* bench_index: what does it cost to bring customers into a table and to find them again?
 *
 * Questions and bounds: the worst insert on the way to N customers (promise: under 1 ms, whatever
 * grows or moves), a look-up of random ids one by one and in batches (bound: two cache misses each,
 * the bucket and the id cell), an event on a random customer, and the bytes a customer takes beside
 * the raw ones.
 *
 *     bench_index [CUSTOMERS]     default 10,000,000; prints a table and one JSON line
 *
 * Inserts are timed by the wall clock; those during which the thread was preempted are told apart,
 * and the pages that one insert was the first to touch are counted, which no neighbour can disturb.
 * The rest is in the thread's own processor time. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "store/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { ID_SIZE = 24, BUCKETS = 4096, LOOKUPS = 2000000, EVENTS = 2000000 };

static const tn_attribute_spec attributes[] = {
    {TN_ATTRIBUTE_INT, TN_KEEP_LAST},      {TN_ATTRIBUTE_FLOAT, TN_KEEP_LAST},
    {TN_ATTRIBUTE_CATEGORY, TN_KEEP_LAST}, {TN_ATTRIBUTE_CATEGORY, TN_KEEP_FIRST},
    {TN_ATTRIBUTE_DATE, TN_KEEP_LAST},     {TN_ATTRIBUTE_BOOL, TN_KEEP_LAST},
};
static const tn_action_spec actions[] = {
    {TN_NEED_SUM, false}, {0, false}, {0, false}, {TN_NEED_FIRST, false}, {0, true}};
static const tn_decay_spec decays[] = {{90 * 86400e3}, {14 * 86400e3}};
static const tn_schema schema = {
    .attributes = attributes,
    .attribute_count = sizeof attributes / sizeof *attributes,
    .actions = actions,
    .action_count = sizeof actions / sizeof *actions,
    .decays = decays,
    .decay_count = sizeof decays / sizeof *decays,
    .has_transactions = true,
};

static void fail(const char *what) {
    fprintf(stderr, "bench_index: %s\n", what);
    exit(1);
}

/* The id of customer i: 9 to 15 bytes, in no order. */
static tn_str id_of(uint64_t i, char *out) {
    const uint64_t mixed = (i * 0x9E3779B97F4A7C15ull) >> 24;
    const int size = snprintf(out, ID_SIZE, "c%llu", (unsigned long long)mixed);
    return (tn_str){.data = out, .size = (size_t)size};
}

static uint64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Pages that the thread was the first to touch, and how often it was made to wait for others. */
typedef struct disturbance {
    long faults;
    long preemptions;
} disturbance;

static disturbance disturbances(void) {
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return (disturbance){.faults = usage.ru_minflt, .preemptions = usage.ru_nivcsw};
}

/* Times in buckets of 1/64 of a power of two. */
typedef struct histogram {
    uint64_t counts[BUCKETS];
    uint64_t total;
} histogram;

static size_t bucket_of(uint64_t ns) {
    if (ns < 64) return ns;
    const unsigned shift = 57u - (unsigned)__builtin_clzll(ns);
    return shift * 64 + (ns >> shift);
}

static void histogram_add(histogram *h, uint64_t ns) {
    h->counts[bucket_of(ns)]++;
    h->total++;
}

static uint64_t histogram_quantile(const histogram *h, double p) {
    uint64_t left = (uint64_t)(p * (double)h->total);
    for (size_t i = 0; i < BUCKETS; i++) {
        if (h->counts[i] > left) return i < 128 ? i : (64 + i % 64) << (i / 64 - 1);
        left -= h->counts[i];
    }
    return 0;
}

typedef struct insert_result {
    uint64_t median_ns, p999_ns;
    uint64_t max_ns;           /* of inserts during which nobody else ran */
    uint64_t over_1ms;         /* of these */
    uint64_t preempted_max_ns; /* of the others */
    long faults_max;
    double seconds;
} insert_result;

static insert_result bench_inserts(tn_table *table, uint64_t customers) {
    static histogram times;
    insert_result result = {0};
    const uint64_t start = tn_clock_monotonic_ns();
    char text[ID_SIZE];
    for (uint64_t i = 0; i < customers; i++) {
        const tn_str id = id_of(i, text);
        uint32_t row;
        const disturbance first = disturbances();
        const uint64_t before = tn_clock_monotonic_ns();
        if (tn_table_put(table, id, &row, NULL) != TN_OK) fail("out of memory");
        const uint64_t ns = tn_clock_monotonic_ns() - before;
        const disturbance last = disturbances();
        const bool is_alone = last.preemptions == first.preemptions;
        uint64_t *max_ns = is_alone ? &result.max_ns : &result.preempted_max_ns;
        histogram_add(&times, ns);
        if (ns > *max_ns) *max_ns = ns;
        if (is_alone && ns > 1000000) result.over_1ms++;
        if (last.faults - first.faults > result.faults_max)
            result.faults_max = last.faults - first.faults;
    }
    result.seconds = (double)(tn_clock_monotonic_ns() - start) / 1e9;
    result.median_ns = histogram_quantile(&times, 0.5);
    result.p999_ns = histogram_quantile(&times, 0.999);
    return result;
}

/* Nanoseconds a look-up of LOOKUPS random ids, made beforehand in parts so that only looking up is
 * timed. */
static double bench_lookups(const tn_table *table, uint64_t customers, size_t batch) {
    enum { PART = 65536 };
    char(*texts)[ID_SIZE] = malloc(PART * ID_SIZE);
    tn_str *ids = malloc(PART * sizeof *ids);
    uint32_t *rows = malloc(PART * sizeof *rows);
    if (texts == NULL || ids == NULL || rows == NULL) fail("out of memory");
    tn_rng rng;
    tn_rng_init(&rng, 7);
    uint64_t ns = 0;
    size_t done = 0;
    for (; done < LOOKUPS; done += PART) {
        for (size_t i = 0; i < PART; i++)
            ids[i] = id_of(tn_rng_below(&rng, customers), texts[i]);
        const uint64_t start = cpu_ns();
        if (batch == 1)
            for (size_t i = 0; i < PART; i++)
                rows[i] = tn_table_find(table, ids[i]);
        else
            for (size_t i = 0; i < PART; i += batch)
                tn_table_find_many(table, ids + i, batch, rows + i);
        ns += cpu_ns() - start;
        for (size_t i = 0; i < PART; i++)
            if (rows[i] == TN_NO_ROW) fail("an id is missing");
    }
    free(texts);
    free(ids);
    free(rows);
    return (double)ns / (double)done;
}

/* EVENTS purchases of random customers, on days from day_first on. */
static double bench_events(tn_table *table, int32_t day_first, bool prefetches) {
    enum { PART = 16 };
    tn_rng rng;
    tn_rng_init(&rng, 8);
    const uint32_t rows = tn_table_row_count(table);
    const tn_decay_add weights[] = {{0, 1.0}, {1, 1.0}};
    uint32_t targets[PART];
    uint64_t ns = 0;
    for (size_t done = 0; done < EVENTS; done += PART) {
        for (size_t i = 0; i < PART; i++)
            targets[i] = (uint32_t)tn_rng_below(&rng, rows);
        const int32_t day = day_first + (int32_t)(done * 700 / EVENTS);
        const uint64_t start = cpu_ns();
        if (prefetches)
            for (size_t i = 0; i < PART; i++)
                tn_table_event_prefetch(table, targets[i], 0);
        for (size_t i = 0; i < PART; i++) {
            const tn_event_update event = {.action = 0,
                                           .at_ms = day * 86400000ll,
                                           .value = 12.5,
                                           .decays = weights,
                                           .decay_count = 2,
                                           .is_transaction = true,
                                           .day = day};
            if (tn_table_event_apply(table, targets[i], &event) != TN_OK) fail("out of memory");
        }
        ns += cpu_ns() - start;
    }
    return (double)ns / EVENTS;
}

typedef struct results {
    insert_result in;
    tn_table_stats stats;
    double used, find, find_many, event, event_prefetched;
} results;

static void report_memory(double n, const results *r) {
    const tn_table_stats *stats = &r->stats;
    const size_t columns = stats->attribute_bytes + stats->accumulator_bytes;
    printf("bytes a customer     %12.1f  (raw %.1f: %.3f x; index %.1f, ids %.1f, columns %.1f, "
           "days %.1f)\n",
           r->used / n, (double)stats->raw_bytes / n, r->used / (double)stats->raw_bytes,
           (double)stats->index_bytes / n, (double)stats->id_bytes / n, (double)columns / n,
           (double)stats->day_bytes / n);
    printf("index                %12llu slots, %llu resizes, %llu re-keys, moved at most %u, "
           "probed at most %u\n",
           (unsigned long long)stats->index_slots, (unsigned long long)stats->resizes,
           (unsigned long long)stats->rekeys, stats->moved_max, stats->probe_max);
}

static void report(uint64_t customers, const results *r) {
    const insert_result *in = &r->in;
    const unsigned long long median = in->median_ns;
    const unsigned long long worst = in->max_ns;
    printf("customers            %12llu\n", (unsigned long long)customers);
    printf("insert median        %12llu ns\n", median);
    printf("insert 99.9 %%        %12llu ns\n", (unsigned long long)in->p999_ns);
    printf("insert worst         %12llu ns  (%llu over 1 ms; preempted ones up to %llu)\n", worst,
           (unsigned long long)in->over_1ms, (unsigned long long)in->preempted_max_ns);
    printf("insert page faults   %12ld at most\n", in->faults_max);
    printf("insert all           %12.2f s\n", in->seconds);
    printf("look-up one by one   %12.1f ns\n", r->find);
    printf("look-up in batches   %12.1f ns\n", r->find_many);
    printf("event                %12.1f ns\n", r->event);
    printf("event prefetched     %12.1f ns\n", r->event_prefetched);
    report_memory((double)customers, r);
    printf("{\"bench\": \"index\", \"customers\": %llu, \"insert_median_ns\": %llu, "
           "\"insert_max_ns\": %llu, \"insert_faults_max\": %ld, \"find_ns\": %.1f, "
           "\"find_many_ns\": %.1f, "
           "\"event_ns\": %.1f, \"event_prefetched_ns\": %.1f, \"bytes_per_customer\": %.1f, "
           "\"bytes_over_raw\": %.4f}\n",
           (unsigned long long)customers, median, worst, in->faults_max, r->find, r->find_many,
           r->event, r->event_prefetched, r->used / (double)customers,
           r->used / (double)r->stats.raw_bytes);
}

int main(int argc, char **argv) {
    const uint64_t customers = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    if (customers == 0 || customers > TN_CUSTOMERS_PER_SHARD_MAX) fail("bad number of customers");
    tn_heap *heap = tn_heap_create(0);
    tn_hash_secret secret;
    tn_table *table = NULL;
    if (heap == NULL || tn_hash_secret_random(&secret) != TN_OK ||
        tn_table_create(heap, &schema, &secret, &table) != TN_OK)
        fail("no table");
    results r = {.in = bench_inserts(table, customers)};
    tn_table_stats_get(table, &r.stats);
    r.used = (double)tn_heap_used_bytes(heap);
    r.find = bench_lookups(table, customers, 1);
    r.find_many = bench_lookups(table, customers, 1024);
    r.event = bench_events(table, 18000, false);
    r.event_prefetched = bench_events(table, 18700, true);
    report(customers, &r);
    tn_table_destroy(table);
    tn_heap_destroy(heap);
    return 0;
}
