/* SPDX-License-Identifier: MIT */
/* user.c: users as they are read and shown. */
#include <config.h>

#include <string.h>

#include "account/request.h"
#include "account/user.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "statements.h"
#include "store/store.h"

bool
user_read(struct q *q, struct arena *a, struct user *u)
{
	struct { const char **to; int column; } text[] = {
		{ &u->public_id, COL_USER_PUBLIC_ID },
		{ &u->appid, COL_USER_APPID },
		{ &u->openid, COL_USER_OPENID },
		{ &u->unionid, COL_USER_UNIONID },
		{ &u->nickname, COL_USER_NICKNAME },
		{ &u->avatar_url, COL_USER_AVATAR_URL },
		{ &u->language, COL_USER_LANGUAGE },
		{ &u->country, COL_USER_COUNTRY },
		{ &u->province, COL_USER_PROVINCE },
		{ &u->city, COL_USER_CITY },
	};
	const void *blob;
	size_t i;

	*u = (struct user){ .id = q_col_int(q, COL_USER_ID),
	    .blocked = !q_col_null(q, COL_USER_BLOCKED),
	    .gender = q_col_int(q, COL_USER_GENDER) };
	for (i = 0; i < COUNT(text); i++) {
		const char *s = q_col_text(q, text[i].column);

		if (*s == '\0')
			*text[i].to = "";
		else if ((*text[i].to = arena_copy(a, s, strlen(s))) == NULL)
			return false;
	}
	blob = q_col_blob(q, COL_USER_PHONE, &u->phone_len);
	u->phone = arena_copy(a, blob, u->phone_len);
	return u->phone != NULL;
}

/* The phone number is sealed as "COUNTRYCODE NUMBER". */
static enum outcome
phone_out(struct request *rq, const struct user *u, struct buf *b)
{
	const struct place place = { SEALED_PHONE, u->public_id,
	    PUBLIC_ID_LEN };
	char text[64], *space;

	if (u->phone_len == 0) {
		json_str(b, "phone", "");
		json_str(b, "countryCode", "");
		return OK;
	}
	if (u->phone_len - SEAL_EXTRA >= sizeof(text) ||
	    !seal_open(rq->cx.seal, &place, u->phone, u->phone_len, text,
	    NULL))
		return FAIL(rq->cx.log, INTERNAL, "users.phone of %s does not "
		    "open", u->public_id);
	text[u->phone_len - SEAL_EXTRA] = '\0';
	if ((space = strchr(text, ' ')) != NULL) {
		*space = '\0';
		json_str(b, "phone", space + 1);
		json_str(b, "countryCode", text);
	}
	explicit_bzero(text, sizeof(text));
	return space != NULL ? OK :
	    FAIL(rq->cx.log, INTERNAL, "users.phone of %s is no number",
	    u->public_id);
}

enum outcome
user_out(struct request *rq, const struct user *u, struct buf *b)
{
	enum outcome e;

	json_open(b, "userInfo");
	json_str(b, "id", u->public_id);
	json_str(b, "nickname", u->nickname);
	json_str(b, "avatarUrl", u->avatar_url);
	json_int(b, "gender", u->gender);
	json_str(b, "language", u->language);
	json_str(b, "country", u->country);
	json_str(b, "province", u->province);
	json_str(b, "city", u->city);
	e = phone_out(rq, u, b);
	json_boolean(b, "hasUnionId", *u->unionid != '\0');
	json_close(b);
	return e;
}

enum outcome
user_take(struct request *rq, struct q *q)
{
	bool ok = false;
	enum outcome e;

	/* to its end: a statement with RETURNING is done only then */
	while (q_row(q))
		ok = user_read(q, rq->cx.arena, &rq->user);
	if ((e = q_end(q)) != OK || ok)
		return e;
	return FAIL(rq->cx.log, INTERNAL,
	    "a user's row is gone, or there is no "
	    "memory");
}

enum outcome
user_reload(struct request *rq)
{
	struct q *q = q_new(rq->cx.store, Q_USER_BY_ID);

	q_int(q, ":id", rq->user.id);
	return user_take(rq, q);
}

enum outcome
user_void_codes(struct request *rq)
{
	struct q *q = q_new(rq->cx.store, Q_USER_VOID_CODES);

	q_int(q, ":id", rq->user.id);
	return q_run(q, NULL);
}
