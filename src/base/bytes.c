/* bytes.c: comparisons, UTF-8 and the byte buffer. */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

int tn_str_compare(tn_str a, tn_str b) {
    const size_t common = a.size < b.size ? a.size : b.size;
    const int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0) return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

static bool is_continuation(unsigned char byte) {
    return (byte & 0xC0u) == 0x80u;
}

/* The bytes of the character that starts at `at`, 0 when it is not valid. */
static size_t utf8_step(const unsigned char *at, size_t left) {
    const unsigned char lead = at[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < size) return 0;
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(at[i])) return 0;
    }
    if (lead == 0xE0 && at[1] < 0xA0) return 0; /* overlong */
    if (lead == 0xED && at[1] > 0x9F) return 0; /* surrogates */
    if (lead == 0xF0 && at[1] < 0x90) return 0; /* overlong */
    if (lead == 0xF4 && at[1] > 0x8F) return 0; /* beyond U+10FFFF */
    return size;
}

bool tn_utf8_valid(tn_str text) {
    const unsigned char *at = (const unsigned char *)text.data;
    size_t i = 0;
    while (i < text.size) {
        uint64_t word = 0;
        if (text.size - i >= sizeof word) {
            memcpy(&word, at + i, sizeof word);
            if ((word & 0x8080808080808080ull) == 0) {
                i += sizeof word;
                continue;
            }
        }
        const size_t step = utf8_step(at + i, text.size - i);
        if (step == 0) return false;
        i += step;
    }
    return true;
}

size_t tn_utf8_count(tn_str text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += !is_continuation((unsigned char)text.data[i]);
    return count;
}

/* Every `stride`-th character from first to last has its lower case `delta` further on. */
typedef struct lower_range {
    uint32_t first;
    uint32_t last;
    int32_t stride;
    int32_t delta;
} lower_range;

