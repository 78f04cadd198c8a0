/* explanation.c: the scorer's arithmetic of one customer's scores, with the model's names. */
#include "engine/core.h"

#include <math.h>

static tn_explain_line make_line(const tn_model_score *score, const tn_explain_item *item) {
    tn_explain_line line = {.weight = item->weight,
                            .points = item->points,
                            .is_gated_off = item->is_gated_off,
                            .units = item->units,
                            .taken = item->taken};
    if (item->rule != TN_NONE) {
        const tn_model_rule *rule = &score->rules[item->rule];
        line.is_rule = true;
        line.name = rule->name;
        line.label = rule->label;
        if (rule->group != TN_NONE) line.group = score->groups[rule->group].name;
    } else if (item->group != TN_NONE) {
        line.name = score->groups[item->group].name;
    } else {
        line.name = tn_str_of("range");
    }
    return line;
}

static tn_status explain_score(tn_arena *arena, const tn_model_score *score,
                               const tn_explain_result *result, tn_explain_score *out) {
    tn_explain_line *lines = tn_arena_array(arena, result->item_count, sizeof *lines);
    if (lines == NULL) return TN_OUT_OF_MEMORY;
    for (size_t i = 0; i < result->item_count; i++)
        lines[i] = make_line(score, &result->items[i]);
    *out = (tn_explain_score){.name = score->name,
                              .label = score->label,
                              .lines = lines,
                              .line_count = result->item_count,
                              .units = result->units};
    for (uint32_t g = 0; g < score->grade_count; g++)
        if ((double)result->units >= score->grades[g].threshold * TN_SCORE_UNITS_PER_POINT)
            out->grade = score->grades[g].name;
    return TN_OK;
}

static tn_status explain_row(const tn_engine *engine, uint32_t shard, uint32_t row,
                             tn_explanation *out, tn_error *error) {
    tn_arena *arena = out->owner;
    const tn_model *model = engine->model;
    const tn_str id = tn_table_id(engine->shards[shard].table, row);
    tn_explain_result *results;
    TN_TRY(tn_scorer_explain(engine->scorer, shard, row, arena, &results, error));
    tn_explain_score *scores = tn_arena_array(arena, model->score_count, sizeof *scores);
    const char *copy = tn_arena_copy(arena, id.data, id.size);
    if (scores == NULL || copy == NULL) return tn_fail_memory(error);
    for (uint32_t s = 0; s < model->score_count; s++)
        if (explain_score(arena, &model->scores[s], &results[s], &scores[s]) != TN_OK)
            return tn_fail_memory(error);
    out->id = (tn_str){copy, id.size};
    out->epoch = tn_scorer_epoch(engine->scorer);
    out->as_of_ms = tn_scorer_as_of_ms(engine->scorer);
    out->scores = scores;
    out->score_count = model->score_count;
    out->has_summary =
        model->transactions.is_present &&
        tn_scorer_summary(model, engine->shards[shard].table, row, out->as_of_ms, &out->summary);
    return TN_OK;
}

tn_status tn_engine_explain(const tn_engine *engine, tn_str id, tn_explanation **out,
                            tn_error *error) {
    uint32_t shard;
    const uint32_t row = tn_engine_row_of(engine, id, &shard);
    if (row == TN_NO_ROW) return tn_fail(error, TN_NOT_FOUND, "no such customer");
    if (row >= tn_scorer_row_count(engine->scorer, shard))
        return tn_fail(error, TN_CONFLICT, "rescore first: no epoch covers this customer");
    tn_explanation *explanation = tn_alloc_zero(NULL, sizeof *explanation);
    tn_arena *arena = tn_alloc_zero(NULL, sizeof *arena);
    if (explanation == NULL || arena == NULL) {
        tn_free(NULL, explanation, sizeof *explanation);
        tn_free(NULL, arena, sizeof *arena);
        return tn_fail_memory(error);
    }
    tn_arena_init(arena, NULL);
    explanation->owner = arena;
    const tn_status status = explain_row(engine, shard, row, explanation, error);
    if (status != TN_OK) {
        tn_explanation_destroy(explanation);
        return status;
    }
    *out = explanation;
    return TN_OK;
}

void tn_explanation_destroy(tn_explanation *explanation) {
    if (explanation == NULL) return;
    tn_arena *arena = explanation->owner;
    tn_arena_deinit(arena);
    tn_free(NULL, arena, sizeof *arena);
    tn_free(NULL, explanation, sizeof *explanation);
}
