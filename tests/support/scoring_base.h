/* scoring_base.h: a model, its shards and a scorer in one object, for tests: ids and names instead
 * of rows and numbers. Anything that cannot happen in a sound test ends it (TN_ASSERT). */
#ifndef TESTS_SUPPORT_SCORING_BASE_H
#define TESTS_SUPPORT_SCORING_BASE_H

#include "scoring/intake.h"
#include "scoring/query.h"
#include "scoring/scorer.h"

enum { SCORING_SHARDS_MAX = 8 };

typedef struct scoring_base {
    tn_model *model;
    tn_plan *plan;
    tn_intake *intake;
    tn_intake_state *intake_state;
    tn_scorer *scorer;
    const tn_kernels *kernels;
    tn_heap *heaps[SCORING_SHARDS_MAX];
    tn_table *tables[SCORING_SHARDS_MAX];
    size_t shard_count;
} scoring_base;

/* One event by names and numbers. */
typedef struct scoring_event {
    tn_str id;
    uint32_t action;
    int64_t at_ms;
    double value;           /* NaN: none */
    const tn_value *fields; /* of the action, in order; NULL: none */
} scoring_event;

/* Opens a base of a model's text; the error of a model that is refused is written to stderr. */
void scoring_base_open(scoring_base *base, const char *model_text, size_t shards, tn_isa isa);
void scoring_base_close(scoring_base *base);

size_t scoring_base_shard(const scoring_base *base, tn_str id);
/* The row of a customer, who is put when new. */
uint32_t scoring_base_row(scoring_base *base, tn_str id);
void scoring_base_set(scoring_base *base, tn_str id, uint32_t attribute, const tn_value *value);
void scoring_base_event(scoring_base *base, const scoring_event *event);
void scoring_base_remove(scoring_base *base, tn_str id);
void scoring_base_run(scoring_base *base, int64_t as_of_ms);
tn_value scoring_base_derived(const scoring_base *base, tn_str id, uint32_t derived);
/* Whether the query holds for a customer. */
bool scoring_base_query(const scoring_base *base, const char *text, const char *id);

/* The same by C strings, for tests written by hand. */
void scoring_base_number(scoring_base *base, const char *id, const char *attribute, double value);
void scoring_base_text(scoring_base *base, const char *id, const char *attribute,
                       const char *value);
void scoring_base_bool(scoring_base *base, const char *id, const char *attribute, bool value);
void scoring_base_date(scoring_base *base, const char *id, const char *attribute,
                       const char *value);
/* `at` as SPEC 5.0 reads it: "2026-01-31", "2026-01-31 12:00". */
void scoring_base_do(scoring_base *base, const char *id, const char *action, const char *at,
                     double value);
void scoring_base_as_of(scoring_base *base, const char *at);
tn_value scoring_base_value(const scoring_base *base, const char *id, const char *column);
int64_t scoring_base_time(const scoring_base *base, const char *at);

/* Equal in type, null and value, bit for bit. */
bool scoring_same(const tn_value *a, const tn_value *b);

#endif
