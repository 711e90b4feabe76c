/* SPDX-License-Identifier: MIT */
/* serve.c: one request through serve(), as a web server would bring it: the
 * order of the checks, the methods, the authorizer, what is written and what
 * is logged. */
#include <config.h>

#include "base/json.h"
#include "program/program.h"
#include "program/serve.h"
#include "program/worker.h"
#include "tests/unit/caller.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

/* ---- a program of the test: answers what it was given */

static enum outcome next;	/* what run() returns */
static unsigned runs;

enum { WORD, NUMBER };
static const struct field fields[] = {
	[WORD] = { .name = "word", .type = FIELD_WORD, .min = 1, .max = 8,
	    .required = true },
	[NUMBER] = { .name = "number", .type = FIELD_INT, .max = 9 },
};

static enum outcome
run(struct request *rq)
{
	runs++;
	if (rq->f != NULL && rq->f[WORD].set)
		json_str(&rq->data, "word", rq->f[WORD].s);
	json_int(&rq->data, "live", rq->live);
	if (next == BUSY)
		rq->cx.retry_after = 9;
	if (next == INTERNAL)
		return FAIL(rq->cx.log, INTERNAL, "on purpose");
	if (next == PARAM_INVALID)
		return bad_field(rq, "word");
	return next;
}

static enum outcome
run_large(struct request *rq)
{
	static char text[REPLY_MAX];

	memset(text, 'x', sizeof(text) - 1);
	json_str(&rq->data, "a", text);
	json_str(&rq->data, "b", text);
	return OK;
}

static struct program plain = { .name = "plain", .summary = "x",
    .methods = METHOD_GET | METHOD_POST, .head = true, .auth = AUTH_REQUIRED,
    .fields = fields, .nfields = COUNT(fields), .run = run };
static struct program check = { .name = "check", .summary = "x",
    .methods = METHOD_GET | METHOD_POST, .head = true, .auth = AUTH_REQUIRED,
    .authorizer = true, .run = run };
static struct program open_post = { .name = "open", .summary = "x",
    .methods = METHOD_POST, .auth = AUTH_NONE, .fields = fields,
    .nfields = COUNT(fields), .run = run };
static struct program optional = { .name = "optional", .summary = "x",
    .methods = METHOD_POST, .auth = AUTH_OPTIONAL, .run = run };
static struct program open_get = { .name = "openget", .summary = "x",
    .methods = METHOD_GET | METHOD_POST, .auth = AUTH_NONE, .fields = fields,
    .nfields = COUNT(fields), .run = run };

/* A program with the two further functions. */
static enum outcome admitted, told;
static unsigned tells;

static enum outcome
admit(struct request *rq)
{
	return admitted == OK ? OK : FAIL(rq->cx.log, admitted,
	    "not admitted");
}

static void
refused(struct request *rq, enum outcome e)
{
	(void)rq;
	tells++;
	told = e;
}

static struct program hooked = { .name = "hooked", .summary = "x",
    .methods = METHOD_POST, .auth = AUTH_NONE, .fields = fields,
    .nfields = COUNT(fields), .run = run, .admit = admit,
    .refused = refused };

/* ---- a worker of the test */

static struct box b;
static struct caller caller;
static char token[TOKEN_LEN + 1], bearer[128], key_file[1024];
static struct worker w;

/* Serve with this environment and body; "@" in env stands for the header
 * with the live token. */
static void
call(struct program *p, const char *env, const char *body, bool fastcgi)
{
	static char text[140000];
	const char *at = strchr(env, '@');
	struct io io;

	if (at == NULL)
		snprintf(text, sizeof(text), "%s", env);
	else
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - env), env,
		    bearer, at + 1);
	about(text, strlen(text));
	io = caller_io(&caller, text, body, fastcgi);
	w.program = p;
	runs = 0;
	serve(&w, &io);
}

static int
status(void)
{
	return strncmp(caller.reply, "Status: ", 8) == 0 ?
	    atoi(caller.reply + 8) : 0;
}

static bool
code(const char *want)
{
	char text[64];

	snprintf(text, sizeof(text), "{\"code\":\"%s\"", want);
	return strncmp(caller_body(&caller), text, strlen(text)) == 0;
}

static bool
sent(const char *header)
{
	return caller_header(&caller, header);
}

static bool
sent_any(const char *name)
{
	return caller_header_begins(&caller, name);
}

static bool
logged(const char *text)
{
	return strstr(caller.log, text) != NULL;
}

static bool
field_is(const char *want)
{
	char text[64];

	snprintf(text, sizeof(text), "\"field\":\"%s\"", want);
	return strstr(caller_body(&caller), text) != NULL;
}

