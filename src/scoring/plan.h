/* plan.h: what compiling a model leaves behind, for the sources of this layer.
 *
 * A plan is a list of passes. Each is one sealed program over tiles of rows; what it reads and
 * writes is named by keys (below). Between passes the cuts of tile() are taken over the whole base.
 * Within a pass a derived column that another one reads is the value as its column stores it, so
 * that a later pass or a query, which read the column, see the same bits. */
#ifndef TN_SCORING_PLAN_H
#define TN_SCORING_PLAN_H

#include "expr/lower.h"
#include "scoring/scorer.h"

/* ---- Keys: the columns that programs read and write ---- */

enum {
    /* spaces below are those of tn_table_column_kind */
    TN_KEY_VALIDITY = 32, /* of attribute i, a bool: BITS of the rows that are not null */
    TN_KEY_DERIVED,       /* derived column i */
    TN_KEY_HIDDEN,        /* hidden column i: F64, the argument of a tile() */
    TN_KEY_BUCKET,        /* bucket column i of a plan */
    TN_KEY_RESULT         /* output i of a query, an explanation or an intake */
};
static inline uint32_t tn_key_pack(uint32_t space, uint32_t index) {
    return (space << 24) | index;
}
static inline uint32_t tn_key_space(uint32_t key) {
    return key >> 24;
}
static inline uint32_t tn_key_index(uint32_t key) {
    return key & 0xFFFFFFu;
}

/* ---- Slots of the state ---- */

enum {
    TN_CUTS_RECENCY,
    TN_CUTS_FREQUENCY,
    TN_CUTS_MONETARY,
    TN_CUTS_TILE /* + number of the tile */
};
enum { TN_TABLE_EXPECTED, TN_TABLE_DISCOUNTED, TN_TABLE_RFM_SEGMENT };
enum { TN_CALL_P_ALIVE };
enum { TN_PARAMETER_SPEND_P, TN_PARAMETER_SPEND_Q_LESS_1, TN_PARAMETER_SPEND_V, TN_PARAMETER_MEAN };

/* ---- Passes ---- */

/* The cuts of a tile(x, n): n − 1 quantiles of a column, taken before pass `pass` runs. */
typedef struct tn_tile_cut {
    uint32_t key; /* of x's column */
    uint32_t n;
    uint32_t pass;
} tn_tile_cut;

typedef struct tn_passes {
    tn_program **programs;
    size_t count;
    tn_tile_cut *cuts; /* of slots TN_CUTS_TILE + i */
    size_t cut_count;
    size_t cut_capacity;
    uint32_t hidden_count;
} tn_passes;

/* A TILE node and the cuts that it is binned by. */
typedef struct tn_tile_use tn_tile_use;
struct tn_tile_use {
    const tn_expr *node;
    uint32_t cut;
    const tn_tile_use *next;
};

/* A bucket(n, salt) of a plan. It depends on the id alone, so the scorer keeps a column of it. */
typedef struct tn_bucket_use tn_bucket_use;
struct tn_bucket_use {
    uint32_t n;
    tn_str salt;
    uint32_t index; /* of its column; the newest use comes first and has the largest */
    const tn_bucket_use *next;
};

struct tn_plan {
    const tn_model *model;
    tn_arena arena;
    tn_passes passes;
    const tn_tile_use *tiles;
    const tn_bucket_use *buckets;
    const uint32_t *derived_pass; /* which pass writes a derived column */
    /* The RFM segment of each (recency, frequency, monetary) as a table: its row is (recency − 1) ×
     * bins[1] + frequency − 1, its column monetary − 1; NULL when there are too many bins. */
    const double *rfm_cells;
};

void tn_passes_deinit(tn_passes *passes);

/* The physical type of a derived column's storage. */
tn_physical tn_derived_physical(const tn_derived *derived);
/* The physical type of what a key names. */
tn_physical tn_key_physical(const tn_model *model, uint32_t key);

/* ---- Compiling: shared by plans, queries and explanations ---- */

typedef struct tn_compiler {
    const tn_model *model;
    tn_arena *arena;
    tn_passes *passes;
    tn_builder **builders; /* one a pass; owned until sealed */
    size_t builder_capacity;
    bool reads_columns; /* every derived column is there to be read (queries, explanations) */
    const uint32_t *derived_pass;      /* by derived column: which pass writes it */
    const tn_value_id *derived_values; /* by derived column: its value in its own pass */
    const tn_tile_use *tiles;
    const tn_bucket_use *buckets; /* of a plan; queries and explanations hash ids as they go */
    const tn_tile_cut *cuts;      /* that tiles number; NULL: those of `passes` */
    uint32_t pass;                /* the pass that is being lowered into */
} tn_compiler;

void tn_compiler_init(tn_compiler *compiler, const tn_model *model, tn_arena *arena,
                      tn_passes *passes);
/* Destroys builders that were not sealed. */
void tn_compiler_deinit(tn_compiler *compiler);
/* Raises *pass to the first pass in which `expr` can be evaluated, and takes note of its tiles;
 * TN_UNSUPPORTED when the store does not keep what it reads. A NULL expr needs nothing. */
tn_status tn_compiler_prepare(tn_compiler *compiler, const tn_expr *expr, uint32_t *pass,
                              tn_error *error) TN_MUST_CHECK;
/* Makes `pass` the one to lower into; creates its builder. */
tn_status tn_compiler_enter(tn_compiler *compiler, uint32_t pass, tn_error *error) TN_MUST_CHECK;
tn_builder *tn_compiler_builder(const tn_compiler *compiler);
/* Lowers a prepared expression into the present pass. */
tn_value_id tn_compiler_lower(tn_compiler *compiler, const tn_expr *expr);
/* The value of a column in the present pass: numbers F64 (a score in points, a level's rank), bool
 * attributes F64 too, other bools BITS, text CODE. */
tn_value_id tn_compiler_column(const tn_compiler *compiler, uint32_t key, bool scaled);
/* Seals every builder into compiler->passes. */
tn_status tn_compiler_seal(tn_compiler *compiler, tn_error *error) TN_MUST_CHECK;

/* ---- Lowering of the parts of a model (points.c, worth.c) ---- */

/* What a rule adds to `acc`, in units. */
tn_value_id tn_lower_rule(tn_compiler *compiler, tn_value_id acc, const tn_model_rule *rule);
/* The weight of an action rule: a decayed sum, a plain sum or a count. */
tn_value_id tn_lower_weight(const tn_compiler *compiler, const tn_model_rule *rule);
/* A whole score in units. */
tn_value_id tn_lower_score(tn_compiler *compiler, const tn_model_score *score);
tn_value_id tn_lower_grade(const tn_compiler *compiler, const tn_model_score *score,
                           tn_value_id points);
/* Caps and ranges in units; a cap as far as it can bind without losing exactness. */
double tn_units_of_points(double points);
double tn_points_cap(double cap);

/* An RFM bin (TN_CUTS_RECENCY …) and the segment. */
tn_value_id tn_lower_rfm_bin(const tn_compiler *compiler, unsigned which);
tn_value_id tn_lower_rfm_segment(const tn_compiler *compiler, bool has_cells);
/* Cells for tn_plan.rfm_cells; *out stays NULL when there are too many bins. */
tn_status tn_rfm_cells_build(const tn_model *model, tn_arena *arena,
                             const double **out) TN_MUST_CHECK;

/* One of the four clv columns. */
tn_value_id tn_lower_clv(tn_compiler *compiler, tn_derived_kind kind);

#endif
