/* zone.c: IANA time zones from the system's zone files (TZif, RFC 8536).
 *
 * A zone is one block: the name, the transitions and the offsets between them. What the file lists
 * is followed by what its footer (a POSIX TZ rule) implies up to the year 2201, so that a look-up
 * is one binary search and knows no rules. Transitions before 1900 are folded into the first
 * offset, and transitions that do not change the offset are left out. */
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/error.h"
#include "base/file.h"

#include <ctype.h>
#include <stdio.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"

enum {
    ZONE_NAME_SIZE_MAX = 64,
    ZONE_FILE_SIZE_MAX = 1 << 20,
    TRANSITIONS_MAX = 4096,
    HEADER_SIZE = 44,
    RULE_YEAR_LAST = 2201,
    OFFSET_S_MAX = 26 * 3600
};

static const int64_t first_kept_s = -2208988800LL; /* 1900-01-01 */
static const int64_t rule_end_s = 7321190400LL;    /* 2202-01-01 */
static const int64_t far_ms = 1LL << 57;           /* instants beyond are treated as this one */

struct tn_zone {
    size_t size_bytes; /* of the block */
    size_t count;
    const int64_t *transition_ms;
    const int64_t *offset_ms;
    bool is_utc;
    char name[ZONE_NAME_SIZE_MAX + 1];
};

/* Transitions as they are gathered; seconds. */
typedef struct zone_draft {
    int64_t first_offset_s;
    int64_t listed_until_s; /* the file's last transition: its rule holds from there */
    size_t count;
    int64_t transition_s[TRANSITIONS_MAX];
    int64_t offset_s[TRANSITIONS_MAX];
} zone_draft;

static int64_t draft_offset_s(const zone_draft *draft) {
    return draft->count == 0 ? draft->first_offset_s : draft->offset_s[draft->count - 1];
}

/* Adds a transition; false when it is out of order or there are too many. */
static bool draft_add(zone_draft *draft, int64_t at_s, int64_t offset_s) {
    if (draft->count == 0 && at_s < first_kept_s) {
        draft->first_offset_s = offset_s;
        return true;
    }
    if (draft->count > 0) {
        const int64_t last_s = draft->transition_s[draft->count - 1];
        if (at_s < last_s) return false;
        if (at_s == last_s) draft->count--;
    }
    if (offset_s == draft_offset_s(draft)) return true;
    if (draft->count == TRANSITIONS_MAX) return false;
    draft->transition_s[draft->count] = at_s;
    draft->offset_s[draft->count] = offset_s;
    draft->count++;
    return true;
}

/* The rule of a footer. */
typedef enum day_kind { DAY_JULIAN, DAY_ZERO_BASED, DAY_OF_MONTH } day_kind;

typedef struct rule_day {
    day_kind kind;
    int32_t day; /* J1 to J365 (never 29 Feb), 0 to 365, or the weekday, 0 is Sunday */
    int32_t week;
    int32_t month;
    int64_t time_s; /* local time of that day; may be negative or past midnight */
} rule_day;

typedef struct zone_rule {
    int64_t standard_s; /* offsets east of Greenwich */
    int64_t summer_s;
    bool has_summer;
    rule_day starts; /* of summer */
    rule_day ends;
} zone_rule;

static bool rule_char(const char **at, char wanted) {
    if (**at != wanted) return false;
    ++*at;
    return true;
}

static bool rule_number(const char **at, int32_t low, int32_t high, int32_t *out) {
    if (!isdigit((unsigned char)**at)) return false;
    int32_t value = 0;
    for (; isdigit((unsigned char)**at); ++*at) {
        value = value * 10 + (**at - '0');
        if (value > high) return false;
    }
    *out = value;
    return value >= low;
}

