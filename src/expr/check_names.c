/* Names: columns, actions and levels, and what a message about an unknown one suggests. */
#include "expr/check.h"

#include "base/bytes.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>

/* Names listed in a message. */
enum { LISTED_MAX = 12, LIST_SIZE = 640 };

/* "a, b, c and 4 more"; "" for no names. */
static void list_names(const char *const *names, size_t count, char out[LIST_SIZE]) {
    size_t size = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const tn_str name = tn_str_of(names[i]);
        if (i == LISTED_MAX || size + name.size + 32 > LIST_SIZE) {
            snprintf(out + size, LIST_SIZE - size, " and %zu more", count - i);
            return;
        }
        size += (size_t)snprintf(out + size, LIST_SIZE - size, "%s%.*s", i == 0 ? "" : ", ",
                                 tn_shown(name), name.data);
    }
}

/* The name that ends in .NAME: what remains when the family of a derived column is forgotten. */
static const char *with_family(tn_str name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const tn_str other = tn_str_of(names[i]);
        if (other.size <= name.size + 1 || other.data[other.size - name.size - 1] != '.') continue;
        if (memcmp(other.data + other.size - name.size, name.data, name.size) == 0) return names[i];
    }
    return NULL;
}

static bool is_among(tn_str name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (tn_str_is(name, names[i])) return true;
    return false;
}

/* "unknown WHAT 'NAME'" with the nearest name or the list of all. */
static tn_status complain_unknown(const tn_checker *ck, tn_expr_position at, const char *what,
                                  tn_str name, const char *const *names, size_t count) {
    const int near = tn_nearest_name(name.data, name.size, names, count);
    const char *close = near >= 0 ? names[near] : with_family(name, names, count);
    if (close != NULL)
        return tn_complain(&ck->complaint, at, "unknown %s '%.*s', did you mean '%s'?", what,
                           tn_shown(name), name.data, close);
    char list[LIST_SIZE];
    list_names(names, count, list);
    return tn_complain(&ck->complaint, at, "unknown %s '%.*s'%s%s", what, tn_shown(name), name.data,
                       count == 0 ? "; there is none here" : "; known are ", list);
}

/* ---- Columns ---- */

static tn_status complain_column(const tn_checker *ck, const tn_expr *node) {
    static const char *const built_in[] = {"now", "joined", "last_seen"};
    const tn_scope *scope = ck->scope;
    const tn_str name = node->text;
    const size_t extra = scope->find_action != NULL ? 3 : 0;
    const size_t count = scope->column_name_count + extra;
    if (is_among(name, scope->action_names, scope->action_name_count))
        return tn_complain(&ck->complaint, node->name,
                           "'%.*s' is an action: write count(%.*s), last(%.*s) …", tn_shown(name),
                           name.data, tn_shown(name), name.data, tn_shown(name), name.data);
    const tn_function *f = tn_function_find(name);
    if (f != NULL)
        return tn_complain(&ck->complaint, node->name, "'%s' is a function: write %s", f->name,
                           f->usage);
    if (tn_has_capital(name) &&
        tn_nearest_name(name.data, name.size, scope->column_names, scope->column_name_count) < 0)
        return tn_complain(&ck->complaint, node->name,
                           "unknown name '%.*s': text stands in quotes, '%.*s'", tn_shown(name),
                           name.data, tn_shown(name), name.data);
    const char **names = tn_arena_array(ck->arena, count + 1, sizeof *names);
    if (names == NULL) return tn_fail_memory(ck->complaint.error);
    for (size_t i = 0; i < scope->column_name_count; i++)
        names[i] = scope->column_names[i];
    for (size_t i = 0; i < extra; i++)
        names[scope->column_name_count + i] = built_in[i];
    return complain_unknown(ck, node->name, "name", name, names, count);
}

tn_status tn_check_beyond_event(const tn_checker *ck, const tn_expr *node) {
    if (ck->scope->find_action != NULL) return TN_OK;
    return tn_complain(&ck->complaint, tn_position_of(node),
                       "'%s' is not available here: an event knows its own value and fields only",
                       tn_node_word(node->kind));
}

tn_status tn_check_name(const tn_checker *ck, tn_expr *node) {
    if (node->kind != TN_NODE_COLUMN) {
        node->type = TN_TYPE_TIME;
        return tn_check_beyond_event(ck, node);
    }
    tn_scope_column column = {0};
    const tn_scope *scope = ck->scope;
    if (scope->find_column == NULL || !scope->find_column(scope->context, node->text, &column))
        return complain_column(ck, node);
    node->type = column.type;
    node->levels = column.type == TN_TYPE_LEVEL ? column.levels : NULL;
    node->column = column.column;
    return TN_OK;
}

/* ---- Actions ---- */

static tn_status complain_action(const tn_checker *ck, tn_str name, tn_expr_position at) {
    const tn_scope *scope = ck->scope;
    tn_scope_column column = {0};
    if (scope->find_column != NULL && scope->find_column(scope->context, name, &column)) {
        char list[LIST_SIZE];
        list_names(scope->action_names, scope->action_name_count, list);
        return tn_complain(&ck->complaint, at, "'%.*s' is no action but a column%s%s",
                           tn_shown(name), name.data,
                           scope->action_name_count == 0 ? "" : "; actions are ", list);
    }
    return complain_unknown(ck, at, "action", name, scope->action_names, scope->action_name_count);
}