/* Simple lower-case mappings of Unicode 14 for the scripts named in the header, ascending. */
/* clang-format off */
static const lower_range lower_ranges[] = {
    {0x00C0, 0x00D6, 1, 32}, {0x00D8, 0x00DE, 1, 32}, {0x0100, 0x012E, 2, 1},
    {0x0130, 0x0130, 1, -199}, {0x0132, 0x0136, 2, 1}, {0x0139, 0x0147, 2, 1},
    {0x014A, 0x0176, 2, 1}, {0x0178, 0x0178, 1, -121}, {0x0179, 0x017D, 2, 1},
    {0x0181, 0x0181, 1, 210}, {0x0182, 0x0184, 2, 1}, {0x0186, 0x0186, 1, 206},
    {0x0187, 0x0187, 1, 1}, {0x0189, 0x018A, 1, 205}, {0x018B, 0x018B, 1, 1},
    {0x018E, 0x018E, 1, 79}, {0x018F, 0x018F, 1, 202}, {0x0190, 0x0190, 1, 203},
    {0x0191, 0x0191, 1, 1}, {0x0193, 0x0193, 1, 205}, {0x0194, 0x0194, 1, 207},
    {0x0196, 0x0196, 1, 211}, {0x0197, 0x0197, 1, 209}, {0x0198, 0x0198, 1, 1},
    {0x019C, 0x019C, 1, 211}, {0x019D, 0x019D, 1, 213}, {0x019F, 0x019F, 1, 214},
    {0x01A0, 0x01A4, 2, 1}, {0x01A6, 0x01A6, 1, 218}, {0x01A7, 0x01A7, 1, 1},
    {0x01A9, 0x01A9, 1, 218}, {0x01AC, 0x01AC, 1, 1}, {0x01AE, 0x01AE, 1, 218},
    {0x01AF, 0x01AF, 1, 1}, {0x01B1, 0x01B2, 1, 217}, {0x01B3, 0x01B5, 2, 1},
    {0x01B7, 0x01B7, 1, 219}, {0x01B8, 0x01B8, 1, 1}, {0x01BC, 0x01BC, 1, 1},
    {0x01C4, 0x01C4, 1, 2}, {0x01C5, 0x01C5, 1, 1}, {0x01C7, 0x01C7, 1, 2},
    {0x01C8, 0x01C8, 1, 1}, {0x01CA, 0x01CA, 1, 2}, {0x01CB, 0x01DB, 2, 1},
    {0x01DE, 0x01EE, 2, 1}, {0x01F1, 0x01F1, 1, 2}, {0x01F2, 0x01F4, 2, 1},
    {0x01F6, 0x01F6, 1, -97}, {0x01F7, 0x01F7, 1, -56}, {0x01F8, 0x021E, 2, 1},
    {0x0220, 0x0220, 1, -130}, {0x0222, 0x0232, 2, 1}, {0x023A, 0x023A, 1, 10795},
    {0x023B, 0x023B, 1, 1}, {0x023D, 0x023D, 1, -163}, {0x023E, 0x023E, 1, 10792},
    {0x0241, 0x0241, 1, 1}, {0x0243, 0x0243, 1, -195}, {0x0244, 0x0244, 1, 69},
    {0x0245, 0x0245, 1, 71}, {0x0246, 0x024E, 2, 1}, {0x0370, 0x0372, 2, 1},
    {0x0376, 0x0376, 1, 1}, {0x037F, 0x037F, 1, 116}, {0x0386, 0x0386, 1, 38},
    {0x0388, 0x038A, 1, 37}, {0x038C, 0x038C, 1, 64}, {0x038E, 0x038F, 1, 63},
    {0x0391, 0x03A1, 1, 32}, {0x03A3, 0x03AB, 1, 32}, {0x03CF, 0x03CF, 1, 8},
    {0x03D8, 0x03E0, 2, 1}, {0x03F4, 0x03F4, 1, -60}, {0x03F7, 0x03F7, 1, 1},
    {0x03F9, 0x03F9, 1, -7}, {0x03FA, 0x03FA, 1, 1}, {0x03FD, 0x03FF, 1, -130},
    {0x0400, 0x040F, 1, 80}, {0x0410, 0x042F, 1, 32}, {0x0460, 0x0480, 2, 1},
    {0x048A, 0x04BE, 2, 1}, {0x04C0, 0x04C0, 1, 15}, {0x04C1, 0x04CD, 2, 1},
    {0x04D0, 0x052E, 2, 1}, {0x0531, 0x0556, 1, 48}, {0x10A0, 0x10C5, 1, 7264},
    {0x10C7, 0x10C7, 1, 7264}, {0x10CD, 0x10CD, 1, 7264}, {0x1C90, 0x1CBA, 1, -3008},
    {0x1CBD, 0x1CBF, 1, -3008}, {0x1E00, 0x1E94, 2, 1}, {0x1E9E, 0x1E9E, 1, -7615},
    {0x1EA0, 0x1EFE, 2, 1}, {0x1F08, 0x1F0F, 1, -8}, {0x1F18, 0x1F1D, 1, -8},
    {0x1F28, 0x1F2F, 1, -8}, {0x1F38, 0x1F3F, 1, -8}, {0x1F48, 0x1F4D, 1, -8},
    {0x1F59, 0x1F5F, 2, -8}, {0x1F68, 0x1F6F, 1, -8}, {0x1F88, 0x1F8F, 1, -8},
    {0x1F98, 0x1F9F, 1, -8}, {0x1FA8, 0x1FAF, 1, -8}, {0x1FB8, 0x1FB9, 1, -8},
    {0x1FBA, 0x1FBB, 1, -74}, {0x1FBC, 0x1FBC, 1, -9}, {0x1FC8, 0x1FCB, 1, -86},
    {0x1FCC, 0x1FCC, 1, -9}, {0x1FD8, 0x1FD9, 1, -8}, {0x1FDA, 0x1FDB, 1, -100},
    {0x1FE8, 0x1FE9, 1, -8}, {0x1FEA, 0x1FEB, 1, -112}, {0x1FEC, 0x1FEC, 1, -7},
    {0x1FF8, 0x1FF9, 1, -128}, {0x1FFA, 0x1FFB, 1, -126}, {0x1FFC, 0x1FFC, 1, -9},
    {0x2126, 0x2126, 1, -7517}, {0x212A, 0x212A, 1, -8383}, {0x212B, 0x212B, 1, -8262},
    {0x2C60, 0x2C60, 1, 1}, {0x2C62, 0x2C62, 1, -10743}, {0x2C63, 0x2C63, 1, -3814},
    {0x2C64, 0x2C64, 1, -10727}, {0x2C67, 0x2C6B, 2, 1}, {0x2C6D, 0x2C6D, 1, -10780},
    {0x2C6E, 0x2C6E, 1, -10749}, {0x2C6F, 0x2C6F, 1, -10783}, {0x2C70, 0x2C70, 1, -10782},
    {0x2C72, 0x2C72, 1, 1}, {0x2C75, 0x2C75, 1, 1}, {0x2C7E, 0x2C7F, 1, -10815},
    {0xA640, 0xA66C, 2, 1}, {0xA680, 0xA69A, 2, 1}, {0xA722, 0xA72E, 2, 1},
    {0xA732, 0xA76E, 2, 1}, {0xA779, 0xA77B, 2, 1}, {0xA77D, 0xA77D, 1, -35332},
    {0xA77E, 0xA786, 2, 1}, {0xA78B, 0xA78B, 1, 1}, {0xA78D, 0xA78D, 1, -42280},
    {0xA790, 0xA792, 2, 1}, {0xA796, 0xA7A8, 2, 1}, {0xA7AA, 0xA7AA, 1, -42308},
    {0xA7AB, 0xA7AB, 1, -42319}, {0xA7AC, 0xA7AC, 1, -42315}, {0xA7AD, 0xA7AD, 1, -42305},
    {0xA7AE, 0xA7AE, 1, -42308}, {0xA7B0, 0xA7B0, 1, -42258}, {0xA7B1, 0xA7B1, 1, -42282},
    {0xA7B2, 0xA7B2, 1, -42261}, {0xA7B3, 0xA7B3, 1, 928}, {0xA7B4, 0xA7C2, 2, 1},
    {0xA7C4, 0xA7C4, 1, -48}, {0xA7C5, 0xA7C5, 1, -42307}, {0xA7C6, 0xA7C6, 1, -35384},
    {0xA7C7, 0xA7C9, 2, 1}, {0xA7D0, 0xA7D0, 1, 1}, {0xA7D6, 0xA7D8, 2, 1},
    {0xA7F5, 0xA7F5, 1, 1}, {0xFF21, 0xFF3A, 1, 32},
};
/* clang-format on */

