/* quantile.c: order statistics by narrowing cells.
 *
 * Values become 64-bit keys that order as they do. The first level divides the range of a sample
 * into cells (its ends take what lies outside); every later level divides the cells that hold a
 * wanted rank. A row's cell is found by walking the levels, so nothing is searched. What
 * the sample decides is speed only: ranks are counted, never estimated. Rows without a value are
 * counted in a cell of their own, which is cheaper than to leave them out. */
#include "scoring/quantile.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "scoring/quantile_keys.h"

#include <math.h>
#include <string.h>

enum {
    FIRST_BITS_MIN = 8,  /* of the first level: a cell for about four rows, … */
    FIRST_BITS_MAX = 13, /* … whose counts stay in the first cache */
    LATER_BITS_MAX = 16,
    LEVEL_BITS_MIN = 4,        /* of one range, however many ranges there are */
    LEVEL_CELLS_MAX = 1 << 18, /* of all ranges of a level, as long as the above allows */
    LEVELS_MAX = 1 + 64 / LEVEL_BITS_MIN,
    GATHER_ROWS = 1 << 14, /* so few rows are gathered and sorted, … */
    GATHER_SHARE = 128,    /* … or one in so many */
    SAMPLE_CHUNKS = 16,
    SAMPLE_ROWS = 64, /* of a chunk */
    BATCH_ROWS = 512  /* whose keys stay in the first cache */
};
#define NO_RANGE UINT32_MAX

/* Keys from `low` to `high`, divided into cells of 2^shift keys. */
typedef struct key_range {
    uint64_t low, high;
    unsigned shift;
    uint32_t first;  /* its first cell in its level */
    uint64_t before; /* rows whose key is below `low` */
} key_range;

typedef struct level {
    key_range *ranges;
    uint32_t range_count;
    uint32_t range_cells;
    uint32_t cell_count; /* of all ranges, and one for what is in none */
    uint32_t *next;      /* by cell: the range of the next level, or NO_RANGE */
    uint64_t *counts;    /* by cell, of all shards */
    uint64_t *is_open;   /* bit by cell: whether it has a next range */
} level;

typedef struct narrowing {
    const tn_quantile_request *request;
    level levels[LEVELS_MAX];
    unsigned depth;  /* levels made; the last is being counted */
    uint64_t rows;   /* not null, of all shards */
    uint64_t *ranks; /* wanted, ascending */
    double *values;  /* of each rank, once found */
    bool *is_found;  /* by rank */
    size_t rank_count;
    uint32_t **shard_counts; /* by shard: counts of the present level */
    size_t gather_rows;      /* that are left, of all shards */
    uint64_t **gathered;     /* by shard */
    size_t *gathered_count;  /* by shard */
} narrowing;

static size_t chunk_count(const tn_quantile_shard *shard) {
    const size_t of_table = tn_table_chunk_count(shard->table);
    return of_table < shard->column->chunk_count ? of_table : shard->column->chunk_count;
}

/* ---- Levels ---- */

static bool level_create(level *l, uint32_t range_count, uint32_t range_cells) {
    l->range_count = range_count;
    l->range_cells = range_cells;
    l->cell_count = range_count * range_cells + 1;
    l->ranges = tn_alloc_array(NULL, range_count, sizeof *l->ranges);
    l->next = tn_alloc_array(NULL, l->cell_count, sizeof *l->next);
    l->counts = tn_alloc_array(NULL, l->cell_count, sizeof *l->counts);
    l->is_open = tn_alloc_array(NULL, tn_words_for(l->cell_count), sizeof *l->is_open);
    if (l->ranges == NULL || l->next == NULL || l->counts == NULL || l->is_open == NULL)
        return false;
    for (uint32_t cell = 0; cell < l->cell_count; cell++)
        l->next[cell] = NO_RANGE;
    return true;
}

