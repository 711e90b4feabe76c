/* SPDX-License-Identifier: MIT */
/* phone.h: a user's phone number, sealed at rest.
 *
 * It is found again by a hash, keyed with a secret of the store, over country
 * code and number: one user of an app at most holds a number. */
#ifndef PHONE_H
#define PHONE_H

#include "base/outcome.h"

struct request;
struct wechat_phone;

/* Bind the number to req.user in a transaction.  When another user of the app
 * holds it: it moves, or PHONE_TAKEN, as phone_conflict says. */
enum outcome	phone_bind(struct request *, const struct wechat_phone *);

/* Remove it; a user without one is fine. */
enum outcome	phone_unbind(struct request *);

#endif
