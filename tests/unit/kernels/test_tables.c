/* Every table against the base table, bit for bit: every kernel, random and special values, one to
 * five blocks, operands of one value a row and of one block for all, results in place. */
#include "kernels_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 320, WORDS = ROWS / 64, ROUNDS = 400, CODES = 40 };

/* One draw of everything that a kernel may read. */
typedef struct tn_rows {
    size_t n;
    double x[3][ROWS];
    double counts[3][ROWS]; /* whole numbers and plausible times, some null */
    uint64_t bits[3][WORDS];
    uint32_t codes[2][ROWS];
    uint32_t map[CODES];
    uint64_t table[1];
    double cuts[50];
    size_t cut_count;
    double cells[12 * 16];
    float f32[ROWS];
    int64_t i64[ROWS];
    int32_t i32[ROWS];
    uint32_t u32[ROWS];
    uint16_t u16[ROWS];
    uint8_t u8[ROWS];
    int8_t i8[ROWS];
    size_t step[3]; /* 0 or 1 */
    double low;
    double high;
    unsigned choice;
} tn_rows;

typedef union tn_result {
    double f64[ROWS];
    float f32[ROWS];
    uint32_t u32[ROWS];
    uint64_t u64[ROWS];
    int8_t i8[ROWS];
    uint64_t words[WORDS];
} tn_result;

typedef enum tn_result_kind { AS_F64, AS_BYTES } tn_result_kind;

typedef struct tn_table_case {
    const char *name;
    void (*run)(const tn_kernels *k, const tn_rows *r, tn_result *out);
    tn_result_kind kind;
} tn_table_case;

static tn_in_f64 x_of(const tn_rows *r, size_t i) {
    return (tn_in_f64){r->x[i], r->step[i]};
}
static tn_in_f64 count_of(const tn_rows *r, size_t i) {
    return (tn_in_f64){r->counts[i], r->step[i]};
}
static tn_in_bits bits_of(const tn_rows *r, size_t i) {
    return (tn_in_bits){r->bits[i], r->step[i]};
}
static tn_in_code code_of(const tn_rows *r, size_t i) {
    return (tn_in_code){r->codes[i], r->step[i]};
}

/* ---- One function a kernel ---- */

