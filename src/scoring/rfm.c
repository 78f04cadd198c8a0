/* rfm.c: RFM bins and segments (SPEC 5.8).
 *
 * The segment of every combination of bins is worked out once, when the plan is compiled; a row
 * looks its own up. With more combinations than RFM_CELLS_MAX the bounds are compared row by row.
 */
#include "scoring/plan.h"

#include <math.h>

enum { RFM_CELLS_MAX = 1 << 16 };

static tn_value_id has_purchase(const tn_compiler *compiler) {
    tn_builder *b = tn_compiler_builder(compiler);
    const uint32_t key = tn_key_pack(TN_TABLE_COUNT, compiler->model->transactions.action);
    return tn_build_compare(b, TN_IS_GT, tn_compiler_column(compiler, key, false),
                            tn_build_number(b, 0));
}

static tn_value_id table_column(const tn_compiler *compiler, tn_table_column_kind kind,
                                uint32_t index) {
    return tn_compiler_column(compiler, tn_key_pack(kind, index), false);
}

/* Days from the last purchase to as-of; never below 0. */
static tn_value_id lower_recency(const tn_compiler *compiler) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id last = table_column(compiler, TN_TABLE_LAST_DAY, 0);
    const tn_value_id days = tn_build_math(b, TN_MATH_SUB, tn_build_today(b), last);
    return tn_build_math(b, TN_MATH_MAX, days, tn_build_number(b, 0));
}

static tn_value_id lower_value(const tn_compiler *compiler, unsigned which) {
    if (which == TN_CUTS_RECENCY) return lower_recency(compiler);
    tn_builder *b = tn_compiler_builder(compiler);
    const uint32_t action = compiler->model->transactions.action;
    const tn_value_id value = which == TN_CUTS_FREQUENCY
                                  ? table_column(compiler, TN_TABLE_COUNT, action)
                                  : table_column(compiler, TN_TABLE_MONETARY, 0);
    return tn_build_select(b, has_purchase(compiler), value, tn_build_number(b, (double)NAN));
}

tn_value_id tn_lower_rfm_bin(const tn_compiler *compiler, unsigned which) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_model_rfm *rfm = &compiler->model->rfm;
    const uint32_t bins = rfm->bins[which];
    if (bins == 1)
        return tn_build_select(b, has_purchase(compiler), tn_build_number(b, 1),
                               tn_build_number(b, (double)NAN));
    const tn_value_id bin =
        tn_build_bin(b, lower_value(compiler, which), which, rfm->method == TN_RFM_PACKAGE);
    if (which != TN_CUTS_RECENCY) return bin;
    return tn_build_math(b, TN_MATH_SUB, tn_build_number(b, bins + 1), bin);
}

/* ---- Segments ---- */

static bool is_within(tn_rfm_bounds bounds, uint32_t bin) {
    return bounds.low <= bin && bin <= bounds.high;
}

static uint32_t segment_of(const tn_model_rfm *rfm, const uint32_t bins[3]) {
    uint32_t i = 0;
    while (i < rfm->segment_count && !(is_within(rfm->segments[i].recency, bins[0]) &&
                                       is_within(rfm->segments[i].frequency, bins[1]) &&
                                       is_within(rfm->segments[i].monetary, bins[2])))
        i++;
    return i; /* segment_count is 'Others' */
}

tn_status tn_rfm_cells_build(const tn_model *model, tn_arena *arena, const double **out) {
    const tn_model_rfm *rfm = &model->rfm;
    const size_t rows = (size_t)rfm->bins[0] * rfm->bins[1];
    if (!rfm->is_present || rows * rfm->bins[2] > RFM_CELLS_MAX) return TN_OK;
    double *cells = tn_arena_array(arena, rows * rfm->bins[2], sizeof *cells);
    if (cells == NULL) return TN_OUT_OF_MEMORY;
    double *cell = cells;
    uint32_t bins[3];
    for (bins[0] = 1; bins[0] <= rfm->bins[0]; bins[0]++)
        for (bins[1] = 1; bins[1] <= rfm->bins[1]; bins[1]++)
            for (bins[2] = 1; bins[2] <= rfm->bins[2]; bins[2]++)
                *cell++ = segment_of(rfm, bins);
    *out = cells;
    return TN_OK;
}

static tn_value_id segment_by_cell(const tn_compiler *compiler, const tn_value_id bins[3]) {
    tn_builder *b = tn_compiler_builder(compiler);
    const double frequencies = compiler->model->rfm.bins[1];
    const tn_value_id scaled =
        tn_build_math(b, TN_MATH_MUL, bins[0], tn_build_number(b, frequencies));
    const tn_value_id sum = tn_build_math(b, TN_MATH_ADD, scaled, bins[1]);
    const tn_value_id row = tn_build_math(b, TN_MATH_SUB, sum, tn_build_number(b, frequencies + 1));
    const tn_value_id column = tn_build_math(b, TN_MATH_SUB, bins[2], tn_build_number(b, 1));
    return tn_build_table(b, TN_TABLE_RFM_SEGMENT, row, column);
}

static tn_value_id lower_within(tn_builder *b, tn_value_id bin, tn_rfm_bounds bounds) {
    return tn_build_and(b, tn_build_compare(b, TN_IS_GE, bin, tn_build_number(b, bounds.low)),
                        tn_build_compare(b, TN_IS_LE, bin, tn_build_number(b, bounds.high)));
}

static tn_value_id segment_by_bounds(const tn_compiler *compiler, const tn_value_id bins[3]) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_model_rfm *rfm = &compiler->model->rfm;
    tn_value_id rank = tn_build_number(b, rfm->segment_count);
    for (uint32_t i = rfm->segment_count; i-- > 0;) {
        const tn_rfm_segment *segment = &rfm->segments[i];
        const tn_value_id matches =
            tn_build_and(b, lower_within(b, bins[0], segment->recency),
                         tn_build_and(b, lower_within(b, bins[1], segment->frequency),
                                      lower_within(b, bins[2], segment->monetary)));
        rank = tn_build_select(b, matches, tn_build_number(b, i), rank);
    }
    return tn_build_select(b, has_purchase(compiler), rank, tn_build_number(b, (double)NAN));
}

tn_value_id tn_lower_rfm_segment(const tn_compiler *compiler, bool has_cells) {
    const tn_value_id bins[3] = {tn_lower_rfm_bin(compiler, TN_CUTS_RECENCY),
                                 tn_lower_rfm_bin(compiler, TN_CUTS_FREQUENCY),
                                 tn_lower_rfm_bin(compiler, TN_CUTS_MONETARY)};
    return has_cells ? segment_by_cell(compiler, bins) : segment_by_bounds(compiler, bins);
}
