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
	ok(a[0] == 1, "the first byte of a sealed value is its format");
	ok(memcmp(a, b, SEALED) != 0, "the same text sealed twice differs");
	ok(memmem(a, SEALED, TEXT, LEN) == NULL,
	    "the text can't be read in a sealed value");
	ok(seal_open(&s, &p, a, SEALED, out, &old) &&
	    memcmp(out, TEXT, LEN) == 0 && !old,
	    "a sealed value opens, and is not told as old");
	ok(seal_open(&s, &p, a, SEALED, out, NULL),
	    "a sealed value opens when `old` is NULL");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		ok(!seal_open(&s, &places[i], a, SEALED, out, NULL),
		    "not in another place (%zu)", i);
	for (i = 0; i < SEALED * 8; i++) {
		memcpy(b, a, SEALED);
		b[i / 8] ^= (uint8_t)(1 << i % 8);
		opened += seal_open(&s, &p, b, SEALED, out, NULL);
	}
	is_int(opened, 0, "a value with a bit turned over does not open");
	memset(out, 'x', LEN);
	b[SEALED - 1] = (uint8_t)~a[SEALED - 1];
	ok(!seal_open(&s, &p, b, SEALED, out, NULL) &&
	    memcmp(out, TEXT, LEN) != 0,
	    "a value that does not open leaves no text");
	for (i = 0, opened = 0; i < SEALED; i++)
		opened += seal_open(&s, &p, a, i, out, NULL);
	is_int(opened, 0, "a value cut anywhere does not open");
	ok(!seal_open(&other, &p, a, SEALED, out, NULL),
	    "a value does not open with other keys");
	ok(!seal_open(&(struct seal){ .nkeys = 0 }, &p, a, SEALED, out, NULL),
	    "a value does not open without keys");
	seal_value(&s, &p, "", 0, a);
	ok(seal_open(&s, &p, a, SEAL_EXTRA, out, NULL),
	    "an empty text can be sealed and opened");
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
	    memcmp(out, TEXT, LEN) == 0,
	    "a value of an older key opens and is told as old");
	seal_value(&now, &p, TEXT, LEN, a);
	ok(seal_open(&now, &p, a, SEALED, out, &old) && !old,
	    "new values are sealed with the newest key");
	ok(!seal_open(&before, &p, a, SEALED, out, NULL),
	    "new values do not open with the old key alone");
	seal_wipe(&now);
	ok(now.nkeys == 0 && !seal_open(&now, &p, a, SEALED, out, NULL),
	    "wiped keys open no value");
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
	is_str(load(mine, true, &n), NULL, "file: made when it may be");
	is_int(n, 1, "file: made with one key");
	is_int(stat(mine, &st), 0, "file: made at its path");
	is_int(st.st_size, 32, "file: made of 32 bytes");
	is_int(st.st_mode & 0777, 0600, "file: made with mode 0600");
	is_int(seal_load(&a, mine, true, &l), OK, "file: read again");
	is_int(seal_load(&b, mine, false, &l), OK, "file: read once more");
	is_int(a.nkeys, b.nkeys, "file: as many keys each time");
	ok(memcmp(a.keys[0], b.keys[0], 32) == 0, "file: the same key again");
	is_str(load(tmp_path("made2"), true, &n), NULL,
	    "file: another is made");
	is_int(seal_load(&b, tmp_path("made2"), false, &l), OK,
	    "file: the other is read");
	ok(memcmp(a.keys[0], b.keys[0], 32) != 0, "file: another key each");
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
