/* yaml.c: libyaml's events made into a tree.
 *
 * The tree is built with a stack of TN_MODEL_DEPTH_MAX frames, so that no input can exhaust the
 * machine's stack; the number of nodes is bounded as well, so a file of commas cannot exhaust
 * memory. Keys already seen are kept in one hash table for all mappings. */
#include "base/yaml.h"

#include "base/bits.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/yaml_source.h"

#include <tenure/limits.h>
#include <yaml.h>

enum { NODES_MAX = 1 << 18, SEEN_FIRST = 256 };

typedef struct yaml_frame {
    tn_yaml_node *node;
    tn_yaml_node *last; /* child */
    bool has_key;
    tn_str key;
    tn_yaml_mark key_start;
} yaml_frame;

/* A key of a mapping. */
typedef struct seen_key {
    const tn_yaml_node *mapping; /* NULL marks a free slot */
    tn_str key;
    size_t line;
} seen_key;

typedef struct yaml_builder {
    tn_arena *arena;
    tn_yaml_document *document;
    tn_error *error;
    tn_yaml_cursor cursor;
    yaml_frame frames[TN_MODEL_DEPTH_MAX];
    size_t depth;
    size_t node_count;
    seen_key *seen;
    size_t seen_capacity; /* a power of two */
    size_t seen_count;
} yaml_builder;

static tn_status blame(const yaml_builder *builder, tn_yaml_mark mark, tn_status status) {
    tn_yaml_blame(builder->document, mark, builder->error);
    return status;
}

static tn_yaml_mark mark_of(yaml_builder *builder, const yaml_mark_t *mark) {
    tn_yaml_cursor_seek(&builder->cursor, mark->index);
    return builder->cursor.mark;
}

static size_t seen_slot(const yaml_builder *builder, const tn_yaml_node *mapping, tn_str key) {
    const size_t mask = builder->seen_capacity - 1;
    uint64_t hash = tn_hash_plain(key.data, key.size);
    hash ^= (uint64_t)(uintptr_t)mapping * 0x9E3779B97F4A7C15ull;
    size_t slot = (hash ^ hash >> 32) & mask;
    while (builder->seen[slot].mapping != NULL) {
        const seen_key *seen = &builder->seen[slot];
        if (seen->mapping == mapping && tn_str_equal(seen->key, key)) break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static tn_status seen_grow(yaml_builder *builder) {
    seen_key *old = builder->seen;
    const size_t old_capacity = builder->seen_capacity;
    const size_t capacity = old_capacity == 0 ? SEEN_FIRST : 2 * old_capacity;
    seen_key *grown = tn_alloc_array(builder->arena->heap, capacity, sizeof *grown);
    if (grown == NULL) return tn_fail_memory(builder->error);
    builder->seen = grown;
    builder->seen_capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].mapping == NULL) continue;
        grown[seen_slot(builder, old[i].mapping, old[i].key)] = old[i];
    }
    tn_free(builder->arena->heap, old, old_capacity * sizeof *old);
    return TN_OK;
}

/* Refuses a key that its mapping has already. */
static tn_status key_check_new(yaml_builder *builder, const yaml_frame *frame) {
    if (2 * (builder->seen_count + 1) > builder->seen_capacity) TN_TRY(seen_grow(builder));
    seen_key *slot = &builder->seen[seen_slot(builder, frame->node, frame->key)];
    if (slot->mapping != NULL) {
        tn_fail(builder->error, TN_BAD_MODEL, "the key '%.*s' is repeated (first on line %zu)",
                (int)(frame->key.size < 100 ? frame->key.size : 100), frame->key.data, slot->line);
        return blame(builder, frame->key_start, TN_BAD_MODEL);
    }
    *slot = (seen_key){frame->node, frame->key, frame->key_start.line};
    builder->seen_count++;
    return TN_OK;
}

static tn_status copy_text(yaml_builder *builder, const yaml_event_t *event, tn_str *out) {
    const size_t size = event->data.scalar.length;
    const char *copy = tn_arena_copy(builder->arena, (const char *)event->data.scalar.value, size);
    if (copy == NULL) return tn_fail_memory(builder->error);
    *out = (tn_str){copy, size};
    return TN_OK;
}

