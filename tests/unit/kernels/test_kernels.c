/* The base table against naive oracles, written from the contracts in kernels.h. */
#include "base/calendar.h"
#include "kernels_fixture.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 256, ROUNDS = 500 };

static const tn_kernels *base(void) {
    return tn_kernels_get(TN_ISA_BASE);
}
static tn_in_f64 rows(const double *data) {
    return (tn_in_f64){data, 1};
}
static double null_if_infinite(double v) {
    return isfinite(v) ? v : (double)NAN;
}
static bool bit(const uint64_t *words, size_t i) {
    return (words[i / 64] >> (i % 64)) & 1;
}
static bool equal(double x, double y) {
    return (isnan(x) && isnan(y)) || x == y;
}
static void draw(tn_rng *rng, double *out) {
    for (size_t i = 0; i < N; i++)
        out[i] = kernels_fixture_double(rng);
}
static int64_t draw_int(tn_rng *rng) {
    if (tn_rng_below(rng, 8) == 0) return INT64_MIN + (int64_t)tn_rng_below(rng, 2000);
    if (tn_rng_below(rng, 8) == 0) return INT64_MAX - (int64_t)tn_rng_below(rng, 2000);
    return (int64_t)tn_rng_u64(rng) >> tn_rng_below(rng, 64);
}

Test(kernels, integers_become_the_nearest_numbers) {
    const tn_convert_kernels *k = base()->convert;
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("integers"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        int64_t i64[N];
        int32_t i32[N];
        uint32_t u32[N];
        uint16_t u16[N];
        uint8_t u8[N];
        int8_t i8[N];
        double got[6][N];
        for (size_t i = 0; i < N; i++) {
            i64[i] = draw_int(&rng);
            if (turn % 2) i64[i] >>= 13; /* as times are */
            if (tn_rng_below(&rng, 20) == 0) i64[i] = INT64_MIN;
            i32[i] = tn_rng_below(&rng, 20) ? (int32_t)draw_int(&rng) : INT32_MIN;
            u32[i] = (uint32_t)draw_int(&rng);
            u16[i] = (uint16_t)draw_int(&rng);
            u8[i] = (uint8_t)draw_int(&rng);
            i8[i] = (int8_t)draw_int(&rng);
        }
        k->load_i64(got[0], i64, N);
        k->load_i32(got[1], i32, N);
        k->load_u32(got[2], u32, N);
        k->load_u16(got[3], u16, N);
        k->load_u8(got[4], u8, N);
        k->load_i8(got[5], i8, N);
        for (size_t i = 0; i < N; i++) {
            const double null = (double)NAN;
            cr_assert(equal(got[0][i], i64[i] == INT64_MIN ? null : (double)i64[i]), "%lld",
                      (long long)i64[i]);
            cr_assert(equal(got[1][i], i32[i] == INT32_MIN ? null : (double)i32[i]));
            cr_assert(got[2][i] == (double)u32[i]);
            cr_assert(got[3][i] == (double)u16[i]);
            cr_assert(got[4][i] == (double)u8[i]);
            cr_assert(equal(got[5][i], i8[i] == -1 ? null : (double)i8[i]));
        }
    }
}

Test(kernels, numbers_become_what_columns_hold) {
    const tn_convert_kernels *k = base()->convert;
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("columns"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        double f64[N];
        float f32[N];
        int64_t i64[N];
        int32_t i32[N];
        int8_t i8[N];
        double back[N];
        draw(&rng, x);
        k->store_f64(f64, rows(x), N);
        k->store_f32(f32, rows(x), N);
        k->store_i64(i64, rows(x), N);
        k->store_i32(i32, rows(x), N);
        k->store_i8(i8, rows(x), N);
        k->load_f32(back, f32, N);
        for (size_t i = 0; i < N; i++) {
            const double whole = nearbyint(x[i]);
            const float narrow = (float)x[i];
            const uint64_t null = 0x7FF8000000000000ull;
            const uint32_t null32 = 0x7FC00000u;
            cr_assert(equal(f64[i], x[i]));
            if (isnan(x[i])) cr_assert(memcmp(&f64[i], &null, 8) == 0);
            if (isfinite(narrow))
                cr_assert(f32[i] == narrow && !(f32[i] == 0 && signbit(f32[i])), "%a", x[i]);
            else
                cr_assert(memcmp(&f32[i], &null32, 4) == 0);
            cr_assert(equal(back[i], (double)f32[i]));
            cr_assert_eq(i64[i], fabs(x[i]) <= 0x1p51 ? (int64_t)whole : INT64_MIN, "%a", x[i]);
            cr_assert_eq(i32[i], fabs(x[i]) <= 2147483647.0 ? (int32_t)whole : INT32_MIN, "%a",
                         x[i]);
            cr_assert_eq(i8[i], x[i] >= 0 && x[i] <= 127 ? (int8_t)whole : -1, "%a", x[i]);
        }
    }
}

