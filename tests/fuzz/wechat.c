/* SPDX-License-Identifier: MIT */
/* wechat.c: fuzz what WeChat answers to code2Session.  What is taken for a
 * success has to be one, and what is not leaves a cause. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wechat/wechat.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s >= 0x7f)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wechat_session ws;
	struct log l = { .program = "fuzz", .fd = -1 };
	int64_t errcode = 77;
	const enum outcome e = wechat_read_session(&l, (const char *)data,
	    size, &ws, &errcode);

	if ((e == OK) != (l.cause[0] == '\0'))
		abort();
	if (e == OK && (errcode != 0 || ws.openid[0] == '\0' ||
	    !printable(ws.openid) || !printable(ws.unionid) ||
	    strlen(ws.openid) > OPENID_MAX || strlen(ws.unionid) > OPENID_MAX))
		abort();
	if (e != OK && e != CODE_INVALID && e != CODE_USED &&
	    e != USER_BLOCKED && e != TOO_MANY_REQUESTS &&
	    e != WECHAT_UNAVAILABLE && e != WECHAT_ERROR)
		abort();
	return 0;
}
