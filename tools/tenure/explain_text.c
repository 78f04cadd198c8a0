/* explain_text.c: what a score is made of. */
#include "explain_text.h"

#include "base/number.h"
#include "csv.h"
#include "figures.h"
#include "text_table.h"

#include <math.h>
#include <tenure/limits.h>

enum { NAME_WIDTH = 32 };

double tn_explain_points(int64_t units) {
    return (double)units / TN_SCORE_UNITS_PER_POINT;
}

typedef enum line_kind { LINE_RULE, LINE_GROUP, LINE_EXPRESSION, LINE_RANGE } line_kind;

/* The last line of a score is that of its range. A score that is one expression has a line of the
 * same name before it. */
static line_kind kind_of(const tn_explain_score *score, const tn_explain_line *line) {
    if (line->is_rule) return LINE_RULE;
    if (line == &score->lines[score->line_count - 1]) return LINE_RANGE;
    return tn_str_is(line->name, "range") ? LINE_EXPRESSION : LINE_GROUP;
}

void tn_explain_append_name(const tn_explain_score *score, const tn_explain_line *line,
                            tn_buffer *out) {
    const line_kind kind = kind_of(score, line);
    const tn_str name = line->label.size > 0 ? line->label : line->name;
    if (kind == LINE_EXPRESSION)
        tn_buffer_append_str(out, "expression");
    else
        tn_buffer_append(out, name.data, name.size);
    if (kind == LINE_GROUP) tn_buffer_append_str(out, " cap");
}

static void name_cell(const tn_explain_score *score, const tn_explain_line *line,
                      tn_text_table *table) {
    tn_buffer name;
    tn_buffer_init(&name, NULL);
    tn_explain_append_name(score, line, &name);
    tn_text_table_buffer(table, &name, NAME_WIDTH);
    tn_buffer_deinit(&name);
}

/* A number with `decimals`, or nothing for NaN. */
static void number_cell(tn_text_table *table, double value, unsigned decimals) {
    tn_text_table_cell(table, "%s", isnan(value) ? "" : tn_figure_decimal(value, decimals).text);
}

static void append_line(const tn_explain_score *score, const tn_explain_line *line,
                        tn_text_table *table) {
    name_cell(score, line, table);
    tn_text_table_name(table, line->group, NAME_WIDTH);
    number_cell(table, line->weight, 4);
    number_cell(table, line->is_rule ? line->points : (double)NAN, 4);
    if (line->is_gated_off)
        tn_text_table_cell(table, "gated off");
    else
        number_cell(table, line->taken == 0 ? (double)NAN : tn_explain_points(line->taken), 4);
    tn_text_table_cell(table, "%s", tn_figure_decimal(tn_explain_points(line->units), 4).text);
}

static void append_score(const tn_explain_score *score, tn_buffer *out) {
    tn_text_table table;
    tn_text_table_init(&table, "llrrrr");
    tn_text_table_cell(&table, "score.%.*s", (int)score->name.size, score->name.data);
    tn_text_table_cell(&table, "group");
    tn_text_table_cell(&table, "weight");
    tn_text_table_cell(&table, "points");
    tn_text_table_cell(&table, "cap took");
    tn_text_table_cell(&table, "adds");
    for (size_t i = 0; i < score->line_count; i++) {
        const tn_explain_line *line = &score->lines[i];
        if (line->is_rule || line->taken != 0 || line->units != 0) append_line(score, line, &table);
    }
    tn_text_table_cell(&table, "= score");
    for (int i = 0; i < 4; i++)
        tn_text_table_cell(&table, "%s", "");
    tn_text_table_cell(&table, "%s", tn_figure_decimal(tn_explain_points(score->units), 4).text);
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
    if (score->grade.size > 0)
        tn_buffer_printf(out, "grade %.*s\n", (int)score->grade.size, score->grade.data);
}

