/* SPDX-License-Identifier: MIT */
/* seal.h: secrets at rest: ChaCha20-Poly1305 (RFC 8439).
 *
 * A sealed value is 1 byte of format, 12 of random nonce, the text, 16 of
 * tag.  It is bound to its place (table, column, row key), so that a value
 * copied to another row does not open.  The key file holds keys of 32 raw
 * bytes one after another, newest first; new values are sealed with the
 * newest, and a value opens with any. */
#ifndef SEAL_H
#define SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/bounds.h"
#include "base/outcome.h"
#include "store/sealed.h"

#define SEAL_EXTRA	(1 + 12 + 16)	/* bytes that sealing adds */

struct log;

/* One worker's.  The operator may rotate the keys at any time: so the file is
 * looked at again before a value is sealed, and when one does not open. */
struct seal {
	uint8_t		 keys[SEAL_KEYS_MAX][32];
	size_t		 nkeys;
	const char	*path;		/* of the file, or NULL */
	struct log	*log;
	ino_t		 ino;		/* the file as it was read */
	struct timespec	 mtime;
};

/* Where a sealed value lives. */
struct place {
	enum sealed	 column;
	const void	*key;		/* of the row */
	size_t		 keylen;
};

/* Read the key file (`path` has to outlive the keys).  `create`: the store is
 * new, so a missing file is made (mode 0600; two processes at once agree on
 * one).  INTERNAL, with the cause
 * in the log: missing, readable by others, or no whole number of keys. */
enum outcome	seal_load(struct seal *, const char *path, bool create,
		    struct log *);
void		seal_wipe(struct seal *);

/* Seal n bytes into `out`, which has room for n + SEAL_EXTRA. */
void		seal_value(struct seal *, const struct place *,
		    const void *text, size_t n, uint8_t *out);

/* Open n sealed bytes into `out`, which has room for n - SEAL_EXTRA.  False:
 * not sealed by any of our keys for this place, or altered.  `old` (may be
 * NULL) tells whether a key other than the newest opened it. */
bool		seal_open(struct seal *, const struct place *,
		    const uint8_t *sealed, size_t n, void *out, bool *old);

#endif
