/* Queries over the published epoch. */
#include "support/scoring_base.h"

#include "base/bits.h"
#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char model[] = "tenure: 1\n"
                            "name: test\n"
                            "attributes:\n"
                            "  age: {type: float}\n"
                            "  town: {type: category}\n"
                            "actions:\n"
                            "  visit:\n"
                            "  rate: {value: number}\n"
                            "scores:\n"
                            "  s:\n"
                            "    rules: {v: {action: visit, points: 1, half_life: 7d}}\n"
                            "    grades: {high: 2, low: 1}\n"
                            "traits:\n"
                            "  name: \"join(town, '-x')\"\n"
                            "  decile: \"tile(age, 10)\"\n"
                            "stages:\n"
                            "  m: {first: \"true\", second: \"age > 1\"}\n"
                            "segments:\n"
                            "  old: \"age > 50\"\n";

static void open_base(scoring_base *base) {
    scoring_base_open(base, model, 2, TN_ISA_BASE);
    scoring_base_number(base, "a", "age", 20);
    scoring_base_text(base, "a", "town", "Rom");
    scoring_base_number(base, "b", "age", 60);
    scoring_base_text(base, "b", "town", "Ulm");
    for (int i = 0; i < 3; i++)
        scoring_base_do(base, "b", "visit", "2026-01-10", NAN);
    scoring_base_row(base, tn_str_of("empty"));
    scoring_base_as_of(base, "2026-01-10");
}

Test(query, reads_attributes_actions_and_the_epoch) {
    scoring_base base;
    open_base(&base);
    const struct {
        const char *text;
        bool a, b, empty;
    } cases[] = {
        {"age > 50", false, true, false},
        {"age is null", false, false, true},
        {"town = 'Rom' or count(visit) = 3", true, true, false},
        {"segment.old", false, true, false},
        {"not segment.old", true, false, true},
        {"score.s >= 3", false, true, false},
        {"score.s = 0", true, false, true},
        {"grade.s = 'high'", false, true, false},
        {"grade.s is null", true, false, true},
        {"stage.m >= 'second'", true, true, false},
        {"trait.name = 'Ulm-x'", false, true, false},
        {"contains(trait.name, 'om-')", true, false, false},
        {"join(trait.name, town) = 'Rom-xRom'", true, false, false},
        {"decayed(visit, 7d) > 2.5", false, true, false},
        {"trait.decile = 10", false, true, false},
        {"tile(age, 2) = 1", true, false, false},
        {"tile(age * 2 + trait.decile, 2) = 2", false, true, false},
        {"tile(tile(age, 4) + 1, 2) = 1", true, false, false},
        {"days_since(last(visit)) = 0", false, true, false},
        {"true", true, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(scoring_base_query(&base, cases[i].text, "a"), cases[i].a, "%s of a",
                     cases[i].text);
        cr_assert_eq(scoring_base_query(&base, cases[i].text, "b"), cases[i].b, "%s of b",
                     cases[i].text);
        cr_assert_eq(scoring_base_query(&base, cases[i].text, "empty"), cases[i].empty,
                     "%s of empty", cases[i].text);
    }
    scoring_base_close(&base);
}

Test(query, rows_after_the_epoch_have_null_derived_columns) {
    scoring_base base;
    open_base(&base);
    for (int i = 0; i < 10000; i++) {
        char id[16];
        snprintf(id, sizeof id, "n%d", i);
        scoring_base_number(&base, id, "age", 99);
    }
    cr_assert(scoring_base_query(&base, "age = 99 and score.s is null", "n9999"));
    cr_assert(scoring_base_query(&base, "trait.name is null and trait.decile is null", "n0"));
    cr_assert(!scoring_base_query(&base, "segment.old", "n5000"));
    cr_assert(scoring_base_query(&base, "tile(age, 3) = 1", "n5000")); /* all but two are equal */
    scoring_base_close(&base);
}

Test(query, before_the_first_epoch_everything_derived_is_null) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    scoring_base_number(&base, "a", "age", 20);
    cr_assert(scoring_base_query(&base, "score.s is null and grade.s is null", "a"));
    cr_assert(!scoring_base_query(&base, "score.s >= 0 or segment.old", "a"));
    scoring_base_close(&base);
}

Test(query, removed_rows_match_nothing) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    for (int i = 0; i < 200; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        scoring_base_row(&base, tn_str_of(id));
    }
    for (int i = 50; i < 70; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        scoring_base_remove(&base, tn_str_of(id));
    }
    tn_query *query;
    cr_assert_eq(tn_query_create(base.scorer, tn_str_of("true"), &tn_parallel_serial, &query, NULL),
                 TN_OK);
    uint64_t words[TN_CHUNK_ROWS / 64];
    cr_assert_eq(tn_query_chunk(query, 0, 0, words), TN_OK);
    cr_assert_eq(tn_bits_count(words, TN_CHUNK_ROWS / 64), 180);
    cr_assert_eq(tn_query_chunk(query, 0, 1, words), TN_OK); /* past the last row */
    cr_assert_eq(tn_bits_count(words, TN_CHUNK_ROWS / 64), 0);
    tn_query_destroy(query);
    scoring_base_close(&base);
}

Test(query, what_cannot_be_answered_is_refused) {
    scoring_base base;
    open_base(&base);
    const struct {
        const char *text;
        tn_status status;
        const char *words;
    } cases[] = {{"age >", TN_BAD_EXPRESSION, ""},
                 {"agee > 1", TN_BAD_EXPRESSION, "age"},
                 {"age + 1", TN_BAD_EXPRESSION, "bool"},
                 {"sum(rate) > 1", TN_UNSUPPORTED, "sum(rate)"},
                 {"first(visit) is null", TN_UNSUPPORTED, "first(visit)"},
                 {"decayed(visit, 8d) > 1", TN_UNSUPPORTED, "decayed(visit)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tn_error error = {0};
        tn_query *query = NULL;
        const tn_status status = tn_query_create(base.scorer, tn_str_of(cases[i].text),
                                                 &tn_parallel_serial, &query, &error);
        cr_assert_eq(status, cases[i].status, "%s: %s", cases[i].text, error.message);
        cr_assert(query == NULL);
        cr_assert(strstr(error.message, cases[i].words) != NULL ||
                      strstr(error.detail, cases[i].words) != NULL,
                  "%s: %s", cases[i].text, error.message);
    }
    scoring_base_close(&base);
}
