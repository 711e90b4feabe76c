/* SPDX-License-Identifier: MIT */
/* updateuser.c: stores profile data, plain or from WeChat.
 *
 *   POST (token)  nickname avatarUrl gender language country province city
 *		   rawData + signature	the profile that WeChat signed
 *		   encryptedData + iv	the profile that WeChat encrypted
 *	200 {"userInfo"}
 *	400 PARAM_INVALID	a field; its missing half; body: nothing given
 *	400 DECRYPT_WX_OPEN_DATA_FAIL
 *	401 AUTH_INVALID, AUTH_EXPIRED	403 USER_BLOCKED
 *
 * At least one of the three.  A plain field that is absent leaves the value,
 * an empty one removes it (all but nickname).  Plain fields win over WeChat's;
 * lib/account/profile.h says what of WeChat's is taken.
 */
#include <config.h>

#include "account/profile.h"
#include "account/session_keys.h"
#include "base/json.h"
#include "program/endpoint.h"

enum { NICKNAME, AVATAR_URL, GENDER, LANGUAGE, COUNTRY, PROVINCE, CITY,
    RAW_DATA, SIGNATURE, ENCRYPTED_DATA, IV };

#define LABEL(n)	{ .name = n, .type = FIELD_LABEL, .max = 64 }

static const struct field fields[] = {
	[NICKNAME] = { .name = "nickname", .type = FIELD_TEXT, .max = 1024 },
	[AVATAR_URL] = { .name = "avatarUrl", .type = FIELD_TEXT,
	    .max = 1024 },
	[GENDER] = { .name = "gender", .type = FIELD_INT, .max = 2,
	    .empty = true },
	[LANGUAGE] = LABEL("language"),
	[COUNTRY] = LABEL("country"),
	[PROVINCE] = LABEL("province"),
	[CITY] = LABEL("city"),
	[RAW_DATA] = { .name = "rawData", .type = FIELD_TEXT, .min = 1,
	    .max = BODY_MAX },
	[SIGNATURE] = { .name = "signature", .type = FIELD_WORD, .min = 1,
	    .max = 128 },
	[ENCRYPTED_DATA] = { .name = "encryptedData", .type = FIELD_BASE64,
	    .min = 1, .max = BODY_MAX },
	[IV] = { .name = "iv", .type = FIELD_BASE64, .min = 1, .max = 128 },
};

/* Halves belong together, and something has to be there. */
static enum outcome
check_given(struct request *rq)
{
	const struct val *f = rq->f;
	bool any = false;
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		any |= f[i].set;
	if (!any)
		return bad_field(rq, "body");
	if (f[RAW_DATA].set != f[SIGNATURE].set)
		return bad_field(rq, f[RAW_DATA].set ? "signature" :
		    "rawData");
	if (f[ENCRYPTED_DATA].set != f[IV].set)
		return bad_field(rq, f[IV].set ? "encryptedData" : "iv");
	return OK;
}

/* The plain fields, over what came from WeChat. */
static enum outcome
take_plain(struct request *rq, struct profile *p)
{
	const struct { const char **to; int field; } labels[] = {
		{ &p->language, LANGUAGE }, { &p->country, COUNTRY },
		{ &p->province, PROVINCE }, { &p->city, CITY },
	};
	const struct val *f = rq->f;
	char *nickname;
	size_t i;

	if (f[NICKNAME].set) {
		nickname = arena_copy(rq->cx.arena, f[NICKNAME].s,
		    f[NICKNAME].len);
		if (nickname == NULL || !profile_nickname(&nickname))
			return bad_field(rq, "nickname");
		if (!profile_anonymous(nickname, NULL))
			p->nickname = nickname;
	}
	if (f[AVATAR_URL].set) {
		if (f[AVATAR_URL].len > 0 && !profile_avatar(f[AVATAR_URL].s))
			return bad_field(rq, "avatarUrl");
		if (!profile_anonymous(NULL, f[AVATAR_URL].s))
			p->avatar_url = f[AVATAR_URL].s;
	}
	if (f[GENDER].set)
		p->gender = f[GENDER].i;
	for (i = 0; i < COUNT(labels); i++)
		if (f[labels[i].field].set)
			*labels[i].to = f[labels[i].field].s;
	return OK;
}

static enum outcome
take_wechat(struct request *rq, struct profile *p)
{
	struct json_object *o;
	enum outcome e;

	if (rq->f[RAW_DATA].set) {
		e = session_open_signed(rq, &rq->f[RAW_DATA], &rq->f[SIGNATURE],
		    &o);
		if (e != OK)
			return e;
		profile_from_wechat(rq, o, p);
		json_done(o);
		p->unionid = NULL;	/* the signature does not vouch for it */
	}
	if (rq->f[ENCRYPTED_DATA].set) {
		e = session_open_encrypted(rq, &rq->f[ENCRYPTED_DATA], &rq->f[IV],
		    &o);
		if (e != OK)
			return e;
		profile_from_wechat(rq, o, p);
		json_done(o);
	}
	return OK;
}

static enum outcome
run(struct request *rq)
{
	struct profile plain = PROFILE_INIT, p = PROFILE_INIT;
	enum outcome e;

	/* All fields are judged before any key is tried. */
	if ((e = check_given(rq)) != OK ||
	    (e = take_plain(rq, &plain)) != OK ||
	    (e = take_wechat(rq, &p)) != OK ||
	    (e = take_plain(rq, &p)) != OK ||
	    (e = profile_update(rq, &p)) != OK)
		return e;
	return user_out(rq, &rq->user, &rq->data);
}

const struct program program = {
	.name = "updateuser",
	.summary = "stores profile data",
	.methods = METHOD_POST,
	.auth = AUTH_REQUIRED,
	.fields = fields,
	.nfields = COUNT(fields),
	.run = run,
};
