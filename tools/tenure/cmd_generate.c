/* cmd_generate.c: `tenure generate`: a synthetic base for a model, drawn from known parameters. */
#include "base/calendar.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "cli.h"
#include "figures.h"
#include "fit_text.h"
#include "synth.h"
#include "text_table.h"

#include <math.h>
#include <tenure/limits.h>

enum { CUSTOMERS_MAX = 1000000000 };

typedef struct generate {
    const char *model, *folder, *from, *to, *acquire_until, *format_text;
    uint64_t customers, seed;
    double prospects, events;
    bool has_prospects;
    tn_format format;
    tn_synth_plan plan;
    tn_synth_account account;
    double seconds;
} generate;

/* The 1/10 sample of CDNOW, 39 weeks, in weeks. */
static const double cdnow_purchases[TN_PURCHASE_MODEL_COUNT][TN_PURCHASE_PARAMETERS_MAX] = {
    [TN_BG_NBD] = {0.2425929072, 4.4135315612, 0.7928861481, 2.4257534365},
    [TN_MBG_NBD] = {0.5248379837, 6.1829920197, 0.8913561553, 1.6139993347},
    [TN_PARETO_NBD] = {0.5532755087, 10.577612238, 0.6062135683, 11.667911227},
};
static const double cdnow_spend[TN_SPEND_PARAMETERS_MAX] = {6.2488024897, 3.7445884533,
                                                            15.4477480095};

static void choose_parameters(generate *job, const tn_engine *engine, const tn_engine_info *info) {
    tn_synth_plan *plan = &job->plan;
    tn_purchase_parameters purchases;
    tn_spend_parameters spend;
    plan->days_per_unit = 7;
    plan->purchases.model = info->has_clv ? info->purchases : TN_MBG_NBD;
    memcpy(plan->purchases.p, cdnow_purchases[plan->purchases.model], sizeof plan->purchases.p);
    plan->spend.model = TN_SPEND_GAMMA_GAMMA;
    memcpy(plan->spend.p, cdnow_spend, sizeof plan->spend.p);
    if (!info->has_clv || !tn_engine_parameters(engine, &purchases, &spend)) return;
    plan->purchases = purchases;
    plan->days_per_unit = info->unit_is_week ? 7 : 1;
    if (spend.model == TN_SPEND_GAMMA_GAMMA) plan->spend = spend;
}

static tn_status parse_day(const char *option, const char *text, int32_t by_default, int32_t *out,
                           tn_error *error) {
    *out = by_default;
    if (text == NULL) return TN_OK;
    tn_error why = {0};
    if (tn_date_parse(tn_str_of(text), out, &why) == TN_OK) return TN_OK;
    return tn_fail(error, TN_BAD_ARGUMENT, "--%s: %s", option, why.message);
}

/* By default eighteen months, the customers won in the first three of them, as in CDNOW. */
static tn_status choose_days(generate *job, tn_error *error) {
    tn_synth_plan *plan = &job->plan;
    TN_TRY(parse_day("from", job->from, tn_days_from_civil(2024, 1, 1), &plan->from_day, error));
    TN_TRY(
        parse_day("to", job->to, tn_days_add_months(plan->from_day, 18) - 1, &plan->to_day, error));
    const int32_t span = plan->to_day - plan->from_day;
    TN_TRY(parse_day("acquire-until", job->acquire_until, plan->from_day + span / 6,
                     &plan->acquire_until_day, error));
    if (plan->from_day > plan->acquire_until_day || plan->acquire_until_day > plan->to_day)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "--from, --acquire-until and --to follow each other in time");
    return TN_OK;
}

static bool has_other_actions(const tn_engine_info *info) {
    for (size_t a = 0; a < info->action_count; a++) {
        if (!info->actions[a].is_derived && (int32_t)a != info->transaction_action) return true;
    }
    return false;
}

