/* eval_run.c: running a program over one tile: for each instruction one kernel over all rows.
 * Uniform instructions run over one block of 64 equal rows. */
#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "base/hash.h"
#include "expr/eval_state.h"

#include <math.h>
#include <string.h>
#include <tenure/limits.h>

static void fill(double *out, double value, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = value;
}

/* Rows up to the end of the last block. */
static size_t padded(size_t rows) {
    return (rows + TN_KERNEL_ROWS - 1) / TN_KERNEL_ROWS * TN_KERNEL_ROWS;
}

static tn_in_f64 f64_arg(const tn_program_state *state, const tn_step *step, size_t i) {
    return tn_operand_f64(tn_state_operand(state, step->args[i]));
}
/* Row i of an argument. */
static double f64_row(tn_in_f64 in, size_t i) {
    return in.data[in.step ? i : i % TN_KERNEL_ROWS];
}

/* ---- Inputs ---- */

static void load_number(const tn_convert_kernels *convert, tn_physical physical, double *out,
                        const void *data, size_t n) {
    switch (physical) {
    case TN_PHYSICAL_F32:
        convert->load_f32(out, data, n);
        return;
    case TN_PHYSICAL_I64:
        convert->load_i64(out, data, n);
        return;
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS:
        convert->load_i32(out, data, n);
        return;
    case TN_PHYSICAL_U32:
        convert->load_u32(out, data, n);
        return;
    case TN_PHYSICAL_U16:
        convert->load_u16(out, data, n);
        return;
    case TN_PHYSICAL_U8:
        convert->load_u8(out, data, n);
        return;
    case TN_PHYSICAL_I8:
        convert->load_i8(out, data, n);
        return;
    case TN_PHYSICAL_F64:
    case TN_PHYSICAL_CODE:
    case TN_PHYSICAL_BITS:
    default:
        TN_ASSERT(false);
    }
}

/* Numbers: plain doubles stay where they are. */
static const void *load_f64_input(const tn_program_state *state, const tn_step *step,
                                  const tn_bound_input *input, size_t n) {
    const tn_convert_kernels *convert = state->kernels->convert;
    double *out = tn_state_rows(state, step->result);
    const void *now = out;
    if (step->sub != TN_PHYSICAL_F64)
        load_number(convert, (tn_physical)step->sub, out, input->data, n);
    else if (step->extra)
        convert->load_f64_scaled(out, input->data, input->scale, n);
    else
        now = input->data;
    if (!input->validity) return now;
    convert->valid_f64(out, (tn_in_f64){now, 1}, (tn_in_bits){input->validity, 1}, n);
    return out;
}

static void run_input(tn_program_state *state, const tn_step *step, const tn_bound_input *input,
                      size_t n) {
    void *out = tn_state_rows(state, step->result);
    const tn_in_bits valid = {input->validity, 1};
    if (step->kind == TN_REGISTER_F64) {
        state->at[step->result] = load_f64_input(state, step, input, n);
        return;
    }
    state->at[step->result] = input->validity ? out : input->data;
    if (!input->validity) return;
    if (step->kind == TN_REGISTER_CODE)
        state->kernels->convert->valid_code(out, (tn_in_code){input->data, 1}, valid, n);
    else
        state->kernels->bits->and_(out, (tn_in_bits){input->data, 1}, valid, n);
}

/* ---- Outputs ---- */

static void store_bits(const tn_program_state *state, tn_in_bits in, uint64_t *out, size_t rows,
                       size_t n) {
    state->kernels->convert->store_bits(out, in, n);
    const size_t rest = rows % TN_KERNEL_ROWS;
    if (rest) out[rows / TN_KERNEL_ROWS] &= (1ull << rest) - 1;
}

static void run_store(const tn_program_state *state, const tn_step *step, void *out, size_t rows,
                      size_t n) {
    const tn_convert_kernels *convert = state->kernels->convert;
    const tn_operand in = tn_state_operand(state, step->args[0]);
    switch ((tn_physical)step->sub) {
    case TN_PHYSICAL_F64:
        convert->store_f64(out, tn_operand_f64(in), n);
        return;
    case TN_PHYSICAL_F32:
        convert->store_f32(out, tn_operand_f64(in), n);
        return;
    case TN_PHYSICAL_I64:
        convert->store_i64(out, tn_operand_f64(in), n);
        return;
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS:
        convert->store_i32(out, tn_operand_f64(in), n);
        return;
    case TN_PHYSICAL_I8:
        convert->store_i8(out, tn_operand_f64(in), n);
        return;
    case TN_PHYSICAL_CODE:
        convert->store_code(out, tn_operand_code(in), n);
        return;
    case TN_PHYSICAL_BITS:
        store_bits(state, tn_operand_bits(in), out, rows, n);
        return;
    case TN_PHYSICAL_U32:
    case TN_PHYSICAL_U16:
    case TN_PHYSICAL_U8:
    default:
        TN_ASSERT(false);
    }
}

