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

static bool
all_digits(const char *s, size_t n)
{
	return strspn(s, "0123456789") == n;
}

static void
read_country(struct json_object *o, char out[COUNTRY_MAX + 1])
{
	int64_t number;
	size_t n;
	const char *s = json_text(o, "countryCode", &n);

	out[0] = '\0';
	if (s != NULL && *s == '+') {
		s++;
		n--;
	}
	if (s != NULL && n <= COUNTRY_MAX && all_digits(s, n))
		memcpy(out, s, n + 1);
	else if (json_number(o, "countryCode", &number) && number > 0 &&
	    number <= 999999)
		snprintf(out, COUNTRY_MAX + 1, "%" PRId64, number);
}

bool
wechat_read_phone(struct json_object *o, struct wechat_phone *p)
{
	size_t n;
	const char *s = json_text(o, json_has(o, "purePhoneNumber") ?
	    "purePhoneNumber" : "phoneNumber", &n);

	if (s == NULL || n < PHONE_MIN || n > PHONE_MAX || !all_digits(s, n))
		return false;
	memcpy(p->number, s, n + 1);
	read_country(o, p->country);
	return true;
}

/* ---- the call */

struct phone_out {
	const char		*appid;
	struct wechat_phone	*phone;
};

static enum outcome
read_phone(struct log *log, struct json_object *o, void *arg)
{
	const struct phone_out *out = arg;
	struct json_object *info = json_child(o, "phone_info"), *mark;
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
