/* SPDX-License-Identifier: MIT */
/* https.c: a call that can't be made is told from one that is not answered. */
#include <config.h>

#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "tests/unit/tap.h"
#include "wechat/https.h"

/* A port of this host that nobody listens on: bound, and not listened on. */
static int
silent_port(char url[64])
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		printf("Bail out! no port\n");
		return -1;
	}
	snprintf(url, 64, "http://127.0.0.1:%u/", ntohs(a.sin_port));
	return fd;
}

int
main(void)
{
	const struct conf conf = { .wechat_connect_timeout = 2000 };
	struct http_call call = { .request_id = "id", .timeout = 2000 };
	struct buf reply = { .max = 1024 };
	struct rlimit limit;
	char url[64];
	const char *why = "";
	const int port = silent_port(url);
	struct http *h = http_open(&conf);
	long status;
	int fd, highest = -1;

	if (port == -1 || h == NULL || getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 99;
	call.url = url;
	is_int(http_call(h, &call, &reply, &status, &why), HTTP_FAILED,
	    "nobody listens: the call failed");
	limit.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fd = dup(port)) != -1)
		highest = fd;
	is_int(http_call(h, &call, &reply, &status, &why),
	    HTTP_NO_DESCRIPTORS, "no descriptor is left: that is our fault");
	ok(strstr(why, "ulimit -n") != NULL, "and it says what to do");
	close(highest);
	is_int(http_call(h, &call, &reply, &status, &why), HTTP_FAILED,
	    "with one more it is the network's again");
	http_close(h);
	buf_free(&reply);
	return done();
}
