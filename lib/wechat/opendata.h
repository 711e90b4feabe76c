/* SPDX-License-Identifier: MIT */
/* opendata.h: what WeChat hands to the mini program, signed or encrypted with
 * a session_key: user info and phone numbers.
 *
 * Every cause of failure gives DECRYPT_WX_OPEN_DATA_FAIL, and all keys and all
 * checks are gone through whichever fails first, so that neither the answer
 * nor the time tells which it was (a padding oracle would need that). */
#ifndef OPENDATA_H
#define OPENDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct json_object;
struct req;
struct val;

/* The session_keys to try on a user's data: the session's own, then those of
 * the user's others that were current within key_overlap.  Wipe it after use.
 */
struct keys {
	uint8_t	key[KEYS_MAX][SESSION_KEY_LEN];
	size_t	n;
};
enum outcome	opendata_keys(struct req *, struct keys *);

/* The base64 text of a session_key (and a NUL): what HMAC and SHA-1 are made
 * with. */
void		session_key_text(const uint8_t key[SESSION_KEY_LEN],
		    char out[SESSION_KEY_B64 + 1]);

/* The session's own key; CODE_INVALID when it has none. */
enum outcome	opendata_own_key(struct req *, uint8_t key[SESSION_KEY_LEN]);

/* Check SHA-1(raw || session_key) against `signature` and parse `raw`.  The
 * caller ends *out with json_done(). */
enum outcome	opendata_signed(struct req *, const struct val *raw,
		    const struct val *signature, struct json_object **out);

/* Decrypt; the fields are of FIELD_BASE64.  *out as above. */
enum outcome	opendata_encrypted(struct req *, const struct val *data,
		    const struct val *iv, struct json_object **out);

/* ---- for tests: decrypt `data` (n bytes) with each key and judge it */
struct opendata_rules {
	const char	*appid, *openid;
	int64_t		 now, watermark_age;
};
struct json_object *opendata_open(const struct keys *, const uint8_t *data,
		    size_t n, const uint8_t iv[16],
		    const struct opendata_rules *);

#endif
