/* SPDX-License-Identifier: MIT */
/* upstream.h: how a program is, or is not, linked with WeChat.
 *
 * Only programs that name wechat_upstream are linked with libcurl, which costs
 * a CGI start more than all else. */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct conf;
struct context;
struct log;
struct wechat;

struct upstream {
	/* NULL: no memory, or libcurl can't be started. */
	struct wechat	*(*open)(const struct conf *);
	void		 (*close)(struct wechat *);
	/* Can the host be connected to, and does its certificate verify? */
	bool		 (*check)(struct wechat *, const struct conf *,
			    struct log *);
	/* Does WeChat give an access_token for the app's AppSecret?  Else the
	 * cause is logged, and *errcode (0: no answer) is WeChat's. */
	bool		 (*check_app)(struct context *, const struct app *,
			    int64_t *errcode);
};

extern const struct upstream wechat_upstream;

#endif
