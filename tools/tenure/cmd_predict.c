/* cmd_predict.c: `tenure predict`: P(alive), purchases, spend and CLV of each customer of a summary
 * file, in double precision. */
#include "base/error.h"
#include "cli.h"
#include "json.h"
#include "summary_file.h"
#include "text_table.h"

#include <math.h>
#include <stdio.h>

enum { COLUMN_COUNT = 8, FLUSH_SIZE = 1 << 20 };

typedef struct predict {
    const char *purchases_text, *parameters_text, *spend_text, *spend_parameters_text;
    const char *summary, *format_text;
    const char *horizon_text, *step_text, *discount_text;
    double horizon;
    uint64_t clv_steps;
    tn_csv_dialect dialect;
    const char *rejects_path;
    bool is_strict;
    tn_format format;
    tn_purchase_parameters purchases;
    tn_spend_parameters spend;
    tn_clv_terms terms;
    tn_summary_file file;
} predict;

/* ---- arguments ---- */

/* "1.5,2,3": exactly `count` numbers. */
static tn_status parse_numbers(const char *option, const char *text, unsigned count, double *out,
                               tn_error *error) {
    const char *rest = text == NULL ? "" : text;
    for (unsigned i = 0; i < count; i++) {
        const size_t size = strcspn(rest, ",");
        const bool is_last = i + 1 == count;
        if (!tn_cli_number(tn_str_trim((tn_str){rest, size}), &out[i]) ||
            (rest[size] == '\0') != is_last)
            return tn_fail(error, TN_BAD_ARGUMENT, "%s wants %u numbers with commas between%s%s",
                           option, count, text == NULL ? "" : ", not ", text == NULL ? "" : text);
        rest += is_last ? size : size + 1;
    }
    return TN_OK;
}

static tn_status parse_purchases(predict *job, tn_error *error) {
    if (!tn_purchase_model_parse(job->purchases_text, &job->purchases.model))
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "--purchases is bg_nbd, mbg_nbd or pareto_nbd, not '%s'",
                       job->purchases_text);
    TN_TRY(parse_numbers("--parameters", job->parameters_text,
                         tn_purchase_parameter_count(job->purchases.model), job->purchases.p,
                         error));
    return tn_purchase_parameters_check(&job->purchases, error);
}

static tn_status parse_spend(predict *job, tn_error *error) {
    job->spend.model = TN_SPEND_NONE;
    if (job->spend_text == NULL) return TN_OK;
    if (!tn_spend_model_parse(job->spend_text, &job->spend.model))
        return tn_fail(error, TN_BAD_ARGUMENT, "--spend is gamma_gamma, mean or none, not '%s'",
                       job->spend_text);
    if (job->spend.model != TN_SPEND_GAMMA_GAMMA) return TN_OK;
    TN_TRY(parse_numbers("--spend-parameters", job->spend_parameters_text,
                         tn_spend_parameter_count(job->spend.model), job->spend.p, error));
    return tn_spend_parameters_check(&job->spend, error);
}

/* The number of an option; *out stays when the option is not given. */
static tn_status parse_number(const char *option, const char *text, double *out, tn_error *error) {
    if (text == NULL || tn_cli_number(tn_str_of(text), out)) return TN_OK;
    return tn_fail(error, TN_BAD_ARGUMENT, "%s wants a number, not '%s'", option, text);
}

/* Without --clv-steps the CLV is that of the horizon, its last step shortened. */
static tn_status parse_terms(predict *job, tn_error *error) {
    tn_clv_terms *terms = &job->terms;
    terms->step = 1;
    TN_TRY(parse_number("--horizon", job->horizon_text, &job->horizon, error));
    TN_TRY(parse_number("--clv-step", job->step_text, &terms->step, error));
    TN_TRY(parse_number("--clv-discount", job->discount_text, &terms->discount_per_step, error));
    if (!(job->horizon > 0))
        return tn_fail(error, TN_BAD_ARGUMENT, "--horizon wants a time above 0");
    if (!(terms->step > 0))
        return tn_fail(error, TN_BAD_ARGUMENT, "--clv-step wants a time above 0");
    const double steps =
        job->clv_steps > 0 ? (double)job->clv_steps : ceil(job->horizon / terms->step);
    if (steps > TN_CLV_STEPS_MAX)
        return tn_fail(error, TN_BAD_ARGUMENT, "a CLV has at most %u steps", TN_CLV_STEPS_MAX);
    terms->steps = (unsigned)steps;
    terms->horizon = job->clv_steps > 0 ? steps * terms->step : job->horizon;
    return tn_clv_terms_check(terms, error);
}

