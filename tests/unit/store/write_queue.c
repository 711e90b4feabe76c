/* SPDX-License-Identifier: MIT */
/* write_queue.c: many threads at one store: commits in groups, whose outcome
 * is everybody's; a body that fails rolls back alone; patience ends in the
 * queue; each reader is told what came of its own statement. */
#include <config.h>

#include <sys/resource.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "store/store_int.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

#define THREADS	24

static struct store_pool *pool;
static char path[1024];
static pthread_barrier_t at_once;

/* What a thread does, and what came of it. */
struct work {
	pthread_t	 thread;
	struct store	*store;
	struct log	 log;
	int		 number, rounds;
	enum durability	 durability;
	enum outcome	 then;		/* of the body */
	atomic_int	*hold;		/* the body waits while it is > 0 */
	atomic_int	*inside;	/* the body is running */
	int		 round;		/* now */
	int		 good, bad, busy;
	enum outcome	 last;
};

static enum outcome
body(void *arg)
{
	struct work *w = arg;
	struct q *q = q_new(w->store, Q_META_SET);
	char name[32];
	enum outcome e;

	snprintf(name, sizeof(name), "%d-%d", w->number, w->round);
	q_text(q, ":name", name);
	q_blob(q, ":value", "x", 1);
	e = q_run(q, NULL);
	if (w->inside != NULL)
		atomic_fetch_add(w->inside, 1);
	while (w->hold != NULL && atomic_load(w->hold) > 0)
		clock_sleep_ms(1);
	return e == OK ? w->then : e;
}

static void *
run(void *arg)
{
	struct work *w = arg;

	log_open(&w->log, "work", NULL);
	if (store_join(pool, &w->log, &w->store) != OK) {
		printf("Bail out! %s\n", w->log.cause);
		exit(99);
	}
	pthread_barrier_wait(&at_once);
	for (w->round = 0; w->round < w->rounds; w->round++) {
		w->last = store_write(w->store, w->durability, body, w);
		w->good += w->last == OK;
		w->busy += w->last == BUSY;
		w->bad += w->last != OK && w->last != BUSY &&
		    w->last != w->then;
	}
	store_close(w->store);
	return NULL;
}

static void
open_pool(const char *name, int64_t patience)
{
	snprintf(path, sizeof(path), "%s", tmp_path(name));
	pool = store_pool_new(&q_schema, &(struct store_options){
	    .path = path, .journal = JOURNAL_WAL, .busy_timeout = patience });
}

static int64_t
rows(const char *where)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM meta WHERE %s",
	    where);
	return box_sql(path, sql);
}

/* All threads at once, each some rounds. */
static void
crowd(struct work *w, size_t n)
{
	size_t i;

	pthread_barrier_init(&at_once, NULL, (unsigned)n);
	for (i = 0; i < n; i++)
		pthread_create(&w[i].thread, NULL, run, &w[i]);
	for (i = 0; i < n; i++)
		pthread_join(w[i].thread, NULL);
	pthread_barrier_destroy(&at_once);
}

static void
many(void)
{
	struct work w[THREADS];
	int i, good = 0, other = 0;

	open_pool("many.db", 10000);
	for (i = 0; i < THREADS; i++)
		w[i] = (struct work){ .number = i, .rounds = 50,
		    .durability = i % 3 == 0 ? RELAXED : DURABLE,
		    .then = i % 4 == 3 ? PHONE_TAKEN : OK };
	crowd(w, THREADS);
	for (i = 0; i < THREADS; i++) {
		good += w[i].good;
		other += w[i].bad + w[i].busy;
	}
	is_int(good, THREADS / 4 * 3 * 50, "what succeeds is OK");
	is_int(other, 0, "nothing else fails but what failed itself");
	store_pool_free(pool);
	is_int(rows("value = x'78'"), THREADS / 4 * 3 * 50,
	    "all that was answered OK is there, and nothing that failed");
}

