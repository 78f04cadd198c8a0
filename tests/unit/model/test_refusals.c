/* Every error of the reader: its words and its place. "@@" marks where the caret must stand. */
#include "unit/model/model_case.h"

#include <criterion/criterion.h>

#define HEAD          "tenure: 1\nname: m\n"
#define SHOP          HEAD "actions: {visit: , purchase: {value: money}, refund: {value: money}}\n"
#define SALE          SHOP "transactions: {action: purchase}\n"
#define EXPECT(cases) expect_errors((cases), sizeof(cases) / sizeof((cases)[0]))

Test(refusals, the_head_of_a_model_is_checked) {
    static const error_case cases[] = {
        {"@@name: m\n", "the version of the format is missing: tenure: 1", NULL},
        {"tenure: @@2\nname: m\n", "version '2' of the format is unknown, only 1 is", NULL},
        {"tenure: @@1.0\nname: m\n", "version '1.0' of the format is unknown, only 1 is", NULL},
        {"@@tenure: 1\n", "the name of the model is missing: name: grocery", NULL},
        {"tenure: 1\nname: @@My Shop\n",
         "'My Shop' cannot be the name of a model: a name has lower-case letters, digits and '_', "
         "and no digit in front",
         NULL},
        {"tenure: 1\nname:@@\n", "the name of the model is missing here", NULL},
        {"tenure: 1\nname: @@[a]\n", "the name of the model is one value, not a list", NULL},
        {"tenure: 1\nname: @@{a: b}\n", "the name of the model is one value, not a mapping", NULL},
        {HEAD "@@atributes: {}\n", "unknown key of a model 'atributes', did you mean 'attributes'?",
         "valid: attributes, tenure, name, label, timezone, currency, actions, transactions, "
         "scores, rfm, clv, traits, stages, segments, metrics"},
        {HEAD "@@xyzzy: {}\n", "unknown key of a model 'xyzzy'",
         "valid: tenure, name, label, timezone, currency, attributes, actions, transactions, "
         "scores, rfm, clv, traits, stages, segments, metrics"},
        {HEAD "@@name: n\n", "the key 'name' is repeated (first on line 2)", NULL},
        {HEAD "currency: @@\"a\\tb\"\n", "the name of a currency must be one line of text", NULL},
        {HEAD "label: @@\"a\\nb\"\n", "a label is one line of text", NULL},
        {"@@- tenure\n", "a model is a mapping: {key: value, …}", NULL},
        {"@@hello\n", "a model is a mapping: {key: value, …}", NULL},
    };
    EXPECT(cases);
}

Test(refusals, an_unknown_time_zone_is_named) {
    tn_model *model = NULL;
    tn_error error = {0};
    const char *source = HEAD "timezone: Europe/Parris\n";
    cr_assert_eq(tn_model_parse("m.yaml", tn_str_of(source), &model, &error), TN_BAD_MODEL);
    cr_assert(error.line == 3 && error.column == 11);
    cr_assert_not_null(strstr(error.message, "Europe/Parris"), "%s", error.message);
}