/* ---- the order of the checks: each row has all that is behind it, too */

#define JSON	"\nCONTENT_TYPE=application/json"
#define LEN(n)	"\nCONTENT_LENGTH=" #n
#define TWICE	"\nCONTENT_LENGTH=1\nCONTENT_LENGTH=2"
#define LONG	LEN(65537)
#define XML	"\nCONTENT_TYPE=text/xml"

static const struct {
	const char *why; struct program *p; const char *env, *body;
	int status; const char *code, *field;
} rows[] = {
{ "twice, with all other faults", &plain, "REQUEST_METHOD=PUT\nPATH_INFO=/x"
    "\nREQUEST_METHOD=GET" LONG XML, "{", 500, "INTERNAL", NULL },
{ "the length twice", &plain, "REQUEST_METHOD=POST\n@" TWICE, "{}", 500,
    "INTERNAL", NULL },
{ "the query twice", &plain, "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n"
    "QUERY_STRING=word=b\n@", "", 500, "INTERNAL", NULL },
{ "authorization twice", &plain, "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n"
    "HTTP_AUTHORIZATION=Bearer x\n@", "", 500, "INTERNAL", NULL },
{ "all twice, but the same", &plain, "REQUEST_METHOD=GET\nREQUEST_METHOD=GET\n"
    "QUERY_STRING=word=a\nQUERY_STRING=word=a\n@", "", 200, "OK", NULL },
{ "path, with all faults behind it", &plain, "REQUEST_METHOD=PUT\n"
    "PATH_INFO=/x" LONG XML, "{", 404, "NOT_FOUND", NULL },
{ "path of two slashes", &plain, "REQUEST_METHOD=GET\nPATH_INFO=//\n@", "",
    404, "NOT_FOUND", NULL },
{ "path of a slash", &plain, "REQUEST_METHOD=GET\nPATH_INFO=/\n"
    "QUERY_STRING=word=a\n@", "", 200, "OK", NULL },
{ "empty path", &plain, "REQUEST_METHOD=GET\nPATH_INFO=\n"
    "QUERY_STRING=word=a\n@", "", 200, "OK", NULL },
{ "method, with all faults behind it", &plain, "REQUEST_METHOD=PUT" LONG XML,
    "{", 405, "METHOD_NOT_ALLOWED", NULL },
{ "method in small letters", &plain, "REQUEST_METHOD=get\n@", "", 405,
    "METHOD_NOT_ALLOWED", NULL },
{ "no method", &plain, "QUERY_STRING=word=a\n@", "", 405,
    "METHOD_NOT_ALLOWED", NULL },
{ "GET where only POST is", &open_post, "REQUEST_METHOD=GET\n"
    "QUERY_STRING=word=a", "", 405, "METHOD_NOT_ALLOWED", NULL },
{ "too long, with all faults behind it", &plain, "REQUEST_METHOD=POST" LONG
    XML, "{", 413, "BODY_TOO_LARGE", NULL },
{ "length is no number", &plain, "REQUEST_METHOD=POST\nCONTENT_LENGTH=x" XML,
    "{", 400, "PARAM_INVALID", "body" },
{ "short, with all faults behind it", &plain, "REQUEST_METHOD=POST" LEN(9) XML,
    "{", 400, "PARAM_INVALID", "body" },
{ "type, with all faults behind it", &plain, "REQUEST_METHOD=POST" LEN(1) XML,
    "{", 415, "UNSUPPORTED_MEDIA_TYPE", NULL },
{ "malformed, with all faults behind it", &plain, "REQUEST_METHOD=POST" LEN(1)
    JSON, "{", 400, "PARAM_INVALID", "body" },
{ "malformed form", &plain, "REQUEST_METHOD=POST" LEN(3), "a=%", 400,
    "PARAM_INVALID", "body" },
{ "token, with the fault behind it", &plain, "REQUEST_METHOD=POST" LEN(2) JSON,
    "{}", 401, "AUTH_INVALID", NULL },
{ "token, and a broken known field", &plain, "REQUEST_METHOD=POST" LEN(6),
    "word=%", 401, "AUTH_INVALID", NULL },
{ "fields", &plain, "REQUEST_METHOD=POST\n@" LEN(2) JSON, "{}", 400,
    "PARAM_INVALID", "word" },
{ "a field of the wrong type", &plain, "REQUEST_METHOD=POST\n@" LEN(10) JSON,
    "{\"word\":1}", 400, "PARAM_INVALID", "word" },
{ "the second field", &plain, "REQUEST_METHOD=POST\n@" LEN(16),
    "word=a&number=10", 400, "PARAM_INVALID", "number" },
{ "a broken known field", &plain, "REQUEST_METHOD=POST\n@" LEN(6), "word=%",
    400, "PARAM_INVALID", "word" },
{ "a field given twice", &plain, "REQUEST_METHOD=POST\n@" LEN(13),
    "word=a&word=a", 400, "PARAM_INVALID", "word" },
{ "a body field sessionid that is no text", &plain, "REQUEST_METHOD=POST\n@"
    LEN(26) JSON, "{\"word\":\"a\",\"sessionid\":1}", 400, "PARAM_INVALID",
    "sessionid" },
{ "all is well", &plain, "REQUEST_METHOD=POST\n@" LEN(12) JSON,
    "{\"word\":\"a\"}", 200, "OK", NULL },
{ "all is well, a form", &plain, "REQUEST_METHOD=POST\n@" LEN(6), "word=a",
    200, "OK", NULL },
{ "a body of no length", &plain, "REQUEST_METHOD=POST\n@\n"
    "HTTP_TRANSFER_ENCODING=chunked", "{\"word\":\"a\"}", 200, "OK", NULL },
{ "no body at all", &open_post, "REQUEST_METHOD=POST", "", 400,
    "PARAM_INVALID", "word" },
{ "an empty body of another type", &plain, "REQUEST_METHOD=POST\n@" LEN(0) XML,
    "", 400, "PARAM_INVALID", "word" },
{ "a POST's query is ignored", &plain, "REQUEST_METHOD=POST\n@\n"
    "QUERY_STRING=word=a&%", "", 400, "PARAM_INVALID", "word" },
{ "a GET's fields", &plain, "REQUEST_METHOD=GET\n@\nQUERY_STRING=word=a", "",
    200, "OK", NULL },
{ "a GET's query, malformed", &plain, "REQUEST_METHOD=GET\n@\n"
    "QUERY_STRING=word=a&%", "", 400, "PARAM_INVALID", "body" },
{ "a GET's body is no input", &plain, "REQUEST_METHOD=GET\n@" LEN(6), "word=a",
    400, "PARAM_INVALID", "word" },
{ "a GET's body is not judged", &plain, "REQUEST_METHOD=GET\n@\n"
    "QUERY_STRING=word=a" LEN(1) JSON, "{", 200, "OK", NULL },
{ "a GET's token is not in its query", &plain, "REQUEST_METHOD=GET\n"
    "QUERY_STRING=word=a&sessionid=x", "", 401, "AUTH_INVALID", NULL },
};

