/* SPDX-License-Identifier: MIT */
/* profile.c: nickname, picture and the rest, from the user or from WeChat. */
#include <config.h>

#include <string.h>

#include "account/audit.h"
#include "account/profile.h"
#include "account/request.h"
#include "account/sweep.h"
#include "account/throttle.h"
#include "account/user.h"
#include "base/json.h"
#include "base/text.h"
#include "cgi/field.h"
#include "statements.h"

#define NICKNAME_MAX	64	/* characters, as all but the picture */
#define AVATAR_MAX	1024	/* bytes */

/* What WeChat calls everybody, and a part of the grey picture's address. */
#define ANONYMOUS_NAME	"微信用户"
#define ANONYMOUS_PICTURE						\
	"POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWm" \
	"iaIGuG1icwxaQX6grC9VemZoJ8rg"

bool
profile_nickname_valid(char **text)
{
	size_t chars;

	*text = field_trim(*text);
	return utf8_valid(*text, strlen(*text), &chars) && chars >= 1 &&
	    chars <= NICKNAME_MAX && !field_has_control(*text, strlen(*text));
}

/* Paths of the phone (wxfile://, http://tmp/) would die there. */
bool
profile_avatar_valid(const char *url)
{
	static const char scheme[] = "https://";
	const size_t n = strlen(url);
	size_t i;

	if (n <= strlen(scheme) || n > AVATAR_MAX ||
	    strncmp(url, scheme, strlen(scheme)) != 0 ||
	    strchr("/?#:", url[strlen(scheme)]) != NULL)
		return false;
	for (i = 0; i < n; i++)
		if (url[i] == ' ' || url[i] == '"' || url[i] == '<' ||
		    url[i] == '>' || url[i] == '\\')
			return false;
	return !field_has_control(url, n);
}

bool
profile_anonymous(const char *nickname, const char *avatar)
{
	return (nickname != NULL && strcmp(nickname, ANONYMOUS_NAME) == 0) ||
	    (avatar != NULL && strstr(avatar, ANONYMOUS_PICTURE) != NULL);
}

/* ---- from the user */

enum outcome
profile_from_fields(struct request *rq, const struct profile_fields *f,
    struct profile *p)
{
	const struct { const char **to; const struct val *from; } labels[] = {
		{ &p->language, f->language }, { &p->country, f->country },
		{ &p->province, f->province }, { &p->city, f->city },
	};
	char *nickname;
	size_t i;

	if (f->nickname->set) {
		nickname = arena_copy(rq->cx.arena, f->nickname->s,
		    f->nickname->len);
		if (nickname == NULL)
			return FAIL_MEMORY(rq->cx.log);
		if (!profile_nickname_valid(&nickname))
			return bad_field(rq, "nickname", FIELD_WRONG);
		if (!profile_anonymous(nickname, NULL))
			p->nickname = nickname;
	}
	if (f->avatar_url->set) {
		if (f->avatar_url->len > 0 &&
		    !profile_avatar_valid(f->avatar_url->s))
			return bad_field(rq, "avatarUrl", FIELD_WRONG);
		if (!profile_anonymous(NULL, f->avatar_url->s))
			p->avatar_url = f->avatar_url->s;
	}
	if (f->gender->set)
		p->gender = f->gender->i;
	for (i = 0; i < COUNT(labels); i++)
		if (labels[i].from->set)
			*labels[i].to = labels[i].from->s;
	return OK;
}

/* ---- from WeChat */

/* A copy of a member that is text and not empty; *out is NULL otherwise. */
static enum outcome
take_text(struct request *rq, const struct json_object *o, const char *name,
    char **out)
{
	size_t n;
	const char *s = json_text(o, name, &n);

	*out = NULL;
	if (s == NULL || n == 0)
		return OK;
	*out = arena_copy(rq->cx.arena, s, n);
	return *out != NULL ? OK : FAIL_MEMORY(rq->cx.log);
}

/* One that breaks the rules is left out, once its control characters are. */
static enum outcome
take_label(struct request *rq, const struct json_object *o, const char *name,
    const char **out)
{
	char *s;
	const enum outcome e = take_text(rq, o, name, &s);

	*out = NULL;
	if (s != NULL) {
		field_drop_control(s);
		if (profile_nickname_valid(&s))
			*out = s;
	}
	return e;
}

/* Is it the address of a picture at HOST.qlogo.cn, or qlogo.cn? */
static bool
at_qlogo(const char *host)
{
	static const char domain[] = "qlogo.cn";
	const size_t n = strcspn(host, "/?#:"), m = strlen(domain);

	return n >= m && strncmp(host + n - m, domain, m) == 0 &&
	    (n == m || host[n - m - 1] == '.');
}

