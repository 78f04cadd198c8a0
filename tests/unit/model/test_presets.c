/* The five published lifecycle models, and what a model file may change in them. */
#include "unit/model/model_case.h"
#include "unit/model/tiny_eval.h"

#include "model/preset.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { ACTIONS_MAX = 16 };

/* A customer of a model by the names of its actions. */
typedef struct history {
    const tn_model *model;
    double counts[ACTIONS_MAX], last_days[ACTIONS_MAX];
} history;

static void history_init(history *h, const tn_model *model) {
    h->model = model;
    cr_assert_leq(model->action_count, ACTIONS_MAX);
    for (size_t i = 0; i < ACTIONS_MAX; i++) {
        h->counts[i] = 0;
        h->last_days[i] = (double)NAN;
    }
}

static void did(history *h, const char *action, double times, double days_ago) {
    const uint32_t number = tn_model_find_action(h->model, tn_str_of(action));
    cr_assert_neq(number, TN_NONE, "%s", action);
    h->counts[number] = times;
    h->last_days[number] = days_ago;
}

static const char *stage_of(const history *h, const char *model_name) {
    const tiny_customer customer = {.counts = h->counts, .last_days = h->last_days};
    for (uint32_t i = 0; i < h->model->stage_model_count; i++) {
        const tn_model_stages *stages = &h->model->stage_models[i];
        if (!tn_str_is(stages->name, model_name)) continue;
        const uint32_t stage = tiny_stage(stages, &customer);
        return stage == TN_NONE ? "(none)" : stages->stages[stage].name.data;
    }
    return "(no such model)";
}

static const char *const every_action =
    "actions: {visit: , email_open: , newsletter_join: , product_view: , cart_add: ,\n"
    "          purchase: {value: money}, support_request: , referral: , review: , share: }\n";

static tn_model *model_with_all(void) {
    char lines[1024];
    snprintf(lines, sizeof lines,
             "%sstages:\n  clm6: {preset: clm6}\n  clm5: {preset: clm5}\n"
             "  aida_plus: {preset: aida_plus}\n  reach5: {preset: reach5}\n"
             "  shop5: {preset: shop5}\n",
             every_action);
    return model_of_lines(lines);
}

Test(presets, have_the_published_stages_in_order) {
    static const struct {
        const char *name;
        const char *stages;
    } published[] = {
        {"clm6", "awareness engagement evaluation purchase support advocacy "},
        {"clm5", "approach purchase progress retention loyalty "},
        {"aida_plus", "awareness interest desire action retention advocacy "},
        {"reach5", "reach acquisition conversion retention loyalty "},
        {"shop5", "awareness conversion retention loyalty advocacy "},
    };
    tn_model *model = model_with_all();
    cr_assert_eq(tn_preset_count, sizeof published / sizeof published[0]);
    for (size_t i = 0; i < tn_preset_count; i++) {
        const tn_model_stages *stages = &model->stage_models[i];
        char names[256] = "";
        for (size_t j = 0; j < stages->levels.count; j++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s ",
                     stages->levels.names[j].data);
        cr_expect_str_eq(tn_preset_names[i], published[i].name);
        cr_expect_str_eq(names, published[i].stages);
        cr_expect_eq(stages->levels.ladder_count, stages->levels.count);
        cr_expect(tn_str_is(stages->preset, published[i].name));
    }
    tn_model_destroy(model);
}

Test(presets, are_models_of_their_own_without_warnings) {
    for (size_t i = 0; i < tn_preset_count; i++) {
        tn_model *model = model_of_file(tn_presets[i].file);
        tn_buffer warnings = warnings_of(model);
        cr_expect(tn_str_is(model->name, tn_presets[i].name));
        cr_expect(tn_str_is(model->stage_models[0].name, tn_presets[i].name));
        cr_expect_str_eq(warnings.data, "");
        tn_buffer_deinit(&warnings);
        tn_model_destroy(model);
    }
}

Test(presets, built_in_bytes_are_those_of_the_files) {
    for (size_t i = 0; i < tn_preset_count; i++) {
        tn_model *model = model_of_file(tn_presets[i].file);
        const tn_str built_in = {(const char *)tn_presets[i].data, tn_presets[i].size};
        cr_expect(tn_str_equal(model->document.source, built_in), "%s", tn_presets[i].name);
        tn_model_destroy(model);
    }
}

Test(presets, one_customer_stands_in_a_different_stage_under_each) {
    tn_model *model = model_with_all();
    history h;
    history_init(&h, model);
    did(&h, "visit", 6, 200);
    did(&h, "newsletter_join", 1, 400);
    did(&h, "product_view", 9, 200);
    did(&h, "cart_add", 3, 200);
    did(&h, "purchase", 2, 200);
    did(&h, "support_request", 1, 190);
    cr_expect_str_eq(stage_of(&h, "clm6"), "support");
    cr_expect_str_eq(stage_of(&h, "clm5"), "progress");
    cr_expect_str_eq(stage_of(&h, "aida_plus"), "action");
    cr_expect_str_eq(stage_of(&h, "reach5"), "retention");
    cr_expect_str_eq(stage_of(&h, "shop5"), "loyalty");
    tn_model_destroy(model);
}

Test(presets, a_stranger_stands_in_the_first_stage_of_each) {
    tn_model *model = model_with_all();
    history h;
    history_init(&h, model);
    for (uint32_t i = 0; i < model->stage_model_count; i++)
        cr_expect_str_eq(stage_of(&h, model->stage_models[i].name.data),
                         model->stage_models[i].stages[0].name.data);
    tn_model_destroy(model);
}

