/* index.c: the sequence of buckets of a hash h is home(h), home(step(h)), …: `step` is a
 * full-period generator, so the buckets are as good as independent, clusters do not form, and every
 * bucket is reached in the end. Home is the high 32 bits scaled to the number of buckets (Lemire),
 * so that the ids of one bucket go to neighbouring buckets when a table grows by any factor; the
 * tag is the low byte. */
#include "store/index.h"

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "kernels/match.h"

_Static_assert(sizeof(tn_bucket) == 64, "a bucket is one cache line");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "tags are matched as little-endian words");

enum {
    FIRST_BUCKETS = 16,
    DOUBLE_BELOW = 4096, /* buckets: smaller tables double, larger ones grow by half */
};

/* ---- Buckets ---- */

static inline uint32_t bucket_home(const tn_index_table *table, uint64_t hash) {
    return (uint32_t)(((hash >> 32) * table->bucket_count) >> 32);
}

static inline uint64_t hash_step(uint64_t hash) {
    return hash * 0xD1342543DE82EF95ull + 0x9E3779B97F4A7C15ull;
}

static inline uint8_t hash_tag(uint64_t hash) {
    const uint8_t tag = (uint8_t)hash;
    return tag == 0 ? 1 : tag;
}

/* NULL when its slab does not exist: an empty bucket. */
static inline tn_bucket *bucket_at(const tn_index_table *table, uint32_t number) {
    tn_bucket *slab = table->slabs[number / TN_SLAB_BUCKETS];
    return slab == NULL ? NULL : slab + number % TN_SLAB_BUCKETS;
}

/* Bit i set where tag i of the bucket equals `tag`. The group of 16 bytes reaches into `passed`. */
static inline uint32_t bucket_match(const tn_bucket *bucket, uint8_t tag) {
    return tn_match_tags((const uint8_t *)bucket, tag) & ((1u << TN_BUCKET_SLOTS) - 1);
}

/* ---- Tables ---- */

static uint32_t slab_buckets(const tn_index_table *table) {
    return table->bucket_count < TN_SLAB_BUCKETS ? table->bucket_count : TN_SLAB_BUCKETS;
}

static size_t slab_bytes(const tn_index_table *table) {
    return slab_buckets(table) * sizeof(tn_bucket);
}

static tn_status table_init(tn_index_table *table, tn_heap *heap, uint32_t bucket_count) {
    *table = (tn_index_table){.bucket_count = bucket_count, .probe_max = 1};
    table->slab_count = (bucket_count + TN_SLAB_BUCKETS - 1) / TN_SLAB_BUCKETS;
    table->slabs = tn_alloc_array(heap, table->slab_count, sizeof(tn_bucket *));
    return table->slabs == NULL ? TN_OUT_OF_MEMORY : TN_OK;
}

static void slab_release(tn_index *index, tn_index_table *table, uint32_t slab) {
    if (table->slabs[slab] == NULL) return;
    tn_free(index->heap, table->slabs[slab], slab_bytes(table));
    table->slabs[slab] = NULL;
    index->slab_total--;
}

static void table_deinit(tn_index *index, tn_index_table *table) {
    for (uint32_t i = 0; i < table->slab_count; i++)
        slab_release(index, table, i);
    tn_free(index->heap, table->slabs, table->slab_count * sizeof(tn_bucket *));
    *table = (tn_index_table){0};
}

/* A bucket and where a hash comes to it. */
typedef struct place {
    tn_bucket *bucket;
    uint32_t slot;
    uint32_t probes; /* buckets visited, this one included */
} place;

/* The first bucket of the hash's sequence with a free slot, whose slab is made if need be. */
static tn_status place_find(tn_index *index, tn_index_table *table, uint64_t hash, place *out) {
    for (uint32_t probes = 1;; probes++, hash = hash_step(hash)) {
        const uint32_t number = bucket_home(table, hash);
        tn_bucket **slab = &table->slabs[number / TN_SLAB_BUCKETS];
        if (*slab == NULL) {
            *slab = tn_alloc_zero(index->heap, slab_bytes(table));
            if (*slab == NULL) return TN_OUT_OF_MEMORY;
            index->slab_total++;
        }
        tn_bucket *bucket = *slab + number % TN_SLAB_BUCKETS;
        const uint32_t free_slots = bucket_match(bucket, 0);
        if (free_slots == 0) continue;
        *out = (place){.bucket = bucket, .slot = tn_lowest_bit(free_slots), .probes = probes};
        return TN_OK;
    }
}

