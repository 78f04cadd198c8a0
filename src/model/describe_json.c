/* The description as one JSON object. Written by hand: the layer stands below everything that has a
 * JSON library, and it only writes. */
#include "model/describe_words.h"

#include <math.h>

/* ---- Writing ---- */

typedef struct json_out {
    tn_buffer *out;
    bool needs_comma;
} json_out;

static void comma(json_out *j) {
    if (j->needs_comma) tn_buffer_append_char(j->out, ',');
    j->needs_comma = false;
}

static void json_text(json_out *j, tn_str text) {
    comma(j);
    tn_buffer_append_char(j->out, '"');
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            tn_buffer_printf(j->out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            tn_buffer_printf(j->out, "\\u%04x", c);
        else
            tn_buffer_append_char(j->out, (char)c);
    }
    tn_buffer_append_char(j->out, '"');
    j->needs_comma = true;
}

static void json_key(json_out *j, const char *key) {
    json_text(j, tn_str_of(key));
    tn_buffer_append_char(j->out, ':');
    j->needs_comma = false;
}

static void json_open(json_out *j, const char *key, char bracket) {
    if (key != NULL)
        json_key(j, key);
    else
        comma(j);
    tn_buffer_append_char(j->out, bracket);
    j->needs_comma = false;
}

static void json_close(json_out *j, char bracket) {
    tn_buffer_append_char(j->out, bracket);
    j->needs_comma = true;
}

/* Infinity (no cap) is null. */
static void json_number(json_out *j, const char *key, double value) {
    if (key != NULL)
        json_key(j, key);
    else
        comma(j);
    if (isfinite(value))
        tn_describe_number(j->out, value);
    else
        tn_buffer_append_str(j->out, "null");
    j->needs_comma = true;
}

static void json_bool(json_out *j, const char *key, bool value) {
    json_key(j, key);
    tn_buffer_append_str(j->out, value ? "true" : "false");
    j->needs_comma = true;
}

static void member(json_out *j, const char *key, tn_str text) {
    json_key(j, key);
    json_text(j, text);
}

static void member_c(json_out *j, const char *key, const char *text) {
    member(j, key, tn_str_of(text));
}

/* Left out when empty. */
static void optional(json_out *j, const char *key, tn_str text) {
    if (text.size > 0) member(j, key, text);
}

static void names(json_out *j, const char *key, const tn_str *list, size_t count) {
    json_open(j, key, '[');
    for (size_t i = 0; i < count; i++)
        json_text(j, list[i]);
    json_close(j, ']');
}

static void numbers(json_out *j, const char *key, const double *list, size_t count) {
    json_open(j, key, '[');
    for (size_t i = 0; i < count; i++)
        json_number(j, NULL, list[i]);
    json_close(j, ']');
}

/* ---- Parts ---- */

