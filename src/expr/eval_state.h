/* eval_state.h: the inside of a program's state. Private to eval*.c. */
#ifndef TN_EXPR_EVAL_STATE_H
#define TN_EXPR_EVAL_STATE_H

#include "base/bytes.h"
#include "expr/program_ir.h"

typedef struct tn_cuts {
    const double *cuts;
    size_t count;
} tn_cuts;

typedef struct tn_table_slot {
    tn_cells cells; /* cells NULL: absent */
    tn_table_fallback *fallback;
    void *context;
} tn_table_slot;

typedef struct tn_call_slot {
    tn_row_function *call; /* NULL: absent */
    void *context;
} tn_call_slot;

/* Pairs of texts already worked out, one a slot; a newer pair takes an older one's place. */
enum { TN_PAIRS = 4096 };
typedef struct tn_pair_cache {
    uint64_t keys[TN_PAIRS];    /* x in the high half, y in the low; all ones is free */
    uint32_t results[TN_PAIRS]; /* a code, or 0 and 1 */
} tn_pair_cache;

/* What a text instruction knows of each entry of its argument's dictionary. */
typedef struct tn_text_memo {
    const tn_dict *source; /* NULL until prepared */
    uint64_t *bits;        /* TEXT_TEST */
    uint32_t *codes;       /* TEXT_MAP: into the pool, or TN_KERNEL_CODE_UNKNOWN */
    size_t capacity;       /* words of `bits` or entries of `codes` */
    size_t known;          /* entries of the dictionary that are covered */
    tn_pair_cache *pairs;  /* TEXT_PAIR_… */
} tn_text_memo;

enum { TN_SALTED_ROWS = 32 };

struct tn_program_state {
    const tn_program *program;
    const tn_kernels *kernels;
    tn_heap *heap;
    tn_pure pure;
    char *block;     /* all registers */
    const void **at; /* by register: where its rows are now: in the block, or an input's own */
    tn_cuts *cuts;
    tn_table_slot *tables;
    tn_call_slot *calls;
    tn_text_memo *memos; /* by number of text instruction */
    tn_dict *pool;
    tn_buffer scratch; /* texts being made */
    char *salted;      /* salt and id of TN_SALTED_ROWS rows */
    size_t salted_bytes;
    bool has_p_alive;
    bool is_mbg;
    double p[4];
};

static inline void *tn_state_rows(const tn_program_state *state, uint32_t reg) {
    return state->block + state->program->registers[reg].offset_bytes;
}
static inline tn_operand tn_state_operand(const tn_program_state *state, uint32_t reg) {
    return (tn_operand){.data = state->at[reg],
                        .step = state->program->registers[reg].uniform ? 0 : 1};
}

/* ---- eval_text.c ---- */

/* Runs a text instruction on the first `rows` of n rows. */
tn_status tn_text_run(tn_program_state *state, const tn_step *step, tn_text_memo *memo, size_t rows,
                      size_t n) TN_MUST_CHECK;
/* Covers every entry of the dictionary that a TEXT_TEST or TEXT_MAP reads. On failure it covers
 * what it covered before, or more. */
tn_status tn_text_memo_cover(tn_program_state *state, const tn_step *step, tn_text_memo *memo,
                             const tn_dict *source) TN_MUST_CHECK;
void tn_text_memo_deinit(tn_program_state *state, tn_text_memo *memo);

#endif
