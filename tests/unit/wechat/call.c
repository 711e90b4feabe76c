/* SPDX-License-Identifier: MIT */
/* call.c: what each answer of code2Session means: every row of
 * doc/protocol.md, onlogin, in every spelling. */
#include <config.h>

#include <stdlib.h>

#include "base/log.h"
#include "tests/unit/tap.h"
#include "wechat/wechat.h"

#define T(s)	s, sizeof(s) - 1
#define KEY	"\"session_key\":\"nzoqhc3OnwHzeTxJs+inbQ==\""
#define OPENID	"\"openid\":\"oVBkZ0aYgDMDIywRdgPW8-joxXc4\""
#define RID	", rid: 652d44d0-1d0af18b-5b069232\"}"
#define X32	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X128	X32 X32 X32 X32

static const struct {
	const char *why, *s; size_t n; enum outcome want; int64_t errcode;
} t[] = {
{ "as WeChat sends it", T("{" KEY "," OPENID "}"), OK, 0 },
{ "members the other way round", T("{" OPENID "," KEY "}"), OK, 0 },
{ "unknown members", T("{" KEY ",\"expires_in\":7200,\"x\":[{}]," OPENID "}"),
    OK, 0 },
{ "escaped slashes", T("{\"session_key\":\"O\\/YVQPHxQY18DrsFq+\\/bjQ==\","
    OPENID "}"), OK, 0 },
{ "white space around", T("\r\n{" KEY "," OPENID "}\n"), OK, 0 },
{ "errcode 0", T("{\"errcode\":0,\"errmsg\":\"ok\"," KEY "," OPENID "}"), OK,
    0 },
{ "errcode 0 as text", T("{\"errcode\":\"0\"," KEY "," OPENID "}"), OK, 0 },
{ "openid of 128 characters", T("{" KEY ",\"openid\":\"" X128 "\"}"), OK, 0 },
{ "40029", T("{\"errcode\":40029,\"errmsg\":\"invalid code" RID), CODE_INVALID,
    40029 },
{ "40029 as text", T("{\"errcode\":\"40029\",\"errmsg\":\"invalid code\"}"),
    CODE_INVALID, 40029 },
{ "40163", T("{\"errcode\":40163,\"errmsg\":\"code been used" RID), CODE_USED,
    40163 },
{ "40226", T("{\"errcode\":40226,\"errmsg\":\"code blocked" RID),
    USER_BLOCKED, 40226 },
{ "45011",
    T("{\"errcode\":45011,\"errmsg\":\"api minute-quota reach limit\"}"),
    TOO_MANY_REQUESTS, 45011 },
{ "45009", T("{\"errcode\":45009,\"errmsg\":\"reach max api daily quota\"}"),
    TOO_MANY_REQUESTS, 45009 },
{ "-1", T("{\"errcode\":-1,\"errmsg\":\"system error\"}"), WECHAT_UNAVAILABLE,
    -1 },
{ "-1 as text", T("{\"errcode\":\"-1\"}"), WECHAT_UNAVAILABLE, -1 },
{ "40013 invalid appid", T("{\"errcode\":40013,\"errmsg\":\"x\"}"),
    WECHAT_ERROR, 40013 },
{ "40125 invalid secret", T("{\"errcode\":40125}"), WECHAT_ERROR, 40125 },
{ "40164 IP not in the list", T("{\"errcode\":40164}"), WECHAT_ERROR, 40164 },
{ "41002 appid missing", T("{\"errcode\":41002}"), WECHAT_ERROR, 41002 },
{ "an errcode nobody knows", T("{\"errcode\":99999}"), WECHAT_ERROR, 99999 },
{ "-2", T("{\"errcode\":-2}"), WECHAT_ERROR, -2 },
{ "an error beside the data counts", T("{\"errcode\":40163," KEY "," OPENID
    "}"), CODE_USED, 40163 },
{ "errcode over 32 bits", T("{\"errcode\":4294967296}"), WECHAT_ERROR,
    INT64_C(4294967296) },
{ "errcode null", T("{\"errcode\":null," KEY "," OPENID "}"), WECHAT_ERROR,
    0 },
{ "errcode true", T("{\"errcode\":true," KEY "," OPENID "}"), WECHAT_ERROR,
    0 },
{ "errcode 1.5", T("{\"errcode\":1.5," KEY "," OPENID "}"), WECHAT_ERROR, 0 },
{ "errcode of letters", T("{\"errcode\":\"ok\"," KEY "," OPENID "}"),
    WECHAT_ERROR, 0 },
{ "errcode empty", T("{\"errcode\":\"\"," KEY "," OPENID "}"), WECHAT_ERROR,
    0 },
{ "errcode object", T("{\"errcode\":{}," KEY "," OPENID "}"), WECHAT_ERROR,
    0 },
{ "errmsg of another kind", T("{\"errcode\":40029,\"errmsg\":7}"),
    CODE_INVALID, 40029 },
{ "errmsg with a rid of any length", T("{\"errcode\":40029,\"errmsg\":\"rid: "
    X128 X128 "\"}"), CODE_INVALID, 40029 },
{ "errmsg with a hexadecimal rid of any length", T("{\"errcode\":40029,"
    "\"errmsg\":\"rid: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"), CODE_INVALID,
    40029 },
{ "empty object", T("{}"), WECHAT_ERROR, 0 },
{ "openid missing", T("{" KEY "}"), WECHAT_ERROR, 0 },
{ "session_key missing", T("{" OPENID "}"), WECHAT_ERROR, 0 },
{ "openid empty", T("{" KEY ",\"openid\":\"\"}"), WECHAT_ERROR, 0 },
{ "openid null", T("{" KEY ",\"openid\":null}"), WECHAT_ERROR, 0 },
{ "openid a number", T("{" KEY ",\"openid\":7}"), WECHAT_ERROR, 0 },
{ "openid of 129 characters", T("{" KEY ",\"openid\":\"" X128 "x\"}"),
    WECHAT_ERROR, 0 },
{ "openid with a blank", T("{" KEY ",\"openid\":\"a b\"}"), WECHAT_ERROR, 0 },
{ "openid with a newline: it goes into headers", T("{" KEY ",\"openid\":"
    "\"a\\r\\nX-A: 1\"}"), WECHAT_ERROR, 0 },
{ "openid with a NUL", T("{" KEY ",\"openid\":\"a\\u0000b\"}"), WECHAT_ERROR,
    0 },
{ "openid not ASCII", T("{" KEY ",\"openid\":\"\xe5\xbe\xae\"}"), WECHAT_ERROR,
    0 },
{ "session_key empty", T("{\"session_key\":\"\"," OPENID "}"), WECHAT_ERROR,
    0 },
{ "session_key null", T("{\"session_key\":null," OPENID "}"), WECHAT_ERROR,
    0 },
{ "session_key of 15 bytes", T("{\"session_key\":\"nzoqhc3OnwHzeTxJs+in\","
    OPENID "}"), WECHAT_ERROR, 0 },
{ "session_key of 17 bytes", T("{\"session_key\":\"nzoqhc3OnwHzeTxJs+inbWE=\","
    OPENID "}"), WECHAT_ERROR, 0 },
{ "session_key of 18 bytes, also 24 characters", T("{\"session_key\":"
    "\"nzoqhc3OnwHzeTxJs+inbWFi\"," OPENID "}"), WECHAT_ERROR, 0 },
{ "session_key without padding",
    T("{\"session_key\":\"nzoqhc3OnwHzeTxJs+inbQ\","
    OPENID "}"), WECHAT_ERROR, 0 },
{ "session_key in the URL alphabet", T("{\"session_key\":"
    "\"nzoqhc3OnwHzeTxJs-inbQ==\"," OPENID "}"), WECHAT_ERROR, 0 },
{ "session_key with bits behind its end", T("{\"session_key\":"
    "\"nzoqhc3OnwHzeTxJs+inbR==\"," OPENID "}"), WECHAT_ERROR, 0 },
{ "session_key with a blank",
    T("{\"session_key\":\"nzoqhc3OnwHzeTxJs inbQ==\","
    OPENID "}"), WECHAT_ERROR, 0 },
{ "nothing", T(""), WECHAT_ERROR, 0 },
{ "HTML", T("<html>502 Bad Gateway</html>"), WECHAT_ERROR, 0 },
{ "an array", T("[{" KEY "," OPENID "}]"), WECHAT_ERROR, 0 },
{ "cut", T("{" KEY ",\"openid\":\"oVBkZ0a"), WECHAT_ERROR, 0 },
{ "bytes behind", T("{" KEY "," OPENID "}x"), WECHAT_ERROR, 0 },
{ "JSONP", T("cb({" KEY "," OPENID "})"), WECHAT_ERROR, 0 },
{ "not UTF-8", T("{" KEY "," OPENID ",\"x\":\"\xff\"}"), WECHAT_ERROR, 0 },
};

