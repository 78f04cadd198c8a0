/* portable_table.c: the base table as processors other than x86-64 compile it, here on any
 * processor. */
#define TN_LANES_PORTABLE 1
#define TN_ISA_SUFFIX     portable

#include "kernels/aggregate.c"
#include "kernels/arith.c"
#include "kernels/bin.c"
#include "kernels/bit_words.c"
#include "kernels/calendar_days.c"
#include "kernels/clv.c"
#include "kernels/codes.c"
#include "kernels/compare.c"
#include "kernels/convert.c"
#include "kernels/isa_table.c"
#include "kernels/score.c"
#include "kernels/select.c"
