/* Scores: rules or one expression, groups with caps, a range, grades. */
#include "base/bytes.h"
#include "model/reader.h"

#include <math.h>

/* ---- Groups ---- */

static tn_status read_cap(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                          double *out) {
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_number(reading, node, what, out));
    if (!(*out > 0)) return tn_read_fail(reading, node->start, "%s must be more than 0", what);
    return TN_OK;
}

static tn_status read_group(const tn_reading *reading, const tn_entry *entry, tn_model_group *out) {
    static const char *const keys[] = {"cap", "label"};
    const tn_yaml_node *nodes[2];
    TN_TRY(tn_read_keys(reading, entry->value, "a group", TN_CHOICES(keys), nodes));
    if (nodes[0] == NULL)
        return tn_read_fail(reading, entry->where, "group '%.*s' has no cap: {cap: 15}",
                            TN_SHOWN(entry->name));
    *out = (tn_model_group){.name = entry->name, .where = entry->where};
    TN_TRY(read_cap(reading, nodes[0], "the cap of a group", &out->cap));
    return tn_read_label(reading, nodes[1], &out->label);
}

static tn_status read_groups(const tn_reading *reading, const tn_yaml_node *node,
                             tn_model_score *score, tn_names *names) {
    static const tn_entry_rule rule = {"a group", "groups", TN_NAME_OF_THING, TN_GROUPS_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_group *groups = tn_arena_array(reading->arena, count, sizeof *groups);
    if (groups == NULL || tn_names_init(names, reading->arena, count) != TN_OK)
        return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++) {
        TN_TRY(read_group(reading, &entries[i], &groups[i]));
        tn_names_put(names, entries[i].name, NULL);
    }
    score->groups = groups;
    score->group_count = (uint32_t)count;
    return TN_OK;
}

/* ---- Rules ---- */

enum {
    RULE_ACTION,
    RULE_IF,
    RULE_POINTS,
    RULE_PER,
    RULE_HALF_LIFE,
    RULE_CAP,
    RULE_GROUP,
    RULE_LABEL,
    RULE_KEYS
};
static const char *const rule_keys[RULE_KEYS] = {"action",    "if",  "points", "per",
                                                 "half_life", "cap", "group",  "label"};

/* Points as a number; an expression has no place beside an action or a condition. */
static tn_status read_fixed_points(const tn_reading *reading, const tn_yaml_node *node,
                                   const char *advice, double *out) {
    tn_str text = {0};
    TN_TRY(tn_read_scalar(reading, node, "points", &text));
    if (!tn_read_is_number(node, out))
        return tn_read_fail(reading, node->start, "points are a number here, not '%.*s'; %s",
                            TN_SHOWN(text), advice);
    if (fabs(*out) > TN_SCORE_POINTS_MAX)
        return tn_read_fail(reading, node->start, "points lie between -32767 and 32767");
    return TN_OK;
}

static tn_status read_action_rule(const tn_reading *reading, const tn_yaml_node *const *nodes,
                                  tn_model_rule *out) {
    TN_TRY(tn_read_reference(reading, nodes[RULE_ACTION], "action", &reading->model->action_names,
                             &out->action));
    TN_TRY(read_fixed_points(reading, nodes[RULE_POINTS],
                             "to weigh each event, give 'per' an expression", &out->points));
    TN_TRY(tn_read_expr(reading, nodes[RULE_IF], "the condition of a rule", &out->condition));
    TN_TRY(tn_read_expr(reading, nodes[RULE_PER], "'per'", &out->per));
    TN_TRY(tn_read_duration(reading, nodes[RULE_HALF_LIFE], "a half-life", &out->half_life_ms));
    return read_cap(reading, nodes[RULE_CAP], "the cap of a rule", &out->cap);
}

