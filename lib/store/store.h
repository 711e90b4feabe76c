/* SPDX-License-Identifier: MIT */
/* store.h: the store behind a closed list of statements and a few verbs.
 *
 * Statements are written in sql/NAME.sql, compiled in, and named by an enum;
 * nothing else can be run.  Each is prepared once per connection.  Those that
 * write run in a transaction's body (store_write()) only.  Between q_new()
 * and q_end() errors are sticky: the verbs do nothing after the first failure,
 * and q_end() reports it.
 *
 *	struct q *q = q_new(store, Q_SESSION_FIND);
 *
 *	q_blob(q, ":sid", id, SESSION_ID_LEN);
 *	if (q_row(q))
 *		id = q_col_int(q, 0);
 *	return q_end(q);
 *
 * A handle belongs to one thread; connections are shared, and none is held but
 * between q_new() and q_end(), or in a body.  Outcomes: BUSY when the store
 * can't be written in time or the disk is full, INTERNAL (cause logged) for
 * the rest.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

struct log;
struct sqlite3;
struct store;
struct store_pool;
struct q;

struct statement {
	const char	*where;		/* file:line, for the log */
	const char	*text;
};

/* What a store holds; made from sql/ by sql/embed.awk. */
struct schema {
	uint32_t		 application_id;
	const char *const	*migrations;	/* from version i to i + 1 */
	size_t			 nmigrations;
	const struct statement	*statements;
	size_t			 nstatements;
};

enum journal { JOURNAL_AUTO, JOURNAL_WAL, JOURNAL_DELETE };

struct store_options {
	const char	*path;
	int64_t		 journal;	/* enum journal */
	int64_t		 busy_timeout;	/* ms */
	bool		 one_shot;	/* a CGI run */
};

/* Once per process, before any thread. */
void		store_init(void);

/* What the threads of a process share: some connections for reading and one
 * for writing.  Nothing is opened yet.  NULL: no memory.  The path is copied;
 * the schema has to outlive it. */
struct store_pool *store_pool_new(const struct schema *,
		    const struct store_options *);

/* When no handle is left.  A CGI process leaves without. */
void		store_pool_free(struct store_pool *);

/* A thread's handle.  The first one opens the store: makes the file (mode
 * 0600) and brings the schema up to date when that is needed, safely against
 * others doing the same. */
enum outcome	store_join(struct store_pool *, struct log *,
		    struct store **);

/* A handle with a pool of its own, for who has one thread. */
enum outcome	store_open(const struct schema *, const struct store_options *,
		    struct log *, struct store **);

/* NULL is allowed. */
void		store_close(struct store *);

/* Prepare every statement: does the list fit the schema? */
enum outcome	store_check(struct store *);

/* PRAGMA integrity_check; false, with the cause (SQLite's first line, and what
 * to do) logged, unless it says ok. */
bool		store_sound(struct store *);

/* Is the file another than the one that was opened, or was one put over it
 * while its -wal was there?  Then nobody should go on with what is open. */
bool		store_pool_touched(struct store_pool *);

/* How many transactions this process has begun. */
uint64_t	store_writes(struct store *);

/* Can the write lock be had, and a transaction be committed?  False, with the
 * cause logged, if not. */
bool		store_writable(struct store *);

/* Copy the store to a new file (mode 0600) while others use it; INTERNAL when
 * the file is there already or can't be written. */
enum outcome	store_backup(struct store *, const char *path);

/* Put the content of `from` (a store of its own) in the place of what is at
 * `path`, damaged or not, made if there is nothing; programs that run
 * meanwhile see the one or the other.  BUSY: they leave no room for it. */
enum outcome	store_restore(struct store *from, const char *path);

/* Open a copy that store_backup() made, only to read it; and copy that to a
 * new file, which can then be opened as a store.  INTERNAL with the cause
 * logged. */
enum outcome	store_open_copy(const char *file, struct log *,
		    struct sqlite3 **);
enum outcome	store_copy(struct sqlite3 *, const char *path, struct log *);
void		store_close_copy(struct sqlite3 *);		/* or NULL */

/* Does the journal mode in force keep the WAL? */
bool		store_is_wal(struct store *);

/* Checkpoint the WAL if it has grown; to be called behind the reply. */
void		store_maintain(struct store *);

/* ---- transactions: the write lock comes first, the wait is bounded */
enum durability {
	/* May be lost when the power fails; never torn.  store_write() does
	 * not wait for its commit, so a read that follows may not see it. */
	RELAXED,
	DURABLE,	/* synced before store_write() returns */
};

/* Run `body` in a transaction: committed when it returns OK, else rolled back,
 * and its outcome returned.  The body may be run more than once, so what it
 * leaves in memory has to come out the same each time, and everything random
 * is made before it.  It must not ask WeChat. */
enum outcome	store_write(struct store *, enum durability,
		    enum outcome (*body)(void *arg), void *arg);

/* The same for what may as well not be written: RELAXED, waiting at most `ms`
 * for the write lock.  False: not written, which is no failure of the request:
 * the cause is forgotten. */
bool		store_write_soon(struct store *, int64_t ms,
		    enum outcome (*body)(void *arg), void *arg);

/* ---- one statement; text may be NULL */
struct q	*q_new(struct store *, size_t statement);
void		 q_int(struct q *, const char *name, int64_t);
void		 q_text(struct q *, const char *name, const char *);
void		 q_blob(struct q *, const char *name, const void *, size_t);
bool		 q_row(struct q *);		/* is there a (further) row? */
int64_t		 q_col_int(struct q *, int);
bool		 q_col_null(struct q *, int);
/* Valid until the next q_row() or q_end(); "" and length 0 for NULL. */
const char	*q_col_text(struct q *, int);
const void	*q_col_blob(struct q *, int, size_t *len);
enum outcome	 q_end(struct q *);
/* Run to the end without looking at rows; *changed (may be NULL): how many
 * rows it changed. */
enum outcome	 q_run(struct q *, int64_t *changed);

#endif
