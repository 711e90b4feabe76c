/* SPDX-License-Identifier: MIT */
/* https.h: calls to a server by libcurl, with limits.
 *
 * https with certificates verified (http to a loopback address), no redirects,
 * no proxy but the configured one, a ceiling on time and size, nothing of
 * ~/.netrc or the environment. */
#ifndef HTTPS_H
#define HTTPS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct conf;
struct http;

struct http_call {
	const char	*url;
	const char	*body;		/* JSON to POST; NULL: a GET */
	const char	*request_id;	/* sent as X-Request-Id */
	int64_t		 timeout;	/* ms, for all of it */
	/* Never send it twice.  libcurl sends a request again, silently, when
	 * a kept connection dies before an answer. */
	bool		 once;
};

enum http_result {
	HTTP_ANSWERED,		/* any status; the body is in `reply` */
	HTTP_FAILED,		/* no connection, timeout, cut reply */
	HTTP_LOST,		/* `once`: a kept connection died */
	HTTP_NO_MEMORY,
	HTTP_NO_DESCRIPTORS,	/* of this process */
	HTTP_TOO_LARGE,		/* more than the ceiling of `reply` */
};

/* A handle, which keeps its connection for the next call; one per thread.
 * NULL: no memory is left. */
struct http	*http_open(const struct conf *);
void		 http_close(struct http *);

/* Make a call.  *status is the HTTP status when it was answered; *why says
 * otherwise what happened, without the address. */
enum http_result http_call(struct http *, const struct http_call *,
		    struct buf *reply, long *status, const char **why);

/* Only connect (and, for https, verify the certificate). */
bool		 http_connects(struct http *, const char *url,
		    const char **why);

#endif