static void load_f32(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_f32(out->f64, r->f32, r->n);
}
static void load_f64_scaled(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_f64_scaled(out->f64, r->x[0], r->x[1][0], r->n);
}
static void load_i64(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_i64(out->f64, r->i64, r->n);
}
static void load_i32(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_i32(out->f64, r->i32, r->n);
}
static void load_u32(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_u32(out->f64, r->u32, r->n);
}
static void load_u16(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_u16(out->f64, r->u16, r->n);
}
static void load_u8(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_u8(out->f64, r->u8, r->n);
}
static void load_i8(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->load_i8(out->f64, r->i8, r->n);
}
static void valid_f64(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->valid_f64(out->f64, x_of(r, 0), bits_of(r, 1), r->n);
}
static void valid_code(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->valid_code(out->u32, code_of(r, 0), bits_of(r, 1), r->n);
}
static void store_f64(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_f64(out->f64, x_of(r, 0), r->n);
}
static void store_f32(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_f32(out->f32, x_of(r, 0), r->n);
}
static void store_i64(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_i64((int64_t *)out->u64, x_of(r, 0), r->n);
}
static void store_i32(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_i32((int32_t *)out->u32, x_of(r, 0), r->n);
}
static void store_i8(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_i8(out->i8, x_of(r, 0), r->n);
}
static void store_code(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_code(out->u32, code_of(r, 0), r->n);
}
static void store_bits(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->convert->store_bits(out->words, bits_of(r, 0), r->n);
}
static void unary(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->arith->unary[r->choice % TN_UNARY_COUNT](out->f64, x_of(r, 0), r->n);
}
static void unary_in_place(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    memcpy(out->f64, r->x[0], sizeof r->x[0]);
    k->arith->unary[r->choice % TN_UNARY_COUNT](out->f64, (tn_in_f64){out->f64, 1}, r->n);
}
static void binary(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->arith->binary[r->choice % TN_BINARY_COUNT](out->f64, x_of(r, 0), x_of(r, 1), r->n);
}
static void binary_in_place(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    memcpy(out->f64, r->x[1], sizeof r->x[1]);
    k->arith->binary[r->choice % TN_BINARY_COUNT](out->f64, x_of(r, 0), (tn_in_f64){out->f64, 1},
                                                  r->n);
}
static void clamp(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->arith->clamp(out->f64, x_of(r, 0), r->low, r->high, r->n);
}
static void steps(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    const tn_steps steps = {
        .at = r->cuts, .delta = r->cells, .count = r->cut_count % 8, .base = r->cells[9]};
    k->calendar->steps(out->f64, x_of(r, 0), r->low, &steps, r->n);
}
static void anniversary(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    double today[64];
    for (size_t i = 0; i < 64; i++)
        today[i] = r->counts[1][0] * 500.0;
    const tn_in_f64 for_all = {today, 0};
    k->calendar->anniversary(out->f64, x_of(r, 0), r->step[1] ? count_of(r, 1) : for_all, r->n);
}
static void add_months(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->calendar->add_months(out->f64, x_of(r, 0), (int32_t)r->choice - 500000, r->n);
}
static void order(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->compare->order[r->choice % TN_ORDER_COUNT](out->words, x_of(r, 0), x_of(r, 1), r->n);
}
static void between(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->compare->between(out->words, x_of(r, 0), r->low, r->high, r->n);
}
static void is_null(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->compare->is_null(out->words, x_of(r, 0), r->n);
}
static void select_f64(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->select->f64(out->f64, bits_of(r, 0), x_of(r, 1), x_of(r, 2), r->n);
}
static void select_code(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->select->code(out->u32, bits_of(r, 2), code_of(r, 0), code_of(r, 1), r->n);
}
static void coalesce_f64(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->select->coalesce_f64(out->f64, x_of(r, 0), x_of(r, 1), r->n);
}
static void coalesce_code(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->select->coalesce_code(out->u32, code_of(r, 0), code_of(r, 1), r->n);
}
static void and_(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->bits->and_(out->words, bits_of(r, 0), bits_of(r, 1), r->n);
}
static void or_(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->bits->or_(out->words, bits_of(r, 0), bits_of(r, 1), r->n);
}
static void and_not(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->bits->and_not(out->words, bits_of(r, 0), bits_of(r, 1), r->n);
}
static void not_(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->bits->not_(out->words, bits_of(r, 0), r->n);
}
static void select_bits(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->bits->select(out->words, bits_of(r, 0), bits_of(r, 1), bits_of(r, 2), r->n);
}
static void is_null_code(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->codes->is_null(out->words, code_of(r, 0), r->n);
}
static void equal(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->codes->equal(out->words, code_of(r, 0), code_of(r, 1), r->n);
}
static void test(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->codes->test(out->words, code_of(r, 0), r->table, CODES, r->n);
}
static void map(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    uint32_t codes[ROWS];
    const bool unknown = k->codes->map(codes, code_of(r, 0), r->map, CODES, r->n);
    for (size_t i = 0; i < r->n; i++)
        out->u32[i] = codes[i] ^ unknown;
}
static void of_rank(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->codes->of_rank(out->u32, count_of(r, 0), r->map, CODES, r->n);
}
static void bin(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->bin->bin(out->f64, x_of(r, 0), r->cuts, r->cut_count, r->choice & 1, r->n);
}
static void rules(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    const tn_score_rule list[3] = {
        {.x = x_of(r, 1), .gate = bits_of(r, 1), .points = r->low, .cap = (double)INFINITY},
        {.x = count_of(r, 2), .gate = {0}, .points = -3.25, .cap = 100.0},
        {.x = x_of(r, 2), .gate = bits_of(r, 2), .points = 1e9, .cap = fabs(r->high)}};
    k->score->rules(out->f64, count_of(r, 0), list, r->choice % 4, r->n);
}
static void add_where(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    k->score->add_where(out->f64, count_of(r, 0), bits_of(r, 1), r->low, r->n);
}
static void p_alive_bg(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    const tn_in_f64 in[3] = {count_of(r, 0), count_of(r, 1), count_of(r, 2)};
    k->clv->p_alive_bg(out->f64, in, (const double[4]){0.243, 4.414, 0.793, 2.426}, r->n);
}
static void p_alive_mbg(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    const tn_in_f64 in[3] = {count_of(r, 0), count_of(r, 1), count_of(r, 2)};
    k->clv->p_alive_mbg(out->f64, in, (const double[4]){0.525, 6.183, 0.891, 1.614}, r->n);
}
static void cell(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    const tn_cells cells = {.cells = r->cells, .rows = 12, .columns = 15, .row_stride = 16};
    uint64_t missing[WORDS];
    k->clv->cell(out->f64, missing, count_of(r, 0), count_of(r, 1), &cells, r->n);
    for (size_t i = 0; i < r->n; i++)
        if ((missing[i / 64] >> (i % 64)) & 1) out->f64[i] = -1.0;
}
static void aggregate(const tn_kernels *k, const tn_rows *r, tn_result *out) {
    memset(out, 0, sizeof *out);
    out->f64[0] = k->aggregate->sum(x_of(r, 0), bits_of(r, 1), r->n);
    out->f64[1] = (double)k->aggregate->count_not_null(x_of(r, 0), bits_of(r, 1), r->n);
    k->aggregate->range(x_of(r, 0), &out->f64[2], &out->f64[3], r->n);
    uint64_t counts[256] = {0};
    const tn_digit digit = {.shift = 56, .bits = 8, .prefix = 0};
    k->aggregate->histogram(counts, x_of(r, 0), bits_of(r, 1), &digit, r->n);
    for (size_t i = 0; i < 256; i++)
        out->f64[4 + i % 60] += (double)counts[i] * (double)(i + 1);
}