/* ---- Instructions that need the state ---- */

static void run_bin(const tn_program_state *state, const tn_step *step, double *out, size_t n) {
    const tn_cuts *cuts = &state->cuts[step->index];
    if (cuts->count == 0)
        fill(out, (double)NAN, n);
    else
        state->kernels->bin->bin(out, f64_arg(state, step, 0), cuts->cuts, cuts->count,
                                 step->extra != 0, n);
}

static void run_p_alive(const tn_program_state *state, const tn_step *step, double *out, size_t n) {
    const tn_in_f64 in[3] = {f64_arg(state, step, 0), f64_arg(state, step, 1),
                             f64_arg(state, step, 2)};
    if (!state->has_p_alive)
        fill(out, (double)NAN, n);
    else if (state->is_mbg)
        state->kernels->clv->p_alive_mbg(out, in, state->p, n);
    else
        state->kernels->clv->p_alive_bg(out, in, state->p, n);
}

static double finite_or_null(double value) {
    return isfinite(value) ? value : (double)NAN;
}

static void run_cell(const tn_program_state *state, const tn_step *step, double *out, size_t rows,
                     size_t n) {
    const tn_table_slot *table = &state->tables[step->index];
    const tn_in_f64 row = f64_arg(state, step, 0);
    const tn_in_f64 column = f64_arg(state, step, 1);
    uint64_t missing[TN_TILE_ROWS / TN_KERNEL_ROWS];
    state->kernels->clv->cell(out, missing, row, column, &table->cells, n);
    if (!table->fallback) return;
    for (size_t w = 0; w < n / TN_KERNEL_ROWS; w++) {
        for (uint64_t left = missing[w]; left; left &= left - 1) {
            const size_t i = w * TN_KERNEL_ROWS + tn_lowest_bit(left);
            if (i >= rows) return;
            out[i] = finite_or_null(
                table->fallback(table->context, f64_row(row, i), f64_row(column, i)));
        }
    }
}

static void run_call(const tn_program_state *state, const tn_step *step, double *out, size_t rows,
                     size_t n) {
    const tn_call_slot *slot = &state->calls[step->index];
    if (!slot->call) {
        fill(out, (double)NAN, n);
        return;
    }
    const tn_in_f64 a = f64_arg(state, step, 0);
    const tn_in_f64 b = f64_arg(state, step, 1);
    const tn_in_f64 c = f64_arg(state, step, 2);
    for (size_t i = 0; i < rows; i++)
        out[i] =
            finite_or_null(slot->call(slot->context, f64_row(a, i), f64_row(b, i), f64_row(c, i)));
}

/* Most ids are short: two words that may overlap are cheaper than a call. */
static inline void copy_id(char *to, tn_str id) {
    if (id.size >= 8 && id.size <= 16) {
        uint64_t first;
        uint64_t last;
        memcpy(&first, id.data, sizeof first);
        memcpy(&last, id.data + id.size - sizeof last, sizeof last);
        memcpy(to, &first, sizeof first);
        memcpy(to + id.size - sizeof last, &last, sizeof last);
    } else if (id.size > 0) { /* a row without customer has no id */
        memcpy(to, id.data, id.size);
    }
}

/* hash mod n, by the reciprocal 2^64 / n rounded down: the quotient is at most one too small. */
static inline uint64_t remainder_of(uint64_t hash, uint64_t n, uint64_t reciprocal) {
    __extension__ typedef unsigned __int128 wide;
    const uint64_t quotient = (uint64_t)(((wide)hash * reciprocal) >> 64);
    const uint64_t rest = hash - quotient * n;
    return rest >= n ? rest - n : rest;
}

/* Copies and hashes go in turns of some rows: a hash that reads what has just been written would
 * wait for it. Every copy starts with the salt already. */
