/* intake.c: one program for each action that has derived actions or weights to evaluate.
 *
 * The events of a batch are sorted by action, gathered into tiles of their fields, and run; then
 * the updates are written in the order of the events. Texts of fields get codes of dictionaries
 * that belong to the state; a dictionary that has grown too large is thrown away between batches,
 * since fields may hold anything. */
#include "scoring/intake.h"

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "expr/lower.h"
#include "scoring/plan.h"

#include <math.h>
#include <string.h>

enum { DICTIONARY_ENTRIES_MAX = 1 << 16 };

/* A sum that an action adds to. */
typedef struct intake_sum {
    uint32_t sum;
    uint32_t output; /* its weight; TN_NONE: 1 */
} intake_sum;

/* An action that an event of some base action is, or may be. */
typedef struct intake_target {
    uint32_t action;
    uint32_t where; /* output: whether it is; TN_NONE: always */
    intake_sum *decays, *plain;
    uint32_t decay_count, plain_count;
    bool is_transaction, is_refund;
} intake_target;

typedef struct intake_action {
    intake_target *targets; /* itself, then the actions derived from it */
    uint32_t target_count;
    tn_program *program; /* NULL: nothing to evaluate */
    uint32_t output_count;
    uint32_t update_adds_max; /* sums that an event adds to, at most */
} intake_action;

struct tn_intake {
    const tn_model *model;
    tn_arena arena;
    intake_action *actions; /* by action; derived ones are empty */
};

/* What a state keeps of one action. */
typedef struct action_state {
    tn_program_state *state;
    tn_dict **dictionaries; /* by input of the program; NULL: no text */
    void **columns;         /* a tile of each input, then of each output */
    tn_bound_input *inputs;
    tn_bound_output *outputs;
} action_state;

struct tn_intake_state {
    const tn_intake *intake;
    const tn_kernels *kernels;
    tn_hash_secret secret;
    action_state *actions;
    uint32_t *order; /* events by action */
    size_t order_capacity;
    uint32_t *action_first; /* action_count + 1 */
    uint32_t *result_first; /* by event: its outputs in `results` */
    size_t result_first_capacity;
    double *results;
    size_t result_capacity;
    tn_event_update *updates;
    size_t update_capacity;
    uint32_t *first;
    size_t first_capacity;
    tn_decay_add *adds;
    size_t add_capacity;
};

/* ---- Compiling ---- */

typedef struct intake_compiler {
    tn_intake *intake;
    const tn_model *model;
    tn_builder *builder; /* NULL: nothing to evaluate yet */
    const tn_model_action *base;
    uint32_t output_count;
} intake_compiler;

/* Fields are read as numbers, but for texts: the field's number is that of its dictionary. */
static tn_value_id field_leaf(void *context, tn_builder *builder, const tn_expr *node,
                              tn_value_id argument) {
    const intake_compiler *c = context;
    (void)argument;
    TN_ASSERT(node->kind == TN_NODE_COLUMN);
    const uint32_t field = tn_column_ref_index(node->column);
    const bool is_text = field > 0 && c->base->fields[field - 1].type == TN_ATTRIBUTE_CATEGORY;
    return tn_build_input(builder, field, is_text ? TN_PHYSICAL_CODE : TN_PHYSICAL_F64, field,
                          false);
}

static tn_status output_add(intake_compiler *c, const tn_expr *expr, uint32_t *output) {
    if (c->builder == NULL) c->builder = tn_builder_create(c->model->zone);
    if (c->builder == NULL) return TN_OUT_OF_MEMORY;
    const tn_lowering lowering = {.context = c, .leaf = field_leaf};
    const tn_value_id value = tn_expr_lower(c->builder, expr, &lowering);
    *output = c->output_count++;
    tn_build_output(c->builder, *output, value,
                    expr->type == TN_TYPE_BOOL ? TN_PHYSICAL_BITS : TN_PHYSICAL_F64);
    return TN_OK;
}

