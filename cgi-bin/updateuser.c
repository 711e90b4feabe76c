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
 *	429 TOO_MANY_REQUESTS	PROFILE_CHANGES of the user in a minute
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
#define TEXT(n, t, lo, hi) { .name = n, .type = t, .min = lo, .max = hi }

static const struct field fields[] = {
	[NICKNAME] = TEXT("nickname", FIELD_TEXT, 0, 1024),
	[AVATAR_URL] = TEXT("avatarUrl", FIELD_TEXT, 0, 1024),
	[GENDER] = { .name = "gender", .type = FIELD_INT, .max = 2,
	    .empty = true },
	[LANGUAGE] = LABEL("language"),
	[COUNTRY] = LABEL("country"),
	[PROVINCE] = LABEL("province"),
	[CITY] = LABEL("city"),
	[RAW_DATA] = TEXT("rawData", FIELD_TEXT, 1, BODY_MAX),
	[SIGNATURE] = TEXT("signature", FIELD_WORD, 1, 128),
	[ENCRYPTED_DATA] = TEXT("encryptedData", FIELD_BASE64, 1, BODY_MAX),
	[IV] = TEXT("iv", FIELD_BASE64, 1, 128),
};

/* At least one field, and no signed or encrypted profile without its other
 * half. */
static enum outcome
check_given(struct request *rq)
{
	const struct val *f = rq->f;
	bool any = false;
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		any |= f[i].set;
	if (!any)
		return bad_field(rq, "body", "none of the fields is given");
	if (f[RAW_DATA].set != f[SIGNATURE].set)
		return bad_field(rq, f[RAW_DATA].set ? "signature" :
		    "rawData", FIELD_HALF);
	if (f[ENCRYPTED_DATA].set != f[IV].set)
		return bad_field(rq, f[IV].set ? "encryptedData" : "iv",
		    FIELD_HALF);
	return OK;
}

static enum outcome
take_wechat(struct request *rq, struct profile *p)
{
	const struct val *f = rq->f;
	struct json_object *o;
	enum outcome e;

	if (f[RAW_DATA].set) {
		e = session_open_signed(rq, &f[RAW_DATA], &f[SIGNATURE], &o);
		if (e != OK)
			return e;
		e = profile_from_wechat(rq, o, p);
		json_done(o);
		if (e != OK)
			return e;
		p->unionid = NULL;	/* it is not signed */
	}
	if (f[ENCRYPTED_DATA].set) {
		e = session_open_encrypted(rq, &f[ENCRYPTED_DATA], &f[IV],
		    &o);
		if (e != OK)
			return e;
		e = profile_from_wechat(rq, o, p);
		json_done(o);
		if (e != OK)
			return e;
	}
	return OK;
}

static enum outcome
run(struct request *rq)
{
	const struct val *f = rq->f;
	const struct profile_fields given = { .nickname = &f[NICKNAME],
	    .avatar_url = &f[AVATAR_URL], .gender = &f[GENDER],
	    .language = &f[LANGUAGE], .country = &f[COUNTRY],
	    .province = &f[PROVINCE], .city = &f[CITY] };
	struct profile plain = PROFILE_INIT, p = PROFILE_INIT;
	enum outcome e;

	/* All fields are judged before any key is tried; and they win over
	 * what WeChat says. */
	if ((e = check_given(rq)) != OK ||
	    (e = profile_from_fields(rq, &given, &plain)) != OK ||
	    (e = take_wechat(rq, &p)) != OK ||
	    (e = profile_from_fields(rq, &given, &p)) != OK ||
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
