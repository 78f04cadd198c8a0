/* csv_load.c: customers, transactions and events from CSV.
 *
 * Each kind of file has a list of columns that it may have, a function that turns a row into a slot
 * of the batch, and one that hands the batch to the engine. The rest is the same for all. */
#include "csv_load.h"

#include "base/error.h"
#include "cli.h"
#include "csv_table.h"
#include "load_batch.h"
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <tenure/limits.h>

enum { REASON_SIZE = TN_ERROR_MESSAGE_SIZE, NAME_SHOWN_MAX = 60 };

typedef struct file_loader file_loader;

typedef struct file_kind {
    const char *name;
    tn_status (*prepare)(file_loader *loader, tn_error *error);
    bool (*parse)(file_loader *loader, size_t row, char *reason); /* false: the reason is filled */
    tn_status (*apply)(file_loader *loader, tn_batch_result *result, tn_error *error);
} file_kind;

struct file_loader {
    const file_kind *kind;
    tn_engine *engine;
    const tn_engine_info *info;
    tn_csv_file file;
    tn_csv_table table;
    tn_load_batch batch;
    tn_rejects *rejects;
    tn_load_account *account;
    tn_progress progress;
    tn_arena arena; /* of everything below */
    tn_column_want *wants;
    size_t want_count;
    /* customers */
    uint32_t *attributes; /* that the file has */
    size_t attribute_count;
    tn_value *values;
    /* transactions and events */
    uint32_t *actions;
    int64_t *at_ms;
    double *amounts;
    tn_value *fields; /* row-major; NULL when no action has fields */
    size_t field_stride;
    int32_t *want_of_field; /* by action × field_stride + field; -1: the file has no such column */
};

/* ---- columns ---- */

static void add_want(file_loader *loader, tn_str name, bool is_required) {
    for (size_t i = 0; i < loader->want_count; i++) {
        if (tn_str_equal(loader->wants[i].name, name)) return;
    }
    loader->wants[loader->want_count++] = (tn_column_want){name, is_required};
}

static bool is_loaded_from(const file_loader *loader, size_t action) {
    if (loader->info->actions[action].is_derived) return false;
    return strcmp(loader->kind->name, "events") == 0 ||
           (int32_t)action == loader->info->transaction_action;
}

static void add_field_wants(file_loader *loader) {
    for (size_t a = 0; a < loader->info->action_count; a++) {
        const tn_action_info *action = &loader->info->actions[a];
        for (size_t f = 0; is_loaded_from(loader, a) && f < action->field_count; f++)
            add_want(loader, action->fields[f].name, false);
    }
}

static tn_status list_wants(file_loader *loader, tn_error *error) {
    const tn_engine_info *info = loader->info;
    size_t room = 4 + info->attribute_count;
    for (size_t a = 0; a < info->action_count; a++)
        room += info->actions[a].field_count;
    loader->wants = tn_arena_array(&loader->arena, room, sizeof *loader->wants);
    if (loader->wants == NULL) return tn_fail_memory(error);
    add_want(loader, tn_str_of("customer"), true);
    if (strcmp(loader->kind->name, "customers") == 0) {
        for (size_t i = 0; i < info->attribute_count; i++)
            add_want(loader, info->attributes[i].name, false);
    } else if (strcmp(loader->kind->name, "transactions") == 0) {
        if (info->transaction_action < 0)
            return tn_fail(error, TN_CONFLICT, "the model declares no transactions");
        add_want(loader, tn_str_of("date"), true);
        add_want(loader, tn_str_of("amount"), info->actions[info->transaction_action].needs_value);
        add_field_wants(loader);
    } else {
        add_want(loader, tn_str_of("action"), true);
        add_want(loader, tn_str_of("at"), true);
        add_want(loader, tn_str_of("value"), false);
        add_field_wants(loader);
    }
    return TN_OK;
}

static int find_want(const file_loader *loader, tn_str name) {
    for (size_t i = 0; i < loader->want_count; i++) {
        if (tn_str_equal(loader->wants[i].name, name)) return (int)i;
    }
    return -1;
}

