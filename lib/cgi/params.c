/* SPDX-License-Identifier: MIT */
/* params.c: one scan over an environment, into an array. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include "cgi/params.h"

static const char *const names[PARAM__MAX] = {
	[P_REQUEST_METHOD]	= "REQUEST_METHOD",
	[P_QUERY_STRING]	= "QUERY_STRING",
	[P_CONTENT_LENGTH]	= "CONTENT_LENGTH",
	[P_HTTP_AUTHORIZATION]	= "HTTP_AUTHORIZATION",
	[P_REDIRECT_HTTP_AUTHORIZATION] = "REDIRECT_HTTP_AUTHORIZATION",
	[P_HTTP_SESSIONID]	= "HTTP_SESSIONID",
	[P_PATH_INFO]		= "PATH_INFO",
	[P_SCRIPT_NAME]		= "SCRIPT_NAME",
	[P_CONTENT_TYPE]	= "CONTENT_TYPE",
	[P_REMOTE_ADDR]		= "REMOTE_ADDR",
	[P_UNIQUE_ID]		= "UNIQUE_ID",
	[P_HTTP_X_REQUEST_ID]	= "HTTP_X_REQUEST_ID",
	[P_HTTP_ACCEPT_LANGUAGE] = "HTTP_ACCEPT_LANGUAGE",
	[P_HTTP_ORIGIN]		= "HTTP_ORIGIN",
	[P_HTTP_ACCESS_CONTROL_REQUEST_METHOD] =
	    "HTTP_ACCESS_CONTROL_REQUEST_METHOD",
	[P_HTTP_TRANSFER_ENCODING] = "HTTP_TRANSFER_ENCODING",
	[P_FCGI_ROLE]		= "FCGI_ROLE",
	[P_WXLOGIN_IDENTITY_HEADERS] = "WXLOGIN_IDENTITY_HEADERS",
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

void
params_scan(char *const envp[], struct params *p)
{
	size_t i, n;
	int w;

	*p = (struct params){ .differ = 0 };
	for (i = 0; envp[i] != NULL; i++) {
		const char *eq = strchr(envp[i], '=');

		if (eq == NULL)
			continue;
		n = (size_t)(eq - envp[i]);
		for (w = 0; w < PARAM__MAX; w++)
			if (strncmp(names[w], envp[i], n) == 0 &&
			    names[w][n] == '\0') {
				take(p, (enum param)w, eq + 1);
				break;
			}
	}
	for (w = 0; w < PARAM__MAX; w++)
		if (p->v[w] != NULL && p->v[w][0] == '\0')
			p->v[w] = NULL;
}

const char *
params_name(enum param which)
{
	assert((unsigned)which < PARAM__MAX);
	return names[which];
}
