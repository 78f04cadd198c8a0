/* sweep.c: pointers move from tile to tile; keys are resolved once a run. */
#include "scoring/sweep.h"

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"

enum {
    TILES_OF_CHUNK = TN_CHUNK_ROWS / TN_TILE_ROWS,
    BLOCKS_OF_TILE = TN_TILE_ROWS / TN_BLOCK_ROWS,
    PHYSICAL_COUNT = TN_PHYSICAL_BITS + 1
};

size_t tn_sweep_rows(uint32_t row_count, size_t chunk) {
    const size_t first = chunk * TN_CHUNK_ROWS;
    if (row_count <= first) return 0;
    return row_count - first < TN_CHUNK_ROWS ? row_count - first : TN_CHUNK_ROWS;
}

tn_status tn_sweep_init(tn_sweep *sweep, const tn_program *program, const tn_kernels *kernels,
                        tn_heap *heap) {
    const size_t in = tn_program_input_count(program), out = tn_program_output_count(program);
    *sweep = (tn_sweep){.heap = heap, .program = program, .input_count = in, .output_count = out};
    sweep->lanes = tn_alloc_array(heap, in + 1, sizeof *sweep->lanes);
    sweep->inputs = tn_alloc_array(heap, in + 1, sizeof *sweep->inputs);
    sweep->targets = tn_alloc_array(heap, out + 1, sizeof *sweep->targets);
    sweep->outputs = tn_alloc_array(heap, out + 1, sizeof *sweep->outputs);
    sweep->nulls = tn_alloc_array(heap, PHYSICAL_COUNT, sizeof *sweep->nulls);
    for (int p = 0; sweep->nulls != NULL && p < PHYSICAL_COUNT; p++)
        tn_column_init(&sweep->nulls[p], heap, (tn_physical)p);
    if (sweep->lanes == NULL || sweep->inputs == NULL || sweep->targets == NULL ||
        sweep->outputs == NULL || sweep->nulls == NULL ||
        tn_program_state_create(program, kernels, heap, &sweep->state) != TN_OK) {
        tn_sweep_deinit(sweep);
        return TN_OUT_OF_MEMORY;
    }
    return TN_OK;
}

void tn_sweep_deinit(tn_sweep *sweep) {
    if (sweep->program == NULL) return;
    if (sweep->state != NULL) tn_program_state_destroy(sweep->state);
    for (int p = 0; sweep->nulls != NULL && p < PHYSICAL_COUNT; p++)
        tn_column_deinit(&sweep->nulls[p]);
    const size_t in = sweep->input_count, out = sweep->output_count;
    tn_free(sweep->heap, sweep->nulls, PHYSICAL_COUNT * sizeof *sweep->nulls);
    tn_free(sweep->heap, sweep->lanes, (in + 1) * sizeof *sweep->lanes);
    tn_free(sweep->heap, sweep->inputs, (in + 1) * sizeof *sweep->inputs);
    tn_free(sweep->heap, sweep->targets, (out + 1) * sizeof *sweep->targets);
    tn_free(sweep->heap, sweep->outputs, (out + 1) * sizeof *sweep->outputs);
    *sweep = (tn_sweep){0};
}

/* ---- Binding ---- */

static size_t tile_bytes_of(const tn_column *column) {
    return tn_chunk_bytes(column->physical) / TILES_OF_CHUNK;
}

static tn_table_column table_column(const tn_sweep *sweep, uint32_t space, uint32_t index) {
    tn_table_column found = {NULL, NULL};
    const tn_table_column_kind kind =
        space == TN_KEY_VALIDITY ? TN_TABLE_ATTRIBUTE : (tn_table_column_kind)space;
    const bool is_kept = tn_table_column_find(sweep->source.table, kind, index, &found);
    TN_ASSERT(is_kept);
    if (space == TN_KEY_VALIDITY) found.column = found.validity;
    /* Of a bool attribute the bitmap is an input of its own; other types carry nulls themselves. */
    if (found.column->physical == TN_PHYSICAL_BITS) found.validity = NULL;
    return found;
}

/* A column of this layer; NULL for a column of the table. */
static tn_column *own_column(const tn_sweep_source *source, uint32_t key) {
    const uint32_t index = tn_key_index(key);
    switch (tn_key_space(key)) {
    case TN_KEY_DERIVED:
        return tn_column_set_derived(source->derived, index);
    case TN_KEY_HIDDEN:
        return tn_column_set_hidden(source->hidden, index);
    case TN_KEY_BUCKET:
        return &source->buckets->columns[index];
    case TN_KEY_RESULT:
        return source->results == NULL ? NULL : &source->results[index];
    default:
        return NULL;
    }
}

static tn_sweep_lane lane_of(const tn_sweep *sweep, uint32_t key) {
    const uint32_t space = tn_key_space(key), index = tn_key_index(key);
    tn_sweep_lane lane = {.decay = space == TN_TABLE_DECAY ? index : TN_NONE};
    lane.column = own_column(&sweep->source, key);
    if (lane.column == NULL) {
        const tn_table_column found = table_column(sweep, space, index);
        lane.column = found.column;
        lane.validity = found.validity;
    }
    lane.tile_bytes = tile_bytes_of(lane.column);
    return lane;
}

