/* ids.c: long texts are cut from pieces of PIECE_BYTES. Freed room goes to a list of its exact
 * size; before a new piece is asked for, larger freed room is split, as long as what remains can
 * hold the link of a free list. */
#include "store/ids.h"

#include "base/error.h"

enum { PIECE_BYTES = 64 * 1024, ROOM_MIN = TN_ID_INLINE_MAX + 1 };

/* In front of a text that is longer than any id (dictionaries only). */
typedef struct tn_big_text {
    struct tn_big_text *next, *previous;
    size_t bytes; /* of the whole block */
    size_t unused;
} tn_big_text;

void tn_ids_init(tn_ids *ids, tn_heap *heap, unsigned chunk_shift) {
    *ids = (tn_ids){.heap = heap, .chunk_shift = chunk_shift};
}

static size_t chunk_bytes(const tn_ids *ids) {
    return sizeof(tn_id_cell) << ids->chunk_shift;
}

void tn_ids_deinit(tn_ids *ids) {
    for (size_t i = 0; i < ids->chunk_count; i++)
        tn_free(ids->heap, ids->chunks[i], chunk_bytes(ids));
    tn_free(ids->heap, ids->chunks, ids->chunk_capacity * sizeof *ids->chunks);
    for (size_t i = 0; i < ids->piece_count; i++)
        tn_free(ids->heap, ids->pieces[i], PIECE_BYTES);
    tn_free(ids->heap, ids->pieces, ids->piece_capacity * sizeof *ids->pieces);
    for (tn_big_text *big = ids->big, *next; big != NULL; big = next) {
        next = big->next;
        tn_free(ids->heap, big, big->bytes);
    }
    tn_ids_init(ids, ids->heap, ids->chunk_shift);
}

tn_status tn_ids_reserve(tn_ids *ids, size_t rows) {
    while ((ids->chunk_count << ids->chunk_shift) < rows) {
        void *chunks = ids->chunks;
        if (!tn_array_reserve(ids->heap, &chunks, &ids->chunk_capacity, ids->chunk_count + 1,
                              sizeof *ids->chunks))
            return TN_OUT_OF_MEMORY;
        ids->chunks = chunks;
        tn_id_cell *chunk = tn_alloc(ids->heap, chunk_bytes(ids));
        if (chunk == NULL) return TN_OUT_OF_MEMORY;
        ids->chunks[ids->chunk_count++] = chunk;
    }
    return TN_OK;
}

/* ---- The heap of long texts ---- */

static void room_give(tn_ids *ids, char *room, size_t size) {
    memcpy(room, &ids->free_by_size[size], sizeof(char *));
    ids->free_by_size[size] = room;
}

static char *room_take(tn_ids *ids, size_t size) {
    char *room = ids->free_by_size[size];
    if (room != NULL) memcpy(&ids->free_by_size[size], room, sizeof(char *));
    return room;
}

static char *room_split(tn_ids *ids, size_t size) {
    for (size_t large = size + ROOM_MIN; large <= TN_ID_SIZE_MAX; large++) {
        char *room = room_take(ids, large);
        if (room == NULL) continue;
        room_give(ids, room + size, large - size);
        return room;
    }
    return NULL;
}

static bool piece_add(tn_ids *ids) {
    void *pieces = ids->pieces;
    if (!tn_array_reserve(ids->heap, &pieces, &ids->piece_capacity, ids->piece_count + 1,
                          sizeof *ids->pieces))
        return false;
    ids->pieces = pieces;
    char *piece = tn_alloc(ids->heap, PIECE_BYTES);
    if (piece == NULL) return false;
    if (ids->bump_bytes >= ROOM_MIN) room_give(ids, ids->bump, ids->bump_bytes);
    ids->pieces[ids->piece_count++] = piece;
    ids->bump = piece;
    ids->bump_bytes = PIECE_BYTES;
    return true;
}

static char *room_find(tn_ids *ids, size_t size) {
    char *room = room_take(ids, size);
    if (room != NULL) return room;
    if (ids->bump_bytes < size) {
        room = room_split(ids, size);
        if (room != NULL) return room;
        if (!piece_add(ids)) return NULL;
    }
    room = ids->bump;
    ids->bump += size;
    ids->bump_bytes -= size;
    return room;
}

static char *big_add(tn_ids *ids, size_t size) {
    const size_t bytes = sizeof(tn_big_text) + size;
    tn_big_text *big = tn_alloc(ids->heap, bytes);
    if (big == NULL) return NULL;
    *big = (tn_big_text){.next = ids->big, .bytes = bytes};
    if (ids->big != NULL) ids->big->previous = big;
    ids->big = big;
    ids->big_bytes += bytes;
    return (char *)(big + 1);
}

static void big_remove(tn_ids *ids, const char *text) {
    tn_big_text *big = (tn_big_text *)(uintptr_t)text - 1;
    if (big->previous != NULL)
        big->previous->next = big->next;
    else
        ids->big = big->next;
    if (big->next != NULL) big->next->previous = big->previous;
    ids->big_bytes -= big->bytes;
    tn_free(ids->heap, big, big->bytes);
}

/* ---- Cells ---- */

tn_id_key tn_id_key_of(tn_str text) {
    tn_id_key key = {.text = text};
    char *cell = (char *)key.cell.words;
    if (text.size <= TN_ID_INLINE_MAX) {
        cell[0] = (char)text.size;
        if (text.size > 0) memcpy(cell + 1, text.data, text.size);
    } else {
        const uint32_t size = (uint32_t)text.size;
        cell[0] = (char)TN_ID_LONG;
        memcpy(cell + 1, text.data, 3);
        memcpy(cell + 4, &size, sizeof size);
    }
    return key;
}

tn_status tn_ids_put(tn_ids *ids, uint32_t row, tn_str text) {
    tn_id_key key = tn_id_key_of(text);
    if (text.size > TN_ID_INLINE_MAX) {
        char *room =
            text.size <= TN_ID_SIZE_MAX ? room_find(ids, text.size) : big_add(ids, text.size);
        if (room == NULL) return TN_OUT_OF_MEMORY;
        memcpy(room, text.data, text.size);
        memcpy(&key.cell.words[1], &room, sizeof room);
    }
    *tn_ids_cell(ids, row) = key.cell;
    return TN_OK;
}

void tn_ids_remove(tn_ids *ids, uint32_t row) {
    const tn_str text = tn_ids_get(ids, row);
    if (text.size > TN_ID_SIZE_MAX)
        big_remove(ids, text.data);
    else if (text.size > TN_ID_INLINE_MAX)
        room_give(ids, (char *)(uintptr_t)text.data, text.size);
    *tn_ids_cell(ids, row) = (tn_id_cell){0};
}

size_t tn_ids_bytes(const tn_ids *ids) {
    return ids->chunk_count * chunk_bytes(ids) + ids->chunk_capacity * sizeof *ids->chunks +
           ids->piece_count * PIECE_BYTES + ids->piece_capacity * sizeof *ids->pieces +
           ids->big_bytes;
}
