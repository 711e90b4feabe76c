/* SPDX-License-Identifier: MIT */
/* migrate.c: from an empty file to the schema, and from each to the next; what
 * is not ours, or newer than we are, is left alone. */
#include <config.h>

#include <pthread.h>

#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

#define ID	0x57584c47

/* Halves of hashes. */
#define H16	"00112233445566778899aabbccddeeff"
#define G16	"10112233445566778899aabbccddeeff"
#define E16	"20112233445566778899aabbccddeeff"
#define F16	"30112233445566778899aabbccddeeff"
#define T16	"f0e1d2c3b4a5968778695a4b3c2d1e0f"

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
	ok(try(&one, path) == OK, "an empty file becomes a store");
	is_int(box_sql(path, "PRAGMA user_version"), 1,
	    "a new store has version 1");
	is_int(box_sql(path, "PRAGMA application_id"), ID,
	    "a new store has the application_id");
	ok(try(&one, path) == OK &&
	    box_sql(path, "SELECT count(*) FROM a") == 1,
	    "a store that is opened again is not made again");
	ok(try(&two, path) == OK && box_sql(path, "SELECT n FROM b") == 2,
	    "the next step is made on an existing store");
	is_int(box_sql(path, "PRAGMA user_version"), 2,
	    "a store after the next step has version 2");
	ok(try(&one, path) == INTERNAL && strstr(l.cause, "schema 2") != NULL,
	    "an older program refuses a newer store, and says so");
	is_int(box_sql(path, "SELECT count(*) FROM b"), 1,
	    "an older program changes nothing in it");
	ok(try(&foreign, path) == INTERNAL && strstr(l.cause,
	    "another program") != NULL, "another program refuses it, too");
	ok(try(&three, path) == INTERNAL, "a step that fails is INTERNAL");
	ok(box_sql(path, "PRAGMA user_version") == 2 && box_sql(path,
	    "SELECT count(*) FROM sqlite_schema WHERE name = 'c'") == 0,
	    "a step that fails is rolled back as a whole");
	ok(try(&two, path) == OK, "the program before that step goes on");
}

static void
foreigners(void)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("f.db"));
	box_sql(path, "PRAGMA application_id = 7");
	ok(try(&one, path) == INTERNAL,
	    "a file with another application_id is refused");
	is_int(box_sql(path, "SELECT count(*) FROM sqlite_schema"), 0,
	    "nothing is written to a file that is refused");
	snprintf(path, sizeof(path), "%s", tmp_path("g.db"));
	box_sql(path, "PRAGMA user_version = 1");
	ok(try(&one, path) == INTERNAL,
	    "a file with a version and no application_id is refused");
	snprintf(path, sizeof(path), "%s", tmp_path("h.db"));
	box_sql(path, "PRAGMA application_id = 1465404487");
	box_sql(path, "PRAGMA user_version = -1");
	ok(try(&one, path) == INTERNAL,
	    "a file with a negative version is refused");
	snprintf(path, sizeof(path), "%s", tmp_path("i.db"));
	box_sql(path, "CREATE TABLE customers (n INTEGER)");
	ok(try(&one, path) == INTERNAL && box_sql(path,
	    "SELECT count(*) FROM sqlite_schema") == 1,
	    "a file with tables and no application_id is refused");
}

static void
ours(void)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("o.db"));
	ok(try(&q_schema, path) == OK, "the real schema is made from nothing");
	is_int(box_sql(path, "PRAGMA user_version"),
	    (int64_t)q_schema.nmigrations, "the real schema has its version");
	is_int(box_sql(path, "SELECT count(*) FROM pragma_foreign_key_check"),
	    0, "no foreign key of the real schema is broken");
	is_int(box_sql(path, "SELECT count(*) FROM pragma_table_list WHERE "
	    "schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' "
	    "AND NOT strict"), 0, "all tables of the real schema are STRICT");
	ok(box_sql(path,
	    "INSERT INTO users (public_id, appid, openid, created,"
	    " updated, last_login) VALUES ('short', 'a', 'o', 1, 1, 1)") == -2,
	    "the constraints of the real schema hold");
}

