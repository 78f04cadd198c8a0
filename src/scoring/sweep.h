/* sweep.h: one program run over one shard, tile by tile.
 *
 * A sweep owns the program's state for the shard and the bindings of its inputs and outputs. It
 * belongs to whichever thread works on the shard. */
#ifndef TN_SCORING_SWEEP_H
#define TN_SCORING_SWEEP_H

#include "scoring/buckets.h"
#include "scoring/column_set.h"

/* Where keys lead to. Columns shorter than the table read as null. */
typedef struct tn_sweep_source {
    const tn_model *model;
    const tn_table *table;
    const tn_column_set *derived; /* of TN_KEY_DERIVED; NULL: none are read */
    const tn_column_set *hidden;  /* of TN_KEY_HIDDEN; may be the same */
    const tn_buckets *buckets;    /* of TN_KEY_BUCKET; NULL: none */
    tn_column *results; /* of TN_KEY_RESULT: one chunk each, used for every chunk; NULL: the caller
                         * gives the rows (tn_sweep_block) */
} tn_sweep_source;

typedef struct tn_sweep_lane {
    const tn_column *column;
    const tn_column *validity; /* NULL: none */
    size_t tile_bytes;         /* of the column */
    uint32_t decay;            /* of a scaled input, else TN_NONE */
} tn_sweep_lane;

typedef struct tn_sweep {
    tn_heap *heap;
    const tn_program *program;
    tn_program_state *state;
    tn_sweep_source source;
    tn_sweep_lane *lanes; /* by input */
    tn_bound_input *inputs;
    tn_column **targets; /* by output */
    tn_bound_output *outputs;
    size_t input_count, output_count;
    tn_column *nulls; /* by physical type: a chunk to read past a column's end */
} tn_sweep;

tn_status tn_sweep_init(tn_sweep *sweep, const tn_program *program, const tn_kernels *kernels,
                        tn_heap *heap) TN_MUST_CHECK;
void tn_sweep_deinit(tn_sweep *sweep);
/* Resolves every key. Outputs must have room for the chunks that will be run. */
tn_status tn_sweep_bind(tn_sweep *sweep, const tn_sweep_source *source) TN_MUST_CHECK;
/* Runs the first `rows` rows of a chunk; the state is prepared. Bits of rows that are not live, and
 * every output of such a row, are cleared. */
tn_status tn_sweep_chunk(tn_sweep *sweep, size_t chunk, size_t rows,
                         int64_t as_of_ms) TN_MUST_CHECK;
/* Runs the block of 64 rows that `row` is in; output i is written to outputs[i], room for 64 rows.
 */
tn_status tn_sweep_block(tn_sweep *sweep, uint32_t row, void *const *outputs,
                         int64_t as_of_ms) TN_MUST_CHECK;
/* The rows of a chunk that a table has. */
size_t tn_sweep_rows(uint32_t row_count, size_t chunk);

#endif
