/* Random expressions about a world, as text: every kind of node, every pair of types that the
 * language lets meet. */
#include "support/expr_world.h"

typedef struct generator {
    const tn_world *world;
    tn_rng *rng;
    tn_buffer *out;
} generator;

static void expression(const generator *g, tn_type type, int depth);

static uint32_t pick(const generator *g, uint32_t bound) {
    return (uint32_t)tn_rng_below(g->rng, bound);
}

static void put(const generator *g, const char *text) {
    tn_buffer_append_str(g->out, text);
}

static const char *one_of(const generator *g, const char *const *choices, uint32_t count) {
    return choices[pick(g, count)];
}
#define ONE_OF(g, ...)                                                                             \
    one_of(g, (const char *const[]){__VA_ARGS__},                                                  \
           (uint32_t)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))

/* "(a OP b)" */
static void infix(const generator *g, tn_type left, const char *op, tn_type right, int depth) {
    put(g, "(");
    expression(g, left, depth - 1);
    tn_buffer_printf(g->out, " %s ", op);
    expression(g, right, depth - 1);
    put(g, ")");
}

/* "NAME(x, …)" of `count` arguments of one type. */
static void call(const generator *g, const char *name, tn_type type, uint32_t count, int depth) {
    tn_buffer_printf(g->out, "%s(", name);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) put(g, ", ");
        expression(g, type, depth - 1);
    }
    put(g, ")");
}

static void condition_of(const generator *g, tn_type type, int depth) {
    put(g, "if(");
    expression(g, TN_TYPE_BOOL, depth - 1);
    put(g, ", ");
    expression(g, type, depth - 1);
    put(g, ", ");
    expression(g, type, depth - 1);
    put(g, ")");
}

/* ---- Leaves ---- */

static bool column(const generator *g, tn_type type) {
    uint32_t fitting[TN_WORLD_COLUMNS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->world->column_count; i++)
        if (g->world->columns[i].type == type) fitting[count++] = i;
    if (count == 0) return false;
    put(g, g->world->columns[fitting[pick(g, count)]].name);
    return true;
}

static const char *action(const generator *g) {
    return ONE_OF(g, "visit", "open", "purchase", "refund");
}

static const char *valued(const generator *g) {
    return ONE_OF(g, "purchase", "refund");
}

static void number_leaf(const generator *g) {
    switch (pick(g, 10)) {
    case 0:
        put(g, ONE_OF(g, "0", "1", "2.5", "1e6", "10%", "100", "0.001", "7"));
        break;
    case 1:
        tn_buffer_printf(g->out, "%u.%u", pick(g, 100), pick(g, 100));
        break;
    case 2:
        tn_buffer_printf(g->out, "count(%s)", action(g));
        break;
    case 3:
        tn_buffer_printf(g->out, "%s(%s)", ONE_OF(g, "sum", "mean", "last_value"), valued(g));
        break;
    case 4:
        tn_buffer_printf(g->out, "decayed(%s, %s)", action(g), ONE_OF(g, "7d", "3mo", "90d"));
        break;
    case 5:
        tn_buffer_printf(g->out, "bucket(%u%s)", 2 + pick(g, 1000),
                         ONE_OF(g, "", ", 'salt'", ", 'it''s'"));
        break;
    default:
        column(g, TN_TYPE_NUMBER);
        break;
    }
}

static void time_leaf(const generator *g) {
    switch (pick(g, 5)) {
    case 0:
        put(g, ONE_OF(g, "now", "joined", "last_seen"));
        break;
    case 1:
    case 2:
        tn_buffer_printf(g->out, "%s(%s)", ONE_OF(g, "first", "last"), action(g));
        break;
    default:
        column(g, TN_TYPE_TIME);
        break;
    }
}

static const char *whole_days(const generator *g) {
    return ONE_OF(g, "1d", "30d", "2w", "48h", "1mo", "2mo", "13mo", "1y", "18y", "(1y + 2mo)",
                  "(1mo - 1d)", "(2 * 1mo)", "-1mo");
}

static const char *any_duration(const generator *g) {
    return ONE_OF(g, "30s", "15min", "1.5h", "7d", "4w", "1mo", "1y", "(1mo + 12h)", "(3 * 1d)",
                  "(1y - 30min)", "0d");
}

static void date_leaf(const generator *g) {
    if (pick(g, 3) != 0) {
        column(g, TN_TYPE_DATE);
    } else {
        tn_buffer_printf(g->out, "date '%u-%02u-%02u'", 1970 + pick(g, 231), 1 + pick(g, 12),
                         1 + pick(g, 28));
    }
}

