/* cmd_fit.c: `tenure fit`: maximum likelihood from transactions or from summaries.
 *
 * Transactions go through an engine with a model of its own, which merges days and sorts out bad
 * rows as everywhere; its last instant lets every event in, and the cut is made by day. */
#include "base/calendar.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "cli.h"
#include "csv_load.h"
#include "fit_text.h"
#include "history.h"
#include "summary_file.h"
#include "trust_text.h"

#include <stdio.h>
#include <tenure/limits.h>
#include <unistd.h>

typedef struct fit {
    const char *purchases_text, *spend_text, *unit_text, *until_text, *format_text;
    const char *transactions, *summary;
    tn_csv_dialect dialect;
    const char *rejects_path;
    bool is_strict, is_tested;
    tn_format format;
    tn_purchase_model purchases;
    tn_spend_model spend;
    double days_per_unit;
    tn_rejects rejects;
    tn_purchase_fit_result purchase_fit;
    tn_spend_fit_result spend_fit;
    double purchase_seconds, spend_seconds;
    tn_trust trust; /* with --test */
} fit;

enum { MODEL_SIZE = 512, WIDTH = 100 };

/* Days, merged; the CLV names the models for the test. */
static const char model_text[] =
    "tenure: 1\n"
    "name: fit\n"
    "actions:\n"
    "  purchase: {value: money}\n"
    "transactions: {action: purchase, one_per: day, unit: %s}\n"
    "clv: {purchases: %s, spend: %s, horizon: 52w, discount: 0%%, margin: 100%%}\n";

static tn_status parse_choices(fit *job, tn_error *error) {
    TN_TRY(tn_cli_format(job->format_text, TN_FORMAT_TABLE, &job->format, error));
    if (!tn_purchase_model_parse(job->purchases_text, &job->purchases))
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "--purchases is bg_nbd, mbg_nbd or pareto_nbd, not '%s'",
                       job->purchases_text);
    if (job->spend_text != NULL && !tn_spend_model_parse(job->spend_text, &job->spend))
        return tn_fail(error, TN_BAD_ARGUMENT, "--spend is gamma_gamma, mean or none, not '%s'",
                       job->spend_text);
    job->days_per_unit = 7;
    if (job->unit_text != NULL && strcmp(job->unit_text, "day") == 0)
        job->days_per_unit = 1;
    else if (job->unit_text != NULL && strcmp(job->unit_text, "week") != 0)
        return tn_fail(error, TN_BAD_ARGUMENT, "--unit is day or week, not '%s'", job->unit_text);
    if ((job->transactions == NULL) == (job->summary == NULL))
        return tn_fail(error, TN_BAD_ARGUMENT, "give either --transactions or --summary");
    if (job->summary != NULL &&
        (job->until_text != NULL || job->unit_text != NULL || job->is_tested))
        return tn_fail(error, TN_BAD_ARGUMENT, "--until, --unit and --test go with --transactions");
    return TN_OK;
}

/* ---- the fit ---- */

static double seconds_since(uint64_t started_ns) {
    return (double)(tn_clock_monotonic_ns() - started_ns) * 1e-9;
}

static tn_status fit_rows(fit *job, const tn_summary *rows, size_t count, tn_team *team,
                          tn_error *error) {
    const tn_parallel parallel = tn_team_parallel(team);
    const tn_fit_options options = {.parallel = &parallel};
    uint64_t started = tn_clock_monotonic_ns();
    TN_TRY(tn_purchase_fit(job->purchases, rows, count, &options, &job->purchase_fit, error));
    job->purchase_seconds = seconds_since(started);
    if (job->spend == TN_SPEND_NONE) return TN_OK;
    started = tn_clock_monotonic_ns();
    TN_TRY(tn_spend_fit(job->spend, rows, count, &options, &job->spend_fit, error));
    job->spend_seconds = seconds_since(started);
    return TN_OK;
}

static tn_status fit_on_team(fit *job, const tn_summary *rows, size_t count, tn_error *error) {
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    tn_team *team = NULL;
    if (count == 0) return tn_fail(error, TN_BAD_ARGUMENT, "there is no customer to fit to");
    if (tn_team_create(processors < 1 ? 1 : (unsigned)processors, &team) != TN_OK)
        return tn_fail_memory(error);
    const tn_status status = fit_rows(job, rows, count, team, error);
    tn_team_destroy(team);
    return status;
}

/* ---- from transactions ---- */