static tn_status sums_add(intake_compiler *c, const tn_model_sum *sums, uint32_t count,
                          uint32_t action, intake_sum **out, uint32_t *out_count) {
    uint32_t of_action = 0;
    for (uint32_t i = 0; i < count; i++)
        of_action += sums[i].action == action;
    *out = tn_arena_array(&c->intake->arena, of_action, sizeof **out);
    if (*out == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        if (sums[i].action != action) continue;
        intake_sum *sum = &(*out)[(*out_count)++];
        *sum = (intake_sum){.sum = i, .output = TN_NONE};
        if (sums[i].per != NULL) TN_TRY(output_add(c, sums[i].per->tree, &sum->output));
    }
    return TN_OK;
}

static tn_status target_add(intake_compiler *c, intake_action *to, uint32_t action) {
    const tn_model *model = c->model;
    intake_target *target = &to->targets[to->target_count++];
    const tn_model_transactions *transactions = &model->transactions;
    *target = (intake_target){
        .action = action,
        .where = TN_NONE,
        .is_transaction = transactions->is_present && transactions->action == action,
        .is_refund = transactions->is_present && transactions->minus == action};
    if (model->actions[action].of != TN_NONE)
        TN_TRY(output_add(c, model->actions[action].where.tree, &target->where));
    TN_TRY(sums_add(c, model->decays, model->decay_count, action, &target->decays,
                    &target->decay_count));
    TN_TRY(sums_add(c, model->plain_sums, model->plain_sum_count, action, &target->plain,
                    &target->plain_count));
    to->update_adds_max += target->decay_count + target->plain_count;
    return TN_OK;
}

static tn_status action_lower(intake_compiler *c, uint32_t action, intake_action *to) {
    const tn_model *model = c->model;
    uint32_t targets = 1;
    for (uint32_t a = 0; a < model->action_count; a++)
        targets += model->actions[a].of == action;
    to->targets = tn_arena_array(&c->intake->arena, targets, sizeof *to->targets);
    if (to->targets == NULL) return TN_OUT_OF_MEMORY;
    TN_TRY(target_add(c, to, action));
    for (uint32_t a = 0; a < model->action_count; a++)
        if (model->actions[a].of == action) TN_TRY(target_add(c, to, a));
    to->output_count = c->output_count;
    return TN_OK;
}

static tn_status action_compile(tn_intake *intake, uint32_t action, tn_error *error) {
    intake_compiler c = {
        .intake = intake, .model = intake->model, .base = &intake->model->actions[action]};
    intake_action *to = &intake->actions[action];
    if (action_lower(&c, action, to) != TN_OK) {
        if (c.builder != NULL) tn_builder_destroy(c.builder);
        return tn_fail_memory(error);
    }
    if (c.builder == NULL) return TN_OK;
    return tn_builder_seal(c.builder, &to->program, error);
}

tn_status tn_intake_compile(const tn_model *model, tn_intake **out, tn_error *error) {
    tn_intake *intake = tn_alloc_zero(NULL, sizeof *intake);
    if (intake == NULL) return tn_fail_memory(error);
    intake->model = model;
    tn_arena_init(&intake->arena, NULL);
    intake->actions = tn_arena_array(&intake->arena, model->action_count, sizeof *intake->actions);
    tn_status status = intake->actions == NULL ? tn_fail_memory(error) : TN_OK;
    for (uint32_t a = 0; a < model->action_count && status == TN_OK; a++)
        if (model->actions[a].of == TN_NONE) status = action_compile(intake, a, error);
    if (status != TN_OK)
        tn_intake_destroy(intake);
    else
        *out = intake;
    return status;
}

void tn_intake_destroy(tn_intake *intake) {
    if (intake == NULL) return;
    for (uint32_t a = 0; intake->actions != NULL && a < intake->model->action_count; a++)
        if (intake->actions[a].program != NULL) tn_program_destroy(intake->actions[a].program);
    tn_arena_deinit(&intake->arena);
    tn_free(NULL, intake, sizeof *intake);
}

