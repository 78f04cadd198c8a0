/* fit_text.c: what a fit says. */
#include "fit_text.h"

#include "figures.h"
#include "text_table.h"

#include <math.h>
#include <stdio.h>

enum { LINE_WIDTH = 100 };

tn_fit_view tn_fit_view_purchases(const tn_purchase_parameters *parameters,
                                  const tn_fit_report *report, double seconds) {
    tn_fit_view view = {.model = tn_purchase_model_name(parameters->model),
                        .count = tn_purchase_parameter_count(parameters->model),
                        .report = report,
                        .mean_of_repeaters = (double)NAN,
                        .seconds = seconds};
    for (unsigned i = 0; i < view.count; i++) {
        view.names[i] = tn_purchase_parameter_name(parameters->model, i);
        view.values[i] = parameters->p[i];
    }
    return view;
}

tn_fit_view tn_fit_view_spend(const tn_spend_parameters *parameters, const tn_fit_report *report,
                              double seconds) {
    tn_fit_view view = {.model = tn_spend_model_name(parameters->model),
                        .count = tn_spend_parameter_count(parameters->model),
                        .report = report,
                        .mean_of_repeaters = (double)NAN,
                        .seconds = seconds};
    for (unsigned i = 0; i < view.count; i++) {
        view.names[i] = tn_spend_parameter_name(parameters->model, i);
        view.values[i] = parameters->p[i];
    }
    if (parameters->model == TN_SPEND_MEAN) view.mean_of_repeaters = parameters->mean_of_repeaters;
    return view;
}

static void append_quality(const tn_fit_view *view, const char *indent, tn_buffer *out) {
    const tn_fit_report *report = view->report;
    if (view->count > 0)
        tn_buffer_printf(out, "%slog-likelihood %s, %s customers, %u iterations", indent,
                         tn_figure_decimal(report->log_likelihood, 6).text,
                         tn_figure_count((uint64_t)report->customers).text, report->iterations);
    else
        tn_buffer_printf(out, "%s%s customers", indent,
                         tn_figure_count((uint64_t)report->customers).text);
    if (!isnan(view->seconds)) tn_buffer_printf(out, ", %s", tn_figure_seconds(view->seconds).text);
    tn_buffer_append_char(out, '\n');
}

void tn_fit_append_table(const tn_fit_view *view, tn_buffer *out) {
    tn_text_table table;
    tn_text_table_init(&table, "lrr");
    tn_text_table_row(&table, (const char *const[]){view->model, "value", "std. error"});
    for (unsigned i = 0; i < view->count; i++) {
        tn_text_table_cell(&table, "%s", view->names[i]);
        tn_text_table_cell(&table, "%.10g", view->values[i]);
        tn_text_table_cell(&table, "%.4g", view->report->standard_errors[i]);
    }
    if (!isnan(view->mean_of_repeaters)) {
        tn_text_table_cell(&table, "mean of repeaters");
        tn_text_table_cell(&table, "%.10g", view->mean_of_repeaters);
        tn_text_table_cell(&table, "%s", "");
    }
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
    append_quality(view, "", out);
    tn_buffer_printf(out, "%s: %s\n", view->report->converged ? "converged" : "not converged",
                     view->report->verdict);
}

void tn_fit_append_line(const tn_fit_view *view, const char *title, tn_buffer *out) {
    tn_buffer_printf(out, "  %-10s %s", title, view->model);
    for (unsigned i = 0; i < view->count; i++) {
        tn_buffer_printf(out, "  %s %s", view->names[i],
                         tn_figure_significant(view->values[i], 4).text);
        if (view->report != NULL)
            tn_buffer_printf(out, " ±%s",
                             tn_figure_significant(view->report->standard_errors[i], 2).text);
    }
    if (!isnan(view->mean_of_repeaters))
        tn_buffer_printf(out, "  mean of repeaters %s",
                         tn_figure_money(view->mean_of_repeaters).text);
    if (view->report == NULL) {
        tn_buffer_append_str(out, "  (given)\n");
        return;
    }
    tn_buffer_append_char(out, '\n');
    char text[TN_FIT_VERDICT_SIZE + 256];
    snprintf(text, sizeof text, "log-likelihood %s over %s customers, %s: %s",
             tn_figure_decimal(view->report->log_likelihood, 2).text,
             tn_figure_count((uint64_t)view->report->customers).text,
             view->report->converged ? "converged" : "not converged", view->report->verdict);
    tn_text_wrap(out, "             ", tn_str_of(text), LINE_WIDTH);
}

void tn_fit_append_csv(const tn_fit_view *view, const char *kind, tn_buffer *out) {
    for (unsigned i = 0; i < view->count; i++)
        tn_buffer_printf(out, "%s,%s,%s,%.17g,%.17g\n", kind, view->model, view->names[i],
                         view->values[i], view->report->standard_errors[i]);
    if (!isnan(view->mean_of_repeaters))
        tn_buffer_printf(out, "%s,%s,mean_of_repeaters,%.17g,\n", kind, view->model,
                         view->mean_of_repeaters);
    tn_buffer_printf(out, "%s,%s,log_likelihood,%.17g,\n", kind, view->model,
                     view->report->log_likelihood);
    tn_buffer_printf(out, "%s,%s,customers,%.17g,\n", kind, view->model, view->report->customers);
}

static json_t *parameters_json(const tn_fit_view *view, const double *values, tn_json *json) {
    json_t *object = tn_json_object(json);
    for (unsigned i = 0; i < view->count; i++)
        tn_json_put(json, object, view->names[i], tn_json_number(json, values[i]));
    return object;
}

json_t *tn_fit_json(const tn_fit_view *view, tn_json *json) {
    const tn_fit_report *report = view->report;
    json_t *object = tn_json_object(json);
    tn_json_put_text(json, object, "model", view->model);
    tn_json_put(json, object, "parameters", parameters_json(view, view->values, json));
    if (!isnan(view->mean_of_repeaters))
        tn_json_put(json, object, "mean_of_repeaters",
                    tn_json_number(json, view->mean_of_repeaters));
    if (report == NULL) return object;
    tn_json_put(json, object, "standard_errors",
                parameters_json(view, report->standard_errors, json));
    tn_json_put(json, object, "log_likelihood", tn_json_number(json, report->log_likelihood));
    tn_json_put(json, object, "customers", tn_json_count(json, (uint64_t)report->customers));
    tn_json_put(json, object, "iterations", tn_json_count(json, report->iterations));
    tn_json_put(json, object, "converged", report->converged ? json_true() : json_false());
    tn_json_put_text(json, object, "verdict", report->verdict);
    if (!isnan(view->seconds))
        tn_json_put(json, object, "seconds", tn_json_number(json, view->seconds));
    return object;
}
