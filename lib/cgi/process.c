/* SPDX-License-Identifier: MIT */
/* process.c: what a process does once, and the CGI transport (RFC 3875). */
#include <config.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/text.h"
#include "cgi/process.h"

extern char **environ;

static bool
listening(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

/* sd_listen_fds(3): one socket as descriptor 3, meant for this process. */
static bool
from_systemd(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n;

	return pid != NULL && fds != NULL && digits_parse(pid, &n) &&
	    n == getpid() && strcmp(fds, "1") == 0 && listening(3);
}

enum process_mode
process_mode(int *fd)
{
	*fd = 0;
	if (listening(0))
		return MODE_FASTCGI;
	if (from_systemd()) {
		*fd = 3;
		return MODE_FASTCGI;
	}
	return getenv("REQUEST_METHOD") != NULL ? MODE_CGI : MODE_NONE;
}

int64_t
process_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return INT64_MAX;
	return (int64_t)limit.rlim_cur;
}

/* The usual soft limit of 1024 is for programs that select(2); a few hundred
 * workers need more.  We may go up to the hard limit. */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= DESCRIPTORS_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max :
	    DESCRIPTORS_MAX;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

void
process_harden(void)
{
	/* libcurl and OpenSSL would obey these, and a client's header can
	 * become HTTP_PROXY. */
	static const char *const out[] = { "http_proxy", "https_proxy",
	    "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
	    "NO_PROXY", "SSLKEYLOGFILE", "OPENSSL_CONF", "CURL_HOME",
	    "SQLITE_TMPDIR" };
	struct stat st;
	size_t i;
	int fd;

	umask(077);
	/* A missing 0, 1 or 2 would become the database's descriptor. */
	for (fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) == -1 && errno == EBADF &&
		    open("/dev/null", O_RDWR) != fd)
			abort();
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	raise_descriptors();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	for (i = 0; i < COUNT(out); i++)
		unsetenv(out[i]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* the host limits file sizes */
}

/* ---- CGI */

struct run {
	int64_t	deadline;	/* for the body, clock_ms() */
	bool	late, answered;
};

/* False: nothing came before the deadline. */
static bool
wait_readable(struct run *r)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left;
	int rc;

	do {
		left = r->deadline - clock_ms();
		rc = left > 0 ? poll(&fd, 1, (int)left) : 0;
	} while (rc == -1 && errno == EINTR);
	r->late = rc == 0;
	return rc != 0;
}

static size_t
cgi_read(void *arg, char *p, size_t n)
{
	size_t done = 0;
	ssize_t got;

	while (done < n && wait_readable(arg)) {
		got = read(STDIN_FILENO, p + done, n - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

static bool
write_all(int fd, const char *p, size_t n)
{
	ssize_t done;

	while (n > 0) {
		done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool
cgi_write(void *arg, const char *p, size_t n)
{
	struct run *r = arg;

	r->answered = write_all(STDOUT_FILENO, p, n);
	return r->answered;
}

static void
cgi_log(void *arg, const char *p, size_t n)
{
	(void)arg;
	(void)write_all(STDERR_FILENO, p, n);
}

static const char *
cgi_cut(void *arg)
{
	const struct run *r = arg;

	return r->late ? "the body did not come within request_timeout" : NULL;
}

void
process_cgi(const struct process *p)
{
	struct run r = { .deadline = clock_ms() + p->request_timeout };
	const struct io io = { &r, environ, false, cgi_read, cgi_write,
	    cgi_log, cgi_cut };
	void *worker = p->open(p->arg);
	int fd;

	if (worker == NULL)
		_exit(1);
	p->serve(worker, &io);
	/* The web server takes the end of these for the end of the reply. */
	if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) != -1) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	p->after(worker);
	/* Not closed: the last connection to close would delete the WAL, and
	 * the next run would make it anew. */
	_exit(r.answered ? 0 : 1);
}
