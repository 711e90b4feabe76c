/* SPDX-License-Identifier: MIT */
/* setup_int.h: what the files of setup.h share. */
#ifndef SETUP_INT_H
#define SETUP_INT_H

#include <limits.h>
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

/* A list of what passed and what failed, into the page. */
void		 setup_checks(struct setup *);

/* What only a browser can see, as lines that the page's script fills in. */
struct checking;
void		 setup_browser_checks(struct setup *, const struct checking *);

#endif
