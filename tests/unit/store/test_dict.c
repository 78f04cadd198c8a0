/* Dictionaries: dense codes, stable texts. */
#include "store/dict.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <tenure/limits.h>

static tn_dict *dict_new(void) {
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_dict *dict = NULL;
    cr_assert_eq(tn_dict_create(NULL, &secret, &dict), TN_OK);
    return dict;
}

Test(dict, codes_are_dense_in_order_of_arrival_and_texts_stay_where_they_are) {
    tn_dict *dict = dict_new();
    enum { COUNT = 50000 };
    const char *first_text = NULL;
    char text[64];
    for (uint32_t i = 0; i < COUNT; i++) {
        const int size = snprintf(text, sizeof text, i % 2 ? "%u" : "a text of some length %u", i);
        uint32_t code = TN_CODE_NULL;
        cr_assert_eq(tn_dict_put(dict, (tn_str){text, (size_t)size}, &code), TN_OK);
        cr_assert_eq(code, i);
        if (i == 0) first_text = tn_dict_text(dict, 0).data;
    }
    cr_assert_eq(tn_dict_count(dict), COUNT);
    cr_assert_eq(tn_dict_text(dict, 0).data, first_text);
    for (uint32_t i = 0; i < COUNT; i++) {
        const int size = snprintf(text, sizeof text, i % 2 ? "%u" : "a text of some length %u", i);
        uint32_t code = TN_CODE_NULL;
        cr_assert_eq(tn_dict_put(dict, (tn_str){text, (size_t)size}, &code), TN_OK);
        cr_assert_eq(code, i);
        cr_assert(tn_str_equal(tn_dict_text(dict, i), (tn_str){text, (size_t)size}));
    }
    cr_assert_eq(tn_dict_find(dict, tn_str_of("absent")), TN_CODE_NULL);
    tn_dict_destroy(dict);
}

Test(dict, the_empty_text_and_texts_beyond_the_size_of_ids_are_entries_like_others) {
    tn_dict *dict = dict_new();
    static char big[TN_TEXT_SIZE_MAX + 1];
    memset(big, 'x', sizeof big);
    uint32_t code;
    cr_assert_eq(tn_dict_put(dict, (tn_str){NULL, 0}, &code), TN_OK);
    cr_assert_eq(code, 0);
    cr_assert_eq(tn_dict_put(dict, (tn_str){big, TN_TEXT_SIZE_MAX}, &code), TN_OK);
    cr_assert_eq(code, 1);
    cr_assert_eq(tn_dict_put(dict, (tn_str){big, TN_ID_SIZE_MAX}, &code), TN_OK);
    cr_assert_eq(code, 2);
    cr_assert_eq(tn_dict_put(dict, (tn_str){big, sizeof big}, &code), TN_TOO_LARGE);
    cr_assert_eq(tn_dict_text(dict, 0).size, 0);
    cr_assert_eq(tn_dict_text(dict, 1).size, TN_TEXT_SIZE_MAX);
    cr_assert_eq(tn_dict_find(dict, (tn_str){big, TN_TEXT_SIZE_MAX}), 1);
    cr_assert_eq(tn_dict_find(dict, tn_str_of("")), 0);
    tn_dict_destroy(dict);
}
