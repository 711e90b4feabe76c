/* SPDX-License-Identifier: MIT */
/* credentials.c: where a request's token is. */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "cgi/credentials.h"
#include "cgi/input.h"
#include "cgi/params.h"

#define BLANKS	" \t"

static const char *
trim(const char *s, size_t *n)
{
	s += strspn(s, BLANKS);
	*n = strlen(s);
	while (*n > 0 && strchr(BLANKS, s[*n - 1]) != NULL)
		(*n)--;
	return s;
}

/* "Bearer TOKEN" or "TOKEN" (RFC 6750, 2.1; the scheme in any case).  Another
 * scheme (a site behind Basic) counts as no token.  Two values joined by a
 * comma (two headers, joined by the web server) are a malformed token. */
static struct token
from_authorization(const char *value)
{
	struct token t = { .given = false };
	size_t n, scheme;

	value = trim(value, &n);
	scheme = strcspn(value, BLANKS);
	if (scheme < n || (n == 6 && strncasecmp(value, "Bearer", 6) == 0)) {
		if (scheme != 6 || strncasecmp(value, "Bearer", 6) != 0) {
			t.given = memchr(value, ',', scheme) != NULL ||
			    strcasestr(value, ", Bearer") != NULL ||
			    strcasestr(value, ",Bearer") != NULL;
			return t;
		}
		value = trim(value + scheme, &n);
	}
	t.given = n > 0;
	t.s = value;
	t.n = n;
	return t;
}

static struct token
from_header(const struct params *p)
{
	struct token t = { .given = false };
	const char *auth = p->v[P_HTTP_AUTHORIZATION];

	if (auth == NULL)
		auth = p->v[P_REDIRECT_HTTP_AUTHORIZATION];
	if (auth != NULL) {
		t = from_authorization(auth);
		if (t.given)
			return t;
	}
	if (p->v[P_HTTP_SESSIONID] != NULL) {
		t.s = trim(p->v[P_HTTP_SESSIONID], &t.n);
		t.given = t.n > 0;
		if (params_differ(p, P_HTTP_SESSIONID))
			t = (struct token){ .given = true };
	}
	return t;
}

static struct token
from_input(const struct input *in)
{
	struct token t = { .given = false };

	t.s = input_text(in, "sessionid", &t.n, &t.given);
	if (t.s != NULL && t.n == 0)
		t.given = false;
	return t;
}

struct token
auth_token(const struct params *p, const struct input *body,
    const struct input *query)
{
	struct token t = from_header(p);

	if (!t.given && body != NULL)
		t = from_input(body);
	if (!t.given && query != NULL)
		t = from_input(query);
	return t;
}
