/* SPDX-License-Identifier: MIT */
/* reseal.h: seal every sealed value of the store with the newest key. */
#ifndef RESEAL_H
#define RESEAL_H

#include <stdint.h>

#include "base/outcome.h"

struct log;
struct seal;
struct store;

/* Open each value with whichever key it was sealed with, and seal it anew if
 * that was not the newest.  In batches, so that others can write meanwhile.
 * *done counts values sealed anew, *lost those that no key opens. */
enum outcome	reseal_all(struct store *, struct seal *, struct log *,
		    int64_t *done, int64_t *lost);

/* Keep other rotations out until *fd is closed, and read the keys again: of
 * two at once the second has to see the key of the first, or it would lose it
 * for ever.  Waits for as long as the other one takes. */
enum outcome	seal_file_lock(const char *path, struct seal *, struct log *,
		    int *fd);

/* Put a new key in front of those in the file (rename(2): readers see the old
 * file or the new one), or leave only the newest. */
enum outcome	seal_file_add(const char *path, struct seal *, struct log *);
enum outcome	seal_file_drop_old(const char *path, struct seal *,
		    struct log *);

#endif
