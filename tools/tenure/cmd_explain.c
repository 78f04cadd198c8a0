/* cmd_explain.c: `tenure explain`: what one customer's scores are made of. */
#include "base/calendar.h"
#include "base/error.h"
#include "cli.h"
#include "csv.h"
#include "explain_text.h"
#include "inputs.h"
#include "text_table.h"

enum { VALUE_SIZE = 512, NAME_WIDTH = 60, LINE_WIDTH = 100 };

typedef struct explain {
    tn_inputs inputs;
    const char *customer;
    const char *format_text;
    tn_format format;
} explain;

static bool starts_with(tn_str name, const char *prefix) {
    const size_t size = strlen(prefix);
    return name.size >= size && memcmp(name.data, prefix, size) == 0;
}

/* Every derived column of the customer, in order; `values` holds one a column. */
static tn_status read_columns(const explain *job, tn_arena *arena, tn_value **values,
                              tn_error *error) {
    const size_t count = job->inputs.info->column_count;
    tn_column_ref *columns = tn_arena_array(arena, count + 1, sizeof *columns);
    *values = tn_arena_array(arena, count + 1, sizeof **values);
    if (columns == NULL || *values == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        columns[i] = tn_engine_column_derived(job->inputs.engine, i);
    return tn_engine_read(job->inputs.engine, tn_str_of(job->customer), columns, count, *values,
                          error);
}

static void append_cells(const tn_column_info *column, const tn_value *value,
                         tn_text_table *table) {
    char text[VALUE_SIZE] = "";
    if (!value->is_null) tn_value_format_column(column, value, text, sizeof text);
    tn_text_table_name(table, column->name, NAME_WIDTH);
    tn_text_table_name(table, tn_str_of(text), NAME_WIDTH);
}

/* RFM, CLV, traits and stages. */
static void append_columns(const tn_engine_info *info, const tn_value *values, tn_buffer *out) {
    tn_text_table table;
    tn_text_table_init(&table, "ll");
    for (size_t i = 0; i < info->column_count; i++) {
        const tn_str name = info->columns[i].name;
        if (!starts_with(name, "score.") && !starts_with(name, "grade.") &&
            !starts_with(name, "segment."))
            append_cells(&info->columns[i], &values[i], &table);
    }
    tn_text_table_render(&table, 2, out);
    tn_text_table_deinit(&table);
}

/* The names of the segments that hold. */
static void append_segments(const tn_engine_info *info, const tn_value *values, tn_buffer *out) {
    const size_t prefix = strlen("segment.");
    tn_buffer names;
    tn_buffer_init(&names, NULL);
    for (size_t i = 0; i < info->column_count; i++) {
        const tn_str name = info->columns[i].name;
        if (!starts_with(name, "segment.") || values[i].is_null || !values[i].as.boolean) continue;
        if (names.size > 0) tn_buffer_append_char(&names, ' ');
        tn_buffer_append(&names, name.data + prefix, name.size - prefix);
    }
    if (names.failed)
        out->failed = true;
    else if (names.size > 0)
        tn_text_wrap(out, "  in segments ", (tn_str){names.data, names.size}, LINE_WIDTH);
    tn_buffer_deinit(&names);
}

static void append_standing(const explain *job, const tn_explanation *explanation,
                            const tn_value *values, tn_buffer *out) {
    const tn_engine_info *info = job->inputs.info;
    tn_buffer_append_str(out, "\nstanding\n");
    if (explanation->has_summary) {
        const tn_summary *summary = &explanation->summary;
        tn_buffer_printf(out, "  x %g, t_x %.4f, T %.4f %s, m %.2f\n", summary->x, summary->t_x,
                         summary->T, info->unit_is_week ? "weeks" : "days", summary->m);
    }
    append_columns(info, values, out);
    append_segments(info, values, out);
}

static void append_table(const explain *job, const tn_explanation *explanation,
                         const tn_value *values, tn_buffer *out) {
    char as_of[TN_TIME_TEXT_SIZE];
    tn_time_format(explanation->as_of_ms, as_of);
    tn_buffer_printf(out, "customer %s as of %s\n\n", job->customer, as_of);
    tn_explain_append_scores(explanation, out);
    append_standing(job, explanation, values, out);
}

static json_t *value_json(const tn_column_info *column, const tn_value *value, tn_json *json) {
    if (value->is_null) return json_null();
    if (value->type == TN_TYPE_BOOL) return json_boolean(value->as.boolean);
    if (value->type == TN_TYPE_NUMBER) return tn_json_number(json, value->as.number);
    if (value->type == TN_TYPE_TEXT || value->type == TN_TYPE_LEVEL)
        return tn_json_text(json, value->as.text);
    char text[VALUE_SIZE];
    tn_value_format_column(column, value, text, sizeof text);
    return tn_json_text(json, tn_str_of(text));
}

static tn_status append_json(const explain *job, const tn_explanation *explanation,
                             const tn_value *values, tn_buffer *out, tn_error *error) {
    const tn_engine_info *info = job->inputs.info;
    tn_json json = {0};
    json.root = tn_explain_json(explanation, &json);
    json_t *columns = tn_json_object(&json);
    for (size_t i = 0; i < info->column_count; i++) {
        char name[VALUE_SIZE];
        const size_t size = info->columns[i].name.size;
        memcpy(name, info->columns[i].name.data, size < sizeof name ? size : sizeof name - 1);
        name[size < sizeof name ? size : sizeof name - 1] = '\0';
        tn_json_put(&json, columns, name, value_json(&info->columns[i], &values[i], &json));
    }
    tn_json_put(&json, json.root, "columns", columns);
    const tn_status status = tn_json_print(&json, out, error);
    tn_json_deinit(&json);
    return status;
}

static tn_status print(const explain *job, const tn_explanation *explanation,
                       const tn_value *values, tn_error *error) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_status status = TN_OK;
    if (job->format == TN_FORMAT_JSON)
        status = append_json(job, explanation, values, &out, error);
    else if (job->format == TN_FORMAT_CSV)
        tn_explain_append_csv(explanation, &out);
    else
        append_table(job, explanation, values, &out);
    if (status == TN_OK) status = tn_cli_print(&out, error);
    tn_buffer_deinit(&out);
    return status;
}

