/* model_case.h: models from text, and errors expected at a marked place. */
#ifndef TN_TEST_MODEL_CASE_H
#define TN_TEST_MODEL_CASE_H

#include "base/bytes.h"
#include "base/error.h"
#include "model/lint.h"
#include "model/model.h"

/* Parses a model and fails the test when it is refused. */
tn_model *model_of(const char *source);
/* The same of "tenure: 1\nname: m\n" and these lines. */
tn_model *model_of_lines(const char *lines);

/* A model that must be refused: the place is marked by "@@", which is not part of the source. */
typedef struct error_case {
    const char *source;
    const char *message;
    const char *detail; /* what the last line of the detail must be; NULL: not looked at */
} error_case;
void expect_errors(const error_case *cases, size_t count);

/* The warnings of a model, joined by newlines, "LINE:COLUMN: text" each; to be freed by
 * tn_buffer_deinit. */
tn_buffer warnings_of(const tn_model *model);

/* A model file of the project. */
tn_model *model_of_file(const char *relative_path);

#endif
