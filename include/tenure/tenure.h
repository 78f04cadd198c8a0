/* tenure.h: everything at once. */
#ifndef TENURE_TENURE_H
#define TENURE_TENURE_H

#include <tenure/btyd.h>
#include <tenure/engine.h>
#include <tenure/export.h>
#include <tenure/limits.h>
#include <tenure/status.h>
#include <tenure/types.h>
#include <tenure/version.h>

#endif
