/* The limits of limits.h: just below, at, and just above each. */
#include "unit/model/model_case.h"

#include <criterion/criterion.h>

typedef struct limit_case {
    const char *name;
    size_t limit;
    void (*write)(tn_buffer *out, size_t count);
} limit_case;

static void head(tn_buffer *out) {
    tn_buffer_append_str(out, "tenure: 1\nname: m\n");
}

static void entries(tn_buffer *out, const char *entry, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tn_buffer_printf(out, "  x%zu: ", i);
        tn_buffer_append_str(out, entry);
        tn_buffer_append_char(out, '\n');
    }
}

static void attributes(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "attributes:\n");
    entries(out, "{type: int}", count);
}

static void actions(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "actions:\n");
    entries(out, "", count);
}

static void fields(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "actions: {a: {fields: {\n");
    for (size_t i = 0; i < count; i++)
        tn_buffer_printf(out, "  x%zu: int,\n", i);
    tn_buffer_append_str(out, "}}}\n");
}

static void scores(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "scores:\n");
    entries(out, "{points: \"1\"}", count);
}

static void in_score(tn_buffer *out, const char *part, const char *entry, size_t count) {
    head(out);
    tn_buffer_printf(out, "scores:\n s:\n%s", part);
    for (size_t i = 0; i < count; i++)
        tn_buffer_printf(out, "   x%zu: %s%zu}\n", i, entry, i + 1);
}

static void rules(tn_buffer *out, size_t count) {
    in_score(out, "  rules:\n", "{points: ", count);
}

static void groups(tn_buffer *out, size_t count) {
    in_score(out, "  rules: {r: {points: \"1\"}}\n  groups:\n", "{cap: ", count);
}

static void grades(tn_buffer *out, size_t count) {
    in_score(out, "  points: \"1\"\n  grades:\n", "{from: ", count);
}

static void traits(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "traits:\n");
    entries(out, "\"1\"", count);
}

static void segments(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "segments:\n");
    entries(out, "\"true\"", count);
}

static void stage_models(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "stages:\n");
    entries(out, "{a: \"true\"}", count);
}

static void stages(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "stages:\n j:\n");
    entries(out, "\"true\"", count);
}

static void stages_and_exits(tn_buffer *out, size_t count) {
    stages(out, count - 3);
    tn_buffer_append_str(out, "  exits: {a: \"true\", b: \"true\", c: \"true\"}\n  label: J\n");
}

static void shop(tn_buffer *out) {
    head(out);
    tn_buffer_append_str(out, "actions: {p: {value: money}}\ntransactions: {action: p}\n");
}

static void bins(tn_buffer *out, size_t count) {
    shop(out);
    tn_buffer_printf(out, "rfm: {bins: %zu}\n", count);
}

static void cuts(tn_buffer *out, size_t count) {
    shop(out);
    tn_buffer_append_str(out, "rfm: {cuts: {recency: [1], monetary: [1], frequency: [0");
    for (size_t i = 2; i < count; i++)
        tn_buffer_printf(out, ", %zu", i);
    tn_buffer_append_str(out, "]}}\n");
}

static void rfm_segments(tn_buffer *out, size_t count) {
    shop(out);
    tn_buffer_append_str(out, "rfm:\n segments:\n");
    entries(out, "{}", count);
}

static void characters(tn_buffer *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        tn_buffer_append_char(out, 'x');
}

static void name_size(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "attributes: {");
    characters(out, count);
    tn_buffer_append_str(out, ": {type: int}}\n");
}

static void free_name_size(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "stages: {j: {");
    characters(out, count);
    tn_buffer_append_str(out, ": \"true\"}}\n");
}

static void label_size(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "label: ");
    characters(out, count);
    tn_buffer_append_char(out, '\n');
}

static void tiles(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_printf(out, "traits: {t: \"tile(1 + bucket(5), %zu)\"}\n", count);
}

static void nodes(tn_buffer *out, size_t count) {
    head(out);
    tn_buffer_append_str(out, "traits: {t: \"max(1");
    for (size_t i = 2; i < count; i++)
        tn_buffer_append_str(out, ",1");
    tn_buffer_append_str(out, ")\"}\n");
}

