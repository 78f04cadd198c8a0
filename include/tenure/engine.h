/* engine.h: an engine in the caller's process, by five calls: open, load, ingest, rescore, read.
 *
 *     tn_engine *engine;
 *     tn_engine_open("retail.yaml", NULL, &engine, &error);
 *     tn_engine_load(engine, &customers, &result, &error);
 *     tn_engine_ingest(engine, &events, &result, &error);
 *     tn_engine_rescore(engine, TN_AS_OF_DEFAULT, &rescore, &error);
 *     tn_engine_read(engine, id, columns, count, values, &error);
 *
 * Threads: one call at a time on one engine; an engine uses its own team of threads inside a call.
 * Ownership: batches are borrowed for the call. Text in values read is borrowed until the next call
 * that changes the engine. Times are milliseconds since 1970-01-01T00:00:00Z. */
#ifndef TENURE_ENGINE_H
#define TENURE_ENGINE_H

#include <tenure/btyd.h>
#include <tenure/export.h>
#include <tenure/status.h>
#include <tenure/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tn_engine tn_engine;

#define TN_AS_OF_DEFAULT INT64_MIN

typedef struct tn_engine_options {
    uint32_t shards;    /* 0: one a thread */
    uint32_t threads;   /* 0: one a processor; the calling thread counts */
    uint64_t hash_seed; /* 0: secrets from the operating system; else from this seed (tests) */
    size_t memory_limit_bytes; /* 0: none. Past it new customers are refused, reads go on */
    /* A fixed as-of: events after it are left out and counted (work on files). With as_of_is_date,
     * every event of that calendar day counts as if at its first instant. TN_AS_OF_DEFAULT: none;
     * an event more than five minutes ahead of the clock is then refused. */
    int64_t as_of_ms;
    bool as_of_is_date;
    bool keep_day_values; /* keep the value of every transaction day (tn_engine_days_visit) */
    const char *isa; /* "base", "avx2", "avx512"; NULL: TENURE_ISA or the best of this machine */
} tn_engine_options;

/* Sets every option to its default. */
TN_API void tn_engine_options_init(tn_engine_options *options);

/* Reads the model file and makes an empty engine. `options` NULL: the defaults. */
TN_API tn_status tn_engine_open(const char *model_path, const tn_engine_options *options,
                                tn_engine **out, tn_error *error) TN_MUST_CHECK;
/* The same from a model's text; `name` stands for the file in messages. */
TN_API tn_status tn_engine_open_text(const char *name, tn_str model_text,
                                     const tn_engine_options *options, tn_engine **out,
                                     tn_error *error) TN_MUST_CHECK;
TN_API void tn_engine_close(tn_engine *engine); /* NULL is allowed */

/* ---- What the model declares ---- */

typedef struct tn_attribute_info {
    tn_str name, label;
    tn_type type;  /* NUMBER, BOOL, TEXT, DATE, TIME */
    bool is_whole; /* a NUMBER of type int */
} tn_attribute_info;
typedef struct tn_action_info {
    tn_str name, label;
    bool has_value, needs_value; /* may have, must have one */
    bool is_derived;             /* filled from its base action; not for ingest */
    const tn_attribute_info *fields;
    size_t field_count;
} tn_action_info;
/* A derived column, in the order of SPEC 1. */
typedef struct tn_column_info {
    tn_str name, label; /* name: "score.engagement" */
    tn_type type;
    const tn_str *levels; /* of a LEVEL: its names in order; those from ladder_count on are exits */
    size_t level_count, ladder_count;
} tn_column_info;
typedef struct tn_engine_info {
    tn_str model_name, currency, timezone;
    const tn_attribute_info *attributes;
    size_t attribute_count;
    const tn_action_info *actions;
    size_t action_count;
    const tn_column_info *columns;
    size_t column_count;
    int32_t transaction_action; /* -1: none */
    bool unit_is_week;
    bool has_rfm, has_clv;
    tn_purchase_model purchases; /* with has_clv */
    tn_spend_model spend;
    tn_clv_terms clv_terms;
    uint32_t shards, threads;
    const char *isa;
} tn_engine_info;
/* Borrowed as long as the engine. */
TN_API const tn_engine_info *tn_engine_info_view(const tn_engine *engine);

