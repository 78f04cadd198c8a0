/* scorer.c: making a scorer, and running it.
 *
 * A run writes the back sets of columns and the back cuts only; when every pass of every shard is
 * done, front and back change places. Anything that fails before leaves the published epoch alone.
 */
#include "scoring/scorer_impl.h"

#include "base/bits.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

/* ---- Making ---- */

size_t tn_scorer_dictionary_count(const tn_scorer *scorer) {
    return scorer->plan->model->attribute_count + scorer->plan->passes.count;
}

static size_t slot_capacity(const tn_plan *plan, size_t slot) {
    if (slot >= TN_CUTS_TILE) return plan->passes.cuts[slot - TN_CUTS_TILE].n - 1;
    return plan->model->rfm.is_present ? plan->model->rfm.bins[slot] - 1 : 0;
}

static tn_status cuts_create(tn_scorer *scorer) {
    const tn_plan *plan = scorer->plan;
    scorer->cut_count = TN_CUTS_TILE + plan->passes.cut_count;
    for (int side = 0; side < 2; side++) {
        tn_slot_cuts *cuts = tn_alloc_array(NULL, scorer->cut_count, sizeof *cuts);
        scorer->cuts[side] = cuts;
        if (cuts == NULL) return TN_OUT_OF_MEMORY;
        for (size_t slot = 0; slot < scorer->cut_count; slot++)
            TN_TRY(tn_cuts_init(&cuts[slot], slot_capacity(plan, slot)));
    }
    return TN_OK;
}

static tn_status shard_init(tn_scorer *scorer, size_t index) {
    const tn_plan *plan = scorer->plan;
    tn_shard_scores *shard = &scorer->shards[index];
    *shard =
        (tn_shard_scores){.table = scorer->views[index].table, .heap = scorer->views[index].heap};
    for (int side = 0; side < 2; side++)
        TN_TRY(tn_column_set_init(&shard->sets[side], shard->heap, plan->model,
                                  plan->passes.hidden_count));
    TN_TRY(tn_buckets_init(&shard->buckets, shard->heap, plan->buckets));
    const size_t dictionaries = tn_scorer_dictionary_count(scorer);
    shard->sweeps = tn_alloc_array(shard->heap, plan->passes.count, sizeof *shard->sweeps);
    shard->dictionaries = tn_alloc_array(shard->heap, dictionaries, sizeof *shard->dictionaries);
    if (shard->sweeps == NULL || shard->dictionaries == NULL) return TN_OUT_OF_MEMORY;
    for (uint32_t a = 0; a < plan->model->attribute_count; a++)
        shard->dictionaries[a] = tn_table_attribute_dict(shard->table, a);
    for (size_t pass = 0; pass < plan->passes.count; pass++) {
        tn_sweep *sweep = &shard->sweeps[pass];
        TN_TRY(tn_sweep_init(sweep, plan->passes.programs[pass], scorer->kernels, shard->heap));
        shard->dictionaries[plan->model->attribute_count + pass] =
            tn_state_dictionary(sweep->state);
    }
    return TN_OK;
}

static tn_status scorer_init(tn_scorer *scorer, const tn_scorer_shard *shards) {
    const tn_model_clv *clv = &scorer->plan->model->clv;
    scorer->views = tn_alloc_array(NULL, scorer->shard_count, sizeof *scorer->views);
    scorer->shards = tn_alloc_array(NULL, scorer->shard_count, sizeof *scorer->shards);
    if (scorer->views == NULL || scorer->shards == NULL) return TN_OUT_OF_MEMORY;
    memcpy(scorer->views, shards, scorer->shard_count * sizeof *shards);
    TN_TRY(cuts_create(scorer));
    TN_TRY(tn_prospects_init(&scorer->prospects, scorer->plan->model));
    scorer->has_purchases = clv->has_purchase_parameters;
    scorer->purchases = clv->purchase_parameters;
    scorer->has_spend = clv->has_spend_parameters || clv->spend == TN_SPEND_MEAN;
    scorer->spend = clv->spend_parameters;
    if (clv->spend == TN_SPEND_MEAN) scorer->spend.model = TN_SPEND_MEAN;
    for (size_t i = 0; i < scorer->shard_count; i++)
        TN_TRY(shard_init(scorer, i));
    return TN_OK;
}

