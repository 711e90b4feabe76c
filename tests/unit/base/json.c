/* SPDX-License-Identifier: MIT */
/* json.c: how strict json_parse_object() is, and what the getters give. */
#include <config.h>

#include <stdlib.h>

#include "base/bounds.h"
#include "base/json.h"
#include "tests/unit/tap.h"

#define T(s)	s, sizeof(s) - 1

static const struct {
	const char *why, *s; size_t n; bool valid;
} t[] = {
{ "empty object", T("{}"), true },
{ "white space around", T(" \t\r\n{ } \t\r\n"), true },
{ "all kinds of values", T("{\"a\":\"s\",\"b\":1,\"c\":-1.5e+3,\"d\":true,"
    "\"e\":false,\"f\":null,\"g\":[1,\"x\",{}],\"h\":{}}"), true },
{ "all short escapes", T("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}"), true },
{ "unicode escape", T("{\"a\":\"\\u5faE\"}"), true },
{ "pair of surrogates", T("{\"a\":\"\\ud83d\\ude00\"}"), true },
{ "escaped NUL in a value is well-formed", T("{\"a\":\"x\\u0000y\"}"), true },
{ "UTF-8", T("{\"\xe5\xbe\xae\":\"\xe4\xbf\xa1\"}"), true },
{ "key that comes twice", T("{\"a\":1,\"a\":2}"), true },
{ "empty key", T("{\"\":1}"), true },
{ "zero", T("{\"a\":0,\"b\":-0,\"c\":0.0,\"d\":0e0}"), true },
{ "exponent in capitals", T("{\"a\":1E5,\"b\":1E-5}"), true },
{ "DEL in a text", T("{\"a\":\"\x7f\"}"), true },
{ "8 containers deep", T("{\"a\":[[[[[[[]]]]]]]}"), true },
{ "8 objects deep", T("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}"
    "}}}}"), true },
{ "8 deep with a scalar inside", T("{\"a\":[[[[[[[1]]]]]]]}"), true },
{ "9 containers deep", T("{\"a\":[[[[[[[[]]]]]]]]}"), false },
{ "9 objects deep", T("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
    "\"a\":{}}}}}}}}}"), false },
{ "many shallow containers", T("{\"a\":[[],[],[],[],[],[],[],[],[],[]]}"),
    true },
{ "brackets in a text do not count", T("{\"a\":\"[[[[[[[[[[[[{{{{\"}"), true },
{ "empty", T(""), false },
{ "blank", T("  "), false },
{ "array", T("[]"), false },
{ "array of an object", T("[{}]"), false },
{ "text", T("\"a\""), false },
{ "number", T("1"), false },
{ "null", T("null"), false },
{ "true", T("true"), false },
{ "two objects", T("{}{}"), false },
{ "a letter behind", T("{}x"), false },
{ "a comma behind", T("{},"), false },
{ "a NUL behind", T("{}\0"), false },
{ "a NUL and more behind", T("{}\0{}"), false },
{ "a closing brace too many", T("{}}"), false },
{ "vertical tab behind", T("{}\v"), false },
{ "form feed in front", T("\f{}"), false },
{ "no-break space in front", T("\xc2\xa0{}"), false },
{ "byte order mark", T("\xef\xbb\xbf{}"), false },
{ "UTF-16", T("{\0}\0"), false },
{ "cut: open brace", T("{"), false },
{ "cut: in a key", T("{\"a"), false },
{ "cut: behind a key", T("{\"a\""), false },
{ "cut: behind the colon", T("{\"a\":"), false },
{ "cut: in a text", T("{\"a\":\"x"), false },
{ "cut: in an escape", T("{\"a\":\"\\"), false },
{ "cut: in a unicode escape", T("{\"a\":\"\\u12"), false },
{ "cut: behind a value", T("{\"a\":1"), false },
{ "cut: in true", T("{\"a\":tru"), false },
{ "brackets that do not match", T("{\"a\":[}"), false },
{ "comment in C", T("{/* x */}"), false },
{ "comment in C++", T("{}// x"), false },
{ "comment of a shell", T("{}# x"), false },
{ "comment before a value", T("{\"a\":/**/1}"), false },
{ "NaN", T("{\"a\":NaN}"), false },
{ "nan", T("{\"a\":nan}"), false },
{ "Infinity", T("{\"a\":Infinity}"), false },
{ "minus Infinity", T("{\"a\":-Infinity}"), false },
{ "single quotes", T("{'a':1}"), false },
{ "single quotes on a value", T("{\"a\":'x'}"), false },
{ "key without quotes", T("{a:1}"), false },
{ "key of allowed letters without quotes", T("{true:1}"), false },
{ "number as a key", T("{1:1}"), false },
{ "comma before the end", T("{\"a\":1,}"), false },
{ "comma before the end of an array", T("{\"a\":[1,]}"), false },
{ "comma in front", T("{,\"a\":1}"), false },
{ "two commas", T("{\"a\":1,,\"b\":2}"), false },
{ "comma missing", T("{\"a\":1 \"b\":2}"), false },
{ "colon missing", T("{\"a\" 1}"), false },
{ "value missing", T("{\"a\":}"), false },
{ "leading zero", T("{\"a\":01}"), false },
{ "leading zero behind a minus", T("{\"a\":-01}"), false },
{ "plus", T("{\"a\":+1}"), false },
{ "minus alone", T("{\"a\":-}"), false },
{ "two minuses", T("{\"a\":--1}"), false },
{ "no digit before the point", T("{\"a\":.5}"), false },
{ "no digit behind the point", T("{\"a\":1.}"), false },
{ "no digit in the exponent", T("{\"a\":1e}"), false },
{ "sign alone in the exponent", T("{\"a\":1e+}"), false },
{ "two points", T("{\"a\":1.2.3}"), false },
{ "hexadecimal", T("{\"a\":0x10}"), false },
{ "blank in a number", T("{\"a\":1 2}"), false },
{ "letters behind a number", T("{\"a\":1true}"), false },
{ "capitals in true", T("{\"a\":True}"), false },
{ "capital that an exponent could have", T("{\"a\":truE}"), false },
{ "capital E in false", T("{\"a\":falsE}"), false },
{ "NULL in capitals", T("{\"a\":NULL}"), false },
{ "more behind true", T("{\"a\":truetrue}"), false },
{ "undefined", T("{\"a\":undefined}"), false },
{ "newline in a text", T("{\"a\":\"x\ny\"}"), false },
{ "tab in a text", T("{\"a\":\"x\ty\"}"), false },
{ "NUL in a text", T("{\"a\":\"x\0y\"}"), false },
{ "control in a text", T("{\"a\":\"\x1f\"}"), false },
{ "control in a key", T("{\"a\x01\":1}"), false },
{ "unknown escape", T("{\"a\":\"\\x41\"}"), false },
{ "escaped single quote", T("{\"a\":\"\\'\"}"), false },
{ "escape of a NUL byte", T("{\"a\":\"\\\0\"}"), false },
{ "escape in capitals", T("{\"a\":\"\\U0041\"}"), false },
{ "unicode escape of three", T("{\"a\":\"\\u123\"}"), false },
{ "unicode escape, no hexadecimal", T("{\"a\":\"\\u12g4\"}"), false },
{ "unicode escape with a sign", T("{\"a\":\"\\u+123\"}"), false },
{ "lone high surrogate", T("{\"a\":\"\\ud800\"}"), false },
{ "lone high surrogate, text behind", T("{\"a\":\"\\ud800xxxxxx\"}"), false },
{ "lone low surrogate", T("{\"a\":\"\\udc00\"}"), false },
{ "lone low surrogate in capitals", T("{\"a\":\"\\uDFFF\"}"), false },
{ "surrogates in the wrong order", T("{\"a\":\"\\ude00\\ud83d\"}"), false },
{ "two high surrogates", T("{\"a\":\"\\ud83d\\ud83d\"}"), false },
{ "high surrogate and another escape", T("{\"a\":\"\\ud83d\\n\"}"), false },
{ "high surrogate and a letter", T("{\"a\":\"\\ud83d\\u0041\"}"), false },
{ "lone surrogate in a key", T("{\"\\ud800\":1}"), false },
{ "lone surrogate in an unknown member", T("{\"a\":[[\"\\udead\"]]}"), false },
{ "not UTF-8 in a text", T("{\"a\":\"\xff\"}"), false },
{ "not UTF-8 in a key", T("{\"\xff\":1}"), false },
{ "overlong in a text", T("{\"a\":\"\xc0\x80\"}"), false },
{ "surrogate as UTF-8", T("{\"a\":\"\xed\xa0\x80\"}"), false },
{ "UTF-8 cut by the end", T("{\"a\":\"\xe5\xbe"), false },
{ "not ASCII outside of a text", T("{\xe5\xbe\xae}"), false },
};

