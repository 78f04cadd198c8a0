/* program_seal.c: from a builder's values to a program.
 *
 * Outputs are taken in order; what an output needs is put before it, depth first, so that a value
 * is computed shortly before its first use and a tile's registers are few and warm. Registers are
 * then handed out in one pass (linear scan) over the steps: one is free again behind its last use.
 * What is uniform has a small register of its own for good. */
#include "base/assert.h"
#include "base/error.h"
#include "expr/program_ir.h"

#include <string.h>

/* What sealing knows of a value. */
typedef struct tn_place {
    uint32_t position; /* of its step, or TN_NO_VALUE: not placed yet */
    uint32_t last_use; /* position of the last step that reads it */
    uint32_t reg;
} tn_place;

typedef struct tn_free_list {
    uint32_t *registers;
    size_t count;
} tn_free_list;

typedef struct tn_sealing {
    const tn_builder *builder;
    tn_program *program;
    tn_arena scratch;
    tn_place *places; /* by value */
    uint32_t *values; /* by step: the value it computes; TN_NO_VALUE for a store */
    uint32_t *stack;  /* of values being placed; each is there at most once an argument */
    tn_free_list free[TN_REGISTER_BITS + 1];
} tn_sealing;

static bool is_leaf(const tn_step *step) {
    return step->op < TN_OP_INPUT;
}

/* The result must not take the register of an argument: arguments are read again after writing. */
static bool needs_own_register(const tn_step *step) {
    switch (step->op) {
    case TN_OP_TEXT_MAP:
    case TN_OP_CELL:
        return true;
    default:
        return false;
    }
}

/* ---- Order ---- */

static void append_step(tn_sealing *s, const tn_step *step, uint32_t value) {
    tn_program *p = s->program;
    s->values[p->step_count] = value;
    p->steps[p->step_count++] = *step;
}

static void place(tn_sealing *s, uint32_t value) {
    tn_program *p = s->program;
    const tn_step *step = tn_builder_step(s->builder, value);
    if (is_leaf(step)) {
        s->places[value].position = 0;
        p->leaves[p->leaf_count++] = *step;
        p->leaves[p->leaf_count - 1].result = value; /* its register, later */
        return;
    }
    s->places[value].position = (uint32_t)p->step_count;
    append_step(s, step, value);
}

/* Puts a value and everything that it needs and that is not there yet into the program. */
static void place_all(tn_sealing *s, uint32_t root) {
    size_t depth = 0;
    s->stack[depth++] = root;
    while (depth > 0) {
        const uint32_t value = s->stack[depth - 1];
        if (s->places[value].position != TN_NO_VALUE) {
            depth--;
            continue;
        }
        const tn_step *step = tn_builder_step(s->builder, value);
        const size_t before = depth;
        for (size_t i = TN_STEP_ARGS; i-- > 0;) {
            const uint32_t arg = step->args[i];
            if (arg != TN_NO_VALUE && s->places[arg].position == TN_NO_VALUE)
                s->stack[depth++] = arg;
        }
        if (depth > before) continue;
        place(s, value);
        depth--;
    }
}

static void place_outputs(tn_sealing *s) {
    const tn_builder *b = s->builder;
    for (size_t i = 0; i < b->output_count; i++) {
        const tn_program_output *output = &b->outputs[i];
        place_all(s, output->value);
        tn_step store = tn_step_of(TN_OP_STORE, tn_builder_kind(b, output->value));
        store.sub = (uint8_t)output->physical;
        store.index = (uint32_t)i;
        store.args[0] = output->value;
        append_step(s, &store, TN_NO_VALUE);
    }
}

/* ---- Registers ---- */

static void find_last_uses(tn_sealing *s) {
    const tn_program *p = s->program;
    for (size_t at = 0; at < p->step_count; at++)
        for (size_t i = 0; i < TN_STEP_ARGS; i++)
            if (p->steps[at].args[i] != TN_NO_VALUE)
                s->places[p->steps[at].args[i]].last_use = (uint32_t)at;
}

static uint32_t new_register(tn_sealing *s, tn_register_kind kind, bool uniform) {
    static const size_t row_bits[] = {
        [TN_REGISTER_F64] = 64, [TN_REGISTER_CODE] = 32, [TN_REGISTER_BITS] = 1};
    tn_program *p = s->program;
    const size_t rows = uniform ? TN_KERNEL_ROWS : TN_TILE_ROWS;
    const size_t bytes = (rows * row_bits[kind] / 8 + 63) / 64 * 64;
    p->registers[p->register_count] =
        (tn_register){.kind = (uint8_t)kind, .uniform = uniform, .offset_bytes = p->block_bytes};
    p->block_bytes += bytes;
    p->tile_register_count += !uniform;
    return (uint32_t)p->register_count++;
}

