/* SPDX-License-Identifier: MIT */
/* wechat.h: WeChat's server API, and what its answers mean to us.
 *
 * Outcomes of every call: OK; CODE_INVALID (40029), CODE_USED (40163),
 * USER_BLOCKED (40226), TOO_MANY_REQUESTS (45011, 45009); WECHAT_UNAVAILABLE
 * (-1 to the end, timeout, transport, HTTP 5xx and 429, the breaker);
 * WECHAT_ERROR (all else; the log says what). */
#ifndef WECHAT_H
#define WECHAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"
#include "program/program.h"

struct app;
struct req;

/* What code2Session gives. */
struct wechat_session {
	char	openid[OPENID_MAX + 1];
	char	unionid[OPENID_MAX + 1];	/* "": none */
	uint8_t	key[SESSION_KEY_LEN];		/* session_key, decoded */
};

/* What getuserphonenumber gives; digits only. */
struct wechat_phone {
	char	number[PHONE_MAX + 1];		/* without country code */
	char	country[COUNTRY_MAX + 1];
};

/* auth.code2Session.  The code is sent once, and again only after the definite
 * answer -1 (CALL_SENDS in all, within wechat_timeout). */
enum outcome	wechat_code2session(struct req *, const struct app *,
		    const char *code, struct wechat_session *out);

/* getStableAccessToken, never forced; `token` has room for ACCESS_TOKEN_MAX
 * and a NUL.  Throttles are WECHAT_ERROR here: the operator's, not a user's. */
enum outcome	wechat_stable_token(struct req *, const struct app *,
		    char *token, int64_t *life);

/* getPhoneNumber: exchange a phone code, which has to be this user's. */
enum outcome	wechat_phone_number(struct req *, const struct app *,
		    const char *code, const char *openid,
		    struct wechat_phone *out);

/* checkSessionKey: is this the user's key now? */
enum outcome	wechat_check_key(struct req *, const struct app *,
		    const char *openid, const uint8_t key[SESSION_KEY_LEN],
		    bool *valid);

/* For struct program: links the program with libcurl. */
extern const struct upstream wechat_upstream;

/* ---- the part that reads replies, for tests: `text` is a body of n bytes
 * that came with status 200; *errcode is WeChat's when it sent one. */
enum outcome	wechat_read_session(struct log *, const char *text, size_t n,
		    struct wechat_session *out, int64_t *errcode);

#endif
