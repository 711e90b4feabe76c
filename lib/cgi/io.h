/* SPDX-License-Identifier: MIT */
/* io.h: where a request comes from: CGI, FastCGI, or a test's buffers. */
#ifndef IO_H
#define IO_H

#include <stdbool.h>
#include <stddef.h>

struct io {
	void	*arg;
	char	**envp;		/* "NAME=value" strings, NULL-terminated */
	bool	 fastcgi;
	/* Up to n bytes of the body; fewer means that it has ended, or that
	 * reading was given up: then cut() says why. */
	size_t	(*read)(void *arg, char *, size_t n);
	/* The whole reply, once.  False: the caller has gone. */
	bool	(*write)(void *arg, const char *, size_t n);
	/* One log line, newline included, to the web server's error log. */
	void	(*log)(void *arg, const char *, size_t n);
	/* Why reading was given up, a sentence; NULL: it was not.  May be
	 * absent. */
	const char *(*cut)(void *arg);
};

#endif
