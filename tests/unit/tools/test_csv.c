/* test_csv.c: the CSV reader, row by row. */
#include "tenure/csv.h"
#include "tenure/csv_map.h"
#include "tenure/csv_table.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* The rows of a text as "line:[field][field]", "line!" for a row with a problem. */
static void render(const char *text, size_t size, char delimiter, tn_buffer *out) {
    tn_csv *csv = NULL;
    tn_csv_row row;
    bool has_row = false;
    cr_assert_eq(tn_csv_open_text((tn_str){text, size}, delimiter, &csv, NULL), TN_OK);
    while (tn_csv_next(csv, &row, &has_row, NULL) == TN_OK && has_row) {
        tn_buffer_printf(out, "%d%s", (int)row.line, row.problem == NULL ? ":" : "!");
        for (size_t i = 0; i < row.count; i++)
            tn_buffer_printf(out, "[%.*s]", (int)row.fields[i].size, row.fields[i].data);
        tn_buffer_append_char(out, ' ');
    }
    tn_csv_close(csv);
    tn_buffer_append_char(out, '\0');
}

static void expect_rows(const char *text, char delimiter, const char *wanted) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    render(text, strlen(text), delimiter, &out);
    cr_expect_str_eq(out.data, wanted, "for '%s': %s", text, out.data);
    tn_buffer_deinit(&out);
}

Test(csv, every_end_of_line_ends_a_row_and_counts_as_one_line) {
    expect_rows("a,b\nc\r\nd\re\n\nf", ',', "1:[a][b] 2:[c] 3:[d] 4:[e] 6:[f] ");
    expect_rows("", ',', "");
    expect_rows("\n\r\n\r", ',', "");
    expect_rows("\r\r\r\na", ',', "4:[a] ");
}

Test(csv, quotes_hold_delimiters_quotes_and_ends_of_lines) {
    expect_rows("\"a,b\",\"c\"\"d\"\n\"e\nf\",g\nh", ',', "1:[a,b][c\"d] 2:[e\nf][g] 4:[h] ");
    expect_rows("\"\",,\n", ',', "1:[][][] ");
    expect_rows("\"a\r\nb\r\nc\"\r\nd", ',', "1:[a\r\nb\r\nc] 4:[d] ");
}

Test(csv, a_bad_quote_costs_one_row_wherever_it_is_found) {
    expect_rows("a\n\"b\"x,1\nc", ',', "1:[a] 2! 3:[c] ");
    expect_rows("a\nb\"c,1\nd", ',', "1:[a] 2! 3:[d] ");
    expect_rows("\"a\nb\nc", ',', "1! 2:[b] 3:[c] ");
    /* Found on line 3, but it is the row of line 1 that is wrong. */
    expect_rows("\"a\nb\nc\"d\ne", ',', "1! 2:[b] 3! 4:[e] ");
}

Test(csv, blanks_belong_to_their_field_unless_they_are_the_delimiter) {
    expect_rows(" a , b \n", ',', "1:[ a ][ b ] ");
    expect_rows("  1  2 3 \n \n4", ' ', "1:[1][2][3] 3:[4] ");
    expect_rows("a\t b\n", '\t', "1:[a][ b] ");
}

Test(csv, a_byte_order_mark_is_skipped_and_utf_16_is_refused) {
    expect_rows("\xef\xbb\xbf"
                "a,b\n",
                ',', "1:[a][b] ");
    tn_csv *csv = NULL;
    tn_csv_row row;
    bool has_row = false;
    tn_error error = {0};
    cr_assert_eq(tn_csv_open_text((tn_str){"\xff\xfe"
                                           "a\0",
                                           4},
                                  ',', &csv, &error),
                 TN_OK);
    cr_expect_eq(tn_csv_next(csv, &row, &has_row, &error), TN_BAD_INPUT);
    cr_expect(strstr(error.message, "UTF-16") != NULL);
    tn_csv_close(csv);
}

Test(csv, bytes_that_are_no_text_are_a_problem_of_their_row) {
    expect_rows("a\n\xff\nb", ',', "1:[a] 2! 3:[b] ");
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    render("a\0b\nc", 5, ',', &out);
    cr_expect_str_eq(out.data, "1! 2:[c] ");
    tn_buffer_deinit(&out);
}

