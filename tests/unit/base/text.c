/* SPDX-License-Identifier: MIT */
/* text.c: the questions of lib/base/text.h, a row for each kind of answer. */
#include <config.h>

#include "base/bounds.h"
#include "base/random.h"
#include "base/text.h"
#include "tests/unit/tap.h"

/* A text with its length: it may hold NUL bytes. */
#define T(s)	s, sizeof(s) - 1

static void
utf8(void)
{
	static const struct {
		const char *why, *s; size_t n; bool valid; size_t chars;
	} t[] = {
	{ "empty", T(""), true, 0 },
	{ "ASCII", T("abc"), true, 3 },
	{ "NUL is a code point", T("a\0b"), true, 3 },
	{ "DEL", T("\x7f"), true, 1 },
	{ "two bytes, least", T("\xc2\x80"), true, 1 },
	{ "two bytes, most", T("\xdf\xbf"), true, 1 },
	{ "three bytes, least", T("\xe0\xa0\x80"), true, 1 },
	{ "last before the surrogates", T("\xed\x9f\xbf"), true, 1 },
	{ "first behind the surrogates", T("\xee\x80\x80"), true, 1 },
	{ "noncharacter U+FFFF is legal", T("\xef\xbf\xbf"), true, 1 },
	{ "four bytes, least", T("\xf0\x90\x80\x80"), true, 1 },
	{ "U+10FFFF", T("\xf4\x8f\xbf\xbf"), true, 1 },
	{ "Chinese", T("\xe5\xbe\xae\xe4\xbf\xa1"), true, 2 },
	{ "emoji", T("a\xf0\x9f\x98\x80z"), true, 3 },
	{ "byte order mark is a code point", T("\xef\xbb\xbf{"), true, 2 },
	{ "continuation alone", T("\x80"), false, 0 },
	{ "overlong slash, two bytes", T("\xc0\xaf"), false, 0 },
	{ "overlong by c1", T("\xc1\xbf"), false, 0 },
	{ "overlong slash, three bytes", T("\xe0\x80\xaf"), false, 0 },
	{ "overlong, three bytes, most", T("\xe0\x9f\xbf"), false, 0 },
	{ "overlong, four bytes", T("\xf0\x8f\xbf\xbf"), false, 0 },
	{ "high surrogate", T("\xed\xa0\x80"), false, 0 },
	{ "low surrogate", T("\xed\xbf\xbf"), false, 0 },
	{ "pair of surrogates (CESU-8)", T("\xed\xa0\xbd\xed\xb8\x80"), false,
	    0 },
	{ "above U+10FFFF", T("\xf4\x90\x80\x80"), false, 0 },
	{ "f5", T("\xf5\x80\x80\x80"), false, 0 },
	{ "fe", T("\xfe"), false, 0 },
	{ "ff", T("\xff"), false, 0 },
	{ "two bytes cut", T("\xc3"), false, 0 },
	{ "three bytes cut", T("\xe5\xbe"), false, 0 },
	{ "four bytes cut", T("\xf0\x9f\x98"), false, 0 },
	{ "third byte broken", T("\xe5\xbe" "A"), false, 0 },
	{ "fourth byte broken", T("\xf0\x9f\x98" "A"), false, 0 },
	{ "GBK", T("\xce\xa2\xd0\xc5"), false, 0 },
	{ "Latin-1", T("caf\xe9"), false, 0 },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		size_t chars = 77;
		const bool valid = utf8_valid(t[i].s, t[i].n, &chars);

		about(t[i].s, t[i].n);
		is_int(valid, t[i].valid, "utf8: %s: valid or not", t[i].why);
		if (valid)
			is_int(chars, t[i].chars, "utf8: %s: characters",
			    t[i].why);
	}
	about(NULL, 0);
	ok(utf8_valid("a", 1, NULL), "utf8: the count may be left out");
	ok(utf8_valid("\xe5\xbe", 0, NULL), "utf8: not a byte beyond n");
}

static void
digits(void)
{
	static const struct {
		const char *why, *s; bool valid; int64_t n;
	} t[] = {
	{ "zero", "0", true, 0 },
	{ "leading zeros", "007", true, 7 },
	{ "INT64_MAX", "9223372036854775807", true, INT64_MAX },
	{ "one more saturates", "9223372036854775808", true, INT64_MAX },
	{ "20 digits saturate", "99999999999999999999", true, INT64_MAX },
	{ "100 digits saturate", "1000000000000000000000000000000000000000000"
	    "000000000000000000000000000000000000000000000000000000000", true,
	    INT64_MAX },
	{ "empty", "", false, 0 },
	{ "minus", "-1", false, 0 },
	{ "plus", "+1", false, 0 },
	{ "blank in front", " 1", false, 0 },
	{ "blank behind", "1 ", false, 0 },
	{ "newline behind", "1\n", false, 0 },
	{ "hexadecimal", "0x10", false, 0 },
	{ "point", "1.0", false, 0 },
	{ "exponent", "1e3", false, 0 },
	{ "a letter after saturation", "99999999999999999999x", false, 0 },
	{ "full-width digit", "\xef\xbc\x91", false, 0 },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		int64_t n = -77;
		const bool valid = digits_parse(t[i].s, &n);

		about(t[i].s, strlen(t[i].s));
		is_int(valid, t[i].valid, "digits: %s: valid or not",
		    t[i].why);
		is_int(n, valid ? t[i].n : -77, "digits: %s: the number",
		    t[i].why);
	}
	about(NULL, 0);
}

