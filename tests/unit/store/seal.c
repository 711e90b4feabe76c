/* SPDX-License-Identifier: MIT */
/* seal.c: sealed values open in their place only, and only as they were; key
 * files that are refused. */
#include <config.h>

#include "base/log.h"
#include "store/seal.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

#define TEXT	"0123456789abcdef"
#define LEN	16
#define SEALED	(LEN + SEAL_EXTRA)

static struct log l;

static struct seal
keys(size_t n, uint8_t first)
{
	struct seal s = { .nkeys = n };

	for (size_t i = 0; i < n; i++)
		memset(s.keys[i], (int)(first + i), 32);
	return s;
}

static void
values(void)
{
	struct seal s = keys(1, 1), other = keys(1, 9);
	const struct place p = { SEALED_SESSION_KEY, "row-1", 5 };
	const struct place places[] = {
		{ SEALED_SESSION_KEY, "row-2", 5 },
		{ SEALED_SESSION_KEY, "row-", 4 },
		{ SEALED_SESSION_KEY, "row-1\0", 6 },
		{ SEALED_SESSION_KEY, "", 0 },
		{ SEALED_CODE_KEY, "row-1", 5 },
		{ SEALED_META, "row-1", 5 },
	};
	uint8_t a[SEALED], b[SEALED];
	char out[LEN];
	unsigned opened = 0;
	bool old = true;
	size_t i;

	seal_value(&s, &p, TEXT, LEN, a);
	seal_value(&s, &p, TEXT, LEN, b);
	ok(a[0] == 1, "its first byte is the format");
	ok(memcmp(a, b, SEALED) != 0, "sealed twice is not the same");
	ok(memmem(a, SEALED, TEXT, LEN) == NULL, "the text can't be seen");
	ok(seal_open(&s, &p, a, SEALED, out, &old) &&
	    memcmp(out, TEXT, LEN) == 0 && !old, "it opens; the key is new");
	ok(seal_open(&s, &p, a, SEALED, out, NULL), "`old` may be NULL");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		ok(!seal_open(&s, &places[i], a, SEALED, out, NULL),
		    "not in another place (%zu)", i);
	for (i = 0; i < SEALED * 8; i++) {
		memcpy(b, a, SEALED);
		b[i / 8] ^= (uint8_t)(1 << i % 8);
		opened += seal_open(&s, &p, b, SEALED, out, NULL);
	}
	is_int(opened, 0, "not with any bit turned over");
	memset(out, 'x', LEN);
	b[SEALED - 1] = (uint8_t)~a[SEALED - 1];
	ok(!seal_open(&s, &p, b, SEALED, out, NULL) &&
	    memcmp(out, TEXT, LEN) != 0, "what was refused leaves no text");
	for (i = 0, opened = 0; i < SEALED; i++)
		opened += seal_open(&s, &p, a, i, out, NULL);
	is_int(opened, 0, "not when cut anywhere");
	ok(!seal_open(&other, &p, a, SEALED, out, NULL), "not with other keys");
	ok(!seal_open(&(struct seal){ .nkeys = 0 }, &p, a, SEALED, out, NULL),
	    "not without keys");
	seal_value(&s, &p, "", 0, a);
	ok(seal_open(&s, &p, a, SEAL_EXTRA, out, NULL), "an empty text");
}

static void
old_keys(void)
{
	const struct place p = { SEALED_PHONE, "u", 1 };
	struct seal before = keys(1, 1);
	struct seal now = keys(3, 0);		/* keys 0, 1, 2 */
	uint8_t a[SEALED];
	char out[LEN];
	bool old = false;

	seal_value(&before, &p, TEXT, LEN, a);
	ok(seal_open(&now, &p, a, SEALED, out, &old) && old &&
	    memcmp(out, TEXT, LEN) == 0, "an older key opens, and it is told");
	seal_value(&now, &p, TEXT, LEN, a);
	ok(seal_open(&now, &p, a, SEALED, out, &old) && !old,
	    "the newest key seals");
	ok(!seal_open(&before, &p, a, SEALED, out, NULL),
	    "who has only the old key can't open new values");
	seal_wipe(&now);
	ok(now.nkeys == 0 && !seal_open(&now, &p, a, SEALED, out, NULL),
	    "wiped keys open nothing");
}

