/* SPDX-License-Identifier: MIT */
/* wechat.h: WeChat's server API, and what its answers mean to us.
 *
 * Outcomes of every call: OK; CODE_INVALID (40029), CODE_USED (40163),
 * USER_BLOCKED (40226), TOO_MANY_REQUESTS (45011, 45009); WECHAT_UNAVAILABLE
 * (-1 to the end, timeout, transport, HTTP 5xx and 429, the breaker);
 * WECHAT_ERROR (all else; the log says what). */
#ifndef WECHAT_H
#define WECHAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct app;
struct context;
struct json_object;
struct log;

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
enum outcome	wechat_code2session(struct context *, const struct app *,
		    const char *code, struct wechat_session *out);

/* getPhoneNumber: exchange a phone code, which has to be this user's. */
enum outcome	wechat_phone_number(struct context *, const struct app *,
		    const char *code, const char *openid,
		    struct wechat_phone *out);

/* Read purePhoneNumber (else phoneNumber) and countryCode, which may be a
 * number or text.  False: no phone number of PHONE_MIN to PHONE_MAX digits. */
bool		wechat_read_phone(struct json_object *, struct wechat_phone *);

/* checkSessionKey: is this the user's key now? */
enum outcome	wechat_check_key(struct context *, const struct app *,
		    const char *openid, const uint8_t key[SESSION_KEY_LEN],
		    bool *valid);

/* ---- the part that reads replies, for tests: `text` is a body of n bytes
 * that came with status 200; *errcode is WeChat's when it sent one. */
enum outcome	wechat_read_session(struct log *, const char *text, size_t n,
		    struct wechat_session *out, int64_t *errcode);

#endif
