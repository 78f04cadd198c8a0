/* eval.c: the state of a program: its registers, its slots, and what it knows of dictionaries. */
#include "base/assert.h"
#include "base/error.h"
#include "expr/eval_state.h"

#include <math.h>
#include <string.h>
#include <tenure/limits.h>

/* ---- Uniform registers that are filled ---- */

static void fill_number(tn_program_state *state, uint32_t reg, double value) {
    double *rows = tn_state_rows(state, reg);
    for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
        rows[i] = value;
}
static void fill_code(tn_program_state *state, uint32_t reg, uint32_t value) {
    uint32_t *rows = tn_state_rows(state, reg);
    for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
        rows[i] = value;
}

static void fill_leaves(tn_program_state *state) {
    for (size_t i = 0; i < state->program->leaf_count; i++) {
        const tn_step *leaf = &state->program->leaves[i];
        switch (leaf->op) {
        case TN_OP_NUMBER:
            fill_number(state, leaf->result, leaf->imm[0]);
            break;
        case TN_OP_BOOL:
            *(uint64_t *)tn_state_rows(state, leaf->result) = leaf->index ? ~0ull : 0;
            break;
        case TN_OP_TEXT:
            fill_code(state, leaf->result, leaf->index);
            break;
        case TN_OP_LITERAL:
            fill_code(state, leaf->result, TN_CODE_ABSENT);
            break;
        default:
            fill_number(state, leaf->result, (double)NAN);
            break;
        }
    }
}

/* ---- Making and unmaking ---- */

/* The literals are the first texts of the pool: their codes are their numbers. */
static tn_status make_pool(tn_program_state *state) {
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 0x7E0000EF00C0DE00ull);
    TN_TRY(tn_dict_create(state->heap, &secret, &state->pool));
    for (size_t i = 0; i < state->program->literal_count; i++) {
        uint32_t code;
        TN_TRY(tn_dict_put(state->pool, state->program->literals[i], &code));
        TN_ASSERT(code == i);
    }
    return TN_OK;
}

static bool is_pair(const tn_step *step) {
    return step->op == TN_OP_TEXT_PAIR_TEST || step->op == TN_OP_TEXT_PAIR_JOIN;
}

static tn_status make_pairs(tn_program_state *state) {
    const tn_program *program = state->program;
    for (size_t at = 0; at < program->step_count; at++) {
        if (!is_pair(&program->steps[at])) continue;
        tn_text_memo *memo = &state->memos[program->text_numbers[at]];
        memo->pairs = tn_alloc(state->heap, sizeof *memo->pairs);
        if (!memo->pairs) return TN_OUT_OF_MEMORY;
        memset(memo->pairs, 0xFF, sizeof *memo->pairs);
    }
    return TN_OK;
}

/* An array that may be empty; one element is allocated then, so that NULL means failure. */
static void *make_array(tn_heap *heap, size_t count, size_t element_bytes) {
    return tn_alloc_array(heap, count ? count : 1, element_bytes);
}
static void free_array(tn_heap *heap, void *array, size_t count, size_t element_bytes) {
    tn_free(heap, array, (count ? count : 1) * element_bytes);
}

static tn_status state_init(tn_program_state *state) {
    const tn_program *program = state->program;
    const tn_slot_counts *slots = &program->slots;
    tn_heap *heap = state->heap;
    state->salted_bytes = TN_SALTED_ROWS * (program->salt_size_max + TN_ID_SIZE_MAX);
    state->block = make_array(heap, program->block_bytes, 1);
    state->at = make_array(heap, program->register_count, sizeof *state->at);
    state->cuts = make_array(heap, slots->cuts, sizeof *state->cuts);
    state->tables = make_array(heap, slots->tables, sizeof *state->tables);
    state->calls = make_array(heap, slots->calls, sizeof *state->calls);
    state->memos = make_array(heap, slots->texts, sizeof *state->memos);
    state->salted = make_array(heap, state->salted_bytes, 1);
    if (!state->block || !state->at || !state->cuts || !state->tables || !state->calls ||
        !state->memos || !state->salted)
        return TN_OUT_OF_MEMORY;
    for (size_t reg = 0; reg < program->register_count; reg++)
        state->at[reg] = tn_state_rows(state, (uint32_t)reg);
    fill_leaves(state);
    TN_TRY(make_pool(state));
    return make_pairs(state);
}

tn_status tn_program_state_create(const tn_program *program, const tn_kernels *kernels,
                                  tn_heap *heap, tn_program_state **out) {
    tn_program_state *state = tn_alloc_zero(heap, sizeof *state);
    if (!state) return TN_OUT_OF_MEMORY;
    state->program = program;
    state->kernels = kernels;
    state->heap = heap;
    state->pure = (tn_pure){.kernels = kernels,
                            .zone = program->zone,
                            .zone_shift = program->zone_shift.sum ? &program->zone_shift : NULL,
                            .day_shift = program->day_shift.sum ? &program->day_shift : NULL};
    tn_buffer_init(&state->scratch, heap);
    const tn_status status = state_init(state);
    if (status != TN_OK) {
        tn_program_state_destroy(state);
        return status;
    }
    *out = state;
    return TN_OK;
}

