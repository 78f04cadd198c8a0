/* export.h: visibility and compiler attributes shared by every public header. */
#ifndef TENURE_EXPORT_H
#define TENURE_EXPORT_H

#define TN_API        __attribute__((visibility("default")))
#define TN_MUST_CHECK __attribute__((warn_unused_result))
#define TN_PRINTF(format_index, first_argument)                                                    \
    __attribute__((format(printf, format_index, first_argument)))

#endif