/* ---- predictions ---- */

/* x, t_x, T, m, P(alive), purchases, spend, CLV; NaN for what is not known. */
static void predict_row(const predict *job, const tn_summary *row, double out[COLUMN_COUNT]) {
    const bool has_spend = job->spend.model != TN_SPEND_NONE;
    out[0] = row->x;
    out[1] = row->t_x;
    out[2] = row->T;
    out[3] = job->file.has_value ? row->m : (double)NAN;
    out[4] = tn_p_alive(&job->purchases, row->x, row->t_x, row->T);
    out[5] = tn_expected_purchases(&job->purchases, row->x, row->t_x, row->T, job->horizon);
    out[6] = has_spend ? tn_expected_spend(&job->spend, row->x, row->m) : (double)NAN;
    out[7] = has_spend ? tn_clv(&job->purchases, &job->spend, &job->terms, row) : (double)NAN;
}

/* For `spend: mean`: what customers who came back spend on average. */
static void set_mean_of_repeaters(predict *job) {
    double sum = 0;
    double count = 0;
    for (size_t i = 0; i < job->file.count; i++) {
        if (!(job->file.rows[i].x > 0)) continue;
        sum += job->file.rows[i].m;
        count++;
    }
    job->spend.mean_of_repeaters = count > 0 ? sum / count : 0;
}

static const char *const headers[COLUMN_COUNT + 1] = {
    "customer", "x", "t_x", "T", "m", "p_alive", "expected_purchases", "expected_spend", "clv"};

static void append_csv_row(const predict *job, size_t i, tn_buffer *out) {
    double values[COLUMN_COUNT];
    predict_row(job, &job->file.rows[i], values);
    tn_csv_append(out, job->file.ids[i], ',');
    for (size_t k = 0; k < COLUMN_COUNT; k++) {
        tn_buffer_append_char(out, ',');
        if (!isnan(values[k])) tn_buffer_printf(out, "%.17g", values[k]);
    }
    tn_buffer_append_char(out, '\n');
}

/* Printed as it grows, whatever the number of customers. */
static tn_status print_csv(const predict *job, tn_buffer *out, tn_error *error) {
    for (size_t i = 0; i <= COLUMN_COUNT; i++)
        tn_buffer_printf(out, "%s%s", i == 0 ? "" : ",", headers[i]);
    tn_buffer_append_char(out, '\n');
    for (size_t i = 0; i < job->file.count; i++) {
        append_csv_row(job, i, out);
        if (out->size < FLUSH_SIZE && !out->failed) continue;
        TN_TRY(tn_cli_print(out, error));
        tn_buffer_clear(out);
    }
    return TN_OK;
}

static void append_table(const predict *job, tn_buffer *out) {
    tn_text_table table;
    tn_text_table_init(&table, "lrrrrrrrr");
    tn_text_table_row(&table, headers);
    for (size_t i = 0; i < job->file.count; i++) {
        double values[COLUMN_COUNT];
        predict_row(job, &job->file.rows[i], values);
        tn_text_table_name(&table, job->file.ids[i], 32);
        for (size_t k = 0; k < COLUMN_COUNT; k++) {
            if (isnan(values[k]))
                tn_text_table_cell(&table, "%s", "");
            else
                tn_text_table_cell(&table, "%.*f", k == 0 ? 0 : k < 4 ? 2 : 4, values[k]);
        }
    }
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
}

static tn_status append_json(const predict *job, tn_buffer *out, tn_error *error) {
    tn_json json = {0};
    json.root = tn_json_array(&json);
    for (size_t i = 0; i < job->file.count; i++) {
        double values[COLUMN_COUNT];
        predict_row(job, &job->file.rows[i], values);
        json_t *object = tn_json_object(&json);
        tn_json_put(&json, object, headers[0], tn_json_text(&json, job->file.ids[i]));
        for (size_t k = 0; k < COLUMN_COUNT; k++)
            tn_json_put(&json, object, headers[k + 1], tn_json_number(&json, values[k]));
        tn_json_append(&json, json.root, object);
    }
    const tn_status status = tn_json_print(&json, out, error);
    tn_json_deinit(&json);
    return status;
}