Test(kernels, scaling_and_validity_make_nulls) {
    const tn_convert_kernels *k = base()->convert;
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("validity"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        double scaled[N];
        double valid[N];
        uint32_t codes[N];
        uint32_t valid_codes[N];
        uint64_t words[N / 64];
        draw(&rng, x);
        for (size_t i = 0; i < N / 64; i++)
            words[i] = tn_rng_u64(&rng);
        for (size_t i = 0; i < N; i++)
            codes[i] = (uint32_t)tn_rng_u64(&rng);
        const double scale = kernels_fixture_finite(&rng);
        k->load_f64_scaled(scaled, x, scale, N);
        k->valid_f64(valid, rows(x), (tn_in_bits){words, 1}, N);
        k->valid_code(valid_codes, (tn_in_code){codes, 1}, (tn_in_bits){words, 1}, N);
        for (size_t i = 0; i < N; i++) {
            cr_assert(equal(scaled[i], null_if_infinite(x[i] * scale)));
            cr_assert(equal(valid[i], bit(words, i) ? x[i] : (double)NAN));
            cr_assert_eq(valid_codes[i], bit(words, i) ? codes[i] : UINT32_MAX);
        }
    }
}

static double naive_unary(tn_unary op, double x) {
    switch (op) {
    case TN_UNARY_NEG:
        return -x;
    case TN_UNARY_ABS:
        return fabs(x);
    case TN_UNARY_FLOOR:
        return floor(x);
    case TN_UNARY_CEIL:
        return ceil(x);
    case TN_UNARY_ROUND:
        return round(x);
    case TN_UNARY_SQRT:
        return sqrt(x);
    case TN_UNARY_TO_F32:
        return null_if_infinite((double)(float)x);
    case TN_UNARY_TO_UNITS:
        if (isnan(x)) return 0.0;
        if (x > 67108864.0) return 4398046511104.0;
        if (x < -67108864.0) return -4398046511104.0;
        return nearbyint(x * 65536.0);
    case TN_UNARY_FROM_UNITS:
        return x / 65536.0;
    case TN_UNARY_TO_DAY:
        return fabs(x) <= 8.64e15 ? (double)floorl((long double)x / 86400000.0L) : (double)NAN;
    default:
        return (double)NAN;
    }
}

Test(kernels, exact_functions_of_one_number_are_exact) {
    static const tn_unary ops[] = {
        TN_UNARY_NEG,  TN_UNARY_ABS,    TN_UNARY_FLOOR,    TN_UNARY_CEIL,       TN_UNARY_ROUND,
        TN_UNARY_SQRT, TN_UNARY_TO_F32, TN_UNARY_TO_UNITS, TN_UNARY_FROM_UNITS, TN_UNARY_TO_DAY};
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("unary"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        double got[N];
        draw(&rng, x);
        for (size_t i = 0; i < N; i += 3) /* about the ends of days and halves */
            x[i] =
                (double)((int64_t)tn_rng_below(&rng, 60000) - 20000) * (i % 2 ? 86400000.0 : 0.5) +
                (double)tn_rng_below(&rng, 3) - 1.0;
        for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
            base()->arith->unary[ops[k]](got, rows(x), N);
            for (size_t i = 0; i < N; i++) {
                if (isinf(x[i])) continue; /* not met in registers */
                cr_assert(equal(got[i], naive_unary(ops[k], x[i])), "op %d of %a is %a", ops[k],
                          x[i], got[i]);
            }
        }
    }
}

static double naive_binary(tn_binary op, double x, double y) {
    if (isnan(x) || isnan(y)) return (double)NAN;
    switch (op) {
    case TN_BINARY_ADD:
        return null_if_infinite(x + y);
    case TN_BINARY_SUB:
        return null_if_infinite(x - y);
    case TN_BINARY_MUL:
        return null_if_infinite(x * y);
    case TN_BINARY_DIV:
        return null_if_infinite(x / y);
    case TN_BINARY_MIN:
        return x < y ? x : y;
    case TN_BINARY_MAX:
    default:
        return x > y ? x : y;
    }
}