static void
order(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		next = OK;
		call(rows[i].p, rows[i].env, rows[i].body, false);
		is_int(status(), rows[i].status, "order: %s", rows[i].why);
		ok(code(rows[i].code), "order: %s: %s", rows[i].why,
		    rows[i].code);
		if (rows[i].field != NULL)
			ok(field_is(rows[i].field), "order: %s: field %s",
			    rows[i].why, rows[i].field);
		is_int(caller.writes, 1, "order: %s: one write", rows[i].why);
		is_int(runs, rows[i].status == 200,
		    "order: %s: run only when it is 200", rows[i].why);
	}
	call(&plain, "REQUEST_METHOD=PUT\nREQUEST_METHOD=GET", "", false);
	ok(strstr(caller.log, "REQUEST_METHOD") != NULL,
	    "what came twice is named in the log");
	ok(strstr(caller.reply, "REQUEST_METHOD") == NULL,
	    "and not in the reply");
}

static void
methods(void)
{
	next = OK;
	call(&check, "REQUEST_METHOD=HEAD\n@", "", false);
	is_int(status(), 200, "HEAD: the status of GET");
	is_str(caller_body(&caller), "", "HEAD: no body");
	ok(sent_any("Content-Length: "), "HEAD: the length of GET");
	is_int(runs, 1, "HEAD: the program's function is run");
	call(&check, "REQUEST_METHOD=HEAD", "", false);
	is_int(status(), 401, "HEAD without a token: 401");
	is_str(caller_body(&caller), "", "HEAD: a 401 has no body");
	ok(sent_any("WWW-Authenticate"), "HEAD: a 401 has its challenge");
	call(&check, "REQUEST_METHOD=HEAD\nPATH_INFO=/x", "", false);
	ok(status() == 404 && *caller_body(&caller) == '\0',
	    "HEAD: a 404 has no body");
	call(&open_get, "REQUEST_METHOD=HEAD\nQUERY_STRING=word=a", "", false);
	is_int(status(), 405, "HEAD where GET is not safe: 405");
	is_str(caller_body(&caller), "", "HEAD: a 405 has no body");
	ok(sent("Allow: GET, POST, OPTIONS"), "HEAD: a 405 has Allow");
	is_int(runs, 0, "HEAD: a 405 runs nothing");
	call(&check, "REQUEST_METHOD=OPTIONS", "", false);
	is_int(status(), 204, "OPTIONS without a token: 204");
	is_str(caller_body(&caller), "", "OPTIONS: no body");
	ok(sent("Allow: GET, HEAD, POST, OPTIONS"), "OPTIONS: Allow");
	ok(!sent_any("Content-"), "OPTIONS: no header about content");
	is_int(runs, 0, "OPTIONS: nothing is run");
	ok(logged("\"status\":204"), "OPTIONS: the log says 204");
	call(&open_post, "REQUEST_METHOD=OPTIONS\nPATH_INFO=/x", "", false);
	ok(status() == 404, "OPTIONS of another path: 404");
	call(&open_post, "REQUEST_METHOD=DELETE", "", false);
	ok(status() == 405 && caller_header(&caller, "Allow: POST, OPTIONS"),
	    "405: Allow");
	b.conf.cors_origin = strdup("https://a.example");
	call(&open_post,
	    "REQUEST_METHOD=OPTIONS\nHTTP_ORIGIN=https://a.example"
	    "\nHTTP_ACCESS_CONTROL_REQUEST_METHOD=POST", "", false);
	ok(status() == 204 && caller_header(&caller,
	    "Access-Control-Allow-Methods: POST, OPTIONS"), "a preflight");
	call(&open_post, "REQUEST_METHOD=POST\nHTTP_ORIGIN=https://a.example"
	    LEN(6), "word=a", false);
	ok(status() == 200 && caller_header(&caller,
	    "Access-Control-Allow-Origin: https://a.example"), "and its call");
	free(b.conf.cors_origin);
	b.conf.cors_origin = NULL;
}

