/* synth_files.c: the three files of a synthetic base, written side by side, customer by customer.
 */
#include "base/error.h"
#include "base/file.h"
#include "progress.h"
#include "synth.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <tenure/limits.h>

enum { FLUSH_SIZE = 1 << 18, DATE_SIZE = 10, FIELD_COLUMNS_MAX = 256, ID_WIDTH_MIN = 7 };

/* A file in the making. */
typedef struct sheet {
    tn_writer *file;
    tn_buffer text;
    uint64_t rows;
} sheet;

typedef struct synth {
    const tn_synth_plan *plan;
    const tn_engine_info *info;
    tn_zone *zone;
    tn_arena arena;
    tn_synth_column *attributes;
    tn_synth_column *purchase_fields;
    size_t purchase_field_count;
    bool has_amount;
    tn_synth_actions actions;
    tn_str field_names[FIELD_COLUMNS_MAX]; /* columns of events.csv behind the value */
    size_t field_name_count;
    char (*dates)[DATE_SIZE]; /* of the plan's days */
    tn_synth_life life;
    tn_synth_event *events;
    unsigned id_width;
    sheet customers, transactions, event_sheet;
} synth;

/* ---- sheets ---- */

static tn_status sheet_open(sheet *out, const char *folder, const char *name, tn_error *error) {
    char path[PATH_MAX];
    const int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path)
        return tn_fail(error, TN_TOO_LARGE, "the path of %s is too long", name);
    tn_buffer_init(&out->text, NULL);
    return tn_writer_open(path, &out->file, error);
}

static tn_status sheet_flush(sheet *out, tn_error *error) {
    if (out->text.failed) return tn_fail_memory(error);
    if (out->text.size == 0) return TN_OK;
    TN_TRY(tn_writer_append(out->file, out->text.data, out->text.size, error));
    tn_buffer_clear(&out->text);
    return TN_OK;
}

static tn_status sheet_end_row(sheet *out, tn_error *error) {
    tn_buffer_append_char(&out->text, '\n');
    out->rows++;
    return out->text.size < FLUSH_SIZE ? TN_OK : sheet_flush(out, error);
}

static tn_status sheet_commit(sheet *out, tn_error *error) {
    TN_TRY(sheet_flush(out, error));
    return tn_writer_commit(out->file, error);
}

static void sheet_close(sheet *out) {
    tn_writer_close(out->file);
    tn_buffer_deinit(&out->text);
}

/* ---- cells ---- */

static void append_digits(tn_buffer *out, uint64_t value, unsigned width) {
    char digits[24];
    unsigned used = 0;
    do {
        digits[sizeof digits - ++used] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || used < width);
    tn_buffer_append(out, digits + sizeof digits - used, used);
}

static void append_id(const synth *job, uint64_t number, tn_buffer *out) {
    tn_buffer_append_char(out, 'c');
    append_digits(out, number, job->id_width);
}

static void append_cents(int64_t cents, tn_buffer *out) {
    append_digits(out, (uint64_t)cents / 100, 1);
    tn_buffer_append_char(out, '.');
    append_digits(out, (uint64_t)cents % 100, 2);
}

/* "2026-01-31T12:00:00Z" of a local time. */
static void append_time(const synth *job, int64_t local_ms, tn_buffer *out) {
    const int64_t time_ms = tn_zone_instant(job->zone, local_ms);
    const int32_t day = (int32_t)(time_ms / TN_DAY_MS);
    const uint64_t second = (uint64_t)(time_ms % TN_DAY_MS) / 1000;
    if (day >= job->plan->from_day && day <= job->plan->to_day) {
        tn_buffer_append(out, job->dates[day - job->plan->from_day], DATE_SIZE);
    } else {
        char text[TN_TIME_TEXT_SIZE];
        tn_buffer_append(out, text, tn_date_format(day, text));
    }
    tn_buffer_append_char(out, 'T');
    append_digits(out, second / 3600, 2);
    tn_buffer_append_char(out, ':');
    append_digits(out, second / 60 % 60, 2);
    tn_buffer_append_char(out, ':');
    append_digits(out, second % 60, 2);
    tn_buffer_append_char(out, 'Z');
}

/* ---- rows ---- */

static tn_status write_customer(synth *job, uint64_t number, tn_rng *rng, tn_error *error) {
    tn_buffer *out = &job->customers.text;
    append_id(job, number, out);
    for (size_t i = 0; i < job->info->attribute_count; i++) {
        tn_buffer_append_char(out, ',');
        tn_synth_column_append(&job->attributes[i], job->plan, job->life.interest, rng, out);
    }
    return sheet_end_row(&job->customers, error);
}