static const tn_table_case cases[] = {
    {"load_f32", load_f32, AS_F64},
    {"load_f64_scaled", load_f64_scaled, AS_F64},
    {"load_i64", load_i64, AS_F64},
    {"load_i32", load_i32, AS_F64},
    {"load_u32", load_u32, AS_F64},
    {"load_u16", load_u16, AS_F64},
    {"load_u8", load_u8, AS_F64},
    {"load_i8", load_i8, AS_F64},
    {"valid_f64", valid_f64, AS_F64},
    {"valid_code", valid_code, AS_BYTES},
    {"store_f64", store_f64, AS_BYTES},
    {"store_f32", store_f32, AS_BYTES},
    {"store_i64", store_i64, AS_BYTES},
    {"store_i32", store_i32, AS_BYTES},
    {"store_i8", store_i8, AS_BYTES},
    {"store_code", store_code, AS_BYTES},
    {"store_bits", store_bits, AS_BYTES},
    {"unary", unary, AS_F64},
    {"unary in place", unary_in_place, AS_F64},
    {"binary", binary, AS_F64},
    {"binary in place", binary_in_place, AS_F64},
    {"clamp", clamp, AS_F64},
    {"steps", steps, AS_F64},
    {"anniversary", anniversary, AS_F64},
    {"add_months", add_months, AS_F64},
    {"order", order, AS_BYTES},
    {"between", between, AS_BYTES},
    {"is_null", is_null, AS_BYTES},
    {"select_f64", select_f64, AS_F64},
    {"select_code", select_code, AS_BYTES},
    {"coalesce_f64", coalesce_f64, AS_F64},
    {"coalesce_code", coalesce_code, AS_BYTES},
    {"and", and_, AS_BYTES},
    {"or", or_, AS_BYTES},
    {"and_not", and_not, AS_BYTES},
    {"not", not_, AS_BYTES},
    {"select_bits", select_bits, AS_BYTES},
    {"is_null_code", is_null_code, AS_BYTES},
    {"equal", equal, AS_BYTES},
    {"test", test, AS_BYTES},
    {"map", map, AS_BYTES},
    {"of_rank", of_rank, AS_BYTES},
    {"bin", bin, AS_F64},
    {"rules", rules, AS_F64},
    {"add_where", add_where, AS_F64},
    {"p_alive_bg", p_alive_bg, AS_F64},
    {"p_alive_mbg", p_alive_mbg, AS_F64},
    {"cell", cell, AS_F64},
    {"aggregate", aggregate, AS_F64},
};

