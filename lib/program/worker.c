/* SPDX-License-Identifier: MIT */
/* worker.c: what a worker opens when its first request needs it. */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "program/program.h"
#include "program/worker.h"
#include "statements.h"
#include "wechat/upstream.h"

/* The store holds a known text, sealed: whether our keys open it tells at
 * start whether they are the right ones. */
#define TEST_NAME	"seal_test"
#define TEST_TEXT	"wxlogin"
#define TEST_LEN	(sizeof(TEST_TEXT) - 1)

static const struct place test_place = { SEALED_META, TEST_NAME,
    sizeof(TEST_NAME) - 1 };

/* *n bytes of the sealed test value, 0 when there is none yet. */
static enum outcome
read_test(struct store *s, uint8_t *out, size_t max, size_t *n)
{
	struct q *q = q_new(s, Q_META_GET);

	*n = 0;
	q_text(q, ":name", TEST_NAME);
	if (q_row(q)) {
		const void *p = q_col_blob(q, COL_META_GET_VALUE, n);

		if (*n > max)
			*n = max;
		memcpy(out, p, *n);
	}
	return q_end(q);
}

static enum outcome
write_test(void *arg)
{
	struct worker *w = arg;
	uint8_t sealed[TEST_LEN + SEAL_EXTRA];
	struct q *q = q_new(w->store, Q_META_ADD);

	seal_value(&w->seal, &test_place, TEST_TEXT, TEST_LEN, sealed);
	q_text(q, ":name", TEST_NAME);
	q_blob(q, ":value", sealed, sizeof(sealed));
	return q_run(q, NULL);
}

/* What to do when the keys are lost: without users nothing else is. */
static const char *
key_remedy(struct worker *w)
{
	struct q *q = q_new(w->store, Q_CTL_COUNTS);
	const bool empty = q_row(q) && q_col_int(q, COL_CTL_COUNTS_USERS) == 0;

	return q_end(q) == OK && empty ? "the store has no users yet: remove "
	    "it and all files beside it that begin with its name, and a new "
	    "one is made with a new key" : "restore the key file that belongs "
	    "to it from the backup";
}

static enum outcome
load_keys(struct worker *w)
{
	uint8_t sealed[TEST_LEN + SEAL_EXTRA];
	char text[TEST_LEN];
	size_t n;
	enum outcome e;

	if ((e = read_test(w->store, sealed, sizeof(sealed), &n)) != OK)
		return e;
	if (n > 0 && access(w->conf->seal_key_file, F_OK) != 0 &&
	    errno == ENOENT)
		return FAIL(&w->log, INTERNAL, "seal key file %s: there is "
		    "none, and the store %s holds what was sealed with it; %s",
		    w->conf->seal_key_file, w->conf->database, key_remedy(w));
	if ((e = seal_load(&w->seal, w->conf->seal_key_file, n == 0,
	    &w->log)) != OK)
		return e;
	if (n == 0 &&
	    ((e = store_write(w->store, DURABLE, write_test, w)) != OK ||
	    (e = read_test(w->store, sealed, sizeof(sealed), &n)) != OK))
		return e;
	if (n == sizeof(sealed) &&
	    seal_open(&w->seal, &test_place, sealed, n, text, NULL) &&
	    memcmp(text, TEST_TEXT, TEST_LEN) == 0)
		return OK;
	seal_wipe(&w->seal);
	return FAIL(&w->log, INTERNAL, "the keys in %s do not open what the "
	    "store %s holds; %s", w->conf->seal_key_file, w->conf->database,
	    key_remedy(w));
}

int64_t
worker_count(const struct program *p, const struct conf *conf)
{
	if (conf != NULL && conf->workers != 0)
		return conf->workers;
	/* Those that call WeChat mostly wait for it. */
	return p->upstream != NULL ? 16 : 4;
}

struct store_pool *
worker_pool(const struct conf *conf, bool one_shot)
{
	return store_pool_new(&q_schema, &(struct store_options){
	    .path = conf->database, .journal = conf->journal,
	    .busy_timeout = conf->busy_timeout, .one_shot = one_shot });
}

static enum outcome
open_store(struct worker *w)
{
	if (w->pool == NULL && (w->pool = w->own_pool = worker_pool(w->conf,
	    w->one_shot)) == NULL)
		return FAIL(&w->log, INTERNAL, "no memory");
	return store_join(w->pool, &w->log, &w->store);
}

enum outcome
worker_ready(struct worker *w)
{
	enum outcome e;

	if (w->conf == NULL)
		return FAIL(&w->log, INTERNAL, "the configuration is broken; "
		    "the log says how, and so does %s --check",
		    w->program->name);
	if (w->store == NULL && (e = open_store(w)) != OK)
		return e;
	if (w->seal.nkeys == 0 && (e = load_keys(w)) != OK)
		return e;
	if (w->wechat == NULL && w->program->upstream != NULL &&
	    (w->wechat = w->program->upstream->open(w->conf)) == NULL)
		return FAIL(&w->log, INTERNAL, "no handle for WeChat");
	return OK;
}

void
worker_close(struct worker *w)
{
	if (w->wechat != NULL)
		w->program->upstream->close(w->wechat);
	w->wechat = NULL;
	store_close(w->store);
	w->store = NULL;
	if (w->own_pool != NULL)
		store_pool_free(w->own_pool);
	w->pool = w->own_pool = NULL;
	seal_wipe(&w->seal);
	log_close(&w->log);
}
