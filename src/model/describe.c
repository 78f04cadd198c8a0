/* Words, sizes, and the CSV form; the text and JSON forms have files of their own. */
#include "model/describe.h"

#include "base/error.h"
#include "base/number.h"
#include "model/describe_words.h"

#include <math.h>

/* ---- Words ---- */

const char *tn_describe_attribute_type(tn_attribute_type type) {
    static const char *const words[] = {"int", "float", "bool", "category", "date", "time"};
    return words[type];
}

const char *tn_describe_keep(tn_keep keep) {
    static const char *const words[] = {"last", "first", "max", "min", "sum"};
    return words[keep];
}

const char *tn_describe_family(tn_family family) {
    static const char *const words[] = {"", "demographic", "geographic", "psychographic",
                                        "behavioural"};
    return words[family];
}

const char *tn_describe_value(tn_value_kind value) {
    static const char *const words[] = {"none", "number", "money", "rating"};
    return words[value];
}

const char *tn_describe_method(tn_rfm_method method) {
    static const char *const words[] = {
        [TN_RFM_QUANTILE] = "quantile", [TN_RFM_CUTS] = "cuts", [TN_RFM_PACKAGE] = "rfm"};
    return words[method];
}

tn_str tn_describe_expression(const tn_model *model, const tn_derived *column) {
    switch (column->kind) {
    case TN_DERIVED_SCORE:
        return model->scores[column->index].points.text;
    case TN_DERIVED_TRAIT:
        return model->traits[column->index].expr.text;
    case TN_DERIVED_SEGMENT:
        return model->segments[column->index].expr.text;
    default:
        return (tn_str){"", 0};
    }
}

void tn_describe_str(tn_buffer *out, tn_str text) {
    if (text.size > 0) tn_buffer_append(out, text.data, text.size);
}

void tn_describe_number(tn_buffer *out, double value) {
    char text[TN_NUMBER_TEXT_SIZE];
    const size_t size = tn_format_double(value, text);
    tn_buffer_append(out, text, size);
}

void tn_describe_duration(tn_buffer *out, double ms) {
    static const struct {
        double ms;
        const char *unit;
    } units[] = {{864e5, "d"}, {36e5, "h"}, {6e4, "min"}, {1e3, "s"}, {1, "ms"}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof units[0] && fmod(ms, units[i].ms) != 0)
        i++;
    tn_describe_number(out, ms / units[i].ms);
    tn_buffer_append_str(out, units[i].unit);
}

/* ---- Sizes ---- */

static double attribute_bytes(tn_attribute_type type) {
    switch (type) {
    case TN_ATTRIBUTE_BOOL:
        return 2.0 / 8; /* the bit and whether it is known */
    case TN_ATTRIBUTE_CATEGORY:
    case TN_ATTRIBUTE_DATE:
        return 4;
    default:
        return 8;
    }
}

static double action_bytes(uint32_t needs) {
    double bytes = 4 + 8; /* count and last */
    for (uint32_t bit = TN_NEED_FIRST; bit <= TN_NEED_LAST_VALUE; bit <<= 1)
        if (needs & bit) bytes += 8;
    return bytes;
}

static double derived_bytes(const tn_derived *column) {
    if (column->kind >= TN_DERIVED_RFM_RECENCY && column->kind <= TN_DERIVED_RFM_MONETARY) return 1;
    switch (column->type) {
    case TN_TYPE_BOOL:
        return 1.0 / 8;
    case TN_TYPE_LEVEL:
        return 1;
    case TN_TYPE_NUMBER:
    case TN_TYPE_TEXT:
    case TN_TYPE_DATE:
        return 4;
    default:
        return 8;
    }
}

tn_model_footprint tn_model_footprint_of(const tn_model *model) {
    const tn_schema *schema = &model->schema;
    tn_model_footprint out = {.activity_bytes = 8 + 8}; /* joined and last_seen */
    for (uint32_t i = 0; i < schema->attribute_count; i++)
        out.attribute_bytes += attribute_bytes(schema->attributes[i].type);
    for (uint32_t i = 0; i < schema->action_count; i++)
        out.activity_bytes += action_bytes(schema->actions[i].needs);
    out.activity_bytes += 8.0 * (schema->decay_count + schema->plain_sum_count);
    if (schema->has_transactions) out.transaction_bytes = 3 * 4 + 4 * 8;
    if (schema->has_refunds) out.transaction_bytes += 8;
    for (uint32_t i = 0; i < model->derived_count; i++)
        out.derived_bytes += 2 * derived_bytes(&model->derived[i]);
    return out;
}

/* ---- CSV ---- */

static void csv_cell(tn_buffer *out, tn_str text) {
    bool is_quoted = false;
    for (size_t i = 0; i < text.size; i++)
        is_quoted = is_quoted || strchr(",\"\r\n", text.data[i]) != NULL;
    if (is_quoted) tn_buffer_append_char(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"') tn_buffer_append_char(out, '"');
        tn_buffer_append_char(out, text.data[i]);
    }
    if (is_quoted) tn_buffer_append_char(out, '"');
}

static void describe_csv(const tn_model *model, tn_buffer *out) {
    tn_buffer_append_str(out, "name,type,label,expression\n");
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const tn_derived *column = &model->derived[i];
        csv_cell(out, column->name);
        tn_buffer_printf(out, ",%s,", tn_type_name(column->type));
        csv_cell(out, column->label);
        tn_buffer_append_char(out, ',');
        csv_cell(out, tn_describe_expression(model, column));
        tn_buffer_append_char(out, '\n');
    }
}

tn_status tn_model_describe(const tn_model *model, tn_format format, tn_buffer *out) {
    if (format == TN_FORMAT_TABLE)
        tn_describe_text(model, out);
    else if (format == TN_FORMAT_CSV)
        describe_csv(model, out);
    else
        tn_describe_json(model, out);
    return out->failed ? TN_OUT_OF_MEMORY : TN_OK;
}
