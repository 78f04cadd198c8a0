/* What a customer is worth: RFM bins and segments, purchase and spend model, metrics. */
#include "base/bytes.h"
#include "model/reader.h"

#include <math.h>
#include <stdio.h>

/* ---- RFM ---- */

static const char *const dimension_names[] = {"recency", "frequency", "monetary"};

static tn_status read_cut_list(const tn_reading *reading, const tn_yaml_node *node,
                               const char *dimension, uint32_t *bins, const double **out) {
    double *cuts;
    size_t count;
    char what[48];
    snprintf(what, sizeof what, "a cut of %s", dimension);
    TN_TRY(tn_read_numbers(reading, node, what, &cuts, &count));
    if (count + 1 > TN_RFM_BINS_MAX)
        return tn_read_too_large(reading, node->start, "%zu cuts are too many, at most %d may be",
                                 count, TN_RFM_BINS_MAX - 1);
    if (count == 0) return tn_read_fail(reading, node->start, "%s has no cuts", dimension);
    for (size_t i = 1; i < count; i++)
        if (!(cuts[i] > cuts[i - 1]))
            return tn_read_fail(reading, node->start, "the cuts of %s must ascend", dimension);
    *bins = (uint32_t)count + 1;
    *out = cuts;
    return TN_OK;
}

static tn_status read_cuts(const tn_reading *reading, const tn_yaml_node *node, tn_model_rfm *out) {
    const tn_yaml_node *nodes[3];
    TN_TRY(tn_read_keys(reading, node, "cuts", TN_CHOICES(dimension_names), nodes));
    for (size_t i = 0; i < 3; i++) {
        if (nodes[i] == NULL)
            return tn_read_fail(reading, node->key_start, "cuts need a list for %s",
                                dimension_names[i]);
        TN_TRY(read_cut_list(reading, nodes[i], dimension_names[i], &out->bins[i], &out->cuts[i]));
    }
    out->method = TN_RFM_CUTS;
    return TN_OK;
}

/* [2, 5], or one bin: 5. */
static tn_status read_bounds(const tn_reading *reading, const tn_yaml_node *node, uint32_t bins,
                             tn_rfm_bounds *out) {
    *out = (tn_rfm_bounds){.low = 1, .high = bins};
    if (node == NULL) return TN_OK;
    if (node->kind == TN_YAML_SCALAR) {
        TN_TRY(tn_read_count(reading, node, "a bin", 1, bins, &out->low));
        out->high = out->low;
        return TN_OK;
    }
    if (node->kind != TN_YAML_SEQUENCE || node->count != 2)
        return tn_read_fail(reading, node->start, "bins from a lowest to a highest: [4, 5]");
    TN_TRY(tn_read_count(reading, node->first, "a bin", 1, bins, &out->low));
    TN_TRY(tn_read_count(reading, node->first->next, "a bin", 1, bins, &out->high));
    if (out->low > out->high)
        return tn_read_fail(reading, node->start, "the lowest bin is above the highest");
    return TN_OK;
}

static tn_status read_rfm_segment(const tn_reading *reading, const tn_entry *entry,
                                  const tn_model_rfm *rfm, tn_rfm_segment *out) {
    static const char *const keys[] = {"recency", "frequency", "monetary", "label"};
    const tn_yaml_node *nodes[4];
    if (tn_str_is(entry->name, "Others"))
        return tn_read_fail(reading, entry->where,
                            "'Others' are those whom no segment takes; use another name");
    TN_TRY(tn_read_keys(reading, entry->value, "an RFM segment", TN_CHOICES(keys), nodes));
    *out = (tn_rfm_segment){.name = entry->name};
    TN_TRY(read_bounds(reading, nodes[0], rfm->bins[0], &out->recency));
    TN_TRY(read_bounds(reading, nodes[1], rfm->bins[1], &out->frequency));
    TN_TRY(read_bounds(reading, nodes[2], rfm->bins[2], &out->monetary));
    return tn_read_label(reading, nodes[3], &out->label);
}

