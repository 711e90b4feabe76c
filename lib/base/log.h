/* SPDX-License-Identifier: MIT */
/* log.h: one JSON line per request, with the first cause of its failure.
 *
 * A worker has a struct log.  The place that knows why something failed calls
 * FAIL() and returns what it gives: the outcome goes up unchanged, the cause
 * stays here until the request's line is written.  Nothing secret is ever an
 * argument of FAIL(): no token, code, key, AppSecret, phone number; no URL of
 * a call to WeChat. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

/* Where lines go, and which. */
struct log_options {
	const char	*file;		/* a path or "syslog"; NULL: stderr */
	int64_t		 level;		/* enum log_level */
};

/* Who takes the lines of the running request: the web server's error log. */
struct log_sink {
	void	(*write)(void *arg, const char *line, size_t n);
	void	*arg;
};

struct log {
	const char	*program;
	int64_t		 level;		/* enum log_level */
	int		 fd;		/* -1: the sink, or stderr */
	bool		 syslog;
	struct log_sink	 sink;		/* .write is NULL between requests */
	char		 cause[CAUSE_MAX];	/* first cause; "": none */
	int64_t		 wechat_ms;	/* spent on WeChat by this request */
};

/* What the request's line says besides; strings may be NULL. */
struct log_request {
	const char	*request_id, *method, *code, *appid, *user, *client;
	int		 status;
	int64_t		 ms;
};

/* Without options (NULL) all levels go to stderr or the request's sink, as
 * they do when the file can't be opened, which is then logged. */
void	log_open(struct log *, const char *program,
	    const struct log_options *);
void	log_close(struct log *);

/* Remember the cause of a failure, if it is the request's first, and return
 * `o`.  Outside of a request the cause is kept for log_event(). */
#define FAIL(log, o, ...)						\
	(log_cause((log), __FILE__, __LINE__, __VA_ARGS__), \
	    (enum outcome)(o))
void	log_cause(struct log *, const char *file, int line,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The cause without the place in our source, for those who have no source. */
const char *log_plain(const char *cause);

/* A failure that was mended since: its cause need not be told. */
void	log_forget(struct log *);

/* A line that belongs to no request: start, stop, configuration.  The text is
 * split at newlines into a line each. */
void	log_event(struct log *, int64_t level, const char *text);

/* The line of a request; empties cause and wechat_ms. */
void	log_request(struct log *, const struct log_request *);

#endif
