/* SPDX-License-Identifier: MIT */
/* input.c: bodies and queries: what kind they are, what in them is malformed,
 * and what a declared field gets of them. */
#include <config.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/bounds.h"
#include "cgi/input.h"
#include "tests/unit/tap.h"

#define T(s)	s, sizeof(s) - 1

static const struct {
	const char *why, *content_type, *body; size_t n; enum body_type want;
} kinds[] = {
{ "JSON", "application/json", T("x"), BODY_JSON },
{ "JSON with a charset", "application/json; charset=utf-8", T(""), BODY_JSON },
{ "JSON with a charset, no blank", "application/json;charset=utf-8", T(""),
    BODY_JSON },
{ "JSON in capitals", "Application/JSON", T(""), BODY_JSON },
{ "JSON with blanks in front", " application/json ", T(""), BODY_JSON },
{ "form", "application/x-www-form-urlencoded", T("{}"), BODY_FORM },
{ "form with a charset", "application/x-www-form-urlencoded; charset=UTF-8",
    T(""), BODY_FORM },
{ "text", "text/plain", T("{}"), BODY_OTHER },
{ "multipart", "multipart/form-data; boundary=x", T(""), BODY_OTHER },
{ "a longer name", "application/jsonp", T("{}"), BODY_OTHER },
{ "a shorter name", "application/jso", T("{}"), BODY_OTHER },
{ "a suffix", "application/problem+json", T("{}"), BODY_OTHER },
{ "text/json", "text/json", T("{}"), BODY_OTHER },
{ "nonsense", ";", T("{}"), BODY_OTHER },
{ "no type, a brace", NULL, T("{}"), BODY_JSON },
{ "no type, a brace behind blanks", NULL, T(" \t\r\n{"), BODY_JSON },
{ "no type, a form", NULL, T("a=b"), BODY_FORM },
{ "no type, a form with a brace", NULL, T("a={"), BODY_FORM },
{ "no type, empty", NULL, T(""), BODY_FORM },
{ "no type, blank", NULL, T("  "), BODY_FORM },
{ "no type, an array", NULL, T("[]"), BODY_FORM },
{ "no type, a NUL in front", NULL, T("\0{}"), BODY_FORM },
{ "no type, a byte order mark in front", NULL, T("\xef\xbb\xbf{}"),
    BODY_FORM },
};