Test(refusals, attributes) {
    static const error_case cases[] = {
        {HEAD "attributes:\n  @@Age: {type: int}\n",
         "'Age' cannot be the name of an attribute: a name has lower-case letters, digits and '_', "
         "and no digit in front",
         NULL},
        {HEAD "attributes:\n  @@2nd: {type: int}\n",
         "'2nd' cannot be the name of an attribute: a name has lower-case letters, digits and '_', "
         "and no digit in front",
         NULL},
        {HEAD "attributes:\n  @@now: {type: time}\n",
         "'now' is a word of the expression language, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@last_seen: {type: time}\n",
         "'last_seen' is a word of the expression language, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@count: {type: int}\n",
         "'count' is a word of the expression language, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@date: {type: date}\n",
         "'date' is a word of the expression language, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@between: {type: int}\n",
         "'between' is a word of the expression language, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@value: {type: float}\n",
         "'value' is the value of an event, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@customer: {type: category}\n",
         "'customer' is a column that every file has, an attribute needs another name", NULL},
        {HEAD "attributes:\n  @@age:\n", "attribute 'age' has no type: {type: …}",
         "valid: int, float, bool, category, date, time"},
        {HEAD "attributes:\n  age: @@int\n", "an attribute is a mapping: {key: value, …}",
         "valid: type, family, keep, label"},
        {HEAD "attributes:\n  age: {type: @@integer}\n", "unknown type 'integer'",
         "valid: int, float, bool, category, date, time"},
        {HEAD "attributes:\n  age: {type: @@flaot}\n",
         "unknown type 'flaot', did you mean 'float'?",
         "valid: float, int, bool, category, date, time"},
        {HEAD "attributes:\n  age: {type: int, @@familly: demographic}\n",
         "unknown key of an attribute 'familly', did you mean 'family'?",
         "valid: family, type, keep, label"},
        {HEAD "attributes:\n  age: {type: int, family: @@demografic}\n",
         "unknown family 'demografic', did you mean 'demographic'?",
         "valid: demographic, geographic, psychographic, behavioural"},
        {HEAD "attributes:\n  age: {type: int, keep: @@newest}\n", "unknown keep 'newest'",
         "valid: last, first, max, min, sum"},
        {HEAD "attributes:\n  c: {type: category, keep: @@max}\n",
         "'keep: max' needs values with an order, 'c' is a category", NULL},
        {HEAD "attributes:\n  c: {type: bool, keep: @@min}\n",
         "'keep: min' needs values with an order, 'c' is a bool", NULL},
        {HEAD "attributes:\n  c: {type: date, keep: @@sum}\n",
         "'keep: sum' is for int and float, 'c' is a date", NULL},
        {HEAD "attributes:\n  - age: {type: int}\n  - @@age: {type: int}\n",
         "'age' is there twice among the attributes", NULL},
        {HEAD "attributes:\n  age: {type: int}\n  @@age: {type: int}\n",
         "the key 'age' is repeated (first on line 4)", NULL},
        {HEAD "attributes:\n  - @@{a: {type: int}, b: {type: int}}\n",
         "each item of this list is an attribute: `- name: …`", NULL},
        {HEAD "attributes: @@age\n", "here is a list of attributes: `name: …` each", NULL},
    };
    EXPECT(cases);
}

Test(refusals, actions) {
    static const error_case cases[] = {
        {HEAD "actions:\n  @@not:\n",
         "'not' is a word of the expression language, an action needs another name", NULL},
        {HEAD "actions:\n  visit: {by: @@compny}\n", "unknown by 'compny', did you mean 'company'?",
         "valid: company, customer"},
        {HEAD "actions:\n  buy: {value: @@monney}\n",
         "unknown value 'monney', did you mean 'money'?", "valid: money, none, number, rating"},
        {HEAD "actions:\n  buy: {fields: {@@value: int}}\n",
         "'value' is a column that every file has, a field needs another name", NULL},
        {HEAD "actions:\n  buy: {fields: {@@at: time}}\n",
         "'at' is a column that every file has, a field needs another name", NULL},
        {HEAD "actions:\n  buy: {fields: {@@round: int}}\n",
         "'round' is a word of the expression language, a field needs another name", NULL},
        {HEAD "actions:\n  buy: {fields: {@@size: }}\n", "field 'size' has no type",
         "valid: int, float, bool, category, date, time"},
        {HEAD "actions:\n  buy:\n  big: {@@where: \"true\"}\n",
         "'where' filters another action: say which by 'of'", NULL},
        {HEAD "actions:\n  buy:\n  @@big: {of: buy}\n",
         "derived action 'big' has no 'where', so it would equal its base", NULL},
        {HEAD "actions:\n  buy:\n  big: {of: @@bury, where: \"true\"}\n",
         "unknown action 'bury', did you mean 'buy'?", "valid: buy, big"},
        {HEAD "actions:\n  buy:\n  big: {of: buy, where: \"true\", @@value: money}\n",
         "a derived action has the 'value' of its base", NULL},
        {HEAD "actions:\n  buy:\n  big: {of: buy, where: \"true\", @@by: company}\n",
         "a derived action has the 'by' of its base", NULL},
        {HEAD "actions:\n  huge: {of: @@big, where: \"true\"}\n  buy:\n  big: {of: buy, where: "
              "\"true\"}\n",
         "'big' is itself a derived action: derive 'huge' from its base", NULL},
        {HEAD "actions:\n  big: {of: @@big, where: \"true\"}\n",
         "'big' is itself a derived action: derive 'big' from its base", NULL},
        {HEAD "actions:\n  buy:\n  big: {of: buy, where: \"@@value > 5\"}\n",
         "'buy' has no value: declare it with value: number, money or rating", NULL},
        {HEAD "actions:\n  buy: {value: money}\n  big: {of: buy, where: \"@@value + 1\"}\n",
         "the filter of a derived action must be a bool, but this is a number: compare it, as in "
         "x > 0",
         NULL},
    };
    EXPECT(cases);
}