/* ---- Draws ---- */

static double draw_count(tn_rng *rng) {
    const uint64_t kind = tn_rng_below(rng, 10);
    if (kind == 0) return (double)NAN;
    if (kind == 1) return 0.0;
    if (kind == 2) return (double)tn_rng_below(rng, 5000);
    if (kind == 3) return 20.0 * tn_rng_unit(rng);
    return (double)tn_rng_below(rng, 45);
}

static uint32_t draw_code(tn_rng *rng) {
    const uint64_t kind = tn_rng_below(rng, 8);
    if (kind == 0) return UINT32_MAX;
    if (kind == 1) return (uint32_t)tn_rng_u64(rng);
    return (uint32_t)tn_rng_below(rng, CODES + 2);
}

static void draw_integers(tn_rng *rng, tn_rows *r) {
    for (size_t i = 0; i < ROWS; i++) {
        const unsigned shift = (unsigned)tn_rng_below(rng, 64);
        const uint64_t any = tn_rng_u64(rng) >> shift;
        const bool is_least = tn_rng_below(rng, 10) == 0;
        r->i64[i] = is_least ? INT64_MIN + (int64_t)tn_rng_below(rng, 3) : (int64_t)any;
        r->i32[i] = is_least ? INT32_MIN + (int32_t)tn_rng_below(rng, 3) : (int32_t)(uint32_t)any;
        r->u32[i] = (uint32_t)any;
        r->u16[i] = (uint16_t)any;
        r->u8[i] = (uint8_t)any;
        r->i8[i] = (int8_t)(uint8_t)any;
        r->f32[i] = (float)kernels_fixture_double(rng);
    }
}

static void draw(tn_rng *rng, tn_rows *r) {
    r->n = 64 * (1 + tn_rng_below(rng, WORDS));
    for (size_t k = 0; k < 3; k++) {
        r->step[k] = tn_rng_below(rng, 4) != 0;
        for (size_t i = 0; i < ROWS; i++) {
            r->x[k][i] = kernels_fixture_double(rng);
            r->counts[k][i] = draw_count(rng);
        }
        for (size_t i = 0; i < WORDS; i++)
            r->bits[k][i] = tn_rng_u64(rng);
    }
    for (size_t i = 0; i < ROWS; i++) {
        r->codes[0][i] = draw_code(rng);
        r->codes[1][i] = tn_rng_below(rng, 3) ? draw_code(rng) : r->codes[0][i];
    }
    for (size_t i = 0; i < CODES; i++)
        r->map[i] = draw_code(rng);
    r->table[0] = tn_rng_u64(rng);
    r->cut_count = 1 + tn_rng_below(rng, 50);
    double cut = -3.0;
    for (size_t i = 0; i < r->cut_count; i++)
        r->cuts[i] = cut += (double)tn_rng_below(rng, 3) * tn_rng_unit(rng);
    for (size_t i = 0; i < sizeof r->cells / sizeof *r->cells; i++)
        r->cells[i] = tn_rng_below(rng, 20) ? tn_rng_normal(rng) : (double)NAN;
    draw_integers(rng, r);
    r->low = -fabs(kernels_fixture_finite(rng));
    r->high = fabs(kernels_fixture_finite(rng));
    r->choice = (unsigned)tn_rng_below(rng, 1u << 20);
}