/* What is said in the log may not be what is secret. */
static bool
tells(const struct log *l, const char *s)
{
	return strstr(l->cause, s) != NULL;
}

int
main(void)
{
	struct wechat_session ws;
	int64_t errcode;
	enum outcome e;
	struct log l;

	log_open(&l, "wechat", NULL);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char *copy = malloc(t[i].n + (t[i].n == 0));

		memcpy(copy, t[i].s, t[i].n);
		errcode = 77;
		log_forget(&l);
		e = wechat_read_session(&l, copy, t[i].n, &ws, &errcode);
		free(copy);
		about(t[i].s, t[i].n);
		is_int(e, t[i].want, "%s: its outcome", t[i].why);
		is_int(errcode, t[i].errcode, "%s: its errcode", t[i].why);
		is_int(l.cause[0] != '\0', e != OK,
		    "%s: the log says why it failed", t[i].why);
		ok(!tells(&l, "nzoqhc3O"), "%s: no session_key in the log",
		    t[i].why);
		ok(!tells(&l, "oVBkZ0a"), "%s: no openid in the log",
		    t[i].why);
	}
	about(NULL, 0);
	log_forget(&l);
	e = wechat_read_session(&l, T("{" KEY "," OPENID
	    ",\"unionid\":\"ojygT1ogRmgs7AiQp2nAtQthYlxY\"}"), &ws, &errcode);
	is_int(e, OK, "an answer with a unionid is read");
	is_str(ws.openid, "oVBkZ0aYgDMDIywRdgPW8-joxXc4", "openid");
	is_str(ws.unionid, "ojygT1ogRmgs7AiQp2nAtQthYlxY", "unionid");
	ok(memcmp(ws.key, "\x9f\x3a\x2a\x85\xcd\xce\x9f\x01\xf3\x79\x3c\x49"
	    "\xb3\xe8\xa7\x6d", 16) == 0, "session_key, decoded");
	e = wechat_read_session(&l, T("{" KEY "," OPENID "}"), &ws, &errcode);
	ok(e == OK && ws.unionid[0] == '\0', "no unionid: empty");
	e = wechat_read_session(&l, T("{" KEY "," OPENID ",\"unionid\":\"\"}"),
	    &ws, &errcode);
	ok(e == OK && ws.unionid[0] == '\0', "an empty unionid");
	e = wechat_read_session(&l, T("{" KEY "," OPENID ",\"unionid\":null}"),
	    &ws, &errcode);
	ok(e == OK && ws.unionid[0] == '\0', "unionid null");
	e = wechat_read_session(&l, T("{" KEY "," OPENID
	    ",\"unionid\":\"a\\r\\nb\"}"), &ws, &errcode);
	ok(e != OK || ws.unionid[0] == '\0',
	    "a unionid with a newline is not taken");
	log_forget(&l);
	e = wechat_read_session(&l, T("{\"errcode\":40125,\"errmsg\":\"bad"
	    RID), &ws, &errcode);
	is_int(e, WECHAT_ERROR, "a wrong AppSecret is for the operator");
	ok(tells(&l, "40125"), "the log has the errcode");
	ok(tells(&l, "652d44d0-1d0af18b-5b069232"), "the log has the rid");
	log_forget(&l);
	e = wechat_read_session(&l,
	    T("{\"errcode\":40164,\"errmsg\":\"invalid "
	    "ip 10.0.0.1 rid: 652d44d0-1d0af18b-5b069232\"}"), &ws, &errcode);
	ok(tells(&l, "652d44d0-1d0af18b-5b069232"), "a rid without a comma");
	return done();
}
