/* eval_words.h: what expressions do to one text or two, the same for folding and for running. */
#ifndef TN_EXPR_EVAL_WORDS_H
#define TN_EXPR_EVAL_WORDS_H

#include "base/bytes.h"
#include "expr/program_ir.h"

/* x equals y, contains y, starts with y. */
bool tn_text_holds(tn_text_test op, tn_str x, tn_str y);

/* x changed, with y for what is put behind or before it. *out lies in `scratch` (cleared first) or
 * is x itself. TN_TOO_LARGE past TN_TEXT_SIZE_MAX: the result is then null. */
tn_status tn_text_changed(tn_text_change op, tn_str x, tn_str y, tn_buffer *scratch,
                          tn_str *out) TN_MUST_CHECK;

#endif