static void text_leaf(const generator *g) {
    if (pick(g, 2) != 0) {
        column(g, TN_TYPE_TEXT);
    } else {
        put(g, ONE_OF(g, "''", "'a'", "'DE'", "'de'", "'it''s'", "'shop'", "'gold'", "'third'",
                      "'\xC3\xA4rger'", "'not there'"));
    }
}

static void leaf(const generator *g, tn_type type) {
    switch (type) {
    case TN_TYPE_NUMBER:
        number_leaf(g);
        break;
    case TN_TYPE_TIME:
        time_leaf(g);
        break;
    case TN_TYPE_DATE:
        date_leaf(g);
        break;
    case TN_TYPE_TEXT:
        text_leaf(g);
        break;
    case TN_TYPE_DURATION:
        if (pick(g, 2) != 0) {
            column(g, TN_TYPE_DURATION);
        } else {
            put(g, any_duration(g));
        }
        break;
    default:
        if (pick(g, 6) == 0) {
            put(g, ONE_OF(g, "true", "false"));
        } else {
            column(g, TN_TYPE_BOOL);
        }
        break;
    }
}

/* ---- Numbers and durations ---- */

static void point(const generator *g, int depth) {
    expression(g, pick(g, 2) ? TN_TYPE_TIME : TN_TYPE_DATE, depth);
}

static void number(const generator *g, int depth) {
    const tn_type n = TN_TYPE_NUMBER;
    switch (pick(g, 15)) {
    case 0:
    case 1:
    case 2:
    case 3:
        infix(g, n, ONE_OF(g, "+", "-", "*", "/"), n, depth);
        break;
    case 4:
        put(g, "-");
        expression(g, n, depth - 1);
        break;
    case 5:
        call(g, ONE_OF(g, "min", "max"), n, 2 + pick(g, 3), depth);
        break;
    case 6:
        call(g, ONE_OF(g, "abs", "floor", "ceil", "round", "sqrt"), n, 1, depth);
        break;
    case 7:
        call(g, ONE_OF(g, "log", "exp", "sqrt"), n, 1, depth);
        break;
    case 8:
        call(g, "pow", n, 2, depth);
        break;
    case 9:
        put(g, "round(");
        expression(g, n, depth - 1);
        tn_buffer_printf(g->out, ", %u)", pick(g, 10));
        break;
    case 10:
        tn_buffer_printf(g->out, "%s(",
                         ONE_OF(g, "days_since", "days_until", "days_to_anniversary"));
        point(g, depth - 1);
        put(g, ")");
        break;
    case 11:
        call(g, "days", TN_TYPE_DURATION, 1, depth);
        break;
    case 12:
        infix(g, TN_TYPE_DURATION, "/", TN_TYPE_DURATION, depth);
        break;
    case 13:
        call(g, "coalesce", n, 2 + pick(g, 2), depth);
        break;
    default:
        put(g, "tile(");
        expression(g, n, depth - 1);
        tn_buffer_printf(g->out, ", %u)", 2 + pick(g, 9));
        break;
    }
}

static void duration(const generator *g, int depth) {
    const tn_type u = TN_TYPE_DURATION;
    switch (pick(g, 9)) {
    case 0:
        infix(g, u, ONE_OF(g, "+", "-"), u, depth);
        break;
    case 1:
        infix(g, u, ONE_OF(g, "*", "/"), TN_TYPE_NUMBER, depth);
        break;
    case 2:
        infix(g, TN_TYPE_NUMBER, "*", u, depth);
        break;
    case 3:
        infix(g, TN_TYPE_TIME, "-", TN_TYPE_TIME, depth);
        break;
    case 4:
        infix(g, TN_TYPE_DATE, "-", TN_TYPE_DATE, depth);
        break;
    case 5:
        infix(g, TN_TYPE_DATE, "-", TN_TYPE_TIME, depth);
        break;
    case 6:
        put(g, "-");
        expression(g, u, depth - 1);
        break;
    case 7:
        call(g, ONE_OF(g, "min", "max", "coalesce"), u, 2, depth);
        break;
    default:
        call(g, "abs", u, 1, depth);
        break;
    }
}

/* ---- Points in time ---- */

