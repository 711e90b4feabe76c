/* SPDX-License-Identifier: MIT */
/* credentials.c: where auth_token() finds a token, in which order, and what it
 * takes for none or for a malformed one. */
#include <config.h>

#include "base/arena.h"
#include "base/bounds.h"
#include "cgi/credentials.h"
#include "cgi/input.h"
#include "cgi/params.h"
#include "tests/unit/env.h"
#include "tests/unit/tap.h"

#define NONE	"(none)"	/* not given */
#define BAD	"(malformed)"	/* given, and no text of it can be used */

static const struct {
	const char *why, *env, *body, *query, *want;
} t[] = {
/* the header Authorization */
{ "nothing at all", "", NULL, NULL, NONE },
{ "Bearer", "HTTP_AUTHORIZATION=Bearer TOK", NULL, NULL, "TOK" },
{ "bearer in small letters", "HTTP_AUTHORIZATION=bearer TOK", NULL, NULL,
    "TOK" },
{ "BEARER in capitals", "HTTP_AUTHORIZATION=BEARER TOK", NULL, NULL, "TOK" },
{ "bEaReR", "HTTP_AUTHORIZATION=bEaReR TOK", NULL, NULL, "TOK" },
{ "several blanks", "HTTP_AUTHORIZATION=  Bearer \t TOK \t", NULL, NULL,
    "TOK" },
{ "without a scheme", "HTTP_AUTHORIZATION=TOK", NULL, NULL, "TOK" },
{ "Bearer without a token", "HTTP_AUTHORIZATION=Bearer", NULL, NULL, NONE },
{ "Bearer and blanks", "HTTP_AUTHORIZATION=Bearer   ", NULL, NULL, NONE },
{ "blanks", "HTTP_AUTHORIZATION=   ", NULL, NULL, NONE },
{ "empty", "HTTP_AUTHORIZATION=", NULL, NULL, NONE },
{ "a word that begins like Bearer", "HTTP_AUTHORIZATION=Bearers TOK", NULL,
    NULL, NONE },
{ "Bearer is a token when a letter follows", "HTTP_AUTHORIZATION=BearerTOK",
    NULL, NULL, "BearerTOK" },
{ "Basic is no token", "HTTP_AUTHORIZATION=Basic dXNlcjpwYXNz", NULL, NULL,
    NONE },
{ "Digest is no token", "HTTP_AUTHORIZATION=Digest username=\"x\", "
    "realm=\"y\"", NULL, NULL, NONE },
{ "Negotiate is no token", "HTTP_AUTHORIZATION=Negotiate abc", NULL, NULL,
    NONE },
{ "two tokens behind Bearer", "HTTP_AUTHORIZATION=Bearer A B", NULL, NULL,
    "A B" },
{ "joined by a comma: Bearer, Bearer", "HTTP_AUTHORIZATION=Bearer A, "
    "Bearer B", NULL, NULL, "A, Bearer B" },
{ "joined by a comma: tokens", "HTTP_AUTHORIZATION=A, B", NULL, NULL, BAD },
{ "joined by a comma, no blank", "HTTP_AUTHORIZATION=A,B", NULL, NULL, "A,B" },
{ "joined by a comma: Basic, Bearer", "HTTP_AUTHORIZATION=Basic dTpw, "
    "Bearer B", NULL, NULL, BAD },
{ "joined by a comma: Basic, bearer", "HTTP_AUTHORIZATION=Basic dTpw, "
    "bearer B", NULL, NULL, BAD },
{ "joined by a comma: Basic,Bearer", "HTTP_AUTHORIZATION=Basic dTpw,"
    "Bearer B", NULL, NULL, BAD },
{ "joined by a comma: Bearer, Basic", "HTTP_AUTHORIZATION=Bearer A, "
    "Basic dTpw", NULL, NULL, "A, Basic dTpw" },
/* REDIRECT_ */
{ "REDIRECT_ stands in", "REDIRECT_HTTP_AUTHORIZATION=Bearer R", NULL, NULL,
    "R" },
{ "REDIRECT_ stands in for an empty one", "HTTP_AUTHORIZATION=\n"
    "REDIRECT_HTTP_AUTHORIZATION=Bearer R", NULL, NULL, "R" },
{ "REDIRECT_ does not beat the header", "HTTP_AUTHORIZATION=Bearer A\n"
    "REDIRECT_HTTP_AUTHORIZATION=Bearer R", NULL, NULL, "A" },
{ "REDIRECT_ does not stand in for Basic", "HTTP_AUTHORIZATION=Basic x\n"
    "REDIRECT_HTTP_AUTHORIZATION=Bearer R", NULL, NULL, NONE },
/* the header sessionid */
{ "sessionid", "HTTP_SESSIONID=TOK", NULL, NULL, "TOK" },
{ "sessionid with blanks", "HTTP_SESSIONID= TOK ", NULL, NULL, "TOK" },
{ "sessionid knows no scheme", "HTTP_SESSIONID=Bearer TOK", NULL, NULL,
    "Bearer TOK" },
{ "sessionid of blanks", "HTTP_SESSIONID=  ", NULL, NULL, NONE },
{ "sessionid twice, different", "HTTP_SESSIONID=A\nHTTP_SESSIONID=B", NULL,
    NULL, BAD },
{ "sessionid twice, the same", "HTTP_SESSIONID=A\nHTTP_SESSIONID=A", NULL,
    NULL, "A" },
{ "Authorization comes first", "HTTP_AUTHORIZATION=Bearer A\n"
    "HTTP_SESSIONID=S", NULL, NULL, "A" },
{ "Basic in front of a site: sessionid", "HTTP_AUTHORIZATION=Basic x\n"
    "HTTP_SESSIONID=S", NULL, NULL, "S" },
{ "Bearer without a token: sessionid", "HTTP_AUTHORIZATION=Bearer\n"
    "HTTP_SESSIONID=S", NULL, NULL, "S" },
{ "a malformed Authorization is not passed over", "HTTP_AUTHORIZATION=A, B\n"
    "HTTP_SESSIONID=S", NULL, NULL, BAD },
/* the body */
{ "body, a form", "", "sessionid=B", NULL, "B" },
{ "body, JSON", "", "{\"sessionid\":\"B\"}", NULL, "B" },
{ "body, JSON, not a text", "", "{\"sessionid\":1}", NULL, BAD },
{ "body, JSON, null", "", "{\"sessionid\":null}", NULL, BAD },
{ "body, JSON, empty", "", "{\"sessionid\":\"\"}", NULL, NONE },
{ "body, twice in a form", "", "sessionid=A&sessionid=B", NULL, BAD },
{ "body, broken percent-encoding", "", "sessionid=%4", NULL, BAD },
{ "body, empty in a form", "", "sessionid=", NULL, NONE },
{ "body, another name", "", "SessionId=B", NULL, NONE },
{ "the header sessionid comes before the body", "HTTP_SESSIONID=S",
    "sessionid=B", NULL, "S" },
{ "Authorization comes before the body", "HTTP_AUTHORIZATION=A",
    "sessionid=B", NULL, "A" },
{ "an empty header: the body", "HTTP_SESSIONID=", "sessionid=B", NULL, "B" },
{ "Basic: the body", "HTTP_AUTHORIZATION=Basic x", "sessionid=B", NULL, "B" },
/* the query */
{ "query, when it is allowed", "", NULL, "sessionid=Q", "Q" },
{ "query, behind an empty body field", "", "sessionid=", "sessionid=Q", "Q" },
{ "the body comes before the query", "", "sessionid=B", "sessionid=Q", "B" },
{ "a malformed body field is not passed over", "", "{\"sessionid\":1}",
    "sessionid=Q", BAD },
{ "query, twice", "", NULL, "sessionid=A&sessionid=B", BAD },
{ "query, percent-encoded", "", NULL, "sessionid=%51", "Q" },
{ "query, when it is not allowed", "QUERY_STRING=sessionid=Q", NULL, NULL,
    NONE },
};

