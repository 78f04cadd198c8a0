/* The index against a naive reference, its bounds, and ids made to collide. */
#include "store/index.h"

#include "base/bytes.h"
#include "base/fault.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

/* Ids and index together, rows given out in order and from a stack of freed ones. */
typedef struct fixture {
    tn_ids ids;
    tn_index index;
    tn_hash_secret secret;
    uint32_t rows;
} fixture;

static void fixture_init(fixture *f, uint64_t seed) {
    *f = (fixture){0};
    tn_hash_secret_seeded(&f->secret, seed);
    tn_ids_init(&f->ids, NULL, 10);
    cr_assert_eq(tn_index_init(&f->index, NULL, &f->ids, &f->secret), TN_OK);
}

static void fixture_deinit(fixture *f) {
    tn_index_deinit(&f->index);
    tn_ids_deinit(&f->ids);
}

static void put_at(fixture *f, tn_str id, uint32_t row) {
    cr_assert_eq(tn_ids_reserve(&f->ids, (size_t)row + 1), TN_OK);
    cr_assert_eq(tn_ids_put(&f->ids, row, id), TN_OK);
    cr_assert_eq(tn_index_put(&f->index, id, row), TN_OK);
}

static void put_next(fixture *f, tn_str id) {
    put_at(f, id, f->rows++);
}

/* The id of a key: of 1 to 256 bytes, most of them short, all different. */
static tn_str key_id(uint32_t key, char *text) {
    size_t size = 0;
    for (uint32_t rest = key; rest > 0 || size == 0; rest >>= 4)
        text[size++] = "0123456789abcdef"[rest & 15];
    const size_t digits = size;
    if (key % 8 == 5) size = 16 + key % 25;
    if (key % 8 == 6) size = 15 + key % 3;
    if (key % 8 == 7) size = 17 + key % 240;
    if (size > digits) memset(text + digits, '.', size - digits);
    return (tn_str){text, size};
}

/* ---- Against a reference ---- */

enum { KEYS = 1 << 16 };

typedef struct model {
    fixture f;
    uint32_t row_of[KEYS]; /* the reference: TN_INDEX_MISSING when the key is out */
    uint32_t free_rows[KEYS];
    uint32_t free_count;
    uint32_t live;
} model;

static void model_put(model *m, uint32_t key) {
    char text[TN_ID_SIZE_MAX + 16];
    const uint32_t row = m->free_count > 0 ? m->free_rows[--m->free_count] : m->f.rows++;
    put_at(&m->f, key_id(key, text), row);
    m->row_of[key] = row;
    m->live++;
}

static void model_remove(model *m, uint32_t key) {
    const uint32_t row = m->row_of[key];
    tn_index_remove(&m->f.index, row);
    tn_ids_remove(&m->f.ids, row);
    m->free_rows[m->free_count++] = row;
    m->row_of[key] = TN_INDEX_MISSING;
    m->live--;
}

static void model_find_many(model *m, tn_rng *rng, uint32_t count) {
    static char texts[300][TN_ID_SIZE_MAX + 16];
    tn_str ids[300] = {{0}};
    uint32_t keys[300];
    uint32_t rows[300];
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = (uint32_t)tn_rng_below(rng, KEYS);
        ids[i] = key_id(keys[i], texts[i]);
    }
    tn_index_find_many(&m->f.index, ids, count, rows);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(rows[i], m->row_of[keys[i]]);
}

