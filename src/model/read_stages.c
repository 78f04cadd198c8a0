/* Lifecycle models: a ladder of guards and the exits off it, own or from a preset.
 *
 * A preset is a model file of its own, built into the library. Its guards keep its words for
 * actions; `with` says which of the model's actions each word means, and a word without an action
 * counts 0. */
#include "base/assert.h"
#include "base/bytes.h"
#include "model/preset.h"
#include "model/reader.h"

/* The entries of one lifecycle model before their guards are read. */
typedef struct stage_list {
    const tn_entry *ladder;
    size_t ladder_count;
    const tn_entry *exits;
    size_t exit_count;
    tn_str label;
} stage_list;

static const tn_entry_rule stage_rule = {"a stage", "stages", TN_NAME_FREE, TN_STAGES_MAX};
static const tn_entry_rule exit_rule = {"an exit", "exits", TN_NAME_FREE, TN_STAGES_MAX};

static tn_status read_exits(const tn_reading *reading, const tn_yaml_node *node, stage_list *list) {
    tn_entry *exits;
    if (node == NULL) return TN_OK;
    if (list->exits != NULL)
        return tn_read_fail(reading, node->key_start, "the exits are given twice");
    TN_TRY(tn_read_entries(reading, node, &exit_rule, &exits, &list->exit_count));
    list->exits = exits;
    return TN_OK;
}

/* The stages from first to last; `exits` and `label` may stand among them. */
static tn_status read_list(const tn_reading *reading, const tn_yaml_node *node, stage_list *list) {
    static const tn_entry_rule rule = {"a stage", "stages", TN_NAME_FREE, TN_STAGES_MAX + 2};
    tn_entry *entries;
    size_t count, kept = 0;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    for (size_t i = 0; i < count; i++) {
        if (tn_str_is(entries[i].name, "exits"))
            TN_TRY(read_exits(reading, entries[i].value, list));
        else if (tn_str_is(entries[i].name, "label"))
            TN_TRY(tn_read_label(reading, entries[i].value, &list->label));
        else
            entries[kept++] = entries[i];
    }
    list->ladder = entries;
    list->ladder_count = kept;
    return TN_OK;
}

/* ---- From entries to stages ---- */

static tn_status read_guard(const tn_reading *reading, const tn_entry *entry, bool is_exit,
                            tn_model_stage *out) {
    TN_ASSERT(out != NULL);
    *out = (tn_model_stage){.name = entry->name, .where = entry->where, .is_exit = is_exit};
    return tn_read_labelled_expr(reading, entry->value,
                                 is_exit ? "the guard of an exit" : "the guard of a stage", "if",
                                 &out->guard, &out->label);
}

static tn_status check_sizes(const tn_reading *reading, const stage_list *list,
                             tn_yaml_mark where) {
    const size_t count = list->ladder_count + list->exit_count;
    if (list->ladder_count == 0) return tn_read_fail(reading, where, "there are no stages here");
    if (count > TN_STAGES_MAX)
        return tn_read_too_large(reading, where, "%zu stages are too many, at most %d may be",
                                 count, TN_STAGES_MAX);
    return TN_OK;
}

/* Names of stages and exits must differ; the level names are these. */
static tn_status name_stages(const tn_reading *reading, tn_model_stages *out) {
    tn_names names;
    if (tn_names_init(&names, reading->arena, out->stage_count) != TN_OK)
        return tn_read_memory(reading);
    for (uint32_t i = 0; i < out->stage_count; i++) {
        const tn_model_stage *stage = &out->stages[i];
        bool is_new;
        tn_names_put(&names, stage->name, &is_new);
        if (!is_new)
            return tn_read_fail(reading, stage->where, "exit '%.*s' has the name of a stage",
                                TN_SHOWN(stage->name));
    }
    out->levels = (tn_levels){
        .names = names.names, .count = out->stage_count, .ladder_count = out->ladder_count};
    return TN_OK;
}

