/* SPDX-License-Identifier: MIT */
/* phone_number.c: phone numbers as WeChat writes them; getPhoneNumber, POST
 * /wxa/business/getuserphonenumber. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "context.h"
#include "wechat/access_token.h"
#include "wechat/call.h"
#include "wechat/wechat.h"

/* A member that is digits, `most` at most, maybe with blanks around them and,
 * if it may be, a plus before; *n is 0 when it is nothing of that kind. */
static const char *
read_digits(const struct json_object *o, const char *name, size_t most,
    bool plus, size_t *n)
{
	size_t len;
	const char *s = json_text(o, name, &len);

	*n = 0;
	if (s == NULL)
		return "";
	s += strspn(s, " ");
	s += plus && *s == '+';
	len = strspn(s, "0123456789");
	if (len <= most && s[len + strspn(s + len, " ")] == '\0')
		*n = len;
	return s;
}

static void
read_country(const struct json_object *o, char out[COUNTRY_MAX + 1])
{
	int64_t number;
	size_t n;
	const char *s = read_digits(o, "countryCode", COUNTRY_MAX, true, &n);

	memcpy(out, s, n);
	out[n] = '\0';
	if (n == 0 && json_kind(o, "countryCode") == JSON_INTEGER &&
	    json_number(o, "countryCode", &number) && number > 0 &&
	    number <= 999999)
		snprintf(out, COUNTRY_MAX + 1, "%" PRId64, number);
}

bool
wechat_read_phone(const struct json_object *o, struct wechat_phone *p)
{
	size_t n;
	const char *s = read_digits(o, json_has(o, "purePhoneNumber") ?
	    "purePhoneNumber" : "phoneNumber", PHONE_MAX, false, &n);

	if (n < PHONE_MIN)
		return false;
	memcpy(p->number, s, n);
	p->number[n] = '\0';
	read_country(o, p->country);
	return true;
}

/* ---- the call */

struct phone_out {
	const char		*appid;
	struct wechat_phone	*phone;
};

static enum outcome
read_phone(struct log *log, const struct json_object *o, void *arg)
{
	const struct phone_out *out = arg;
	const struct json_object *info = json_child(o, "phone_info"), *mark;
	const char *appid;
	size_t n;

	if (info == NULL || !wechat_read_phone(info, out->phone))
		return FAIL(log, WECHAT_ERROR, "WeChat: phone_info is missing "
		    "or malformed");
	mark = json_child(info, "watermark");
	appid = mark == NULL ? NULL : json_text(mark, "appid", &n);
	if (appid == NULL || strcmp(appid, out->appid) != 0)
		return FAIL(log, WECHAT_ERROR, "WeChat: the phone number is "
		    "marked for another app");
	return OK;
}

enum outcome
wechat_phone_number(struct context *cx, const struct app *app,
    const char *code,
    const char *openid, struct wechat_phone *phone)
{
	struct phone_out out = { app->appid, phone };
	struct api a = { API_INIT, .path = "/wxa/business/getuserphonenumber",
	    .once = true, .read = read_phone, .out = &out };
	int64_t errcode;

	json_open(&a.body, NULL);
	json_str(&a.body, "code", code);
	json_str(&a.body, "openid", openid);
	json_close(&a.body);
	return access_call(cx, app, &a, &errcode);
}