/* ---- State ---- */

/* A tile of doubles holds a tile of codes or bits, too. */
enum { TILE_BYTES = TN_TILE_ROWS * sizeof(double) };

static bool is_text_input(const tn_intake *intake, uint32_t action, size_t input) {
    const uint32_t field = tn_program_input_key(intake->actions[action].program, input);
    return field > 0 &&
           intake->model->actions[action].fields[field - 1].type == TN_ATTRIBUTE_CATEGORY;
}

static void action_state_deinit(const tn_intake *intake, uint32_t action, action_state *s) {
    const tn_program *program = intake->actions[action].program;
    if (program == NULL) return;
    const size_t in = tn_program_input_count(program), out = tn_program_output_count(program);
    if (s->state != NULL) tn_program_state_destroy(s->state);
    for (size_t i = 0; s->dictionaries != NULL && i < in; i++)
        if (s->dictionaries[i] != NULL) tn_dict_destroy(s->dictionaries[i]);
    for (size_t i = 0; s->columns != NULL && i < in + out; i++)
        tn_free(NULL, s->columns[i], TILE_BYTES);
    tn_free(NULL, s->dictionaries, (in + 1) * sizeof *s->dictionaries);
    tn_free(NULL, s->columns, (in + out) * sizeof *s->columns);
    tn_free(NULL, s->inputs, (in + 1) * sizeof *s->inputs);
    tn_free(NULL, s->outputs, out * sizeof *s->outputs);
    *s = (action_state){0};
}

static tn_status action_state_init(const tn_intake_state *state, uint32_t action, action_state *s) {
    const tn_program *program = state->intake->actions[action].program;
    const size_t in = tn_program_input_count(program), out = tn_program_output_count(program);
    s->dictionaries = tn_alloc_array(NULL, in + 1, sizeof *s->dictionaries);
    s->columns = tn_alloc_array(NULL, in + out, sizeof *s->columns);
    s->inputs = tn_alloc_array(NULL, in + 1, sizeof *s->inputs);
    s->outputs = tn_alloc_array(NULL, out, sizeof *s->outputs);
    if (s->dictionaries == NULL || s->columns == NULL || s->inputs == NULL || s->outputs == NULL)
        return TN_OUT_OF_MEMORY;
    TN_TRY(tn_program_state_create(program, state->kernels, NULL, &s->state));
    for (size_t i = 0; i < in + out; i++) {
        s->columns[i] = tn_alloc_zero(NULL, TILE_BYTES);
        if (s->columns[i] == NULL) return TN_OUT_OF_MEMORY;
        if (i < in)
            s->inputs[i] = (tn_bound_input){.data = s->columns[i], .scale = 1};
        else
            s->outputs[i - in].data = s->columns[i];
    }
    for (size_t i = 0; i < in; i++)
        if (is_text_input(state->intake, action, i))
            TN_TRY(tn_dict_create(NULL, &state->secret, &s->dictionaries[i]));
    return TN_OK;
}

static tn_status action_state_renew(tn_intake_state *state, uint32_t action) {
    action_state fresh = {0};
    const tn_status status = action_state_init(state, action, &fresh);
    if (status != TN_OK) {
        action_state_deinit(state->intake, action, &fresh);
        return status;
    }
    action_state_deinit(state->intake, action, &state->actions[action]);
    state->actions[action] = fresh;
    return TN_OK;
}

static tn_status state_init(tn_intake_state *state) {
    const tn_intake *intake = state->intake;
    const uint32_t actions = intake->model->action_count;
    TN_TRY(tn_hash_secret_random(&state->secret));
    state->actions = tn_alloc_array(NULL, (size_t)actions + 1, sizeof *state->actions);
    state->action_first = tn_alloc_array(NULL, (size_t)actions + 2, sizeof *state->action_first);
    if (state->actions == NULL || state->action_first == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t a = 0; a < actions; a++)
        if (intake->actions[a].program != NULL) TN_TRY(action_state_renew(state, a));
    return TN_OK;
}