static void time_of(const generator *g, int depth) {
    switch (pick(g, 6)) {
    case 0:
        infix(g, TN_TYPE_TIME, ONE_OF(g, "+", "-"), TN_TYPE_DURATION, depth);
        break;
    case 1:
        infix(g, TN_TYPE_DURATION, "+", TN_TYPE_TIME, depth);
        break;
    case 2:
    case 3:
        put(g, "(");
        expression(g, TN_TYPE_TIME, depth - 1);
        tn_buffer_printf(g->out, " %s %s)", ONE_OF(g, "+", "-"),
                         pick(g, 2) ? whole_days(g) : any_duration(g));
        break;
    case 4:
        put(g, "(");
        expression(g, TN_TYPE_DATE, depth - 1);
        tn_buffer_printf(g->out, " %s %s)", ONE_OF(g, "+", "-"),
                         ONE_OF(g, "12h", "1s", "(1mo + 1h)", "1.5d"));
        break;
    default:
        /* The first is a time, so that dates behind it become times. */
        tn_buffer_printf(g->out, "%s(", ONE_OF(g, "min", "max", "coalesce"));
        expression(g, TN_TYPE_TIME, depth - 1);
        put(g, ", ");
        point(g, depth - 1);
        put(g, ")");
        break;
    }
}

static void date_of(const generator *g, int depth) {
    if (pick(g, 3) == 0) {
        call(g, ONE_OF(g, "min", "max", "coalesce"), TN_TYPE_DATE, 2, depth);
        return;
    }
    put(g, "(");
    expression(g, TN_TYPE_DATE, depth - 1);
    tn_buffer_printf(g->out, " %s %s)", ONE_OF(g, "+", "-"), whole_days(g));
}

/* ---- Texts and levels ---- */

static const tn_world_column *level_column(const generator *g) {
    for (;;) {
        const tn_world_column *c = &g->world->columns[pick(g, (uint32_t)g->world->column_count)];
        if (c->type == TN_TYPE_LEVEL) return c;
    }
}

static void text_of(const generator *g, int depth) {
    switch (pick(g, 4)) {
    case 0:
        call(g, "lower", TN_TYPE_TEXT, 1, depth);
        break;
    case 1:
        call(g, "join", TN_TYPE_TEXT, 2 + pick(g, 2), depth);
        break;
    case 2:
        call(g, "coalesce", TN_TYPE_TEXT, 2, depth);
        break;
    default:
        /* A level where a text is met. */
        tn_buffer_printf(g->out, "%s(%s", ONE_OF(g, "join", "coalesce"), level_column(g)->name);
        put(g, ", ");
        expression(g, TN_TYPE_TEXT, depth - 1);
        put(g, ")");
        break;
    }
}

static void level_name(const generator *g, const tn_levels *levels, size_t count) {
    const tn_str name = levels->names[pick(g, (uint32_t)count)];
    tn_buffer_printf(g->out, "'%.*s'", (int)name.size, name.data);
}

static void level_comparison(const generator *g, int depth) {
    const tn_world_column *c = level_column(g);
    const tn_levels *levels = c->levels;
    switch (pick(g, 6)) {
    case 0:
        tn_buffer_printf(g->out, "(%s %s ", c->name, ONE_OF(g, "=", "!="));
        level_name(g, levels, levels->count);
        break;
    case 1:
        tn_buffer_printf(g->out, "(%s %s ", c->name, ONE_OF(g, "<", "<=", ">", ">="));
        level_name(g, levels, levels->ladder_count);
        break;
    case 2:
        put(g, "(");
        level_name(g, levels, levels->ladder_count);
        tn_buffer_printf(g->out, " %s %s", ONE_OF(g, "<", "<=", ">", ">="), c->name);
        break;
    case 3:
        tn_buffer_printf(g->out, "(%s between ", c->name);
        level_name(g, levels, levels->ladder_count);
        put(g, " and ");
        level_name(g, levels, levels->ladder_count);
        break;
    case 4: {
        const tn_world_column *other = level_column(g);
        const bool same = other->levels == levels;
        tn_buffer_printf(g->out, "(%s %s %s", c->name,
                         same ? ONE_OF(g, "=", "!=", "<", "<=", ">", ">=") : ONE_OF(g, "=", "!="),
                         other->name);
        break;
    }
    default:
        tn_buffer_printf(g->out, "(%s in (", c->name);
        level_name(g, levels, levels->count);
        put(g, ", ");
        if (pick(g, 2)) {
            level_name(g, levels, levels->count);
        } else {
            call(g, "lower", TN_TYPE_TEXT, 1, depth); /* no literal: that would be a level's name */
        }
        put(g, ")");
        break;
    }
    put(g, ")");
}

