/* SPDX-License-Identifier: MIT */
/* sweep.c: deletes expired rows in small steps, inside transactions that write
 * anyway.
 *
 * A cursor moves along a table's primary key, some rows a step, and starts
 * again at the end.  Each login adds a row to each table and looks at
 * SWEEP_ROWS of them, so a table stays within a fraction of what is live and kept. */
#include <config.h>

#include <string.h>

#include "account/session.h"
#include "conf/conf.h"
#include "statements.h"
#include "store/store.h"

struct sweep {
	const char	*cursor;	/* its name in meta */
	size_t		 next, remove;	/* statements */
};

static enum outcome
get_cursor(struct store *s, const char *name, uint8_t out[HASH_LEN])
{
	struct q *q = q_new(s, Q_META_GET);
	const void *p;
	size_t n;

	memset(out, 0, HASH_LEN);
	q_text(q, ":name", name);
	if (q_row(q)) {
		p = q_col_blob(q, COL_META_GET_VALUE, &n);
		if (n == HASH_LEN)
			memcpy(out, p, n);
	}
	return q_end(q);
}

static enum outcome
set_cursor(struct store *s, const char *name, const uint8_t at[HASH_LEN])
{
	struct q *q = q_new(s, Q_META_SET);

	q_text(q, ":name", name);
	q_blob(q, ":value", at, HASH_LEN);
	return q_run(q, NULL);
}

/* Where the step that starts at `from` ends; *last: at the table's end. */
static enum outcome
find_next(struct store *s, size_t statement, const uint8_t from[HASH_LEN],
    uint8_t next[HASH_LEN], bool *last)
{
	struct q *q = q_new(s, statement);
	const void *p;
	size_t n;

	q_blob(q, ":cursor", from, HASH_LEN);
	q_int(q, ":most", SWEEP_ROWS - 1);
	memset(next, 0xff, HASH_LEN);
	*last = true;
	if (q_row(q)) {
		p = q_col_blob(q, COL_SWEEP_SESSIONS_NEXT_CURSOR, &n);
		memcpy(next, p, HASH_LEN);
		*last = false;
	}
	return q_end(q);
}

static enum outcome
sweep(struct store *s, const struct sweep *w, int64_t before)
{
	uint8_t from[HASH_LEN], next[HASH_LEN];
	const uint8_t start[HASH_LEN] = { 0 };
	struct q *q;
	enum outcome e;
	bool last;

	if ((e = get_cursor(s, w->cursor, from)) != OK ||
	    (e = find_next(s, w->next, from, next, &last)) != OK)
		return e;
	q = q_new(s, w->remove);
	q_blob(q, ":cursor", from, HASH_LEN);
	q_blob(q, ":next", next, HASH_LEN);
	q_int(q, ":before", before);
	if ((e = q_run(q, NULL)) != OK)
		return e;
	/* A small table is done in one step: its cursor stays at the start. */
	if (last && memcmp(from, start, HASH_LEN) == 0)
		return OK;
	return set_cursor(s, w->cursor, last ? start : next);
}

enum outcome
sweep_step(struct store *s, const struct conf *c, int64_t now)
{
	static const struct sweep sessions = { "sweep_sessions",
	    Q_SWEEP_SESSIONS_NEXT, Q_SWEEP_SESSIONS };
	static const struct sweep codes = { "sweep_codes",
	    Q_SWEEP_CODES_NEXT, Q_SWEEP_CODES };
	struct q *q;
	enum outcome e;

	if ((e = sweep(s, &sessions, now - c->keep_expired)) != OK ||
	    (e = sweep(s, &codes, now - c->code_replay - CLOCK_SKEW)) != OK)
		return e;
	q = q_new(s, Q_AUDIT_SWEEP);
	q_int(q, ":most", SWEEP_ROWS);
	q_int(q, ":before", now - c->keep_audit);
	if ((e = q_run(q, NULL)) != OK)
		return e;
	q = q_new(s, Q_THROTTLE_SWEEP);
	q_int(q, ":minute", now / 60);
	return q_run(q, NULL);
}
