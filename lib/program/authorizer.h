/* SPDX-License-Identifier: MIT */
/* authorizer.h: a program as guard of other resources: is it asked as one, and
 * the headers that tell the web server who the user is. */
#ifndef AUTHORIZER_H
#define AUTHORIZER_H

#include <stdbool.h>

struct buf;
struct params;
struct program;
struct user;

/* How a program is asked.  As guard it does not look at method, path, query
 * and body: they belong to what is guarded. */
enum asked {
	ASKED_PLAINLY,
	ASKED_AS_AUTHORIZER,	/* FastCGI 1.0, 6.3: Variable-... */
	ASKED_FOR_IDENTITY,	/* nginx's auth_request: X-WXLogin-... */
	ASKED_IN_VAIN,		/* as something that the program is not */
};

enum asked asked_as(const struct params *, const struct program *,
	    bool fastcgi);

/* Header lines of a 200: Variable-WXLOGIN_... of a FastCGI authorizer, or the
 * X-WXLogin-... that nginx's auth_request_set reads. */
void	identity_put(const struct user *, bool authorizer,
	    struct buf *headers);

#endif
