/* The engine in-process: open, load, ingest, rescore, read, and how each of them refuses. */
#include "model.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/clock.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <tenure/tenure.h>

static const int64_t day_ms = 86400000;
static int64_t noon(int32_t year, int32_t month, int32_t day) {
    return tn_days_from_civil(year, month, day) * day_ms + day_ms / 2;
}

static tn_engine *open_engine(uint32_t shards, const char *as_of) {
    tn_engine_options options;
    tn_engine *engine = NULL;
    tn_error error = {0};
    tn_engine_options_init(&options);
    options.shards = shards;
    options.threads = 2;
    options.hash_seed = 7;
    if (as_of != NULL)
        cr_assert_eq(tn_parse_time("UTC", tn_str_of(as_of), &options.as_of_ms,
                                   &options.as_of_is_date, &error),
                     TN_OK, "%s", error.message);
    const tn_status status =
        tn_engine_open_text("shop.yaml", tn_str_of(engine_model), &options, &engine, &error);
    cr_assert_eq(status, TN_OK, "%zu:%zu %s\n%s", error.line, error.column, error.message,
                 error.detail);
    return engine;
}

static tn_value number(double value) {
    return (tn_value){.type = TN_TYPE_NUMBER, .as.number = value};
}
static tn_value text(const char *value) {
    return (tn_value){.type = TN_TYPE_TEXT, .as.text = tn_str_of(value)};
}

static void put_customer(tn_engine *engine, const char *id, double age, const char *country) {
    const tn_str ids[] = {tn_str_of(id)};
    const uint32_t attributes[] = {0, 1};
    const tn_value values[] = {number(age), text(country)};
    const tn_customer_batch batch = {
        .count = 1, .ids = ids, .attributes = attributes, .attribute_count = 2, .values = values};
    tn_error error;
    cr_assert_eq(tn_engine_load(engine, &batch, NULL, &error), TN_OK, "%s", error.message);
}

static tn_status send_event(tn_engine *engine, const char *id, uint32_t action, int64_t at_ms,
                            double value, const char *category, tn_batch_result *result,
                            tn_error *error) {
    const tn_str ids[] = {tn_str_of(id)};
    const tn_value fields[] = {
        category != NULL ? text(category) : (tn_value){.type = TN_TYPE_TEXT, .is_null = true}};
    const tn_event_batch batch = {.count = 1,
                                  .ids = ids,
                                  .action = action,
                                  .at_ms = &at_ms,
                                  .values = &value,
                                  .fields = fields,
                                  .field_stride = 1};
    return tn_engine_ingest(engine, &batch, result, error);
}

enum { VISIT, PURCHASE, REFUND, FRESH };

static void add_event(tn_engine *engine, const char *id, uint32_t action, int64_t at_ms,
                      double value) {
    tn_error error;
    cr_assert_eq(send_event(engine, id, action, at_ms, value, NULL, NULL, &error), TN_OK, "%s",
                 error.message);
}

static tn_value read_one(const tn_engine *engine, const char *id, const char *column) {
    tn_column_ref ref;
    tn_value value;
    tn_error error;
    cr_assert_eq(tn_engine_column_find(engine, tn_str_of(column), &ref, &error), TN_OK, "%s",
                 error.message);
    cr_assert_eq(tn_engine_read(engine, tn_str_of(id), &ref, 1, &value, &error), TN_OK, "%s",
                 error.message);
    return value;
}

static bool reads_text(const tn_engine *engine, const char *id, const char *column,
                       const char *expected) {
    const tn_value value = read_one(engine, id, column);
    return !value.is_null && tn_str_is(value.as.text, expected);
}

static void rescore(tn_engine *engine) {
    tn_error error;
    cr_assert_eq(tn_engine_rescore(engine, TN_AS_OF_DEFAULT, NULL, &error), TN_OK, "%s",
                 error.message);
}