/* ---- customers ---- */

static tn_status prepare_customers(file_loader *loader, tn_error *error) {
    const tn_engine_info *info = loader->info;
    loader->attributes =
        tn_arena_array(&loader->arena, info->attribute_count + 1, sizeof *loader->attributes);
    if (loader->attributes == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < info->attribute_count; i++) {
        if (tn_csv_table_has(&loader->table, i + 1))
            loader->attributes[loader->attribute_count++] = (uint32_t)i;
    }
    loader->values = tn_arena_array(
        &loader->arena, TN_LOAD_BATCH_ROWS * (loader->attribute_count + 1), sizeof(tn_value));
    return loader->values == NULL ? tn_fail_memory(error) : TN_OK;
}

/* The message of an error, with the name of its column and a suggestion on one line. */
static bool because(const tn_error *error, tn_str column, char *reason) {
    const bool has_advice = error->detail[0] != '\0' && strchr(error->detail, '\n') == NULL;
    snprintf(reason, REASON_SIZE, "%.*s: %.600s%s%.240s", (int)column.size, column.data,
             error->message, has_advice ? "; " : "", has_advice ? error->detail : "");
    return false;
}

/* Blanks around numbers, dates and yes or no are no harm; in texts they are part of it. */
static tn_str cell_text(tn_type type, tn_str text, char room[TN_CLI_NUMBER_SIZE]) {
    if (type == TN_TYPE_TEXT) return text;
    text = tn_str_trim(text);
    return type == TN_TYPE_NUMBER ? tn_cli_whole_number(text, room) : text;
}

static void own_text(file_loader *loader, tn_value *value) {
    if (!value->is_null && (value->type == TN_TYPE_TEXT || value->type == TN_TYPE_LEVEL))
        value->as.text = tn_load_batch_copy(&loader->batch, value->as.text);
}

static bool parse_customer(file_loader *loader, size_t row, char *reason) {
    tn_value *values = &loader->values[row * loader->attribute_count];
    for (size_t i = 0; i < loader->attribute_count; i++) {
        const size_t attribute = loader->attributes[i];
        const tn_attribute_info *about = &loader->info->attributes[attribute];
        char room[TN_CLI_NUMBER_SIZE];
        const tn_str text =
            cell_text(about->type, tn_csv_table_field(&loader->table, attribute + 1), room);
        tn_error error = {0};
        if (tn_engine_parse_attribute(loader->engine, attribute, text, &values[i], &error) != TN_OK)
            return because(&error, about->name, reason);
        own_text(loader, &values[i]);
    }
    return true;
}

static tn_status apply_customers(file_loader *loader, tn_batch_result *result, tn_error *error) {
    const tn_customer_batch batch = {.count = loader->batch.count,
                                     .ids = loader->batch.ids,
                                     .attributes = loader->attributes,
                                     .attribute_count = loader->attribute_count,
                                     .values = loader->values,
                                     .null_is_absent = true};
    return tn_engine_load(loader->engine, &batch, result, error);
}

/* ---- transactions and events ---- */

static tn_status map_fields(file_loader *loader, tn_error *error) {
    const tn_engine_info *info = loader->info;
    for (size_t a = 0; a < info->action_count; a++) {
        if (is_loaded_from(loader, a) && info->actions[a].field_count > loader->field_stride)
            loader->field_stride = info->actions[a].field_count;
    }
    if (loader->field_stride == 0) return TN_OK;
    const size_t cells = info->action_count * loader->field_stride;
    loader->want_of_field = tn_arena_array(&loader->arena, cells, sizeof(int32_t));
    loader->fields = tn_arena_array(&loader->arena, TN_LOAD_BATCH_ROWS * loader->field_stride,
                                    sizeof *loader->fields);
    if (loader->want_of_field == NULL || loader->fields == NULL) return tn_fail_memory(error);
    for (size_t a = 0; a < info->action_count; a++) {
        const tn_action_info *action = &info->actions[a];
        for (size_t f = 0; is_loaded_from(loader, a) && f < action->field_count; f++) {
            const int want = find_want(loader, action->fields[f].name);
            const bool has = tn_csv_table_has(&loader->table, (size_t)want);
            loader->want_of_field[a * loader->field_stride + f] = has ? want : -1;
        }
    }
    return TN_OK;
}

