/* SPDX-License-Identifier: MIT */
/* arena.h: memory that lives as long as a request, and is wiped at its end. */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *blocks;	/* NULL: empty */
};

/* n bytes, aligned for any type; NULL when no memory is left. */
void	*arena_alloc(struct arena *, size_t n);

/* A copy of n bytes with a NUL behind them; NULL when no memory is left. */
char	*arena_copy(struct arena *, const void *, size_t n);

/* Wipe and free all of it. */
void	 arena_free(struct arena *);

#endif