Test(refusals, transactions) {
    static const error_case cases[] = {
        {SHOP "@@transactions: {unit: week}\n",
         "transactions need an action: {action: …}, one with value money", NULL},
        {SHOP "transactions: {action: @@visit}\n",
         "'visit' earns no money: declare it with {value: money}", NULL},
        {SHOP "transactions: {action: purchase, minus: @@visit}\n",
         "'visit' earns no money: declare it with {value: money}", NULL},
        {SHOP "transactions: {action: @@purchases}\n",
         "unknown action 'purchases', did you mean 'purchase'?", "valid: purchase, visit, refund"},
        {SHOP "transactions: {action: purchase, minus: @@purchase}\n",
         "'minus' must be another action than the one that earns money", NULL},
        {SHOP "transactions: {action: purchase, unit: @@month}\n", "unknown unit 'month'",
         "valid: day, week"},
        {SHOP "transactions: {action: purchase, one_per: @@week}\n", "unknown one_per 'week'",
         "valid: day"},
        {HEAD "actions: {buy: {value: money}, big: {of: buy, where: \"value > 9\"}}\n"
              "transactions: {action: @@big}\n",
         "'big' is a derived action; transactions need its base", NULL},
    };
    EXPECT(cases);
}

#define SCORE SHOP "scores:\n  s:\n"

Test(refusals, scores) {
    static const error_case cases[] = {
        {SHOP "scores:\n  @@s: {range: [0, 1]}\n", "score 's' has neither 'rules' nor 'points'",
         NULL},
        {SCORE "    points: \"1\"\n    @@rules: {a: {points: \"1\"}}\n",
         "a score has either 'points', one expression, or 'rules'", NULL},
        {SCORE "    points: \"1\"\n    @@groups: {a: {cap: 1}}\n",
         "a score has either 'points', one expression, or 'rules'", NULL},
        {SCORE "    @@rules: {}\n", "the score has no rules", NULL},
        {SCORE "    range: @@[0]\n    points: \"1\"\n",
         "a range is a lowest and a highest: [0, 100]", NULL},
        {SCORE "    range: @@0 100\n    points: \"1\"\n", "a range is a list of numbers: [1, 2, …]",
         NULL},
        {SCORE "    range: @@[5, 5]\n    points: \"1\"\n",
         "the lowest of a range must be less than the highest", NULL},
        {SCORE "    range: @@[9, 5]\n    points: \"1\"\n",
         "the lowest of a range must be less than the highest", NULL},
        {SCORE "    range: @@[0, 32768]\n    points: \"1\"\n",
         "a range lies between -32767 and 32767", NULL},
        {SCORE "    range: @@[-32767.5, 0]\n    points: \"1\"\n",
         "a range lies between -32767 and 32767", NULL},
        {SCORE "    range: [@@no, 1]\n    points: \"1\"\n",
         "a range is a number such as 12, 0.5 or 10%, not 'no'", NULL},
        {SCORE "    groups: {@@g: {}}\n    rules: {a: {points: \"1\"}}\n",
         "group 'g' has no cap: {cap: 15}", NULL},
        {SCORE "    groups: {g: {cap: @@0}}\n    rules: {a: {points: \"1\"}}\n",
         "the cap of a group must be more than 0", NULL},
        {SCORE "    points: \"1\"\n    grades: {A: 5, @@B: 5}\n",
         "grade 'B' has the threshold of 'A'", NULL},
        {SCORE "    points: \"1\"\n    grades: {A: 5, B: 7, @@C: 5.0}\n",
         "grade 'C' has the threshold of 'A'", NULL},
        {SCORE "    points: \"1\"\n    grades: {A: @@high}\n",
         "the threshold of a grade is a number such as 12, 0.5 or 10%, not 'high'", NULL},
        {SCORE "    points: \"1\"\n    grades: {@@A: {label: x}}\n",
         "grade 'A' has no threshold: {from: 55}", NULL},
        {SCORE "    points: \"1\"\n    grades: {@@\" \": 5}\n",
         "the name of a grade must be one line of text", NULL},
        {SCORE "    points: \"@@'a'\"\n", "points must be a number, but this is a text", NULL},
    };
    EXPECT(cases);
}