static void attributes(json_out *j, const tn_model *model) {
    json_open(j, "attributes", '[');
    for (uint32_t i = 0; i < model->attribute_count; i++) {
        const tn_model_attribute *a = &model->attributes[i];
        json_open(j, NULL, '{');
        member(j, "name", a->name);
        optional(j, "label", a->label);
        member_c(j, "type", tn_describe_attribute_type(a->type));
        member_c(j, "keep", tn_describe_keep(a->keep));
        optional(j, "family", tn_str_of(tn_describe_family(a->family)));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void fields(json_out *j, const tn_model_action *a) {
    json_open(j, "fields", '[');
    for (uint32_t i = 0; i < a->field_count; i++) {
        json_open(j, NULL, '{');
        member(j, "name", a->fields[i].name);
        optional(j, "label", a->fields[i].label);
        member_c(j, "type", tn_describe_attribute_type(a->fields[i].type));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void actions(json_out *j, const tn_model *model) {
    json_open(j, "actions", '[');
    for (uint32_t i = 0; i < model->action_count; i++) {
        const tn_model_action *a = &model->actions[i];
        json_open(j, NULL, '{');
        member(j, "name", a->name);
        optional(j, "label", a->label);
        member_c(j, "value", tn_describe_value(a->value));
        member_c(j, "by", a->is_by_company ? "company" : "customer");
        fields(j, a);
        if (a->of != TN_NONE) {
            member(j, "of", model->actions[a->of].name);
            member(j, "where", a->where.text);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void transactions(json_out *j, const tn_model *model) {
    const tn_model_transactions *t = &model->transactions;
    if (!t->is_present) return;
    json_open(j, "transactions", '{');
    member(j, "action", model->actions[t->action].name);
    if (t->minus != TN_NONE) member(j, "minus", model->actions[t->minus].name);
    member_c(j, "unit", t->unit_is_week ? "week" : "day");
    json_close(j, '}');
}

static void rules(json_out *j, const tn_model *model, const tn_model_score *score) {
    json_open(j, "rules", '[');
    for (uint32_t i = 0; i < score->rule_count; i++) {
        const tn_model_rule *r = &score->rules[i];
        json_open(j, NULL, '{');
        member(j, "name", r->name);
        optional(j, "label", r->label);
        if (r->action != TN_NONE) member(j, "action", model->actions[r->action].name);
        optional(j, "if", r->condition.text);
        if (r->points_expr.tree != NULL)
            member(j, "points", r->points_expr.text);
        else
            json_number(j, "points", r->points);
        optional(j, "per", r->per.text);
        if (r->half_life_ms > 0) json_number(j, "half_life_days", r->half_life_ms / 864e5);
        if (isfinite(r->cap)) json_number(j, "cap", r->cap);
        if (r->group != TN_NONE) member(j, "group", score->groups[r->group].name);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void groups(json_out *j, const tn_model_score *score) {
    json_open(j, "groups", '[');
    for (uint32_t i = 0; i < score->group_count; i++) {
        json_open(j, NULL, '{');
        member(j, "name", score->groups[i].name);
        optional(j, "label", score->groups[i].label);
        json_number(j, "cap", score->groups[i].cap);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void grades(json_out *j, const tn_model_score *score) {
    json_open(j, "grades", '[');
    for (uint32_t i = 0; i < score->grade_count; i++) {
        json_open(j, NULL, '{');
        member(j, "name", score->grades[i].name);
        optional(j, "label", score->grades[i].label);
        json_number(j, "from", score->grades[i].threshold);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void scores(json_out *j, const tn_model *model) {
    json_open(j, "scores", '[');
    for (uint32_t i = 0; i < model->score_count; i++) {
        const tn_model_score *score = &model->scores[i];
        const double range[] = {score->low, score->high};
        json_open(j, NULL, '{');
        member(j, "name", score->name);
        optional(j, "label", score->label);
        if (score->has_range) numbers(j, "range", range, 2);
        optional(j, "points", score->points.text);
        groups(j, score);
        rules(j, model, score);
        grades(j, score);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void bounds(json_out *j, const char *key, tn_rfm_bounds of) {
    const double ends[] = {of.low, of.high};
    numbers(j, key, ends, 2);
}

static void rfm(json_out *j, const tn_model_rfm *rfm_of) {
    static const char *const dimensions[] = {"recency", "frequency", "monetary"};
    if (!rfm_of->is_present) return;
    const double bins[] = {rfm_of->bins[0], rfm_of->bins[1], rfm_of->bins[2]};
    json_open(j, "rfm", '{');
    member_c(j, "method", tn_describe_method(rfm_of->method));
    numbers(j, "bins", bins, 3);
    if (rfm_of->method == TN_RFM_CUTS) {
        json_open(j, "cuts", '{');
        for (size_t i = 0; i < 3; i++)
            numbers(j, dimensions[i], rfm_of->cuts[i], rfm_of->bins[i] - 1);
        json_close(j, '}');
    }
    json_open(j, "segments", '[');
    for (uint32_t i = 0; i < rfm_of->segment_count; i++) {
        const tn_rfm_segment *segment = &rfm_of->segments[i];
        json_open(j, NULL, '{');
        member(j, "name", segment->name);
        optional(j, "label", segment->label);
        bounds(j, "recency", segment->recency);
        bounds(j, "frequency", segment->frequency);
        bounds(j, "monetary", segment->monetary);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void clv(json_out *j, const tn_model_clv *c) {
    if (!c->is_present) return;
    json_open(j, "clv", '{');
    member_c(j, "purchases", tn_purchase_model_name(c->purchases));
    member_c(j, "spend", tn_spend_model_name(c->spend));
    json_number(j, "horizon_days", c->horizon_ms / 864e5);
    json_number(j, "discount", c->discount_per_year);
    member(j, "margin", c->margin.text);
    if (c->has_purchase_parameters)
        numbers(j, "purchase_parameters", c->purchase_parameters.p,
                tn_purchase_parameter_count(c->purchases));
    if (c->has_spend_parameters)
        numbers(j, "spend_parameters", c->spend_parameters.p, tn_spend_parameter_count(c->spend));
    json_close(j, '}');
}

static void stage_models(json_out *j, const tn_model *model) {
    json_open(j, "stages", '[');
    for (uint32_t i = 0; i < model->stage_model_count; i++) {
        const tn_model_stages *stages = &model->stage_models[i];
        json_open(j, NULL, '{');
        member(j, "name", stages->name);
        optional(j, "label", stages->label);
        optional(j, "preset", stages->preset);
        json_open(j, "stages", '[');
        for (uint32_t k = 0; k < stages->stage_count; k++) {
            json_open(j, NULL, '{');
            member(j, "name", stages->stages[k].name);
            optional(j, "label", stages->stages[k].label);
            member(j, "if", stages->stages[k].guard.text);
            json_bool(j, "is_exit", stages->stages[k].is_exit);
            json_close(j, '}');
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void columns(json_out *j, const tn_model *model) {
    json_open(j, "columns", '[');
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const tn_derived *column = &model->derived[i];
        json_open(j, NULL, '{');
        member(j, "name", column->name);
        optional(j, "label", column->label);
        member_c(j, "type", tn_type_name(column->type));
        if (column->levels != NULL)
            names(j, "levels", column->levels->names, column->levels->count);
        optional(j, "expression", tn_describe_expression(model, column));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void sizes(json_out *j, const tn_model *model) {
    const tn_model_footprint f = tn_model_footprint_of(model);
    json_open(j, "bytes_a_customer", '{');
    json_number(j, "attributes", f.attribute_bytes);
    json_number(j, "activity", f.activity_bytes);
    json_number(j, "transactions", f.transaction_bytes);
    json_number(j, "columns", f.derived_bytes);
    json_close(j, '}');
}

void tn_describe_json(const tn_model *model, tn_buffer *out) {
    json_out j = {.out = out};
    json_open(&j, NULL, '{');
    member(&j, "name", model->name);
    optional(&j, "label", model->label);
    member_c(&j, "timezone", tn_zone_name(model->zone));
    optional(&j, "currency", model->currency);
    attributes(&j, model);
    actions(&j, model);
    transactions(&j, model);
    scores(&j, model);
    rfm(&j, &model->rfm);
    clv(&j, &model->clv);
    stage_models(&j, model);
    columns(&j, model);
    sizes(&j, model);
    json_close(&j, '}');
    tn_buffer_append_char(out, '\n');
}