/* ---- Values from text: what a CSV cell means ---- */

/* A cell of attribute `attribute`; an empty one is null. Errors name what was expected. */
TN_API tn_status tn_engine_parse_attribute(const tn_engine *engine, size_t attribute, tn_str text,
                                           tn_value *out, tn_error *error) TN_MUST_CHECK;
TN_API tn_status tn_engine_parse_field(const tn_engine *engine, size_t action, size_t field,
                                       tn_str text, tn_value *out, tn_error *error) TN_MUST_CHECK;
/* A date or time in the model's zone (SPEC 6); *is_date: it was a date. */
TN_API tn_status tn_engine_parse_time(const tn_engine *engine, tn_str text, int64_t *at_ms,
                                      bool *is_date, tn_error *error) TN_MUST_CHECK;
/* The same for a zone given by name (before an engine exists). */
TN_API tn_status tn_parse_time(const char *zone, tn_str text, int64_t *at_ms, bool *is_date,
                               tn_error *error) TN_MUST_CHECK;
TN_API tn_status tn_parse_number(tn_str text, double *out, tn_error *error) TN_MUST_CHECK;
/* Text of a value as CSV has it (SPEC 6): numbers in the shortest form that reads back equal, times
 * RFC 3339 Z, nothing for null; a duration in seconds. NUL-terminated and cut to `size`; returns
 * the length of the whole. Text is copied. */
TN_API size_t tn_value_format(const tn_value *value, char *out, size_t size);
/* The same for a value of a derived number column, which holds a float. */
TN_API size_t tn_value_format_column(const tn_column_info *column, const tn_value *value, char *out,
                                     size_t size);

/* ---- load: customers and their attributes ---- */

typedef struct tn_customer_batch {
    size_t count;               /* rows, at most TN_BATCH_ROWS_MAX */
    const tn_str *ids;          /* count */
    const uint32_t *attributes; /* attribute of each column */
    size_t attribute_count;
    const tn_value *values; /* row-major: values[row × attribute_count + column] */
    bool null_is_absent;    /* a null leaves the attribute as it is (files) instead of clearing */
} tn_customer_batch;

/* What became of a batch. When `reject` is set, bad rows are handed to it and the others applied;
 * when it is NULL, the first bad row refuses the whole batch and nothing is applied. Running out of
 * memory stops at a row: the rows before it are applied whole, no row half. */
typedef struct tn_batch_result {
    void (*reject)(void *context, size_t row, const tn_error *error); /* in: may be NULL */
    void *context;                                                    /* in */
    size_t applied, rejected;
    size_t after_as_of; /* events left out because they lie after the fixed as-of */
    size_t created;     /* new customers */
} tn_batch_result;

TN_API tn_status tn_engine_load(tn_engine *engine, const tn_customer_batch *batch,
                                tn_batch_result *result, tn_error *error) TN_MUST_CHECK;

/* ---- ingest: events ---- */

typedef struct tn_event_batch {
    size_t count;            /* rows, at most TN_BATCH_ROWS_MAX */
    const tn_str *ids;       /* count; an unknown id becomes a customer */
    const uint32_t *actions; /* count; NULL: all of `action` */
    uint32_t action;
    const int64_t *at_ms; /* count */
    const double *values; /* count; NaN: none; NULL: none at all */
    /* Field values by row and field number of the row's action, stride `field_stride`; NULL: none.
     */
    const tn_value *fields;
    size_t field_stride;
} tn_event_batch;

TN_API tn_status tn_engine_ingest(tn_engine *engine, const tn_event_batch *batch,
                                  tn_batch_result *result, tn_error *error) TN_MUST_CHECK;