static tn_status print(predict *job, tn_error *error) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_status status = TN_OK;
    if (job->format == TN_FORMAT_CSV)
        status = print_csv(job, &out, error);
    else if (job->format == TN_FORMAT_TABLE)
        append_table(job, &out);
    else
        status = append_json(job, &out, error);
    if (status == TN_OK) status = tn_cli_print(&out, error);
    tn_buffer_deinit(&out);
    return status;
}

static tn_status predict_file(predict *job, tn_rejects *rejects, tn_error *error) {
    TN_TRY(tn_summary_file_read(&job->file, job->summary, &job->dialect, rejects, error));
    tn_status status = TN_OK;
    if (job->spend.model != TN_SPEND_NONE && !job->file.has_value)
        status = tn_fail(error, TN_BAD_ARGUMENT, "a spend model needs a fifth column: mean values");
    if (job->spend.model == TN_SPEND_MEAN) set_mean_of_repeaters(job);
    if (status == TN_OK) status = tn_rejects_commit(rejects, error);
    if (status == TN_OK) status = print(job, error);
    tn_summary_file_deinit(&job->file);
    return status;
}

static tn_status run(predict *job, tn_error *error) {
    TN_TRY(tn_cli_format(job->format_text, TN_FORMAT_CSV, &job->format, error));
    TN_TRY(parse_purchases(job, error));
    TN_TRY(parse_spend(job, error));
    TN_TRY(parse_terms(job, error));
    tn_rejects rejects;
    TN_TRY(tn_rejects_open(&rejects, job->rejects_path, job->is_strict, error));
    const tn_status status = predict_file(job, &rejects, error);
    tn_rejects_close(&rejects);
    return status;
}

int tn_cmd_predict(int argc, char **argv) {
    predict job = {0};
    const tn_option options[] = {
        {"purchases", TN_OPTION_TEXT, &job.purchases_text, "MODEL", "bg_nbd, mbg_nbd or pareto_nbd",
         true, NULL},
        {"parameters", TN_OPTION_TEXT, &job.parameters_text, "NUMBERS",
         "\"r,alpha,a,b\" or \"r,alpha,s,beta\"", true, NULL},
        {"spend", TN_OPTION_TEXT, &job.spend_text, "MODEL", "gamma_gamma, mean or none (none)",
         false, NULL},
        {"spend-parameters", TN_OPTION_TEXT, &job.spend_parameters_text, "NUMBERS", "\"p,q,v\"",
         false, NULL},
        {"summary", TN_OPTION_TEXT, &job.summary, "FILE",
         "CSV: id,x,t_x,T and a mean value, in this order; - is stdin", true, NULL},
        {"horizon", TN_OPTION_TEXT, &job.horizon_text, "N",
         "time ahead, in the unit of the parameters", true, NULL},
        {"clv-step", TN_OPTION_TEXT, &job.step_text, "S", "time between discounts (1)", false,
         NULL},
        {"clv-steps", TN_OPTION_COUNT, &job.clv_steps, "N",
         "steps of the CLV (as many as the horizon has)", false, NULL},
        {"clv-discount", TN_OPTION_TEXT, &job.discount_text, "D", "per step, 0.01 for 1 % (0)",
         false, NULL},
        {"format", TN_OPTION_TEXT, &job.format_text, "table|csv|json", "how to print (csv)", false,
         NULL},
        {"columns", TN_OPTION_TEXT, &job.dialect.columns, "NAME=COLUMN,…",
         "the file's own names of id, x, t_x, T, m", false, NULL},
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
        .synopsis = "tenure predict --purchases MODEL --parameters \"r,alpha,a,b\" --summary FILE "
                    "--horizon N …",
        .about = "Prints P(alive), expected purchases within the horizon, expected spend and CLV "
                 "of each customer\nof a summary file, with 17 significant digits. The CLV has a "
                 "margin of 1.",
        .options = options,
        .count = count,
        .visible = count};
    size_t none = 0;
    const int parsed = tn_cli_parse(&usage, argc, argv, NULL, &none);
    if (parsed != TN_EXIT_GO_ON) return parsed;
    tn_error error = {0};
    return run(&job, &error) == TN_OK ? TN_EXIT_OK : tn_cli_fail(&error);
}
