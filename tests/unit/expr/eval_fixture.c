#include "unit/expr/eval_fixture.h"

#include "unit/expr/expr_fixture.h"

#include "base/bytes.h"
#include "expr/lower.h"

#include <criterion/criterion.h>
#include <math.h>

enum { NULL_DATE = INT32_MIN };
#define NULL_TIME INT64_MIN

enum input_key {
    KEY_COLUMN = 0, /* + the fixture's number of the column */
    KEY_JOINED = 40,
    KEY_LAST_SEEN,
    KEY_COUNT = 50, /* + action, like the next */
    KEY_SUM = 60,
    KEY_FIRST = 70,
    KEY_LAST = 80,
    KEY_LAST_VALUE = 90,
    KEY_DECAYED = 100,
    OUTPUT_KEY = 7,
    TILE_SLOT = 3
};

#define T_FIRST 1768032000000 /* 2026-01-10T08:00Z */
#define T_LAST  1769860800000 /* 2026-01-31T12:00Z */
#define T_AS_OF 1774740600000 /* 2026-03-28T23:30Z */

/* One block of rows; only the first is looked at. */
typedef union block {
    _Alignas(64) double f64[64];
    int64_t i64[64];
    int32_t i32[64];
    uint32_t u32[64];
    int8_t i8[64];
    uint64_t words[1];
} block;

typedef struct runner {
    tn_dict *dict;
    tn_builder *builder;
} runner;

static tn_physical physical_of(const tn_expr *leaf) {
    switch (leaf->type) {
    case TN_TYPE_TEXT:
        return TN_PHYSICAL_CODE;
    case TN_TYPE_DATE:
        return TN_PHYSICAL_I32;
    case TN_TYPE_TIME:
        return TN_PHYSICAL_I64;
    case TN_TYPE_LEVEL:
        return TN_PHYSICAL_I8;
    default:
        return TN_PHYSICAL_F64;
    }
}

/* segment.vip is never null and comes as bits, newsletter may be and comes as a number. */
static tn_value_id lower_column(tn_builder *b, const tn_expr *leaf) {
    const bool is_bits = tn_str_is(leaf->text, "segment.vip");
    return tn_build_input(b, KEY_COLUMN + leaf->column,
                          is_bits ? TN_PHYSICAL_BITS : physical_of(leaf), 0, false);
}

static tn_value_id lower_leaf(void *context, tn_builder *b, const tn_expr *leaf,
                              tn_value_id argument) {
    (void)context;
    switch (leaf->kind) {
    case TN_NODE_COLUMN:
        return lower_column(b, leaf);
    case TN_NODE_JOINED:
        return tn_build_input(b, KEY_JOINED, TN_PHYSICAL_I64, 0, false);
    case TN_NODE_LAST_SEEN:
        return tn_build_input(b, KEY_LAST_SEEN, TN_PHYSICAL_I64, 0, false);
    case TN_NODE_COUNT:
        return tn_build_input(b, KEY_COUNT + leaf->action, TN_PHYSICAL_U32, 0, false);
    case TN_NODE_SUM:
        return tn_build_input(b, KEY_SUM + leaf->action, TN_PHYSICAL_F64, 0, false);
    case TN_NODE_FIRST:
        return tn_build_input(b, KEY_FIRST + leaf->action, TN_PHYSICAL_I64, 0, false);
    case TN_NODE_LAST:
        return tn_build_input(b, KEY_LAST + leaf->action, TN_PHYSICAL_I64, 0, false);
    case TN_NODE_LAST_VALUE:
        return tn_build_input(b, KEY_LAST_VALUE + leaf->action, TN_PHYSICAL_F64, 0, false);
    case TN_NODE_DECAYED:
        return tn_build_input(b, KEY_DECAYED + leaf->action, TN_PHYSICAL_F64, 0, false);
    case TN_NODE_TILE:
        return tn_build_bin(b, argument, TILE_SLOT, false);
    case TN_NODE_BUCKET:
        return tn_build_bucket(b, leaf->as.count, leaf->text);
    default:
        cr_assert_fail("%s is no leaf", tn_node_word(leaf->kind));
        return TN_NO_VALUE;
    }
}

static uint32_t code_of(tn_dict *dict, const char *text) {
    uint32_t code = 0;
    cr_assert_eq(tn_dict_put(dict, tn_str_of(text), &code), TN_OK);
    return code;
}

