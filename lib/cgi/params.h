/* SPDX-License-Identifier: MIT */
/* params.h: the meta-variables of a request (RFC 3875, 4.1) that we read.
 *
 * They are scanned once into an array: FCGX_GetParam() is a linear search,
 * and returns only the first of two values; we must notice the second.  nginx
 * sends a name twice when a configuration sets it twice. */
#ifndef PARAMS_H
#define PARAMS_H

#include <stdbool.h>
#include <stdint.h>

enum param {
	P_REQUEST_METHOD,
	P_QUERY_STRING,
	P_CONTENT_LENGTH,
	P_HTTP_AUTHORIZATION,
	P_REDIRECT_HTTP_AUTHORIZATION,
	P_HTTP_SESSIONID,
	P_PATH_INFO,
	P_SCRIPT_NAME,
	P_CONTENT_TYPE,
	P_REMOTE_ADDR,
	P_UNIQUE_ID,
	P_HTTP_X_REQUEST_ID,
	P_HTTP_ACCEPT_LANGUAGE,
	P_HTTP_ORIGIN,
	P_HTTP_ACCESS_CONTROL_REQUEST_METHOD,
	P_HTTP_TRANSFER_ENCODING,
	P_FCGI_ROLE,
	P_WXLOGIN_IDENTITY_HEADERS,
	PARAM__MAX
};

struct params {
	const char	*v[PARAM__MAX];	/* NULL: absent or empty */
	uint32_t	 differ;	/* bit p: p has two values */
};

/* Fill `p` from an environment; its strings point into `envp`. */
void	params_scan(char *const envp[], struct params *p);

/* The name of a parameter. */
const char *params_name(enum param);

static inline bool
params_differ(const struct params *p, enum param which)
{
	return (p->differ >> which & 1) != 0;
}

#endif
