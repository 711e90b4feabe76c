/* SPDX-License-Identifier: MIT */
/* main.c: the stand-in's process: the same kind as the programs of cgi-bin/.
 *
 *   WXLOGIN_SANDBOX=1		without it the program refuses to start: it
 *				gives sessions to anybody who asks
 *   WXLOGIN_SANDBOX_DATABASE	its own SQLite file
 *   WXLOGIN_SANDBOX_WORKERS	threads as FastCGI; 16
 *   --http PORT		an HTTP server of its own on 127.0.0.1, for
 *				shells; 0: any port, told on stdout
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cgi/process.h"
#include "sandbox/http.h"
#include "sandbox/serve_sandbox.h"

static void *
open_worker(void *arg)
{
	struct sandbox_worker *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		w->pool = arg;
		log_open(&w->log, "sandbox", NULL);
	}
	return w;
}

static void
after_reply(void *arg)
{
	struct sandbox_worker *w = arg;

	if (w->store != NULL)
		store_maintain(w->store);
}

static void
close_worker(void *arg)
{
	struct sandbox_worker *w = arg;

	store_close(w->store);
	free(w);
}

static void
serve_worker(void *arg, const struct io *io)
{
	sandbox_serve(arg, io);
}

static bool
never_stale(void *arg)
{
	(void)arg;
	return false;
}

static int
serve_http(const char *database, const char *port)
{
	int64_t n;

	if (!digits_parse(port, &n) || n > 65535) {
		fprintf(stderr, "sandbox: --http wants a port\n");
		return 2;
	}
	return sandbox_http(database, (uint16_t)n);
}

int
main(int argc, char *argv[])
{
	const char *on = getenv("WXLOGIN_SANDBOX");
	const char *workers = getenv("WXLOGIN_SANDBOX_WORKERS");
	struct process p = { .name = "sandbox", .workers = 16,
	    .max_requests = INT64_MAX, .request_timeout = REQUEST_TIMEOUT,
	    .open = open_worker,
	    .serve = serve_worker, .close = close_worker,
	    .after = after_reply,
	    .stale = never_stale };
	const char *database = getenv("WXLOGIN_SANDBOX_DATABASE");
	enum process_mode mode;
	int fd, status;

	process_harden();
	if (on == NULL || strcmp(on, "1") != 0 || database == NULL) {
		fprintf(stderr, "sandbox: plays WeChat for tests, and trusts "
		    "everybody; set WXLOGIN_SANDBOX=1 and "
		    "WXLOGIN_SANDBOX_DATABASE=FILE\n");
		return 2;
	}
	if (workers != NULL && (!digits_parse(workers, &p.workers) ||
	    p.workers < 1 || p.workers > 1024)) {
		fprintf(stderr, "sandbox: WXLOGIN_SANDBOX_WORKERS is a number "
		    "from 1 to 1024\n");
		return 2;
	}
	store_init();
	mode = process_mode(&fd);
	if (mode == MODE_NONE && argc == 3 && strcmp(argv[1], "--http") == 0)
		return serve_http(database, argv[2]);
	if (mode != MODE_NONE) {
		p.arg = sandbox_pool(database, mode == MODE_CGI);
		if (p.arg == NULL)
			return EXIT_FAILURE;
		if (mode == MODE_CGI)
			process_cgi(&p);
		status = process_fastcgi(&p, fd);
		store_pool_free(p.arg);
		return status;
	}
	fprintf(stderr, "sandbox: to be run by a web server, with "
	    "--http PORT, or with REQUEST_METHOD and PATH_INFO set\n");
	return 2;
}
