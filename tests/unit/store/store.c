/* SPDX-License-Identifier: MIT */
/* store.c: connections, transactions and statements: bounded waits, sticky
 * errors, nothing half done. */
#include <config.h>

#include <errno.h>

#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static struct log l;

static enum outcome
open_at(const char *path, int64_t journal, struct store **s)
{
	const struct store_options o = { .path = path,
	    .journal = journal, .busy_timeout = 100 };

	*s = NULL;
	log_forget(&l);
	return store_open(&q_schema, &o, &l, s);
}

static enum outcome
set(struct store *s, const char *name, const char *value)
{
	struct q *q = q_new(s, Q_META_SET);

	q_text(q, ":name", name);
	q_blob(q, ":value", value, strlen(value));
	return q_run(q, NULL);
}

/* A transaction that sets a name; `then` is its outcome. */
struct setting_of {
	struct store	*s;
	const char	*name, *value;
	enum outcome	 then;
	char		 seen[64];	/* by its own connection */
	struct store	*other;		/* NULL, or who looks meanwhile */
	char		 seen_by_other[64];
	enum outcome	 other_writes;
};

static enum outcome	set_body(void *);

static enum outcome
set_in(struct store *s, enum durability d, const char *name,
    const char *value)
{
	return store_write(s, d, set_body, &(struct setting_of){ .s = s,
	    .name = name, .value = value });
}

/* The value of a name, "(none)" when there is none. */
static const char *
get(struct store *s, const char *name)
{
	static char value[64];
	struct q *q = q_new(s, Q_META_GET);
	size_t n;

	snprintf(value, sizeof(value), "(none)");
	q_text(q, ":name", name);
	if (q_row(q)) {
		const void *p = q_col_blob(q, 0, &n);

		snprintf(value, sizeof(value), "%.*s", (int)n,
		    (const char *)p);
	}
	return q_end(q) == OK ? value : "(error)";
}

static void
opening(void)
{
	struct store *s, *again;
	char path[1024];
	struct stat st;

	snprintf(path, sizeof(path), "%s", tmp_path("a.db"));
	ok(open_at(path, JOURNAL_WAL, &s) == OK, "a new store is made");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "a new store has mode 0600");
	ok(store_is_wal(s), "journal = wal is WAL");
	ok(store_check(s) == OK, "every statement compiles");
	ok(store_sound(s), "a new store is sound");
	ok(open_at(path, JOURNAL_WAL, &again) == OK, "a store opens twice");
	store_close(again);
	store_close(s);
	store_close(NULL);
	ok(open_at(path, JOURNAL_DELETE, &s) == OK && !store_is_wal(s),
	    "journal = delete leaves WAL");
	store_close(s);
	ok(open_at(path, JOURNAL_AUTO, &s) == OK,
	    "journal = auto opens the store");
	store_close(s);
	box_must(&(struct box){ .store = NULL }, chmod(path, 0666) == 0 ? OK :
	    INTERNAL, "chmod");
	is_int(open_at(path, JOURNAL_WAL, &s), OK,
	    "a store that others can read opens");
	is_int(stat(path, &st), 0, "that store is at its path");
	is_int(st.st_mode & 0007, 0,
	    "a store that others could read is closed to them");
	store_close(s);
	is_int(open_at(tmp_path("no/folder/a.db"), JOURNAL_WAL, &s), INTERNAL,
	    "no folder: INTERNAL");
	ok(s == NULL, "no folder: no store");
	ok(strstr(l.cause, "no/folder/a.db") != NULL,
	    "no folder: the log names the file");
	tmp_write("text.db",
	    "this is not a database, but 100 characters long, "
	    "or nearly so, which is what SQLite wants to see", 97, 0600);
	ok(open_at(tmp_path("text.db"), JOURNAL_WAL, &s) == INTERNAL &&
	    s == NULL && l.cause[0] != '\0', "no database: INTERNAL");
	ok(open_at(tmp_dir(), JOURNAL_WAL, &s) == INTERNAL && s == NULL,
	    "a folder: INTERNAL");
	tmp_write("empty.db", "", 0, 0600);
	ok(open_at(tmp_path("empty.db"), JOURNAL_WAL, &s) == OK,
	    "an empty file becomes a store");
	store_close(s);
}

