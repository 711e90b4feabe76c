/* SPDX-License-Identifier: MIT */
/* setup_int.h: what the files of setup.h share. */
#ifndef SETUP_INT_H
#define SETUP_INT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bounds.h"
#include "base/buf.h"
#include "cgi/input.h"
#include "cgi/params.h"

#define PAGE_MAX	((size_t)256 << 10)

struct setup {
	struct worker		*w;
	const struct io		*io;
	struct params		 p;
	struct arena		 arena;
	struct input		 input;
	bool			 zh;
	char			 key_path[FILE_PATH_MAX];
	struct buf		 key, page;
	int			 failed;
};

/* Text into the page, escaped. */
void		 setup_text(struct buf *, const char *);

/* In the language of the caller. */
const char	*setup_words(const struct setup *, const char *en,
		    const char *zh);

/* One line: passed, or failed with what is wrong and what to do. */
void		 setup_line(struct setup *, bool passed, const char *what,
		    const char *remedy);

/* A line for what the bundle's list of programs, programs.txt, says of the
 * files beside the running program; none without that list. */
void		 setup_files(struct setup *);

/* A list of what passed and what failed, into the page. */
void		 setup_checks(struct setup *);

#endif