static tn_status explain_customer(const explain *job, tn_error *error) {
    tn_explanation *explanation = NULL;
    const tn_str id = tn_str_of(job->customer);
    const tn_status found = tn_engine_explain(job->inputs.engine, id, &explanation, error);
    if (found == TN_NOT_FOUND)
        return tn_fail(error, TN_NOT_FOUND, "there is no customer '%s' in these files",
                       job->customer);
    TN_TRY(found);
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    tn_value *values = NULL;
    tn_status status = read_columns(job, &arena, &values, error);
    if (status == TN_OK) status = print(job, explanation, values, error);
    tn_arena_deinit(&arena);
    tn_explanation_destroy(explanation);
    return status;
}

static tn_status run(explain *job, tn_error *error) {
    TN_TRY(tn_cli_format(job->format_text, TN_FORMAT_TABLE, &job->format, error));
    TN_TRY(tn_inputs_open(&job->inputs, error));
    tn_status status = tn_inputs_score(&job->inputs, error);
    if (status == TN_OK) status = explain_customer(job, error);
    tn_inputs_close(&job->inputs);
    return status;
}

enum { OWN_OPTIONS = 3 };

int tn_cmd_explain(int argc, char **argv) {
    explain job = {0};
    tn_option options[OWN_OPTIONS + TN_INPUTS_OPTIONS + TN_INPUTS_HIDDEN_OPTIONS] = {
        {.name = "model",
         .kind = TN_OPTION_TEXT,
         .target = &job.inputs.model,
         .value_name = "FILE",
         .help = "the model file",
         .is_required = true},
        {.name = "customer",
         .kind = TN_OPTION_TEXT,
         .target = &job.customer,
         .value_name = "ID",
         .help = "whose scores to explain",
         .is_required = true},
        {.name = "format",
         .kind = TN_OPTION_TEXT,
         .target = &job.format_text,
         .value_name = "table|csv|json",
         .help = "how to print (table)"}};
    size_t count = OWN_OPTIONS;
    count += tn_inputs_options(&job.inputs, options + count);
    const size_t visible = count;
    count += tn_inputs_hidden_options(&job.inputs, options + count);
    const tn_cli_usage usage = {
        .synopsis = "tenure explain --model MODEL … --as-of TIME --customer ID",
        .about = "Takes the inputs of 'tenure score' and shows, for one customer, what every rule "
                 "adds to each\nscore and what the caps take away. The lines add up to the score "
                 "exactly.",
        .options = options,
        .count = count,
        .visible = visible};
    size_t none = 0;
    const int parsed = tn_cli_parse(&usage, argc, argv, NULL, &none);
    if (parsed != TN_EXIT_GO_ON) return parsed;
    tn_error error = {0};
    return run(&job, &error) == TN_OK ? TN_EXIT_OK : tn_cli_fail(&error);
}
