/* warnings.c: the warnings of SPEC 3 that need data, over the last epoch: empty, always-true and
 * identical segments, bins emptied by ties, texts in expressions that no customer has, and
 * single-purchase customers at P(alive) = 1. */
#include "base/bytes.h"
#include "engine/core.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct warning_job {
    const tn_engine *engine;
    tn_text_sink *sink;
    void *context;
    uint64_t customers;
    uint64_t *counts;                      /* by segment: members */
    uint64_t *fingerprints;                /* by segment: a sum of hashes of its members' ids */
    uint64_t (*bins)[TN_RFM_BINS_MAX + 1]; /* recency, frequency, monetary by bin */
    uint64_t sure_singles;                 /* one purchase and P(alive) = 1 */
} warning_job;

static void warn_at(const warning_job *job, tn_yaml_mark mark, const char *format, ...)
    TN_PRINTF(3, 4);
static void warn_at(const warning_job *job, tn_yaml_mark mark, const char *format, ...) {
    tn_buffer line;
    va_list arguments;
    char text[1024];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tn_buffer_init(&line, NULL);
    tn_buffer_printf(&line, "%s:%zu:%zu: warning: %s", job->engine->model->document.file, mark.line,
                     mark.column, text);
    if (!line.failed) job->sink(job->context, line.data, line.size);
    tn_buffer_deinit(&line);
}

/* ---- Counting ---- */

static void count_segments(warning_job *job, uint32_t shard, uint32_t row, uint64_t id_hash) {
    const tn_model *model = job->engine->model;
    for (uint32_t d = 0; d < model->derived_count; d++) {
        if (model->derived[d].kind != TN_DERIVED_SEGMENT) continue;
        tn_value value;
        tn_scorer_value(job->engine->scorer, shard, row, d, &value);
        if (value.is_null || !value.as.boolean) continue;
        job->counts[model->derived[d].index]++;
        job->fingerprints[model->derived[d].index] += id_hash;
    }
}

static void count_bins(warning_job *job, uint32_t shard, uint32_t row) {
    static const char *const names[] = {"rfm.recency", "rfm.frequency", "rfm.monetary"};
    if (!job->engine->model->rfm.is_present) return;
    for (int i = 0; i < 3; i++) {
        tn_value value;
        const uint32_t d = tn_model_find_derived(job->engine->model, tn_str_of(names[i]));
        tn_scorer_value(job->engine->scorer, shard, row, d, &value);
        if (!value.is_null) job->bins[i][(size_t)value.as.number]++;
    }
}

static void count_sure_singles(warning_job *job, uint32_t shard, uint32_t row) {
    const tn_engine *engine = job->engine;
    tn_summary summary;
    tn_value alive;
    if (!engine->model->clv.is_present || engine->model->clv.purchases != TN_BG_NBD) return;
    const uint32_t d = tn_model_find_derived(engine->model, tn_str_of("clv.p_alive"));
    tn_scorer_value(engine->scorer, shard, row, d, &alive);
    if (alive.is_null || alive.as.number < 1) return;
    if (tn_scorer_summary(engine->model, engine->shards[shard].table, row,
                          tn_scorer_as_of_ms(engine->scorer), &summary) &&
        summary.x == 0)
        job->sure_singles++;
}

static void count_everything(warning_job *job) {
    for (uint32_t s = 0; s < job->engine->shard_count; s++) {
        const tn_table *table = job->engine->shards[s].table;
        const uint32_t rows = tn_scorer_row_count(job->engine->scorer, s);
        for (uint32_t row = 0; row < rows; row++) {
            if (!tn_table_is_live(table, row)) continue;
            const tn_str id = tn_table_id(table, row);
            job->customers++;
            count_segments(job, s, row, tn_hash_plain(id.data, id.size));
            count_bins(job, s, row);
            count_sure_singles(job, s, row);
        }
    }
}

/* ---- Texts that never occur ---- */

