/* model.h: a model file (SPEC 3), read, checked and immutable.
 *
 * A tn_model owns everything that it points to, in one arena; it may be shared by threads. Names
 * are numbers from here on: attributes, actions, scores … count from 0 in file order. Every
 * expression is typed; COLUMN nodes carry a tn_column_ref packed by tn_column_ref_pack, action
 * nodes an action number. */
#ifndef TN_MODEL_MODEL_H
#define TN_MODEL_MODEL_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/yaml.h"
#include "expr/expr.h"
#include "model/names.h"
#include "store/schema.h"

#include <tenure/btyd.h>
#include <tenure/limits.h>
#include <tenure/status.h>

/* What a COLUMN node of a model's expression means. */
typedef enum tn_column_space {
    TN_SPACE_ATTRIBUTE, /* index: attribute */
    TN_SPACE_DERIVED,   /* index: into tn_model.derived */
    TN_SPACE_FIELD,     /* event expressions only: 0 is `value`, 1 + i the action's field i */
} tn_column_space;
static inline uint32_t tn_column_ref_pack(tn_column_space space, uint32_t index) {
    return ((uint32_t)space << 24) | index;
}
static inline tn_column_space tn_column_ref_space(uint32_t ref) {
    return (tn_column_space)(ref >> 24);
}
static inline uint32_t tn_column_ref_index(uint32_t ref) {
    return ref & 0xFFFFFFu;
}

typedef struct tn_model_expr {
    tn_str text;                      /* as written; empty: absent */
    tn_expr *tree;                    /* NULL: absent */
    tn_yaml_mark where;               /* of its scalar in the file */
    const tn_yaml_document *document; /* the model's, or that of a stage preset */
    const tn_yaml_node *node;         /* its scalar, for positions within it */
} tn_model_expr;

typedef enum tn_family {
    TN_FAMILY_NONE,
    TN_FAMILY_DEMOGRAPHIC,
    TN_FAMILY_GEOGRAPHIC,
    TN_FAMILY_PSYCHOGRAPHIC,
    TN_FAMILY_BEHAVIOURAL
} tn_family;

typedef struct tn_model_attribute {
    tn_str name, label; /* label: empty when none is given */
    tn_attribute_type type;
    tn_keep keep;
    tn_family family;
    tn_yaml_mark where;
} tn_model_attribute;

typedef enum tn_value_kind {
    TN_VALUE_NONE,
    TN_VALUE_NUMBER,
    TN_VALUE_MONEY,
    TN_VALUE_RATING
} tn_value_kind;

typedef struct tn_model_field {
    tn_str name, label;
    tn_attribute_type type; /* int, float, bool, category, date, time */
} tn_model_field;

typedef struct tn_model_action {
    tn_str name, label;
    bool is_by_company;
    tn_value_kind value;          /* money: required, finite, ≥ 0; number, rating: optional */
    const tn_model_field *fields; /* a derived action has those of its base */
    uint32_t field_count;
    uint32_t of;         /* the base action of a derived one (never itself derived), or TN_NONE */
    tn_model_expr where; /* of a derived action: over `value` and the fields */
    tn_yaml_mark at;     /* of its name in the file */
} tn_model_action;

typedef struct tn_model_transactions {
    bool is_present;
    uint32_t action;   /* with value money */
    uint32_t minus;    /* TN_NONE: none */
    bool unit_is_week; /* else day */
} tn_model_transactions;

typedef struct tn_model_rule {
    tn_str name, label;
    uint32_t action;           /* an action rule; TN_NONE otherwise */
    tn_model_expr condition;   /* `if`: the condition of a rule, or the gate of an action rule */
    double points;             /* of an action or condition rule */
    tn_model_expr points_expr; /* a points rule */
    tn_model_expr per;         /* over `value` and the fields of the action; absent: 1 */
    double half_life_ms;       /* 0: none */
    double cap;                /* > 0; INFINITY: none */
    uint32_t group;            /* TN_NONE: none */
    uint32_t decay;            /* number of its sum in `decays` (half_life_ms > 0) … */
    uint32_t plain;            /* … or in `plain_sums`; TN_NONE when the count itself serves */
    tn_yaml_mark where;
} tn_model_rule;

