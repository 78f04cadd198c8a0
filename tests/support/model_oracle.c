/* model_oracle.c: see model_oracle.h. Written from the specification alone. */
#include "support/oracle_parts.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef tn_oracle_value value;

static const double ulp_f32 = 0x1p-23;
static const double units_per_point = 65536.0;
/* SPEC 5.1 allows 1e-6; a running sum that is carried along with care is far better. */
static const double decay_slack = 1e-10;

/* One customer, for the leaves of the tree walker. */
typedef struct seat {
    model_oracle *oracle;
    const oracle_customer *customer;
    tn_oracle *walker;
} seat;

void *oracle_must(void *memory) {
    TN_ASSERT(memory != NULL);
    return memory;
}

value oracle_within(double number, double slack) {
    value v = tn_oracle_number(number);
    if (!v.is_null) v.slack = slack;
    return v;
}

value oracle_level(double rank) {
    value v = tn_oracle_number(rank);
    v.type = TN_TYPE_LEVEL;
    return v;
}

/* ---- The base ---- */

void model_oracle_init(model_oracle *oracle, const tn_model *model) {
    *oracle = (model_oracle){.model = model};
    tn_arena_init(&oracle->arena, NULL);
}

void model_oracle_deinit(model_oracle *oracle) {
    for (size_t i = 0; i < oracle->customer_count; i++)
        free(oracle->customers[i].events);
    free(oracle->customers);
    tn_arena_deinit(&oracle->arena);
}

static void customer_reset(model_oracle *oracle, oracle_customer *customer) {
    const tn_model *model = oracle->model;
    customer->attributes = oracle_must(
        tn_arena_array(&oracle->arena, model->attribute_count, sizeof *customer->attributes));
    for (uint32_t a = 0; a < model->attribute_count; a++)
        customer->attributes[a].is_null = true;
    customer->event_count = 0;
    customer->is_live = true;
}

size_t model_oracle_customer(model_oracle *oracle, tn_str id) {
    size_t i = 0;
    while (i < oracle->customer_count && !tn_str_equal(oracle->customers[i].id, id))
        i++;
    if (i == oracle->customer_capacity) {
        oracle->customer_capacity = 2 * i + 16;
        oracle->customers = oracle_must(
            realloc(oracle->customers, oracle->customer_capacity * sizeof *oracle->customers));
    }
    oracle_customer *customer = &oracle->customers[i];
    if (i == oracle->customer_count) {
        oracle->customer_count++;
        *customer = (oracle_customer){.id = id};
        customer->cells = oracle_must(
            tn_arena_array(&oracle->arena, oracle->model->derived_count, sizeof *customer->cells));
    }
    if (!customer->is_live) customer_reset(oracle, customer);
    return i;
}

/* Whether a new number (day, instant) takes the place of the one that is there. */
static bool takes_place(tn_keep keep, double now, double next) {
    if (keep == TN_KEEP_FIRST) return false;
    if (keep == TN_KEEP_MAX) return next > now;
    if (keep == TN_KEEP_MIN) return next < now;
    return true;
}

static double magnitude(const tn_value *v) {
    switch (v->type) {
    case TN_TYPE_DATE:
        return v->as.date_days;
    case TN_TYPE_TIME:
        return (double)v->as.time_ms;
    case TN_TYPE_NUMBER:
        return v->as.number;
    default:
        return 0;
    }
}

void model_oracle_set(model_oracle *oracle, size_t customer, uint32_t attribute,
                      const tn_value *next) {
    tn_value *now = &oracle->customers[customer].attributes[attribute];
    const tn_keep keep = oracle->model->attributes[attribute].keep;
    if (now->is_null || next->is_null)
        *now = *next;
    else if (keep == TN_KEEP_SUM)
        now->as.number += next->as.number;
    else if (takes_place(keep, magnitude(now), magnitude(next)))
        *now = *next;
}