static tn_status take_key(yaml_builder *builder, yaml_frame *frame, const yaml_event_t *event) {
    const tn_yaml_mark mark = mark_of(builder, &event->start_mark);
    if (event->type != YAML_SCALAR_EVENT) {
        tn_fail(builder->error, TN_BAD_MODEL, "a key must be a plain or quoted text");
        return blame(builder, mark, TN_BAD_MODEL);
    }
    if (event->data.scalar.length == 0) {
        tn_fail(builder->error, TN_BAD_MODEL, "a key is missing here");
        return blame(builder, mark, TN_BAD_MODEL);
    }
    TN_TRY(copy_text(builder, event, &frame->key));
    if (tn_str_is(frame->key, "<<") && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        tn_fail(builder->error, TN_BAD_MODEL, "merge keys (<<) are not supported");
        return blame(builder, mark, TN_BAD_MODEL);
    }
    frame->key_start = mark;
    frame->has_key = true;
    return key_check_new(builder, frame);
}

/* A new node, linked to its parent. */
static tn_status node_create(yaml_builder *builder, tn_yaml_kind kind, tn_yaml_mark start,
                             tn_yaml_node **out) {
    if (++builder->node_count > NODES_MAX) {
        tn_fail(builder->error, TN_TOO_LARGE, "more than %d values", NODES_MAX);
        return blame(builder, start, TN_TOO_LARGE);
    }
    tn_yaml_node *node = tn_arena_alloc(builder->arena, sizeof *node);
    if (node == NULL) return tn_fail_memory(builder->error);
    node->kind = kind;
    node->start = start;
    node->key = node->text = (tn_str){"", 0};
    if (builder->depth == 0) {
        builder->document->root = node;
    } else {
        yaml_frame *frame = &builder->frames[builder->depth - 1];
        if (frame->has_key) {
            node->key = frame->key;
            node->key_start = frame->key_start;
            frame->has_key = false;
        }
        if (frame->last == NULL)
            frame->node->first = node;
        else
            frame->last->next = node;
        frame->last = node;
        frame->node->count++;
    }
    *out = node;
    return TN_OK;
}

static tn_yaml_style style_of(yaml_scalar_style_t style) {
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return TN_YAML_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return TN_YAML_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return TN_YAML_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return TN_YAML_FOLDED;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE:
        break;
    }
    return TN_YAML_PLAIN;
}

static tn_status take_scalar(yaml_builder *builder, const yaml_event_t *event) {
    const tn_yaml_mark start = mark_of(builder, &event->start_mark);
    const tn_yaml_style style = style_of(event->data.scalar.style);
    tn_yaml_node *node = NULL;
    TN_TRY(node_create(builder, TN_YAML_SCALAR, start, &node));
    TN_TRY(copy_text(builder, event, &node->text));
    if (memchr(node->text.data, '\0', node->text.size) != NULL) {
        tn_fail(builder->error, TN_BAD_MODEL, "a text must not contain NUL (\\0)");
        return blame(builder, start, TN_BAD_MODEL);
    }
    node->is_plain = style == TN_YAML_PLAIN;
    node->is_empty = node->is_plain && node->text.size == 0;
    uint32_t *offsets = tn_arena_array(builder->arena, node->text.size + 1, sizeof *offsets);
    if (offsets == NULL) return tn_fail_memory(builder->error);
    tn_yaml_cursor end = builder->cursor;
    tn_yaml_cursor_seek(&end, event->end_mark.index);
    if (node->is_empty)
        offsets[0] = (uint32_t)start.offset;
    else
        tn_yaml_offsets_fill(builder->document->source, start.offset, end.mark.offset, style,
                             node->text, offsets);
    node->source_offsets = offsets;
    return TN_OK;
}