static const struct field known = { .name = "sessionid" };

static struct input *
parse(const char *text, struct input *in, struct arena *a)
{
	*in = (struct input){ .json = NULL };
	if (text == NULL)
		return NULL;
	if (*text == '{' ? !input_json(in, text, strlen(text)) :
	    !input_form(in, text, strlen(text), &known, 1, a))
		printf("Bail out! %s\n", text);
	return in;
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(t); i++) {
		struct arena a = { NULL };
		struct input body, query;
		struct params p;
		struct token token;
		const char *want = t[i].want;
		char text[512];
		bool is;

		params_scan(env_of(t[i].env), &p);
		token = auth_token(&p, parse(t[i].body, &body, &a),
		    parse(t[i].query, &query, &a));
		if (strcmp(want, NONE) == 0)
			is = !token.given;
		else if (strcmp(want, BAD) == 0)
			is = token.given && token.s == NULL;
		else
			is = token.given && token.s != NULL &&
			    token.n == strlen(want) &&
			    memcmp(token.s, want, token.n) == 0;
		snprintf(text, sizeof(text), "%s body: %s query: %s", t[i].env,
		    t[i].body == NULL ? "none" : t[i].body,
		    t[i].query == NULL ? "none" : t[i].query);
		about(text, strlen(text));
		ok(is, "%s", t[i].why);
		input_done(&body);
		input_done(&query);
		arena_free(&a);
	}
	return done();
}