void model_oracle_event(model_oracle *oracle, size_t customer, const oracle_event *event) {
    oracle_customer *c = &oracle->customers[customer];
    if (c->event_count == c->event_capacity) {
        c->event_capacity = 2 * c->event_capacity + 8;
        c->events = oracle_must(realloc(c->events, c->event_capacity * sizeof *c->events));
    }
    oracle_event *copy = &c->events[c->event_count++];
    *copy = *event;
    const uint32_t fields = oracle->model->actions[event->action].field_count;
    copy->fields = oracle_must(tn_arena_array(&oracle->arena, fields, sizeof *copy->fields));
    if (fields > 0) memcpy(copy->fields, event->fields, fields * sizeof *copy->fields);
}

void model_oracle_remove(model_oracle *oracle, size_t customer) {
    oracle->customers[customer].is_live = false;
}

/* ---- Events ---- */

static value value_of(const tn_value *v) {
    if (v->is_null) return tn_oracle_null(v->type);
    switch (v->type) {
    case TN_TYPE_BOOL:
        return tn_oracle_bool(v->as.boolean);
    case TN_TYPE_TEXT:
        return tn_oracle_text(v->as.text);
    default:
        return tn_oracle_number(magnitude(v));
    }
}

static value event_leaf(void *context, const tn_expr *leaf, value argument) {
    const oracle_event *event = context;
    (void)argument;
    TN_ASSERT(leaf->kind == TN_NODE_COLUMN);
    const uint32_t field = tn_column_ref_index(leaf->column);
    return field == 0 ? tn_oracle_number(event->value) : value_of(&event->fields[field - 1]);
}

static value event_eval(model_oracle *oracle, const oracle_event *event, const tn_expr *expr) {
    oracle_event copy = *event;
    tn_oracle walker = {
        .context = &copy, .leaf = event_leaf, .zone = oracle->model->zone, .arena = &oracle->arena};
    const value v = tn_oracle_eval(&walker, expr);
    TN_ASSERT(!walker.unsure); /* filters and weights of the tests do not jump */
    return v;
}

bool oracle_is_of(model_oracle *oracle, const oracle_event *event, uint32_t action) {
    if (event->action == action) return true;
    const tn_model_action *derived = &oracle->model->actions[action];
    return derived->of == event->action && event_eval(oracle, event, derived->where.tree).boolean;
}

/* Σ of per(event) · 2^(−age / half-life), half-life 0 for none. */
static value weight_of(model_oracle *oracle, const oracle_customer *customer,
                       const tn_model_sum *sum) {
    long double total = 0, most = 0, off = 0;
    for (size_t i = 0; i < customer->event_count; i++) {
        const oracle_event *event = &customer->events[i];
        if (!oracle_is_of(oracle, event, sum->action)) continue;
        value per = tn_oracle_number(1);
        if (sum->per != NULL) per = event_eval(oracle, event, sum->per->tree);
        if (per.is_null) continue;
        const long double age = (long double)(oracle->as_of_ms - event->at_ms);
        const long double fade =
            sum->half_life_ms > 0 ? exp2l(-age / (long double)sum->half_life_ms) : 1;
        total += (long double)per.number * fade;
        most += fabsl((long double)per.number * fade);
        off += (long double)per.slack * fade;
    }
    const bool is_count = sum->half_life_ms == 0 && sum->per == NULL;
    return oracle_within((double)total,
                         is_count ? 0 : (double)(off + (long double)decay_slack * most));
}

/* ---- Leaves ---- */

static value count_of(const seat *s, uint32_t action) {
    double count = 0;
    for (size_t i = 0; i < s->customer->event_count; i++)
        count += oracle_is_of(s->oracle, &s->customer->events[i], action);
    return tn_oracle_number(count);
}

