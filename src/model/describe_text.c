/* The description for a terminal. Columns of names are as wide as the longest of them. */
#include "model/describe_words.h"

#include <math.h>

/* ---- Cells ---- */

static void spaces(tn_buffer *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        tn_buffer_append_char(out, ' ');
}

/* Text and blanks up to `width` characters, one at least. */
static void cell(tn_buffer *out, tn_str text, size_t width) {
    const size_t size = tn_utf8_count(text);
    tn_describe_str(out, text);
    spaces(out, size < width ? width - size + 1 : 1);
}

static void cell_c(tn_buffer *out, const char *text, size_t width) {
    cell(out, tn_str_of(text), width);
}

/* Ends a line without blanks at its end. */
static void end_line(tn_buffer *out) {
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    tn_buffer_append_char(out, '\n');
}

static void heading(tn_buffer *out, const char *word, size_t count) {
    tn_buffer_printf(out, "\n%s (%zu)\n", word, count);
}

static void label(tn_buffer *out, tn_str text) {
    if (text.size == 0) return;
    tn_buffer_append_str(out, "— ");
    tn_describe_str(out, text);
}

static size_t wider(size_t width, tn_str name) {
    const size_t size = tn_utf8_count(name);
    return size > width ? size : width;
}

/* The text of an expression on one line. */
static void one_line(tn_buffer *out, tn_str text) {
    for (size_t i = 0; i < text.size; i++)
        tn_buffer_append_char(out, text.data[i] == '\n' ? ' ' : text.data[i]);
}

/* ---- Attributes and actions ---- */

static void attributes(const tn_model *model, tn_buffer *out) {
    size_t width = 0;
    if (model->attribute_count == 0) return;
    heading(out, "Attributes", model->attribute_count);
    for (uint32_t i = 0; i < model->attribute_count; i++)
        width = wider(width, model->attributes[i].name);
    for (uint32_t i = 0; i < model->attribute_count; i++) {
        const tn_model_attribute *a = &model->attributes[i];
        spaces(out, 2);
        cell(out, a->name, width);
        cell_c(out, tn_describe_attribute_type(a->type), 8);
        cell_c(out, tn_describe_keep(a->keep), 5);
        cell_c(out, tn_describe_family(a->family), 13);
        label(out, a->label);
        end_line(out);
    }
}

static void fields(const tn_model_action *action, tn_buffer *out) {
    for (uint32_t i = 0; i < action->field_count; i++)
        tn_buffer_printf(out, "%s%s: %s", i == 0 ? "{" : ", ", action->fields[i].name.data,
                         tn_describe_attribute_type(action->fields[i].type));
    if (action->field_count > 0) tn_buffer_append_str(out, "} ");
}

static void actions(const tn_model *model, tn_buffer *out) {
    size_t width = 0;
    if (model->action_count == 0) return;
    heading(out, "Actions", model->action_count);
    for (uint32_t i = 0; i < model->action_count; i++)
        width = wider(width, model->actions[i].name);
    for (uint32_t i = 0; i < model->action_count; i++) {
        const tn_model_action *a = &model->actions[i];
        spaces(out, 2);
        cell(out, a->name, width);
        cell_c(out, a->value == TN_VALUE_NONE ? "" : tn_describe_value(a->value), 6);
        if (a->is_by_company) tn_buffer_append_str(out, "by the company ");
        if (a->of == TN_NONE) {
            fields(a, out);
        } else {
            tn_buffer_printf(out, "%s where ", model->actions[a->of].name.data);
            one_line(out, a->where.text);
            tn_buffer_append_char(out, ' ');
        }
        if (model->transactions.is_present && model->transactions.action == i)
            tn_buffer_append_str(out, "transactions ");
        if (model->transactions.is_present && model->transactions.minus == i)
            tn_buffer_append_str(out, "reduces transactions ");
        label(out, a->label);
        end_line(out);
    }
}

/* ---- Scores ---- */