static void add_anna_and_bert(tn_engine *engine) {
    put_customer(engine, "anna", 35, "DE");
    put_customer(engine, "bert", 12, "FR");
    for (int i = 0; i < 4; i++)
        add_event(engine, "anna", VISIT, noon(2024, 3, 1 + i), (double)NAN);
    for (int i = 0; i < 3; i++)
        add_event(engine, "anna", PURCHASE, noon(2024, 1, 10 + 20 * i), 20 + i);
    add_event(engine, "bert", PURCHASE, noon(2023, 1, 5), 8);
}

Test(engine, five_calls_score_a_customer) {
    tn_engine *engine = open_engine(2, "2024-04-01");
    add_anna_and_bert(engine);
    rescore(engine);
    cr_assert_eq(tn_engine_customer_count(engine), 2);
    cr_assert(reads_text(engine, "anna", "stage.journey", "regular"));
    cr_assert(reads_text(engine, "bert", "stage.journey", "lapsed"));
    cr_assert(reads_text(engine, "anna", "trait.home", "de"));
    cr_assert(reads_text(engine, "anna", "grade.lead", "MQL"));
    cr_assert(read_one(engine, "bert", "grade.lead").is_null);
    cr_assert_eq(read_one(engine, "bert", "score.engagement").as.number, 0);
    cr_assert(read_one(engine, "anna", "segment.german").as.boolean);
    cr_assert_eq(read_one(engine, "anna", "count.purchase").as.number, 3);
    cr_assert_eq(read_one(engine, "anna", "last.purchase").as.time_ms, noon(2024, 2, 19));
    const double alive = read_one(engine, "anna", "clv.p_alive").as.number;
    cr_assert(alive > 0 && alive < 1);
    tn_engine_close(engine);
}

Test(engine, explanations_sum_to_the_stored_score) {
    tn_engine *engine = open_engine(3, "2024-04-01");
    tn_error error;
    add_anna_and_bert(engine);
    rescore(engine);
    const char *const ids[] = {"anna", "bert"};
    for (int i = 0; i < 2; i++) {
        tn_explanation *explanation;
        cr_assert_eq(tn_engine_explain(engine, tn_str_of(ids[i]), &explanation, &error), TN_OK);
        for (size_t s = 0; s < explanation->score_count; s++) {
            const tn_explain_score *score = &explanation->scores[s];
            char name[64];
            int64_t sum = 0;
            for (size_t l = 0; l < score->line_count; l++)
                sum += score->lines[l].units;
            snprintf(name, sizeof name, "score.%.*s", (int)score->name.size, score->name.data);
            cr_assert_eq((double)sum, 65536 * read_one(engine, ids[i], name).as.number);
            cr_assert_eq(sum, score->units);
        }
        tn_explanation_destroy(explanation);
    }
    tn_engine_close(engine);
}

Test(engine, a_first_channel_stays_and_a_sum_adds_up) {
    tn_engine *engine = open_engine(1, NULL);
    const tn_str ids[] = {tn_str_of("c"), tn_str_of("c")};
    const uint32_t attributes[] = {2, 3};
    const tn_value values[] = {text("shop"), number(1.5), text("web"), number(2)};
    const tn_customer_batch batch = {
        .count = 2, .ids = ids, .attributes = attributes, .attribute_count = 2, .values = values};
    tn_batch_result result = {0};
    tn_error error;
    cr_assert_eq(tn_engine_load(engine, &batch, &result, &error), TN_OK);
    cr_assert_eq(result.applied, 2);
    cr_assert_eq(result.created, 1);
    cr_assert(reads_text(engine, "c", "channel", "shop"));
    cr_assert_eq(read_one(engine, "c", "spent").as.number, 3.5);
    tn_engine_close(engine);
}

Test(engine, a_bad_row_refuses_the_whole_batch_when_nobody_takes_rejects) {
    tn_engine *engine = open_engine(2, NULL);
    const tn_str ids[] = {tn_str_of("good"), tn_str_of("bad\x01")};
    const tn_customer_batch batch = {.count = 2, .ids = ids};
    tn_error error;
    cr_assert_eq(tn_engine_load(engine, &batch, NULL, &error), TN_BAD_ARGUMENT);
    cr_assert_str_eq(error.message, "the customer id holds a control character");
    cr_assert_eq(tn_engine_customer_count(engine), 0);
    tn_engine_close(engine);
}

