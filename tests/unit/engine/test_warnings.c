/* The warnings that need data: each by a model and a base that call for it. */
#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tenure/tenure.h>

static const char typo_model[] = "tenure: 1\n"
                                 "name: warned\n"
                                 "attributes:\n"
                                 "  country: {type: category}\n"
                                 "actions:\n"
                                 "  purchase: {value: money}\n"
                                 "transactions: {action: purchase, one_per: day}\n"
                                 "rfm: {bins: 5}\n"
                                 "clv:\n"
                                 "  purchases: bg_nbd\n"
                                 "  parameters:\n"
                                 "    bg_nbd: [0.24, 4.4, 0.8, 2.4]\n"
                                 "    gamma_gamma: [6.2, 3.7, 15]\n"
                                 "segments:\n"
                                 "  german: \"country = 'GER'\"\n"
                                 "  french: >-\n"
                                 "    country\n"
                                 "    in ('FRA', 'FX')\n"
                                 "  buyers: sum(purchase) > 15\n"
                                 "  friends: sum(purchase) >= 20\n"
                                 "  everyone: joined is not null\n";

static void append_line(void *context, const char *data, size_t size) {
    tn_buffer_append(context, data, size);
    tn_buffer_append_char(context, '\n');
}

static void load_base(tn_engine *engine) {
    const tn_str ids[] = {tn_str_of("a"), tn_str_of("b"), tn_str_of("c")};
    const uint32_t attributes[] = {0};
    const tn_value values[] = {{.type = TN_TYPE_TEXT, .as.text = tn_str_of("DEU")},
                               {.type = TN_TYPE_TEXT, .as.text = tn_str_of("FRA")},
                               {.type = TN_TYPE_TEXT, .is_null = true}};
    const int64_t day_ms = 86400000;
    const int64_t at[] = {19000 * day_ms, 19010 * day_ms, 19100 * day_ms};
    const double amounts[] = {10, 20, 30};
    const tn_customer_batch customers = {
        .count = 3, .ids = ids, .attributes = attributes, .attribute_count = 1, .values = values};
    const tn_event_batch events = {
        .count = 3, .ids = ids, .action = 0, .at_ms = at, .values = amounts};
    tn_error error;
    cr_assert_eq(tn_engine_load(engine, &customers, NULL, &error), TN_OK);
    cr_assert_eq(tn_engine_ingest(engine, &events, NULL, &error), TN_OK);
    cr_assert_eq(tn_engine_rescore(engine, 19200 * day_ms, NULL, &error), TN_OK);
}

Test(warnings, each_names_its_place_and_the_nearest_text) {
    tn_engine *engine;
    tn_error error;
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    cr_assert_eq(tn_engine_open_text("warned.yaml", tn_str_of(typo_model), NULL, &engine, &error),
                 TN_OK, "%s", error.message);
    cr_assert_eq(tn_engine_warnings(engine, append_line, &out, &error), TN_CONFLICT);
    load_base(engine);
    cr_assert_eq(tn_engine_warnings(engine, append_line, &out, &error), TN_OK);
    tn_buffer_append_char(&out, '\0');
    static const char *const expected[] = {
        "warned.yaml:15:11: warning: segment 'german' is empty\n",
        "warned.yaml:20:12: warning: segment 'friends' has the same customers as 'buyers'\n",
        "warned.yaml:21:13: warning: segment 'everyone' holds every customer\n",
        "warned.yaml:15:22: warning: no customer has country = 'GER'\n",
        "warned.yaml:18:16: warning: no customer has country = 'FX'\n",
        "warned.yaml:8:1: warning: nobody is in rfm.frequency 2, 3, 4, 5: many",
        "warned.yaml:9:1: warning: 3 customers bought once and have P(alive) = 1",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_expect(strstr(out.data, expected[i]) != NULL, "missing: %s\nin:\n%s", expected[i],
                  out.data);
    cr_expect(strstr(out.data, "'FRA'") == NULL);
    tn_buffer_deinit(&out);
    tn_engine_close(engine);
}
