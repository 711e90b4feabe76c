/* SPDX-License-Identifier: MIT */
/* call.h: one call of WeChat's API: breaker, sending, repetition, errcode. */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/outcome.h"

struct context;
struct http;
struct json_object;
struct log;

/* A thread's way to WeChat. */
struct wechat {
	struct http	*http;
};

#define API_TEXT_MAX	4096	/* query or body of a call, bytes */

/* What is sent, and how the members of a success are read.  Both buffers are
 * ended by api_call(). */
struct api {
	const char	*path;		/* below wechat_base_url */
	struct buf	 query;		/* "name=value&..." or empty */
	struct buf	 body;		/* JSON to POST; empty: a GET */
	bool		 once;		/* a code that can be used once */
	enum outcome	 (*read)(struct log *, struct json_object *,
	    void *out);
	void		*out;
};

/* An api with empty buffers of the right size. */
#define API_INIT	.query = { .max = API_TEXT_MAX },		\
			.body = { .max = API_TEXT_MAX }

/* Make the call: breaker, one send (again after the definite answer -1), HTTP
 * status, JSON, errcode, api.read().  *errcode is WeChat's, 0 without one. */
enum outcome	api_call(struct context *, struct api *, int64_t *errcode);

/* The parts of it: send, with an access_token in the query unless it is NULL;
 * and end both buffers. */
enum outcome	api_send(struct context *, const struct api *,
		    const char *access_token, int64_t *errcode);
void		api_done(struct api *);

/* Parse the text of a reply and hand it to `read`. */
enum outcome	api_read(struct log *, const char *text, size_t n,
		    enum outcome (*read)(struct log *, struct json_object *,
		    void *), void *out, int64_t *errcode);

#endif