Test(kernels, arithmetic_and_comparisons_know_null) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("binary"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        double y[N];
        double got[N];
        uint64_t words[N / 64];
        draw(&rng, x);
        draw(&rng, y);
        for (size_t i = 0; i < N; i += 4)
            y[i] = x[i];
        for (int op = TN_BINARY_ADD; op <= TN_BINARY_MAX; op++) {
            base()->arith->binary[op](got, rows(x), rows(y), N);
            for (size_t i = 0; i < N; i++)
                cr_assert(equal(got[i], naive_binary((tn_binary)op, x[i], y[i])), "%d: %a %a", op,
                          x[i], y[i]);
        }
        for (int op = 0; op < TN_ORDER_COUNT; op++) {
            base()->compare->order[op](words, rows(x), rows(y), N);
            for (size_t i = 0; i < N; i++) {
                const bool null = isnan(x[i]) || isnan(y[i]);
                const bool want[] = {x[i] < y[i],           x[i] <= y[i], x[i] == y[i],
                                     !null && x[i] != y[i], x[i] >= y[i], x[i] > y[i]};
                cr_assert_eq(bit(words, i), want[op], "%d: %a %a", op, x[i], y[i]);
            }
        }
        base()->compare->between(words, rows(x), -1.0, 3.0, N);
        for (size_t i = 0; i < N; i++)
            cr_assert_eq(bit(words, i), x[i] >= -1.0 && x[i] <= 3.0);
        base()->compare->is_null(words, rows(x), N);
        for (size_t i = 0; i < N; i++)
            cr_assert_eq(bit(words, i), isnan(x[i]));
        base()->arith->clamp(got, rows(x), -1.5, 2.0, N);
        for (size_t i = 0; i < N; i++)
            cr_assert(equal(got[i], x[i] < -1.5 ? -1.5 : x[i] > 2.0 ? 2.0 : x[i]));
    }
}

Test(kernels, choices_take_one_of_two) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("choices"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[2][N];
        double got[N];
        uint32_t codes[2][N];
        uint32_t code[N];
        uint64_t bits[3][N / 64];
        uint64_t words[N / 64];
        for (size_t k = 0; k < 2; k++) {
            draw(&rng, x[k]);
            for (size_t i = 0; i < N; i++)
                codes[k][i] = tn_rng_below(&rng, 3) ? (uint32_t)tn_rng_below(&rng, 4) : UINT32_MAX;
        }
        for (size_t i = 0; i < 3 * N / 64; i++)
            bits[i / (N / 64)][i % (N / 64)] = tn_rng_u64(&rng);
        const tn_in_bits condition = {bits[0], 1};
        const tn_in_code cx = {codes[0], 1};
        const tn_in_code cy = {codes[1], 1};
        base()->select->f64(got, condition, rows(x[0]), rows(x[1]), N);
        base()->select->code(code, condition, cx, cy, N);
        base()->bits->select(words, condition, (tn_in_bits){bits[1], 1}, (tn_in_bits){bits[2], 1},
                             N);
        for (size_t i = 0; i < N; i++) {
            cr_assert(equal(got[i], x[!bit(bits[0], i)][i]));
            cr_assert_eq(code[i], codes[!bit(bits[0], i)][i]);
            cr_assert_eq(bit(words, i), bit(bits[bit(bits[0], i) ? 1 : 2], i));
        }
        base()->select->coalesce_f64(got, rows(x[0]), rows(x[1]), N);
        base()->select->coalesce_code(code, cx, cy, N);
        base()->codes->equal(words, cx, cy, N);
        for (size_t i = 0; i < N; i++) {
            cr_assert(equal(got[i], isnan(x[0][i]) ? x[1][i] : x[0][i]));
            cr_assert_eq(code[i], codes[codes[0][i] == UINT32_MAX][i]);
            cr_assert_eq(bit(words, i), codes[0][i] == codes[1][i] && codes[0][i] != UINT32_MAX);
        }
        base()->codes->is_null(words, cx, N);
        for (size_t i = 0; i < N; i++)
            cr_assert_eq(bit(words, i), codes[0][i] == UINT32_MAX);
    }
}