#define RULES SCORE "    groups: {g: {cap: 5}}\n    rules:\n"

Test(refusals, rules) {
    static const error_case cases[] = {
        {RULES "      @@a: {action: visit}\n",
         "rule 'a' has no points: {action: …, points: 5}, {if: …, points: 5} or {points: "
         "expression}",
         NULL},
        {RULES "      a: {action: @@visits, points: 1}\n",
         "unknown action 'visits', did you mean 'visit'?", "valid: visit, purchase, refund"},
        {RULES "      a: {action: visit, points: @@2 * 3}\n",
         "points are a number here, not '2 * 3'; to weigh each event, give 'per' an expression",
         NULL},
        {RULES "      a: {if: \"true\", points: @@age}\n",
         "points are a number here, not 'age'; write the whole rule as points: if(condition, …, 0)",
         NULL},
        {RULES "      a: {action: visit, points: @@40000}\n", "points lie between -32767 and 32767",
         NULL},
        {RULES "      a: {action: visit, points: 1, cap: @@0}\n",
         "the cap of a rule must be more than 0", NULL},
        {RULES "      a: {action: visit, points: 1, cap: @@-3}\n",
         "the cap of a rule must be more than 0", NULL},
        {RULES "      a: {action: visit, points: 1, half_life: @@0d}\n",
         "a half-life must be more than 0", NULL},
        {RULES "      a: {action: visit, points: 1, half_life: @@-5d}\n",
         "a half-life must be more than 0", NULL},
        {RULES "      a: {action: visit, points: 1, half_life: @@90}\n",
         "a half-life is a duration such as 30s 15min 12h 90d 4w 6mo 1y, not '90'", NULL},
        {RULES "      a: {action: visit, points: 1, half_life: @@3m}\n",
         "a bare 'm' could be minutes or months: write 3min or 3mo", NULL},
        {RULES "      a: {action: visit, points: 1, half_life: @@20000y}\n",
         "a half-life must lie between 1 ms and 10000 years", NULL},
        {RULES "      a: {action: visit, points: 1, group: @@h}\n",
         "unknown group 'h', did you mean 'g'?", "valid: g"},
        {RULES "      a: {if: \"true\", points: 1, @@cap: 3}\n",
         "only a rule with an action has a cap: limit the points by min(…)", NULL},
        {RULES "      a: {if: \"true\", points: 1, @@half_life: 3d}\n",
         "a half-life fades the events of an action: add 'action'", NULL},
        {RULES "      a: {points: \"1\", @@per: value}\n",
         "'per' weighs the events of an action: add 'action'", NULL},
        {RULES "      a: {action: visit, points: 1, per: \"log(@@value)\"}\n",
         "'visit' has no value: declare it with value: number, money or rating", NULL},
        {RULES "      a: {action: visit, points: 1, if: \"@@count(visit)\"}\n",
         "the condition of a rule must be a bool, but this is a number: compare it, as in x > 0",
         NULL},
        {RULES "      a: {action: visit, points: 1, @@halflife: 3d}\n",
         "unknown key of a rule 'halflife', did you mean 'half_life'?",
         "valid: half_life, action, if, points, per, cap, group, label"},
    };
    EXPECT(cases);
}

