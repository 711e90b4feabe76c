/* SPDX-License-Identifier: MIT */
/* reply.c: from an outcome to the bytes of a CGI response. */
#include <config.h>

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "cgi/io.h"
#include "cgi/params.h"
#include "cgi/reply.h"

static void
put_cors(const struct reply *r, struct buf *b)
{
	if (r->cors_origin == NULL)
		return;
	buf_str(b, "Vary: Origin\r\n");
	if (r->origin == NULL || strcmp(r->origin, r->cors_origin) != 0)
		return;
	buf_fmt(b, "Access-Control-Allow-Origin: %s\r\n", r->cors_origin);
	if (r->preflight)
		buf_fmt(b, "Access-Control-Allow-Methods: %s\r\n"
		    "Access-Control-Allow-Headers: Authorization, sessionid, "
		    "Content-Type\r\n"
		    "Access-Control-Max-Age: 600\r\n", r->allow);
	else
		buf_str(b, "Access-Control-Expose-Headers: X-Request-Id, "
		    "Retry-After\r\n");
}

static void
put_head(const struct reply *r, const struct buf *body, struct buf *b)
{
	const struct outcome_row *row = outcome_row(r->outcome);
	const int64_t retry = r->retry_after != 0 ? r->retry_after :
	    row->retry_after;
	const bool options = r->body == BODY_NONE && r->allow != NULL;

	buf_fmt(b, "Status: %d\r\n", options ? 204 : row->status);
	if (r->body != BODY_NONE)
		buf_fmt(b, "Content-Type: application/json; charset=utf-8\r\n"
		    "Content-Length: %zu\r\n", body->len);
	buf_fmt(b, "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: %s\r\n", r->request_id);
	if (r->allow != NULL)
		buf_fmt(b, "Allow: %s\r\n", r->allow);
	if (row->status == 401)		/* RFC 6750, 3 */
		buf_fmt(b, "WWW-Authenticate: Bearer realm=\"wxlogin\"%s\r\n",
		    r->no_token ? "" : ", error=\"invalid_token\"");
	if (row->retry_after != 0)
		buf_fmt(b, "Retry-After: %" PRId64 "\r\n", retry);
	/* nginx drops the body of a refusal.  JSON has no line ends. */
	if (r->in_header && r->outcome != OK && body->p != NULL)
		buf_fmt(b, "X-WXLogin-Reply: %s\r\n", body->p);
	put_cors(r, b);
	if (r->headers != NULL && r->headers->p != NULL)
		buf_add(b, r->headers->p, r->headers->len);
	buf_str(b, "\r\n");
}

static void
put_body(const struct reply *r, struct buf *b)
{
	const struct outcome_row *row = outcome_row(r->outcome);

	json_open(b, NULL);
	json_str(b, "code", row->code);
	if (r->outcome == OK) {
		json_open(b, "data");
		if (r->data != NULL && r->data->p != NULL)
			buf_add(b, r->data->p, r->data->len);
		json_close(b);
	} else {
		json_str(b, "message", r->zh ? row->zh : row->en);
		if (r->field != NULL)
			json_str(b, "field", r->field);
		json_str(b, "requestId", r->request_id);
	}
	json_close(b);
}

bool
reply_write(const struct reply *r, const struct io *io)
{
	struct buf all = { .max = REPLY_MAX }, body = { .max = REPLY_MAX };
	bool ok;

	if (r->body != BODY_NONE)
		put_body(r, &body);
	put_head(r, &body, &all);
	if (r->body == BODY_SENT && body.p != NULL)
		buf_add(&all, body.p, body.len);
	if (body.bad || all.bad) {	/* memory is out: the least there is */
		static const char last[] = "Status: 500\r\n"
		    "Content-Type: application/json; charset=utf-8\r\n"
		    "Content-Length: 19\r\n\r\n{\"code\":\"INTERNAL\"}";

		ok = io->write(io->arg, last, sizeof(last) - 1);
	} else
		ok = io->write(io->arg, all.p, all.len);
	buf_free(&all);
	buf_free(&body);
	return ok;
}

void
reply_request_id(const struct params *p, char out[REQUEST_ID_MAX + 1])
{
	const char *const ids[] = { p->v[P_HTTP_X_REQUEST_ID],
	    p->v[P_UNIQUE_ID] };
	size_t i, n;

	for (i = 0; i < COUNT(ids); i++) {
		if (ids[i] == NULL)
			continue;
		n = strlen(ids[i]);
		if (n <= REQUEST_ID_MAX && all_alnum_or(ids[i], n, "._-")) {
			memcpy(out, ids[i], n + 1);
			return;
		}
	}
	request_id_make(out);
}

/* The weight of "...;q=0.8", in thousandths; 1000 without one, -1 when it
 * can't be read (RFC 9110, 12.4.2). */
static int
weight(const char *s, size_t n)
{
	int q, scale = 100;

	while (n > 0 && strchr("; \t", *s) != NULL) {
		s++;
		n--;
	}
	if (n == 0)
		return 1000;
	if (n < 3 || (s[0] != 'q' && s[0] != 'Q') || s[1] != '=' ||
	    (s[2] != '0' && s[2] != '1'))
		return -1;
	q = (s[2] - '0') * 1000;
	for (s += 3, n -= 3; n > 0 && strchr(" \t", *s) == NULL; s++, n--) {
		if (*s == '.')
			continue;
		if (*s < '0' || *s > '9')
			return -1;
		q += (*s - '0') * scale;
		scale /= 10;
	}
	return q > 1000 ? 1000 : q;
}

static bool
is_language(const char *s, size_t n, const char *language)
{
	return n >= 2 && strncasecmp(s, language, 2) == 0 &&
	    (n == 2 || s[2] == '-');
}

bool
reply_zh(const char *s)
{
	int best = 0, q;
	bool zh = false;
	size_t n, name;

	for (; s != NULL && *s != '\0'; s += n + (s[n] == ',')) {
		s += strspn(s, " \t");
		n = strcspn(s, ",");
		name = strcspn(s, ",; \t");
		if (!is_language(s, name, "zh") && !is_language(s, name, "en"))
			continue;
		q = weight(s + name, n - name);
		if (q > best) {
			best = q;
			zh = is_language(s, name, "zh");
		}
	}
	return zh;
}
