/* reader.h: how the parts of the model reader walk a YAML tree: keys, named entries, typed scalars,
 * and complaints with a caret and the choices.
 *
 * Private to the model layer. Everything that is read lives in the model's arena. */
#ifndef TN_MODEL_READER_H
#define TN_MODEL_READER_H

#include "base/error.h"
#include "model/model.h"

typedef struct tn_reading {
    tn_model *model;                  /* under construction */
    tn_arena *arena;                  /* the model's */
    const tn_yaml_document *document; /* which `node`s belong to: the model's, or a preset's */
    tn_error *error;                  /* never NULL */
} tn_reading;

/* ---- Complaints: all return what they put into the error ---- */

tn_status tn_read_fail(const tn_reading *reading, tn_yaml_mark mark, const char *format, ...)
    TN_PRINTF(3, 4);
/* The same with TN_TOO_LARGE. */
tn_status tn_read_too_large(const tn_reading *reading, tn_yaml_mark mark, const char *format, ...)
    TN_PRINTF(3, 4);
tn_status tn_read_memory(const tn_reading *reading);

/* What may stand in a place. */
typedef struct tn_choices {
    const char *const *names;
    size_t count;
} tn_choices;
#define TN_CHOICES(array) ((tn_choices){(array), sizeof(array) / sizeof((array)[0])})
/* "unknown WHAT 'got'": names the nearest of the choices, and all of them, that one first. */
tn_status tn_read_fail_choice(const tn_reading *reading, tn_yaml_mark mark, const char *what,
                              tn_str got, tn_choices choices);
/* Appends a line "valid …: a, b, c" to the error's detail, number `first` in front (-1: none). */
void tn_read_list_choices(const tn_reading *reading, tn_choices choices, int first);

/* For "%.*s": the size of a text of the user's in a message, cut between characters. */
int tn_read_shown(tn_str text);
#define TN_SHOWN(text) tn_read_shown(text), (text).data

/* ---- Mappings ---- */

/* Finds the entries of a mapping (or of `key:` with nothing behind it) by name: nodes[i] is the
 * value of key names[i] or NULL. Any other key is refused. `what` is "an attribute". */
tn_status tn_read_keys(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                       tn_choices keys, const tn_yaml_node **nodes) TN_MUST_CHECK;

/* One of a list of named things. */
typedef struct tn_entry {
    tn_str name;
    tn_yaml_mark where; /* of the name */
    const tn_yaml_node *value;
} tn_entry;
typedef enum tn_name_kind {
    TN_NAME_OF_THING, /* [a-z_][a-z0-9_]* */
    TN_NAME_FREE      /* any text: grades, stages, RFM segments */
} tn_name_kind;
typedef struct tn_entry_rule {
    const char *what; /* "an attribute" */
    const char *many; /* "attributes" */
    tn_name_kind kind;
    size_t max;
} tn_entry_rule;
/* The entries of a mapping, or of a sequence of mappings with one key each, in file order; none for
 * NULL and for `key:` with nothing behind it. Names are checked and different. */
tn_status tn_read_entries(const tn_reading *reading, const tn_yaml_node *node,
                          const tn_entry_rule *rule, tn_entry **out, size_t *count) TN_MUST_CHECK;

/* Whether `name` is a name as the model file wants it; `what` starts the message. */
tn_status tn_read_check_name(const tn_reading *reading, tn_yaml_mark mark, const char *what,
                             tn_str name, tn_name_kind kind) TN_MUST_CHECK;

/* ---- Scalars: `node` NULL leaves *out as it is ---- */

tn_status tn_read_scalar(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                         tn_str *out) TN_MUST_CHECK;
/* A label: any text of one line. */
tn_status tn_read_label(const tn_reading *reading, const tn_yaml_node *node,
                        tn_str *out) TN_MUST_CHECK;
/* 12, -1.5, 1e3, 10% (0.1). */
tn_status tn_read_number(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                         double *out) TN_MUST_CHECK;
/* Whether a scalar is written as such a number. */
bool tn_read_is_number(const tn_yaml_node *node, double *out);
tn_status tn_read_count(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                        uint32_t low, uint32_t high, uint32_t *out) TN_MUST_CHECK;
/* 30s 15min 12h 90d 4w 6mo 1y, more than 0; in ms, a month 30 d, a year 365 d. */
tn_status tn_read_duration(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                           double *out_ms) TN_MUST_CHECK;
/* The number of the scalar's text among the choices. */
tn_status tn_read_choice(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                         tn_choices choices, uint32_t *out) TN_MUST_CHECK;
/* The number of a name that must be there, e.g. of an action; `what` is "action". */
tn_status tn_read_reference(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                            const tn_names *names, uint32_t *out) TN_MUST_CHECK;
/* A sequence of numbers; *count of them. */
tn_status tn_read_numbers(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                          double **out, size_t *count) TN_MUST_CHECK;
/* Syntax only; `what` is "a guard". */
tn_status tn_read_expr(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                       tn_model_expr *out) TN_MUST_CHECK;
/* Either the expression itself, or {KEY: expression, label: text}. */
tn_status tn_read_labelled_expr(const tn_reading *reading, const tn_yaml_node *node,
                                const char *what, const char *key, tn_model_expr *expr,
                                tn_str *label) TN_MUST_CHECK;

/* Puts the position `at` of an expression into the error and returns `status` as a model's error.
 */
tn_status tn_read_blame_expr(const tn_reading *reading, const tn_model_expr *expr,
                             tn_expr_position at, tn_status status);

/* ---- The parts, in the order in which they are read ---- */

tn_status tn_read_attributes(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_actions(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_transactions(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_scores(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_rfm(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_clv(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_traits(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_stages(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_segments(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;
tn_status tn_read_metrics(tn_reading *reading, const tn_yaml_node *node) TN_MUST_CHECK;

/* ---- What follows the reading ---- */

/* Names and numbers the derived columns. */
tn_status tn_model_derive(tn_reading *reading) TN_MUST_CHECK;
/* Sorts them by what they read; refuses a cycle. */
tn_status tn_model_sort(tn_reading *reading) TN_MUST_CHECK;
/* Types every expression. */
tn_status tn_model_bind(tn_reading *reading) TN_MUST_CHECK;
/* Works out what the store must keep. */
tn_status tn_model_need(tn_reading *reading) TN_MUST_CHECK;

#endif
