/* test_yaml_source.c: the way from a byte of a scalar's text back to its place in the file, and the
 * caret that shows it. */
#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/yaml.h"

#include <criterion/criterion.h>
#include <inttypes.h>

static tn_arena arena;

static void start(void) {
    tn_arena_init(&arena, NULL);
}

static void stop(void) {
    tn_arena_deinit(&arena);
}

TestSuite(yaml_source, .init = start, .fini = stop);

static tn_yaml_document parsed(const char *source) {
    tn_yaml_document document = {0};
    tn_error error;
    const tn_status status = tn_yaml_parse(&arena, "m.yaml", tn_str_of(source), &document, &error);
    cr_assert(status == TN_OK, "%s: %s", source, error.message);
    return document;
}

/* Finds `needle` in the text of the first entry and checks where that stands in the file. */
static void assert_at(const char *source, const char *needle, size_t line, size_t column) {
    const tn_yaml_document document = parsed(source);
    const tn_yaml_node *node = document.root->first;
    const char *found = strstr(node->text.data, needle);
    cr_assert(found != NULL, "'%s' is not in '%s'", needle, node->text.data);
    const tn_yaml_mark mark = tn_yaml_locate(&document, node, (size_t)(found - node->text.data));
    cr_assert(mark.line == line && mark.column == column, "'%s' of '%s' at %zu:%zu", needle, source,
              mark.line, mark.column);
}

Test(yaml_source, plain_scalars_are_found) {
    assert_at("a: count(x) > 3\n", "x", 1, 10);
    assert_at("a:   one\n  two\n\n     three\n", "two", 2, 3);
    assert_at("a:   one\n  two\n\n     three\n", "three", 4, 6);
    assert_at("a: ä ö x\n", "x", 1, 8);
    assert_at("[one\n two]\n", "two", 2, 2);
    assert_at("a: one  \t \n   two # no\n", "two", 2, 4);
}

Test(yaml_source, quoted_scalars_are_found) {
    assert_at("a: 'it''s x'\n", "x", 1, 11);
    assert_at("a: 'it''s x'\n", "'", 1, 7);
    assert_at("a: 'one\n\n   two''x'\n", "x", 3, 9);
    assert_at("a: \"\\u00e9\\x41 x\"\n", "x", 1, 16);
    assert_at("a: \"\\u00e9\\x41 x\"\n", "A", 1, 11);
    assert_at("a: \"q\\\"x\"\n", "x", 1, 8);
    assert_at("a: \"one \\\n    two\\n\n  x\"\n", "two", 2, 5);
    assert_at("a: \"one \\\n    two\\n\n  x\"\n", "x", 3, 3);
    assert_at("a: \"\\U0001F389x\"\n", "x", 1, 15);
    assert_at("a: \"one\\\n\n  two\"\n", "two", 3, 3);
    assert_at("a: \"one\n  \\  two\"\n", "two", 2, 6);
}

Test(yaml_source, folded_scalars_are_found) {
    static const char source[] = "a: >-\n"
                                 "  days_since(last) > 3\n"
                                 "  and count(visti) > 2\n"
                                 "\n"
                                 "  or   x\n"
                                 "    indented y\n"
                                 "  z\n";
    assert_at(source, "days_since", 2, 3);
    assert_at(source, "visti", 3, 13);
    assert_at(source, "x", 5, 8);
    assert_at(source, "y\n", 6, 14);
    assert_at(source, "z", 7, 3);
    assert_at("a: > # comment\n\n\n   first\n   second\n", "second", 5, 4);
    assert_at("a: >2\n    two\n  x\n", "x", 3, 3);
    assert_at("a: >2\n    two\n  x\n", "two", 2, 5);
}

Test(yaml_source, literal_scalars_are_found) {
    assert_at("a: |\n  one\n   two\n\n  x", "one", 2, 3);
    assert_at("a: |\n  one\n   two\n\n  x", "two", 3, 4);
    assert_at("a: |\n  one\n   two\n\n  x", "x", 5, 3);
    assert_at("a: |+\n\n  ä x\n\n\nb: 1\n", "x", 3, 5);
    assert_at("- |\n one\n two\n", "two", 3, 2);
}