static void rule_sum(const tn_model *model, const tn_model_rule *rule, tn_buffer *out) {
    tn_describe_number(out, rule->points);
    tn_buffer_printf(out, " a %s", model->actions[rule->action].name.data);
    if (rule->per.tree != NULL) {
        tn_buffer_append_str(out, " times ");
        one_line(out, rule->per.text);
    }
    if (rule->half_life_ms > 0) {
        tn_buffer_append_str(out, ", half-life ");
        tn_describe_duration(out, rule->half_life_ms);
    }
    if (isfinite(rule->cap)) {
        tn_buffer_append_str(out, ", cap ");
        tn_describe_number(out, rule->cap);
    }
}

static void rule_line(const tn_model *model, const tn_model_score *score, const tn_model_rule *rule,
                      size_t width, tn_buffer *out) {
    spaces(out, 4);
    cell(out, rule->name, width);
    if (rule->action != TN_NONE)
        rule_sum(model, rule, out);
    else if (rule->points_expr.tree != NULL)
        one_line(out, rule->points_expr.text);
    else
        tn_describe_number(out, rule->points);
    if (rule->condition.tree != NULL) {
        tn_buffer_append_str(out, " if ");
        one_line(out, rule->condition.text);
    }
    if (rule->group != TN_NONE)
        tn_buffer_printf(out, ", group %s", score->groups[rule->group].name.data);
    tn_buffer_append_char(out, ' ');
    label(out, rule->label);
    end_line(out);
}

static void score_head(const tn_model_score *score, tn_buffer *out) {
    tn_buffer_append_str(out, "  ");
    tn_describe_str(out, score->name);
    if (score->has_range) {
        tn_buffer_append_str(out, " [");
        tn_describe_number(out, score->low);
        tn_buffer_append_str(out, ", ");
        tn_describe_number(out, score->high);
        tn_buffer_append_str(out, "]");
    }
    if (score->points.tree != NULL) {
        tn_buffer_append_str(out, " = ");
        one_line(out, score->points.text);
    }
    tn_buffer_append_char(out, ' ');
    label(out, score->label);
    end_line(out);
}

static void score_tail(const tn_model_score *score, tn_buffer *out) {
    for (uint32_t i = 0; i < score->group_count; i++) {
        tn_buffer_printf(out, "    group %s: cap ", score->groups[i].name.data);
        tn_describe_number(out, score->groups[i].cap);
        end_line(out);
    }
    if (score->grade_count == 0) return;
    tn_buffer_append_str(out, "    grades:");
    for (uint32_t i = score->grade_count; i > 0; i--) {
        tn_buffer_printf(out, " %s from ", score->grades[i - 1].name.data);
        tn_describe_number(out, score->grades[i - 1].threshold);
        if (i > 1) tn_buffer_append_char(out, ',');
    }
    end_line(out);
}

static void scores(const tn_model *model, tn_buffer *out) {
    if (model->score_count == 0) return;
    heading(out, "Scores", model->score_count);
    for (uint32_t i = 0; i < model->score_count; i++) {
        const tn_model_score *score = &model->scores[i];
        size_t width = 0;
        for (uint32_t j = 0; j < score->rule_count; j++)
            width = wider(width, score->rules[j].name);
        score_head(score, out);
        for (uint32_t j = 0; j < score->rule_count; j++)
            rule_line(model, score, &score->rules[j], width, out);
        score_tail(score, out);
    }
}

/* ---- Value ---- */

static void rfm(const tn_model_rfm *rfm_of, tn_buffer *out) {
    if (!rfm_of->is_present) return;
    tn_buffer_printf(
        out, "\nRFM by %s, bins %u, %u, %u; segments:", tn_describe_method(rfm_of->method),
        (unsigned)rfm_of->bins[0], (unsigned)rfm_of->bins[1], (unsigned)rfm_of->bins[2]);
    for (size_t i = 0; i < rfm_of->levels.count; i++)
        tn_buffer_printf(out, "%s %s", i == 0 ? "" : ",", rfm_of->levels.names[i].data);
    end_line(out);
}

static void parameters(tn_buffer *out, bool are_given, const double *numbers, unsigned count) {
    if (!are_given) {
        tn_buffer_append_str(out, count == 0 ? "" : " (to be fitted)");
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        tn_buffer_append_str(out, i == 0 ? " (" : ", ");
        tn_describe_number(out, numbers[i]);
    }
    tn_buffer_append_str(out, ")");
}

