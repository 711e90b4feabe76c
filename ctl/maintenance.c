/* SPDX-License-Identifier: MIT */
/* maintenance.c: wxloginctl purge, backup, key ... */
#include <config.h>

#include "ctl/ctl.h"
#include "ctl/reseal.h"
#include "statements.h"

struct counts {
	int64_t	users, sessions, codes, audit;
};

static enum outcome
count(struct ctl *c, struct counts *n)
{
	struct q *q = q_new(c->rq.cx.store, Q_CTL_COUNTS);

	*n = (struct counts){ .users = 0 };
	if (q_row(q)) {
		n->users = q_col_int(q, COL_CTL_COUNTS_USERS);
		n->sessions = q_col_int(q, COL_CTL_COUNTS_SESSIONS);
		n->codes = q_col_int(q, COL_CTL_COUNTS_CODES);
		n->audit = q_col_int(q, COL_CTL_COUNTS_AUDIT);
	}
	return q_end(q);
}

static enum outcome
purge_step(void *arg)
{
	const struct context *cx = arg;

	return sweep_step(cx->store, cx->conf, cx->now);
}

/* What the requests do in steps, until nothing is left to do: a step looks at
 * SWEEP_ROWS rows of a table. */
enum outcome
ctl_purge(struct ctl *c, char *arg[])
{
	struct counts before, after;
	int64_t steps;
	enum outcome e;

	(void)arg;
	if ((e = count(c, &before)) != OK)
		return e;
	steps = (before.sessions + before.codes + before.audit) / SWEEP_ROWS +
	    3;
	for (; steps > 0 && e == OK; steps--) {
		e = store_write(c->rq.cx.store, RELAXED, purge_step,
		    &c->rq.cx);
		store_maintain(c->rq.cx.store);
	}
	if (e != OK || (e = count(c, &after)) != OK)
		return e;
	say_int(c, "sessions_removed", before.sessions - after.sessions);
	say_int(c, "codes_removed", before.codes - after.codes);
	say_int(c, "audit_removed", before.audit - after.audit);
	say_int(c, "users", after.users);
	say_int(c, "sessions", after.sessions);
	return OK;
}

enum outcome
ctl_backup(struct ctl *c, char *arg[])
{
	const enum outcome e = store_backup(c->rq.cx.store, arg[0]);

	if (e == OK)
		say_text(c, "backup", arg[0]);
	return e;
}

/* ---- keys */

static enum outcome
reseal(struct ctl *c)
{
	int64_t done, lost;
	enum outcome e = reseal_all(c->rq.cx.store, c->seal, c->rq.cx.log, &done,
	    &lost);

	if (e != OK)
		return e;
	say_int(c, "sealed_anew", done);
	say_int(c, "not_opened", lost);
	return OK;
}

enum outcome
ctl_key_rotate(struct ctl *c, char *arg[])
{
	enum outcome e;

	(void)arg;
	if ((e = seal_file_add(c->rq.cx.conf->seal_key_file, c->seal,
	    c->rq.cx.log)) != OK)
		return e;
	say_int(c, "keys", (int64_t)c->seal->nkeys);
	return reseal(c);
}

enum outcome
ctl_key_drop_old(struct ctl *c, char *arg[])
{
	enum outcome e;

	(void)arg;
	if ((e = reseal(c)) != OK)
		return e;
	if ((e = seal_file_drop_old(c->rq.cx.conf->seal_key_file, c->seal,
	    c->rq.cx.log)) == OK)
		say_int(c, "keys", 1);
	return e;
}