/* An abbreviation: letters, or anything in <>. */
static bool rule_abbreviation(const char **at) {
    const char *start = *at;
    if (rule_char(at, '<')) {
        while (**at != '>' && **at != '\0')
            ++*at;
        return rule_char(at, '>');
    }
    while (isalpha((unsigned char)**at))
        ++*at;
    return *at - start >= 3;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds. */
static bool rule_time(const char **at, int64_t *out_s) {
    const bool is_negative = **at == '-';
    if (**at == '-' || **at == '+') ++*at;
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t seconds = 0;
    if (!rule_number(at, 0, 167, &hours)) return false;
    if (rule_char(at, ':')) {
        if (!rule_number(at, 0, 59, &minutes)) return false;
        if (rule_char(at, ':') && !rule_number(at, 0, 59, &seconds)) return false;
    }
    const int64_t total = hours * 3600LL + minutes * 60LL + seconds;
    *out_s = is_negative ? -total : total;
    return true;
}

static bool rule_date(const char **at, rule_day *out) {
    if (!rule_char(at, ',')) return false;
    out->time_s = 7200;
    if (rule_char(at, 'M')) {
        out->kind = DAY_OF_MONTH;
        if (!rule_number(at, 1, 12, &out->month) || !rule_char(at, '.') ||
            !rule_number(at, 1, 5, &out->week) || !rule_char(at, '.') ||
            !rule_number(at, 0, 6, &out->day))
            return false;
    } else if (rule_char(at, 'J')) {
        out->kind = DAY_JULIAN;
        if (!rule_number(at, 1, 365, &out->day)) return false;
    } else {
        out->kind = DAY_ZERO_BASED;
        if (!rule_number(at, 0, 365, &out->day)) return false;
    }
    return !rule_char(at, '/') || rule_time(at, &out->time_s);
}

/* std offset [dst [offset] , start[/time] , end[/time]]; POSIX counts offsets westward. */
static bool rule_parse(const char *text, zone_rule *out) {
    *out = (zone_rule){0};
    if (!rule_abbreviation(&text) || !rule_time(&text, &out->standard_s)) return false;
    out->standard_s = -out->standard_s;
    if (*text == '\0') return true;
    out->has_summer = true;
    out->summer_s = out->standard_s + 3600;
    if (!rule_abbreviation(&text)) return false;
    if (*text != ',') {
        if (!rule_time(&text, &out->summer_s)) return false;
        out->summer_s = -out->summer_s;
    }
    return rule_date(&text, &out->starts) && rule_date(&text, &out->ends) && *text == '\0';
}

static int32_t rule_day_in(const rule_day *rule, int32_t year) {
    const int32_t new_year = tn_days_from_civil(year, 1, 1);
    if (rule->kind == DAY_ZERO_BASED) return new_year + rule->day;
    if (rule->kind == DAY_JULIAN)
        return new_year + rule->day - 1 + (tn_is_leap_year(year) && rule->day >= 60);
    const int32_t first = tn_days_from_civil(year, rule->month, 1);
    const int32_t weekday = (int32_t)((((int64_t)first + 4) % 7 + 7) % 7); /* 1970-01-01: Thu */
    int32_t day = first + (rule->day - weekday + 7) % 7 + (rule->week - 1) * 7;
    while (tn_civil_from_days(day).month != rule->month)
        day -= 7;
    return day;
}

/* The transitions of the rule after the last one listed. */
static bool rule_expand(const zone_rule *rule, zone_draft *draft) {
    if (!rule->has_summer) return true;
    const int64_t after_s = draft->listed_until_s;
    int32_t year = tn_civil_from_days((int32_t)(after_s / 86400)).year - 1;
    for (; year <= RULE_YEAR_LAST; year++) {
        const int64_t start_s =
            rule_day_in(&rule->starts, year) * 86400LL + rule->starts.time_s - rule->standard_s;
        const int64_t end_s =
            rule_day_in(&rule->ends, year) * 86400LL + rule->ends.time_s - rule->summer_s;
        const bool start_is_first = start_s < end_s;
        const int64_t at_s[2] = {start_is_first ? start_s : end_s,
                                 start_is_first ? end_s : start_s};
        const int64_t offset_s[2] = {start_is_first ? rule->summer_s : rule->standard_s,
                                     start_is_first ? rule->standard_s : rule->summer_s};
        for (int i = 0; i < 2; i++) {
            if (at_s[i] > after_s && !draft_add(draft, at_s[i], offset_s[i])) return false;
        }
    }
    return true;
}

/* The counts of a TZif header. */
typedef struct zone_header {
    char version;
    uint64_t ut_count;
    uint64_t standard_count;
    uint64_t leap_count;
    uint64_t time_count;
    uint64_t type_count;
    uint64_t char_count;
} zone_header;

static int64_t big_endian(const unsigned char *at, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    const unsigned unused = (unsigned)(64 - 8 * size);
    return (int64_t)(value << unused) >> unused;
}

static bool header_read(const unsigned char *at, size_t left, zone_header *out) {
    if (left < HEADER_SIZE || memcmp(at, "TZif", 4) != 0) return false;
    out->version = (char)at[4];
    uint64_t *const counts[6] = {&out->ut_count,   &out->standard_count, &out->leap_count,
                                 &out->time_count, &out->type_count,     &out->char_count};
    for (size_t i = 0; i < 6; i++)
        *counts[i] = (uint64_t)big_endian(at + 20 + 4 * i, 4) & 0xFFFFFFFFu;
    return true;
}

static uint64_t body_size(const zone_header *header, uint64_t time_size) {
    return header->time_count * (time_size + 1) + header->type_count * 6 + header->char_count +
           header->leap_count * (time_size + 4) + header->standard_count + header->ut_count;
}

/* The listed transitions of a version-2 body. */
static bool body_read(const unsigned char *body, const zone_header *header, zone_draft *draft) {
    const unsigned char *type_of = body + header->time_count * 8;
    const unsigned char *types = type_of + header->time_count;
    for (uint64_t i = 0; i < header->type_count; i++) {
        const int64_t offset_s = big_endian(types + 6 * i, 4);
        if (offset_s < -OFFSET_S_MAX || offset_s > OFFSET_S_MAX) return false;
    }
    draft->count = 0;
    draft->first_offset_s = big_endian(types, 4);
    draft->listed_until_s = first_kept_s;
    for (uint64_t i = 0; i < header->time_count; i++) {
        const int64_t at_s = big_endian(body + 8 * i, 8);
        if (type_of[i] >= header->type_count) return false;
        const int64_t offset_s = big_endian(types + 6u * type_of[i], 4);
        if (at_s > rule_end_s || !draft_add(draft, at_s, offset_s)) return false;
        if (at_s > first_kept_s) draft->listed_until_s = at_s;
    }
    return true;
}

/* A whole file: a version-1 body that is skipped, a version-2 body, a footer between newlines.
 * `data` ends with a NUL behind its `size` bytes. */
static bool file_parse(const unsigned char *data, size_t size, zone_draft *draft) {
    zone_header header;
    if (!header_read(data, size, &header) || header.version < '2') return false;
    const uint64_t skipped = HEADER_SIZE + body_size(&header, 4);
    if (skipped >= size || !header_read(data + skipped, size - skipped, &header)) return false;
    const uint64_t body = skipped + HEADER_SIZE;
    const uint64_t footer = body + body_size(&header, 8);
    if (footer >= size || data[footer] != '\n') return false;
    if (header.type_count == 0 || header.leap_count != 0) return false;
    if (!body_read(data + body, &header, draft)) return false;
    char rule_text[128];
    const char *start = (const char *)data + footer + 1;
    const char *end = strchr(start, '\n');
    if (end == NULL || (size_t)(end - start) >= sizeof rule_text) return false;
    if (end == start) return true;
    memcpy(rule_text, start, (size_t)(end - start));
    rule_text[end - start] = '\0';
    zone_rule rule;
    return rule_parse(rule_text, &rule) && rule_expand(&rule, draft);
}

static tn_status zone_create(const char *name, const zone_draft *draft, tn_zone **out,
                             tn_error *error) {
    const size_t size = sizeof(tn_zone) + (2 * draft->count + 1) * sizeof(int64_t);
    tn_zone *zone = tn_alloc_zero(NULL, size);
    if (zone == NULL) return tn_fail_memory(error);
    int64_t *transition_ms = (int64_t *)(void *)(zone + 1);
    int64_t *offset_ms = transition_ms + draft->count;
    offset_ms[0] = draft->first_offset_s * 1000;
    for (size_t i = 0; i < draft->count; i++) {
        transition_ms[i] = draft->transition_s[i] * 1000;
        offset_ms[i + 1] = draft->offset_s[i] * 1000;
    }
    zone->size_bytes = size;
    zone->count = draft->count;
    zone->transition_ms = transition_ms;
    zone->offset_ms = offset_ms;
    zone->is_utc = draft->count == 0 && draft->first_offset_s == 0;
    memcpy(zone->name, name, strlen(name) + 1);
    *out = zone;
    return TN_OK;
}

/* Parts of letters, digits, '_', '+' and '-' between slashes; so never a path out of the folder. */
static bool name_is_valid(const char *name) {
    const size_t size = strlen(name);
    if (size == 0 || size > ZONE_NAME_SIZE_MAX || name[size - 1] == '/') return false;
    char before = '/';
    for (const char *at = name; *at != '\0'; before = *at++) {
        if (*at == '/' ? before == '/' : !isalnum((unsigned char)*at) && strchr("_+-", *at) == NULL)
            return false;
    }
    return true;
}

static tn_status zone_load(const char *name, zone_draft *draft, tn_buffer *file, tn_error *error) {
    char path[sizeof ZONE_FOLDER + ZONE_NAME_SIZE_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", ZONE_FOLDER, name);
    const tn_status status = tn_file_read(path, ZONE_FILE_SIZE_MAX, file, error);
    if (status == TN_OUT_OF_MEMORY) return status;
    if (status != TN_OK)
        return tn_fail(error, TN_NOT_FOUND, "unknown time zone '%s' (not found in %s)", name,
                       ZONE_FOLDER);
    tn_buffer_append_char(file, '\0');
    if (file->failed) return tn_fail_memory(error);
    if (!file_parse((const unsigned char *)file->data, file->size - 1, draft))
        return tn_fail(error, TN_NOT_FOUND, "unknown time zone '%s' (%s is no usable zone file)",
                       name, path);
    return TN_OK;
}

static bool is_utc_name(const char *name) {
    return strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0;
}

tn_status tn_zone_open(const char *name, tn_zone **out, tn_error *error) {
    if (!name_is_valid(name))
        return tn_fail(error, TN_NOT_FOUND, "'%.64s' is not the name of a time zone", name);
    zone_draft *draft = tn_alloc_zero(NULL, sizeof *draft);
    if (draft == NULL) return tn_fail_memory(error);
    tn_status status = TN_OK;
    if (!is_utc_name(name)) {
        tn_buffer file;
        tn_buffer_init(&file, NULL);
        status = zone_load(name, draft, &file, error);
        tn_buffer_deinit(&file);
    }
    if (status == TN_OK) status = zone_create(name, draft, out, error);
    tn_free(NULL, draft, sizeof *draft);
    return status;
}

void tn_zone_close(tn_zone *zone) {
    if (zone != NULL) tn_free(NULL, zone, zone->size_bytes);
}

const char *tn_zone_name(const tn_zone *zone) {
    return zone->name;
}

tn_zone_table tn_zone_table_view(const tn_zone *zone) {
    return (tn_zone_table){zone->transition_ms, zone->offset_ms, zone->count};
}

bool tn_zone_is_utc(const tn_zone *zone) {
    return zone->is_utc;
}

/* The number of transitions at or before an instant, which is the index of its offset. */
static size_t period_of(const tn_zone *zone, int64_t time_ms) {
    const int64_t *base = zone->transition_ms;
    size_t left = zone->count;
    while (left > 0) {
        const size_t half = left - left / 2;
        base = base[half - 1] <= time_ms ? base + half : base;
        left -= half;
    }
    return (size_t)(base - zone->transition_ms);
}

int64_t tn_zone_offset_ms(const tn_zone *zone, int64_t time_ms) {
    return zone->offset_ms[period_of(zone, time_ms)];
}

static int32_t floor_day(int64_t local_ms) {
    if (local_ms > far_ms) local_ms = far_ms;
    if (local_ms < -far_ms) local_ms = -far_ms;
    const int64_t day = local_ms / TN_DAY_MS;
    return (int32_t)(day - (local_ms % TN_DAY_MS < 0));
}

int32_t tn_zone_day(const tn_zone *zone, int64_t time_ms) {
    if (zone->is_utc || time_ms > far_ms || time_ms < -far_ms) return floor_day(time_ms);
    return floor_day(time_ms + tn_zone_offset_ms(zone, time_ms));
}

/* The period in which a local time first occurs; in a gap, the period before it, and *in_gap. */
static size_t period_of_local(const tn_zone *zone, int64_t local_ms, bool *in_gap) {
    const int64_t slack_ms = OFFSET_S_MAX * 1000LL;
    const size_t last = period_of(zone, local_ms + slack_ms);
    *in_gap = false;
    for (size_t i = period_of(zone, local_ms - slack_ms); i < last; i++) {
        const int64_t end_ms = zone->transition_ms[i];
        if (local_ms - zone->offset_ms[i] < end_ms) return i;
        *in_gap = local_ms - zone->offset_ms[i + 1] < end_ms;
        if (*in_gap) return i;
    }
    return last;
}

static int64_t within_reach(int64_t local_ms) {
    return local_ms > far_ms ? far_ms : local_ms < -far_ms ? -far_ms : local_ms;
}

int64_t tn_zone_instant(const tn_zone *zone, int64_t local_ms) {
    if (zone->is_utc) return local_ms;
    local_ms = within_reach(local_ms);
    bool in_gap = false;
    return local_ms - zone->offset_ms[period_of_local(zone, local_ms, &in_gap)];
}

int64_t tn_zone_day_start(const tn_zone *zone, int32_t day) {
    const int64_t local_ms = within_reach(day * TN_DAY_MS);
    if (zone->is_utc) return local_ms;
    bool in_gap = false;
    const size_t period = period_of_local(zone, local_ms, &in_gap);
    return in_gap ? zone->transition_ms[period] : local_ms - zone->offset_ms[period];
}

int64_t tn_zone_add_months(const tn_zone *zone, int64_t time_ms, int32_t months) {
    if (months == 0) return time_ms;
    time_ms = within_reach(time_ms);
    const int64_t local_ms = time_ms + tn_zone_offset_ms(zone, time_ms);
    const int32_t day = floor_day(local_ms);
    const int64_t clock_ms = local_ms - day * TN_DAY_MS;
    return tn_zone_instant(zone, tn_days_add_months(day, months) * TN_DAY_MS + clock_ms);
}