Test(yaml_source, a_block_of_empty_lines_is_found_line_by_line) {
    const tn_yaml_document document = parsed("a: |+\n    \n\n \nb: 1\n");
    const tn_yaml_node *node = document.root->first;
    cr_assert(tn_str_is(node->text, "\n\n\n"));
    for (size_t i = 0; i < 3; i++)
        cr_assert(tn_yaml_locate(&document, node, i).line == 2 + i, "line feed %zu", i);
}

Test(yaml_source, windows_line_ends_change_nothing) {
    assert_at("a: >\r\n  one\r\n  two\r\n", "two", 3, 3);
    assert_at("a: 'one\r\n  two'\r\n", "two", 2, 3);
    assert_at("a: one\r\n  two\r\n", "two", 2, 3);
    assert_at("a: |\r  one\r  two\r", "two", 3, 3);
}

Test(yaml_source, the_end_of_a_text_has_a_place_too) {
    static const struct {
        const char *source;
        size_t line;
        size_t column;
    } cases[] = {{"a: xy\n", 1, 6},       {"a: 'xy'\n", 1, 7},
                 {"a: \"x\\n\"\n", 1, 8}, {"a: ''\n", 1, 5},
                 {"a:\n", 1, 3},          {"a: 'x\n\n   '\n", 3, 4},
                 {"a: |-\n  xy\n", 2, 5}, {"a: >-\n  xy\n  zz", 3, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const tn_yaml_document document = parsed(cases[i].source);
        const tn_yaml_node *node = document.root->first;
        const tn_yaml_mark mark = tn_yaml_locate(&document, node, node->text.size);
        cr_assert(mark.line == cases[i].line && mark.column == cases[i].column,
                  "'%s' ends at %zu:%zu", cases[i].source, mark.line, mark.column);
        const tn_yaml_mark beyond = tn_yaml_locate(&document, node, SIZE_MAX);
        cr_assert(beyond.offset == mark.offset);
    }
}

/* One random line of words for a style; nothing in it ends the scalar. */
static void random_line(tn_rng *rng, tn_buffer *out, int style) {
    static const char *const words[] = {"a", "bc", "count(x)", "ä€", "🎉", ">=", "it", "3.5", "=b"};
    static const char *const escapes[] = {"\\n",     "\\t",   "\\\"",        "\\\\",
                                          "\\x41",   "\\xe4", "\\u20ac",     "\\U0001F389",
                                          "\\  \\ ", "\\/",   "\\e\\_\\N\\L"};
    const size_t count = 1 + tn_rng_below(rng, 4);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            for (size_t n = 1 + tn_rng_below(rng, 3) / 2; n > 0; n--)
                tn_buffer_append_char(out, tn_rng_below(rng, 12) == 0 ? '\t' : ' ');
        tn_buffer_append_str(out, words[tn_rng_below(rng, 9)]);
        if (style == 1 && tn_rng_below(rng, 3) == 0) tn_buffer_append_str(out, "''");
        if (style == 2 && tn_rng_below(rng, 3) == 0)
            tn_buffer_append_str(out, escapes[tn_rng_below(rng, 11)]);
    }
}

static void append_break(tn_buffer *out, int kind) {
    tn_buffer_append_str(out, kind == 0 ? "\n" : kind == 1 ? "\r\n" : "\r");
}

static void append_spaces(tn_buffer *out, size_t count) {
    for (; count > 0; count--)
        tn_buffer_append_char(out, ' ');
}