static void level_destroy(level *l) {
    tn_free(NULL, l->ranges, l->range_count * sizeof *l->ranges);
    tn_free(NULL, l->next, l->cell_count * sizeof *l->next);
    tn_free(NULL, l->counts, l->cell_count * sizeof *l->counts);
    tn_free(NULL, l->is_open, tn_words_for(l->cell_count) * sizeof *l->is_open);
}

/* The cell of what is in no range. */
static uint32_t outside(const level *l) {
    return l->cell_count - 1;
}

/* The smallest shift that makes at most `cells` cells of the range. */
static unsigned shift_for(uint64_t low, uint64_t high, uint32_t cells) {
    unsigned shift = 0;
    while (((high - low) >> shift) >= cells)
        shift++;
    return shift;
}

/* The cell of a key in the first level: what lies beyond the range falls into its end cells. */
static inline uint32_t first_cell(uint64_t low, unsigned shift, uint32_t cells, uint64_t key) {
    const uint64_t above = key > low ? key - low : 0;
    const uint64_t cell = above >> shift < cells ? above >> shift : cells - 1;
    return key == TN_NO_KEY ? cells : (uint32_t)cell;
}

/* The cell of a key in the last level. */
static inline uint32_t last_cell(const narrowing *n, uint64_t key) {
    const level *l = &n->levels[0];
    uint32_t cell = first_cell(l->ranges[0].low, l->ranges[0].shift, l->range_cells, key);
    for (unsigned depth = 1; depth < n->depth; depth++) {
        const uint32_t number = l->next[cell];
        l = &n->levels[depth];
        if (number == NO_RANGE) return outside(&n->levels[n->depth - 1]);
        cell = l->ranges[number].first +
               (uint32_t)((key - l->ranges[number].low) >> l->ranges[number].shift);
    }
    return cell;
}

/* The keys of one cell of the last level. */
static void cell_bounds(const narrowing *n, const key_range *range, uint32_t cell, uint64_t *low,
                        uint64_t *high) {
    const uint64_t number = cell - range->first;
    *low = range->low + (number << range->shift);
    *high = *low + (((uint64_t)1 << range->shift) - 1);
    if (n->depth == 1) {
        if (number == 0) *low = 0;
        if (number == n->levels[0].range_cells - 1 || *high < *low) *high = TN_NO_KEY - 1;
    } else if (*high > range->high || *high < *low) {
        *high = range->high;
    }
}

/* ---- Passes over the base, a shard an item ---- */

typedef void keys_visit(narrowing *n, size_t shard, const uint64_t *keys, size_t count);

static void chunk_read(narrowing *n, size_t s, size_t chunk, size_t rows, keys_visit *visit) {
    uint64_t keys[BATCH_ROWS];
    for (size_t first = 0; first < rows; first += BATCH_ROWS) {
        const size_t count = rows - first < BATCH_ROWS ? rows - first : BATCH_ROWS;
        tn_keys_read(n->request, s, chunk, first, count, keys);
        visit(n, s, keys, count);
    }
}

/* Reads the first `rows_max` rows of every chunk_step-th chunk. */
static void shard_read(narrowing *n, size_t s, keys_visit *visit, size_t chunk_step,
                       size_t rows_max) {
    const tn_quantile_shard *shard = &n->request->shards[s];
    const size_t row_count = tn_table_row_count(shard->table);
    const size_t chunks = chunk_count(shard);
    for (size_t chunk = 0; chunk < chunks; chunk += chunk_step) {
        const size_t left = row_count - chunk * TN_CHUNK_ROWS;
        chunk_read(n, s, chunk, left < rows_max ? left : rows_max, visit);
    }
}

/* Where a cell is a single number, neighbours are often equal: two counts a cell, so that they need
 * not wait for each other. */
