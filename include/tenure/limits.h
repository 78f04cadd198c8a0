/* limits.h: every bound of the engine, in one place. A bound that a user can meet is named in its
 * error message; none of these can be exceeded by input. */
#ifndef TENURE_LIMITS_H
#define TENURE_LIMITS_H

#define TN_ID_SIZE_MAX             256   /* bytes of a customer id; at least 1 */
#define TN_NAME_SIZE_MAX           64    /* bytes of a name in a model file */
#define TN_TEXT_SIZE_MAX           65536 /* bytes of one text value of an attribute or a field */
#define TN_MODEL_SIZE_MAX          (4u << 20) /* bytes of a model file */
#define TN_MODEL_DEPTH_MAX         32         /* nesting of YAML collections */
#define TN_EXPR_NODES_MAX          1024       /* nodes of one expression */
#define TN_EXPR_DEPTH_MAX          64         /* nesting of one expression */
#define TN_EXPR_SIZE_MAX           65536      /* bytes of one expression */
#define TN_ATTRIBUTES_MAX          1024       /* attributes of a model */
#define TN_ACTIONS_MAX             256        /* actions of a model, derived ones included */
#define TN_FIELDS_MAX              32         /* event fields of one action */
#define TN_SCORES_MAX              256
#define TN_RULES_MAX               1024 /* rules of one score */
#define TN_GROUPS_MAX              64   /* groups of one score */
#define TN_GRADES_MAX              64   /* grades of one score */
#define TN_STAGE_MODELS_MAX        64
#define TN_STAGES_MAX              64 /* stages of one model, exits included */
#define TN_TRAITS_MAX              1024
#define TN_SEGMENTS_MAX            4096
#define TN_RFM_BINS_MAX            100
#define TN_RFM_SEGMENTS_MAX        64
#define TN_TILES_MAX               10000 /* n of tile(x, n) */
#define TN_DERIVED_MAX             8192  /* derived columns of a model */
#define TN_SHARDS_MAX              1024
#define TN_DICTIONARY_ENTRIES_MAX  (1u << 30)
#define TN_CUSTOMERS_PER_SHARD_MAX 0xFFFFFFF0u
#define TN_BATCH_ROWS_MAX          65536           /* rows of one load or ingest batch */
#define TN_TIME_MS_MIN             0LL             /* 1970-01-01T00:00:00Z */
#define TN_TIME_MS_MAX             7289654399999LL /* 2200-12-31T23:59:59.999Z */
#define TN_DATE_DAYS_MIN           (-62091) /* 1800-01-01: dates of attributes and literals */
#define TN_DATE_DAYS_MAX           84370    /* 2200-12-31 */
#define TN_SCORE_POINTS_MAX        32767.0  /* a score lies within plus or minus this */
#define TN_SCORE_UNITS_PER_POINT   65536    /* a score is counted in units of 1/65,536 point */
#define TN_TRANSACTION_VALUE_MAX   1e15     /* largest accepted value of an event, in magnitude */

#endif