static tn_status take_collection(yaml_builder *builder, const yaml_event_t *event) {
    const tn_yaml_mark start = mark_of(builder, &event->start_mark);
    if (builder->depth == TN_MODEL_DEPTH_MAX) {
        tn_fail(builder->error, TN_BAD_MODEL, "nested deeper than %d levels", TN_MODEL_DEPTH_MAX);
        return blame(builder, start, TN_BAD_MODEL);
    }
    const tn_yaml_kind kind =
        event->type == YAML_MAPPING_START_EVENT ? TN_YAML_MAPPING : TN_YAML_SEQUENCE;
    tn_yaml_node *node = NULL;
    TN_TRY(node_create(builder, kind, start, &node));
    builder->frames[builder->depth++] = (yaml_frame){.node = node};
    return TN_OK;
}

/* The anchor and the tag of a node event; NULL for none. */
static const char *refused_property(const yaml_event_t *event) {
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    } else if (event->type == YAML_ALIAS_EVENT) {
        return "aliases (*name) are not supported";
    }
    if (anchor != NULL) return "anchors (&name) are not supported";
    return tag != NULL ? "tags (!name) are not supported" : NULL;
}

static tn_status take_node(yaml_builder *builder, const yaml_event_t *event) {
    const char *refused = refused_property(event);
    if (refused != NULL) {
        tn_fail(builder->error, TN_BAD_MODEL, "%s", refused);
        return blame(builder, mark_of(builder, &event->start_mark), TN_BAD_MODEL);
    }
    if (builder->depth > 0) {
        yaml_frame *frame = &builder->frames[builder->depth - 1];
        if (frame->node->kind == TN_YAML_MAPPING && !frame->has_key)
            return take_key(builder, frame, event);
    }
    return event->type == YAML_SCALAR_EVENT ? take_scalar(builder, event)
                                            : take_collection(builder, event);
}

static tn_status take_event(yaml_builder *builder, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->document->root != NULL) {
            tn_fail(builder->error, TN_BAD_MODEL, "a second document starts here");
            return blame(builder, mark_of(builder, &event->start_mark), TN_BAD_MODEL);
        }
        return TN_OK;
    case YAML_ALIAS_EVENT:
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return take_node(builder, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        return TN_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return TN_OK;
}

/* What libyaml has to say, with advice where its words are known to puzzle. */
static tn_status syntax_error(yaml_builder *builder, const yaml_parser_t *parser) {
    if (parser->error == YAML_MEMORY_ERROR) return tn_fail_memory(builder->error);
    const char *problem = parser->problem == NULL ? "not valid YAML" : parser->problem;
    tn_yaml_mark mark;
    if (parser->error == YAML_READER_ERROR) {
        tn_yaml_cursor_init(&builder->cursor, builder->document->source);
        tn_yaml_cursor_advance(&builder->cursor, parser->problem_offset);
        mark = builder->cursor.mark;
    } else {
        mark = mark_of(builder, &parser->problem_mark);
    }
    const tn_str source = builder->document->source;
    if (mark.offset < source.size && source.data[mark.offset] == '\t')
        tn_fail(builder->error, TN_BAD_MODEL, "a tab cannot indent YAML: use spaces");
    else if (parser->context != NULL)
        tn_fail(builder->error, TN_BAD_MODEL, "%s (%s from line %zu)", problem, parser->context,
                parser->context_mark.line + 1);
    else
        tn_fail(builder->error, TN_BAD_MODEL, "%s", problem);
    if (strstr(problem, "mapping values are not allowed") != NULL)
        tn_error_detail(builder->error, "a text with ': ' in it must be quoted");
    return blame(builder, mark, TN_BAD_MODEL);
}

static tn_status take_all(yaml_builder *builder, yaml_parser_t *parser) {
    for (;;) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0) return syntax_error(builder, parser);
        const bool is_end = event.type == YAML_STREAM_END_EVENT;
        const tn_status status = take_event(builder, &event);
        yaml_event_delete(&event);
        if (status != TN_OK || is_end) return status;
    }
}

/* The first character that a model file cannot contain: controls other than tab and line breaks,
 * and the line and paragraph separators, which only some programs take for line breaks. */
