/* SPDX-License-Identifier: MIT */
/* rows.c: the store by itself, through the statements and verbs of the
 * programs.
 *
 *   rows fill FILE N	[expired]	N sessions, two to a user
 *   rows find FILE N LOOKUPS		us a look-up among them, at random
 *   rows write FILE PROCESSES SECONDS	each writes what a login does, synced:
 *		transactions/s, failures, least/most of a process, us of p50,
 *		p99 and p99.9
 */
#include <config.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "statements.h"
#include "store/store.h"

#define BATCH		5000		/* rows of a transaction of `fill` */
#define LATENCIES	200000		/* of a process of `write` */
#define SEALED_LEN	45		/* of a sealed session_key */

struct work {
	struct store	*store;
	int64_t		 first, n, total, now;
	bool		 expired;
	uint8_t		 id[SESSION_ID_LEN];	/* of `write` */
	char		 user[PUBLIC_ID_LEN + 1];
};

struct count {
	int64_t		failures, n;
	uint32_t	us[LATENCIES];
};

static void
must(enum outcome e, const struct log *log, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "rows: %s: %s\n", what, log->cause);
	exit(1);
}

static struct store *
open_store(const char *path, struct log *log)
{
	const struct store_options o = { .path = path,
	    .journal = JOURNAL_WAL, .busy_timeout = 5000 };
	struct store *s;

	log_open(log, "rows", NULL);
	must(store_open(&q_schema, &o, log, &s), log, "open");
	return s;
}

/* Ids rise with i, as evenly spread as hashes, so that a large tree is made
 * in its order. */
static void
make_id(int64_t i, int64_t total, uint8_t id[SESSION_ID_LEN])
{
	const uint64_t start = (uint64_t)i * (UINT64_MAX / (uint64_t)total);
	uint8_t hash[HASH_LEN];
	int b;

	hash_sha256(&i, sizeof(i), hash);
	memcpy(id, hash, SESSION_ID_LEN);
	for (b = 0; b < 6; b++)
		id[b] = (uint8_t)(start >> (56 - 8 * b));
}

static enum outcome
add_user(struct store *s, const char *name, int64_t now, int64_t *id)
{
	struct q *q = q_new(s, Q_USER_LOGIN);
	char public_id[PUBLIC_ID_LEN + 1];

	snprintf(public_id, sizeof(public_id), "%26s", name);
	for (char *p = public_id; *p == ' '; p++)
		*p = '0';
	q_text(q, ":public_id", public_id);
	q_text(q, ":appid", "wx5a4dbeefcafe0001");
	q_text(q, ":openid", name);
	q_text(q, ":unionid", NULL);
	q_int(q, ":now", now);
	q_int(q, ":minute", now / 60);
	while (q_row(q))
		*id = q_col_int(q, 0);
	return q_end(q);
}

static enum outcome
add_session(struct store *s, const uint8_t id[SESSION_ID_LEN], int64_t user,
    int64_t now, bool expired)
{
	struct q *q = q_new(s, Q_SESSION_ADD);
	static const uint8_t key[SEALED_LEN];
	const int64_t then = expired ? now - 60 * 86400 : now;

	q_blob(q, ":sid", id, SESSION_ID_LEN);
	q_int(q, ":user_id", user);
	q_int(q, ":created_ms", then * 1000);
	q_int(q, ":now", then);
	q_int(q, ":idle_expires", then + 7200);
	q_int(q, ":max_expires", then + 30 * 86400);
	q_blob(q, ":session_key", key, sizeof(key));
	q_text(q, ":device", NULL);
	return q_run(q, NULL);
}

static enum outcome
fill_batch(void *arg)
{
	const struct work *w = arg;
	uint8_t id[SESSION_ID_LEN];
	char name[PUBLIC_ID_LEN + 1];
	int64_t i, user = 0;
	enum outcome e = OK;

	for (i = w->first; e == OK && i < w->first + w->n; i++) {
		make_id(i, w->total, id);
		snprintf(name, sizeof(name), "f%d%lld", w->expired,
		    (long long)(i / 2));
		if (i % 2 == 0 || user == 0)
			e = add_user(w->store, name, w->now, &user);
		if (e == OK)
			e = add_session(w->store, id, user, w->now,
			    w->expired);
	}
	return e;
}

static void
fill(const char *path, int64_t total, bool expired)
{
	struct log log;
	struct work w = { .store = open_store(path, &log), .total = total,
	    .now = clock_now(), .expired = expired };

	for (; w.first < total; w.first += w.n) {
		w.n = total - w.first < BATCH ? total - w.first : BATCH;
		must(store_write(w.store, RELAXED, fill_batch, &w), &log,
		    "fill");
		store_maintain(w.store);
	}
	store_close(w.store);
}

