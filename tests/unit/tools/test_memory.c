/* test_memory.c: running out of memory at every allocation of a load, a fit, a rescore and a report
 * ends in TN_OUT_OF_MEMORY, with nothing lost and nothing left behind. */
#include "tenure/inputs.h"
#include "tenure/report.h"
#include "tenure/rows.h"

#include "base/alloc.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char model[] = "tenure: 1\n"
                            "name: memory\n"
                            "attributes: {country: {type: category}, age: {type: int}}\n"
                            "actions:\n"
                            "  visit:\n"
                            "  purchase: {value: money, fields: {kind: category}}\n"
                            "transactions: {action: purchase}\n"
                            "scores:\n"
                            "  lead: {rules: {bought: {action: purchase, points: 3, cap: 7}}}\n"
                            "clv: {purchases: bg_nbd, spend: gamma_gamma, horizon: 10w,\n"
                            "      discount: 10%, margin: 30%}\n"
                            "stages: {journey: [all: \"true\", buyer: \"count(purchase) > 0\"]}\n"
                            "segments: {german: \"country = 'DE'\"}\n";

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void write_events(const char *path) {
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("customer,action,at,value,kind\n", file);
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k <= i % 5; k++)
            fprintf(file, "c%d,purchase,2024-%02d-%02d,%d.5,%s\n", i, 1 + 2 * k, 1 + i % 28, 10 + i,
                    i % 2 == 0 ? "a" : "b");
    }
    fputs("c1,visit,2024-05-01,,\nc1,vist,2024-05-01,,\n", file);
    fclose(file);
}

static tn_status run_report(const tn_inputs *inputs, tn_error *error) {
    tn_report report;
    tn_status status = tn_report_collect(&report, inputs, TN_TRUST_MIDDLE, error);
    if (status != TN_OK) return status;
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_report_append_text(&report, &text);
    status = text.failed ? TN_OUT_OF_MEMORY : tn_report_append_json(&report, &text, error);
    tn_buffer_deinit(&text);
    tn_report_deinit(&report);
    return status;
}

static tn_status run_all(const char *rows_path, tn_error *error) {
    tn_inputs inputs = {.model = "model.yaml",
                        .paths = {.customers = "customers.csv", .events = "events.csv"},
                        .as_of = "2025-01-01",
                        .dialect = {.columns = "country=land"},
                        .rejects_path = "rejects.csv",
                        .shards = 2,
                        .threads = 1,
                        .keep_day_values = true};
    tn_status status = tn_inputs_open(&inputs, error);
    if (status != TN_OK) return status;
    const tn_rows rows = {.select = "country,score.lead,clv.value", .path = rows_path};
    uint64_t written = 0;
    status = tn_rows_check(inputs.engine, &rows, error);
    if (status == TN_OK) status = tn_inputs_score(&inputs, error);
    if (status == TN_OK) status = tn_rows_write(inputs.engine, &rows, &written, error);
    if (status == TN_OK) status = run_report(&inputs, error);
    tn_inputs_close(&inputs);
    return status;
}

Test(memory, every_allocation_of_a_scored_base_may_fail, .timeout = 300) {
    char folder[] = "/tmp/tenure-memory-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    cr_assert_not_null(freopen("/dev/null", "w", stderr));
    write_file("model.yaml", model);
    write_file("customers.csv", "customer,land,age\nc1,DE,30\nc2,FR,\n\"c3\",\"D\"\"E\",x\n");
    write_events("events.csv");
    const size_t before = tn_heap_used_bytes(NULL);
    uint64_t failed = 0;
    for (uint64_t n = 1;; n += n < 500 ? 1 : 11) {
        tn_error error = {0};
        tn_alloc_fail_at(n, false);
        const tn_status status = run_all("rows.csv", &error);
        const bool was_reached = tn_alloc_fail_at(0, false) >= n;
        cr_assert_eq(tn_heap_used_bytes(NULL), before, "allocation %d leaks", (int)n);
        cr_assert_eq(status, was_reached ? TN_OUT_OF_MEMORY : TN_OK, "allocation %d: %s", (int)n,
                     error.message);
        if (!was_reached) break;
        failed++;
    }
    cr_expect_gt(failed, 100);
}
