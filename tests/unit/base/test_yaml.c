/* test_yaml.c: trees, what is refused, and hostile input. */
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/rng.h"
#include "base/yaml.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <tenure/limits.h>

static tn_arena arena;

static void start(void) {
    tn_arena_init(&arena, NULL);
}

static void stop(void) {
    tn_arena_deinit(&arena);
    cr_assert(tn_heap_used_bytes(NULL) == 0);
}

TestSuite(yaml, .init = start, .fini = stop);

static tn_yaml_document parsed(const char *source) {
    tn_yaml_document document = {0};
    tn_error error;
    const tn_status status = tn_yaml_parse(&arena, "m.yaml", tn_str_of(source), &document, &error);
    cr_assert(status == TN_OK, "%s: %s", source, error.message);
    return document;
}

static void assert_text(const tn_yaml_node *node, const char *wanted) {
    cr_assert(node != NULL && node->kind == TN_YAML_SCALAR);
    cr_assert(tn_str_is(node->text, wanted), "'%s' is not '%s'", node->text.data, wanted);
    cr_assert(node->text.data[node->text.size] == '\0');
}

Test(yaml, a_document_becomes_a_tree_in_file_order) {
    const tn_yaml_document document = parsed("name: grocery\n"
                                             "range: [0, 100]\n"
                                             "nested:\n"
                                             "  b: {x: 1, y: 'two'}\n"
                                             "  a: NO\n"
                                             "list:\n"
                                             "  - first\n"
                                             "  - second: 2\n"
                                             "nothing:\n");
    const tn_yaml_node *root = document.root;
    cr_assert(root->kind == TN_YAML_MAPPING && root->count == 5);
    assert_text(tn_yaml_get(root, "name"), "grocery");
    const tn_yaml_node *range = tn_yaml_get(root, "range");
    cr_assert(range->kind == TN_YAML_SEQUENCE && range->count == 2 && range->key_start.line == 2);
    assert_text(range->first, "0");
    assert_text(range->first->next, "100");
    cr_assert(range->first->next->next == NULL && range->first->key.size == 0);
    const tn_yaml_node *nested = tn_yaml_get(root, "nested");
    cr_assert(tn_str_is(nested->first->key, "b") && tn_str_is(nested->first->next->key, "a"));
    assert_text(nested->first->next, "NO");
    const tn_yaml_node *y = tn_yaml_get(nested->first, "y");
    assert_text(y, "two");
    cr_assert(!y->is_plain && nested->first->next->is_plain);
    assert_text(tn_yaml_get(tn_yaml_get(root, "list")->first->next, "second"), "2");
    const tn_yaml_node *nothing = tn_yaml_get(root, "nothing");
    assert_text(nothing, "");
    cr_assert(nothing->is_empty && nothing->is_plain && !y->is_empty);
    cr_assert(tn_yaml_get(root, "absent") == NULL && tn_yaml_get(y, "x") == NULL);
    cr_assert(tn_yaml_get(NULL, "x") == NULL);
}

Test(yaml, positions_count_lines_and_characters_from_one) {
    const tn_yaml_document document = parsed("é: {ü: ö,  x: y}\r\n  \r\nb:   'q'\n");
    const tn_yaml_node *first = document.root->first;
    cr_assert(first->key_start.line == 1 && first->key_start.column == 1);
    cr_assert(first->start.line == 1 && first->start.column == 4 && first->start.offset == 4);
    const tn_yaml_node *x = tn_yaml_get(first, "x");
    cr_assert(x->key_start.column == 12 && x->key_start.offset == 14 && x->start.column == 15);
    const tn_yaml_node *b = tn_yaml_get(document.root, "b");
    cr_assert(b->key_start.line == 3 && b->key_start.column == 1);
    cr_assert(b->start.line == 3 && b->start.column == 6);
}

Test(yaml, a_byte_order_mark_is_not_counted) {
    const tn_yaml_document document = parsed("\xEF\xBB\xBF"
                                             "a: b\n");
    cr_assert(document.root->first->key_start.column == 1);
    cr_assert(document.root->first->start.offset == 3);
    cr_assert(document.source.size == 5);
}

Test(yaml, an_empty_quoted_text_is_a_text) {
    const tn_yaml_document document = parsed("a: ''\nb: \"\"\nc: |\n\nd: x\n");
    for (const tn_yaml_node *node = document.root->first; node->next != NULL; node = node->next) {
        cr_assert(node->text.size == 0 && !node->is_empty && !node->is_plain);
        cr_assert(node->source_offsets != NULL);
    }
}

static void assert_refused(const char *source, const char *message, size_t line, size_t column) {
    tn_yaml_document document = {0};
    tn_error error;
    const tn_status status = tn_yaml_parse(&arena, "m.yaml", tn_str_of(source), &document, &error);
    cr_assert(status == TN_BAD_MODEL && error.status == status, "accepted: %s", source);
    cr_assert(strstr(error.message, message) != NULL, "%s: %s", source, error.message);
    cr_assert(error.line == line && error.column == column, "%s: %s at %zu:%zu", source,
              error.message, error.line, error.column);
    cr_assert_str_eq(error.file, "m.yaml");
    cr_assert(document.root == NULL);
}

