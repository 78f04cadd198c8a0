/* prospects.c: one look through three columns before each run: the oldest customer, how often
 * customers bought, and the mean of their repeat values.
 *
 * The mean is a sum of 128-bit fixed-point numbers: the same for any order of the rows. */
#include "scoring/prospects.h"

#include "base/bits.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

enum {
    DAY_STEP = 256, /* the table's days are a multiple of it */
    X_MIN = 31,     /* least x_max; it doubles (plus one) from there */
    X_BUCKETS = 8,  /* x_max is at most 31, 63, … 4,095 */
    TABLE_CELLS_MAX = 1 << 23,
    BEYOND_SHARE = 16384, /* one customer in so many may lie beyond the table … */
    BEYOND_MIN = 16       /* … or so many */
};

/* 2^-40 of a unit of money: sums of 2^37 values of up to 1e15 fit. */
static const double mean_scale = 0x1p40;
__extension__ typedef __int128 wide_int;

/* What one shard knows. */
typedef struct shard_facts {
    uint64_t customers;
    int32_t first_day;              /* least; INT32_MAX: no purchase at all */
    uint64_t beyond[X_BUCKETS + 1]; /* [i]: with x above the (i − 1)-th x_max and up to the i-th */
    uint64_t repeaters;             /* this and the next only when the mean is wanted */
    wide_int value;                 /* Σ m of the repeaters, in 2^-40 */
} shard_facts;

typedef struct facts_job {
    const tn_scorer_shard *shards;
    shard_facts *facts; /* by shard */
    bool wants_mean;
} facts_job;

tn_status tn_prospects_init(tn_prospects *prospects, const tn_model *model) {
    *prospects = (tn_prospects){.mean_of_repeaters = (double)NAN};
    if (!model->clv.is_present) return TN_OK;
    prospects->wants_mean = model->clv.spend == TN_SPEND_MEAN;
    prospects->days_per_unit = model->transactions.unit_is_week ? 7 : 1;
    prospects->horizon =
        model->clv.horizon_ms / (double)TN_DAY_MS / (double)prospects->days_per_unit;
    return tn_clv_terms_init(&prospects->terms, prospects->horizon, model->clv.discount_per_year,
                             365.0 / (double)prospects->days_per_unit, 1);
}

void tn_prospects_deinit(tn_prospects *prospects) {
    tn_clv_table_destroy(prospects->table);
    prospects->table = NULL;
}

/* ---- Looking through the base ---- */

static unsigned x_bucket(uint32_t x) {
    unsigned bucket = 0;
    while (bucket < X_BUCKETS && x >= ((X_MIN + 1u) << bucket))
        bucket++;
    return bucket;
}

static void value_add(shard_facts *facts, double repeat_value, uint32_t x) {
    facts->value += (wide_int)nearbyint(repeat_value / x * mean_scale);
}

/* The columns of one chunk. */
typedef struct look_chunk {
    const uint64_t *live;
    const int32_t *first_days;
    const uint32_t *repeats;
    const double *values; /* NULL: the mean is not wanted */
} look_chunk;

static void rows_look(shard_facts *facts, const look_chunk *chunk, size_t w) {
    for (uint64_t word = chunk->live[w]; word != 0; word &= word - 1) {
        const size_t row = w * TN_WORD_BITS + tn_lowest_bit(word);
        const uint32_t x = chunk->repeats[row];
        if (chunk->first_days[row] == INT32_MIN) continue;
        if (chunk->first_days[row] < facts->first_day) facts->first_day = chunk->first_days[row];
        if (x > X_MIN) facts->beyond[x_bucket(x)]++;
        if (x == 0 || chunk->values == NULL) continue;
        facts->repeaters++;
        value_add(facts, chunk->values[row], x);
    }
}

/* The same for 64 live rows of which none bought more than X_MIN times again, without branches;
 * false when some did. Moved up, days are unsigned numbers in their order, and a null is above all.
 */