tn_status tn_sweep_bind(tn_sweep *sweep, const tn_sweep_source *source) {
    sweep->source = *source;
    const size_t chunks = tn_table_chunk_count(source->table);
    for (size_t i = 0; i < sweep->input_count; i++) {
        tn_sweep_lane *lane = &sweep->lanes[i];
        *lane = lane_of(sweep, tn_program_input_key(sweep->program, i));
        if (lane->column->chunk_count < chunks)
            TN_TRY(tn_column_reserve(&sweep->nulls[lane->column->physical], 1));
    }
    for (size_t i = 0; i < sweep->output_count; i++)
        sweep->targets[i] = own_column(source, tn_program_output_key(sweep->program, i));
    return TN_OK;
}

/* ---- Running ---- */

static const char *chunk_or_null(const tn_sweep *sweep, const tn_column *column, size_t chunk) {
    if (chunk < column->chunk_count) return tn_column_chunk(column, chunk);
    return tn_column_chunk(&sweep->nulls[column->physical], 0);
}

/* The chunk of an output's column that a chunk of rows is written to. */
static size_t target_chunk(const tn_sweep *sweep, size_t output, size_t chunk) {
    const uint32_t key = tn_program_output_key(sweep->program, output);
    return tn_key_space(key) == TN_KEY_RESULT ? 0 : chunk;
}

static void inputs_set(tn_sweep *sweep, size_t chunk, int64_t as_of_ms) {
    for (size_t i = 0; i < sweep->input_count; i++) {
        const tn_sweep_lane *lane = &sweep->lanes[i];
        tn_bound_input *input = &sweep->inputs[i];
        input->data = chunk_or_null(sweep, lane->column, chunk);
        input->validity = lane->validity == NULL ? NULL : tn_column_chunk(lane->validity, chunk);
        input->scale = lane->decay == TN_NONE ? 1
                                              : tn_table_decay_scale(sweep->source.table,
                                                                     lane->decay, chunk, as_of_ms);
    }
}

static void outputs_set(tn_sweep *sweep, size_t chunk) {
    for (size_t i = 0; i < sweep->output_count; i++)
        sweep->outputs[i].data = tn_column_chunk(sweep->targets[i], target_chunk(sweep, i, chunk));
}

/* Moves the inputs on by a number of blocks. */
static void inputs_move(tn_sweep *sweep, size_t blocks) {
    for (size_t i = 0; i < sweep->input_count; i++) {
        tn_bound_input *input = &sweep->inputs[i];
        input->data =
            (const char *)input->data + sweep->lanes[i].tile_bytes / BLOCKS_OF_TILE * blocks;
        if (input->validity != NULL) input->validity += blocks;
    }
}

static void outputs_move(tn_sweep *sweep) {
    for (size_t i = 0; i < sweep->output_count; i++)
        sweep->outputs[i].data = (char *)sweep->outputs[i].data + tile_bytes_of(sweep->targets[i]);
}

typedef struct tile_ids {
    const tn_table *table;
    uint32_t first; /* row of the table */
} tile_ids;

static tn_str tile_id(void *context, size_t row) {
    const tile_ids *ids = context;
    const uint32_t at = ids->first + (uint32_t)row;
    return tn_table_is_live(ids->table, at) ? tn_table_id(ids->table, at) : (tn_str){0};
}

/* Rows of a block that are not live, those past the last row included. */
static void clear_dead(tn_sweep *sweep, size_t chunk, size_t rows) {
    const uint64_t *live = tn_table_live_words(sweep->source.table, chunk);
    for (size_t w = 0; w < tn_words_for(rows); w++) {
        uint64_t dead = ~live[w];
        for (; dead != 0; dead &= dead - 1) {
            const size_t row = w * 64 + tn_lowest_bit(dead);
            for (size_t i = 0; i < sweep->output_count; i++)
                tn_column_clear_row(sweep->targets[i],
                                    target_chunk(sweep, i, chunk) * TN_CHUNK_ROWS + row);
        }
    }
}

tn_status tn_sweep_chunk(tn_sweep *sweep, size_t chunk, size_t rows, int64_t as_of_ms) {
    tile_ids ids = {sweep->source.table, (uint32_t)(chunk * TN_CHUNK_ROWS)};
    tn_tile tile = {.as_of_ms = as_of_ms,
                    .inputs = sweep->inputs,
                    .outputs = sweep->outputs,
                    .id = tile_id,
                    .id_context = &ids};
    inputs_set(sweep, chunk, as_of_ms);
    outputs_set(sweep, chunk);
    for (size_t first = 0; first < rows; first += TN_TILE_ROWS) {
        tile.rows = rows - first < TN_TILE_ROWS ? rows - first : TN_TILE_ROWS;
        TN_TRY(tn_program_run(sweep->state, &tile));
        inputs_move(sweep, BLOCKS_OF_TILE);
        outputs_move(sweep);
        ids.first += TN_TILE_ROWS;
    }
    clear_dead(sweep, chunk, rows);
    return TN_OK;
}

tn_status tn_sweep_block(tn_sweep *sweep, uint32_t row, void *const *outputs, int64_t as_of_ms) {
    const size_t chunk = row / TN_CHUNK_ROWS, block = row % TN_CHUNK_ROWS / TN_BLOCK_ROWS;
    tile_ids ids = {sweep->source.table, row - row % TN_BLOCK_ROWS};
    const tn_tile tile = {.rows = TN_BLOCK_ROWS,
                          .as_of_ms = as_of_ms,
                          .inputs = sweep->inputs,
                          .outputs = sweep->outputs,
                          .id = tile_id,
                          .id_context = &ids};
    inputs_set(sweep, chunk, as_of_ms);
    inputs_move(sweep, block);
    for (size_t i = 0; i < sweep->output_count; i++)
        sweep->outputs[i].data = outputs[i];
    return tn_program_run(sweep->state, &tile);
}