static tn_status prepare_events(file_loader *loader, tn_error *error) {
    tn_arena *arena = &loader->arena;
    loader->actions = tn_arena_array(arena, TN_LOAD_BATCH_ROWS, sizeof *loader->actions);
    loader->at_ms = tn_arena_array(arena, TN_LOAD_BATCH_ROWS, sizeof *loader->at_ms);
    loader->amounts = tn_arena_array(arena, TN_LOAD_BATCH_ROWS, sizeof *loader->amounts);
    if (loader->actions == NULL || loader->at_ms == NULL || loader->amounts == NULL)
        return tn_fail_memory(error);
    return map_fields(loader, error);
}

static bool parse_time(file_loader *loader, size_t want, int64_t *out, char *reason) {
    const tn_str text = tn_str_trim(tn_csv_table_field(&loader->table, want));
    bool is_date = false;
    tn_error error = {0};
    if (tn_engine_parse_time(loader->engine, text, out, &is_date, &error) == TN_OK) return true;
    return because(&error, loader->wants[want].name, reason);
}

/* An empty cell is no value; whether one is needed is for the engine to say. */
static bool parse_amount(file_loader *loader, size_t want, double *out, char *reason) {
    const tn_str text = tn_str_trim(tn_csv_table_field(&loader->table, want));
    *out = (double)NAN;
    if (text.size == 0) return true;
    char name[16];
    snprintf(name, sizeof name, "%.*s", (int)loader->wants[want].name.size,
             loader->wants[want].name.data);
    return tn_csv_number(name, text, out, reason, REASON_SIZE);
}

static bool parse_fields(file_loader *loader, size_t row, size_t action, char *reason) {
    const tn_action_info *about = &loader->info->actions[action];
    tn_value *values = &loader->fields[row * loader->field_stride];
    for (size_t f = 0; f < about->field_count; f++) {
        const tn_attribute_info *field = &about->fields[f];
        const int32_t want = loader->want_of_field[action * loader->field_stride + f];
        char room[TN_CLI_NUMBER_SIZE];
        tn_str text = {"", 0};
        if (want >= 0)
            text = cell_text(field->type, tn_csv_table_field(&loader->table, (size_t)want), room);
        tn_error error = {0};
        if (tn_engine_parse_field(loader->engine, action, f, text, &values[f], &error) != TN_OK)
            return because(&error, field->name, reason);
        own_text(loader, &values[f]);
    }
    return true;
}

static bool parse_transaction(file_loader *loader, size_t row, char *reason) {
    const size_t action = (size_t)loader->info->transaction_action;
    loader->actions[row] = (uint32_t)action;
    if (!parse_time(loader, 1, &loader->at_ms[row], reason)) return false;
    if (!parse_amount(loader, 2, &loader->amounts[row], reason)) return false;
    return loader->fields == NULL || parse_fields(loader, row, action, reason);
}

static bool unknown_action(const file_loader *loader, tn_str name, char *reason) {
    const char *names[TN_ACTIONS_MAX];
    char texts[TN_ACTIONS_MAX][TN_NAME_SIZE_MAX + 1];
    size_t count = 0;
    for (size_t a = 0; a < loader->info->action_count && a < TN_ACTIONS_MAX; a++) {
        const tn_action_info *action = &loader->info->actions[a];
        if (action->is_derived) continue;
        snprintf(texts[count], sizeof texts[count], "%.*s", (int)action->name.size,
                 action->name.data);
        names[count] = texts[count];
        count++;
    }
    const int nearest = count == 0 ? -1 : tn_nearest_name(name.data, name.size, names, count);
    const int size = name.size > NAME_SHOWN_MAX ? NAME_SHOWN_MAX : (int)name.size;
    if (nearest >= 0)
        snprintf(reason, REASON_SIZE, "unknown action '%.*s'; did you mean '%s'?", size, name.data,
                 names[nearest]);
    else
        snprintf(reason, REASON_SIZE, "unknown action '%.*s'", size, name.data);
    return false;
}

