/* Each warning: a model that deserves it and one that does not. */
#include "unit/model/model_case.h"

#include <criterion/criterion.h>

typedef struct lint_case {
    const char *lines;    /* behind "tenure: 1", "name: m" */
    const char *warnings; /* all of them */
} lint_case;

static void expect_warnings(const lint_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tn_model *model = model_of_lines(cases[i].lines);
        tn_buffer got = warnings_of(model);
        cr_expect_str_eq(got.data, cases[i].warnings, "got:  %s\nwant: %s\n%s", got.data,
                         cases[i].warnings, cases[i].lines);
        tn_buffer_deinit(&got);
        tn_model_destroy(model);
    }
}
#define EXPECT(cases) expect_warnings((cases), sizeof(cases) / sizeof((cases)[0]))

#define SHOP                                                                                       \
    "actions: {v: , p: {value: money}}\n"                                                          \
    "segments: {used: \"count(v) + count(p) > 0\"}\n"
#define SCORE SHOP "scores:\n  s:\n"

Test(lint, grades_out_of_reach) {
    static const lint_case cases[] = {
        {SCORE "    rules:\n"
               "      a: {action: v, points: 5, cap: 30}\n"
               "      b: {if: \"count(p) > 0\", points: 10}\n"
               "    grades: {A: 41, B: 40}\n",
         "10:14: grade 'A' needs 41 points, but score 's' never has more than 40"},
        {SCORE "    groups: {g: {cap: 15}}\n"
               "    rules:\n"
               "      a: {action: v, points: 5, group: g}\n"
               "      b: {action: p, points: 5, group: g}\n"
               "    grades: {A: 16, B: 15}\n",
         "11:14: grade 'A' needs 16 points, but score 's' never has more than 15"},
        {SCORE
         "    range: [0, 100]\n    points: \"1000 * count(v)\"\n    grades: {A: 101, B: 100}\n",
         "9:14: grade 'A' needs 101 points, but score 's' never has more than 100"},
        {SCORE "    rules:\n"
               "      a: {if: \"count(p) > 0\", points: -10}\n"
               "      b: {points: \"40 * min(sum(p), 500) / 500\"}\n"
               "    grades: {A: 45, B: 40}\n",
         "10:14: grade 'A' needs 45 points, but score 's' never has more than 40"},
        {SHOP "scores:\n"
              "  a: {range: [0, 100], points: \"count(v)\"}\n"
              "  b: {range: [0, 50], points: \"count(p)\"}\n"
              "  c: {points: \"0.6 * score.a + 0.4 * score.b\", grades: {A: 81, B: 80}}\n",
         "8:57: grade 'A' needs 81 points, but score 'c' never has more than 80"},
        {SHOP "scores:\n"
              "  c: {points: \"10 * trait.t + bucket(5)\", grades: {A: 45, B: 44}}\n"
              "traits: {t: \"tile(sum(p), 4)\"}\n",
         "6:52: grade 'A' needs 45 points, but score 'c' never has more than 44"},
        {SCORE "    range: [10, 100]\n    points: \"count(v)\"\n    grades: {A: 5, B: 10, C: 50}\n",
         "9:14: grade 'A' is never given: everybody reaches 'B' above it"},
        {SCORE "    points: \"count(v)\"\n    grades: {A: 30000}\n", ""},
        {SCORE "    rules: {a: {action: v, points: 5, cap: 30}}\n    grades: {A: 30}\n", ""},
        {SCORE "    rules: {a: {action: p, points: -1, per: \"-value\", cap: 30}}\n"
               "    grades: {A: 30}\n",
         ""},
        {SCORE "    points: \"if(count(v) > 3, 100, 0) - 5\"\n    grades: {A: 95, B: -5}\n", ""},
    };
    EXPECT(cases);
}