/* A text of `size` times `filler`, after `before` and before `after`. */
static void expect_long(const char *before, char filler, size_t size, const char *after,
                        size_t wanted_size, uint64_t wanted_line) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, before);
    char *room = tn_buffer_reserve(&text, size);
    memset(room, filler, size);
    text.size += size;
    tn_buffer_append_str(&text, after);
    tn_csv *csv = NULL;
    tn_csv_row row;
    bool has_row = false;
    cr_assert_eq(tn_csv_open_text((tn_str){text.data, text.size}, ',', &csv, NULL), TN_OK);
    cr_assert_eq(tn_csv_next(csv, &row, &has_row, NULL), TN_OK);
    if (wanted_size > 0)
        cr_expect(row.problem == NULL && row.fields[0].size == wanted_size);
    else
        cr_expect(row.problem != NULL);
    cr_assert_eq(tn_csv_next(csv, &row, &has_row, NULL), TN_OK);
    cr_expect(has_row && row.line == wanted_line && row.problem == NULL);
    cr_expect(tn_str_is(row.fields[0], "z"));
    tn_csv_close(csv);
    tn_buffer_deinit(&text);
}

Test(csv, a_line_of_millions_of_characters_is_one_field_and_a_larger_one_is_refused) {
    expect_long("", 'x', 1000000, ",1\nz,2\n", 1000000, 2);
    expect_long("\"", '\n', 3000000, "\",1\nz,2\n", 3000000, 3000002);
    expect_long("", 'x', TN_CSV_ROW_SIZE_MAX + 1000000, ",1\nz,2\n", 0, 2);
}

Test(csv, what_is_written_reads_back_the_same) {
    static const char alphabet[] = "ab,;\" \n\r\t\xc3\xa9";
    tn_rng rng;
    const uint64_t seed = 20240131;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng_init(&rng, seed);
    for (int round = 0; round < 3000; round++) {
        char fields[4][16];
        size_t sizes[4];
        tn_buffer text;
        tn_buffer_init(&text, NULL);
        for (int f = 0; f < 4; f++) {
            sizes[f] = 0;
            for (size_t n = tn_rng_below(&rng, 8); n > 0; n--) {
                const size_t pick = tn_rng_below(&rng, 10);
                fields[f][sizes[f]++] = alphabet[pick];
                if (pick == 9) fields[f][sizes[f]++] = alphabet[10];
            }
            if (f > 0) tn_buffer_append_char(&text, ',');
            tn_csv_append(&text, (tn_str){fields[f], sizes[f]}, ',');
        }
        tn_buffer_append_str(&text, "\r\n");
        tn_csv *csv = NULL;
        tn_csv_row row;
        bool has_row = false;
        cr_assert_eq(tn_csv_open_text((tn_str){text.data, text.size}, ',', &csv, NULL), TN_OK);
        cr_assert_eq(tn_csv_next(csv, &row, &has_row, NULL), TN_OK);
        cr_assert(has_row && row.problem == NULL && row.count == 4);
        for (int f = 0; f < 4; f++)
            cr_assert(tn_str_equal(row.fields[f], (tn_str){fields[f], sizes[f]}));
        tn_csv_close(csv);
        tn_buffer_deinit(&text);
    }
}

Test(csv, numbers_are_plain_and_a_refusal_says_what_to_do) {
    static const struct {
        const char *text;
        double value;
    } good[] = {{"1234.5", 1234.5}, {" 7 ", 7}, {"-0", 0}, {".5", 0.5}, {"5.", 5}, {"1e3", 1000}};
    static const char *const bad[][2] = {{"1,234.50", "thousands"},
                                         {"12,50", "decimal comma"},
                                         {"$12", "currency"},
                                         {"12 EUR", "currency"},
                                         {"€12", "currency"},
                                         {"1'000", "thousands"},
                                         {"", "empty"},
                                         {"x", "no number"},
                                         {"nan", "no number"},
                                         {"inf", "no number"},
                                         {"1e999", "currency"},
                                         {"0x10", "currency"}};
    char reason[256];
    double value = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_expect(tn_csv_number("amount", tn_str_of(good[i].text), &value, reason, sizeof reason));
        cr_expect(value == good[i].value, "%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect(!tn_csv_number("amount", tn_str_of(bad[i][0]), &value, reason, sizeof reason));
        cr_expect(strstr(reason, bad[i][1]) != NULL, "'%s': %s", bad[i][0], reason);
    }
}

Test(csv, delimiters_have_names_and_letters_are_none) {
    char delimiter = 0;
    cr_expect(tn_csv_delimiter(NULL, &delimiter, NULL) == TN_OK && delimiter == ',');
    cr_expect(tn_csv_delimiter(";", &delimiter, NULL) == TN_OK && delimiter == ';');
    cr_expect(tn_csv_delimiter("tab", &delimiter, NULL) == TN_OK && delimiter == '\t');
    cr_expect(tn_csv_delimiter("space", &delimiter, NULL) == TN_OK && delimiter == ' ');
    static const char *const bad[] = {"", "x", "\"", "1", "-", ".", ",,", "\xc3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(tn_csv_delimiter(bad[i], &delimiter, NULL), TN_BAD_ARGUMENT, "%s", bad[i]);
}
