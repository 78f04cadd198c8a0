/* info.c: what the model declares, as the public surface shows it. */
#include "engine/core.h"

static tn_status build_attributes(tn_engine *engine) {
    const tn_model *model = engine->model;
    tn_attribute_info *infos =
        tn_arena_array(&engine->arena, model->attribute_count, sizeof *infos);
    if (infos == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < model->attribute_count; i++) {
        const tn_model_attribute *attribute = &model->attributes[i];
        infos[i] = (tn_attribute_info){.name = attribute->name,
                                       .label = attribute->label,
                                       .type = tn_attribute_value_type(attribute->type),
                                       .is_whole = attribute->type == TN_ATTRIBUTE_INT};
    }
    engine->info.attributes = infos;
    engine->info.attribute_count = model->attribute_count;
    return TN_OK;
}

static tn_status build_fields(tn_engine *engine, const tn_model_action *action,
                              tn_action_info *info) {
    tn_attribute_info *fields = tn_arena_array(&engine->arena, action->field_count, sizeof *fields);
    if (fields == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t f = 0; f < action->field_count; f++)
        fields[f] = (tn_attribute_info){.name = action->fields[f].name,
                                        .type = tn_attribute_value_type(action->fields[f].type),
                                        .is_whole = action->fields[f].type == TN_ATTRIBUTE_INT};
    info->fields = fields;
    info->field_count = action->field_count;
    return TN_OK;
}

static tn_status build_actions(tn_engine *engine) {
    const tn_model *model = engine->model;
    tn_action_info *infos = tn_arena_array(&engine->arena, model->action_count, sizeof *infos);
    if (infos == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < model->action_count; i++) {
        const tn_model_action *action = &model->actions[i];
        infos[i] = (tn_action_info){.name = action->name,
                                    .label = action->label,
                                    .has_value = action->value != TN_VALUE_NONE,
                                    .needs_value = action->value == TN_VALUE_MONEY,
                                    .is_derived = action->of != TN_NONE};
        TN_TRY(build_fields(engine, action, &infos[i]));
    }
    engine->info.actions = infos;
    engine->info.action_count = model->action_count;
    return TN_OK;
}

static tn_status build_columns(tn_engine *engine) {
    const tn_model *model = engine->model;
    tn_column_info *infos = tn_arena_array(&engine->arena, model->derived_count, sizeof *infos);
    if (infos == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const tn_derived *derived = &model->derived[i];
        infos[i] =
            (tn_column_info){.name = derived->name, .label = derived->label, .type = derived->type};
        if (derived->levels == NULL) continue;
        infos[i].levels = derived->levels->names;
        infos[i].level_count = derived->levels->count;
        infos[i].ladder_count = derived->levels->ladder_count;
    }
    engine->info.columns = infos;
    engine->info.column_count = model->derived_count;
    return TN_OK;
}

static tn_status build_clv(tn_engine *engine, tn_error *error) {
    const tn_model_clv *clv = &engine->model->clv;
    tn_engine_info *info = &engine->info;
    info->has_clv = clv->is_present;
    if (!clv->is_present) return TN_OK;
    info->purchases = clv->purchases;
    info->spend = clv->spend;
    const double unit_days = engine->model->transactions.unit_is_week ? 7 : 1;
    const double horizon = clv->horizon_ms / ((double)TN_DAY_MS * unit_days);
    const tn_status status =
        tn_clv_terms_init(&info->clv_terms, horizon, clv->discount_per_year, 365 / unit_days, 1);
    if (status != TN_OK) return tn_fail(error, status, "the horizon of clv is out of range");
    return TN_OK;
}

tn_status tn_engine_info_build(tn_engine *engine, tn_error *error) {
    const tn_model *model = engine->model;
    tn_engine_info *info = &engine->info;
    info->model_name = model->name;
    info->currency = model->currency;
    info->timezone = tn_str_of(tn_zone_name(model->zone));
    info->transaction_action =
        model->transactions.is_present ? (int32_t)model->transactions.action : -1;
    info->unit_is_week = model->transactions.unit_is_week;
    info->has_rfm = model->rfm.is_present;
    info->shards = engine->shard_count;
    info->threads = tn_team_threads(engine->team);
    info->isa = tn_isa_name(engine->kernels->isa);
    if (build_attributes(engine) != TN_OK || build_actions(engine) != TN_OK ||
        build_columns(engine) != TN_OK)
        return tn_fail_memory(error);
    return build_clv(engine, error);
}

const tn_engine_info *tn_engine_info_view(const tn_engine *engine) {
    return &engine->info;
}