/* A NUL in a name must not make it another name. */
static void
nul_in_a_name(void)
{
	static const char s[] = "{\"code\\u0000x\":\"v\"}";
	struct json_object *o = json_parse_object(s, sizeof(s) - 1);
	size_t len;

	ok(o == NULL || json_text(o, "code", &len) == NULL,
	    "a name with an escaped NUL is not its beginning");
	json_done(o);
}

static void
long_ones(void)
{
	static char s[BODY_MAX];
	struct json_object *o;
	size_t len = 0;
	const char *v;

	memset(s, '[', sizeof(s));
	ok(json_parse_object(s, sizeof(s)) == NULL, "64 KiB of brackets");
	memset(s, '{', sizeof(s));
	ok(json_parse_object(s, sizeof(s)) == NULL, "64 KiB of braces");
	memset(s, '1', sizeof(s));
	memcpy(s, "{\"a\":", 5);
	s[sizeof(s) - 1] = '}';
	o = json_parse_object(s, sizeof(s));
	ok(o == NULL || !json_text(o, "a", &len),
	    "a number of 64 KiB is survived");
	json_done(o);
	memset(s, 'x', sizeof(s));
	memcpy(s, "{\"a\":\"", 6);
	memcpy(s + sizeof(s) - 2, "\"}", 2);
	o = json_parse_object(s, sizeof(s));
	v = o == NULL ? NULL : json_text(o, "a", &len);
	ok(v != NULL && len == sizeof(s) - 8, "a text of 64 KiB");
	json_done(o);
}

