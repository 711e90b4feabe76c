/* SPDX-License-Identifier: MIT */
/* migrate.c: from an empty file to the schema, and from each to the next; what
 * is not ours, or newer than we are, is left alone. */
#include <config.h>

#include <pthread.h>

#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

#define ID	0x57584c47

static const char *const steps[] = {
	"CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);",
	"CREATE TABLE b (n INTEGER); INSERT INTO b SELECT n + 1 FROM a;",
	"CREATE TABLE c (n INTEGER); INSERT INTO no_such_table VALUES (1);",
};
static const struct statement statements[] = {
	{ "here:1", "SELECT n FROM a" },
};
static const struct schema one = { ID, steps, 1, statements, 1 };
static const struct schema two = { ID, steps, 2, statements, 1 };
static const struct schema three = { ID, steps, 3, statements, 1 };
static const struct schema foreign = { 0x12345678, steps, 1, statements, 1 };

static struct log l;

static enum outcome
try(const struct schema *schema, const char *path)
{
	const struct store_options o = { .path = path,
	    .journal = JOURNAL_WAL, .busy_timeout = 100 };
	struct store *s = NULL;
	enum outcome e;

	log_forget(&l);
	e = store_open(schema, &o, &l, &s);
	if (e == OK)
		store_close(s);
	return e;
}

static void
versions(void)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("v.db"));
	ok(try(&one, path) == OK, "an empty file");
	is_int(box_sql(path, "PRAGMA user_version"), 1, "has version 1");
	is_int(box_sql(path, "PRAGMA application_id"), ID, "is ours");
	ok(try(&one, path) == OK &&
	    box_sql(path, "SELECT count(*) FROM a") == 1,
	    "opened again: nothing is done twice");
	ok(try(&two, path) == OK && box_sql(path, "SELECT n FROM b") == 2,
	    "the next step, on what is there");
	is_int(box_sql(path, "PRAGMA user_version"), 2, "has version 2");
	ok(try(&one, path) == INTERNAL && strstr(l.cause, "schema 2") != NULL,
	    "an older program refuses it, and says so");
	is_int(box_sql(path, "SELECT count(*) FROM b"), 1, "and leaves it alone");
	ok(try(&foreign, path) == INTERNAL && strstr(l.cause,
	    "another program") != NULL, "so does another program");
	ok(try(&three, path) == INTERNAL, "a step that fails");
	ok(box_sql(path, "PRAGMA user_version") == 2 && box_sql(path,
	    "SELECT count(*) FROM sqlite_schema WHERE name = 'c'") == 0,
	    "is rolled back as a whole");
	ok(try(&two, path) == OK, "and the program before it goes on");
}

static void
foreigners(void)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("f.db"));
	box_sql(path, "PRAGMA application_id = 7");
	ok(try(&one, path) == INTERNAL, "another application_id");
	is_int(box_sql(path, "SELECT count(*) FROM sqlite_schema"), 0,
	    "nothing is written to it");
	snprintf(path, sizeof(path), "%s", tmp_path("g.db"));
	box_sql(path, "PRAGMA user_version = 1");
	ok(try(&one, path) == INTERNAL,
	    "no application_id, but a version: somebody else's");
	snprintf(path, sizeof(path), "%s", tmp_path("h.db"));
	box_sql(path, "PRAGMA application_id = 1465404487");
	box_sql(path, "PRAGMA user_version = -1");
	ok(try(&one, path) == INTERNAL, "a negative version");
	snprintf(path, sizeof(path), "%s", tmp_path("i.db"));
	box_sql(path, "CREATE TABLE customers (n INTEGER)");
	ok(try(&one, path) == INTERNAL && box_sql(path,
	    "SELECT count(*) FROM sqlite_schema") == 1,
	    "tables of somebody who sets no application_id");
}

static void
ours(void)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("o.db"));
	ok(try(&q_schema, path) == OK, "the real schema, from nothing");
	is_int(box_sql(path, "PRAGMA user_version"),
	    (int64_t)q_schema.nmigrations, "its version");
	is_int(box_sql(path, "SELECT count(*) FROM pragma_foreign_key_check"),
	    0, "its foreign keys");
	is_int(box_sql(path, "SELECT count(*) FROM pragma_table_list WHERE "
	    "schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' "
	    "AND NOT strict"), 0, "all its tables are STRICT");
	ok(box_sql(path, "INSERT INTO users (public_id, appid, openid, created,"
	    " updated, last_login) VALUES ('short', 'a', 'o', 1, 1, 1)") == -2,
	    "its constraints hold");
}

/* Eight threads open one new file at once. */
static void *
race(void *arg)
{
	const struct store_options o = { .path = arg,
	    .journal = JOURNAL_WAL, .busy_timeout = 20000 };
	struct store *s = NULL;
	struct log mine;
	enum outcome e;

	log_open(&mine, "race", NULL);
	e = store_open(&q_schema, &o, &mine, &s);
	if (e == OK && store_check(s) != OK)
		e = INTERNAL;
	store_close(s);
	if (e != OK)
		printf("# %s\n", mine.cause);
	return e == OK ? arg : NULL;
}

static void
together(void)
{
	pthread_t thread[8];
	char path[1024];
	int fine = 0;

	snprintf(path, sizeof(path), "%s", tmp_path("r.db"));
	for (int i = 0; i < 8; i++)
		pthread_create(&thread[i], NULL, race, path);
	for (int i = 0; i < 8; i++) {
		void *result;

		pthread_join(thread[i], &result);
		fine += result != NULL;
	}
	is_int(fine, 8, "eight at once make one schema");
}

int
main(void)
{
	store_init();
	log_open(&l, "migrate", NULL);
	versions();
	foreigners();
	ours();
	together();
	return done();
}
