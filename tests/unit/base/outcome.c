/* SPDX-License-Identifier: MIT */
/* outcome.c: the table of outcomes against doc/protocol.md, The codes. */
#include <config.h>

#include "base/bounds.h"
#include "base/outcome.h"
#include "base/text.h"
#include "tests/unit/tap.h"

/* doc/protocol.md, The codes; retry: the code comes with Retry-After. */
static const struct {
	enum outcome o; const char *code; int status; bool retry;
} documented[] = {
	{ OK,			"OK", 200, false },
	{ PARAM_INVALID,	"PARAM_INVALID", 400, false },
	{ CODE_INVALID,		"CODE_INVALID", 400, false },
	{ CODE_USED,		"CODE_USED", 400, false },
	{ DECRYPT_WX_OPEN_DATA_FAIL, "DECRYPT_WX_OPEN_DATA_FAIL", 400, false },
	{ AUTH_INVALID,		"AUTH_INVALID", 401, false },
	{ AUTH_EXPIRED,		"AUTH_EXPIRED", 401, false },
	{ USER_BLOCKED,		"USER_BLOCKED", 403, false },
	{ NOT_FOUND,		"NOT_FOUND", 404, false },
	{ METHOD_NOT_ALLOWED,	"METHOD_NOT_ALLOWED", 405, false },
	{ PHONE_TAKEN,		"PHONE_TAKEN", 409, false },
	{ BODY_TOO_LARGE,	"BODY_TOO_LARGE", 413, false },
	{ UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", 415, false },
	{ TOO_MANY_REQUESTS,	"TOO_MANY_REQUESTS", 429, true },
	{ INTERNAL,		"INTERNAL", 500, false },
	{ WECHAT_ERROR,		"WECHAT_ERROR", 502, false },
	{ WECHAT_UNAVAILABLE,	"WECHAT_UNAVAILABLE", 503, true },
	{ BUSY,			"BUSY", 503, true },
};

/* Text for people, in a reply's JSON: nothing that needs escaping, no full
 * stop. */
static bool
sentence(const char *s)
{
	const size_t n = s == NULL ? 0 : strlen(s);

	return n > 0 && utf8_valid(s, n, NULL) && strpbrk(s, "\"\\\n%") == NULL
	    && s[n - 1] != '.' && strstr(s, "\xe3\x80\x82") == NULL;
}

static bool
ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

int
main(void)
{
	const struct outcome_row *r;
	size_t i, j;

	is_int(COUNT(documented), OUTCOME__MAX,
	    "as many as doc/protocol.md has");
	ok(OK == 0, "OK is 0");
	for (i = 0; i < COUNT(documented); i++) {
		r = outcome_row(documented[i].o);
		is_str(r->code, documented[i].code, "%s: its code",
		    documented[i].code);
		is_int(r->status, documented[i].status, "%s: its status",
		    documented[i].code);
		ok((r->retry_after > 0) == documented[i].retry,
		    "%s: Retry-After or not", documented[i].code);
		ok(sentence(r->en) && ascii(r->en), "%s: English",
		    documented[i].code);
		ok(sentence(r->zh) && !ascii(r->zh), "%s: Chinese",
		    documented[i].code);
	}
	for (i = 0; i < OUTCOME__MAX; i++) {
		r = outcome_row((enum outcome)i);
		ok(r->code != NULL, "outcome %zu is no hole", i);
		for (j = 0; j < i && strcmp(outcome_row((enum outcome)j)->code,
		    r->code) != 0; j++)
			;
		ok(j == i, "%s: no other has its code", r->code);
	}
	return done();
}
