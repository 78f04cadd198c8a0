/* Scalars are text in the file; the place where one stands says what it must be. */
#include "base/bytes.h"
#include "base/number.h"
#include "model/reader.h"

tn_status tn_read_scalar(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                         tn_str *out) {
    if (node == NULL) return TN_OK;
    if (node->kind != TN_YAML_SCALAR)
        return tn_read_fail(reading, node->start, "%s is one value, not a %s", what,
                            node->kind == TN_YAML_MAPPING ? "mapping" : "list");
    if (node->is_empty) return tn_read_fail(reading, node->start, "%s is missing here", what);
    *out = node->text;
    return TN_OK;
}

tn_status tn_read_label(const tn_reading *reading, const tn_yaml_node *node, tn_str *out) {
    tn_str text = {0};
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, "a label", &text));
    if (text.size > TN_TEXT_SIZE_MAX)
        return tn_read_too_large(reading, node->start, "a label has at most %d bytes",
                                 TN_TEXT_SIZE_MAX);
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return tn_read_fail(reading, node->start, "a label is one line of text");
    *out = text;
    return TN_OK;
}

/* ---- Numbers ---- */

static bool parse_number(tn_str text, double *out) {
    const bool is_percent = text.size > 1 && text.data[text.size - 1] == '%';
    double value;
    if (is_percent) text.size--;
    if (!tn_parse_double(text, &value)) return false;
    *out = is_percent ? value / 100.0 : value;
    return true;
}

bool tn_read_is_number(const tn_yaml_node *node, double *out) {
    return node->kind == TN_YAML_SCALAR && parse_number(node->text, out);
}

tn_status tn_read_number(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                         double *out) {
    tn_str text = {0};
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, what, &text));
    if (!parse_number(text, out))
        return tn_read_fail(reading, node->start,
                            "%s is a number such as 12, 0.5 or 10%%, not '%.*s'", what,
                            TN_SHOWN(text));
    return TN_OK;
}

tn_status tn_read_count(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                        uint32_t low, uint32_t high, uint32_t *out) {
    tn_str text = {0};
    int64_t value;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, what, &text));
    if (!tn_parse_int64(text, &value) || value < (int64_t)low || value > (int64_t)high)
        return tn_read_fail(reading, node->start, "%s is a whole number from %u to %u, not '%.*s'",
                            what, (unsigned)low, (unsigned)high, TN_SHOWN(text));
    *out = (uint32_t)value;
    return TN_OK;
}

tn_status tn_read_numbers(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                          double **out, size_t *count) {
    if (node->kind != TN_YAML_SEQUENCE)
        return tn_read_fail(reading, node->start, "%s is a list of numbers: [1, 2, …]", what);
    double *numbers = tn_arena_array(reading->arena, node->count, sizeof *numbers);
    if (numbers == NULL) return tn_read_memory(reading);
    size_t i = 0;
    for (const tn_yaml_node *item = node->first; item != NULL; item = item->next, i++)
        TN_TRY(tn_read_number(reading, item, what, &numbers[i]));
    *out = numbers;
    *count = i;
    return TN_OK;
}

/* ---- Durations ---- */

typedef struct unit {
    const char *name;
    double ms;
} unit;

static const unit *find_unit(tn_str name) {
    static const unit units[] = {
        {"s", 1e3},       {"min", 6e4},       {"h", 36e5},        {"d", 864e5},
        {"w", 7 * 864e5}, {"mo", 30 * 864e5}, {"y", 365 * 864e5},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (tn_str_is(name, units[i].name)) return &units[i];
    return NULL;
}

static bool is_unit_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/* The longest duration that a model may name: 10,000 years. */
static const double duration_ms_max = 10000 * 365 * 864e5;

tn_status tn_read_duration(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                           double *out_ms) {
    tn_str text = {0};
    double number;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, what, &text));
    size_t digits = text.size;
    while (digits > 0 && is_unit_letter(text.data[digits - 1]))
        digits--;
    const tn_str name = {.data = text.data + digits, .size = text.size - digits};
    const unit *of = find_unit(name);
    if (of == NULL && tn_str_is(name, "m"))
        return tn_read_fail(reading, node->start,
                            "a bare 'm' could be minutes or months: write %.*smin or %.*smo",
                            (int)(digits < 20 ? digits : 20), text.data,
                            (int)(digits < 20 ? digits : 20), text.data);
    if (of == NULL || !tn_parse_double((tn_str){text.data, digits}, &number))
        return tn_read_fail(reading, node->start,
                            "%s is a duration such as 30s 15min 12h 90d 4w 6mo 1y, not '%.*s'",
                            what, TN_SHOWN(text));
    const double ms = number * of->ms;
    if (!(ms > 0)) return tn_read_fail(reading, node->start, "%s must be more than 0", what);
    if (ms < 1 || ms > duration_ms_max)
        return tn_read_fail(reading, node->start, "%s must lie between 1 ms and 10000 years", what);
    *out_ms = ms;
    return TN_OK;
}

/* ---- Words ---- */

tn_status tn_read_choice(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                         tn_choices choices, uint32_t *out) {
    tn_str text = {0};
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, what, &text));
    for (size_t i = 0; i < choices.count; i++) {
        if (!tn_str_is(text, choices.names[i])) continue;
        *out = (uint32_t)i;
        return TN_OK;
    }
    return tn_read_fail_choice(reading, node->start, what, text, choices);
}

tn_status tn_read_reference(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                            const tn_names *names, uint32_t *out) {
    tn_str text = {0};
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, what, &text));
    const uint32_t found = tn_names_find(names, text);
    if (found == TN_NONE)
        return tn_read_fail_choice(reading, node->start, what, text,
                                   (tn_choices){names->list, names->count});
    *out = found;
    return TN_OK;
}

/* ---- Expressions ---- */

tn_status tn_read_blame_expr(const tn_reading *reading, const tn_model_expr *expr,
                             tn_expr_position at, tn_status status) {
    tn_error *error = reading->error;
    if (status == TN_OUT_OF_MEMORY) return tn_read_memory(reading);
    if (status != TN_TOO_LARGE) status = TN_BAD_MODEL;
    error->status = status;
    tn_yaml_blame(expr->document, tn_yaml_locate(expr->document, expr->node, at.offset), error);
    return status;
}

tn_status tn_read_expr(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                       tn_model_expr *out) {
    tn_model_expr read = {.document = reading->document, .node = node};
    tn_expr_position at = {0};
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, what, &read.text));
    read.where = node->start;
    const tn_status status =
        tn_expr_parse(reading->arena, read.text, &read.tree, &at, reading->error);
    if (status != TN_OK) return tn_read_blame_expr(reading, &read, at, status);
    *out = read;
    return TN_OK;
}

tn_status tn_read_labelled_expr(const tn_reading *reading, const tn_yaml_node *node,
                                const char *what, const char *key, tn_model_expr *expr,
                                tn_str *label) {
    if (node->kind != TN_YAML_MAPPING) return tn_read_expr(reading, node, what, expr);
    const char *const names[] = {key, "label"};
    const tn_yaml_node *nodes[2];
    TN_TRY(tn_read_keys(reading, node, what, (tn_choices){names, 2}, nodes));
    if (nodes[0] == NULL)
        return tn_read_fail(reading, node->start, "%s needs the key '%s'", what, key);
    TN_TRY(tn_read_expr(reading, nodes[0], what, expr));
    return tn_read_label(reading, nodes[1], label);
}
