/* SPDX-License-Identifier: MIT */
/* wechat.h: WeChat's server API, and what its answers mean to us.
 *
 * Outcomes of every call: OK; CODE_INVALID (40029), CODE_USED (40163),
 * USER_BLOCKED (40226), TOO_MANY_REQUESTS (45011, 45009); WECHAT_UNAVAILABLE
 * (-1 to the end, timeout, transport, HTTP 5xx and 429); WECHAT_ERROR (all
 * else; the log says what). */
#ifndef WECHAT_H
#define WECHAT_H

#include <stdint.h>

#include "bounds.h"
#include "outcome.h"
#include "program.h"

struct app;
struct req;

/* What code2Session gives. */
struct wechat_session {
	char	openid[OPENID_MAX + 1];
	char	unionid[OPENID_MAX + 1];	/* "": none */
	uint8_t	key[SESSION_KEY_LEN];		/* session_key, decoded */
};

/* auth.code2Session.  The code is sent once, and again only after the definite
 * answer -1 (LOGIN_SENDS in all, within wechat_timeout). */
enum outcome	wechat_code2session(struct req *, const struct app *,
		    const char *code, struct wechat_session *out);

/* For struct program: links the program with libcurl. */
extern const struct upstream wechat_upstream;

/* ---- the part of it that reads a reply, for tests: `text` is a body of n
 * bytes that came with status 200; *errcode is WeChat's when it sent one. */
enum outcome	wechat_read_session(struct log *, const char *text, size_t n,
		    struct wechat_session *out, int64_t *errcode);

#endif