Test(index, ten_million_random_operations_agree_with_a_reference) {
    const uint64_t seed = 20240611;
    const uint32_t operations = IS_SANITIZED ? 1000000 : 10000000;
    printf("seed %llu, %u operations\n", (unsigned long long)seed, operations);
    model *m = calloc(1, sizeof *m);
    cr_assert_not_null(m);
    fixture_init(&m->f, seed);
    memset(m->row_of, 0xFF, sizeof m->row_of);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    char text[TN_ID_SIZE_MAX + 16];
    for (uint32_t i = 0; i < operations;) {
        const uint32_t phase = i / (operations / 20);
        const uint32_t key = (uint32_t)tn_rng_below(&rng, KEYS);
        const uint64_t dice = tn_rng_below(&rng, 1000);
        /* Phases of growing and of shrinking, and within each a few forced re-keys. */
        const uint64_t put_share = phase % 3 == 2 ? 150 : 450;
        const uint64_t remove_share = phase % 3 == 2 ? 450 : 150;
        const bool is_in = m->row_of[key] != TN_INDEX_MISSING;
        if (i % (operations / 50) == operations / 100)
            cr_assert(tn_index_rekey(&m->f.index) != TN_OUT_OF_MEMORY);
        if (dice < put_share) {
            if (!is_in) model_put(m, key);
            i++;
        } else if (dice < put_share + remove_share) {
            if (is_in) model_remove(m, key);
            i++;
        } else if (dice < 998) {
            cr_assert_eq(tn_index_find(&m->f.index, key_id(key, text)), m->row_of[key]);
            i++;
        } else {
            const uint32_t count = 1 + (uint32_t)tn_rng_below(&rng, 300);
            model_find_many(m, &rng, count);
            i += count;
        }
    }
    cr_assert_eq(m->f.index.count, m->live);
    for (uint32_t key = 0; key < KEYS; key++)
        cr_assert_eq(tn_index_find(&m->f.index, key_id(key, text)), m->row_of[key]);
    cr_assert_gt(m->f.index.rekeys, 20);
    cr_assert_gt(m->f.index.resizes, 5);
    cr_assert_leq(m->f.index.moved_max, TN_INDEX_STEP_BUCKETS * TN_BUCKET_SLOTS);
    fixture_deinit(&m->f);
    free(m);
}

/* ---- Bounds ---- */

Test(index, growing_moves_a_bounded_number_of_slots_an_insert) {
    fixture f;
    fixture_init(&f, 2);
    char text[TN_ID_SIZE_MAX + 16];
    for (uint32_t key = 0; key < 400000; key++) {
        const uint64_t slabs = f.index.slab_total;
        put_next(&f, key_id(key, text));
        const int64_t made = (int64_t)(f.index.slab_total - slabs);
        cr_assert_leq(made, 2, "an insert made %lld slabs", (long long)made);
        cr_assert_geq(made, -TN_INDEX_STEP_SLABS);
    }
    cr_assert_gt(f.index.resizes, 12);
    cr_assert_eq(f.index.rekeys, 0, "random ids reach no cap");
    cr_assert_gt(f.index.moved_max, 0);
    cr_assert_leq(f.index.moved_max, TN_INDEX_STEP_BUCKETS * TN_BUCKET_SLOTS);
    cr_assert_eq(f.index.table_count, 1, "the last move is done long before the next begins");
    fixture_deinit(&f);
}

Test(index, a_rekey_in_the_middle_of_growing_moves_a_bounded_number_of_slots) {
    fixture f;
    fixture_init(&f, 3);
    char text[TN_ID_SIZE_MAX + 16];
    uint32_t key = 0;
    while (f.index.resizes < 12)
        put_next(&f, key_id(key++, text));
    cr_assert_eq(tn_index_rekey(&f.index), TN_OK);
    cr_assert_eq(f.index.table_count, TN_INDEX_TABLES);
    cr_assert_eq(tn_index_rekey(&f.index), TN_CONFLICT);
    const uint64_t before = f.index.slab_total;
    while (f.index.table_count > 1) {
        put_next(&f, key_id(key++, text));
        cr_assert_eq(tn_index_find(&f.index, key_id(key / 2, text)), key / 2);
    }
    cr_assert_lt(f.index.slab_total, before * 4, "emptied tables are given back");
    for (uint32_t i = 0; i < key; i++)
        cr_assert_eq(tn_index_find(&f.index, key_id(i, text)), i);
    cr_assert_leq(f.index.moved_max, TN_INDEX_STEP_BUCKETS * TN_BUCKET_SLOTS);
    fixture_deinit(&f);
}

