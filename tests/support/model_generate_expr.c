/* model_generate_expr.c: random expressions over the names of a random model. */
#include "support/generate_words.h"

static const char *const actions[] = {"visit", "view", "mail",  "rate",      "buy",
                                      "back",  "big",  "fresh", "long_visit"};
static const char *const money_actions[] = {"buy", "back", "big", "fresh"};
static const char *const towns[] = {"'Rom'", "'ULM'", "'x'", "''", "'Ärger'"};
static const char *const half_lives[] = {"3d", "1w", "30d", "90d", "1y"};

const char *generate_action(model_generator *g) {
    return ONE_OF(g, actions);
}

const char *generate_half_life(model_generator *g) {
    return ONE_OF(g, half_lives);
}

/* A name that was declared before, or false. */
static bool known(model_generator *g, const generate_names *names, tn_buffer *out) {
    if (names->count == 0) return false;
    put(out, names->names[below(g, names->count)]);
    return true;
}

static void literal(model_generator *g, tn_buffer *out) {
    switch (below(g, 4)) {
    case 0:
        tn_buffer_printf(out, "%d", (int)below(g, 100));
        break;
    case 1:
        tn_buffer_printf(out, "%.2f", (double)below(g, 10000) / 100);
        break;
    case 2:
        tn_buffer_printf(out, "%d%%", (int)below(g, 200));
        break;
    default:
        tn_buffer_printf(out, "%d", (int)below(g, 5));
        break;
    }
}

static void number_leaf(model_generator *g, tn_buffer *out) {
    switch (below(g, 11)) {
    case 0:
        put(out, "age");
        return;
    case 1:
        put(out, "income");
        return;
    case 2:
        tn_buffer_printf(out, "count(%s)", generate_action(g));
        return;
    case 3:
        tn_buffer_printf(out, "sum(%s)", ONE_OF(g, money_actions));
        return;
    case 4:
        tn_buffer_printf(out, "mean(%s)", ONE_OF(g, money_actions));
        return;
    case 5:
        put(out, "last_value(rate)");
        return;
    case 6:
        tn_buffer_printf(out, "decayed(%s, %s)", generate_action(g), generate_half_life(g));
        return;
    case 7:
        tn_buffer_printf(out, "bucket(%d, 's')", 2 + (int)below(g, 10));
        return;
    case 8:
    case 9:
        if (known(g, &g->numbers, out)) return;
        break;
    default:
        break;
    }
    literal(g, out);
}

static void two_numbers(model_generator *g, int depth, const char *between, tn_buffer *out) {
    put(out, "(");
    generate_number(g, depth, out);
    put(out, between);
    generate_number(g, depth, out);
    put(out, ")");
}

static void call_number(model_generator *g, int depth, const char *name, const char *rest,
                        tn_buffer *out) {
    put(out, name);
    put(out, "(");
    generate_number(g, depth, out);
    put(out, rest);
    put(out, ")");
}

static void number_of_time(model_generator *g, int depth, tn_buffer *out) {
    static const char *const calls[] = {"days_since(", "days_until(", "days_to_anniversary("};
    const uint64_t which = below(g, 4);
    if (which == 3) {
        put(out, "days(");
        generate_instant(g, depth, out);
        put(out, " - ");
        generate_instant(g, depth, out);
    } else {
        put(out, calls[which]);
        if (which == 2)
            put(out, "born");
        else
            generate_instant(g, depth, out);
    }
    put(out, ")");
}

static void number_choice(model_generator *g, int depth, tn_buffer *out) {
    put(out, "if(");
    model_generate_condition(g, depth, out);
    put(out, ", ");
    generate_number(g, depth, out);
    put(out, ", ");
    generate_number(g, depth, out);
    put(out, ")");
}

void generate_number(model_generator *g, int depth, tn_buffer *out) {
    static const char *const operators[] = {" + ", " - ", " * ", " / "};
    static const char *const pairs[] = {"min", "max", "coalesce"};
    static const char *const calls[] = {"abs", "floor", "ceil", "round", "log", "sqrt"};
    if (depth <= 0) {
        number_leaf(g, out);
        return;
    }
    switch (below(g, 10)) {
    case 0:
    case 1:
        two_numbers(g, depth - 1, ONE_OF(g, operators), out);
        return;
    case 2:
        put(out, ONE_OF(g, pairs));
        two_numbers(g, depth - 1, ", ", out);
        return;
    case 3:
        call_number(g, depth - 1, ONE_OF(g, calls), "", out);
        return;
    case 4:
        number_of_time(g, depth - 1, out);
        return;
    case 5:
        number_choice(g, depth - 1, out);
        return;
    case 6:
        tn_buffer_printf(out, "tile(");
        generate_number(g, depth - 1, out);
        tn_buffer_printf(out, ", %d)", 1 + (int)below(g, 12) + 1);
        return;
    case 7:
        call_number(g, depth - 1, "exp", " / 100", out);
        return;
    default:
        number_leaf(g, out);
        return;
    }
}