static bool block_look(shard_facts *facts, const int32_t *first_days, const uint32_t *repeats) {
    const uint32_t up = 1u << 30;
    uint32_t most = 0, first = UINT32_MAX;
    for (size_t i = 0; i < TN_WORD_BITS; i++)
        most |= repeats[i];
    for (size_t i = 0; i < TN_WORD_BITS; i++) {
        const uint32_t day = (uint32_t)first_days[i] + up;
        first = day < first ? day : first;
    }
    if (most > X_MIN) return false;
    if (first > INT32_MAX) return true; /* nothing but nulls */
    const int32_t day = (int32_t)first - (int32_t)up;
    if (day < facts->first_day) facts->first_day = day;
    return true;
}

static void chunk_look(shard_facts *facts, const look_chunk *chunk) {
    for (size_t w = 0; w < TN_CHUNK_ROWS / TN_WORD_BITS; w++) {
        if (chunk->live[w] == 0) continue;
        const size_t row = w * TN_WORD_BITS;
        const bool is_simple = chunk->live[w] == UINT64_MAX && chunk->values == NULL;
        if (!is_simple || !block_look(facts, chunk->first_days + row, chunk->repeats + row))
            rows_look(facts, chunk, w);
    }
}

static tn_status shard_look(void *context, size_t index) {
    const facts_job *job = context;
    const tn_table *table = job->shards[index].table;
    shard_facts *facts = &job->facts[index];
    tn_table_column first, repeats, values;
    if (!tn_table_column_find(table, TN_TABLE_FIRST_DAY, 0, &first) ||
        !tn_table_column_find(table, TN_TABLE_REPEATS, 0, &repeats) ||
        !tn_table_column_find(table, TN_TABLE_REPEAT_VALUE, 0, &values))
        return TN_INTERNAL;
    facts->customers = tn_table_customer_count(table);
    facts->first_day = INT32_MAX;
    for (size_t chunk = 0; chunk < tn_table_chunk_count(table); chunk++) {
        const look_chunk rows = {.live = tn_table_live_words(table, chunk),
                                 .first_days = tn_column_chunk(first.column, chunk),
                                 .repeats = tn_column_chunk(repeats.column, chunk),
                                 .values = job->wants_mean ? tn_column_chunk(values.column, chunk)
                                                           : NULL};
        chunk_look(facts, &rows);
    }
    return TN_OK;
}

static void facts_merge(shard_facts *into, const shard_facts *from) {
    if (from->first_day < into->first_day) into->first_day = from->first_day;
    into->customers += from->customers;
    into->repeaters += from->repeaters;
    into->value += from->value;
    for (unsigned i = 0; i <= X_BUCKETS; i++)
        into->beyond[i] += from->beyond[i];
}

static tn_status look(const tn_scorer_shard *shards, size_t shard_count, bool wants_mean,
                      const tn_parallel *parallel, shard_facts *all) {
    facts_job job = {.shards = shards, .wants_mean = wants_mean};
    job.facts = tn_alloc_array(NULL, shard_count, sizeof *job.facts);
    if (job.facts == NULL) return TN_OUT_OF_MEMORY;
    const tn_status status = parallel->for_each(parallel->team, shard_count, shard_look, &job);
    *all = (shard_facts){.first_day = INT32_MAX};
    for (size_t i = 0; i < shard_count; i++)
        facts_merge(all, &job.facts[i]);
    tn_free(NULL, job.facts, shard_count * sizeof *job.facts);
    return status;
}

/* ---- Tables ---- */

/* All days of the base, and so many purchases that few customers lie beyond. */
static void extent_of(const shard_facts *facts, int32_t today, uint32_t *day_max, uint32_t *x_max) {
    const int64_t oldest = facts->first_day == INT32_MAX || facts->first_day > today
                               ? 0
                               : (int64_t)today - facts->first_day;
    *day_max = (uint32_t)(oldest / DAY_STEP + 1) * DAY_STEP - 1;
    *x_max = X_MIN;
    uint64_t beyond = 0;
    for (unsigned i = 1; i <= X_BUCKETS; i++)
        beyond += facts->beyond[i];
    uint64_t allowed = facts->customers / BEYOND_SHARE;
    if (allowed < BEYOND_MIN) allowed = BEYOND_MIN;
    for (unsigned i = 1; i < X_BUCKETS && beyond > allowed; i++) {
        const uint32_t next = 2 * *x_max + 1;
        if ((uint64_t)(next + 1) * (*day_max + 1) > TABLE_CELLS_MAX) break;
        *x_max = next;
        beyond -= facts->beyond[i];
    }
}

