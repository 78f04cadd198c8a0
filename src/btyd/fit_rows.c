/* fit_rows.c: one scatter into buckets by the top bits of a hash, a three-way quicksort of each
 * small bucket, a merge of equal neighbours, then a counting sort by x. The hash spreads any data
 * evenly over the buckets, so the whole is linear; many equal rows cost the quicksort nothing. */
#include "btyd/fit_rows.h"

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

enum {
    BUCKET_ROWS = 16,      /* rows a bucket is meant to have */
    BUCKET_BITS_MAX = 20,  /* of the hash */
    SMALL_X = 4096,        /* x below this are counted, the rest sorted */
    CHUNK_ROWS = 4096,     /* largest chunk */
    BATCH_CHUNKS = 64,     /* chunks that one parallel call takes */
    INSERTION_ROWS_MAX = 8 /* sorted by insertion */
};

/* ---- order ---------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t state, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    state = (state ^ bits) * 0x9E3779B97F4A7C15u;
    state ^= state >> 32;
    return state * 0xD6E8FEB86659FD93u;
}

static uint32_t content_hash(double x, double first, double second) {
    const uint64_t h = mix(mix(mix(0x2545F4914F6CDD1Du, x), first), second);
    return (uint32_t)(h >> 32);
}

static int double_compare(double a, double b) {
    return (a > b) - (a < b);
}

/* A total order of contents: only rows that are equal in everything compare equal. */
static int record_compare(const tn_fit_record *a, const tn_fit_record *b) {
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    int order = double_compare(a->first, b->first);
    if (order == 0) order = double_compare(a->second, b->second);
    if (order == 0) order = double_compare(a->weight, b->weight);
    return order;
}

static int record_compare_by_x(const tn_fit_record *a, const tn_fit_record *b) {
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    return record_compare(a, b);
}

typedef int record_order(const tn_fit_record *a, const tn_fit_record *b);

static void record_swap(tn_fit_record *a, tn_fit_record *b) {
    const tn_fit_record kept = *a;
    *a = *b;
    *b = kept;
}

static void insertion_sort(tn_fit_record *data, size_t count, record_order *order) {
    for (size_t i = 1; i < count; i++) {
        const tn_fit_record moving = data[i];
        size_t j = i;
        for (; j > 0 && order(&moving, &data[j - 1]) < 0; j--)
            data[j] = data[j - 1];
        data[j] = moving;
    }
}

/* Sorts the smaller side by recursion, so the depth is at most the logarithm of count. */
static void records_sort(tn_fit_record *data, size_t count, record_order *order) {
    while (count > INSERTION_ROWS_MAX) {
        const tn_fit_record pivot = data[count / 2];
        size_t low = 0;      /* [0, low) is below the pivot */
        size_t high = count; /* [high, count) is above it */
        for (size_t i = 0; i < high;) {
            const int side = order(&data[i], &pivot);
            if (side < 0)
                record_swap(&data[i++], &data[low++]);
            else if (side > 0)
                record_swap(&data[i], &data[--high]);
            else
                i++;
        }
        if (low < count - high) {
            records_sort(data, low, order);
            data += high;
            count -= high;
        } else {
            records_sort(data + high, count - high, order);
            count = low;
        }
    }
    insertion_sort(data, count, order);
}

/* ---- records -------------------------------------------------------------------------------- */

/* Whether the row enters a fit of this kind; if so, its record. + 0.0 turns -0 into 0. */
static bool record_of(tn_fit_kind kind, const tn_summary *row, tn_fit_record *record) {
    const bool is_spend = kind == TN_FIT_SPEND;
    if (!(row->weight > 0)) return false;
    if (is_spend && !(row->x > 0 && row->m > 0)) return false;
    record->x = (uint32_t)row->x;
    record->first = is_spend ? row->m : row->x > 0 ? row->t_x + 0.0 : 0.0;
    record->second = is_spend ? 0.0 : row->T + 0.0;
    record->weight = row->weight;
    record->key = content_hash(row->x, record->first, record->second);
    return true;
}

/* Checks every row and lists those that enter. `out` has room for n. */
static tn_status records_list(tn_fit_kind kind, const tn_summary *rows, size_t n,
                              tn_fit_record *out, size_t *count, tn_error *error) {
    size_t listed = 0;
    for (size_t i = 0; i < n; i++) {
        tn_summary row = rows[i];
        if (kind == TN_FIT_SPEND) row.t_x = row.T = 0;
        if (kind == TN_FIT_PURCHASES) row.m = 0;
        if (row.x == 0) row.t_x = 0;
        tn_error why;
        if (tn_summary_check(&row, &why) != TN_OK)
            return tn_fail(error, TN_BAD_ARGUMENT, "row %zu: %s", i + 1, why.message);
        listed += record_of(kind, &row, &out[listed]);
    }
    *count = listed;
    return TN_OK;
}

static unsigned bucket_bits_for(size_t count) {
    unsigned bits = 0;
    while (bits < BUCKET_BITS_MAX && ((size_t)BUCKET_ROWS << bits) < count)
        bits++;
    return bits;
}