static void
getters(void)
{
	static const char s[] =
	    "{\"s\":\"a\\u0000b\",\"n\":-7,\"t\":\"40029\","
	    "\"m\":\"-1\",\"x\":\"1x\",\"e\":\"\",\"d\":1.0,\"o\":{\"k\":1},"
	    "\"z\":null,\"b\":true,\"r\":1,\"r\":\"two\",\"u\":\"\\u5fae\\/"
	    "\\ud83d\\ude00\",\"dash\":\"-\",\"big\":9223372036854775807}";
	static const char *const no_texts[] = { "n", "z", "o", "missing" };
	static const char *const no_numbers[] = { "x", "e", "d", "z", "b", "o",
	    "dash", "missing" };
	struct json_object *o = json_parse_object(s, sizeof(s) - 1), *child;
	int64_t n = 77;
	size_t len = 0;
	const char *v;

	ok(o != NULL, "getters: parsed");
	if (o == NULL)
		return;
	about(s, sizeof(s) - 1);
	ok(json_has(o, "s"), "has: a text is a member");
	ok(json_has(o, "z"), "has: null is one, too");
	ok(!json_has(o, "S"), "has: a name in the other case is another name");
	ok(!json_has(o, "missing"), "has: what is absent is no member");
	v = json_text(o, "s", &len);
	ok(v == NULL, "text: none with NUL inside, which strcmp() would cut");
	is_str(json_text(o, "u", &len), "\xe5\xbe\xae/\xf0\x9f\x98\x80",
	    "text: escapes decoded");
	is_str(json_text(o, "r", &len), "two", "text: the last of two counts");
	for (size_t i = 0; i < COUNT(no_texts); i++)
		is_str(json_text(o, no_texts[i], &len), NULL,
		    "text: \"%s\" has none", no_texts[i]);
	child = json_child(o, "o");
	ok(child != NULL, "child: an object is one");
	ok(json_number(child, "k", &n), "child: its members can be read");
	is_int(n, 1, "child: its member has its value");
	ok(json_child(o, "s") == NULL, "child: a text is none");
	ok(json_child(o, "z") == NULL, "child: null is none");
	ok(json_child(o, "missing") == NULL, "child: what is absent is none");
	ok(json_number(o, "n", &n) && n == -7, "number: negative");
	ok(json_number(o, "t", &n) && n == 40029, "number: as text");
	ok(json_number(o, "m", &n) && n == -1, "number: negative as text");
	ok(json_number(o, "big", &n) && n == INT64_MAX, "number: largest");
	n = 77;
	for (size_t i = 0; i < COUNT(no_numbers); i++)
		ok(!json_number(o, no_numbers[i], &n),
		    "number: \"%s\" is none", no_numbers[i]);
	is_int(n, 77, "number: what is none leaves n alone");
	about(NULL, 0);
	json_done(o);
	json_done(NULL);
	ok(true, "done: NULL is allowed");
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(t); i++) {
		/* a copy without a byte behind it: a sanitizer sees a read
		 * beyond n */
		char *copy = memcpy(malloc(
		    t[i].n + (t[i].n == 0)), t[i].s, t[i].n);
		struct json_object *o = json_parse_object(copy, t[i].n);

		about(t[i].s, t[i].n);
		ok((o != NULL) == t[i].valid, "%s", t[i].why);
		json_done(o);
		free(copy);
	}
	about(NULL, 0);
	nul_in_a_name();
	long_ones();
	getters();
	return done();
}