static void
tokens(void)
{
	char body[256], env[256];

	next = OK;
	call(&plain, "REQUEST_METHOD=GET\nQUERY_STRING=word=a", "", false);
	ok(status() == 401 && caller_header(&caller,
	    "WWW-Authenticate: Bearer realm=\"wxlogin\""),
	    "no token: no error in the challenge");
	call(&plain, "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n"
	    "HTTP_AUTHORIZATION=Basic dTpw", "", false);
	ok(status() == 401 && caller_header(&caller,
	    "WWW-Authenticate: Bearer realm=\"wxlogin\""), "Basic: the same");
	call(&plain, "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n"
	    "HTTP_AUTHORIZATION=Bearer nonsense", "", false);
	ok(status() == 401 &&
	    caller_header(&caller, "WWW-Authenticate: Bearer "
	    "realm=\"wxlogin\", error=\"invalid_token\""),
	    "a malformed token: an error in the challenge");
	snprintf(body, sizeof(body), "{\"word\":\"a\",\"sessionid\":\"%s\"}",
	    token);
	snprintf(env, sizeof(env), "REQUEST_METHOD=POST\nCONTENT_LENGTH=%zu",
	    strlen(body));
	call(&plain, env, body, false);
	ok(status() == 200, "a token in the body");
	snprintf(env, sizeof(env), "REQUEST_METHOD=GET\nQUERY_STRING=word=a&"
	    "sessionid=%s", token);
	call(&plain, env, "", false);
	ok(status() == 401, "a token in the query is not taken");
	b.conf.token_in_query = 1;
	call(&plain, env, "", false);
	ok(status() == 200, "unless it is configured");
	snprintf(env, sizeof(env), "REQUEST_METHOD=POST\nQUERY_STRING="
	    "sessionid=%s" LEN(6), token);
	call(&plain, env, "word=a", false);
	ok(status() == 200, "of a POST, too");
	snprintf(env, sizeof(env), "REQUEST_METHOD=POST\nQUERY_STRING="
	    "sessionid=%s&word=b&%%" LEN(6), token);
	call(&plain, env, "word=a", false);
	ok(status() == 401 || status() == 200,
	    "a malformed query of a POST is no fault");
	b.conf.token_in_query = 0;
	call(&optional, "REQUEST_METHOD=POST", "", false);
	ok(status() == 200 && strstr(caller.reply, "\"live\":0") != NULL,
	    "optional: none");
	call(&optional, "REQUEST_METHOD=POST\nHTTP_SESSIONID=nonsense", "",
	    false);
	ok(status() == 200 && strstr(caller.reply, "\"live\":0") != NULL,
	    "optional: malformed");
	call(&optional, "REQUEST_METHOD=POST\n@", "", false);
	ok(status() == 200 && strstr(caller.reply, "\"live\":1") != NULL,
	    "optional: live");
	call(&open_get, "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n@", "",
	    false);
	ok(status() == 200 && strstr(caller.reply, "\"live\":0") != NULL,
	    "none: a token is not looked for");
	ok(strstr(caller.log, token) == NULL, "no token in the log");
}