/* An undeclared action: *found false where the scope takes it for one that never happened. */
static tn_status resolve(const tn_checker *ck, tn_str name, tn_expr_position at,
                         tn_scope_action *out, bool *found) {
    *found = ck->scope->find_action(ck->scope->context, name, out);
    if (*found || ck->scope->unknown_actions_are_zero) return TN_OK;
    return complain_action(ck, name, at);
}

/* Turns an action function of an action that never happened into its literal. */
static void become_never(tn_expr *node) {
    const tn_node_kind kind = node->kind;
    node->kind = TN_NODE_NUMBER;
    node->type = TN_TYPE_NUMBER;
    node->as.number = 0.0;
    if (kind == TN_NODE_MEAN || kind == TN_NODE_LAST_VALUE) node->as.number = (double)NAN;
    if (kind == TN_NODE_FIRST || kind == TN_NODE_LAST) {
        node->type = TN_TYPE_TIME;
        node->as.number = (double)NAN;
    }
    if (kind == TN_NODE_AFTER) {
        node->kind = TN_NODE_BOOL;
        node->type = TN_TYPE_BOOL;
        node->as.boolean = false;
    }
}

/* after(a, b) of a b that never happened: a happened. */
static tn_status become_happened(const tn_checker *ck, tn_expr *node) {
    tn_expr *last = tn_node_new(ck->arena, TN_NODE_LAST, tn_position_of(node));
    tn_expr **children = tn_arena_array(ck->arena, 1, sizeof(tn_expr *));
    if (last == NULL || children == NULL) return tn_fail_memory(ck->complaint.error);
    last->type = TN_TYPE_TIME;
    last->text = node->text;
    last->name = node->name;
    last->action = node->action;
    children[0] = last;
    node->kind = TN_NODE_IS_NOT_NULL;
    node->text = node->text_b = (tn_str){0};
    node->children = children;
    node->child_count = 1;
    return TN_OK;
}

static tn_status check_after(const tn_checker *ck, tn_expr *node, bool first_found) {
    tn_scope_action second = {0};
    bool found = false;
    TN_TRY(resolve(ck, node->text_b, node->name_b, &second, &found));
    node->type = TN_TYPE_BOOL;
    node->action_b = second.action;
    if (!first_found) {
        become_never(node);
        return TN_OK;
    }
    return found ? TN_OK : become_happened(ck, node);
}

static bool needs_value(tn_node_kind kind) {
    return kind == TN_NODE_SUM || kind == TN_NODE_MEAN || kind == TN_NODE_LAST_VALUE;
}

tn_status tn_check_action(const tn_checker *ck, tn_expr *node) {
    tn_scope_action action = {0};
    bool found = false;
    TN_TRY(tn_check_beyond_event(ck, node));
    TN_TRY(resolve(ck, node->text, node->name, &action, &found));
    node->action = action.action;
    if (node->kind == TN_NODE_AFTER) return check_after(ck, node, found);
    if ((node->kind == TN_NODE_COUNT || node->kind == TN_NODE_SUM) && node->name_b.length > 0)
        return tn_complain(&ck->complaint, node->name_b, "windows are not available yet");
    if (!found) {
        become_never(node);
        return TN_OK;
    }
    if (needs_value(node->kind) && !action.has_value)
        return tn_complain(&ck->complaint, node->name,
                           "'%.*s' has no value: declare the action with value: number or money, "
                           "or use count(%.*s)",
                           tn_shown(node->text), node->text.data, tn_shown(node->text),
                           node->text.data);
    const bool is_time = node->kind == TN_NODE_FIRST || node->kind == TN_NODE_LAST;
    node->type = is_time ? TN_TYPE_TIME : TN_TYPE_NUMBER;
    return TN_OK;
}

/* ---- Levels ---- */

static tn_status complain_level(const tn_checker *ck, const tn_expr *literal,
                                const tn_levels *levels) {
    const char **names = tn_arena_array(ck->arena, levels->count + 1, sizeof *names);
    if (names == NULL) return tn_fail_memory(ck->complaint.error);
    for (size_t i = 0; i < levels->count; i++) {
        names[i] = tn_arena_copy(ck->arena, levels->names[i].data, levels->names[i].size);
        if (names[i] == NULL) return tn_fail_memory(ck->complaint.error);
    }
    const tn_str name = literal->text;
    const int near = tn_nearest_name(name.data, name.size, names, levels->count);
    char list[LIST_SIZE];
    list_names(names, levels->count, list);
    if (near >= 0)
        return tn_complain(&ck->complaint, tn_position_of(literal),
                           "'%.*s' is no level here, did you mean '%s'? Levels are %s",
                           tn_shown(name), name.data, names[near], list);
    return tn_complain(&ck->complaint, tn_position_of(literal),
                       "'%.*s' is no level here; levels are %s", tn_shown(name), name.data, list);
}

tn_status tn_check_level_literal(const tn_checker *ck, tn_expr *literal, const tn_levels *levels) {
    for (size_t i = 0; i < levels->count; i++) {
        if (!tn_str_equal(literal->text, levels->names[i])) continue;
        literal->type = TN_TYPE_LEVEL;
        literal->levels = levels;
        literal->as.count = (uint32_t)i;
        return TN_OK;
    }
    return complain_level(ck, literal, levels);
}