tn_status tn_intake_state_create(const tn_intake *intake, const tn_kernels *kernels,
                                 tn_intake_state **out) {
    tn_intake_state *state = tn_alloc_zero(NULL, sizeof *state);
    if (state == NULL) return TN_OUT_OF_MEMORY;
    state->intake = intake;
    state->kernels = kernels;
    const tn_status status = state_init(state);
    if (status != TN_OK)
        tn_intake_state_destroy(state);
    else
        *out = state;
    return status;
}

void tn_intake_state_destroy(tn_intake_state *state) {
    if (state == NULL) return;
    const uint32_t actions = state->intake->model->action_count;
    for (uint32_t a = 0; state->actions != NULL && a < actions; a++)
        action_state_deinit(state->intake, a, &state->actions[a]);
    tn_free(NULL, state->actions, ((size_t)actions + 1) * sizeof *state->actions);
    tn_free(NULL, state->action_first, ((size_t)actions + 2) * sizeof *state->action_first);
    tn_free(NULL, state->order, state->order_capacity * sizeof *state->order);
    tn_free(NULL, state->result_first, state->result_first_capacity * sizeof *state->result_first);
    tn_free(NULL, state->results, state->result_capacity * sizeof *state->results);
    tn_free(NULL, state->updates, state->update_capacity * sizeof *state->updates);
    tn_free(NULL, state->first, state->first_capacity * sizeof *state->first);
    tn_free(NULL, state->adds, state->add_capacity * sizeof *state->adds);
    tn_free(NULL, state, sizeof *state);
}

/* ---- A batch: room ---- */

static tn_status room_make(tn_intake_state *s, const tn_intake_events *events) {
    const intake_action *actions = s->intake->actions;
    size_t results = 0, updates = 0, adds = 0;
    for (size_t i = 0; i < events->count; i++) {
        const intake_action *action = &actions[events->actions[i]];
        results += action->output_count;
        updates += action->target_count;
        adds += action->update_adds_max;
    }
    const size_t count = events->count;
    if (!tn_array_reserve(NULL, (void **)&s->order, &s->order_capacity, count + 1,
                          sizeof *s->order) ||
        !tn_array_reserve(NULL, (void **)&s->result_first, &s->result_first_capacity, count + 1,
                          sizeof *s->result_first) ||
        !tn_array_reserve(NULL, (void **)&s->results, &s->result_capacity, results + 1,
                          sizeof *s->results) ||
        !tn_array_reserve(NULL, (void **)&s->updates, &s->update_capacity, updates + 1,
                          sizeof *s->updates) ||
        !tn_array_reserve(NULL, (void **)&s->first, &s->first_capacity, count + 1,
                          sizeof *s->first) ||
        !tn_array_reserve(NULL, (void **)&s->adds, &s->add_capacity, adds + 1, sizeof *s->adds))
        return TN_OUT_OF_MEMORY;
    return TN_OK;
}

/* Sorts the events by action, in their order within one, and places their results. */
static void batch_sort(tn_intake_state *s, const tn_intake_events *events) {
    const uint32_t actions = s->intake->model->action_count;
    memset(s->action_first, 0, ((size_t)actions + 2) * sizeof *s->action_first);
    uint32_t results = 0;
    for (size_t i = 0; i < events->count; i++) {
        s->action_first[events->actions[i] + 2]++;
        s->result_first[i] = results;
        results += s->intake->actions[events->actions[i]].output_count;
    }
    for (uint32_t a = 2; a < actions + 2; a++)
        s->action_first[a] += s->action_first[a - 1];
    for (size_t i = 0; i < events->count; i++)
        s->order[s->action_first[events->actions[i] + 1]++] = (uint32_t)i;
}

/* ---- A batch: running ---- */

