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
	struct q *q = q_new(c->rq.store, Q_CTL_COUNTS);

	*n = (struct counts){ .users = 0 };
	if (q_row(q)) {
		n->users = q_col_int(q, 0);
		n->sessions = q_col_int(q, 1);
		n->codes = q_col_int(q, 2);
		n->audit = q_col_int(q, 3);
	}
	return q_end(q);
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
		if ((e = store_begin(c->rq.store, RELAXED)) != OK)
			return e;
		if ((e = sweep_step(c->rq.store, c->rq.conf, c->rq.now)) == OK)
			e = store_commit(c->rq.store);
		else
			store_rollback(c->rq.store);
		store_maintain(c->rq.store);
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
	const enum outcome e = store_backup(c->rq.store, arg[0]);

	if (e == OK)
		say_text(c, "backup", arg[0]);
	return e;
}

/* ---- keys */

static enum outcome
reseal(struct ctl *c)
{
	int64_t done, lost;
	enum outcome e = reseal_all(c->rq.store, c->seal, c->rq.log, &done,
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
	if ((e = seal_file_add(c->rq.conf->seal_key_file, c->seal,
	    c->rq.log)) != OK)
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
	if ((e = seal_file_drop_old(c->rq.conf->seal_key_file, c->seal,
	    c->rq.log)) == OK)
		say_int(c, "keys", 1);
	return e;
}
