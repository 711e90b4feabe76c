/* SPDX-License-Identifier: MIT */
/* opendata.h: what WeChat hands to the mini program, signed or encrypted with
 * a session_key: user info and phone numbers.  Keys in, JSON out; no store.
 *
 * Not a padding oracle: every failure has the same reply, and all keys and all
 * checks are always run, so that neither the reply nor its timing tells which
 * one failed. */
#ifndef OPENDATA_H
#define OPENDATA_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"

#define OPENDATA_IV	16	/* bytes of an iv */

struct json_object;

/* The session_keys to try, best first.  Wipe it after use. */
struct keys {
	uint8_t	key[KEYS_MAX][SESSION_KEY_LEN];
	size_t	n;
};

/* The base64 text of a session_key (and a NUL): what HMAC and SHA-1 are made
 * with. */
void		session_key_text(const uint8_t key[SESSION_KEY_LEN],
		    char out[SESSION_KEY_B64 + 1]);

/* Check SHA-1(raw || session_key) against `signature` (hexadecimal) with each
 * key, and parse the n bytes of `raw`.  NULL: no key fits, or no JSON object.
 * The caller ends the result with json_done(). */
struct json_object *opendata_signed(const struct keys *, const char *raw,
		    size_t n, const char *signature, size_t signature_len);

/* Whose data it has to be, and how old it may be. */
struct opendata_rules {
	const char	*appid, *openid;
	int64_t		 now;
	int64_t		 watermark_age;		/* s; 0: any */
};

/* Decrypt the n bytes of `data` (AES-128-CBC, PKCS#7) with each key, and judge
 * watermark and openId.  NULL: no key opens it, or it breaks a rule.  The
 * caller ends the result with json_done(). */
struct json_object *opendata_open(const struct keys *, const uint8_t *data,
		    size_t n, const uint8_t iv[OPENDATA_IV],
		    const struct opendata_rules *);

#endif