static bool same_parameters(const tn_purchase_parameters *a, const tn_purchase_parameters *b) {
    if (a->model != b->model) return false;
    for (unsigned i = 0; i < tn_purchase_parameter_count(a->model); i++)
        if (a->p[i] != b->p[i]) return false;
    return true;
}

static tn_status table_update(tn_prospects *prospects, const shard_facts *facts, int32_t today,
                              const tn_purchase_parameters *purchases,
                              const tn_parallel *parallel) {
    uint32_t day_max, x_max;
    extent_of(facts, today, &day_max, &x_max);
    if (prospects->table != NULL && same_parameters(&prospects->purchases, purchases) &&
        prospects->day_max == day_max && prospects->x_max == x_max)
        return TN_OK;
    const tn_clv_table_shape shape = {.parameters = *purchases,
                                      .terms = prospects->terms,
                                      .horizon = prospects->horizon,
                                      .days_per_unit = prospects->days_per_unit,
                                      .day_max = day_max,
                                      .x_max = x_max,
                                      .parallel = parallel};
    tn_clv_table *table;
    TN_TRY(tn_clv_table_create(&shape, &table));
    tn_clv_table_destroy(prospects->table);
    prospects->table = table;
    prospects->purchases = *purchases;
    prospects->day_max = day_max;
    prospects->x_max = x_max;
    return TN_OK;
}

tn_status tn_prospects_update(tn_prospects *prospects, const tn_scorer_shard *shards,
                              size_t shard_count, int32_t today,
                              const tn_purchase_parameters *purchases,
                              const tn_parallel *parallel) {
    shard_facts facts;
    TN_TRY(look(shards, shard_count, prospects->wants_mean, parallel, &facts));
    if (purchases != NULL) TN_TRY(table_update(prospects, &facts, today, purchases, parallel));
    prospects->mean_of_repeaters = facts.repeaters == 0
                                       ? (double)NAN
                                       : (double)facts.value / mean_scale / (double)facts.repeaters;
    return TN_OK;
}

/* ---- For the state of a program ---- */

static double expected_of(void *context, double day, double x) {
    const tn_prospects *p = context;
    return tn_expected_given_alive(&p->purchases, x, day / (double)p->days_per_unit, p->horizon);
}

static double discounted_of(void *context, double day, double x) {
    const tn_prospects *p = context;
    return tn_discounted_given_alive(&p->purchases, &p->terms, x, day / (double)p->days_per_unit);
}

static double p_alive_of(void *context, double x, double t_x, double T) {
    const tn_prospects *p = context;
    return x >= 0 && T >= 0 ? tn_p_alive(&p->purchases, x, t_x, T) : (double)NAN;
}

void tn_prospects_set(const tn_prospects *prospects, tn_program_state *state) {
    if (prospects->table == NULL) return;
    void *context = (void *)(uintptr_t)prospects;
    const tn_clv_table_view view = tn_clv_table_view_of(prospects->table);
    const size_t rows = (size_t)view.day_max + 1, columns = (size_t)view.x_max + 1;
    tn_state_set_table(state, TN_TABLE_EXPECTED, view.expected, rows, columns, view.stride,
                       expected_of, context);
    tn_state_set_table(state, TN_TABLE_DISCOUNTED, view.discounted, rows, columns, view.stride,
                       discounted_of, context);
    tn_state_set_call(state, TN_CALL_P_ALIVE, p_alive_of, context);
    tn_state_set_p_alive(state, prospects->purchases.model == TN_MBG_NBD, prospects->purchases.p);
}