tn_status tn_scorer_create(const tn_plan *plan, const tn_kernels *kernels,
                           const tn_scorer_shard *shards, size_t shard_count, tn_scorer **out,
                           tn_error *error) {
    tn_scorer *scorer = tn_alloc_zero(NULL, sizeof *scorer);
    if (scorer == NULL) return tn_fail_memory(error);
    scorer->plan = plan;
    scorer->kernels = kernels;
    scorer->shard_count = shard_count;
    const tn_status status = scorer_init(scorer, shards);
    if (status != TN_OK) {
        tn_scorer_destroy(scorer);
        return tn_fail(error, status, "%s", tn_status_text(status));
    }
    *out = scorer;
    return TN_OK;
}

static void shard_deinit(const tn_scorer *scorer, tn_shard_scores *shard) {
    const size_t passes = scorer->plan->passes.count;
    for (size_t pass = 0; shard->sweeps != NULL && pass < passes; pass++)
        tn_sweep_deinit(&shard->sweeps[pass]);
    tn_free(shard->heap, shard->sweeps, passes * sizeof *shard->sweeps);
    tn_free(shard->heap, shard->dictionaries,
            tn_scorer_dictionary_count(scorer) * sizeof *shard->dictionaries);
    tn_column_set_deinit(&shard->sets[0]);
    tn_column_set_deinit(&shard->sets[1]);
    tn_buckets_deinit(&shard->buckets);
}

void tn_scorer_destroy(tn_scorer *scorer) {
    if (scorer == NULL) return;
    for (size_t i = 0; scorer->shards != NULL && i < scorer->shard_count; i++)
        shard_deinit(scorer, &scorer->shards[i]);
    for (int side = 0; side < 2; side++) {
        for (size_t slot = 0; scorer->cuts[side] != NULL && slot < scorer->cut_count; slot++)
            tn_cuts_deinit(&scorer->cuts[side][slot]);
        tn_free(NULL, scorer->cuts[side], scorer->cut_count * sizeof **scorer->cuts);
    }
    tn_prospects_deinit(&scorer->prospects);
    tn_free(NULL, scorer->shards, scorer->shard_count * sizeof *scorer->shards);
    tn_free(NULL, scorer->views, scorer->shard_count * sizeof *scorer->views);
    tn_free(NULL, scorer, sizeof *scorer);
}

/* ---- A run ---- */

typedef struct run_job {
    tn_scorer *scorer;
    int64_t as_of_ms;
    const tn_parallel *parallel;
    size_t pass;
    tn_sweep_source *sources; /* by shard: the back sets */
} run_job;

static tn_column_set *back_set(const tn_scorer *scorer, size_t shard) {
    return &scorer->shards[shard].sets[1 - scorer->front];
}

/* Everything that a sweep reads or writes besides the table. */
static tn_status prepare_shard(void *context, size_t index) {
    const run_job *job = context;
    tn_column_set *set = back_set(job->scorer, index);
    tn_shard_scores *shard = &job->scorer->shards[index];
    set->row_count = tn_table_row_count(shard->table);
    TN_TRY(tn_column_set_reserve(set, set->row_count));
    return tn_buckets_update(&shard->buckets, shard->table);
}

/* ---- Cuts ---- */

static tn_status cuts_take(const run_job *job, tn_slot_cuts *cuts, tn_cut_request request) {
    request.as_of_ms = job->as_of_ms;
    request.sources = job->sources;
    request.shard_count = job->scorer->shard_count;
    request.parallel = job->parallel;
    return tn_cuts_take(&request, cuts);
}

