/* SPDX-License-Identifier: MIT */
/* phone_number.c: which phone numbers of WeChat's are read, and how. */
#include <config.h>

#include <string.h>

#include "base/json.h"
#include "tests/unit/tap.h"
#include "wechat/wechat.h"

static const struct { const char *why, *json, *number, *country; } phones[] = {
{ "as WeChat sends it", "{\"phoneNumber\":\"+8613800000000\","
    "\"purePhoneNumber\":\"13800000000\",\"countryCode\":\"86\"}",
    "13800000000", "86" },
{ "country code as a number", "{\"purePhoneNumber\":\"13800000000\","
    "\"countryCode\":86}", "13800000000", "86" },
{ "country code with a plus", "{\"purePhoneNumber\":\"13800000000\","
    "\"countryCode\":\"+86\"}", "13800000000", "86" },
{ "no country code", "{\"purePhoneNumber\":\"13800000000\"}", "13800000000",
    "" },
{ "country code of letters", "{\"purePhoneNumber\":\"13800000000\","
    "\"countryCode\":\"CN\"}", "13800000000", "" },
{ "phoneNumber only", "{\"phoneNumber\":\"13800000000\"}", "13800000000", "" },
{ "5 digits", "{\"purePhoneNumber\":\"12345\"}", "12345", "" },
{ "20 digits", "{\"purePhoneNumber\":\"12345678901234567890\"}",
    "12345678901234567890", "" },
{ "4 digits", "{\"purePhoneNumber\":\"1234\"}", NULL, NULL },
{ "21 digits", "{\"purePhoneNumber\":\"123456789012345678901\"}", NULL, NULL },
{ "masked", "{\"purePhoneNumber\":\"138****0000\"}", NULL, NULL },
{ "with a plus", "{\"purePhoneNumber\":\"+8613800000000\"}", NULL, NULL },
{ "with a NUL", "{\"purePhoneNumber\":\"13800\\u0000000\"}", NULL, NULL },
{ "full-width digits", "{\"purePhoneNumber\":\"\\uff11\\uff12\\uff13\"}", NULL,
    NULL },
{ "a number", "{\"purePhoneNumber\":13800000000}", NULL, NULL },
{ "empty", "{\"purePhoneNumber\":\"\"}", NULL, NULL },
{ "none", "{}", NULL, NULL },
};

static void
phone_rows(void)
{
	struct wechat_phone p;

	for (size_t i = 0; i < COUNT(phones); i++) {
		struct json_object *o = json_parse_object(phones[i].json,
		    strlen(phones[i].json));
		const bool is = o != NULL &&
		    wechat_read_phone(o, &p);

		about(phones[i].json, strlen(phones[i].json));
		ok(o != NULL, "phone: %s: it is JSON", phones[i].why);
		is_str(is ? p.number : NULL, phones[i].number,
		    "phone: %s: its number", phones[i].why);
		is_str(is ? p.country : NULL, phones[i].country,
		    "phone: %s: its country code", phones[i].why);
		json_done(o);
	}
	about(NULL, 0);
}

int
main(void)
{
	phone_rows();
	return done();
}