Test(lint, caps_that_never_bind) {
    static const lint_case cases[] = {
        {SCORE "    groups: {g: {cap: 30}}\n"
               "    rules:\n"
               "      a: {action: v, points: 5, cap: 10, group: g}\n"
               "      b: {if: \"count(p) > 0\", points: 20, group: g}\n",
         "7:14: the cap of group 'g' never binds: its rules never give that much"},
        {SCORE "    groups: {g: {cap: 29}}\n"
               "    rules:\n"
               "      a: {action: v, points: 5, cap: 10, group: g}\n"
               "      b: {if: \"count(p) > 0\", points: 20, group: g}\n",
         ""},
        {SCORE "    groups: {g: {cap: 30}, h: {cap: 5}}\n"
               "    rules:\n"
               "      a: {action: v, points: 5, group: g}\n",
         "7:28: no rule is in group 'h'"},
        {SCORE "    groups: {g: {cap: 15}}\n"
               "    rules:\n"
               "      a: {action: v, points: 5, cap: 60, group: g}\n"
               "      b: {action: p, points: 5, group: g}\n",
         "9:7: the cap of rule 'a' never binds: its group allows no more than 15 anyway"},
        {SCORE "    groups: {g: {cap: 15}}\n"
               "    rules:\n"
               "      a: {action: v, points: 5, cap: 60, group: g}\n"
               "      b: {action: p, points: -5, group: g}\n",
         ""},
        {SCORE "    range: [0, 100]\n"
               "    rules:\n"
               "      a: {action: v, points: 5, cap: 200}\n",
         "9:7: the cap of rule 'a' never binds: the range allows no more than 100 anyway"},
        {SCORE "    range: [0, 100]\n"
               "    rules:\n"
               "      a: {action: v, points: 5, cap: 200}\n"
               "      b: {if: \"count(p) > 1\", points: -50}\n",
         ""},
        {SCORE "    range: [-50, 100]\n"
               "    rules:\n"
               "      a: {action: v, points: -5, cap: 60}\n",
         "9:7: the cap of rule 'a' never binds: the range allows no more than 50 anyway"},
        {SCORE "    rules:\n      a: {action: v, points: 0, cap: 60}\n",
         "8:7: the cap of rule 'a' never binds: the rule never gives that much"},
        {SCORE "    rules:\n      a: {action: v, points: 5, cap: 60}\n", ""},
    };
    EXPECT(cases);
}

Test(lint, rules_that_grow_for_ever) {
    static const lint_case cases[] = {
        {SCORE "    rules:\n      a: {action: v, points: 5}\n",
         "8:7: rule 'a' grows for ever: give it a half_life, a cap or a group"},
        {SCORE "    range: [0, 100]\n    rules:\n      a: {action: v, points: -1}\n",
         "9:7: rule 'a' grows for ever: give it a half_life, a cap or a group"},
        {SCORE "    rules:\n      a: {action: v, points: 5, half_life: 9d}\n", ""},
        {SCORE "    rules:\n      a: {action: v, points: 5, cap: 9}\n", ""},
        {SCORE "    groups: {g: {cap: 9}}\n    rules: {a: {action: v, points: 5, group: g}}\n", ""},
        {SCORE "    rules:\n      a: {if: \"count(v) > 1\", points: 5}\n", ""},
    };
    EXPECT(cases);
}

Test(lint, an_action_that_feeds_two_rules) {
    static const lint_case cases[] = {
        {SCORE "    rules:\n"
               "      a: {action: v, points: 5, cap: 9}\n"
               "      b: {action: p, points: 5, cap: 9}\n"
               "      c: {action: v, points: 1, half_life: 9d}\n",
         "10:7: action 'v' feeds two rules of score 's': 'a' and 'c'"},
        {SHOP "scores:\n"
              "  s: {rules: {a: {action: v, points: 5, cap: 9}}}\n"
              "  t: {rules: {a: {action: v, points: 5, cap: 9}}}\n",
         ""},
    };
    EXPECT(cases);
}

Test(lint, stages_in_which_nobody_can_stand) {
    static const lint_case cases[] = {
        {SHOP "stages:\n  j:\n    - a: \"count(v) >= 3\"\n    - b: \"count(v) >= 3\"\n",
         "7:7: nobody can stand in stage 'a': the later stage 'b' takes everybody whom its guard "
         "lets in"},
        {SHOP "stages:\n  j:\n    - a: \"count(v) >= 3\"\n    - b: \"count(v) > 1\"\n",
         "7:7: nobody can stand in stage 'a': the later stage 'b' takes everybody whom its guard "
         "lets in"},
        {SHOP "stages:\n  j:\n    - a: \"count(v) >= 3\"\n    - b: \"true\"\n",
         "7:7: nobody can stand in stage 'a': the later stage 'b' takes everybody whom its guard "
         "lets in"},
        {SHOP "stages:\n  j:\n    - a: \"count(v) = 0 and count(p) > 1\"\n"
              "    - b: \"count(p) >= 2 or count(v) > 9\"\n",
         "7:7: nobody can stand in stage 'a': the later stage 'b' takes everybody whom its guard "
         "lets in"},
        {SHOP "stages:\n  j:\n    - a: \"days_since(last(p)) <= 30\"\n    - b: \"count(p) > 0\"\n",
         "7:7: nobody can stand in stage 'a': the later stage 'b' takes everybody whom its guard "
         "lets in"},
        {SHOP "stages:\n  j:\n    - a: \"false\"\n    - b: \"count(p) < 0\"\n    - c: \"1 > 2\"\n",
         "7:7: nobody can stand in stage 'a': its guard never holds\n"
         "8:7: nobody can stand in stage 'b': its guard never holds\n"
         "9:7: nobody can stand in stage 'c': its guard never holds"},
        {SHOP "stages:\n  j:\n    - a: \"true\"\n    - b: \"count(p) > 5\"\n"
              "    - exits: {x: \"count(p) > 2\", y: \"count(p) > 3\", z: \"count(v) > 3\"}\n",
         "8:7: nobody can stand in stage 'b': exit 'x' takes everybody whom its guard lets in\n"
         "9:34: nobody can stand in stage 'y': exit 'x' takes everybody whom its guard lets in"},
        {SHOP "stages:\n  j:\n    - a: \"true\"\n    - b: \"count(p) >= 1\"\n"
              "    - c: \"count(p) >= 2\"\n    - d: \"count(p) >= 3 and count(v) > 1\"\n"
              "    - e: \"count(v) > 1\"\n    - exits: {x: \"days_since(last(p)) > 60\"}\n",
         "10:7: nobody can stand in stage 'd': the later stage 'e' takes everybody whom its guard "
         "lets in"},
        {SHOP "stages:\n  j:\n    - a: \"true\"\n    - b: \"count(p) between 1 and 3\"\n"
              "    - c: \"count(p) between 2 and 9\"\n    - d: \"not (count(p) >= 2)\"\n",
         ""},
    };
    EXPECT(cases);
}