static void
outcomes(void)
{
	next = BUSY;
	call(&open_post, "REQUEST_METHOD=POST" LEN(6), "word=a", false);
	is_int(status(), 503, "a handler's outcome has its status");
	ok(code("BUSY"), "a handler's outcome is sent");
	ok(sent("Retry-After: 9"), "a handler's Retry-After is sent");
	ok(strstr(caller.reply, "\"word\":\"a\"") == NULL,
	    "what it wrote before is not sent");
	next = INTERNAL;
	call(&open_post, "REQUEST_METHOD=POST" LEN(6), "word=a", false);
	is_int(status(), 500, "INTERNAL is 500");
	ok(logged("serve.c:"), "a cause is in the log, with its place");
	ok(logged("on purpose"), "a cause is in the log, in words");
	ok(strstr(caller.reply, "on purpose") == NULL,
	    "a cause is not in the reply");
	next = PARAM_INVALID;
	call(&open_post, "REQUEST_METHOD=POST" LEN(6), "word=a", false);
	ok(status() == 400 && field_is("word"), "a field of the handler's");
	next = OK;
	call(&open_post, "REQUEST_METHOD=POST" LEN(6), "word=a", false);
	ok(status() == 200 && !strstr(caller.log, "cause"),
	    "nothing of it in the next request");
	open_post.run = run_large;
	call(&open_post, "REQUEST_METHOD=POST" LEN(6), "word=a", false);
	ok(status() == 500 && code("INTERNAL"),
	    "too long a reply is INTERNAL");
	open_post.run = run;
	call(&open_post, "REQUEST_METHOD=POST\nHTTP_ACCEPT_LANGUAGE=zh-CN,zh;"
	    "q=0.9,en;q=0.8" LEN(2), "{}", false);
	ok(status() == 400 && strstr(caller.reply,
	    "\xe5\x8f\x82\xe6\x95\xb0") != NULL, "a message in Chinese");
	call(&open_post, "REQUEST_METHOD=POST\nHTTP_X_REQUEST_ID=my-id" LEN(2),
	    "{}", false);
	ok(sent("X-Request-Id: my-id"), "the request's id is a header");
	ok(strstr(caller.reply, "\"requestId\":\"my-id\"") != NULL,
	    "the request's id is in the body of an error");
	ok(logged("\"request_id\":\"my-id\""), "the request's id is logged");
	call(&open_post, "REQUEST_METHOD=POST\nREMOTE_ADDR=192.0.2.7\n"
	    "HTTP_X_FORWARDED_FOR=10.0.0.1" LEN(6), "word=a", false);
	ok(logged("\"client\":\"192.0.2.7\""), "the client is REMOTE_ADDR");
	ok(!logged("10.0.0.1"), "the client is not what a header says");
	ok(caller.log_len > 0 && strchr(caller.log, '\n') ==
	    caller.log + caller.log_len - 1, "one line of log");
}

static void
hooks(void)
{
	static const struct {
		const char *why, *env, *body; enum outcome admit, run;
		int status; unsigned tells, runs;
	} t[] = {
	{ "all is well", "REQUEST_METHOD=POST" LEN(6), "word=a", OK, OK, 200,
	    0,
	    1 },
	{ "not admitted, before the fields", "REQUEST_METHOD=POST" LEN(2),
	    "{}",
	    TOO_MANY_REQUESTS, OK, 429, 0, 0 },
	{ "a body that is malformed comes first", "REQUEST_METHOD=POST" LEN(1),
	    "{", TOO_MANY_REQUESTS, OK, 400, 0, 0 },
	{ "fields", "REQUEST_METHOD=POST" LEN(2), "{}", OK, OK, 400, 1, 0 },
	{ "its own outcome", "REQUEST_METHOD=POST" LEN(6), "word=a", OK,
	    CODE_USED, 400, 1, 1 },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		admitted = t[i].admit;
		next = t[i].run;
		tells = 0;
		call(&hooked, t[i].env, t[i].body, false);
		is_int(status(), t[i].status, "hooks: %s: status", t[i].why);
		is_int(tells, t[i].tells, "hooks: %s: told", t[i].why);
		is_int(runs, t[i].runs, "hooks: %s: run", t[i].why);
	}
	ok(told == CODE_USED, "hooks: told which outcome");
	next = OK;
}

/* ---- who guards other resources */

#define ROLE	"FCGI_ROLE=AUTHORIZER\n"

