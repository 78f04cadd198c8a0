/* The order in which derived columns can be computed: depth-first over what each reads, with a
 * stack of its own, so that a chain of thousands of columns needs no deep recursion. */
#include "base/bytes.h"
#include "model/reader.h"
#include "model/site.h"

typedef struct edge edge;
struct edge {
    uint32_t to;
    const tn_model_expr *expr; /* NULL: by the nature of the column */
    tn_expr_position at;
    edge *next;
};

typedef enum visit_state { UNSEEN, OPEN, DONE } visit_state;

typedef struct sort_frame {
    uint32_t column;
    const edge *through; /* the edge that led here; NULL at the bottom */
    const edge *next;    /* edge to follow */
} sort_frame;

typedef struct sort_state {
    const tn_reading *reading;
    const tn_model *model;
    tn_arena scratch;
    edge **first, **last; /* of each column, in order of reading */
    visit_state *states;
    sort_frame *stack;
    size_t depth;
    uint32_t *order;
    uint32_t ordered;
    const tn_site *site; /* whose names are being visited */
    bool is_out_of_memory;
} sort_state;

static void add_edge(sort_state *sorter, uint32_t from, edge edge_of) {
    edge *added = tn_arena_alloc(&sorter->scratch, sizeof *added);
    if (added == NULL) {
        sorter->is_out_of_memory = true;
        return;
    }
    *added = edge_of;
    if (sorter->first[from] == NULL)
        sorter->first[from] = added;
    else
        sorter->last[from]->next = added;
    sorter->last[from] = added;
}

static void add_name(void *context, tn_str name, bool is_action, const tn_expr *node) {
    sort_state *sorter = context;
    if (is_action) return;
    const uint32_t to = tn_names_find(&sorter->model->derived_names, name);
    if (to == TN_NONE) return;
    add_edge(sorter, sorter->site->derived,
             (edge){.to = to, .expr = sorter->site->expr, .at = node->name});
}

static tn_status add_site(void *context, const tn_site *site) {
    sort_state *sorter = context;
    if (site->derived == TN_NONE) return TN_OK;
    sorter->site = site;
    tn_expr_names(site->expr->tree, add_name, sorter);
    return sorter->is_out_of_memory ? TN_OUT_OF_MEMORY : TN_OK;
}

/* A grade reads its score, the RFM segment its bins, the value what it is the product of. */
static void add_natural_edges(sort_state *sorter) {
    const tn_model *model = sorter->model;
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const tn_derived *column = &model->derived[i];
        if (column->kind == TN_DERIVED_GRADE) add_edge(sorter, i, (edge){.to = column->index});
        if (column->kind != TN_DERIVED_RFM_SEGMENT && column->kind != TN_DERIVED_CLV_VALUE)
            continue;
        for (uint32_t back = 3; back > 0; back--)
            add_edge(sorter, i, (edge){.to = i - back});
    }
}

/* The last edge of the circle that somebody wrote: edges by nature alone make none. */
static const edge *written_edge(const sort_state *sorter, const edge *closing) {
    size_t i = sorter->depth;
    while (closing->expr == NULL)
        closing = sorter->stack[--i].through;
    return closing;
}

/* "score.a -> trait.b -> score.a": from the open column that was met again to the top, and back. */
static tn_status refuse_cycle(const sort_state *sorter, const edge *closing) {
    enum { SHOWN_MAX = 12 };
    const tn_str *names = sorter->model->derived_names.names;
    size_t start = 0;
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    while (sorter->stack[start].column != closing->to)
        start++;
    const size_t length = sorter->depth - start;
    for (size_t i = start; i < sorter->depth; i++) {
        if (length > SHOWN_MAX && i == start + SHOWN_MAX) {
            tn_buffer_printf(&text, "(%zu more) -> ", length - SHOWN_MAX);
            break;
        }
        const tn_str name = names[sorter->stack[i].column];
        tn_buffer_printf(&text, "%.*s -> ", (int)name.size, name.data);
    }
    tn_buffer_printf(&text, "%s", names[closing->to].data);
    tn_status status = text.failed ? TN_OUT_OF_MEMORY : TN_BAD_MODEL;
    if (!text.failed)
        tn_fail(sorter->reading->error, TN_BAD_MODEL, "these read each other in a circle: %.*s",
                (int)text.size, text.data);
    tn_buffer_deinit(&text);
    const edge *blamed = written_edge(sorter, closing);
    return tn_read_blame_expr(sorter->reading, blamed->expr, blamed->at, status);
}

static void open_column(sort_state *sorter, uint32_t column, const edge *through) {
    sorter->states[column] = OPEN;
    sorter->stack[sorter->depth++] =
        (sort_frame){.column = column, .through = through, .next = sorter->first[column]};
}

/* Everything that `root` reads, then `root`. */
static tn_status sort_from(sort_state *sorter, uint32_t root) {
    if (sorter->states[root] != UNSEEN) return TN_OK;
    open_column(sorter, root, NULL);
    while (sorter->depth > 0) {
        sort_frame *top = &sorter->stack[sorter->depth - 1];
        const edge *next = top->next;
        if (next == NULL) {
            sorter->states[top->column] = DONE;
            sorter->order[sorter->ordered++] = top->column;
            sorter->depth--;
            continue;
        }
        top->next = next->next;
        if (sorter->states[next->to] == OPEN) return refuse_cycle(sorter, next);
        if (sorter->states[next->to] == UNSEEN) open_column(sorter, next->to, next);
    }
    return TN_OK;
}

static tn_status sort_all(sort_state *sorter) {
    const uint32_t count = sorter->model->derived_count;
    sorter->first = tn_arena_array(&sorter->scratch, count, sizeof(edge *));
    sorter->last = tn_arena_array(&sorter->scratch, count, sizeof(edge *));
    sorter->states = tn_arena_array(&sorter->scratch, count, sizeof *sorter->states);
    sorter->stack = tn_arena_array(&sorter->scratch, count, sizeof *sorter->stack);
    sorter->order = tn_arena_array(sorter->reading->arena, count, sizeof *sorter->order);
    if (sorter->first == NULL || sorter->last == NULL || sorter->states == NULL ||
        sorter->stack == NULL || sorter->order == NULL)
        return tn_read_memory(sorter->reading);
    if (tn_model_visit_sites(sorter->model, add_site, sorter) != TN_OK)
        return tn_read_memory(sorter->reading);
    add_natural_edges(sorter);
    if (sorter->is_out_of_memory) return tn_read_memory(sorter->reading);
    for (uint32_t i = 0; i < count; i++)
        TN_TRY(sort_from(sorter, i));
    return TN_OK;
}

tn_status tn_model_sort(tn_reading *reading) {
    sort_state sorter = {.reading = reading, .model = reading->model};
    tn_arena_init(&sorter.scratch, reading->arena->heap);
    const tn_status status = sort_all(&sorter);
    tn_arena_deinit(&sorter.scratch);
    if (status == TN_OK) reading->model->order = sorter.order;
    return status;
}