static tn_status until_day(const fit *job, const tn_engine *engine, int32_t *out, tn_error *error) {
    int32_t first = 0;
    bool has_any = false;
    TN_TRY(tn_history_span(engine, &first, out, &has_any, error));
    if (!has_any) return tn_fail(error, TN_BAD_ARGUMENT, "there is no transaction to fit to");
    if (job->until_text == NULL) {
        if (job->is_tested) *out = first + (*out - first) / 2;
        return TN_OK;
    }
    tn_error why = {0};
    if (tn_date_parse(tn_str_of(job->until_text), out, &why) != TN_OK)
        return tn_fail(error, TN_BAD_ARGUMENT, "--until: %s", why.message);
    if (*out >= first) return TN_OK;
    char text[TN_TIME_TEXT_SIZE];
    tn_date_format(first, text);
    return tn_fail(error, TN_BAD_ARGUMENT, "--until %s lies before the first transaction, %s",
                   job->until_text, text);
}

static tn_status fit_engine(fit *job, tn_engine *engine, tn_error *error) {
    const tn_load_paths paths = {.transactions = job->transactions};
    tn_load_account accounts[TN_LOAD_FILES_MAX];
    size_t account_count = 0;
    TN_TRY(tn_load_files(engine, &paths, &job->dialect, &job->rejects, accounts, &account_count,
                         error));
    int32_t day = 0;
    TN_TRY(until_day(job, engine, &day, error));
    tn_history history;
    TN_TRY(tn_history_split(&history, engine, day, job->days_per_unit, error));
    tn_status status = fit_on_team(job, history.learned, history.count, error);
    tn_history_deinit(&history);
    if (status == TN_OK && job->is_tested) status = tn_trust_test(engine, day, &job->trust, error);
    return status;
}

static tn_status fit_transactions(fit *job, tn_error *error) {
    tn_engine_options options;
    tn_engine_options_init(&options);
    options.as_of_ms = TN_TIME_MS_MAX;
    options.keep_day_values = true;
    char text[MODEL_SIZE];
    const tn_spend_model spend = job->spend == TN_SPEND_NONE ? TN_SPEND_MEAN : job->spend;
    snprintf(text, sizeof text, model_text, job->days_per_unit > 1 ? "week" : "day",
             tn_purchase_model_name(job->purchases), tn_spend_model_name(spend));
    tn_engine *engine = NULL;
    TN_TRY(tn_engine_open_text("fit", tn_str_of(text), &options, &engine, error));
    const tn_status status = fit_engine(job, engine, error);
    tn_engine_close(engine);
    return status;
}

/* ---- from summaries ---- */

static tn_status fit_summary(fit *job, tn_error *error) {
    tn_summary_file file;
    TN_TRY(tn_summary_file_read(&file, job->summary, &job->dialect, &job->rejects, error));
    tn_status status = TN_OK;
    if (job->spend != TN_SPEND_NONE && !file.has_value)
        status = tn_fail(error, TN_BAD_ARGUMENT, "a spend model needs a fifth column: mean values");
    if (status == TN_OK) status = fit_on_team(job, file.rows, file.count, error);
    tn_summary_file_deinit(&file);
    return status;
}

/* ---- printing ---- */

static tn_status append_json(const fit *job, const tn_fit_view *purchases, const tn_fit_view *spend,
                             tn_buffer *out, tn_error *error) {
    tn_json json;
    tn_json_init(&json);
    tn_json_put(&json, json.root, "purchases", tn_fit_json(purchases, &json));
    tn_json_put(&json, json.root, "spend", spend == NULL ? json_null() : tn_fit_json(spend, &json));
    if (job->is_tested) tn_json_put(&json, json.root, "test", tn_trust_json(&job->trust, &json));
    const tn_status status = tn_json_print(&json, out, error);
    tn_json_deinit(&json);
    return status;
}