static double number_of_field(const tn_value *value) {
    if (value->is_null) return (double)NAN;
    switch (value->type) {
    case TN_TYPE_BOOL:
        return value->as.boolean;
    case TN_TYPE_DATE:
        return value->as.date_days;
    case TN_TYPE_TIME:
        return (double)value->as.time_ms;
    default:
        return value->as.number;
    }
}

static const tn_value *field_of(const tn_intake_events *events, uint32_t event, uint32_t field) {
    if (events->fields == NULL) return NULL;
    return &events->fields[event * events->field_stride + field - 1];
}

static void fill_numbers(const tn_intake_events *events, const uint32_t *order, size_t rows,
                         uint32_t field, double *out) {
    for (size_t i = 0; i < rows; i++) {
        if (field == 0) {
            out[i] = events->values != NULL ? events->values[order[i]] : (double)NAN;
            continue;
        }
        const tn_value *value = field_of(events, order[i], field);
        out[i] = value != NULL ? number_of_field(value) : (double)NAN;
    }
}

static tn_status fill_codes(const tn_intake_events *events, const uint32_t *order, size_t rows,
                            uint32_t field, tn_dict *dictionary, uint32_t *out) {
    for (size_t i = 0; i < rows; i++) {
        const tn_value *value = field_of(events, order[i], field);
        out[i] = TN_CODE_NULL;
        if (value != NULL && !value->is_null)
            TN_TRY(tn_dict_put(dictionary, value->as.text, &out[i]));
    }
    return TN_OK;
}

static tn_status tile_fill(tn_intake_state *s, uint32_t action, const tn_intake_events *events,
                           const uint32_t *order, size_t rows) {
    const action_state *as = &s->actions[action];
    const tn_program *program = s->intake->actions[action].program;
    for (size_t i = 0; i < tn_program_input_count(program); i++) {
        const uint32_t field = tn_program_input_key(program, i);
        if (as->dictionaries[i] == NULL)
            fill_numbers(events, order, rows, field, as->columns[i]);
        else
            TN_TRY(fill_codes(events, order, rows, field, as->dictionaries[i], as->columns[i]));
    }
    return TN_OK;
}

/* Dictionaries by the numbers that the program knows: those of the fields. */
static tn_status dictionaries_prepare(tn_intake_state *s, uint32_t action, tn_error *error) {
    const action_state *as = &s->actions[action];
    const tn_program *program = s->intake->actions[action].program;
    const tn_dict *by_field[TN_FIELDS_MAX + 1] = {NULL};
    for (size_t i = 0; i < tn_program_input_count(program); i++)
        by_field[tn_program_input_key(program, i)] = as->dictionaries[i];
    return tn_state_prepare(as->state, by_field, TN_FIELDS_MAX + 1, error);
}

static void tile_keep(tn_intake_state *s, uint32_t action, const uint32_t *order, size_t rows) {
    const action_state *as = &s->actions[action];
    const tn_program *program = s->intake->actions[action].program;
    const intake_action *what = &s->intake->actions[action];
    for (size_t o = 0; o < tn_program_output_count(program); o++) {
        const uint32_t key = tn_program_output_key(program, o);
        bool is_bits = false;
        for (uint32_t t = 0; t < what->target_count; t++)
            is_bits |= what->targets[t].where == key;
        for (size_t i = 0; i < rows; i++)
            s->results[s->result_first[order[i]] + key] =
                is_bits ? (double)tn_bit_get(as->outputs[o].data, i)
                        : ((const double *)as->outputs[o].data)[i];
    }
}

static tn_status action_run(tn_intake_state *s, uint32_t action, const tn_intake_events *events,
                            tn_error *error) {
    /* action_first was moved on by one place while sorting */
    const uint32_t first = s->action_first[action], end = s->action_first[action + 1];
    for (uint32_t at = first; at < end; at += TN_TILE_ROWS) {
        const size_t rows = end - at < TN_TILE_ROWS ? end - at : TN_TILE_ROWS;
        TN_TRY(tile_fill(s, action, events, s->order + at, rows));
        TN_TRY(dictionaries_prepare(s, action, error));
        const tn_tile tile = {.rows = rows,
                              .inputs = s->actions[action].inputs,
                              .outputs = s->actions[action].outputs};
        TN_TRY(tn_program_run(s->actions[action].state, &tile));
        tile_keep(s, action, s->order + at, rows);
    }
    return TN_OK;
}

