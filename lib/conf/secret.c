/* SPDX-License-Identifier: MIT */
/* secret.c: files that hold one secret and nothing else.
 *
 * They are written with whatever editor there is: so a byte order mark and
 * the line ends of other systems are no fault, and a file that looks right in
 * its editor and is not gets a text that tells why. */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/owner.h"
#include "conf/secret.h"

bool
secret_private(const char *path, mode_t mode, struct buf *why)
{
	if ((mode & S_IRWXO) == 0)
		return true;
	buf_fmt(why, "%s: others can read this file, and it holds a secret; "
	    "set its mode to 600 (chmod o= %s)", path, path);
	return false;
}

/* "UTF-16" in a file of letters and digits: its mark, or bytes of 0. */
static bool
is_utf16(const struct buf *b)
{
	return (b->len >= 2 && (memcmp(b->p, "\xff\xfe", 2) == 0 ||
	    memcmp(b->p, "\xfe\xff", 2) == 0)) ||
	    (b->len > 0 && memchr(b->p, '\0', b->len) != NULL);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text without its mark and the white space around it. */
static const char *
trim(const struct buf *b, size_t *n)
{
	const char *s = b->p == NULL ? "" : b->p;

	*n = b->len;
	if (*n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		*n -= 3;
	}
	for (; *n > 0 && is_space(*s); s++)
		--*n;
	while (*n > 0 && is_space(s[*n - 1]))
		--*n;
	return s;
}

/* What is wrong with the text of the file; true: nothing. */
static bool
judge(const char *path, const struct secret_kind *kind, const char *s,
    size_t n, struct buf *why)
{
	if (n == 0)
		buf_fmt(why, "%s: the file is empty; write %s into it", path,
		    kind->what);
	else if (memchr(s, '\n', n) != NULL || memchr(s, '\r', n) != NULL)
		buf_fmt(why, "%s: the file has more than one line; it is to "
		    "hold %s and nothing else", path, kind->what);
	else if (n == strlen(SECRET_PLACEHOLDER) &&
	    memcmp(s, SECRET_PLACEHOLDER, n) == 0)
		buf_fmt(why, "%s: the file still holds the text it came with; "
		    "write %s in its place", path, kind->what);
	else if (n < kind->min)
		buf_fmt(why, "%s: it has %zu characters; %s has %zu or more",
		    path, n, kind->what, kind->min);
	else if (n > kind->max)
		buf_fmt(why, "%s: it is too long; %s has %zu characters at "
		    "most", path, kind->what, kind->max);
	else
		return true;
	return false;
}

bool
secret_read(const char *path, const struct secret_kind *kind,
    struct buf *out, struct stat *st, struct buf *why)
{
	struct buf text = { .max = SECRET_FILE_MAX };
	const char *s;
	size_t n;
	bool ok;

	memset(st, 0, sizeof(*st));
	if (!file_read(path, &text, st)) {
		owner_explain(path, errno, why);
		buf_fmt(why, "; it is to hold %s", kind->what);
		return false;
	}
	if (!kind->any_mode && !secret_private(path, st->st_mode, why))
		ok = false;
	else if (is_utf16(&text)) {
		buf_fmt(why, "%s: saved as UTF-16 (\"Unicode\"); save it as "
		    "UTF-8 or ANSI", path);
		ok = false;
	} else {
		s = trim(&text, &n);
		ok = judge(path, kind, s, n, why);
		if (ok)
			buf_add(out, s, n);
	}
	buf_free(&text);
	return ok && !out->bad;
}
