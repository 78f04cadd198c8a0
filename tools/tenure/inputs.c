/* inputs.c: from files to a scored base. */
#include "inputs.h"

#include "base/bytes.h"
#include "base/error.h"
#include "progress.h"

size_t tn_inputs_options(tn_inputs *inputs, tn_option *out) {
    const tn_option options[TN_INPUTS_OPTIONS] = {
        {.name = "customers",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->paths.customers,
         .value_name = "FILE",
         .help = "CSV: customer and a column an attribute; - is stdin"},
        {.name = "transactions",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->paths.transactions,
         .value_name = "FILE",
         .help = "CSV: customer,date,amount"},
        {.name = "events",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->paths.events,
         .value_name = "FILE",
         .help = "CSV: customer,action,at,value and field columns"},
        {.name = "as-of",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->as_of,
         .value_name = "TIME",
         .help = "the instant of evaluation; later events are left out"},
        {.name = "columns",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->dialect.columns,
         .value_name = "NAME=COLUMN,...",
         .help = "the files' own names of columns (numbers with --no-header)"},
        {.name = "no-header",
         .kind = TN_OPTION_FLAG,
         .target = &inputs->dialect.has_no_header,
         .help = "the files have no line of column names"},
        {.name = "delimiter",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->dialect.delimiter,
         .value_name = "CHAR",
         .help = "between fields: ';', tab, space, … instead of a comma"},
        {.name = "ignore-unknown",
         .kind = TN_OPTION_FLAG,
         .target = &inputs->dialect.ignores_unknown,
         .help = "pass over columns of customers that are no attribute"},
        {.name = "rejects",
         .kind = TN_OPTION_TEXT,
         .target = &inputs->rejects_path,
         .value_name = "FILE",
         .help = "write rejected rows here: line,reason,row,file"},
        {.name = "strict",
         .kind = TN_OPTION_FLAG,
         .target = &inputs->is_strict,
         .help = "stop at the first rejected row"},
    };
    memcpy(out, options, sizeof options);
    return TN_INPUTS_OPTIONS;
}

size_t tn_inputs_hidden_options(tn_inputs *inputs, tn_option *out) {
    const tn_option options[TN_INPUTS_HIDDEN_OPTIONS] = {
        {.name = "shards",
         .kind = TN_OPTION_COUNT,
         .target = &inputs->shards,
         .value_name = "N",
         .help = "parts of the base"},
        {.name = "threads",
         .kind = TN_OPTION_COUNT,
         .target = &inputs->threads,
         .value_name = "N",
         .help = "threads"},
    };
    memcpy(out, options, sizeof options);
    return TN_INPUTS_HIDDEN_OPTIONS;
}

bool tn_inputs_has_files(const tn_inputs *inputs) {
    return inputs->paths.customers != NULL || inputs->paths.transactions != NULL ||
           inputs->paths.events != NULL;
}

/* The as-of is read in the model's zone, which an engine without an as-of tells. */
static tn_status parse_as_of(tn_inputs *inputs, const tn_engine_options *options, tn_error *error) {
    tn_engine *engine = NULL;
    TN_TRY(tn_engine_open(inputs->model, options, &engine, error));
    tn_status status = TN_OK;
    if (inputs->as_of == NULL)
        status = tn_fail(error, TN_BAD_ARGUMENT, "--as-of TIME is missing");
    else
        status = tn_engine_parse_time(engine, tn_str_of(inputs->as_of), &inputs->as_of_ms,
                                      &inputs->as_of_is_date, error);
    if (status != TN_OK && inputs->as_of != NULL)
        tn_error_detail(error, "%s--as-of wants a date or a time", error->detail[0] ? "\n" : "");
    tn_engine_close(engine);
    return status;
}

static tn_status open_engine(tn_inputs *inputs, tn_error *error) {
    tn_engine_options options;
    tn_engine_options_init(&options);
    options.shards = (uint32_t)inputs->shards;
    options.threads = (uint32_t)inputs->threads;
    options.keep_day_values = inputs->keep_day_values;
    TN_TRY(parse_as_of(inputs, &options, error));
    options.as_of_ms = inputs->as_of_ms;
    options.as_of_is_date = inputs->as_of_is_date;
    TN_TRY(tn_engine_open(inputs->model, &options, &inputs->engine, error));
    inputs->info = tn_engine_info_view(inputs->engine);
    return TN_OK;
}

static tn_status load(tn_inputs *inputs, tn_error *error) {
    tn_rejects rejects;
    TN_TRY(tn_rejects_open(&rejects, inputs->rejects_path, inputs->is_strict, error));
    tn_progress progress;
    tn_progress_start(&progress, "load");
    tn_status status = tn_load_files(inputs->engine, &inputs->paths, &inputs->dialect, &rejects,
                                     inputs->accounts, &inputs->account_count, error);
    if (status == TN_OK) status = tn_rejects_commit(&rejects, error);
    tn_rejects_close(&rejects);
    inputs->load_seconds = tn_progress_stop(&progress);
    return status;
}

/* Fits what the model does not give; TN_CONFLICT says that it gives all. */
static tn_status fit(tn_inputs *inputs, tn_error *error) {
    if (!inputs->info->has_clv) return TN_OK;
    const tn_status status =
        tn_engine_fit_clv(inputs->engine, TN_AS_OF_DEFAULT, &inputs->fit, error);
    inputs->has_fit = status == TN_OK && (inputs->fit.has_purchases || inputs->fit.has_spend);
    return status == TN_CONFLICT ? TN_OK : status;
}

static tn_status rescore(tn_inputs *inputs, tn_error *error) {
    tn_progress progress;
    tn_progress_start(&progress, "rescore");
    TN_TRY(tn_engine_rescore(inputs->engine, TN_AS_OF_DEFAULT, &inputs->rescore, error));
    inputs->rescore_seconds = tn_progress_stop(&progress);
    return TN_OK;
}

tn_status tn_inputs_open(tn_inputs *inputs, tn_error *error) {
    if (!tn_inputs_has_files(inputs))
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "nothing to read: give --customers, --transactions or --events");
    return open_engine(inputs, error);
}

tn_status tn_inputs_score(tn_inputs *inputs, tn_error *error) {
    TN_TRY(load(inputs, error));
    TN_TRY(fit(inputs, error));
    return rescore(inputs, error);
}

void tn_inputs_close(tn_inputs *inputs) {
    tn_engine_close(inputs->engine);
    inputs->engine = NULL;
    inputs->info = NULL;
}
