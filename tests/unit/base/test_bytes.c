/* test_bytes.c: strings, UTF-8, buffers and bitmaps. */
#include "base/bits.h"
#include "base/bytes.h"
#include "base/rng.h"

#include <criterion/criterion.h>

static tn_str str(const char *c_string) {
    return tn_str_of(c_string);
}

Test(str, compares_by_bytes_then_by_size) {
    static const char *const ascending[] = {"", "A", "Aa", "B", "a", "aa", "b", "\xC3\xA4"};
    const size_t count = sizeof ascending / sizeof ascending[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            const int order = tn_str_compare(str(ascending[i]), str(ascending[j]));
            cr_assert((order > 0) - (order < 0) == (i > j) - (i < j), "%zu %zu", i, j);
            cr_assert(tn_str_equal(str(ascending[i]), str(ascending[j])) == (i == j));
        }
    }
    cr_assert(tn_str_compare((tn_str){NULL, 0}, str("")) == 0);
    cr_assert(tn_str_is((tn_str){"abc", 2}, "ab"));
}

Test(utf8, accepts_what_is_valid_and_refuses_what_is_not) {
    static const char *const valid[] = {"",
                                        "plain",
                                        "\xC2\x80",
                                        "\xDF\xBF",
                                        "\xE0\xA0\x80",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xEF\xBF\xBF",
                                        "\xF0\x90\x80\x80",
                                        "\xF4\x8F\xBF\xBF",
                                        "eight by\xC3\xA4tes and more \xE2\x82\xAC"};
    static const char *const invalid[] = {"\x80",
                                          "\xBF",
                                          "\xC0\x80",
                                          "\xC1\xBF",
                                          "\xC2",
                                          "\xC2\x41",
                                          "\xE0\x9F\xBF",
                                          "\xE2\x82",
                                          "\xED\xA0\x80",
                                          "\xED\xBF\xBF",
                                          "\xF0\x8F\xBF\xBF",
                                          "\xF0\x90\x80",
                                          "\xF4\x90\x80\x80",
                                          "\xF5\x80\x80\x80",
                                          "\xFE",
                                          "\xFF",
                                          "twelve bytes and a\xC3"};
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        cr_assert(tn_utf8_valid(str(valid[i])), "valid %zu", i);
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        cr_assert(!tn_utf8_valid(str(invalid[i])), "invalid %zu", i);
}

/* A character of every value, encoded the long way round. */
static size_t encode(uint32_t c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80u | (c & 0x3Fu));
    out[0] = (char)((0xF00u >> size & 0xFFu) | c);
    return size;
}

Test(utf8, every_character_is_valid_except_surrogates) {
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[4];
        const tn_str one = {text, encode(c, text)};
        cr_assert(tn_utf8_valid(one) == (c < 0xD800 || c > 0xDFFF), "U+%04X", (unsigned)c);
        cr_assert(tn_utf8_count(one) == 1);
    }
}

Test(utf8, counts_characters_not_bytes) {
    cr_assert(tn_utf8_count(str("")) == 0);
    cr_assert(tn_utf8_count(str("Zürich €5 🎉")) == 11);
}

static void assert_lower(const char *from, const char *to) {
    char out[256];
    const size_t size = tn_utf8_lower(str(from), out, sizeof out);
    cr_assert(size == strlen(to) && memcmp(out, to, size) == 0, "%s gave %.*s", from, (int)size,
              out);
}

Test(utf8, lower_case_knows_the_scripts_it_promises) {
    assert_lower("HELLO World 123 [\\]^_`{}", "hello world 123 [\\]^_`{}");
    assert_lower("ÄÖÜ ÉÈ ÑŠŽ Ł", "äöü éè ñšž ł");
    assert_lower("ΑΒΓ ΣΟΦΙΑ Ώ", "αβγ σοφια ώ");
    assert_lower("МОСКВА ЁЖ Ѐ Ӏ", "москва ёж ѐ ӏ");
    assert_lower("ԱԲԳ", "աբգ");
    assert_lower("ႠႡ ᲐᲑ", "ⴀⴁ აბ");
    assert_lower("İ", "i");
    assert_lower("ẞ", "ß");
    assert_lower("ȺȾ", "ⱥⱦ");
    assert_lower("ÿŸ", "ÿÿ");
    assert_lower("日本 ß ⅠⅡ 🎉", "日本 ß ⅠⅡ 🎉");
}

