/* inputs.h: the inputs of `score`, shared by every command that needs a scored base: a model,
 * files, an as-of. Opens an engine, loads, fits what the model leaves open, rescores. */
#ifndef TN_TOOLS_INPUTS_H
#define TN_TOOLS_INPUTS_H

#include "base/option.h"
#include "csv_load.h"

#include <tenure/engine.h>

typedef struct tn_inputs {
    /* from the command line */
    const char *model;
    tn_load_paths paths;
    const char *as_of;
    tn_csv_dialect dialect;
    const char *rejects_path;
    bool is_strict;
    uint64_t shards, threads; /* 0: the engine's choice */
    bool keep_day_values;     /* set by the command, not the user */

    /* of the scored base */
    tn_engine *engine;
    const tn_engine_info *info;
    int64_t as_of_ms;
    bool as_of_is_date;
    tn_load_account accounts[TN_LOAD_FILES_MAX];
    size_t account_count;
    double load_seconds, rescore_seconds;
    bool has_fit; /* something was fitted */
    tn_engine_fit fit;
    tn_rescore_result rescore;
} tn_inputs;

enum { TN_INPUTS_OPTIONS = 10, TN_INPUTS_HIDDEN_OPTIONS = 2 };

/* Writes TN_INPUTS_OPTIONS options: all but --model. Returns their number. */
size_t tn_inputs_options(tn_inputs *inputs, tn_option *out);
/* For tests: --shards and --threads. */
size_t tn_inputs_hidden_options(tn_inputs *inputs, tn_option *out);

bool tn_inputs_has_files(const tn_inputs *inputs);
/* Opens an empty engine. On failure nothing is left open. */
tn_status tn_inputs_open(tn_inputs *inputs, tn_error *error) TN_MUST_CHECK;
/* Loads, fits, rescores. */
tn_status tn_inputs_score(tn_inputs *inputs, tn_error *error) TN_MUST_CHECK;
void tn_inputs_close(tn_inputs *inputs);

#endif