static size_t bucket_of(uint32_t key, unsigned bits) {
    return bits == 0 ? 0 : (size_t)(key >> (32 - bits));
}

/* Leaves in starts[b] the end of bucket b. */
static void records_scatter(const tn_fit_record *listed, size_t count, tn_fit_record *out,
                            size_t *starts, unsigned bits) {
    for (size_t i = 0; i < count; i++)
        starts[bucket_of(listed[i].key, bits) + 1]++;
    for (size_t b = 0; b < (size_t)1 << bits; b++)
        starts[b + 1] += starts[b];
    for (size_t i = 0; i < count; i++)
        out[starts[bucket_of(listed[i].key, bits)]++] = listed[i];
}

static bool is_same_content(const tn_fit_record *a, const tn_fit_record *b) {
    return a->key == b->key && a->x == b->x && a->first == b->first && a->second == b->second;
}

static void records_merge(tn_fit_records *records) {
    size_t kept = 0;
    for (size_t i = 0; i < records->count; i++) {
        if (kept > 0 && is_same_content(&records->data[kept - 1], &records->data[i]))
            records->data[kept - 1].weight += records->data[i].weight;
        else
            records->data[kept++] = records->data[i];
    }
    records->count = kept;
}

/* The records listed in scratch, sorted and merged. */
static tn_status records_sort_merge(tn_fit_records *records) {
    const unsigned bits = bucket_bits_for(records->count);
    const size_t buckets = (size_t)1 << bits;
    size_t *starts = tn_alloc_array(records->heap, buckets + 1, sizeof *starts);
    records->capacity = records->count + 1;
    records->data = tn_alloc(records->heap, records->capacity * sizeof *records->data);
    const bool has_room = starts != NULL && records->data != NULL;
    if (has_room) {
        records_scatter(records->scratch, records->count, records->data, starts, bits);
        for (size_t b = 0, begin = 0; b < buckets; begin = starts[b++])
            records_sort(records->data + begin, starts[b] - begin, record_compare);
        records_merge(records);
    }
    tn_free(records->heap, starts, (buckets + 1) * sizeof *starts);
    return has_room ? TN_OK : TN_OUT_OF_MEMORY;
}

tn_status tn_fit_records_init(tn_fit_records *records, tn_fit_kind kind, const tn_summary *rows,
                              size_t n, tn_heap *heap, tn_error *error) {
    tn_fit_records out = {.heap = heap, .scratch_capacity = n + 1};
    out.scratch = tn_alloc(heap, out.scratch_capacity * sizeof *out.scratch);
    if (out.scratch == NULL) return tn_fail_memory(error);
    tn_status status = records_list(kind, rows, n, out.scratch, &out.count, error);
    if (status == TN_OK && records_sort_merge(&out) != TN_OK) status = tn_fail_memory(error);
    if (status == TN_OK)
        *records = out;
    else
        tn_fit_records_deinit(&out);
    return status;
}

void tn_fit_records_deinit(tn_fit_records *records) {
    tn_free(records->heap, records->data, records->capacity * sizeof *records->data);
    tn_free(records->heap, records->scratch, records->scratch_capacity * sizeof *records->scratch);
    records->data = records->scratch = NULL;
}

/* ---- groups --------------------------------------------------------------------------------- */

/* A systematic sample: the customers number stride, 2 stride, … in the records' order. */
typedef struct sampler {
    double stride;
    double seen;
    double next; /* the number of the next customer to keep */
} sampler;

static double sampler_weight(sampler *sample, double weight) {
    if (sample->stride <= 1) return weight;
    sample->seen += weight;
    if (sample->seen < sample->next) return 0;
    const double kept = floor((sample->seen - sample->next) / sample->stride) + 1;
    sample->next += kept * sample->stride;
    return kept;
}

static size_t small_x(uint32_t x) {
    return x < SMALL_X ? x : SMALL_X;
}

/* The kept records by x class: [starts[c], starts[c+1]), the last class being all large x. */
static void records_by_x(const tn_fit_records *records, double stride, tn_fit_record *out,
                         size_t *starts) {
    sampler counting = {.stride = stride, .next = stride};
    for (size_t i = 0; i < records->count; i++)
        if (sampler_weight(&counting, records->data[i].weight) > 0)
            starts[small_x(records->data[i].x) + 2]++;
    for (size_t c = 2; c < SMALL_X + 3; c++)
        starts[c] += starts[c - 1];
    sampler placing = {.stride = stride, .next = stride};
    for (size_t i = 0; i < records->count; i++) {
        const double weight = sampler_weight(&placing, records->data[i].weight);
        if (!(weight > 0)) continue;
        tn_fit_record *place = &out[starts[small_x(records->data[i].x) + 1]++];
        *place = records->data[i];
        place->weight = weight;
    }
    records_sort(out + starts[SMALL_X], starts[SMALL_X + 1] - starts[SMALL_X], record_compare_by_x);
}

