/* SPDX-License-Identifier: MIT */
/* connection.h: one connection of a FastCGI web server, by libfcgi: a request
 * is read from it, served, and the connection is closed.
 *
 * FCGI_KEEP_CONN is not honoured.  A kept connection is closed some day, by a
 * timeout or when the process leaves, and the web server that sends a request
 * at this very moment answers 502: it can't know whether it was served. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <fcgiapp.h>

#include "cgi/watch.h"

struct process;

struct connection {
	struct reading	*reading;
	int64_t		 timeout;	/* for reading a request, ms */
	FCGX_Request	 fr;
};

/* Read a request from an accepted socket, parameters and all.  False: there
 * was none in time.  Takes the descriptor, and closes it when it is false. */
bool	connection_read(struct connection *, int fd);

/* Serve the request, close the connection. */
void	connection_serve(struct connection *, const struct process *,
	    void *worker);

#endif