static uint32_t take_register(tn_sealing *s, const tn_step *step) {
    tn_free_list *list = &s->free[step->kind];
    if (!step->uniform && list->count > 0) return list->registers[--list->count];
    return new_register(s, (tn_register_kind)step->kind, step->uniform);
}

/* Gives back the registers of the values that the step at `at` is the last to read. */
static void release_args(tn_sealing *s, size_t at, const uint32_t *values) {
    for (size_t i = 0; i < TN_STEP_ARGS; i++) {
        if (values[i] == TN_NO_VALUE) continue;
        const tn_step *step = tn_builder_step(s->builder, values[i]);
        tn_place *place = &s->places[values[i]];
        if (step->uniform || place->last_use != at) continue;
        place->last_use = TN_NO_VALUE; /* an argument may stand there twice */
        tn_free_list *list = &s->free[step->kind];
        list->registers[list->count++] = place->reg;
    }
}

static void assign_registers(tn_sealing *s) {
    tn_program *p = s->program;
    for (size_t i = 0; i < p->leaf_count; i++) {
        const uint32_t value = p->leaves[i].result;
        s->places[value].reg = take_register(s, &p->leaves[i]);
        p->leaves[i].result = s->places[value].reg;
    }
    for (size_t at = 0; at < p->step_count; at++) {
        tn_step *step = &p->steps[at];
        uint32_t values[TN_STEP_ARGS];
        memcpy(values, step->args, sizeof values);
        for (size_t i = 0; i < TN_STEP_ARGS; i++)
            if (values[i] != TN_NO_VALUE) step->args[i] = s->places[values[i]].reg;
        const bool apart = needs_own_register(step);
        if (!apart) release_args(s, at, values);
        if (s->values[at] != TN_NO_VALUE) {
            step->result = take_register(s, step);
            s->places[s->values[at]].reg = step->result;
        }
        if (apart) release_args(s, at, values);
    }
}

/* ---- What runs and states need to know ---- */

static void number_inputs(tn_program *p) {
    for (size_t at = 0; at < p->step_count; at++) {
        tn_step *step = &p->steps[at];
        if (step->op != TN_OP_INPUT) continue;
        p->input_keys[p->input_count] = step->index;
        step->index = (uint32_t)p->input_count++;
    }
}

static void at_least(size_t *count, uint32_t slot) {
    if (*count <= slot) *count = (size_t)slot + 1;
}

static bool is_text_step(const tn_step *step) {
    return step->op == TN_OP_TEXT_TEST || step->op == TN_OP_TEXT_PAIR_TEST ||
           step->op == TN_OP_TEXT_MAP || step->op == TN_OP_TEXT_PAIR_JOIN;
}

static void count_slots(tn_program *p) {
    for (size_t i = 0; i < p->leaf_count; i++)
        if (p->leaves[i].op == TN_OP_PARAMETER) at_least(&p->slots.parameters, p->leaves[i].index);
    for (size_t at = 0; at < p->step_count; at++) {
        const tn_step *step = &p->steps[at];
        if (step->op == TN_OP_BIN) at_least(&p->slots.cuts, step->index);
        if (step->op == TN_OP_CELL) at_least(&p->slots.tables, step->index);
        if (step->op == TN_OP_CALL) at_least(&p->slots.calls, step->index);
        if (is_text_step(step)) p->text_numbers[at] = (uint32_t)p->slots.texts++;
        if (step->op == TN_OP_BUCKET && p->literals[step->index].size > p->salt_size_max)
            p->salt_size_max = p->literals[step->index].size;
    }
}

static bool has_op(const tn_program *p, tn_op op) {
    for (size_t at = 0; at < p->step_count; at++)
        if (p->steps[at].op == op) return true;
    return false;
}

static bool make_shifts(tn_program *p) {
    if (has_op(p, TN_OP_DAY) && !tn_shift_of_zone(&p->arena, p->zone, &p->zone_shift)) return false;
    return !has_op(p, TN_OP_DAY_START) || tn_shift_of_days(&p->arena, p->zone, &p->day_shift);
}

/* ---- Memory ---- */