Test(yaml, what_a_model_file_cannot_have_is_refused_where_it_stands) {
    assert_refused("", "empty", 1, 1);
    assert_refused("# only a comment\n", "empty", 1, 1);
    assert_refused("a: 1\nb: 2\na: 3\n", "the key 'a' is repeated (first on line 1)", 3, 1);
    assert_refused("x: {k: 1, 'k': 2}\n", "the key 'k' is repeated", 1, 11);
    assert_refused("a: &anchor 1\n", "anchors", 1, 4);
    assert_refused("a: 1\nb: *a\n", "aliases", 2, 4);
    assert_refused("a: !!int 1\n", "tags", 1, 4);
    assert_refused("a: !mine [1]\n", "tags", 1, 4);
    assert_refused("*a : 1\n", "aliases", 1, 1);
    assert_refused("&a b: 1\n", "anchors", 1, 1);
    assert_refused("a:\n  <<: {b: 1}\n", "merge keys", 2, 3);
    assert_refused("a: 1\n---\nb: 1\n", "second document", 2, 1);
    assert_refused("? [a, b]\n: 1\n", "a key must be", 1, 3);
    assert_refused("{a: 1}: 2\n", "a key must be", 1, 1);
    assert_refused("? \n: 1\n", "a key is missing", 1, 2);
    assert_refused("'': 1\n", "a key is missing", 1, 1);
    assert_refused("a: \"b\\0c\"\n", "NUL", 1, 4);
    assert_refused("a: b\x01\n", "control character", 1, 5);
    assert_refused("a: b\x7F\n", "control character", 1, 5);
    assert_refused("a: ä\xC2\x85\n", "control character", 1, 5);
    assert_refused("a: b\xE2\x80\xA8 c\n", "control character", 1, 5);
    assert_refused("é: 1\nb: ü\xEF\xBF\xBF\n", "control characters are not allowed", 2, 5);
    assert_refused("ok: ä\na: ä\xFF\n", "not valid UTF-8", 2, 5);
    assert_refused("a: \xC3", "not valid UTF-8", 1, 4);
    assert_refused("a:\n\tb: 1\n", "a tab cannot indent", 2, 1);
    assert_refused("a: [1, 2\nb: 3\n", "flow sequence", 2, 2);
    assert_refused("a: 'open\n\n", "found unexpected end of stream", 3, 1);
    assert_refused("a: b: c\n", "mapping values are not allowed", 1, 5);
    assert_refused("a: 1\n  b: 2\n", "mapping values are not allowed", 2, 4);
}

Test(yaml, an_unquoted_colon_is_explained) {
    tn_yaml_document document = {0};
    tn_error error;
    cr_assert(tn_yaml_parse(&arena, "m", tn_str_of("a: b: c\n"), &document, &error) ==
              TN_BAD_MODEL);
    cr_assert_str_eq(error.detail, "  a: b: c\n      ^\na text with ': ' in it must be quoted");
}

Test(yaml, merge_keys_may_be_texts) {
    const tn_yaml_document document = parsed("'<<': 1\n");
    cr_assert(tn_str_is(document.root->first->key, "<<"));
}

Test(yaml, a_nul_byte_is_refused) {
    static const char source[] = "a: b\0c\n";
    tn_yaml_document document = {0};
    tn_error error;
    cr_assert(tn_yaml_parse(&arena, "m.yaml", (tn_str){source, sizeof source - 1}, &document,
                            &error) == TN_BAD_MODEL);
    cr_assert(error.line == 1 && error.column == 5);
}

Test(yaml, keys_repeat_only_within_one_mapping) {
    const tn_yaml_document document =
        parsed("a: {x: 1, y: 2}\nb: {x: 1, y: 2}\nx: [{a: 1}, {a: 2}]\n");
    cr_assert(document.root->count == 3);
}

static tn_str repeated(const char *before, const char *piece, size_t times, const char *after) {
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    tn_buffer_append_str(&buffer, before);
    for (size_t i = 0; i < times; i++)
        tn_buffer_append_str(&buffer, piece);
    tn_buffer_append_str(&buffer, after);
    const char *copy = tn_arena_copy(&arena, buffer.data, buffer.size);
    const tn_str out = {copy, buffer.size};
    tn_buffer_deinit(&buffer);
    return out;
}

