/* SPDX-License-Identifier: MIT */
/* log.c: JSON lines to the web server's error log, a file, or syslog. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#define EVENT_MAX	((LOG_LINE_MAX - 256) / 6) /* of an event's text */

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
};

void
log_open(struct log *l, const char *program, const struct log_options *o)
{
	*l = (struct log){ .program = program, .level = LOG_LEVEL_INFO,
	    .fd = -1 };
	if (o == NULL)
		return;
	l->level = o->level;
	if (o->file == NULL)
		return;
	if (strcmp(o->file, "syslog") == 0) {
		l->syslog = true;
		openlog("wxlogin", LOG_PID, LOG_DAEMON);
		return;
	}
	l->fd = open(o->file,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (l->fd == -1) {
		log_cause(l, __FILE__, __LINE__, "log_file %s: %s",
		    o->file, strerror(errno));
		log_event(l, LOG_LEVEL_ERROR, l->cause);
		l->cause[0] = '\0';
	}
}

void
log_close(struct log *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
}

/* One write(2) a line, so that lines of several processes do not mix. */
static void
put_line(struct log *l, int priority, struct buf *b)
{
	ssize_t n;

	if (l->syslog) {
		if (!b->bad)
			syslog(priority, "%s", b->p);
		return;
	}
	buf_add(b, "\n", 1);
	if (b->bad)
		return;
	if (l->fd != -1)
		n = write(l->fd, b->p, b->len);
	else if (l->sink.write != NULL) {
		l->sink.write(l->sink.arg, b->p, b->len);
		n = 0;
	} else
		n = write(STDERR_FILENO, b->p, b->len);
	(void)n;	/* there is nowhere left to tell of it */
}

static void
put_time(struct buf *b)
{
	struct timespec ts;
	struct tm tm;
	char text[32];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	json_open(b, NULL);
	buf_fmt(b, "\"time\":\"%s.%03ldZ\"", text, ts.tv_nsec / 1000000);
}

/* Length of the longest prefix of s, at most `max` bytes, that does not split
 * a code point; text that is not UTF-8 is cut anywhere. */
static size_t
whole_prefix(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* Text that may not be UTF-8: then its odd bytes are shown as "?". */
static void
put_any(struct buf *b, const char *key, const char *s, size_t n)
{
	char copy[LOG_LINE_MAX];
	size_t i;

	if (utf8_valid(s, n, NULL)) {
		json_strn(b, key, s, n);
		return;
	}
	if (n > sizeof(copy))
		n = sizeof(copy);
	for (i = 0; i < n; i++)
		copy[i] = (unsigned char)s[i] < 0x80 ? s[i] : '?';
	json_strn(b, key, copy, n);
}

/* Text from outside: what is not UTF-8 is told as such. */
static void
put_text(struct buf *b, const char *key, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	if (strlen(s) > 256 || !utf8_valid(s, strlen(s), NULL))
		s = "(not shown)";
	json_str(b, key, s);
}

/* Length of s without a code point that was cut off at its end. */
static size_t
whole_length(const char *s)
{
	size_t n = strlen(s), back;

	for (back = 0; back < 4 && back <= n; back++)
		if (utf8_valid(s, n - back, NULL))
			return n - back;
	return n;
}

void
log_cause(struct log *l, const char *file, int line, const char *fmt, ...)
{
	const char *base = strrchr(file, '/');
	va_list ap;
	int n, m;

	if (l->cause[0] != '\0')
		return;
	n = snprintf(l->cause, sizeof(l->cause), "%s:%d: ",
	    base == NULL ? file : base + 1, line);
	va_start(ap, fmt);
	m = vsnprintf(l->cause + n, sizeof(l->cause) - (size_t)n, fmt, ap);
	va_end(ap);
	if (m > 0 && n + m >= (int)sizeof(l->cause))
		l->cause[whole_length(l->cause)] = '\0';
}

const char *
log_plain(const char *cause)
{
	const char *colon = strchr(cause, ':');
	size_t n;

	/* "file.c:12: " */
	if (colon == NULL || colon - cause <= 2 ||
	    memcmp(colon - 2, ".c", 2) != 0 ||
	    (n = strspn(colon + 1, "0123456789")) == 0 ||
	    strncmp(colon + 1 + n, ": ", 2) != 0)
		return cause;
	return colon + n + 3;
}

void
log_forget(struct log *l)
{
	l->cause[0] = '\0';
}

void
log_event(struct log *l, int64_t level, const char *text)
{
	static const int priority[] = { LOG_ERR, LOG_WARNING, LOG_INFO };
	char line[LOG_LINE_MAX];	/* told without memory, too */
	size_t n;

	if (level > l->level)
		return;
	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		struct buf b = BUF_FIXED(line);

		n = strcspn(text, "\n");
		put_time(&b);
		json_str(&b, "program", l->program);
		json_str(&b, "level", level_names[level]);
		/* an escape takes six bytes at the most */
		put_any(&b, "message", text,
		    whole_prefix(text, n, EVENT_MAX));
		json_close(&b);
		put_line(l, priority[level], &b);
		buf_free(&b);
	}
}

void
log_request(struct log *l, const struct log_request *r)
{
	const int64_t level = r->status >= 500 ? LOG_LEVEL_ERROR :
	    r->status >= 400 ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
	char line[LOG_LINE_MAX];	/* told without memory, too */
	struct buf b = BUF_FIXED(line);

	if (level <= l->level) {
		put_time(&b);
		json_str(&b, "program", l->program);
		json_str(&b, "request_id", r->request_id);
		put_text(&b, "method", r->method);
		json_str(&b, "code", r->code);
		json_int(&b, "status", r->status);
		json_int(&b, "ms", r->ms);
		if (l->wechat_ms > 0)
			json_int(&b, "wechat_ms", l->wechat_ms);
		put_text(&b, "appid", r->appid);
		put_text(&b, "user", r->user);
		put_text(&b, "client", r->client);
		put_text(&b, "field", r->field);
		if (l->cause[0] != '\0')
			put_any(&b, "cause", l->cause, strlen(l->cause));
		json_close(&b);
		put_line(l, r->status >= 500 ? LOG_ERR : LOG_INFO, &b);
		buf_free(&b);
	}
	l->cause[0] = '\0';
	l->wechat_ms = 0;
}
