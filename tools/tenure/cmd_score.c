/* cmd_score.c: `tenure score`: a report on stdout, the rows in a file. */
#include "base/calendar.h"
#include "base/error.h"
#include "cli.h"
#include "progress.h"
#include "report.h"
#include "rows.h"

typedef struct score {
    tn_inputs inputs;
    tn_rows rows;
    const char *format_text, *holdout;
    tn_format format;
} score;

static bool wants_rows(const score *job) {
    return job->rows.path != NULL;
}

/* Rows on stdout leave no room for a report there. */
static bool wants_report(const score *job) {
    return job->format != TN_FORMAT_CSV &&
           (job->rows.path == NULL || strcmp(job->rows.path, "-") != 0);
}

static tn_status holdout_day(const score *job, int32_t *out, tn_error *error) {
    *out = TN_TRUST_MIDDLE;
    if (job->holdout == NULL) return TN_OK;
    tn_error why = {0};
    if (tn_date_parse(tn_str_of(job->holdout), out, &why) == TN_OK) return TN_OK;
    return tn_fail(error, TN_BAD_ARGUMENT, "--holdout: %s", why.message);
}

static tn_status print_report(const score *job, const tn_report *report, tn_error *error) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_status status = TN_OK;
    if (job->format == TN_FORMAT_JSON)
        status = tn_report_append_json(report, &out, error);
    else
        tn_report_append_text(report, &out);
    if (status == TN_OK) status = tn_cli_print(&out, error);
    tn_buffer_deinit(&out);
    return status;
}

static tn_status write_rows(const score *job, uint64_t *written, double *seconds, tn_error *error) {
    tn_progress progress;
    tn_progress_start(&progress, "rows");
    TN_TRY(tn_rows_write(job->inputs.engine, &job->rows, written, error));
    *seconds = tn_progress_stop(&progress);
    return TN_OK;
}

static tn_status report(const score *job, uint64_t rows_written, double rows_seconds,
                        tn_error *error) {
    int32_t day = TN_TRUST_MIDDLE;
    TN_TRY(holdout_day(job, &day, error));
    tn_report report;
    TN_TRY(tn_report_collect(&report, &job->inputs, day, error));
    report.rows_path = job->rows.path;
    report.rows_written = rows_written;
    report.rows_seconds = rows_seconds;
    const tn_status status = print_report(job, &report, error);
    tn_report_deinit(&report);
    return status;
}

static tn_status score_and_print(score *job, tn_error *error) {
    int32_t day = 0;
    TN_TRY(holdout_day(job, &day, error));
    TN_TRY(tn_rows_check(job->inputs.engine, &job->rows, error));
    TN_TRY(tn_inputs_score(&job->inputs, error));
    uint64_t written = 0;
    double seconds = 0;
    if (wants_rows(job)) TN_TRY(write_rows(job, &written, &seconds, error));
    return wants_report(job) ? report(job, written, seconds, error) : TN_OK;
}

static tn_status run(score *job, tn_error *error) {
    TN_TRY(tn_cli_format(job->format_text, TN_FORMAT_TABLE, &job->format, error));
    if (job->format == TN_FORMAT_CSV && job->rows.path == NULL) job->rows.path = "-";
    job->inputs.keep_day_values = wants_report(job);
    TN_TRY(tn_inputs_open(&job->inputs, error));
    const tn_status status = score_and_print(job, error);
    tn_inputs_close(&job->inputs);
    return status;
}

enum { OWN_OPTIONS = 6 };

static size_t list_options(score *job, tn_option *out, size_t *visible) {
    const tn_option options[OWN_OPTIONS] = {
        {.name = "model",
         .kind = TN_OPTION_TEXT,
         .target = &job->inputs.model,
         .value_name = "FILE",
         .help = "the model file",
         .is_required = true},
        {.name = "select",
         .kind = TN_OPTION_TEXT,
         .target = &job->rows.select,
         .value_name = "COLUMNS",
         .help = "columns of the rows, commas between (every derived column)"},
        {.name = "where",
         .kind = TN_OPTION_TEXT,
         .target = &job->rows.where,
         .value_name = "EXPR",
         .help = "write only the customers for whom this holds"},
        {.name = "out",
         .kind = TN_OPTION_TEXT,
         .target = &job->rows.path,
         .value_name = "FILE",
         .help = "write the rows here; - is stdout, without the report"},
        {.name = "holdout",
         .kind = TN_OPTION_TEXT,
         .target = &job->holdout,
         .value_name = "DATE",
         .help = "last day to learn from in the report's test (the middle)"},
        {.name = "format",
         .kind = TN_OPTION_TEXT,
         .target = &job->format_text,
         .value_name = "table|csv|json",
         .help = "of the report (table); csv: the rows in its place"},
    };
    memcpy(out, options, sizeof options);
    size_t count = OWN_OPTIONS;
    count += tn_inputs_options(&job->inputs, out + count);
    *visible = count;
    return count + tn_inputs_hidden_options(&job->inputs, out + count);
}

int tn_cmd_score(int argc, char **argv) {
    score job = {0};
    tn_option options[OWN_OPTIONS + TN_INPUTS_OPTIONS + TN_INPUTS_HIDDEN_OPTIONS];
    size_t visible = 0;
    const size_t count = list_options(&job, options, &visible);
    const tn_cli_usage usage = {
        .synopsis = "tenure score --model MODEL [--customers FILE] [--transactions FILE] "
                    "[--events FILE] --as-of TIME …",
        .about = "Loads files, fits what the model leaves open, scores every customer as of TIME. "
                 "Prints a report\nof the base; --out writes a CSV row a customer, sorted by id.",
        .options = options,
        .count = count,
        .visible = visible};
    size_t none = 0;
    const int parsed = tn_cli_parse(&usage, argc, argv, NULL, &none);
    if (parsed != TN_EXIT_GO_ON) return parsed;
    tn_error error = {0};
    return run(&job, &error) == TN_OK ? TN_EXIT_OK : tn_cli_fail(&error);
}
