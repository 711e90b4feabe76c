/* SPDX-License-Identifier: MIT */
/* body.h: the bytes of a request's body. */
#ifndef BODY_H
#define BODY_H

#include "base/outcome.h"

struct buf;
struct io;
struct params;

/* Read the body into `b` (born with BODY_MAX + 1): OK, BODY_TOO_LARGE (the
 * rest is read away, up to a bound), or PARAM_INVALID when CONTENT_LENGTH is
 * no number or the body is shorter. */
enum outcome	body_read(const struct params *, const struct io *,
		    struct buf *b);

/* Read and discard the body, at most DISCARD_MAX bytes: a web server that
 * still has body bytes to send may drop the reply. */
void		body_discard(const struct params *, const struct io *);

#endif