static uint32_t lower_of(uint32_t c) {
    size_t low = 0;
    size_t high = sizeof lower_ranges / sizeof lower_ranges[0];
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (c > lower_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sizeof lower_ranges / sizeof lower_ranges[0]) return c;
    const lower_range *range = &lower_ranges[low];
    if (c < range->first || (c - range->first) % (uint32_t)range->stride != 0) return c;
    return (uint32_t)((int32_t)c + range->delta);
}

static uint32_t utf8_decode(const unsigned char *at, size_t size) {
    switch (size) {
    case 2:
        return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    case 3:
        return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    case 4:
        return (at[0] & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 |
               (at[3] & 0x3Fu);
    default:
        return at[0];
    }
}

/* Characters below U+10000, which is all that the table maps to. */
static size_t utf8_encode(uint32_t c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0u | c >> 6);
        out[1] = (char)(0x80u | (c & 0x3Fu));
        return 2;
    }
    out[0] = (char)(0xE0u | c >> 12);
    out[1] = (char)(0x80u | (c >> 6 & 0x3Fu));
    out[2] = (char)(0x80u | (c & 0x3Fu));
    return 3;
}

size_t tn_utf8_lower(tn_str text, char *out, size_t out_size) {
    const unsigned char *at = (const unsigned char *)text.data;
    size_t length = 0;
    for (size_t i = 0; i < text.size;) {
        size_t step = utf8_step(at + i, text.size - i);
        if (step == 0) step = 1;
        char lower[4];
        size_t size = step;
        memcpy(lower, at + i, step);
        if (step == 1 && at[i] >= 'A' && at[i] <= 'Z') {
            lower[0] = (char)(at[i] + 32);
        } else if (step > 1) {
            const uint32_t c = utf8_decode(at + i, step);
            const uint32_t mapped = lower_of(c);
            if (mapped != c) size = utf8_encode(mapped, lower);
        }
        for (size_t j = 0; j < size; j++, length++) {
            if (length < out_size) out[length] = lower[j];
        }
        i += step;
    }
    return length;
}

void tn_buffer_init(tn_buffer *buffer, tn_heap *heap) {
    *buffer = (tn_buffer){.heap = heap};
}

void tn_buffer_deinit(tn_buffer *buffer) {
    tn_free(buffer->heap, buffer->data, buffer->capacity);
    tn_buffer_init(buffer, buffer->heap);
}

void tn_buffer_clear(tn_buffer *buffer) {
    buffer->size = 0;
    buffer->failed = false;
}

char *tn_buffer_reserve(tn_buffer *buffer, size_t more) {
    if (buffer->failed) return NULL;
    void *data = buffer->data;
    size_t want = 0;
    if (__builtin_add_overflow(buffer->size, more, &want) ||
        !tn_array_reserve(buffer->heap, &data, &buffer->capacity, want > 0 ? want : 1, 1)) {
        buffer->failed = true;
        return NULL;
    }
    buffer->data = data;
    return buffer->data + buffer->size;
}

void tn_buffer_append(tn_buffer *buffer, const void *data, size_t size) {
    if (size == 0) return;
    char *room = tn_buffer_reserve(buffer, size);
    if (room == NULL) return;
    memcpy(room, data, size);
    buffer->size += size;
}

void tn_buffer_append_str(tn_buffer *buffer, const char *c_string) {
    tn_buffer_append(buffer, c_string, strlen(c_string));
}

void tn_buffer_append_char(tn_buffer *buffer, char c) {
    tn_buffer_append(buffer, &c, 1);
}

void tn_buffer_printf(tn_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    char small[256];
    const int length = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof small) {
        tn_buffer_append(buffer, small, (size_t)length);
    } else if (length > 0) {
        char *room = tn_buffer_reserve(buffer, (size_t)length + 1);
        if (room != NULL) {
            vsnprintf(room, (size_t)length + 1, format, again);
            buffer->size += (size_t)length;
        }
    }
    va_end(again);
}
