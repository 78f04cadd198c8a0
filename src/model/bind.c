/* Names get their meaning and expressions their type. Traits go first, in the order in which they
 * can be computed, for their types follow from their expressions; then everything in file order. */
#include "base/bytes.h"
#include "model/reader.h"
#include "model/site.h"

#include <stdio.h>

/* ---- What names mean ---- */

static bool find_column(void *context, tn_str name, tn_scope_column *out) {
    const tn_model *model = context;
    const uint32_t attribute = tn_names_find(&model->attribute_names, name);
    if (attribute != TN_NONE) {
        *out = (tn_scope_column){
            .type = tn_attribute_value_type(model->attributes[attribute].type),
            .column = tn_column_ref_pack(TN_SPACE_ATTRIBUTE, attribute),
        };
        return true;
    }
    const uint32_t derived = tn_names_find(&model->derived_names, name);
    if (derived == TN_NONE) return false;
    *out = (tn_scope_column){
        .type = model->derived[derived].type,
        .levels = model->derived[derived].levels,
        .column = tn_column_ref_pack(TN_SPACE_DERIVED, derived),
    };
    return true;
}

static void action_found(const tn_model *model, uint32_t action, tn_scope_action *out) {
    *out = (tn_scope_action){
        .action = action,
        .has_value = model->actions[action].value != TN_VALUE_NONE,
    };
}

static bool find_action(void *context, tn_str name, tn_scope_action *out) {
    const tn_model *model = context;
    const uint32_t action = tn_names_find(&model->action_names, name);
    if (action == TN_NONE) return false;
    action_found(model, action, out);
    return true;
}

static tn_scope model_scope(const tn_model *model) {
    return (tn_scope){
        .context = (void *)(uintptr_t)model, /* only read */
        .find_column = find_column,
        .find_action = find_action,
        .column_names = model->column_names,
        .column_name_count = model->column_name_count,
        .action_names = model->action_names.list,
        .action_name_count = model->action_names.count,
    };
}

tn_status tn_model_scope(const tn_model *model, tn_arena *arena, tn_scope *out) {
    (void)arena;
    *out = model_scope(model);
    return TN_OK;
}

/* ---- Guards of a preset: its words for actions ---- */

typedef struct preset_scope {
    const tn_model *model;
    const tn_model_stages *stages;
} preset_scope;

static bool find_preset_column(void *context, tn_str name, tn_scope_column *out) {
    const preset_scope *scope = context;
    return find_column((void *)(uintptr_t)scope->model, name, out);
}

static bool find_preset_action(void *context, tn_str name, tn_scope_action *out) {
    const preset_scope *scope = context;
    for (uint32_t i = 0; i < scope->stages->preset_action_count; i++) {
        const tn_preset_action *word = &scope->stages->preset_actions[i];
        if (!tn_str_equal(word->name, name)) continue;
        if (word->action == TN_NONE) return false;
        action_found(scope->model, word->action, out);
        return true;
    }
    return false;
}

/* ---- Expressions over one event: `value` and the fields ---- */

typedef struct event_scope {
    const tn_model_action *action;
    const char *names[TN_FIELDS_MAX + 1];
    size_t name_count;
} event_scope;

static bool find_field(void *context, tn_str name, tn_scope_column *out) {
    const event_scope *scope = context;
    const tn_model_action *action = scope->action;
    if (action->value != TN_VALUE_NONE && tn_str_is(name, "value")) {
        *out = (tn_scope_column){.type = TN_TYPE_NUMBER,
                                 .column = tn_column_ref_pack(TN_SPACE_FIELD, 0)};
        return true;
    }
    for (uint32_t i = 0; i < action->field_count; i++) {
        if (!tn_str_equal(action->fields[i].name, name)) continue;
        *out = (tn_scope_column){.type = tn_attribute_value_type(action->fields[i].type),
                                 .column = tn_column_ref_pack(TN_SPACE_FIELD, 1 + i)};
        return true;
    }
    return false;
}

static void event_scope_init(event_scope *scope, const tn_model_action *action) {
    scope->action = action;
    scope->name_count = 0;
    if (action->value != TN_VALUE_NONE) scope->names[scope->name_count++] = "value";
    for (uint32_t i = 0; i < action->field_count; i++)
        scope->names[scope->name_count++] = action->fields[i].name.data;
}

/* ---- Typing ---- */

static const struct {
    const char *role;
    tn_type want;
} roles[TN_SITE_KIND_COUNT] = {
    [TN_SITE_FILTER] = {"the filter of a derived action", TN_TYPE_BOOL},
    [TN_SITE_PER] = {"'per'", TN_TYPE_NUMBER},
    [TN_SITE_CONDITION] = {"the condition of a rule", TN_TYPE_BOOL},
    [TN_SITE_POINTS] = {"points", TN_TYPE_NUMBER},
    [TN_SITE_MARGIN] = {"the margin", TN_TYPE_NUMBER},
    [TN_SITE_TRAIT] = {"a trait", TN_TYPE_NUMBER}, /* of any type: not asked for */
    [TN_SITE_GUARD] = {"a guard", TN_TYPE_BOOL},
    [TN_SITE_SEGMENT] = {"a segment", TN_TYPE_BOOL},
};

