/* SPDX-License-Identifier: MIT */
/* reply.c: the bytes of a reply, the choice of its language and its id. */
#include <config.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/json.h"
#include "cgi/params.h"
#include "cgi/reply.h"
#include "tests/unit/caller.h"
#include "tests/unit/tap.h"

static struct caller caller;

static void
write_reply(const struct reply *r)
{
	const struct io io = caller_io(&caller, "", "", false);

	ok(reply_write(r, &io) && caller.writes == 1, "one write");
}

static void
whole(void)
{
	static const char *const others[] = { "Retry-After",
	    "WWW-Authenticate", "Allow", "Vary", "Access-Control" };
	struct buf data = { .max = 512 };
	struct reply r = { .outcome = OK, .request_id = "rid", .data = &data };

	write_reply(&r);
	is_str(caller.reply, "Status: 200\r\n"
	    "Content-Type: application/json; charset=utf-8\r\n"
	    "Content-Length: 23\r\n"
	    "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: rid\r\n"
	    "\r\n"
	    "{\"code\":\"OK\",\"data\":{}}", "OK without data");
	json_int(&data, "a", 1);
	write_reply(&r);
	is_str(caller_body(&caller), "{\"code\":\"OK\",\"data\":{\"a\":1}}",
	    "OK with data, and no requestId");
	r.body = BODY_HEAD;
	write_reply(&r);
	ok(caller_header(&caller, "Content-Length: 28") &&
	    *caller_body(&caller) == '\0', "HEAD: the length, no body");
	r.body = BODY_NONE;
	write_reply(&r);
	ok(caller_header(&caller, "Status: 200"), "no body: 200");
	ok(!caller_header_begins(&caller, "Content-"),
	    "no body: no header about content");
	is_str(caller_body(&caller), "", "no body: none is sent");
	r.allow = "GET, OPTIONS";
	write_reply(&r);
	ok(caller_header(&caller, "Status: 204"), "OPTIONS: 204");
	ok(caller_header(&caller, "Allow: GET, OPTIONS"), "OPTIONS: Allow");
	ok(!caller_header_begins(&caller, "Content-"),
	    "OPTIONS: no header about content");
	r = (struct reply){ .outcome = PARAM_INVALID, .request_id = "rid",
	    .field = "code", .data = &data };
	write_reply(&r);
	is_str(caller_body(&caller), "{\"code\":\"PARAM_INVALID\",\"message\":"
	    "\"a field is missing, malformed or out of bounds\",\"field\":"
	    "\"code\",\"requestId\":\"rid\"}", "an error, without the data");
	ok(caller_header(&caller, "Status: 400"), "PARAM_INVALID is 400");
	for (size_t i = 0; i < COUNT(others); i++)
		ok(!caller_header_begins(&caller, others[i]),
		    "PARAM_INVALID: no %s", others[i]);
	buf_free(&data);
	json_str(&data, "token", "TOK");
	r.outcome = BUSY;
	write_reply(&r);
	ok(strstr(caller.reply, "TOK") == NULL,
	    "an error says nothing of what the handler wrote");
	buf_free(&data);
}

static void
headers(void)
{
	struct buf more = { .max = 512 };
	struct reply r = { .outcome = AUTH_INVALID, .request_id = "rid" };

	write_reply(&r);
	ok(caller_header(&caller,
	    "WWW-Authenticate: Bearer realm=\"wxlogin\", "
	    "error=\"invalid_token\""), "401 with a token");
	r.no_token = true;
	write_reply(&r);
	ok(caller_header(&caller,
	    "WWW-Authenticate: Bearer realm=\"wxlogin\""),
	    "401 without a token: no error");
	r.outcome = AUTH_EXPIRED;
	r.no_token = false;
	write_reply(&r);
	ok(caller_header(&caller,
	    "WWW-Authenticate: Bearer realm=\"wxlogin\", "
	    "error=\"invalid_token\""), "401 of an expired one");
	r.outcome = METHOD_NOT_ALLOWED;
	r.allow = "POST, OPTIONS";
	write_reply(&r);
	ok(caller_header(&caller, "Status: 405"),
	    "METHOD_NOT_ALLOWED is 405");
	ok(caller_header(&caller, "Allow: POST, OPTIONS"), "405: Allow");
	ok(caller_header_begins(&caller, "Content-Type"), "405: a body");
	r = (struct reply){ .outcome = TOO_MANY_REQUESTS,
	    .request_id = "rid" };
	write_reply(&r);
	ok(caller_header(&caller, "Retry-After: 60"), "429: its own default");
	r.retry_after = 7;
	write_reply(&r);
	ok(caller_header(&caller, "Retry-After: 7"), "429: as told");
	r.outcome = WECHAT_UNAVAILABLE;
	write_reply(&r);
	ok(caller_header(&caller, "Retry-After: 7"), "503: as told");
	r = (struct reply){ .outcome = BUSY, .request_id = "rid" };
	write_reply(&r);
	ok(caller_header_begins(&caller, "Retry-After: "),
	    "BUSY: Retry-After");
	r.outcome = WECHAT_ERROR;
	r.retry_after = 7;
	write_reply(&r);
	ok(!caller_header_begins(&caller, "Retry-After"),
	    "502: no Retry-After, whatever was told");
	r = (struct reply){ .outcome = OK, .request_id = "rid",
	    .headers = &more };
	write_reply(&r);
	ok(caller_header(&caller, "Status: 200"), "more headers: none yet");
	buf_str(&more, "X-A: 1\r\nX-B: 2\r\n");
	write_reply(&r);
	ok(caller_header(&caller, "X-A: 1") &&
	    caller_header(&caller, "X-B: 2"),
	    "more headers");
	buf_free(&more);
}

