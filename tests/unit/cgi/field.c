/* SPDX-License-Identifier: MIT */
/* field.c: field_parse() against a table: each type, each bound from both
 * sides, each thing that is refused. */
#include <config.h>

#include <stdlib.h>

#include "base/bounds.h"
#include "cgi/field.h"
#include "tests/unit/tap.h"

#define T(s)	s, sizeof(s) - 1

static const char *const colours[] = { "red", "green", NULL };

static const struct {
	const char *why; enum field_type type; int64_t min, max;
	const char *s; size_t n; bool valid; int64_t i;
} t[] = {
{ "int: zero",			FIELD_INT, 0, 2, T("0"), true, 0 },
{ "int: highest",		FIELD_INT, 0, 2, T("2"), true, 2 },
{ "int: above",			FIELD_INT, 0, 2, T("3"), false, 0 },
{ "int: below",			FIELD_INT, 1, 2, T("0"), false, 0 },
{ "int: negative in bounds",	FIELD_INT, -5, 5, T("-5"), true, -5 },
{ "int: negative out of bounds", FIELD_INT, 0, 2, T("-1"), false, 0 },
{ "int: minus zero is zero",	FIELD_INT, 0, 2, T("-0"), true, 0 },
{ "int: minus alone",		FIELD_INT, -5, 5, T("-"), false, 0 },
{ "int: two minuses",		FIELD_INT, -5, 5, T("--1"), false, 0 },
{ "int: plus",			FIELD_INT, 0, 2, T("+1"), false, 0 },
{ "int: empty",			FIELD_INT, 0, 2, T(""), false, 0 },
{ "int: blank",			FIELD_INT, 0, 2, T(" 1"), false, 0 },
{ "int: trailing",		FIELD_INT, 0, 2, T("1x"), false, 0 },
{ "int: point",			FIELD_INT, 0, 2, T("1.0"), false, 0 },
{ "int: NUL inside",		FIELD_INT, 0, 2, T("1\0"), false, 0 },
{ "int: over 64 bits is out of bounds", FIELD_INT, 0, INT64_MAX - 1,
    T("99999999999999999999"), false, 0 },
{ "choice: first",		FIELD_CHOICE, 0, 0, T("red"), true, 0 },
{ "choice: second",		FIELD_CHOICE, 0, 0, T("green"), true, 1 },
{ "choice: other",		FIELD_CHOICE, 0, 0, T("blue"), false, 0 },
{ "choice: beginning of one",	FIELD_CHOICE, 0, 0, T("re"), false, 0 },
{ "choice: more than one",	FIELD_CHOICE, 0, 0, T("reds"), false, 0 },
{ "choice: capitals",		FIELD_CHOICE, 0, 0, T("Red"), false, 0 },
{ "choice: empty",		FIELD_CHOICE, 0, 0, T(""), false, 0 },
{ "choice: NUL inside",		FIELD_CHOICE, 0, 0, T("red\0"), false, 0 },
{ "word: of all its alphabet",	FIELD_WORD, 1, 9, T("aZ09_-"), true, 0 },
{ "word: empty below 1",	FIELD_WORD, 1, 9, T(""), false, 0 },
{ "word: longest",		FIELD_WORD, 1, 4, T("abcd"), true, 0 },
{ "word: too long",		FIELD_WORD, 1, 4, T("abcde"), false, 0 },
{ "word: blank",		FIELD_WORD, 1, 9, T("a b"), false, 0 },
{ "word: ampersand",		FIELD_WORD, 1, 9, T("a&b"), false, 0 },
{ "word: percent",		FIELD_WORD, 1, 9, T("a%26b"), false, 0 },
{ "word: not ASCII",		FIELD_WORD, 1, 9, T("\xe5\xbe\xae"), false,
    0 },
{ "word: NUL inside",		FIELD_WORD, 1, 9, T("a\0b"), false, 0 },
{ "label: Chinese counts characters", FIELD_LABEL, 1, 2,
    T("\xe5\xbe\xae\xe4\xbf\xa1"), true, 0 },
{ "label: one too many",	FIELD_LABEL, 1, 1,
    T("\xe5\xbe\xae\xe4\xbf\xa1"), false, 0 },
{ "label: emoji is one",	FIELD_LABEL, 1, 1, T("\xf0\x9f\x98\x80"), true,
    0 },
{ "label: blank",		FIELD_LABEL, 1, 9, T(" "), true, 0 },
{ "label: newline",		FIELD_LABEL, 1, 9, T("a\nb"), false, 0 },
{ "label: tab",			FIELD_LABEL, 1, 9, T("a\tb"), false, 0 },
{ "label: escape",		FIELD_LABEL, 1, 9, T("\x1b[31m"), false, 0 },
{ "label: DEL",			FIELD_LABEL, 1, 9, T("\x7f"), false, 0 },
{ "label: C1, least",		FIELD_LABEL, 1, 9, T("\xc2\x80"), false, 0 },
{ "label: C1, NEL",		FIELD_LABEL, 1, 9, T("\xc2\x85"), false, 0 },
{ "label: C1, most",		FIELD_LABEL, 1, 9, T("\xc2\x9f"), false, 0 },
{ "label: U+00A0 is no control", FIELD_LABEL, 1, 9, T("\xc2\xa0"), true, 0 },
{ "label: not UTF-8",		FIELD_LABEL, 1, 9, T("\xff"), false, 0 },
{ "label: surrogate",		FIELD_LABEL, 1, 9, T("\xed\xa0\x80"), false,
    0 },
{ "label: NUL inside",		FIELD_LABEL, 1, 9, T("a\0b"), false, 0 },
{ "print: all of it",		FIELD_PRINT, 1, 9, T("!aZ~"), true, 0 },
{ "print: blank",		FIELD_PRINT, 1, 9, T("a b"), false, 0 },
{ "print: DEL",			FIELD_PRINT, 1, 9, T("a\x7f"), false, 0 },
{ "print: newline",		FIELD_PRINT, 1, 9, T("a\n"), false, 0 },
{ "print: not ASCII",		FIELD_PRINT, 1, 9, T("\xe5\xbe\xae"), false,
    0 },
{ "print: too long",		FIELD_PRINT, 1, 2, T("abc"), false, 0 },
{ "base64: plain",		FIELD_BASE64, 1, 9, T("YWJj"), true, 0 },
{ "base64: padded",		FIELD_BASE64, 1, 9, T("YQ=="), true, 0 },
{ "base64: padding missing",	FIELD_BASE64, 1, 9, T("YQ"), false, 0 },
{ "base64: empty",		FIELD_BASE64, 1, 9, T(""), false, 0 },
{ "base64: blanks only",	FIELD_BASE64, 1, 9, T("   "), false, 0 },
{ "base64: URL alphabet",	FIELD_BASE64, 1, 9, T("-_-_"), false, 0 },
{ "base64: newline inside",	FIELD_BASE64, 1, 9, T("YW\nJj"), false, 0 },
{ "base64: too long",		FIELD_BASE64, 1, 4, T("YWJjYWJj"), false, 0 },
{ "base64: NUL inside",		FIELD_BASE64, 1, 9, T("YW\0j"), false, 0 },
{ "base64: no-break space inside", FIELD_BASE64, 1, 9, T("YW\xc2\xa0j"), false,
    0 },
{ "text: newline",		FIELD_TEXT, 1, 9, T("a\nb"), true, 0 },
{ "text: empty from 0",		FIELD_TEXT, 0, 9, T(""), true, 0 },
{ "text: empty below 1",	FIELD_TEXT, 1, 9, T(""), false, 0 },
{ "text: not UTF-8",		FIELD_TEXT, 0, 9, T("\xc0\xaf"), false, 0 },
{ "text: NUL inside",		FIELD_TEXT, 0, 9, T("a\0b"), false, 0 },
{ "text: NUL in front",		FIELD_TEXT, 0, 9, T("\0"), false, 0 },
};