static void fill_column(runner *r, uint32_t column, block *out) {
    switch (column) {
    case 0:
        out->f64[0] = 30;
        break;
    case 1:
        out->f64[0] = (double)NAN;
        break;
    case 2:
        out->f64[0] = 12.5;
        break;
    case 3:
        out->u32[0] = code_of(r->dict, "DE");
        break;
    case 4:
        out->u32[0] = TN_CODE_NULL;
        break;
    case 5:
        out->u32[0] = code_of(r->dict, "Web-Shop");
        break;
    case 6:
        out->f64[0] = (double)NAN;
        break;
    case 7:
        out->i32[0] = tn_days_from_civil(1990, 2, 28);
        break;
    case 8:
        out->i32[0] = NULL_DATE;
        break;
    case 9:
        out->f64[0] = -2.5;
        break;
    case 10:
        out->f64[0] = 250;
        break;
    case 11:
        out->f64[0] = 0.75;
        break;
    case 12:
        out->i8[0] = 1;
        break;
    case 13:
        out->i8[0] = 4;
        break;
    case 14:
        out->i8[0] = -1;
        break;
    case 15:
        out->u32[0] = code_of(r->dict, "high");
        break;
    case 16:
        out->i64[0] = 1774747800000;
        break;
    case 17:
        out->f64[0] = 36 * 36e5;
        break;
    case 18:
        out->words[0] = 1;
        break;
    default:
        cr_assert_fail("no column %u", column);
    }
}

static void fill_action(uint32_t key, block *out) {
    const uint32_t action = key % 10;
    const bool visited = action == 0;
    const bool bought = action == 2;
    switch (key - action) {
    case KEY_COUNT:
        out->u32[0] = visited ? 3 : bought ? 2 : 0;
        break;
    case KEY_SUM:
        out->f64[0] = bought ? 70 : 0;
        break;
    case KEY_FIRST:
        out->i64[0] = visited || bought ? T_FIRST : NULL_TIME;
        break;
    case KEY_LAST:
        out->i64[0] = visited || bought ? T_LAST : NULL_TIME;
        break;
    case KEY_LAST_VALUE:
        out->f64[0] = bought ? 40 : (double)NAN;
        break;
    default:
        out->f64[0] = visited ? 1.5 : 0;
        break;
    }
}

static void fill_input(runner *r, uint32_t key, block *out) {
    memset(out, 0, sizeof *out);
    if (key < KEY_JOINED) {
        fill_column(r, key, out);
    } else if (key == KEY_JOINED) {
        out->i64[0] = T_FIRST;
    } else if (key == KEY_LAST_SEEN) {
        out->i64[0] = T_LAST;
    } else {
        fill_action(key, out);
    }
}

static tn_str customer_id(void *context, size_t row) {
    (void)context;
    (void)row;
    return tn_str_of("c-1");
}

static bool run(runner *r, const tn_program *program) {
    static const double cuts[] = {100, 200, 300};
    block inputs[32];
    block output = {{0}};
    tn_bound_input bound[32] = {{0}};
    const tn_bound_output result = {.data = &output};
    const tn_dict *dicts[] = {r->dict};
    tn_program_state *state = NULL;
    const size_t count = tn_program_input_count(program);
    cr_assert_leq(count, 32);
    for (size_t i = 0; i < count; i++) {
        fill_input(r, tn_program_input_key(program, i), &inputs[i]);
        bound[i].data = &inputs[i];
    }
    const tn_tile tile = {
        .rows = 1, .as_of_ms = T_AS_OF, .inputs = bound, .outputs = &result, .id = customer_id};
    cr_assert_eq(tn_program_state_create(program, tn_kernels_get(TN_ISA_BASE), NULL, &state),
                 TN_OK);
    tn_state_set_cuts(state, TILE_SLOT, cuts, 3);
    cr_assert_eq(tn_state_prepare(state, dicts, 1, NULL), TN_OK);
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    tn_program_state_destroy(state);
    return output.words[0] & 1;
}

bool fixture_holds(const char *text, const tn_scope *scope, const char *zone_name) {
    fixture_result checked;
    tn_zone *zone = NULL;
    tn_program *program = NULL;
    tn_hash_secret secret;
    runner r = {0};
    const tn_lowering lowering = {.leaf = lower_leaf};
    fixture_check(&checked, text, scope);
    cr_assert_eq(checked.status, TN_OK, "%s: %s", text, checked.error.message);
    cr_assert_eq(checked.tree->type, TN_TYPE_BOOL, "%s", text);
    cr_assert_eq(tn_zone_open(zone_name, &zone, NULL), TN_OK);
    tn_hash_secret_seeded(&secret, 1);
    cr_assert_eq(tn_dict_create(NULL, &secret, &r.dict), TN_OK);
    r.builder = tn_builder_create(zone);
    const tn_value_id value = tn_expr_lower(r.builder, checked.tree, &lowering);
    cr_assert_neq(value, TN_NO_VALUE, "%s", text);
    cr_assert_eq(tn_builder_kind(r.builder, value), TN_REGISTER_BITS, "%s", text);
    tn_build_output(r.builder, OUTPUT_KEY, value, TN_PHYSICAL_BITS);
    cr_assert_eq(tn_builder_seal(r.builder, &program, NULL), TN_OK);
    const bool holds = run(&r, program);
    tn_program_destroy(program);
    tn_dict_destroy(r.dict);
    tn_zone_close(zone);
    fixture_release(&checked);
    return holds;
}