static tn_status append_result(const fit *job, tn_buffer *out, tn_error *error) {
    const tn_fit_view purchases = tn_fit_view_purchases(
        &job->purchase_fit.parameters, &job->purchase_fit.report, job->purchase_seconds);
    const tn_fit_view spend =
        tn_fit_view_spend(&job->spend_fit.parameters, &job->spend_fit.report, job->spend_seconds);
    const bool has_spend = job->spend != TN_SPEND_NONE;
    if (job->format == TN_FORMAT_JSON)
        return append_json(job, &purchases, has_spend ? &spend : NULL, out, error);
    if (job->format == TN_FORMAT_CSV) {
        tn_buffer_append_str(out, "kind,model,name,value,standard_error\n");
        tn_fit_append_csv(&purchases, "purchases", out);
        if (has_spend) tn_fit_append_csv(&spend, "spend", out);
        return TN_OK;
    }
    tn_fit_append_table(&purchases, out);
    if (has_spend) {
        tn_buffer_append_char(out, '\n');
        tn_fit_append_table(&spend, out);
    }
    if (job->is_tested) {
        tn_buffer_append_str(out, "\npredicted against actual\n");
        tn_trust_append_text(&job->trust, job->days_per_unit > 1 ? "weeks" : "days", WIDTH, out);
    }
    return TN_OK;
}

static tn_status fit_and_print(fit *job, tn_error *error) {
    if (job->summary != NULL)
        TN_TRY(fit_summary(job, error));
    else
        TN_TRY(fit_transactions(job, error));
    TN_TRY(tn_rejects_commit(&job->rejects, error));
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_status status = append_result(job, &out, error);
    if (status == TN_OK) status = tn_cli_print(&out, error);
    tn_buffer_deinit(&out);
    return status;
}

static tn_status run(fit *job, tn_error *error) {
    TN_TRY(parse_choices(job, error));
    TN_TRY(tn_rejects_open(&job->rejects, job->rejects_path, job->is_strict, error));
    const tn_status status = fit_and_print(job, error);
    tn_rejects_close(&job->rejects);
    return status;
}

int tn_cmd_fit(int argc, char **argv) {
    fit job = {.spend = TN_SPEND_NONE};
    const tn_option options[] = {
        {"purchases", TN_OPTION_TEXT, &job.purchases_text, "MODEL", "bg_nbd, mbg_nbd or pareto_nbd",
         true, NULL},
        {"spend", TN_OPTION_TEXT, &job.spend_text, "MODEL", "gamma_gamma, mean or none (none)",
         false, NULL},
        {"transactions", TN_OPTION_TEXT, &job.transactions, "FILE",
         "CSV: customer,date,amount; - is stdin", false, NULL},
        {"summary", TN_OPTION_TEXT, &job.summary, "FILE",
         "CSV: id,x,t_x,T and a mean value, in this order", false, NULL},
        {"until", TN_OPTION_TEXT, &job.until_text, "DATE",
         "learn up to this day, included (the last transaction)", false, NULL},
        {"unit", TN_OPTION_TEXT, &job.unit_text, "day|week", "of time in the fit (week)", false,
         NULL},
        {"test", TN_OPTION_FLAG, &job.is_tested, NULL,
         "hold predictions against what came after --until (the middle)", false, NULL},
        {"format", TN_OPTION_TEXT, &job.format_text, "table|csv|json", "how to print (table)",
         false, NULL},
        {"columns", TN_OPTION_TEXT, &job.dialect.columns, "NAME=COLUMN,...",
         "the file's own names of columns (numbers with --no-header)", false, NULL},
        {"no-header", TN_OPTION_FLAG, &job.dialect.has_no_header, NULL,
         "the file has no line of column names", false, NULL},
        {"delimiter", TN_OPTION_TEXT, &job.dialect.delimiter, "CHAR",
         "between fields: ';', tab, space, … instead of a comma", false, NULL},
        {"rejects", TN_OPTION_TEXT, &job.rejects_path, "FILE",
         "write rejected rows here: line,reason,row,file", false, NULL},
        {"strict", TN_OPTION_FLAG, &job.is_strict, NULL, "stop at the first rejected row", false,
         NULL},
    };
    const size_t count = sizeof options / sizeof options[0];
    const tn_cli_usage usage = {
        .synopsis = "tenure fit --purchases MODEL [--spend MODEL] (--transactions FILE | "
                    "--summary FILE) …",
        .about = "Fits a purchase model, and a spend model to what repeat customers spend, by "
                 "maximum likelihood.\nReports parameters with standard errors, the "
                 "log-likelihood, and a plain verdict where the data\ndo not determine them.",
        .options = options,
        .count = count,
        .visible = count};
    size_t none = 0;
    const int parsed = tn_cli_parse(&usage, argc, argv, NULL, &none);
    if (parsed != TN_EXIT_GO_ON) return parsed;
    tn_error error = {0};
    return run(&job, &error) == TN_OK ? TN_EXIT_OK : tn_cli_fail(&error);
}