static void
find(const char *path, int64_t total, int64_t lookups)
{
	struct log log;
	struct store *s = open_store(path, &log);
	uint8_t id[SESSION_ID_LEN];
	struct timespec from, to;
	int64_t k, r, found = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (k = 0; k < lookups; k++) {
		struct q *q;

		random_bytes(&r, sizeof(r));
		make_id((int64_t)((uint64_t)r % (uint64_t)total), total, id);
		q = q_new(s, Q_SESSION_FIND);
		q_blob(q, ":sid", id, SESSION_ID_LEN);
		found += q_row(q);
		must(q_end(q), &log, "find");
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	store_close(s);
	if (found != lookups) {
		fprintf(stderr, "rows: %lld of %lld found\n",
		    (long long)found, (long long)lookups);
		exit(1);
	}
	printf("%.3f\n", ((double)(to.tv_sec - from.tv_sec) * 1e6 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e3) / (double)lookups);
}

/* ---- write */

static enum outcome
write_login(void *arg)
{
	const struct work *w = arg;
	int64_t user = 0;
	struct q *q;
	enum outcome e;

	if ((e = add_user(w->store, w->user, w->now, &user)) != OK ||
	    (e = add_session(w->store, w->id, user, w->now, false)) != OK)
		return e;
	q = q_new(w->store, Q_AUDIT_ADD);
	q_int(q, ":now", w->now);
	q_text(q, ":event", "login");
	q_int(q, ":user_id", user);
	q_blob(q, ":session", w->id, AUDIT_ID_LEN);
	q_text(q, ":client", "127.0.0.1");
	q_text(q, ":device", NULL);
	return q_run(q, NULL);
}

static int64_t
steady_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
writer(const char *path, int64_t seconds, struct count *c)
{
	struct log log;
	struct work w = { .store = open_store(path, &log) };
	const int64_t end = steady_us() + seconds * 1000000;
	int64_t start;

	while ((start = steady_us()) < end && c->n < LATENCIES) {
		random_bytes(w.id, sizeof(w.id));
		w.now = clock_now();
		snprintf(w.user, sizeof(w.user), "w%u", w.id[0] * 20U);
		if (store_write(w.store, DURABLE, write_login, &w) != OK) {
			c->failures++;
			log_forget(&log);
			continue;
		}
		store_maintain(w.store);
		c->us[c->n++] = (uint32_t)(steady_us() - start);
	}
	store_close(w.store);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static void
report(const struct count *c, int64_t processes, int64_t seconds)
{
	int64_t total = 0, failures = 0, least = INT64_MAX, most = 0, i;
	uint32_t *all;

	for (i = 0; i < processes; i++) {
		total += c[i].n;
		failures += c[i].failures;
		least = c[i].n < least ? c[i].n : least;
		most = c[i].n > most ? c[i].n : most;
	}
	if ((all = calloc((size_t)total + 1, sizeof(*all))) == NULL)
		exit(1);
	for (total = 0, i = 0; i < processes; total += c[i++].n)
		memcpy(all + total, c[i].us, (size_t)c[i].n * sizeof(*all));
	qsort(all, (size_t)total, sizeof(*all), compare);
	printf("%.0f %lld %.3f %u %u %u\n", (double)total / (double)seconds,
	    (long long)failures, most == 0 ? 0 : (double)least / (double)most,
	    all[total / 2], all[total * 99 / 100], all[total * 999 / 1000]);
	free(all);
}

static void
write_all(const char *path, int64_t processes, int64_t seconds)
{
	struct log log;
	struct count *c = mmap(NULL, (size_t)processes * sizeof(*c),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t i;
	int status;

	if (c == MAP_FAILED)
		exit(1);
	store_close(open_store(path, &log));	/* makes the schema */
	for (i = 0; i < processes; i++)
		if (fork() == 0) {
			writer(path, seconds, &c[i]);
			_exit(0);
		}
	while (wait(&status) != -1)
		if (status != 0)
			exit(1);
	report(c, processes, seconds);
}

int
main(int argc, char *argv[])
{
	const int64_t n = argc > 3 ? strtol(argv[3], NULL, 10) : 0,
	    m = argc > 4 ? strtol(argv[4], NULL, 10) : 0;

	if (n < 1)
		return 2;
	store_init();
	if (strcmp(argv[1], "fill") == 0)
		fill(argv[2], n, argc > 4 && strcmp(argv[4], "expired") == 0);
	else if (strcmp(argv[1], "find") == 0 && m > 0)
		find(argv[2], n, m);
	else if (strcmp(argv[1], "write") == 0 && m > 0)
		write_all(argv[2], n, m);
	else
		return 2;
	return 0;
}
