/* SPDX-License-Identifier: MIT */
/* control.c: the stand-in's own controls, below /sandbox/.  Arguments come as
 * JSON, form or query; numbers may be text.
 *
 *   app    {appid, secret, platform, ip_allow, frozen}	make or change an app
 *   user   {appid, user, blocked}	{"openid","unionid","sessionKey"}
 *   fault  {path, kind, count, ms, status, errcode}	kind "none": clear all
 *   clock  {advance} or {set}		{"now"}; seconds
 *   switch {NAME: 0 or 1, ...}		escape_slashes shuffle extra
 *	failure_spends country_number phone_other_app; seconds: key_rotation
 *	token_life
 *   expire {appid, user, what}		what: session_key, token, token_expire
 *   calls  {since}			{"calls": [...]}
 *   reset				forget all but the apps
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "sandbox/sandbox.h"

static enum outcome
done(struct call *c)
{
	json_open(&c->reply, NULL);
	json_int(&c->reply, "errcode", 0);
	json_close(&c->reply);
	return OK;
}

static const char *
appid_arg(struct call *c)
{
	const char *appid = arg(c, &c->body, "appid");

	return *appid == '\0' ? "wx5a4dbeefcafe0001" : appid;
}

/* What is not given stays as it is. */
enum outcome
control_app(struct call *c)
{
	static const char *const names[] = { "secret", "platform",
	    "ip_allow" };
	const char *appid = appid_arg(c), *v[3];
	struct app_row a;
	enum outcome e = app_get(c, appid, &a);
	const char *const old[] = { a.secret, a.platform, a.ip_allow };
	size_t i, len;
	bool given;
	struct q *q;

	if (e != OK && e != NOT_FOUND)
		return e;
	for (i = 0; i < COUNT(names); i++) {
		(void)input_text(&c->body, names[i], &len, &given);
		v[i] = given ? arg(c, &c->body, names[i]) : old[i];
	}
	q = q_new(c->store, SANDBOX_APP_PUT);
	q_text(q, ":appid", appid);
	q_text(q, ":secret", v[0]);
	q_text(q, ":platform", v[1]);
	q_text(q, ":ip_allow", v[2]);
	q_int(q, ":frozen", arg_int(c, &c->body, "frozen", a.frozen));
	if ((e = q_run(q, NULL)) != OK)
		return e;
	return done(c);
}

enum outcome
control_user(struct call *c)
{
	const char *appid = appid_arg(c), *name = arg(c, &c->body, "user");
	struct person p;
	char key[32];
	struct q *q;
	enum outcome e = person_get(c, appid, *name == '\0' ? "user" : name,
	    &p);

	if (e == NOT_FOUND)
		return refuse(c, FAMILY_API, 40013, "invalid appid");
	if (e != OK)
		return e;
	q = q_new(c->store, SANDBOX_PERSON_BLOCK);
	q_text(q, ":appid", appid);
	q_text(q, ":name", p.name);
	q_int(q, ":blocked", arg_int(c, &c->body, "blocked", p.blocked));
	if ((e = q_run(q, NULL)) != OK)
		return e;
	base64_write(p.key, KEY_LEN, key);
	json_open(&c->reply, NULL);
	json_str(&c->reply, "openid", p.openid);
	json_str(&c->reply, "unionid", p.unionid);
	json_str(&c->reply, "sessionKey", key);
	json_close(&c->reply);
	return OK;
}

enum outcome
control_fault(struct call *c)
{
	static const char *const kinds[] = { "delay", "reset", "truncate",
	    "html", "empty", "busy", "status", "big", "errcode" };
	const char *kind = arg(c, &c->body, "kind");
	struct q *q;
	size_t i;
	enum outcome e;

	if (strcmp(kind, "none") == 0) {
		e = q_run(q_new(c->store, SANDBOX_FAULT_CLEAR), NULL);
		return e == OK ? done(c) : e;
	}
	for (i = 0; i < COUNT(kinds) && strcmp(kinds[i], kind) != 0; i++)
		;
	if (i == COUNT(kinds))
		return refuse(c, FAMILY_API, 47001, "no such kind of fault");
	q = q_new(c->store, SANDBOX_FAULT_ADD);
	q_text(q, ":path", arg(c, &c->body, "path"));
	q_text(q, ":kind", kind);
	q_int(q, ":times", arg_int(c, &c->body, "count", 1));
	q_int(q, ":ms", arg_int(c, &c->body, "ms", 0));
	q_int(q, ":number", arg_int(c, &c->body,
	    strcmp(kind, "errcode") == 0 ? "errcode" : "status", 0));
	e = q_run(q, NULL);
	return e == OK ? done(c) : e;
}