static void
cors(void)
{
	struct reply r = { .outcome = OK, .request_id = "rid",
	    .cors_origin = "https://a.example",
	    .origin = "https://a.example" };

	write_reply(&r);
	ok(caller_header(&caller, "Vary: Origin"),
	    "CORS: caches are told of Origin");
	ok(caller_header(&caller,
	    "Access-Control-Allow-Origin: https://a.example"),
	    "CORS: the configured origin may read a reply");
	ok(caller_header(&caller, "Access-Control-Expose-Headers: "
	    "X-Request-Id, Retry-After"), "CORS: and these of its headers");
	ok(!caller_header_begins(&caller, "Access-Control-Allow-Methods"),
	    "CORS: methods are for a preflight only");
	ok(!caller_header_begins(&caller, "Access-Control-Allow-Credentials"),
	    "CORS: never with credentials");
	r.outcome = AUTH_INVALID;
	write_reply(&r);
	ok(caller_header(&caller,
	    "Access-Control-Allow-Origin: https://a.example"),
	    "CORS: an error can be read, too");
	r.outcome = OK;
	r.origin = "https://b.example";
	write_reply(&r);
	ok(caller_header(&caller, "Vary: Origin") &&
	    !caller_header_begins(&caller, "Access-Control-"),
	    "CORS: another origin gets nothing, but caches are told");
	r.origin = "https://a.example.evil.com";
	write_reply(&r);
	ok(!caller_header_begins(&caller, "Access-Control-"),
	    "CORS: an origin that only begins so");
	r.origin = "null";
	write_reply(&r);
	ok(!caller_header_begins(&caller, "Access-Control-"), "CORS: null");
	r.origin = NULL;
	write_reply(&r);
	ok(caller_header(&caller, "Vary: Origin") &&
	    !caller_header_begins(&caller, "Access-Control-"),
	    "CORS: no origin");
	r.origin = "https://a.example";
	r.body = BODY_NONE;
	r.allow = "POST, OPTIONS";
	r.preflight = true;
	write_reply(&r);
	ok(caller_header(&caller, "Status: 204"), "CORS: a preflight is 204");
	ok(caller_header(&caller,
	    "Access-Control-Allow-Methods: POST, OPTIONS"),
	    "CORS: a preflight tells the methods");
	ok(caller_header(&caller, "Access-Control-Allow-Headers: "
	    "Authorization, sessionid, Content-Type"),
	    "CORS: a preflight tells the headers");
	r.cors_origin = NULL;
	write_reply(&r);
	ok(!caller_header_begins(&caller, "Vary") &&
	    !caller_header_begins(&caller, "Access-Control-"),
	    "CORS: off unless configured");
}

static void
large(void)
{
	struct buf data = { .max = REPLY_MAX };
	struct reply r = { .outcome = OK, .request_id = "rid", .data = &data };
	static char text[REPLY_MAX];

	memset(text, 'x', sizeof(text));
	text[REPLY_MAX - 100] = '\0';
	json_str(&data, "a", text);
	write_reply(&r);
	is_str(caller.reply, "Status: 500\r\n"
	    "Content-Type: application/json; charset=utf-8\r\n"
	    "Content-Length: 19\r\n\r\n{\"code\":\"INTERNAL\"}",
	    "too long a reply becomes the least there is");
	buf_free(&data);
}