/* A condition or points rule: happens at most once, so nothing decays and nothing is capped. */
static tn_status read_plain_rule(const tn_reading *reading, const tn_yaml_node *const *nodes,
                                 tn_model_rule *out) {
    static const struct {
        int key;
        const char *advice;
    } refused[] = {
        {RULE_PER, "'per' weighs the events of an action: add 'action'"},
        {RULE_HALF_LIFE, "a half-life fades the events of an action: add 'action'"},
        {RULE_CAP, "only a rule with an action has a cap: limit the points by min(…)"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (nodes[refused[i].key] != NULL)
            return tn_read_fail(reading, nodes[refused[i].key]->key_start, "%s", refused[i].advice);
    if (nodes[RULE_IF] == NULL)
        return tn_read_expr(reading, nodes[RULE_POINTS], "points", &out->points_expr);
    TN_TRY(tn_read_expr(reading, nodes[RULE_IF], "the condition of a rule", &out->condition));
    return read_fixed_points(reading, nodes[RULE_POINTS],
                             "write the whole rule as points: if(condition, …, 0)", &out->points);
}

static tn_status read_rule(const tn_reading *reading, const tn_entry *entry, const tn_names *groups,
                           tn_model_rule *out) {
    const tn_yaml_node *nodes[RULE_KEYS];
    TN_TRY(tn_read_keys(reading, entry->value, "a rule", TN_CHOICES(rule_keys), nodes));
    if (nodes[RULE_POINTS] == NULL)
        return tn_read_fail(reading, entry->where,
                            "rule '%.*s' has no points: {action: …, points: 5}, {if: …, points: 5} "
                            "or {points: expression}",
                            TN_SHOWN(entry->name));
    *out = (tn_model_rule){.name = entry->name,
                           .where = entry->where,
                           .action = TN_NONE,
                           .group = TN_NONE,
                           .decay = TN_NONE,
                           .plain = TN_NONE,
                           .cap = HUGE_VAL};
    if (nodes[RULE_ACTION] != NULL)
        TN_TRY(read_action_rule(reading, nodes, out));
    else
        TN_TRY(read_plain_rule(reading, nodes, out));
    TN_TRY(tn_read_reference(reading, nodes[RULE_GROUP], "group", groups, &out->group));
    return tn_read_label(reading, nodes[RULE_LABEL], &out->label);
}

static tn_status read_rules(const tn_reading *reading, const tn_yaml_node *node,
                            const tn_names *groups, tn_model_score *score) {
    static const tn_entry_rule rule = {"a rule", "rules", TN_NAME_OF_THING, TN_RULES_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    if (count == 0) return tn_read_fail(reading, node->key_start, "the score has no rules");
    tn_model_rule *rules = tn_arena_array(reading->arena, count, sizeof *rules);
    if (rules == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++)
        TN_TRY(read_rule(reading, &entries[i], groups, &rules[i]));
    score->rules = rules;
    score->rule_count = (uint32_t)count;
    return TN_OK;
}

/* ---- Grades ---- */

/* By threshold; few enough for an insertion sort, which needs no memory. */
static void sort_grades(tn_model_grade *grades, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const tn_model_grade grade = grades[i];
        size_t at = i;
        for (; at > 0 && grades[at - 1].threshold > grade.threshold; at--)
            grades[at] = grades[at - 1];
        grades[at] = grade;
    }
}

static tn_status read_grade(const tn_reading *reading, const tn_entry *entry, tn_model_grade *out) {
    static const char *const keys[] = {"from", "label"};
    const tn_yaml_node *threshold = entry->value;
    *out = (tn_model_grade){.name = entry->name, .where = entry->where};
    if (entry->value->kind == TN_YAML_MAPPING) {
        const tn_yaml_node *nodes[2];
        TN_TRY(tn_read_keys(reading, entry->value, "a grade", TN_CHOICES(keys), nodes));
        TN_TRY(tn_read_label(reading, nodes[1], &out->label));
        threshold = nodes[0];
    }
    if (threshold == NULL)
        return tn_read_fail(reading, entry->where, "grade '%.*s' has no threshold: {from: 55}",
                            TN_SHOWN(entry->name));
    return tn_read_number(reading, threshold, "the threshold of a grade", &out->threshold);
}

static tn_status refuse_equal_grades(const tn_reading *reading, const tn_model_grade *grades,
                                     size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (grades[i].threshold > grades[i - 1].threshold) continue;
        const bool is_later = grades[i].where.offset > grades[i - 1].where.offset;
        const tn_model_grade *blamed = &grades[is_later ? i : i - 1];
        const tn_model_grade *other = &grades[is_later ? i - 1 : i];
        return tn_read_fail(reading, blamed->where, "grade '%.*s' has the threshold of '%.*s'",
                            TN_SHOWN(blamed->name), TN_SHOWN(other->name));
    }
    return TN_OK;
}

static tn_status read_grades(const tn_reading *reading, const tn_yaml_node *node,
                             tn_model_score *score) {
    static const tn_entry_rule rule = {"a grade", "grades", TN_NAME_FREE, TN_GRADES_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_grade *grades = tn_arena_array(reading->arena, count, sizeof *grades);
    tn_str *names = tn_arena_array(reading->arena, count, sizeof *names);
    if (grades == NULL || names == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++)
        TN_TRY(read_grade(reading, &entries[i], &grades[i]));
    sort_grades(grades, count);
    TN_TRY(refuse_equal_grades(reading, grades, count));
    for (size_t i = 0; i < count; i++)
        names[i] = grades[i].name;
    score->grades = grades;
    score->grade_count = (uint32_t)count;
    score->grade_levels = (tn_levels){.names = names, .count = count, .ladder_count = count};
    return TN_OK;
}

/* ---- Scores ---- */

enum {
    SCORE_RANGE,
    SCORE_GROUPS,
    SCORE_RULES,
    SCORE_POINTS,
    SCORE_GRADES,
    SCORE_LABEL,
    SCORE_KEYS
};
static const char *const score_keys[SCORE_KEYS] = {"range",  "groups", "rules",
                                                   "points", "grades", "label"};

static tn_status read_range(const tn_reading *reading, const tn_yaml_node *node,
                            tn_model_score *score) {
    double *ends;
    size_t count;
    score->low = -TN_SCORE_POINTS_MAX;
    score->high = TN_SCORE_POINTS_MAX;
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_numbers(reading, node, "a range", &ends, &count));
    if (count != 2)
        return tn_read_fail(reading, node->start, "a range is a lowest and a highest: [0, 100]");
    if (!(ends[0] < ends[1]))
        return tn_read_fail(reading, node->start,
                            "the lowest of a range must be less than the highest");
    if (ends[0] < -TN_SCORE_POINTS_MAX || ends[1] > TN_SCORE_POINTS_MAX)
        return tn_read_fail(reading, node->start, "a range lies between -32767 and 32767");
    score->has_range = true;
    score->low = ends[0];
    score->high = ends[1];
    return TN_OK;
}

static tn_status read_points_or_rules(const tn_reading *reading, const tn_entry *entry,
                                      const tn_yaml_node *const *nodes, tn_model_score *out) {
    tn_names groups = {0};
    if (nodes[SCORE_POINTS] == NULL && nodes[SCORE_RULES] == NULL)
        return tn_read_fail(reading, entry->where, "score '%.*s' has neither 'rules' nor 'points'",
                            TN_SHOWN(entry->name));
    if (nodes[SCORE_POINTS] == NULL) {
        TN_TRY(read_groups(reading, nodes[SCORE_GROUPS], out, &groups));
        return read_rules(reading, nodes[SCORE_RULES], &groups, out);
    }
    if (nodes[SCORE_RULES] != NULL || nodes[SCORE_GROUPS] != NULL) {
        const int extra = nodes[SCORE_RULES] != NULL ? SCORE_RULES : SCORE_GROUPS;
        return tn_read_fail(reading, nodes[extra]->key_start,
                            "a score has either 'points', one expression, or 'rules'");
    }
    return tn_read_expr(reading, nodes[SCORE_POINTS], "the points of a score", &out->points);
}

static tn_status read_score(const tn_reading *reading, const tn_entry *entry, tn_model_score *out) {
    const tn_yaml_node *nodes[SCORE_KEYS];
    TN_TRY(tn_read_keys(reading, entry->value, "a score", TN_CHOICES(score_keys), nodes));
    *out = (tn_model_score){.name = entry->name, .where = entry->where};
    TN_TRY(read_range(reading, nodes[SCORE_RANGE], out));
    TN_TRY(read_points_or_rules(reading, entry, nodes, out));
    TN_TRY(read_grades(reading, nodes[SCORE_GRADES], out));
    return tn_read_label(reading, nodes[SCORE_LABEL], &out->label);
}

tn_status tn_read_scores(tn_reading *reading, const tn_yaml_node *node) {
    static const tn_entry_rule rule = {"a score", "scores", TN_NAME_OF_THING, TN_SCORES_MAX};
    tn_entry *entries;
    size_t count;
    TN_TRY(tn_read_entries(reading, node, &rule, &entries, &count));
    tn_model_score *scores = tn_arena_array(reading->arena, count, sizeof *scores);
    if (scores == NULL) return tn_read_memory(reading);
    for (size_t i = 0; i < count; i++)
        TN_TRY(read_score(reading, &entries[i], &scores[i]));
    reading->model->scores = scores;
    reading->model->score_count = (uint32_t)count;
    return TN_OK;
}