static tn_status read_rfm_segments(const tn_reading *reading, const tn_yaml_node *node,
                                   tn_model_rfm *rfm) {
    static const tn_entry_rule rule = {"an RFM segment", "RFM segments", TN_NAME_FREE,
                                       TN_RFM_SEGMENTS_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_rfm_segment *segments = tn_arena_array(reading->arena, count, sizeof *segments);
    tn_str *names = tn_arena_array(reading->arena, count + 1, sizeof *names);
    if (segments == NULL || names == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++) {
        TN_TRY(read_rfm_segment(reading, &entries[i], rfm, &segments[i]));
        names[i] = segments[i].name;
    }
    names[count] = tn_str_of("Others");
    rfm->segments = segments;
    rfm->segment_count = (uint32_t)count;
    rfm->levels = (tn_levels){.names = names, .count = count + 1, .ladder_count = 0};
    return TN_OK;
}

tn_status tn_read_rfm(tn_reading *reading, const tn_yaml_node *node) {
    static const char *const keys[] = {"bins", "cuts", "method", "segments"};
    static const char *const method_names[] = {"quantile", "rfm"};
    tn_model_rfm *out = &reading->model->rfm;
    const tn_yaml_node *nodes[4];
    uint32_t bins = 5, method = 0;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_keys(reading, node, "rfm", TN_CHOICES(keys), nodes));
    if (!reading->model->transactions.is_present)
        return tn_read_fail(reading, node->key_start,
                            "rfm needs transactions: {action: …}, to know what a purchase is");
    if (nodes[1] != NULL && (nodes[0] != NULL || nodes[2] != NULL))
        return tn_read_fail(reading, nodes[nodes[0] != NULL ? 0 : 2]->key_start,
                            "cuts say it all: leave out '%s'", keys[nodes[0] != NULL ? 0 : 2]);
    TN_TRY(tn_read_count(reading, nodes[0], "the number of bins", 2, TN_RFM_BINS_MAX, &bins));
    TN_TRY(tn_read_choice(reading, nodes[2], "method", TN_CHOICES(method_names), &method));
    out->method = method == 1 ? TN_RFM_PACKAGE : TN_RFM_QUANTILE;
    out->bins[0] = out->bins[1] = out->bins[2] = bins;
    if (nodes[1] != NULL) TN_TRY(read_cuts(reading, nodes[1], out));
    TN_TRY(read_rfm_segments(reading, nodes[3], out));
    out->is_present = true;
    return TN_OK;
}

/* ---- CLV ---- */

enum { CLV_PURCHASES, CLV_SPEND, CLV_HORIZON, CLV_DISCOUNT, CLV_MARGIN, CLV_PARAMETERS, CLV_KEYS };
static const char *const clv_keys[CLV_KEYS] = {"purchases", "spend",  "horizon",
                                               "discount",  "margin", "parameters"};
static const char *const purchase_names[] = {"bg_nbd", "mbg_nbd", "pareto_nbd"};
static const tn_purchase_model purchase_models[] = {TN_BG_NBD, TN_MBG_NBD, TN_PARETO_NBD};
static const char *const spend_names[] = {"gamma_gamma", "mean"};
static const tn_spend_model spend_models[] = {TN_SPEND_GAMMA_GAMMA, TN_SPEND_MEAN};

/* "r, alpha, a, b" of a model, for messages. */
static const char *parameter_list(const char *(*name)(unsigned), unsigned count, char *out,
                                  size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", name(i));
    return out;
}

static const char *bg_name(unsigned i) {
    return tn_purchase_parameter_name(TN_BG_NBD, i);
}
static const char *pareto_name(unsigned i) {
    return tn_purchase_parameter_name(TN_PARETO_NBD, i);
}
static const char *gamma_name(unsigned i) {
    return tn_spend_parameter_name(TN_SPEND_GAMMA_GAMMA, i);
}

/* `count` numbers in the order of the model's parameters. */
static tn_status read_parameters(const tn_reading *reading, const tn_yaml_node *node,
                                 const char *list, size_t count, double *out) {
    double *numbers;
    size_t given;
    TN_TRY(tn_read_numbers(reading, node, "a parameter", &numbers, &given));
    if (given != count)
        return tn_read_fail(reading, node->start, "%.*s has %zu parameters, not %zu: [%s]",
                            TN_SHOWN(node->key), count, given, list);
    const tn_yaml_node *item = node->first;
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (!(numbers[i] > 0))
            return tn_read_fail(reading, item->start, "a parameter must be more than 0");
        out[i] = numbers[i];
    }
    return TN_OK;
}

