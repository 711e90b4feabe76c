/* SPDX-License-Identifier: MIT */
/* params.c: one scan over an environment, into an array. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include "cgi/params.h"

#define NAME(s)	{ s, sizeof(s) - 1 }

static const struct {
	const char	*s;
	size_t		 n;
} names[PARAM__MAX] = {
	[P_REQUEST_METHOD]	= NAME("REQUEST_METHOD"),
	[P_QUERY_STRING]	= NAME("QUERY_STRING"),
	[P_CONTENT_LENGTH]	= NAME("CONTENT_LENGTH"),
	[P_HTTP_AUTHORIZATION]	= NAME("HTTP_AUTHORIZATION"),
	[P_REDIRECT_HTTP_AUTHORIZATION] = NAME("REDIRECT_HTTP_AUTHORIZATION"),
	[P_HTTP_SESSIONID]	= NAME("HTTP_SESSIONID"),
	[P_PATH_INFO]		= NAME("PATH_INFO"),
	[P_SCRIPT_NAME]		= NAME("SCRIPT_NAME"),
	[P_CONTENT_TYPE]	= NAME("CONTENT_TYPE"),
	[P_REMOTE_ADDR]		= NAME("REMOTE_ADDR"),
	[P_UNIQUE_ID]		= NAME("UNIQUE_ID"),
	[P_HTTP_X_REQUEST_ID]	= NAME("HTTP_X_REQUEST_ID"),
	[P_HTTP_ACCEPT_LANGUAGE] = NAME("HTTP_ACCEPT_LANGUAGE"),
	[P_HTTP_ORIGIN]		= NAME("HTTP_ORIGIN"),
	[P_HTTP_ACCESS_CONTROL_REQUEST_METHOD] =
	    NAME("HTTP_ACCESS_CONTROL_REQUEST_METHOD"),
	[P_HTTP_TRANSFER_ENCODING] = NAME("HTTP_TRANSFER_ENCODING"),
	[P_FCGI_ROLE]		= NAME("FCGI_ROLE"),
	[P_WXLOGIN_IDENTITY_HEADERS] = NAME("WXLOGIN_IDENTITY_HEADERS"),
};

static void
take(struct params *p, enum param which, const char *value)
{
	const uint32_t bit = (uint32_t)1 << which;
	const char *old = p->v[which];

	/* libfcgi puts its own FCGI_ROLE first; mod_authnz_fcgi sends one
	 * too.  The first one of any name counts. */
	if (old == NULL)
		p->v[which] = value;
	else if (strcmp(old, value) != 0)
		p->differ |= bit;
}

/* Which parameter has this name, of n characters?  PARAM__MAX: none.  Most
 * names that a web server sends are none of ours: lengths are compared first.
 */
static int
find(const char *name, size_t n)
{
	int w;

	for (w = 0; w < PARAM__MAX; w++)
		if (names[w].n == n && memcmp(names[w].s, name, n) == 0)
			break;
	return w;
}

void
params_scan(char *const envp[], struct params *p)
{
	size_t i;
	int w;

	*p = (struct params){ .differ = 0 };
	for (i = 0; envp[i] != NULL; i++) {
		const char *eq = strchr(envp[i], '=');

		if (eq == NULL)
			continue;
		w = find(envp[i], (size_t)(eq - envp[i]));
		if (w < PARAM__MAX)
			take(p, (enum param)w, eq + 1);
	}
	for (w = 0; w < PARAM__MAX; w++)
		if (p->v[w] != NULL && p->v[w][0] == '\0')
			p->v[w] = NULL;
}

const char *
params_name(enum param which)
{
	assert((unsigned)which < PARAM__MAX);
	return names[which].s;
}
