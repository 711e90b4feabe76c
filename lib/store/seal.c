/* SPDX-License-Identifier: MIT */
/* seal.c: the seal key file, and sealing with its keys. */
#include <config.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <nettle/chacha-poly1305.h>

#include "base/file.h"
#include "base/log.h"
#include "base/owner.h"
#include "base/random.h"
#include "store/seal.h"

#define FORMAT	1
#define KEY	CHACHA_POLY1305_KEY_SIZE
#define NONCE	CHACHA_POLY1305_NONCE_SIZE
#define TAG	CHACHA_POLY1305_DIGEST_SIZE

/* ---- the file */

/* Make a key file with one key.  Two processes at once agree on one. */
static enum outcome
make_key_file(const char *path, struct log *log)
{
	uint8_t key[KEY];
	bool ok;

	random_bytes(key, sizeof(key));
	ok = file_make(path, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	return ok ? OK : FAIL(log, INTERNAL,
	    "seal key file %s: %s; its folder "
	    "has to be writable for the program", path, strerror(errno));
}

/* From the bytes of a file to keys; `st` tells of the file. */
static enum outcome
take_keys(struct seal *s, const char *path, const struct buf *b,
    const struct stat *st, struct log *log)
{
	if ((st->st_mode & S_IRWXO) != 0)
		return FAIL(log, INTERNAL, "seal key file %s: others can read "
		    "it; set its mode to 600 (chmod o= %s)", path, path);
	if (b->len == 0 || b->len % KEY != 0)
		return FAIL(log, INTERNAL, "seal key file %s: has %zu bytes; "
		    "it holds keys of 32 bytes one after another", path,
		    b->len);
	seal_wipe(s);
	s->nkeys = b->len / KEY;
	memcpy(s->keys, b->p, b->len);
	s->path = path;
	s->log = log;
	s->ino = st->st_ino;
	s->mtime = st->st_mtim;
	return OK;
}

static enum outcome
unreadable(const char *path, int error, struct log *log)
{
	struct buf why = { .max = CAUSE_MAX };
	enum outcome e;

	owner_explain(path, error, &why);
	e = error == ENOENT ? FAIL(log, INTERNAL, "seal key file %s; restore "
	    "it from the backup: the store holds values sealed with it",
	    why.bad ? path : why.p) : FAIL(log, INTERNAL, "seal key file %s",
	    why.bad ? path : why.p);
	buf_free(&why);
	return e;
}

enum outcome
seal_load(struct seal *s, const char *path, bool create, struct log *log)
{
	struct buf b = { .max = SEAL_KEYS_MAX * KEY + 1 };
	struct stat st;
	bool found = file_read(path, &b, &st);
	enum outcome e;

	if (!found && errno == ENOENT && create) {
		if ((e = make_key_file(path, log)) != OK)
			return e;
		found = file_read(path, &b, &st);
	}
	if (!found)
		return unreadable(path, errno, log);
	e = take_keys(s, path, &b, &st, log);
	buf_free(&b);
	return e;
}

/* Read the file again if it is another one by now.  True: there are new keys.
 * One that can't be read changes nothing. */
static bool
reload(struct seal *s)
{
	struct stat st;

	if (s->path == NULL || stat(s->path, &st) != 0 ||
	    (st.st_ino == s->ino && st.st_mtim.tv_sec == s->mtime.tv_sec &&
	    st.st_mtim.tv_nsec == s->mtime.tv_nsec))
		return false;
	return seal_load(s, s->path, false, s->log) == OK;
}

void
seal_wipe(struct seal *s)
{
	explicit_bzero(s, sizeof(*s));
}

/* ---- values */

/* What a value is bound to: never change one, or no value opens any more. */
static const char *const columns[] = {
	[SEALED_SESSION_KEY] = "sessions.session_key",
	[SEALED_CODE_KEY] = "login_codes.session_key",
	[SEALED_PHONE] = "users.phone",
	[SEALED_ACCESS_TOKEN] = "access_tokens.token",
	[SEALED_META] = "meta.value",
};
_Static_assert(COUNT(columns) == SEALED__MAX, "a sealed column has no name");

/* The associated data: the column, a NUL, the row key. */
static void
set_place(struct chacha_poly1305_ctx *ctx, const struct place *place)
{
	uint8_t ad[256];
	const char *column = columns[place->column];
	const size_t n = strlen(column) + 1;

	assert(n + place->keylen <= sizeof(ad));
	memcpy(ad, column, n);
	memcpy(ad + n, place->key, place->keylen);
	chacha_poly1305_update(ctx, n + place->keylen, ad);
}

void
seal_value(struct seal *s, const struct place *place, const void *text,
    size_t n, uint8_t *out)
{
	struct chacha_poly1305_ctx ctx;

	(void)reload(s);
	assert(s->nkeys > 0);
	out[0] = FORMAT;
	random_bytes(out + 1, NONCE);
	chacha_poly1305_set_key(&ctx, s->keys[0]);
	chacha_poly1305_set_nonce(&ctx, out + 1);
	set_place(&ctx, place);
	chacha_poly1305_encrypt(&ctx, n, out + 1 + NONCE, text);
	chacha_poly1305_digest(&ctx, TAG, out + 1 + NONCE + n);
	explicit_bzero(&ctx, sizeof(ctx));
}

static bool
open_with_any(const struct seal *s, const struct place *place,
    const uint8_t *sealed, size_t n, void *out, bool *old)
{
	struct chacha_poly1305_ctx ctx;
	uint8_t tag[TAG];
	bool ok = false;
	size_t i, len;

	len = n - SEAL_EXTRA;
	for (i = 0; i < s->nkeys && !ok; i++) {
		chacha_poly1305_set_key(&ctx, s->keys[i]);
		chacha_poly1305_set_nonce(&ctx, sealed + 1);
		set_place(&ctx, place);
		chacha_poly1305_decrypt(&ctx, len, out, sealed + 1 + NONCE);
		chacha_poly1305_digest(&ctx, TAG, tag);
		ok = same_secret(tag, sealed + 1 + NONCE + len, TAG);
		if (ok && old != NULL)
			*old = i > 0;
	}
	if (!ok)
		explicit_bzero(out, len);
	explicit_bzero(&ctx, sizeof(ctx));
	return ok;
}

bool
seal_open(struct seal *s, const struct place *place, const uint8_t *sealed,
    size_t n, void *out, bool *old)
{
	if (n < SEAL_EXTRA || sealed[0] != FORMAT)
		return false;
	return open_with_any(s, place, sealed, n, out, old) ||
	    (reload(s) && open_with_any(s, place, sealed, n, out, old));
}