typedef struct tn_model_group {
    tn_str name, label;
    double cap; /* > 0 */
    tn_yaml_mark where;
} tn_model_group;

typedef struct tn_model_grade {
    tn_str name, label;
    double threshold;
    tn_yaml_mark where;
} tn_model_grade;

typedef struct tn_model_score {
    tn_str name, label;
    bool has_range;
    double low, high; /* clamps; without a range ±TN_SCORE_POINTS_MAX */
    const tn_model_group *groups;
    uint32_t group_count;
    const tn_model_rule *rules;
    uint32_t rule_count;
    tn_model_expr points;         /* a score that is one expression; then there are no rules */
    const tn_model_grade *grades; /* ascending thresholds */
    uint32_t grade_count;
    tn_levels grade_levels; /* the same, as levels */
    tn_yaml_mark where;
} tn_model_score;

typedef enum tn_rfm_method { TN_RFM_QUANTILE, TN_RFM_CUTS, TN_RFM_PACKAGE } tn_rfm_method;
typedef struct tn_rfm_bounds {
    uint32_t low, high; /* included */
} tn_rfm_bounds;
typedef struct tn_rfm_segment {
    tn_str name, label;
    tn_rfm_bounds recency, frequency, monetary; /* 1 … bins where not given */
} tn_rfm_segment;
typedef struct tn_model_rfm {
    bool is_present;
    tn_rfm_method method;
    uint32_t bins[3];      /* of recency, frequency, monetary */
    const double *cuts[3]; /* method CUTS: bins − 1 each, ascending; recency in days */
    const tn_rfm_segment *segments;
    uint32_t segment_count;
    tn_levels levels; /* the segments in file order (not ordered by meaning), then 'Others' */
} tn_model_rfm;

typedef struct tn_model_clv {
    bool is_present;
    tn_purchase_model purchases;
    tn_spend_model spend;
    double horizon_ms;
    double discount_per_year;
    tn_model_expr margin; /* a number expression; a literal for "30%" */
    bool has_purchase_parameters, has_spend_parameters;
    tn_purchase_parameters purchase_parameters;
    tn_spend_parameters spend_parameters;
} tn_model_clv;

typedef struct tn_model_trait {
    tn_str name, label;
    tn_model_expr expr; /* any type */
    tn_yaml_mark where;
} tn_model_trait;

typedef struct tn_model_stage {
    tn_str name, label;
    tn_model_expr guard; /* of a preset: its document is the preset's */
    bool is_exit;
    tn_yaml_mark where; /* of its name; of the preset's name for a stage that came from there */
} tn_model_stage;
/* An action that a preset's guards read. */
typedef struct tn_preset_action {
    tn_str name;     /* the preset's word for it */
    uint32_t action; /* the model's action; TN_NONE: not declared, counts 0 */
} tn_preset_action;
typedef struct tn_model_stages {
    tn_str name, label;
    tn_str preset;                /* empty: none */
    const tn_model_stage *stages; /* the ladder in order, then the exits in order */
    uint32_t stage_count;
    uint32_t ladder_count;
    tn_levels levels; /* the same names */
    const tn_preset_action *preset_actions;
    uint32_t preset_action_count;
    tn_yaml_mark where; /* of the preset's name, else of the model's */
} tn_model_stages;

typedef struct tn_model_segment {
    tn_str name, label;
    tn_model_expr expr; /* bool */
    tn_yaml_mark where;
} tn_model_segment;

/* What the metrics of SPEC 5.9 read. Read and checked; no metric is computed yet. */
typedef struct tn_model_metrics {
    bool is_present;
    uint32_t nps, csat;      /* actions with a value; TN_NONE */
    uint32_t engagement;     /* a score with a range; TN_NONE */
    double active_window_ms; /* 365 d unless given */
} tn_model_metrics;

