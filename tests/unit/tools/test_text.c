/* test_text.c: what people read: figures, bars, aligned tables; and exact totals. */
#include "tenure/bars.h"
#include "tenure/figures.h"
#include "tenure/fixed.h"
#include "tenure/text_table.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>

Test(figures, thousands_are_separated_and_small_amounts_keep_their_cents) {
    cr_expect_str_eq(tn_figure_count(0).text, "0");
    cr_expect_str_eq(tn_figure_count(999).text, "999");
    cr_expect_str_eq(tn_figure_count(1000).text, "1,000");
    cr_expect_str_eq(tn_figure_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
    cr_expect_str_eq(tn_figure_decimal(-1234567.891, 2).text, "-1,234,567.89");
    cr_expect_str_eq(tn_figure_decimal(-0.001, 2).text, "0.00");
    cr_expect_str_eq(tn_figure_money(12.5).text, "12.50");
    cr_expect_str_eq(tn_figure_money(1234.5).text, "1,234");
    cr_expect_str_eq(tn_figure_short(9999).text, "9,999");
    cr_expect_str_eq(tn_figure_short(9999.9).text, "10.0 k");
    cr_expect_str_eq(tn_figure_short(123456789).text, "123.5 M");
    cr_expect_str_eq(tn_figure_short(999999).text, "1.00 M");
    cr_expect_str_eq(tn_figure_share(0.4104).text, "41.0 %");
    cr_expect_str_eq(tn_figure_share((double)NAN).text, "–");
}

Test(bars, a_bar_is_as_long_as_its_share_and_never_empty_above_zero) {
    cr_expect_str_eq(tn_bar_of(0, 10).text, "");
    cr_expect_str_eq(tn_bar_of((double)NAN, 10).text, "");
    cr_expect_str_eq(tn_bar_of(1e-9, 10).text, "▏");
    cr_expect_str_eq(tn_bar_of(0.25, 4).text, "█");
    cr_expect_str_eq(tn_bar_of(0.3125, 4).text, "█▎");
    cr_expect_str_eq(tn_bar_of(1, 3).text, "███");
    cr_expect_str_eq(tn_bar_of(7, 3).text, "███");
}

static void expect_text(tn_buffer *out, const char *wanted) {
    tn_buffer_append_char(out, '\0');
    cr_expect_str_eq(out->data, wanted);
    tn_buffer_deinit(out);
}

Test(text_table, columns_line_up_by_what_the_terminal_shows) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_text_table table;
    tn_text_table_init(&table, "lr");
    tn_text_table_row(&table, (const char *const[]){"zoë", "1"});
    tn_text_table_row(&table, (const char *const[]){"東京", "22"});
    tn_text_table_row(&table, (const char *const[]){"abcdef", ""});
    tn_text_table_render(&table, 1, &out);
    tn_text_table_deinit(&table);
    expect_text(&out, " zoë      1\n 東京    22\n abcdef\n");
}

Test(text_table, a_name_too_long_is_cut_to_its_width) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_text_append_cut(&out, tn_str_of("Potential Loyalist"), 10);
    tn_text_append_cut(&out, tn_str_of("|"), 10);
    tn_text_append_cut(&out, tn_str_of("東京都"), 4);
    expect_text(&out, "Potential…|東…");
}

Test(text_table, blocks_stand_beside_each_other) {
    tn_buffer out;
    tn_buffer left;
    tn_buffer right;
    tn_buffer_init(&out, NULL);
    tn_buffer_init(&left, NULL);
    tn_buffer_init(&right, NULL);
    tn_buffer_append_str(&left, "a\nbb\n");
    tn_buffer_append_str(&right, "1\n\n3\n");
    tn_text_beside(&out, &left, &right, 4);
    tn_buffer_deinit(&left);
    tn_buffer_deinit(&right);
    expect_text(&out, "a   1\nbb\n    3\n");
}

Test(text_table, long_lines_are_broken_at_blanks) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_text_wrap(&out, "> ", tn_str_of("one two three four"), 11);
    expect_text(&out, "> one two\n  three\n  four\n");
}

Test(fixed, a_total_is_the_same_in_any_order) {
    enum { COUNT = 20000 };
    static double values[COUNT];
    tn_rng rng;
    tn_rng_init(&rng, 5);
    for (int i = 0; i < COUNT; i++)
        values[i] = tn_rng_normal(&rng) * pow(10, (double)tn_rng_below(&rng, 12));
    tn_total forward = {0};
    tn_total backward = {0};
    for (int i = 0; i < COUNT; i++)
        tn_total_add(&forward, values[i]);
    for (int i = COUNT - 1; i >= 0; i--)
        tn_total_add(&backward, values[i]);
    cr_expect(forward.high == backward.high && forward.low == backward.low);
    cr_expect_eq(forward.count, COUNT);
    tn_total small = {0};
    for (int i = 0; i < 1000; i++)
        tn_total_add(&small, 0.125);
    cr_expect_float_eq(tn_total_value(&small), 125, 0);
    cr_expect_float_eq(tn_total_mean(&small), 0.125, 0);
}