/* http://HOST.qlogo.cn/... as https://..., which WeChat serves as well. */
static enum outcome
take_avatar(struct request *rq, const struct json_object *o, const char **out)
{
	static const char plain[] = "http://", secure[] = "https://";
	char *s, *copy;
	enum outcome e;
	size_t n;

	*out = NULL;
	if ((e = take_text(rq, o, "avatarUrl", &s)) != OK || s == NULL)
		return e;
	if (strncmp(s, plain, strlen(plain)) == 0 &&
	    at_qlogo(s + strlen(plain))) {
		n = strlen(s) - strlen(plain);
		copy = arena_alloc(rq->cx.arena, strlen(secure) + n + 1);
		if (copy == NULL)
			return FAIL_MEMORY(rq->cx.log);
		memcpy(copy, secure, strlen(secure));
		memcpy(copy + strlen(secure), s + strlen(plain), n + 1);
		s = copy;
	}
	if (profile_avatar_valid(s))
		*out = s;
	return OK;
}

static enum outcome
take_unionid(struct request *rq, const struct json_object *o,
    struct profile *p)
{
	char *s;
	const enum outcome e = take_text(rq, o, "unionId", &s);

	if (s != NULL && strlen(s) <= OPENID_MAX &&
	    all_alnum_or(s, strlen(s), "_-"))
		p->unionid = s;
	return e;
}

enum outcome
profile_from_wechat(struct request *rq, const struct json_object *o,
    struct profile *p)
{
	const struct { const char **to; const char *name; } labels[] = {
		{ &p->language, "language" }, { &p->country, "country" },
		{ &p->province, "province" }, { &p->city, "city" },
	};
	const char *nickname, *avatar, *s;
	int64_t gender;
	enum outcome e;
	size_t i;

	if ((e = take_label(rq, o, "nickName", &nickname)) != OK ||
	    (e = take_avatar(rq, o, &avatar)) != OK)
		return e;
	if (nickname != NULL && !profile_anonymous(nickname, NULL))
		p->nickname = nickname;
	if (avatar != NULL && !profile_anonymous(NULL, avatar))
		p->avatar_url = avatar;
	for (i = 0; i < COUNT(labels); i++) {
		if ((e = take_label(rq, o, labels[i].name, &s)) != OK)
			return e;
		if (s != NULL)
			*labels[i].to = s;
	}
	if (json_number(o, "gender", &gender) && gender >= 1 && gender <= 2)
		p->gender = gender;
	return take_unionid(rq, o, p);
}

/* ---- writing */

struct update {
	struct request		*rq;
	const struct profile	*p;
};

static enum outcome
update_row(void *arg)
{
	const struct update *u = arg;
	struct request *rq = u->rq;
	const struct profile *p = u->p;
	struct q *q;
	enum outcome e;

	if ((e = throttle_changes(rq, "profile", PROFILE_CHANGES)) != OK)
		return e;
	q = q_new(rq->cx.store, Q_PROFILE_UPDATE);
	q_text(q, ":nickname", p->nickname);
	q_text(q, ":avatar_url", p->avatar_url);
	if (p->gender >= 0)
		q_int(q, ":gender", p->gender);
	q_text(q, ":language", p->language);
	q_text(q, ":country", p->country);
	q_text(q, ":province", p->province);
	q_text(q, ":city", p->city);
	q_text(q, ":unionid", p->unionid);
	q_int(q, ":now", rq->cx.now);
	q_int(q, ":id", rq->user.id);
	if ((e = user_take(rq, q)) != OK)
		return e;
	if ((e = audit_add(rq, "profile", rq->user.id, rq->session.id,
	    NULL)) != OK)
		return e;
	return sweep_sometimes(&rq->cx);
}

static bool
differs(const char *given, const char *stored)
{
	return given != NULL && strcmp(given, stored) != 0;
}

static bool
changes(const struct user *u, const struct profile *p)
{
	return differs(p->nickname, u->nickname) ||
	    differs(p->avatar_url, u->avatar_url) ||
	    differs(p->language, u->language) ||
	    differs(p->country, u->country) ||
	    differs(p->province, u->province) || differs(p->city, u->city) ||
	    differs(p->unionid, u->unionid) ||
	    (p->gender >= 0 && p->gender != u->gender);
}

enum outcome
profile_update(struct request *rq, const struct profile *p)
{
	if (!changes(&rq->user, p))
		return OK;
	return store_write(rq->cx.store, DURABLE, update_row,
	    &(struct update){ rq, p });
}
