/* One walk over the parts of a model that all later steps share: sorting, typing, needs, lint. */
#include "model/site.h"

#include "base/error.h"

typedef struct site_walk {
    tn_site_visit *visit;
    void *context;
} site_walk;

static tn_status call(const site_walk *walk, const tn_site *site) {
    return site->expr->tree == NULL ? TN_OK : walk->visit(walk->context, site);
}

static tn_status visit_rule(const site_walk *walk, const tn_model_rule *rule, uint32_t derived) {
    const tn_site condition = {
        .kind = TN_SITE_CONDITION, .expr = &rule->condition, .derived = derived, .action = TN_NONE};
    const tn_site points = {
        .kind = TN_SITE_POINTS, .expr = &rule->points_expr, .derived = derived, .action = TN_NONE};
    const tn_site per = {
        .kind = TN_SITE_PER, .expr = &rule->per, .derived = TN_NONE, .action = rule->action};
    TN_TRY(call(walk, &condition));
    TN_TRY(call(walk, &points));
    return call(walk, &per);
}

static tn_status visit_score(const site_walk *walk, const tn_model_score *score, uint32_t derived) {
    const tn_site points = {
        .kind = TN_SITE_POINTS, .expr = &score->points, .derived = derived, .action = TN_NONE};
    for (uint32_t i = 0; i < score->rule_count; i++)
        TN_TRY(visit_rule(walk, &score->rules[i], derived));
    return call(walk, &points);
}

static tn_status visit_stages(const site_walk *walk, const tn_model_stages *stages,
                              uint32_t derived) {
    for (uint32_t i = 0; i < stages->stage_count; i++) {
        const tn_site guard = {.kind = TN_SITE_GUARD,
                               .expr = &stages->stages[i].guard,
                               .derived = derived,
                               .action = TN_NONE,
                               .stages = stages};
        TN_TRY(call(walk, &guard));
    }
    return TN_OK;
}

/* The expressions behind one derived column that has some. */
static tn_status visit_derived(const tn_model *model, const site_walk *walk, uint32_t number) {
    const tn_derived *derived = &model->derived[number];
    tn_site site = {.derived = number, .action = TN_NONE};
    switch (derived->kind) {
    case TN_DERIVED_SCORE:
        return visit_score(walk, &model->scores[derived->index], number);
    case TN_DERIVED_CLV_VALUE:
        site.kind = TN_SITE_MARGIN;
        site.expr = &model->clv.margin;
        return call(walk, &site);
    case TN_DERIVED_TRAIT:
        site.kind = TN_SITE_TRAIT;
        site.expr = &model->traits[derived->index].expr;
        return call(walk, &site);
    case TN_DERIVED_STAGE:
        return visit_stages(walk, &model->stage_models[derived->index], number);
    case TN_DERIVED_SEGMENT:
        site.kind = TN_SITE_SEGMENT;
        site.expr = &model->segments[derived->index].expr;
        return call(walk, &site);
    default:
        return TN_OK;
    }
}

tn_status tn_model_visit_sites(const tn_model *model, tn_site_visit *visit, void *context) {
    const site_walk walk = {.visit = visit, .context = context};
    for (uint32_t i = 0; i < model->action_count; i++) {
        const tn_site filter = {.kind = TN_SITE_FILTER,
                                .expr = &model->actions[i].where,
                                .derived = TN_NONE,
                                .action = i};
        TN_TRY(call(&walk, &filter));
    }
    for (uint32_t i = 0; i < model->derived_count; i++)
        TN_TRY(visit_derived(model, &walk, i));
    return TN_OK;
}