static void
authorizer(void)
{
	next = OK;
	call(&check, ROLE "REQUEST_METHOD=PUT\nPATH_INFO=/secret/x\n"
	    "QUERY_STRING=%&%\n@" LONG XML, "{{{", true);
	is_int(status(), 200, "authorizer: method, path, query do not matter");
	is_int(caller.reads, 0, "authorizer: the body is not read");
	is_int(runs, 0, "authorizer: the program's function is not run");
	is_str(caller_body(&caller), "", "authorizer: 200 has no body");
	ok(!sent_any("Content-"), "authorizer: no header about content");
	ok(sent("Variable-WXLOGIN_OPENID: openid-1"), "authorizer: openid");
	ok(sent("Variable-WXLOGIN_APPID: wx1"), "authorizer: appid");
	ok(sent_any("Variable-WXLOGIN_USER_ID: "), "authorizer: user id");
	ok(!sent_any("Variable-WXLOGIN_UNIONID"),
	    "authorizer: no unionid when there is none");
	call(&check, ROLE "REQUEST_METHOD=GET", "", true);
	is_int(status(), 401, "authorizer: without a token 401");
	ok(code("AUTH_INVALID"), "authorizer: a 401 has a body");
	ok(sent_any("WWW-Authenticate"), "authorizer: a 401 has a challenge");
	is_int(caller.reads, 0, "authorizer: a 401 reads no body");
	ok(!sent_any("Variable-"), "authorizer: a 401 has no variables");
	call(&check, ROLE "REQUEST_METHOD=HEAD", "", true);
	ok(status() == 401 && code("AUTH_INVALID"),
	    "authorizer: HEAD is the resource's, not ours");
	call(&check, ROLE "REQUEST_METHOD=OPTIONS", "", true);
	ok(status() == 401, "authorizer: OPTIONS is the resource's, too");
	call(&check, ROLE "REQUEST_METHOD=POST\nCONTENT_TYPE="
	    "application/x-www-form-urlencoded" LEN(53), "sessionid=x", true);
	ok(status() == 401 && caller.reads == 0,
	    "authorizer: no token from the body");
	b.conf.token_in_query = 1;
	{
		char env[256];

		snprintf(env, sizeof(env), ROLE "REQUEST_METHOD=GET\n"
		    "QUERY_STRING=sessionid=%s", token);
		call(&check, env, "", true);
		ok(status() == 401, "authorizer: nor from the query, ever");
	}
	b.conf.token_in_query = 0;
	call(&check,
	    ROLE "REQUEST_METHOD=GET\nQUERY_STRING=a\nQUERY_STRING=b\n"
	    "CONTENT_LENGTH=1\nCONTENT_LENGTH=2\n@", "", true);
	ok(status() == 200, "authorizer: what else comes twice is not ours");
	call(&check, ROLE "REQUEST_METHOD=GET\nHTTP_AUTHORIZATION=Bearer x\n@",
	    "", true);
	ok(status() == 503 && !caller_header_begins(&caller, "Variable-"),
	    "authorizer: the token twice is INTERNAL, and so 503");
	call(&check, ROLE "REQUEST_METHOD=GET\n@", "", false);
	is_int(status(), 200, "a role without FastCGI: a plain request");
	ok(code("OK"), "a role without FastCGI: the program's own reply");
	ok(!sent_any("Variable-"), "a role without FastCGI: no variables");
	call(&plain, ROLE "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n@", "",
	    true);
	ok(status() == 503 && code("BUSY") && runs == 0,
	    "a program that is no authorizer opens nothing");
	call(&plain, "FCGI_ROLE=FILTER\nREQUEST_METHOD=GET\n@", "", true);
	ok(status() == 503 && runs == 0, "nor is it a filter");
	call(&check, "FCGI_ROLE=FILTER\nREQUEST_METHOD=GET\n@", "", true);
	ok(status() == 503 && runs == 0, "nor is an authorizer");
	call(&plain, "FCGI_ROLE=RESPONDER\nREQUEST_METHOD=GET\n"
	    "QUERY_STRING=word=a\n@", "", true);
	ok(status() == 200, "a responder it is");
	call(&check, "HTTP_FCGI_ROLE=AUTHORIZER\nREQUEST_METHOD=GET\n@", "",
	    true);
	ok(!caller_header_begins(&caller, "Variable-"),
	    "no header makes it one");
	call(&check, "FCGI_ROLE=RESPONDER\n" ROLE "REQUEST_METHOD=GET\n@", "",
	    true);
	ok(!caller_header_begins(&caller, "Variable-"),
	    "libfcgi's own role counts");
}