static tn_status choose_plan(generate *job, const tn_engine *engine, tn_error *error) {
    const tn_engine_info *info = tn_engine_info_view(engine);
    if (job->customers < 1 || job->customers > CUSTOMERS_MAX)
        return tn_fail(error, TN_BAD_ARGUMENT, "--customers wants a number from 1 to %d",
                       CUSTOMERS_MAX);
    if (!(job->prospects >= 0 && job->prospects <= 1))
        return tn_fail(error, TN_BAD_ARGUMENT, "--prospects wants a share from 0 to 1");
    if (!(job->events >= 0 && job->events <= 1000))
        return tn_fail(error, TN_BAD_ARGUMENT, "--events wants a number from 0 to 1000");
    job->plan.customers = job->customers;
    job->plan.seed = job->seed;
    job->plan.events_per_customer = job->events;
    job->plan.prospects = job->prospects;
    if (!job->has_prospects) job->plan.prospects = has_other_actions(info) ? 0.15 : 0;
    choose_parameters(job, engine, info);
    return choose_days(job, error);
}

/* ---- printing ---- */

static void append_table(const generate *job, tn_buffer *out) {
    const tn_fit_view purchases = tn_fit_view_purchases(&job->plan.purchases, NULL, (double)NAN);
    const tn_fit_view spend = tn_fit_view_spend(&job->plan.spend, NULL, (double)NAN);
    char from[TN_TIME_TEXT_SIZE];
    char to[TN_TIME_TEXT_SIZE];
    tn_date_format(job->plan.from_day, from);
    tn_date_format(job->plan.to_day, to);
    tn_buffer_printf(out, "drawn from (unit: %s)\n",
                     job->plan.days_per_unit > 1 ? "weeks" : "days");
    tn_fit_append_line(&purchases, "purchases", out);
    tn_fit_append_line(&spend, "spend", out);
    tn_buffer_printf(out, "%s customers, %s transactions, %s events, %s to %s, in %s\n",
                     tn_figure_count(job->account.customers).text,
                     tn_figure_count(job->account.transactions).text,
                     tn_figure_count(job->account.events).text, from, to,
                     tn_figure_seconds(job->seconds).text);
}

static void append_csv(const generate *job, tn_buffer *out) {
    const tn_purchase_parameters *purchases = &job->plan.purchases;
    const tn_spend_parameters *spend = &job->plan.spend;
    tn_buffer_append_str(out, "kind,model,name,value\n");
    for (unsigned i = 0; i < tn_purchase_parameter_count(purchases->model); i++)
        tn_buffer_printf(out, "purchases,%s,%s,%.17g\n", tn_purchase_model_name(purchases->model),
                         tn_purchase_parameter_name(purchases->model, i), purchases->p[i]);
    for (unsigned i = 0; i < tn_spend_parameter_count(spend->model); i++)
        tn_buffer_printf(out, "spend,%s,%s,%.17g\n", tn_spend_model_name(spend->model),
                         tn_spend_parameter_name(spend->model, i), spend->p[i]);
}

static tn_status append_json(const generate *job, tn_buffer *out, tn_error *error) {
    const tn_fit_view purchases = tn_fit_view_purchases(&job->plan.purchases, NULL, (double)NAN);
    const tn_fit_view spend = tn_fit_view_spend(&job->plan.spend, NULL, (double)NAN);
    tn_json json;
    tn_json_init(&json);
    tn_json_put(&json, json.root, "purchases", tn_fit_json(&purchases, &json));
    tn_json_put(&json, json.root, "spend", tn_fit_json(&spend, &json));
    tn_json_put_text(&json, json.root, "unit", job->plan.days_per_unit > 1 ? "week" : "day");
    tn_json_put(&json, json.root, "customers", tn_json_count(&json, job->account.customers));
    tn_json_put(&json, json.root, "transactions", tn_json_count(&json, job->account.transactions));
    tn_json_put(&json, json.root, "events", tn_json_count(&json, job->account.events));
    tn_json_put(&json, json.root, "seconds", tn_json_number(&json, job->seconds));
    const tn_status status = tn_json_print(&json, out, error);
    tn_json_deinit(&json);
    return status;
}