Test(index, without_random_numbers_a_rekey_fails_and_changes_nothing) {
    fixture f;
    fixture_init(&f, 7);
    char text[TN_ID_SIZE_MAX + 16];
    for (uint32_t key = 0; key < 1000; key++)
        put_next(&f, key_id(key, text));
    tn_fault_arm(TN_FAULT_RANDOM, 1, EIO);
    cr_assert_neq(tn_index_rekey(&f.index), TN_OK);
    cr_assert_eq(f.index.rekeys, 0);
    for (uint32_t key = 0; key < 1000; key++)
        cr_assert_eq(tn_index_find(&f.index, key_id(key, text)), key);
    cr_assert_eq(tn_index_rekey(&f.index), TN_OK);
    fixture_deinit(&f);
}

Test(index, coming_and_going_for_ever_leaves_nothing_behind) {
    fixture f;
    fixture_init(&f, 4);
    char text[TN_ID_SIZE_MAX + 16];
    enum { LIVE = 20000 };
    uint32_t rounds = IS_SANITIZED ? 10 : 100;
    for (uint32_t key = 0; key < LIVE; key++)
        put_next(&f, key_id(key, text));
    const uint64_t slots = tn_index_slots(&f.index);
    for (uint32_t key = LIVE; key < LIVE * rounds; key++) {
        const uint32_t row = key % LIVE;
        tn_index_remove(&f.index, row);
        tn_ids_remove(&f.ids, row);
        put_at(&f, key_id(key, text), row);
    }
    cr_assert_eq(tn_index_slots(&f.index), slots);
    uint64_t passed = 0;
    for (uint32_t i = 0; i < f.index.tables[0].bucket_count; i++)
        passed += f.index.tables[0].slabs[i / TN_SLAB_BUCKETS][i % TN_SLAB_BUCKETS].passed;
    uint64_t beyond = 0;
    for (uint32_t key = LIVE * (rounds - 1); key < LIVE * rounds; key++)
        beyond += tn_index_probes(&f.index, key_id(key, text)) - 1;
    cr_assert_eq(passed, beyond, "every count of passed ids is owed to an id that is there");
    fixture_deinit(&f);
}

/* ---- Ids made to collide ---- */

enum { FAMILY = IS_SANITIZED ? 600 : 2000, CROWD = 100000 };

/* Buckets visited to insert and then find the family, beside those of as many random ids. */
static double cost_ratio(fixture *f, const tn_str *family) {
    char text[TN_ID_SIZE_MAX + 16];
    const uint64_t start = f->index.probe_sum;
    for (uint32_t i = 0; i < FAMILY; i++)
        put_next(f, family[i]);
    uint64_t made = f->index.probe_sum - start;
    for (uint32_t i = 0; i < FAMILY; i++)
        made += tn_index_probes(&f->index, family[i]);
    const uint64_t middle = f->index.probe_sum;
    for (uint32_t i = 0; i < FAMILY; i++)
        put_next(f, key_id(CROWD + i, text));
    uint64_t random = f->index.probe_sum - middle;
    for (uint32_t i = 0; i < FAMILY; i++)
        random += tn_index_probes(&f->index, key_id(CROWD + i, text));
    printf("%u made ids: %.3f probes each, random ones %.3f, %llu re-keys\n", FAMILY,
           (double)made / FAMILY / 2, (double)random / FAMILY / 2,
           (unsigned long long)f->index.rekeys);
    return (double)made / (double)random;
}

static void crowd_put(fixture *f) {
    char text[TN_ID_SIZE_MAX + 16];
    for (uint32_t key = 0; key < CROWD; key++)
        put_next(f, key_id(key, text));
}

Test(index, ids_of_one_bucket_under_the_present_secret_cost_at_most_twice_the_probes) {
    fixture f;
    fixture_init(&f, 5);
    crowd_put(&f);
    static uint64_t texts[FAMILY];
    static tn_str family[FAMILY];
    uint32_t found = 0;
    for (uint64_t i = 1ull << 63; found < FAMILY; i++) {
        if (tn_hash_keyed(&f.secret, &i, sizeof i) >> 49 != 0x5ABC) continue;
        texts[found] = i;
        family[found] = (tn_str){(const char *)&texts[found], sizeof i};
        found++;
    }
    cr_assert_leq(cost_ratio(&f, family), 2.0);
    cr_assert_geq(f.index.rekeys, 1);
    fixture_deinit(&f);
}