/* Puts a row at its place and tells the buckets that were passed. */
static void place_take(tn_index *index, tn_index_table *table, uint64_t hash, uint32_t row,
                       const place *at) {
    at->bucket->tags[at->slot] = hash_tag(hash);
    at->bucket->rows[at->slot] = row;
    for (uint32_t i = 1; i < at->probes; i++, hash = hash_step(hash)) {
        tn_bucket *bucket = bucket_at(table, bucket_home(table, hash));
        if (++bucket->passed >= TN_INDEX_PASSED_CAP) index->wants_rekey = true;
    }
    if (at->probes > table->probe_max) table->probe_max = at->probes;
    if (at->probes > index->probe_max) index->probe_max = at->probes;
    if (at->probes >= TN_INDEX_PROBE_CAP) index->wants_rekey = true;
    table->used++;
}

/* The row of a key in one table; counts the buckets visited. */
static uint32_t table_find(const tn_index *index, const tn_index_table *table, uint64_t hash,
                           const tn_id_key *key, uint32_t *probes) {
    const uint8_t tag = hash_tag(hash);
    for (uint32_t i = 0; i < table->probe_max; i++, hash = hash_step(hash)) {
        const tn_bucket *bucket = bucket_at(table, bucket_home(table, hash));
        ++*probes;
        if (bucket == NULL) break;
        for (uint32_t match = bucket_match(bucket, tag); match != 0; match &= match - 1) {
            const uint32_t row = bucket->rows[tn_lowest_bit(match)];
            if (tn_ids_equal(index->ids, row, key)) return row;
        }
        if (bucket->passed == 0) break;
    }
    return TN_INDEX_MISSING;
}

static bool table_remove(tn_index_table *table, const uint64_t hash, uint32_t row) {
    uint64_t at = hash;
    for (uint32_t i = 0; i < table->probe_max; i++, at = hash_step(at)) {
        tn_bucket *bucket = bucket_at(table, bucket_home(table, at));
        if (bucket == NULL) return false;
        for (uint32_t match = bucket_match(bucket, hash_tag(hash)); match != 0;
             match &= match - 1) {
            const unsigned slot = tn_lowest_bit(match);
            if (bucket->rows[slot] != row) continue;
            bucket->tags[slot] = 0;
            table->used--;
            for (at = hash; i > 0; i--, at = hash_step(at))
                bucket_at(table, bucket_home(table, at))->passed--;
            return true;
        }
        if (bucket->passed == 0) return false;
    }
    return false;
}

/* ---- Growing and re-keying in steps ---- */

static uint64_t table_limit(const tn_index_table *table) {
    return (uint64_t)table->bucket_count * TN_BUCKET_SLOTS / 4 * 3;
}

static uint32_t buckets_after(uint32_t bucket_count) {
    return bucket_count < DOUBLE_BELOW ? bucket_count * 2 : bucket_count + bucket_count / 2;
}

/* Puts a new, empty table in front; it takes all ids from now on. */
static tn_status table_push(tn_index *index, uint32_t bucket_count, const tn_hash_secret *secret,
                            uint32_t secret_number) {
    TN_ASSERT(index->table_count < TN_INDEX_TABLES);
    tn_index_table fresh;
    TN_TRY(table_init(&fresh, index->heap, bucket_count));
    fresh.secret = *secret;
    fresh.secret_number = secret_number;
    memmove(&index->tables[1], &index->tables[0], index->table_count * sizeof fresh);
    index->tables[0] = fresh;
    index->table_count++;
    return TN_OK;
}

tn_status tn_index_rekey(tn_index *index) {
    if (index->table_count == TN_INDEX_TABLES) return TN_CONFLICT;
    const tn_index_table *newest = &index->tables[0];
    tn_hash_secret secret;
    TN_TRY(tn_hash_secret_random(&secret));
    const bool is_crowded = index->count > table_limit(newest) / 2;
    const uint32_t buckets =
        is_crowded ? buckets_after(newest->bucket_count) : newest->bucket_count;
    TN_TRY(table_push(index, buckets, &secret, newest->secret_number + 1));
    index->wants_rekey = false;
    index->rekeys++;
    return TN_OK;
}

/* Moves the ids of a bucket of the oldest table to the newest. The counts of passed ids stay as
 * they are: the table only empties. False when memory ran out or a slab had to be made, which is
 * enough for one step; what was not moved stays for the next. */
