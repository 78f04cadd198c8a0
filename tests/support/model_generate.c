/* model_generate.c: see model_generate.h. */
#include "support/generate_words.h"

#include "base/assert.h"

#include <math.h>
#include <stdio.h>

static const char base_text[] =
    "tenure: 1\n"
    "name: random\n"
    "timezone: %s\n"
    "attributes:\n"
    "  age: {type: int, keep: %s}\n"
    "  income: {type: float, keep: %s}\n"
    "  member: {type: bool, keep: %s}\n"
    "  town: {type: category, keep: %s}\n"
    "  born: {type: date, keep: %s}\n"
    "  since: {type: time, keep: %s}\n"
    "actions:\n"
    "  visit: {fields: {page: category, seconds: float}}\n"
    "  view:\n"
    "  mail: {by: company}\n"
    "  rate: {value: number}\n"
    "  buy: {value: money, fields: {kind: category, items: int, gift: bool, due: date}}\n"
    "  back: {value: money}\n"
    "  fresh: {of: buy, where: \"kind = 'fresh' or gift\"}\n"
    "  big: {of: buy, where: \"value >= 50 and items > 2 and due is not null\"}\n"
    "  long_visit: {of: visit, where: \"seconds > 30 and not starts_with(page, 'x')\"}\n"
    "transactions: {action: buy, minus: back, one_per: day, unit: %s}\n";

static void name_add(generate_names *names, const char *name) {
    TN_ASSERT(names->count < GENERATE_NAMES_MAX);
    snprintf(names->names[names->count++], GENERATE_NAME_BYTES, "%s", name);
}

void model_generator_init(model_generator *g, tn_rng *rng) {
    *g = (model_generator){.rng = rng};
    tn_buffer_init(&g->text, NULL);
}

void model_generator_deinit(model_generator *g) {
    tn_buffer_deinit(&g->text);
}

/* ---- Scores ---- */

static void action_rule(model_generator *g, tn_buffer *out) {
    static const char *const weights[] = {"log(1 + value)", "items", "value / 10",
                                          "if(kind = 'fresh', 2, items / 3)", "sqrt(value)"};
    const bool has_per = chance(g, 3);
    const char *action = has_per ? (below(g, 2) ? "buy" : "fresh") : generate_action(g);
    tn_buffer_printf(out, "action: %s, points: %.2f", action, (double)below(g, 4000) / 100 - 15);
    if (has_per) tn_buffer_printf(out, ", per: \"%s\"", ONE_OF(g, weights));
    if (chance(g, 2)) tn_buffer_printf(out, ", half_life: %s", generate_half_life(g));
    if (chance(g, 2)) tn_buffer_printf(out, ", cap: %.1f", 0.5 + (double)below(g, 500) / 10);
    if (!chance(g, 3)) return;
    put(out, ", if: \"");
    model_generate_condition(g, 2, out);
    put(out, "\"");
}

static void rule(model_generator *g, int index, bool has_groups, tn_buffer *out) {
    tn_buffer_printf(out, "      r%d: {", index);
    switch (below(g, 4)) {
    case 0:
        put(out, "if: \"");
        model_generate_condition(g, 2, out);
        tn_buffer_printf(out, "\", points: %.3f", (double)below(g, 60000) / 1000 - 20);
        break;
    case 1:
        put(out, "points: \"");
        generate_number(g, 2, out);
        put(out, "\"");
        break;
    default:
        action_rule(g, out);
        break;
    }
    if (has_groups && chance(g, 2)) put(out, chance(g, 2) ? ", group: a" : ", group: b");
    put(out, "}\n");
}

static void grades(model_generator *g, int index, tn_buffer *out) {
    char name[GENERATE_NAME_BYTES];
    const int lowest = (int)below(g, 40) - 10;
    tn_buffer_printf(out, "    grades: {g4: %d, g3: %d, g2: %.2f, g1: %d}\n", lowest + 40,
                     lowest + 15, lowest + 7.25, lowest);
    snprintf(name, sizeof name, "grade.s%d", index);
    for (int i = 0; i < 4; i++)
        snprintf(g->level_names[g->levels.count][i], 16, "g%d", i + 1);
    name_add(&g->levels, name);
}

