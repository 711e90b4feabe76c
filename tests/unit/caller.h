/* SPDX-License-Identifier: MIT */
/* caller.h: a caller in memory: its environment and body go in, reply and log
 * lines come out. */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cgi/io.h"
#include "tests/unit/env.h"

struct caller {
	const char	*body;
	size_t		 left;
	unsigned	 reads, writes;
	char		 reply[70000], log[20000];
	size_t		 reply_len, log_len;
};

static inline size_t
caller_read(void *arg, char *p, size_t n)
{
	struct caller *c = arg;

	c->reads++;
	if (n > c->left)
		n = c->left;
	if (n > 0)
		memcpy(p, c->body, n);
	c->body += n;
	c->left -= n;
	return n;
}

static inline bool
caller_write(void *arg, const char *p, size_t n)
{
	struct caller *c = arg;

	c->writes++;
	if (n >= sizeof(c->reply))
		return false;
	memcpy(c->reply, p, n);
	c->reply[n] = '\0';
	c->reply_len = n;
	return true;
}

static inline void
caller_log(void *arg, const char *p, size_t n)
{
	struct caller *c = arg;

	if (n >= sizeof(c->log) - c->log_len)
		return;
	memcpy(c->log + c->log_len, p, n);
	c->log_len += n;
	c->log[c->log_len] = '\0';
}

static inline struct io
caller_io(struct caller *c, const char *env, const char *body, bool fastcgi)
{
	c->body = body;
	c->left = strlen(body);
	c->reads = c->writes = 0;
	c->reply[0] = c->log[0] = '\0';
	c->reply_len = c->log_len = 0;
	return (struct io){ c, env_of(env), fastcgi, caller_read,
	    caller_write, caller_log, NULL };
}

/* The body of the reply; "" when it has none. */
static inline const char *
caller_body(const struct caller *c)
{
	const char *s = strstr(c->reply, "\r\n\r\n");

	return s == NULL ? "" : s + 4;
}

/* Is `line` a whole header line of the reply? */
static inline bool
caller_header(const struct caller *c, const char *line)
{
	const char *head_end = strstr(c->reply, "\r\n\r\n");
	const size_t n = strlen(line);
	const char *s = c->reply;

	while (head_end != NULL && s != NULL && s <= head_end) {
		if (strncmp(s, line, n) == 0 && strncmp(s + n, "\r\n", 2) == 0)
			return true;
		if ((s = strstr(s, "\r\n")) != NULL)
			s += 2;
	}
	return false;
}

/* Does a header line of the reply begin so? */
static inline bool
caller_header_begins(const struct caller *c, const char *beginning)
{
	const char *head_end = strstr(c->reply, "\r\n\r\n");
	const char *s = c->reply;

	while (head_end != NULL && s != NULL && s <= head_end) {
		if (strncmp(s, beginning, strlen(beginning)) == 0)
			return true;
		if ((s = strstr(s, "\r\n")) != NULL)
			s += 2;
	}
	return false;
}

#endif
