/* Any bytes as an expression: refused with a place inside the text and a message, or parsed,
 * checked in the scope of a customer, of a preset and of an event, compiled and run. */
#include "fuzz/fuzz.h"
#include "support/expr_world.h"

#include <string.h>
#include <tenure/limits.h>

static void count_name(void *context, tn_str name, bool is_action, const tn_expr *node) {
    size_t *count = context;
    (void)is_action;
    FUZZ_CHECK(name.size > 0);
    FUZZ_CHECK(node->name.length > 0);
    ++*count;
}

static void expect_reason(tn_status status, tn_str text, tn_expr_position where, tn_error *error) {
    FUZZ_CHECK(status == TN_BAD_EXPRESSION);
    FUZZ_CHECK(error->message[0] != '\0');
    FUZZ_CHECK(strpbrk(error->message, "\n\r\t") == NULL);
    FUZZ_CHECK(where.offset <= text.size && where.length <= text.size - where.offset);
    tn_expr_point(text, where, error);
    FUZZ_CHECK(error->line > 0 && error->column > 0);
}

static void expect_places(const tn_expr *e, size_t size) {
    FUZZ_CHECK((size_t)e->offset + e->length <= size);
    for (uint32_t i = 0; i < e->child_count; i++)
        expect_places(e->children[i], size);
}

static tn_physical stored_as(tn_type type) {
    if (type == TN_TYPE_BOOL) return TN_PHYSICAL_BITS;
    return type == TN_TYPE_TEXT ? TN_PHYSICAL_CODE : TN_PHYSICAL_F64;
}

static void compile_and_run(const tn_world *world, const tn_expr *tree) {
    _Alignas(64) static double output[TN_TILE_ROWS];
    void *const outputs[] = {output};
    const tn_lowering lowering = {.context = (void *)(uintptr_t)world, .leaf = tn_world_lower_leaf};
    tn_program *program = NULL;
    tn_builder *builder = tn_builder_create(world->zone);
    const tn_value_id value = tn_expr_lower(builder, tree, &lowering);
    FUZZ_CHECK(value != TN_NO_VALUE);
    tn_build_output(builder, 0, value, stored_as(tree->type));
    FUZZ_CHECK(tn_builder_seal(builder, &program, NULL) == TN_OK);
    tn_program_state_destroy(tn_world_run(world, program, tn_kernels_get(TN_ISA_BASE), outputs));
    tn_program_destroy(program);
}

static void try_scope(const tn_world *world, const tn_scope *scope, tn_str text, bool runs) {
    tn_arena arena;
    tn_expr *tree = NULL;
    tn_expr_position where = {.offset = SIZE_MAX};
    tn_error error = {0};
    size_t names = 0;
    tn_arena_init(&arena, NULL);
    tn_status status = tn_expr_parse(&arena, text, &tree, &where, &error);
    if (status == TN_OK) {
        expect_places(tree, text.size);
        tn_expr_names(tree, count_name, &names);
        FUZZ_CHECK(names <= 2 * TN_EXPR_NODES_MAX);
        status = tn_expr_check(&arena, tree, scope, &where, &error);
    }
    if (status != TN_OK) {
        expect_reason(status, text, where, &error);
    } else if (runs) {
        compile_and_run(world, tree);
    }
    tn_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static tn_world world;
    static tn_rng rng;
    if (world.zone == NULL) {
        tn_rng_init(&rng, 20);
        tn_world_init(&world, &rng);
        world.rows = 70;
    }
    const tn_str text = {.data = (const char *)data, .size = size};
    tn_scope preset = world.scope;
    preset.unknown_actions_are_zero = true;
    tn_scope event = world.scope;
    event.find_action = NULL;
    try_scope(&world, &world.scope, text, true);
    try_scope(&world, &preset, text, true);
    try_scope(&world, &event, text, false);
    return 0;
}
