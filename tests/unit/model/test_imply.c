/* Implication and bounds against brute force: what they say must hold for every customer drawn. */
#include "unit/model/model_case.h"
#include "unit/model/tiny_eval.h"

#include "base/rng.h"
#include "model/bounds.h"
#include "model/imply.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#define FACTS "attributes: {x: {type: float}, y: {type: float}}\nactions: {a: , b: }\n"

static const uint64_t seed = 20260131;

static uint64_t draw(tn_rng *rng, uint64_t n) {
    return tn_rng_below(rng, n);
}

/* ---- Random expressions ---- */

static void number_text(tn_rng *rng, int depth, tn_buffer *out);

static void atom_text(tn_rng *rng, tn_buffer *out) {
    static const char *const subjects[] = {"count(a)", "count(b)", "x", "y", "days_since(last(a))"};
    static const char *const operators[] = {"=", "<", "<=", ">", ">=", "!="};
    const char *subject = subjects[draw(rng, 5)];
    switch (draw(rng, 9)) {
    case 0:
        tn_buffer_printf(out, "%s between %d and %d", subject, (int)draw(rng, 4),
                         (int)draw(rng, 5));
        return;
    case 1:
        tn_buffer_printf(out, "%s in (%d, %d)", subject, (int)draw(rng, 4), (int)draw(rng, 4));
        return;
    case 2:
        tn_buffer_printf(out, "%s is %snull", subject, draw(rng, 2) ? "not " : "");
        return;
    case 3:
        tn_buffer_append_str(out, draw(rng, 2) ? "after(a, b)" : "true");
        return;
    case 4:
        tn_buffer_printf(out, "%d %s %s", (int)draw(rng, 4), operators[draw(rng, 6)], subject);
        return;
    case 5:
        tn_buffer_printf(out, "%s %s %d.5", subject, operators[draw(rng, 6)], (int)draw(rng, 3));
        return;
    default:
        tn_buffer_printf(out, "%s %s %d", subject, operators[draw(rng, 6)], (int)draw(rng, 4) - 1);
    }
}

static void condition_text(tn_rng *rng, int depth, tn_buffer *out) {
    const uint64_t kind = depth == 0 ? 0 : draw(rng, 5);
    if (kind < 2) {
        atom_text(rng, out);
    } else if (kind == 2) {
        tn_buffer_append_str(out, "not (");
        condition_text(rng, depth - 1, out);
        tn_buffer_append_str(out, ")");
    } else {
        tn_buffer_append_str(out, "(");
        condition_text(rng, depth - 1, out);
        tn_buffer_append_str(out, kind == 3 ? ") and (" : ") or (");
        condition_text(rng, depth - 1, out);
        tn_buffer_append_str(out, ")");
    }
}

static void call_text(tn_rng *rng, int depth, const char *function, int arguments, tn_buffer *out) {
    tn_buffer_printf(out, "%s(", function);
    for (int i = 0; i < arguments; i++) {
        if (i > 0) tn_buffer_append_str(out, ", ");
        number_text(rng, depth - 1, out);
    }
    tn_buffer_append_str(out, ")");
}

static void number_text(tn_rng *rng, int depth, tn_buffer *out) {
    static const char *const leaves[] = {"count(a)", "count(b)", "x", "2", "-3", "0.5", "0"};
    static const char *const ones[] = {"abs", "floor", "exp", "log", "sqrt", "-"};
    static const char *const twos[] = {"min", "max", "coalesce"};
    static const char *const signs[] = {" + ", " - ", " * ", " / "};
    const uint64_t kind = depth == 0 ? 0 : draw(rng, 5);
    if (kind == 0) {
        tn_buffer_append_str(out, leaves[draw(rng, 7)]);
    } else if (kind == 1) {
        call_text(rng, depth, ones[draw(rng, 6)], 1, out);
    } else if (kind == 2) {
        call_text(rng, depth, twos[draw(rng, 3)], 2, out);
    } else if (kind == 3) {
        tn_buffer_append_str(out, "if(");
        condition_text(rng, 1, out);
        tn_buffer_append_str(out, ", ");
        number_text(rng, depth - 1, out);
        tn_buffer_append_str(out, ", ");
        number_text(rng, depth - 1, out);
        tn_buffer_append_str(out, ")");
    } else {
        tn_buffer_append_str(out, "(");
        number_text(rng, depth - 1, out);
        tn_buffer_append_str(out, signs[draw(rng, 4)]);
        number_text(rng, depth - 1, out);
        tn_buffer_append_str(out, ")");
    }
}

/* ---- Random customers ---- */