static void score(model_generator *g, int index, tn_buffer *out) {
    char name[GENERATE_NAME_BYTES];
    tn_buffer_printf(out, "  s%d:\n", index);
    const bool has_groups = chance(g, 2);
    if (chance(g, 2))
        tn_buffer_printf(out, "    range: [%d, %d]\n", -(int)below(g, 30), 20 + (int)below(g, 100));
    if (chance(g, 4)) {
        put(out, "    points: \"");
        generate_number(g, 3, out);
        put(out, "\"\n");
    } else {
        if (has_groups)
            tn_buffer_printf(out, "    groups: {a: {cap: %.1f}, b: {cap: %d}}\n",
                             0.1 + (double)below(g, 300) / 10, 1 + (int)below(g, 40));
        put(out, "    rules:\n");
        const int rules = 1 + (int)below(g, 6);
        for (int r = 0; r < rules; r++)
            rule(g, r, has_groups, out);
    }
    if (chance(g, 2)) grades(g, index, out);
    snprintf(name, sizeof name, "score.s%d", index);
    name_add(&g->numbers, name);
}

/* ---- Traits, stages, segments ---- */

static void trait_add(generate_names *names, int index) {
    char name[GENERATE_NAME_BYTES];
    snprintf(name, sizeof name, "trait.t%d", index);
    name_add(names, name);
}

static void trait(model_generator *g, int index, tn_buffer *out) {
    tn_buffer_printf(out, "  t%d: \"", index);
    switch (below(g, 7)) {
    case 0:
        model_generate_condition(g, 3, out);
        trait_add(&g->bools, index);
        break;
    case 1:
        generate_text(g, 2, out);
        trait_add(&g->texts, index);
        break;
    case 2:
        generate_instant(g, 2, out);
        trait_add(&g->times, index);
        break;
    case 3:
        generate_instant(g, 1, out);
        put(out, " - ");
        generate_instant(g, 1, out);
        trait_add(&g->durations, index);
        break;
    case 4:
        put(out, chance(g, 2) ? "born + 5mo" : "born - 40d");
        trait_add(&g->dates, index);
        break;
    default:
        generate_number(g, 3, out);
        trait_add(&g->numbers, index);
        break;
    }
    put(out, "\"\n");
}

static void stages(model_generator *g, int index, tn_buffer *out) {
    char name[GENERATE_NAME_BYTES];
    tn_buffer_printf(out, "  m%d:\n", index);
    for (int i = 0; i < 4; i++) {
        if (i == 3 && chance(g, 2)) {
            put(out, "    - exits: {p4: \"");
            model_generate_condition(g, 2, out);
            put(out, "\", p5: \"");
            model_generate_condition(g, 1, out);
            put(out, "\"}\n");
            continue;
        }
        tn_buffer_printf(out, "    - p%d: \"", i + 1);
        if (i == 0 && chance(g, 2))
            put(out, "true");
        else
            model_generate_condition(g, 2, out);
        put(out, "\"\n");
    }
    for (int i = 0; i < 4; i++)
        snprintf(g->level_names[g->levels.count][i], 16, "p%d", i + 1);
    snprintf(name, sizeof name, "stage.m%d", index);
    name_add(&g->levels, name);
}

static void segment(model_generator *g, int index, tn_buffer *out) {
    char name[GENERATE_NAME_BYTES];
    tn_buffer_printf(out, "  g%d: \"", index);
    model_generate_condition(g, 3, out);
    put(out, "\"\n");
    snprintf(name, sizeof name, "segment.g%d", index);
    name_add(&g->bools, name);
}

/* ---- RFM and CLV ---- */

static void rfm(model_generator *g, tn_buffer *out) {
    const int bins = 3 + (int)below(g, 4);
    put(out, "rfm:\n");
    switch (below(g, 3)) {
    case 0:
        tn_buffer_printf(out, "  bins: %d\n", bins);
        break;
    case 1:
        tn_buffer_printf(out, "  method: rfm\n  bins: %d\n", bins);
        break;
    default:
        put(out,
            "  cuts: {recency: [10, 30.5, 90], frequency: [1, 3], monetary: [20, 60, 61.5]}\n");
        break;
    }
    put(out, "  segments:\n"
             "    Best: {recency: [2, 3], frequency: [2, 3]}\n"
             "    Rich: {monetary: [2, 3]}\n"
             "    New: {frequency: 1, recency: [1, 2]}\n");
    name_add(&g->numbers, "rfm.recency");
    name_add(&g->numbers, "rfm.frequency");
    name_add(&g->numbers, "rfm.monetary");
}