static tn_status rfm_cuts(const run_job *job) {
    const tn_model *model = job->scorer->plan->model;
    const tn_model_rfm *rfm = &model->rfm;
    const uint32_t keys[3] = {tn_key_pack(TN_TABLE_LAST_DAY, 0),
                              tn_key_pack(TN_TABLE_COUNT, model->transactions.action),
                              tn_key_pack(TN_TABLE_MONETARY, 0)};
    for (int i = 0; rfm->is_present && i < 3; i++) {
        tn_slot_cuts *cuts = &job->scorer->cuts[1 - job->scorer->front][i];
        if (rfm->method == TN_RFM_CUTS) {
            cuts->count = cuts->capacity;
            if (cuts->count > 0) memcpy(cuts->values, rfm->cuts[i], cuts->count * sizeof(double));
            continue;
        }
        TN_TRY(cuts_take(job, cuts,
                         (tn_cut_request){.key = keys[i], .n = rfm->bins[i], .skips_zero = true}));
        for (size_t c = 0; rfm->method == TN_RFM_PACKAGE && c < cuts->count; c++)
            cuts->values[c] += 1;
    }
    return TN_OK;
}

static tn_status tile_cuts(const run_job *job) {
    const tn_passes *passes = &job->scorer->plan->passes;
    for (size_t i = 0; i < passes->cut_count; i++) {
        const tn_tile_cut *cut = &passes->cuts[i];
        tn_slot_cuts *cuts = &job->scorer->cuts[1 - job->scorer->front][TN_CUTS_TILE + i];
        if (cut->pass == job->pass)
            TN_TRY(cuts_take(job, cuts, (tn_cut_request){.key = cut->key, .n = cut->n}));
    }
    return TN_OK;
}

/* ---- Sweeping ---- */

static void spend_set(const tn_scorer *scorer, tn_program_state *state) {
    const bool is_gamma_gamma = scorer->has_spend && scorer->spend.model == TN_SPEND_GAMMA_GAMMA;
    const double *p = scorer->spend.p;
    const double none = (double)NAN;
    tn_state_set_parameter(state, TN_PARAMETER_SPEND_P, is_gamma_gamma ? p[0] : none);
    tn_state_set_parameter(state, TN_PARAMETER_SPEND_Q_LESS_1, is_gamma_gamma ? p[1] - 1 : none);
    tn_state_set_parameter(state, TN_PARAMETER_SPEND_V, is_gamma_gamma ? p[2] : none);
    tn_state_set_parameter(state, TN_PARAMETER_MEAN, scorer->prospects.mean_of_repeaters);
}

static void state_set(const tn_scorer *scorer, tn_program_state *state) {
    const tn_plan *plan = scorer->plan;
    const tn_slot_cuts *cuts = scorer->cuts[1 - scorer->front];
    for (size_t slot = 0; slot < scorer->cut_count; slot++)
        tn_state_set_cuts(state, (uint32_t)slot, cuts[slot].values, cuts[slot].count);
    if (plan->rfm_cells != NULL) {
        const uint32_t *bins = plan->model->rfm.bins;
        tn_state_set_table(state, TN_TABLE_RFM_SEGMENT, plan->rfm_cells, (size_t)bins[0] * bins[1],
                           bins[2], bins[2], NULL, NULL);
    }
    tn_prospects_set(&scorer->prospects, state);
    spend_set(scorer, state);
}

static tn_status sweep_shard(void *context, size_t index) {
    const run_job *job = context;
    const tn_scorer *scorer = job->scorer;
    tn_shard_scores *shard = &scorer->shards[index];
    tn_sweep *sweep = &shard->sweeps[job->pass];
    const uint32_t rows = back_set(scorer, index)->row_count;
    state_set(scorer, sweep->state);
    TN_TRY(tn_state_prepare(sweep->state, shard->dictionaries, tn_scorer_dictionary_count(scorer),
                            NULL));
    TN_TRY(tn_sweep_bind(sweep, &job->sources[index]));
    for (size_t chunk = 0; chunk * TN_CHUNK_ROWS < rows; chunk++)
        TN_TRY(tn_sweep_chunk(sweep, chunk, tn_sweep_rows(rows, chunk), job->as_of_ms));
    return TN_OK;
}