static value sum_of(const seat *s, uint32_t action) {
    double sum = 0, most = 0;
    bool is_exact = true;
    for (size_t i = 0; i < s->customer->event_count; i++) {
        const oracle_event *event = &s->customer->events[i];
        if (!oracle_is_of(s->oracle, event, action) || isnan(event->value)) continue;
        sum += event->value;
        most += fabs(event->value);
        is_exact &= event->value * 64 == trunc(event->value * 64) && most < 0x1p40;
    }
    return oracle_within(sum, is_exact ? 0 : 1e-12 * most);
}

/* The first (sign −1) or last (sign 1) event of an action, of any by the customer for TN_NONE. */
static value time_of(const seat *s, uint32_t action, int sign) {
    bool found = false;
    int64_t best = 0;
    for (size_t i = 0; i < s->customer->event_count; i++) {
        const oracle_event *event = &s->customer->events[i];
        const bool counts = action != TN_NONE
                                ? oracle_is_of(s->oracle, event, action)
                                : !s->oracle->model->actions[event->action].is_by_company;
        if (!counts || (found && sign * event->at_ms <= sign * best)) continue;
        best = event->at_ms;
        found = true;
    }
    return found ? tn_oracle_number((double)best) : tn_oracle_null(TN_TYPE_TIME);
}

/* The value of the last event, null when it has none; at equal times the largest. */
static value last_value_of(const seat *s, uint32_t action) {
    const value last = time_of(s, action, 1);
    value best = tn_oracle_null(TN_TYPE_NUMBER);
    for (size_t i = 0; i < s->customer->event_count; i++) {
        const oracle_event *event = &s->customer->events[i];
        if (last.is_null || !oracle_is_of(s->oracle, event, action)) continue;
        if ((double)event->at_ms != last.number || isnan(event->value)) continue;
        if (best.is_null || event->value > best.number) best = tn_oracle_number(event->value);
    }
    return best;
}

static value bucket_of(const seat *s, const tn_expr *leaf) {
    char text[1024];
    const tn_str id = s->customer->id;
    TN_ASSERT(leaf->text.size + id.size <= sizeof text);
    if (leaf->text.size > 0) memcpy(text, leaf->text.data, leaf->text.size);
    memcpy(text + leaf->text.size, id.data, id.size);
    return tn_oracle_number(
        (double)(tn_hash_plain(text, leaf->text.size + id.size) % leaf->as.count));
}

static value tile_of(const seat *s, const tn_expr *leaf, value argument);

static value column_of(const seat *s, const tn_expr *leaf) {
    const uint32_t index = tn_column_ref_index(leaf->column);
    if (tn_column_ref_space(leaf->column) == TN_SPACE_ATTRIBUTE)
        return value_of(&s->customer->attributes[index]);
    const oracle_cell *cell = &s->customer->cells[index];
    if (cell->is_unsure) s->walker->unsure = true;
    return cell->value;
}

static value leaf_of(void *context, const tn_expr *leaf, value argument) {
    const seat *s = context;
    switch (leaf->kind) {
    case TN_NODE_COLUMN:
        return column_of(s, leaf);
    case TN_NODE_JOINED:
        return time_of(s, TN_NONE, -1);
    case TN_NODE_LAST_SEEN:
        return time_of(s, TN_NONE, 1);
    case TN_NODE_COUNT:
        return count_of(s, leaf->action);
    case TN_NODE_SUM:
        return sum_of(s, leaf->action);
    case TN_NODE_FIRST:
        return time_of(s, leaf->action, -1);
    case TN_NODE_LAST:
        return time_of(s, leaf->action, 1);
    case TN_NODE_LAST_VALUE:
        return last_value_of(s, leaf->action);
    case TN_NODE_DECAYED: {
        const tn_model_sum sum = {.action = leaf->action, .half_life_ms = leaf->as.duration_ms};
        return weight_of(s->oracle, s->customer, &sum);
    }
    case TN_NODE_BUCKET:
        return bucket_of(s, leaf);
    case TN_NODE_TILE:
        return tile_of(s, leaf, argument);
    default:
        TN_ASSERT(false && "a leaf");
        return argument;
    }
}

