/* SPDX-License-Identifier: MIT */
/* token.c: the forms of tokens and ids, their order, and that none comes
 * twice; the hashes against known values. */
#include <config.h>

#include <stdlib.h>

#include "account/token.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "tests/unit/tap.h"

#define MANY	2000
#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-_"
#define CROCKFORD "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

static char all[MANY][TOKEN_LEN + 1], ids[MANY][PUBLIC_ID_LEN + 1];

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
tokens(void)
{
	unsigned seen[128] = { 0 };
	bool formed = true, unique = true, spread = true;
	size_t i;

	for (i = 0; i < MANY; i++) {
		token_make(all[i]);
		formed = formed && strlen(all[i]) == TOKEN_LEN &&
		    strspn(all[i], ALPHABET) == TOKEN_LEN &&
		    token_valid(all[i], TOKEN_LEN);
		for (size_t k = 0; k < TOKEN_LEN; k++)
			seen[all[i][k] & 127]++;
	}
	for (const char *c = ALPHABET; *c != '\0'; c++)
		spread = spread && seen[*c & 127] > 0;
	qsort(all, MANY, sizeof(all[0]), compare);
	for (i = 1; i < MANY; i++)
		unique = unique && strcmp(all[i - 1], all[i]) != 0;
	ok(formed, "tokens: 43 characters of the alphabet");
	ok(unique, "tokens: none twice");
	ok(spread, "tokens: of the whole alphabet");
}

static void
validity(void)
{
	static const struct { const char *why, *s; bool valid; } t[] = {
	{ "43", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_0", true },
	{ "42", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_", false },
	{ "44", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_01", false },
	{ "empty", "", false },
	{ "plus", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN+_0", false },
	{ "padding", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_=", false },
	{ "blank", "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMN-_", false },
	{ "newline", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_\n", false },
	{ "not ASCII", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-\xc3\xa9",
	    false },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(token_valid(t[i].s, strlen(t[i].s)) == t[i].valid,
		    "valid: %s", t[i].why);
	ok(!token_valid("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM\0-_0", 43),
	    "valid: NUL inside");
}

static void
public_ids(void)
{
	bool formed = true, unique = true;
	char early[PUBLIC_ID_LEN + 1], late[PUBLIC_ID_LEN + 1];
	size_t i;

	for (i = 0; i < MANY; i++) {
		public_id_make(1700000000, ids[i]);
		formed = formed && strlen(ids[i]) == PUBLIC_ID_LEN &&
		    strspn(ids[i], CROCKFORD) == PUBLIC_ID_LEN &&
		    strncmp(ids[i], ids[0], 10) == 0 && ids[i][0] <= '7';
	}
	qsort(ids, MANY, sizeof(ids[0]), compare);
	for (i = 1; i < MANY; i++)
		unique = unique && strcmp(ids[i - 1], ids[i]) != 0;
	ok(formed, "ids: 26 of Crockford's, the time in front");
	ok(unique, "ids: none twice in a second");
	public_id_make(0, early);
	ok(strncmp(early, "0000000000", 10) == 0, "ids: of time 0");
	/* 2016-07-30T23:54:10Z of the ULID's specification: 01ARYZ6S41 is
	 * 1469918176385 ms */
	public_id_make(1469918176, early);
	ok(strncmp(early, "01ARYZ6R", 8) == 0 ||
	    strncmp(early, "01ARYZ6S", 8) == 0, "ids: as ULIDs have the time");
	public_id_make(1469918177, late);
	ok(strcmp(early, late) < 0, "ids: in the order of seconds");
	public_id_make(4102444800, late);
	ok(strcmp(early, late) < 0, "ids: in the order of decades");
}

int
main(void)
{
	uint8_t h[HASH_LEN], k[HASH_LEN];
	char hex[2 * HASH_LEN + 1], id[REQUEST_ID_MAX + 1];

	tokens();
	validity();
	public_ids();
	hash_sha256("abc", 3, h);
	hex_write(h, HASH_LEN, hex);
	is_str(hex,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
	    "0015ad", "sha256: of abc (FIPS 180)");
	hash_sha256("", 0, h);
	hex_write(h, HASH_LEN, hex);
	is_str(hex,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78"
	    "52b855", "sha256: of nothing");
	hash_sha256("wx1\0code", 8, h);
	hash_pair("wx1", "code", 4, k);
	ok(memcmp(h, k, HASH_LEN) == 0, "code: SHA-256 of appid NUL code");
	hash_pair("wx1c", "ode", 3, h);
	ok(memcmp(h, k, HASH_LEN) != 0, "code: no other split is the same");
	hash_pair("wx1", "codeX", 4, h);
	ok(memcmp(h, k, HASH_LEN) == 0, "code: n characters of it");
	request_id_make(id);
	ok(strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32,
	    "request id: 32 hexadecimal digits");
	return done();
}