static void count_first(narrowing *n, size_t shard, const uint64_t *keys, size_t count) {
    const level *l = &n->levels[0];
    const uint64_t low = l->ranges[0].low;
    const unsigned shift = l->ranges[0].shift;
    const uint32_t cells = l->range_cells;
    uint32_t *even = n->shard_counts[shard];
    uint32_t *odd = shift == 0 ? even + l->cell_count : even;
    size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        even[first_cell(low, shift, cells, keys[i])]++;
        odd[first_cell(low, shift, cells, keys[i + 1])]++;
    }
    if (i < count) even[first_cell(low, shift, cells, keys[i])]++;
}

static void count_later(narrowing *n, size_t shard, const uint64_t *keys, size_t count) {
    uint32_t *counts = n->shard_counts[shard];
    for (size_t i = 0; i < count; i++)
        counts[last_cell(n, keys[i])]++;
}

static tn_status count_shard(void *context, size_t shard) {
    narrowing *n = context;
    const size_t cells = 2 * (size_t)n->levels[n->depth - 1].cell_count;
    n->shard_counts[shard] = tn_alloc_array(NULL, cells, sizeof **n->shard_counts);
    if (n->shard_counts[shard] == NULL) return TN_OUT_OF_MEMORY;
    shard_read(n, shard, n->depth == 1 ? count_first : count_later, 1, TN_CHUNK_ROWS);
    return TN_OK;
}

/* Counts the last level over all shards. */
static tn_status count_level(narrowing *n) {
    const tn_quantile_request *request = n->request;
    level *l = &n->levels[n->depth - 1];
    const tn_status status =
        request->parallel->for_each(request->parallel->team, request->shard_count, count_shard, n);
    for (size_t s = 0; s < request->shard_count; s++) {
        const uint32_t *counts = n->shard_counts[s];
        for (uint32_t c = 0; counts != NULL && c < l->cell_count; c++)
            l->counts[c] += (uint64_t)counts[c] + counts[l->cell_count + c];
        tn_free(NULL, n->shard_counts[s], 2 * (size_t)l->cell_count * sizeof *counts);
        n->shard_counts[s] = NULL;
    }
    return status;
}

/* ---- The first level ---- */

static void widen(narrowing *n, size_t shard, const uint64_t *keys, size_t count) {
    (void)shard;
    key_range *range = &n->levels[0].ranges[0];
    for (size_t i = 0; i < count; i++) {
        if (keys[i] == TN_NO_KEY) continue;
        if (keys[i] < range->low) range->low = keys[i];
        if (keys[i] > range->high) range->high = keys[i];
    }
}

static uint32_t first_cells(const tn_quantile_request *request) {
    uint64_t rows = 0;
    for (size_t s = 0; s < request->shard_count; s++)
        rows += tn_table_row_count(request->shards[s].table);
    unsigned bits = FIRST_BITS_MIN;
    while (bits < FIRST_BITS_MAX && (4ull << bits) < rows)
        bits++;
    return 1u << bits;
}

static tn_status first_level(narrowing *n) {
    const tn_quantile_request *request = n->request;
    level *l = &n->levels[0];
    n->depth = 1;
    if (!level_create(l, 1, first_cells(request))) return TN_OUT_OF_MEMORY;
    key_range *range = &l->ranges[0];
    *range = (key_range){.low = TN_NO_KEY, .high = 0};
    for (size_t s = 0; s < request->shard_count; s++)
        shard_read(n, s, widen, 1 + chunk_count(&request->shards[s]) / SAMPLE_CHUNKS, SAMPLE_ROWS);
    if (range->low > range->high) range->low = range->high = 0; /* an empty sample: any range */
    /* An end cell for what the sample missed, so that its least and largest have cells like others.
     */
    range->shift = shift_for(range->low, range->high, l->range_cells - 3);
    const uint64_t cell_keys = (uint64_t)1 << range->shift;
    range->low = range->low > cell_keys ? range->low - cell_keys : 0;
    return count_level(n);
}

/* ---- Ranks ---- */