static tn_status print(const generate *job, tn_error *error) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    tn_status status = TN_OK;
    if (job->format == TN_FORMAT_JSON)
        status = append_json(job, &out, error);
    else if (job->format == TN_FORMAT_CSV)
        append_csv(job, &out);
    else
        append_table(job, &out);
    if (status == TN_OK) status = tn_cli_print(&out, error);
    tn_buffer_deinit(&out);
    return status;
}

/* ---- running ---- */

static tn_status draw(generate *job, const tn_engine *engine, tn_error *error) {
    TN_TRY(choose_plan(job, engine, error));
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    const uint64_t started = tn_clock_monotonic_ns();
    tn_status status = tn_file_read(job->model, TN_MODEL_SIZE_MAX, &text, error);
    if (status == TN_OK)
        status = tn_synth_write(&job->plan, tn_engine_info_view(engine),
                                (tn_str){text.data, text.size}, job->folder, &job->account, error);
    job->seconds = (double)(tn_clock_monotonic_ns() - started) * 1e-9;
    tn_buffer_deinit(&text);
    return status;
}

static tn_status run(generate *job, tn_error *error) {
    TN_TRY(tn_cli_format(job->format_text, TN_FORMAT_TABLE, &job->format, error));
    tn_engine_options options;
    tn_engine_options_init(&options);
    options.threads = 1;
    tn_engine *engine = NULL;
    TN_TRY(tn_engine_open(job->model, &options, &engine, error));
    tn_status status = draw(job, engine, error);
    tn_engine_close(engine);
    if (status == TN_OK) status = print(job, error);
    return status;
}

int tn_cmd_generate(int argc, char **argv) {
    generate job = {.events = 6};
    const tn_option options[] = {
        {"model", TN_OPTION_TEXT, &job.model, "FILE", "the model file that the base is for", true,
         NULL},
        {"customers", TN_OPTION_COUNT, &job.customers, "N", "how many customers", true, NULL},
        {"seed", TN_OPTION_COUNT, &job.seed, "S", "the same seed gives the same bytes", true, NULL},
        {"out", TN_OPTION_TEXT, &job.folder, "DIR",
         "folder for customers.csv, transactions.csv, events.csv", true, NULL},
        {"from", TN_OPTION_TEXT, &job.from, "DATE", "first day (2024-01-01)", false, NULL},
        {"to", TN_OPTION_TEXT, &job.to, "DATE", "last day (18 months from the first)", false, NULL},
        {"acquire-until", TN_OPTION_TEXT, &job.acquire_until, "DATE",
         "last day on which a customer can be new (a sixth of the span)", false, NULL},
        {"prospects", TN_OPTION_NUMBER, &job.prospects, "SHARE",
         "of customers who never buy (0.15, or 0 if buying is the only action)", false,
         &job.has_prospects},
        {"events", TN_OPTION_NUMBER, &job.events, "N",
         "events of a customer in the mean, besides purchases (6)", false, NULL},
        {"format", TN_OPTION_TEXT, &job.format_text, "table|csv|json",
         "how to print the parameters (table)", false, NULL},
    };
    const size_t count = sizeof options / sizeof options[0];
    const tn_cli_usage usage = {
        .synopsis = "tenure generate --model MODEL --customers N --seed S --out DIR …",
        .about = "Draws a synthetic customer base: attributes, purchases by the model's purchase "
                 "and spend model,\nand every other action of the model at plausible rates. Prints "
                 "the parameters that purchases\nand spend were drawn from: those of the model "
                 "file, else those of the CDNOW sample.",
        .options = options,
        .count = count,
        .visible = count};
    size_t none = 0;
    const int parsed = tn_cli_parse(&usage, argc, argv, NULL, &none);
    if (parsed != TN_EXIT_GO_ON) return parsed;
    tn_error error = {0};
    return run(&job, &error) == TN_OK ? TN_EXIT_OK : tn_cli_fail(&error);
}
