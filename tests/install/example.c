/* Scores one customer in-process: open, load, ingest, rescore, read. */
#include <stdio.h>
#include <tenure/tenure.h>

static const char model[] =
    "tenure: 1\n"
    "name: corner_shop\n"
    "attributes:\n"
    "  age: {type: int}\n"
    "actions:\n"
    "  purchase: {value: money}\n"
    "transactions: {action: purchase, one_per: day, unit: week}\n"
    "scores:\n"
    "  lead:\n"
    "    range: [0, 100]\n"
    "    rules:\n"
    "      bought: {action: purchase, points: 20, half_life: 90d, cap: 60}\n"
    "      adult:  {if: \"age >= 18\", points: 15}\n"
    "    grades: {SQL: 40, MQL: 20}\n";

static tn_str str(const char *text) {
    return (tn_str){text, __builtin_strlen(text)};
}

int main(void) {
    tn_engine *engine = NULL;
    tn_error error;
    const tn_str ids[] = {str("anna"), str("anna")};

    tn_status status = tn_engine_open_text("corner_shop", str(model), NULL, &engine, &error);
    if (status != TN_OK) goto failed;

    const tn_value age = {.type = TN_TYPE_NUMBER, .as.number = 34};
    const tn_customer_batch customers = {.count = 1,
                                         .ids = ids,
                                         .attributes = (const uint32_t[]){0},
                                         .attribute_count = 1,
                                         .values = &age};
    status = tn_engine_load(engine, &customers, NULL, &error);
    if (status != TN_OK) goto failed;

    const int64_t day = 86400000, january_2 = 19724 * day; /* 2024 */
    const tn_event_batch purchases = {.count = 2,
                                      .ids = ids,
                                      .action = 0,
                                      .at_ms = (const int64_t[]){january_2, january_2 + 45 * day},
                                      .values = (const double[]){19.90, 35.00}};
    status = tn_engine_ingest(engine, &purchases, NULL, &error);
    if (status != TN_OK) goto failed;

    status = tn_engine_rescore(engine, january_2 + 90 * day, NULL, &error);
    if (status != TN_OK) goto failed;

    tn_column_ref columns[2];
    tn_value values[2];
    status = tn_engine_column_find(engine, str("score.lead"), &columns[0], &error);
    if (status == TN_OK)
        status = tn_engine_column_find(engine, str("grade.lead"), &columns[1], &error);
    if (status == TN_OK) status = tn_engine_read(engine, ids[0], columns, 2, values, &error);
    if (status != TN_OK) goto failed;
    printf("anna: %.3f points, %.*s\n", values[0].as.number, (int)values[1].as.text.size,
           values[1].as.text.data);
    tn_engine_close(engine);
    return 0;

failed:
    fprintf(stderr, "%s\n%s", error.message, error.detail);
    tn_engine_close(engine);
    return 1;
}
