/* SPDX-License-Identifier: MIT */
/* profile.c: which names and pictures a user may give, what of WeChat's is
 * taken, and how a phone number is bound. */
#include <config.h>

#include "account/phone.h"
#include "account/profile.h"
#include "base/json.h"
#include "tests/unit/fixture.h"
#include "tests/unit/json_of.h"
#include "tests/unit/tap.h"
#include "wechat/wechat.h"

#define X32	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X64	X32 X32
#define ANONYMOUS "\xe5\xbe\xae\xe4\xbf\xa1\xe7\x94\xa8\xe6\x88\xb7"
#define GREY "https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMEC" \
	"NjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZo" \
	"J8rg/132"

static const struct { const char *why, *s; bool fine; } nicknames[] = {
{ "plain", "Li", true }, { "Chinese", "\xe6\x9d\x8e", true },
{ "emoji", "\xf0\x9f\x98\x80", true }, { "64 letters", X64, true },
{ "64 letters and blanks", "  " X64 " ", true }, { "65", X64 "x", false },
{ "empty", "", false }, { "blank", " \t ", false },
{ "wide blank", "\xe3\x80\x80", false }, { "newline inside", "a\nb", false },
{ "escape", "a\x1b[1m", false }, { "C1", "a\xc2\x85" "b", false },
{ "not UTF-8", "a\xff", false },
};
static const struct { const char *why, *s; bool fine; } avatars[] = {
{ "https", "https://a.example/x.png", true },
{ "https, any port", "https://a.example:8443/x?y=z#w", true },
{ "https, Chinese", "https://a.example/\xe5\xbe\xae", true },
{ "http", "http://a.example/x.png", false },
{ "wxfile", "wxfile://tmp_x.png", false },
{ "http://tmp/", "http://tmp/x.png", false },
{ "data", "data:image/png;base64,AAAA", false },
{ "javascript", "javascript:alert(1)", false },
{ "HTTPS in capitals", "HTTPS://a.example/x", false },
{ "no host", "https://", false }, { "no host, a path", "https:///x", false },
{ "no host, a query", "https://?x", false },
{ "a quotation mark", "https://a.example/\"onerror", false },
{ "a blank", "https://a.example/a b", false },
{ "a tag", "https://a.example/<b>", false },
{ "a newline", "https://a.example/\r\nX-A: 1", false },
{ "empty", "", false },
};
static struct box b;

static void
from_wechat(const char *json, struct profile *p)
{
	struct json_object *o = json_of(json, strlen(json));

	about(json, strlen(json));
	*p = (struct profile)PROFILE_INIT;
	if (o == NULL)
		box_must(&b, INTERNAL, json);
	box_must(&b, profile_from_wechat(&b.rq, o, p), json);
	json_done(o);
}

static void
wechat_rows(void)
{
	struct profile p;

	from_wechat("{\"nickName\":\" Li \",\"gender\":2,"
	    "\"language\":\"zh_CN\","
	    "\"city\":\"\",\"province\":\"P\",\"country\":\"C\",\"avatarUrl\":"
	    "\"http://wx.qlogo.cn/x/132\",\"unionId\":\"ojygT1o-_\"}", &p);
	is_str(p.nickname, "Li", "wechat: nickname, trimmed");
	is_str(p.avatar_url, "https://wx.qlogo.cn/x/132",
	    "wechat: http of qlogo.cn becomes https");
	ok(p.gender == 2, "wechat: gender");
	is_str(p.language, "zh_CN", "wechat: language");
	ok(p.city == NULL, "wechat: an empty city says nothing");
	is_str(p.unionid, "ojygT1o-_", "wechat: unionId");
	from_wechat("{\"nickName\":\"" ANONYMOUS "\",\"gender\":0,"
	    "\"avatarUrl\":\"" GREY "\",\"unionId\":\"a\\r\\nb\"}", &p);
	is_str(p.nickname, NULL,
	    "wechat: the anonymous nickname says nothing");
	is_str(p.avatar_url, NULL, "wechat: the grey picture says nothing");
	is_int(p.gender, -1, "wechat: gender 0 of the anonymous says nothing");
	ok(p.unionid == NULL, "wechat: a unionId with a newline is not taken");
	from_wechat("{\"avatarUrl\":\"http://evilqlogo.cn/x\"}", &p);
	ok(p.avatar_url == NULL,
	    "wechat: http of a host that only ends like qlogo.cn is left out");
	from_wechat("{\"avatarUrl\":\"http://evil.com/.qlogo.cn/\"}", &p);
	ok(p.avatar_url == NULL,
	    "wechat: http of a path that ends like qlogo.cn is left out");
	from_wechat("{\"avatarUrl\":\"http://qlogo.cn@evil.com/\"}", &p);
	ok(p.avatar_url == NULL,
	    "wechat: http of a user name like qlogo.cn is left out");
	from_wechat("{\"avatarUrl\":\"http://evil.com@x.qlogo.cn/\"}", &p);
	ok(p.avatar_url == NULL || strncmp(p.avatar_url, "https://", 8) == 0,
	    "wechat: a user name before qlogo.cn does not make it http");
	from_wechat("{\"nickName\":\"" X64 "x\",\"avatarUrl\":7,\"gender\":9,"
	    "\"city\":\"a\\u0000b\"}", &p);
	is_str(p.nickname, NULL, "wechat: a nickname too long is left out");
	is_str(p.avatar_url, NULL,
	    "wechat: a picture of another kind is left out");
	is_int(p.gender, -1, "wechat: a gender out of bounds is left out");
	is_str(p.city, NULL, "wechat: a city with a NUL is left out");
	from_wechat("{\"nickName\":\"a\\u0007b\\u0085\","
	    "\"city\":\"\\u007f\"}", &p);
	is_str(p.nickname, "ab", "wechat: a control character goes alone");
	is_str(p.city, NULL, "wechat: only control characters are no city");
	about(NULL, 0);
}

