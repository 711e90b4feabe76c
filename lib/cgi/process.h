/* SPDX-License-Identifier: MIT */
/* process.h: a process that serves requests: one as CGI, many as FastCGI.
 *
 * A listening socket as descriptor 0 (or 3, from systemd) makes it FastCGI;
 * else REQUEST_METHOD in the environment makes it CGI.  As FastCGI each of
 * `workers` threads accepts by itself; SIGTERM, SIGINT or SIGUSR1 end the
 * process when the running requests are done.  A connection is closed after
 * its request: a kept one would pin a thread. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cgi/io.h"

struct process {
	const char	*name;
	int64_t		 workers, max_requests;
	int64_t		 request_timeout;	/* for reading one, ms */
	/* When the process is to leave by itself, start the program anew in
	 * its place, with the same socket.  A web server that has no copy of
	 * the socket (lighttpd) would refuse requests in between. */
	bool		 renew;
	void		*arg;
	/* A worker's own state, made in its thread; NULL: no memory. */
	void		*(*open)(void *arg);
	void		(*serve)(void *worker, const struct io *);
	void		(*close)(void *worker);
	/* Called when the reply has been sent, for what may take a while. */
	void		 (*after)(void *worker);
	/* Has something changed that only a new process would see?  Asked at
	 * most once a second. */
	bool		(*stale)(void *arg);
};

enum process_mode { MODE_NONE, MODE_CGI, MODE_FASTCGI };

/* What started us?  *fd is the listening socket of MODE_FASTCGI. */
enum process_mode process_mode(int *fd);

/* First thing in main(): umask, descriptors 0-2, no core dumps, variables that
 * libraries would obey taken out of the environment. */
void	process_harden(void);

/* How many descriptors this process may have open. */
int64_t	process_descriptors(void);

/* Serve one CGI request and exit the process: status 0 when the reply was
 * written, else 1. */
_Noreturn void	process_cgi(const struct process *);

/* Serve requests until told to stop; the exit status.  Does not return when
 * the program was started anew. */
int	process_fastcgi(const struct process *, int fd);

#endif
