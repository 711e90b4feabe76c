/* SPDX-License-Identifier: MIT */
/* fastcgi.c: threads that serve a FastCGI socket, and their orderly stop.
 *
 * The listening socket does not block, and each worker waits in an epoll of
 * its own for it (EPOLLEXCLUSIVE: one is woken) and for the stop event.  So no
 * thread can be stuck in accept(), and no signal interrupts a request but the
 * one that is meant to (watch.h): libfcgi takes a read() that a signal ended
 * for the end of the body. */
#include <config.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "cgi/connection.h"
#include "cgi/process.h"
#include "cgi/renew.h"
#include "cgi/watch.h"

#define STOP_MORE	64	/* requests a worker still serves at the end */
#define RENEW_SOON	100	/* ms for running requests */
#define STOP_GRACE	2000	/* ms for a connection that says nothing */
#define STOP_MAX	60000	/* ms for a request that runs */
#define STACK	((size_t)256 << 10)	/* of a worker, bytes */

/* What all workers of the process see. */
struct pool {
	const struct process	*process;
	int			 fd;		/* listening socket */
	int			 stop;		/* eventfd: readable to stop */
	struct binary		 binary;	/* as it was at start */
	struct watch		 watch;
	atomic_llong		 joined;	/* workers so far */
	atomic_llong		 served;
	atomic_llong		 looked;	/* s, for `stale` */
	atomic_bool		 failed;
	atomic_bool		 leaving;	/* by itself */
	atomic_int		 serving;	/* requests that run now */
};

/* ---- leaving */

static void
stop(struct pool *pool)
{
	const uint64_t one = 1;

	if (write(pool->stop, &one, sizeof(one)) != sizeof(one))
		abort();	/* only an overflow of 2^64 could */
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
	return binary_changed(&pool->binary) || p->stale(p->arg);
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

enum accepted { ACCEPT_SERVED, ACCEPT_NOTHING, ACCEPT_BROKEN };

/* What accept() failed with. */
static enum accepted
not_accepted(const struct pool *pool, int error)
{
	switch (error) {
	case EBADF: case EFAULT: case EINVAL: case ENOTSOCK: case EOPNOTSUPP:
		fprintf(stderr, "%s: accept: %s\n", pool->process->name,
		    strerror(error));
		return ACCEPT_BROKEN;
	case EMFILE: case ENFILE: case ENOMEM: case ENOBUFS:
		/* The connection stays queued; give others time to end. */
		clock_sleep_ms(10);
		break;
	}
	return ACCEPT_NOTHING;
}

/* Accept one connection, if there is one, and serve it. */
static enum accepted
serve_next(struct pool *pool, struct connection *c, void *worker)
{
	const int fd = accept4(pool->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd == -1)
		return not_accepted(pool, errno);
	/* Fails on a Unix socket, which needs it not. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 },
	    sizeof(int));
	if (!connection_read(c, fd))
		return ACCEPT_SERVED;
	atomic_fetch_add(&pool->serving, 1);
	connection_serve(c, pool->process, worker);
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
serve_all(struct pool *pool, struct connection *c, int epoll, void *worker)
{
	enum accepted a = ACCEPT_NOTHING;
	int more = STOP_MORE;

	while (a != ACCEPT_BROKEN && wait_for(pool, epoll) == WAIT_REQUEST)
		a = serve_next(pool, c, worker);
	while (a != ACCEPT_BROKEN && more-- > 0)
		if ((a = serve_next(pool, c, worker)) == ACCEPT_NOTHING)
			break;
	return a != ACCEPT_BROKEN;
}

static void *
worker_main(void *arg)
{
	struct pool *pool = arg;
	const struct process *p = pool->process;
	struct connection c = { .timeout = p->request_timeout, .reading =
	    &pool->watch.readings[atomic_fetch_add(&pool->joined, 1)] };
	const int epoll = make_epoll(pool);
	void *worker = p->open(p->arg);

	reading_join(c.reading);
	if (epoll == -1 || worker == NULL ||
	    !serve_all(pool, &c, epoll, worker)) {
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

static volatile sig_atomic_t told;	/* by a signal, to end */

/* Wait for a signal, or for a worker that stopped the pool; meanwhile cut off
 * those who read for too long. */
static void
wait_for_stop(struct pool *pool, const sigset_t *signals)
{
	const int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev[2] = {
		{ .events = EPOLLIN, .data = { .fd = pool->stop } },
		{ .events = EPOLLIN, .data = { .fd = pool->watch.wake } },
	};
	int n, ms = -1;

	if (epoll == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, pool->stop, &ev[0]) == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, pool->watch.wake,
	    &ev[1]) == -1)
		return;
	/* epoll_pwait: the signals come in here and nowhere else.  EINTR
	 * without one of ours: we were halted (SIGSTOP), and go on. */
	do {
		n = epoll_pwait(epoll, ev, 1, ms, signals);
		if (n >= 0)
			ms = watch_look(&pool->watch);
	} while (!told && (n == 0 || (n > 0 && ev[0].data.fd != pool->stop) ||
	    (n < 0 && errno == EINTR)));
	close(epoll);
	stop(pool);
}

