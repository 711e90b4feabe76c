/* SPDX-License-Identifier: MIT */
/* sweep.h: deletes expired rows in small steps. */
#ifndef SWEEP_H
#define SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct conf;
struct context;
struct store;

/* What a step did; more: it did not reach the end of some table. */
struct swept {
	int64_t	removed;
	bool	more;
};

/* Look at `rows` (1 or more) rows of each table and remove what is too old,
 * inside the caller's transaction. */
enum outcome	sweep_step(struct store *, const struct conf *, int64_t now,
		    int64_t rows, struct swept *);

/* The next steps begin at the start of each table; inside a transaction. */
enum outcome	sweep_restart(struct store *);

/* A step of SWEEP_ROWS rows, in one of SWEEP_EVERY transactions of a process;
 * for every body that writes. */
enum outcome	sweep_sometimes(const struct context *);

#endif