Test(refusals, rfm) {
    static const error_case cases[] = {
        {SHOP "@@rfm: {bins: 5}\n",
         "rfm needs transactions: {action: …}, to know what a purchase is", NULL},
        {SALE "rfm: {bins: @@1}\n", "the number of bins is a whole number from 2 to 100, not '1'",
         NULL},
        {SALE "rfm: {bins: @@101}\n",
         "the number of bins is a whole number from 2 to 100, not '101'", NULL},
        {SALE "rfm: {bins: @@2.5}\n",
         "the number of bins is a whole number from 2 to 100, not '2.5'", NULL},
        {SALE "rfm: {method: @@ntile}\n", "unknown method 'ntile'", "valid: quantile, rfm"},
        {SALE "rfm: {@@bins: 5, cuts: {}}\n", "cuts say it all: leave out 'bins'", NULL},
        {SALE "rfm: {@@method: rfm, cuts: {}}\n", "cuts say it all: leave out 'method'", NULL},
        {SALE "rfm: {@@cuts: {recency: [1]}}\n", "cuts need a list for frequency", NULL},
        {SALE "rfm: {cuts: {recency: [1], frequency: @@[2, 2], monetary: [1]}}\n",
         "the cuts of frequency must ascend", NULL},
        {SALE "rfm: {cuts: {recency: [1], frequency: @@[], monetary: [1]}}\n",
         "frequency has no cuts", NULL},
        {SALE "rfm: {cuts: {recency: [1, @@x], frequency: [2], monetary: [1]}}\n",
         "a cut of recency is a number such as 12, 0.5 or 10%, not 'x'", NULL},
        {SALE "rfm: {segments: {A: {recency: @@[4]}}}\n", "bins from a lowest to a highest: [4, 5]",
         NULL},
        {SALE "rfm: {segments: {A: {recency: @@[5, 4]}}}\n", "the lowest bin is above the highest",
         NULL},
        {SALE "rfm: {segments: {A: {recency: [4, @@6]}}}\n",
         "a bin is a whole number from 1 to 5, not '6'", NULL},
        {SALE "rfm: {segments: {A: {monetary: @@0}}}\n",
         "a bin is a whole number from 1 to 5, not '0'", NULL},
        {SALE "rfm: {segments: {@@Others: {}}}\n",
         "'Others' are those whom no segment takes; use another name", NULL},
        {SALE "rfm: {segments: [{A: {}}, {@@A: {}}]}\n",
         "'A' is there twice among the RFM segments", NULL},
        {SALE "rfm: {segments: {A: {@@recent: 5}}}\n",
         "unknown key of an RFM segment 'recent', did you mean 'recency'?",
         "valid: recency, frequency, monetary, label"},
    };
    EXPECT(cases);
}

Test(refusals, clv) {
    static const error_case cases[] = {
        {SHOP "@@clv: {}\n", "clv needs transactions: {action: …}, to know what a purchase is",
         NULL},
        {SALE "clv: {purchases: @@bgnbd}\n",
         "unknown purchase model 'bgnbd', did you mean 'bg_nbd'?",
         "valid: bg_nbd, mbg_nbd, pareto_nbd"},
        {SALE "clv: {spend: @@none}\n", "unknown spend model 'none'", "valid: gamma_gamma, mean"},
        {SALE "clv: {horizon: @@0d}\n", "the horizon must be more than 0", NULL},
        {SALE "clv: {horizon: @@5000y}\n", "the horizon has 260715 weeks, at most 100000 may be",
         NULL},
        {SALE "clv: {discount: @@10}\n",
         "the discount of a year lies between 0% and 100%: write 10% or 0.1", NULL},
        {SALE "clv: {discount: @@-1%}\n",
         "the discount of a year lies between 0% and 100%: write 10% or 0.1", NULL},
        {SALE "clv: {margin: \"@@'x'\"}\n", "the margin must be a number, but this is a text",
         NULL},
        {SALE "clv: {purchases: mbg_nbd, parameters: {@@bg_nbd: [1, 1, 1, 1]}}\n",
         "these are parameters of bg_nbd, but the purchase model is mbg_nbd", NULL},
        {SALE "clv: {spend: mean, parameters: {@@gamma_gamma: [1, 2, 1]}}\n",
         "these are parameters of gamma_gamma, but the spend model is mean", NULL},
        {SALE "clv: {parameters: {mbg_nbd: @@[1, 1, 1]}}\n",
         "mbg_nbd has 4 parameters, not 3: [r, alpha, a, b]", NULL},
        {SALE "clv: {purchases: pareto_nbd, parameters: {pareto_nbd: @@[1, 1, 1, 1, 1]}}\n",
         "pareto_nbd has 4 parameters, not 5: [r, alpha, s, beta]", NULL},
        {SALE "clv: {parameters: {gamma_gamma: @@[1, 2]}}\n",
         "gamma_gamma has 3 parameters, not 2: [p, q, v]", NULL},
        {SALE "clv: {parameters: {mbg_nbd: [1, @@-1, 1, 1]}}\n", "a parameter must be more than 0",
         NULL},
        {SALE "clv: {parameters: {mbg_nbd: [1, 1, 1, @@0]}}\n", "a parameter must be more than 0",
         NULL},
    };
    EXPECT(cases);
}

