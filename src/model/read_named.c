/* Traits and segments: named expressions. */
#include "model/reader.h"

tn_status tn_read_traits(tn_reading *reading, const tn_yaml_node *node) {
    static const tn_entry_rule rule = {"a trait", "traits", TN_NAME_OF_THING, TN_TRAITS_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_trait *traits = tn_arena_array(reading->arena, count, sizeof *traits);
    if (traits == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++) {
        traits[i] = (tn_model_trait){.name = entries[i].name, .where = entries[i].where};
        TN_TRY(tn_read_labelled_expr(reading, entries[i].value, "a trait", "expr", &traits[i].expr,
                                     &traits[i].label));
    }
    reading->model->traits = traits;
    reading->model->trait_count = (uint32_t)count;
    return TN_OK;
}

tn_status tn_read_segments(tn_reading *reading, const tn_yaml_node *node) {
    static const tn_entry_rule rule = {"a segment", "segments", TN_NAME_OF_THING, TN_SEGMENTS_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_segment *segments = tn_arena_array(reading->arena, count, sizeof *segments);
    if (segments == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++) {
        segments[i] = (tn_model_segment){.name = entries[i].name, .where = entries[i].where};
        TN_TRY(tn_read_labelled_expr(reading, entries[i].value, "a segment", "if",
                                     &segments[i].expr, &segments[i].label));
    }
    reading->model->segments = segments;
    reading->model->segment_count = (uint32_t)count;
    return TN_OK;
}
