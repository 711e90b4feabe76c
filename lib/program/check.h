/* SPDX-License-Identifier: MIT */
/* check.h: is the installation sound?  One table of checks, for --check and
 * for the page that checks from the browser. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "program/worker.h"

struct program;

#define CHECK_FOLDERS	4

/* A folder that the web server shows, by its real path, and its address: ""
 * for the root, else "/path". */
struct shown {
	char	folder[FILE_PATH_MAX], url[256];
};

/* What the checks work on.  A caller sets `program` (and with `web` the
 * folders that are shown, see check_shown()), and ends it with check_done().
 */
struct checking {
	const struct program	*program;
	bool			 web;		/* asked by a browser */
	struct shown		 shown[CHECK_FOLDERS];
	size_t			 nshown;
	struct conf		*conf;		/* NULL: none, or broken */
	struct worker		 w;
	bool			 ready;		/* store and keys are there */
	bool			 reached;	/* WeChat */
	struct buf		 detail;	/* of the check that was run */
};

enum verdict {
	CHECK_PASS,
	CHECK_SKIP,		/* what it needs is not there */
	CHECK_ODD,		/* harmless */
	CHECK_FAIL,
	CHECK_UNKNOWN,		/* it can't be told: no pass */
};

/* What came of a check, and what to do, for who has an FTP program and no
 * shell.  checking.detail has file names and the system's words. */
struct finding {
	enum verdict	 verdict;
	const char	*en, *zh;
};

/* Where a check is made. */
enum check_where { CHECK_SHELL = 1, CHECK_WEB = 2, CHECK_BOTH = 3 };

struct check {
	const char	*en, *zh;	/* what holds when it passes */
	enum check_where where;
	const struct finding *(*run)(struct checking *);
};
extern const struct check checks[];
extern const size_t checks_count;

extern const struct finding check_pass, check_skip;

/* Tell of a folder that the web server shows under an address ("" or "/path");
 * one that is not there is left out. */
void	check_shown(struct checking *, const char *folder, const char *url);

/* The address of a file that lies below a shown folder, into `url`; false: it
 * lies below none. */
bool	check_url(const struct checking *, const char *path, struct buf *url);

/* The cause that is in the worker's log, without the place in our source, into
 * the detail; the log has none afterwards. */
void	check_cause(struct checking *);

void	check_done(struct checking *);

/* --check: run them, print what is wrong and how to mend it; the exit
 * status. */
int	check_installation(const struct program *);

/* ---- check_host.c, for the table */
const struct finding *check_certificates(struct checking *);
const struct finding *check_whole(struct checking *);

/* ---- check_files.c, for the table */
const struct finding *check_place_database(struct checking *);
const struct finding *check_place_key(struct checking *);
const struct finding *check_place_secrets(struct checking *);
const struct finding *check_place_conf(struct checking *);
const struct finding *check_modes(struct checking *);
const struct finding *check_programs(struct checking *);

#endif
