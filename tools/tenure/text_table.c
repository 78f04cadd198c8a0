/* text_table.c: aligned text. */
#include "text_table.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>

/* The next code point of valid UTF-8; a stray byte counts as one. */
static uint32_t next_code_point(tn_str text, size_t *at) {
    const unsigned char first = (unsigned char)text.data[*at];
    const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    uint32_t code = more == 0 ? first : first & (0x3Fu >> more);
    ++*at;
    for (unsigned i = 0; i < more && *at < text.size; i++, ++*at)
        code = code << 6 | ((unsigned char)text.data[*at] & 0x3Fu);
    return code;
}

typedef struct code_range {
    uint32_t first, last;
} code_range;

static bool in_ranges(uint32_t code, const code_range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) return true;
    }
    return false;
}

static size_t code_point_width(uint32_t code) {
    static const code_range marks[] = {
        {0x300, 0x36F}, {0x591, 0x5BD}, {0x610, 0x61A}, {0x64B, 0x65F}, {0x200B, 0x200F}};
    static const code_range wide[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},  {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
                                      {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if (code < 0x300) return 1;
    if (in_ranges(code, marks, sizeof marks / sizeof marks[0])) return 0;
    return in_ranges(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

size_t tn_text_width(tn_str text) {
    size_t width = 0;
    for (size_t at = 0; at < text.size;)
        width += code_point_width(next_code_point(text, &at));
    return width;
}

void tn_text_append_cut(tn_buffer *out, tn_str text, size_t width) {
    if (tn_text_width(text) <= width) {
        tn_buffer_append(out, text.data, text.size);
        return;
    }
    size_t at = 0;
    size_t used = 0;
    for (size_t next = 0;; at = next) {
        used += code_point_width(next_code_point(text, &next));
        if (used + 1 > width) break;
    }
    tn_buffer_append(out, text.data, at);
    tn_buffer_append_str(out, "…");
}

void tn_text_table_init(tn_text_table *table, const char *align) {
    *table = (tn_text_table){.align = align, .columns = strlen(align), .gap = 2};
    TN_ASSERT(table->columns > 0 && table->columns <= TN_TEXT_COLUMNS_MAX);
    tn_buffer_init(&table->cells, NULL);
}

void tn_text_table_deinit(tn_text_table *table) {
    tn_buffer_deinit(&table->cells);
}

void tn_text_table_cell(tn_text_table *table, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tn_buffer_append(&table->cells, text, strlen(text) + 1);
    table->count++;
}

void tn_text_table_name(tn_text_table *table, tn_str text, size_t width) {
    tn_text_append_cut(&table->cells, text, width);
    tn_buffer_append_char(&table->cells, '\0');
    table->count++;
}

void tn_text_table_buffer(tn_text_table *table, const tn_buffer *text, size_t width) {
    if (text->failed) table->cells.failed = true;
    tn_text_table_name(table, (tn_str){text->size == 0 ? "" : text->data, text->size}, width);
}

void tn_text_table_row(tn_text_table *table, const char *const *cells) {
    for (size_t i = 0; i < table->columns; i++)
        tn_text_table_cell(table, "%s", cells[i]);
}

static void append_blanks(tn_buffer *out, size_t count) {
    for (; count > 0; count--)
        tn_buffer_append_char(out, ' ');
}

static void column_widths(const tn_text_table *table, size_t widths[TN_TEXT_COLUMNS_MAX]) {
    const char *cell = table->cells.data;
    memset(widths, 0, TN_TEXT_COLUMNS_MAX * sizeof *widths);
    for (size_t i = 0; i < table->count; i++, cell += strlen(cell) + 1) {
        const size_t width = tn_text_width(tn_str_of(cell));
        if (width > widths[i % table->columns]) widths[i % table->columns] = width;
    }
}

static void trim_blanks(tn_buffer *out) {
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
}

void tn_text_table_render(const tn_text_table *table, unsigned indent, tn_buffer *out) {
    if (table->cells.failed) out->failed = true;
    if (out->failed) return;
    size_t widths[TN_TEXT_COLUMNS_MAX];
    column_widths(table, widths);
    const char *cell = table->cells.data;
    for (size_t i = 0; i < table->count; i++, cell += strlen(cell) + 1) {
        const size_t column = i % table->columns;
        const size_t pad = widths[column] - tn_text_width(tn_str_of(cell));
        append_blanks(out, column == 0 ? indent : table->gap);
        if (table->align[column] == 'r') append_blanks(out, pad);
        tn_buffer_append_str(out, cell);
        if (table->align[column] != 'r') append_blanks(out, pad);
        if (column + 1 < table->columns) continue;
        trim_blanks(out);
        tn_buffer_append_char(out, '\n');
    }
}

/* The line at *at of a block, without its newline; moves *at behind it. */
static tn_str next_line(const tn_buffer *block, size_t *at) {
    if (*at >= block->size) return (tn_str){"", 0};
    const char *start = block->data + *at;
    const char *end = memchr(start, '\n', block->size - *at);
    const size_t size = end == NULL ? block->size - *at : (size_t)(end - start);
    *at += size + 1;
    return (tn_str){start, size};
}

void tn_text_beside(tn_buffer *out, const tn_buffer *left, const tn_buffer *right,
                    size_t left_width) {
    if (left->failed || right->failed) out->failed = true;
    for (size_t a = 0, b = 0; a < left->size || b < right->size;) {
        const tn_str left_line = next_line(left, &a);
        const tn_str right_line = next_line(right, &b);
        const size_t width = tn_text_width(left_line);
        tn_buffer_append(out, left_line.data, left_line.size);
        if (right_line.size > 0) append_blanks(out, width < left_width ? left_width - width : 1);
        tn_buffer_append(out, right_line.data, right_line.size);
        tn_buffer_append_char(out, '\n');
    }
}

void tn_text_wrap(tn_buffer *out, const char *first, tn_str text, size_t width) {
    const size_t margin = tn_text_width(tn_str_of(first));
    size_t used = margin;
    tn_buffer_append_str(out, first);
    while (text.size > 0) {
        const char *blank = memchr(text.data, ' ', text.size);
        const size_t size = blank == NULL ? text.size : (size_t)(blank - text.data);
        const size_t word = tn_text_width((tn_str){text.data, size});
        if (used > margin && used + 1 + word > width) {
            tn_buffer_append_char(out, '\n');
            append_blanks(out, margin);
            used = margin;
        } else if (used > margin) {
            tn_buffer_append_char(out, ' ');
            used++;
        }
        tn_buffer_append(out, text.data, size);
        used += word;
        text.data += blank == NULL ? size : size + 1;
        text.size -= blank == NULL ? size : size + 1;
    }
    tn_buffer_append_char(out, '\n');
}
