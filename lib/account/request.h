/* SPDX-License-Identifier: MIT */
/* request.h: what a handler works with.
 *
 * A request goes down once (serve.c): parameters, body, fields, token,
 * session, handler; and comes back once: outcome, one write, all freed.  The
 * handler reads rq->f[] by its own field enum, uses the store, writes members
 * of the reply's "data" with json_*(&rq->data, ...), and returns an outcome.
 * It opens nothing and frees nothing. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cgi/field.h"
#include "context.h"

/* Strings are the request's, never NULL; unknown is "". */
struct user {
	int64_t		 id;
	const char	*public_id, *appid, *openid, *unionid;
	bool		 blocked;
	const char	*nickname, *avatar_url;
	int64_t		 gender;
	const char	*language, *country, *province, *city;
	const void	*phone;		/* sealed */
	size_t		 phone_len;	/* 0: none */
};

struct session {
	uint8_t	 id[SESSION_ID_LEN];	/* of its token's hash */
	int64_t	 created;			/* s */
	int64_t	 used, idle_expires, max_expires;
};

struct request {
	struct context		 cx;
	const struct val	*f;
	const char		*client;	/* REMOTE_ADDR, or NULL */
	bool			 live;		/* session and user are set */
	enum outcome		 dead;		/* why not (AUTH_OPTIONAL) */
	struct session		 session;
	struct user		 user;

	struct buf		 data;		/* members of "data" */
	const char		*field;		/* of PARAM_INVALID */
	const char		*appid;		/* for the log, if not live */
};

/* PARAM_INVALID, naming the field. */
static inline enum outcome
bad_field(struct request *rq, const char *name)
{
	rq->field = name;
	return PARAM_INVALID;
}

#endif
