/* synth.h: a synthetic customer base for a model, drawn from known parameters.
 *
 * Every customer is drawn from a generator of his own, seeded by the base's seed and his number:
 * the same seed gives the same bytes, in constant memory, whatever the size. */
#ifndef TN_TOOLS_SYNTH_H
#define TN_TOOLS_SYNTH_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/rng.h"

#include <tenure/engine.h>

typedef struct tn_synth_plan {
    uint64_t customers, seed;
    int32_t from_day, acquire_until_day, to_day; /* all included */
    double prospects;                            /* share of customers that never buy */
    double events_per_customer; /* mean number of events that are no purchase and no refund */
    tn_purchase_parameters purchases;
    tn_spend_parameters spend; /* Gamma-Gamma */
    double days_per_unit;      /* of the parameters */
} tn_synth_plan;

/* ---- words: what a category holds (synth_words.c) ---- */

typedef struct tn_synth_words {
    tn_str *list; /* the first are the most frequent */
    size_t count;
} tn_synth_words;

/* The values that the model's expressions compare `name` with, then usual ones by the name. */
tn_status tn_synth_words_init(tn_synth_words *words, tn_str name, tn_str model_text,
                              tn_arena *arena, tn_error *error) TN_MUST_CHECK;
/* The largest number that the model's text compares `name` with, 0 without one. */
double tn_synth_largest_compared(tn_str name, tn_str model_text);
tn_str tn_synth_words_draw(const tn_synth_words *words, tn_rng *rng);

/* ---- values of attributes and fields (synth_values.c) ---- */

typedef struct tn_synth_column {
    tn_attribute_info info;
    int kind;          /* of the draw, by type and name */
    double null_share; /* of empty cells */
    double scale;      /* of a quantity: its mean */
    tn_synth_words words;
} tn_synth_column;

tn_status tn_synth_column_init(tn_synth_column *column, const tn_attribute_info *info,
                               tn_str model_text, tn_arena *arena, tn_error *error) TN_MUST_CHECK;
/* Appends a drawn cell, in CSV; nothing for null. `interest` 0 … 1 leans a yes or no. */
void tn_synth_column_append(const tn_synth_column *column, const tn_synth_plan *plan,
                            double interest, tn_rng *rng, tn_buffer *out);
/* The same, never null. */
void tn_synth_column_append_value(const tn_synth_column *column, const tn_synth_plan *plan,
                                  double interest, tn_rng *rng, tn_buffer *out);

/* Whether a part of `name` (`warranty_ends` has two) starts with one of `words`, a list with blanks
 * between. */
bool tn_synth_name_has(tn_str name, const char *words);
/* A number from the name alone, the same everywhere. */
uint64_t tn_synth_name_hash(tn_str name);

/* ---- purchases (synth_life.c) ---- */

typedef struct tn_synth_purchase {
    int32_t day;
    int64_t cents;
} tn_synth_purchase;

typedef struct tn_synth_life {
    int32_t first_day;            /* of any activity */
    int32_t last_active_day;      /* of any activity */
    double interest;              /* relative to the mean customer: 1 is usual */
    tn_synth_purchase *purchases; /* days ascending, each once; room for every day of the plan */
    size_t count;
} tn_synth_life;

void tn_synth_life_draw(tn_synth_life *life, const tn_synth_plan *plan, tn_rng *rng);

/* ---- other events (synth_events.c) ---- */

typedef struct tn_synth_action {
    const tn_action_info *info;
    uint32_t index; /* in the model */
    int habit;      /* how it comes about, by its name */
    int value_kind;
    double weight; /* share of a customer's events */
    tn_synth_column *fields;
} tn_synth_action;

typedef struct tn_synth_event {
    int64_t local_ms; /* in the model's zone */
    uint32_t action;  /* index in tn_synth_actions.list */
    uint32_t order;   /* of drawing */
    int64_t cents;    /* value × 100; INT64_MIN: none */
} tn_synth_event;

typedef struct tn_synth_actions {
    tn_synth_action *list; /* that can be loaded and are not the transactions */
    size_t count;
    double weight; /* Σ of those that come at random */
} tn_synth_actions;

enum { TN_SYNTH_EVENTS_MAX = 4096 }; /* of one customer */

tn_status tn_synth_actions_init(tn_synth_actions *actions, const tn_engine_info *info,
                                tn_str model_text, tn_arena *arena, tn_error *error) TN_MUST_CHECK;
/* Draws a customer's events into `out` (TN_SYNTH_EVENTS_MAX), in order of time. */
size_t tn_synth_events_draw(const tn_synth_actions *actions, const tn_synth_plan *plan,
                            const tn_synth_life *life, tn_rng *rng, tn_synth_event *out);

/* ---- the files (synth_files.c) ---- */

typedef struct tn_synth_account {
    uint64_t customers, transactions, events;
} tn_synth_account;

/* Writes customers.csv, transactions.csv and events.csv into the folder `path`. */
tn_status tn_synth_write(const tn_synth_plan *plan, const tn_engine_info *info, tn_str model_text,
                         const char *path, tn_synth_account *account,
                         tn_error *error) TN_MUST_CHECK;

#endif
