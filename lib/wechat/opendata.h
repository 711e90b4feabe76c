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

/* How far opening it came with the key that came furthest: for the operator's
 * log, never for a reply. */
enum opendata_point {
	OPENDATA_NO_KEY,	/* no key fits */
	OPENDATA_PADDING,	/* one opens it; cut short, or badly padded */
	OPENDATA_NO_JSON,	/* no JSON object: another iv, perhaps */
	OPENDATA_MARK,		/* its watermark is missing or malformed */
	OPENDATA_APP,		/* it is of another app */
	OPENDATA_AGE,		/* it is too old, or from the future */
	OPENDATA_USER,		/* it is of another user */
	OPENDATA_NO_MEMORY,	/* it can't be told */
	OPENDATA_OPEN
};

struct opendata {
	enum opendata_point	 point;
	int64_t			 age;		/* s, from OPENDATA_AGE on */
	char			 appid[APPID_MAX + 1];	/* its app; "": odd */
	struct json_object	*json;		/* OPENDATA_OPEN only */
};

/* Check SHA-1(raw || session_key) against `signature` (hexadecimal) with each
 * key, and read the n bytes of `raw`.  Gives out->point: OPENDATA_NO_KEY,
 * OPENDATA_NO_JSON, OPENDATA_NO_MEMORY, or OPENDATA_OPEN: then the caller ends
 * out->json with json_done(). */
enum opendata_point opendata_signed(const struct keys *, const char *raw,
		    size_t n, const char *signature, size_t signature_len,
		    struct opendata *out);

/* Whose data it has to be, and how old it may be. */
struct opendata_rules {
	const char	*appid, *openid;
	int64_t		 now;
	int64_t		 watermark_age;		/* s; 0: any */
};

/* Decrypt the n bytes of `data` (AES-128-CBC, PKCS#7) with each key, mend what
 * is odd in the text (JSON_MEND), and judge watermark and openId.  Gives
 * out->point; with OPENDATA_OPEN the caller ends out->json with json_done().
 * Data of no whole blocks is OPENDATA_NO_KEY. */
enum opendata_point opendata_open(const struct keys *, const uint8_t *data,
		    size_t n, const uint8_t iv[OPENDATA_IV],
		    const struct opendata_rules *, struct opendata *out);

#endif
