/* SPDX-License-Identifier: MIT */
/* http.c: the stand-in as an HTTP server of its own, by libmicrohttpd.
 *
 * A thread a connection.  A request becomes the environment that a web server
 * would make of it, and the CGI response becomes HTTP again; so the rest of
 * the stand-in does not know the difference.  Here a fault can truly cut or
 * reset a connection. */
#include <config.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "cgi/io.h"
#include "sandbox/http.h"

#define ENV_MAX	16

/* A request on its way through. */
struct exchange {
	struct buf	 body, reply;
	size_t		 read;		/* of the body */
	char		*env[ENV_MAX + 1];
	size_t		 nenv;
};

/* ---- as an io */

static size_t
exchange_read(void *arg, char *p, size_t n)
{
	struct exchange *x = arg;
	const size_t left = x->body.len - x->read;

	n = n < left ? n : left;
	if (n > 0)
		memcpy(p, x->body.p + x->read, n);
	x->read += n;
	return n;
}

static bool
exchange_write(void *arg, const char *p, size_t n)
{
	struct exchange *x = arg;

	buf_add(&x->reply, p, n);
	return !x->reply.bad;
}

static void
exchange_log(void *arg, const char *p, size_t n)
{
	(void)arg;
	fwrite(p, 1, n, stderr);
}

static void
set_env(struct exchange *x, const char *name, const char *value)
{
	if (value == NULL || x->nenv == ENV_MAX)
		return;
	if (asprintf(&x->env[x->nenv], "%s=%s", name, value) != -1)
		x->nenv++;
}

static enum MHD_Result
add_query(void *arg, enum MHD_ValueKind kind, const char *key,
    const char *value)
{
	struct buf *b = arg;

	/* Values are decoded here and were encoded in the query: all that
	 * tests send is unreserved, so a "%" is encoded again at the most. */
	(void)kind;
	buf_fmt(b, "%s%s=", b->len == 0 ? "" : "&", key);
	for (; value != NULL && *value != '\0'; value++)
		if (strchr("%&=+ #", *value) != NULL)
			buf_fmt(b, "%%%02X", (unsigned char)*value);
		else
			buf_add(b, value, 1);
	return MHD_YES;
}

static void
make_env(struct exchange *x, struct MHD_Connection *c, const char *url,
    const char *method)
{
	static const struct { const char *header, *name; } headers[] = {
		{ "Content-Length",	"CONTENT_LENGTH" },
		{ "Content-Type",	"CONTENT_TYPE" },
		{ "Transfer-Encoding",	"HTTP_TRANSFER_ENCODING" },
		{ "X-Request-Id",	"HTTP_X_REQUEST_ID" },
	};
	struct buf query = { .max = QUERY_MAX };
	size_t i;

	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, add_query, &query);
	set_env(x, "REQUEST_METHOD", method);
	set_env(x, "PATH_INFO", url);
	set_env(x, "QUERY_STRING", query.p);
	set_env(x, "REMOTE_ADDR", "127.0.0.1");
	for (i = 0; i < COUNT(headers); i++)
		set_env(x, headers[i].name, MHD_lookup_connection_value(c,
		    MHD_HEADER_KIND, headers[i].header));
	buf_free(&query);
}

/* ---- the answer */

/* The body that libmicrohttpd sends: what there is, and then, when that is
 * less than was announced, the end of the connection. */
static ssize_t
send_body(void *arg, uint64_t at, char *out, size_t max)
{
	const struct buf *b = arg;
	const size_t left = b->len - (size_t)at;

	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	max = max < left ? max : left;
	memcpy(out, b->p + at, max);
	return (ssize_t)max;
}

static void
free_body(void *arg)
{
	struct buf *b = arg;

	buf_free(b);
	free(b);
}

/* The value of a header line of a CGI response, which we made ourselves. */
static void
header(const char *head, const char *name, char *out, size_t size)
{
	const char *at = strstr(head, name);

	out[0] = '\0';
	if (at != NULL) {
		at += strlen(name);
		snprintf(out, size, "%.*s", (int)strcspn(at, "\r"), at);
	}
}

static enum MHD_Result
answer(struct MHD_Connection *c, struct exchange *x)
{
	char status[8], length[24], type[64], id[REQUEST_ID_MAX + 1];
	char *end = x->reply.p == NULL ? NULL : strstr(x->reply.p, "\r\n\r\n");
	struct buf *body = calloc(1, sizeof(*body));
	struct MHD_Response *r;
	enum MHD_Result ok;

	if (end == NULL || body == NULL) {	/* a reset: no answer at all */
		free(body);
		return MHD_NO;
	}
	body->max = (size_t)1 << 20;
	*end = '\0';
	buf_add(body, end + 4, x->reply.len - (size_t)(end + 4 - x->reply.p));
	header(x->reply.p, "Status: ", status, sizeof(status));
	header(x->reply.p, "Content-Length: ", length, sizeof(length));
	header(x->reply.p, "Content-Type: ", type, sizeof(type));
	header(x->reply.p, "X-Request-Id: ", id, sizeof(id));
	r = MHD_create_response_from_callback(strtoull(length, NULL, 10), 4096,
	    send_body, body, free_body);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "X-Request-Id", id);
	ok = MHD_queue_response(c, (unsigned)strtoul(status, NULL, 10), r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct exchange *x = *state;
	struct sandbox_worker w = { .pool = arg, .http = true };
	struct io io = { .read = exchange_read, .write = exchange_write,
	    .log = exchange_log };

	(void)version;
	if (x == NULL) {			/* the headers are here */
		if ((x = calloc(1, sizeof(*x))) == NULL)
			return MHD_NO;
		x->body.max = BODY_MAX + 2;
		x->reply.max = (size_t)256 << 10;
		*state = x;
		return MHD_YES;
	}
	if (*n > 0) {				/* a piece of the body */
		buf_add(&x->body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	make_env(x, c, url, method);
	io.arg = x;
	io.envp = x->env;
	log_open(&w.log, "sandbox", NULL);
	sandbox_serve(&w, &io);
	if (w.store != NULL)
		store_maintain(w.store);
	store_close(w.store);
	return answer(c, x);
}

static void
on_done(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)arg;
	(void)c;
	(void)why;
	if (x == NULL)
		return;
	while (x->nenv > 0)
		free(x->env[--x->nenv]);
	buf_free(&x->body);
	buf_free(&x->reply);
	free(x);
	*state = NULL;
}

int
sandbox_http(const char *database, uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	struct store_pool *pool = sandbox_pool(database, false);
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *d;
	sigset_t ends;
	int signal;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	d = pool == NULL ? NULL :
	    MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION, port, NULL, NULL, on_request, pool,
	    MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&addr,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
	info = d == NULL ? NULL : MHD_get_daemon_info(d,
	    MHD_DAEMON_INFO_BIND_PORT);
	if (info == NULL) {
		fprintf(stderr, "sandbox: can't listen on 127.0.0.1:%u\n",
		    port);
		store_pool_free(pool);
		return EXIT_FAILURE;
	}
	printf("http://127.0.0.1:%u\n", info->port);
	fflush(stdout);
	sigwait(&ends, &signal);
	MHD_stop_daemon(d);
	store_pool_free(pool);
	return EXIT_SUCCESS;
}