/* Before a batch: dictionaries that have grown too large start again. */
static tn_status dictionaries_trim(tn_intake_state *s, uint32_t action) {
    const action_state *as = &s->actions[action];
    const tn_program *program = s->intake->actions[action].program;
    bool is_large = tn_dict_count(tn_state_dictionary(as->state)) > DICTIONARY_ENTRIES_MAX;
    for (size_t i = 0; i < tn_program_input_count(program); i++)
        is_large |= as->dictionaries[i] != NULL &&
                    tn_dict_count(as->dictionaries[i]) > DICTIONARY_ENTRIES_MAX;
    return is_large ? action_state_renew(s, action) : TN_OK;
}

static tn_status batch_run(tn_intake_state *s, const tn_intake_events *events, tn_error *error) {
    for (uint32_t a = 0; a < s->intake->model->action_count; a++) {
        if (s->intake->actions[a].program == NULL) continue;
        TN_TRY(dictionaries_trim(s, a));
        TN_TRY(action_run(s, a, events, error));
    }
    return TN_OK;
}

/* ---- A batch: updates ---- */

/* A null weight adds 0, like a null points expression. */
static size_t adds_write(const intake_sum *sums, uint32_t count, const double *results,
                         tn_decay_add *out) {
    for (uint32_t i = 0; i < count; i++) {
        const double weight = sums[i].output == TN_NONE ? 1 : results[sums[i].output];
        out[i] = (tn_decay_add){.sum = sums[i].sum, .weight = isfinite(weight) ? weight : 0};
    }
    return count;
}

static size_t update_write(const intake_target *target, const double *results, tn_decay_add *adds,
                           tn_event_update *out) {
    out->action = target->action;
    out->decays = adds;
    out->decay_count = adds_write(target->decays, target->decay_count, results, adds);
    out->plain = adds + out->decay_count;
    out->plain_count =
        adds_write(target->plain, target->plain_count, results, adds + out->decay_count);
    out->is_transaction = target->is_transaction;
    out->is_refund = target->is_refund;
    return out->decay_count + out->plain_count;
}

static void batch_write(tn_intake_state *s, const tn_intake_events *events) {
    const tn_zone *zone = s->intake->model->zone;
    size_t updates = 0, adds = 0;
    for (size_t i = 0; i < events->count; i++) {
        const intake_action *action = &s->intake->actions[events->actions[i]];
        const double *results = s->results + s->result_first[i];
        s->first[i] = (uint32_t)updates;
        for (uint32_t t = 0; t < action->target_count; t++) {
            const intake_target *target = &action->targets[t];
            if (target->where != TN_NONE && results[target->where] == 0) continue;
            tn_event_update *update = &s->updates[updates++];
            adds += update_write(target, results, s->adds + adds, update);
            update->at_ms = events->at_ms[i];
            update->value = events->values != NULL ? events->values[i] : (double)NAN;
            update->day =
                update->is_transaction || update->is_refund ? tn_zone_day(zone, update->at_ms) : 0;
        }
    }
    s->first[events->count] = (uint32_t)updates;
}

tn_status tn_intake_evaluate(tn_intake_state *state, const tn_intake_events *events,
                             tn_intake_updates *out, tn_error *error) {
    TN_ASSERT(events->count <= TN_BATCH_ROWS_MAX);
    tn_status status = room_make(state, events);
    if (status == TN_OK) {
        batch_sort(state, events);
        status = batch_run(state, events, error);
    }
    if (status != TN_OK) return tn_fail(error, status, "%s", tn_status_text(status));
    batch_write(state, events);
    *out = (tn_intake_updates){.updates = state->updates, .first = state->first};
    return TN_OK;
}
