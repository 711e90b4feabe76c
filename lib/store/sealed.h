/* SPDX-License-Identifier: MIT */
/* sealed.h: every place of the store that holds a sealed value.
 *
 * A new one: a row here, its name in seal.c, and its statements in the table
 * of ctl/reseal.c; key rotation has to know all of them, or it would lose
 * data. */
#ifndef SEALED_H
#define SEALED_H

enum sealed {
	SEALED_SESSION_KEY,	/* sessions.session_key, by sid */
	SEALED_CODE_KEY,	/* login_codes.session_key, by code_hash */
	SEALED_PHONE,		/* users.phone, by public_id */
	SEALED_ACCESS_TOKEN,	/* access_tokens.token, by appid */
	SEALED_META,		/* meta.value, by name */
	SEALED__MAX
};

#endif
