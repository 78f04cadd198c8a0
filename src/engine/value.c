/* value.c: ids and values checked at the edge, and read from and written as text. */
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/number.h"
#include "engine/core.h"

#include <math.h>
#include <string.h>

/* Attributes of type int hold whole numbers of ±2^53. */
static const double whole_max = 9007199254740992.0;

static bool has_control_character(tn_str text) {
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7F) return true;
        /* U+0080 to U+009F, as UTF-8. */
        if (c == 0xC2 && i + 1 < text.size && (unsigned char)text.data[i + 1] < 0xA0) return true;
    }
    return false;
}

tn_status tn_id_check(tn_str id, tn_error *error) {
    if (id.size == 0) return tn_fail(error, TN_BAD_ARGUMENT, "the customer id is empty");
    if (id.size > TN_ID_SIZE_MAX)
        return tn_fail(error, TN_TOO_LARGE, "the customer id has %zu bytes: at most %d", id.size,
                       TN_ID_SIZE_MAX);
    if (!tn_utf8_valid(id))
        return tn_fail(error, TN_BAD_ARGUMENT, "the customer id is not valid UTF-8");
    if (has_control_character(id))
        return tn_fail(error, TN_BAD_ARGUMENT, "the customer id holds a control character");
    return TN_OK;
}

static tn_status number_check(tn_attribute_type type, tn_str name, double *number,
                              tn_error *error) {
    if (!isfinite(*number))
        return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' is not a finite number", (int)name.size,
                       name.data);
    if (*number == 0) *number = 0; /* −0 */
    if (type != TN_ATTRIBUTE_INT) return TN_OK;
    if (*number != floor(*number) || fabs(*number) > whole_max)
        return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' must be a whole number of at most 2^53",
                       (int)name.size, name.data);
    return TN_OK;
}

static tn_status text_check(tn_str name, tn_str text, tn_error *error) {
    if (text.size > TN_TEXT_SIZE_MAX)
        return tn_fail(error, TN_TOO_LARGE, "'%.*s' has %zu bytes: at most %d", (int)name.size,
                       name.data, text.size, TN_TEXT_SIZE_MAX);
    if (!tn_utf8_valid(text))
        return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' is not valid UTF-8", (int)name.size,
                       name.data);
    return TN_OK;
}

tn_status tn_attribute_value_check(tn_attribute_type type, tn_str name, tn_value *value,
                                   tn_error *error) {
    const tn_type want = tn_attribute_value_type(type);
    if (value->is_null) {
        value->type = want;
        return TN_OK;
    }
    if (value->type != want)
        return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' is a %s, not a %s", (int)name.size,
                       name.data, tn_type_name(want), tn_type_name(value->type));
    switch (want) {
    case TN_TYPE_NUMBER:
        return number_check(type, name, &value->as.number, error);
    case TN_TYPE_TEXT:
        return text_check(name, value->as.text, error);
    case TN_TYPE_TIME:
        if (value->as.time_ms < TN_TIME_MS_MIN || value->as.time_ms > TN_TIME_MS_MAX)
            return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' lies outside the years 1970 to 2200",
                           (int)name.size, name.data);
        return TN_OK;
    case TN_TYPE_DATE:
        if (value->as.date_days < TN_DATE_DAYS_MIN || value->as.date_days > TN_DATE_DAYS_MAX)
            return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' lies outside the years 1800 to 2200",
                           (int)name.size, name.data);
        return TN_OK;
    default:
        return TN_OK;
    }
}

/* ---- From text ---- */

static bool text_is_one_of(tn_str text, const char *const words[], size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text.size == strlen(words[i]) && strncasecmp(text.data, words[i], text.size) == 0)
            return true;
    return false;
}

static tn_status parse_bool(tn_str text, bool *out, tn_error *error) {
    static const char *const yes[] = {"true", "1", "yes", "t", "y"};
    static const char *const no[] = {"false", "0", "no", "f", "n"};
    if (text_is_one_of(text, yes, sizeof yes / sizeof *yes))
        *out = true;
    else if (text_is_one_of(text, no, sizeof no / sizeof *no))
        *out = false;
    else
        return tn_fail(error, TN_BAD_ARGUMENT, "expected true or false, got '%.*s'",
                       (int)(text.size < 40 ? text.size : 40), text.data);
    return TN_OK;
}

