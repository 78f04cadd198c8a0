/* What a customer brings and does: attributes, actions, and which of them earn money. */
#include "base/bytes.h"
#include "model/reader.h"

/* In the order of tn_attribute_type. */
static const char *const type_names[] = {"int", "float", "bool", "category", "date", "time"};

/* ---- Names that are taken ---- */

/* Functions and literals of the expression language. */
static const char *const function_words[] = {
    "date",       "count",       "sum",   "mean",       "first",      "last",
    "last_value", "decayed",     "after", "tile",       "bucket",     "if",
    "coalesce",   "min",         "max",   "abs",        "floor",      "ceil",
    "round",      "log",         "exp",   "sqrt",       "pow",        "lower",
    "contains",   "starts_with", "join",  "days_since", "days_until", "days_to_anniversary",
    "days",
};

static bool is_one_of(tn_str name, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (tn_str_is(name, words[i])) return true;
    return false;
}

/* `files` are the columns of the CSV files beside which the name would stand. */
static tn_status check_free(const tn_reading *reading, const tn_entry *entry, const char *what,
                            tn_choices files) {
    if (tn_expr_is_reserved(entry->name) ||
        is_one_of(entry->name, function_words, sizeof function_words / sizeof function_words[0]))
        return tn_read_fail(reading, entry->where,
                            "'%.*s' is a word of the expression language, %s needs another name",
                            TN_SHOWN(entry->name), what);
    if (is_one_of(entry->name, files.names, files.count))
        return tn_read_fail(reading, entry->where,
                            "'%.*s' is a column that every file has, %s needs another name",
                            TN_SHOWN(entry->name), what);
    return TN_OK;
}

/* ---- Attributes ---- */

static const char *const keep_names[] = {"last", "first", "max", "min", "sum"};
static const char *const family_names[] = {"demographic", "geographic", "psychographic",
                                           "behavioural"};

static tn_status check_keep(const tn_reading *reading, const tn_yaml_node *node,
                            const tn_model_attribute *attribute) {
    const tn_attribute_type type = attribute->type;
    const bool has_order = type != TN_ATTRIBUTE_BOOL && type != TN_ATTRIBUTE_CATEGORY;
    const bool has_sum = type == TN_ATTRIBUTE_INT || type == TN_ATTRIBUTE_FLOAT;
    if (attribute->keep == TN_KEEP_SUM && !has_sum)
        return tn_read_fail(reading, node->start,
                            "'keep: sum' is for int and float, '%.*s' is a %s",
                            TN_SHOWN(attribute->name), type_names[type]);
    if ((attribute->keep == TN_KEEP_MAX || attribute->keep == TN_KEEP_MIN) && !has_order)
        return tn_read_fail(
            reading, node->start, "'keep: %s' needs values with an order, '%.*s' is a %s",
            keep_names[attribute->keep], TN_SHOWN(attribute->name), type_names[type]);
    return TN_OK;
}

static tn_status read_attribute(const tn_reading *reading, const tn_entry *entry,
                                tn_model_attribute *out) {
    static const char *const keys[] = {"type", "family", "keep", "label"};
    static const char *const file_columns[] = {"customer"};
    const tn_yaml_node *nodes[4];
    uint32_t type = 0, family = TN_FAMILY_NONE, keep = TN_KEEP_LAST;
    TN_TRY(check_free(reading, entry, "an attribute", TN_CHOICES(file_columns)));
    if (tn_str_is(entry->name, "value"))
        return tn_read_fail(reading, entry->where,
                            "'value' is the value of an event, an attribute needs another name");
    TN_TRY(tn_read_keys(reading, entry->value, "an attribute", TN_CHOICES(keys), nodes));
    if (nodes[0] == NULL) {
        (void)tn_read_fail(reading, entry->where, "attribute '%.*s' has no type: {type: …}",
                           TN_SHOWN(entry->name));
        tn_read_list_choices(reading, TN_CHOICES(type_names), -1);
        return TN_BAD_MODEL;
    }
    *out = (tn_model_attribute){.name = entry->name, .where = entry->where};
    TN_TRY(tn_read_choice(reading, nodes[0], "type", TN_CHOICES(type_names), &type));
    if (nodes[1] != NULL) {
        TN_TRY(tn_read_choice(reading, nodes[1], "family", TN_CHOICES(family_names), &family));
        out->family = (tn_family)(family + TN_FAMILY_DEMOGRAPHIC);
    }
    TN_TRY(tn_read_choice(reading, nodes[2], "keep", TN_CHOICES(keep_names), &keep));
    out->type = (tn_attribute_type)type;
    out->keep = (tn_keep)keep;
    if (nodes[2] != NULL) TN_TRY(check_keep(reading, nodes[2], out));
    return tn_read_label(reading, nodes[3], &out->label);
}

