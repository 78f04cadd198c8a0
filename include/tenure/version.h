/* version.h: the version of the library, for compile-time and run-time checks. */
#ifndef TENURE_VERSION_H
#define TENURE_VERSION_H

#include <tenure/export.h>

#define TN_VERSION_MAJOR  0
#define TN_VERSION_MINOR  1
#define TN_VERSION_PATCH  0
#define TN_VERSION_STRING "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is linked, as "MAJOR.MINOR.PATCH"; a static string. */
TN_API const char *tn_version(void);

#ifdef __cplusplus
}
#endif
#endif
