/* SPDX-License-Identifier: MIT */
/* credentials.h: where a request's token is, and what it is worth. */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

struct input;
struct params;

/* A token as it was sent, not validated: n bytes at s, without a NUL. */
struct token {
	bool		 given;		/* something was sent as a token */
	const char	*s;		/* NULL: given, and malformed */
	size_t		 n;
};

/* Look for the token in the contract's order: Authorization, sessionid, then
 * the body field sessionid, then, when query is not NULL, its sessionid.
 * `body` and `query` may be NULL.  An empty value counts as absent. */
struct token	auth_token(const struct params *, const struct input *body,
		    const struct input *query);

#endif