static void clv(const tn_model *model, tn_buffer *out) {
    const tn_model_clv *c = &model->clv;
    if (!c->is_present) return;
    tn_buffer_printf(out, "\nCLV by %s", tn_purchase_model_name(c->purchases));
    parameters(out, c->has_purchase_parameters, c->purchase_parameters.p,
               tn_purchase_parameter_count(c->purchases));
    tn_buffer_printf(out, " and %s", tn_spend_model_name(c->spend));
    parameters(out, c->has_spend_parameters, c->spend_parameters.p,
               tn_spend_parameter_count(c->spend));
    tn_buffer_append_str(out, "\n  horizon ");
    tn_describe_duration(out, c->horizon_ms);
    tn_buffer_printf(out, " in steps of a %s, discount %g%% a year, margin ",
                     model->transactions.unit_is_week ? "week" : "day", 100 * c->discount_per_year);
    one_line(out, c->margin.text);
    end_line(out);
}

/* ---- Stages ---- */

static void stages_of(const tn_model_stages *stages, tn_buffer *out) {
    size_t width = 0;
    tn_buffer_append_str(out, "  ");
    tn_describe_str(out, stages->name);
    if (stages->preset.size > 0) tn_buffer_printf(out, " (preset %s)", stages->preset.data);
    tn_buffer_append_char(out, ' ');
    label(out, stages->label);
    end_line(out);
    for (uint32_t i = 0; i < stages->stage_count; i++)
        width = wider(width, stages->stages[i].name);
    for (uint32_t i = 0; i < stages->stage_count; i++) {
        tn_buffer_printf(out, "    %s ", stages->stages[i].is_exit ? "exit" : "    ");
        cell(out, stages->stages[i].name, width);
        one_line(out, stages->stages[i].guard.text);
        tn_buffer_append_char(out, ' ');
        label(out, stages->stages[i].label);
        end_line(out);
    }
}

/* ---- Columns and sizes ---- */

static void columns(const tn_model *model, tn_buffer *out) {
    size_t width = 0;
    heading(out, "Columns", model->derived_count);
    for (uint32_t i = 0; i < model->derived_count; i++)
        width = wider(width, model->derived[i].name);
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const tn_derived *column = &model->derived[i];
        const bool has_own_expression = column->kind != TN_DERIVED_SCORE;
        spaces(out, 2);
        cell(out, column->name, width);
        cell_c(out, tn_type_name(column->type), 8);
        if (has_own_expression) one_line(out, tn_describe_expression(model, column));
        tn_buffer_append_char(out, ' ');
        label(out, column->label);
        end_line(out);
    }
}

static void sizes(const tn_model *model, tn_buffer *out) {
    const tn_model_footprint f = tn_model_footprint_of(model);
    tn_buffer_printf(out,
                     "\nA customer takes %.0f bytes: attributes %.0f, activity %.0f, transactions "
                     "%.0f and their days, columns %.0f; besides its id\n",
                     f.attribute_bytes + f.activity_bytes + f.transaction_bytes + f.derived_bytes,
                     f.attribute_bytes, f.activity_bytes, f.transaction_bytes, f.derived_bytes);
    tn_buffer_printf(out, "Sums that fade: %u; plain sums: %u\n", (unsigned)model->decay_count,
                     (unsigned)model->plain_sum_count);
}

void tn_describe_text(const tn_model *model, tn_buffer *out) {
    tn_buffer_printf(out, "Model %s, days in %s", model->name.data, tn_zone_name(model->zone));
    if (model->currency.size > 0) tn_buffer_printf(out, ", money in %s", model->currency.data);
    tn_buffer_append_char(out, ' ');
    label(out, model->label);
    end_line(out);
    attributes(model, out);
    actions(model, out);
    scores(model, out);
    rfm(&model->rfm, out);
    clv(model, out);
    if (model->stage_model_count > 0) heading(out, "Stages", model->stage_model_count);
    for (uint32_t i = 0; i < model->stage_model_count; i++)
        stages_of(&model->stage_models[i], out);
    columns(model, out);
    sizes(model, out);
}
