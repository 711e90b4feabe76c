/* SPDX-License-Identifier: MIT */
/* errcode.c: WeChat's error numbers, and what they mean to us.
 *
 * Nothing that WeChat says reaches a client.  Of its text the log gets the rid
 * and, when this server's address is refused, that address, because it is what
 * the operator has to type into WeChat's console. */
#include <config.h>

#include <arpa/inet.h>

#include <inttypes.h>
#include <string.h>

#include "base/bounds.h"
#include "base/json.h"
#include "base/log.h"
#include "wechat/errcode.h"

#define RID_MAX		64
#define ADDRESS_REFUSED	40164

/* Users and clients can act upon the first ones; all others, and all that are
 * not here, are the operator's: WECHAT_ERROR. */
static const struct row {
	int64_t		 errcode;
	enum outcome	 outcome;
	const char	*remedy;	/* "": there is none */
} rows[] = {
	{ ERRCODE_BUSY, WECHAT_UNAVAILABLE, "" },
	{ 40029, CODE_INVALID, "" },
	{ 40163, CODE_USED, "" },
	{ 40226, USER_BLOCKED, "" },
	{ 45009, TOO_MANY_REQUESTS, ": the day's quota of this call is used "
	    "up; look for a client that calls at each request" },
	{ 45011, TOO_MANY_REQUESTS, ": too many of these calls in this "
	    "minute" },
	{ 40001, WECHAT_ERROR, ": WeChat does not accept the AppSecret or the "
	    "access_token; if that lasts, compare the AppSecret with the "
	    "console" },
	{ 40013, WECHAT_ERROR, ": WeChat does not know this AppID; compare "
	    "it with the console, capitals too" },
	{ 40125, WECHAT_ERROR, ": the AppSecret is not that of this AppID, or "
	    "was reset; copy it from the console" },
	{ ADDRESS_REFUSED, WECHAT_ERROR, ": WeChat does not allow this "
	    "server's address; add it to the IP allow list of the AppSecret "
	    "in the console" },
	{ 40243, WECHAT_ERROR, ": the AppSecret is frozen; unfreeze it in the "
	    "console" },
	{ 41002, WECHAT_ERROR, ": the AppID did not arrive; a proxy on the "
	    "way may have altered the call" },
	{ 41004, WECHAT_ERROR, ": the AppSecret did not arrive; a proxy on "
	    "the way may have altered the call" },
	{ 48001, WECHAT_ERROR, ": this account may not make this call; phone "
	    "numbers want a verified mini program that is not personal" },
	{ 50002, WECHAT_ERROR, ": the account is restricted or frozen; the "
	    "console says why" },
	{ 50004, WECHAT_ERROR, ": the account may not make this call; the "
	    "console says why" },
	{ 50007, WECHAT_ERROR, ": the account is frozen; the console says "
	    "why" },
	{ 89503, WECHAT_ERROR, ": the administrator has to confirm calls from "
	    "this server's address; WeChat has sent them a message" },
	{ 89506, WECHAT_ERROR, ": the administrator has refused calls from "
	    "this server's address; try again after a day" },
};

/* The rid in an errmsg: "..., rid: 652d44d0-1d0af18b-5b069232"; "-": none. */
static void
read_rid(const char *msg, char out[RID_MAX])
{
	const char *rid = strstr(msg, "rid: ");
	size_t n;

	memcpy(out, "-", 2);
	if (rid == NULL)
		return;
	rid += strlen("rid: ");
	n = strspn(rid, "0123456789abcdef-");
	if (n > 0 && n < RID_MAX) {
		memcpy(out, rid, n);
		out[n] = '\0';
	}
}

/* The first word of an errmsg that is an IP address, "" when none is: "invalid
 * ip 203.0.113.5 ipv6 ::ffff:203.0.113.5, not in whitelist". */
static void
read_address(const char *msg, char out[INET6_ADDRSTRLEN])
{
	char word[INET6_ADDRSTRLEN];
	unsigned char bytes[sizeof(struct in6_addr)];
	int family;
	size_t n;

	out[0] = '\0';
	for (; *msg != '\0' && out[0] == '\0'; msg += n + (msg[n] != '\0')) {
		n = strcspn(msg, " ,;()[]\"'");
		if (n == 0 || n >= sizeof(word))
			continue;
		memcpy(word, msg, n);
		word[n] = '\0';
		family = strchr(word, ':') != NULL ? AF_INET6 : AF_INET;
		if (inet_pton(family, word, bytes) == 1 &&
		    inet_ntop(family, bytes, out, INET6_ADDRSTRLEN) == NULL)
			out[0] = '\0';
	}
}

static const struct row *
find(int64_t errcode)
{
	static const struct row other = { 0, WECHAT_ERROR, "" };
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (rows[i].errcode == errcode)
			return &rows[i];
	return &other;
}

enum outcome
errcode_read(struct log *log, const struct json_object *o, int64_t *errcode)
{
	char rid[RID_MAX], address[INET6_ADDRSTRLEN] = "";
	const struct row *row;
	const char *msg;
	size_t n;

	*errcode = 0;
	if (!json_has(o, "errcode"))
		return OK;
	if (!json_number(o, "errcode", errcode))
		return FAIL(log, WECHAT_ERROR, "WeChat: errcode is no number");
	if (*errcode == 0)
		return OK;
	row = find(*errcode);
	if ((msg = json_text(o, "errmsg", &n)) == NULL)
		msg = "";
	read_rid(msg, rid);
	if (*errcode == ADDRESS_REFUSED)
		read_address(msg, address);
	return FAIL(log, row->outcome, "WeChat: errcode %" PRId64 " rid %s%s"
	    "%s%s", *errcode, rid, row->remedy, *address == '\0' ? "" : ": ",
	    address);
}
