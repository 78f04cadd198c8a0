/* quantile_keys.c: see quantile_keys.h. Without branches: a null costs what a value costs. */
#include "scoring/quantile_keys.h"

#include "base/assert.h"
#include "base/bits.h"
#include "kernels/kernels.h"

#include <string.h>

static uint64_t key_of_int(int64_t value) {
    return (uint64_t)value ^ (1ull << 63);
}

static double f32_of_key(uint64_t key) {
    const uint32_t bits = (uint32_t)key;
    union {
        uint32_t bits;
        float number;
    } u = {.bits = (bits >> 31) ? bits & 0x7FFFFFFFu : ~bits};
    return (double)u.number;
}

double tn_key_value(const tn_quantile_request *request, uint64_t key) {
    switch (request->shards[0].column->physical) {
    case TN_PHYSICAL_F64:
        return tn_f64_of_key(key);
    case TN_PHYSICAL_F32:
        return f32_of_key(key);
    case TN_PHYSICAL_UNITS:
        return (double)(int64_t)(key ^ (1ull << 63)) / TN_SCORE_UNITS_PER_POINT;
    default:
        return (double)(int64_t)(key ^ (1ull << 63));
    }
}

/* All ones or zeros, so that a row without a value costs no branch. */
static inline uint64_t mask_if(bool condition) {
    return (uint64_t)0 - condition;
}

/* Fill keys of rows, TN_NO_KEY for a null. Of a number the bits are read: those of a negative one
 * are turned over, which orders them; −0 is 0. */
static void read_f64(uint64_t *keys, const double *data, size_t rows) {
    const uint64_t sign = 1ull << 63, infinity = 0x7FF0000000000000u;
    for (size_t i = 0; i < rows; i++) {
        uint64_t bits;
        memcpy(&bits, data + i, sizeof bits);
        bits &= mask_if(bits != sign);
        const uint64_t is_null = mask_if((bits & ~sign) > infinity);
        keys[i] = (bits ^ ((0 - (bits >> 63)) | sign)) | is_null;
    }
}

static void read_f32(uint64_t *keys, const float *data, size_t rows) {
    const uint32_t sign = 1u << 31, infinity = 0x7F800000u;
    for (size_t i = 0; i < rows; i++) {
        uint32_t bits;
        memcpy(&bits, data + i, sizeof bits);
        bits &= (uint32_t)mask_if(bits != sign);
        const uint64_t is_null = mask_if((bits & ~sign) > infinity);
        keys[i] = (bits ^ ((0 - (bits >> 31)) | sign)) | is_null;
    }
}

static void read_i64(uint64_t *keys, const int64_t *data, size_t rows) {
    for (size_t i = 0; i < rows; i++)
        keys[i] = key_of_int(data[i]) | mask_if(data[i] == INT64_MIN);
}

static void read_i32(uint64_t *keys, const int32_t *data, size_t rows) {
    for (size_t i = 0; i < rows; i++)
        keys[i] = key_of_int(data[i]) | mask_if(data[i] == INT32_MIN);
}

static void read_age(uint64_t *keys, const int32_t *data, size_t rows, int32_t today) {
    for (size_t i = 0; i < rows; i++) {
        const int64_t age = (int64_t)today - data[i];
        keys[i] = key_of_int(age > 0 ? age : 0) | mask_if(data[i] == INT32_MIN);
    }
}

static void read_u32(uint64_t *keys, const uint32_t *data, size_t rows, bool skips_zero) {
    const uint32_t null = skips_zero ? 0 : 1;
    for (size_t i = 0; i < rows; i++)
        keys[i] = key_of_int(data[i]) | mask_if((data[i] | null) == 0);
}

static void read_i8(uint64_t *keys, const int8_t *data, size_t rows) {
    for (size_t i = 0; i < rows; i++)
        keys[i] = key_of_int(data[i]) | mask_if(data[i] == -1);
}

/* Rows from `first` on of a chunk's data. */
static void read_column(uint64_t *keys, const tn_quantile_request *request, tn_physical physical,
                        const void *data, size_t first, size_t rows) {
    switch (physical) {
    case TN_PHYSICAL_F64:
        read_f64(keys, (const double *)data + first, rows);
        return;
    case TN_PHYSICAL_F32:
        read_f32(keys, (const float *)data + first, rows);
        return;
    case TN_PHYSICAL_I64:
        read_i64(keys, (const int64_t *)data + first, rows);
        return;
    case TN_PHYSICAL_U32:
        read_u32(keys, (const uint32_t *)data + first, rows, request->skips_zero);
        return;
    case TN_PHYSICAL_I8:
        read_i8(keys, (const int8_t *)data + first, rows);
        return;
    case TN_PHYSICAL_UNITS:
        read_i32(keys, (const int32_t *)data + first, rows);
        return;
    case TN_PHYSICAL_I32:
        if (request->is_age)
            read_age(keys, (const int32_t *)data + first, rows, request->today);
        else
            read_i32(keys, (const int32_t *)data + first, rows);
        return;
    default:
        TN_ASSERT(false && "a column of numbers");
    }
}

/* Rows that are not live have no key. */
static void leave_out(uint64_t *keys, const uint64_t *live, size_t rows) {
    for (size_t w = 0; w * TN_WORD_BITS < rows; w++)
        for (uint64_t dead = ~live[w]; dead != 0; dead &= dead - 1)
            keys[w * TN_WORD_BITS + tn_lowest_bit(dead)] = TN_NO_KEY;
}

void tn_keys_read(const tn_quantile_request *request, size_t shard, size_t chunk, size_t first,
                  size_t rows, uint64_t *keys) {
    const tn_quantile_shard *from = &request->shards[shard];
    const void *data = tn_column_chunk(from->column, chunk);
    read_column(keys, request, from->column->physical, data, first, rows);
    leave_out(keys, tn_table_live_words(from->table, chunk) + first / TN_WORD_BITS, rows);
}