Test(kernels, codes_beyond_a_table_are_null) {
    const uint64_t table[] = {0xF0F0};
    const uint32_t map[] = {7, UINT32_MAX, 9, TN_KERNEL_CODE_UNKNOWN};
    uint32_t codes[64];
    uint32_t got[64];
    uint64_t words[1];
    for (uint32_t i = 0; i < 64; i++)
        codes[i] = i == 63 ? UINT32_MAX : i == 62 ? 0x80000000u : i;
    base()->codes->test(words, (tn_in_code){codes, 1}, table, 10, 64);
    cr_assert_eq(words[0], 0xF0);
    cr_assert(base()->codes->map(got, (tn_in_code){codes, 1}, map, 4, 64));
    cr_assert(got[0] == 7 && got[1] == UINT32_MAX && got[2] == 9 &&
              got[3] == TN_KERNEL_CODE_UNKNOWN && got[4] == UINT32_MAX && got[63] == UINT32_MAX);
    cr_assert_not(base()->codes->map(got, (tn_in_code){codes, 1}, map, 3, 64));
    double ranks[64] = {0.0, 2.0, 3.0, 0.5, -1.0, (double)NAN, 1e300, (double)INFINITY, -0.0};
    base()->codes->of_rank(got, rows(ranks), map, 3, 64);
    cr_assert(got[0] == 7 && got[1] == 9 && got[8] == 7);
    for (size_t i = 2; i < 8; i++)
        cr_assert_eq(got[i], UINT32_MAX, "rank %zu", i);
}

Test(kernels, bins_count_the_cuts_below) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("bins"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double cuts[300];
        double x[N];
        double got[N];
        const size_t count = 1 + tn_rng_below(&rng, turn % 2 ? 300 : 30);
        double cut = -10.0;
        for (size_t i = 0; i < count; i++)
            cuts[i] = cut += 0.25 * (double)tn_rng_below(&rng, 4);
        for (size_t i = 0; i < N; i++)
            x[i] = tn_rng_below(&rng, 10) ? 0.25 * (double)tn_rng_below(&rng, 200) - 12.0
                                          : kernels_fixture_double(&rng);
        for (int inclusive = 0; inclusive < 2; inclusive++) {
            base()->bin->bin(got, rows(x), cuts, count, inclusive, N);
            for (size_t i = 0; i < N; i++) {
                double want = 1.0;
                for (size_t c = 0; c < count; c++)
                    want += inclusive ? cuts[c] <= x[i] : cuts[c] < x[i];
                cr_assert(equal(got[i], isnan(x[i]) ? x[i] : want));
            }
        }
    }
}

Test(kernels, rules_add_whole_units) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("rules"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double acc[N];
        double x[3][N];
        double got[N];
        uint64_t gate[N / 64];
        for (size_t i = 0; i < N; i++)
            acc[i] = (double)((int64_t)tn_rng_below(&rng, 1u << 20) - (1 << 19));
        for (size_t k = 0; k < 3; k++)
            draw(&rng, x[k]);
        for (size_t i = 0; i < N / 64; i++)
            gate[i] = tn_rng_below(&rng, 4) ? tn_rng_u64(&rng) : ~0ull;
        const tn_score_rule list[3] = {
            {.x = rows(x[0]), .points = 20.0, .cap = 60.0},
            {.x = rows(x[1]), .gate = {gate, 1}, .points = -0.3, .cap = (double)INFINITY},
            {.x = rows(x[2]), .gate = {gate, 1}, .points = 1.0 / 3.0, .cap = 1e6}};
        const size_t count = (size_t)turn % 4;
        base()->score->rules(got, rows(acc), list, count, N);
        for (size_t i = 0; i < N; i++) {
            double want = acc[i];
            for (size_t k = 0; k < count; k++) {
                const double raw = list[k].points * x[k][i];
                const double capped = fmax(-list[k].cap, fmin(list[k].cap, raw));
                if (isnan(x[k][i]) || (list[k].gate.data && !bit(gate, i))) continue;
                want += nearbyint(fmax(-0x1p42, fmin(0x1p42, capped * 65536.0)));
            }
            cr_assert(got[i] == want, "%zu rules: %a instead of %a", count, got[i], want);
        }
    }
}

