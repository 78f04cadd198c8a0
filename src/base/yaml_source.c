/* yaml_source.c: cursors, the way from a scalar's text back to its source, and the caret.
 *
 * libyaml gives the value of a scalar and where it starts and ends, not where each byte came from.
 * So the source is decoded a second time by the rules of YAML 1.1 (folding of lines, escapes,
 * indentation), and every byte that this yields is matched with the next byte of the value. A match
 * records the offset; a mismatch is a difference between the two decoders and ends the recording.
 */
#include "base/yaml_source.h"

#include "base/bytes.h"
#include "base/error.h"

enum { SHOWN_CHARACTERS_MAX = 100, SHOWN_BEFORE_CARET = 60 };

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_break(char c) {
    return c == '\n' || c == '\r';
}

/* Bytes of the character at `at`; a stray byte counts as one character. */
static size_t character_size(tn_str source, size_t at) {
    size_t size = 1;
    if (((unsigned char)source.data[at] & 0xC0u) != 0xC0u) return size;
    while (size < 4 && at + size < source.size &&
           ((unsigned char)source.data[at + size] & 0xC0u) == 0x80u)
        size++;
    return size;
}

void tn_yaml_cursor_init(tn_yaml_cursor *cursor, tn_str source) {
    *cursor = (tn_yaml_cursor){.source = source, .mark = {.offset = 0, .line = 1, .column = 1}};
}

/* One character on. CRLF is two characters and one break, which belongs to the line feed. */
static void cursor_step(tn_yaml_cursor *cursor) {
    const tn_str source = cursor->source;
    const size_t at = cursor->mark.offset;
    const char c = source.data[at];
    const bool ends_line =
        c == '\n' || (c == '\r' && !(at + 1 < source.size && source.data[at + 1] == '\n'));
    cursor->mark.offset += character_size(source, at);
    cursor->mark.column = ends_line ? 1 : cursor->mark.column + 1;
    cursor->mark.line += ends_line;
    cursor->index++;
}

void tn_yaml_cursor_seek(tn_yaml_cursor *cursor, size_t index) {
    if (index < cursor->index) tn_yaml_cursor_init(cursor, cursor->source);
    while (cursor->index < index && cursor->mark.offset < cursor->source.size)
        cursor_step(cursor);
}

void tn_yaml_cursor_advance(tn_yaml_cursor *cursor, size_t offset) {
    while (cursor->mark.offset < offset && cursor->mark.offset < cursor->source.size)
        cursor_step(cursor);
}

/* The second decoder: where it reads, and what it has matched. */
typedef struct scalar_walk {
    const char *source;
    size_t at;
    size_t end;
    tn_str text;
    size_t matched;
    uint32_t *offsets;
    bool is_off; /* the decoders disagreed */
} scalar_walk;

static void walk_emit(scalar_walk *walk, char byte, size_t offset) {
    if (walk->is_off || walk->matched == walk->text.size) return;
    if (walk->text.data[walk->matched] != byte) {
        walk->is_off = true;
        return;
    }
    walk->offsets[walk->matched++] = (uint32_t)offset;
}

static bool walk_more(const scalar_walk *walk) {
    return walk->at < walk->end && !walk->is_off && walk->matched < walk->text.size;
}

/* Passes a line break and returns its offset. */
static size_t walk_break(scalar_walk *walk) {
    const size_t offset = walk->at++;
    if (walk->source[offset] == '\r' && walk->at < walk->end && walk->source[walk->at] == '\n')
        walk->at++;
    return offset;
}

static void walk_blanks(scalar_walk *walk) {
    while (walk->at < walk->end && is_blank(walk->source[walk->at]))
        walk->at++;
}

/* The lines after a break inside a flow scalar: one break is a space (nothing when it was escaped),
 * each further one a line feed; blanks around them vanish. */
static void walk_fold(scalar_walk *walk, bool is_escaped) {
    const size_t first = walk_break(walk);
    walk_blanks(walk);
    bool has_more = false;
    while (walk->at < walk->end && is_break(walk->source[walk->at])) {
        has_more = true;
        walk_emit(walk, '\n', walk_break(walk));
        walk_blanks(walk);
    }
    if (!has_more && !is_escaped) walk_emit(walk, ' ', first);
}

/* Blanks inside a flow scalar: kept inside a line, dropped before a break. */
static void walk_space(scalar_walk *walk) {
    const size_t start = walk->at;
    walk_blanks(walk);
    if (walk->at < walk->end && is_break(walk->source[walk->at])) {
        walk_fold(walk, false);
        return;
    }
    for (size_t i = start; i < walk->at; i++)
        walk_emit(walk, walk->source[i], i);
}

static void walk_copy(scalar_walk *walk) {
    walk_emit(walk, walk->source[walk->at], walk->at);
    walk->at++;
}

