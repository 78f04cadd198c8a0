/* bench_kernels: what does each kernel cost on a tile that stays in the nearest caches?
 *
 * The bound of most kernels is the bandwidth of the first- and second-level cache: the bytes that
 * it reads and writes a row are counted and shown as GB/s. Every table that this processor has is
 * measured in the same run, interleaved: min and median of the rounds.
 *
 *     bench_kernels [--rows N] [--rounds N] [--json] [NAME…]     rows a tile, default 1,024 */
#include "base/clock.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 8192, COLUMNS = 8, ROUNDS_MAX = 1001, CODES = 64 };

/* Columns of a tile and what kernels read besides. */
typedef struct bench_tile {
    _Alignas(64) double numbers[COLUMNS][ROWS_MAX];
    _Alignas(64) double counts[3][ROWS_MAX]; /* x, t_x, T */
    _Alignas(64) double out[ROWS_MAX];
    _Alignas(64) float f32[ROWS_MAX];
    _Alignas(64) int64_t i64[ROWS_MAX];
    _Alignas(64) uint32_t codes[2][ROWS_MAX];
    _Alignas(64) uint16_t u16[ROWS_MAX];
    _Alignas(64) int8_t i8[ROWS_MAX];
    _Alignas(64) uint64_t bits[3][ROWS_MAX / 64];
    double constant[64];
    double cuts[99];
    double cells[800 * 64];
    uint32_t map[CODES];
    uint64_t table[1];
} bench_tile;

typedef struct bench_case {
    const char *name;
    double bytes; /* a row, read and written */
    void (*run)(const tn_kernels *k, bench_tile *t, size_t n);
} bench_case;

static tn_in_f64 number(const bench_tile *t, size_t i) {
    return (tn_in_f64){t->numbers[i], 1};
}
static tn_in_f64 constant(const bench_tile *t) {
    return (tn_in_f64){t->constant, 0};
}
static tn_in_bits word(const bench_tile *t, size_t i) {
    return (tn_in_bits){t->bits[i], 1};
}