static bool find_control(tn_str source, size_t *out) {
    for (size_t i = 0; i < source.size; i++) {
        const unsigned char c = (unsigned char)source.data[i];
        const unsigned char next = i + 1 < source.size ? (unsigned char)source.data[i + 1] : 0;
        const bool is_c0 = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
        const bool is_c1 = c == 0xC2 && next < 0xA0;
        const bool is_separator = c == 0xE2 && next == 0x80 && i + 2 < source.size &&
                                  ((unsigned char)source.data[i + 2] & 0xFEu) == 0xA8u;
        if (!is_c0 && !is_c1 && !is_separator) continue;
        *out = i;
        return true;
    }
    return false;
}

/* The first byte that does not continue valid UTF-8. */
static size_t first_invalid(tn_str source) {
    size_t at = 0;
    while (at < source.size) {
        size_t size = 1;
        while (size < 4 && at + size <= source.size &&
               !tn_utf8_valid((tn_str){source.data + at, size}))
            size++;
        if (at + size > source.size || !tn_utf8_valid((tn_str){source.data + at, size})) break;
        at += size;
    }
    return at;
}

static tn_status check_characters(yaml_builder *builder) {
    const tn_str source = builder->document->source;
    size_t at = 0;
    const char *message = NULL;
    if (!tn_utf8_valid(source)) {
        at = first_invalid(source);
        message = "not valid UTF-8";
    } else if (find_control(source, &at)) {
        message = "a control character is not allowed here";
    }
    if (message == NULL) return TN_OK;
    tn_yaml_cursor_advance(&builder->cursor, at);
    tn_fail(builder->error, TN_BAD_MODEL, "%s (byte 0x%02X)", message,
            (unsigned)(unsigned char)source.data[at]);
    return blame(builder, builder->cursor.mark, TN_BAD_MODEL);
}

/* Copies what the tree points to; a byte order mark is dropped. */
static tn_status document_init(tn_arena *arena, const char *file, tn_str source,
                               tn_yaml_document *out, tn_error *error) {
    if (source.size >= 3 && memcmp(source.data, "\xEF\xBB\xBF", 3) == 0) {
        source.data += 3;
        source.size -= 3;
    }
    const char *file_copy = tn_arena_copy(arena, file, strlen(file));
    const char *source_copy = tn_arena_copy(arena, source.data, source.size);
    if (file_copy == NULL || source_copy == NULL) return tn_fail_memory(error);
    *out = (tn_yaml_document){.file = file_copy, .source = {source_copy, source.size}};
    return TN_OK;
}

static tn_status document_build(yaml_builder *builder) {
    TN_TRY(check_characters(builder));
    tn_yaml_cursor_init(&builder->cursor, builder->document->source);
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) return tn_fail_memory(builder->error);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)builder->document->source.data,
                                 builder->document->source.size);
    const tn_status status = take_all(builder, &parser);
    yaml_parser_delete(&parser);
    if (status != TN_OK) return status;
    if (builder->document->root == NULL) {
        tn_fail(builder->error, TN_BAD_MODEL, "the file is empty");
        tn_error_locate(builder->error, builder->document->file, 1, 1);
        return TN_BAD_MODEL;
    }
    return TN_OK;
}

tn_status tn_yaml_parse(tn_arena *arena, const char *file, tn_str source, tn_yaml_document *out,
                        tn_error *error) {
    if (source.size > TN_MODEL_SIZE_MAX) {
        tn_fail(error, TN_TOO_LARGE, "larger than %u bytes", TN_MODEL_SIZE_MAX);
        tn_error_locate(error, file, 0, 0);
        return TN_TOO_LARGE;
    }
    tn_yaml_document document = {0};
    TN_TRY(document_init(arena, file, source, &document, error));
    yaml_builder builder = {.arena = arena, .document = &document, .error = error};
    tn_yaml_cursor_init(&builder.cursor, document.source);
    const tn_status status = document_build(&builder);
    tn_free(arena->heap, builder.seen, builder.seen_capacity * sizeof *builder.seen);
    if (status == TN_OK) *out = document;
    return status;
}

const tn_yaml_node *tn_yaml_get(const tn_yaml_node *mapping, const char *key) {
    if (mapping == NULL || mapping->kind != TN_YAML_MAPPING) return NULL;
    for (const tn_yaml_node *node = mapping->first; node != NULL; node = node->next) {
        if (tn_str_is(node->key, key)) return node;
    }
    return NULL;
}