static tn_status write_purchase(synth *job, uint64_t number, int32_t day, int64_t cents,
                                tn_rng *rng, tn_error *error) {
    tn_buffer *out = &job->transactions.text;
    append_id(job, number, out);
    tn_buffer_append_char(out, ',');
    tn_buffer_append(out, job->dates[day - job->plan->from_day], DATE_SIZE);
    if (job->has_amount) {
        tn_buffer_append_char(out, ',');
        append_cents(cents, out);
    }
    for (size_t f = 0; f < job->purchase_field_count; f++) {
        tn_buffer_append_char(out, ',');
        tn_synth_column_append_value(&job->purchase_fields[f], job->plan, job->life.interest, rng,
                                     out);
    }
    return sheet_end_row(&job->transactions, error);
}

/* Now and then a day's purchases are two. */
static tn_status write_purchases(synth *job, uint64_t number, tn_rng *rng, tn_error *error) {
    for (size_t i = 0; i < job->life.count; i++) {
        const tn_synth_purchase *purchase = &job->life.purchases[i];
        int64_t cents = purchase->cents;
        if (cents >= 200 && tn_rng_unit(rng) < 0.03) {
            const int64_t first = 100 + (int64_t)tn_rng_below(rng, (uint64_t)cents - 199);
            TN_TRY(write_purchase(job, number, purchase->day, first, rng, error));
            cents -= first;
        }
        TN_TRY(write_purchase(job, number, purchase->day, cents, rng, error));
    }
    return TN_OK;
}

static const tn_synth_column *find_field(const tn_synth_action *action, tn_str name) {
    for (size_t f = 0; f < action->info->field_count; f++) {
        if (tn_str_equal(action->fields[f].info.name, name)) return &action->fields[f];
    }
    return NULL;
}

static tn_status write_event(synth *job, uint64_t number, const tn_synth_event *event, tn_rng *rng,
                             tn_error *error) {
    const tn_synth_action *action = &job->actions.list[event->action];
    tn_buffer *out = &job->event_sheet.text;
    append_id(job, number, out);
    tn_buffer_append_char(out, ',');
    tn_buffer_append(out, action->info->name.data, action->info->name.size);
    tn_buffer_append_char(out, ',');
    append_time(job, event->local_ms, out);
    tn_buffer_append_char(out, ',');
    if (event->cents != INT64_MIN) append_cents(event->cents, out);
    for (size_t f = 0; f < job->field_name_count; f++) {
        const tn_synth_column *field = find_field(action, job->field_names[f]);
        tn_buffer_append_char(out, ',');
        if (field != NULL)
            tn_synth_column_append_value(field, job->plan, job->life.interest, rng, out);
    }
    return sheet_end_row(&job->event_sheet, error);
}

/* A generator for each purpose of a customer, so that a column more in one file leaves the others
 * as they are. */
static void seed_rng(const synth *job, uint64_t number, uint64_t purpose, tn_rng *rng) {
    uint64_t z = job->plan->seed * 0x9E3779B97F4A7C15u + number * 4 + purpose;
    z = (z ^ z >> 33) * 0xff51afd7ed558ccdu;
    z = (z ^ z >> 33) * 0xc4ceb9fe1a85ec53u;
    tn_rng_init(rng, z ^ z >> 33);
}

static tn_status write_one(synth *job, uint64_t number, tn_error *error) {
    tn_rng rng;
    seed_rng(job, number, 0, &rng);
    tn_synth_life_draw(&job->life, job->plan, &rng);
    if (job->info->transaction_action < 0) job->life.count = 0;
    seed_rng(job, number, 1, &rng);
    TN_TRY(write_customer(job, number, &rng, error));
    seed_rng(job, number, 2, &rng);
    TN_TRY(write_purchases(job, number, &rng, error));
    seed_rng(job, number, 3, &rng);
    const size_t count =
        tn_synth_events_draw(&job->actions, job->plan, &job->life, &rng, job->events);
    for (size_t i = 0; i < count; i++)
        TN_TRY(write_event(job, number, &job->events[i], &rng, error));
    return TN_OK;
}

/* ---- setting up ---- */