static long double naive_alive(bool is_mbg, const double p[4], const double row[3]) {
    const long double r = (long double)p[0], alpha = (long double)p[1];
    const long double a = (long double)p[2], b = (long double)p[3];
    const long double x = (long double)row[0], T = (long double)row[2];
    const long double t_x = row[0] == 0.0 ? 0.0L : (long double)row[1];
    if (!is_mbg && row[0] == 0.0) return 1.0L;
    const long double odds =
        a / (is_mbg ? b + x : b + x - 1.0L) * expl((r + x) * log1pl((T - t_x) / (alpha + t_x)));
    return 1.0L / (1.0L + odds);
}

Test(kernels, p_alive_is_the_published_formula_up_to_x_of_5000) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("p_alive"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        const double p[4] = {0.1 + 2.0 * tn_rng_unit(&rng), 0.5 + 20.0 * tn_rng_unit(&rng),
                             turn % 5 ? 0.05 + 2.0 * tn_rng_unit(&rng) : 1.0 + 1e-9,
                             0.05 + 4.0 * tn_rng_unit(&rng)};
        double x[N];
        double t_x[N];
        double T[N];
        double got[2][N];
        for (size_t i = 0; i < N; i++) {
            x[i] = (double)tn_rng_below(&rng, i % 3 ? 20 : 5001);
            T[i] = 0.1 + 520.0 * tn_rng_unit(&rng);
            t_x[i] = i % 7 == 0 ? T[i] : i % 11 == 0 ? 0.0 : T[i] * tn_rng_unit(&rng);
            if (i % 23 == 0) x[i] = (double)NAN;
            if (i % 29 == 0) T[i] = (double)NAN;
        }
        const tn_in_f64 in[3] = {rows(x), rows(t_x), rows(T)};
        base()->clv->p_alive_bg(got[0], in, p, N);
        base()->clv->p_alive_mbg(got[1], in, p, N);
        for (size_t i = 0; i < N; i++) {
            for (int is_mbg = 0; is_mbg < 2; is_mbg++) {
                if (isnan(x[i]) || isnan(T[i])) {
                    cr_assert(isnan(got[is_mbg][i]));
                    continue;
                }
                const long double want =
                    naive_alive(is_mbg, p, (const double[3]){x[i], t_x[i], T[i]});
                const double error = (double)fabsl((long double)got[is_mbg][i] - want);
                const double since = is_mbg && x[i] == 0.0 ? 0.0 : t_x[i];
                const double log_ratio = log((p[1] + T[i]) / (p[1] + since));
                const double bound =
                    (double)want * (4e-16 * (p[0] + x[i]) * (1.0 + log_ratio) + 2e-15);
                cr_assert(error <= bound || (want < 1e-290L && got[is_mbg][i] < 1e-290),
                          "x %g t_x %g T %g: %.17g instead of %.17Lg", x[i], t_x[i], T[i],
                          got[is_mbg][i], want);
            }
        }
    }
}

Test(kernels, cells_outside_a_table_are_missing_unless_null) {
    double cells[3 * 8];
    double r[64];
    double c[64];
    double got[64];
    uint64_t missing[1];
    for (size_t i = 0; i < 24; i++)
        cells[i] = (double)i;
    cells[1 * 8 + 2] = (double)NAN;
    for (size_t i = 0; i < 64; i++) {
        r[i] = (double)(i % 5) - 1.0;
        c[i] = (double)(i / 5) - 1.0;
    }
    r[60] = (double)NAN;
    c[61] = (double)NAN;
    r[62] = 1.5;
    c[62] = 1.0;
    const tn_cells table = {.cells = cells, .rows = 3, .columns = 5, .row_stride = 8};
    base()->clv->cell(got, missing, rows(r), rows(c), &table, 64);
    for (size_t i = 0; i < 64; i++) {
        const bool null = isnan(r[i]) || isnan(c[i]);
        const bool inside = r[i] >= 0 && r[i] < 3 && c[i] >= 0 && c[i] < 5 && r[i] == floor(r[i]);
        const double want = inside ? cells[(size_t)r[i] * 8 + (size_t)c[i]] : (double)NAN;
        cr_assert(equal(got[i], want), "row %g column %g", r[i], c[i]);
        cr_assert_eq(bit(missing, i), !null && isnan(want), "row %g column %g", r[i], c[i]);
    }
    const tn_cells none = {.cells = NULL, .rows = 0, .columns = 0, .row_stride = 0};
    base()->clv->cell(got, missing, rows(r), rows(c), &none, 64);
    for (size_t i = 0; i < 64; i++)
        cr_assert(isnan(got[i]) && bit(missing, i) == !(isnan(r[i]) || isnan(c[i])));
}

