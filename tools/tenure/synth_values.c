/* synth_values.c: plausible cells by type and name of a column. */
#include "base/error.h"
#include "csv.h"
#include "synth.h"

#include <inttypes.h>
#include <math.h>

enum kind {
    KIND_WORD,
    KIND_AGE,
    KIND_MONEY_LARGE,
    KIND_MONEY_SMALL,
    KIND_SHARE,
    KIND_RATING,
    KIND_QUANTITY,
    KIND_YES,
    KIND_BIRTHDAY,
    KIND_AHEAD,
    KIND_PAST,
};

/* Whether a word of the name, that is the start or what follows an underscore, starts with `word`.
 */
static bool has_word(tn_str name, const char *word, size_t size) {
    for (size_t at = 0; at + size <= name.size; at++) {
        const bool starts = at == 0 || name.data[at - 1] == '_';
        if (starts && memcmp(name.data + at, word, size) == 0) return true;
    }
    return false;
}

bool tn_synth_name_has(tn_str name, const char *words) {
    while (*words != '\0') {
        const size_t size = strcspn(words, " ");
        if (has_word(name, words, size)) return true;
        words += size + (words[size] == ' ');
    }
    return false;
}

uint64_t tn_synth_name_hash(tn_str name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static int number_kind(tn_str name) {
    if (tn_synth_name_has(name, "age years")) return KIND_AGE;
    if (tn_synth_name_has(name, "income salary revenue turnover budget limit"))
        return KIND_MONEY_LARGE;
    if (tn_synth_name_has(name, "share rate ratio percent probability")) return KIND_SHARE;
    if (tn_synth_name_has(name, "rating score grade stars nps csat")) return KIND_RATING;
    if (tn_synth_name_has(name, "cost price fee amount spend discount")) return KIND_MONEY_SMALL;
    return KIND_QUANTITY;
}

static int date_kind(tn_str name) {
    if (tn_synth_name_has(name, "born birth")) return KIND_BIRTHDAY;
    if (tn_synth_name_has(name, "end expir until due renew next")) return KIND_AHEAD;
    return KIND_PAST;
}

static int column_kind(const tn_attribute_info *info) {
    switch (info->type) {
    case TN_TYPE_NUMBER:
    case TN_TYPE_DURATION:
        return number_kind(info->name);
    case TN_TYPE_BOOL:
        return KIND_YES;
    case TN_TYPE_DATE:
    case TN_TYPE_TIME:
        return date_kind(info->name);
    case TN_TYPE_TEXT:
    case TN_TYPE_LEVEL:
        break;
    }
    return KIND_WORD;
}

tn_status tn_synth_column_init(tn_synth_column *column, const tn_attribute_info *info,
                               tn_str model_text, tn_arena *arena, tn_error *error) {
    *column = (tn_synth_column){.info = *info, .kind = column_kind(info)};
    column->null_share = (double)(2 + tn_synth_name_hash(info->name) % 15) / 100;
    if (column->kind == KIND_PAST || column->kind == KIND_AHEAD) column->null_share += 0.4;
    const double compared = tn_synth_largest_compared(info->name, model_text);
    column->scale = compared > 4 ? 0.5 * compared : 2;
    if (column->kind != KIND_WORD) return TN_OK;
    return tn_synth_words_init(&column->words, info->name, model_text, arena, error);
}

static double clamp(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

static double draw_number(const tn_synth_column *column, tn_rng *rng) {
    switch (column->kind) {
    case KIND_AGE:
        return clamp(floor(42 + 15 * tn_rng_normal(rng)), 16, 95);
    case KIND_MONEY_LARGE:
        return 100 * floor(160 * tn_rng_gamma(rng, 2.4));
    case KIND_MONEY_SMALL:
        return floor(800 * tn_rng_gamma(rng, 2)) / 100;
    case KIND_SHARE:
        return floor(1000 * tn_rng_beta(rng, 2, 3)) / 1000;
    case KIND_RATING:
        return 1 + (double)tn_rng_below(rng, 10);
    default:
        return floor(column->scale * tn_rng_gamma(rng, 0.8) / 0.8);
    }
}

static void append_number(const tn_synth_column *column, tn_rng *rng, tn_buffer *out) {
    const double value = draw_number(column, rng);
    if (column->info.is_whole)
        tn_buffer_printf(out, "%.0f", floor(value));
    else if (column->kind == KIND_SHARE)
        tn_buffer_printf(out, "%.3f", value);
    else
        tn_buffer_printf(out, "%.2f", value);
}

static int32_t draw_day(int kind, const tn_synth_plan *plan, tn_rng *rng) {
    const int32_t span = plan->to_day - plan->from_day + 1;
    switch (kind) {
    case KIND_BIRTHDAY: {
        const double age = clamp(42 + 15 * tn_rng_normal(rng), 16, 95);
        return plan->to_day - (int32_t)(age * 365.25);
    }
    case KIND_AHEAD:
        return plan->to_day - 90 + (int32_t)tn_rng_below(rng, 500);
    default:
        return plan->from_day + (int32_t)tn_rng_below(rng, (uint64_t)span);
    }
}

static void append_day(const tn_synth_column *column, const tn_synth_plan *plan, tn_rng *rng,
                       tn_buffer *out) {
    char text[TN_TIME_TEXT_SIZE];
    const int32_t day = draw_day(column->kind, plan, rng);
    if (column->info.type == TN_TYPE_DATE) {
        tn_buffer_append(out, text, tn_date_format(day, text));
        return;
    }
    const int64_t second = (int64_t)tn_rng_below(rng, 86400);
    tn_buffer_append(out, text, tn_time_format(day * TN_DAY_MS + second * 1000, text));
}

void tn_synth_column_append_value(const tn_synth_column *column, const tn_synth_plan *plan,
                                  double interest, tn_rng *rng, tn_buffer *out) {
    switch (column->kind) {
    case KIND_WORD:
        tn_csv_append(out, tn_synth_words_draw(&column->words, rng), ',');
        break;
    case KIND_YES: {
        const double usual = (double)(15 + tn_synth_name_hash(column->info.name) % 50) / 100;
        const double share = usual + (1 - usual) * 0.4 * clamp(interest / 4, 0, 1);
        tn_buffer_append_str(out, tn_rng_unit(rng) < share ? "true" : "false");
        break;
    }
    case KIND_BIRTHDAY:
    case KIND_AHEAD:
    case KIND_PAST:
        append_day(column, plan, rng, out);
        break;
    default:
        append_number(column, rng, out);
    }
}

void tn_synth_column_append(const tn_synth_column *column, const tn_synth_plan *plan,
                            double interest, tn_rng *rng, tn_buffer *out) {
    if (tn_rng_unit(rng) < column->null_share) return;
    tn_synth_column_append_value(column, plan, interest, rng, out);
}
