/* assert.h: TN_ASSERT, for what cannot be wrong unless Tenure itself is. It stays on in release
 * builds and is the only way in which library code ends the process. */
#ifndef TN_BASE_ASSERT_H
#define TN_BASE_ASSERT_H

_Noreturn void tn_assert_fail(const char *condition, const char *file, int line);

#define TN_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : tn_assert_fail(#condition, __FILE__, __LINE__))

#endif
