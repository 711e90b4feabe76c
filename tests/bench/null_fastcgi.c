/* SPDX-License-Identifier: MIT */
/* null_fastcgi.c: the FastCGI responder that does nothing, as fast as libfcgi
 * lets it: what checksession is measured against.
 *
 * NULL_WORKERS threads (4) accept by themselves; the reply has the size of
 * checksession's. */
#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <fcgiapp.h>

#define REPLY_BODY	288	/* bytes, like a userInfo without names */

static void *
serve(void *arg)
{
	static const char head[] = "Status: 200\r\n"
	    "Content-Type: application/json; charset=utf-8\r\n"
	    "Content-Length: 288\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: 00000000000000000000000000000000\r\n\r\n";
	char reply[sizeof(head) - 1 + REPLY_BODY];
	FCGX_Request fr;

	(void)arg;
	memcpy(reply, head, sizeof(head) - 1);
	memset(reply + sizeof(head) - 1, ' ', REPLY_BODY);
	if (FCGX_InitRequest(&fr, 0, 0) != 0)
		return NULL;
	while (FCGX_Accept_r(&fr) == 0) {
		FCGX_PutStr(reply, sizeof(reply), fr.out);
		FCGX_Finish_r(&fr);
	}
	return NULL;
}

int
main(void)
{
	const char *workers = getenv("NULL_WORKERS");
	long i, n = workers == NULL ? 4 : strtol(workers, NULL, 10);
	pthread_t thread;

	if (FCGX_Init() != 0)
		return 1;
	for (i = 1; i < n; i++)
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			return 1;
	serve(NULL);
	return 0;
}
