/* SPDX-License-Identifier: MIT */
/* worker.h: what a thread of a program holds, and opens when its first request
 * needs it. */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/outcome.h"
#include "store/seal.h"
#include "store/store.h"

struct conf;
struct program;
struct wechat;

/* One thread's own things, kept from request to request. */
struct worker {
	const struct program	*program;
	const struct conf	*conf;		/* NULL: broken; INTERNAL */
	bool			 one_shot;	/* a CGI run */
	struct store_pool	*pool;		/* shared, or own_pool */
	struct store_pool	*own_pool;	/* made when there was none */
	struct log		 log;
	struct store		*store;		/* NULL: not open yet */
	struct seal		 seal;
	struct wechat		*wechat;
};

/* How many threads the program has as FastCGI; `conf` may be NULL (broken). */
int64_t		worker_count(const struct program *, const struct conf *);

/* The pool for a process of this configuration; NULL: no memory. */
struct store_pool *worker_pool(const struct conf *, bool one_shot);

/* Open what the worker lacks: the store, the seal keys (checked against the
 * store), the way to WeChat. */
enum outcome	worker_ready(struct worker *);
void		worker_close(struct worker *);

#endif
