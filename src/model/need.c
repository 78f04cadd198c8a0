/* What the store must keep: of each action besides count and last, and which sums. Equal sums are
 * kept once: the same action, half-life and text of `per`. */
#include "base/bytes.h"
#include "model/reader.h"
#include "model/site.h"

#include <stdio.h>

typedef struct sum_list {
    tn_names keys;
    tn_model_sum *sums;
} sum_list;

typedef struct need_list {
    const tn_reading *reading;
    tn_action_spec *actions;
    sum_list decays, plain;
} need_list;

/* ---- Walking trees ---- */

typedef tn_status tree_visit(void *context, const tn_expr *node);

static tn_status walk_tree(const tn_expr *node, tree_visit *visit, void *context) {
    TN_TRY(visit(context, node));
    for (uint32_t i = 0; i < node->child_count; i++)
        TN_TRY(walk_tree(node->children[i], visit, context));
    return TN_OK;
}

/* ---- Counting, so that the lists have room ---- */

static tn_status count_node(void *context, const tn_expr *node) {
    size_t *count = context;
    if (node->kind == TN_NODE_DECAYED) ++*count;
    return TN_OK;
}

static tn_status count_site(void *context, const tn_site *site) {
    return walk_tree(site->expr->tree, count_node, context);
}

static size_t count_rules(const tn_model *model) {
    size_t count = 0;
    for (uint32_t i = 0; i < model->score_count; i++)
        count += model->scores[i].rule_count;
    return count;
}

static tn_status sum_list_init(const tn_reading *reading, sum_list *list, size_t capacity) {
    list->sums = tn_arena_array(reading->arena, capacity, sizeof *list->sums);
    if (list->sums == NULL || tn_names_init(&list->keys, reading->arena, capacity) != TN_OK)
        return tn_read_memory(reading);
    return TN_OK;
}

/* ---- Sums ---- */

/* The text that equal sums share. */
static tn_status sum_key(const tn_reading *reading, const tn_model_sum *sum, tn_str *out) {
    const tn_str per = sum->per == NULL ? tn_str_of("") : sum->per->text;
    char head[64];
    const int size =
        snprintf(head, sizeof head, "%u %a ", (unsigned)sum->action, sum->half_life_ms);
    char *key = tn_arena_alloc(reading->arena, (size_t)size + per.size + 1);
    if (key == NULL) return tn_read_memory(reading);
    memcpy(key, head, (size_t)size);
    memcpy(key + size, per.data, per.size);
    *out = (tn_str){key, (size_t)size + per.size};
    return TN_OK;
}

static tn_status add_sum(const tn_reading *reading, sum_list *list, tn_model_sum sum,
                         uint32_t *number) {
    tn_str key = {NULL, 0};
    TN_TRY(sum_key(reading, &sum, &key));
    *number = tn_names_put(&list->keys, key, NULL);
    list->sums[*number] = sum;
    return TN_OK;
}

static tn_status add_rule(need_list *needs, tn_model_rule *rule) {
    const bool has_per = rule->per.tree != NULL;
    const tn_model_sum sum = {.action = rule->action,
                              .half_life_ms = rule->half_life_ms,
                              .per = has_per ? &rule->per : NULL};
    if (rule->action == TN_NONE) return TN_OK;
    if (rule->half_life_ms > 0) return add_sum(needs->reading, &needs->decays, sum, &rule->decay);
    if (has_per) return add_sum(needs->reading, &needs->plain, sum, &rule->plain);
    return TN_OK;
}

static tn_status add_rules(need_list *needs) {
    const tn_model *model = needs->reading->model;
    for (uint32_t i = 0; i < model->score_count; i++) {
        const tn_model_score *score = &model->scores[i];
        /* The rules are this reading's own until the model is handed out. */
        tn_model_rule *rules = (tn_model_rule *)(uintptr_t)score->rules;
        for (uint32_t j = 0; j < score->rule_count; j++)
            TN_TRY(add_rule(needs, &rules[j]));
    }
    return TN_OK;
}

