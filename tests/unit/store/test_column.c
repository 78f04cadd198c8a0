/* Columns: aligned chunks that never move and start null. */
#include "store/column.h"

#include "base/bits.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static bool is_null(tn_physical physical, const void *chunk, size_t row) {
    switch (physical) {
    case TN_PHYSICAL_F64:
        return isnan(((const double *)chunk)[row]);
    case TN_PHYSICAL_F32:
        return isnan(((const float *)chunk)[row]);
    case TN_PHYSICAL_I64:
        return ((const int64_t *)chunk)[row] == INT64_MIN;
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS:
        return ((const int32_t *)chunk)[row] == INT32_MIN;
    case TN_PHYSICAL_CODE:
        return ((const uint32_t *)chunk)[row] == UINT32_MAX;
    case TN_PHYSICAL_U32:
        return ((const uint32_t *)chunk)[row] == 0;
    case TN_PHYSICAL_U16:
        return ((const uint16_t *)chunk)[row] == 0;
    case TN_PHYSICAL_U8:
        return ((const uint8_t *)chunk)[row] == 0;
    case TN_PHYSICAL_I8:
        return ((const int8_t *)chunk)[row] == -1;
    case TN_PHYSICAL_BITS:
        return !tn_bit_get(chunk, row);
    }
    return false;
}

/* Makes a row something else than null and 0. */
static void soil(tn_physical physical, void *chunk, size_t row) {
    const size_t bytes = tn_chunk_bytes(physical) / TN_CHUNK_ROWS;
    if (physical == TN_PHYSICAL_BITS)
        tn_bit_set(chunk, row);
    else
        memset((char *)chunk + row * bytes, 0x41, bytes);
}

Test(column, fresh_and_cleared_rows_of_every_type_are_null_and_chunks_never_move) {
    for (tn_physical physical = TN_PHYSICAL_F64; physical <= TN_PHYSICAL_BITS; physical++) {
        tn_column column;
        tn_column_init(&column, NULL, physical);
        cr_assert_eq(tn_column_reserve(&column, 1), TN_OK);
        void *first = tn_column_chunk(&column, 0);
        cr_assert_eq(tn_column_reserve(&column, 300 * TN_CHUNK_ROWS + 1), TN_OK);
        cr_assert_eq(column.chunk_count, 301);
        cr_assert_eq(tn_column_chunk(&column, 0), first);
        for (size_t chunk = 0; chunk < column.chunk_count; chunk++) {
            void *data = tn_column_chunk(&column, chunk);
            cr_assert_eq((uintptr_t)data % 64, 0);
            for (size_t row = 0; row < TN_CHUNK_ROWS; row += 7)
                cr_assert(is_null(physical, data, row));
            for (size_t row = 0; row < TN_CHUNK_ROWS; row++)
                soil(physical, data, row);
        }
        tn_column_clear_row(&column, 200 * TN_CHUNK_ROWS + 65);
        const void *data = tn_column_chunk(&column, 200);
        for (size_t row = 60; row < 70; row++)
            cr_assert_eq(is_null(physical, data, row), row == 65);
        tn_column_deinit(&column);
    }
}

Test(column, a_column_of_sums_starts_at_zero) {
    tn_column column;
    tn_column_init_zero(&column, NULL, TN_PHYSICAL_F64);
    cr_assert_eq(tn_column_reserve(&column, TN_CHUNK_ROWS), TN_OK);
    double *data = tn_column_chunk(&column, 0);
    for (size_t row = 0; row < TN_CHUNK_ROWS; row++)
        cr_assert_eq(data[row], 0.0);
    data[9] = 1;
    tn_column_clear_row(&column, 9);
    cr_assert_eq(data[9], 0.0);
    tn_column_deinit(&column);
}

Test(column, without_memory_a_column_keeps_what_it_had) {
    uint64_t needed = UINT64_MAX;
    for (uint64_t n = 0; n == 0 || n <= needed; n++) {
        tn_column column;
        tn_column_init(&column, NULL, TN_PHYSICAL_F64);
        cr_assert_eq(tn_column_reserve(&column, 2 * TN_CHUNK_ROWS), TN_OK);
        soil(TN_PHYSICAL_F64, tn_column_chunk(&column, 1), 5);
        tn_alloc_fail_at(n, true);
        const tn_status status = tn_column_reserve(&column, 40 * TN_CHUNK_ROWS);
        const uint64_t allocations = tn_alloc_fail_at(0, false);
        if (n == 0) needed = allocations;
        cr_assert_eq(status, n == 0 ? TN_OK : TN_OUT_OF_MEMORY);
        cr_assert_geq(column.chunk_count, 2);
        cr_assert_not(is_null(TN_PHYSICAL_F64, tn_column_chunk(&column, 1), 5));
        cr_assert_eq(tn_column_reserve(&column, 40 * TN_CHUNK_ROWS), TN_OK);
        for (size_t chunk = 2; chunk < 40; chunk++)
            cr_assert(is_null(TN_PHYSICAL_F64, tn_column_chunk(&column, chunk), 0));
        tn_column_deinit(&column);
    }
    cr_assert_gt(needed, 10);
}