/* Exits are always of the model's own file, the ladder may be of a preset's. */
static tn_status make_stages(const tn_reading *reading, const tn_reading *ladder_reading,
                             const stage_list *list, tn_model_stage **stages,
                             tn_model_stages *out) {
    const size_t count = list->ladder_count + list->exit_count;
    tn_model_stage *made = tn_arena_array(reading->arena, count, sizeof *made);
    if (made == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < list->ladder_count; i++)
        TN_TRY(read_guard(ladder_reading, &list->ladder[i], false, &made[i]));
    for (size_t i = 0; i < list->exit_count; i++)
        TN_TRY(read_guard(reading, &list->exits[i], true, &made[list->ladder_count + i]));
    out->stages = *stages = made;
    out->stage_count = (uint32_t)count;
    out->ladder_count = (uint32_t)list->ladder_count;
    return TN_OK;
}

static tn_status read_own(const tn_reading *reading, const tn_entry *entry,
                          const tn_yaml_node *node, stage_list *list, tn_model_stages *out) {
    tn_model_stage *stages;
    TN_TRY(read_list(reading, node, list));
    TN_TRY(check_sizes(reading, list, entry->where));
    TN_TRY(make_stages(reading, reading, list, &stages, out));
    if (list->label.size > 0) out->label = list->label;
    return name_stages(reading, out);
}

/* {stages: […], exits: {…}, label: …} */
static tn_status read_long(const tn_reading *reading, const tn_entry *entry, tn_model_stages *out) {
    static const char *const keys[] = {"stages", "exits", "label"};
    const tn_yaml_node *nodes[3];
    stage_list list = {0};
    TN_TRY(tn_read_keys(reading, entry->value, "a lifecycle model", TN_CHOICES(keys), nodes));
    TN_TRY(tn_read_label(reading, nodes[2], &out->label));
    TN_TRY(read_exits(reading, nodes[1], &list));
    return read_own(reading, entry, nodes[0], &list, out);
}

/* ---- Presets ---- */

enum { PRESET_NAME, PRESET_WITH, PRESET_GUARDS, PRESET_EXITS, PRESET_LABEL, PRESET_KEYS };

static tn_status find_preset(const tn_reading *reading, const tn_yaml_node *node,
                             const tn_preset **out) {
    uint32_t number = 0;
    TN_TRY(tn_read_choice(reading, node, "preset", (tn_choices){tn_preset_names, tn_preset_count},
                          &number));
    *out = &tn_presets[number];
    return TN_OK;
}

/* The preset's file as a tree that lives as long as the model. */
static tn_status open_preset(const tn_reading *reading, const tn_preset *preset,
                             tn_reading *preset_reading) {
    tn_yaml_document *document = tn_arena_alloc(reading->arena, sizeof *document);
    if (document == NULL) return tn_read_memory(reading);
    const tn_str source = {(const char *)preset->data, preset->size};
    TN_TRY(tn_yaml_parse(reading->arena, preset->file, source, document, reading->error));
    *preset_reading = *reading;
    preset_reading->document = document;
    return TN_OK;
}

/* The preset's words for actions, each meaning the model's action of that name unless `with` says
 * otherwise. */
static tn_status read_preset_actions(const tn_reading *reading, const tn_yaml_node *words,
                                     const tn_yaml_node *with, tn_model_stages *out) {
    static const tn_entry_rule rule = {"an action of the preset", "actions of the preset",
                                       TN_NAME_OF_THING, TN_ACTIONS_MAX};
    const tn_names *own = &reading->model->action_names;
    tn_names names;
    tn_entry *entries;
    size_t count;
    TN_ASSERT(words != NULL);
    tn_preset_action *actions = tn_arena_array(reading->arena, words->count, sizeof *actions);
    if (actions == NULL || tn_names_init(&names, reading->arena, words->count) != TN_OK)
        return tn_read_memory(reading);
    for (const tn_yaml_node *word = words->first; word != NULL; word = word->next) {
        const uint32_t number = tn_names_put(&names, word->key, NULL);
        actions[number] =
            (tn_preset_action){.name = word->key, .action = tn_names_find(own, word->key)};
    }
    TN_TRY(tn_read_entries(reading, with, &rule, &entries, &count));
    for (size_t i = 0; i < count; i++) {
        const uint32_t number = tn_names_find(&names, entries[i].name);
        if (number == TN_NONE)
            return tn_read_fail_choice(reading, entries[i].where, "action of the preset",
                                       entries[i].name, (tn_choices){names.list, names.count});
        TN_TRY(
            tn_read_reference(reading, entries[i].value, "action", own, &actions[number].action));
    }
    out->preset_actions = actions;
    out->preset_action_count = (uint32_t)words->count;
    return TN_OK;
}

