/* Intake: which updates an event becomes, and with which weights. */
#include "support/scoring_base.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static const char model[] =
    "tenure: 1\n"
    "name: test\n"
    "timezone: America/New_York\n"
    "actions:\n"
    "  visit: {fields: {page: category, seconds: float, paid: bool, on: date}}\n"
    "  buy: {value: money, fields: {kind: category, items: int}}\n"
    "  back: {value: money}\n"
    "  fresh: {of: buy, where: \"kind = 'fresh'\"}\n"
    "  big: {of: buy, where: \"value >= 100 and items > 2\"}\n"
    "  read: {of: visit, where: \"seconds > 30 and not paid and on >= date '2026-01-01'\"}\n"
    "transactions: {action: buy, minus: back, one_per: day, unit: day}\n"
    "scores:\n"
    "  s:\n"
    "    rules:\n"
    "      a: {action: buy, points: 1, per: \"log(value)\", half_life: 10d}\n"
    "      b: {action: buy, points: 1, per: \"items\"}\n"
    "      c: {action: fresh, points: 1, half_life: 10d}\n"
    "      d: {action: visit, points: 1, per: \"if(starts_with(page, 'shop/'), 2, 0.5)\"}\n"
    "      e: {action: back, points: 1, per: \"1 / value\"}\n";

static tn_value text_of(const char *text) {
    return (tn_value){.type = TN_TYPE_TEXT, .as.text = tn_str_of(text)};
}
static tn_value number_of(double number) {
    return (tn_value){.type = TN_TYPE_NUMBER, .as.number = number};
}
static tn_value null_of(tn_type type) {
    return (tn_value){.type = type, .is_null = true};
}

enum { VISIT, BUY, BACK, FRESH, BIG, READ, STRIDE = 4 };

Test(intake, an_event_is_itself_and_what_is_derived_from_it) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    const tn_value on = {.type = TN_TYPE_DATE, .as.date_days = 20500};
    const tn_value paid = {.type = TN_TYPE_BOOL, .as.boolean = true};
    const tn_value fields[6][STRIDE] = {
        {text_of("fresh"), number_of(3)},
        {text_of("shop/a"), number_of(31), null_of(TN_TYPE_BOOL), on},
        {text_of("frozen"), number_of(2)},
        {null_of(TN_TYPE_TEXT), number_of(40), paid, on},
        {null_of(TN_TYPE_TEXT)},
        {text_of("fresh"), null_of(TN_TYPE_NUMBER)},
    };
    const uint32_t actions[] = {BUY, VISIT, BUY, VISIT, BACK, BUY};
    const int64_t at[] = {1767243600000, 2, 3, 4, 5, 1767243599999};
    const double values[] = {100, NAN, 1000, NAN, 0, 0};
    const tn_intake_events events = {.count = 6,
                                     .actions = actions,
                                     .at_ms = at,
                                     .values = values,
                                     .fields = &fields[0][0],
                                     .field_stride = STRIDE};
    tn_intake_updates updates;
    tn_error error;
    for (int again = 0; again < 2; again++) { /* the state serves many batches */
        cr_assert_eq(tn_intake_evaluate(base.intake_state, &events, &updates, &error), TN_OK);
        const uint32_t want[] = {BUY, FRESH, BIG, VISIT, READ, BUY, VISIT, BACK, BUY, FRESH};
        const uint32_t first[] = {0, 3, 5, 6, 7, 8, 10};
        for (size_t i = 0; i < 7; i++)
            cr_assert_eq(updates.first[i], first[i]);
        for (size_t i = 0; i < 10; i++)
            cr_assert_eq(updates.updates[i].action, want[i], "update %zu", i);
    }
    const tn_event_update *u = updates.updates;
    cr_assert(u[0].decay_count == 1 && fabs(u[0].decays[0].weight - log(100)) < 1e-12);
    cr_assert(u[0].plain_count == 1 && u[0].plain[0].weight == 3);
    cr_assert(u[0].is_transaction && !u[1].is_transaction && !u[0].is_refund);
    cr_assert(u[1].value == 100 && u[1].decay_count == 1 && u[1].decays[0].weight == 1);
    /* midnight of 2026-01-01 in New York, and the millisecond before it */
    cr_assert_eq(u[0].day, 20454);
    cr_assert_eq(u[8].day, 20453);
    cr_assert(u[3].plain_count == 1 && u[3].plain[0].weight == 2 && isnan(u[3].value));
    cr_assert_eq(u[6].plain[0].weight, 0.5);                /* a condition on null is false */
    cr_assert(u[7].is_refund && u[7].plain[0].weight == 0); /* 1/0 is null and adds 0 */
    cr_assert(u[8].plain[0].weight == 0 && u[8].decays[0].weight == 0); /* log(0), no items */
    scoring_base_close(&base);
}

Test(intake, fields_may_be_missing_altogether) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    const uint32_t actions[] = {VISIT, BUY};
    const int64_t at[] = {1, 2};
    const tn_intake_events events = {.count = 2, .actions = actions, .at_ms = at};
    tn_intake_updates updates;
    cr_assert_eq(tn_intake_evaluate(base.intake_state, &events, &updates, NULL), TN_OK);
    cr_assert(updates.first[1] == 1 && updates.first[2] == 2);
    cr_assert(isnan(updates.updates[1].value) && updates.updates[1].plain[0].weight == 0);
    const tn_intake_events none = {.count = 0};
    cr_assert_eq(tn_intake_evaluate(base.intake_state, &none, &updates, NULL), TN_OK);
    cr_assert_eq(updates.first[0], 0);
    scoring_base_close(&base);
}

/* Fields that are all different must not fill memory for ever: dictionaries start again. */
Test(intake, a_million_different_texts_keep_their_meaning) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    enum { COUNT = 40000 };
    static char texts[COUNT][16];
    static tn_value fields[COUNT][STRIDE];
    static uint32_t actions[COUNT];
    static int64_t at[COUNT];
    static double values[COUNT];
    size_t used_at_first = 0;
    for (int batch = 0; batch < 25; batch++) {
        for (int i = 0; i < COUNT; i++) {
            const int size = i % 100 == 0 ? snprintf(texts[i], sizeof *texts, "fresh")
                                          : snprintf(texts[i], sizeof *texts, "%d.%d", batch, i);
            fields[i][0] = (tn_value){.type = TN_TYPE_TEXT, .as.text = {texts[i], (size_t)size}};
            fields[i][1] = number_of(1);
            actions[i] = BUY;
        }
        const tn_intake_events events = {.count = COUNT,
                                         .actions = actions,
                                         .at_ms = at,
                                         .values = values,
                                         .fields = &fields[0][0],
                                         .field_stride = STRIDE};
        tn_intake_updates updates;
        cr_assert_eq(tn_intake_evaluate(base.intake_state, &events, &updates, NULL), TN_OK);
        cr_assert_eq(updates.first[COUNT], COUNT + COUNT / 100);
        if (batch == 5) used_at_first = tn_heap_used_bytes(NULL);
    }
    cr_assert(tn_heap_used_bytes(NULL) < used_at_first + used_at_first / 2);
    scoring_base_close(&base);
}
