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
 *   restore FILE [--yes]	that copy in the place of the store; on a
 *				terminal it asks first, unless --yes is there
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
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "cgi/process.h"
#include "ctl/ctl.h"
#include "program/operator.h"
#include "program/program.h"
#include "program/worker.h"

static const struct command {
	const char	*word, *second;		/* second may be NULL */
	int		 nargs;
	enum outcome	(*run)(struct ctl *, char *arg[]);
	const char	*usage;
	bool		 no_store;		/* it may be broken */
	const char	*confirm;		/* what it will do; or NULL */
} commands[] = {
	{ .word = "user", .second = "show", .nargs = 1, .run = ctl_user_show,
	    .usage = "user show WHO" },
	{ .word = "user", .second = "block", .nargs = 1,
	    .run = ctl_user_block, .usage = "user block WHO" },
	{ .word = "user", .second = "unblock", .nargs = 1,
	    .run = ctl_user_unblock, .usage = "user unblock WHO" },
	{ .word = "session", .second = "list", .nargs = 1,
	    .run = ctl_session_list, .usage = "session list WHO" },
	{ .word = "session", .second = "end", .nargs = 2,
	    .run = ctl_session_end, .usage = "session end WHO SESSION" },
	{ .word = "session", .second = "end-all", .nargs = 1,
	    .run = ctl_session_end_all, .usage = "session end-all WHO" },
	{ .word = "purge", .run = ctl_purge, .usage = "purge" },
	{ .word = "backup", .nargs = 1, .run = ctl_backup,
	    .usage = "backup FILE" },
	{ .word = "restore", .nargs = 1, .run = ctl_restore,
	    .usage = "restore FILE [--yes]", .no_store = true,
	    .confirm = "All users and sessions of the store will be those of "
	    "the backup." },
	{ .word = "key", .second = "rotate", .run = ctl_key_rotate,
	    .usage = "key rotate" },
	{ .word = "key", .second = "drop-old", .run = ctl_key_drop_old,
	    .usage = "key drop-old" },
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
	enum outcome e = k->no_store ? OK : worker_ready(w);

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

/* Ask on a terminal; a script means what it says. */
static bool
confirmed(const struct command *k, bool yes)
{
	char line[16];

	if (k->confirm == NULL || yes || isatty(STDIN_FILENO) == 0)
		return true;
	fprintf(stderr, "%s  Type yes to go on: ", k->confirm);
	return fgets(line, sizeof(line), stdin) != NULL &&
	    strcmp(line, "yes\n") == 0;
}

/* With a configuration: as the store's owner, the command. */
static int
run_with(struct conf *conf, const struct command *k, char *arg[], bool json)
{
	struct worker w = { .program = &ctl_program, .conf = conf };
	struct buf why = { .max = CAUSE_MAX };
	int status = EXIT_FAILURE;

	if (operator_act(conf->database, &why)) {
		conf_log_open(conf, &w.log, "wxloginctl");
		status = run(k, arg, &w, json);
	} else
		fprintf(stderr, "wxloginctl: %s\n", why.p);
	worker_close(&w);
	buf_free(&why);
	return status;
}

/* Take "--yes" out of the words; was it there? */
static bool
take_yes(int *argc, char *argv[])
{
	int i, n = 0;

	for (i = 0; i < *argc; i++)
		if (i == 0 || strcmp(argv[i], "--yes") != 0)
			argv[n++] = argv[i];
	i = *argc;
	*argc = n;
	return n < i;
}

int
main(int argc, char *argv[])
{
	struct buf problems = { .max = PROBLEMS_TEXT };
	struct buf warnings = { .max = PROBLEMS_TEXT };
	const struct command *k;
	struct conf *conf;
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0, yes;
	int status = EXIT_FAILURE;
	char **arg;

	process_harden();
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("wxloginctl (%s) %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, EXIT_SUCCESS);
	yes = take_yes(&argc, argv);
	k = find_command(argc - 1 - json, argv + 1 + json, &arg);
	if (k == NULL || (yes && k->confirm == NULL))
		return usage(stderr, 2);
	if (!confirmed(k, yes))
		return EXIT_FAILURE;
	store_init();
	conf = conf_load(false, &problems, &warnings);
	if (conf == NULL)
		fprintf(stderr, "wxloginctl: configuration:\n%s",
		    problems.p == NULL ? "no memory\n" : problems.p);
	else
		status = run_with(conf, k, arg, json);
	conf_free(conf);
	buf_free(&problems);
	buf_free(&warnings);
	return status;
}
