/* preset.h: the stage presets of share/models, which the build puts into the library as bytes
 * (tools/cmake/TenureEmbed.cmake), so that a preset needs no file beside the program. */
#ifndef TN_MODEL_PRESET_H
#define TN_MODEL_PRESET_H

#include <stddef.h>

typedef struct tn_preset {
    const char *name; /* "shop5" */
    const char *file; /* "share/models/shop5.yaml" */
    const unsigned char *data;
    size_t size;
} tn_preset;

extern const tn_preset tn_presets[];
extern const char *const tn_preset_names[]; /* in the same order */
extern const size_t tn_preset_count;

#endif
