/* SPDX-License-Identifier: MIT */
/* body.c: the bytes of a request's body. */
#include <config.h>

#include <stdint.h>
#include <string.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/text.h"
#include "cgi/body.h"
#include "cgi/io.h"
#include "cgi/params.h"

/* Read up to `most` bytes; into `b` when it is not NULL. */
static size_t
take(const struct io *io, size_t most, struct buf *b)
{
	char chunk[4096];
	size_t n, want, done = 0;

	while (done < most) {
		want = most - done < sizeof(chunk) ? most - done :
		    sizeof(chunk);
		n = io->read(io->arg, chunk, want);
		if (b != NULL)
			buf_add(b, chunk, n);
		done += n;
		if (n < want)
			break;
	}
	explicit_bzero(chunk, sizeof(chunk));
	return done;
}

/* What became of a body that is shorter than it should be. */
static enum outcome
came_short(const struct io *io)
{
	return io->cut != NULL && io->cut(io->arg) != NULL ? BUSY :
	    PARAM_INVALID;
}

enum outcome
body_read(const struct params *p, const struct io *io, struct buf *b)
{
	const char *length = p->v[P_CONTENT_LENGTH];
	int64_t n;

	/* Apache hands over a chunked body without a length. */
	if (length == NULL && p->v[P_HTTP_TRANSFER_ENCODING] == NULL)
		return OK;
	if (length == NULL) {
		if (take(io, BODY_MAX + 1, b) > BODY_MAX) {
			body_discard(p, io);
			return BODY_TOO_LARGE;
		}
		if (came_short(io) == BUSY)
			return BUSY;
		return b->bad ? INTERNAL : OK;
	}
	if (!digits_parse(length, &n))
		return PARAM_INVALID;
	if (n > (int64_t)BODY_MAX) {
		body_discard(p, io);
		return BODY_TOO_LARGE;
	}
	if (take(io, (size_t)n, b) != (size_t)n)
		return came_short(io);
	return b->bad ? INTERNAL : OK;
}

void
body_discard(const struct params *p, const struct io *io)
{
	const char *length = p->v[P_CONTENT_LENGTH];
	int64_t n = 0;

	if (io->fastcgi)
		return;
	if (length == NULL && p->v[P_HTTP_TRANSFER_ENCODING] != NULL)
		n = DISCARD_MAX;
	else if (length != NULL)
		(void)digits_parse(length, &n);
	take(io, n < (int64_t)DISCARD_MAX ? (size_t)n : DISCARD_MAX, NULL);
}
