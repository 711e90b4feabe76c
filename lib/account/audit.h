/* SPDX-License-Identifier: MIT */
/* audit.h: the trail of what happened to users and sessions. */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdint.h>

#include "base/outcome.h"

struct request;

/* A row of the audit trail, inside the caller's transaction.  `session` (its
 * id) and
 * `device` may be NULL. */
enum outcome	audit_add(struct request *, const char *event, int64_t user_id,
		    const uint8_t *session, const char *device);

#endif
