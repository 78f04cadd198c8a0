/* expr_oracle.h: what an expression means, one row at a time, as plainly as it can be written.
 *
 * A walker over the checked tree, made from the words of the specification alone: libm in long
 * double, a calendar that counts years one by one, zones searched from their first transition. It
 * shares nothing with the compiled program but the tree, the zone's offsets and the case table of
 * UTF-8.
 *
 * Each number carries how far it may be off (`slack`), which is 0 unless log, exp or pow took part;
 * where a result would jump within that distance (a comparison, floor), the walk is `unsure`. */
#ifndef TESTS_SUPPORT_EXPR_ORACLE_H
#define TESTS_SUPPORT_EXPR_ORACLE_H

#include "expr/expr.h"

typedef struct tn_oracle_value {
    tn_type type;
    bool is_null;
    double number; /* number; ms of a time or duration; days of a date; rank of a level */
    double slack;
    bool boolean;
    tn_str text;
} tn_oracle_value;

typedef struct tn_oracle tn_oracle;
struct tn_oracle {
    void *context;
    /* The value of COLUMN, JOINED, LAST_SEEN, COUNT, SUM, FIRST, LAST, LAST_VALUE, DECAYED, BUCKET,
     * or of TILE with its argument. The type need not be filled. */
    tn_oracle_value (*leaf)(void *context, const tn_expr *leaf, tn_oracle_value argument);
    int64_t as_of_ms;
    const tn_zone *zone;
    tn_arena *arena; /* texts that are made */
    bool unsure;
};

/* Sets oracle->unsure, or leaves it. */
tn_oracle_value tn_oracle_eval(tn_oracle *oracle, const tn_expr *expr);

tn_oracle_value tn_oracle_null(tn_type type);
tn_oracle_value tn_oracle_number(double value); /* NaN or infinite: null */
tn_oracle_value tn_oracle_bool(bool value);
tn_oracle_value tn_oracle_text(tn_str value);

/* The calendar of the oracle, for oracles that build on it. */
int64_t tn_oracle_day(const tn_zone *zone, double time_ms);
double tn_oracle_day_start(const tn_zone *zone, int64_t day);
double tn_oracle_add_months(const tn_zone *zone, double time_ms, int64_t months);
int64_t tn_oracle_date_add_months(int64_t day, int64_t months);
int64_t tn_oracle_days_to_anniversary(int64_t date, int64_t today);

#endif