/* Whether some customer of some shard has, or had, this text. */
static bool occurs(const warning_job *job, uint32_t attribute, tn_str text) {
    for (uint32_t s = 0; s < job->engine->shard_count; s++) {
        const tn_dict *dict = tn_table_attribute_dict(job->engine->shards[s].table, attribute);
        if (dict == NULL || tn_dict_find(dict, text) != TN_CODE_NULL) return true;
    }
    return false;
}

enum { SUGGESTIONS_MAX = 256 };

static void warn_unknown_text(warning_job *job, const tn_model_expr *expr, uint32_t attribute,
                              const tn_expr *literal) {
    const tn_model *model = job->engine->model;
    const tn_str column = model->attributes[attribute].name;
    tn_arena arena;
    const char *names[SUGGESTIONS_MAX];
    size_t count = 0;
    tn_arena_init(&arena, NULL);
    for (uint32_t s = 0; s < job->engine->shard_count; s++) {
        const tn_dict *dict = tn_table_attribute_dict(job->engine->shards[s].table, attribute);
        for (uint32_t code = 0; code < tn_dict_count(dict) && count < SUGGESTIONS_MAX; code++) {
            const tn_str text = tn_dict_text(dict, code);
            const char *copy = tn_arena_copy(&arena, text.data, text.size);
            if (copy != NULL) names[count++] = copy;
        }
    }
    const int nearest = tn_nearest_name(literal->text.data, literal->text.size, names, count);
    const tn_yaml_mark where = tn_yaml_locate(expr->document, expr->node, literal->offset);
    warn_at(job, where, "no customer has %.*s = '%.*s'%s%s%s", (int)column.size, column.data,
            (int)literal->text.size, literal->text.data, nearest < 0 ? "" : ": did you mean '",
            nearest < 0 ? "" : names[nearest], nearest < 0 ? "" : "'?");
    tn_arena_deinit(&arena);
}

static bool is_category(const tn_model *model, const tn_expr *node, uint32_t *attribute) {
    if (node->kind != TN_NODE_COLUMN || node->type != TN_TYPE_TEXT ||
        tn_column_ref_space(node->column) != TN_SPACE_ATTRIBUTE)
        return false;
    *attribute = tn_column_ref_index(node->column);
    return model->attributes[*attribute].type == TN_ATTRIBUTE_CATEGORY;
}

static void check_texts(warning_job *job, const tn_model_expr *expr, const tn_expr *node) {
    uint32_t attribute;
    const bool compares =
        node->kind == TN_NODE_EQ || node->kind == TN_NODE_NE || node->kind == TN_NODE_IN;
    for (uint32_t c = 0; c < node->child_count; c++)
        check_texts(job, expr, node->children[c]);
    if (!compares || !is_category(job->engine->model, node->children[0], &attribute)) return;
    for (uint32_t c = 1; c < node->child_count; c++) {
        const tn_expr *literal = node->children[c];
        if (literal->kind == TN_NODE_TEXT && !occurs(job, attribute, literal->text))
            warn_unknown_text(job, expr, attribute, literal);
    }
}

static void check_expr(warning_job *job, const tn_model_expr *expr) {
    if (expr->tree != NULL) check_texts(job, expr, expr->tree);
}

static void check_expressions(warning_job *job) {
    const tn_model *model = job->engine->model;
    for (uint32_t s = 0; s < model->score_count; s++) {
        const tn_model_score *score = &model->scores[s];
        for (uint32_t r = 0; r < score->rule_count; r++) {
            check_expr(job, &score->rules[r].condition);
            check_expr(job, &score->rules[r].points_expr);
        }
        check_expr(job, &score->points);
    }
    check_expr(job, &model->clv.margin);
    for (uint32_t t = 0; t < model->trait_count; t++)
        check_expr(job, &model->traits[t].expr);
    for (uint32_t m = 0; m < model->stage_model_count; m++)
        for (uint32_t s = 0; s < model->stage_models[m].stage_count; s++)
            check_expr(job, &model->stage_models[m].stages[s].guard);
    for (uint32_t s = 0; s < model->segment_count; s++)
        check_expr(job, &model->segments[s].expr);
}

