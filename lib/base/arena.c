/* SPDX-License-Identifier: MIT */
/* arena.c: blocks in a list, used from front to back. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define BLOCK	((size_t)4 << 10)
#define ALIGN	sizeof(max_align_t)

struct arena_block {
	struct arena_block	*next;
	size_t			 size, used;
	max_align_t		 data[];
};

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->blocks;
	size_t size;
	char *p;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (b == NULL || b->size - b->used < n) {
		size = n > BLOCK ? n : BLOCK;
		if ((b = malloc(sizeof(*b) + size)) == NULL)
			return NULL;
		*b = (struct arena_block){ .next = a->blocks, .size = size };
		a->blocks = b;
	}
	p = (char *)b->data + b->used;
	b->used += n;
	return p;
}

char *
arena_copy(struct arena *a, const void *p, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (copy != NULL) {
		if (n > 0)
			memcpy(copy, p, n);
		copy[n] = '\0';
	}
	return copy;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->blocks) != NULL) {
		a->blocks = b->next;
		explicit_bzero(b->data, b->used);
		free(b);
	}
}