/* Forgets a customer. TN_NOT_FOUND for an unknown one. */
TN_API tn_status tn_engine_delete(tn_engine *engine, tn_str id, tn_error *error) TN_MUST_CHECK;

/* ---- fit and rescore ---- */

typedef struct tn_engine_fit {
    bool has_purchases, has_spend; /* what was fitted (the model gave no parameters) */
    tn_purchase_fit_result purchases;
    tn_spend_fit_result spend;
    double seconds;
} tn_engine_fit;
/* Fits the CLV parameters that the model does not give, on the base as of `as_of_ms`
 * (TN_AS_OF_DEFAULT as in tn_engine_rescore); they hold from the next rescore on. TN_CONFLICT when
 * the model has no clv, or all are given. A fit on too few data is no failure: see the verdict, and
 * the columns stay null. */
TN_API tn_status tn_engine_fit_clv(tn_engine *engine, int64_t as_of_ms, tn_engine_fit *out,
                                   tn_error *error) TN_MUST_CHECK;
/* The parameters in force; false while there are none. */
TN_API bool tn_engine_parameters(const tn_engine *engine, tn_purchase_parameters *purchases,
                                 tn_spend_parameters *spend);
/* Sets them by hand. */
TN_API tn_status tn_engine_set_parameters(tn_engine *engine,
                                          const tn_purchase_parameters *purchases,
                                          const tn_spend_parameters *spend,
                                          tn_error *error) TN_MUST_CHECK;

typedef struct tn_rescore_result {
    uint64_t epoch;
    uint64_t customers;
    int64_t as_of_ms;
    double seconds;
} tn_rescore_result;
/* Recomputes every derived column of every customer and publishes them together as a new epoch.
 * As-of never goes back (TN_CONFLICT). TN_AS_OF_DEFAULT is the fixed as-of, or the clock without
 * one. */
TN_API tn_status tn_engine_rescore(tn_engine *engine, int64_t as_of_ms, tn_rescore_result *out,
                                   tn_error *error) TN_MUST_CHECK;

/* ---- read ---- */

TN_API uint64_t tn_engine_customer_count(const tn_engine *engine);

/* A readable column: an attribute by name, a derived column by its full name, `count.ACTION`,
 * `first.ACTION`, `last.ACTION`, `sum.ACTION`, `joined`, `last_seen`. */
typedef struct tn_column_ref {
    uint32_t space, index; /* of the engine's own numbering */
    tn_type type;
} tn_column_ref;
TN_API tn_status tn_engine_column_find(const tn_engine *engine, tn_str name, tn_column_ref *out,
                                       tn_error *error) TN_MUST_CHECK;
/* Derived column number i of tn_engine_info.columns. */
TN_API tn_column_ref tn_engine_column_derived(const tn_engine *engine, size_t index);

/* One customer's values, in the order of `columns`. Derived ones are of the last epoch, null before
 * the first, and null for a customer that came after it. */
TN_API tn_status tn_engine_read(const tn_engine *engine, tn_str id, const tn_column_ref *columns,
                                size_t count, tn_value *values, tn_error *error) TN_MUST_CHECK;

typedef struct tn_scan {
    const tn_column_ref *columns;
    size_t column_count;
    tn_str where;      /* an expression (SPEC 4) over everything; empty: all */
    bool sorted_by_id; /* by id bytes; else in any order */
} tn_scan;
/* Returns false to stop the scan (no error). */
typedef bool tn_scan_visit(void *context, tn_str id, const tn_value *values);
TN_API tn_status tn_engine_scan(const tn_engine *engine, const tn_scan *scan, tn_scan_visit *visit,
                                void *context, tn_error *error) TN_MUST_CHECK;

/* Each customer's transaction days, ascending, with the value of each less its refunds (NaN unless
 * keep_day_values or the model has refunds). Customers without one are not visited; any order. */
typedef void tn_days_visit(void *context, tn_str id, const int32_t *days, const double *values,
                           size_t count);