enum outcome
control_clock(struct call *c)
{
	const int64_t real = clock_now();
	int64_t at;
	enum outcome e;

	at = arg_int(c, &c->body, "set", c->now) +
	    arg_int(c, &c->body, "advance", 0);
	if ((e = fact_set(c, "clock", at - real)) != OK)
		return e;
	json_open(&c->reply, NULL);
	json_int(&c->reply, "now", at);
	json_close(&c->reply);
	return OK;
}

enum outcome
control_switch(struct call *c)
{
	static const char *const names[] = { "escape_slashes", "shuffle",
	    "extra", "failure_spends", "country_number", "phone_other_app",
	    "key_rotation", "token_life" };
	int64_t value;
	size_t i;
	enum outcome e;

	for (i = 0; i < COUNT(names); i++) {
		value = arg_int(c, &c->body, names[i], -1);
		if (value >= 0 && (e = fact_set(c, names[i], value)) != OK)
			return e;
	}
	return done(c);
}

static enum outcome
expire_tokens(struct call *c, size_t statement, bool with_time)
{
	struct q *q = q_new(c->store, statement);
	enum outcome e;

	q_text(q, ":appid", appid_arg(c));
	if (with_time) {
		q_int(q, ":now", c->now);
		q_int(q, ":seconds", arg_int(c, &c->body, "seconds", 0));
	}
	e = q_run(q, NULL);
	return e == OK ? done(c) : e;
}

enum outcome
control_expire(struct call *c)
{
	const char *what = arg(c, &c->body, "what");
	const char *name = arg(c, &c->body, "user");
	struct person p;
	enum outcome e;

	if (strcmp(what, "token") == 0)
		return expire_tokens(c, SANDBOX_TOKEN_REVOKE_ALL, false);
	if (strcmp(what, "token_expire") == 0)
		return expire_tokens(c, SANDBOX_TOKEN_EXPIRE_ALL, true);
	if (strcmp(what, "session_key") != 0)
		return refuse(c, FAMILY_API, 47001, "what is to expire?");
	e = person_get(c, appid_arg(c), *name == '\0' ? "user" : name, &p);
	if (e == NOT_FOUND)
		return refuse(c, FAMILY_API, 40013, "invalid appid");
	if (e != OK || (e = person_new_key(c, appid_arg(c), &p, false)) != OK)
		return e;
	return done(c);
}

enum outcome
control_calls(struct call *c)
{
	struct q *q = q_new(c->store, SANDBOX_CALL_LIST);
	enum outcome e;

	q_int(q, ":since", arg_int(c, &c->body, "since", 0));
	json_open(&c->reply, NULL);
	buf_str(&c->reply, "\"calls\":[");
	for (bool first = true; q_row(q); first = false) {
		if (!first)
			buf_str(&c->reply, ",");
		buf_str(&c->reply, "{");
		json_int(&c->reply, "id", q_col_int(q, COL_CALL_LIST_ID));
		json_int(&c->reply, "at", q_col_int(q, COL_CALL_LIST_AT));
		json_str(&c->reply, "path", q_col_text(q, COL_CALL_LIST_PATH));
		json_str(&c->reply, "appid",
		    q_col_text(q, COL_CALL_LIST_APPID));
		json_str(&c->reply, "requestId",
		    q_col_text(q, COL_CALL_LIST_REQUEST_ID));
		json_int(&c->reply, "errcode",
		    q_col_int(q, COL_CALL_LIST_ERRCODE));
		json_int(&c->reply, "status",
		    q_col_int(q, COL_CALL_LIST_STATUS));
		json_close(&c->reply);
	}
	if ((e = q_end(q)) != OK)
		return e;
	buf_str(&c->reply, "]");
	json_close(&c->reply);
	return OK;
}

enum outcome
control_reset(struct call *c)
{
	static const int all[] = { SANDBOX_RESET_FACTS, SANDBOX_RESET_PEOPLE,
	    SANDBOX_RESET_CODES, SANDBOX_RESET_TOKENS, SANDBOX_RESET_FAULTS,
	    SANDBOX_RESET_CALLS };
	enum outcome e;
	size_t i;

	for (i = 0; i < COUNT(all); i++)
		if ((e = q_run(q_new(c->store, (size_t)all[i]), NULL)) != OK)
			return e;
	return done(c);
}