Test(yaml, depth_is_bounded_exactly) {
    tn_yaml_document document = {0};
    tn_error error;
    tn_str source = repeated("", "[", TN_MODEL_DEPTH_MAX, "");
    source = repeated(source.data, "]", TN_MODEL_DEPTH_MAX, "\n");
    cr_assert(tn_yaml_parse(&arena, "m", source, &document, &error) == TN_OK, "%s", error.message);
    source = repeated("", "[", TN_MODEL_DEPTH_MAX + 1, "");
    source = repeated(source.data, "]", TN_MODEL_DEPTH_MAX + 1, "\n");
    cr_assert(tn_yaml_parse(&arena, "m", source, &document, &error) == TN_BAD_MODEL);
    cr_assert(error.column == TN_MODEL_DEPTH_MAX + 1);
}

Test(yaml, hostile_nesting_ends_soon) {
    static const char *const pieces[] = {
        "[", "{", "- ", "? ", "{a: ", "[[{", "a: [", "\n- ", "#\n"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        tn_yaml_document document = {0};
        const tn_str source = repeated("", pieces[i], 100000, "");
        cr_assert(tn_yaml_parse(&arena, "m", source, &document, NULL) != TN_OK || i == 7, "%zu", i);
    }
}

Test(yaml, masses_of_values_and_keys_are_bounded_or_fast) {
    tn_yaml_document document = {0};
    tn_error error;
    tn_str source = repeated("[", "a,", 1000000, "]");
    cr_assert(tn_yaml_parse(&arena, "m", source, &document, &error) == TN_TOO_LARGE);
    source = repeated("", "x", (size_t)TN_MODEL_SIZE_MAX + 1, "");
    cr_assert(tn_yaml_parse(&arena, "m", source, &document, &error) == TN_TOO_LARGE);
    cr_assert_str_eq(error.file, "m");
    tn_buffer keys;
    tn_buffer_init(&keys, NULL);
    for (int i = 0; i < 200000; i++)
        tn_buffer_printf(&keys, "k%d: {a: 1}\n", i);
    cr_assert(tn_yaml_parse(&arena, "m", (tn_str){keys.data, keys.size}, &document, &error) ==
              TN_TOO_LARGE);
    tn_buffer_clear(&keys);
    for (int i = 0; i < 200000; i++)
        tn_buffer_printf(&keys, "k%d: 1\n", i);
    cr_assert(tn_yaml_parse(&arena, "m", (tn_str){keys.data, keys.size}, &document, &error) ==
              TN_OK);
    cr_assert(document.root->count == 200000);
    tn_buffer_deinit(&keys);
}

Test(yaml, one_line_of_megabytes_is_fast) {
    tn_yaml_document document = {0};
    const tn_str source = repeated("[", "'ä',", 200000, "]");
    cr_assert(tn_yaml_parse(&arena, "m", source, &document, NULL) == TN_OK);
    const tn_yaml_node *node = document.root->first;
    for (size_t i = 0; i < 200000; i++, node = node->next)
        cr_assert(node->start.column == 2 + 4 * i && node->start.offset == 1 + 5 * i);
}

static const char sample[] = "name: x\nlist: [1, {a: 'b'}]\nmore:\n  k: >\n    folded\n    text\n";

Test(yaml, running_out_of_memory_anywhere_is_reported) {
    for (uint64_t n = 1;; n++) {
        tn_arena local;
        tn_arena_init(&local, NULL);
        tn_yaml_document document = {0};
        tn_error error;
        tn_alloc_fail_at(n, true);
        const tn_status status = tn_yaml_parse(&local, "m", tn_str_of(sample), &document, &error);
        tn_alloc_fail_at(0, false);
        tn_arena_deinit(&local);
        cr_assert(tn_heap_used_bytes(NULL) == 0, "allocation %" PRIu64, n);
        if (status == TN_OK) {
            cr_assert(n > 2);
            break;
        }
        cr_assert(status == TN_OUT_OF_MEMORY && document.root == NULL);
    }
}

Test(yaml, random_damage_never_does_harm) {
    const uint64_t seed = 6;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    static const char alphabet[] = "ab:-,[]{}'\"|>#&*!%@`?~ \n\n\t\r\\0x\xC3\xA4\xFF<";
    for (int i = 0; i < 30000; i++) {
        char text[200];
        const size_t size = tn_rng_below(&rng, sizeof text);
        for (size_t j = 0; j < size; j++)
            text[j] = i % 2 == 0 ? alphabet[tn_rng_below(&rng, sizeof alphabet - 1)]
                                 : sample[j % (sizeof sample - 1)];
        for (size_t j = 0; j < 3 && size > 0; j++)
            text[tn_rng_below(&rng, size)] = alphabet[tn_rng_below(&rng, sizeof alphabet - 1)];
        tn_arena local;
        tn_arena_init(&local, NULL);
        tn_yaml_document document = {0};
        tn_error error = {0};
        const tn_status status =
            tn_yaml_parse(&local, "m", (tn_str){text, size}, &document, &error);
        if (status != TN_OK) {
            cr_assert(error.line >= 1 && error.message[0] != '\0', "seed %" PRIu64, seed);
            cr_assert(tn_utf8_valid(tn_str_of(error.detail)), "seed %" PRIu64, seed);
        }
        tn_arena_deinit(&local);
    }
}
