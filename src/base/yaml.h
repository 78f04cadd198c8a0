/* yaml.h: a YAML document as a tree with positions, read by libyaml.
 *
 * Every scalar is text; the schema types it. Anchors, aliases, tags and several documents are
 * refused. Repeated keys of a mapping are refused at the second one. The source text is kept, so
 * that an error can show its line and a caret, also inside a folded or quoted scalar. */
#ifndef TN_BASE_YAML_H
#define TN_BASE_YAML_H

#include "base/arena.h"

#include <tenure/status.h>
#include <tenure/types.h>

typedef enum tn_yaml_kind { TN_YAML_SCALAR, TN_YAML_SEQUENCE, TN_YAML_MAPPING } tn_yaml_kind;

typedef struct tn_yaml_mark {
    size_t offset; /* bytes into the source */
    size_t line;   /* from 1 */
    size_t column; /* from 1, in characters */
} tn_yaml_mark;

typedef struct tn_yaml_node tn_yaml_node;
struct tn_yaml_node {
    tn_yaml_kind kind;
    tn_yaml_mark start;
    tn_str key;             /* of an entry of a mapping; empty otherwise */
    tn_yaml_mark key_start; /* of an entry of a mapping */
    tn_str text;            /* of a scalar: its value, NUL-terminated */
    bool is_plain;          /* a scalar without quotes, not a block scalar */
    bool is_empty;          /* `key:` with nothing behind it */
    /* of a scalar: the source offset of each byte of `text` (text.size + 1 entries) */
    const uint32_t *source_offsets;
    tn_yaml_node *first; /* children of a sequence or mapping, in file order */
    tn_yaml_node *next;  /* sibling */
    size_t count;        /* children */
};

typedef struct tn_yaml_document {
    const char *file; /* for messages */
    tn_str source;
    tn_yaml_node *root;
} tn_yaml_document;

/* `source` and `file` are copied into the arena. */
tn_status tn_yaml_parse(tn_arena *arena, const char *file, tn_str source, tn_yaml_document *out,
                        tn_error *error) TN_MUST_CHECK;
/* The child of a mapping with this key, or NULL. */
const tn_yaml_node *tn_yaml_get(const tn_yaml_node *mapping, const char *key);
/* The position in the file of byte `offset` of a scalar's text. Walks the scalar's source: for
 * errors, not for loops. */
tn_yaml_mark tn_yaml_locate(const tn_yaml_document *document, const tn_yaml_node *scalar,
                            size_t offset);
/* Fills file, line and column of `error`, and its detail with the source line and a caret. */
void tn_yaml_blame(const tn_yaml_document *document, tn_yaml_mark mark, tn_error *error);

#endif