/* A mapping with one scalar of the style, of several lines with random blanks and breaks. */
static void random_document(tn_rng *rng, tn_buffer *out, int style) {
    static const char *const openings[] = {"", "'", "\"", "|", ">"};
    const int breaks = (int)tn_rng_below(rng, 6) < 4 ? 0 : (int)tn_rng_below(rng, 3);
    const size_t indent = 2 + tn_rng_below(rng, 3);
    const size_t lines = 1 + tn_rng_below(rng, 6);
    tn_buffer_append_str(out, "key: ");
    tn_buffer_append_str(out, openings[style]);
    if (style >= 3) {
        if (tn_rng_below(rng, 3) == 0) tn_buffer_printf(out, "%zu", indent);
        if (tn_rng_below(rng, 2) == 0) tn_buffer_append_char(out, "+-"[tn_rng_below(rng, 2)]);
        if (tn_rng_below(rng, 4) == 0) tn_buffer_append_str(out, "  # note");
        append_break(out, breaks);
    }
    for (size_t i = 0; i < lines; i++) {
        if (style >= 3)
            append_spaces(out, indent + (i > 0 && tn_rng_below(rng, 3) == 0));
        else if (i > 0)
            append_spaces(out, 1 + tn_rng_below(rng, 5));
        random_line(rng, out, style);
        if (style == 2 && i + 1 < lines && tn_rng_below(rng, 4) == 0)
            tn_buffer_append_str(out, " \\");
        else
            append_spaces(out, tn_rng_below(rng, 5) == 0 ? 2 : 0);
        if (style < 3 && i + 1 == lines) break;
        for (size_t n = tn_rng_below(rng, 4) == 0 ? 3 : 1; n > 0; n--) {
            append_break(out, breaks);
            if (n > 1) append_spaces(out, tn_rng_below(rng, indent + 1));
        }
    }
    if (style == 1 || style == 2) tn_buffer_append_str(out, openings[style]);
    append_break(out, breaks);
    if (tn_rng_below(rng, 2) == 0) tn_buffer_append_str(out, "next: 1\n");
}

static bool is_word(char c) {
    return c != ' ' && c != '\n' && c != '\t' && c != '\r' && ((unsigned char)c & 0x80u) == 0 &&
           (unsigned char)c >= 0x20;
}

/* Every byte of the text has its own place, in order, and a word's byte stands there or an escape
 * does. */
static bool offsets_hold(const tn_yaml_document *document, const tn_yaml_node *node, int style) {
    for (size_t i = 0; i < node->text.size; i++) {
        const uint32_t at = node->source_offsets[i];
        const uint32_t next = node->source_offsets[i + 1];
        const bool is_inside =
            i + 1 < node->text.size && ((unsigned char)node->text.data[i + 1] & 0xC0u) == 0x80u;
        if (next < at || (next == at && !is_inside)) return false;
        const char there = document->source.data[at];
        if (is_word(node->text.data[i]) && there != node->text.data[i] &&
            !(style == 2 && there == '\\'))
            return false;
    }
    return node->source_offsets[node->text.size] <= document->source.size;
}

Test(yaml_source, every_byte_of_random_scalars_is_found) {
    const uint64_t seed = 77;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    size_t accepted = 0;
    enum { ROUNDS = 40000 };
    for (int i = 0; i < ROUNDS; i++) {
        const int style = i % 5;
        tn_buffer source;
        tn_buffer_init(&source, NULL);
        random_document(&rng, &source, style);
        tn_arena local;
        tn_arena_init(&local, NULL);
        tn_yaml_document document = {0};
        tn_error error;
        if (tn_yaml_parse(&local, "m", (tn_str){source.data, source.size}, &document, &error) ==
            TN_OK) {
            accepted++;
            cr_assert(offsets_hold(&document, document.root->first, style),
                      "seed %" PRIu64 ", round %d: <%.*s> <%s>", seed, i, (int)source.size,
                      source.data, document.root->first->text.data);
        }
        tn_arena_deinit(&local);
        tn_buffer_deinit(&source);
    }
    cr_assert(accepted > ROUNDS * 9 / 10, "only %zu were valid", accepted);
}