static void rows_count_groups(const tn_fit_record *sorted, size_t count, tn_fit_rows *rows) {
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && sorted[end].x == sorted[i].x)
            end++;
        rows->group_count++;
        rows->chunk_count += (end - i + CHUNK_ROWS - 1) / CHUNK_ROWS;
        i = end;
    }
}

static void rows_fill(const tn_fit_record *sorted, tn_fit_kind kind, tn_fit_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        rows->first[i] = sorted[i].first;
        rows->second[i] = kind == TN_FIT_SPEND ? log(sorted[i].first) : sorted[i].second;
        rows->weight[i] = sorted[i].weight;
        rows->customers += sorted[i].weight;
        rows->repeats += sorted[i].weight * sorted[i].x;
        rows->second_total +=
            sorted[i].weight * (kind == TN_FIT_SPEND ? sorted[i].first : sorted[i].second);
    }
    size_t group = 0;
    size_t chunk = 0;
    for (size_t i = 0; i < rows->count; group++) {
        tn_fit_group *g = &rows->groups[group];
        *g = (tn_fit_group){.x = sorted[i].x, .begin = i, .chunk_begin = chunk};
        for (; i < rows->count && sorted[i].x == g->x; i++)
            g->weight += sorted[i].weight;
        g->end = i;
        for (size_t begin = g->begin; begin < g->end; begin += CHUNK_ROWS) {
            const size_t left = g->end - begin;
            rows->chunks[chunk++] =
                (tn_fit_chunk){.group = group,
                               .begin = begin,
                               .end = begin + (left < CHUNK_ROWS ? left : CHUNK_ROWS)};
        }
        g->chunk_end = chunk;
    }
}

/* The columns share one allocation. */
static tn_status rows_reserve(tn_fit_rows *rows) {
    rows->capacity = rows->count > 0 ? rows->count : 1;
    rows->first = tn_alloc(rows->heap, 3 * rows->capacity * sizeof *rows->first);
    rows->groups = tn_alloc_array(rows->heap, rows->group_count + 1, sizeof *rows->groups);
    rows->chunks = tn_alloc_array(rows->heap, rows->chunk_count + 1, sizeof *rows->chunks);
    if (rows->first == NULL || rows->groups == NULL || rows->chunks == NULL) {
        tn_fit_rows_deinit(rows);
        return TN_OUT_OF_MEMORY;
    }
    rows->second = rows->first + rows->capacity;
    rows->weight = rows->second + rows->capacity;
    return TN_OK;
}

tn_status tn_fit_rows_init(tn_fit_rows *rows, tn_fit_kind kind, const tn_fit_records *records,
                           double stride) {
    enum { starts_count = SMALL_X + 3 };
    *rows = (tn_fit_rows){.heap = records->heap};
    size_t *starts = tn_alloc_array(records->heap, starts_count, sizeof *starts);
    if (starts == NULL) return TN_OUT_OF_MEMORY;
    records_by_x(records, stride, records->scratch, starts);
    rows->count = starts[SMALL_X + 1];
    tn_free(records->heap, starts, starts_count * sizeof *starts);
    rows_count_groups(records->scratch, rows->count, rows);
    TN_TRY(rows_reserve(rows));
    rows_fill(records->scratch, kind, rows);
    return TN_OK;
}

void tn_fit_rows_deinit(tn_fit_rows *rows) {
    tn_free(rows->heap, rows->first, 3 * rows->capacity * sizeof *rows->first);
    tn_free(rows->heap, rows->groups, (rows->group_count + 1) * sizeof *rows->groups);
    tn_free(rows->heap, rows->chunks, (rows->chunk_count + 1) * sizeof *rows->chunks);
    *rows = (tn_fit_rows){.heap = rows->heap};
}

/* ---- parallel walk -------------------------------------------------------------------------- */

typedef struct chunk_walk {
    const tn_fit_rows *rows;
    tn_fit_chunk_body *body;
    void *context;
} chunk_walk;

static tn_status chunk_batch(void *context, size_t batch) {
    const chunk_walk *walk = context;
    const size_t begin = batch * BATCH_CHUNKS;
    const size_t left = walk->rows->chunk_count - begin;
    const size_t end = begin + (left < BATCH_CHUNKS ? left : BATCH_CHUNKS);
    for (size_t i = begin; i < end; i++)
        walk->body(walk->context, i);
    return TN_OK;
}

void tn_fit_rows_for_each_chunk(const tn_fit_rows *rows, const tn_parallel *parallel,
                                tn_fit_chunk_body *body, void *context) {
    chunk_walk walk = {.rows = rows, .body = body, .context = context};
    const size_t batches = (rows->chunk_count + BATCH_CHUNKS - 1) / BATCH_CHUNKS;
    const tn_parallel *threads = parallel != NULL ? parallel : &tn_parallel_serial;
    const tn_status status = threads->for_each(threads->team, batches, chunk_batch, &walk);
    TN_ASSERT(status == TN_OK);
}