value oracle_customer_eval(model_oracle *oracle, const oracle_customer *customer,
                           const tn_expr *expr, bool *is_unsure) {
    tn_oracle walker = {.leaf = leaf_of,
                        .as_of_ms = oracle->as_of_ms,
                        .zone = oracle->model->zone,
                        .arena = &oracle->arena};
    seat s = {oracle, customer, &walker};
    walker.context = &s;
    const value v = tn_oracle_eval(&walker, expr);
    *is_unsure |= walker.unsure;
    return v;
}

/* ---- Quantiles ---- */

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void oracle_cuts_fill(oracle_cuts *cuts, double *numbers, size_t count, uint32_t n,
                      tn_arena *arena) {
    cuts->count = 0;
    if (count == 0) return;
    qsort(numbers, count, sizeof *numbers, by_number);
    cuts->cuts = oracle_must(tn_arena_array(arena, n, sizeof *cuts->cuts));
    for (uint32_t k = 1; k < n; k++) {
        const uint64_t position = (uint64_t)(count - 1) * k;
        const size_t below = (size_t)(position / n);
        const double part = (double)(position % n) / n;
        const double low = numbers[below], high = part > 0 ? numbers[below + 1] : low;
        cuts->cuts[cuts->count++] = low + part * (high - low);
    }
}

value oracle_bin(const oracle_cuts *cuts, value x, bool lower_inclusive, bool *is_unsure) {
    if (x.is_null || cuts->count == 0) return tn_oracle_null(TN_TYPE_NUMBER);
    *is_unsure |= cuts->is_unsure;
    double bin = 1;
    for (size_t i = 0; i < cuts->count; i++) {
        const double slack = x.slack + cuts->slack;
        if (slack > 0 && fabs(x.number - cuts->cuts[i]) <= slack) *is_unsure = true;
        bin += lower_inclusive ? cuts->cuts[i] <= x.number : cuts->cuts[i] < x.number;
    }
    return tn_oracle_number(bin);
}

static const oracle_cuts *tile_cuts(model_oracle *oracle, const tn_expr *tile) {
    for (const oracle_cuts *old = oracle->tiles; old != NULL; old = old->next)
        if (old->node == tile) return old;
    oracle_cuts *cuts = oracle_must(tn_arena_alloc(&oracle->arena, sizeof *cuts));
    double *numbers =
        oracle_must(tn_arena_array(&oracle->arena, oracle->customer_count + 1, sizeof *numbers));
    size_t count = 0;
    cuts->node = tile;
    for (size_t i = 0; i < oracle->customer_count; i++) {
        if (!oracle->customers[i].is_live) continue;
        const value x = oracle_customer_eval(oracle, &oracle->customers[i], tile->children[0],
                                             &cuts->is_unsure);
        if (x.is_null) continue;
        numbers[count++] = x.number;
        cuts->slack = fmax(cuts->slack, x.slack);
    }
    oracle_cuts_fill(cuts, numbers, count, tile->as.count, &oracle->arena);
    cuts->next = oracle->tiles;
    oracle->tiles = cuts;
    return cuts;
}

static value tile_of(const seat *s, const tn_expr *leaf, value argument) {
    return oracle_bin(tile_cuts(s->oracle, leaf), argument, false, &s->walker->unsure);
}

/* ---- Scores ---- */

/* Whole units, from least to most. */
typedef struct units_span {
    double low, high;
} units_span;

static double clamp(double x, double low, double high) {
    return fmin(fmax(x, low), high);
}

static double units_of(double points) {
    return nearbyint(points * units_per_point);
}

static units_span span_of(value points, double cap) {
    if (points.is_null) return (units_span){0, 0};
    return (units_span){units_of(clamp(points.number - points.slack, -cap, cap)),
                        units_of(clamp(points.number + points.slack, -cap, cap))};
}

