/* btyd_parameters.c: names of models and parameters, and what values they may have. */
#include "base/error.h"

#include <math.h>
#include <string.h>
#include <tenure/btyd.h>

static const double parameter_min = 1e-12;
static const double parameter_max = 1e12;

static const char *const purchase_names[TN_PURCHASE_MODEL_COUNT] = {"bg_nbd", "mbg_nbd",
                                                                    "pareto_nbd"};
static const char *const spend_names[TN_SPEND_MODEL_COUNT] = {"none", "gamma_gamma", "mean"};
static const char *const beta_names[] = {"r", "alpha", "a", "b"};
static const char *const pareto_names[] = {"r", "alpha", "s", "beta"};
static const char *const gamma_gamma_names[] = {"p", "q", "v"};

static int name_find(const char *name, const char *const *names, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

const char *tn_purchase_model_name(tn_purchase_model model) {
    return (unsigned)model < TN_PURCHASE_MODEL_COUNT ? purchase_names[model] : NULL;
}

const char *tn_spend_model_name(tn_spend_model model) {
    return (unsigned)model < TN_SPEND_MODEL_COUNT ? spend_names[model] : NULL;
}

bool tn_purchase_model_parse(const char *name, tn_purchase_model *out) {
    const int found = name_find(name, purchase_names, TN_PURCHASE_MODEL_COUNT);
    if (found >= 0) *out = (tn_purchase_model)found;
    return found >= 0;
}

bool tn_spend_model_parse(const char *name, tn_spend_model *out) {
    const int found = name_find(name, spend_names, TN_SPEND_MODEL_COUNT);
    if (found >= 0) *out = (tn_spend_model)found;
    return found >= 0;
}

unsigned tn_purchase_parameter_count(tn_purchase_model model) {
    return (unsigned)model < TN_PURCHASE_MODEL_COUNT ? TN_PURCHASE_PARAMETERS_MAX : 0;
}

unsigned tn_spend_parameter_count(tn_spend_model model) {
    return model == TN_SPEND_GAMMA_GAMMA ? TN_SPEND_PARAMETERS_MAX : 0;
}

const char *tn_purchase_parameter_name(tn_purchase_model model, unsigned index) {
    if (index >= tn_purchase_parameter_count(model)) return NULL;
    return model == TN_PARETO_NBD ? pareto_names[index] : beta_names[index];
}

const char *tn_spend_parameter_name(tn_spend_model model, unsigned index) {
    return index < tn_spend_parameter_count(model) ? gamma_gamma_names[index] : NULL;
}

static tn_status value_check(double value, const char *model, const char *name, double above,
                             tn_error *error) {
    if (isfinite(value) && value > above && value >= parameter_min && value <= parameter_max)
        return TN_OK;
    if (above > 0)
        return tn_fail(error, TN_BAD_ARGUMENT, "parameter %s of %s must be above %g (it is %g)",
                       name, model, above, value);
    return tn_fail(error, TN_BAD_ARGUMENT, "parameter %s of %s must lie in %g to %g (it is %g)",
                   name, model, parameter_min, parameter_max, value);
}

tn_status tn_purchase_parameters_check(const tn_purchase_parameters *parameters, tn_error *error) {
    const char *model = tn_purchase_model_name(parameters->model);
    if (model == NULL) return tn_fail(error, TN_BAD_ARGUMENT, "no such purchase model");
    for (unsigned i = 0; i < tn_purchase_parameter_count(parameters->model); i++)
        TN_TRY(value_check(parameters->p[i], model,
                           tn_purchase_parameter_name(parameters->model, i), 0, error));
    return TN_OK;
}

tn_status tn_spend_parameters_check(const tn_spend_parameters *parameters, tn_error *error) {
    const char *model = tn_spend_model_name(parameters->model);
    if (model == NULL) return tn_fail(error, TN_BAD_ARGUMENT, "no such spend model");
    for (unsigned i = 0; i < tn_spend_parameter_count(parameters->model); i++)
        TN_TRY(value_check(parameters->p[i], model, gamma_gamma_names[i], i == 1 ? 1 : 0, error));
    if (!isfinite(parameters->mean_of_repeaters) || parameters->mean_of_repeaters < 0)
        return tn_fail(error, TN_BAD_ARGUMENT, "the mean of repeaters must not be below 0");
    return TN_OK;
}

bool tn_purchase_parameters_valid(const tn_purchase_parameters *parameters) {
    return tn_purchase_parameters_check(parameters, NULL) == TN_OK;
}

bool tn_spend_parameters_valid(const tn_spend_parameters *parameters) {
    return tn_spend_parameters_check(parameters, NULL) == TN_OK;
}

tn_status tn_summary_check(const tn_summary *row, tn_error *error) {
    if (!(row->x >= 0 && row->x <= TN_REPEATS_MAX) || row->x != floor(row->x))
        return tn_fail(error, TN_BAD_ARGUMENT, "x must be a whole number from 0 (it is %g)",
                       row->x);
    if (!(row->T >= 0 && row->T <= parameter_max))
        return tn_fail(error, TN_BAD_ARGUMENT, "T must lie in 0 to %g (it is %g)", parameter_max,
                       row->T);
    if (!(row->t_x >= 0 && row->t_x <= row->T))
        return tn_fail(error, TN_BAD_ARGUMENT, "t_x must lie in 0 to T = %g (it is %g)", row->T,
                       row->t_x);
    if (!(row->m >= 0 && isfinite(row->m)))
        return tn_fail(error, TN_BAD_ARGUMENT, "m must not be below 0 (it is %g)", row->m);
    if (!(row->weight >= 0 && isfinite(row->weight)))
        return tn_fail(error, TN_BAD_ARGUMENT, "the weight must not be below 0 (it is %g)",
                       row->weight);
    return TN_OK;
}
