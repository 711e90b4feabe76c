/* SPDX-License-Identifier: MIT */
/* authorizer.c: who the user is, for the path that checksession protects. */
#include <config.h>

#include "account/request.h"
#include "base/bounds.h"
#include "base/buf.h"
#include "program/authorizer.h"

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
