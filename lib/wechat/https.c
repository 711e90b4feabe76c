/* SPDX-License-Identifier: MIT */
/* https.c: calls to a server by libcurl, with limits. */
#include <config.h>

#include <sys/socket.h>

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "wechat/certificates.h"
#include "wechat/https.h"

#define RESOLVER	"/etc/resolv.conf"
#define IDLE_MAX	25L	/* s that a kept connection may have idled */

struct http {
	CURL			*curl;
	const struct conf	*conf;
	struct buf		*reply;		/* of the running call */
	bool			 once, sent, again;
	bool			 head;		/* of the answer is complete */
	int			 socket_errno;	/* no socket was had: why */
};

/* ---- libcurl's memory holds URLs with AppSecrets in them: wipe what it
 * frees */

static void
wipe_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *
wipe_realloc(void *p, size_t n)
{
	const size_t old = p == NULL ? 0 : malloc_usable_size(p);
	void *q = malloc(n);

	if (q == NULL)
		return NULL;
	if (p != NULL)
		memcpy(q, p, old < n ? old : n);
	wipe_free(p);
	return q;
}

static bool ready;		/* written once, before any handle is made */

static void
init(void)
{
	ready = curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free,
	    wipe_realloc, strdup, calloc) == CURLE_OK;
}

/* ---- callbacks */

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	buf_add(h->reply, data, size * n);
	return h->reply->bad ? 0 : size * n;
}

/* Header lines come one by one, the empty one behind them too: without it the
 * head was cut, which libcurl takes for an answer without a body. */
static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	h->head = size * n == 2 && memcmp(data, "\r\n", 2) == 0;
	return size * n;
}

/* Called when a request is about to be sent: a second time means that libcurl
 * repeats one that may have been received. */
static int
on_send(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct http *h = arg;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	if (h->once && h->sent) {
		h->again = true;
		return CURL_PREREQFUNC_ABORT;
	}
	h->sent = true;
	return CURL_PREREQFUNC_OK;
}

/* As libcurl opens sockets by itself, but the reason of a failure is kept. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct http *h = arg;
	const int fd = socket(a->family, a->socktype | SOCK_CLOEXEC,
	    a->protocol);

	(void)purpose;
	if (fd == -1)
		h->socket_errno = errno;
	return fd;
}

/* ---- the handle */

static bool
set_certificates(CURL *c, const struct conf *conf)
{
	struct certificates found;

	if (!certificates_find(conf, &found))
		return true;		/* libcurl's own default */
	return curl_easy_setopt(c, CURLOPT_CAINFO, found.folder ? NULL :
	    found.path) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_CAPATH, found.folder ? found.path :
	    NULL) == CURLE_OK;
}

/* What stays the same for all calls.  An option that is refused (an older
 * libcurl) is a reason not to go on. */
static bool
set_up(struct http *h)
{
	CURL *c = h->curl;
	const struct conf *f = h->conf;
	const char *proxy = f->proxy == NULL ? "" : f->proxy;

	return curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") ==
	    CURLE_OK &&		/* conf.c admits http for loopback only */
	    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROXY, proxy) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_USERAGENT, PACKAGE_NAME "/"
	    PACKAGE_VERSION) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, IDLE_MAX) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_MAXCONNECTS, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 4096L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)f->wechat_connect_timeout) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header) ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HEADERDATA, h) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, h) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_send) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PREREQDATA, h) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket) ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, h) == CURLE_OK &&
	    set_certificates(c, f);
}

struct http *
http_open(const struct conf *conf)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *h;

	pthread_once(&once, init);
	if (!ready || (h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->conf = conf;
	h->curl = curl_easy_init();
	if (h->curl == NULL || !set_up(h)) {
		http_close(h);
		return NULL;
	}
	return h;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->curl);
	free(h);
}

/* ---- a call */

/* curl_slist_append() leaves the old list alone when it fails. */
static bool
add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* The id lets the operator find a call in both logs. */
static struct curl_slist *
make_headers(const struct http_call *call)
{
	char id[sizeof("X-Request-Id: ") + REQUEST_ID_MAX];
	struct curl_slist *list = NULL;

	snprintf(id, sizeof(id), "X-Request-Id: %.*s", REQUEST_ID_MAX,
	    call->request_id);
	if (add_header(&list, id) && (call->body == NULL ||
	    add_header(&list, "Content-Type: application/json")))
		return list;
	curl_slist_free_all(list);
	return NULL;
}

static CURLcode
perform(struct http *h, const struct http_call *call)
{
	struct curl_slist *headers = make_headers(call);
	CURL *c = h->curl;
	CURLcode rc;

	if (headers == NULL)
		return CURLE_OUT_OF_MEMORY;
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (call->body == NULL) {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	} else {
		/* with its length: WeChat answers 412 to a chunked body */
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE,
		    (long)strlen(call->body));
	}
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)call->timeout);
	rc = curl_easy_setopt(c, CURLOPT_URL, call->url);
	if (rc == CURLE_OK)
		rc = curl_easy_perform(c);
	/* Nothing of this call stays: the URL holds the AppSecret. */
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(c, CURLOPT_URL, NULL);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return rc;
}

/* What happened, for the operator. */
static const char *
reason(CURLcode rc)
{
	if ((rc == CURLE_COULDNT_RESOLVE_HOST ||
	    rc == CURLE_COULDNT_RESOLVE_PROXY) && access(RESOLVER, R_OK) != 0)
		return "the name can't be looked up: " RESOLVER
		    " is missing or can't be read";
	return curl_easy_strerror(rc);
}

/* Did the call fail for lack of descriptors?  libcurl's resolver needs some,
 * too, and does not say so: then none is to be had now, either. */
static bool
no_descriptors(const struct http *h)
{
	int fd;

	if (h->socket_errno == EMFILE || h->socket_errno == ENFILE)
		return true;
	fd = dup(STDIN_FILENO);
	if (fd == -1)
		return errno == EMFILE || errno == ENFILE;
	close(fd);
	return false;
}

enum http_result
http_call(struct http *h, const struct http_call *call, struct buf *reply,
    long *status, const char **why)
{
	CURLcode rc;

	h->reply = reply;
	h->once = call->once;
	h->sent = h->again = h->head = false;
	h->socket_errno = 0;
	*status = 0;
	rc = perform(h, call);
	h->reply = NULL;
	if (rc == CURLE_OK && !h->head) {
		*why = "the head of the answer was cut";
		return HTTP_FAILED;
	}
	if (rc == CURLE_OK) {
		curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, status);
		return HTTP_ANSWERED;
	}
	*why = h->again ? "a kept connection died before an answer" :
	    reason(rc);
	if (h->again)
		return HTTP_LOST;
	if (rc == CURLE_OUT_OF_MEMORY || reply->no_memory)
		return HTTP_NO_MEMORY;
	if (no_descriptors(h)) {
		*why = "no descriptor is left; raise the limit of open files "
		    "(ulimit -n), or lower workers";
		return HTTP_NO_DESCRIPTORS;
	}
	return reply->bad ? HTTP_TOO_LARGE : HTTP_FAILED;
}

bool
http_connects(struct http *h, const char *url, const char **why)
{
	CURLcode rc;

	curl_easy_setopt(h->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	rc = curl_easy_perform(h->curl);
	curl_easy_setopt(h->curl, CURLOPT_CONNECT_ONLY, 0L);
	*why = reason(rc);
	return rc == CURLE_OK;
}
