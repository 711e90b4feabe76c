/* SPDX-License-Identifier: MIT */
/* serve.h: one request, from a transport to a reply. */
#ifndef SERVE_H
#define SERVE_H

#include <stdbool.h>

struct io;
struct program;
struct worker;

/* Serve one request of the worker's program: read it from `io`, write the
 * reply and the log line, leave nothing behind.  Always replies. */
void	serve(struct worker *, const struct io *);

/* Is the program asked for what it is: as responder, or as a guard when it is
 * one?  serve() answers 503 when it is not. */
bool	serve_fits(const struct program *, const struct io *);

#endif
