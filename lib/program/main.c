/* SPDX-License-Identifier: MIT */
/* main.c: main() of every program in cgi-bin/.
 *
 *   (from a web server)	one request as CGI, or many as FastCGI
 *   --version			name and version
 *   --help			what the program is, and all settings
 *   --check			0, or a list of what to mend
 *
 * This file alone names the linked-in `program`. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cgi/io.h"
#include "cgi/params.h"
#include "cgi/process.h"
#include "conf/conf.h"
#include "program/authorizer.h"
#include "program/check.h"
#include "program/help.h"
#include "program/program.h"
#include "program/serve.h"
#include "program/worker.h"
#include "store/store.h"
#include "wechat/upstream.h"

struct main {
	struct conf	*conf;		/* NULL: broken */
	int64_t		 started;	/* ms */
	bool		 one_shot;	/* a CGI run */
	struct store_pool *pool;	/* shared by the workers; or NULL */
};

static void *
open_worker(void *arg)
{
	const struct main *m = arg;
	struct worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->program = &program;
	w->conf = m->conf;
	w->one_shot = m->one_shot;
	w->pool = m->pool;
	conf_log_open(m->conf, &w->log, program.name);
	return w;
}

static bool
asked_plainly(const struct io *io)
{
	struct params p;

	params_scan(io->envp, &p);
	return asked_as(&p, &program, io->fastcgi) == ASKED_PLAINLY;
}

/* A program with a function of its own is no guard: serve() refuses. */
static void
serve_worker(void *arg, const struct io *io)
{
	if (program.serve != NULL && asked_plainly(io))
		program.serve(arg, io);
	else
		serve(arg, io);
}

static void
after_reply(void *arg)
{
	struct worker *w = arg;

	if (w->store != NULL)
		store_maintain(w->store);
}

static void
close_worker(void *arg)
{
	worker_close(arg);
	free(arg);
}

/* Should a new process take over, to read the configuration again?  Yes when
 * it changed, or the store's file is another; when it was broken, after one
 * second. */
static bool
stale(void *arg)
{
	const struct main *m = arg;

	if (m->conf == NULL)
		return clock_ms() - m->started >= 1000;
	return conf_stale(m->conf) ||
	    (m->pool != NULL && store_pool_touched(m->pool));
}

static void
load(struct main *m)
{
	struct buf problems = { .max = PROBLEMS_TEXT };
	struct buf warnings = { .max = PROBLEMS_TEXT };
	struct log log;

	m->started = clock_ms();
	m->conf = conf_load(program.upstream != NULL, &problems, &warnings);
	conf_log_open(m->conf, &log, program.name);
	if (problems.p != NULL)
		log_event(&log, LOG_LEVEL_ERROR, problems.p);
	if (warnings.p != NULL)
		log_event(&log, LOG_LEVEL_WARNING, warnings.p);
	log_close(&log);
	buf_free(&problems);
	buf_free(&warnings);
}

/* lighttpd sets this variable for what it starts, keeps no copy of the socket,
 * and takes up to a second to start a new process. */
static bool
renews(const struct conf *conf)
{
	/* Broken: what it says is not known, and to be gone would be worse
	 * than to be there again. */
	if (conf == NULL)
		return true;
	if (conf->renew != RENEW_AUTO)
		return conf->renew == RENEW_YES;
	return getenv("PHP_FCGI_CHILDREN") != NULL;
}

static int
run(enum process_mode mode, int fd)
{
	struct main m;
	struct process p = { .name = program.name, .arg = &m,
	    .open = open_worker, .serve = serve_worker,
	    .close = close_worker, .after = after_reply, .stale = stale };
	int status;

	store_init();
	load(&m);
	m.one_shot = mode == MODE_CGI;
	m.pool = m.conf == NULL ? NULL : worker_pool(m.conf, m.one_shot);
	p.workers = worker_count(&program, m.conf);
	p.renew = renews(m.conf);
	p.request_timeout = m.conf == NULL ? REQUEST_TIMEOUT :
	    m.conf->request_timeout;
	p.max_requests = m.conf == NULL ? INT64_MAX : m.conf->max_requests;
	if (mode == MODE_CGI)
		process_cgi(&p);
	status = process_fastcgi(&p, fd);
	store_pool_free(m.pool);
	conf_free(m.conf);
	return status;
}

static int
usage(FILE *to, int status)
{
	fprintf(to, "%s: %s\n\n"
	    "A web server runs this program, as CGI or FastCGI.  By hand:\n"
	    "  REQUEST_METHOD=POST ... ./%s    one request as CGI\n"
	    "  %s --check      is the installation sound?\n"
	    "  %s --help       all settings\n"
	    "  %s --version\n", program.name, program.summary, program.name,
	    program.name, program.name, program.name);
	return status;
}

int
main(int argc, char *argv[])
{
	enum process_mode mode;
	int fd;

	process_harden();
	mode = process_mode(&fd);
	/* A web server may pass a query string as arguments (RFC 3875, 4.4):
	 * they are for the command line only. */
	if (mode != MODE_NONE)
		return run(mode, fd);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("%s (%s) %s\n", program.name, PACKAGE_NAME,
		    PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout, EXIT_SUCCESS);
		help_settings(stdout);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--check") == 0)
		return check_installation(&program);
	return usage(stderr, 2);
}
