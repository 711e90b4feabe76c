/* SPDX-License-Identifier: MIT */
/* sweep.c: deletes expired rows in small steps, inside transactions that write
 * anyway.
 *
 * A cursor moves along a table's primary key, some rows a step, and starts
 * again at the end.  A login adds a row to each table, and every SWEEP_EVERYth
 * looks at SWEEP_ROWS of them: so at most an eighth of a table is waste. */
#include <config.h>

#include <string.h>

#include "account/sweep.h"
#include "context.h"
#include "statements.h"

/* A cursor: the key of the last row looked at; empty: the start. */
struct cursor {
	uint8_t	key[HASH_LEN];
	size_t	n;
};

struct table {
	const char	*cursor;	/* its name in meta */
	size_t		 next, remove;	/* statements */
};

static enum outcome
get_cursor(struct store *s, const char *name, struct cursor *c)
{
	struct q *q = q_new(s, Q_META_GET);
	const void *p;

	*c = (struct cursor){ .n = 0 };
	q_text(q, ":name", name);
	if (q_row(q)) {
		p = q_col_blob(q, COL_META_GET_VALUE, &c->n);
		if (c->n > sizeof(c->key))
			c->n = 0;
		memcpy(c->key, p, c->n);
	}
	return q_end(q);
}

/* Unless it stands there already. */
static enum outcome
set_cursor(struct store *s, const char *name, const struct cursor *from,
    const struct cursor *to)
{
	struct q *q;

	if (from->n == to->n && memcmp(from->key, to->key, to->n) == 0)
		return OK;
	q = q_new(s, Q_META_SET);
	q_text(q, ":name", name);
	q_blob(q, ":value", to->key, to->n);
	return q_run(q, NULL);
}

/* Where the step that starts at `from` ends; *last: at the table's end. */
static enum outcome
find_next(struct store *s, size_t statement, const struct cursor *from,
    int64_t rows, struct cursor *next, bool *last)
{
	struct q *q = q_new(s, statement);
	const void *p;

	q_blob(q, ":cursor", from->key, from->n);
	q_int(q, ":most", rows - 1);
	memset(next->key, 0xff, sizeof(next->key));
	next->n = sizeof(next->key);
	*last = true;
	if (q_row(q)) {
		p = q_col_blob(q, COL_SWEEP_SESSIONS_NEXT_CURSOR, &next->n);
		memcpy(next->key, p, next->n);
		*last = false;
	}
	return q_end(q);
}

static enum outcome
sweep_table(struct store *s, const struct table *t, int64_t rows,
    int64_t before, struct swept *swept)
{
	const struct cursor start = { .n = 0 };
	struct cursor from, next;
	int64_t changed = 0;
	struct q *q;
	enum outcome e;
	bool last;

	if ((e = get_cursor(s, t->cursor, &from)) != OK ||
	    (e = find_next(s, t->next, &from, rows, &next, &last)) != OK)
		return e;
	q = q_new(s, t->remove);
	q_blob(q, ":cursor", from.key, from.n);
	q_blob(q, ":next", next.key, next.n);
	q_int(q, ":before", before);
	if ((e = q_run(q, &changed)) != OK)
		return e;
	swept->removed += changed;
	swept->more |= !last;
	return set_cursor(s, t->cursor, &from, last ? &start : &next);
}

/* The trail is in the order of time: the step goes on only while it meets
 * nothing but old rows, and rows that a clock which ran ahead has dated. */
static enum outcome
sweep_audit(struct store *s, int64_t rows, int64_t before, int64_t now,
    struct swept *swept)
{
	static const char name[] = "sweep_audit";
	struct cursor from, to = { .n = 0 };
	int64_t cursor = 0, next = 0, young = 0, changed = 0;
	struct q *q;
	enum outcome e;

	if ((e = get_cursor(s, name, &from)) != OK)
		return e;
	if (from.n == sizeof(cursor))
		memcpy(&cursor, from.key, sizeof(cursor));
	q = q_new(s, Q_SWEEP_AUDIT_NEXT);
	q_int(q, ":cursor", cursor);
	q_int(q, ":most", rows);
	q_int(q, ":before", before);
	q_int(q, ":latest", now + CLOCK_SKEW);
	if (q_row(q)) {
		next = q_col_int(q, COL_SWEEP_AUDIT_NEXT_NEXT);
		young = q_col_int(q, COL_SWEEP_AUDIT_NEXT_YOUNG);
	}
	if ((e = q_end(q)) != OK)
		return e;
	q = q_new(s, Q_SWEEP_AUDIT);
	q_int(q, ":cursor", cursor);
	q_int(q, ":next", next);
	q_int(q, ":before", before);
	if ((e = q_run(q, &changed)) != OK)
		return e;
	swept->removed += changed;
	if (young == 0 && next > 0) {
		swept->more = true;
		memcpy(to.key, &next, sizeof(next));
		to.n = sizeof(next);
	}
	return set_cursor(s, name, &from, &to);
}

enum outcome
sweep_step(struct store *s, const struct conf *c, int64_t now, int64_t rows,
    struct swept *swept)
{
	static const struct table sessions = { "sweep_sessions",
	    Q_SWEEP_SESSIONS_NEXT, Q_SWEEP_SESSIONS };
	static const struct table codes = { "sweep_codes",
	    Q_SWEEP_CODES_NEXT, Q_SWEEP_CODES };
	struct q *q;
	enum outcome e;

	*swept = (struct swept){ .removed = 0 };
	if ((e = sweep_table(s, &sessions, rows, now - c->keep_expired,
	    swept)) != OK ||
	    (e = sweep_table(s, &codes, rows, now - c->code_replay -
	    CLOCK_SKEW, swept)) != OK ||
	    (e = sweep_audit(s, rows, now - c->keep_audit, now, swept)) != OK)
		return e;
	q = q_new(s, Q_THROTTLE_SWEEP);
	q_int(q, ":minute", now / 60);
	return q_run(q, NULL);
}

enum outcome
sweep_restart(struct store *s)
{
	static const char *const names[] = { "sweep_sessions", "sweep_codes",
	    "sweep_audit" };
	struct q *q;
	enum outcome e = OK;
	size_t i;

	for (i = 0; i < COUNT(names) && e == OK; i++) {
		q = q_new(s, Q_META_SET);
		q_text(q, ":name", names[i]);
		q_blob(q, ":value", "", 0);
		e = q_run(q, NULL);
	}
	return e;
}

enum outcome
sweep_sometimes(const struct context *cx)
{
	struct swept ignored;

	if (store_writes(cx->store) % SWEEP_EVERY != 1)
		return OK;
	return sweep_step(cx->store, cx->conf, cx->now, SWEEP_ROWS, &ignored);
}