static const char *blamed(const char *source, const char *needle, tn_error *error) {
    const tn_yaml_document document = parsed(source);
    const tn_yaml_node *node = document.root->first;
    const char *found = strstr(node->text.data, needle);
    cr_assert(found != NULL);
    tn_fail(error, TN_BAD_EXPRESSION, "unknown name");
    tn_yaml_blame(&document, tn_yaml_locate(&document, node, (size_t)(found - node->text.data)),
                  error);
    return error->detail;
}

Test(yaml_source, the_caret_stands_under_the_character) {
    tn_error error;
    cr_assert_str_eq(blamed("vip: >-\n  clv > 5\n  and ägä > visti\n", "visti", &error),
                     "    and ägä > visti\n              ^");
    cr_assert(error.line == 3 && error.column == 13);
    cr_assert_str_eq(error.message, "unknown name");
    cr_assert_str_eq(error.file, "m.yaml");
    cr_assert_str_eq(blamed("vip: \"a\tb\tx\"\n", "x", &error),
                     "  vip: \"a\tb\tx\"\n         \t \t^");
}

Test(yaml_source, choices_named_before_come_below_the_caret) {
    const tn_yaml_document document = parsed("a: b\n");
    tn_error error;
    tn_fail(&error, TN_BAD_MODEL, "no");
    tn_error_detail(&error, "valid: x, y");
    tn_yaml_blame(&document, document.root->first->start, &error);
    cr_assert_str_eq(error.detail, "  a: b\n     ^\nvalid: x, y");
    tn_yaml_blame(&document, document.root->first->start, NULL);
}

Test(yaml_source, a_long_line_is_shown_by_a_window_around_the_caret) {
    for (size_t at = 0; at < 3000; at += 37) {
        tn_buffer source;
        tn_buffer_init(&source, NULL);
        tn_buffer_append_str(&source, "before: 1\nkey: '");
        const size_t first = source.size;
        for (size_t i = 0; i < 3000; i++)
            tn_buffer_append_str(&source, i == at ? "@" : "ä");
        tn_buffer_append_str(&source, "'\nafter: 1\n");
        tn_arena_deinit(&arena);
        tn_yaml_document document = {0};
        cr_assert(tn_yaml_parse(&arena, "m", (tn_str){source.data, source.size}, &document, NULL) ==
                  TN_OK);
        const tn_yaml_node *node = document.root->first->next;
        const tn_yaml_mark mark = tn_yaml_locate(&document, node, 2 * at);
        cr_assert(mark.offset == first + 2 * at && mark.column == 7 + at && mark.line == 2);
        tn_error error;
        tn_fail(&error, TN_BAD_MODEL, "no");
        tn_yaml_blame(&document, mark, &error);
        const char *newline = strchr(error.detail, '\n');
        cr_assert(newline != NULL);
        const tn_str line = {error.detail, (size_t)(newline - error.detail)};
        const char *shown = strchr(error.detail, '@');
        cr_assert(tn_utf8_valid(tn_str_of(error.detail)) && tn_utf8_count(line) < 110);
        const tn_str before = {error.detail, (size_t)(shown - error.detail)};
        cr_assert(strlen(newline + 1) == tn_utf8_count(before) + 1, "%zu: %s", at, error.detail);
        cr_assert(error.detail[strlen(error.detail) - 1] == '^');
        tn_buffer_deinit(&source);
    }
}

Test(yaml_source, a_mark_at_the_very_end_is_shown) {
    const tn_yaml_document document = parsed("a: b");
    tn_error error;
    tn_fail(&error, TN_BAD_MODEL, "no");
    tn_yaml_blame(&document, (tn_yaml_mark){.offset = 4, .line = 1, .column = 5}, &error);
    cr_assert_str_eq(error.detail, "  a: b\n      ^");
    tn_yaml_blame(&document, (tn_yaml_mark){.offset = 999, .line = 9, .column = 1}, &error);
    cr_assert(strchr(error.detail, '^') != NULL);
}