/* Binding: one holder per app; sealed; found by a keyed hash. */
static void
binding(void)
{
	const struct wechat_phone p = { "13800000000", "86" };
	const struct wechat_phone q = { "13900000000", "86" };

	box_user(&b, "first");
	ok(phone_bind(&b.rq, &p, NULL) == OK && b.rq.user.phone_len > 0,
	    "a number is bound");
	ok(user_out(&b.rq, &b.rq.user, &b.rq.data) == OK && strstr(
	    b.rq.data.p, "\"phone\":\"13800000000\",\"countryCode\":\"86\"") !=
	    NULL, "userInfo has the number");
	buf_free(&b.rq.data);
	ok(box_sql(b.conf.database, "SELECT count(*) FROM users WHERE "
	    "instr(phone, '13800000000') OR instr(phone_hash, '138')") == 0,
	    "the number can't be read in the store");
	ok(phone_bind(&b.rq, &p, NULL) == OK,
	    "the same user binds the same number again");
	box_user(&b, "second");
	b.conf.phone_conflict = PHONE_REFUSE;
	ok(phone_bind(&b.rq, &p, NULL) == PHONE_TAKEN,
	    "phone_conflict = refuse: a taken number is PHONE_TAKEN");
	ok(phone_bind(&b.rq, &q, NULL) == OK,
	    "phone_conflict = refuse: another number is bound");
	b.conf.phone_conflict = PHONE_MOVE;
	ok(phone_bind(&b.rq, &p, NULL) == OK,
	    "phone_conflict = move: a taken number is bound");
	is_int(box_sql(b.conf.database,
	    "SELECT count(*) FROM users WHERE phone "
	    "IS NOT NULL"), 1,
	    "phone_conflict = move: one user holds it then");
	is_int(box_sql(b.conf.database,
	    "SELECT count(*) FROM audit WHERE event "
	    "= 'phone_moved_away'"), 1,
	    "phone_conflict = move: the loss is in the audit trail");
	memcpy(b.app.appid, "wx2", 4);
	box_user(&b, "third");
	ok(phone_bind(&b.rq, &p, NULL) == OK && box_sql(b.conf.database,
	    "SELECT count(*) FROM users WHERE phone IS NOT NULL") == 2,
	    "a user of another app may hold the same number");
	is_int(phone_unbind(&b.rq), OK, "a number is unbound");
	is_int(b.rq.user.phone_len, 0, "after it the user has no number");
	is_int(phone_unbind(&b.rq), OK, "unbinding without a number is OK");
	is_int(box_sql(b.conf.database,
	    "SELECT count(*) FROM audit WHERE event "
	    "= 'phone_unbind'"), 1, "the audit trail has one unbinding");
}

int
main(void)
{
	store_init();
	box_open(&b, "profile.db");
	for (size_t i = 0; i < COUNT(nicknames); i++) {
		char copy[128], *s = copy;

		snprintf(copy, sizeof(copy), "%s", nicknames[i].s);
		ok(profile_nickname_valid(&s) == nicknames[i].fine,
		    "nickname: %s", nicknames[i].why);
	}
	for (size_t i = 0; i < COUNT(avatars); i++)
		ok(profile_avatar_valid(avatars[i].s) == avatars[i].fine,
		    "avatar: %s", avatars[i].why);
	ok(profile_anonymous(ANONYMOUS, NULL),
	    "anonymous by its nickname");
	ok(profile_anonymous(NULL, GREY), "anonymous by its picture");
	ok(!profile_anonymous("Li", "https://a.example/x"),
	    "others are not anonymous");
	ok(!profile_anonymous(NULL, NULL),
	    "a profile that says nothing is not anonymous");
	wechat_rows();
	binding();
	box_close(&b);
	return done();
}
