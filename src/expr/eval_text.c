/* eval_text.c: text instructions. A test or a change of one text is worked out once per entry of
 * its dictionary and looked up by row; one of two texts is kept in a small cache of pairs.
 *
 * Tests are worked out for every entry at once, when the dictionary has grown. Changes are worked
 * out when a row first needs one, since each adds a text to the pool. */
#include "base/bits.h"
#include "base/error.h"
#include "expr/eval_state.h"
#include "expr/eval_words.h"

#include <string.h>

/* ---- Memos ---- */

static bool reserve(tn_program_state *state, void **data, size_t *capacity, size_t want,
                    size_t element_bytes) {
    return want <= *capacity || tn_array_reserve(state->heap, data, capacity, want, element_bytes);
}

static tn_status cover_test(tn_program_state *state, const tn_step *step, tn_text_memo *memo,
                            size_t count) {
    const tn_str literal = state->program->literals[step->index];
    void *bits = memo->bits;
    if (!reserve(state, &bits, &memo->capacity, tn_words_for(count), sizeof *memo->bits))
        return TN_OUT_OF_MEMORY;
    memo->bits = bits;
    for (size_t code = memo->known; code < count; code++) {
        const tn_str text = tn_dict_text(memo->source, (uint32_t)code);
        const bool holds = step->extra ? tn_text_holds((tn_text_test)step->sub, literal, text)
                                       : tn_text_holds((tn_text_test)step->sub, text, literal);
        tn_bit_put(memo->bits, code, holds);
    }
    memo->known = count;
    return TN_OK;
}

static tn_status cover_map(tn_program_state *state, tn_text_memo *memo, size_t count) {
    void *codes = memo->codes;
    if (!reserve(state, &codes, &memo->capacity, count, sizeof *memo->codes))
        return TN_OUT_OF_MEMORY;
    memo->codes = codes;
    for (size_t code = memo->known; code < count; code++)
        memo->codes[code] = TN_KERNEL_CODE_UNKNOWN;
    memo->known = count;
    return TN_OK;
}

tn_status tn_text_memo_cover(tn_program_state *state, const tn_step *step, tn_text_memo *memo,
                             const tn_dict *source) {
    if (memo->source != source) {
        memo->source = source;
        memo->known = 0;
    }
    const size_t count = tn_dict_count(source);
    if (count <= memo->known) return TN_OK;
    if (step->op == TN_OP_TEXT_TEST) return cover_test(state, step, memo, count);
    return cover_map(state, memo, count);
}

void tn_text_memo_deinit(tn_program_state *state, tn_text_memo *memo) {
    tn_free(state->heap, memo->bits, memo->bits ? memo->capacity * sizeof *memo->bits : 0);
    tn_free(state->heap, memo->codes, memo->codes ? memo->capacity * sizeof *memo->codes : 0);
    tn_free(state->heap, memo->pairs, sizeof *memo->pairs);
}

/* ---- One text ---- */

/* The code in the pool of a changed text; null when it is too long. */
static tn_status changed_code(tn_program_state *state, tn_text_change op, tn_str x, tn_str y,
                              uint32_t *code) {
    tn_str text;
    tn_status status = tn_text_changed(op, x, y, &state->scratch, &text);
    if (status == TN_OK) status = tn_dict_put(state->pool, text, code);
    if (status != TN_TOO_LARGE) return status;
    *code = TN_CODE_NULL;
    return TN_OK;
}

/* Works out what the map did not know of the rows. */
static tn_status fill_map(tn_program_state *state, const tn_step *step, tn_text_memo *memo,
                          uint32_t *out, size_t rows) {
    const tn_in_code x = tn_operand_code(tn_state_operand(state, step->args[0]));
    const tn_str literal = step->sub == TN_CHANGE_APPEND || step->sub == TN_CHANGE_PREPEND
                               ? state->program->literals[step->index]
                               : (tn_str){"", 0};
    for (size_t i = 0; i < rows; i++) {
        if (out[i] != TN_KERNEL_CODE_UNKNOWN) continue;
        const uint32_t code = x.data[x.step ? i : i % TN_KERNEL_ROWS];
        if (memo->codes[code] == TN_KERNEL_CODE_UNKNOWN) {
            uint32_t changed;
            TN_TRY(changed_code(state, (tn_text_change)step->sub, tn_dict_text(memo->source, code),
                                literal, &changed));
            memo->codes[code] = changed;
        }
        out[i] = memo->codes[code];
    }
    return TN_OK;
}