static bool copy_lists(tn_program *p, const tn_builder *b) {
    p->literals = tn_arena_array(&p->arena, b->literal_count, sizeof *p->literals);
    p->levels = tn_arena_array(&p->arena, b->level_count, sizeof *p->levels);
    p->outputs = tn_arena_array(&p->arena, b->output_count, sizeof *p->outputs);
    if (!p->literals || !p->levels || !p->outputs) return false;
    if (b->literal_count) memcpy(p->literals, b->literals, b->literal_count * sizeof *p->literals);
    if (b->level_count) memcpy(p->levels, b->levels, b->level_count * sizeof *p->levels);
    if (b->output_count) memcpy(p->outputs, b->outputs, b->output_count * sizeof *p->outputs);
    p->literal_count = b->literal_count;
    p->level_count = b->level_count;
    p->output_count = b->output_count;
    return true;
}

static bool sealing_alloc(tn_sealing *s) {
    tn_program *p = s->program;
    const size_t values = s->builder->value_count;
    const size_t steps = values + s->builder->output_count;
    s->places = tn_arena_array(&s->scratch, values, sizeof *s->places);
    s->values = tn_arena_array(&s->scratch, steps + 1, sizeof *s->values);
    s->stack = tn_arena_array(&s->scratch, TN_STEP_ARGS * values + 1, sizeof *s->stack);
    p->leaves = tn_arena_array(&p->arena, values, sizeof *p->leaves);
    p->steps = tn_arena_array(&p->arena, steps, sizeof *p->steps);
    p->registers = tn_arena_array(&p->arena, values, sizeof *p->registers);
    p->input_keys = tn_arena_array(&p->arena, values, sizeof *p->input_keys);
    p->text_numbers = tn_arena_array(&p->arena, steps, sizeof *p->text_numbers);
    for (int kind = 0; kind <= TN_REGISTER_BITS; kind++) {
        s->free[kind].registers = tn_arena_array(&s->scratch, values, sizeof(uint32_t));
        if (!s->free[kind].registers) return false;
    }
    if (!s->places || !s->values || !s->stack || !p->leaves || !p->steps || !p->registers ||
        !p->input_keys || !p->text_numbers)
        return false;
    for (size_t i = 0; i < values; i++)
        s->places[i] = (tn_place){TN_NO_VALUE, TN_NO_VALUE, TN_NO_VALUE};
    return true;
}

/* Fills an empty program from a builder; the builder's arena becomes the program's. */
static tn_status fill(tn_program *program, tn_builder *builder) {
    program->zone = builder->zone;
    program->arena = builder->arena;
    tn_arena_init(&builder->arena, NULL);
    tn_sealing s = {.builder = builder, .program = program};
    tn_arena_init(&s.scratch, NULL);
    tn_status status = TN_OUT_OF_MEMORY;
    if (!copy_lists(program, builder) || !sealing_alloc(&s)) goto out;
    place_outputs(&s);
    find_last_uses(&s);
    assign_registers(&s);
    number_inputs(program);
    count_slots(program);
    if (make_shifts(program)) status = TN_OK;
out:
    tn_arena_deinit(&s.scratch);
    return status;
}

tn_status tn_builder_seal(tn_builder *builder, tn_program **out, tn_error *error) {
    tn_status status = builder->failure;
    tn_program *program = NULL;
    if (status == TN_OK) {
        program = tn_alloc_zero(NULL, sizeof *program);
        status = program ? fill(program, builder) : TN_OUT_OF_MEMORY;
    }
    tn_builder_destroy(builder);
    if (status == TN_OK) {
        *out = program;
        return TN_OK;
    }
    tn_program_destroy(program);
    if (status == TN_OUT_OF_MEMORY) return tn_fail_memory(error);
    if (status == TN_TOO_LARGE)
        return tn_fail(error, status, "the expressions have too many operations");
    return tn_fail(error, status, "an expression was built from a value that is missing");
}

void tn_program_destroy(tn_program *program) {
    if (!program) return;
    tn_arena_deinit(&program->arena);
    tn_free(NULL, program, sizeof *program);
}

size_t tn_program_instruction_count(const tn_program *program) {
    return program->step_count;
}
size_t tn_program_register_count(const tn_program *program) {
    return program->tile_register_count;
}
size_t tn_program_input_count(const tn_program *program) {
    return program->input_count;
}
uint32_t tn_program_input_key(const tn_program *program, size_t index) {
    TN_ASSERT(index < program->input_count);
    return program->input_keys[index];
}
size_t tn_program_output_count(const tn_program *program) {
    return program->output_count;
}
uint32_t tn_program_output_key(const tn_program *program, size_t index) {
    TN_ASSERT(index < program->output_count);
    return program->outputs[index].key;
}