static tn_status check_site(const tn_reading *reading, const tn_site *site, const tn_scope *scope) {
    tn_expr_position at = {0};
    tn_expr *tree = site->expr->tree;
    const tn_status status =
        site->kind == TN_SITE_TRAIT
            ? tn_expr_check(reading->arena, tree, scope, &at, reading->error)
            : tn_expr_check_as(reading->arena, tree, scope, roles[site->kind].want,
                               roles[site->kind].role, &at, reading->error);
    return status == TN_OK ? TN_OK : tn_read_blame_expr(reading, site->expr, at, status);
}

/* The first use of `value` in an expression over events. */
static void find_value(void *context, tn_str name, bool is_action, const tn_expr *node) {
    const tn_expr **found = context;
    if (!is_action && *found == NULL && tn_str_is(name, "value")) *found = node;
}

static tn_status bind_event_site(const tn_reading *reading, const tn_site *site) {
    const tn_model_action *action = &reading->model->actions[site->action];
    const tn_expr *value = NULL;
    event_scope context;
    event_scope_init(&context, action);
    if (action->value == TN_VALUE_NONE) tn_expr_names(site->expr->tree, find_value, &value);
    if (value != NULL) {
        const tn_model_action *base =
            action->of == TN_NONE ? action : &reading->model->actions[action->of];
        tn_fail(reading->error, TN_BAD_MODEL,
                "'%.*s' has no value: declare it with value: number, money or rating",
                TN_SHOWN(base->name));
        return tn_read_blame_expr(reading, site->expr, value->name, TN_BAD_MODEL);
    }
    const tn_scope scope = {
        .context = &context,
        .find_column = find_field,
        .column_names = context.names,
        .column_name_count = context.name_count,
    };
    return check_site(reading, site, &scope);
}

static tn_status bind_preset_site(const tn_reading *reading, const tn_site *site) {
    preset_scope context = {.model = reading->model, .stages = site->stages};
    tn_scope scope = model_scope(reading->model);
    scope.context = &context;
    scope.find_column = find_preset_column;
    scope.find_action = find_preset_action;
    scope.unknown_actions_are_zero = true;
    return check_site(reading, site, &scope);
}

static tn_status bind_site(void *context, const tn_site *site) {
    const tn_reading *reading = context;
    if (site->kind == TN_SITE_TRAIT) return TN_OK; /* already done */
    if (site->derived == TN_NONE) return bind_event_site(reading, site);
    if (tn_site_is_preset(reading->model, site)) return bind_preset_site(reading, site);
    const tn_scope scope = model_scope(reading->model);
    return check_site(reading, site, &scope);
}

static tn_status bind_trait(const tn_reading *reading, tn_derived *column, uint32_t number) {
    const tn_scope scope = model_scope(reading->model);
    const tn_model_expr *expr = &reading->model->traits[column->index].expr;
    const tn_site site = {
        .kind = TN_SITE_TRAIT, .expr = expr, .derived = number, .action = TN_NONE};
    TN_TRY(check_site(reading, &site, &scope));
    column->type = expr->tree->type;
    column->levels = expr->tree->type == TN_TYPE_LEVEL ? expr->tree->levels : NULL;
    return TN_OK;
}

tn_status tn_model_bind(tn_reading *reading) {
    const tn_model *model = reading->model;
    /* The columns are this reading's own until the model is handed out. */
    tn_derived *columns = (tn_derived *)(uintptr_t)model->derived;
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const uint32_t number = model->order[i];
        if (columns[number].kind == TN_DERIVED_TRAIT)
            TN_TRY(bind_trait(reading, &columns[number], number));
    }
    return tn_model_visit_sites(model, bind_site, reading);
}

/* ---- Expressions from outside ---- */

tn_status tn_model_compile(const tn_model *model, tn_arena *arena, tn_str text, tn_type want,
                           tn_expr **out, tn_error *error) {
    const tn_scope scope = model_scope(model);
    tn_expr_position at = {0};
    tn_expr *tree = NULL;
    tn_status status = tn_expr_parse(arena, text, &tree, &at, error);
    if (status == TN_OK)
        status = tn_expr_check_as(arena, tree, &scope, want, "the expression", &at, error);
    if (status == TN_OK)
        *out = tree;
    else if (status != TN_OUT_OF_MEMORY)
        tn_expr_point(text, at, error);
    return status;
}