/* Bytes of the UTF-8 character that `text` has next; what an escape stands for is one character. */
static void walk_emit_character(scalar_walk *walk, size_t offset) {
    if (walk->matched == walk->text.size) return;
    const size_t size = character_size(walk->text, walk->matched);
    for (size_t i = 0; i < size; i++)
        walk_emit(walk, walk->text.data[walk->matched], offset);
}

static void walk_escape(scalar_walk *walk) {
    const size_t start = walk->at++;
    if (walk->at >= walk->end) return;
    const char kind = walk->source[walk->at];
    if (is_break(kind)) {
        walk_fold(walk, true);
        return;
    }
    const size_t hex_digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    walk->at += 1 + hex_digits;
    walk_emit_character(walk, start);
}

static void walk_flow(scalar_walk *walk, tn_yaml_style style) {
    while (walk_more(walk)) {
        const char c = walk->source[walk->at];
        if (is_blank(c) || is_break(c)) {
            walk_space(walk);
        } else if (c == '\\' && style == TN_YAML_DOUBLE_QUOTED) {
            walk_escape(walk);
        } else if (c == '\'' && style == TN_YAML_SINGLE_QUOTED) {
            walk_copy(walk);
            walk->at++; /* its double */
        } else {
            walk_copy(walk);
        }
    }
}

/* Passes the header line of a block scalar. */
static void walk_header(scalar_walk *walk) {
    while (walk->at < walk->end && !is_break(walk->source[walk->at]))
        walk->at++;
    if (walk->at < walk->end) walk_break(walk);
}

/* The indentation of a block scalar: the spaces before its first line with content, less those that
 * the value still has there. Leading empty lines are line feeds in the value. */
static size_t block_indent(const scalar_walk *walk) {
    scalar_walk scout = *walk;
    size_t kept = 0;
    while (kept < walk->text.size && walk->text.data[kept] == '\n')
        kept++;
    if (kept == walk->text.size) return SIZE_MAX; /* only empty lines, of any number of spaces */
    for (size_t line = 0; line < kept && scout.at < scout.end; line++)
        walk_header(&scout);
    size_t spaces = 0;
    while (scout.at + spaces < scout.end && scout.source[scout.at + spaces] == ' ')
        spaces++;
    size_t kept_spaces = 0;
    while (kept + kept_spaces < walk->text.size && walk->text.data[kept + kept_spaces] == ' ')
        kept_spaces++;
    return spaces > kept_spaces ? spaces - kept_spaces : 0;
}

static size_t walk_indent(scalar_walk *walk, size_t indent) {
    size_t passed = 0;
    while (passed < indent && walk->at < walk->end && walk->source[walk->at] == ' ') {
        walk->at++;
        passed++;
    }
    return passed;
}

/* A block scalar. In a folded one, the break between two lines that start without a blank is a
 * space, or nothing when empty lines follow it. */
static void walk_block(scalar_walk *walk, bool is_folded) {
    walk_header(walk);
    const size_t indent = block_indent(walk);
    bool has_line = false;
    bool was_blank = false;
    size_t break_offset = 0;
    while (walk_more(walk)) {
        scalar_walk ahead = *walk;
        size_t empty_lines = 0;
        walk_indent(&ahead, indent);
        while (ahead.at < ahead.end && is_break(ahead.source[ahead.at])) {
            walk_break(&ahead);
            walk_indent(&ahead, indent);
            empty_lines++;
        }
        const bool is_over = ahead.at >= ahead.end;
        const bool starts_blank = !is_over && is_blank(ahead.source[ahead.at]);
        if (has_line) {
            const bool folds = is_folded && !is_over && !was_blank && !starts_blank;
            if (!folds)
                walk_emit(walk, '\n', break_offset);
            else if (empty_lines == 0)
                walk_emit(walk, ' ', break_offset);
        }
        for (; empty_lines > 0; empty_lines--) {
            walk_indent(walk, indent);
            walk_emit(walk, '\n', walk_break(walk));
        }
        walk_indent(walk, indent);
        while (walk->at < walk->end && !is_break(walk->source[walk->at]))
            walk_copy(walk);
        break_offset = walk->at;
        has_line = true;
        was_blank = starts_blank;
        if (walk->at < walk->end) walk_break(walk);
    }
    if (has_line) walk_emit(walk, '\n', break_offset);
}

