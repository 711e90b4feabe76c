/* SPDX-License-Identifier: MIT */
/* maintenance.c: wxloginctl purge, backup, key ... */
#include <config.h>

#include <unistd.h>

#include "account/sweep.h"
#include "base/clock.h"
#include "ctl/ctl.h"
#include "ctl/reseal.h"
#include "program/operator.h"
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

struct purge {
	const struct context	*cx;
	struct swept		 swept;
	bool			 begun;
};

static enum outcome
purge_step(void *arg)
{
	struct purge *p = arg;
	enum outcome e;

	if (!p->begun && (e = sweep_restart(p->cx->store)) != OK)
		return e;

	return sweep_step(p->cx->store, p->cx->conf, p->cx->now, PURGE_ROWS,
	    &p->swept);
}

/* What the requests do in steps, until no row is left to look at.  Between two
 * steps the requests have the store for as long as the step had it. */
enum outcome
ctl_purge(struct ctl *c, char *arg[])
{
	struct purge p = { .cx = &c->rq.cx };
	struct counts before, after;
	int64_t start;
	enum outcome e;

	(void)arg;
	if ((e = count(c, &before)) != OK)
		return e;
	do {
		start = clock_ms();
		e = store_write(c->rq.cx.store, RELAXED, purge_step, &p);
		p.begun = true;
		store_maintain(c->rq.cx.store);
		if (e == OK && p.swept.more)
			clock_sleep_ms(clock_ms() - start + 1);
	} while (e == OK && p.swept.more);
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
	enum outcome e;

	/* The copy is whose it was asked for by, and where they may write. */
	if (!operator_root())
		return FAIL(c->rq.cx.log, INTERNAL, "can't act as root");
	e = store_backup(c->rq.cx.store, arg[0]);
	(void)operator_again(c->rq.cx.conf->database);
	if (e == OK)
		say_text(c, "backup", arg[0]);
	return e;
}

/* ---- keys */

static enum outcome
reseal(struct ctl *c, int64_t *lost)
{
	int64_t done;
	enum outcome e = reseal_all(c->rq.cx.store, c->seal, c->rq.cx.log,
	    &done, lost);

	if (e != OK)
		return e;
	say_int(c, "sealed_anew", done);
	say_int(c, "not_opened", *lost);
	if (*lost > 0)
		c->attention = "some values open with no key; they are left "
		    "as they are: was a key taken out of the file?";
	return OK;
}

enum outcome
ctl_key_rotate(struct ctl *c, char *arg[])
{
	const char *path = c->rq.cx.conf->seal_key_file;
	int64_t lost;
	enum outcome e;
	int lock;

	(void)arg;
	if ((e = seal_file_lock(path, c->seal, c->rq.cx.log, &lock)) != OK)
		return e;
	if ((e = seal_file_add(path, c->seal, c->rq.cx.log)) == OK) {
		say_int(c, "keys", (int64_t)c->seal->nkeys);
		e = reseal(c, &lost);
	}
	close(lock);
	return e;
}

/* The older keys stay while a value opens with none: one of them may come to
 * be needed together with a restored one. */
enum outcome
ctl_key_drop_old(struct ctl *c, char *arg[])
{
	const char *path = c->rq.cx.conf->seal_key_file;
	int64_t lost = 0;
	enum outcome e;
	int lock;

	(void)arg;
	if ((e = seal_file_lock(path, c->seal, c->rq.cx.log, &lock)) != OK)
		return e;
	if ((e = reseal(c, &lost)) == OK && lost == 0)
		e = seal_file_drop_old(path, c->seal, c->rq.cx.log);
	if (e == OK)
		say_int(c, "keys", (int64_t)c->seal->nkeys);
	close(lock);
	return e;
}
