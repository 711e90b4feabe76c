/* SPDX-License-Identifier: MIT */
/* fault.c: what replaces or spoils the answer of a call, as a test asked. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "sandbox/sandbox.h"

enum outcome
fault_take(struct call *c, struct fault *f)
{
	struct q *q = q_new(c->store, SANDBOX_FAULT_TAKE);

	*f = (struct fault){ .kind = "" };
	q_text(q, ":path", c->path);
	while (q_row(q)) {
		snprintf(f->kind, sizeof(f->kind), "%s",
		    q_col_text(q, COL_FAULT_TAKE_KIND));
		f->ms = q_col_int(q, COL_FAULT_TAKE_MS);
		f->number = q_col_int(q, COL_FAULT_TAKE_NUMBER);
	}
	return q_end(q);
}

bool
fault_before(struct call *c, const struct fault *f)
{
	if (strcmp(f->kind, "busy") == 0) {
		(void)refuse(c, FAMILY_SNS, -1, "system error");
	} else if (strcmp(f->kind, "errcode") == 0) {
		(void)refuse(c, FAMILY_API, f->number, "injected");
	} else if (strcmp(f->kind, "status") == 0) {
		c->status = (int)f->number;
		buf_str(&c->reply, "{\"errcode\":-1,\"errmsg\":\"injected\"}");
	} else if (strcmp(f->kind, "html") == 0) {
		c->status = f->number == 0 ? 502 : (int)f->number;
		c->type = "text/html";
		buf_str(&c->reply, "<html><head><title>502 Bad Gateway</title>"
		    "</head><body><h1>Bad Gateway</h1></body></html>");
	} else
		return false;
	return true;
}

size_t
fault_after(struct call *c, const struct fault *f, size_t *length)
{
	clock_sleep_ms(f->ms);
	*length = c->reply.len;
	if (strcmp(f->kind, "reset") == 0)
		return 0;
	if (strcmp(f->kind, "truncate") == 0)
		return c->reply.len / 2;
	if (strcmp(f->kind, "empty") == 0)
		*length = 0;
	else if (strcmp(f->kind, "big") == 0)
		while (c->reply.len < UPSTREAM_MAX + 4096)
			buf_str(&c->reply, "                                ");
	if (strcmp(f->kind, "big") == 0)
		*length = c->reply.len;
	return *length;
}