/* XXH3 multiplies the halves of each 16 bytes after mixing them with the secret: a half equal to
 * its piece of the secret makes the product 0 whatever the other half is. Such ids have one hash,
 * under a secret that is known; XXH3 without a secret of one's own has a secret that everybody
 * knows. */
Test(index, ids_of_one_hash_under_the_present_secret_cost_at_most_twice_the_probes) {
    fixture f;
    fixture_init(&f, 6);
    crowd_put(&f);
    static char texts[FAMILY][32];
    static tn_str family[FAMILY];
    for (uint64_t i = 0; i < FAMILY; i++) {
        memset(texts[i], 'x', sizeof texts[i]);
        memcpy(texts[i], f.secret.bytes, 8);
        memcpy(texts[i] + 8, &i, sizeof i);
        family[i] = (tn_str){texts[i], sizeof texts[i]};
        cr_assert_eq(tn_hash_keyed(&f.secret, texts[i], 32), tn_hash_keyed(&f.secret, texts[0], 32),
                     "the family is what it should be");
    }
    cr_assert_leq(cost_ratio(&f, family), 2.0);
    cr_assert_geq(f.index.rekeys, 1);
    char text[TN_ID_SIZE_MAX + 16];
    for (uint32_t i = 0; i < CROWD; i++)
        cr_assert_eq(tn_index_find(&f.index, key_id(i, text)), i);
    for (uint32_t i = 0; i < FAMILY; i++)
        cr_assert_eq(tn_index_find(&f.index, family[i]), CROWD + i);
    fixture_deinit(&f);
}

/* ---- Ids ---- */

Test(ids, the_room_of_removed_texts_is_used_again) {
    tn_ids ids;
    tn_ids_init(&ids, NULL, 8);
    enum { COUNT = 5000 };
    char text[TN_ID_SIZE_MAX + 16];
    cr_assert_eq(tn_ids_reserve(&ids, COUNT), TN_OK);
    for (uint32_t row = 0; row < COUNT; row++)
        cr_assert_eq(tn_ids_put(&ids, row, key_id(row * 8 + 7, text)), TN_OK);
    const size_t bytes = tn_ids_bytes(&ids);
    for (uint32_t round = 1; round < 20; round++) {
        for (uint32_t row = 0; row < COUNT; row++)
            tn_ids_remove(&ids, row);
        for (uint32_t row = 0; row < COUNT; row++)
            cr_assert_eq(tn_ids_put(&ids, row, key_id(row * 8 + 7 + round * 80000, text)), TN_OK);
    }
    for (uint32_t row = 0; row < COUNT; row++)
        cr_assert(tn_str_equal(tn_ids_get(&ids, row), key_id(row * 8 + 7 + 19 * 80000, text)));
    cr_assert_leq(tn_ids_bytes(&ids), bytes + bytes / 50);
    tn_ids_deinit(&ids);
}

Test(ids, texts_of_every_size_come_back_as_they_were) {
    tn_ids ids;
    tn_ids_init(&ids, NULL, 4);
    char text[TN_ID_SIZE_MAX];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    cr_assert_eq(tn_ids_reserve(&ids, sizeof text + 1), TN_OK);
    for (uint32_t size = 1; size <= sizeof text; size++)
        cr_assert_eq(tn_ids_put(&ids, size, (tn_str){text, size}), TN_OK);
    for (uint32_t size = 1; size <= sizeof text; size++) {
        cr_assert(tn_str_equal(tn_ids_get(&ids, size), (tn_str){text, size}));
        const tn_id_key key = tn_id_key_of((tn_str){text, size});
        for (uint32_t row = 1; row <= sizeof text; row++)
            cr_assert_eq(tn_ids_equal(&ids, row, &key), row == size);
    }
    tn_ids_deinit(&ids);
}