/* Bounds of the statistics, with the message of their check at the list. */
static tn_status blame_parameters(const tn_reading *reading, const tn_yaml_node *node,
                                  tn_status status) {
    char message[TN_ERROR_MESSAGE_SIZE];
    if (status == TN_OK) return TN_OK;
    snprintf(message, sizeof message, "%s", reading->error->message);
    return tn_read_fail(reading, node->start, "%s", message);
}

static tn_status read_purchase_parameters(const tn_reading *reading, const tn_yaml_node *node,
                                          tn_model_clv *out) {
    char list[64];
    if (node == NULL) return TN_OK;
    out->purchase_parameters.model = out->purchases;
    parameter_list(out->purchases == TN_PARETO_NBD ? pareto_name : bg_name, 4, list, sizeof list);
    TN_TRY(read_parameters(reading, node, list, 4, out->purchase_parameters.p));
    out->has_purchase_parameters = true;
    return blame_parameters(
        reading, node, tn_purchase_parameters_check(&out->purchase_parameters, reading->error));
}

static tn_status read_spend_parameters(const tn_reading *reading, const tn_yaml_node *node,
                                       tn_model_clv *out) {
    char list[64];
    if (node == NULL) return TN_OK;
    out->spend_parameters.model = TN_SPEND_GAMMA_GAMMA;
    parameter_list(gamma_name, 3, list, sizeof list);
    TN_TRY(read_parameters(reading, node, list, 3, out->spend_parameters.p));
    out->has_spend_parameters = true;
    return blame_parameters(reading, node,
                            tn_spend_parameters_check(&out->spend_parameters, reading->error));
}

/* Parameters of models that were not chosen are a mistake, not a spare. */
static tn_status read_clv_parameters(const tn_reading *reading, const tn_yaml_node *node,
                                     tn_model_clv *out) {
    static const char *const keys[] = {"bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"};
    const tn_yaml_node *nodes[4];
    const tn_yaml_node *purchases = NULL;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_keys(reading, node, "parameters", TN_CHOICES(keys), nodes));
    for (size_t i = 0; i < 3; i++) {
        if (nodes[i] != NULL && purchase_models[i] != out->purchases)
            return tn_read_fail(reading, nodes[i]->key_start,
                                "these are parameters of %s, but the purchase model is %s", keys[i],
                                tn_purchase_model_name(out->purchases));
        if (nodes[i] != NULL) purchases = nodes[i];
    }
    if (nodes[3] != NULL && out->spend != TN_SPEND_GAMMA_GAMMA)
        return tn_read_fail(reading, nodes[3]->key_start,
                            "these are parameters of gamma_gamma, but the spend model is %s",
                            tn_spend_model_name(out->spend));
    TN_TRY(read_purchase_parameters(reading, purchases, out));
    return read_spend_parameters(reading, nodes[3], out);
}

static tn_status read_discount(const tn_reading *reading, const tn_yaml_node *node, double *out) {
    TN_TRY(tn_read_number(reading, node, "the discount", out));
    if (node != NULL && !(*out >= 0 && *out <= 1))
        return tn_read_fail(reading, node->start,
                            "the discount of a year lies between 0%% and 100%%: write 10%% or 0.1");
    return TN_OK;
}

/* One step of the discounting is one unit of time. */
static tn_status check_horizon(const tn_reading *reading, const tn_yaml_node *node,
                               double horizon_ms) {
    const bool is_week = reading->model->transactions.unit_is_week;
    const double steps = ceil(horizon_ms / (is_week ? 7 * 864e5 : 864e5));
    if (node == NULL || steps <= TN_CLV_STEPS_MAX) return TN_OK;
    return tn_read_too_large(reading, node->start, "the horizon has %.0f %ss, at most %u may be",
                             steps, is_week ? "week" : "day", TN_CLV_STEPS_MAX);
}