Test(presets, every_stage_of_each_can_be_reached) {
    static const struct {
        const char *model, *stage, *action;
        double times, days_ago;
    } steps[] = {
        {"clm6", "awareness", "purchase", 0, 0},
        {"clm6", "engagement", "email_open", 1, 5},
        {"clm6", "evaluation", "cart_add", 1, 5},
        {"clm6", "purchase", "purchase", 1, 5},
        {"clm6", "support", "support_request", 1, 1},
        {"clm6", "advocacy", "review", 1, 1},
        {"clm5", "approach", "visit", 9, 1},
        {"clm5", "purchase", "purchase", 1, 1},
        {"clm5", "progress", "purchase", 2, 1},
        {"clm5", "retention", "purchase", 3, 180},
        {"clm5", "loyalty", "purchase", 5, 90},
        {"aida_plus", "awareness", "support_request", 1, 1},
        {"aida_plus", "interest", "visit", 1, 1},
        {"aida_plus", "desire", "product_view", 3, 1},
        {"aida_plus", "action", "purchase", 1, 1},
        {"aida_plus", "retention", "purchase", 2, 1},
        {"aida_plus", "advocacy", "share", 1, 1},
        {"reach5", "reach", "visit", 1, 1},
        {"reach5", "acquisition", "visit", 2, 1},
        {"reach5", "conversion", "purchase", 1, 1},
        {"reach5", "retention", "purchase", 2, 365},
        {"reach5", "loyalty", "purchase", 5, 1},
        {"shop5", "awareness", "visit", 9, 1},
        {"shop5", "conversion", "purchase", 1, 0.5},
        {"shop5", "retention", "email_open", 1, 0.1},
        {"shop5", "loyalty", "purchase", 2, 1},
        {"shop5", "advocacy", "referral", 1, 1},
    };
    tn_model *model = model_with_all();
    history h;
    const char *last_model = "";
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (strcmp(last_model, steps[i].model) != 0) history_init(&h, model);
        last_model = steps[i].model;
        did(&h, steps[i].action, steps[i].times, steps[i].days_ago);
        cr_expect_str_eq(stage_of(&h, steps[i].model), steps[i].stage, "%s after %g %s: %s",
                         steps[i].model, steps[i].times, steps[i].action,
                         stage_of(&h, steps[i].model));
    }
    tn_model_destroy(model);
}

Test(presets, a_customer_who_lapses_and_returns_goes_down_and_up_again) {
    tn_model *model = model_of_lines(
        "actions: {purchase: {value: money}}\n"
        "stages:\n"
        "  j: {preset: clm5, exits: {lapsed: \"days_since(last(purchase)) > 365\"}}\n");
    history h;
    history_init(&h, model);
    did(&h, "purchase", 6, 10);
    cr_expect_str_eq(stage_of(&h, "j"), "loyalty");
    did(&h, "purchase", 6, 120);
    cr_expect_str_eq(stage_of(&h, "j"), "retention");
    did(&h, "purchase", 6, 300);
    cr_expect_str_eq(stage_of(&h, "j"), "progress");
    did(&h, "purchase", 6, 400);
    cr_expect_str_eq(stage_of(&h, "j"), "lapsed");
    did(&h, "purchase", 7, 0);
    cr_expect_str_eq(stage_of(&h, "j"), "loyalty");
    const tn_levels *levels = &model->stage_models[0].levels;
    cr_expect_eq(levels->count, 6);
    cr_expect_eq(levels->ladder_count, 5);
    tn_model_destroy(model);
}

Test(presets, words_are_mapped_to_the_actions_of_the_model) {
    tn_model *model = model_of_lines("actions: {order: {value: money}, purchase: {value: money}}\n"
                                     "stages: {j: {preset: clm5, with: {purchase: order}}}\n");
    history h;
    history_init(&h, model);
    did(&h, "purchase", 9, 1);
    cr_expect_str_eq(stage_of(&h, "j"), "approach");
    did(&h, "order", 2, 1);
    cr_expect_str_eq(stage_of(&h, "j"), "progress");
    tn_model_destroy(model);
}

Test(presets, an_action_that_is_not_declared_counts_nothing) {
    tn_model *model = model_of_lines("actions: {purchase: {value: money}}\n"
                                     "stages: {j: {preset: clm6}}\n");
    history h;
    history_init(&h, model);
    cr_expect_str_eq(stage_of(&h, "j"), "awareness");
    did(&h, "purchase", 1, 1);
    cr_expect_str_eq(stage_of(&h, "j"), "purchase");
    tn_model_destroy(model);
}

Test(presets, guards_are_overridden_one_by_one_in_the_words_of_the_model) {
    tn_model *model =
        model_of_lines("actions: {purchase: {value: money}, club: }\n"
                       "stages:\n"
                       "  j:\n"
                       "    preset: clm5\n"
                       "    label: Journey\n"
                       "    guards: {loyalty: {if: \"count(club) > 0\", label: In the club}}\n");
    history h;
    history_init(&h, model);
    did(&h, "purchase", 9, 1);
    cr_expect_str_eq(stage_of(&h, "j"), "retention");
    did(&h, "club", 1, 1);
    cr_expect_str_eq(stage_of(&h, "j"), "loyalty");
    cr_expect(tn_str_is(model->stage_models[0].label, "Journey"));
    cr_expect(tn_str_is(model->stage_models[0].stages[4].label, "In the club"));
    tn_model_destroy(model);
}
