/* SPDX-License-Identifier: MIT */
/* migrate.c: the schema, from the version a file has to the one we know.
 *
 * application_id says that the file is ours, user_version which schema it has
 * (0: a new file).  Whoever comes first takes the write lock, looks again and
 * applies what is missing in one transaction. */
#include <config.h>

#include "base/log.h"
#include "store/store_int.h"

static enum outcome
read_number(struct store *s, const char *pragma, int64_t *n)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->pool->writer->h, pragma, -1, &st, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		*n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return store_outcome(s, s->pool->writer->h, rc, pragma);
}

/* How many migrations the file has behind it. */
static enum outcome
read_version(struct store *s, int64_t *version)
{
	int64_t id;
	enum outcome e;

	if ((e = read_number(s, "PRAGMA user_version", version)) != OK ||
	    (e = read_number(s, "PRAGMA application_id", &id)) != OK)
		return e;
	if (id != s->pool->schema->application_id &&
	    (id != 0 || *version != 0))
		return FAIL(s->log, INTERNAL, "store: the file belongs to "
		    "another program (application_id %lld); set database to "
		    "another path", (long long)id);
	if (*version < 0 || *version > (int64_t)s->pool->schema->nmigrations)
		return FAIL(s->log, INTERNAL,
		    "store: the file has schema %lld "
		    "and this program knows %zu; install the newer wxlogin",
		    (long long)*version, s->pool->schema->nmigrations);
	return OK;
}

/* A file without ids has to be empty: most SQLite files have none. */
static enum outcome
check_empty(struct store *s)
{
	int64_t tables;
	enum outcome e;

	e = read_number(s, "SELECT count(*) FROM sqlite_schema", &tables);
	if (e != OK || tables == 0)
		return e;
	return FAIL(s->log, INTERNAL, "store: the file is another program's "
	    "database; set database to another path");
}

static enum outcome
apply(struct store *s, int64_t from)
{
	char *pragma = sqlite3_mprintf(
	    "PRAGMA application_id=%u; PRAGMA user_version=%u",
	    (unsigned)s->pool->schema->application_id,
	    (unsigned)s->pool->schema->nmigrations);
	enum outcome e = pragma == NULL ?
	    FAIL(s->log, INTERNAL, "no memory") : OK;
	size_t i;

	for (i = (size_t)from; i < s->pool->schema->nmigrations &&
	    e == OK; i++)
		e = db_exec(s, s->pool->writer,
		    s->pool->schema->migrations[i]);
	if (e == OK)
		e = db_exec(s, s->pool->writer, pragma);
	sqlite3_free(pragma);
	return e;
}

static enum outcome
migrate(void *arg)
{
	struct store *s = arg;
	int64_t version = 0;
	enum outcome e;

	if ((e = read_version(s, &version)) == OK && version == 0)
		e = check_empty(s);
	return e == OK ? apply(s, version) : e;
}

enum outcome
store_migrate(struct store *s)
{
	int64_t version = 0;
	enum outcome e;

	if ((e = read_version(s, &version)) != OK ||
	    version == (int64_t)s->pool->schema->nmigrations)
		return e;
	return store_write(s, DURABLE, migrate, s);
}