/* ---- What expressions read ---- */

static tn_status need_node(void *context, const tn_expr *node) {
    need_list *needs = context;
    uint32_t number;
    switch (node->kind) {
    case TN_NODE_FIRST:
        needs->actions[node->action].needs |= TN_NEED_FIRST;
        return TN_OK;
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
        needs->actions[node->action].needs |= TN_NEED_SUM;
        return TN_OK;
    case TN_NODE_LAST_VALUE:
        needs->actions[node->action].needs |= TN_NEED_LAST_VALUE;
        return TN_OK;
    case TN_NODE_DECAYED:
        return add_sum(needs->reading, &needs->decays,
                       (tn_model_sum){.action = node->action, .half_life_ms = node->as.duration_ms},
                       &number);
    default:
        return TN_OK;
    }
}

static tn_status need_site(void *context, const tn_site *site) {
    return walk_tree(site->expr->tree, need_node, context);
}

static void need_transactions(need_list *needs, const tn_model_transactions *transactions) {
    if (!transactions->is_present) return;
    needs->actions[transactions->action].needs |= TN_NEED_SUM;
    if (transactions->minus != TN_NONE) needs->actions[transactions->minus].needs |= TN_NEED_SUM;
}

/* ---- The schema ---- */

static tn_status fill_schema(const need_list *needs) {
    const tn_reading *reading = needs->reading;
    tn_model *model = reading->model;
    tn_attribute_spec *attributes =
        tn_arena_array(reading->arena, model->attribute_count, sizeof *attributes);
    tn_decay_spec *decays = tn_arena_array(reading->arena, model->decay_count, sizeof *decays);
    if (attributes == NULL || decays == NULL) return tn_read_memory(reading);
    for (uint32_t i = 0; i < model->attribute_count; i++)
        attributes[i] = (tn_attribute_spec){.type = model->attributes[i].type,
                                            .keep = model->attributes[i].keep};
    for (uint32_t i = 0; i < model->action_count; i++)
        needs->actions[i].is_by_company = model->actions[i].is_by_company;
    for (uint32_t i = 0; i < model->decay_count; i++)
        decays[i].half_life_ms = model->decays[i].half_life_ms;
    model->schema = (tn_schema){
        .attributes = attributes,
        .attribute_count = model->attribute_count,
        .actions = needs->actions,
        .action_count = model->action_count,
        .decays = decays,
        .decay_count = model->decay_count,
        .plain_sum_count = model->plain_sum_count,
        .has_transactions = model->transactions.is_present,
        .has_refunds = model->transactions.is_present && model->transactions.minus != TN_NONE,
    };
    return TN_OK;
}

tn_status tn_model_need(tn_reading *reading) {
    tn_model *model = reading->model;
    need_list needs = {.reading = reading};
    const size_t rules = count_rules(model);
    size_t calls = 0;
    TN_TRY(tn_model_visit_sites(model, count_site, &calls));
    needs.actions = tn_arena_array(reading->arena, model->action_count, sizeof *needs.actions);
    if (needs.actions == NULL) return tn_read_memory(reading);
    TN_TRY(sum_list_init(reading, &needs.decays, rules + calls));
    TN_TRY(sum_list_init(reading, &needs.plain, rules));
    TN_TRY(add_rules(&needs));
    TN_TRY(tn_model_visit_sites(model, need_site, &needs));
    need_transactions(&needs, &model->transactions);
    model->decays = needs.decays.sums;
    model->decay_count = needs.decays.keys.count;
    model->plain_sums = needs.plain.sums;
    model->plain_sum_count = needs.plain.keys.count;
    return fill_schema(&needs);
}

uint32_t tn_model_find_decay(const tn_model *model, uint32_t action, double half_life_ms) {
    for (uint32_t i = 0; i < model->decay_count; i++) {
        const tn_model_sum *sum = &model->decays[i];
        if (sum->action == action && sum->per == NULL && sum->half_life_ms == half_life_ms)
            return i;
    }
    return TN_NONE;
}
