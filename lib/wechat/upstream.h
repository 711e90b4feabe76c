/* SPDX-License-Identifier: MIT */
/* upstream.h: how a program is, or is not, linked with WeChat.
 *
 * Only programs that name wechat_upstream are linked with libcurl, which costs
 * a CGI start more than all else. */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stdbool.h>

struct conf;
struct log;
struct wechat;

struct upstream {
	/* NULL: memory is out, or libcurl can't be started. */
	struct wechat	*(*open)(const struct conf *);
	void		 (*close)(struct wechat *);
	/* Can the host be connected to, and does its certificate verify? */
	bool		 (*check)(struct wechat *, const struct conf *,
			    struct log *);
};

extern const struct upstream wechat_upstream;

#endif