/* ---- Bools ---- */

static tn_type ordered_type(const generator *g) {
    static const tn_type types[] = {TN_TYPE_NUMBER, TN_TYPE_NUMBER, TN_TYPE_TIME, TN_TYPE_DATE,
                                    TN_TYPE_DURATION};
    return types[pick(g, 5)];
}

/* A time may meet a date. */
static tn_type partner(const generator *g, tn_type type) {
    if (type == TN_TYPE_TIME && pick(g, 3) == 0) return TN_TYPE_DATE;
    if (type == TN_TYPE_DATE && pick(g, 3) == 0) return TN_TYPE_TIME;
    return type;
}

static tn_type any_type(const generator *g) {
    if (pick(g, 3) == 0) return pick(g, 2) ? TN_TYPE_TEXT : TN_TYPE_BOOL;
    return ordered_type(g);
}

static void between(const generator *g, int depth) {
    const tn_type type = ordered_type(g);
    put(g, "(");
    expression(g, type, depth - 1);
    put(g, " between ");
    expression(g, partner(g, type), depth - 1);
    put(g, " and ");
    expression(g, partner(g, type), depth - 1);
    put(g, ")");
}

static void in_list(const generator *g, int depth) {
    const tn_type type = any_type(g);
    const uint32_t count = 1 + pick(g, 4);
    put(g, "(");
    expression(g, type, depth - 1);
    for (uint32_t i = 0; i < count; i++) {
        put(g, i == 0 ? " in (" : ", ");
        expression(g, partner(g, type), depth - 1);
    }
    put(g, "))");
}

static void is_null(const generator *g, int depth) {
    put(g, "(");
    if (pick(g, 6) == 0) {
        put(g, level_column(g)->name);
    } else {
        expression(g, any_type(g), depth - 1);
    }
    put(g, pick(g, 2) ? " is null)" : " is not null)");
}

static void boolean(const generator *g, int depth) {
    tn_type type;
    switch (pick(g, 11)) {
    case 0:
    case 1:
        infix(g, TN_TYPE_BOOL, ONE_OF(g, "and", "or"), TN_TYPE_BOOL, depth);
        break;
    case 2:
        put(g, "(not ");
        expression(g, TN_TYPE_BOOL, depth - 1);
        put(g, ")");
        break;
    case 3:
    case 4:
        type = ordered_type(g);
        infix(g, type, ONE_OF(g, "=", "!=", "<", "<=", ">", ">="), partner(g, type), depth);
        break;
    case 5:
        type = pick(g, 2) ? TN_TYPE_TEXT : TN_TYPE_BOOL;
        infix(g, type, ONE_OF(g, "=", "!="), type, depth);
        break;
    case 6:
        between(g, depth);
        break;
    case 7:
        in_list(g, depth);
        break;
    case 8:
        is_null(g, depth);
        break;
    case 9:
        if (pick(g, 2)) {
            call(g, ONE_OF(g, "contains", "starts_with"), TN_TYPE_TEXT, 2, depth);
        } else {
            tn_buffer_printf(g->out, "after(%s, %s)", action(g), action(g));
        }
        break;
    default:
        if (pick(g, 4) == 0) {
            call(g, "coalesce", TN_TYPE_BOOL, 2, depth);
        } else {
            level_comparison(g, depth);
        }
        break;
    }
}

static void expression(const generator *g, tn_type type, int depth) {
    if (depth <= 0 || pick(g, 6) == 0) {
        leaf(g, type);
        return;
    }
    if (pick(g, 10) == 0) {
        condition_of(g, type, depth);
        return;
    }
    switch (type) {
    case TN_TYPE_NUMBER:
        number(g, depth);
        break;
    case TN_TYPE_DURATION:
        duration(g, depth);
        break;
    case TN_TYPE_TIME:
        time_of(g, depth);
        break;
    case TN_TYPE_DATE:
        date_of(g, depth);
        break;
    case TN_TYPE_TEXT:
        text_of(g, depth);
        break;
    default:
        boolean(g, depth);
        break;
    }
}

void tn_world_expression(const tn_world *world, tn_rng *rng, tn_type type, int depth,
                         tn_buffer *out) {
    const generator g = {.world = world, .rng = rng, .out = out};
    expression(&g, type, depth);
}