Test(refusals, parameters_outside_the_statistics) {
    tn_model *model = NULL;
    tn_error error = {0};
    const char *source = SALE "clv: {parameters: {gamma_gamma: [6, 0.9, 15]}}\n";
    cr_assert_eq(tn_model_parse("m.yaml", tn_str_of(source), &model, &error), TN_BAD_MODEL);
    cr_assert(error.line == 5 && error.column == 33, "%zu:%zu", error.line, error.column);
    cr_assert_not_null(strstr(error.message, "q"), "%s", error.message);
}

Test(refusals, traits_and_segments) {
    static const error_case cases[] = {
        {SHOP "traits: {a: @@}\n", "a trait is missing here", NULL},
        {SHOP "traits: {a: @@{label: x}}\n", "a trait needs the key 'expr'", NULL},
        {SHOP "traits: {a: {@@if: \"true\"}}\n", "unknown key of a trait 'if'",
         "valid: expr, label"},
        {SHOP "segments: {a: {@@expr: \"true\"}}\n", "unknown key of a segment 'expr'",
         "valid: if, label"},
        {SHOP "segments: {a: \"@@count(visit)\"}\n",
         "a segment must be a bool, but this is a number: compare it, as in x > 0", NULL},
        {SHOP "segments: {a: @@[x]}\n", "a segment is one value, not a list", NULL},
    };
    EXPECT(cases);
}

Test(refusals, stages) {
    static const error_case cases[] = {
        {SHOP "stages:\n  @@j: []\n", "there are no stages here", NULL},
        {SHOP "stages:\n  @@j:\n", "there are no stages here", NULL},
        {SHOP "stages:\n  j: @@aida\n", "here is a list of stages: `name: …` each", NULL},
        {SHOP "stages:\n  j:\n    - a: \"true\"\n    - @@a: \"true\"\n",
         "'a' is there twice among the stages", NULL},
        {SHOP "stages:\n  j:\n    - a: \"true\"\n    - exits: {@@a: \"true\"}\n",
         "exit 'a' has the name of a stage", NULL},
        {SHOP "stages:\n  j:\n    - a: \"@@1\"\n",
         "a guard must be a bool, but this is a number: compare it, as in x > 0", NULL},
        {SHOP "stages:\n  j: {stages: [a: \"true\"], @@exit: {}}\n",
         "unknown key of a lifecycle model 'exit', did you mean 'exits'?",
         "valid: exits, stages, label"},
        {SHOP "stages:\n  j: {preset: @@shop6}\n", "unknown preset 'shop6', did you mean 'shop5'?",
         "valid: shop5, clm6, clm5, aida_plus, reach5"},
        {SHOP "stages:\n  j: {preset: shop5, @@stages: []}\n", "unknown key of a preset 'stages'",
         "valid: preset, with, guards, exits, label"},
        {SHOP "stages:\n  j: {preset: clm5, with: {@@purchas: refund}}\n",
         "unknown action of the preset 'purchas', did you mean 'purchase'?", "valid: purchase"},
        {SHOP "stages:\n  j: {preset: clm5, with: {purchase: @@order}}\n", "unknown action 'order'",
         "valid: visit, purchase, refund"},
        {SHOP "stages:\n  j: {preset: clm5, guards: {@@loyality: \"true\"}}\n",
         "unknown stage of the preset 'loyality', did you mean 'loyalty'?",
         "valid: loyalty, approach, purchase, progress, retention"},
        {SHOP "stages:\n  j: {preset: clm5, guards: {loyalty: \"count(@@order) > 1\"}}\n",
         "unknown action 'order'; known are visit, purchase, refund", NULL},
        {SHOP "stages:\n  j: {preset: clm5, exits: {@@loyalty: \"true\"}}\n",
         "exit 'loyalty' has the name of a stage", NULL},
    };
    EXPECT(cases);
}

