/* fit_text.h: a fit for people, as CSV and as JSON; the same for purchase and spend models. */
#ifndef TN_TOOLS_FIT_TEXT_H
#define TN_TOOLS_FIT_TEXT_H

#include "json.h"

#include <tenure/btyd.h>

typedef struct tn_fit_view {
    const char *model;
    unsigned count; /* parameters */
    const char *names[TN_PURCHASE_PARAMETERS_MAX];
    double values[TN_PURCHASE_PARAMETERS_MAX];
    const tn_fit_report *report; /* NULL: the parameters were given, not fitted */
    double mean_of_repeaters;    /* NaN where it says nothing */
    double seconds;              /* NaN: unknown */
} tn_fit_view;

/* The results are borrowed. */
tn_fit_view tn_fit_view_purchases(const tn_purchase_parameters *parameters,
                                  const tn_fit_report *report, double seconds);
tn_fit_view tn_fit_view_spend(const tn_spend_parameters *parameters, const tn_fit_report *report,
                              double seconds);

/* A few lines: a row a parameter with its standard error, then the likelihood and the verdict. */
void tn_fit_append_table(const tn_fit_view *view, tn_buffer *out);
/* One or two lines for a report. `title` is "purchases" or "spend". */
void tn_fit_append_line(const tn_fit_view *view, const char *title, tn_buffer *out);
/* Rows "kind,model,name,value,standard_error"; `kind` is "purchases" or "spend". */
void tn_fit_append_csv(const tn_fit_view *view, const char *kind, tn_buffer *out);
json_t *tn_fit_json(const tn_fit_view *view, tn_json *json);

#endif
