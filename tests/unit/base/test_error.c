/* test_error.c: statuses, errors as text, and suggestions. */
#include "base/error.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <string.h>
#include <tenure/version.h>

Test(status, every_status_has_a_name_a_wire_code_and_a_sentence) {
    for (int i = 0; i < TN_STATUS_COUNT; i++) {
        cr_assert(tn_status_name((tn_status)i)[0] != '\0');
        cr_assert(tn_status_wire_code((tn_status)i)[0] != '\0');
        cr_assert(tn_status_text((tn_status)i)[0] != '\0');
    }
    cr_assert_str_eq(tn_status_name(TN_OK), "OK");
    cr_assert_str_eq(tn_status_name(TN_BAD_MODEL), "BAD_MODEL");
    cr_assert_str_eq(tn_status_wire_code(TN_BAD_MODEL), "BAD_ARGS");
    cr_assert_str_eq(tn_status_wire_code(TN_IO), "INTERNAL");
    cr_assert_str_eq(tn_status_name((tn_status)999), "INTERNAL");
    cr_assert_str_eq(tn_version(), TN_VERSION_STRING);
}

static void assert_format(const tn_error *error, const char *wanted) {
    char out[4096];
    const size_t length = tn_error_format(error, out, sizeof out);
    cr_assert_str_eq(out, wanted);
    cr_assert(length == strlen(wanted));
}

Test(error, is_shown_with_as_much_position_as_it_has) {
    tn_error error;
    cr_assert(tn_fail(&error, TN_NOT_FOUND, "no %s in %d", "fish", 7) == TN_NOT_FOUND);
    cr_assert(error.status == TN_NOT_FOUND);
    assert_format(&error, "no fish in 7");
    tn_error_locate(&error, "pond.yaml", 0, 0);
    assert_format(&error, "pond.yaml: no fish in 7");
    tn_error_locate(&error, NULL, 3, 0);
    assert_format(&error, "pond.yaml:3: no fish in 7");
    tn_error_locate(&error, "pond.yaml", 3, 14);
    assert_format(&error, "pond.yaml:3:14: no fish in 7");
    tn_error_detail(&error, "line\n%*s^", 2, "");
    tn_error_detail(&error, "\nvalid: %s", "carp");
    assert_format(&error, "pond.yaml:3:14: no fish in 7\nline\n  ^\nvalid: carp");
    cr_assert(tn_fail_memory(&error) == TN_OUT_OF_MEMORY);
    cr_assert(error.file[0] == '\0' && error.line == 0 && error.detail[0] == '\0');
}

Test(error, is_cut_to_the_room_given_and_says_what_it_wanted) {
    tn_error error;
    tn_fail(&error, TN_IO, "0123456789");
    char out[5] = "####";
    cr_assert(tn_error_format(&error, out, sizeof out) == 10);
    cr_assert_str_eq(out, "0123");
    cr_assert(tn_error_format(&error, NULL, 0) == 10);
}

Test(error, long_texts_are_cut_between_characters) {
    char name[3000];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(name, 'x', sizeof name);
        for (size_t i = shift; i + 3 < sizeof name; i += 3)
            memcpy(name + i, "€", 3);
        name[sizeof name - 1] = '\0';
        tn_error error;
        tn_fail(&error, TN_IO, "%s", name);
        tn_error_locate(&error, name, 1, 1);
        for (int i = 0; i < 5; i++)
            tn_error_detail(&error, "%s", name);
        const char *const texts[3] = {error.message, error.file, error.detail};
        for (size_t i = 0; i < 3; i++) {
            const size_t length = strlen(texts[i]);
            cr_assert(length > 500 && tn_utf8_valid(tn_str_of(texts[i])), "%zu", length);
        }
    }
}

Test(error, a_message_may_be_made_from_the_error_itself) {
    tn_error error;
    tn_fail(&error, TN_IO, "inner");
    tn_fail(&error, TN_IO, "outer: %s", error.message);
    cr_assert_str_eq(error.message, "outer: inner");
}

Test(error, nobody_has_to_want_the_error) {
    cr_assert(tn_fail(NULL, TN_IO, "x") == TN_IO);
    cr_assert(tn_fail_memory(NULL) == TN_OUT_OF_MEMORY);
    tn_error_locate(NULL, "x", 1, 1);
    tn_error_detail(NULL, "x");
}

static tn_status tries(tn_status status, int *passed) {
    TN_TRY(status);
    ++*passed;
    return TN_OK;
}

Test(error, try_returns_at_the_first_failure) {
    int passed = 0;
    cr_assert(tries(TN_OK, &passed) == TN_OK && passed == 1);
    cr_assert(tries(TN_CONFLICT, &passed) == TN_CONFLICT && passed == 1);
}

static const char *const names[] = {"purchase", "purchases", "visit", "email_open", "clv.value"};

static int nearest(const char *name) {
    return tn_nearest_name(name, strlen(name), names, sizeof names / sizeof names[0]);
}

Test(nearest_name, suggests_what_was_probably_meant) {
    cr_assert(nearest("purchse") == 0);
    cr_assert(nearest("PURCHASE") == 0);
    cr_assert(nearest("purchasess") == 1);
    cr_assert(nearest("viist") == 2, "neighbours swapped count one");
    cr_assert(nearest("visit") == 2);
    cr_assert(nearest("emailopen") == 3);
    cr_assert(nearest("clv_value") == 4);
}

Test(nearest_name, suggests_nothing_when_nothing_is_near) {
    cr_assert(nearest("banana") == -1);
    cr_assert(nearest("") == -1);
    cr_assert(nearest("vix") == -1);
    cr_assert(tn_nearest_name("x", 1, names, 0) == -1);
    char huge[1000];
    memset(huge, 'p', sizeof huge);
    cr_assert(tn_nearest_name(huge, sizeof huge, names, 5) == -1);
}
