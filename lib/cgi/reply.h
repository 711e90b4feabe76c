/* SPDX-License-Identifier: MIT */
/* reply.h: from an outcome to the bytes of a CGI response (RFC 3875, 6). */
#ifndef REPLY_H
#define REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct buf;
struct io;
struct params;

enum body_kind { BODY_SENT, BODY_HEAD, BODY_NONE };

struct reply {
	enum outcome	 outcome;
	const char	*request_id;
	bool		 zh;		/* the message in Chinese */
	bool		 no_token;	/* of a 401: none was sent */
	bool		 in_header;	/* an error's body in a header, too */
	const char	*field;		/* of PARAM_INVALID */
	int64_t		 retry_after;	/* s; 0: the outcome's own */
	const char	*allow;		/* Allow, or NULL */
	const char	*cors_origin;	/* configured; NULL: no CORS */
	const char	*origin;	/* the request's, or NULL */
	bool		 preflight;	/* of CORS */
	enum body_kind	 body;		/* HEAD: headers only; NONE: no body */
	const struct buf *data;		/* members of "data" */
	const struct buf *headers;	/* more header lines, or NULL */
};

/* Write it; false: the caller has gone. */
bool	reply_write(const struct reply *, const struct io *);

/* The request's id: the caller's X-Request-Id when it is well formed, else the
 * server's UNIQUE_ID, else a random one. */
void	reply_request_id(const struct params *, char out[REQUEST_ID_MAX + 1]);

/* Is Chinese the first of the highest-rated languages among zh, zh-*, en and
 * en-* in Accept-Language?  (RFC 9110, 12.5.4) */
bool	reply_zh(const char *accept_language);

#endif
