/* SPDX-License-Identifier: MIT */
/* fastcgi.c: threads that serve a FastCGI socket, and their orderly stop.
 *
 * The listening socket does not block, and each worker waits in an epoll of
 * its own for it (EPOLLEXCLUSIVE: one is woken) and for the stop event.  So no
 * thread can be stuck in accept(), and no signal ever interrupts a request:
 * libfcgi would take a read() that a signal ended for the end of the body. */
#include <config.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/file.h"
#include "cgi/process.h"

#define STOP_MORE	64	/* requests a worker still serves at the end */
#define STOP_GRACE	2000	/* ms for a connection that says nothing */
#define STOP_MAX	60000	/* ms for a request that runs */
#define STACK	((size_t)256 << 10)	/* of a worker, bytes */

/* What all workers of the process see. */
struct pool {
	const struct process	*process;
	int			 fd;		/* listening socket */
	int			 stop;		/* eventfd: readable to stop */
	char			 path[FILE_PATH_MAX];	/* of the program */
	struct stat		 binary;	/* as it was at start */
	atomic_llong		 served;
	atomic_llong		 looked;	/* s, for `stale` */
	atomic_bool		 failed;
	atomic_bool		 leaving;	/* by itself */
	atomic_int		 serving;	/* requests that run now */
};

/* ---- transport */

static size_t
fastcgi_read(void *arg, char *p, size_t n)
{
	FCGX_Request *fr = arg;
	const int got = FCGX_GetStr(p, (int)n, fr->in);	/* n <= 4096 */

	return got < 0 ? 0 : (size_t)got;
}

static bool
fastcgi_write(void *arg, const char *p, size_t n)
{
	FCGX_Request *fr = arg;

	return FCGX_PutStr(p, (int)n, fr->out) == (int)n;
}

static void
fastcgi_log(void *arg, const char *p, size_t n)
{
	FCGX_Request *fr = arg;

	(void)FCGX_PutStr(p, (int)n, fr->err);
}

static void
serve_one(const struct process *p, void *worker, FCGX_Request *fr)
{
	const struct io io = { fr, fr->envp, true, fastcgi_read,
	    fastcgi_write, fastcgi_log };

	p->serve(worker, &io);
	FCGX_Finish_r(fr);
	FCGX_Free(fr, 1);		/* closes a connection to be kept */
	p->after(worker);
}

/* ---- leaving */

/* Has the program's file been replaced?  A deleted one counts. */
static bool
binary_changed(const struct pool *pool)
{
	struct stat st;

	if (pool->binary.st_ino == 0)
		return false;
	return stat(pool->path, &st) != 0 ||
	    st.st_ino != pool->binary.st_ino ||
	    st.st_mtim.tv_sec != pool->binary.st_mtim.tv_sec;
}

static bool
should_leave(struct pool *pool)
{
	const struct process *p = pool->process;
	long long now = clock_ms() / 1000, looked;

	if (atomic_fetch_add(&pool->served, 1) + 1 >= p->max_requests)
		return true;
	looked = atomic_load(&pool->looked);
	if (now == looked ||
	    !atomic_compare_exchange_strong(&pool->looked, &looked, now))
		return false;
	return binary_changed(pool) || p->stale(p->arg);
}

static void
stop(struct pool *pool)
{
	const uint64_t one = 1;

	if (write(pool->stop, &one, sizeof(one)) != sizeof(one))
		abort();	/* only an overflow of 2^64 could */
}

/* ---- workers */

enum wait { WAIT_REQUEST, WAIT_STOP };

/* Sleep until a connection may be there, or it is time to stop. */
static enum wait
wait_for(struct pool *pool, int epoll)
{
	struct epoll_event ev[2];
	int i, n;

	n = epoll_wait(epoll, ev, 2, -1);
	for (i = 0; i < n; i++)
		if (ev[i].data.fd == pool->stop)
			return WAIT_STOP;
	return WAIT_REQUEST;
}

static int
make_epoll(const struct pool *pool)
{
	struct epoll_event listen = { .events = EPOLLIN | EPOLLEXCLUSIVE,
	    .data = { .fd = pool->fd } };
	struct epoll_event stopped = { .events = EPOLLIN,
	    .data = { .fd = pool->stop } };
	const int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, pool->fd, &listen) == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, pool->stop, &stopped) == -1)
		return -1;
	return epoll;
}

/* What FCGX_Accept_r() returned, when it is no request. */
static bool
accept_again(const struct pool *pool, int rc)
{
	switch (-rc) {
	case EAGAIN: case EINTR:
		return true;
	case EMFILE: case ENFILE: case ENOMEM: case ENOBUFS:
		/* The connection stays queued; give others time to end. */
		usleep(10000);
		return true;
	}
	fprintf(stderr, "%s: accept: error %d\n", pool->process->name, rc);
	return false;
}

enum accepted { ACCEPT_SERVED, ACCEPT_NOTHING, ACCEPT_BROKEN };

/* Accept one connection, if there is one, and serve it. */
static enum accepted
serve_next(struct pool *pool, void *worker, FCGX_Request *fr)
{
	int rc;

	errno = 0;
	if ((rc = FCGX_Accept_r(fr)) != 0)
		return accept_again(pool, rc) ? ACCEPT_NOTHING : ACCEPT_BROKEN;
	atomic_fetch_add(&pool->serving, 1);
	serve_one(pool->process, worker, fr);
	atomic_fetch_sub(&pool->serving, 1);
	if (should_leave(pool)) {
		atomic_store(&pool->leaving, true);
		stop(pool);
	}
	return ACCEPT_SERVED;
}