static void span_clamp(units_span *span, double low, double high) {
    span->low = clamp(span->low, units_of(low), units_of(high));
    span->high = clamp(span->high, units_of(low), units_of(high));
}

static value points_of(model_oracle *oracle, const oracle_customer *c, const tn_model_rule *rule,
                       bool *is_unsure) {
    if (rule->points_expr.tree != NULL)
        return oracle_customer_eval(oracle, c, rule->points_expr.tree, is_unsure);
    if (rule->action == TN_NONE) return tn_oracle_number(rule->points);
    const tn_model_sum sum = {.action = rule->action,
                              .half_life_ms = rule->half_life_ms,
                              .per = rule->per.tree != NULL ? &rule->per : NULL};
    const value weight = weight_of(oracle, c, &sum);
    return oracle_within(rule->points * weight.number, fabs(rule->points) * weight.slack);
}

static units_span rule_of(model_oracle *oracle, const oracle_customer *c, const tn_model_rule *rule,
                          bool *is_unsure) {
    if (rule->condition.tree != NULL &&
        !oracle_customer_eval(oracle, c, rule->condition.tree, is_unsure).boolean)
        return (units_span){0, 0};
    return span_of(points_of(oracle, c, rule, is_unsure), rule->cap);
}

static units_span rules_of(model_oracle *oracle, const oracle_customer *c,
                           const tn_model_score *score, uint32_t group, bool *is_unsure) {
    units_span sum = {0, 0};
    for (uint32_t r = 0; r < score->rule_count; r++) {
        if (score->rules[r].group != group) continue;
        const units_span part = rule_of(oracle, c, &score->rules[r], is_unsure);
        sum.low += part.low;
        sum.high += part.high;
    }
    return sum;
}

static value score_of(model_oracle *oracle, const oracle_customer *c, const tn_model_score *score,
                      bool *is_unsure) {
    units_span sum;
    if (score->points.tree != NULL)
        sum = span_of(oracle_customer_eval(oracle, c, score->points.tree, is_unsure),
                      (double)INFINITY);
    else
        sum = rules_of(oracle, c, score, TN_NONE, is_unsure);
    for (uint32_t g = 0; g < score->group_count; g++) {
        units_span part = rules_of(oracle, c, score, g, is_unsure);
        span_clamp(&part, -score->groups[g].cap, score->groups[g].cap);
        sum.low += part.low;
        sum.high += part.high;
    }
    span_clamp(&sum, score->low, score->high);
    return oracle_within((sum.low + sum.high) / 2 / units_per_point,
                         (sum.high - sum.low) / 2 / units_per_point);
}

static value grade_of(const tn_model_score *score, value points, bool *is_unsure) {
    value grade = tn_oracle_null(TN_TYPE_LEVEL);
    for (uint32_t i = 0; i < score->grade_count; i++) {
        const double threshold = score->grades[i].threshold;
        if (points.slack > 0 && fabs(points.number - threshold) <= points.slack) *is_unsure = true;
        if (points.number >= threshold) grade = oracle_level(i);
    }
    return grade;
}

/* ---- Stages and traits ---- */

static value stage_of(model_oracle *oracle, const oracle_customer *c, const tn_model_stages *stages,
                      bool *is_unsure) {
    for (uint32_t i = stages->ladder_count; i < stages->stage_count; i++)
        if (oracle_customer_eval(oracle, c, stages->stages[i].guard.tree, is_unsure).boolean)
            return oracle_level(i);
    for (uint32_t i = stages->ladder_count; i-- > 0;)
        if (oracle_customer_eval(oracle, c, stages->stages[i].guard.tree, is_unsure).boolean)
            return oracle_level(i);
    return tn_oracle_null(TN_TYPE_LEVEL);
}

/* A value as its column holds it: numbers are floats, times and dates are whole, and a yes or no
 * that is null is no. */