TN_API tn_status tn_engine_days_visit(const tn_engine *engine, tn_days_visit *visit, void *context,
                                      tn_error *error) TN_MUST_CHECK;
/* Each customer's summary (SPEC 5.3) as of the last instant taken by load; weight 1. */
typedef void tn_summary_visit(void *context, tn_str id, const tn_summary *summary);
TN_API tn_status tn_engine_summaries_visit(const tn_engine *engine, int64_t as_of_ms,
                                           tn_summary_visit *visit, void *context,
                                           tn_error *error) TN_MUST_CHECK;

/* ---- explain ---- */

/* One line of an explanation. Units are 1/65,536 point; taken is what a cap or clamp took away. */
typedef struct tn_explain_line {
    tn_str name, label;
    tn_str group;  /* of a rule; empty: none */
    bool is_rule;  /* else a group's or the range's line: `taken` only */
    double weight; /* of an action rule: Σ decayed weights; else NaN */
    double points; /* before the cap, NaN for null */
    bool is_gated_off;
    int64_t units; /* what the line adds to the score */
    int64_t taken; /* by the rule's cap, the group's cap, the range: signed, ≤ or ≥ 0 */
} tn_explain_line;
typedef struct tn_explain_score {
    tn_str name, label;
    const tn_explain_line *lines; /* rules in file order, then groups, then the range */
    size_t line_count;
    int64_t units; /* the stored score: Σ of the lines' units */
    tn_str grade;  /* empty: none */
} tn_explain_score;
typedef struct tn_explanation {
    tn_str id;
    uint64_t epoch;
    int64_t as_of_ms;
    const tn_explain_score *scores;
    size_t score_count;
    bool has_summary;
    tn_summary summary;
    void *owner; /* owner of all of it */
} tn_explanation;
/* Of the last epoch's as-of; TN_CONFLICT before the first. Free with tn_explanation_destroy. */
TN_API tn_status tn_engine_explain(const tn_engine *engine, tn_str id, tn_explanation **out,
                                   tn_error *error) TN_MUST_CHECK;
TN_API void tn_explanation_destroy(tn_explanation *explanation); /* NULL is allowed */

/* ---- check ---- */

typedef enum tn_format { TN_FORMAT_TABLE, TN_FORMAT_CSV, TN_FORMAT_JSON } tn_format;
typedef void tn_text_sink(void *context, const char *data, size_t size);
/* Reads a model and writes what it understood. Warnings follow one by one through
 * tn_model_warnings. */
TN_API tn_status tn_model_describe_file(const char *path, tn_format format, tn_text_sink *sink,
                                        void *context, tn_error *error) TN_MUST_CHECK;
/* The warnings of SPEC 3 that need no data, "FILE:LINE:COLUMN: warning: …" without the newline. */
TN_API tn_status tn_model_warnings_file(const char *path, tn_text_sink *sink, void *context,
                                        tn_error *error) TN_MUST_CHECK;
/* Those that need data, of the last epoch: empty, identical and always-true segments, bins emptied
 * by ties, categories in expressions that never occur, P(alive) = 1 of single-purchase customers.
 */
TN_API tn_status tn_engine_warnings(const tn_engine *engine, tn_text_sink *sink, void *context,
                                    tn_error *error) TN_MUST_CHECK;

/* ---- accounts ---- */

typedef struct tn_engine_stats {
    uint64_t customers;
    size_t memory_bytes; /* of the shards: index, ids, columns, days, dictionaries */
    size_t raw_bytes;    /* ids and column values alone */
    size_t index_bytes, id_bytes, attribute_bytes, accumulator_bytes, day_bytes, dictionary_bytes;
    size_t derived_bytes;
    uint32_t plan_instructions, plan_registers, plan_passes;
} tn_engine_stats;
TN_API void tn_engine_stats_get(const tn_engine *engine, tn_engine_stats *out);

#ifdef __cplusplus
}
#endif
#endif
