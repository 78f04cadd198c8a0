/* ids.h: texts by number: a customer's id by its row, an entry of a dictionary by its code.
 *
 * Each text has a 16-byte cell in a chunk that never moves. A text of up to 15 bytes lies in its
 * cell; a longer one leaves its size and first three bytes there and lies in a heap of pieces, in
 * which the room of removed texts is used again. A view of a text is valid until the text is
 * removed. One owner thread. */
#ifndef TN_STORE_IDS_H
#define TN_STORE_IDS_H

#include "base/alloc.h"

#include <string.h>
#include <tenure/limits.h>
#include <tenure/status.h>
#include <tenure/types.h>

enum { TN_ID_INLINE_MAX = 15, TN_ID_LONG = 255 };

/* Inline: size in byte 0, text from byte 1, zeros behind it. Long: TN_ID_LONG in byte 0, three
 * bytes of text, the size in bytes 4 to 7, then a pointer. Free: 0 in byte 0, the next free row in
 * word 1. */
typedef struct tn_id_cell {
    uint64_t words[2];
} tn_id_cell;

typedef struct tn_ids {
    tn_heap *heap;
    unsigned chunk_shift; /* log2 of the cells of a chunk */
    tn_id_cell **chunks;
    size_t chunk_count;
    size_t chunk_capacity;
    char **pieces; /* blocks of the heap of long texts */
    size_t piece_count;
    size_t piece_capacity;
    char *bump; /* unused room of the newest piece */
    size_t bump_bytes;
    struct tn_big_text *big;                /* texts above TN_ID_SIZE_MAX, one block each */
    char *free_by_size[TN_ID_SIZE_MAX + 1]; /* lists of room, linked through its first 8 bytes */
    size_t big_bytes;
} tn_ids;

/* A text made ready for comparing with cells. */
typedef struct tn_id_key {
    tn_id_cell cell; /* what an equal text's cell holds; of a long one only word 0 counts */
    tn_str text;
} tn_id_key;

void tn_ids_init(tn_ids *ids, tn_heap *heap, unsigned chunk_shift);
void tn_ids_deinit(tn_ids *ids);
/* Cells for at least `rows` rows. */
tn_status tn_ids_reserve(tn_ids *ids, size_t rows) TN_MUST_CHECK;
/* Stores a copy of `text` (1 byte or more) in a reserved cell that holds none. */
tn_status tn_ids_put(tn_ids *ids, uint32_t row, tn_str text) TN_MUST_CHECK;
void tn_ids_remove(tn_ids *ids, uint32_t row);
/* Bytes of all memory held. */
size_t tn_ids_bytes(const tn_ids *ids);

tn_id_key tn_id_key_of(tn_str text);

static inline tn_id_cell *tn_ids_cell(const tn_ids *ids, uint32_t row) {
    const uint32_t mask = (1u << ids->chunk_shift) - 1;
    return &ids->chunks[row >> ids->chunk_shift][row & mask];
}

static inline tn_str tn_ids_get(const tn_ids *ids, uint32_t row) {
    const char *cell = (const char *)tn_ids_cell(ids, row);
    const unsigned char size = (unsigned char)cell[0];
    if (size <= TN_ID_INLINE_MAX) return (tn_str){.data = cell + 1, .size = size};
    uint32_t long_size;
    const char *text;
    memcpy(&long_size, cell + 4, sizeof long_size);
    memcpy(&text, cell + 8, sizeof text);
    return (tn_str){.data = text, .size = long_size};
}

/* Fetches the text of a row if it is a long one. */
static inline void tn_ids_prefetch_long(const tn_ids *ids, uint32_t row) {
    const tn_str text = tn_ids_get(ids, row);
    if (text.size > TN_ID_INLINE_MAX) __builtin_prefetch(text.data);
}

static inline bool tn_ids_equal(const tn_ids *ids, uint32_t row, const tn_id_key *key) {
    const tn_id_cell *cell = tn_ids_cell(ids, row);
    if (cell->words[0] != key->cell.words[0]) return false;
    if (key->text.size <= TN_ID_INLINE_MAX) return cell->words[1] == key->cell.words[1];
    return memcmp(tn_ids_get(ids, row).data, key->text.data, key->text.size) == 0;
}

/* The chain of free rows runs through their cells. */
static inline void tn_ids_link_set(tn_ids *ids, uint32_t row, uint32_t next) {
    *tn_ids_cell(ids, row) = (tn_id_cell){.words = {0, next}};
}
static inline uint32_t tn_ids_link(const tn_ids *ids, uint32_t row) {
    return (uint32_t)tn_ids_cell(ids, row)->words[1];
}

#endif
