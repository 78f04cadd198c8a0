/* docs_reader.h: the examples of docs/expressions.md. */
#ifndef TESTS_UNIT_EXPR_DOCS_READER_H
#define TESTS_UNIT_EXPR_DOCS_READER_H

#include <stddef.h>

/* One line of a block: what stands before and behind the arrow; or, in a block of refused
 * expressions, an expression and the message on the line below it. */
typedef void docs_example(const char *expression, const char *rest);

/* Calls `example` for each of the blocks fenced ```FENCE; returns how many there were. */
size_t docs_read(const char *fence, docs_example *example);

#endif
