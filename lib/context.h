/* SPDX-License-Identifier: MIT */
/* context.h: what every room above store and conf works with.
 *
 * A request has one (account/request.h), and so have the command line and the
 * tests, without a request.  Nothing in it is opened or freed by those who use
 * it. */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/outcome.h"
#include "conf/conf.h"
#include "store/seal.h"
#include "store/store.h"

struct wechat;

struct context {
	const struct conf	*conf;
	struct store		*store;
	struct seal		*seal;
	struct wechat		*wechat;	/* programs with an upstream */
	struct log		*log;
	struct arena		*arena;
	int64_t			 now;		/* Unix seconds */
	const char		*request_id;	/* sent to WeChat; or NULL */
	int64_t			 retry_after;	/* s; 0: the outcome's own */
};

#endif
