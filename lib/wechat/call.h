/* SPDX-License-Identifier: MIT */
/* call.h: one call of WeChat's API, as the files of wechat.h share it. */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>

#include "base/buf.h"
#include "wechat/wechat.h"

struct json_object;

#define API_TEXT_MAX	4096	/* query or body of a call, bytes */

/* What is sent, and how the members of a success are read.  Both buffers are
 * ended by api_call(). */
struct api {
	const char	*path;		/* below wechat_base_url */
	struct buf	 query;		/* "name=value&..." or empty */
	struct buf	 body;		/* JSON to POST; empty: a GET */
	bool		 once;		/* a code that can be used once */
	enum outcome	 (*read)(struct log *, struct json_object *, void *out);
	void		*out;
};

/* An api with empty buffers of the right size. */
#define API_INIT	.query = { .max = API_TEXT_MAX },		\
			.body = { .max = API_TEXT_MAX }

/* Make the call: breaker, one send (again after the definite answer -1), HTTP
 * status, JSON, errcode, api.read().  *errcode is WeChat's, 0 without one. */
enum outcome	api_call(struct req *, struct api *, int64_t *errcode);

/* The same with the app's access_token in the query; a token that WeChat
 * refuses is replaced and the call repeated, once. */
enum outcome	api_call_with_token(struct req *, const struct app *,
		    struct api *, int64_t *errcode);

/* Parse the text of a reply and hand it to `read`. */
enum outcome	api_read(struct log *, const char *text, size_t n,
		    enum outcome (*read)(struct log *, struct json_object *,
		    void *), void *out, int64_t *errcode);

#endif
