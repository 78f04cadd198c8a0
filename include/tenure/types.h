/* types.h: the values that cross the public surface. */
#ifndef TENURE_TYPES_H
#define TENURE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes; not NUL-terminated. */
typedef struct tn_str {
    const char *data;
    size_t size; /* bytes */
} tn_str;

/* The type of a column, an expression or a value. */
typedef enum tn_type {
    TN_TYPE_NUMBER, /* double; int attributes hold whole numbers of up to 2^53 */
    TN_TYPE_BOOL,
    TN_TYPE_TEXT,     /* UTF-8; also every attribute of type `category` */
    TN_TYPE_LEVEL,    /* one of a declared list: a grade, a stage, an RFM segment; text outside */
    TN_TYPE_TIME,     /* instant, milliseconds since 1970-01-01T00:00:00Z */
    TN_TYPE_DURATION, /* milliseconds */
    TN_TYPE_DATE,     /* days since 1970-01-01 */
} tn_type;

/* One value. `type` says which member holds it; when `is_null`, none does. Text is borrowed. */
typedef struct tn_value {
    tn_type type;
    bool is_null;
    union {
        double number;
        bool boolean;
        tn_str text; /* TN_TYPE_TEXT and TN_TYPE_LEVEL */
        int64_t time_ms;
        double duration_ms;
        int32_t date_days;
    } as;
} tn_value;

#endif
