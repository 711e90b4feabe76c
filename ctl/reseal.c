/* SPDX-License-Identifier: MIT */
/* reseal.c: key rotation: the key file, and the sealed values. */
#include <config.h>

#include <sys/file.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/session_keys.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "ctl/reseal.h"
#include "statements.h"
#include "store/seal.h"
#include "store/store.h"

#define BATCH		64
#define VALUE_MAX	(ACCESS_TOKEN_MAX + SEAL_EXTRA)
#define KEY_MAX		64		/* bytes of a row key */

/* Each sealed column: list a batch of its values, write one back. */
static const struct rotation {
	size_t	list, write;		/* statements */
} rotations[] = {
	[SEALED_SESSION_KEY] = { Q_CTL_SEALED_SESSIONS,
	    Q_CTL_RESEAL_SESSIONS },
	[SEALED_CODE_KEY] = { Q_CTL_SEALED_CODES, Q_CTL_RESEAL_CODES },
	[SEALED_PHONE] = { Q_CTL_SEALED_PHONES, Q_CTL_RESEAL_PHONES },
	[SEALED_ACCESS_TOKEN] = { Q_CTL_SEALED_TOKENS, Q_CTL_RESEAL_TOKENS },
	[SEALED_META] = { Q_CTL_SEALED_META, Q_CTL_RESEAL_META },
};
_Static_assert(COUNT(rotations) == SEALED__MAX,
    "key rotation would lose a sealed column");

struct item {
	uint8_t	key[KEY_MAX], value[VALUE_MAX];
	size_t	keylen, len;
};

struct pass {
	struct store		*store;
	struct seal		*seal;
	struct log		*log;
	int64_t			 batch_done, batch_lost;
	struct item		 items[BATCH];
	size_t			 n;
	enum sealed		 column;
	struct item		 last;		/* of the batch before */
};

/* The next batch behind the key of the last item of the one before. */
static enum outcome
read_batch(struct pass *p)
{
	struct q *q = q_new(p->store, rotations[p->column].list);
	const void *key, *value;
	size_t keylen, len;

	q_blob(q, ":after", p->last.key, p->last.keylen);
	q_int(q, ":most", BATCH);
	p->n = 0;
	while (q_row(q)) {
		struct item *it = &p->items[p->n];

		key = q_col_blob(q, COL_CTL_SEALED_META_KEY, &keylen);
		value = q_col_blob(q, COL_CTL_SEALED_META_VALUE, &len);
		assert(keylen <= KEY_MAX);
		if (len > VALUE_MAX)
			len = 0;		/* opens with no key */
		memcpy(it->key, key, keylen);
		memcpy(it->value, value, len);
		it->keylen = keylen;
		it->len = len;
		p->n++;
	}
	return q_end(q);
}

static enum outcome
reseal_item(struct pass *p, const struct item *it)
{
	const struct place place = { p->column, it->key, it->keylen };
	uint8_t plain[VALUE_MAX], sealed[VALUE_MAX];
	bool old = false, opened;
	struct q *q;
	size_t n;

	if (p->column == SEALED_SESSION_KEY) {
		opened = session_key_open(p->seal, it->key, it->value,
		    it->len, plain, &old);
		n = SESSION_KEY_LEN;
	} else {
		opened = it->len >= SEAL_EXTRA && seal_open(p->seal, &place,
		    it->value, it->len, plain, &old);
		n = it->len - SEAL_EXTRA;
	}
	if (!opened) {
		p->batch_lost++;
		return OK;
	}
	if (old) {
		seal_value(p->seal, &place, plain, n, sealed);
		p->batch_done++;
	}
	explicit_bzero(plain, sizeof(plain));
	if (!old)
		return OK;
	q = q_new(p->store, rotations[p->column].write);
	q_blob(q, ":key", it->key, it->keylen);
	q_blob(q, ":value", sealed, n + SEAL_EXTRA);
	return q_run(q, NULL);
}

static enum outcome
reseal_batch(void *arg)
{
	struct pass *p = arg;
	enum outcome e;
	size_t i;

	p->batch_done = p->batch_lost = 0;
	e = read_batch(p);
	for (i = 0; i < p->n && e == OK; i++)
		e = reseal_item(p, &p->items[i]);
	return e;
}

enum outcome
reseal_all(struct store *s, struct seal *seal, struct log *log,
    int64_t *done, int64_t *lost)
{
	struct pass *p = calloc(1, sizeof(*p));
	enum outcome e = OK;
	int c;

	if (p == NULL)
		return FAIL(log, INTERNAL, "no memory");
	*done = *lost = 0;
	p->store = s;
	p->seal = seal;
	p->log = log;
	for (c = 0; c < SEALED__MAX && e == OK; c++) {
		p->column = (enum sealed)c;
		p->last.keylen = 0;
		do {
			e = store_write(s, DURABLE, reseal_batch, p);
			if (e != OK)
				break;
			*done += p->batch_done;
			*lost += p->batch_lost;
			if (p->n > 0)
				p->last = p->items[p->n - 1];
		} while (p->n == BATCH);
		store_maintain(s);
	}
	free(p);
	return e;
}

/* ---- the file */

static enum outcome
write_keys(const char *path, struct seal *s, struct log *log)
{
	if (file_replace(path, s->keys, s->nkeys * sizeof(s->keys[0])))
		return OK;
	return FAIL(log, INTERNAL, "%s: %s", path, strerror(errno));
}

enum outcome
seal_file_lock(const char *path, struct seal *s, struct log *log, int *fd)
{
	char name[FILE_PATH_MAX];
	enum outcome e;

	if (snprintf(name, sizeof(name), "%s.lock", path) >=
	    (int)sizeof(name))
		return FAIL(log, INTERNAL, "%s: the path is too long", path);
	*fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd == -1 || flock(*fd, LOCK_EX) != 0)
		e = FAIL(log, INTERNAL, "%s: %s", name, strerror(errno));
	else
		e = seal_load(s, path, false, log);
	if (e != OK && *fd != -1)
		close(*fd);
	return e;
}

enum outcome
seal_file_add(const char *path, struct seal *s, struct log *log)
{
	if (s->nkeys == SEAL_KEYS_MAX)
		return FAIL(log, INTERNAL, "%s holds %d keys; drop the old "
		    "ones first", path, SEAL_KEYS_MAX);
	memmove(s->keys[1], s->keys[0], s->nkeys * sizeof(s->keys[0]));
	random_bytes(s->keys[0], sizeof(s->keys[0]));
	s->nkeys++;
	return write_keys(path, s, log);
}

enum outcome
seal_file_drop_old(const char *path, struct seal *s, struct log *log)
{
	explicit_bzero(s->keys[1], (s->nkeys - 1) * sizeof(s->keys[0]));
	s->nkeys = 1;
	return write_keys(path, s, log);
}
