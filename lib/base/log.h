/* SPDX-License-Identifier: MIT */
/* log.h: one JSON line per request; the rest is a cause told once.
 *
 * A worker has a struct log.  The place that knows why something failed calls
 * FAIL() and returns what it gives: the outcome goes up unchanged, the cause
 * stays here until the request's line is written.  Nothing secret is ever an
 * argument of FAIL(): no token, code, key, AppSecret, phone number; no URL of
 * a call to WeChat. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"
#include "cgi/io.h"

struct conf;

struct log {
	const char	*program;
	int64_t		 level;		/* enum log_level */
	int		 fd;		/* of log_file; -1: io, or stderr */
	bool		 syslog;
	const struct io	*io;		/* of the running request, or NULL */
	char		 cause[CAUSE_MAX];	/* first cause; "": none */
	int64_t		 wechat_ms;	/* spent on WeChat by this request */
};

/* What the request's line says besides; strings may be NULL. */
struct log_request {
	const char	*request_id, *method, *code, *appid, *user, *client;
	int		 status;
	int64_t		 ms;
};

/* `conf` may be NULL (it is broken): then all goes to stderr or the request's
 * error stream. */
void	log_open(struct log *, const char *program, const struct conf *conf);
void	log_close(struct log *);

/* Remember the cause of a failure, if it is the request's first, and return
 * `o`.  Outside of a request the cause is kept for log_event(). */
#define FAIL(log, o, ...)						\
	(log_cause((log), __FILE__, __LINE__, __VA_ARGS__), \
	    (enum outcome)(o))
void	log_cause(struct log *, const char *file, int line,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A failure that was mended since: its cause need not be told. */
void	log_forget(struct log *);

/* A line that belongs to no request: start, stop, configuration.  The text is
 * split at newlines into a line each. */
void	log_event(struct log *, int64_t level, const char *text);

/* The line of a request; empties cause and wechat_ms. */
void	log_request(struct log *, const struct log_request *);

#endif
