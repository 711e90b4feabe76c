/* SPDX-License-Identifier: MIT */
/* phone.h: a user's phone number, sealed at rest.
 *
 * It is found again by a hash, keyed with a secret of the store, over country
 * code and number: one user of an app at most holds a number. */
#ifndef PHONE_H
#define PHONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

struct request;
struct wechat_phone;

/* The open data that the number came in: its n encrypted bytes, and when
 * WeChat made it (its watermark, Unix seconds). */
struct phone_data {
	const void	*bytes;
	size_t		 n;
	int64_t		 made;
};

/* Bind the number to rq->user in a transaction.  When another user of the app
 * holds it: it moves, or PHONE_TAKEN, as phone_conflict says.  `data` is NULL
 * for a number that came by a code.  Data that was used before changes
 * nothing: OK while the number is still rq->user's, else
 * DECRYPT_WX_OPEN_DATA_FAIL, for it must not bring a number back that was
 * changed, removed or moved since. */
enum outcome	phone_bind(struct request *, const struct wechat_phone *,
		    const struct phone_data *data);

/* Remove it; a user without one is fine. */
enum outcome	phone_unbind(struct request *);

#endif