/* Without a margin all revenue counts. */
static tn_status default_margin(const tn_reading *reading, const tn_yaml_node *clv,
                                tn_model_expr *out) {
    tn_expr_position at;
    *out = (tn_model_expr){.text = tn_str_of("1"),
                           .where = clv->key_start,
                           .document = reading->document,
                           .node = clv};
    const tn_status status =
        tn_expr_parse(reading->arena, out->text, &out->tree, &at, reading->error);
    return status == TN_OK ? TN_OK : tn_read_memory(reading);
}

tn_status tn_read_clv(tn_reading *reading, const tn_yaml_node *node) {
    tn_model_clv *out = &reading->model->clv;
    const tn_yaml_node *nodes[CLV_KEYS];
    uint32_t purchases = 1, spend = 0;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_keys(reading, node, "clv", TN_CHOICES(clv_keys), nodes));
    if (!reading->model->transactions.is_present)
        return tn_read_fail(reading, node->key_start,
                            "clv needs transactions: {action: …}, to know what a purchase is");
    TN_TRY(tn_read_choice(reading, nodes[CLV_PURCHASES], "purchase model",
                          TN_CHOICES(purchase_names), &purchases));
    TN_TRY(
        tn_read_choice(reading, nodes[CLV_SPEND], "spend model", TN_CHOICES(spend_names), &spend));
    out->purchases = purchase_models[purchases];
    out->spend = spend_models[spend];
    out->horizon_ms = 52 * 7 * 864e5;
    out->discount_per_year = 0.1;
    TN_TRY(tn_read_duration(reading, nodes[CLV_HORIZON], "the horizon", &out->horizon_ms));
    TN_TRY(check_horizon(reading, nodes[CLV_HORIZON], out->horizon_ms));
    TN_TRY(read_discount(reading, nodes[CLV_DISCOUNT], &out->discount_per_year));
    TN_TRY(tn_read_expr(reading, nodes[CLV_MARGIN], "the margin", &out->margin));
    if (nodes[CLV_MARGIN] == NULL) TN_TRY(default_margin(reading, node, &out->margin));
    TN_TRY(read_clv_parameters(reading, nodes[CLV_PARAMETERS], out));
    out->is_present = true;
    return TN_OK;
}

/* ---- Metrics ---- */

static tn_status read_rating_action(const tn_reading *reading, const tn_yaml_node *node,
                                    uint32_t *out) {
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_reference(reading, node, "action", &reading->model->action_names, out));
    const tn_model_action *action = &reading->model->actions[*out];
    if (action->value != TN_VALUE_NONE) return TN_OK;
    return tn_read_fail(reading, node->start,
                        "'%.*s' has no value: declare it with {value: rating}",
                        TN_SHOWN(action->name));
}

static tn_status read_ranged_score(const tn_reading *reading, const tn_yaml_node *node,
                                   uint32_t *out) {
    const tn_model *model = reading->model;
    tn_names names;
    if (node == NULL) return TN_OK;
    if (tn_names_init(&names, reading->arena, model->score_count) != TN_OK)
        return tn_read_memory(reading);
    for (uint32_t i = 0; i < model->score_count; i++)
        tn_names_put(&names, model->scores[i].name, NULL);
    TN_TRY(tn_read_reference(reading, node, "score", &names, out));
    if (model->scores[*out].has_range) return TN_OK;
    return tn_read_fail(reading, node->start,
                        "score '%.*s' has no range, so it has no thirds: add range: [0, 100]",
                        TN_SHOWN(model->scores[*out].name));
}

tn_status tn_read_metrics(tn_reading *reading, const tn_yaml_node *node) {
    static const char *const keys[] = {"nps", "csat", "active_window", "engagement"};
    tn_model_metrics *out = &reading->model->metrics;
    const tn_yaml_node *nodes[4];
    *out = (tn_model_metrics){.nps = TN_NONE, .csat = TN_NONE, .engagement = TN_NONE};
    out->active_window_ms = 365 * 864e5;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_keys(reading, node, "metrics", TN_CHOICES(keys), nodes));
    TN_TRY(read_rating_action(reading, nodes[0], &out->nps));
    TN_TRY(read_rating_action(reading, nodes[1], &out->csat));
    TN_TRY(tn_read_duration(reading, nodes[2], "the active window", &out->active_window_ms));
    TN_TRY(read_ranged_score(reading, nodes[3], &out->engagement));
    out->is_present = true;
    return TN_OK;
}