static bool parse_action(file_loader *loader, uint32_t *out, char *reason) {
    const tn_str name = tn_str_trim(tn_csv_table_field(&loader->table, 1));
    for (size_t a = 0; a < loader->info->action_count; a++) {
        const tn_action_info *action = &loader->info->actions[a];
        if (!tn_str_equal(action->name, name)) continue;
        *out = (uint32_t)a;
        if (!action->is_derived) return true;
        snprintf(reason, REASON_SIZE, "action '%.*s' is derived from another; it cannot be loaded",
                 (int)name.size, name.data);
        return false;
    }
    return unknown_action(loader, name, reason);
}

static bool parse_event(file_loader *loader, size_t row, char *reason) {
    if (!parse_action(loader, &loader->actions[row], reason)) return false;
    if (!parse_time(loader, 2, &loader->at_ms[row], reason)) return false;
    if (!parse_amount(loader, 3, &loader->amounts[row], reason)) return false;
    return loader->fields == NULL || parse_fields(loader, row, loader->actions[row], reason);
}

static tn_status apply_events(file_loader *loader, tn_batch_result *result, tn_error *error) {
    const tn_event_batch batch = {.count = loader->batch.count,
                                  .ids = loader->batch.ids,
                                  .actions = loader->actions,
                                  .at_ms = loader->at_ms,
                                  .values = loader->amounts,
                                  .fields = loader->fields,
                                  .field_stride = loader->field_stride};
    return tn_engine_ingest(loader->engine, &batch, result, error);
}

/* ---- any file ---- */

static tn_status flush(file_loader *loader, tn_error *error) {
    tn_load_batch *batch = &loader->batch;
    if (batch->count > 0) {
        tn_batch_result result = {.reject = tn_load_batch_engine_reject, .context = batch};
        TN_TRY(loader->kind->apply(loader, &result, error));
        loader->account->applied += result.applied;
        loader->account->after_as_of += result.after_as_of;
    }
    loader->account->rejected += batch->reject_count;
    tn_progress_update(&loader->progress, tn_csv_offset(loader->table.csv),
                       tn_csv_size(loader->table.csv));
    return tn_load_batch_finish(batch, loader->account->file, loader->rejects, error);
}

static tn_status add_row(file_loader *loader, tn_error *error) {
    const tn_csv_row *row = &loader->table.row;
    tn_load_batch *batch = &loader->batch;
    if (!tn_load_batch_has_room(batch, row->raw.size)) {
        TN_TRY(flush(loader, error));
        TN_TRY(tn_load_batch_reserve(batch, row->raw.size, error));
    }
    char reason[REASON_SIZE];
    const tn_str raw = tn_load_batch_copy(batch, row->raw);
    if (row->problem != NULL) {
        tn_load_batch_reject(batch, row->line, row->problem, raw);
    } else if (!loader->kind->parse(loader, batch->count, reason)) {
        tn_load_batch_reject(batch, row->line, reason, raw);
    } else {
        batch->ids[batch->count] = tn_load_batch_copy(batch, tn_csv_table_field(&loader->table, 0));
        batch->raws[batch->count] = raw;
        batch->lines[batch->count] = row->line;
        batch->count++;
    }
    return TN_OK;
}

static tn_status load_rows(file_loader *loader, tn_error *error) {
    for (;;) {
        bool has_row = false;
        TN_TRY(tn_csv_table_next(&loader->table, &has_row, error));
        if (!has_row) break;
        TN_TRY(add_row(loader, error));
    }
    TN_TRY(flush(loader, error));
    loader->account->rows = loader->table.rows;
    tn_rejects_end_file(loader->rejects, loader->account->file, loader->account->rejected,
                        loader->account->rows);
    return TN_OK;
}

