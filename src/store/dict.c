/* dict.c: the texts are a tn_ids numbered by code, found through a tn_index: a dictionary grows in
 * steps and withstands made collisions as the customers' index does. */
#include "store/dict.h"

#include "base/error.h"
#include "store/index.h"

enum { CHUNK_SHIFT = 8 };

struct tn_dict {
    tn_heap *heap;
    uint32_t count;
    tn_ids texts;
    tn_index index;
};

tn_status tn_dict_create(tn_heap *heap, const tn_hash_secret *secret, tn_dict **out) {
    tn_dict *dict = tn_alloc_zero(heap, sizeof *dict);
    if (dict == NULL) return TN_OUT_OF_MEMORY;
    dict->heap = heap;
    tn_ids_init(&dict->texts, heap, CHUNK_SHIFT);
    const tn_status status = tn_index_init(&dict->index, heap, &dict->texts, secret);
    if (status != TN_OK) {
        tn_free(heap, dict, sizeof *dict);
        return status;
    }
    *out = dict;
    return TN_OK;
}

void tn_dict_destroy(tn_dict *dict) {
    if (dict == NULL) return;
    tn_index_deinit(&dict->index);
    tn_ids_deinit(&dict->texts);
    tn_free(dict->heap, dict, sizeof *dict);
}

tn_status tn_dict_put(tn_dict *dict, tn_str text, uint32_t *code) {
    const uint32_t known = tn_dict_find(dict, text);
    if (known != TN_CODE_NULL) {
        *code = known;
        return TN_OK;
    }
    if (text.size > TN_TEXT_SIZE_MAX || dict->count >= TN_DICTIONARY_ENTRIES_MAX)
        return TN_TOO_LARGE;
    const uint32_t fresh = dict->count;
    TN_TRY(tn_ids_reserve(&dict->texts, (size_t)fresh + 1));
    TN_TRY(tn_ids_put(&dict->texts, fresh, text));
    const tn_status status = tn_index_put(&dict->index, text, fresh);
    if (status != TN_OK) {
        tn_ids_remove(&dict->texts, fresh);
        return status;
    }
    dict->count++;
    *code = fresh;
    return TN_OK;
}

uint32_t tn_dict_find(const tn_dict *dict, tn_str text) {
    return tn_index_find(&dict->index, text);
}

tn_str tn_dict_text(const tn_dict *dict, uint32_t code) {
    return tn_ids_get(&dict->texts, code);
}

uint32_t tn_dict_count(const tn_dict *dict) {
    return dict->count;
}

size_t tn_dict_bytes(const tn_dict *dict) {
    return sizeof *dict + tn_ids_bytes(&dict->texts) + tn_index_bytes(&dict->index);
}
