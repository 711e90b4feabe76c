/* SPDX-License-Identifier: MIT */
/* profile.h: nickname, picture and the rest, from the user or from WeChat.
 *
 * What the user gives is judged by the contract's rules, and refused.  The
 * user could not correct what WeChat gives: there control characters are taken
 * out of a label, and a value that still breaks the rules is left out.  The
 * anonymous profile, which everybody has today, is never stored; and an empty
 * value of WeChat's says nothing. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct json_object;
struct request;
struct val;

/* Members to write; NULL (gender: -1) leaves what is there.  Strings are the
 * request's. */
struct profile {
	const char	*nickname, *avatar_url;
	const char	*language, *country, *province, *city;
	const char	*unionid;
	int64_t		 gender;
};
#define PROFILE_INIT	{ .gender = -1 }

/* Is it one that the user may give?  `text` is trimmed in place. */
bool		profile_nickname_valid(char **text);
bool		profile_avatar_valid(const char *url);
bool		profile_anonymous(const char *nickname, const char *avatar);

/* The fields of a request that tell of the profile. */
struct profile_fields {
	const struct val	*nickname, *avatar_url, *gender;
	const struct val	*language, *country, *province, *city;
};

/* Take what the user gives, over what is in *p; PARAM_INVALID, NO_MEMORY. */
enum outcome	profile_from_fields(struct request *,
		    const struct profile_fields *, struct profile *p);

/* Take what WeChat says, over what is in *p; NO_MEMORY. */
enum outcome	profile_from_wechat(struct request *,
		    const struct json_object *, struct profile *p);

/* Write what it changes to rq->user in a transaction, and read rq->user again.
 * When it changes nothing, nothing is written. */
enum outcome	profile_update(struct request *, const struct profile *);

#endif