typedef enum tn_derived_kind {
    TN_DERIVED_SCORE,
    TN_DERIVED_GRADE,
    TN_DERIVED_RFM_RECENCY,
    TN_DERIVED_RFM_FREQUENCY,
    TN_DERIVED_RFM_MONETARY,
    TN_DERIVED_RFM_SEGMENT,
    TN_DERIVED_CLV_P_ALIVE,
    TN_DERIVED_CLV_EXPECTED_PURCHASES,
    TN_DERIVED_CLV_EXPECTED_SPEND,
    TN_DERIVED_CLV_VALUE,
    TN_DERIVED_TRAIT,
    TN_DERIVED_STAGE,
    TN_DERIVED_SEGMENT
} tn_derived_kind;

/* A derived column, in the order of SPEC 1: all scores, all grades (of scores that have some), the
 * four rfm columns, the four clv columns, traits, stages, segments. */
typedef struct tn_derived {
    tn_derived_kind kind;
    uint32_t index; /* of the score, trait, stage model, segment */
    tn_str name;    /* "score.engagement" */
    tn_str label;
    tn_type type;
    const tn_levels *levels; /* type LEVEL */
} tn_derived;

/* A sum that the store must keep for rules and decayed(): equal needs share one. */
typedef struct tn_model_sum {
    uint32_t action;
    double half_life_ms;      /* 0: plain */
    const tn_model_expr *per; /* NULL: 1 an event */
} tn_model_sum;

typedef struct tn_model {
    tn_arena arena;
    tn_yaml_document document; /* the file, for messages */
    tn_str name, label, currency;
    tn_zone *zone;
    const tn_model_attribute *attributes;
    uint32_t attribute_count;
    const tn_model_action *actions;
    uint32_t action_count;
    tn_model_transactions transactions;
    const tn_model_score *scores;
    uint32_t score_count;
    tn_model_rfm rfm;
    tn_model_clv clv;
    const tn_model_trait *traits;
    uint32_t trait_count;
    const tn_model_stages *stage_models;
    uint32_t stage_model_count;
    const tn_model_segment *segments;
    uint32_t segment_count;
    tn_model_metrics metrics;
    const tn_derived *derived;
    uint32_t derived_count;
    const uint32_t *order;      /* derived columns such that each stands behind all that it reads */
    const tn_model_sum *decays; /* with a half-life; the schema's decays */
    uint32_t decay_count;
    const tn_model_sum *plain_sums;
    uint32_t plain_sum_count;
    tn_schema schema; /* what the store keeps */
    tn_names attribute_names, action_names, derived_names;
    /* All attributes and derived columns, for messages. */
    const char *const *column_names;
    size_t column_name_count;
} tn_model;

/* Reads and checks a model. The stage presets (share/models) are built in. TN_BAD_MODEL with file,
 * line, column, the line and a caret; TN_TOO_LARGE where a bound of limits.h is passed. */
tn_status tn_model_read(const char *path, tn_model **out, tn_error *error) TN_MUST_CHECK;
tn_status tn_model_parse(const char *file, tn_str source, tn_model **out,
                         tn_error *error) TN_MUST_CHECK;
void tn_model_destroy(tn_model *model); /* NULL is allowed */

/* The scope of queries over a model: all attributes and derived columns, all actions. Borrows the
 * model. */
tn_status tn_model_scope(const tn_model *model, tn_arena *arena, tn_scope *out) TN_MUST_CHECK;
/* Parses and checks an expression over a model, e.g. --where. */
tn_status tn_model_compile(const tn_model *model, tn_arena *arena, tn_str text, tn_type want,
                           tn_expr **out, tn_error *error) TN_MUST_CHECK;

uint32_t tn_model_find_attribute(const tn_model *model, tn_str name); /* TN_NONE */
uint32_t tn_model_find_action(const tn_model *model, tn_str name);
uint32_t tn_model_find_derived(const tn_model *model, tn_str full_name);
/* The number in `decays` of the sum that decayed(action, half_life) reads; TN_NONE when no rule or
 * expression of the model asks for it, so that it was never kept. */
uint32_t tn_model_find_decay(const tn_model *model, uint32_t action, double half_life_ms);

#endif
