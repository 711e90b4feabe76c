/* SPDX-License-Identifier: MIT */
/* body.c: how much of a body is read, and what its length has to be. */
#include <config.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "cgi/body.h"
#include "cgi/io.h"
#include "cgi/params.h"
#include "tests/unit/env.h"
#include "tests/unit/tap.h"

/* A caller that has `left` bytes to give. */
struct caller {
	size_t	left, taken;
};

static size_t
give(void *arg, char *p, size_t n)
{
	struct caller *c = arg;

	if (n > c->left)
		n = c->left;
	memset(p, 'x', n);
	c->left -= n;
	c->taken += n;
	return n;
}

static const struct {
	const char *why, *env; size_t sent; enum outcome want; size_t got,
	    taken;
} t[] = {
{ "no length", "A=b", 10, OK, 0, 0 },
{ "length 0", "CONTENT_LENGTH=0", 10, OK, 0, 0 },
{ "empty length", "CONTENT_LENGTH=", 10, OK, 0, 0 },
{ "whole", "CONTENT_LENGTH=10", 10, OK, 10, 10 },
{ "not a byte more than its length", "CONTENT_LENGTH=10", 20, OK, 10, 10 },
{ "leading zeros", "CONTENT_LENGTH=0010", 10, OK, 10, 10 },
{ "a byte short", "CONTENT_LENGTH=11", 10, PARAM_INVALID, 0, 10 },
{ "nothing sent", "CONTENT_LENGTH=11", 0, PARAM_INVALID, 0, 0 },
{ "exactly the cap", "CONTENT_LENGTH=65536", 65536, OK, 65536, 65536 },
{ "a byte above the cap", "CONTENT_LENGTH=65537", 65537, BODY_TOO_LARGE, 0,
    65537 },
{ "above the cap, not sent", "CONTENT_LENGTH=65537", 0, BODY_TOO_LARGE, 0, 0 },
{ "far above the cap: bounded", "CONTENT_LENGTH=99999999999", 3 << 20,
    BODY_TOO_LARGE, 0, 1 << 20 },
{ "over 64 bits", "CONTENT_LENGTH=99999999999999999999999", 100,
    BODY_TOO_LARGE, 0, 100 },
{ "minus", "CONTENT_LENGTH=-1", 10, PARAM_INVALID, 0, 0 },
{ "plus", "CONTENT_LENGTH=+10", 10, PARAM_INVALID, 0, 0 },
{ "blank", "CONTENT_LENGTH= 10", 10, PARAM_INVALID, 0, 0 },
{ "joined", "CONTENT_LENGTH=10, 10", 10, PARAM_INVALID, 0, 0 },
{ "hexadecimal", "CONTENT_LENGTH=0x0a", 10, PARAM_INVALID, 0, 0 },
{ "a letter", "CONTENT_LENGTH=ten", 10, PARAM_INVALID, 0, 0 },
{ "chunked", "HTTP_TRANSFER_ENCODING=chunked", 10, OK, 10, 10 },
{ "chunked, empty", "HTTP_TRANSFER_ENCODING=chunked", 0, OK, 0, 0 },
{ "chunked, exactly the cap", "HTTP_TRANSFER_ENCODING=chunked", 65536, OK,
    65536, 65536 },
{ "chunked, above the cap", "HTTP_TRANSFER_ENCODING=chunked", 65537,
    BODY_TOO_LARGE, 0, 65537 },
{ "chunked, far above: bounded", "HTTP_TRANSFER_ENCODING=chunked", 3 << 20,
    BODY_TOO_LARGE, 0, (1 << 20) + 65537 },
{ "chunked and a length: the length", "HTTP_TRANSFER_ENCODING=chunked\n"
    "CONTENT_LENGTH=4", 10, OK, 4, 4 },
};

static const char *
too_slow(void *arg)
{
	(void)arg;
	return "slow";
}

/* A body that was given up, and one that nobody wants. */
static void
given_up(void)
{
	static const struct { const char *why, *env; size_t sent; bool cut,
	    fastcgi; enum outcome want; size_t taken; } u[] = {
	{ "given up: a byte short", "CONTENT_LENGTH=11", 10, true, true, BUSY,
	    10 },
	{ "given up: nothing sent", "CONTENT_LENGTH=11", 0, true, false, BUSY,
	    0 },
	{ "given up: chunked", "HTTP_TRANSFER_ENCODING=chunked", 10, true,
	    false, BUSY, 10 },
	{ "not given up, short", "CONTENT_LENGTH=11", 10, false, true,
	    PARAM_INVALID, 10 },
	{ "a FastCGI worker discards nothing", "CONTENT_LENGTH=65537", 65537,
	    false, true, BODY_TOO_LARGE, 0 },
	{ "nor of chunks", "HTTP_TRANSFER_ENCODING=chunked", 3 << 20, false,
	    true, BODY_TOO_LARGE, 65537 },
	};

	for (size_t i = 0; i < COUNT(u); i++) {
		struct caller c = { .left = u[i].sent };
		const struct io io = { .arg = &c, .read = give, .fastcgi =
		    u[i].fastcgi, .cut = u[i].cut ? too_slow : NULL };
		struct buf b = { .max = BODY_MAX + 2 };
		struct params p;

		params_scan(env_of(u[i].env), &p);
		ok(body_read(&p, &io, &b) == u[i].want, "%s", u[i].why);
		is_int(c.taken, u[i].taken, "%s: as much is taken", u[i].why);
		buf_free(&b);
	}
}

int
main(void)
{
	given_up();
	for (size_t i = 0; i < COUNT(t); i++) {
		struct caller c = { .left = t[i].sent };
		const struct io io = { .arg = &c, .read = give };
		struct buf b = { .max = BODY_MAX + 2 };
		struct params p;
		enum outcome e;

		params_scan(env_of(t[i].env), &p);
		e = body_read(&p, &io, &b);
		ok(e == t[i].want && (e != OK || b.len == t[i].got), "%s",
		    t[i].why);
		is_int(c.taken, t[i].taken, "%s: as much is taken", t[i].why);
		buf_free(&b);
	}
	return done();
}