/* Try a key file of n bytes; what the log says when it is refused. */
static const char *
load(const char *path, bool create, size_t *nkeys)
{
	static char cause[CAUSE_MAX];
	struct seal s = { .nkeys = 0 };
	const enum outcome e = seal_load(&s, path, create, &l);

	*nkeys = s.nkeys;
	memcpy(cause, l.cause, sizeof(cause));
	log_forget(&l);
	if (e != OK && e != INTERNAL)
		return "another outcome";
	return e == OK ? NULL : cause;
}

static void
files(void)
{
	static const struct { const char *why; size_t n; size_t keys; } t[] = {
	{ "empty", 0, 0 }, { "1 byte", 1, 0 }, { "31 bytes", 31, 0 },
	{ "32 bytes: a key", 32, 1 }, { "33 bytes", 33, 0 },
	{ "64 bytes: two", 64, 2 }, { "65: a key and a newline", 65, 0 },
	{ "16 keys", 512, 16 }, { "17 keys", 544, 0 }, { "4 KiB", 4096, 0 },
	};
	static const struct { mode_t mode; bool fine; } modes[] = {
	{ 0600, true }, { 0400, true }, { 0640, true }, { 0660, true },
	{ 0644, false }, { 0604, false }, { 0602, false }, { 0601, false },
	};
	static uint8_t bytes[4096];
	const char *why, *path;
	char mine[1024], link_path[1024];
	struct seal a, b;
	struct stat st;
	size_t n;

	memset(bytes, 7, sizeof(bytes));
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		path = tmp_write("key", bytes, t[i].n, 0600);
		why = load(path, true, &n);
		ok((why == NULL) == (t[i].keys != 0) && n == t[i].keys,
		    "file: %s", t[i].why);
		ok(why == NULL || strstr(why, path) != NULL,
		    "file: %s: the log names it", t[i].why);
		ok(stat(path, &st) == 0 && (size_t)st.st_size == t[i].n,
		    "file: %s: never replaced", t[i].why);
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		why = load(tmp_write("mode", bytes, 32, modes[i].mode), true,
		    &n);
		ok((why == NULL) == modes[i].fine &&
		    (why == NULL || strstr(why, "chmod") != NULL),
		    "file: mode %04o", (unsigned)modes[i].mode);
	}
	why = load(tmp_path("none"), false, &n);
	ok(why != NULL && access(tmp_path("none"), F_OK) != 0,
	    "file: missing, and not to be made");
	why = load(tmp_dir(), true, &n);
	ok(why != NULL, "file: a folder");
	why = load(tmp_path("no/such/folder"), true, &n);
	ok(why != NULL, "file: its folder is missing");
	snprintf(mine, sizeof(mine), "%s", tmp_path("made"));
	ok(load(mine, true, &n) == NULL && n == 1 && stat(mine, &st) == 0 &&
	    st.st_size == 32 && (st.st_mode & 0777) == 0600,
	    "file: made with mode 0600");
	ok(seal_load(&a, mine, true, &l) == OK &&
	    seal_load(&b, mine, false, &l) == OK &&
	    a.nkeys == b.nkeys &&
	    memcmp(a.keys[0], b.keys[0], 32) == 0, "file: the same key again");
	ok(load(tmp_path("made2"), true, &n) == NULL &&
	    seal_load(&b, tmp_path("made2"), false, &l) == OK &&
	    memcmp(a.keys[0], b.keys[0], 32) != 0, "file: another key each");
	snprintf(link_path, sizeof(link_path), "%s", tmp_path("dangling"));
	ok(symlink(tmp_path("nowhere"), link_path) == 0 &&
	    load(link_path, true, &n) != NULL, "file: a link to nowhere");
}

int
main(void)
{
	log_open(&l, "seal", NULL);
	values();
	old_keys();
	files();
	return done();
}
