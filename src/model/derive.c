/* The derived columns: their full names in the order of SPEC 1, and the order in which they can be
 * computed. */
#include "base/assert.h"
#include "base/bytes.h"
#include "model/reader.h"
#include "model/site.h"

#include <stdio.h>

/* ---- Names and numbers ---- */

static const char *const kind_words[] = {
    [TN_DERIVED_SCORE] = "score.",
    [TN_DERIVED_GRADE] = "grade.",
    [TN_DERIVED_RFM_RECENCY] = "rfm.recency",
    [TN_DERIVED_RFM_FREQUENCY] = "rfm.frequency",
    [TN_DERIVED_RFM_MONETARY] = "rfm.monetary",
    [TN_DERIVED_RFM_SEGMENT] = "rfm.segment",
    [TN_DERIVED_CLV_P_ALIVE] = "clv.p_alive",
    [TN_DERIVED_CLV_EXPECTED_PURCHASES] = "clv.expected_purchases",
    [TN_DERIVED_CLV_EXPECTED_SPEND] = "clv.expected_spend",
    [TN_DERIVED_CLV_VALUE] = "clv.value",
    [TN_DERIVED_TRAIT] = "trait.",
    [TN_DERIVED_STAGE] = "stage.",
    [TN_DERIVED_SEGMENT] = "segment.",
};

static tn_status full_name(const tn_reading *reading, tn_derived_kind kind, tn_str name,
                           tn_str *out) {
    const size_t size = strlen(kind_words[kind]) + name.size;
    char *text = tn_arena_alloc(reading->arena, size + 1);
    if (text == NULL) return tn_read_memory(reading);
    snprintf(text, size + 1, "%s%.*s", kind_words[kind], (int)name.size,
             name.size > 0 ? name.data : "");
    *out = (tn_str){text, size};
    return TN_OK;
}

/* The columns of `model->derived` while they are added. */
typedef struct column_list {
    const tn_reading *reading;
    tn_derived *columns;
    uint32_t count;
} column_list;

static tn_status add(column_list *list, tn_derived column, tn_str name) {
    tn_names *names = &list->reading->model->derived_names;
    TN_TRY(full_name(list->reading, column.kind, name, &column.name));
    tn_names_put(names, column.name, NULL);
    list->columns[list->count++] = column;
    return TN_OK;
}

static tn_status add_scores(column_list *list, const tn_model *model) {
    for (uint32_t i = 0; i < model->score_count; i++)
        TN_TRY(add(list,
                   (tn_derived){.kind = TN_DERIVED_SCORE,
                                .index = i,
                                .label = model->scores[i].label,
                                .type = TN_TYPE_NUMBER},
                   model->scores[i].name));
    for (uint32_t i = 0; i < model->score_count; i++) {
        const tn_model_score *score = &model->scores[i];
        const tn_derived column = {.kind = TN_DERIVED_GRADE,
                                   .index = i,
                                   .label = score->label,
                                   .type = TN_TYPE_LEVEL,
                                   .levels = &score->grade_levels};
        if (score->grade_count > 0) TN_TRY(add(list, column, score->name));
    }
    return TN_OK;
}

static tn_status add_value_columns(column_list *list, const tn_model *model) {
    const tn_str no_name = {"", 0};
    if (model->rfm.is_present) {
        for (tn_derived_kind kind = TN_DERIVED_RFM_RECENCY; kind < TN_DERIVED_RFM_SEGMENT; kind++)
            TN_TRY(add(list, (tn_derived){.kind = kind, .type = TN_TYPE_NUMBER}, no_name));
        const tn_derived segment = {
            .kind = TN_DERIVED_RFM_SEGMENT, .type = TN_TYPE_LEVEL, .levels = &model->rfm.levels};
        TN_TRY(add(list, segment, no_name));
    }
    if (!model->clv.is_present) return TN_OK;
    for (tn_derived_kind kind = TN_DERIVED_CLV_P_ALIVE; kind <= TN_DERIVED_CLV_VALUE; kind++)
        TN_TRY(add(list, (tn_derived){.kind = kind, .type = TN_TYPE_NUMBER}, no_name));
    return TN_OK;
}

/* A trait's type is known when its expression is typed. */
static tn_status add_named(column_list *list, const tn_model *model) {
    for (uint32_t i = 0; i < model->trait_count; i++)
        TN_TRY(
            add(list,
                (tn_derived){.kind = TN_DERIVED_TRAIT, .index = i, .label = model->traits[i].label},
                model->traits[i].name));
    for (uint32_t i = 0; i < model->stage_model_count; i++) {
        const tn_model_stages *stages = &model->stage_models[i];
        const tn_derived column = {.kind = TN_DERIVED_STAGE,
                                   .index = i,
                                   .label = stages->label,
                                   .type = TN_TYPE_LEVEL,
                                   .levels = &stages->levels};
        TN_TRY(add(list, column, stages->name));
    }
    for (uint32_t i = 0; i < model->segment_count; i++)
        TN_TRY(add(list,
                   (tn_derived){.kind = TN_DERIVED_SEGMENT,
                                .index = i,
                                .label = model->segments[i].label,
                                .type = TN_TYPE_BOOL},
                   model->segments[i].name));
    return TN_OK;
}

/* "did you mean" looks among all of these. */
static tn_status list_columns(const tn_reading *reading) {
    tn_model *model = reading->model;
    const size_t count = (size_t)model->attribute_count + model->derived_count;
    const char **list = tn_arena_array(reading->arena, count, sizeof *list);
    if (list == NULL) return tn_read_memory(reading);
    size_t used = 0;
    for (uint32_t i = 0; i < model->attribute_count; i++)
        list[used++] = model->attribute_names.list[i];
    for (uint32_t i = 0; i < model->derived_count; i++)
        list[used++] = model->derived_names.list[i];
    model->column_names = list;
    model->column_name_count = used;
    return TN_OK;
}

tn_status tn_model_derive(tn_reading *reading) {
    tn_model *model = reading->model;
    const size_t count = 2 * (size_t)model->score_count + 8 + model->trait_count +
                         model->stage_model_count + model->segment_count;
    _Static_assert(2 * TN_SCORES_MAX + 8 + TN_TRAITS_MAX + TN_STAGE_MODELS_MAX + TN_SEGMENTS_MAX <=
                       TN_DERIVED_MAX,
                   "the bounds of the parts keep within that of the whole");
    column_list list = {.reading = reading};
    list.columns = tn_arena_array(reading->arena, count, sizeof *list.columns);
    if (list.columns == NULL ||
        tn_names_init(&model->derived_names, reading->arena, count) != TN_OK)
        return tn_read_memory(reading);
    TN_TRY(add_scores(&list, model));
    TN_TRY(add_value_columns(&list, model));
    TN_TRY(add_named(&list, model));
    model->derived = list.columns;
    model->derived_count = list.count;
    return list_columns(reading);
}
