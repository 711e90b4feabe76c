/* SPDX-License-Identifier: MIT */
/* explain.h: why a store can't be used, in words that say what to do. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdbool.h>

#include "base/outcome.h"

struct buf;
struct log;
struct sqlite3;

/* The outcome of a result code of SQLite that is neither success nor a lock,
 * with its cause in the log.  BUSY: there is no room; INTERNAL: the rest.  The
 * cause names the file (of the store at `path` and of all that lies beside
 * it), whose it is, who we are and what to do; where that can't be told, it
 * has SQLite's own words behind `where`.  `h` may be NULL; a NULL `path` is
 * that of `h`. */
enum outcome	store_explain(struct sqlite3 *h, const char *path, int rc,
		    const char *where, struct log *);

/* The same when the file could not be made, with errno `error`. */
enum outcome	store_explain_making(const char *path, int error,
		    struct log *);

/* May we read and write the store's folder and each of its files that is
 * there? False: `why` says which not, whose it is and what to do. */
bool		store_files_usable(const char *path, struct buf *why);

#endif
