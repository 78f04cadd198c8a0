/* trust_text.h: a holdout test for people and as JSON. */
#ifndef TN_TOOLS_TRUST_TEXT_H
#define TN_TOOLS_TRUST_TEXT_H

#include "json.h"
#include "trust.h"

/* `unit`: "weeks" or "days". Lines of at most `width` columns. */
void tn_trust_append_text(const tn_trust *trust, const char *unit, unsigned width, tn_buffer *out);
json_t *tn_trust_json(const tn_trust *trust, tn_json *json);

#endif
