#include "base/rng.h"
#include "kernels/match.h"

#include <criterion/criterion.h>

Test(match, a_bit_for_each_equal_tag_at_any_alignment) {
    tn_rng rng;
    tn_rng_init(&rng, 7);
    for (int turn = 0; turn < 20000; turn++) {
        uint8_t tags[TN_MATCH_GROUP + 8];
        for (size_t i = 0; i < sizeof tags; i++)
            tags[i] = (uint8_t)(tn_rng_below(&rng, 4) * 0x40 + tn_rng_below(&rng, 2));
        const uint8_t *at = tags + turn % 8;
        const uint8_t tag = turn % 3 ? at[turn % 16] : (uint8_t)tn_rng_u64(&rng);
        uint32_t want = 0;
        for (size_t i = 0; i < TN_MATCH_GROUP; i++)
            want |= (uint32_t)(at[i] == tag) << i;
        cr_assert_eq(tn_match_tags(at, tag), want);
    }
}
