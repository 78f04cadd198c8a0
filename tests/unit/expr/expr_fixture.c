#include "unit/expr/expr_fixture.h"

#include "base/bytes.h"

#include <stdio.h>

static const tn_str grade_names[] = {{"MQL", 3}, {"SQL", 3}};
static const tn_str stage_names[] = {{"awareness", 9}, {"purchase", 8}, {"retention", 9},
                                     {"loyalty", 7},   {"lapsed", 6},   {"blocked", 7}};
static const tn_str segment_names[] = {{"Others", 6}, {"Champions", 9}};
const tn_levels fixture_grades = {grade_names, 2, 2};
const tn_levels fixture_stages = {stage_names, 6, 4};
static const tn_levels fixture_rfm = {segment_names, 2, 2};

typedef struct named_column {
    const char *name;
    tn_type type;
    const tn_levels *levels;
} named_column;

static const named_column customer_columns[] = {
    {"age", TN_TYPE_NUMBER, NULL},
    {"income", TN_TYPE_NUMBER, NULL},
    {"acquisition_cost", TN_TYPE_NUMBER, NULL},
    {"country", TN_TYPE_TEXT, NULL},
    {"interest", TN_TYPE_TEXT, NULL},
    {"channel", TN_TYPE_TEXT, NULL},
    {"newsletter", TN_TYPE_BOOL, NULL},
    {"born", TN_TYPE_DATE, NULL},
    {"warranty_ends", TN_TYPE_DATE, NULL},
    {"score.engagement", TN_TYPE_NUMBER, NULL},
    {"clv.value", TN_TYPE_NUMBER, NULL},
    {"clv.p_alive", TN_TYPE_NUMBER, NULL},
    {"grade.lead", TN_TYPE_LEVEL, &fixture_grades},
    {"stage.journey", TN_TYPE_LEVEL, &fixture_stages},
    {"rfm.segment", TN_TYPE_LEVEL, &fixture_rfm},
    {"trait.tier", TN_TYPE_TEXT, NULL},
    {"trait.renewal", TN_TYPE_TIME, NULL},
    {"trait.pause", TN_TYPE_DURATION, NULL},
    {"segment.vip", TN_TYPE_BOOL, NULL},
};
enum { COLUMN_COUNT = sizeof customer_columns / sizeof customer_columns[0] };

static const named_column event_columns[] = {
    {"value", TN_TYPE_NUMBER, NULL},
    {"category", TN_TYPE_TEXT, NULL},
};

static const struct {
    const char *name;
    bool has_value;
} actions[] = {{"visit", false}, {"email_open", false}, {"purchase", true}, {"refund", true}};

static bool find_among(const named_column *columns, size_t count, tn_str name,
                       tn_scope_column *out) {
    for (size_t i = 0; i < count; i++) {
        if (!tn_str_is(name, columns[i].name)) continue;
        *out = (tn_scope_column){
            .type = columns[i].type, .levels = columns[i].levels, .column = (uint32_t)i};
        return true;
    }
    return false;
}

static bool find_column(void *context, tn_str name, tn_scope_column *out) {
    (void)context;
    return find_among(customer_columns, COLUMN_COUNT, name, out);
}

static bool find_event_column(void *context, tn_str name, tn_scope_column *out) {
    (void)context;
    return find_among(event_columns, 2, name, out);
}

static bool find_action(void *context, tn_str name, tn_scope_action *out) {
    (void)context;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (!tn_str_is(name, actions[i].name)) continue;
        *out = (tn_scope_action){.action = (uint32_t)i, .has_value = actions[i].has_value};
        return true;
    }
    return false;
}

static const char *const column_names[COLUMN_COUNT] = {
    "age",           "income",           "acquisition_cost", "country",
    "interest",      "channel",          "newsletter",       "born",
    "warranty_ends", "score.engagement", "clv.value",        "clv.p_alive",
    "grade.lead",    "stage.journey",    "rfm.segment",      "trait.tier",
    "trait.renewal", "trait.pause",      "segment.vip",
};
static const char *const action_names[] = {"visit", "email_open", "purchase", "refund"};
static const char *const event_names[] = {"value", "category"};

static const tn_scope customer_scope = {.find_column = find_column,
                                        .find_action = find_action,
                                        .column_names = column_names,
                                        .column_name_count = COLUMN_COUNT,
                                        .action_names = action_names,
                                        .action_name_count = 4};
static const tn_scope lenient_scope = {.find_column = find_column,
                                       .find_action = find_action,
                                       .column_names = column_names,
                                       .column_name_count = COLUMN_COUNT,
                                       .action_names = action_names,
                                       .action_name_count = 4,
                                       .unknown_actions_are_zero = true};
static const tn_scope event_scope = {
    .find_column = find_event_column, .column_names = event_names, .column_name_count = 2};

const tn_scope *fixture_scope(void) {
    return &customer_scope;
}
const tn_scope *fixture_lenient_scope(void) {
    return &lenient_scope;
}
const tn_scope *fixture_event_scope(void) {
    return &event_scope;
}

void fixture_parse(fixture_result *result, const char *text) {
    memset(result, 0, sizeof *result);
    tn_arena_init(&result->arena, NULL);
    result->status = tn_expr_parse(&result->arena, tn_str_of(text), &result->tree, &result->where,
                                   &result->error);
}

void fixture_check(fixture_result *result, const char *text, const tn_scope *scope) {
    fixture_parse(result, text);
    if (result->status != TN_OK) return;
    result->status =
        tn_expr_check(&result->arena, result->tree, scope, &result->where, &result->error);
    if (result->status != TN_OK) result->tree = NULL;
}

void fixture_release(fixture_result *result) {
    tn_arena_deinit(&result->arena);
}

static void print_literal(const tn_expr *e, tn_buffer *out) {
    switch (e->kind) {
    case TN_NODE_NUMBER:
        tn_buffer_printf(out, "%.15g", e->as.number);
        break;
    case TN_NODE_BOOL:
        tn_buffer_append_str(out, e->as.boolean ? "true" : "false");
        break;
    case TN_NODE_TEXT:
        tn_buffer_printf(out, "'%.*s'", (int)e->text.size, e->text.data);
        break;
    case TN_NODE_DURATION:
        tn_buffer_printf(out, "%dmo+%.15gms=%.15gms", e->months, e->plain_ms, e->as.duration_ms);
        break;
    case TN_NODE_DATE:
        tn_buffer_printf(out, "day %d", e->as.date_days);
        break;
    default:
        tn_buffer_printf(out, "%.*s", (int)e->text.size, e->text.data);
        break;
    }
}

static void print_shape(const tn_expr *e, tn_buffer *out) {
    if (e->kind <= TN_NODE_LAST_SEEN) {
        print_literal(e, out);
        return;
    }
    tn_buffer_printf(out, "(%s", tn_node_word(e->kind));
    if (e->text.size > 0) tn_buffer_printf(out, " %.*s", (int)e->text.size, e->text.data);
    if (e->text_b.size > 0) tn_buffer_printf(out, " %.*s", (int)e->text_b.size, e->text_b.data);
    for (uint32_t i = 0; i < e->child_count; i++) {
        tn_buffer_append_char(out, ' ');
        print_shape(e->children[i], out);
    }
    tn_buffer_append_char(out, ')');
}

void fixture_shape(const tn_expr *tree, char *out, size_t size) {
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    print_shape(tree, &buffer);
    snprintf(out, size, "%.*s", (int)buffer.size, buffer.data == NULL ? "" : buffer.data);
    tn_buffer_deinit(&buffer);
}
