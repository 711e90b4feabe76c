/* SPDX-License-Identifier: MIT */
/* wechat.c: auth.code2Session and nothing else, as fast as it can be played.
 *
 *   wechat DELAY		milliseconds until an answer; prints its port
 *
 * The stand-in of sandbox/ keeps codes in a store of its own, which costs more
 * than the login that is measured.  Here every code is good; the openid is the
 * code up to its first "-".  One request at a time on a connection, as libcurl
 * sends them. */
#include <config.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS	4096		/* descriptors, answers that wait */
#define REQUEST_MAX	2048
#define OPENID_LEN	64

struct answer {
	int64_t	due;			/* ns */
	int	fd;
	char	openid[OPENID_LEN + 1];
};

/* The delay is the same for all, so they fall due in the order they came. */
static struct answer queue[CONNECTIONS];
static size_t first, waiting;
static struct {
	char	text[REQUEST_MAX + 1];
	size_t	n;
} request[CONNECTIONS];

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
send_answer(const struct answer *a)
{
	char body[OPENID_LEN + 128], text[sizeof(body) + 128];
	int n;

	n = snprintf(body, sizeof(body), "{\"openid\":\"%s\","
	    "\"session_key\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}", a->openid);
	n = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    n, body);
	/* a peer that has gone is no concern of ours */
	(void)!send(a->fd, text, (size_t)n, MSG_NOSIGNAL);
}

static void
send_due(int timer)
{
	const int64_t at = now();
	struct itimerspec next = { .it_value = { 0, 0 } };

	for (; waiting > 0 && queue[first].due <= at; waiting--) {
		send_answer(&queue[first]);
		first = (first + 1) % CONNECTIONS;
	}
	if (waiting > 0) {
		next.it_value.tv_sec = queue[first].due / 1000000000;
		next.it_value.tv_nsec = queue[first].due % 1000000000;
		timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
	}
}

/* Queue the answer to a whole request. */
static void
take(int fd, int64_t delay)
{
	struct answer *a = &queue[(first + waiting) % CONNECTIONS];
	const char *code = strstr(request[fd].text, "js_code=");
	size_t n;

	if (code == NULL || waiting == CONNECTIONS) {
		shutdown(fd, SHUT_RDWR);
		return;
	}
	code += strlen("js_code=");
	n = strcspn(code, "-& ");
	if (n > OPENID_LEN)
		n = OPENID_LEN;
	memcpy(a->openid, code, n);
	a->openid[n] = '\0';
	a->fd = fd;
	a->due = now() + delay;
	waiting++;
	request[fd].n = 0;
}

static void
receive(int fd, int64_t delay)
{
	ssize_t n = recv(fd, request[fd].text + request[fd].n,
	    REQUEST_MAX - request[fd].n, 0);

	if (n <= 0) {
		request[fd].n = 0;
		close(fd);
		return;
	}
	request[fd].n += (size_t)n;
	request[fd].text[request[fd].n] = '\0';
	if (strstr(request[fd].text, "\r\n\r\n") != NULL)
		take(fd, delay);
}

static void
watch(int epoll, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data = { .fd = fd } };

	if (fd < 0 || fd >= CONNECTIONS ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
		exit(1);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&a, len) == -1 ||
	    listen(fd, 1024) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		exit(1);
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char *argv[])
{
	const int64_t delay = argc > 1 ? strtol(argv[1], NULL, 10) * 1000000 :
	    0;
	const int one = 1, listener = listen_somewhere(),
	    epoll = epoll_create1(0),
	    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct epoll_event ev[64];
	uint64_t ticks;
	int i, n, fd;

	watch(epoll, listener);
	watch(epoll, timer);
	for (;;) {
		n = epoll_wait(epoll, ev, 64, -1);
		for (i = 0; i < n; i++) {
			if ((fd = ev[i].data.fd) == timer) {
				(void)!read(timer, &ticks, sizeof(ticks));
				continue;
			}
			if (fd != listener) {
				receive(fd, delay);
				continue;
			}
			fd = accept(listener, NULL, NULL);
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
			    sizeof(one));
			watch(epoll, fd);
		}
		send_due(timer);
	}
}
