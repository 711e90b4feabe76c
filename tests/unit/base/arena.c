/* SPDX-License-Identifier: MIT */
/* arena.c: memory of a request: aligned, apart, of any size. */
#include <config.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "tests/unit/tap.h"

int
main(void)
{
	struct arena a = { NULL };
	unsigned char *p[300];
	bool aligned = true, kept = true;
	size_t i;

	for (i = 0; i < 300; i++) {
		const size_t n = i * 7 % 129;

		p[i] = arena_alloc(&a, n);
		aligned = aligned && p[i] != NULL &&
		    (uintptr_t)p[i] % _Alignof(max_align_t) == 0;
		memset(p[i], (int)(i & 0xff), n);
	}
	for (i = 0; i < 300; i++)
		for (size_t k = 0; k < i * 7 % 129; k++)
			kept = kept && p[i][k] == (i & 0xff);
	ok(aligned, "aligned for any type");
	ok(kept, "none overlaps another, over many blocks");
	p[0] = arena_alloc(&a, (size_t)1 << 20);
	ok(p[0] != NULL, "larger than a block");
	memset(p[0], 1, (size_t)1 << 20);
	is_str(arena_copy(&a, "abc", 2), "ab", "a copy ends with a NUL");
	is_str(arena_copy(&a, NULL, 0), "", "a copy of nothing");
	ok(arena_alloc(&a, SIZE_MAX) == NULL &&
	    arena_alloc(&a, SIZE_MAX - 7) == NULL, "too much is NULL");
	arena_free(&a);
	ok(a.blocks == NULL, "empty when freed");
	arena_free(&a);
	ok(arena_alloc(&a, 1) != NULL, "and it can be used again");
	arena_free(&a);
	return done();
}