tn_status tn_read_attributes(tn_reading *reading, const tn_yaml_node *node) {
    static const tn_entry_rule rule = {"an attribute", "attributes", TN_NAME_OF_THING,
                                       TN_ATTRIBUTES_MAX};
    tn_model *model = reading->model;
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_attribute *attributes = tn_arena_array(reading->arena, count, sizeof *attributes);
    if (attributes == NULL ||
        tn_names_init(&model->attribute_names, reading->arena, count) != TN_OK)
        return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++) {
        TN_TRY(read_attribute(reading, &entries[i], &attributes[i]));
        tn_names_put(&model->attribute_names, entries[i].name, NULL);
    }
    model->attributes = attributes;
    model->attribute_count = (uint32_t)count;
    return TN_OK;
}

/* ---- Actions ---- */

enum { ACTION_BY, ACTION_VALUE, ACTION_FIELDS, ACTION_OF, ACTION_WHERE, ACTION_LABEL, ACTION_KEYS };

static tn_status read_field(const tn_reading *reading, const tn_entry *entry, tn_model_field *out) {
    static const char *const keys[] = {"type", "label"};
    static const char *const file_columns[] = {"customer", "action", "at", "value"};
    const tn_yaml_node *type_node = entry->value;
    uint32_t type = 0;
    TN_TRY(check_free(reading, entry, "a field", TN_CHOICES(file_columns)));
    *out = (tn_model_field){.name = entry->name};
    if (type_node->kind == TN_YAML_MAPPING) {
        const tn_yaml_node *nodes[2];
        TN_TRY(tn_read_keys(reading, entry->value, "a field", TN_CHOICES(keys), nodes));
        TN_TRY(tn_read_label(reading, nodes[1], &out->label));
        type_node = nodes[0];
    }
    if (type_node == NULL || type_node->is_empty) {
        (void)tn_read_fail(reading, entry->where, "field '%.*s' has no type",
                           TN_SHOWN(entry->name));
        tn_read_list_choices(reading, TN_CHOICES(type_names), -1);
        return TN_BAD_MODEL;
    }
    TN_TRY(tn_read_choice(reading, type_node, "type", TN_CHOICES(type_names), &type));
    out->type = (tn_attribute_type)type;
    return TN_OK;
}

static tn_status read_fields(const tn_reading *reading, const tn_yaml_node *node,
                             tn_model_action *out) {
    static const tn_entry_rule rule = {"a field", "fields", TN_NAME_OF_THING, TN_FIELDS_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_field *fields = tn_arena_array(reading->arena, count, sizeof *fields);
    if (fields == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++)
        TN_TRY(read_field(reading, &entries[i], &fields[i]));
    out->fields = fields;
    out->field_count = (uint32_t)count;
    return TN_OK;
}

/* `of` and `where`; the base is looked up when all actions are known. */
static tn_status read_derivation(const tn_reading *reading, const tn_entry *entry,
                                 const tn_yaml_node *const *nodes, tn_model_action *out) {
    static const struct {
        int key;
        const char *name;
    } inherited[] = {{ACTION_BY, "by"}, {ACTION_VALUE, "value"}, {ACTION_FIELDS, "fields"}};
    if (nodes[ACTION_OF] == NULL)
        return tn_read_fail(reading, nodes[ACTION_WHERE]->key_start,
                            "'where' filters another action: say which by 'of'");
    if (nodes[ACTION_WHERE] == NULL)
        return tn_read_fail(reading, entry->where,
                            "derived action '%.*s' has no 'where', so it would equal its base",
                            TN_SHOWN(entry->name));
    for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++)
        if (nodes[inherited[i].key] != NULL)
            return tn_read_fail(reading, nodes[inherited[i].key]->key_start,
                                "a derived action has the '%s' of its base", inherited[i].name);
    return tn_read_expr(reading, nodes[ACTION_WHERE], "the filter of a derived action",
                        &out->where);
}

static tn_status read_action(const tn_reading *reading, const tn_entry *entry,
                             const tn_yaml_node **of, tn_model_action *out) {
    static const char *const keys[] = {"by", "value", "fields", "of", "where", "label"};
    static const char *const by_names[] = {"customer", "company"};
    static const char *const value_names[] = {"none", "number", "money", "rating"};
    const tn_yaml_node *nodes[ACTION_KEYS];
    uint32_t by = 0, value = TN_VALUE_NONE;
    if (tn_expr_is_reserved(entry->name))
        return tn_read_fail(reading, entry->where,
                            "'%.*s' is a word of the expression language, an action needs another "
                            "name",
                            TN_SHOWN(entry->name));
    TN_TRY(tn_read_keys(reading, entry->value, "an action", TN_CHOICES(keys), nodes));
    *out = (tn_model_action){.name = entry->name, .at = entry->where, .of = TN_NONE};
    *of = nodes[ACTION_OF];
    TN_TRY(tn_read_label(reading, nodes[ACTION_LABEL], &out->label));
    if (nodes[ACTION_OF] != NULL || nodes[ACTION_WHERE] != NULL)
        return read_derivation(reading, entry, nodes, out);
    TN_TRY(tn_read_choice(reading, nodes[ACTION_BY], "by", TN_CHOICES(by_names), &by));
    TN_TRY(tn_read_choice(reading, nodes[ACTION_VALUE], "value", TN_CHOICES(value_names), &value));
    out->is_by_company = by == 1;
    out->value = (tn_value_kind)value;
    return read_fields(reading, nodes[ACTION_FIELDS], out);
}

