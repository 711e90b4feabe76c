/* SPDX-License-Identifier: MIT */
/* serve.h: one request, from a transport to a reply. */
#ifndef SERVE_H
#define SERVE_H

struct io;
struct worker;

/* Serve one request of the worker's program: read it from `io`, write the
 * reply and the log line, leave nothing behind.  Always replies. */
void	serve(struct worker *, const struct io *);

#endif
