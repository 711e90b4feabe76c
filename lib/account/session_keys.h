/* SPDX-License-Identifier: MIT */
/* session_keys.h: the session_keys of a user, and what they open.
 *
 * A user has one session_key at WeChat, but several sessions here, and WeChat
 * renews the key at logins that we may not have seen.  So data is tried with
 * the session's own key first and then with those of the user's others that
 * were current within key_overlap. */
#ifndef SESSION_KEYS_H
#define SESSION_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"
#include "wechat/opendata.h"

struct json_object;
struct request;
struct seal;
struct val;

/* Open the n bytes of sessions.session_key of the session `id`; *old (may be
 * NULL): it is to be sealed anew.  A value from schema 1 is bound to the whole
 * hash of the token, whose second half stands behind it. */
bool		session_key_open(struct seal *,
		    const uint8_t id[SESSION_ID_LEN], const uint8_t *sealed,
		    size_t n, uint8_t key[SESSION_KEY_LEN], bool *old);

/* The keys to try on data of rq->user; the caller wipes them. */
enum outcome	session_keys(struct request *, struct keys *);

/* The session's own key; CODE_INVALID when it has none. */
enum outcome	session_own_key(struct request *,
		    uint8_t key[SESSION_KEY_LEN]);

/* rawData and its signature, into the object that was signed: the caller ends
 * *out with json_done().  DECRYPT_WX_OPEN_DATA_FAIL, or the store's. */
enum outcome	session_open_signed(struct request *, const struct val *raw,
		    const struct val *signature, struct json_object **out);

/* encryptedData and iv (FIELD_BASE64), likewise. */
enum outcome	session_open_encrypted(struct request *,
		    const struct val *data, const struct val *iv,
		    struct json_object **out);

#endif
