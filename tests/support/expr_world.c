#include "support/expr_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_KEPT = 1000, KEY_KEPT_STEP = 16 };

static const tn_str grade_names[] = {{"bronze", 6}, {"silver", 6}, {"gold", 4}};
static const tn_str stage_names[] = {
    {"first", 5}, {"second", 6}, {"third", 5}, {"gone", 4}, {"banned", 6}};
static const tn_levels world_levels[2] = {{grade_names, 3, 3}, {stage_names, 5, 3}};

static const char *const words[] = {"",
                                    "a",
                                    "A",
                                    "DE",
                                    "de",
                                    "Web-Shop",
                                    "it's",
                                    "\xC3\x84RGER",
                                    "\xC3\xA4rger",
                                    "gold",
                                    "third",
                                    "\xCE\x95\xCE\xBB\xCE\xBB\xCE\xAC\xCF\x82",
                                    "shop",
                                    "first"};
enum { WORD_COUNT = sizeof words / sizeof words[0] };

static const char *const action_names[TN_WORLD_ACTIONS] = {"visit", "open", "purchase", "refund"};

static void *must(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

static void must_be_ok(tn_status status) {
    if (status != TN_OK) abort();
}

static uint64_t pick(tn_rng *rng, uint64_t bound) {
    return tn_rng_below(rng, bound);
}

/* ---- Values ---- */

static double random_number(tn_rng *rng) {
    static const double special[] = {0.0, 1.0, -1.0, 0.5, 1e300, -1e300, 1e-300, 4e15, 2.5, -2.5};
    switch (pick(rng, 6)) {
    case 0:
        return special[pick(rng, sizeof special / sizeof special[0])];
    case 1:
    case 2:
        return (double)pick(rng, 20) - 5.0;
    case 3:
        return tn_rng_normal(rng) * 100.0;
    case 4:
        return exp(tn_rng_normal(rng) * 5.0);
    default:
        return (double)pick(rng, 1000000) / 100.0;
    }
}

/* Days of 1970 to 2200, many at the ends of months and in 2024 to 2027. */
static int32_t random_day(tn_rng *rng) {
    switch (pick(rng, 4)) {
    case 0:
        return (int32_t)pick(rng, 84371);
    case 1:
        return tn_days_from_civil(1970 + (int32_t)pick(rng, 231), 1 + (int32_t)pick(rng, 12), 28) +
               (int32_t)pick(rng, 3);
    case 2:
        return tn_days_from_civil(2024, 1, 1) + (int32_t)pick(rng, 1460);
    default:
        return pick(rng, 2) ? 0 : 84370;
    }
}

static int64_t random_time(tn_rng *rng, int64_t as_of_ms) {
    if (pick(rng, 8) == 0) return as_of_ms;
    if (pick(rng, 4) == 0) return as_of_ms - (int64_t)pick(rng, 30 * (uint64_t)TN_DAY_MS);
    const int64_t within = pick(rng, 2) ? (int64_t)pick(rng, (uint64_t)TN_DAY_MS) : 0;
    const int64_t hours = (int64_t)pick(rng, 4) * 1800000;
    return random_day(rng) * TN_DAY_MS + (pick(rng, 2) ? within : hours);
}

/* ---- Columns ---- */

static size_t cell_size(tn_physical physical) {
    switch (physical) {
    case TN_PHYSICAL_F64:
    case TN_PHYSICAL_I64:
        return 8;
    case TN_PHYSICAL_U16:
        return 2;
    case TN_PHYSICAL_U8:
    case TN_PHYSICAL_I8:
    case TN_PHYSICAL_BITS:
        return 1;
    default:
        return 4;
    }
}

static bool is_null_cell(tn_rng *rng) {
    return pick(rng, 6) == 0;
}

static void fill_number(tn_world *w, tn_world_column *c, size_t row) {
    const double value = random_number(w->rng);
    const double small = fmod(fabs(value), 60000.0);
    const bool is_null = is_null_cell(w->rng);
    switch (c->physical) {
    case TN_PHYSICAL_F64:
        ((double *)c->data)[row] = is_null ? (double)NAN : value;
        break;
    case TN_PHYSICAL_F32:
        ((float *)c->data)[row] = is_null ? NAN : (float)fmod(value, 1e30);
        break;
    case TN_PHYSICAL_I64:
        ((int64_t *)c->data)[row] = is_null ? INT64_MIN : (int64_t)fmod(value, 9e15);
        break;
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS:
        ((int32_t *)c->data)[row] = is_null ? INT32_MIN : (int32_t)fmod(value * 97, 2e9);
        break;
    case TN_PHYSICAL_U32:
        ((uint32_t *)c->data)[row] = (uint32_t)(small * 50000.0);
        break;
    case TN_PHYSICAL_U16:
        ((uint16_t *)c->data)[row] = (uint16_t)small;
        break;
    default:
        ((uint8_t *)c->data)[row] = (uint8_t)fmod(small, 200.0);
        break;
    }
}

static uint32_t random_code(tn_world *w, uint32_t dictionary) {
    if (is_null_cell(w->rng)) return TN_CODE_NULL;
    return (uint32_t)pick(w->rng, tn_dict_count(w->dicts[dictionary]));
}

static void fill_bool(tn_world *w, tn_world_column *c, size_t row) {
    const bool yes = pick(w->rng, 2) != 0;
    const bool is_null = is_null_cell(w->rng);
    if (c->physical == TN_PHYSICAL_BITS) {
        uint64_t *word = (uint64_t *)c->data + row / 64;
        *word = (*word & ~(1ull << row % 64)) | (uint64_t)yes << row % 64;
    } else if (c->physical == TN_PHYSICAL_I8) {
        ((int8_t *)c->data)[row] = (int8_t)(is_null ? -1 : yes);
    } else {
        ((double *)c->data)[row] = is_null ? (double)NAN : yes;
    }
}

static void fill_cell(tn_world *w, tn_world_column *c, size_t row) {
    const bool is_null = is_null_cell(w->rng);
    switch (c->type) {
    case TN_TYPE_NUMBER:
        fill_number(w, c, row);
        break;
    case TN_TYPE_BOOL:
        fill_bool(w, c, row);
        break;
    case TN_TYPE_TEXT:
        ((uint32_t *)c->data)[row] = random_code(w, c->dictionary);
        break;
    case TN_TYPE_LEVEL:
        ((int8_t *)c->data)[row] =
            (int8_t)(is_null ? -1 : (int)pick(w->rng, (uint64_t)c->levels->count));
        break;
    case TN_TYPE_TIME:
        ((int64_t *)c->data)[row] = is_null ? INT64_MIN : random_time(w->rng, w->as_of_ms);
        break;
    case TN_TYPE_DURATION:
        ((double *)c->data)[row] =
            is_null ? (double)NAN : floor(tn_rng_normal(w->rng) * 40.0) * 36e5;
        break;
    default:
        ((int32_t *)c->data)[row] = is_null ? INT32_MIN : random_day(w->rng);
        break;
    }
}

static tn_physical random_physical(tn_rng *rng, tn_type type) {
    static const tn_physical numbers[] = {TN_PHYSICAL_F64, TN_PHYSICAL_F32,  TN_PHYSICAL_I64,
                                          TN_PHYSICAL_I32, TN_PHYSICAL_U32,  TN_PHYSICAL_U16,
                                          TN_PHYSICAL_U8,  TN_PHYSICAL_UNITS};
    static const tn_physical bools[] = {TN_PHYSICAL_BITS, TN_PHYSICAL_I8, TN_PHYSICAL_F64};
    switch (type) {
    case TN_TYPE_NUMBER:
        return numbers[pick(rng, sizeof numbers / sizeof numbers[0])];
    case TN_TYPE_BOOL:
        return bools[pick(rng, 3)];
    case TN_TYPE_TEXT:
        return TN_PHYSICAL_CODE;
    case TN_TYPE_LEVEL:
        return TN_PHYSICAL_I8;
    case TN_TYPE_TIME:
        return TN_PHYSICAL_I64;
    case TN_TYPE_DURATION:
        return TN_PHYSICAL_F64;
    default:
        return TN_PHYSICAL_I32;
    }
}

/* Zero-filled, as 64-byte aligned as inputs must be. */
static void *rows_of(tn_world *w, size_t size) {
    char *memory = must(tn_arena_alloc(&w->arena, TN_WORLD_ROWS_MAX * size + 64));
    return memory + (64 - (uintptr_t)memory % 64) % 64;
}

static void fill_column(tn_world *w, tn_world_column *c) {
    c->data = rows_of(w, cell_size(c->physical));
    for (size_t row = 0; row < w->rows; row++)
        fill_cell(w, c, row);
    if (c->physical == TN_PHYSICAL_BITS || pick(w->rng, 4) != 0) return;
    c->validity = rows_of(w, 1);
    for (size_t i = 0; i < TN_WORLD_ROWS_MAX / 64; i++)
        c->validity[i] = tn_rng_u64(w->rng) | tn_rng_u64(w->rng);
}

static void make_columns(tn_world *w) {
    static const struct {
        tn_type type;
        const char *stem;
        int count;
    } kinds[] = {{TN_TYPE_NUMBER, "n", 8}, {TN_TYPE_BOOL, "b", 4}, {TN_TYPE_TEXT, "t", 4},
                 {TN_TYPE_LEVEL, "l", 4},  {TN_TYPE_TIME, "i", 3}, {TN_TYPE_DURATION, "u", 2},
                 {TN_TYPE_DATE, "d", 3}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (int i = 0; i < kinds[k].count; i++) {
            tn_world_column *c = &w->columns[w->column_count++];
            snprintf(c->name, sizeof c->name, "%s.%s%d", kinds[k].stem, kinds[k].stem, i);
            c->type = kinds[k].type;
            c->levels = c->type == TN_TYPE_LEVEL ? &world_levels[i % 2] : NULL;
            c->dictionary = c->type == TN_TYPE_TEXT ? (uint32_t)(i % 2) : 0;
            c->physical = random_physical(w->rng, c->type);
            fill_column(w, c);
        }
    for (size_t i = 0; i < 2; i++) {
        tn_world_column *c = &w->columns[w->column_count + i];
        c->type = TN_TYPE_TIME;
        c->physical = TN_PHYSICAL_I64;
        fill_column(w, c);
    }
}

/* ---- Actions ---- */

static void make_kept(tn_world *w, size_t action) {
    tn_world_column *kept = w->kept[action];
    static const tn_physical physicals[TN_WORLD_KEPT] = {TN_PHYSICAL_U32, TN_PHYSICAL_F64,
                                                         TN_PHYSICAL_I64, TN_PHYSICAL_I64,
                                                         TN_PHYSICAL_F64, TN_PHYSICAL_F64};
    for (size_t k = 0; k < TN_WORLD_KEPT; k++) {
        kept[k].physical = physicals[k];
        kept[k].type = physicals[k] == TN_PHYSICAL_I64 ? TN_TYPE_TIME : TN_TYPE_NUMBER;
        kept[k].data = rows_of(w, cell_size(physicals[k]));
    }
    kept[TN_WORLD_DECAYED].scale = ldexp(tn_rng_unit(w->rng), -(int)pick(w->rng, 40));
    for (size_t row = 0; row < w->rows; row++) {
        const bool happened = pick(w->rng, 3) != 0;
        const int64_t last = random_time(w->rng, w->as_of_ms);
        ((uint32_t *)kept[TN_WORLD_COUNT].data)[row] = happened ? 1 + (uint32_t)pick(w->rng, 9) : 0;
        ((double *)kept[TN_WORLD_SUM].data)[row] = happened ? (double)pick(w->rng, 9999) / 7 : 0.0;
        ((int64_t *)kept[TN_WORLD_FIRST].data)[row] =
            happened ? last - (int64_t)pick(w->rng, (uint64_t)last + 1) : INT64_MIN;
        ((int64_t *)kept[TN_WORLD_LAST].data)[row] = happened ? last : INT64_MIN;
        ((double *)kept[TN_WORLD_LAST_VALUE].data)[row] =
            happened ? random_number(w->rng) : (double)NAN;
        ((double *)kept[TN_WORLD_DECAYED].data)[row] = happened ? tn_rng_exponential(w->rng) : 0.0;
    }
}

static void make_cuts(tn_world *w) {
    for (size_t slot = 0; slot < TN_WORLD_TILE_SLOTS; slot++) {
        w->cut_counts[slot] = 1 + pick(w->rng, TN_WORLD_CUTS_MAX);
        double cut = -20.0;
        for (size_t i = 0; i < w->cut_counts[slot]; i++) {
            cut += (double)pick(w->rng, 30);
            w->cuts[slot][i] = cut;
        }
    }
}

static void make_dicts(tn_world *w) {
    for (size_t d = 0; d < 2; d++) {
        tn_hash_secret secret;
        tn_hash_secret_seeded(&secret, tn_rng_u64(w->rng));
        must_be_ok(tn_dict_create(NULL, &secret, &w->dicts[d]));
        for (int i = 0; i < 10; i++) {
            uint32_t code = 0;
            must_be_ok(tn_dict_put(w->dicts[d], tn_str_of(words[pick(w->rng, WORD_COUNT)]), &code));
        }
    }
}

/* ---- The scope ---- */

static bool find_column(void *context, tn_str name, tn_scope_column *out) {
    const tn_world *w = context;
    for (size_t i = 0; i < w->column_count; i++) {
        const tn_world_column *c = &w->columns[i];
        if (!tn_str_is(name, c->name)) continue;
        *out = (tn_scope_column){.type = c->type, .levels = c->levels, .column = (uint32_t)i};
        return true;
    }
    return false;
}

static bool find_action(void *context, tn_str name, tn_scope_action *out) {
    (void)context;
    for (size_t i = 0; i < TN_WORLD_ACTIONS; i++) {
        if (!tn_str_is(name, action_names[i])) continue;
        *out = (tn_scope_action){.action = (uint32_t)i, .has_value = i >= 2};
        return true;
    }
    return false;
}

void tn_world_init(tn_world *w, tn_rng *rng) {
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata",
                                        "Pacific/Auckland"};
    static const size_t sizes[] = {1, 63, 64, 65, 200, 1023, 1024};
    memset(w, 0, sizeof *w);
    w->rng = rng;
    tn_arena_init(&w->arena, NULL);
    must_be_ok(tn_zone_open(zones[pick(rng, 5)], &w->zone, NULL));
    w->as_of_ms =
        tn_days_from_civil(2026, 1, 1) * TN_DAY_MS + (int64_t)pick(rng, 365 * (uint64_t)TN_DAY_MS);
    w->rows = sizes[pick(rng, sizeof sizes / sizeof sizes[0])];
    make_dicts(w);
    make_columns(w);
    for (size_t action = 0; action < TN_WORLD_ACTIONS; action++)
        make_kept(w, action);
    make_cuts(w);
    for (size_t i = 0; i < w->column_count; i++)
        w->names[i] = w->columns[i].name;
    w->scope = (tn_scope){.context = w,
                          .find_column = find_column,
                          .find_action = find_action,
                          .column_names = w->names,
                          .column_name_count = w->column_count,
                          .action_names = action_names,
                          .action_name_count = TN_WORLD_ACTIONS};
}

void tn_world_deinit(tn_world *w) {
    tn_dict_destroy(w->dicts[0]);
    tn_dict_destroy(w->dicts[1]);
    tn_zone_close(w->zone);
    tn_arena_deinit(&w->arena);
}

/* ---- Running ---- */

static tn_world_kept kept_of(tn_node_kind kind) {
    switch (kind) {
    case TN_NODE_COUNT:
        return TN_WORLD_COUNT;
    case TN_NODE_SUM:
        return TN_WORLD_SUM;
    case TN_NODE_FIRST:
        return TN_WORLD_FIRST;
    case TN_NODE_LAST:
        return TN_WORLD_LAST;
    case TN_NODE_LAST_VALUE:
        return TN_WORLD_LAST_VALUE;
    default:
        return TN_WORLD_DECAYED;
    }
}

/* The column behind a leaf, and the key of its input. */
static const tn_world_column *column_of(const tn_world *w, const tn_expr *leaf, uint32_t *key) {
    if (leaf->kind == TN_NODE_COLUMN || leaf->kind == TN_NODE_JOINED ||
        leaf->kind == TN_NODE_LAST_SEEN) {
        *key = leaf->kind == TN_NODE_COLUMN
                   ? leaf->column
                   : (uint32_t)w->column_count + (leaf->kind == TN_NODE_LAST_SEEN);
        return &w->columns[*key];
    }
    const tn_world_kept kept = kept_of(leaf->kind);
    *key = KEY_KEPT + KEY_KEPT_STEP * leaf->action + (uint32_t)kept;
    return &w->kept[leaf->action][kept];
}

static const tn_world_column *column_of_key(const tn_world *w, uint32_t key) {
    if (key < KEY_KEPT) return &w->columns[key];
    return &w->kept[(key - KEY_KEPT) / KEY_KEPT_STEP][(key - KEY_KEPT) % KEY_KEPT_STEP];
}

static uint32_t tile_slot(const tn_expr *leaf) {
    return leaf->as.count % TN_WORLD_TILE_SLOTS;
}

tn_value_id tn_world_lower_leaf(void *world, tn_builder *b, const tn_expr *leaf,
                                tn_value_id argument) {
    uint32_t key = 0;
    if (leaf->kind == TN_NODE_TILE) return tn_build_bin(b, argument, tile_slot(leaf), false);
    if (leaf->kind == TN_NODE_BUCKET) return tn_build_bucket(b, leaf->as.count, leaf->text);
    const tn_world_column *c = column_of(world, leaf, &key);
    const tn_value_id input = tn_build_input(b, key, c->physical, c->dictionary, c->scale != 0.0);
    if (c->physical != TN_PHYSICAL_UNITS || input == TN_NO_VALUE) return input;
    return tn_build_math(b, TN_MATH_FROM_UNITS, input, TN_NO_VALUE);
}

static size_t write_id(size_t row, char out[24]) {
    return (size_t)snprintf(out, 24, "customer-%zu", row * 7919 % 10007);
}

static tn_str id_of(void *context, size_t row) {
    char *id = context;
    return (tn_str){.data = id, .size = write_id(row, id)};
}

tn_program_state *tn_world_run(const tn_world *w, const tn_program *program,
                               const tn_kernels *kernels, void *const *outputs) {
    tn_bound_input inputs[TN_WORLD_COLUMNS_MAX + TN_WORLD_ACTIONS * TN_WORLD_KEPT] = {{0}};
    tn_bound_output bound[64] = {{0}};
    char id[24];
    for (size_t i = 0; i < tn_program_input_count(program); i++) {
        const tn_world_column *c = column_of_key(w, tn_program_input_key(program, i));
        inputs[i] = (tn_bound_input){.data = c->data, .validity = c->validity, .scale = c->scale};
    }
    for (size_t i = 0; i < tn_program_output_count(program); i++)
        bound[i].data = outputs[tn_program_output_key(program, i)];
    tn_program_state *state = NULL;
    must_be_ok(tn_program_state_create(program, kernels, NULL, &state));
    for (uint32_t slot = 0; slot < TN_WORLD_TILE_SLOTS; slot++)
        tn_state_set_cuts(state, slot, w->cuts[slot], w->cut_counts[slot]);
    const tn_dict *dicts[2] = {w->dicts[0], w->dicts[1]};
    must_be_ok(tn_state_prepare(state, dicts, 2, NULL));
    const tn_tile tile = {.rows = w->rows,
                          .as_of_ms = w->as_of_ms,
                          .inputs = inputs,
                          .outputs = bound,
                          .id = id_of,
                          .id_context = id};
    must_be_ok(tn_program_run(state, &tile));
    return state;
}

/* ---- The oracle's view ---- */

static tn_oracle_value number_or_null(double value, bool is_null) {
    return is_null ? tn_oracle_null(TN_TYPE_NUMBER) : tn_oracle_number(value);
}

static tn_oracle_value numeric_cell(const tn_world_column *c, size_t row) {
    switch (c->physical) {
    case TN_PHYSICAL_F64: {
        const double value = ((const double *)c->data)[row];
        return tn_oracle_number(c->scale == 0.0 ? value : value * c->scale);
    }
    case TN_PHYSICAL_F32:
        return tn_oracle_number((double)((const float *)c->data)[row]);
    case TN_PHYSICAL_I64: {
        const int64_t value = ((const int64_t *)c->data)[row];
        return number_or_null((double)value, value == INT64_MIN);
    }
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS: {
        const int32_t value = ((const int32_t *)c->data)[row];
        const double unit = c->physical == TN_PHYSICAL_UNITS ? 65536.0 : 1.0;
        return number_or_null((double)value / unit, value == INT32_MIN);
    }
    case TN_PHYSICAL_U32:
        return tn_oracle_number((double)((const uint32_t *)c->data)[row]);
    case TN_PHYSICAL_U16:
        return tn_oracle_number((double)((const uint16_t *)c->data)[row]);
    case TN_PHYSICAL_U8:
        return tn_oracle_number((double)((const uint8_t *)c->data)[row]);
    default: {
        const int8_t value = ((const int8_t *)c->data)[row];
        return number_or_null((double)value, value < 0);
    }
    }
}

static tn_oracle_value cell(const tn_world *w, const tn_world_column *c, size_t row) {
    if (c->validity != NULL && !(c->validity[row / 64] >> row % 64 & 1))
        return tn_oracle_null(c->type);
    if (c->physical == TN_PHYSICAL_BITS)
        return tn_oracle_bool(((const uint64_t *)c->data)[row / 64] >> row % 64 & 1);
    if (c->type == TN_TYPE_TEXT) {
        const uint32_t code = ((const uint32_t *)c->data)[row];
        if (code == TN_CODE_NULL) return tn_oracle_null(TN_TYPE_TEXT);
        return tn_oracle_text(tn_dict_text(w->dicts[c->dictionary], code));
    }
    tn_oracle_value value = numeric_cell(c, row);
    value.boolean = value.number != 0.0;
    return value;
}

static int tile_of(const tn_world *w, uint32_t slot, double x) {
    int tile = 1;
    for (size_t i = 0; i < w->cut_counts[slot]; i++)
        tile += w->cuts[slot][i] < x;
    return tile;
}

static tn_oracle_value eval_tile(const tn_world_row *r, const tn_expr *leaf, tn_oracle_value x) {
    const uint32_t slot = tile_slot(leaf);
    if (x.is_null) return x;
    const int tile = tile_of(r->world, slot, x.number);
    if (tile_of(r->world, slot, x.number - x.slack) != tile ||
        tile_of(r->world, slot, x.number + x.slack) != tile)
        r->oracle->unsure = true;
    return tn_oracle_number(tile);
}

static tn_oracle_value eval_bucket(const tn_world_row *r, const tn_expr *leaf) {
    char salted[256];
    memcpy(salted, leaf->text.data == NULL ? "" : leaf->text.data, leaf->text.size);
    const size_t size = leaf->text.size + write_id(r->row, salted + leaf->text.size);
    return tn_oracle_number((double)(tn_hash_plain(salted, size) % leaf->as.count));
}

tn_oracle_value tn_world_leaf(void *world_row, const tn_expr *leaf, tn_oracle_value argument) {
    const tn_world_row *r = world_row;
    uint32_t key = 0;
    if (leaf->kind == TN_NODE_TILE) return eval_tile(r, leaf, argument);
    if (leaf->kind == TN_NODE_BUCKET) return eval_bucket(r, leaf);
    return cell(r->world, column_of(r->world, leaf, &key), r->row);
}