/* A store of schema 1 with a user, three sessions (live, ended long ago, ended
 * just now) and a code. */
static void
from_schema_1(void)
{
	static const struct schema first = { ID, NULL, 1, statements, 0 };
	struct schema old = first;
	char path[1024];
	struct box b = { .store = NULL };

	old.migrations = q_schema.migrations;
	old.statements = q_schema.statements;
	snprintf(path, sizeof(path), "%s", tmp_path("s1.db"));
	ok(try(&old, path) == OK && box_sql(path, "PRAGMA user_version") == 1,
	    "a store of schema 1");
	box_must(&b, box_sql(path, "INSERT INTO users (public_id, appid, "
	    "openid, created, updated, last_login) VALUES "
	    "('01234567890123456789012345', 'a', 'o', 1, 1, 1)") == -1 ? OK :
	    INTERNAL, "a user");
	box_must(&b, box_sql(path, "INSERT INTO sessions VALUES (x'" H16 T16
	    "', 1, 5000, 6, 7, 8, NULL, x'010200ff', 'phone'), (x'" G16 T16
	    "', 1, 5000, 6, 7, 8, 9, x'0102', NULL), (x'" E16 T16 "', 1, "
	    "5000, 6, 7, 8, unixepoch(), x'03', NULL), (x'" F16 T16 "', 1, "
	    "5000, 6, 7, 8, NULL, NULL, NULL)") == -1 ? OK : INTERNAL,
	    "sessions");
	box_must(&b, box_sql(path, "INSERT INTO login_codes VALUES (x'" H16 T16
	    "', 1, 5, 2, x'05')") == -1 ? OK : INTERNAL, "a code");
	ok(try(&q_schema, path) == OK, "goes to ours");
	is_int(box_sql(path, "SELECT count(*) FROM sessions WHERE sid = x'" H16
	    "' AND user_id = 1 AND created_ms = 5000 AND used = 6 AND "
	    "idle_expires = 7 AND max_expires = 8 AND ended IS NULL AND "
	    "device = 'phone'"), 1, "a session is found by half of its hash");
	is_int(box_sql(path, "SELECT session_key = x'010200ff" T16 "' FROM "
	    "sessions WHERE sid = x'" H16 "'"), 1,
	    "its key is there, and what it is bound to behind it");
	is_int(box_sql(path, "SELECT session_key IS NULL FROM sessions WHERE "
	    "sid = x'" G16 "'"), 1, "a key that opens nothing is gone");
	is_int(box_sql(path, "SELECT session_key = x'03" T16 "' FROM sessions "
	    "WHERE sid = x'" E16 "'"), 1, "one that ended just now is kept");
	is_int(box_sql(path, "SELECT session_key = x'' FROM sessions WHERE "
	    "sid = x'" F16 "'"), 1, "a live one without a key is still live");
	is_int(box_sql(path, "SELECT count(*) FROM login_codes WHERE repeats "
	    "= 2 AND generation = 0"), 1, "the code");
	is_int(box_sql(path, "SELECT count(*) FROM users WHERE "
	    "code_generation = 0 AND logins = 0"), 1, "the user");
	ok(box_sql(path, "SELECT token_hash FROM sessions") == -2, "what a "
	    "program of schema 1 asks is an error, not an empty answer");
	is_int(box_sql(path, "SELECT count(*) FROM pragma_foreign_key_check"),
	    0, "the foreign keys");
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
	is_int(fine, 8, "eight threads at once make one schema");
}

int
main(void)
{
	store_init();
	log_open(&l, "migrate", NULL);
	versions();
	foreigners();
	ours();
	from_schema_1();
	together();
	return done();
}
