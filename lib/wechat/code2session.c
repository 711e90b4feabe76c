/* SPDX-License-Identifier: MIT */
/* code2session.c: auth.code2Session, GET /sns/jscode2session. */
#include <config.h>

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "context.h"
#include "wechat/call.h"
#include "wechat/opendata.h"
#include "wechat/wechat.h"

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

/* Base64 of 16 bytes in canonical form: WeChat signs with this text, and we
 * have to reproduce it exactly. */
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
wechat_code2session(struct context *cx, const struct app *app,
    const char *code,
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
	return api_call(cx, &a, &errcode);
}