Test(utf8, lower_case_is_idempotent_and_at_most_twice_as_long) {
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        char text[4];
        char once[8];
        char twice[8];
        const size_t size = encode(c, text);
        const size_t first = tn_utf8_lower((tn_str){text, size}, once, sizeof once);
        cr_assert(first <= 2 * size && tn_utf8_valid((tn_str){once, first}));
        const size_t second = tn_utf8_lower((tn_str){once, first}, twice, sizeof twice);
        cr_assert(second == first && memcmp(once, twice, first) == 0, "U+%04X", (unsigned)c);
    }
}

Test(utf8, lower_case_says_the_size_it_would_have_needed) {
    char out[4] = "....";
    cr_assert(tn_utf8_lower(str("ABCDEF"), out, 2) == 6);
    cr_assert(memcmp(out, "ab..", 4) == 0);
}

Test(buffer, collects_what_is_appended) {
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    tn_buffer_append_str(&buffer, "one");
    tn_buffer_append_char(&buffer, ',');
    tn_buffer_append(&buffer, "two three", 3);
    tn_buffer_printf(&buffer, " %d %s", 42, "x");
    tn_buffer_append(&buffer, NULL, 0);
    cr_assert(tn_str_is((tn_str){buffer.data, buffer.size}, "one,two 42 x"));
    tn_buffer_clear(&buffer);
    tn_buffer_printf(&buffer, "%0*d", 5000, 7);
    cr_assert(buffer.size == 5000 && buffer.data[4999] == '7' && buffer.data[0] == '0');
    cr_assert(!buffer.failed);
    tn_buffer_deinit(&buffer);
    cr_assert(tn_heap_used_bytes(NULL) == 0);
}

Test(buffer, a_failure_stays_until_cleared_and_loses_nothing_before_it) {
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    tn_buffer_append_str(&buffer, "kept");
    tn_alloc_fail_at(1, false);
    tn_buffer_printf(&buffer, "%0*d", 5000, 7);
    tn_alloc_fail_at(0, false);
    cr_assert(buffer.failed);
    tn_buffer_append_str(&buffer, "ignored");
    cr_assert(tn_buffer_reserve(&buffer, 1) == NULL);
    cr_assert(tn_str_is((tn_str){buffer.data, buffer.size}, "kept"));
    tn_buffer_clear(&buffer);
    tn_buffer_append_str(&buffer, "again");
    cr_assert(tn_str_is((tn_str){buffer.data, buffer.size}, "again"));
    tn_buffer_deinit(&buffer);
}

Test(bits, set_clear_and_count_agree_with_a_plain_array) {
    enum { COUNT = 1000 };
    const uint64_t seed = 11;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    static bool plain[COUNT];
    static uint64_t words[16];
    cr_assert(tn_words_for(COUNT) == 16 && tn_words_for(0) == 0 && tn_words_for(64) == 1);
    for (int i = 0; i < 5000; i++) {
        const size_t at = tn_rng_below(&rng, COUNT);
        plain[at] = tn_rng_below(&rng, 2) == 1;
        tn_bit_put(words, at, plain[at]);
    }
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(tn_bit_get(words, i) == plain[i], "seed %llu", (unsigned long long)seed);
        count += plain[i];
    }
    cr_assert(tn_bits_count(words, 16) == count);
}

Test(bits, powers_of_two_are_rounded_up) {
    cr_assert(tn_power_of_two_above(0) == 1 && tn_power_of_two_above(1) == 1);
    cr_assert(tn_power_of_two_above(2) == 2 && tn_power_of_two_above(3) == 4);
    cr_assert(tn_power_of_two_above(1025) == 2048);
    cr_assert(tn_power_of_two_above(1ull << 63) == 1ull << 63);
    cr_assert(tn_lowest_bit(0x50) == 4 && tn_popcount(0xF0F) == 8);
}