/* One in its body, others queued behind it. */
static void
patience(void)
{
	struct work w[3];
	atomic_int hold = 1, inside = 0;
	int i;

	open_pool("patience.db", 200);
	for (i = 0; i < 3; i++)
		w[i] = (struct work){ .number = i, .rounds = 1,
		    .durability = DURABLE };
	w[0].hold = &hold;
	w[0].inside = &inside;
	pthread_barrier_init(&at_once, NULL, 1);
	pthread_create(&w[0].thread, NULL, run, &w[0]);
	while (atomic_load(&inside) == 0)
		clock_sleep_ms(1);
	pthread_create(&w[1].thread, NULL, run, &w[1]);
	pthread_join(w[1].thread, NULL);
	ok(w[1].last == BUSY, "patience over in the queue: BUSY");
	ok(strstr(w[1].log.cause, "locked for 200 ms") != NULL,
	    "the log says how long: %s", w[1].log.cause);
	atomic_store(&hold, 0);
	pthread_join(w[0].thread, NULL);
	ok(w[0].last == OK, "who had the turn is not hurt by it");
	pthread_create(&w[2].thread, NULL, run, &w[2]);
	pthread_join(w[2].thread, NULL);
	ok(w[2].last == OK, "nor is who comes later");
	pthread_barrier_destroy(&at_once);
	store_pool_free(pool);
	is_int(rows("value = x'78'"), 2, "two rows");
}

/* A commit that fails: a file-size limit stands for a full disk.  All four are
 * in one group or behind it, and none may be told OK. */
static void
group_fails(void)
{
	const struct rlimit small = { .rlim_cur = 4096,
	    .rlim_max = RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct work w[4], after = { .number = 9, .rounds = 1 };
	atomic_int hold = 1, inside = 0;
	int i, busy = 0;

	open_pool("group.db", 5000);
	for (i = 0; i < 4; i++)
		w[i] = (struct work){ .number = i, .rounds = 1,
		    .durability = DURABLE, .hold = &hold,
		    .inside = &inside };
	pthread_barrier_init(&at_once, NULL, 4);
	for (i = 0; i < 4; i++)
		pthread_create(&w[i].thread, NULL, run, &w[i]);
	while (atomic_load(&inside) == 0)
		clock_sleep_ms(1);
	setrlimit(RLIMIT_FSIZE, &small);
	atomic_store(&hold, 0);
	for (i = 0; i < 4; i++) {
		pthread_join(w[i].thread, NULL);
		busy += w[i].last == BUSY &&
		    strstr(w[i].log.cause, "full") != NULL;
	}
	setrlimit(RLIMIT_FSIZE, &none);
	is_int(busy, 4, "a group whose commit fails: BUSY for each, and each "
	    "log says why");
	pthread_barrier_destroy(&at_once);
	is_int(rows("value = x'78'"), 0, "nothing of it is there");
	crowd(&after, 1);
	ok(after.last == OK && rows("value = x'78'") == 1,
	    "with room again it can be written");
	store_pool_free(pool);
}

/* ---- reading */

#define READERS		16
#define READINGS	20000	/* of each; one wrong in some hundred, once */

static void *
read_often(void *arg)
{
	struct work *w = arg;
	struct q *q;
	int i;

	log_open(&w->log, "work", NULL);
	if (store_join(pool, &w->log, &w->store) != OK) {
		printf("Bail out! %s\n", w->log.cause);
		exit(99);
	}
	pthread_barrier_wait(&at_once);
	for (i = 0; i < READINGS; i++) {
		q = q_new(w->store, Q_META_GET);
		q_text(q, ":name", "none");
		if (w->then != OK)
			q->err = w->then;	/* as a step that failed */
		(void)q_row(q);
		w->good += q_end(q) == w->then;
	}
	store_close(w->store);
	return NULL;
}

/* The statements belong to connections, and these to whoever reads next. */
static void
readers(void)
{
	struct work w[READERS];
	int i, good = 0;

	open_pool("readers.db", 10000);
	pthread_barrier_init(&at_once, NULL, READERS);
	for (i = 0; i < READERS; i++) {
		w[i] = (struct work){ .then = i % 2 == 0 ? OK : BUSY };
		pthread_create(&w[i].thread, NULL, read_often, &w[i]);
	}
	for (i = 0; i < READERS; i++) {
		pthread_join(w[i].thread, NULL);
		good += w[i].good;
	}
	pthread_barrier_destroy(&at_once);
	store_pool_free(pool);
	is_int(good, READERS * READINGS,
	    "each reader is told what came of its own statement");
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	store_init();
	many();
	patience();
	group_fails();
	readers();
	return done();
}