static tn_status each_shard(const run_job *job, tn_parallel_body *body) {
    return job->parallel->for_each(job->parallel->team, job->scorer->shard_count, body,
                                   (void *)(uintptr_t)job);
}

/* The rows that the new epoch covers. */
static void cover(tn_scorer *scorer, size_t index) {
    tn_column_set *set = back_set(scorer, index);
    for (size_t chunk = 0; chunk < set->covered.chunk_count; chunk++)
        memcpy(tn_column_chunk(&set->covered, chunk),
               tn_table_live_words(scorer->shards[index].table, chunk), TN_CHUNK_ROWS / 8);
}

static tn_status run_passes(run_job *job) {
    tn_scorer *scorer = job->scorer;
    for (size_t i = 0; i < scorer->shard_count; i++)
        job->sources[i] = (tn_sweep_source){.model = scorer->plan->model,
                                            .table = scorer->shards[i].table,
                                            .derived = back_set(scorer, i),
                                            .hidden = back_set(scorer, i),
                                            .buckets = &scorer->shards[i].buckets};
    TN_TRY(each_shard(job, prepare_shard));
    TN_TRY(rfm_cuts(job));
    for (job->pass = 0; job->pass < scorer->plan->passes.count; job->pass++) {
        TN_TRY(tile_cuts(job));
        TN_TRY(each_shard(job, sweep_shard));
    }
    for (size_t i = 0; i < scorer->shard_count; i++)
        cover(scorer, i);
    return TN_OK;
}

/* A program computes P(alive) of one family of models: BG/NBD and MBG/NBD, or Pareto/NBD. */
static bool fits_model(const tn_scorer *scorer) {
    const bool is_pareto = scorer->plan->model->clv.purchases == TN_PARETO_NBD;
    return !scorer->has_purchases || (scorer->purchases.model == TN_PARETO_NBD) == is_pareto;
}

static tn_status run_prospects(const run_job *job) {
    tn_scorer *scorer = job->scorer;
    if (!scorer->plan->model->clv.is_present) return TN_OK;
    const int32_t today = tn_zone_day(scorer->plan->model->zone, job->as_of_ms);
    return tn_prospects_update(&scorer->prospects, scorer->views, scorer->shard_count, today,
                               scorer->has_purchases ? &scorer->purchases : NULL, job->parallel);
}

tn_status tn_scorer_run(tn_scorer *scorer, int64_t as_of_ms, const tn_parallel *parallel,
                        tn_error *error) {
    if (!fits_model(scorer))
        return tn_fail(error, TN_BAD_ARGUMENT, "the parameters are of another purchase model");
    run_job job = {.scorer = scorer, .as_of_ms = as_of_ms, .parallel = parallel};
    job.sources = tn_alloc_array(NULL, scorer->shard_count, sizeof *job.sources);
    if (job.sources == NULL) return tn_fail_memory(error);
    tn_status status = run_prospects(&job);
    if (status == TN_OK) status = run_passes(&job);
    tn_free(NULL, job.sources, scorer->shard_count * sizeof *job.sources);
    if (status != TN_OK) return tn_fail(error, status, "%s", tn_status_text(status));
    scorer->front = 1 - scorer->front;
    scorer->epoch++;
    scorer->as_of_ms = as_of_ms;
    if (scorer->prospects.wants_mean && scorer->prospects.mean_of_repeaters >= 0)
        scorer->spend.mean_of_repeaters = scorer->prospects.mean_of_repeaters;
    return TN_OK;
}