bool tn_yaml_offsets_fill(tn_str source, size_t start, size_t end, tn_yaml_style style, tn_str text,
                          uint32_t *offsets) {
    scalar_walk walk = {
        .source = source.data, .at = start, .end = end, .text = text, .offsets = offsets};
    size_t close = end; /* what stands behind the last byte of the text */
    if (style == TN_YAML_SINGLE_QUOTED || style == TN_YAML_DOUBLE_QUOTED) {
        walk.at++;
        if (walk.end > walk.at) walk.end--;
        close = walk.end;
    }
    if (style == TN_YAML_LITERAL || style == TN_YAML_FOLDED)
        walk_block(&walk, style == TN_YAML_FOLDED);
    else
        walk_flow(&walk, style);
    const bool is_explained = walk.matched == text.size;
    const size_t last = walk.matched > 0 ? offsets[walk.matched - 1] : start;
    if (style == TN_YAML_LITERAL || style == TN_YAML_FOLDED) close = last + 1;
    if (!is_explained) close = last;
    for (size_t i = walk.matched; i <= text.size; i++)
        offsets[i] = (uint32_t)close;
    return is_explained;
}

tn_yaml_mark tn_yaml_locate(const tn_yaml_document *document, const tn_yaml_node *scalar,
                            size_t offset) {
    if (scalar->source_offsets == NULL) return scalar->start;
    if (offset > scalar->text.size) offset = scalar->text.size;
    tn_yaml_cursor cursor = {.source = document->source, .mark = scalar->start};
    tn_yaml_cursor_advance(&cursor, scalar->source_offsets[offset]);
    return cursor.mark;
}

/* The line around a mark, cut to a window of characters. */
typedef struct shown_line {
    size_t first; /* byte offsets */
    size_t end;
    bool is_cut_before;
    bool is_cut_behind;
} shown_line;

static shown_line line_around(tn_str source, size_t offset) {
    shown_line line = {.first = offset, .end = offset};
    for (size_t before = 0; line.first > 0 && !is_break(source.data[line.first - 1]);) {
        if (((unsigned char)source.data[--line.first] & 0xC0u) == 0x80u) continue;
        if (++before < SHOWN_CHARACTERS_MAX) continue;
        line.is_cut_before = line.first > 0 && !is_break(source.data[line.first - 1]);
        break;
    }
    size_t before = 0;
    for (size_t at = line.first; at < offset; at += character_size(source, at))
        before++;
    size_t behind = 0;
    while (line.end < source.size && !is_break(source.data[line.end])) {
        if (before + behind >= SHOWN_CHARACTERS_MAX && behind >= SHOWN_CHARACTERS_MAX / 3) break;
        line.end += character_size(source, line.end);
        behind++;
    }
    line.is_cut_behind = line.end < source.size && !is_break(source.data[line.end]);
    const size_t before_max =
        line.is_cut_behind || behind > SHOWN_CHARACTERS_MAX - SHOWN_BEFORE_CARET
            ? SHOWN_BEFORE_CARET
            : SHOWN_CHARACTERS_MAX - behind;
    for (; before > before_max; before--) {
        line.first += character_size(source, line.first);
        line.is_cut_before = true;
    }
    return line;
}

/* One character of the line, with anything that could upset a terminal replaced. */
static size_t show_character(tn_str source, size_t at, char out[5]) {
    const size_t size = character_size(source, at);
    const unsigned char lead = (unsigned char)source.data[at];
    const bool is_control =
        (lead < 0x20 && lead != '\t') || lead == 0x7F ||
        (lead == 0xC2 && size == 2 && (unsigned char)source.data[at + 1] < 0xA0);
    if (is_control || !tn_utf8_valid((tn_str){source.data + at, size})) {
        memcpy(out, "?", 2);
    } else {
        memcpy(out, source.data + at, size);
        out[size] = '\0';
    }
    return size;
}

void tn_yaml_blame(const tn_yaml_document *document, tn_yaml_mark mark, tn_error *error) {
    if (error == NULL) return;
    tn_error_locate(error, document->file, mark.line, mark.column);
    char behind[TN_ERROR_DETAIL_SIZE];
    memcpy(behind, error->detail, sizeof behind);
    behind[sizeof behind - 1] = '\0';
    error->detail[0] = '\0';
    const tn_str source = document->source;
    const size_t offset = mark.offset < source.size ? mark.offset : source.size;
    const shown_line line = line_around(source, offset);
    char character[5];
    tn_error_detail(error, "  %s", line.is_cut_before ? "…" : "");
    for (size_t at = line.first; at < line.end;) {
        at += show_character(source, at, character);
        tn_error_detail(error, "%s", character);
    }
    tn_error_detail(error, "%s\n  %s", line.is_cut_behind ? "…" : "",
                    line.is_cut_before ? " " : "");
    for (size_t at = line.first; at < offset; at += character_size(source, at))
        tn_error_detail(error, "%s", source.data[at] == '\t' ? "\t" : " ");
    tn_error_detail(error, "^%s%s", behind[0] != '\0' ? "\n" : "", behind);
}