static enum outcome
set_body(void *arg)
{
	struct setting_of *t = arg;
	enum outcome e = set(t->s, t->name, t->value);

	snprintf(t->seen, sizeof(t->seen), "%s", get(t->s, t->name));
	if (t->other != NULL) {
		snprintf(t->seen_by_other, sizeof(t->seen_by_other), "%s",
		    get(t->other, t->name));
		t->other_writes = set_in(t->other, DURABLE, t->name, "2");
	}
	return e == OK ? t->then : e;
}

static void
transactions(void)
{
	struct store *a, *b;
	struct setting_of first = { .name = "x", .value = "1" };
	struct setting_of refused = { .name = "x", .value = "3",
	    .then = PHONE_TAKEN };
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("t.db"));
	if (open_at(path, JOURNAL_WAL, &a) != OK ||
	    open_at(path, JOURNAL_WAL, &b) != OK) {
		printf("Bail out! %s\n", l.cause);
		exit(99);
	}
	first.s = a;
	first.other = b;
	refused.s = b;
	ok(store_write(a, DURABLE, set_body, &first) == OK,
	    "a transaction commits");
	is_str(first.seen, "1", "a change is seen by its own connection");
	is_str(first.seen_by_other, "(none)",
	    "a change is not seen by others before the commit");
	ok(first.other_writes == BUSY,
	    "a second writer is BUSY after its wait");
	is_str(get(b, "x"), "1",
	    "a change is seen by others after the commit");
	log_forget(&l);
	ok(store_write(b, DURABLE, set_body, &refused) == PHONE_TAKEN,
	    "the body's outcome is the transaction's");
	is_str(get(b, "x"), "1", "a body that is not OK is rolled back");
	ok(set_in(a, RELAXED, "y", "1") == OK,
	    "after a rollback the write lock is free");
	/* many changes, relaxed and durable by turns, then a checkpoint */
	for (int i = 0; i < 20; i++) {
		char v[16];

		snprintf(v, sizeof(v), "%d", i);
		if (set_in(a, i % 2 == 0 ? DURABLE : RELAXED, "n", v) != OK)
			break;
		store_maintain(a);
	}
	is_str(get(b, "n"), "19", "20 transactions of both kinds");
	store_close(a);
	store_close(b);
	ok(open_at(path, JOURNAL_WAL, &a) == OK &&
	    strcmp(get(a, "n"), "19") == 0,
	    "changes are there when the store is opened again");
	store_close(a);
}

/* Another process, as far as locks go: a connection that knows nothing of how
 * the threads of a process queue. */
static void
other_process(void)
{
	struct store *s;
	sqlite3 *h = NULL;
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("p.db"));
	if (open_at(path, JOURNAL_WAL, &s) != OK ||
	    sqlite3_open(path, &h) != SQLITE_OK) {
		printf("Bail out! %s\n", l.cause);
		exit(99);
	}
	sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	ok(sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	    set_in(s, DURABLE, "x", "1") == BUSY,
	    "while another process writes it is BUSY after its wait");
	ok(strstr(l.cause, "locked") != NULL, "the log says why it was BUSY");
	log_forget(&l);
	ok(!store_write_soon(s, 1, set_body, &(struct setting_of){ .s = s,
	    .name = "x", .value = "2" }) && l.cause[0] == '\0',
	    "store_write_soon() writes nothing while another process writes, "
	    "and logs no fault");
	is_str(get(s, "x"), "(none)",
	    "reading works while another process writes");
	sqlite3_exec(h, "COMMIT", NULL, NULL, NULL);
	ok(set_in(s, DURABLE, "x", "1") == OK,
	    "writing works when the other process is done");
	sqlite3_close(h);
	store_close(s);
}