static void load_f32(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->load_f32(t->out, t->f32, n);
}
static void load_scaled(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->load_f64_scaled(t->out, t->numbers[0], 0.5, n);
}
static void load_i64(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->load_i64(t->out, t->i64, n);
}
static void load_u32(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->load_u32(t->out, t->codes[0], n);
}
static void load_u16(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->load_u16(t->out, t->u16, n);
}
static void load_i8(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->load_i8(t->out, t->i8, n);
}
static void valid(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->valid_f64(t->out, number(t, 0), word(t, 0), n);
}
static void store_f32(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->store_f32(t->f32, number(t, 0), n);
}
static void store_i8(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->store_i8(t->i8, (tn_in_f64){t->counts[0], 1}, n);
}
static void store_i32(const tn_kernels *k, bench_tile *t, size_t n) {
    k->convert->store_i32((int32_t *)(void *)t->codes[1], (tn_in_f64){t->counts[0], 1}, n);
}
static void add(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->binary[TN_BINARY_ADD](t->out, number(t, 0), number(t, 1), n);
}
static void add_constant(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->binary[TN_BINARY_ADD](t->out, number(t, 0), constant(t), n);
}
static void quotient(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->binary[TN_BINARY_DIV](t->out, number(t, 0), number(t, 1), n);
}
static void smaller(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->binary[TN_BINARY_MIN](t->out, number(t, 0), constant(t), n);
}
static void power(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->binary[TN_BINARY_POW](t->out, (tn_in_f64){t->counts[2], 1}, constant(t), n);
}
static void clamp(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->clamp(t->out, number(t, 0), 0.0, 1.0, n);
}
static void logarithm(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->unary[TN_UNARY_LOG](t->out, (tn_in_f64){t->counts[2], 1}, n);
}
static void exponential(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->unary[TN_UNARY_EXP](t->out, number(t, 0), n);
}
static void to_day(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->unary[TN_UNARY_TO_DAY](t->out, number(t, 7), n);
}
static void rounded(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->unary[TN_UNARY_ROUND](t->out, number(t, 0), n);
}
static void to_units(const tn_kernels *k, bench_tile *t, size_t n) {
    k->arith->unary[TN_UNARY_TO_UNITS](t->out, number(t, 0), n);
}
static void compare(const tn_kernels *k, bench_tile *t, size_t n) {
    k->compare->order[TN_ORDER_GE](t->bits[2], number(t, 0), constant(t), n);
}
static void between(const tn_kernels *k, bench_tile *t, size_t n) {
    k->compare->between(t->bits[2], number(t, 0), -1.0, 1.0, n);
}
static void select_f64(const tn_kernels *k, bench_tile *t, size_t n) {
    k->select->f64(t->out, word(t, 0), number(t, 0), constant(t), n);
}
static void coalesce(const tn_kernels *k, bench_tile *t, size_t n) {
    k->select->coalesce_f64(t->out, number(t, 0), constant(t), n);
}
static void both(const tn_kernels *k, bench_tile *t, size_t n) {
    k->bits->and_(t->bits[2], word(t, 0), word(t, 1), n);
}
static void code_equal(const tn_kernels *k, bench_tile *t, size_t n) {
    k->codes->equal(t->bits[2], (tn_in_code){t->codes[0], 1}, (tn_in_code){t->map, 0}, n);
}
static void code_test(const tn_kernels *k, bench_tile *t, size_t n) {
    k->codes->test(t->bits[2], (tn_in_code){t->codes[0], 1}, t->table, CODES, n);
}
static void code_map(const tn_kernels *k, bench_tile *t, size_t n) {
    (void)k->codes->map(t->codes[1], (tn_in_code){t->codes[0], 1}, t->map, CODES, n);
}
static void bin_4(const tn_kernels *k, bench_tile *t, size_t n) {
    k->bin->bin(t->out, number(t, 0), t->cuts, 4, false, n);
}
static void bin_9(const tn_kernels *k, bench_tile *t, size_t n) {
    k->bin->bin(t->out, number(t, 0), t->cuts, 9, false, n);
}
static void bin_99(const tn_kernels *k, bench_tile *t, size_t n) {
    k->bin->bin(t->out, number(t, 0), t->cuts, 99, false, n);
}
static void one_rule(const tn_kernels *k, bench_tile *t, size_t n) {
    const tn_score_rule rule = {.x = number(t, 0), .gate = {0}, .points = 20.0, .cap = 60.0};
    k->score->rules(t->out, number(t, 1), &rule, 1, n);
}
static void eight_rules(const tn_kernels *k, bench_tile *t, size_t n) {
    tn_score_rule rules[8];
    for (size_t i = 0; i < 8; i++)
        rules[i] = (tn_score_rule){.x = number(t, i), .gate = {0}, .points = 20.0, .cap = 60.0};
    k->score->rules(t->out, number(t, 1), rules, 8, n);
}
static void p_alive_bg(const tn_kernels *k, bench_tile *t, size_t n) {
    const tn_in_f64 in[3] = {{t->counts[0], 1}, {t->counts[1], 1}, {t->counts[2], 1}};
    k->clv->p_alive_bg(t->out, in, (const double[4]){0.243, 4.414, 0.793, 2.426}, n);
}
static void p_alive_mbg(const tn_kernels *k, bench_tile *t, size_t n) {
    const tn_in_f64 in[3] = {{t->counts[0], 1}, {t->counts[1], 1}, {t->counts[2], 1}};
    k->clv->p_alive_mbg(t->out, in, (const double[4]){0.525, 6.183, 0.891, 1.614}, n);
}
static void cell(const tn_kernels *k, bench_tile *t, size_t n) {
    const tn_cells cells = {.cells = t->cells, .rows = 800, .columns = 64, .row_stride = 64};
    uint64_t missing[ROWS_MAX / 64];
    k->clv->cell(t->out, missing, (tn_in_f64){t->counts[2], 1}, (tn_in_f64){t->counts[0], 1},
                 &cells, n);
}
static void sum(const tn_kernels *k, bench_tile *t, size_t n) {
    t->out[0] = k->aggregate->sum(number(t, 0), word(t, 0), n);
}
static void range(const tn_kernels *k, bench_tile *t, size_t n) {
    k->aggregate->range(number(t, 0), &t->out[0], &t->out[1], n);
}
static void histogram(const tn_kernels *k, bench_tile *t, size_t n) {
    static uint64_t counts[2048];
    const tn_digit digit = {.shift = 53, .bits = 11, .prefix = 0};
    k->aggregate->histogram(counts, number(t, 0), word(t, 0), &digit, n);
}

