/* SPDX-License-Identifier: MIT */
/* updatephone.c: binds a phone number to the user.
 *
 *   POST (token)  code			the phone code of the button's event
 *		   encryptedData + iv	the older way
 *	200 {"userInfo"}
 *	400 PARAM_INVALID	a field; its missing half; body: nothing given
 *	400 CODE_INVALID, DECRYPT_WX_OPEN_DATA_FAIL
 *	401 AUTH_INVALID, AUTH_EXPIRED	403 USER_BLOCKED
 *	409 PHONE_TAKEN		phone_conflict = refuse
 *	429 TOO_MANY_REQUESTS	502 WECHAT_ERROR
 *	503 WECHAT_UNAVAILABLE, BUSY
 *
 * The code wins when both are given.
 */
#include <config.h>

#include <string.h>

#include "account/phone.h"
#include "account/session_keys.h"
#include "base/json.h"
#include "program/endpoint.h"
#include "wechat/wechat.h"

enum { CODE, ENCRYPTED_DATA, IV };

static const struct field fields[] = {
	[CODE] = { .name = "code", .type = FIELD_PRINT, .min = 1, .max = 256 },
	[ENCRYPTED_DATA] = { .name = "encryptedData", .type = FIELD_BASE64,
	    .min = 1, .max = BODY_MAX },
	[IV] = { .name = "iv", .type = FIELD_BASE64, .min = 1, .max = 128 },
};

static enum outcome
by_code(struct request *rq, struct wechat_phone *phone)
{
	const struct app *app = conf_app(rq->cx.conf, rq->user.appid);

	if (app == NULL)
		return FAIL(rq->cx.log, INTERNAL, "app %s is no longer "
		    "configured", rq->user.appid);
	return wechat_phone_number(&rq->cx, app, rq->f[CODE].s,
	    rq->user.openid,
	    phone);
}

static enum outcome
by_data(struct request *rq, struct wechat_phone *phone,
    struct phone_data *data)
{
	const struct val *sent = &rq->f[ENCRYPTED_DATA];
	struct json_object *o, *mark;
	enum outcome e;

	e = session_open_encrypted(rq, &rq->f[ENCRYPTED_DATA], &rq->f[IV], &o);
	if (e != OK)
		return e;
	*data = (struct phone_data){ sent->s, sent->len, 0 };
	mark = json_child(o, "watermark");
	if (!wechat_read_phone(o, phone) || mark == NULL ||
	    !json_number(mark, "timestamp", &data->made))
		e = FAIL(rq->cx.log, DECRYPT_WX_OPEN_DATA_FAIL,
		    "open data: no phone number in it");
	json_done(o);
	return e;
}

static enum outcome
run(struct request *rq)
{
	const struct val *f = rq->f;
	struct wechat_phone phone;
	struct phone_data data = { .bytes = NULL };
	enum outcome e;

	if (f[CODE].set)
		e = by_code(rq, &phone);
	else if (f[ENCRYPTED_DATA].set && f[IV].set)
		e = by_data(rq, &phone, &data);
	else if (f[ENCRYPTED_DATA].set || f[IV].set)
		return bad_field(rq, f[IV].set ? "encryptedData" : "iv");
	else
		return bad_field(rq, "body");
	if (e == OK)
		e = phone_bind(rq, &phone, data.bytes == NULL ? NULL :
		    &data);
	explicit_bzero(&phone, sizeof(phone));
	return e == OK ? user_out(rq, &rq->user, &rq->data) : e;
}

const struct program program = {
	.name = "updatephone",
	.summary = "binds a phone number",
	.methods = METHOD_POST,
	.auth = AUTH_REQUIRED,
	.fields = fields,
	.nfields = COUNT(fields),
	.upstream = &wechat_upstream,
	.run = run,
};