/* What becomes of field "f" (a text of at most 8, "n" is a number). */
enum what { MALFORMED, REFUSED, ABSENT, GIVEN };
static const struct {
	const char *why, *s; size_t n; enum what want; const char *value;
} forms[] = {
{ "plain", T("f=abc"), GIVEN, "abc" },
{ "between others", T("a=1&f=abc&z=2"), GIVEN, "abc" },
{ "absent", T("a=1"), ABSENT, NULL },
{ "nothing", T(""), ABSENT, NULL },
{ "ampersands only", T("&&&"), ABSENT, NULL },
{ "ampersands around", T("&f=abc&"), GIVEN, "abc" },
{ "empty value", T("f="), GIVEN, "" },
{ "no equals sign", T("f"), GIVEN, "" },
{ "equals signs in the value", T("f=a=b="), GIVEN, "a=b=" },
{ "empty name", T("=abc"), ABSENT, NULL },
{ "plus is a blank", T("f=a+b"), GIVEN, "a b" },
{ "%2B is a plus", T("f=a%2Bb"), GIVEN, "a+b" },
{ "%26 does not split", T("f=a%26b"), GIVEN, "a&b" },
{ "%3D does not split", T("%66=a%3Db"), GIVEN, "a=b" },
{ "encoded name", T("%66=x"), GIVEN, "x" },
{ "hexadecimal in both cases", T("f=%e5%BE%aE"), GIVEN, "\xe5\xbe\xae" },
{ "raw UTF-8", T("f=\xe5\xbe\xae"), GIVEN, "\xe5\xbe\xae" },
{ "semicolon does not split", T("f=a;b=c"), GIVEN, "a;b=c" },
{ "decoded once only", T("f=%2541"), GIVEN, "%41" },
{ "newline may be in a text", T("f=a%0Ab"), GIVEN, "a\nb" },
{ "other case of the name", T("F=x"), ABSENT, NULL },
{ "too long", T("f=123456789"), REFUSED, NULL },
{ "repeated", T("f=a&f=b"), REFUSED, NULL },
{ "repeated, the same", T("f=a&f=a"), REFUSED, NULL },
{ "repeated, once encoded", T("f=a&%66=b"), REFUSED, NULL },
{ "repeated, one empty", T("f=a&f"), REFUSED, NULL },
{ "percent at the end", T("f=a%"), REFUSED, NULL },
{ "percent and one digit", T("f=a%4"), REFUSED, NULL },
{ "percent, cut by an ampersand", T("f=%4&1=2"), REFUSED, NULL },
{ "percent and no digits", T("f=%zz"), REFUSED, NULL },
{ "percent and a half", T("f=%4g"), REFUSED, NULL },
{ "%u of old browsers", T("f=%u5fae"), REFUSED, NULL },
{ "NUL, encoded", T("f=a%00"), REFUSED, NULL },
{ "NUL, raw", T("f=a\0b"), REFUSED, NULL },
{ "NUL behind the name", T("f%00=a"), REFUSED, NULL },
{ "not UTF-8", T("f=%ff"), REFUSED, NULL },
{ "GBK", T("f=%CE%A2%D0%C5"), REFUSED, NULL },
{ "surrogate", T("f=%ED%A0%80"), REFUSED, NULL },
{ "overlong", T("f=%C0%AF"), REFUSED, NULL },
{ "broken after right, repeated", T("f=a&f=%"), REFUSED, NULL },
{ "unknown field: repeated is fine", T("a=1&a=2&f=x"), GIVEN, "x" },
{ "unknown field: empty", T("a=&f=x"), GIVEN, "x" },
{ "unknown field: NUL in the value is well-formed", T("a=%00&f=x"), GIVEN,
    "x" },
{ "unknown field: broken percent", T("a=%&f=x"), MALFORMED, NULL },
{ "unknown field: broken percent, behind", T("f=x&a=%g0"), MALFORMED, NULL },
{ "unknown field: broken name", T("%g0=a&f=x"), MALFORMED, NULL },
{ "unknown field: not UTF-8", T("a=%ff&f=x"), MALFORMED, NULL },
{ "unknown field: name not UTF-8", T("\xff=1"), MALFORMED, NULL },
{ "unknown field: NUL in the name", T("a%00b=1"), MALFORMED, NULL },
};
static const struct {
	const char *why, *s; size_t n; enum what want; const char *value;
} jsons[] = {
{ "text", T("{\"f\":\"abc\"}"), GIVEN, "abc" },
{ "absent", T("{\"a\":1}"), ABSENT, NULL },
{ "empty", T("{\"f\":\"\"}"), GIVEN, "" },
{ "escapes", T("{\"f\":\"\\u5fae\\n\"}"), GIVEN, "\xe5\xbe\xae\n" },
{ "the last of two counts", T("{\"f\":1,\"f\":\"b\"}"), GIVEN, "b" },
{ "the last of two counts, wrong", T("{\"f\":\"a\",\"f\":1}"), REFUSED, NULL },
{ "the name escaped", T("{\"\\u0066\":\"a\"}"), GIVEN, "a" },
{ "number for a text", T("{\"f\":1}"), REFUSED, NULL },
{ "true for a text", T("{\"f\":true}"), REFUSED, NULL },
{ "null", T("{\"f\":null}"), REFUSED, NULL },
{ "object", T("{\"f\":{}}"), REFUSED, NULL },
{ "array of a text", T("{\"f\":[\"a\"]}"), REFUSED, NULL },
{ "embedded NUL", T("{\"f\":\"a\\u0000b\"}"), REFUSED, NULL },
{ "NUL alone", T("{\"f\":\"\\u0000\"}"), REFUSED, NULL },
{ "too long", T("{\"f\":\"123456789\"}"), REFUSED, NULL },
{ "nested does not count", T("{\"a\":{\"f\":\"x\"}}"), ABSENT, NULL },
{ "unknown of any kind", T("{\"a\":[null,{\"b\":1e9}],\"f\":\"x\"}"), GIVEN,
    "x" },
{ "unknown with a lone surrogate", T("{\"a\":\"\\ud800\",\"f\":\"x\"}"),
    MALFORMED, NULL },
{ "array", T("[\"f\"]"), MALFORMED, NULL },
{ "a form", T("f=abc"), MALFORMED, NULL },
{ "empty body", T(""), MALFORMED, NULL },
};
static const struct {
	const char *why, *s; size_t n; enum what want; int64_t value;
} numbers[] = {
{ "JSON integer", T("{\"n\":2}"), GIVEN, 2 },
{ "JSON, out of bounds", T("{\"n\":3}"), REFUSED, 0 },
{ "JSON, negative", T("{\"n\":-1}"), REFUSED, 0 },
{ "JSON, text of digits", T("{\"n\":\"2\"}"), REFUSED, 0 },
{ "JSON, a fraction", T("{\"n\":1.5}"), REFUSED, 0 },
{ "JSON, 1.0", T("{\"n\":1.0}"), REFUSED, 0 },
{ "JSON, true", T("{\"n\":true}"), REFUSED, 0 },
{ "JSON, null", T("{\"n\":null}"), REFUSED, 0 },
{ "JSON, 2^63", T("{\"n\":9223372036854775808}"), REFUSED, 0 },
{ "JSON, 2^64 + 1", T("{\"n\":18446744073709551617}"), REFUSED, 0 },
{ "JSON, -2^63 - 1", T("{\"n\":-9223372036854775809}"), REFUSED, 0 },
{ "form", T("n=2"), GIVEN, 2 },
{ "form, blank", T("n=+2"), REFUSED, 0 },
{ "form, empty", T("n="), REFUSED, 0 },
{ "form, 2^64 + 1", T("n=18446744073709551617"), REFUSED, 0 },
{ "form, NUL behind", T("n=2%00"), REFUSED, 0 },
};