static void file_size(tn_buffer *out, size_t count) {
    const size_t start = out->size;
    head(out);
    tn_buffer_append_str(out, "segments: {s: \"true\"}\n");
    while (out->size - start + 65 < count) {
        tn_buffer_append_char(out, '#');
        characters(out, 63);
        tn_buffer_append_char(out, '\n');
    }
    tn_buffer_append_char(out, '#');
    characters(out, count - (out->size - start));
}

static tn_status parse_count(const limit_case *c, size_t count, tn_error *error) {
    tn_buffer text;
    tn_model *model = NULL;
    tn_buffer_init(&text, NULL);
    c->write(&text, count);
    cr_assert(!text.failed);
    const tn_status status =
        tn_model_parse("m.yaml", (tn_str){text.data, text.size}, &model, error);
    if (status == TN_OK) tn_model_destroy(model);
    tn_buffer_deinit(&text);
    return status;
}

Test(limits_of_models, hold_at_one_below_at_and_one_above) {
    static const limit_case cases[] = {
        {"attributes", TN_ATTRIBUTES_MAX, attributes},
        {"actions", TN_ACTIONS_MAX, actions},
        {"fields", TN_FIELDS_MAX, fields},
        {"scores", TN_SCORES_MAX, scores},
        {"rules", TN_RULES_MAX, rules},
        {"groups", TN_GROUPS_MAX, groups},
        {"grades", TN_GRADES_MAX, grades},
        {"traits", TN_TRAITS_MAX, traits},
        {"segments", TN_SEGMENTS_MAX, segments},
        {"stage models", TN_STAGE_MODELS_MAX, stage_models},
        {"stages", TN_STAGES_MAX, stages},
        {"stages and exits", TN_STAGES_MAX, stages_and_exits},
        {"bins", TN_RFM_BINS_MAX, bins},
        {"cuts", TN_RFM_BINS_MAX, cuts},
        {"rfm segments", TN_RFM_SEGMENTS_MAX, rfm_segments},
        {"name size", TN_NAME_SIZE_MAX, name_size},
        {"free name size", TN_NAME_SIZE_MAX, free_name_size},
        {"label size", TN_TEXT_SIZE_MAX, label_size},
        {"tiles", TN_TILES_MAX, tiles},
        {"nodes", TN_EXPR_NODES_MAX, nodes},
        {"file size", TN_MODEL_SIZE_MAX, file_size},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tn_error error = {0};
        tn_status status = parse_count(&cases[i], cases[i].limit - 1, &error);
        cr_expect_eq(status, TN_OK, "%s, one below: %s", cases[i].name, error.message);
        status = parse_count(&cases[i], cases[i].limit, &error);
        cr_expect_eq(status, TN_OK, "%s, at the limit: %s", cases[i].name, error.message);
        status = parse_count(&cases[i], cases[i].limit + 1, &error);
        cr_expect(status == TN_TOO_LARGE || status == TN_BAD_MODEL, "%s, one above: %d",
                  cases[i].name, (int)status);
        cr_expect_neq(error.message[0], '\0');
    }
}

Test(limits_of_models, all_parts_may_be_full_at_once) {
    tn_buffer text;
    tn_model *model = NULL;
    tn_error error = {0};
    tn_buffer_init(&text, NULL);
    shop(&text);
    tn_buffer_append_str(&text, "rfm:\nclv:\nscores:\n");
    entries(&text, "{points: \"1\", grades: {A: 1}}", TN_SCORES_MAX);
    tn_buffer_append_str(&text, "traits:\n");
    entries(&text, "\"1\"", TN_TRAITS_MAX);
    tn_buffer_append_str(&text, "stages:\n");
    entries(&text, "{a: \"true\"}", TN_STAGE_MODELS_MAX);
    tn_buffer_append_str(&text, "segments:\n");
    entries(&text, "\"true\"", TN_SEGMENTS_MAX);
    cr_assert_eq(tn_model_parse("m", (tn_str){text.data, text.size}, &model, &error), TN_OK, "%s",
                 error.message);
    cr_expect_eq(model->derived_count,
                 2 * TN_SCORES_MAX + 8 + TN_TRAITS_MAX + TN_STAGE_MODELS_MAX + TN_SEGMENTS_MAX);
    tn_model_destroy(model);
    tn_buffer_deinit(&text);
}