/* Guards of the model's own in place of the preset's. */
static tn_status read_overrides(const tn_reading *reading, const tn_yaml_node *node,
                                tn_model_stage *stages, const tn_model_stages *of) {
    tn_names names;
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &stage_rule, &entries, &count));
    if (tn_names_init(&names, reading->arena, of->ladder_count) != TN_OK)
        return tn_read_memory(reading);
    for (uint32_t i = 0; i < of->ladder_count; i++)
        tn_names_put(&names, stages[i].name, NULL);
    for (size_t i = 0; i < count; i++) {
        const uint32_t number = tn_names_find(&names, entries[i].name);
        if (number == TN_NONE)
            return tn_read_fail_choice(reading, entries[i].where, "stage of the preset",
                                       entries[i].name, (tn_choices){names.list, names.count});
        TN_TRY(read_guard(reading, &entries[i], false, &stages[number]));
    }
    return TN_OK;
}

static tn_status read_preset(const tn_reading *reading, const tn_entry *entry,
                             tn_model_stages *out) {
    static const char *const keys[] = {"preset", "with", "guards", "exits", "label"};
    const tn_yaml_node *nodes[PRESET_KEYS];
    const tn_preset *preset = NULL;
    tn_reading inner = {0};
    stage_list list = {0};
    tn_model_stage *stages = NULL;
    TN_TRY(tn_read_keys(reading, entry->value, "a preset", TN_CHOICES(keys), nodes));
    TN_TRY(find_preset(reading, nodes[PRESET_NAME], &preset));
    TN_TRY(open_preset(reading, preset, &inner));
    TN_ASSERT(inner.document != NULL);
    const tn_yaml_node *root = inner.document->root;
    const tn_yaml_node *models = tn_yaml_get(root, "stages");
    TN_ASSERT(models != NULL && models->first != NULL);
    out->preset = tn_str_of(preset->name);
    out->where = nodes[PRESET_NAME]->start;
    TN_TRY(read_list(&inner, models->first, &list));
    TN_TRY(read_exits(reading, nodes[PRESET_EXITS], &list));
    TN_TRY(check_sizes(reading, &list, out->where));
    TN_TRY(make_stages(reading, &inner, &list, &stages, out));
    for (uint32_t i = 0; i < out->ladder_count; i++)
        stages[i].where = out->where;
    TN_TRY(read_overrides(reading, nodes[PRESET_GUARDS], stages, out));
    TN_TRY(read_preset_actions(reading, tn_yaml_get(root, "actions"), nodes[PRESET_WITH], out));
    TN_TRY(tn_read_label(reading, nodes[PRESET_LABEL], &out->label));
    return name_stages(reading, out);
}

/* ---- All of them ---- */

static tn_status read_model(const tn_reading *reading, const tn_entry *entry,
                            tn_model_stages *out) {
    const tn_yaml_node *node = entry->value;
    stage_list list = {0};
    *out = (tn_model_stages){.name = entry->name, .where = entry->where};
    if (node->kind == TN_YAML_MAPPING && tn_yaml_get(node, "preset") != NULL)
        return read_preset(reading, entry, out);
    if (node->kind == TN_YAML_MAPPING && tn_yaml_get(node, "stages") != NULL)
        return read_long(reading, entry, out);
    return read_own(reading, entry, node, &list, out);
}

tn_status tn_read_stages(tn_reading *reading, const tn_yaml_node *node) {
    static const tn_entry_rule rule = {"a lifecycle model", "lifecycle models", TN_NAME_OF_THING,
                                       TN_STAGE_MODELS_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_stages *models = tn_arena_array(reading->arena, count, sizeof *models);
    if (models == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++)
        TN_TRY(read_model(reading, &entries[i], &models[i]));
    reading->model->stage_models = models;
    reading->model->stage_model_count = (uint32_t)count;
    return TN_OK;
}
