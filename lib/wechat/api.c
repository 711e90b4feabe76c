/* SPDX-License-Identifier: MIT */
/* api.c: the calls of WeChat's API that we make, one by one. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <nettle/hmac.h>

#include "account/phone.h"
#include "account/request.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "wechat/call.h"
#include "wechat/opendata.h"

/* ---- GET /sns/jscode2session */

/* An openid or unionid: opaque, but of printable ASCII, since it goes into
 * header lines for protected programs. */
static bool
read_id(struct json_object *o, const char *name, char out[OPENID_MAX + 1])
{
	size_t i, n;
	const char *s = json_text(o, name, &n);

	if (s == NULL || n == 0 || n > OPENID_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f)
			return false;
	memcpy(out, s, n + 1);
	return true;
}

/* Base64 of 16 bytes, in the one form that we can make again: open data is
 * signed with this text. */
static bool
read_key(struct json_object *o, uint8_t key[SESSION_KEY_LEN])
{
	char again[SESSION_KEY_B64 + 1];
	size_t n, got;
	const char *s = json_text(o, "session_key", &n);
	bool same;

	if (s == NULL || n != SESSION_KEY_B64 ||
	    !base64_parse(s, n, key, SESSION_KEY_LEN, &got) ||
	    got != SESSION_KEY_LEN)
		return false;
	session_key_text(key, again);
	same = memcmp(s, again, n) == 0;
	explicit_bzero(again, sizeof(again));
	return same;
}

static enum outcome
read_session(struct log *log, struct json_object *o, void *arg)
{
	struct wechat_session *out = arg;

	*out = (struct wechat_session){ .openid = "" };
	if (!read_id(o, "openid", out->openid) || !read_key(o, out->key))
		return FAIL(log, WECHAT_ERROR, "WeChat: openid or session_key "
		    "is missing or malformed");
	if (!read_id(o, "unionid", out->unionid))
		out->unionid[0] = '\0';
	return OK;
}

enum outcome
wechat_read_session(struct log *log, const char *text, size_t n,
    struct wechat_session *out, int64_t *errcode)
{
	return api_read(log, text, n, read_session, out, errcode);
}

enum outcome
wechat_code2session(struct req *rq, const struct app *app, const char *code,
    struct wechat_session *out)
{
	struct api a = { API_INIT, .path = "/sns/jscode2session",
	    .once = true, .read = read_session, .out = out };
	int64_t errcode;

	buf_str(&a.query, "appid=");
	buf_url(&a.query, app->appid);
	buf_str(&a.query, "&secret=");
	buf_url(&a.query, app->secret);
	buf_str(&a.query, "&js_code=");
	buf_url(&a.query, code);
	buf_str(&a.query, "&grant_type=authorization_code");
	return api_call(rq, &a, &errcode);
}

/* ---- POST /cgi-bin/stable_token */

struct token_out {
	char	*token;
	int64_t	*life;
};

static enum outcome
read_token(struct log *log, struct json_object *o, void *arg)
{
	const struct token_out *out = arg;
	size_t i, n;
	const char *s = json_text(o, "access_token", &n);

	if (s == NULL || n == 0 || n > ACCESS_TOKEN_MAX ||
	    !json_number(o, "expires_in", out->life) || *out->life <= 0 ||
	    *out->life > 86400)
		return FAIL(log, WECHAT_ERROR, "WeChat: access_token or "
		    "expires_in is missing or malformed");
	for (i = 0; i < n; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f)
			return FAIL(log, WECHAT_ERROR, "WeChat: the "
			    "access_token has odd characters");
	memcpy(out->token, s, n + 1);
	return OK;
}

enum outcome
wechat_stable_token(struct req *rq, const struct app *app, char *token,
    int64_t *life)
{
	struct token_out out = { token, life };
	struct api a = { API_INIT, .path = "/cgi-bin/stable_token",
	    .read = read_token, .out = &out };
	int64_t errcode;
	enum outcome e;

	json_open(&a.body, NULL);
	json_str(&a.body, "grant_type", "client_credential");
	json_str(&a.body, "appid", app->appid);
	json_str(&a.body, "secret", app->secret);
	json_boolean(&a.body, "force_refresh", false);
	json_close(&a.body);
	e = api_call(rq, &a, &errcode);
	/* No user did anything wrong here, and none can mend it. */
	return e == CODE_INVALID || e == CODE_USED || e == USER_BLOCKED ||
	    e == TOO_MANY_REQUESTS ? WECHAT_ERROR : e;
}

/* ---- POST /wxa/business/getuserphonenumber */

struct phone_out {
	const char		*appid;
	struct wechat_phone	*phone;
};

static enum outcome
read_phone(struct log *log, struct json_object *o, void *arg)
{
	const struct phone_out *out = arg;
	struct json_object *info = json_child(o, "phone_info"), *mark;
	const char *appid;
	size_t n;

	if (info == NULL || !phone_read(info, out->phone))
		return FAIL(log, WECHAT_ERROR, "WeChat: phone_info is missing "
		    "or malformed");
	mark = json_child(info, "watermark");
	appid = mark == NULL ? NULL : json_text(mark, "appid", &n);
	if (appid == NULL || strcmp(appid, out->appid) != 0)
		return FAIL(log, WECHAT_ERROR, "WeChat: the phone number is "
		    "marked for another app");
	return OK;
}

enum outcome
wechat_phone_number(struct req *rq, const struct app *app, const char *code,
    const char *openid, struct wechat_phone *phone)
{
	struct phone_out out = { app->appid, phone };
	struct api a = { API_INIT, .path = "/wxa/business/getuserphonenumber",
	    .once = true, .read = read_phone, .out = &out };
	int64_t errcode;

	json_open(&a.body, NULL);
	json_str(&a.body, "code", code);
	json_str(&a.body, "openid", openid);
	json_close(&a.body);
	return api_call_with_token(rq, app, &a, &errcode);
}

/* ---- GET /wxa/checksession */

/* HMAC-SHA256 of the empty text; the key is the session_key's text, not its
 * bytes (checkSessionKey, "login-state signature"). */
static void
sign_empty(const uint8_t key[SESSION_KEY_LEN], char out[65])
{
	struct hmac_sha256_ctx ctx;
	char text[SESSION_KEY_B64 + 1];
	uint8_t mac[SHA256_DIGEST_SIZE];

	session_key_text(key, text);
	hmac_sha256_set_key(&ctx, SESSION_KEY_B64, (const uint8_t *)text);
	hmac_sha256_digest(&ctx, sizeof(mac), mac);
	hex_write(mac, sizeof(mac), out);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(&ctx, sizeof(ctx));
}

enum outcome
wechat_check_key(struct req *rq, const struct app *app, const char *openid,
    const uint8_t key[SESSION_KEY_LEN], bool *valid)
{
	struct api a = { API_INIT, .path = "/wxa/checksession" };
	char signature[65];
	int64_t errcode;
	enum outcome e;

	sign_empty(key, signature);
	buf_str(&a.query, "openid=");
	buf_url(&a.query, openid);
	buf_fmt(&a.query, "&signature=%s&sig_method=hmac_sha256", signature);
	e = api_call_with_token(rq, app, &a, &errcode);
	*valid = e == OK;
	if (errcode == 87009 || errcode == 87007) {	/* an answer, too */
		log_forget(rq->log);
		return OK;
	}
	return e;
}
