/* SPDX-License-Identifier: MIT */
/* store_int.h: what the files of the store share and nobody else sees. */
#ifndef STORE_INT_H
#define STORE_INT_H

#include <sqlite3.h>

#include "store/store.h"

/* The WAL is checkpointed when it has so many frames of 4 KiB: fewer for CGI
 * runs, each of which reads all of it. */
#define CHECKPOINT_FRAMES	1000
#define CHECKPOINT_ONE_SHOT	100

struct q {
	struct store		*store;
	sqlite3_stmt		*st;
	const struct statement	*statement;
	enum outcome		 err;	/* first failure since q_new() */
	bool			 open;	/* between q_new() and q_end() */
};

struct store {
	sqlite3			*h;
	const struct schema	*schema;
	struct log		*log;
	char			*lock_path;	/* of the checkpoint lock */
	int64_t			 busy_timeout;	/* ms, as opened */
	int64_t			 patience;	/* ms, in force */
	int64_t			 waiting_since;	/* ms, in the busy handler */
	int			 wal_frames;	/* in the WAL at last commit */
	int			 checkpoint_step, checkpoint_at; /* frames */
	bool			 wal, durable;
	bool			 wrote;	/* since store_maintain() */
	bool			 gate;	/* this connection holds the gate */
	struct q		 q[];
};

/* The outcome of a result code; the cause is logged when it is not OK. */
enum outcome	store_outcome(struct store *, int rc, const char *where);

/* Set how long this connection waits for the write lock, ms; 0: back to the
 * value given to store_open(). */
void		store_patience(struct store *, int64_t ms);

/* Bring the schema up to date (migrate.c). */
enum outcome	store_migrate(struct store *);

/* Run SQL of ours that returns nothing. */
enum outcome	store_exec(struct store *, const char *sql);

#endif