static void
alphabet(void)
{
	static const struct {
		const char *why, *s; size_t n; const char *more; bool is;
	} t[] = {
	{ "empty", T(""), "", true },
	{ "letters and digits", T("azAZ09"), "", true },
	{ "one of more", T("a-b_c"), "_-", true },
	{ "not of more", T("a.b"), "_-", false },
	{ "NUL is not of more", T("a\0b"), "_-", false },
	{ "just below 0", T("/"), "", false },
	{ "just above 9", T(":"), "", false },
	{ "just below A", T("@"), "", false },
	{ "just above Z", T("["), "", false },
	{ "just below a", T("`"), "", false },
	{ "just above z", T("{"), "", false },
	{ "high bit", T("\xc3\xa9"), "_-", false },
	{ "newline behind", T("abc\n"), "_-", false },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		about(t[i].s, t[i].n);
		is_int(all_alnum_or(t[i].s, t[i].n, t[i].more), t[i].is,
		    "alphabet: %s", t[i].why);
	}
	about(NULL, 0);
}

static void
base64(void)
{
	static const struct {
		const char *why, *s; size_t n; bool valid; size_t len;
	} t[] = {
	{ "16 bytes, as a session_key", T("nzoqhc3OnwHzeTxJs+inbQ=="), true,
	    16 },
	{ "no padding needed", T("YWJj"), true, 3 },
	{ "one pad", T("YWI="), true, 2 },
	{ "two pads", T("YQ=="), true, 1 },
	{ "plus and slash", T("+/+/"), true, 3 },
	{ "24 bytes, the most here", T("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	    true, 24 },
	{ "does not fit", T("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="), false,
	    0 },
	{ "empty", T(""), false, 0 },
	{ "padding missing", T("YQ"), false, 0 },
	{ "padding short", T("YQ="), false, 0 },
	{ "padding long", T("YQ==="), false, 0 },
	{ "padding alone", T("===="), false, 0 },
	{ "padding in front", T("=YWJ"), false, 0 },
	{ "padding inside", T("YQ==YQ=="), false, 0 },
	{ "one character", T("Y"), false, 0 },
	{ "bits behind the last byte", T("YR=="), false, 0 },
	{ "bits behind the last two", T("YWJ="), false, 0 },
	{ "URL alphabet", T("-_-_"), false, 0 },
	{ "blank inside", T("YW Jj"), false, 0 },
	{ "newline inside", T("YWJj\nYWJj"), false, 0 },
	{ "newline behind", T("YWJj\n"), false, 0 },
	{ "NUL inside", T("YW\0j"), false, 0 },
	{ "not ASCII", T("YW\xc3\xa9"), false, 0 },
	};
	uint8_t out[25];
	size_t len;

	for (size_t i = 0; i < COUNT(t); i++) {
		len = 77;
		memset(out, 0x5a, sizeof(out));
		const bool valid = base64_parse(t[i].s, t[i].n, out, 24, &len);

		about(t[i].s, t[i].n);
		is_int(valid, t[i].valid, "base64: %s: valid or not",
		    t[i].why);
		if (valid)
			is_int(len, t[i].len, "base64: %s: bytes", t[i].why);
		is_int(out[24], 0x5a, "base64: %s: nothing behind its room",
		    t[i].why);
	}
	about(NULL, 0);
	ok(base64_parse("aGVsbG8=", 8, out, 5, &len),
	    "base64: exactly its room is enough");
	ok(len == 5 && memcmp(out, "hello", 5) == 0,
	    "base64: in exactly its room are the bytes");
	ok(!base64_parse("aGVsbG8=", 8, out, 4, &len),
	    "base64: a byte less is refused");
}

int
main(void)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };
	char hex[9] = "xxxxxxxx";

	utf8();
	digits();
	alphabet();
	base64();
	hex_write((const uint8_t *)"\x00\x7f\xab\xff", 4, hex);
	is_str(hex, "007fabff", "hex: lower case, NUL behind");
	hex_write(NULL, 0, hex);
	is_str(hex, "", "hex: of nothing");
	random_bytes(a, 64);
	random_bytes(b, 64);
	ok(memcmp(a, b, 64) != 0, "random: twice is not the same");
	ok(same_secret(a, a, 64), "same_secret: itself");
	memcpy(b, a, 64);
	b[63] ^= 1;
	ok(!same_secret(a, b, 64), "same_secret: the last bit differs");
	b[63] ^= 1;
	b[0] ^= 0x80;
	ok(!same_secret(a, b, 64), "same_secret: the first bit differs");
	ok(same_secret(a, b, 0), "same_secret: of nothing");
	return done();
}