/* Accept one connection per wake-up: a second accept() would take the
 * connection that another thread was woken for.  After a stop, serve what is
 * still queued, or it would be lost; at most STOP_MORE requests, since new
 * ones may keep arriving. */
static bool
serve_all(struct pool *pool, int epoll, void *worker, FCGX_Request *fr)
{
	enum accepted a = ACCEPT_NOTHING;
	int more = STOP_MORE;

	while (a != ACCEPT_BROKEN && wait_for(pool, epoll) == WAIT_REQUEST)
		a = serve_next(pool, worker, fr);
	while (a != ACCEPT_BROKEN && more-- > 0)
		if ((a = serve_next(pool, worker, fr)) == ACCEPT_NOTHING)
			break;
	return a != ACCEPT_BROKEN;
}

static void *
worker_main(void *arg)
{
	struct pool *pool = arg;
	const struct process *p = pool->process;
	FCGX_Request fr;
	const int epoll = make_epoll(pool);
	void *worker = p->open(p->arg);
	bool ok = epoll != -1 && worker != NULL &&
	    FCGX_InitRequest(&fr, pool->fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0;

	if (ok)
		ok = serve_all(pool, epoll, worker, &fr);
	if (!ok) {
		atomic_store(&pool->failed, true);
		stop(pool);
	}
	if (worker != NULL)
		p->close(worker);
	if (epoll != -1)
		close(epoll);
	return NULL;
}

static void
start(struct pool *pool, pthread_t *threads, int64_t *started)
{
	pthread_attr_t attr;
	int64_t i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (i = 0; i < pool->process->workers; i++)
		if (pthread_create(&threads[i], &attr, worker_main, pool) != 0)
			break;		/* fewer will do; none will not */
	*started = i;
	pthread_attr_destroy(&attr);
}

/* Wait for a signal, or for a worker that stopped the pool. */
static void
wait_for_stop(struct pool *pool, const sigset_t *signals)
{
	const int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = { .events = EPOLLIN };
	int n;

	if (epoll == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, pool->stop, &ev) == -1)
		return;
	/* epoll_pwait: the signals come in here and nowhere else */
	while ((n = epoll_pwait(epoll, &ev, 1, -1, signals)) == -1 &&
	    errno != EINTR)
		;
	close(epoll);
	stop(pool);
}

/* Wait for the workers: up to STOP_MAX for a running request, up to STOP_GRACE
 * for a peer that connected and sends nothing (libfcgi would wait forever).
 * False: some still run, and exit() has to end them. */
static bool
join(const struct pool *pool, const pthread_t *threads, int64_t n)
{
	const int64_t start = clock_ms();
	struct timespec until;
	int64_t i, waited;
	void *ignored;

	for (i = 0; i < n;) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 50000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		if (pthread_timedjoin_np(threads[i], &ignored, &until) == 0) {
			i++;
			continue;
		}
		waited = clock_ms() - start;
		if (waited > STOP_MAX || (waited > STOP_GRACE &&
		    atomic_load(&pool->serving) == 0))
			return false;
	}
	return true;
}

static void
on_signal(int signal)
{
	(void)signal;		/* epoll_pwait() returns; that is all */
}

static void
catch_signals(sigset_t *during_wait)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGUSR1 };
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	for (i = 0; i < COUNT(ends); i++) {
		sigaddset(&blocked, ends[i]);
		sigaction(ends[i], &(struct sigaction){ .sa_handler =
		    on_signal }, NULL);
	}
	pthread_sigmask(SIG_BLOCK, &blocked, during_wait);
	for (i = 0; i < COUNT(ends); i++)
		sigdelset(during_wait, ends[i]);
	signal(SIGPIPE, SIG_IGN);	/* libfcgi set its own handler */
}

static void
find_binary(struct pool *pool)
{
	if (!file_program(pool->path) || stat(pool->path, &pool->binary) == -1)
		pool->binary.st_ino = 0;
}

/* The program anew, in this process: the socket stays open all the time. */
static void
renew(const struct pool *pool, const sigset_t *signals)
{
	char *argv[] = { (char *)(uintptr_t)pool->path, NULL };

	fcntl(pool->fd, F_SETFD, 0);
	close_range(pool->fd < 3 ? 3 : (unsigned)pool->fd + 1, ~0U, 0);
	pthread_sigmask(SIG_SETMASK, signals, NULL);
	execv(pool->path, argv);
	/* No program there any more: leave like others. */
}

int
process_fastcgi(const struct process *p, int fd)
{
	struct pool pool = { .process = p, .fd = fd };
	pthread_t *threads = calloc((size_t)p->workers, sizeof(*threads));
	int64_t started = 0;
	sigset_t during_wait;

	pool.stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (threads == NULL || pool.stop == -1 || FCGX_Init() != 0) {
		fprintf(stderr, "%s: can't start\n", p->name);
		free(threads);
		return EXIT_FAILURE;
	}
	find_binary(&pool);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	catch_signals(&during_wait);
	start(&pool, threads, &started);
	if (started > 0)
		wait_for_stop(&pool, &during_wait);
	if (p->renew && atomic_load(&pool.leaving) &&
	    !atomic_load(&pool.failed)) {
		(void)join(&pool, threads, started);
		renew(&pool, &during_wait);
		_exit(EXIT_SUCCESS);
	}
	if (!join(&pool, threads, started))
		_exit(atomic_load(&pool.failed) ? EXIT_FAILURE : EXIT_SUCCESS);
	close(pool.stop);
	free(threads);
	return started > 0 && !atomic_load(&pool.failed) ? EXIT_SUCCESS :
	    EXIT_FAILURE;
}