static tn_status columns_init(tn_synth_column **out, const tn_attribute_info *infos, size_t count,
                              tn_str model_text, tn_arena *arena, tn_error *error) {
    *out = tn_arena_array(arena, count + 1, sizeof **out);
    if (*out == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        TN_TRY(tn_synth_column_init(&(*out)[i], &infos[i], model_text, arena, error));
    return TN_OK;
}

static void list_field_names(synth *job) {
    for (size_t a = 0; a < job->actions.count; a++) {
        const tn_action_info *info = job->actions.list[a].info;
        for (size_t f = 0; f < info->field_count; f++) {
            bool is_known = false;
            for (size_t k = 0; k < job->field_name_count; k++)
                is_known |= tn_str_equal(job->field_names[k], info->fields[f].name);
            if (!is_known && job->field_name_count < FIELD_COLUMNS_MAX)
                job->field_names[job->field_name_count++] = info->fields[f].name;
        }
    }
}

static tn_status fill_dates(synth *job, tn_error *error) {
    const size_t days = (size_t)(job->plan->to_day - job->plan->from_day) + 1;
    job->dates = tn_arena_array(&job->arena, days, sizeof *job->dates);
    job->life.purchases = tn_arena_array(&job->arena, days + 1, sizeof *job->life.purchases);
    job->events = tn_arena_array(&job->arena, TN_SYNTH_EVENTS_MAX, sizeof *job->events);
    if (job->dates == NULL || job->life.purchases == NULL || job->events == NULL)
        return tn_fail_memory(error);
    for (size_t i = 0; i < days; i++) {
        char text[TN_TIME_TEXT_SIZE];
        tn_date_format(job->plan->from_day + (int32_t)i, text);
        memcpy(job->dates[i], text, DATE_SIZE);
    }
    return TN_OK;
}

static tn_status synth_init(synth *job, tn_str model_text, tn_error *error) {
    const tn_engine_info *info = job->info;
    char zone[TN_NAME_SIZE_MAX * 2];
    snprintf(zone, sizeof zone, "%.*s", (int)info->timezone.size, info->timezone.data);
    TN_TRY(tn_zone_open(zone, &job->zone, error));
    TN_TRY(fill_dates(job, error));
    TN_TRY(columns_init(&job->attributes, info->attributes, info->attribute_count, model_text,
                        &job->arena, error));
    if (info->transaction_action >= 0) {
        const tn_action_info *purchase = &info->actions[info->transaction_action];
        job->has_amount = purchase->has_value;
        job->purchase_field_count = purchase->field_count;
        TN_TRY(columns_init(&job->purchase_fields, purchase->fields, purchase->field_count,
                            model_text, &job->arena, error));
    }
    TN_TRY(tn_synth_actions_init(&job->actions, info, model_text, &job->arena, error));
    list_field_names(job);
    for (uint64_t most = job->plan->customers; most > 0; most /= 10)
        job->id_width++;
    if (job->id_width < ID_WIDTH_MIN) job->id_width = ID_WIDTH_MIN;
    return TN_OK;
}

static void append_names(tn_buffer *out, const char *first, const tn_synth_column *columns,
                         size_t count) {
    tn_buffer_append_str(out, first);
    for (size_t i = 0; i < count; i++) {
        tn_buffer_append_char(out, ',');
        tn_buffer_append(out, columns[i].info.name.data, columns[i].info.name.size);
    }
    tn_buffer_append_char(out, '\n');
}

static tn_status open_sheets(synth *job, const char *path, tn_error *error) {
    TN_TRY(tn_directory_create(path, error));
    TN_TRY(sheet_open(&job->customers, path, "customers.csv", error));
    TN_TRY(sheet_open(&job->transactions, path, "transactions.csv", error));
    TN_TRY(sheet_open(&job->event_sheet, path, "events.csv", error));
    append_names(&job->customers.text, "customer", job->attributes, job->info->attribute_count);
    append_names(&job->transactions.text,
                 job->has_amount ? "customer,date,amount" : "customer,date", job->purchase_fields,
                 job->purchase_field_count);
    tn_buffer *events = &job->event_sheet.text;
    tn_buffer_append_str(events, "customer,action,at,value");
    for (size_t i = 0; i < job->field_name_count; i++) {
        tn_buffer_append_char(events, ',');
        tn_buffer_append(events, job->field_names[i].data, job->field_names[i].size);
    }
    tn_buffer_append_char(events, '\n');
    return TN_OK;
}

static tn_status write_all(synth *job, const char *path, tn_error *error) {
    TN_TRY(open_sheets(job, path, error));
    tn_progress progress;
    tn_progress_start(&progress, "generate");
    for (uint64_t i = 1; i <= job->plan->customers; i++) {
        TN_TRY(write_one(job, i, error));
        if (i % 4096 == 0) tn_progress_update(&progress, i, job->plan->customers);
    }
    tn_progress_stop(&progress);
    TN_TRY(sheet_commit(&job->customers, error));
    TN_TRY(sheet_commit(&job->transactions, error));
    return sheet_commit(&job->event_sheet, error);
}

tn_status tn_synth_write(const tn_synth_plan *plan, const tn_engine_info *info, tn_str model_text,
                         const char *path, tn_synth_account *account, tn_error *error) {
    synth job = {.plan = plan, .info = info};
    tn_arena_init(&job.arena, NULL);
    tn_status status = synth_init(&job, model_text, error);
    if (status == TN_OK) status = write_all(&job, path, error);
    if (status == TN_OK)
        *account = (tn_synth_account){.customers = job.customers.rows,
                                      .transactions = job.transactions.rows,
                                      .events = job.event_sheet.rows};
    sheet_close(&job.customers);
    sheet_close(&job.transactions);
    sheet_close(&job.event_sheet);
    tn_zone_close(job.zone);
    tn_arena_deinit(&job.arena);
    return status;
}