static void note_reject(void *context, size_t row, const tn_error *error) {
    (void)error;
    *(size_t *)context = *(size_t *)context * 10 + row + 1;
}

Test(engine, bad_rows_are_handed_over_and_the_others_applied) {
    tn_engine *engine = open_engine(2, NULL);
    const tn_str ids[] = {tn_str_of("a"), tn_str_of(""), tn_str_of("b"), tn_str_of("\xff")};
    const uint32_t attributes[] = {0};
    const tn_value values[] = {number(1.5), number(1), number(2), number(3)};
    const tn_customer_batch batch = {
        .count = 4, .ids = ids, .attributes = attributes, .attribute_count = 1, .values = values};
    size_t rejected_rows = 0;
    tn_batch_result result = {.reject = note_reject, .context = &rejected_rows};
    tn_error error;
    cr_assert_eq(tn_engine_load(engine, &batch, &result, &error), TN_OK);
    cr_assert_eq(rejected_rows, 124); /* rows 1, 2 and 4: an age of 1.5, no id, no UTF-8 */
    cr_assert_eq(result.applied, 1);
    cr_assert_eq(result.rejected, 3);
    tn_engine_close(engine);
}

Test(engine, events_that_cannot_be_are_refused_with_a_reason) {
    tn_engine *engine = open_engine(1, NULL);
    tn_error error;
    const int64_t at = noon(2024, 1, 1);
    cr_assert_eq(send_event(engine, "c", PURCHASE, at, -5, NULL, NULL, &error), TN_BAD_ARGUMENT);
    cr_assert(strstr(error.message, "refund") != NULL);
    cr_assert_eq(send_event(engine, "c", PURCHASE, at, (double)NAN, NULL, NULL, &error),
                 TN_BAD_ARGUMENT);
    cr_assert_eq(send_event(engine, "c", PURCHASE, at, (double)INFINITY, NULL, NULL, &error),
                 TN_BAD_ARGUMENT);
    cr_assert_eq(send_event(engine, "c", VISIT, at, 1, NULL, NULL, &error), TN_BAD_ARGUMENT);
    cr_assert_eq(send_event(engine, "c", FRESH, at, (double)NAN, NULL, NULL, &error),
                 TN_BAD_ARGUMENT);
    cr_assert_eq(send_event(engine, "c", 99, at, (double)NAN, NULL, NULL, &error), TN_BAD_ARGUMENT);
    cr_assert_eq(send_event(engine, "c", VISIT, -1, (double)NAN, NULL, NULL, &error),
                 TN_BAD_ARGUMENT);
    cr_assert_eq(send_event(engine, "c", VISIT, tn_clock_wall_ms() + 6 * 60000, (double)NAN, NULL,
                            NULL, &error),
                 TN_BAD_ARGUMENT);
    cr_assert_eq(tn_engine_customer_count(engine), 0);
    tn_engine_close(engine);
}

Test(engine, events_after_a_fixed_as_of_are_left_out_and_those_of_its_day_count) {
    tn_engine *engine = open_engine(1, "2024-01-10");
    tn_batch_result result = {0};
    tn_error error;
    const double none = (double)NAN;
    cr_assert_eq(send_event(engine, "c", VISIT, noon(2024, 1, 10), none, NULL, &result, &error),
                 TN_OK);
    cr_assert_eq(result.applied, 1);
    cr_assert_eq(send_event(engine, "c", VISIT, noon(2024, 1, 11), none, NULL, &result, &error),
                 TN_OK);
    cr_assert_eq(result.applied, 0);
    cr_assert_eq(result.after_as_of, 1);
    cr_assert_eq(read_one(engine, "c", "last.visit").as.time_ms, noon(2024, 1, 10) - day_ms / 2);
    tn_engine_close(engine);
}