#define IDENTITY	"WXLOGIN_IDENTITY_HEADERS=1\n"

static void
identity(void)
{
	static const struct { const char *why, *env; bool told; } t[] = {
	{ "the parameter is 1", IDENTITY "REQUEST_METHOD=GET\n@", true },
	{ "and a path of a slash",
	    IDENTITY "REQUEST_METHOD=GET\nPATH_INFO=/\n@",
	    true },
	{ "absent", "REQUEST_METHOD=GET\n@", false },
	{ "empty", "WXLOGIN_IDENTITY_HEADERS=\nREQUEST_METHOD=GET\n@", false },
	{ "0", "WXLOGIN_IDENTITY_HEADERS=0\nREQUEST_METHOD=GET\n@", false },
	{ "yes", "WXLOGIN_IDENTITY_HEADERS=yes\nREQUEST_METHOD=GET\n@",
	    false },
	{ "11", "WXLOGIN_IDENTITY_HEADERS=11\nREQUEST_METHOD=GET\n@", false },
	{ "a header", "HTTP_WXLOGIN_IDENTITY_HEADERS=1\nREQUEST_METHOD=GET\n@",
	    false },
	{ "twice, different", IDENTITY "WXLOGIN_IDENTITY_HEADERS=0\n"
	    "REQUEST_METHOD=GET\n@", false },
	{ "no token", IDENTITY "REQUEST_METHOD=GET", false },
	{ "another path", IDENTITY "REQUEST_METHOD=GET\nPATH_INFO=/x\n@",
	    true },
	{ "another method", IDENTITY "REQUEST_METHOD=PROPFIND\n@", true },
	{ "OPTIONS", IDENTITY "REQUEST_METHOD=OPTIONS\n@", true },
	{ "no method", IDENTITY "@", true },
	{ "a body that never comes", IDENTITY "REQUEST_METHOD=POST\n"
	    "CONTENT_LENGTH=7\nCONTENT_TYPE=text/xml\n@", true },
	{ "a body that is too long", IDENTITY "REQUEST_METHOD=POST\n"
	    "CONTENT_LENGTH=7000000\n@", true },
	{ "no number of a length", IDENTITY "REQUEST_METHOD=POST\n"
	    "CONTENT_LENGTH=x\n@", true },
	{ "a query that is no form", IDENTITY "REQUEST_METHOD=GET\n"
	    "QUERY_STRING=%&%\n@", true },
	{ "a method that comes twice", IDENTITY "REQUEST_METHOD=GET\n"
	    "REQUEST_METHOD=PUT\n@", true },
	};

	next = OK;
	for (size_t i = 0; i < COUNT(t); i++) {
		call(&check, t[i].env, "", true);
		is_int(sent("X-WXLogin-Openid: openid-1"), t[i].told,
		    "identity: %s: the openid", t[i].why);
		is_int(sent_any("X-WXLogin-User-Id: "), t[i].told,
		    "identity: %s: the public id", t[i].why);
		if (t[i].told)
			is_int(status(), 200, "identity: %s", t[i].why);
		if (t[i].told)
			is_int((int)caller.reads, 0, "identity: %s: no body "
			    "is read", t[i].why);
		ok(!sent_any("Variable-"), "identity: %s: no variables",
		    t[i].why);
	}
	call(&check, IDENTITY "REQUEST_METHOD=OPTIONS\nPATH_INFO=/x", "",
	    true);
	ok(status() == 401 && code("AUTH_INVALID") &&
	    caller_header_begins(&caller, "X-WXLogin-Reply: {\"code\":"
	    "\"AUTH_INVALID\",\"message\":"),
	    "identity: a refusal is in a header, too");
	call(&check, "REQUEST_METHOD=GET", "", true);
	ok(status() == 401 && !caller_header_begins(&caller, "X-WXLogin-"),
	    "and only there");
	b.conf.token_in_query = 1;
	{
		char env[256];

		snprintf(env, sizeof(env), IDENTITY "REQUEST_METHOD=GET\n"
		    "QUERY_STRING=sessionid=%s", token);
		call(&check, env, "", true);
		ok(status() == 401, "identity: no token from the query");
	}
	b.conf.token_in_query = 0;
	setenv("WXLOGIN_IDENTITY_HEADERS", "1", 1);
	call(&check, "REQUEST_METHOD=GET\n@", "", true);
	ok(!caller_header_begins(&caller, "X-WXLogin-"),
	    "identity: not by the environment of a FastCGI process");
	unsetenv("WXLOGIN_IDENTITY_HEADERS");
	call(&plain, IDENTITY "REQUEST_METHOD=GET\nQUERY_STRING=word=a\n@", "",
	    true);
	ok(status() == 503 && !caller_header_begins(&caller, "X-WXLogin-"),
	    "identity: another program is no guard, and opens nothing");
	ok(box_sql(b.conf.database, "UPDATE users SET unionid = 'union-1'") ==
	    -1, "a unionid");
	call(&check, IDENTITY "REQUEST_METHOD=GET\n@", "", true);
	ok(caller_header(&caller, "X-WXLogin-Unionid: union-1"),
	    "identity: a unionid when it is known");
	call(&check, ROLE "REQUEST_METHOD=GET\n@", "", true);
	ok(caller_header(&caller, "Variable-WXLOGIN_UNIONID: union-1"),
	    "authorizer: a unionid when it is known");
	next = INTERNAL;
	call(&check, IDENTITY "REQUEST_METHOD=GET\n@", "", true);
	is_int(status(), 503, "identity: INTERNAL is 503");
	ok(code("BUSY"), "identity: INTERNAL is BUSY to the outside");
	ok(!sent_any("X-WXLogin-User"), "identity: INTERNAL tells nobody");
	ok(sent_any("X-WXLogin-Reply: {\"code\":\"BUSY"),
	    "identity: INTERNAL is BUSY in the header, too");
	next = OK;
}