static const struct field fields[] = {
	{ .name = "f", .type = FIELD_TEXT, .max = 8 },
	{ .name = "n", .type = FIELD_INT, .min = 0, .max = 2 },
};

static enum what
take(const char *s, size_t n, bool json, const struct field *f,
    struct arena *a, struct val *v)
{
	struct input in = { .json = NULL };
	char *copy = malloc(n + (n == 0));	/* nothing behind it */
	enum what got;
	bool parsed;

	memcpy(copy, s, n);
	*v = (struct val){ .set = false };
	parsed = json ? input_json(&in, copy, n) :
	    input_form(&in, copy, n, fields, COUNT(fields), a);
	free(copy);				/* nor kept */
	if (!parsed)
		got = MALFORMED;
	else if (!input_field(&in, f, a, v))
		got = REFUSED;
	else
		got = v->set ? GIVEN : ABSENT;
	input_done(&in);
	return got;
}

static void
token_text(void)
{
	struct arena a = { NULL };
	struct input in = { .json = NULL };
	size_t len = 0;
	bool given;

	ok(input_text(&in, "f", &len, &given) == NULL && !given,
	    "text: of no input at all");
	ok(input_form(&in, T("f=a%26b&g=%&g=x&h=%"), (const struct field[]){
	    { .name = "g" }, { .name = "h" } }, 2, &a), "text: parsed");
	is_str(input_text(&in, "f", &len, &given), "a&b", "text: decoded");
	ok(given && len == 3, "text: given");
	ok(input_text(&in, "g", &len, &given) == NULL && given,
	    "text: twice is given and NULL");
	ok(input_text(&in, "h", &len, &given) == NULL && given,
	    "text: broken is given and NULL");
	ok(input_text(&in, "i", &len, &given) == NULL && !given,
	    "text: absent");
	input_done(&in);
	arena_free(&a);
}

/* 64 KiB of the worst: each byte a field of its own. */
static void
many(void)
{
	static char s[BODY_MAX];
	struct arena a = { NULL };
	struct input in = { .json = NULL };

	for (size_t i = 0; i < sizeof(s); i++)
		s[i] = i % 2 == 0 ? 'x' : '&';
	ok(input_form(&in, s, sizeof(s), fields, COUNT(fields), &a) &&
	    in.npairs == BODY_MAX / 2, "32 Ki fields");
	input_done(&in);
	arena_free(&a);
	memset(s, '&', sizeof(s));
	ok(input_form(&in, s, sizeof(s), fields, COUNT(fields), &a) &&
	    in.npairs == 0, "64 Ki ampersands");
	input_done(&in);
	arena_free(&a);
}

int
main(void)
{
	struct arena a = { NULL };
	struct val v;
	enum what got;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		about(kinds[i].body, kinds[i].n);
		is_int(input_type(kinds[i].content_type, kinds[i].body,
		    kinds[i].n), kinds[i].want, "kind: %s", kinds[i].why);
	}
	for (size_t i = 0; i < COUNT(forms); i++) {
		about(forms[i].s, forms[i].n);
		got = take(forms[i].s, forms[i].n, false, &fields[0], &a, &v);
		is_int(got, forms[i].want, "form: %s", forms[i].why);
		is_str(v.s, forms[i].value, "form: %s: its value",
		    forms[i].why);
	}
	for (size_t i = 0; i < COUNT(jsons); i++) {
		about(jsons[i].s, jsons[i].n);
		got = take(jsons[i].s, jsons[i].n, true, &fields[0], &a, &v);
		is_int(got, jsons[i].want, "JSON: %s", jsons[i].why);
		is_str(v.s, jsons[i].value, "JSON: %s: its value",
		    jsons[i].why);
	}
	for (size_t i = 0; i < COUNT(numbers); i++) {
		about(numbers[i].s, numbers[i].n);
		got = take(numbers[i].s, numbers[i].n, numbers[i].s[0] == '{',
		    &fields[1], &a, &v);
		is_int(got, numbers[i].want, "number: %s", numbers[i].why);
		is_int(v.i, numbers[i].value, "number: %s: its value",
		    numbers[i].why);
	}
	about(NULL, 0);
	arena_free(&a);
	token_text();
	many();
	return done();
}
