/* SPDX-License-Identifier: MIT */
/* connection.c: one connection of a FastCGI web server, by libfcgi. */
#include <config.h>

#include "cgi/connection.h"
#include "cgi/io.h"
#include "cgi/process.h"

/* libfcgi is given the connection as one that it kept, and no socket to accept
 * from: behind a peer that says nothing it would accept the next one, within
 * the time of the first. */
bool
connection_read(struct connection *c, int fd)
{
	bool ok;

	FCGX_InitRequest(&c->fr, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	c->fr.ipcFd = fd;
	c->fr.keepConnection = 1;
	reading_new(c->reading, c->timeout);
	reading_begin(c->reading);
	ok = FCGX_Accept_r(&c->fr) == 0;
	reading_end(c->reading);
	return ok;
}

static size_t
read_some(void *arg, char *p, size_t n)
{
	struct connection *c = arg;
	int got;

	reading_begin(c->reading);
	got = FCGX_GetStr(p, (int)n, c->fr.in);		/* n <= 4096 */
	reading_end(c->reading);
	return got < 0 ? 0 : (size_t)got;
}

/* A peer that takes no reply has as much time as one that sends nothing. */
static bool
write_all(void *arg, const char *p, size_t n)
{
	struct connection *c = arg;
	int done;

	reading_new(c->reading, c->timeout);
	reading_begin(c->reading);
	done = FCGX_PutStr(p, (int)n, c->fr.out);	/* n <= REPLY_MAX */
	reading_end(c->reading);
	return done == (int)n;
}

static void
log_line(void *arg, const char *p, size_t n)
{
	struct connection *c = arg;

	(void)FCGX_PutStr(p, (int)n, c->fr.err);
}

static const char *
why_cut(void *arg)
{
	static const char *const why[] = {
		[CUT_NOT] = NULL,
		[CUT_LATE] = "the body did not come within request_timeout",
		[CUT_CROWDED] = "the body comes slowly, as too many others do "
		    "at this moment",
	};
	const struct connection *c = arg;

	return why[reading_cut(c->reading)];
}

/* Finishing sends what is left of the reply.  Then libfcgi reads what the peer
 * still sends, until it closes: it may be within a body that nobody wants, and
 * would lose the reply when we closed first. */
void
connection_serve(struct connection *c, const struct process *p, void *worker)
{
	const struct io io = { c, c->fr.envp, true, read_some, write_all,
	    log_line, why_cut };

	p->serve(worker, &io);
	reading_new(c->reading, WATCH_SLOW);
	reading_begin(c->reading);
	FCGX_Finish_r(&c->fr);
	FCGX_Free(&c->fr, 1);		/* closes a connection to be kept */
	reading_end(c->reading);
	p->after(worker);
}