/* The ranks that type-7 quantiles of `rows` values interpolate between, ascending, each once. */
static tn_status ranks_create(narrowing *n) {
    const uint32_t cuts = n->request->n - 1;
    n->ranks = tn_alloc_array(NULL, 2 * (size_t)cuts, sizeof *n->ranks);
    n->values = tn_alloc_array(NULL, 2 * (size_t)cuts, sizeof *n->values);
    n->is_found = tn_alloc_array(NULL, 2 * (size_t)cuts, sizeof *n->is_found);
    if (n->ranks == NULL || n->values == NULL || n->is_found == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t k = 1; k <= cuts; k++) {
        const uint64_t below = (n->rows - 1) * k / n->request->n;
        for (uint64_t rank = below; rank <= below + 1 && rank < n->rows; rank++)
            if (n->rank_count == 0 || n->ranks[n->rank_count - 1] < rank)
                n->ranks[n->rank_count++] = rank;
    }
    return TN_OK;
}

static void rank_settle(narrowing *n, size_t rank, uint64_t key) {
    n->values[rank] = tn_key_value(n->request, key);
    n->is_found[rank] = true;
}

/* Settles the ranks whose cell of the last level is a single key, and makes the other ranks' cells
 * the ranges of the next one. Returns the rows in them through *rows. */
typedef struct narrowed {
    key_range *ranges; /* room for rank_count */
    uint32_t count;
    uint64_t rows;
} narrowed;

static void narrow_cell(narrowing *n, const key_range *range, uint32_t cell, uint64_t before,
                        size_t *rank, narrowed *out) {
    level *l = &n->levels[n->depth - 1];
    const uint64_t end = before + l->counts[cell];
    if (*rank == n->rank_count || n->ranks[*rank] >= end) return;
    uint64_t low, high;
    cell_bounds(n, range, cell, &low, &high);
    bool is_open = false;
    for (; *rank < n->rank_count && n->ranks[*rank] < end; ++*rank) {
        if (n->is_found[*rank]) continue;
        if (low == high)
            rank_settle(n, *rank, low);
        else
            is_open = true;
    }
    if (!is_open) return;
    l->next[cell] = out->count;
    tn_bit_set(l->is_open, cell);
    out->ranges[out->count++] = (key_range){.low = low, .high = high, .before = before};
    out->rows += l->counts[cell];
}

static void narrow(narrowing *n, narrowed *out) {
    level *l = &n->levels[n->depth - 1];
    size_t rank = 0;
    for (uint32_t r = 0; r < l->range_count; r++) {
        uint64_t before = l->ranges[r].before;
        while (rank < n->rank_count && n->ranks[rank] < before)
            rank++; /* of a range that was settled above */
        const uint32_t end = l->ranges[r].first + l->range_cells;
        for (uint32_t cell = l->ranges[r].first; cell < end; cell++) {
            narrow_cell(n, &l->ranges[r], cell, before, &rank, out);
            before += l->counts[cell];
        }
    }
}

static tn_status next_level(narrowing *n, const narrowed *open) {
    unsigned bits = LATER_BITS_MAX;
    while (bits > LEVEL_BITS_MIN && ((uint64_t)open->count << bits) > LEVEL_CELLS_MAX)
        bits--;
    TN_ASSERT(n->depth < LEVELS_MAX);
    level *l = &n->levels[n->depth++];
    if (!level_create(l, open->count, 1u << bits)) return TN_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < open->count; i++) {
        l->ranges[i] = open->ranges[i];
        l->ranges[i].first = i << bits;
        l->ranges[i].shift = shift_for(l->ranges[i].low, l->ranges[i].high, 1u << bits);
    }
    return count_level(n);
}

/* ---- Gathering what is left ---- */

static void gather_key(narrowing *n, size_t shard, uint64_t key) {
    TN_ASSERT(n->gathered_count[shard] < n->gather_rows);
    n->gathered[shard][n->gathered_count[shard]++] = key;
}