static void expect_same(const tn_table_case *test, const char *table, const tn_rows *r,
                        const tn_result *want, const tn_result *got) {
    if (test->kind == AS_BYTES) {
        cr_assert(memcmp(want, got, sizeof *want) == 0, "%s (%u) of %s", test->name, r->choice,
                  table);
        return;
    }
    for (size_t i = 0; i < ROWS; i++)
        cr_assert(kernels_fixture_same(want->f64[i], got->f64[i]),
                  "%s (%u) of %s: row %zu of %zu is %a instead of %a (x %a, y %a)", test->name,
                  r->choice, table, i, r->n, got->f64[i], want->f64[i], r->x[0][i], r->x[1][i]);
}

Test(tables, every_table_gives_the_bits_of_the_base_table) {
    tn_named_table tables[4];
    const size_t count = kernels_fixture_tables(tables);
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("tables"));
    static tn_rows rows;
    for (int turn = 0; turn < ROUNDS; turn++) {
        draw(&rng, &rows);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            tn_result want;
            memset(&want, 0x5A, sizeof want);
            cases[c].run(tables[0].table, &rows, &want);
            for (size_t t = 1; t < count; t++) {
                tn_result got;
                memset(&got, 0x5A, sizeof got);
                cases[c].run(tables[t].table, &rows, &got);
                expect_same(&cases[c], tables[t].name, &rows, &want, &got);
            }
        }
    }
}

Test(tables, no_kernel_writes_beyond_its_rows) {
    tn_named_table tables[4];
    const size_t count = kernels_fixture_tables(tables);
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("beyond"));
    static tn_rows rows;
    for (int turn = 0; turn < 20; turn++) {
        draw(&rng, &rows);
        rows.n = 64;
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            for (size_t t = 0; t < count; t++) {
                tn_result got;
                memset(&got, 0x5A, sizeof got);
                if (cases[c].run == aggregate || strstr(cases[c].name, "in place")) continue;
                cases[c].run(tables[t].table, &rows, &got);
                const unsigned char *bytes = (const unsigned char *)&got;
                for (size_t i = 64 * sizeof(double); i < sizeof got; i++)
                    cr_assert(bytes[i] == 0x5A, "%s of %s wrote byte %zu", cases[c].name,
                              tables[t].name, i);
            }
        }
    }
}

Test(tables, the_tables_know_which_they_are) {
    cr_assert_eq(tn_kernels_get(TN_ISA_BASE)->isa, TN_ISA_BASE);
    for (int isa = TN_ISA_AVX2; isa < TN_ISA_COUNT; isa++) {
        const tn_kernels *table = tn_kernels_get((tn_isa)isa);
        cr_assert_eq(table != NULL, tn_cpu_has((tn_isa)isa));
        if (table) cr_assert_eq(table->isa, (tn_isa)isa);
    }
}

Test(tables, the_environment_forces_a_table_or_an_error) {
    const tn_kernels *table = NULL;
    tn_error error;
    for (int isa = 0; isa < TN_ISA_COUNT; isa++) {
        table = NULL;
        setenv("TENURE_ISA", tn_isa_name((tn_isa)isa), 1);
        const tn_status status = tn_kernels_choose(&table, &error);
        if (tn_cpu_has((tn_isa)isa) || isa == TN_ISA_BASE) {
            cr_assert_eq(status, TN_OK);
            cr_assert_eq(table->isa, (tn_isa)isa);
        } else {
            cr_assert_eq(status, TN_UNSUPPORTED);
            cr_assert_null(table);
            cr_assert_not_null(strstr(error.message, tn_isa_name((tn_isa)isa)));
        }
    }
    setenv("TENURE_ISA", "sse9", 1);
    cr_assert_eq(tn_kernels_choose(&table, &error), TN_BAD_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "sse9"));
    setenv("TENURE_ISA", "", 1);
    cr_assert_eq(tn_kernels_choose(&table, &error), TN_OK);
    unsetenv("TENURE_ISA");
    cr_assert_eq(tn_kernels_choose(&table, &error), TN_OK);
    int best = TN_ISA_COUNT - 1;
    while (best > 0 && !tn_cpu_has((tn_isa)best))
        best--;
    cr_assert_eq(table->isa, (tn_isa)best);
}
