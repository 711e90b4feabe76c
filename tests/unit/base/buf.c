/* SPDX-License-Identifier: MIT */
/* buf.c: the ceiling of a buffer, and the JSON that is written into one. */
#include <config.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/json.h"
#include "tests/unit/tap.h"

#define T(s)	s, sizeof(s) - 1

static void
ceiling(void)
{
	struct buf b = { .max = 8 };

	ok(b.p == NULL && b.len == 0, "a new buffer holds nothing");
	buf_add(&b, "1234567", 7);
	ok(!b.bad && b.len == 7 && b.p[7] == '\0',
	    "ceiling minus the NUL fits");
	buf_add(&b, "", 0);
	ok(!b.bad && b.len == 7, "adding nothing to a full one");
	buf_add(&b, "8", 1);
	ok(b.bad && b.p == NULL && b.len == 0, "one more empties it");
	buf_add(&b, "x", 1);
	buf_str(&b, "x");
	buf_fmt(&b, "%d", 1);
	json_open(&b, NULL);
	json_str(&b, "k", "v");
	json_int(&b, "k", 1);
	json_boolean(&b, "k", true);
	json_close(&b);
	ok(b.bad && b.p == NULL && b.len == 0, "bad stays bad");
	buf_free(&b);
	ok(!b.bad && b.max == 8, "freed, it may be used again");
	buf_fmt(&b, "%s", "12345678");
	ok(b.bad, "buf_fmt has the ceiling too");
	buf_free(&b);
	buf_add(&b, "x", SIZE_MAX - 4);
	ok(b.bad, "a length that would overflow");
	buf_free(&b);
	b.max = (size_t)1 << 20;
	for (int i = 0; i < 100000; i++)
		buf_fmt(&b, "%05d", i);
	ok(!b.bad && b.len == 500000, "it grows to what is added");
	ok(memcmp(b.p, "0000000001", 10) == 0, "growing keeps its beginning");
	is_str(b.p + b.len - 5, "99999", "growing keeps its end");
	buf_free(&b);
	buf_add(&b, "", 0);
	ok(!b.bad && b.p != NULL && b.p[0] == '\0',
	    "adding nothing makes an empty text");
	buf_free(&b);
	buf_free(&b);
	ok(b.p == NULL, "freeing twice");
}

/* A text is formatted into the room that is left; around its end, and with
 * text that is too long for it, nothing may be lost or written twice. */
static void
formatted(void)
{
	static const size_t lengths[] = { 0, 1, 506, 507, 508, 509, 510, 511,
	    512, 1023, 1024, 5000 };
	static char text[5001];

	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t before = 0; before < 4; before++) {
			struct buf b = { .max = 8192 };

			buf_add(&b, "abc", before);
			buf_fmt(&b, "%.*s|%d", (int)lengths[i], text, 42);
			ok(!b.bad && b.len == before + lengths[i] + 3 &&
			    strlen(b.p) == b.len &&
			    memcmp(b.p, "abc", before) == 0 &&
			    strspn(b.p + before, "x") == lengths[i] &&
			    strcmp(b.p + b.len - 3, "|42") == 0,
			    "%zu formatted characters behind %zu", lengths[i],
			    before);
			buf_free(&b);
		}
	for (size_t n = 1022; n < 1025; n++) {
		struct buf b = { .max = 1024 };

		buf_add(&b, text, 500);
		buf_fmt(&b, "%.*s", (int)(n - 500), text);
		ok(b.bad == (n > 1023) && b.len == (n > 1023 ? 0 : n),
		    "a ceiling of 1024 and %zu formatted characters", n);
		buf_free(&b);
	}
}

static void
integers(void)
{
	static const struct { int64_t n; const char *want; } t[] = {
	{ 0, "0" }, { 1, "1" }, { -1, "-1" }, { 9, "9" }, { 10, "10" },
	{ -10, "-10" }, { 1764000000000, "1764000000000" },
	{ INT64_MAX, "9223372036854775807" },
	{ -INT64_MAX, "-9223372036854775807" },
	{ INT64_MIN, "-9223372036854775808" },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = { .max = 64 };

		json_int(&b, NULL, t[i].n);
		is_str(b.p, t[i].want, "integer: %s", t[i].want);
		buf_free(&b);
	}
}

static void
escaping(void)
{
	static const struct {
		const char *why, *in; size_t n; const char *want;
	} t[] = {
	{ "plain", T("abc"), "\"abc\"" },
	{ "empty", T(""), "\"\"" },
	{ "quotation mark", T("a\"b"), "\"a\\\"b\"" },
	{ "reverse solidus", T("a\\b"), "\"a\\\\b\"" },
	{ "solidus passes", T("</script>"), "\"</script>\"" },
	{ "newline", T("a\nb"), "\"a\\nb\"" },
	{ "carriage return", T("\r"), "\"\\u000d\"" },
	{ "tab", T("\t"), "\"\\u0009\"" },
	{ "NUL", T("a\0b"), "\"a\\u0000b\"" },
	{ "highest control", T("\x1f"), "\"\\u001f\"" },
	{ "blank passes", T(" "), "\" \"" },
	{ "DEL passes", T("\x7f"), "\"\x7f\"" },
	{ "UTF-8 passes", T("\xe5\xbe\xae"), "\"\xe5\xbe\xae\"" },
	{ "U+2028 passes", T("\xe2\x80\xa8"), "\"\xe2\x80\xa8\"" },
	{ "two in a row, first and last", T("\"\"x\\\n"),
	    "\"\\\"\\\"x\\\\\\n\"" },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = { .max = 256 };

		json_strn(&b, NULL, t[i].in, t[i].n);
		is_str(b.p, t[i].want, "escaping: %s", t[i].why);
		buf_free(&b);
	}
}

int
main(void)
{
	struct buf b = { .max = 512 };

	ceiling();
	formatted();
	integers();
	escaping();
	json_open(&b, NULL);
	json_close(&b);
	is_str(b.p, "{}", "an empty object");
	buf_free(&b);
	json_open(&b, NULL);
	json_str(&b, "a", "x");
	json_int(&b, "b", INT64_MIN);
	json_boolean(&b, "c", false);
	json_open(&b, "d");
	json_boolean(&b, "e", true);
	json_close(&b);
	json_str(&b, "f", NULL);
	json_close(&b);
	is_str(b.p, "{\"a\":\"x\",\"b\":-9223372036854775808,\"c\":false,"
	    "\"d\":{\"e\":true},\"f\":\"\"}",
	    "commas where they belong, NULL is an empty text");
	buf_free(&b);
	json_int(&b, "a", 1);
	json_int(&b, "b", 2);
	is_str(b.p, "\"a\":1,\"b\":2", "members without their braces");
	buf_free(&b);
	json_str(&b, "a", "{");
	json_str(&b, "b", "x");
	is_str(b.p, "\"a\":\"{\",\"b\":\"x\"",
	    "a text that ends in a brace still gets its comma");
	buf_free(&b);
	return done();
}