static off_t
wal_size(const char *path)
{
	char wal[1100];
	struct stat st;

	snprintf(wal, sizeof(wal), "%s-wal", path);
	return stat(wal, &st) == 0 ? st.st_size : 0;
}

/* Write about n MB in transactions of 300 kB. */
static bool
write_much(struct store *s, int n)
{
	static char big[300000];

	for (int i = 0; i < n * 10 / 3; i++) {
		/* SQLite writes no page that stays the same */
		memset(big, 'a' + i % 26, sizeof(big) - 1);
		if (set_in(s, RELAXED, "big", big) != OK)
			return false;
		store_maintain(s);
	}
	return true;
}

static void
checkpoints(void)
{
	struct store *s;
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("c.db"));
	if (open_at(path, JOURNAL_WAL, &s) != OK)
		return;
	ok(write_much(s, 40), "40 MB are written");
	ok(wal_size(path) > 4 << 20 && wal_size(path) < 16 << 20,
	    "the WAL stays small (%lld)", (long long)wal_size(path));
	ok(store_sound(s), "it is sound");
	store_close(s);
}

/* A reader that stays open, as a shell or a backup tool is. */
static void
long_reader(void)
{
	struct store *s;
	sqlite3 *reader = NULL;
	char path[1024];
	off_t meanwhile;

	snprintf(path, sizeof(path), "%s", tmp_path("r.db"));
	if (open_at(path, JOURNAL_WAL, &s) != OK || set_in(s, DURABLE, "x",
	    "1") != OK || sqlite3_open(path, &reader) != SQLITE_OK ||
	    sqlite3_exec(reader, "BEGIN; SELECT * FROM meta", NULL, NULL,
	    NULL) != SQLITE_OK) {
		printf("Bail out! %s\n", l.cause);
		exit(99);
	}
	sqlite3_db_config(reader, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	ok(write_much(s, 30), "writes beside a reader that stays open");
	meanwhile = wal_size(path);
	ok(meanwhile > 20 << 20, "meanwhile the WAL grows (%lld)",
	    (long long)meanwhile);
	sqlite3_close(reader);
	ok(write_much(s, 60), "writes when it has gone");
	store_close(s);
	ok(wal_size(path) < 100 * 4120, "then the WAL is small again (%lld)",
	    (long long)wal_size(path));
}

/* What a process leaves behind, which the next one would read whole. */
static void
leaving(void)
{
	struct store_options o = { .journal = JOURNAL_WAL,
	    .busy_timeout = 100, .one_shot = true };
	struct store *s;
	char path[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("l.db"));
	if (open_at(path, JOURNAL_WAL, &s) != OK || !write_much(s, 4)) {
		printf("Bail out! %s\n", l.cause);
		exit(99);
	}
	ok(wal_size(path) > 2 << 20, "a WAL of some MB");
	store_close(s);
	ok(wal_size(path) < 100 * 4120,
	    "an orderly end leaves a short one (%lld)",
	    (long long)wal_size(path));
	is_int(box_sql(path, "SELECT length(value) FROM meta WHERE name = "
	    "'big'"), 299999, "and all that was written");
	/* as after kill -9: connections of somebody else wrote and went */
	ok(box_sql(path, "PRAGMA wal_autocheckpoint = 0") >= -1 && box_sql(
	    path, "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
	    "FROM i WHERE n < 900) INSERT INTO meta SELECT 'k' || n, "
	    "zeroblob(3000) FROM i") == -1 && wal_size(path) > 2 << 20,
	    "a WAL that nobody shortened");
	o.path = path;
	log_forget(&l);
	ok(store_open(&q_schema, &o, &l, &s) == OK, "a CGI run reads it");
	is_str(get(s, "x"), "(none)", "and finds what it asked");
	store_maintain(s);
	ok(wal_size(path) < 100 * 4120, "behind its reply it is short (%lld)",
	    (long long)wal_size(path));
	store_close(s);
	is_int(box_sql(path, "SELECT count(*) FROM meta WHERE name LIKE 'k%'"),
	    900, "nothing is lost");
}

/* Writes go on while it is copied; once, not again at each commit. */
static void
backups(void)
{
	struct store *s;
	char path[1024], copy[1024];

	snprintf(path, sizeof(path), "%s", tmp_path("b.db"));
	snprintf(copy, sizeof(copy), "%s", tmp_path("b.copy"));
	if (open_at(path, JOURNAL_WAL, &s) != OK || set_in(s, DURABLE, "x",
	    "1") != OK) {
		printf("Bail out! %s\n", l.cause);
		exit(99);
	}
	ok(store_backup(s, copy) == OK, "a copy");
	is_int(box_sql(copy, "SELECT count(*) FROM meta WHERE name = 'x'"), 1,
	    "of what is there");
	ok(set_in(s, DURABLE, "y", "1") == OK, "the store can be written on");
	ok(store_backup(s, copy) == INTERNAL, "no file is written over");
	log_forget(&l);
	is_int(box_sql(copy, "SELECT count(*) FROM meta WHERE name = 'y'"), 0,
	    "the copy stays as it was");
	store_close(s);
}

static enum outcome
add_rows(void *arg)
{
	struct store *s = arg;
	struct q *q = q_new(s, Q_META_ADD);
	int64_t changed = -1;

	q_text(q, ":name", "k");
	q_blob(q, ":value", "", 0);
	ok(q_run(q, &changed) == OK && changed == 1, "a row is added");
	q = q_new(s, Q_META_ADD);
	q_text(q, ":name", "k");
	q_blob(q, ":value", "v", 1);
	ok(q_run(q, &changed) == OK && changed == 0, "a conflict adds no row");
	return OK;
}

static enum outcome
break_constraint(void *arg)
{
	struct q *q = q_new(arg, Q_SESSION_ADD);

	q_blob(q, ":sid", "short", 5);
	q_int(q, ":user_id", 1);
	q_int(q, ":created_ms", 1);
	q_int(q, ":now", 1);
	q_int(q, ":idle_expires", 1);
	q_int(q, ":max_expires", 1);
	q_blob(q, ":session_key", "x", 1);
	q_text(q, ":device", NULL);
	ok(!q_row(q), "a broken constraint gives no row");
	q_int(q, ":now", 2);
	ok(!q_row(q), "a statement that failed gives no row later");
	return q_end(q);
}

static void
statements(void)
{
	struct store *s;
	struct q *q;
	size_t n = 77;

	if (open_at(tmp_path("q.db"), JOURNAL_WAL, &s) != OK)
		return;
	ok(store_write(s, RELAXED, add_rows, s) == OK,
	    "rows are added in a transaction");
	q = q_new(s, Q_META_GET);
	q_text(q, ":name", "k");
	ok(q_row(q) && q_col_blob(q, 0, &n) != NULL && n == 0,
	    "an empty blob is empty, not NULL");
	is_str(q_col_text(q, 0), "", "an empty text is empty, not NULL");
	ok(!q_row(q) && q_end(q) == OK,
	    "a statement gives the row that was asked for");
	/* bindings do not stay */
	q = q_new(s, Q_META_GET);
	ok(!q_row(q) && q_end(q) == OK,
	    "values bound to a statement are not there at its next use");
	/* errors are sticky */
	ok(store_write(s, RELAXED, break_constraint, s) == INTERNAL,
	    "the first error of a statement is its transaction's outcome");
	ok(strstr(l.cause, "sql/session.sql:") != NULL,
	    "the log names the place of the statement that failed");
	log_forget(&l);
	ok(store_check(s) == OK, "after an error the store can be used");
	ok(set(s, "k", "2") == INTERNAL && strstr(l.cause, "readonly") != NULL,
	    "nothing is written outside of a transaction");
	log_forget(&l);
	store_close(s);
}

int
main(void)
{
	store_init();
	log_open(&l, "store", NULL);
	opening();
	transactions();
	other_process();
	checkpoints();
	long_reader();
	leaving();
	backups();
	statements();
	return done();
}