static bool bucket_move(tn_index *index, tn_index_table *from, tn_bucket *bucket, uint32_t *moved) {
    tn_index_table *to = &index->tables[0];
    const uint64_t slabs = index->slab_total;
    for (unsigned slot = 0; slot < TN_BUCKET_SLOTS; slot++) {
        if (bucket->tags[slot] == 0) continue;
        const uint32_t row = bucket->rows[slot];
        const tn_str id = tn_ids_get(index->ids, row);
        const uint64_t hash = tn_hash_keyed(&to->secret, id.data, id.size);
        place at;
        if (place_find(index, to, hash, &at) != TN_OK) return false;
        place_take(index, to, hash, row, &at);
        bucket->tags[slot] = 0;
        from->used--;
        ++*moved;
        if (index->slab_total != slabs) return false;
    }
    return true;
}

/* Fetches the id cells of the bucket that the next step will move. */
static void bucket_prefetch(const tn_index *index, const tn_index_table *table, uint32_t number) {
    if (number + 1 < table->bucket_count) __builtin_prefetch(bucket_at(table, number + 1));
    const tn_bucket *bucket = bucket_at(table, number);
    if (bucket == NULL) return;
    for (unsigned slot = 0; slot < TN_BUCKET_SLOTS; slot++)
        if (bucket->tags[slot] != 0)
            __builtin_prefetch(tn_ids_cell(index->ids, bucket->rows[slot]));
}

/* Gives back a few slabs of the emptied oldest table, and at last the table. */
static void table_drop_step(tn_index *index, tn_index_table *oldest) {
    for (unsigned i = 0; i < TN_INDEX_STEP_SLABS; i++) {
        if (index->drain_slab == oldest->slab_count) {
            table_deinit(index, oldest);
            index->table_count--;
            index->drain_bucket = 0;
            index->drain_slab = 0;
            return;
        }
        slab_release(index, oldest, index->drain_slab++);
    }
}

/* A bounded part of the work of emptying the oldest table. */
static void drain_step(tn_index *index) {
    if (index->table_count == 1) return;
    tn_index_table *oldest = &index->tables[index->table_count - 1];
    if (oldest->used == 0) {
        table_drop_step(index, oldest);
        return;
    }
    uint32_t moved = 0;
    for (unsigned i = 0; i < TN_INDEX_STEP_BUCKETS; i++) {
        if (index->drain_bucket == oldest->bucket_count) break;
        tn_bucket *bucket = bucket_at(oldest, index->drain_bucket);
        if (bucket != NULL && !bucket_move(index, oldest, bucket, &moved)) break;
        index->drain_bucket++;
    }
    if (moved > index->moved_max) index->moved_max = moved;
    for (uint32_t i = 0; i < TN_INDEX_STEP_BUCKETS; i++)
        if (index->drain_bucket + i < oldest->bucket_count)
            bucket_prefetch(index, oldest, index->drain_bucket + i);
}

/* Room for one more id. Running out of memory while there is still some room is no failure yet. */
static tn_status room_reserve(tn_index *index) {
    if (index->wants_rekey && index->table_count < TN_INDEX_TABLES &&
        tn_index_rekey(index) != TN_OK)
        index->wants_rekey = true;
    tn_index_table *newest = &index->tables[0];
    if (index->count < table_limit(newest)) return TN_OK;
    if (index->table_count < TN_INDEX_TABLES) {
        const tn_hash_secret secret = newest->secret;
        const tn_status status =
            table_push(index, buckets_after(newest->bucket_count), &secret, newest->secret_number);
        if (status == TN_OK) {
            index->resizes++;
            return TN_OK;
        }
    }
    const uint64_t slots = (uint64_t)newest->bucket_count * TN_BUCKET_SLOTS;
    return index->count < slots / 8 * 7 ? TN_OK : TN_OUT_OF_MEMORY;
}

/* ---- The index ---- */

tn_status tn_index_init(tn_index *index, tn_heap *heap, const tn_ids *ids,
                        const tn_hash_secret *secret) {
    *index = (tn_index){.heap = heap, .ids = ids};
    return table_push(index, FIRST_BUCKETS, secret, 0);
}

void tn_index_deinit(tn_index *index) {
    while (index->table_count > 0)
        table_deinit(index, &index->tables[--index->table_count]);
}

tn_status tn_index_put(tn_index *index, tn_str id, uint32_t row) {
    TN_TRY(room_reserve(index));
    tn_index_table *newest = &index->tables[0];
    const uint64_t hash = tn_hash_keyed(&newest->secret, id.data, id.size);
    place at;
    TN_TRY(place_find(index, newest, hash, &at));
    place_take(index, newest, hash, row, &at);
    index->probe_sum += at.probes;
    index->count++;
    drain_step(index);
    return TN_OK;
}