static value as_stored(value v, tn_type type, bool is_float) {
    v.type = type;
    if (v.is_null && type == TN_TYPE_BOOL) return tn_oracle_bool(false);
    if (v.is_null || type == TN_TYPE_BOOL || type == TN_TYPE_TEXT) return v;
    if (type == TN_TYPE_TIME || type == TN_TYPE_DATE) {
        v.number = round(v.number);
        if (v.slack > 0) v.slack += 0.5;
    }
    if (!is_float) return v;
    if (v.slack > 0) v.slack += ulp_f32 * fabs(v.number) + 0x1p-149;
    const double held = (double)(float)v.number;
    if (!isfinite(held)) return tn_oracle_null(type);
    v.number = held;
    return v;
}

/* ---- A run ---- */

static value score_cell(const model_oracle *oracle, const oracle_customer *c, uint32_t score,
                        bool *is_unsure) {
    for (uint32_t d = 0; d < oracle->model->derived_count; d++) {
        const tn_derived *derived = &oracle->model->derived[d];
        if (derived->kind != TN_DERIVED_SCORE || derived->index != score) continue;
        *is_unsure |= c->cells[d].is_unsure;
        return c->cells[d].value;
    }
    TN_ASSERT(false && "a score");
    return tn_oracle_null(TN_TYPE_NUMBER);
}

static value derived_of(model_oracle *oracle, const oracle_customer *c, const tn_derived *derived,
                        bool *is_unsure) {
    const tn_model *model = oracle->model;
    switch (derived->kind) {
    case TN_DERIVED_SCORE:
        return score_of(oracle, c, &model->scores[derived->index], is_unsure);
    case TN_DERIVED_GRADE:
        return grade_of(&model->scores[derived->index],
                        score_cell(oracle, c, derived->index, is_unsure), is_unsure);
    case TN_DERIVED_TRAIT:
        return oracle_customer_eval(oracle, c, model->traits[derived->index].expr.tree, is_unsure);
    case TN_DERIVED_STAGE:
        return stage_of(oracle, c, &model->stage_models[derived->index], is_unsure);
    case TN_DERIVED_SEGMENT:
        return oracle_customer_eval(oracle, c, model->segments[derived->index].expr.tree,
                                    is_unsure);
    default:
        break;
    }
    return oracle_worth_of(oracle, c, derived->kind, is_unsure);
}

static bool is_float_column(const tn_derived *derived) {
    return derived->type == TN_TYPE_NUMBER &&
           (derived->kind == TN_DERIVED_TRAIT ||
            (derived->kind >= TN_DERIVED_CLV_P_ALIVE && derived->kind <= TN_DERIVED_CLV_VALUE));
}

void model_oracle_run(model_oracle *oracle, int64_t as_of_ms,
                      const tn_purchase_parameters *purchases, const tn_spend_parameters *spend) {
    oracle->as_of_ms = as_of_ms;
    oracle->purchases = purchases;
    oracle->spend = spend;
    oracle->tiles = NULL;
    oracle_worth_prepare(oracle);
    for (uint32_t i = 0; i < oracle->model->derived_count; i++) {
        const uint32_t d = oracle->model->order[i];
        const tn_derived *derived = &oracle->model->derived[d];
        for (size_t k = 0; k < oracle->customer_count; k++) {
            oracle_customer *c = &oracle->customers[k];
            oracle_cell cell = {.is_unsure = false};
            if (!c->is_live) continue;
            cell.value = derived_of(oracle, c, derived, &cell.is_unsure);
            cell.value = as_stored(cell.value, derived->type, is_float_column(derived));
            c->cells[d] = cell;
        }
    }
}

oracle_cell model_oracle_eval(model_oracle *oracle, size_t customer, const tn_expr *expr) {
    oracle_cell cell = {.is_unsure = false};
    cell.value = oracle_customer_eval(oracle, &oracle->customers[customer], expr, &cell.is_unsure);
    cell.value = as_stored(cell.value, TN_TYPE_BOOL, false);
    return cell;
}