/* What forms and copying do to base64 is undone: first the ends are cut, then
 * a space inside is a plus. */
static void
repaired(void)
{
	static const struct { const char *why, *s, *want; } r[] = {
	{ "a space for a plus", "AB CD/EF", "AB+CD/EF" },
	{ "white space at the ends", " \r\nYWJj\t\n", "YWJj" },
	{ "both", " A  = \n", NULL },
	{ "spaces for pluses, many", "A   BBBB", "A+++BBBB" },
	{ "a plus at the end that became a space is lost", "AAA ", NULL },
	};
	const struct field f = { .name = "b", .type = FIELD_BASE64, .min = 1,
	    .max = 99 };

	for (size_t i = 0; i < COUNT(r); i++) {
		char *copy = strdup(r[i].s);
		struct val v = { .set = false };
		const bool valid = field_parse(&f, copy, strlen(copy), &v);

		about(r[i].s, strlen(r[i].s));
		is_str(valid ? v.s : NULL, r[i].want, "repaired: %s",
		    r[i].why);
		if (valid)
			is_int(v.len, strlen(v.s), "repaired: %s: its length",
			    r[i].why);
		free(copy);
	}
	about(NULL, 0);
}

static void
trimmed(void)
{
	static const struct { const char *why, *s, *want; } r[] = {
	{ "nothing", "", "" },
	{ "blanks only", " \t\r\n\v\f", "" },
	{ "ends only", " a b ", "a b" },
	{ "wide space", "\xe3\x80\x80" "a\xe3\x80\x80", "a" },
	{ "no-break space", "\xc2\xa0" "a\xc2\xa0", "a" },
	{ "wide space inside stays", "a\xe3\x80\x80" "b",
	    "a\xe3\x80\x80" "b" },
	{ "another character that begins alike", "\xe3\x80\x81",
	    "\xe3\x80\x81" },
	{ "a letter that ends like a wide space", "\xe4\x80\x80",
	    "\xe4\x80\x80" },
	{ "emoji stays", " \xf0\x9f\x98\x80 ", "\xf0\x9f\x98\x80" },
	};

	for (size_t i = 0; i < COUNT(r); i++) {
		char *copy = strdup(r[i].s);

		is_str(field_trim(copy), r[i].want, "trimmed: %s", r[i].why);
		free(copy);
	}
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(t); i++) {
		const struct field f = { .name = "n", .type = t[i].type,
		    .min = t[i].min, .max = t[i].max, .choices = colours };
		const struct val before = { .i = -77, .len = 77 };
		struct val v = before;
		char *copy = memcpy(malloc(t[i].n + 1), t[i].s, t[i].n + 1);
		const bool valid = field_parse(&f, copy, t[i].n, &v);

		about(t[i].s, t[i].n);
		is_int(valid, t[i].valid, "%s: valid or not", t[i].why);
		is_int(v.set, valid, "%s: set when it is valid", t[i].why);
		if (!valid) {
			ok(memcmp(&v, &before, sizeof(v)) == 0,
			    "%s: refused, the value is left alone", t[i].why);
		} else if (f.type == FIELD_INT || f.type == FIELD_CHOICE) {
			is_int(v.i, t[i].i, "%s: its number", t[i].why);
		} else {
			ok(v.s == copy, "%s: its text is not moved", t[i].why);
			ok(v.len == t[i].n && memcmp(v.s, t[i].s, v.len) == 0,
			    "%s: its text is whole", t[i].why);
		}
		free(copy);
	}
	about(NULL, 0);
	repaired();
	trimmed();
	return done();
}