Test(refusals, metrics) {
    static const error_case cases[] = {
        {SHOP "metrics: {nps: @@visit}\n", "'visit' has no value: declare it with {value: rating}",
         NULL},
        {SHOP "metrics: {csat: @@vist}\n", "unknown action 'vist', did you mean 'visit'?",
         "valid: visit, purchase, refund"},
        {SHOP "metrics: {active_window: @@year}\n",
         "the active window is a duration such as 30s 15min 12h 90d 4w 6mo 1y, not 'year'", NULL},
        {SHOP "scores: {s: {points: \"1\"}}\nmetrics: {engagement: @@s}\n",
         "score 's' has no range, so it has no thirds: add range: [0, 100]", NULL},
        {SHOP "metrics: {engagement: @@s}\n", "unknown score 's'", NULL},
        {SHOP "metrics: {@@mps: visit}\n", "unknown key of metrics 'mps', did you mean 'nps'?",
         "valid: nps, csat, active_window, engagement"},
    };
    EXPECT(cases);
}

Test(refusals, carets_stand_right_inside_folded_and_quoted_scalars) {
    static const error_case cases[] = {
        {SHOP "segments:\n  a: >\n    count(visit) > 0 and\n    @@age > 5\n",
         "unknown name 'age'; known are segment.a, now, joined, last_seen", NULL},
        {SHOP "segments:\n  a: |\n    count(visit) > 0\n      and @@age > 5\n",
         "unknown name 'age'; known are segment.a, now, joined, last_seen", NULL},
        {SHOP "segments:\n  a: count(visit) > 0 and\n    count(visit) < 9 and @@age > 5\n",
         "unknown name 'age'; known are segment.a, now, joined, last_seen", NULL},
        {SHOP "segments:\n  a: 'count(visit) in (1, 2) and ''x'' = @@age'\n",
         "unknown name 'age'; known are segment.a, now, joined, last_seen", NULL},
        {SHOP "segments:\n  a: \"'\xC3\xA4\xC3\xB6' = @@age\"\n",
         "unknown name 'age'; known are segment.a, now, joined, last_seen", NULL},
    };
    EXPECT(cases);
}

Test(refusals, circles_are_named_whole) {
    static const error_case cases[] = {
        {SHOP "traits: {b: \"@@score.a + 1\"}\nscores: {a: {points: \"trait.b\"}}\n",
         "these read each other in a circle: score.a -> trait.b -> score.a", NULL},
        {SHOP "segments: {s: \"not @@segment.s\"}\n",
         "these read each other in a circle: segment.s -> segment.s", NULL},
        {SALE "clv: {margin: \"@@clv.value / 2\"}\n",
         "these read each other in a circle: clv.value -> clv.value", NULL},
        {SHOP "traits: {t: \"tile(@@trait.t, 4)\"}\n",
         "these read each other in a circle: trait.t -> trait.t", NULL},
        {SHOP "scores: {a: {points: \"if(@@grade.a = 'A', 1, 2)\", grades: {A: 1}}}\n",
         "these read each other in a circle: score.a -> grade.a -> score.a", NULL},
        {SHOP "stages: {j: [{x: \"@@score.a > 1\"}]}\n"
              "scores: {a: {rules: {r: {action: visit, points: 1, if: \"stage.j = 'x'\"}}}}\n",
         "these read each other in a circle: score.a -> stage.j -> score.a", NULL},
    };
    EXPECT(cases);
}