static void gather_first(narrowing *n, size_t shard, const uint64_t *keys, size_t count) {
    const level *l = &n->levels[0];
    const uint64_t low = l->ranges[0].low;
    const unsigned shift = l->ranges[0].shift;
    const uint32_t cells = l->range_cells;
    for (size_t i = 0; i < count; i++)
        if (tn_bit_get(l->is_open, first_cell(low, shift, cells, keys[i])))
            gather_key(n, shard, keys[i]);
}

static void gather_later(narrowing *n, size_t shard, const uint64_t *keys, size_t count) {
    const level *l = &n->levels[n->depth - 1];
    for (size_t i = 0; i < count; i++)
        if (tn_bit_get(l->is_open, last_cell(n, keys[i]))) gather_key(n, shard, keys[i]);
}

static tn_status gather_shard(void *context, size_t shard) {
    narrowing *n = context;
    n->gathered[shard] = tn_alloc_array(NULL, n->gather_rows, sizeof **n->gathered);
    if (n->gathered[shard] == NULL) return TN_OUT_OF_MEMORY;
    shard_read(n, shard, n->depth == 1 ? gather_first : gather_later, 1, TN_CHUNK_ROWS);
    return TN_OK;
}

/* One digit of a radix sort. */
static void sort_digit(uint64_t *to, const uint64_t *from, size_t count, unsigned shift) {
    size_t at[257] = {0};
    for (size_t i = 0; i < count; i++)
        at[(from[i] >> shift & 0xFF) + 1]++;
    for (size_t d = 1; d < 257; d++)
        at[d] += at[d - 1];
    for (size_t i = 0; i < count; i++)
        to[at[from[i] >> shift & 0xFF]++] = from[i];
}

/* Sorts `keys`, with as much room behind them. Returns where they are: there, or behind. */
static uint64_t *sort_keys(uint64_t *keys, size_t count) {
    uint64_t varying = 0;
    for (size_t i = 0; i < count; i++)
        varying |= keys[i] ^ keys[0];
    uint64_t *from = keys, *to = keys + count;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((varying >> shift & 0xFF) == 0) continue;
        sort_digit(to, from, count, shift);
        uint64_t *sorted = to;
        to = from;
        from = sorted;
    }
    return from;
}

/* All keys of the open ranges in order: those of the first range, of the second … */
static void settle_gathered(narrowing *n, const uint64_t *keys, const narrowed *open) {
    size_t at = 0, rank = 0;
    for (uint32_t r = 0; r < open->count; r++) {
        const key_range *range = &open->ranges[r];
        for (; rank < n->rank_count && n->ranks[rank] < range->before; rank++)
            continue;
        size_t end = at;
        while (end < open->rows && keys[end] <= range->high)
            end++;
        for (; rank < n->rank_count && n->ranks[rank] - range->before < end - at; rank++)
            rank_settle(n, rank, keys[at + (size_t)(n->ranks[rank] - range->before)]);
        at = end;
    }
}

/* The shards' keys one behind the other, and room for as many. */
static tn_status settle(narrowing *n, const narrowed *open) {
    uint64_t *all = tn_alloc_array(NULL, 2 * n->gather_rows, sizeof *all);
    if (all == NULL) return TN_OUT_OF_MEMORY;
    size_t count = 0;
    for (size_t s = 0; s < n->request->shard_count; s++) {
        memcpy(all + count, n->gathered[s], n->gathered_count[s] * sizeof *all);
        count += n->gathered_count[s];
    }
    TN_ASSERT(count == open->rows);
    settle_gathered(n, sort_keys(all, count), open);
    tn_free(NULL, all, 2 * n->gather_rows * sizeof *all);
    return TN_OK;
}