void tn_program_state_destroy(tn_program_state *state) {
    if (!state) return;
    const tn_program *program = state->program;
    const tn_slot_counts *slots = &program->slots;
    tn_heap *heap = state->heap;
    if (state->memos)
        for (size_t i = 0; i < slots->texts; i++)
            tn_text_memo_deinit(state, &state->memos[i]);
    tn_dict_destroy(state->pool);
    tn_buffer_deinit(&state->scratch);
    free_array(heap, state->block, program->block_bytes, 1);
    free_array(heap, state->at, program->register_count, sizeof *state->at);
    free_array(heap, state->cuts, slots->cuts, sizeof *state->cuts);
    free_array(heap, state->tables, slots->tables, sizeof *state->tables);
    free_array(heap, state->calls, slots->calls, sizeof *state->calls);
    free_array(heap, state->memos, slots->texts, sizeof *state->memos);
    free_array(heap, state->salted, state->salted_bytes, 1);
    tn_free(heap, state, sizeof *state);
}

/* ---- Slots: what no instruction reads is ignored ---- */

void tn_state_set_cuts(tn_program_state *state, uint32_t slot, const double *cuts, size_t count) {
    if (slot >= state->program->slots.cuts) return;
    state->cuts[slot] = (tn_cuts){.cuts = cuts, .count = count};
}

void tn_state_set_p_alive(tn_program_state *state, bool is_mbg, const double p[4]) {
    state->has_p_alive = p != NULL;
    state->is_mbg = is_mbg;
    if (p) memcpy(state->p, p, sizeof state->p);
}

void tn_state_set_table(tn_program_state *state, uint32_t slot, const double *cells, size_t rows,
                        size_t columns, size_t row_stride, tn_table_fallback *fallback,
                        void *context) {
    if (slot >= state->program->slots.tables) return;
    state->tables[slot] = (tn_table_slot){.cells = {.cells = cells,
                                                    .rows = cells ? rows : 0,
                                                    .columns = cells ? columns : 0,
                                                    .row_stride = row_stride},
                                          .fallback = fallback,
                                          .context = context};
}

void tn_state_set_call(tn_program_state *state, uint32_t slot, tn_row_function *call,
                       void *context) {
    if (slot >= state->program->slots.calls) return;
    state->calls[slot] = (tn_call_slot){.call = call, .context = context};
}

void tn_state_set_parameter(tn_program_state *state, uint32_t slot, double value) {
    for (size_t i = 0; i < state->program->leaf_count; i++) {
        const tn_step *leaf = &state->program->leaves[i];
        if (leaf->op == TN_OP_PARAMETER && leaf->index == slot)
            fill_number(state, leaf->result, isfinite(value) ? value : (double)NAN);
    }
}

/* ---- Dictionaries ---- */

static tn_status missing_dictionary(tn_error *error, uint32_t number) {
    return tn_fail(error, TN_BAD_ARGUMENT, "dictionary %u of a program was not given",
                   (unsigned)number);
}

/* Caller's dictionary `number`, or NULL. */
static const tn_dict *given(const tn_dict *const *dictionaries, size_t count, uint32_t number) {
    return number < count ? dictionaries[number] : NULL;
}

static tn_status prepare_literals(tn_program_state *state, const tn_dict *const *dictionaries,
                                  size_t count, tn_error *error) {
    const tn_program *program = state->program;
    for (size_t i = 0; i < program->leaf_count; i++) {
        const tn_step *leaf = &program->leaves[i];
        if (leaf->op != TN_OP_LITERAL) continue;
        const tn_dict *dict = given(dictionaries, count, leaf->identity);
        if (!dict) return missing_dictionary(error, leaf->identity);
        const uint32_t code = tn_dict_find(dict, program->literals[leaf->index]);
        fill_code(state, leaf->result, code == TN_CODE_NULL ? TN_CODE_ABSENT : code);
    }
    return TN_OK;
}

tn_status tn_state_prepare(tn_program_state *state, const tn_dict *const *dictionaries,
                           size_t count, tn_error *error) {
    const tn_program *program = state->program;
    TN_TRY(prepare_literals(state, dictionaries, count, error));
    for (size_t at = 0; at < program->step_count; at++) {
        const tn_step *step = &program->steps[at];
        if (step->op != TN_OP_TEXT_TEST && step->op != TN_OP_TEXT_MAP) continue;
        const uint32_t number = step->op == TN_OP_TEXT_TEST ? step->identity : step->extra;
        if (number == TN_IDENTITY_POOL) continue;
        const tn_dict *dict = given(dictionaries, count, number);
        if (!dict) return missing_dictionary(error, number);
        tn_text_memo *memo = &state->memos[program->text_numbers[at]];
        if (tn_text_memo_cover(state, step, memo, dict) != TN_OK) return tn_fail_memory(error);
    }
    return TN_OK;
}

const tn_dict *tn_state_dictionary(const tn_program_state *state) {
    return state->pool;
}
