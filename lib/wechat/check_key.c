/* SPDX-License-Identifier: MIT */
/* check_key.c: checkSessionKey, GET /wxa/checksession. */
#include <config.h>

#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "context.h"
#include "wechat/access_token.h"
#include "wechat/call.h"
#include "wechat/opendata.h"
#include "wechat/wechat.h"

/* HMAC-SHA256 of the empty text; the key is the session_key's text, not its
 * bytes (checkSessionKey, "login-state signature"). */
static void
sign_empty(const uint8_t key[SESSION_KEY_LEN], char out[65])
{
	char text[SESSION_KEY_B64 + 1];
	uint8_t mac[HASH_LEN];

	session_key_text(key, text);
	hash_keyed(text, SESSION_KEY_B64, NULL, 0, mac);
	hex_write(mac, sizeof(mac), out);
	explicit_bzero(text, sizeof(text));
}

enum outcome
wechat_check_key(struct context *cx, const struct app *app, const char *openid,
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
	e = access_call(cx, app, &a, &errcode);
	*valid = e == OK;
	/* the key is not valid: an answer, not an error */
	if (errcode == 87009 || errcode == 87007) {
		log_forget(cx->log);
		return OK;
	}
	return e;
}