typedef struct drawn {
    double counts[2], last_days[2], attributes[2];
    tiny_customer customer;
} drawn;

static void draw_customer(tn_rng *rng, drawn *out) {
    for (size_t i = 0; i < 2; i++) {
        out->counts[i] = (double)draw(rng, 5);
        out->last_days[i] = out->counts[i] == 0 ? (double)NAN : (double)draw(rng, 5);
        out->attributes[i] = draw(rng, 4) == 0 ? (double)NAN : (double)draw(rng, 12) / 2 - 1;
    }
    out->customer = (tiny_customer){
        .counts = out->counts, .last_days = out->last_days, .attributes = out->attributes};
}

static tn_expr *compiled(const tn_model *model, tn_arena *arena, tn_type want, tn_buffer *text) {
    tn_expr *tree = NULL;
    tn_error error = {0};
    cr_assert(!text->failed);
    const tn_status status =
        tn_model_compile(model, arena, (tn_str){text->data, text->size}, want, &tree, &error);
    cr_assert_eq(status, TN_OK, "%s: %.*s", error.message, (int)text->size, text->data);
    return tree;
}

Test(imply, what_is_implied_holds_for_everyone_drawn) {
    tn_rng rng;
    tn_rng_init(&rng, seed);
    fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    tn_model *model = model_of_lines(FACTS);
    size_t implied = 0, always = 0, never = 0;
    for (int round = 0; round < 20000; round++) {
        tn_arena arena;
        tn_buffer text_a, text_b;
        tn_arena_init(&arena, NULL);
        tn_buffer_init(&text_a, NULL);
        tn_buffer_init(&text_b, NULL);
        condition_text(&rng, round % 3, &text_a);
        condition_text(&rng, round % 3, &text_b);
        const tn_expr *a = compiled(model, &arena, TN_TYPE_BOOL, &text_a);
        const tn_expr *b = compiled(model, &arena, TN_TYPE_BOOL, &text_b);
        const bool is_implied = tn_expr_implies(a, b);
        implied += is_implied;
        always += tn_expr_always(a);
        never += tn_expr_never(a);
        for (int i = 0; i < 40; i++) {
            drawn one;
            draw_customer(&rng, &one);
            const double holds_a = tiny_eval(a, &one.customer);
            const double holds_b = tiny_eval(b, &one.customer);
            cr_assert(!is_implied || holds_a == 0 || holds_b != 0, "%.*s => %.*s", (int)text_a.size,
                      text_a.data, (int)text_b.size, text_b.data);
            cr_assert(!tn_expr_always(a) || holds_a != 0, "%.*s", (int)text_a.size, text_a.data);
            cr_assert(!tn_expr_never(a) || holds_a == 0, "%.*s", (int)text_a.size, text_a.data);
        }
        cr_assert(tn_expr_implies(a, a) && tn_expr_same(a, a));
        tn_buffer_deinit(&text_a);
        tn_buffer_deinit(&text_b);
        tn_arena_deinit(&arena);
    }
    cr_expect(implied > 1000 && always > 100 && never > 100, "%zu %zu %zu", implied, always, never);
    tn_model_destroy(model);
}

Test(imply, a_value_never_leaves_its_bounds) {
    tn_rng rng;
    tn_rng_init(&rng, seed);
    fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    tn_model *model = model_of_lines(FACTS);
    const tn_bounds_scope scope = {.model = model, .action = TN_NONE};
    size_t bounded = 0;
    for (int round = 0; round < 20000; round++) {
        tn_arena arena;
        tn_buffer text;
        tn_arena_init(&arena, NULL);
        tn_buffer_init(&text, NULL);
        number_text(&rng, 3, &text);
        const tn_expr *tree = compiled(model, &arena, TN_TYPE_NUMBER, &text);
        const tn_interval bounds = tn_expr_bounds(&scope, tree);
        cr_assert(bounds.low <= bounds.high, "%.*s", (int)text.size, text.data);
        bounded += isfinite(bounds.low) || isfinite(bounds.high);
        for (int i = 0; i < 40; i++) {
            drawn one;
            draw_customer(&rng, &one);
            const double value = tiny_eval(tree, &one.customer);
            if (!isfinite(value)) continue; /* null */
            const double slack = 1e-9 * fmax(1, fabs(value));
            cr_assert(value >= bounds.low - slack && value <= bounds.high + slack,
                      "%.*s is %g, not within %g and %g", (int)text.size, text.data, value,
                      bounds.low, bounds.high);
        }
        tn_buffer_deinit(&text);
        tn_arena_deinit(&arena);
    }
    cr_expect_gt(bounded, 5000);
    tn_model_destroy(model);
}