static const bench_case cases[] = {
    {"load_f32", 12, load_f32},
    {"load_f64_scaled", 16, load_scaled},
    {"load_i64", 16, load_i64},
    {"load_u32", 12, load_u32},
    {"load_u16", 10, load_u16},
    {"load_i8", 9, load_i8},
    {"valid_f64", 16.125, valid},
    {"store_f32", 12, store_f32},
    {"store_i32", 12, store_i32},
    {"store_i8", 9, store_i8},
    {"add", 24, add},
    {"add constant", 16, add_constant},
    {"div", 24, quotient},
    {"min constant", 16, smaller},
    {"clamp", 16, clamp},
    {"round", 16, rounded},
    {"to_units", 16, to_units},
    {"to_day", 16, to_day},
    {"log", 16, logarithm},
    {"exp", 16, exponential},
    {"pow", 16, power},
    {"compare constant", 8.125, compare},
    {"between", 8.125, between},
    {"select constant", 16.125, select_f64},
    {"coalesce constant", 16, coalesce},
    {"and", 0.375, both},
    {"code equal literal", 4.125, code_equal},
    {"code test", 4.125, code_test},
    {"code map", 8, code_map},
    {"bin of 4 cuts", 16, bin_4},
    {"bin of 9 cuts", 16, bin_9},
    {"bin of 99 cuts", 16, bin_99},
    {"rule", 24, one_rule},
    {"8 rules", 80, eight_rules},
    {"p_alive bg", 32, p_alive_bg},
    {"p_alive mbg", 32, p_alive_mbg},
    {"cell", 32, cell},
    {"sum", 8.125, sum},
    {"range", 8, range},
    {"histogram", 8.125, histogram},
};
enum { CASES = sizeof cases / sizeof *cases };