static tn_status run_map(tn_program_state *state, const tn_step *step, tn_text_memo *memo,
                         size_t rows, size_t n) {
    uint32_t *out = tn_state_rows(state, step->result);
    const tn_in_code x = tn_operand_code(tn_state_operand(state, step->args[0]));
    if (!state->kernels->codes->map(out, x, memo->codes, memo->known, n)) return TN_OK;
    return fill_map(state, step, memo, out, rows);
}

/* ---- Two texts ---- */

static tn_status pair_result(tn_program_state *state, const tn_step *step, uint32_t x, uint32_t y,
                             uint32_t *result) {
    const tn_str of_x = tn_dict_text(state->pool, x);
    const tn_str of_y = tn_dict_text(state->pool, y);
    if (step->op == TN_OP_TEXT_PAIR_JOIN)
        return changed_code(state, TN_CHANGE_APPEND, of_x, of_y, result);
    *result = tn_text_holds((tn_text_test)step->sub, of_x, of_y);
    return TN_OK;
}

static tn_status cached_pair(tn_program_state *state, const tn_step *step, tn_pair_cache *cache,
                             uint32_t x, uint32_t y, uint32_t *result) {
    const uint64_t key = (uint64_t)x << 32 | y;
    const size_t slot = (size_t)((key * 0x9E3779B97F4A7C15ull) >> 52);
    if (cache->keys[slot] != key) {
        uint32_t fresh;
        TN_TRY(pair_result(state, step, x, y, &fresh));
        cache->keys[slot] = key;
        cache->results[slot] = fresh;
    }
    *result = cache->results[slot];
    return TN_OK;
}

/* Codes of the pool are below its count; anything else in a row is null. */
static tn_status run_pairs(tn_program_state *state, const tn_step *step, tn_text_memo *memo,
                           size_t rows, size_t n) {
    const tn_in_code x = tn_operand_code(tn_state_operand(state, step->args[0]));
    const tn_in_code y = tn_operand_code(tn_state_operand(state, step->args[1]));
    const bool is_join = step->op == TN_OP_TEXT_PAIR_JOIN;
    uint64_t *bits = tn_state_rows(state, step->result);
    uint32_t *codes = tn_state_rows(state, step->result);
    if (!is_join) memset(bits, 0, n / TN_KERNEL_ROWS * sizeof *bits);
    for (size_t i = 0; i < rows; i++) {
        const uint32_t of_x = x.data[x.step ? i : i % TN_KERNEL_ROWS];
        const uint32_t of_y = y.data[y.step ? i : i % TN_KERNEL_ROWS];
        uint32_t result = is_join ? TN_CODE_NULL : 0;
        if (of_x != TN_CODE_NULL && of_y != TN_CODE_NULL)
            TN_TRY(cached_pair(state, step, memo->pairs, of_x, of_y, &result));
        if (is_join)
            codes[i] = result;
        else
            bits[i / TN_KERNEL_ROWS] |= (uint64_t)result << (i % TN_KERNEL_ROWS);
    }
    return TN_OK;
}

tn_status tn_text_run(tn_program_state *state, const tn_step *step, tn_text_memo *memo, size_t rows,
                      size_t n) {
    if (step->op == TN_OP_TEXT_PAIR_TEST || step->op == TN_OP_TEXT_PAIR_JOIN)
        return run_pairs(state, step, memo, rows, n);
    const bool is_test = step->op == TN_OP_TEXT_TEST;
    if ((is_test ? step->identity : step->extra) == TN_IDENTITY_POOL)
        TN_TRY(tn_text_memo_cover(state, step, memo, state->pool));
    if (!is_test) return run_map(state, step, memo, rows, n);
    const tn_in_code x = tn_operand_code(tn_state_operand(state, step->args[0]));
    state->kernels->codes->test(tn_state_rows(state, step->result), x, memo->bits, memo->known, n);
    return TN_OK;
}