Test(lint, what_is_declared_and_never_used) {
    static const lint_case cases[] = {
        {"attributes: {a: {type: int}, b: {type: int}}\nactions: {v: , w: , x: }\n"
         "segments: {s: \"b > 1 and after(v, x)\"}\n",
         "3:14: attribute 'a' is declared and never used\n"
         "4:16: action 'w' is declared and never used"},
        {"actions: {v: , w: {value: rating}, p: {value: money}, r: {value: money}, n: , b: , d: "
         "{of: b, where: \"true\"}}\n"
         "transactions: {action: p, minus: r}\n"
         "metrics: {nps: w}\n"
         "scores: {s: {rules: {a: {action: v, points: 1, cap: 5}, d: {action: d, points: 1, cap: "
         "5}}}}\n"
         "stages: {j: {preset: clm5, with: {purchase: n}}}\n",
         ""},
    };
    EXPECT(cases);
}

#define FACTS                                                                                      \
    "attributes: {age: {type: int}, c: {type: category}, f: {type: bool}}\nactions: {v: }\n"       \
    "traits: {all: \"if(f, age, count(v)) + if(c = 'x', 1, 2)\"}\n"

Test(lint, not_of_a_comparison_with_a_null) {
    static const lint_case cases[] = {
        {FACTS "segments:\n  s: \"not (age <= 30)\"\n",
         "7:7: this `not` is also true where age is null: add `age is not null and`, or turn the "
         "comparison round"},
        {FACTS "segments:\n  s: \"f and not (count(v) > 1 and 2 * age < 30)\"\n",
         "7:13: this `not` is also true where age is null: add `age is not null and`, or turn the "
         "comparison round"},
        {FACTS "segments:\n  s: \"not (c in ('a', 'b'))\"\n",
         "7:7: this `not` is also true where c is null: add `c is not null and`, or turn the "
         "comparison round"},
        {FACTS "segments:\n  s: >-\n    count(v) > 1 and\n    not days_since(last(v)) < 30\n",
         "9:5: this `not` is also true where last(v) is null: add `last(v) is not null and`, or "
         "turn the comparison round"},
        {FACTS "segments:\n  s: \"age is not null and not (age <= 30)\"\n", ""},
        {FACTS "segments:\n  s: \"not (count(v) <= 30) and not f\"\n", ""},
        {FACTS "segments:\n  s: \"not (coalesce(age, 0) <= 30)\"\n", ""},
        {FACTS "segments:\n  s: \"not (not (age <= 30))\"\n", ""},
        {FACTS "segments:\n  s: \"not (age is null)\"\n", ""},
        {FACTS "segments:\n  s: \"age > 30\"\n  t: \"not segment.s\"\n", ""},
    };
    EXPECT(cases);
}

Test(lint, words_of_a_preset_without_an_action) {
    static const lint_case cases[] = {
        {"actions: {purchase: {value: money}, call: }\n"
         "stages: {j: {preset: reach5, with: {visit: call}}}\n",
         "4:22: the model does not declare what preset 'reach5' reads: newsletter_join, cart_add; "
         "to "
         "it they never happen (name your own by with: {newsletter_join: …})"},
        {"actions: {purchase: {value: money}}\nstages: {j: {preset: clm5}}\n", ""},
        {"actions: {purchase: {value: money}, gone: }\n"
         "stages: {j: {preset: clm5, exits: {x: \"count(gone) > 0 or count(purchase) >= 5\"}}}\n",
         "4:22: nobody can stand in stage 'loyalty': exit 'x' takes everybody whom its guard lets "
         "in"},
    };
    EXPECT(cases);
}

Test(lint, a_margin_above_the_revenue) {
    static const lint_case cases[] = {
        {SHOP "transactions: {action: p}\nclv: {margin: 30}\n",
         "6:15: a margin of 30 is 3000% of the revenue"},
        {SHOP "transactions: {action: p}\nclv: {margin: 30%}\n", ""},
        {SHOP "transactions: {action: p}\nclv:\n", ""},
    };
    EXPECT(cases);
}