void tn_explain_append_scores(const tn_explanation *explanation, tn_buffer *out) {
    for (size_t i = 0; i < explanation->score_count; i++) {
        if (i > 0) tn_buffer_append_char(out, '\n');
        append_score(&explanation->scores[i], out);
    }
}

static void csv_number(double value, tn_buffer *out) {
    char text[TN_NUMBER_TEXT_SIZE];
    tn_buffer_append_char(out, ',');
    if (isnan(value)) return;
    tn_buffer_append(out, text, tn_format_double(value, text));
}

static void csv_line(const tn_explain_score *score, const tn_explain_line *line, tn_buffer *out) {
    tn_csv_append(out, score->name, ',');
    tn_buffer_append_char(out, ',');
    tn_csv_append(out, line->name, ',');
    tn_buffer_append_char(out, ',');
    tn_csv_append(out, line->group, ',');
    csv_number(line->weight, out);
    csv_number(line->is_rule ? line->points : (double)NAN, out);
    csv_number(tn_explain_points(line->taken), out);
    csv_number(tn_explain_points(line->units), out);
    tn_buffer_append_char(out, '\n');
}

void tn_explain_append_csv(const tn_explanation *explanation, tn_buffer *out) {
    tn_buffer_append_str(out, "score,line,group,weight,points,taken,adds\n");
    for (size_t i = 0; i < explanation->score_count; i++) {
        const tn_explain_score *score = &explanation->scores[i];
        for (size_t k = 0; k < score->line_count; k++)
            csv_line(score, &score->lines[k], out);
    }
}

static void put_number(tn_json *json, json_t *object, const char *key, double value) {
    tn_json_put(json, object, key, tn_json_number(json, value));
}

static json_t *line_json(const tn_explain_score *score, const tn_explain_line *line,
                         tn_json *json) {
    static const char *const kinds[] = {"rule", "group", "expression", "range"};
    json_t *object = tn_json_object(json);
    tn_json_put_text(json, object, "kind", kinds[kind_of(score, line)]);
    tn_json_put(json, object, "name", tn_json_text(json, line->name));
    if (line->label.size > 0) tn_json_put(json, object, "label", tn_json_text(json, line->label));
    if (line->group.size > 0) tn_json_put(json, object, "group", tn_json_text(json, line->group));
    if (line->is_rule) {
        put_number(json, object, "weight", line->weight);
        put_number(json, object, "points", line->points);
        tn_json_put(json, object, "gated_off", json_boolean(line->is_gated_off));
    }
    put_number(json, object, "taken", tn_explain_points(line->taken));
    put_number(json, object, "adds", tn_explain_points(line->units));
    return object;
}

static json_t *score_json(const tn_explain_score *score, tn_json *json) {
    json_t *object = tn_json_object(json);
    tn_json_put(json, object, "name", tn_json_text(json, score->name));
    json_t *lines = tn_json_array(json);
    for (size_t i = 0; i < score->line_count; i++)
        tn_json_append(json, lines, line_json(score, &score->lines[i], json));
    tn_json_put(json, object, "lines", lines);
    put_number(json, object, "score", tn_explain_points(score->units));
    tn_json_put(json, object, "grade",
                score->grade.size > 0 ? tn_json_text(json, score->grade) : json_null());
    return object;
}

json_t *tn_explain_json(const tn_explanation *explanation, tn_json *json) {
    json_t *object = tn_json_object(json);
    tn_json_put(json, object, "customer", tn_json_text(json, explanation->id));
    json_t *scores = tn_json_array(json);
    for (size_t i = 0; i < explanation->score_count; i++)
        tn_json_append(json, scores, score_json(&explanation->scores[i], json));
    tn_json_put(json, object, "scores", scores);
    if (!explanation->has_summary) return object;
    json_t *summary = tn_json_object(json);
    put_number(json, summary, "x", explanation->summary.x);
    put_number(json, summary, "t_x", explanation->summary.t_x);
    put_number(json, summary, "T", explanation->summary.T);
    put_number(json, summary, "m", explanation->summary.m);
    tn_json_put(json, object, "summary", summary);
    return object;
}
