/* scoring_base_unit.c: the base of tests/support, for this program, which links single layers. */
#include "support/scoring_base.c" /* NOLINT: unit tests do not link tests/support */
