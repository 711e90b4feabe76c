/* SPDX-License-Identifier: MIT */
/* authorizer.c: checksession as guard of other resources. */
#include <config.h>

#include <string.h>

#include "account/request.h"
#include "base/bounds.h"
#include "base/buf.h"
#include "cgi/params.h"
#include "program/authorizer.h"
#include "program/program.h"

enum asked
asked_as(const struct params *p, const struct program *g, bool fastcgi)
{
	const char *role = fastcgi ? p->v[P_FCGI_ROLE] : NULL;
	const char *identity = p->v[P_WXLOGIN_IDENTITY_HEADERS];

	if (role != NULL && strcmp(role, "RESPONDER") != 0)
		return g->authorizer && strcmp(role, "AUTHORIZER") == 0 ?
		    ASKED_AS_AUTHORIZER : ASKED_IN_VAIN;
	if (identity != NULL && strcmp(identity, "1") == 0 &&
	    !params_differ(p, P_WXLOGIN_IDENTITY_HEADERS))
		return g->authorizer ? ASKED_FOR_IDENTITY : ASKED_IN_VAIN;
	return ASKED_PLAINLY;
}

/* Values can't break a header line: lib/wechat/api.c admits printable ASCII
 * only as openid and unionid, lib/conf/conf.c letters and digits as AppID. */
void
identity_put(const struct user *u, bool authorizer, struct buf *headers)
{
	const struct { const char *variable, *header, *value; } t[] = {
		{ "WXLOGIN_USER_ID", "User-Id", u->public_id },
		{ "WXLOGIN_APPID", "Appid", u->appid },
		{ "WXLOGIN_OPENID", "Openid", u->openid },
		{ "WXLOGIN_UNIONID", "Unionid", u->unionid },
	};
	size_t i;

	for (i = 0; i < COUNT(t); i++) {
		if (t[i].value[0] == '\0')
			continue;
		if (authorizer)
			buf_fmt(headers, "Variable-%s: %s\r\n",
			    t[i].variable, t[i].value);
		else
			buf_fmt(headers, "X-WXLogin-%s: %s\r\n",
			    t[i].header, t[i].value);
	}
}
