/* Open addressing over a table that is at most half full and never grows. */
#include "model/names.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"

tn_status tn_names_init(tn_names *names, tn_arena *arena, size_t capacity) {
    size_t slots = 8;
    while (slots < 2 * capacity)
        slots *= 2;
    TN_ASSERT(slots <= UINT32_MAX / 2);
    tn_names made = {.capacity = (uint32_t)capacity, .mask = (uint32_t)slots - 1};
    made.names = tn_arena_array(arena, capacity, sizeof *made.names);
    made.list = tn_arena_array(arena, capacity, sizeof *made.list);
    made.slots = tn_arena_array(arena, slots, sizeof *made.slots);
    if (made.names == NULL || made.list == NULL || made.slots == NULL) return TN_OUT_OF_MEMORY;
    *names = made;
    return TN_OK;
}

/* The slot that holds `name`, or the empty one where it belongs. */
static uint32_t slot_of(const tn_names *names, tn_str name) {
    uint32_t slot = (uint32_t)tn_hash_plain(name.data, name.size) & names->mask;
    while (names->slots[slot] != 0 && !tn_str_equal(names->names[names->slots[slot] - 1], name))
        slot = (slot + 1) & names->mask;
    return slot;
}

uint32_t tn_names_put(tn_names *names, tn_str name, bool *is_new) {
    const uint32_t slot = slot_of(names, name);
    const bool added = names->slots[slot] == 0;
    if (added) {
        TN_ASSERT(names->count < names->capacity);
        names->names[names->count] = name;
        names->list[names->count] = name.data;
        names->slots[slot] = ++names->count;
    }
    if (is_new != NULL) *is_new = added;
    return names->slots[slot] - 1;
}

uint32_t tn_names_find(const tn_names *names, tn_str name) {
    if (names->slots == NULL) return TN_NONE;
    const uint32_t slot = slot_of(names, name);
    return names->slots[slot] == 0 ? TN_NONE : names->slots[slot] - 1;
}