Test(kernels, days_and_months_follow_the_calendar) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("days"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double date[N];
        double today[N];
        double got[N];
        for (size_t i = 0; i < N; i++) {
            const uint64_t span = turn % 2 ? 100000 : 120000000;
            date[i] = (double)((int64_t)tn_rng_below(&rng, span) - (int64_t)span / 2);
            today[i] = (double)((int64_t)tn_rng_below(&rng, span) - (int64_t)span / 2);
            if (i % 8 == 0) /* 29 February of some leap year, and near it */
                date[i] = tn_days_from_civil(2000 + 4 * (int32_t)tn_rng_below(&rng, 20), 2, 29);
            if (i % 16 == 0)
                today[i] = tn_days_from_civil(2000 + (int32_t)tn_rng_below(&rng, 90), 2, 28) +
                           (double)tn_rng_below(&rng, 3);
        }
        date[17] = (double)NAN;
        today[18] = (double)NAN;
        date[19] = 1.1e8;
        base()->calendar->anniversary(got, rows(date), rows(today), N);
        for (size_t i = 0; i < N; i++) {
            if (i >= 17 && i <= 19)
                cr_assert(isnan(got[i]));
            else
                cr_assert(got[i] == tn_days_to_anniversary((int32_t)date[i], (int32_t)today[i]),
                          "date %g today %g: %g", date[i], today[i], got[i]);
        }
        const int32_t months = (int32_t)tn_rng_below(&rng, 2400) - 1200;
        base()->calendar->add_months(got, rows(date), months, N);
        for (size_t i = 0; i < N; i++) {
            if (i == 17 || i == 19)
                cr_assert(isnan(got[i]));
            else
                cr_assert(got[i] == tn_days_add_months((int32_t)date[i], months),
                          "date %g + %d months: %g", date[i], months, got[i]);
        }
        base()->calendar->add_months(got, rows(date), INT32_MIN, N);
        for (size_t i = 0; i < N; i++)
            cr_assert(isnan(got[i]));
    }
}

Test(kernels, aggregates_add_up) {
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("aggregates"));
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        uint64_t where[N / 64];
        draw(&rng, x);
        for (size_t i = 0; i < N; i++)
            if (isinf(x[i])) x[i] = 3.0;
        for (size_t i = 0; i < N / 64; i++)
            where[i] = tn_rng_u64(&rng);
        double sums[8] = {0};
        size_t count = 0;
        double low = (double)INFINITY;
        double high = -(double)INFINITY;
        uint64_t want[256] = {0};
        uint64_t got[256] = {0};
        const tn_digit digit = {.shift = 48, .bits = 8, .prefix = 0xC0};
        for (size_t i = 0; i < N; i++) {
            if (isnan(x[i])) continue;
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
            if (!bit(where, i)) continue;
            sums[i % 8] += x[i];
            count++;
            const uint64_t key = tn_key_of_f64(x[i]);
            if (key >> 56 == 0xC0) want[(key >> 48) & 0xFF]++;
        }
        const double sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) +
                           ((sums[1] + sums[5]) + (sums[3] + sums[7]));
        const tn_in_bits chosen = {where, 1};
        double least;
        double largest;
        base()->aggregate->range(rows(x), &least, &largest, N);
        base()->aggregate->histogram(got, rows(x), chosen, &digit, N);
        cr_assert(equal(base()->aggregate->sum(rows(x), chosen, N), sum));
        cr_assert_eq(base()->aggregate->count_not_null(rows(x), chosen, N), count);
        cr_assert(least == low && largest == high);
        cr_assert(memcmp(want, got, sizeof want) == 0);
    }
}

Test(kernels, keys_order_as_numbers_do) {
    static const double ascending[] = {-DBL_MAX, -1.5,    -1.0, -DBL_MIN, -0.0,
                                       0.0,      DBL_MIN, 1.0,  1.5,      DBL_MAX};
    for (size_t i = 0; i + 1 < sizeof ascending / sizeof *ascending; i++)
        cr_assert_lt(tn_key_of_f64(ascending[i]), tn_key_of_f64(ascending[i + 1]));
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++)
        cr_assert(kernels_fixture_same(tn_f64_of_key(tn_key_of_f64(ascending[i])), ascending[i]));
}
