/* SPDX-License-Identifier: MIT */
/* params.c: which meta-variables are read, and what comes of those that come
 * twice or empty. */
#include <config.h>

#include "base/bounds.h"
#include "cgi/params.h"
#include "tests/unit/env.h"
#include "tests/unit/tap.h"

static const struct {
	const char *why, *env; enum param which; const char *want; bool differ;
} t[] = {
{ "plain", "REQUEST_METHOD=GET", P_REQUEST_METHOD, "GET", false },
{ "absent", "OTHER=GET", P_REQUEST_METHOD, NULL, false },
{ "empty counts as absent", "REQUEST_METHOD=", P_REQUEST_METHOD, NULL, false },
{ "value with equals signs", "QUERY_STRING=a=b=c", P_QUERY_STRING, "a=b=c",
    false },
{ "a string without an equals sign", "REQUEST_METHOD\nREQUEST_METHOD=PUT",
    P_REQUEST_METHOD, "PUT", false },
{ "a name without a beginning", "=GET\nREQUEST_METHOD=PUT", P_REQUEST_METHOD,
    "PUT", false },
{ "beginning of a name", "REQUEST_METHO=GET", P_REQUEST_METHOD, NULL, false },
{ "longer name", "REQUEST_METHODS=GET", P_REQUEST_METHOD, NULL, false },
{ "other case", "request_method=GET", P_REQUEST_METHOD, NULL, false },
{ "twice the same", "CONTENT_LENGTH=5\nCONTENT_LENGTH=5", P_CONTENT_LENGTH,
    "5", false },
{ "twice, different", "CONTENT_LENGTH=5\nCONTENT_LENGTH=6", P_CONTENT_LENGTH,
    "5", true },
{ "three times, the last differs", "HTTP_AUTHORIZATION=a\n"
    "HTTP_AUTHORIZATION=a\nHTTP_AUTHORIZATION=b", P_HTTP_AUTHORIZATION, "a",
    true },
{ "empty and then a value", "CONTENT_LENGTH=\nCONTENT_LENGTH=6",
    P_CONTENT_LENGTH, NULL, true },
{ "a value and then empty", "CONTENT_LENGTH=6\nCONTENT_LENGTH=",
    P_CONTENT_LENGTH, "6", true },
{ "twice empty", "QUERY_STRING=\nQUERY_STRING=", P_QUERY_STRING, NULL, false },
{ "two names are not one", "HTTP_AUTHORIZATION=a\n"
    "REDIRECT_HTTP_AUTHORIZATION=b", P_HTTP_AUTHORIZATION, "a", false },
{ "the role of libfcgi comes first", "FCGI_ROLE=RESPONDER\n"
    "FCGI_ROLE=AUTHORIZER", P_FCGI_ROLE, "RESPONDER", true },
{ "a header is not the parameter", "HTTP_WXLOGIN_IDENTITY_HEADERS=1",
    P_WXLOGIN_IDENTITY_HEADERS, NULL, false },
{ "a header can't pose as a variable", "HTTP_REMOTE_ADDR=10.0.0.1",
    P_REMOTE_ADDR, NULL, false },
};

int
main(void)
{
	struct params p;
	char line[128];

	for (size_t i = 0; i < COUNT(t); i++) {
		params_scan(env_of(t[i].env), &p);
		about(t[i].env, strlen(t[i].env));
		is_str(p.v[t[i].which], t[i].want, "%s: its value", t[i].why);
		is_int(params_differ(&p, t[i].which), t[i].differ,
		    "%s: two values or not", t[i].why);
	}
	about(NULL, 0);
	ok(PARAM__MAX <= 32, "all parameters have a bit of `differ`");
	for (int w = 0; w < PARAM__MAX; w++) {
		const char *name = params_name((enum param)w);

		ok(name != NULL && *name != '\0', "parameter %d has a name",
		    w);
		snprintf(line, sizeof(line), "%s=x", name);
		params_scan(env_of(line), &p);
		is_str(p.v[w], "x", "%s is found by its name", name);
		/* a name of the same length, other in its last character */
		line[strlen(name) - 1] ^= 1;
		params_scan(env_of(line), &p);
		is_str(p.v[w], NULL, "%s is not found by another name", name);
	}
	params_scan(env_of(""), &p);
	for (int w = 0; w < PARAM__MAX; w++)
		if (p.v[w] != NULL)
			p.differ = 1;
	ok(p.differ == 0, "an empty environment");
	return done();
}