void tn_index_remove(tn_index *index, uint32_t row) {
    const tn_str id = tn_ids_get(index->ids, row);
    bool is_removed = false;
    for (uint32_t i = 0; i < index->table_count && !is_removed; i++) {
        tn_index_table *table = &index->tables[i];
        const uint64_t hash = tn_hash_keyed(&table->secret, id.data, id.size);
        is_removed = table_remove(table, hash, row);
    }
    TN_ASSERT(is_removed);
    index->count--;
}

/* ---- Look-ups ---- */

/* Asks the tables from `first` on; `hash` is under tables[first - 1]'s secret when first > 0. */
static uint32_t find_from(const tn_index *index, const tn_id_key *key, uint32_t first,
                          uint64_t hash, uint32_t *probes) {
    for (uint32_t i = first; i < index->table_count; i++) {
        const tn_index_table *table = &index->tables[i];
        if (i == 0 || table->secret_number != table[-1].secret_number)
            hash = tn_hash_keyed(&table->secret, key->text.data, key->text.size);
        if (table->used == 0) continue;
        const uint32_t row = table_find(index, table, hash, key, probes);
        if (row != TN_INDEX_MISSING) return row;
    }
    return TN_INDEX_MISSING;
}

uint32_t tn_index_find(const tn_index *index, tn_str id) {
    const tn_id_key key = tn_id_key_of(id);
    uint32_t probes = 0;
    return find_from(index, &key, 0, 0, &probes);
}

uint32_t tn_index_probes(const tn_index *index, tn_str id) {
    const tn_id_key key = tn_id_key_of(id);
    uint32_t probes = 0;
    (void)find_from(index, &key, 0, 0, &probes);
    return probes;
}

/* A sub-batch: all hashes and buckets are asked for, then all id cells, then all long texts; then
 * ids are compared. */
static void find_batch(const tn_index *index, const tn_str *ids, size_t count, uint32_t *rows) {
    uint64_t hashes[TN_INDEX_BATCH];
    const tn_index_table *newest = &index->tables[0];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = tn_hash_keyed(&newest->secret, ids[i].data, ids[i].size);
        __builtin_prefetch(bucket_at(newest, bucket_home(newest, hashes[i])));
    }
    for (size_t i = 0; i < count; i++) {
        const tn_bucket *bucket = bucket_at(newest, bucket_home(newest, hashes[i]));
        const uint32_t match = bucket == NULL ? 0 : bucket_match(bucket, hash_tag(hashes[i]));
        rows[i] = match == 0 ? TN_INDEX_MISSING : bucket->rows[tn_lowest_bit(match)];
        if (match != 0) __builtin_prefetch(tn_ids_cell(index->ids, rows[i]));
    }
    for (size_t i = 0; i < count; i++)
        if (rows[i] != TN_INDEX_MISSING && ids[i].size > TN_ID_INLINE_MAX)
            tn_ids_prefetch_long(index->ids, rows[i]);
    for (size_t i = 0; i < count; i++) {
        const tn_id_key key = tn_id_key_of(ids[i]);
        if (rows[i] != TN_INDEX_MISSING && tn_ids_equal(index->ids, rows[i], &key)) continue;
        uint32_t probes = 0;
        rows[i] = table_find(index, newest, hashes[i], &key, &probes);
        if (rows[i] == TN_INDEX_MISSING) rows[i] = find_from(index, &key, 1, hashes[i], &probes);
    }
}

void tn_index_find_many(const tn_index *index, const tn_str *ids, size_t count, uint32_t *rows) {
    for (size_t i = 0; i < count; i += TN_INDEX_BATCH) {
        const size_t part = count - i < TN_INDEX_BATCH ? count - i : TN_INDEX_BATCH;
        find_batch(index, ids + i, part, rows + i);
    }
}

/* ---- Accounts ---- */

size_t tn_index_bytes(const tn_index *index) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < index->table_count; i++) {
        const tn_index_table *table = &index->tables[i];
        bytes += table->slab_count * sizeof(tn_bucket *);
        for (uint32_t slab = 0; slab < table->slab_count; slab++)
            if (table->slabs[slab] != NULL) bytes += slab_bytes(table);
    }
    return bytes;
}

uint64_t tn_index_slots(const tn_index *index) {
    return (uint64_t)index->tables[0].bucket_count * TN_BUCKET_SLOTS;
}
