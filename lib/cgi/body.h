/* SPDX-License-Identifier: MIT */
/* body.h: the bytes of a request's body. */
#ifndef BODY_H
#define BODY_H

#include "base/outcome.h"

struct buf;
struct io;
struct params;

/* Read the body into `b` (born with BODY_MAX + 1): OK; BODY_TOO_LARGE (the
 * rest is discarded, see below); PARAM_INVALID when CONTENT_LENGTH is no
 * number or the body is shorter; BUSY when reading was given up, io->cut says
 * why; INTERNAL without memory. */
enum outcome	body_read(const struct params *, const struct io *,
		    struct buf *b);

/* Read and discard the body of a CGI run, at most DISCARD_MAX bytes: behind
 * mod_cgid the reply is lost when the process ends before.  A FastCGI worker
 * does not wait for a body that nobody wants: libfcgi sends the reply, and
 * reads away what comes until the web server has closed the connection. */
void		body_discard(const struct params *, const struct io *);

#endif