static tn_status load_file(file_loader *loader, const tn_csv_dialect *dialect,
                           const tn_column_mappings *mappings, tn_error *error) {
    loader->account->file = tn_cli_file_name(loader->file.path);
    tn_progress_start(&loader->progress, loader->account->file);
    TN_TRY(tn_csv_table_open(&loader->table, &loader->file, dialect, mappings, error));
    tn_status status = tn_load_batch_init(&loader->batch, error);
    if (status == TN_OK) status = loader->kind->prepare(loader, error);
    if (status == TN_OK) status = load_rows(loader, error);
    loader->account->seconds = tn_progress_stop(&loader->progress);
    tn_load_batch_deinit(&loader->batch);
    tn_csv_table_close(&loader->table);
    return status;
}

static tn_status loader_init(file_loader *loader, const file_kind *kind, tn_engine *engine,
                             const char *path, tn_error *error) {
    *loader = (file_loader){.kind = kind, .engine = engine, .info = tn_engine_info_view(engine)};
    tn_arena_init(&loader->arena, NULL);
    TN_TRY(list_wants(loader, error));
    loader->file = (tn_csv_file){
        .kind = kind->name, .path = path, .wants = loader->wants, .want_count = loader->want_count};
    return TN_OK;
}

static const file_kind kinds[TN_LOAD_FILES_MAX] = {
    {"customers", prepare_customers, parse_customer, apply_customers},
    {"transactions", prepare_events, parse_transaction, apply_events},
    {"events", prepare_events, parse_event, apply_events},
};

static tn_status check_paths(const char *const paths[TN_LOAD_FILES_MAX], tn_error *error) {
    size_t from_stdin = 0;
    for (size_t i = 0; i < TN_LOAD_FILES_MAX; i++)
        from_stdin += paths[i] != NULL && strcmp(paths[i], "-") == 0;
    if (from_stdin > 1) return tn_fail(error, TN_BAD_ARGUMENT, "only one file can come from stdin");
    return TN_OK;
}

/* All files' columns are known before the first is read, so that a slip in --columns costs no time.
 */
static tn_status load_all(file_loader *loaders, size_t count, const tn_csv_dialect *dialect,
                          tn_error *error) {
    tn_csv_file files[TN_LOAD_FILES_MAX];
    for (size_t i = 0; i < count; i++) {
        loaders[i].file.extra_is_error =
            strcmp(loaders[i].kind->name, "customers") == 0 && !dialect->ignores_unknown;
        files[i] = loaders[i].file;
    }
    tn_column_mappings mappings;
    TN_TRY(tn_column_mappings_init(&mappings, dialect->columns, error));
    tn_status status = tn_column_mappings_check(&mappings, files, count, error);
    for (size_t i = 0; i < count && status == TN_OK; i++)
        status = load_file(&loaders[i], dialect, &mappings, error);
    tn_column_mappings_deinit(&mappings);
    return status;
}

tn_status tn_load_files(tn_engine *engine, const tn_load_paths *paths,
                        const tn_csv_dialect *dialect, tn_rejects *rejects,
                        tn_load_account accounts[TN_LOAD_FILES_MAX], size_t *account_count,
                        tn_error *error) {
    const char *const given[TN_LOAD_FILES_MAX] = {paths->customers, paths->transactions,
                                                  paths->events};
    file_loader loaders[TN_LOAD_FILES_MAX];
    size_t count = 0;
    TN_TRY(check_paths(given, error));
    tn_status status = TN_OK;
    for (size_t i = 0; i < TN_LOAD_FILES_MAX && status == TN_OK; i++) {
        if (given[i] == NULL) continue;
        status = loader_init(&loaders[count], &kinds[i], engine, given[i], error);
        accounts[count] = (tn_load_account){0};
        loaders[count].account = &accounts[count];
        loaders[count].rejects = rejects;
        count++;
    }
    if (status == TN_OK) status = load_all(loaders, count, dialect, error);
    for (size_t i = 0; i < count; i++)
        tn_arena_deinit(&loaders[i].arena);
    *account_count = count;
    return status;
}
