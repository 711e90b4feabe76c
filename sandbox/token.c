/* SPDX-License-Identifier: MIT */
/* token.c: access tokens.
 *
 *   GET  /cgi-bin/token	a new one at each call; the one before lives
 *   300 s
 *				more, earlier ones are replaced
 *   POST /cgi-bin/stable_token	the same one until 300 s before its end;
 *   forced,
 *				a new one at once, 30 s apart, 20 a day
 *
 * The two families do not touch each other. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "sandbox/sandbox.h"

static enum outcome
make_token(struct call *c, const char *appid, bool stable, char out[160],
    int64_t *life)
{
	struct q *q = q_new(c->store, SANDBOX_TOKEN_ADD);
	enum outcome e;

	snprintf(out, 8, "%d_", stable ? 85 : 74);
	random_text(out + 3, 133, url_safe);
	q_text(q, ":token", out);
	q_text(q, ":appid", appid);
	q_int(q, ":stable", stable);
	q_int(q, ":now", c->now);
	e = fact_get(c, "token_life", TOKEN_LIFE, life);
	q_int(q, ":expires", c->now + *life);
	if (e != OK) {
		(void)q_end(q);
		return e;
	}
	return q_run(q, NULL);
}

static enum outcome
retire_others(struct call *c, const char *appid, bool stable,
    const char *token, bool at_once)
{
	struct q *q = q_new(c->store, SANDBOX_TOKEN_REPLACE);
	enum outcome e;

	/* Of the classic family only the last one before this has grace. */
	q_text(q, ":appid", appid);
	q_int(q, ":stable", stable);
	q_text(q, ":token", token);
	q_int(q, ":at_once", at_once);
	q_int(q, ":older", c->now - TOKEN_LIFE);
	if ((e = q_run(q, NULL)) != OK)
		return e;
	q = q_new(c->store, SANDBOX_TOKEN_RETIRE);
	q_text(q, ":appid", appid);
	q_int(q, ":stable", stable);
	q_text(q, ":token", token);
	q_int(q, ":until", c->now + TOKEN_GRACE);
	return q_run(q, NULL);
}

static enum outcome
newest(struct call *c, const char *appid, bool stable, char out[160],
    int64_t *expires)
{
	struct q *q = q_new(c->store, SANDBOX_TOKEN_NEWEST);

	q_text(q, ":appid", appid);
	q_int(q, ":stable", stable);
	q_int(q, ":now", c->now);
	*expires = 0;
	out[0] = '\0';
	if (q_row(q)) {
		snprintf(out, 160, "%s",
		    q_col_text(q, COL_TOKEN_NEWEST_TOKEN));
		*expires = q_col_int(q, COL_TOKEN_NEWEST_EXPIRES);
	}
	return q_end(q);
}

static enum outcome
answer(struct call *c, const char *token, int64_t life)
{
	json_open(&c->reply, NULL);
	json_str(&c->reply, "access_token", token);
	json_int(&c->reply, "expires_in", life);
	json_close(&c->reply);
	return OK;
}

/* What both endpoints ask for. */
static enum outcome
check(struct call *c, const struct input *in, bool *refused)
{
	*refused = true;
	if (*arg(c, in, "appid") == '\0')
		return refuse(c, FAMILY_API, 41002, "appid missing");
	if (*arg(c, in, "secret") == '\0')
		return refuse(c, FAMILY_API, 41004, "appsecret missing");
	if (strcmp(arg(c, in, "grant_type"), "client_credential") != 0)
		return refuse(c, FAMILY_API, 40002, "invalid grant_type");
	return secret_check(c, FAMILY_API, arg(c, in, "appid"),
	    arg(c, in, "secret"), refused);
}

enum outcome
token_classic(struct call *c)
{
	char token[160], old[160];
	int64_t life, expires;
	bool refused;
	enum outcome e = check(c, &c->query, &refused);

	if (e != OK || refused)
		return e;
	if ((e = newest(c, c->appid, false, old, &expires)) != OK ||
	    (e = retire_others(c, c->appid, false, old, true)) != OK ||
	    (e = make_token(c, c->appid, false, token, &life)) != OK ||
	    (e = retire_others(c, c->appid, false, token, false)) != OK)
		return e;
	return answer(c, token, life);
}

/* May a forced refresh be had now?  *used: no, but the same token is. */
static enum outcome
force(struct call *c, bool *now, bool *spent)
{
	char day[64], last[64];
	int64_t count, at;
	enum outcome e;

	snprintf(day, sizeof(day), "forced:%s:%lld", c->appid,
	    (long long)(c->now / 86400));
	snprintf(last, sizeof(last), "forced_at:%s", c->appid);
	if ((e = fact_get(c, day, 0, &count)) != OK ||
	    (e = fact_get(c, last, 0, &at)) != OK)
		return e;
	*spent = count >= FORCE_DAILY;
	*now = !*spent && c->now >= at + FORCE_APART;
	if (!*now)
		return OK;
	if ((e = fact_set(c, day, count + 1)) != OK)
		return e;
	return fact_set(c, last, c->now);
}

enum outcome
token_stable(struct call *c)
{
	char token[160];
	int64_t expires, life;
	bool refused, now = false, spent = false;
	enum outcome e;

	if (c->body.json == NULL)
		return refuse(c, FAMILY_API, 47001, "data format error");
	if ((e = check(c, &c->body, &refused)) != OK || refused)
		return e;
	if (arg_int(c, &c->body, "force_refresh", 0) != 0 &&
	    (e = force(c, &now, &spent)) != OK)
		return e;
	if (spent)
		return refuse(c, FAMILY_API, 45009,
		    "reach max api daily quota limit");
	if ((e = newest(c, c->appid, true, token, &expires)) != OK)
		return e;
	if (!now && token[0] != '\0' && expires - c->now > TOKEN_GRACE)
		return answer(c, token, expires - c->now);
	if ((e = make_token(c, c->appid, true, token, &life)) != OK ||
	    (e = retire_others(c, c->appid, true, token, now)) != OK)
		return e;
	return answer(c, token, life);
}

enum outcome
token_check(struct call *c, bool *refused)
{
	const char *token = arg(c, &c->query, "access_token");
	struct q *q = q_new(c->store, SANDBOX_TOKEN_GET);
	bool found = false, revoked = false;
	int64_t expires = 0;
	enum outcome e;

	q_text(q, ":token", token);
	if (q_row(q)) {
		found = true;
		snprintf(c->appid, sizeof(c->appid), "%s",
		    q_col_text(q, COL_TOKEN_GET_APPID));
		expires = q_col_int(q, COL_TOKEN_GET_EXPIRES);
		revoked = q_col_int(q, COL_TOKEN_GET_REVOKED) != 0;
	}
	if ((e = q_end(q)) != OK)
		return e;
	*refused = true;
	if (*token == '\0')
		return refuse(c, FAMILY_API, 41001, "access_token missing");
	if (!found || revoked)
		return refuse(c, FAMILY_API, 40001, "invalid credential, "
		    "access_token is invalid or not latest, could get "
		    "access_token by getStableAccessToken, more details at "
		    "https://mmbizurl.cn/s/JtxxFh33r");
	if (c->now >= expires)
		return refuse(c, FAMILY_API, 42001, "access_token expired");
	*refused = false;
	return OK;
}