/* Wait for the workers: up to `most` ms for a running request, up to
 * STOP_GRACE for a peer that connected and sends nothing (libfcgi would wait
 * forever).  *done: those that have ended.  False: some still run, and exit()
 * has to end them. */
static bool
join(struct pool *pool, const pthread_t *threads, int64_t n, int64_t *done,
    int64_t most)
{
	const int64_t start = clock_ms();
	struct timespec until;
	int64_t waited;
	void *ignored;

	while (*done < n) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 50000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		if (pthread_timedjoin_np(threads[*done], &ignored,
		    &until) == 0) {
			++*done;
			continue;
		}
		(void)watch_look(&pool->watch);
		waited = clock_ms() - start;
		if (waited > most || (waited > STOP_GRACE &&
		    atomic_load(&pool->serving) == 0))
			return false;
	}
	return true;
}

static void
on_signal(int signal)
{
	(void)signal;
	told = 1;		/* and epoll_pwait() returns */
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

/* The program anew in this process: the web server that started it knows it by
 * its id.  While a request is still running, a child serves the others. */
static void
renew(struct pool *pool, const pthread_t *threads, int64_t n)
{
	pid_t stand_in = -1;
	int64_t done = 0;

	if (!join(pool, threads, n, &done, RENEW_SOON)) {
		stand_in = binary_start(&pool->binary, pool->fd);
		(void)join(pool, threads, n, &done, STOP_MAX);
	}
	binary_execute(&pool->binary, pool->fd, stand_in);
}

int
process_fastcgi(const struct process *p, int fd)
{
	struct pool pool = { .process = p, .fd = fd };
	pthread_t *threads = calloc((size_t)p->workers, sizeof(*threads));
	int64_t started = 0, done = 0;
	sigset_t during_wait;

	pool.stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (threads == NULL || pool.stop == -1 || FCGX_Init() != 0 ||
	    !watch_init(&pool.watch, p->workers)) {
		fprintf(stderr, "%s: can't start\n", p->name);
		free(threads);
		return EXIT_FAILURE;
	}
	binary_find(&pool.binary);
	binary_stand_in();
	binary_relieve();
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	catch_signals(&during_wait);
	start(&pool, threads, &started);
	if (started > 0)
		wait_for_stop(&pool, &during_wait);
	if (p->renew && !told && atomic_load(&pool.leaving) &&
	    !atomic_load(&pool.failed)) {
		renew(&pool, threads, started);
		_exit(EXIT_SUCCESS);
	}
	if (!join(&pool, threads, started, &done, STOP_MAX))
		_exit(atomic_load(&pool.failed) ? EXIT_FAILURE : EXIT_SUCCESS);
	watch_free(&pool.watch);
	close(pool.stop);
	free(threads);
	return started > 0 && !atomic_load(&pool.failed) ? EXIT_SUCCESS :
	    EXIT_FAILURE;
}
