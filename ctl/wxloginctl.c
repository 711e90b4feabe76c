/* SPDX-License-Identifier: MIT */
/* wxloginctl.c: the operator's command line.
 *
 *   user show WHO		WHO: the public id, or the openid
 *   user block WHO		no login, and no session of theirs holds
 *   user unblock WHO
 *   session list WHO		the live ones
 *   session end WHO SESSION	one of them, by the name in the list
 *   session end-all WHO
 *   purge			remove what is too old now, not step by step
 *   backup FILE		an online copy of the store
 *   key rotate			a new seal key; all values sealed with it
 *   key drop-old		forget the older keys
 *
 * --json prints one JSON object.  No secret is ever printed.  Exit status 0,
 * 1 (it failed; why is on stderr) or 2 (usage).
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "cgi/process.h"
#include "ctl/ctl.h"
#include "program/program.h"
#include "program/worker.h"

static const struct command {
	const char	*word, *second;		/* second may be NULL */
	int		 nargs;
	enum outcome	(*run)(struct ctl *, char *arg[]);
	const char	*usage;
} commands[] = {
	{ "user", "show", 1, ctl_user_show, "user show WHO" },
	{ "user", "block", 1, ctl_user_block, "user block WHO" },
	{ "user", "unblock", 1, ctl_user_unblock, "user unblock WHO" },
	{ "session", "list", 1, ctl_session_list, "session list WHO" },
	{ "session", "end", 2, ctl_session_end, "session end WHO SESSION" },
	{ "session", "end-all", 1, ctl_session_end_all,
	    "session end-all WHO" },
	{ "purge", NULL, 0, ctl_purge, "purge" },
	{ "backup", NULL, 1, ctl_backup, "backup FILE" },
	{ "key", "rotate", 0, ctl_key_rotate, "key rotate" },
	{ "key", "drop-old", 0, ctl_key_drop_old, "key drop-old" },
};

static const struct program ctl_program = { .name = "wxloginctl",
    .summary = "the operator's command line of wxlogin" };

/* ---- output */

void
say_text(struct ctl *c, const char *name, const char *value)
{
	if (c->json)
		json_str(&c->out, name, value);
	else
		buf_fmt(&c->out, "%s: %s\n", name, value);
}

void
say_int(struct ctl *c, const char *name, int64_t value)
{
	if (c->json)
		json_int(&c->out, name, value);
	else
		buf_fmt(&c->out, "%s: %lld\n", name, (long long)value);
}

/* Unix seconds for programs, UTC for people. */
void
say_time(struct ctl *c, const char *name, int64_t when)
{
	const time_t t = (time_t)when;
	char text[32];
	struct tm tm;

	if (c->json) {
		json_int(&c->out, name, when);
		return;
	}
	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	buf_fmt(&c->out, "%s: %s\n", name, text);
}

static int
usage(FILE *to, int status)
{
	size_t i;

	fprintf(to, "usage:\n");
	for (i = 0; i < COUNT(commands); i++)
		fprintf(to, "  wxloginctl [--json] %s\n", commands[i].usage);
	return status;
}

/* ---- running */

/* The command that argv[] names; its own arguments start at *arg. */
static const struct command *
find_command(int argc, char *argv[], char ***arg)
{
	size_t i;
	int words;

	for (i = 0; i < COUNT(commands); i++) {
		const struct command *k = &commands[i];

		words = k->second == NULL ? 1 : 2;
		if (argc == words + k->nargs &&
		    strcmp(argv[0], k->word) == 0 &&
		    (words == 1 || strcmp(argv[1], k->second) == 0)) {
			*arg = argv + words;
			return k;
		}
	}
	return NULL;
}

static int
run(const struct command *k, char *arg[], struct worker *w, bool json)
{
	struct arena arena = { .blocks = NULL };
	struct ctl c = { .json = json, .out = { .max = (size_t)1 << 20 },
	    .seal = &w->seal };
	enum outcome e = worker_ready(w);

	c.rq.cx = (struct context){ .conf = w->conf, .store = w->store,
	    .seal = &w->seal, .log = &w->log, .arena = &arena,
	    .now = clock_now() };
	if (json)
		json_open(&c.out, NULL);
	if (e == OK)
		e = k->run(&c, arg);
	if (json) {
		json_close(&c.out);
		buf_str(&c.out, "\n");
	}
	if (e == OK && c.out.p != NULL)
		fputs(c.out.p, stdout);
	if (e == OK && c.attention != NULL)
		fprintf(stderr, "wxloginctl: %s\n", c.attention);
	else if (e != OK)
		fprintf(stderr, "wxloginctl: %s\n",
		    w->log.cause[0] != '\0' ? w->log.cause :
		    c.problem != NULL ? c.problem : outcome_row(e)->en);
	buf_free(&c.out);
	arena_free(&arena);
	return e == OK && c.attention == NULL && fflush(stdout) == 0 ?
	    EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char *argv[])
{
	struct buf problems = { .max = PROBLEMS_TEXT };
	struct buf warnings = { .max = PROBLEMS_TEXT };
	struct worker w = { .program = &ctl_program };
	const struct command *k;
	struct conf *conf;
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	int status = EXIT_FAILURE;
	char **arg;

	process_harden();
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("wxloginctl (%s) %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, EXIT_SUCCESS);
	k = find_command(argc - 1 - json, argv + 1 + json, &arg);
	if (k == NULL)
		return usage(stderr, 2);
	store_init();
	conf = conf_load(false, &problems, &warnings);
	if (conf == NULL)
		fprintf(stderr, "wxloginctl: configuration:\n%s",
		    problems.p == NULL ? "no memory\n" : problems.p);
	else {
		w.conf = conf;
		conf_log_open(conf, &w.log, "wxloginctl");
		status = run(k, arg, &w, json);
		worker_close(&w);
		conf_free(conf);
	}
	buf_free(&problems);
	buf_free(&warnings);
	return status;
}
