/* dict.h: a dictionary: texts to dense codes 0, 1, 2 … in order of arrival, and back.
 *
 * One owner thread. Codes are never reused; texts stay where they are, so that a view is valid as
 * long as the dictionary. A look-up compares at most a bounded number of slots. */
#ifndef TN_STORE_DICT_H
#define TN_STORE_DICT_H

#include "base/alloc.h"
#include "base/hash.h"

#include <tenure/status.h>
#include <tenure/types.h>

#define TN_CODE_NULL UINT32_MAX

typedef struct tn_dict tn_dict;

tn_status tn_dict_create(tn_heap *heap, const tn_hash_secret *secret, tn_dict **out) TN_MUST_CHECK;
void tn_dict_destroy(tn_dict *dict);
/* The code of `text`, added when it is new. TN_TOO_LARGE past TN_TEXT_SIZE_MAX or
 * TN_DICTIONARY_ENTRIES_MAX. */
tn_status tn_dict_put(tn_dict *dict, tn_str text, uint32_t *code) TN_MUST_CHECK;
/* TN_CODE_NULL when it is not there. */
uint32_t tn_dict_find(const tn_dict *dict, tn_str text);
tn_str tn_dict_text(const tn_dict *dict, uint32_t code);
uint32_t tn_dict_count(const tn_dict *dict);
size_t tn_dict_bytes(const tn_dict *dict);

#endif
