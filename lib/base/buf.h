/* SPDX-License-Identifier: MIT */
/* buf.h: growing text with a ceiling.
 *
 * A buffer is born with its ceiling: `struct buf b = { .max = REPLY_MAX };`.
 * Exceeding it, or running out of memory, sets `bad` and empties the buffer;
 * from then on every call does nothing, so a caller asks once, at the end.
 * Otherwise p[len] is NUL, or p is NULL while nothing was added.
 * What a buffer held is wiped before its memory is given back.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char	*p;
	size_t	 len, size, max;
	bool	 bad;
};

void	buf_add(struct buf *, const void *, size_t);
void	buf_str(struct buf *, const char *);
void	buf_fmt(struct buf *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
void	buf_url(struct buf *, const char *);	/* percent-encoded */
void	buf_free(struct buf *);		/* wipe, free, and make empty again */

#endif
