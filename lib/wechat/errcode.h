/* SPDX-License-Identifier: MIT */
/* errcode.h: WeChat's error numbers, and what they mean to us. */
#ifndef ERRCODE_H
#define ERRCODE_H

#include <stdint.h>

#include "base/outcome.h"

struct json_object;
struct log;

#define ERRCODE_BUSY	(-1)	/* "system busy"; the call had no effect */

/* Read the errcode of a reply: OK when it is absent or 0.  Else the outcome it
 * stands for, with a cause that has the number, the rid by which WeChat's
 * support finds the call, and what the operator can do about it.  *errcode is
 * WeChat's number, 0 without one. */
enum outcome	errcode_read(struct log *, const struct json_object *,
		    int64_t *errcode);

#endif