Test(engine, a_derived_action_counts_the_events_that_its_filter_keeps) {
    tn_engine *engine = open_engine(1, "2024-02-01");
    tn_error error;
    const char *const categories[] = {"fresh", "dry", NULL, "fresh"};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(
            send_event(engine, "c", PURCHASE, noon(2024, 1, 1 + i), 5, categories[i], NULL, &error),
            TN_OK);
    cr_assert_eq(read_one(engine, "c", "count.fresh").as.number, 2);
    cr_assert_eq(read_one(engine, "c", "count.purchase").as.number, 4);
    tn_engine_close(engine);
}

Test(engine, as_of_never_goes_back) {
    tn_engine *engine = open_engine(1, NULL);
    tn_error error;
    put_customer(engine, "c", 20, "DE");
    cr_assert_eq(tn_engine_rescore(engine, noon(2024, 1, 2), NULL, &error), TN_OK);
    cr_assert_eq(tn_engine_rescore(engine, noon(2024, 1, 1), NULL, &error), TN_CONFLICT);
    cr_assert_eq(tn_engine_rescore(engine, noon(2024, 1, 2), NULL, &error), TN_OK);
    tn_engine_close(engine);
}

Test(engine, a_deleted_customer_is_gone_and_its_row_serves_another) {
    tn_engine *engine = open_engine(1, "2024-04-01");
    tn_error error;
    add_anna_and_bert(engine);
    rescore(engine);
    cr_assert_eq(tn_engine_delete(engine, tn_str_of("anna"), &error), TN_OK);
    cr_assert_eq(tn_engine_delete(engine, tn_str_of("anna"), &error), TN_NOT_FOUND);
    put_customer(engine, "carl", 50, "DE");
    cr_assert(read_one(engine, "carl", "score.lead").is_null);
    cr_assert_eq(read_one(engine, "carl", "count.purchase").as.number, 0);
    rescore(engine);
    cr_assert(read_one(engine, "carl", "clv.value").is_null);
    cr_assert(!read_one(engine, "carl", "score.lead").is_null);
    tn_engine_close(engine);
}

Test(engine, unknown_columns_name_the_nearest) {
    tn_engine *engine = open_engine(1, NULL);
    tn_column_ref ref;
    tn_error error;
    cr_assert_eq(tn_engine_column_find(engine, tn_str_of("score.leed"), &ref, &error),
                 TN_NOT_FOUND);
    cr_assert_str_eq(error.message, "unknown column 'score.leed', did you mean 'score.lead'?");
    tn_engine_close(engine);
}

static bool append_id(void *context, tn_str id, const tn_value *values) {
    (void)values;
    tn_buffer_append(context, id.data, id.size);
    tn_buffer_append_char(context, ' ');
    return true;
}

Test(engine, a_scan_filters_and_sorts_by_id_bytes) {
    tn_engine *engine = open_engine(3, "2024-04-01");
    const char *const ids[] = {"b",        "a", "a long id of one", "a long id of ", "B",
                               "\xc3\xa4", "10"};
    tn_buffer out;
    tn_error error;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        put_customer(engine, ids[i], i == 4 ? 3 : 30, "DE");
    rescore(engine);
    tn_buffer_init(&out, NULL);
    const tn_scan all = {.sorted_by_id = true};
    cr_assert_eq(tn_engine_scan(engine, &all, append_id, &out, &error), TN_OK);
    tn_buffer_append_char(&out, '\0');
    cr_assert_str_eq(out.data, "10 B a a long id of  a long id of one b \xc3\xa4 ");
    tn_buffer_clear(&out);
    const tn_scan adults = {.sorted_by_id = true, .where = tn_str_of("age < 18")};
    cr_assert_eq(tn_engine_scan(engine, &adults, append_id, &out, &error), TN_OK);
    tn_buffer_append_char(&out, '\0');
    cr_assert_str_eq(out.data, "B ");
    const tn_scan wrong = {.where = tn_str_of("age <")};
    cr_assert_neq(tn_engine_scan(engine, &wrong, append_id, &out, &error), TN_OK);
    tn_buffer_deinit(&out);
    tn_engine_close(engine);
}

