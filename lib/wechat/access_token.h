/* SPDX-License-Identifier: MIT */
/* access_token.h: WeChat's access_token, one for all processes of an app.
 *
 * It is kept sealed in the store.  When it runs out, one process takes a lease
 * and fetches the next (stable_token, never forced); the others use the old
 * one while it lives, or wait.  After a refusal (a wrong AppSecret, say)
 * nobody asks again for ACCESS_REFUSED seconds. */
#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H

#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct api;
struct app;
struct context;

struct access {
	char	token[ACCESS_TOKEN_MAX + 1];
	int64_t	version;
};

/* The token to use now.  WECHAT_ERROR, WECHAT_UNAVAILABLE, or the store's. */
enum outcome	access_get(struct context *, const struct app *,
		    struct access *);

/* Ask WeChat for one and forget it: is the AppSecret right?  *errcode is
 * WeChat's, 0 when it gave one or did not answer. */
enum outcome	access_try(struct context *, const struct app *,
		    int64_t *errcode);

/* WeChat refused this one (40001, 40014, 42001): drop it, unless a newer one
 * has come meanwhile. */
enum outcome	access_drop(struct context *, const struct app *,
		    const struct access *);

/* api_call() with the app's access_token in the query; a token that WeChat
 * refuses is replaced and the call repeated, once. */
enum outcome	access_call(struct context *, const struct app *,
		    struct api *, int64_t *errcode);

#endif
