/* SPDX-License-Identifier: MIT */
/* session_keys.c: which of a user's keys are tried, and what they open. */
#include <config.h>

#include <nettle/sha1.h>

#include "account/session_keys.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static struct box b;

static void
add(uint8_t with, int64_t made, char token[TOKEN_LEN + 1])
{
	uint8_t key[SESSION_KEY_LEN];
	char sql[256], hex[2 * HASH_LEN + 1];

	memset(key, with, sizeof(key));
	box_session_of(&b, token, key, NULL);
	hex_write(b.rq.session.id, SESSION_ID_LEN, hex);
	snprintf(sql, sizeof(sql), "UPDATE sessions SET created_ms = %lld "
	    "WHERE sid = x'%s'", (long long)made * 1000, hex);
	box_must(&b, box_sql(b.conf.database, sql) == -2 ? INTERNAL : OK, sql);
}

static bool
has(const struct keys *k, uint8_t with)
{
	uint8_t key[SESSION_KEY_LEN];

	memset(key, with, sizeof(key));
	for (size_t i = 0; i < k->n; i++)
		if (memcmp(k->key[i], key, sizeof(key)) == 0)
			return true;
	return false;
}

static void
from_store(void)
{
	char own[TOKEN_LEN + 1], token[TOKEN_LEN + 1];
	struct session session;
	struct keys k;
	int64_t t;

	box_open(&b, "keys.db");
	box_user(&b, "openid-1");
	b.conf.max_sessions = 1000;
	t = b.rq.cx.now;
	add(1, t - 5000, token);	/* replaced long ago */
	add(2, t - 4000, token);	/* replaced 200 s ago */
	add(3, t - 200, own);
	session = b.rq.session;
	ok(session_keys(&b.rq, &k) == OK && k.key[0][0] == 3 && has(&k, 2),
	    "keys: the own in front, and one that was current 300 s ago");
	ok(!has(&k, 1), "keys: not one that was replaced before");
	b.conf.key_overlap = 0;
	ok(session_keys(&b.rq, &k) == OK && k.n == 1 && k.key[0][0] == 3,
	    "keys: key_overlap 0: the own only");
	b.conf.key_overlap = 300;
	box_user(&b, "openid-2");
	add(9, t, token);
	box_user(&b, "openid-1");
	b.rq.session = session;
	ok(session_keys(&b.rq, &k) == OK && !has(&k, 9),
	    "keys: not another user's");
	/* a phone that stays logged in while another one logs in often */
	for (int i = 0; i < 80; i++)
		add((uint8_t)(10 + i % 2), t - 100 + i, token);
	b.rq.session = session;
	ok(session_keys(&b.rq, &k) == OK && has(&k, 3) && k.key[0][0] == 3,
	    "keys: the own, behind 80 newer sessions");
	ok(session_own_key(&b.rq, k.key[1]) == OK && k.key[1][0] == 3,
	    "own key: behind 80 newer sessions");
	/* a session without a key tries one that nobody knows */
	box_must(&b, box_sql(b.conf.database, "UPDATE sessions SET session_"
	    "key = x''") == -2 ? INTERNAL : OK, "sql");
	ok(session_keys(&b.rq, &k) == OK && k.n == 1 && !has(&k, 0),
	    "keys: none: a random one, not zeros");
	ok(session_own_key(&b.rq, k.key[1]) == CODE_INVALID,
	    "own key: none");
	box_close(&b);
}

static void
signed_text(void)
{
	static const char raw[] = "{\"nickName\":\"x\"}";
	struct val text = { .set = true, .s = raw, .len = sizeof(raw) - 1 };
	struct val signature = { .set = true, .len = 40 };
	char token[TOKEN_LEN + 1], key_text[SESSION_KEY_B64 + 1], hex[41];
	uint8_t key[SESSION_KEY_LEN], sum[SHA1_DIGEST_SIZE];
	struct json_object *o;
	struct sha1_ctx ctx;

	box_open(&b, "signed.db");
	box_user(&b, "openid-1");
	add(7, b.rq.cx.now, token);
	memset(key, 7, sizeof(key));
	session_key_text(key, key_text);
	is_str(key_text, "BwcHBwcHBwcHBwcHBwcHBw==", "the key's text");
	sha1_init(&ctx);
	sha1_update(&ctx, text.len, (const uint8_t *)raw);
	sha1_update(&ctx, SESSION_KEY_B64, (const uint8_t *)key_text);
	sha1_digest(&ctx, sizeof(sum), sum);
	hex_write(sum, sizeof(sum), hex);
	signature.s = hex;
	ok(session_open_signed(&b.rq, &text, &signature, &o) == OK &&
	    o != NULL,
	    "signed: right");
	json_done(o);
	hex[39] = hex[39] == '0' ? '1' : '0';
	ok(session_open_signed(&b.rq, &text, &signature, &o) ==
	    DECRYPT_WX_OPEN_DATA_FAIL && o == NULL, "signed: a digit changed");
	hex[39] = hex[39] == '0' ? '1' : '0';
	signature.len = 39;
	ok(session_open_signed(&b.rq, &text, &signature, &o) ==
	    DECRYPT_WX_OPEN_DATA_FAIL, "signed: a digit short");
	signature.len = 40;
	text.len--;
	ok(session_open_signed(&b.rq, &text, &signature, &o) ==
	    DECRYPT_WX_OPEN_DATA_FAIL, "signed: the text changed");
	box_close(&b);
}

int
main(void)
{
	store_init();
	from_store();
	signed_text();
	return done();
}
