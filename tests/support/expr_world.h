/* expr_world.h: a random base to try expressions on: columns of every type and storage, actions,
 * two dictionaries, rows with nulls and extremes; and random expressions about it, as text.
 *
 * A world can run compiled programs over its rows and tell the oracle the value of any leaf. */
#ifndef TESTS_SUPPORT_EXPR_WORLD_H
#define TESTS_SUPPORT_EXPR_WORLD_H

#include "base/bytes.h"
#include "base/rng.h"
#include "expr/expr.h"
#include "expr/lower.h"
#include "store/dict.h"
#include "support/expr_oracle.h"

enum {
    TN_WORLD_ROWS_MAX = TN_TILE_ROWS,
    TN_WORLD_COLUMNS_MAX = 32,
    TN_WORLD_ACTIONS = 4,
    TN_WORLD_TILE_SLOTS = 3,
    TN_WORLD_CUTS_MAX = 12
};

/* A column of the base, or what an action keeps. */
typedef struct tn_world_column {
    char name[32];
    tn_type type;
    const tn_levels *levels;
    tn_physical physical;
    uint32_t dictionary;
    void *data;         /* TN_WORLD_ROWS_MAX rows */
    uint64_t *validity; /* NULL: none */
    double scale;       /* of a scaled input; 0: not scaled */
} tn_world_column;

typedef enum tn_world_kept {
    TN_WORLD_COUNT,
    TN_WORLD_SUM,
    TN_WORLD_FIRST,
    TN_WORLD_LAST,
    TN_WORLD_LAST_VALUE,
    TN_WORLD_DECAYED,
    TN_WORLD_KEPT
} tn_world_kept;

typedef struct tn_world {
    tn_rng *rng;
    tn_arena arena;
    tn_zone *zone;
    int64_t as_of_ms;
    size_t rows;
    tn_dict *dicts[2];
    tn_world_column columns[TN_WORLD_COLUMNS_MAX]; /* the last two: joined, last_seen */
    size_t column_count;                           /* without those */
    tn_world_column kept[TN_WORLD_ACTIONS][TN_WORLD_KEPT];
    double cuts[TN_WORLD_TILE_SLOTS][TN_WORLD_CUTS_MAX];
    size_t cut_counts[TN_WORLD_TILE_SLOTS];
    const char *names[TN_WORLD_COLUMNS_MAX];
    tn_scope scope;
} tn_world;

/* Aborts when memory is used up, like everything here. */
void tn_world_init(tn_world *world, tn_rng *rng);
void tn_world_deinit(tn_world *world);

/* How a world's leaves are lowered; the context is the world. */
tn_value_id tn_world_lower_leaf(void *world, tn_builder *builder, const tn_expr *leaf,
                                tn_value_id argument);

/* Runs a program over all rows with a table of kernels. `outputs[i]` receives output number i: 8
 * bytes a row of F64, 4 of CODE, words of BITS. The state must be destroyed by the caller. */
tn_program_state *tn_world_run(const tn_world *world, const tn_program *program,
                               const tn_kernels *kernels, void *const *outputs);

/* The oracle's view of one row. */
typedef struct tn_world_row {
    const tn_world *world;
    size_t row;
    tn_oracle *oracle;
} tn_world_row;
tn_oracle_value tn_world_leaf(void *world_row, const tn_expr *leaf, tn_oracle_value argument);

/* Appends a random expression of a type that is no level, nested at most `depth` deep. */
void tn_world_expression(const tn_world *world, tn_rng *rng, tn_type type, int depth,
                         tn_buffer *out);

#endif
