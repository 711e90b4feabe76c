/* SPDX-License-Identifier: MIT */
/* audit.c: the trail of what happened to users and sessions. */
#include <config.h>

#include "account/audit.h"
#include "account/request.h"
#include "statements.h"

enum outcome
audit_add(struct request *rq, const char *event, int64_t user_id,
    const uint8_t *session, const char *device)
{
	struct q *q = q_new(rq->cx.store, Q_AUDIT_ADD);

	q_int(q, ":now", rq->cx.now);
	q_text(q, ":event", event);
	q_int(q, ":user_id", user_id);
	if (session != NULL)
		q_blob(q, ":session", session, AUDIT_ID_LEN);
	q_text(q, ":client", rq->client);
	q_text(q, ":device", device);
	return q_run(q, NULL);
}
