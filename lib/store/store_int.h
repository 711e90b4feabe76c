/* SPDX-License-Identifier: MIT */
/* store_int.h: what the files of the store share and nobody else sees.
 *
 * A process has one pool: a few connections for reading, which threads take
 * for a statement each, and one for writing, at which they queue.  A CGI run
 * has one connection for both.  struct store is a thread's handle on it. */
#ifndef STORE_INT_H
#define STORE_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "base/bounds.h"
#include "store/store.h"

#define READERS_MAX	16	/* connections for reading, per process */

/* SQL of our own besides the list of statements, prepared once. */
enum fixed {
	FIXED_BEGIN, FIXED_COMMIT, FIXED_ROLLBACK,
	FIXED_SAVE, FIXED_RELEASE, FIXED_ROLLBACK_TO,
	FIXED_FULL, FIXED_NORMAL,
	FIXED__MAX
};

struct q {
	struct store		*store;		/* whose it is now */
	struct db		*db;
	sqlite3_stmt		*st;
	const struct statement	*statement;
	enum outcome		 err;	/* first failure since q_new() */
	bool			 open;	/* between q_new() and q_end() */
};

struct db {
	sqlite3			*h;
	struct store_pool	*pool;
	struct db		*next;		/* idle in the pool */
	int64_t			 deadline;	/* ms, for the busy handler */
	bool			 durable;	/* synchronous=FULL in force */
	sqlite3_stmt		*fixed[FIXED__MAX];
	struct q		 q[];
};

/* A thread at the writing connection: first it waits for its turn, then for
 * the commit of its group. */
struct member {
	struct member		*next;
	pthread_cond_t		 wake;
	bool			 turn;		/* the writer is ours */
	bool			 finished;	/* the group's end: outcome */
	enum outcome		 outcome;
};

struct write_queue {
	pthread_mutex_t		 mutex;
	struct member		*first;		/* waiting for a turn */
	bool			 busy;		/* somebody has the turn */
	/* the group: an open transaction; only who has the turn looks */
	bool			 open;
	struct member		*members;	/* waiting for its commit */
	size_t			 writes;	/* transactions in it */
	int64_t			 opened;	/* ms */
	char			 why[CAUSE_MAX];	/* it failed */
};

struct store_pool {
	const struct schema	*schema;
	char			*path;
	int64_t			 journal, busy_timeout;
	bool			 one_shot, wal;
	pthread_mutex_t		 opening;	/* of the writer, once */
	atomic_bool		 ready;
	dev_t			 dev;		/* of the file, when ready */
	ino_t			 ino;
	struct db		*writer;	/* who has the turn owns it */
	struct write_queue	 queue;
	pthread_mutex_t		 mutex;		/* of the readers */
	pthread_cond_t		 given;
	struct db		*idle;
	size_t			 readers;	/* idle or taken */
	atomic_ullong		 writes;	/* transactions begun */
	atomic_int		 wal_frames;	/* in the WAL at last commit */
	atomic_int		 checkpoint_at;	/* frames */
	atomic_flag		 maintaining;
};

struct store {
	struct store_pool	*pool;
	bool			 own_pool;
	struct log		*log;
	int64_t			 patience;	/* ms, for the write lock */
	struct db		*writing;	/* in a transaction's body */
	struct db		*reading;	/* taken for a statement */
	size_t			 reads;		/* statements open on it */
	struct q		 failed;	/* no connection was had */
};

/* The outcome of a result code; the cause is logged when it is not OK. */
enum outcome	store_outcome(struct store *, sqlite3 *, int rc,
		    const char *where);

/* ---- foreign.c */

/* Does the header of the database say that there is no WAL, while there is one
 * beside `path`? */
bool		db_wal_foreign(sqlite3 *, const char *path);

/* Right after a connection was opened: does the WAL belong to the file?  Else
 * INTERNAL; what SQLite would make of the two is neither. */
enum outcome	db_check(struct store *, struct db *);

/* Which file was opened. */
void		pool_remember(struct store_pool *);

/* ---- db.c */

/* Open a connection (the file is there).  `writes`: not only for reading. */
enum outcome	db_open(struct store *, bool writes,
		    struct db **);
void		db_close(struct db *);	/* or NULL */

/* Run one of the fixed statements; SQLite's result code. */
int		db_run(struct db *, enum fixed);

/* Does the pragma's first row say so? */
bool		db_says(struct db *, const char *pragma,
		    const char *want);

/* Run SQL of ours that returns nothing. */
enum outcome	db_exec(struct store *, struct db *,
		    const char *sql);

/* ---- pool.c */

/* A connection for reading, given back by reader_give().  NULL with the cause
 * logged: none came free in time, or none can be opened. */
struct db *reader_take(struct store *, enum outcome *why);
void		reader_give(struct store_pool *, struct db *);

/* ---- write_queue.c */
bool		queue_init(struct write_queue *);

/* A condition whose timed waits are by CLOCK_MONOTONIC. */
bool		cond_init(pthread_cond_t *);

/* The writer for this thread alone, outside of a transaction: a group that is
 * open is committed first.  False: not had within the patience. */
bool		writer_take(struct store *, struct member *);
void		writer_give(struct store *, struct member *);

/* ---- checkpoint.c, migrate.c */

/* At how many frames of the WAL the first checkpoint is due. */
int		checkpoint_first(bool one_shot);

/* For SQLITE_CONFIG_LOG: notes how much of a WAL had to be read at opening. */
void		checkpoint_on_log(void *arg, int code, const char *message);

/* Leave a short WAL behind when nobody else writes: what comes next reads all
 * of it.  To be called when this process is about to end. */
void		checkpoint_last(struct store_pool *);

/* Bring the schema up to date, on the writer. */
enum outcome	store_migrate(struct store *);

#endif