static tn_status parse_value(const tn_zone *zone, tn_attribute_type type, tn_str text,
                             tn_value *out, tn_error *error) {
    bool is_date;
    *out = (tn_value){.type = tn_attribute_value_type(type), .is_null = text.size == 0};
    if (out->is_null) return TN_OK;
    switch (type) {
    case TN_ATTRIBUTE_INT:
    case TN_ATTRIBUTE_FLOAT:
        return tn_parse_number(text, &out->as.number, error);
    case TN_ATTRIBUTE_BOOL:
        return parse_bool(text, &out->as.boolean, error);
    case TN_ATTRIBUTE_CATEGORY:
        out->as.text = text;
        return TN_OK;
    case TN_ATTRIBUTE_DATE:
        return tn_date_parse(text, &out->as.date_days, error);
    case TN_ATTRIBUTE_TIME:
        return tn_time_parse(text, zone, &out->as.time_ms, &is_date, error);
    }
    return TN_OK;
}

tn_status tn_engine_parse_attribute(const tn_engine *engine, size_t attribute, tn_str text,
                                    tn_value *out, tn_error *error) {
    if (attribute >= engine->model->attribute_count)
        return tn_fail(error, TN_BAD_ARGUMENT, "no attribute number %zu", attribute);
    const tn_model_attribute *spec = &engine->model->attributes[attribute];
    tn_value value;
    TN_TRY(parse_value(engine->model->zone, spec->type, text, &value, error));
    TN_TRY(tn_attribute_value_check(spec->type, spec->name, &value, error));
    *out = value;
    return TN_OK;
}

tn_status tn_engine_parse_field(const tn_engine *engine, size_t action, size_t field, tn_str text,
                                tn_value *out, tn_error *error) {
    if (action >= engine->model->action_count ||
        field >= engine->model->actions[action].field_count)
        return tn_fail(error, TN_BAD_ARGUMENT, "no field number %zu", field);
    const tn_model_field *spec = &engine->model->actions[action].fields[field];
    tn_value value;
    TN_TRY(parse_value(engine->model->zone, spec->type, text, &value, error));
    TN_TRY(tn_attribute_value_check(spec->type, spec->name, &value, error));
    *out = value;
    return TN_OK;
}

tn_status tn_engine_parse_time(const tn_engine *engine, tn_str text, int64_t *at_ms, bool *is_date,
                               tn_error *error) {
    return tn_time_parse(text, engine->model->zone, at_ms, is_date, error);
}

tn_status tn_parse_time(const char *zone_name, tn_str text, int64_t *at_ms, bool *is_date,
                        tn_error *error) {
    tn_zone *zone;
    TN_TRY(tn_zone_open(zone_name, &zone, error));
    const tn_status status = tn_time_parse(text, zone, at_ms, is_date, error);
    tn_zone_close(zone);
    return status;
}

tn_status tn_parse_number(tn_str text, double *out, tn_error *error) {
    if (tn_parse_double(text, out)) return TN_OK;
    const int length = (int)(text.size < 40 ? text.size : 40);
    if (memchr(text.data, ',', text.size) != NULL)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "'%.*s' is not a number: the decimal mark is a point and thousands have no "
                       "mark",
                       length, text.data);
    return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' is not a number", length, text.data);
}

/* ---- To text ---- */

static size_t put_text(tn_str text, char *out, size_t size) {
    if (size > 0) {
        const size_t copied = text.size < size - 1 ? text.size : size - 1;
        if (copied > 0) memcpy(out, text.data, copied);
        out[copied] = '\0';
    }
    return text.size;
}

static size_t format_with(const tn_value *value, bool is_float, char *out, size_t size) {
    char text[TN_NUMBER_TEXT_SIZE + TN_TIME_TEXT_SIZE] = "";
    size_t length = 0;
    if (value->is_null) return put_text((tn_str){"", 0}, out, size);
    switch (value->type) {
    case TN_TYPE_NUMBER:
        length = is_float ? tn_format_float((float)value->as.number, text)
                          : tn_format_double(value->as.number, text);
        break;
    case TN_TYPE_BOOL:
        return put_text(tn_str_of(value->as.boolean ? "true" : "false"), out, size);
    case TN_TYPE_TEXT:
    case TN_TYPE_LEVEL:
        return put_text(value->as.text, out, size);
    case TN_TYPE_TIME:
        length = tn_time_format(value->as.time_ms, text);
        break;
    case TN_TYPE_DURATION:
        length = tn_format_double(value->as.duration_ms / 1000, text);
        break;
    case TN_TYPE_DATE:
        length = tn_date_format(value->as.date_days, text);
        break;
    }
    return put_text((tn_str){text, length}, out, size);
}

size_t tn_value_format(const tn_value *value, char *out, size_t size) {
    return format_with(value, false, out, size);
}

static bool holds_float(tn_str column) {
    static const char *const prefixes[] = {"clv.", "trait."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t length = strlen(prefixes[i]);
        if (column.size > length && memcmp(column.data, prefixes[i], length) == 0) return true;
    }
    return false;
}

size_t tn_value_format_column(const tn_column_info *column, const tn_value *value, char *out,
                              size_t size) {
    return format_with(value, holds_float(column->name), out, size);
}
