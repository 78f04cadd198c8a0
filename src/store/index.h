/* index.h: from an id to its row: open addressing over buckets of one cache line.
 *
 * A bucket holds 12 one-byte tags and 12 row numbers. An id's keyed hash names a sequence of
 * buckets; it lies in the first that had room. Each bucket counts the ids that went past it, so
 * that a look-up stops early and removal leaves no tombstones.
 *
 * The index grows, and changes its secret, in steps: a new table takes all new ids, and each insert
 * moves the ids of at most TN_INDEX_STEP_BUCKETS buckets of the oldest table. Look-ups ask every
 * table, the newest first. A table is made of slabs that are allocated when their first id comes;
 * an insert makes at most one for its own id and one for the ids it moves, so that none touches
 * much fresh memory.
 *
 * An insert that visits TN_INDEX_PROBE_CAP buckets, or is the TN_INDEX_PASSED_CAP-th to pass a full
 * one, makes the index draw a new secret from the operating system and move over to it: ids made to
 * collide collide no longer. Random ids reach neither cap: on the way to 10 million the most were
 * 10 visits and 16 passes.
 *
 * The ids themselves lie in a tn_ids, which is borrowed. One owner thread. */
#ifndef TN_STORE_INDEX_H
#define TN_STORE_INDEX_H

#include "base/hash.h"
#include "store/ids.h"

#define TN_INDEX_MISSING UINT32_MAX

enum {
    TN_BUCKET_SLOTS = 12,
    TN_SLAB_BUCKETS = 512,     /* buckets of one slab: 32 KiB */
    TN_INDEX_TABLES = 3,       /* the newest and those that are being emptied */
    TN_INDEX_STEP_BUCKETS = 2, /* buckets emptied by one insert */
    TN_INDEX_STEP_SLABS = 4,   /* slabs of an emptied table released by one insert */
    TN_INDEX_PROBE_CAP = 16,
    TN_INDEX_PASSED_CAP = 32,
    TN_INDEX_BATCH = 128, /* ids of a sub-batch of a batched look-up */
};

typedef struct tn_bucket {
    uint8_t tags[TN_BUCKET_SLOTS]; /* 0: the slot is free */
    uint32_t passed;               /* ids that went past, because the bucket was full */
    uint32_t rows[TN_BUCKET_SLOTS];
} tn_bucket;

typedef struct tn_index_table {
    tn_bucket **slabs; /* NULL where no id has come yet */
    uint32_t slab_count;
    uint32_t bucket_count;
    uint32_t probe_max;     /* most buckets that an insert visited */
    uint32_t secret_number; /* tables of one secret share the number */
    uint64_t used;          /* slots */
    tn_hash_secret secret;
} tn_index_table;

typedef struct tn_index {
    tn_heap *heap;
    const tn_ids *ids;
    tn_index_table tables[TN_INDEX_TABLES]; /* the newest first */
    uint32_t table_count;
    uint32_t drain_bucket; /* of the last table: next to be emptied */
    uint32_t drain_slab;   /* next to be released */
    bool wants_rekey;
    uint64_t count;      /* ids */
    uint64_t slab_total; /* slabs allocated, of all tables */
    uint64_t rekeys;
    uint64_t resizes;
    uint32_t moved_max; /* most ids moved by one insert */
    uint32_t probe_max; /* most buckets visited by one insert, ever */
    uint64_t probe_sum; /* buckets visited by all inserts, moves not counted */
} tn_index;

tn_status tn_index_init(tn_index *index, tn_heap *heap, const tn_ids *ids,
                        const tn_hash_secret *secret) TN_MUST_CHECK;
void tn_index_deinit(tn_index *index);

/* TN_INDEX_MISSING when it is not there. */
uint32_t tn_index_find(const tn_index *index, tn_str id);
void tn_index_find_many(const tn_index *index, const tn_str *ids, size_t count, uint32_t *rows);
/* Adds an id that is not there and whose text tn_ids holds under `row`. TN_OUT_OF_MEMORY adds
 * nothing. */
tn_status tn_index_put(tn_index *index, tn_str id, uint32_t row) TN_MUST_CHECK;
/* Removes the id of a row; its text must still be in tn_ids. */
void tn_index_remove(tn_index *index, uint32_t row);
/* Changes to a new secret in steps, as if the probe cap had been reached. TN_CONFLICT while earlier
 * moves are under way. */
tn_status tn_index_rekey(tn_index *index) TN_MUST_CHECK;

/* Buckets that a look-up of `id` visits: what an attacker would drive up. */
uint32_t tn_index_probes(const tn_index *index, tn_str id);
size_t tn_index_bytes(const tn_index *index);
uint64_t tn_index_slots(const tn_index *index);

#endif
