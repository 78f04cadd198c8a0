/* query.c: a query is a plan of its own: passes that end where a tile() needs cuts, then one that
 * gives a bit a row. Derived columns are read from the published epoch. */
#include "scoring/query.h"

#include "base/bits.h"
#include "base/error.h"
#include "scoring/scorer_impl.h"

#include <string.h>

/* One shard's part. */
typedef struct query_shard {
    tn_heap *heap;
    tn_column_set hidden; /* arguments of tiles, of the whole base when the query was made */
    tn_column result;     /* one chunk */
    tn_sweep *sweeps;     /* by pass */
} query_shard;

struct tn_query {
    const tn_scorer *scorer;
    tn_arena arena;
    tn_passes passes;
    query_shard *shards;
    size_t shard_count;
    tn_slot_cuts *cuts; /* by slot */
    size_t cut_count;
};

/* ---- Compiling ---- */

static tn_status lower_query(tn_compiler *c, const tn_expr *expr, tn_error *error) {
    uint32_t pass = 0;
    c->reads_columns = true;
    TN_TRY(tn_compiler_enter(c, 0, error));
    TN_TRY(tn_compiler_prepare(c, expr, &pass, error));
    TN_TRY(tn_compiler_enter(c, pass, error));
    tn_build_output(tn_compiler_builder(c), tn_key_pack(TN_KEY_RESULT, 0),
                    tn_compiler_lower(c, expr), TN_PHYSICAL_BITS);
    return tn_compiler_seal(c, error);
}

static tn_status compile(tn_query *query, tn_str text, tn_error *error) {
    const tn_plan *plan = query->scorer->plan;
    tn_expr *expr;
    TN_TRY(tn_model_compile(plan->model, &query->arena, text, TN_TYPE_BOOL, &expr, error));
    tn_compiler compiler;
    tn_compiler_init(&compiler, plan->model, &query->arena, &query->passes);
    compiler.derived_pass = plan->derived_pass;
    const tn_status status = lower_query(&compiler, expr, error);
    tn_compiler_deinit(&compiler);
    return status;
}

/* ---- Making ---- */

static tn_status shard_init(const tn_query *query, size_t index) {
    const tn_scorer *scorer = query->scorer;
    query_shard *shard = &query->shards[index];
    shard->heap = scorer->shards[index].heap;
    tn_column_init(&shard->result, shard->heap, TN_PHYSICAL_BITS);
    TN_TRY(tn_column_reserve(&shard->result, 1));
    TN_TRY(tn_column_set_init(&shard->hidden, shard->heap, NULL, query->passes.hidden_count));
    shard->sweeps = tn_alloc_array(shard->heap, query->passes.count, sizeof *shard->sweeps);
    if (shard->sweeps == NULL) return TN_OUT_OF_MEMORY;
    for (size_t pass = 0; pass < query->passes.count; pass++)
        TN_TRY(tn_sweep_init(&shard->sweeps[pass], query->passes.programs[pass], scorer->kernels,
                             shard->heap));
    return TN_OK;
}

static void shard_deinit(const tn_query *query, query_shard *shard) {
    for (size_t pass = 0; shard->sweeps != NULL && pass < query->passes.count; pass++)
        tn_sweep_deinit(&shard->sweeps[pass]);
    tn_free(shard->heap, shard->sweeps, query->passes.count * sizeof *shard->sweeps);
    tn_column_set_deinit(&shard->hidden);
    tn_column_deinit(&shard->result);
}

static tn_status query_init(tn_query *query) {
    query->cut_count = TN_CUTS_TILE + query->passes.cut_count;
    query->shards = tn_alloc_array(NULL, query->shard_count, sizeof *query->shards);
    query->cuts = tn_alloc_array(NULL, query->cut_count, sizeof *query->cuts);
    if (query->shards == NULL || query->cuts == NULL) return TN_OUT_OF_MEMORY;
    for (size_t i = 0; i < query->passes.cut_count; i++)
        TN_TRY(tn_cuts_init(&query->cuts[TN_CUTS_TILE + i], query->passes.cuts[i].n - 1));
    for (size_t i = 0; i < query->shard_count; i++)
        TN_TRY(shard_init(query, i));
    return TN_OK;
}

void tn_query_destroy(tn_query *query) {
    if (query == NULL) return;
    for (size_t i = 0; query->shards != NULL && i < query->shard_count; i++)
        shard_deinit(query, &query->shards[i]);
    for (size_t i = 0; query->cuts != NULL && i < query->cut_count; i++)
        tn_cuts_deinit(&query->cuts[i]);
    tn_free(NULL, query->cuts, query->cut_count * sizeof *query->cuts);
    tn_free(NULL, query->shards, query->shard_count * sizeof *query->shards);
    tn_passes_deinit(&query->passes);
    tn_arena_deinit(&query->arena);
    tn_free(NULL, query, sizeof *query);
}

/* ---- Running ---- */