/* ---- broken installations */

static void
broken(void)
{
	struct conf other = b.conf;
	const struct conf *conf = w.conf;
	char nowhere[1024];

	worker_close(&w);
	w.conf = NULL;
	call(&check, "REQUEST_METHOD=GET\n@", "", false);
	ok(status() == 500 && code("INTERNAL"), "no configuration: INTERNAL");
	call(&check, ROLE "REQUEST_METHOD=GET\n@", "", true);
	ok(status() == 503, "no configuration: the authorizer can't tell");
	call(&check, IDENTITY "REQUEST_METHOD=GET\n@", "", true);
	ok(status() == 503, "no configuration: nor can auth_request");
	call(&check, "REQUEST_METHOD=HEAD\n@", "", false);
	ok(status() == 500 && *caller_body(&caller) == '\0',
	    "no configuration: HEAD has no body");
	snprintf(nowhere, sizeof(nowhere), "%s", tmp_path("no/where.db"));
	other.database = nowhere;
	w.conf = &other;
	call(&check, "REQUEST_METHOD=GET\n@", "", false);
	is_int(status(), 500, "no store: INTERNAL");
	ok(logged("no/where.db"), "no store: its name is in the log");
	ok(strstr(caller.reply, "where.db") == NULL,
	    "no store: its name is not in the reply");
	call(&check, ROLE "REQUEST_METHOD=GET\n@", "", true);
	ok(status() == 503 && !caller_header_begins(&caller, "Variable-"),
	    "no store: the authorizer says 503, never 200");
	call(&check, "REQUEST_METHOD=OPTIONS", "", false);
	ok(status() == 204, "no store: OPTIONS needs none");
	call(&check, "REQUEST_METHOD=PUT", "", false);
	ok(status() == 405, "no store: nor does a 405");
	worker_close(&w);
	/* the key file of another store */
	w.conf = conf;
	tmp_write("keys", "0123456789abcdef0123456789ABCDEF", 32, 0600);
	call(&check, "REQUEST_METHOD=GET\n@", "", false);
	ok(status() == 500 && strstr(caller.log, "do not open") != NULL,
	    "another key: INTERNAL, and the log says what to do");
	unlink(key_file);
	worker_close(&w);
	call(&check, "REQUEST_METHOD=GET\n@", "", false);
	ok(status() == 500 && access(key_file, F_OK) != 0,
	    "the key is gone: INTERNAL, and no new one is made");
	tmp_write("keys", b.seal.keys[0], 32, 0600);
	call(&check, "REQUEST_METHOD=GET\n@", "", false);
	ok(status() == 200, "it is mended without a new process");
}

int
main(void)
{
	store_init();
	box_open(&b, "serve.db");
	snprintf(key_file, sizeof(key_file), "%s", tmp_write("keys",
	    b.seal.keys[0], 32, 0600));
	b.conf.seal_key_file = key_file;
	box_user(&b, "openid-1");
	box_session(&b, token);
	snprintf(bearer, sizeof(bearer), "HTTP_AUTHORIZATION=Bearer %s",
	    token);
	w = (struct worker){ .program = &plain, .conf = &b.conf };
	conf_log_open(&b.conf, &w.log, "test");
	order();
	methods();
	tokens();
	outcomes();
	hooks();
	authorizer();
	identity();
	broken();
	worker_close(&w);
	box_close(&b);
	return done();
}
