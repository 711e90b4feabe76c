/* SPDX-License-Identifier: MIT */
/* statement.c: the verbs on one statement. */
#include <config.h>

#include <assert.h>
#include <limits.h>

#include "base/log.h"
#include "store/store_int.h"

static void
fail(struct q *q, int rc)
{
	if (q->err == OK)
		q->err = store_outcome(q->store, q->db->h, rc,
		    q->statement->where);
}

/* The transaction's connection, or one for reading: the one that this thread
 * has already, so that two statements at once can't wait for one another. */
static struct db *
take_connection(struct store *s, enum outcome *why)
{
	if (s->writing != NULL)
		return s->writing;
	if (s->reading == NULL)
		s->reading = reader_take(s, why);
	if (s->reading != NULL)
		s->reads++;
	return s->reading;
}

static void
give_connection(struct store *s)
{
	if (s->writing != NULL || --s->reads > 0)
		return;
	reader_give(s->pool, s->reading);
	s->reading = NULL;
}

struct q *
q_new(struct store *s, size_t statement)
{
	struct db *c;
	enum outcome why = OK;
	struct q *q;
	int rc;

	assert(statement < s->pool->schema->nstatements);
	if ((c = take_connection(s, &why)) == NULL) {
		s->failed = (struct q){ .store = s, .err = why, .open = true };
		return &s->failed;
	}
	q = &c->q[statement];
	assert(!q->open);
	q->store = s;
	q->open = true;
	q->err = OK;
	if (q->st == NULL) {
		rc = sqlite3_prepare_v3(c->h, q->statement->text, -1,
		    SQLITE_PREPARE_PERSISTENT, &q->st, NULL);
		if (rc != SQLITE_OK)
			fail(q, rc);
	}
	return q;
}

enum outcome
store_check(struct store *s)
{
	enum outcome e = OK;
	size_t i;

	for (i = 0; i < s->pool->schema->nstatements && e == OK; i++)
		e = q_end(q_new(s, i));
	return e;
}

static int
slot(struct q *q, const char *name)
{
	const int i = sqlite3_bind_parameter_index(q->st, name);

	assert(i > 0);		/* a name the SQL does not have is our bug */
	return i;
}

/* Bound values stay ours until q_end(): SQLITE_STATIC makes no copy. */

void
q_int(struct q *q, const char *name, int64_t n)
{
	int rc;

	if (q->err != OK)
		return;
	rc = sqlite3_bind_int64(q->st, slot(q, name), n);
	if (rc != SQLITE_OK)
		fail(q, rc);
}

void
q_text(struct q *q, const char *name, const char *s)
{
	int rc;

	if (q->err != OK)
		return;
	rc = sqlite3_bind_text(q->st, slot(q, name), s, -1, SQLITE_STATIC);
	if (rc != SQLITE_OK)
		fail(q, rc);
}

void
q_blob(struct q *q, const char *name, const void *p, size_t n)
{
	int rc;

	assert(n <= INT_MAX);
	if (q->err != OK)
		return;
	rc = sqlite3_bind_blob(q->st, slot(q, name), p, (int)n,
	    SQLITE_STATIC);
	if (rc != SQLITE_OK)
		fail(q, rc);
}

bool
q_row(struct q *q)
{
	int rc;

	if (q->err != OK)
		return false;
	rc = sqlite3_step(q->st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail(q, rc);
	return rc == SQLITE_ROW;
}

int64_t
q_col_int(struct q *q, int c)
{
	return sqlite3_column_int64(q->st, c);
}

bool
q_col_null(struct q *q, int c)
{
	return sqlite3_column_type(q->st, c) == SQLITE_NULL;
}

const char *
q_col_text(struct q *q, int c)
{
	const char *s = (const char *)sqlite3_column_text(q->st, c);

	return s == NULL ? "" : s;
}

const void *
q_col_blob(struct q *q, int c, size_t *len)
{
	const void *p = sqlite3_column_blob(q->st, c);

	*len = (size_t)sqlite3_column_bytes(q->st, c);
	return p == NULL ? "" : p;
}

enum outcome
q_end(struct q *q)
{
	const enum outcome e = q->err;

	assert(q->open);
	q->open = false;
	if (q->st != NULL) {
		/* what reset reports was reported by step */
		sqlite3_reset(q->st);
		sqlite3_clear_bindings(q->st);
	}
	if (q->db != NULL)
		give_connection(q->store);
	/* From here on it may be another thread's. */
	return e;
}

enum outcome
q_run(struct q *q, int64_t *changed)
{
	while (q_row(q))
		;
	if (q->err == OK && changed != NULL)
		*changed = sqlite3_changes64(q->db->h);
	return q_end(q);
}
