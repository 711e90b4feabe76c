/* SPDX-License-Identifier: MIT */
/* restore.c: wxloginctl restore: a backup in the place of the store. */
#include <config.h>

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ctl/ctl.h"
#include "program/operator.h"
#include "program/program.h"
#include "program/worker.h"
#include "statements.h"

static const struct program restore_program = { .name = "wxloginctl" };

/* The work copy, beside the store: the backup itself is never written to. */
struct copy {
	char		 path[FILE_PATH_MAX];
	struct conf	 conf;		/* the programs', but for the path */
	struct worker	 w;
};

static void
remove_copy(const struct copy *copy)
{
	static const char *const more[] = { "", "-journal", "-wal", "-shm" };
	char path[FILE_PATH_MAX + 16];
	size_t i;

	for (i = 0; i < COUNT(more); i++) {
		snprintf(path, sizeof(path), "%s%s", copy->path, more[i]);
		(void)unlink(path);
	}
}

/* Copy the backup, which root may have named and only root may read. */
static enum outcome
make_copy(struct ctl *c, const char *file, struct copy *copy)
{
	const char *database = c->rq.cx.conf->database;
	struct log *log = c->rq.cx.log;
	struct sqlite3 *from = NULL;
	struct stat a, b;
	enum outcome e;

	if (snprintf(copy->path, sizeof(copy->path), "%s.restore", database) >=
	    (int)sizeof(copy->path))
		return FAIL(log, INTERNAL, "%s: the path is too long",
		    database);
	if (stat(file, &a) == 0 && stat(database, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return FAIL(log, INTERNAL, "%s: that is the store itself; "
		    "name a file that wxloginctl backup made", file);
	remove_copy(copy);
	if (!operator_root())
		return FAIL(log, INTERNAL, "%s: can't act as root", file);
	e = store_open_copy(file, log, &from);
	if (!operator_again(database) && e == OK)
		e = FAIL(log, INTERNAL, "%s: can't act as its owner",
		    database);
	if (e == OK)
		e = store_copy(from, copy->path, log);
	store_close_copy(from);
	return e;
}

/* Open the copy as a program would: its schema, and whether our keys fit. */
static enum outcome
open_copy(struct ctl *c, const char *file, struct copy *copy)
{
	const struct conf *conf = c->rq.cx.conf;
	struct log *log = c->rq.cx.log;
	enum outcome e;

	copy->conf = *conf;
	copy->conf.database = copy->path;
	copy->conf.journal = JOURNAL_DELETE;
	copy->w = (struct worker){ .program = &restore_program,
	    .conf = &copy->conf };
	log_open(&copy->w.log, "wxloginctl", NULL);
	e = worker_ready(&copy->w);
	if (e != OK && copy->w.store != NULL)
		return FAIL(log, INTERNAL, "%s: the keys in %s do not open "
		    "what it holds; first put the key file that was kept with "
		    "this backup there (%s)", file, conf->seal_key_file,
		    log_plain(copy->w.log.cause));
	if (e != OK || !store_sound(copy->w.store))
		return FAIL(log, INTERNAL, "%s: %s", file,
		    log_plain(copy->w.log.cause));
	return OK;
}

static enum outcome
count(struct ctl *c, struct store *s)
{
	struct q *q = q_new(s, Q_CTL_COUNTS);

	if (q_row(q)) {
		say_int(c, "users", q_col_int(q, COL_CTL_COUNTS_USERS));
		say_int(c, "sessions", q_col_int(q, COL_CTL_COUNTS_SESSIONS));
	}
	return q_end(q);
}

/* Is the store as the programs will find it? */
static enum outcome
try_store(struct ctl *c)
{
	struct worker w = { .program = &restore_program,
	    .conf = c->rq.cx.conf };
	enum outcome e;

	log_open(&w.log, "wxloginctl", NULL);
	if ((e = worker_ready(&w)) != OK)
		(void)FAIL(c->rq.cx.log, INTERNAL, "restored, but: %s",
		    log_plain(w.log.cause));
	worker_close(&w);
	return e;
}

enum outcome
ctl_restore(struct ctl *c, char *arg[])
{
	struct copy copy = { .path = "" };
	enum outcome e;

	if ((e = make_copy(c, arg[0], &copy)) == OK &&
	    (e = open_copy(c, arg[0], &copy)) == OK &&
	    (e = count(c, copy.w.store)) == OK &&
	    (e = store_restore(copy.w.store, c->rq.cx.conf->database)) != OK)
		(void)FAIL(c->rq.cx.log, e, "%s",
		    log_plain(copy.w.log.cause));
	worker_close(&copy.w);
	if (copy.path[0] != '\0')
		remove_copy(&copy);
	if (e != OK || (e = try_store(c)) != OK)
		return e;
	say_text(c, "restored", arg[0]);
	return OK;
}
