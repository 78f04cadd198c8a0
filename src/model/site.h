/* site.h: every expression of a model, and what it is for. Private to the model layer. */
#ifndef TN_MODEL_SITE_H
#define TN_MODEL_SITE_H

#include "model/model.h"

typedef enum tn_site_kind {
    TN_SITE_FILTER, /* `where` of a derived action: over the fields of an event */
    TN_SITE_PER,    /* the weight of an event in a rule: over the fields of an event */
    TN_SITE_CONDITION,
    TN_SITE_POINTS, /* of a rule, or of a score that is one expression */
    TN_SITE_MARGIN,
    TN_SITE_TRAIT,
    TN_SITE_GUARD,
    TN_SITE_SEGMENT,
    TN_SITE_KIND_COUNT
} tn_site_kind;

typedef struct tn_site {
    tn_site_kind kind;
    const tn_model_expr *expr;
    uint32_t derived;              /* the derived column that it feeds; TN_NONE over events */
    uint32_t action;               /* over events: of which action */
    const tn_model_stages *stages; /* of a guard */
} tn_site;

/* Calls visit for every expression that is there, in the order of the parts of the file, until one
 * does not return TN_OK. */
typedef tn_status tn_site_visit(void *context, const tn_site *site);
tn_status tn_model_visit_sites(const tn_model *model, tn_site_visit *visit,
                               void *context) TN_MUST_CHECK;

/* Whether a guard came from a preset, in whose words for actions it speaks. */
static inline bool tn_site_is_preset(const tn_model *model, const tn_site *site) {
    return site->expr->document != &model->document;
}

#endif