void generate_instant(model_generator *g, int depth, tn_buffer *out) {
    switch (below(g, depth > 0 ? 8 : 6)) {
    case 0:
        tn_buffer_printf(out, "last(%s)", generate_action(g));
        break;
    case 1:
        tn_buffer_printf(out, "first(%s)", generate_action(g));
        break;
    case 2:
        put(out, below(g, 2) ? "joined" : "last_seen");
        break;
    case 3:
        put(out, "since");
        break;
    case 4:
        put(out, "now");
        break;
    case 5:
        if (!known(g, &g->times, out)) put(out, "now");
        break;
    case 6:
        put(out, "(");
        generate_instant(g, depth - 1, out);
        put(out, below(g, 2) ? " + 12h)" : " - 1mo)");
        break;
    default:
        put(out, "(");
        generate_instant(g, depth - 1, out);
        tn_buffer_printf(out, " + %dd)", (int)below(g, 90));
        break;
    }
}

void generate_text(model_generator *g, int depth, tn_buffer *out) {
    switch (below(g, depth > 0 ? 6 : 3)) {
    case 0:
        put(out, "town");
        break;
    case 1:
        put(out, ONE_OF(g, towns));
        break;
    case 2:
        if (!known(g, &g->texts, out)) put(out, "town");
        break;
    case 3:
        put(out, "lower(");
        generate_text(g, depth - 1, out);
        put(out, ")");
        break;
    case 4:
        put(out, "join(");
        generate_text(g, depth - 1, out);
        put(out, ", '-', ");
        generate_text(g, depth - 1, out);
        put(out, ")");
        break;
    default:
        put(out, "coalesce(");
        generate_text(g, depth - 1, out);
        put(out, ", 'none')");
        break;
    }
}

static void level_condition(model_generator *g, tn_buffer *out) {
    static const char *const operators[] = {" = ", " != ", " >= ", " < ", " <= "};
    if (g->levels.count == 0) {
        put(out, "member");
        return;
    }
    const size_t which = below(g, g->levels.count);
    put(out, g->levels.names[which]);
    const size_t operator= below(g, COUNT_OF(operators));
    put(out, operators[operator]);
    /* the fourth may be an exit, which has no order */
    const size_t level = below(g, operator<2 ? 4 : 3);
    tn_buffer_printf(out, "'%s'", g->level_names[which][level]);
}

static void text_condition(model_generator *g, int depth, tn_buffer *out) {
    static const char *const calls[] = {"contains(", "starts_with("};
    if (below(g, 2) == 0) {
        put(out, ONE_OF(g, calls));
        generate_text(g, depth, out);
        put(out, ", 'r')");
        return;
    }
    generate_text(g, depth, out);
    if (below(g, 2) == 0) {
        tn_buffer_printf(out, " in (%s, %s)", ONE_OF(g, towns), ONE_OF(g, towns));
    } else {
        put(out, below(g, 2) ? " = " : " != ");
        generate_text(g, depth, out);
    }
}

static void condition_leaf(model_generator *g, tn_buffer *out) {
    switch (below(g, 6)) {
    case 0:
        put(out, "member");
        return;
    case 1:
        tn_buffer_printf(out, "after(%s, %s)", generate_action(g), generate_action(g));
        return;
    case 2:
        if (known(g, &g->bools, out)) return;
        break;
    case 3:
        level_condition(g, out);
        return;
    case 4:
        tn_buffer_printf(out, "count(%s) > %d", generate_action(g), (int)below(g, 3));
        return;
    default:
        break;
    }
    number_leaf(g, out);
    tn_buffer_printf(out, " >= %d", (int)below(g, 50));
}

static void number_condition(model_generator *g, int depth, tn_buffer *out) {
    static const char *const operators[] = {" < ", " <= ", " > ", " >= "};
    generate_number(g, depth, out);
    if (below(g, 3) == 0) {
        tn_buffer_printf(out, " between %d and %d", (int)below(g, 10), 10 + (int)below(g, 50));
        return;
    }
    if (below(g, 4) == 0) {
        put(out, below(g, 2) ? " is null" : " is not null");
        return;
    }
    put(out, ONE_OF(g, operators));
    generate_number(g, depth, out);
}

static void two_conditions(model_generator *g, int depth, tn_buffer *out) {
    put(out, "(");
    model_generate_condition(g, depth, out);
    put(out, below(g, 2) ? " and " : " or ");
    model_generate_condition(g, depth, out);
    put(out, ")");
}

void model_generate_condition(model_generator *g, int depth, tn_buffer *out) {
    if (depth <= 0) {
        condition_leaf(g, out);
        return;
    }
    switch (below(g, 6)) {
    case 0:
        two_conditions(g, depth - 1, out);
        return;
    case 1:
        put(out, "(not ");
        model_generate_condition(g, depth - 1, out);
        put(out, ")");
        return;
    case 2:
        number_condition(g, depth - 1, out);
        return;
    case 3:
        text_condition(g, depth - 1, out);
        return;
    case 4:
        generate_instant(g, depth - 1, out);
        put(out, below(g, 2) ? " > " : " <= ");
        generate_instant(g, depth - 1, out);
        return;
    default:
        condition_leaf(g, out);
        return;
    }
}
