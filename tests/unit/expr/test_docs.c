#include "unit/expr/docs_reader.h"
#include "unit/expr/expr_fixture.h"

#include <criterion/criterion.h>

static void expect_type(const char *expression, const char *type) {
    fixture_result r;
    fixture_check(&r, expression, fixture_scope());
    cr_assert_eq(r.status, TN_OK, "%s: %s", expression, r.error.message);
    cr_assert_str_eq(tn_type_name(r.tree->type), type, "%s", expression);
    fixture_release(&r);
}

Test(docs, examples_have_the_types_that_the_page_gives) {
    cr_assert_gt(docs_read("expr", expect_type), 25);
}

static void expect_refusal(const char *expression, const char *message) {
    fixture_result r;
    fixture_check(&r, expression, fixture_scope());
    cr_assert_eq(r.status, TN_BAD_EXPRESSION, "%s", expression);
    cr_assert_str_eq(r.error.message, message, "%s: %s", expression, r.error.message);
    fixture_release(&r);
}

Test(docs, refused_examples_are_refused_in_the_words_of_the_page) {
    cr_assert_gt(docs_read("expr-refused", expect_refusal), 20);
}