/* ---- Verdicts ---- */

static void warn_segments(warning_job *job) {
    const tn_model *model = job->engine->model;
    for (uint32_t s = 0; s < model->segment_count; s++) {
        const tn_model_segment *segment = &model->segments[s];
        const int length = (int)segment->name.size;
        if (job->counts[s] == 0) {
            warn_at(job, segment->expr.where, "segment '%.*s' is empty", length,
                    segment->name.data);
            continue;
        }
        if (job->counts[s] == job->customers) {
            warn_at(job, segment->expr.where, "segment '%.*s' holds every customer", length,
                    segment->name.data);
            continue;
        }
        for (uint32_t other = 0; other < s; other++)
            if (job->counts[other] == job->counts[s] &&
                job->fingerprints[other] == job->fingerprints[s])
                warn_at(job, segment->expr.where, "segment '%.*s' has the same customers as '%.*s'",
                        length, segment->name.data, (int)model->segments[other].name.size,
                        model->segments[other].name.data);
    }
}

/* "2, 4, 5": the bins of one dimension that nobody is in; empty when there is none. */
static void list_empty_bins(const warning_job *job, int dimension, tn_buffer *list) {
    for (uint32_t bin = 1; bin <= job->engine->model->rfm.bins[dimension]; bin++)
        if (job->bins[dimension][bin] == 0)
            tn_buffer_printf(list, "%s%u", list->size > 0 ? ", " : "", bin);
}

static void warn_bins(warning_job *job) {
    static const char *const names[] = {"recency", "frequency", "monetary"};
    const tn_yaml_node *node = tn_yaml_get(job->engine->model->document.root, "rfm");
    if (!job->engine->model->rfm.is_present || node == NULL) return;
    for (int i = 0; i < 3; i++) {
        tn_buffer list;
        tn_buffer_init(&list, NULL);
        list_empty_bins(job, i, &list);
        if (list.size > 0 && !list.failed)
            warn_at(job, node->key_start,
                    "nobody is in rfm.%s %.*s: many customers share one value, and so one bin",
                    names[i], (int)list.size, list.data);
        tn_buffer_deinit(&list);
    }
}

static void warn_sure_singles(warning_job *job) {
    const tn_yaml_node *node = tn_yaml_get(job->engine->model->document.root, "clv");
    if (job->sure_singles == 0 || node == NULL) return;
    warn_at(
        job, node->key_start,
        "%llu customers bought once and have P(alive) = 1, however long ago that was: bg_nbd is "
        "made so; mbg_nbd is not",
        (unsigned long long)job->sure_singles);
}

tn_status tn_engine_warnings(const tn_engine *engine, tn_text_sink *sink, void *context,
                             tn_error *error) {
    if (tn_scorer_epoch(engine->scorer) == 0)
        return tn_fail(error, TN_CONFLICT, "rescore first: there is no epoch");
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    warning_job job = {.engine = engine, .sink = sink, .context = context};
    job.counts = tn_arena_array(&arena, engine->model->segment_count, sizeof *job.counts);
    job.fingerprints =
        tn_arena_array(&arena, engine->model->segment_count, sizeof *job.fingerprints);
    job.bins = tn_arena_array(&arena, 3, sizeof *job.bins);
    tn_status status = TN_OK;
    if (job.counts == NULL || job.fingerprints == NULL || job.bins == NULL) {
        status = tn_fail_memory(error);
    } else {
        count_everything(&job);
        warn_segments(&job);
        warn_bins(&job);
        check_expressions(&job);
        warn_sure_singles(&job);
    }
    tn_arena_deinit(&arena);
    return status;
}