/* Gives a derived action what it has from its base. */
static tn_status resolve_base(const tn_reading *reading, const tn_yaml_node *of,
                              const tn_yaml_node *const *all_of, tn_model_action *actions,
                              uint32_t number) {
    tn_model_action *action = &actions[number];
    const tn_names *names = &reading->model->action_names;
    TN_TRY(tn_read_reference(reading, of, "action", names, &action->of));
    if (all_of[action->of] != NULL)
        return tn_read_fail(reading, of->start,
                            "'%.*s' is itself a derived action: derive '%.*s' from its base",
                            TN_SHOWN(actions[action->of].name), TN_SHOWN(action->name));
    const tn_model_action *base = &actions[action->of];
    action->is_by_company = base->is_by_company;
    action->value = base->value;
    action->fields = base->fields;
    action->field_count = base->field_count;
    return TN_OK;
}

tn_status tn_read_actions(tn_reading *reading, const tn_yaml_node *node) {
    static const tn_entry_rule rule = {"an action", "actions", TN_NAME_OF_THING, TN_ACTIONS_MAX};
    tn_model *model = reading->model;
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_action *actions = tn_arena_array(reading->arena, count, sizeof *actions);
    const tn_yaml_node **of = tn_arena_array(reading->arena, count, sizeof *of);
    if (actions == NULL || of == NULL ||
        tn_names_init(&model->action_names, reading->arena, count) != TN_OK)
        return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++) {
        TN_TRY(read_action(reading, &entries[i], &of[i], &actions[i]));
        tn_names_put(&model->action_names, entries[i].name, NULL);
    }
    for (uint32_t i = 0; i < count; i++)
        if (of[i] != NULL) TN_TRY(resolve_base(reading, of[i], of, actions, i));
    model->actions = actions;
    model->action_count = (uint32_t)count;
    return TN_OK;
}

/* ---- Transactions ---- */

static tn_status read_money_action(const tn_reading *reading, const tn_yaml_node *node,
                                   uint32_t *out) {
    uint32_t number = TN_NONE;
    TN_TRY(tn_read_reference(reading, node, "action", &reading->model->action_names, &number));
    const tn_model_action *action = &reading->model->actions[number];
    if (action->of != TN_NONE)
        return tn_read_fail(reading, node->start,
                            "'%.*s' is a derived action; transactions need its base",
                            TN_SHOWN(action->name));
    if (action->value != TN_VALUE_MONEY)
        return tn_read_fail(reading, node->start,
                            "'%.*s' earns no money: declare it with {value: money}",
                            TN_SHOWN(action->name));
    *out = number;
    return TN_OK;
}

tn_status tn_read_transactions(tn_reading *reading, const tn_yaml_node *node) {
    static const char *const keys[] = {"action", "minus", "one_per", "unit"};
    static const char *const one_per_names[] = {"day"};
    static const char *const unit_names[] = {"day", "week"};
    tn_model_transactions *out = &reading->model->transactions;
    const tn_yaml_node *nodes[4];
    uint32_t one_per = 0, unit = 1;
    out->action = out->minus = TN_NONE;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_keys(reading, node, "transactions", TN_CHOICES(keys), nodes));
    if (nodes[0] == NULL)
        return tn_read_fail(reading, node->key_start,
                            "transactions need an action: {action: …}, one with value money");
    TN_TRY(read_money_action(reading, nodes[0], &out->action));
    if (nodes[1] != NULL) TN_TRY(read_money_action(reading, nodes[1], &out->minus));
    if (nodes[1] != NULL && out->minus == out->action)
        return tn_read_fail(reading, nodes[1]->start,
                            "'minus' must be another action than the one that earns money");
    TN_TRY(tn_read_choice(reading, nodes[2], "one_per", TN_CHOICES(one_per_names), &one_per));
    TN_TRY(tn_read_choice(reading, nodes[3], "unit", TN_CHOICES(unit_names), &unit));
    out->unit_is_week = unit == 1;
    out->is_present = true;
    return TN_OK;
}
