/* SPDX-License-Identifier: MIT */
/* setup.h: the page that checks an installation from the browser. */
#ifndef SETUP_H
#define SETUP_H

struct io;
struct worker;

/* Answer one request with a page.  Without the key file: 404. */
void	setup_serve(struct worker *, const struct io *);

#endif