static void fill(bench_tile *t) {
    tn_rng rng;
    tn_rng_init(&rng, 1);
    for (size_t i = 0; i < ROWS_MAX; i++) {
        for (size_t c = 0; c < COLUMNS; c++)
            t->numbers[c][i] = tn_rng_normal(&rng) * 2.0;
        t->numbers[7][i] = 1.6e12 + (double)tn_rng_below(&rng, 100000000000ull);
        t->counts[2][i] = (double)(30 + tn_rng_below(&rng, 700));
        t->counts[0][i] = (double)tn_rng_below(&rng, 12);
        t->counts[1][i] = t->counts[0][i] > 0 ? t->counts[2][i] * tn_rng_unit(&rng) : 0.0;
        t->f32[i] = (float)t->numbers[0][i];
        t->i64[i] = (int64_t)t->numbers[7][i];
        t->codes[0][i] = (uint32_t)tn_rng_below(&rng, CODES);
        t->u16[i] = (uint16_t)tn_rng_below(&rng, 1000);
        t->i8[i] = (int8_t)tn_rng_below(&rng, 6);
    }
    for (size_t i = 0; i < 3 * (size_t)ROWS_MAX / 64; i++)
        t->bits[i / (ROWS_MAX / 64)][i % (ROWS_MAX / 64)] = tn_rng_u64(&rng);
    for (size_t i = 0; i < 64; i++)
        t->constant[i] = 1.5;
    for (size_t i = 0; i < 99; i++)
        t->cuts[i] = -4.0 + 8.0 * (double)i / 98.0;
    for (size_t i = 0; i < CODES; i++)
        t->map[i] = 7;
    t->table[0] = tn_rng_u64(&rng);
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double ns_a_row(const bench_case *test, const tn_kernels *k, bench_tile *t, size_t n) {
    const size_t repeats = 1 + 30000 / n; /* short: a busy machine leaves quiet moments */
    const uint64_t start = tn_clock_monotonic_ns();
    for (size_t i = 0; i < repeats; i++)
        test->run(k, t, n);
    return (double)(tn_clock_monotonic_ns() - start) / (double)(repeats * n);
}

typedef struct bench_options {
    size_t rows;
    size_t rounds;
    bool json;
    char **names;
    int name_count;
} bench_options;

static bool wanted(const bench_options *options, const char *name) {
    for (int i = 0; i < options->name_count; i++)
        if (strstr(name, options->names[i])) return true;
    return options->name_count == 0;
}

static void report(const bench_options *options, const bench_case *test, double ns[][ROUNDS_MAX]) {
    if (!options->json) printf("%-20s", test->name);
    for (int isa = 0; isa < TN_ISA_COUNT; isa++) {
        if (!tn_kernels_get((tn_isa)isa)) continue;
        qsort(ns[isa], options->rounds, sizeof(double), ascending);
        const double least = ns[isa][0];
        const double median = ns[isa][options->rounds / 2];
        if (options->json)
            printf("{\"bench\":\"kernels\",\"kernel\":\"%s\",\"isa\":\"%s\",\"rows\":%zu,"
                   "\"ns_min\":%.4f,\"ns_median\":%.4f,\"gb_s\":%.2f}\n",
                   test->name, tn_isa_name((tn_isa)isa), options->rows, least, median,
                   test->bytes / least);
        else
            printf("  %8.3f %8.3f %8.1f", least, median, test->bytes / least);
    }
    if (!options->json) printf("\n");
}

static void header(const bench_options *options) {
    if (options->json) return;
    printf("ns a row (min, median) and GB/s; tiles of %zu rows\n%-20s", options->rows, "");
    for (int isa = 0; isa < TN_ISA_COUNT; isa++)
        if (tn_kernels_get((tn_isa)isa)) printf("  %26s", tn_isa_name((tn_isa)isa));
    printf("\n");
}

static bench_options parse(int argc, char **argv) {
    bench_options options = {.rows = 1024, .rounds = 101};
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            options.json = true;
        else if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc)
            options.rows = (size_t)strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            options.rounds = (size_t)strtoull(argv[++i], NULL, 10);
    }
    options.rows = (options.rows + 63) / 64 * 64;
    if (options.rows < 64) options.rows = 64;
    if (options.rows > ROWS_MAX) options.rows = ROWS_MAX;
    if (options.rounds < 1) options.rounds = 1;
    if (options.rounds > ROUNDS_MAX) options.rounds = ROUNDS_MAX;
    options.names = argv + i;
    options.name_count = argc - i;
    return options;
}

int main(int argc, char **argv) {
    static bench_tile tile;
    static double ns[TN_ISA_COUNT][ROUNDS_MAX];
    const bench_options options = parse(argc, argv);
    fill(&tile);
    header(&options);
    for (size_t c = 0; c < CASES; c++) {
        if (!wanted(&options, cases[c].name)) continue;
        for (size_t round = 0; round < options.rounds; round++)
            for (int isa = 0; isa < TN_ISA_COUNT; isa++) {
                const tn_kernels *k = tn_kernels_get((tn_isa)isa);
                if (k) ns[isa][round] = ns_a_row(&cases[c], k, &tile, options.rows);
            }
        report(&options, &cases[c], ns);
    }
    return 0;
}
