/* yaml_source.h: positions in the source text of a YAML document, for yaml.c only.
 *
 * libyaml counts characters; errors speak of lines and columns; the tree keeps bytes. A cursor
 * walks the source once, from node to node, and knows all four. */
#ifndef TN_BASE_YAML_SOURCE_H
#define TN_BASE_YAML_SOURCE_H

#include "base/yaml.h"

typedef struct tn_yaml_cursor {
    tn_str source;
    size_t index; /* characters before the mark */
    tn_yaml_mark mark;
} tn_yaml_cursor;

typedef enum tn_yaml_style {
    TN_YAML_PLAIN,
    TN_YAML_SINGLE_QUOTED,
    TN_YAML_DOUBLE_QUOTED,
    TN_YAML_LITERAL,
    TN_YAML_FOLDED
} tn_yaml_style;

void tn_yaml_cursor_init(tn_yaml_cursor *cursor, tn_str source);
/* Moves to a character, or to the end of the source when it has fewer. Backwards starts again
 * from the top. */
void tn_yaml_cursor_seek(tn_yaml_cursor *cursor, size_t index);
/* The same by bytes; `offset` not before the cursor. */
void tn_yaml_cursor_advance(tn_yaml_cursor *cursor, size_t offset);

/* Fills `offsets` (text.size + 1 entries) with the source offset of every byte of a scalar's text.
 * The scalar is written in source[start, end) in this style. Where the source does not explain the
 * text, the offsets stay at the last place that it did. True when it was explained to the end. */
bool tn_yaml_offsets_fill(tn_str source, size_t start, size_t end, tn_yaml_style style, tn_str text,
                          uint32_t *offsets);

#endif
