/* cmd_check.c: `tenure check`: validates a model file and prints what it understood; with data,
 * what the data say about it. */
#include "base/error.h"
#include "cli.h"
#include "inputs.h"
#include "json.h"

#include <stdio.h>

typedef struct check {
    tn_inputs inputs;
    const char *format_text;
    tn_format format;
    bool has_data;
} check;

/* The warnings of the model and, with data, of the scored base, a line each. */
static tn_status collect_warnings(check *job, tn_buffer *warnings, tn_error *error) {
    TN_TRY(tn_model_warnings_file(job->inputs.model, tn_cli_sink_line, warnings, error));
    if (!job->has_data && !tn_inputs_has_files(&job->inputs)) return TN_OK;
    TN_TRY(tn_inputs_open(&job->inputs, error));
    tn_status status = tn_inputs_score(&job->inputs, error);
    if (status == TN_OK)
        status = tn_engine_warnings(job->inputs.engine, tn_cli_sink_line, warnings, error);
    tn_inputs_close(&job->inputs);
    return status;
}

/* The description is an object of its own; the warnings become a member of it. */
static tn_status print_json(const tn_buffer *description, const tn_buffer *warnings, tn_buffer *out,
                            tn_error *error) {
    json_error_t why;
    tn_json json = {.root = json_loadb(description->data, description->size, 0, &why)};
    if (json.root == NULL)
        return tn_fail(error, TN_INTERNAL, "the description is no JSON: %s", why.text);
    json_t *array = tn_json_array(&json);
    tn_json_append_lines(&json, array, warnings);
    tn_json_put(&json, json.root, "warnings", array);
    const tn_status status = tn_json_print(&json, out, error);
    tn_json_deinit(&json);
    return status;
}

static tn_status describe(check *job, tn_buffer *description, tn_buffer *warnings, tn_buffer *out,
                          tn_error *error) {
    TN_TRY(tn_model_describe_file(job->inputs.model, job->format, tn_cli_sink, description, error));
    TN_TRY(collect_warnings(job, warnings, error));
    if (description->failed || warnings->failed) return tn_fail_memory(error);
    if (job->format == TN_FORMAT_JSON) return print_json(description, warnings, out, error);
    tn_buffer_append(out, description->data, description->size);
    if (job->format == TN_FORMAT_CSV) {
        fwrite(warnings->data, 1, warnings->size, stderr);
    } else if (warnings->size > 0) {
        tn_buffer_append_str(out, "\nwarnings\n");
        tn_buffer_append(out, warnings->data, warnings->size);
    }
    return TN_OK;
}

static tn_status run(check *job, tn_error *error) {
    tn_buffer description;
    tn_buffer warnings;
    tn_buffer out;
    tn_buffer_init(&description, NULL);
    tn_buffer_init(&warnings, NULL);
    tn_buffer_init(&out, NULL);
    tn_status status = describe(job, &description, &warnings, &out, error);
    if (status == TN_OK) status = tn_cli_print(&out, error);
    tn_buffer_deinit(&description);
    tn_buffer_deinit(&warnings);
    tn_buffer_deinit(&out);
    return status;
}

int tn_cmd_check(int argc, char **argv) {
    check job = {0};
    tn_option options[2 + TN_INPUTS_OPTIONS + TN_INPUTS_HIDDEN_OPTIONS] = {
        {.name = "format",
         .kind = TN_OPTION_TEXT,
         .target = &job.format_text,
         .value_name = "table|csv|json",
         .help = "how to print (table)"},
        {.name = "data",
         .kind = TN_OPTION_FLAG,
         .target = &job.has_data,
         .help = "score the files below too, and warn of what they show"}};
    size_t count = 2;
    count += tn_inputs_options(&job.inputs, options + count);
    const size_t visible = count;
    count += tn_inputs_hidden_options(&job.inputs, options + count);
    const tn_cli_usage usage = {
        .synopsis = "tenure check MODEL [--data --transactions FILE … --as-of TIME]",
        .about = "Validates a model file. Prints the columns, scores, stages and segments that it "
                 "makes,\nand warnings of what people get wrong. With --data and the inputs of "
                 "'tenure score' also\nof what the data show: empty or identical segments, bins "
                 "emptied by ties, categories that\nnever occur.",
        .options = options,
        .count = count,
        .visible = visible,
        .positional_max = 1};
    size_t models = 0;
    const int parsed = tn_cli_parse(&usage, argc, argv, &job.inputs.model, &models);
    if (parsed != TN_EXIT_GO_ON) return parsed;
    if (models == 0) return tn_cli_misuse("check", "which model file?");
    tn_error error = {0};
    tn_status status = tn_cli_format(job.format_text, TN_FORMAT_TABLE, &job.format, &error);
    if (status == TN_OK) status = run(&job, &error);
    return status == TN_OK ? TN_EXIT_OK : tn_cli_fail(&error);
}
