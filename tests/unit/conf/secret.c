/* SPDX-License-Identifier: MIT */
/* secret.c: a file with a secret is read as its editor wrote it, or it is said
 * what is wrong with it. */
#include <config.h>

#include <string.h>

#include "base/buf.h"
#include "conf/secret.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

#define WORD	"0123456789abcdef"
#define BOM	"\xef\xbb\xbf"

static const struct secret_kind word = { .what = "a word", .min = 16,
    .max = 20 };

static const struct row {
	const char	*why, *text;
	size_t		 n;
	const char	*word;		/* what is read; NULL: refused */
	const char	*says;		/* of what is wrong */
} rows[] = {
#define T(s)	s, sizeof(s) - 1
{ "as it is", T(WORD), WORD, NULL },
{ "with a newline", T(WORD "\n"), WORD, NULL },
{ "with the line end of Windows", T(WORD "\r\n"), WORD, NULL },
{ "with blanks and empty lines around it", T("\r\n \t" WORD " \n\n"), WORD,
    NULL },
{ "with a byte order mark", T(BOM WORD "\r\n"), WORD, NULL },
{ "with a blank in it", T("0123 4567 89 abcd"), "0123 4567 89 abcd", NULL },
{ "of the greatest length", T(WORD "0123"), WORD "0123", NULL },
{ "UTF-16, least byte first", T("\xff\xfe" "0\0001\000"), NULL, "UTF-16" },
{ "UTF-16, greatest byte first", T("\xfe\xff" "\0000\0001"), NULL, "UTF-16" },
{ "UTF-16 without a mark", T("0\0001\0002\0003\0004\0005\0006\0007\000"), NULL,
    "UTF-16" },
{ "an empty file", T(""), NULL, "the file is empty; write a word into it" },
{ "only blanks", T(" \n\t\r\n"), NULL, "the file is empty" },
{ "only a byte order mark", T(BOM), NULL, "the file is empty" },
{ "two lines", T(WORD "\n" WORD "\n"), NULL, "more than one line" },
{ "two lines of an old Mac", T(WORD "\r" WORD "\r"), NULL,
    "more than one line" },
{ "what it came with", T(SECRET_PLACEHOLDER "\n"), NULL,
    "still holds the text it came with" },
{ "one character less than the least", T("0123456789abcde\r\n"), NULL,
    "it has 15 characters; a word has 16 or more" },
{ "one character more than the most", T(WORD "01234"), NULL,
    "it is too long" },
};

static void
try(const struct row *r)
{
	struct buf out = { .max = 64 }, why = { .max = 4096 };
	struct stat st;
	const char *path = tmp_write("word", r->text, r->n, 0600);
	const bool read = secret_read(path, &word, &out, &st, &why);

	ok(read == (r->word != NULL), "%s", r->why);
	if (r->word != NULL) {
		is_str(out.p, r->word, "%s", r->why);
		ok(why.p == NULL && st.st_size == (off_t)r->n, "%s", r->why);
	} else
		ok(why.p != NULL && strstr(why.p, r->says) != NULL &&
		    strncmp(why.p, path, strlen(path)) == 0 && out.p == NULL,
		    "%s", r->says);
	buf_free(&out);
	buf_free(&why);
}

static void
refuse(const char *path, const char *says)
{
	struct buf out = { .max = 64 }, why = { .max = 4096 };
	struct stat st;

	ok(!secret_read(path, &word, &out, &st, &why) && why.p != NULL &&
	    strstr(why.p, says) != NULL && out.p == NULL, "%s", says);
	buf_free(&why);
}

int
main(void)
{
	static char much[5000];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		try(&rows[i]);
	memset(much, 'x', sizeof(much));
	refuse(tmp_write("much", much, sizeof(much), 0600), "File too large");
	refuse(tmp_path("none"), "No such file or directory; it is to hold a "
	    "word");
	refuse(tmp_dir(), "Invalid argument");
	refuse(tmp_write("open", WORD, 16, 0604), "others can read");
	refuse(tmp_write("open", WORD, 16, 0602), "chmod o=");
	return done();
}