static tn_status gather(narrowing *n, const narrowed *open) {
    const tn_quantile_request *request = n->request;
    n->gather_rows = (size_t)open->rows;
    tn_status status =
        request->parallel->for_each(request->parallel->team, request->shard_count, gather_shard, n);
    if (status == TN_OK) status = settle(n, open);
    for (size_t s = 0; s < request->shard_count; s++)
        tn_free(NULL, n->gathered[s], n->gather_rows * sizeof **n->gathered);
    return status;
}

/* ---- From ranks to cuts ---- */

static tn_status find_ranks(narrowing *n) {
    narrowed open = {.ranges = tn_alloc_array(NULL, n->rank_count, sizeof *open.ranges)};
    if (open.ranges == NULL) return TN_OUT_OF_MEMORY;
    tn_status status = TN_OK;
    for (;;) {
        open.count = 0;
        open.rows = 0;
        narrow(n, &open);
        if (open.count == 0) break;
        if (open.rows <= GATHER_ROWS || open.rows <= n->rows / GATHER_SHARE) {
            status = gather(n, &open);
            break;
        }
        status = next_level(n, &open);
        if (status != TN_OK) break;
    }
    tn_free(NULL, open.ranges, n->rank_count * sizeof *open.ranges);
    return status;
}

static double interpolate(double low, double high, double fraction) {
    if (fraction == 0 || low == high) return low;
    const double between = low + fraction * (high - low);
    return isfinite(between) ? between : low * (1 - fraction) + high * fraction;
}

static void cuts_fill(const narrowing *n, double *cuts) {
    size_t at = 0;
    const uint32_t parts = n->request->n;
    for (uint32_t k = 1; k < parts; k++) {
        const uint64_t position = (n->rows - 1) * k;
        const uint64_t below = position / parts;
        while (n->ranks[at] < below)
            at++;
        const double fraction = (double)(position % parts) / parts;
        const double high = at + 1 < n->rank_count ? n->values[at + 1] : n->values[at];
        cuts[k - 1] = interpolate(n->values[at], high, fraction);
    }
}

static tn_status narrowing_run(narrowing *n, double *cuts, size_t *count) {
    const size_t shards = n->request->shard_count;
    n->shard_counts = tn_alloc_array(NULL, shards, sizeof *n->shard_counts);
    n->gathered = tn_alloc_array(NULL, shards, sizeof *n->gathered);
    n->gathered_count = tn_alloc_array(NULL, shards, sizeof *n->gathered_count);
    if (n->shard_counts == NULL || n->gathered == NULL || n->gathered_count == NULL)
        return TN_OUT_OF_MEMORY;
    TN_TRY(first_level(n));
    for (uint32_t c = 0; c < n->levels[0].range_cells; c++)
        n->rows += n->levels[0].counts[c];
    *count = 0;
    if (n->rows == 0) return TN_OK;
    TN_TRY(ranks_create(n));
    TN_TRY(find_ranks(n));
    cuts_fill(n, cuts);
    *count = n->request->n - 1;
    return TN_OK;
}

tn_status tn_quantile_cuts(const tn_quantile_request *request, double *cuts, size_t *count) {
    *count = 0;
    if (request->n < 2 || request->shard_count == 0) return TN_OK;
    narrowing n = {.request = request};
    const tn_status status = narrowing_run(&n, cuts, count);
    const size_t ranks = 2 * ((size_t)request->n - 1);
    const size_t shards = request->shard_count;
    for (unsigned depth = 0; depth < n.depth; depth++)
        level_destroy(&n.levels[depth]);
    tn_free(NULL, n.ranks, ranks * sizeof *n.ranks);
    tn_free(NULL, n.values, ranks * sizeof *n.values);
    tn_free(NULL, n.is_found, ranks * sizeof *n.is_found);
    tn_free(NULL, n.shard_counts, shards * sizeof *n.shard_counts);
    tn_free(NULL, n.gathered, shards * sizeof *n.gathered);
    tn_free(NULL, n.gathered_count, shards * sizeof *n.gathered_count);
    return status;
}