static void
language(void)
{
	static const struct { const char *why, *s; bool zh; } t[] = {
	{ "absent", NULL, false },
	{ "empty", "", false },
	{ "zh", "zh", true },
	{ "zh-CN", "zh-CN", true },
	{ "zh-Hant-TW", "zh-Hant-TW", true },
	{ "ZH in capitals", "ZH-cn", true },
	{ "en", "en", false },
	{ "en-US", "en-US", false },
	{ "what WeChat sends", "zh-CN,zh;q=0.9,en;q=0.8", true },
	{ "en first", "en-US,en;q=0.9,zh-CN;q=0.8", false },
	{ "zh heavier, behind", "en;q=0.5,zh;q=0.8", true },
	{ "same weight: the first", "zh,en", true },
	{ "same weight: the first, en", "en,zh", false },
	{ "same weight, given: the first", "en;q=0.5, zh;q=0.5", false },
	{ "three digits", "en;q=0.801, zh;q=0.802", true },
	{ "q=1.000", "en;q=0.999,zh;q=1.000", true },
	{ "another language before both", "fr,de;q=0.9,zh;q=0.5", true },
	{ "another language only", "fr", false },
	{ "a star is none of ours", "*", false },
	{ "weight 0 is not wanted", "zh;q=0", false },
	{ "weight 0.000 is not wanted", "zh;q=0.000", false },
	{ "en at 0, zh at little", "en;q=0,zh;q=0.001", true },
	{ "zho is another word", "zho", false },
	{ "z", "z", false },
	{ "blanks", "  en;q=0.1 ,\tzh ; q=0.2", true },
	{ "capital Q", "en;Q=0.1,zh;Q=0.2", true },
	{ "empty members", ",,zh,,", true },
	{ "a broken weight does not count", "zh;q=x,en;q=0.1", false },
	{ "a weight without a number", "zh;q=,en;q=0.1", false },
	{ "a weight above 1 is at most 1", "en,zh;q=1.9", false },
	{ "another parameter", "zh;level=1,en;q=0.1", false },
	{ "a weight of very many digits",
	    "zh;q=0.99999999999999999999999999999"
	    "99999999999999999999", true },
	};

	for (size_t i = 0; i < COUNT(t); i++)
		ok(reply_zh(t[i].s) == t[i].zh, "language: %s", t[i].why);
}

static bool
is_random_id(const char *s)
{
	return strlen(s) == 32 && strspn(s, "0123456789abcdef") == 32;
}

#define C64 "0123456789abcdefABCDEF._-_.-xyzXYZ0123456789abcdefABCDEF._-_.-xy"

static void
request_id(void)
{
	static const struct { const char *why, *env, *want; } t[] = {
	{ "the caller's", "HTTP_X_REQUEST_ID=abc.1_2-Z", "abc.1_2-Z" },
	{ "of 64 characters", "HTTP_X_REQUEST_ID=" C64, C64 },
	{ "of 65 characters", "HTTP_X_REQUEST_ID=" C64 "z", NULL },
	{ "empty", "HTTP_X_REQUEST_ID=", NULL },
	{ "with a blank", "HTTP_X_REQUEST_ID=a b", NULL },
	{ "with a carriage return", "HTTP_X_REQUEST_ID=a\rb", NULL },
	{ "with a quotation mark", "HTTP_X_REQUEST_ID=a\"b", NULL },
	{ "not ASCII", "HTTP_X_REQUEST_ID=\xe5\xbe\xae", NULL },
	{ "the server's", "UNIQUE_ID=Zabc_-", "Zabc_-" },
	{ "the server's, with an at sign", "UNIQUE_ID=Z@bc", NULL },
	{ "the caller's before the server's", "UNIQUE_ID=u\n"
	    "HTTP_X_REQUEST_ID=c", "c" },
	{ "the server's for a malformed one", "UNIQUE_ID=u\n"
	    "HTTP_X_REQUEST_ID=a b", "u" },
	{ "none", "A=b", NULL },
	};
	char id[REQUEST_ID_MAX + 1], again[REQUEST_ID_MAX + 1];
	struct params p;

	for (size_t i = 0; i < COUNT(t); i++) {
		params_scan(env_of(t[i].env), &p);
		reply_request_id(&p, id);
		ok(t[i].want == NULL ? is_random_id(id) :
		    strcmp(id, t[i].want) == 0, "request id: %s", t[i].why);
	}
	reply_request_id(&p, again);
	ok(strcmp(id, again) != 0, "request id: never the same by chance");
}

int
main(void)
{
	whole();
	headers();
	cors();
	large();
	language();
	request_id();
	return done();
}