static void run_bucket(const tn_program_state *state, const tn_step *step, double *out,
                       const tn_tile *tile) {
    const tn_str salt = state->program->literals[step->index];
    const uint64_t n = step->extra;
    const uint64_t reciprocal = UINT64_MAX / n; /* 2^64 / n less at most one */
    const size_t room = salt.size + TN_ID_SIZE_MAX;
    for (size_t k = 0; k < TN_SALTED_ROWS; k++)
        if (salt.size) memcpy(state->salted + k * room, salt.data, salt.size);
    for (size_t row = 0; row < tile->rows; row += TN_SALTED_ROWS) {
        const size_t left = tile->rows - row;
        const size_t count = left < TN_SALTED_ROWS ? left : TN_SALTED_ROWS;
        size_t sizes[TN_SALTED_ROWS];
        for (size_t k = 0; k < count; k++) {
            const tn_str id = tile->id(tile->id_context, row + k);
            TN_ASSERT(id.size <= TN_ID_SIZE_MAX);
            copy_id(state->salted + k * room + salt.size, id);
            sizes[k] = salt.size + id.size;
        }
        for (size_t k = 0; k < count; k++) {
            const uint64_t hash = tn_hash_plain(state->salted + k * room, sizes[k]);
            out[row + k] = (double)(int64_t)remainder_of(hash, n, reciprocal);
        }
    }
}

static void run_level_text(const tn_program_state *state, const tn_step *step, uint32_t *out,
                           size_t n) {
    const tn_level_list *levels = &state->program->levels[step->index];
    state->kernels->codes->of_rank(out, f64_arg(state, step, 0), levels->literals, levels->count,
                                   n);
}

/* A step that needs nothing but its arguments; false if it is none. */
static bool run_pure(const tn_program_state *state, const tn_step *step, void *out, size_t n) {
    tn_operand args[TN_STEP_ARGS];
    for (size_t i = 0; i < TN_STEP_ARGS; i++)
        args[i] =
            step->args[i] == TN_NO_VALUE ? (tn_operand){0} : tn_state_operand(state, step->args[i]);
    return tn_pure_run(&state->pure, step, args, out, n);
}

/* ---- The loop ---- */

static tn_status run_impure(tn_program_state *state, size_t at, void *out, const tn_tile *tile) {
    const tn_step *step = &state->program->steps[at];
    const size_t rows = step->uniform ? TN_KERNEL_ROWS : tile->rows;
    const size_t n = padded(rows);
    switch (step->op) {
    case TN_OP_TEXT_TEST:
    case TN_OP_TEXT_PAIR_TEST:
    case TN_OP_TEXT_MAP:
    case TN_OP_TEXT_PAIR_JOIN:
        return tn_text_run(state, step, &state->memos[state->program->text_numbers[at]], rows, n);
    case TN_OP_LEVEL_TEXT:
        run_level_text(state, step, out, n);
        return TN_OK;
    case TN_OP_BIN:
        run_bin(state, step, out, n);
        return TN_OK;
    case TN_OP_BUCKET:
        run_bucket(state, step, out, tile);
        return TN_OK;
    case TN_OP_P_ALIVE:
        run_p_alive(state, step, out, n);
        return TN_OK;
    case TN_OP_CELL:
        run_cell(state, step, out, rows, n);
        return TN_OK;
    case TN_OP_CALL:
        run_call(state, step, out, rows, n);
        return TN_OK;
    default:
        TN_ASSERT(false);
        return TN_INTERNAL;
    }
}

static tn_status run_step(tn_program_state *state, size_t at, const tn_tile *tile) {
    const tn_step *step = &state->program->steps[at];
    const size_t n = step->uniform ? TN_KERNEL_ROWS : padded(tile->rows);
    if (step->op == TN_OP_INPUT) {
        run_input(state, step, &tile->inputs[step->index], n);
        return TN_OK;
    }
    if (step->op == TN_OP_STORE) {
        void *to = tile->outputs[step->index].data;
        if (to) run_store(state, step, to, tile->rows, n);
        return TN_OK;
    }
    void *out = tn_state_rows(state, step->result);
    tn_status status = TN_OK;
    if (!run_pure(state, step, out, n)) status = run_impure(state, at, out, tile);
    state->at[step->result] = out;
    return status;
}

static void fill_clock(tn_program_state *state, int64_t as_of_ms) {
    for (size_t i = 0; i < state->program->leaf_count; i++) {
        const tn_step *leaf = &state->program->leaves[i];
        double *rows = tn_state_rows(state, leaf->result);
        if (leaf->op == TN_OP_NOW)
            fill(rows, (double)as_of_ms, TN_KERNEL_ROWS);
        else if (leaf->op == TN_OP_TODAY)
            fill(rows, tn_zone_day(state->program->zone, as_of_ms), TN_KERNEL_ROWS);
    }
}

tn_status tn_program_run(tn_program_state *state, const tn_tile *tile) {
    TN_ASSERT(tile->rows > 0 && tile->rows <= TN_TILE_ROWS);
    fill_clock(state, tile->as_of_ms);
    for (size_t at = 0; at < state->program->step_count; at++)
        TN_TRY(run_step(state, at, tile));
    return TN_OK;
}