static void clv(model_generator *g, tn_buffer *out) {
    static const char *const models[] = {"bg_nbd", "mbg_nbd", "pareto_nbd"};
    const char *purchases = ONE_OF(g, models);
    const bool is_mean = chance(g, 2);
    tn_buffer_printf(out, "clv:\n  purchases: %s\n  spend: %s\n  horizon: %dd\n  discount: %d%%\n",
                     purchases, is_mean ? "mean" : "gamma_gamma", 1 + (int)below(g, 400),
                     (int)below(g, 30));
    put(out, "  margin: \"");
    if (chance(g, 2))
        put(out, "30%");
    else
        generate_number(g, 1, out);
    put(out, "\"\n");
    if (!chance(g, 3)) {
        tn_buffer_printf(out, "  parameters: {%s: [0.55, 10.5, 0.6, 11.25]", purchases);
        put(out, is_mean ? "}\n" : ", gamma_gamma: [6.25, 3.74, 15.44]}\n");
    }
    name_add(&g->numbers, "clv.p_alive");
    name_add(&g->numbers, "clv.expected_purchases");
    name_add(&g->numbers, "clv.expected_spend");
    name_add(&g->numbers, "clv.value");
}

/* ---- The whole ---- */

enum { PART_SCORES, PART_TRAITS, PART_STAGES, PART_SEGMENTS, PARTS };

static void part_item(model_generator *g, unsigned part, int index, tn_buffer *out) {
    switch (part) {
    case PART_SCORES:
        score(g, index, out);
        break;
    case PART_TRAITS:
        trait(g, index, out);
        break;
    case PART_STAGES:
        stages(g, index, out);
        break;
    default:
        segment(g, index, out);
        break;
    }
}

static void base(model_generator *g) {
    static const char *const zones[] = {"UTC", "Europe/Paris", "America/New_York", "Asia/Tehran"};
    static const char *const keeps[] = {"last", "first"};
    static const char *const number_keeps[] = {"last", "first", "max", "min", "sum"};
    static const char *const units[] = {"day", "week"};
    const char *zone = ONE_OF(g, zones);
    const char *age = ONE_OF(g, number_keeps), *income = ONE_OF(g, number_keeps);
    const char *member = ONE_OF(g, keeps), *town = ONE_OF(g, keeps);
    const char *born = one_of(g, number_keeps, 4), *since = one_of(g, number_keeps, 4);
    tn_buffer_printf(&g->text, base_text, zone, age, income, member, town, born, since,
                     ONE_OF(g, units));
}

void model_generate(model_generator *g) {
    static const char *const headings[PARTS] = {"scores:\n", "traits:\n", "stages:\n",
                                                "segments:\n"};
    tn_buffer parts[PARTS];
    int counts[PARTS] = {0};
    base(g);
    for (int p = 0; p < PARTS; p++)
        tn_buffer_init(&parts[p], NULL);
    if (!chance(g, 4)) rfm(g, &g->text);
    if (!chance(g, 4)) clv(g, &g->text);
    const int items = 3 + (int)below(g, 14);
    for (int i = 0; i < items; i++) {
        const unsigned part = (unsigned)below(g, PARTS);
        if (counts[part] == 0) put(&parts[part], headings[part]);
        part_item(g, part, counts[part]++, &parts[part]);
    }
    for (int p = 0; p < PARTS; p++) {
        tn_buffer_append(&g->text, parts[p].data, parts[p].size);
        tn_buffer_deinit(&parts[p]);
    }
    tn_buffer_append_char(&g->text, 0);
    TN_ASSERT(!g->text.failed);
}

tn_value model_generate_value(tn_rng *rng, tn_attribute_type type) {
    static const char *const texts[] = {"Rom", "ULM", "x", "", "fresh", "Ärger", "xray", "bar"};
    tn_value v = {.type = TN_TYPE_NUMBER};
    v.is_null = tn_rng_below(rng, 8) == 0;
    switch (type) {
    case TN_ATTRIBUTE_INT:
        v.as.number = (double)tn_rng_below(rng, 90);
        break;
    case TN_ATTRIBUTE_FLOAT:
        v.as.number = (double)tn_rng_below(rng, 40000) / 4 - 500;
        break;
    case TN_ATTRIBUTE_BOOL:
        v.type = TN_TYPE_BOOL;
        v.as.boolean = tn_rng_below(rng, 2) == 0;
        break;
    case TN_ATTRIBUTE_CATEGORY:
        v.type = TN_TYPE_TEXT;
        v.as.text = tn_str_of(texts[tn_rng_below(rng, COUNT_OF(texts))]);
        break;
    case TN_ATTRIBUTE_DATE:
        v.type = TN_TYPE_DATE;
        v.as.date_days = (int32_t)tn_rng_below(rng, 25000);
        break;
    case TN_ATTRIBUTE_TIME:
        v.type = TN_TYPE_TIME;
        v.as.time_ms = (int64_t)tn_rng_below(rng, 1800000000000);
        break;
    }
    return v;
}