/* The results' column: every chunk is written to the one that there is. */
static tn_sweep_source source_of(const tn_query *query, size_t index) {
    tn_sweep_source source = tn_scorer_source(query->scorer, index);
    source.hidden = &query->shards[index].hidden;
    source.results = &query->shards[index].result;
    return source;
}

/* Makes a pass ready to run over a shard. */
static tn_status pass_open(tn_query *query, size_t index, size_t pass) {
    const tn_scorer *scorer = query->scorer;
    tn_sweep *sweep = &query->shards[index].sweeps[pass];
    for (size_t slot = 0; slot < query->cut_count; slot++)
        tn_state_set_cuts(sweep->state, (uint32_t)slot, query->cuts[slot].values,
                          query->cuts[slot].count);
    TN_TRY(tn_state_prepare(sweep->state, scorer->shards[index].dictionaries,
                            tn_scorer_dictionary_count(scorer), NULL));
    const tn_sweep_source source = source_of(query, index);
    return tn_sweep_bind(sweep, &source);
}

typedef struct fill_job {
    tn_query *query;
    const tn_parallel *parallel;
    size_t pass;
} fill_job;

/* Fills the hidden columns of one pass. */
static tn_status fill_shard(void *context, size_t index) {
    const fill_job *job = context;
    tn_query *query = job->query;
    query_shard *shard = &query->shards[index];
    const uint32_t rows = tn_table_row_count(query->scorer->shards[index].table);
    TN_TRY(tn_column_set_reserve(&shard->hidden, rows));
    TN_TRY(pass_open(query, index, job->pass));
    for (size_t chunk = 0; chunk * TN_CHUNK_ROWS < rows; chunk++)
        TN_TRY(tn_sweep_chunk(&shard->sweeps[job->pass], chunk, tn_sweep_rows(rows, chunk),
                              query->scorer->as_of_ms));
    return TN_OK;
}

static tn_status cuts_of_pass(const fill_job *job) {
    tn_query *query = job->query;
    tn_sweep_source *sources = tn_alloc_array(NULL, query->shard_count, sizeof *sources);
    if (sources == NULL) return TN_OUT_OF_MEMORY;
    for (size_t i = 0; i < query->shard_count; i++)
        sources[i] = source_of(query, i);
    tn_status status = TN_OK;
    for (size_t i = 0; i < query->passes.cut_count && status == TN_OK; i++) {
        const tn_tile_cut *cut = &query->passes.cuts[i];
        if (cut->pass != job->pass) continue;
        const tn_cut_request request = {.key = cut->key,
                                        .n = cut->n,
                                        .sources = sources,
                                        .shard_count = query->shard_count,
                                        .parallel = job->parallel};
        status = tn_cuts_take(&request, &query->cuts[TN_CUTS_TILE + i]);
    }
    tn_free(NULL, sources, query->shard_count * sizeof *sources);
    return status;
}

/* Runs every pass but the last over the whole base, and takes the cuts before each. */
static tn_status fill(tn_query *query, const tn_parallel *parallel) {
    fill_job job = {.query = query, .parallel = parallel};
    for (job.pass = 0; job.pass < query->passes.count; job.pass++) {
        TN_TRY(cuts_of_pass(&job));
        if (job.pass + 1 == query->passes.count) break;
        TN_TRY(parallel->for_each(parallel->team, query->shard_count, fill_shard, &job));
    }
    return TN_OK;
}

tn_status tn_query_create(const tn_scorer *scorer, tn_str text, const tn_parallel *parallel,
                          tn_query **out, tn_error *error) {
    tn_query *query = tn_alloc_zero(NULL, sizeof *query);
    if (query == NULL) return tn_fail_memory(error);
    query->scorer = scorer;
    query->shard_count = scorer->shard_count;
    tn_arena_init(&query->arena, NULL);
    tn_status status = compile(query, text, error);
    if (status == TN_OK) {
        status = query_init(query);
        if (status == TN_OK) status = fill(query, parallel);
        if (status != TN_OK) tn_fail(error, status, "%s", tn_status_text(status));
    }
    if (status != TN_OK)
        tn_query_destroy(query);
    else
        *out = query;
    return status;
}

tn_status tn_query_chunk(tn_query *query, size_t shard, size_t chunk,
                         uint64_t words[TN_CHUNK_ROWS / 64]) {
    const size_t last = query->passes.count - 1;
    const tn_table *table = query->scorer->shards[shard].table;
    const size_t rows = tn_sweep_rows(tn_table_row_count(table), chunk);
    memset(words, 0, TN_CHUNK_ROWS / 8);
    if (rows == 0) return TN_OK;
    TN_TRY(pass_open(query, shard, last));
    TN_TRY(
        tn_sweep_chunk(&query->shards[shard].sweeps[last], chunk, rows, query->scorer->as_of_ms));
    memcpy(words, tn_column_chunk(&query->shards[shard].result, 0), tn_words_for(rows) * 8);
    return TN_OK;
}