Test(engine, past_the_memory_limit_new_customers_are_refused_and_reads_go_on) {
    tn_engine_options options;
    tn_engine *engine;
    tn_error error;
    tn_engine_options_init(&options);
    options.shards = 1;
    options.threads = 1;
    options.memory_limit_bytes = 16u << 20;
    cr_assert_eq(
        tn_engine_open_text("shop.yaml", tn_str_of(engine_model), &options, &engine, &error),
        TN_OK);
    tn_status status = TN_OK;
    uint64_t customers = 0;
    while (status == TN_OK && customers < 10000000) {
        char id[32];
        snprintf(id, sizeof id, "customer-%llu", (unsigned long long)customers);
        const tn_str ids[] = {tn_str_of(id)};
        const tn_customer_batch batch = {.count = 1, .ids = ids};
        status = tn_engine_load(engine, &batch, NULL, &error);
        if (status == TN_OK) customers++;
    }
    cr_assert_eq(status, TN_OUT_OF_MEMORY);
    cr_assert_eq(tn_engine_customer_count(engine), customers);
    cr_assert_eq(read_one(engine, "customer-0", "count.visit").as.number, 0);
    tn_engine_close(engine);
}

Test(engine, a_forced_instruction_set_must_exist) {
    tn_engine_options options;
    tn_engine *engine;
    tn_error error;
    tn_engine_options_init(&options);
    options.isa = "mmx";
    cr_assert_eq(
        tn_engine_open_text("shop.yaml", tn_str_of(engine_model), &options, &engine, &error),
        TN_BAD_ARGUMENT);
    cr_assert(strstr(error.message, "mmx") != NULL);
}

/* Everything from opening to reading, for allocation failures: returns the first status not OK. */
static tn_status whole_life(tn_error *error) {
    tn_engine_options options;
    tn_engine *engine;
    tn_engine_options_init(&options);
    options.shards = 2;
    options.threads = 1;
    options.hash_seed = 3;
    options.as_of_ms = noon(2024, 4, 1);
    tn_status status =
        tn_engine_open_text("shop.yaml", tn_str_of(engine_model), &options, &engine, error);
    if (status != TN_OK) return status;
    const tn_str ids[] = {tn_str_of("anna"), tn_str_of("a customer whose id is not short"),
                          tn_str_of("carl")};
    const uint32_t attributes[] = {0, 1};
    const tn_value values[] = {number(35), text("DE"), number(12),
                               text("FR"), number(70), text("a rather long name of a country")};
    const int64_t at[] = {noon(2024, 1, 1), noon(2024, 2, 1), noon(2024, 3, 1)};
    const double amounts[] = {10, 20, 30};
    const tn_customer_batch customers = {
        .count = 3, .ids = ids, .attributes = attributes, .attribute_count = 2, .values = values};
    const tn_event_batch events = {
        .count = 3, .ids = ids, .action = PURCHASE, .at_ms = at, .values = amounts};
    tn_explanation *explanation = NULL;
    status = tn_engine_load(engine, &customers, NULL, error);
    if (status == TN_OK) status = tn_engine_ingest(engine, &events, NULL, error);
    if (status == TN_OK) status = tn_engine_rescore(engine, TN_AS_OF_DEFAULT, NULL, error);
    if (status == TN_OK) status = tn_engine_explain(engine, ids[0], &explanation, error);
    tn_explanation_destroy(explanation);
    tn_engine_close(engine);
    return status;
}

Test(engine, every_failing_allocation_is_an_error_and_leaks_nothing, .timeout = 300) {
    tn_error error;
    uint64_t n = 1;
    tn_status status = TN_OUT_OF_MEMORY;
    for (; status != TN_OK && n < 100000; n++) {
        tn_alloc_fail_at(n, false);
        status = whole_life(&error);
        tn_alloc_fail_at(0, false);
        if (status != TN_OK)
            cr_assert_eq(status, TN_OUT_OF_MEMORY, "allocation %llu: %s", (unsigned long long)n,
                         error.message);
    }
    cr_assert_eq(status, TN_OK);
    cr_assert_gt(n, 50); /* it did fail many times before it passed */
}
