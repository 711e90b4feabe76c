/* SPDX-License-Identifier: MIT */
/* upstream.c: the way to WeChat, as a program opens, closes and checks it. */
#include <config.h>

#include <stdlib.h>

#include "base/log.h"
#include "conf/conf.h"
#include "wechat/access_token.h"
#include "wechat/call.h"
#include "wechat/https.h"
#include "wechat/upstream.h"

static void
close_upstream(struct wechat *w)
{
	http_close(w->http);
	free(w);
}

static struct wechat *
open_upstream(const struct conf *conf)
{
	struct wechat *w = calloc(1, sizeof(*w));

	if (w != NULL && (w->http = http_open(conf)) == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

static bool
check_upstream(struct wechat *w, const struct conf *conf, struct log *log)
{
	const char *why;

	if (http_connects(w->http, conf->wechat_base_url, &why))
		return true;
	log_cause(log, __FILE__, __LINE__, "WeChat at %s: %s",
	    conf->wechat_base_url, why);
	return false;
}

static bool
check_app(struct context *cx, const struct app *app, int64_t *errcode)
{
	return access_try(cx, app, errcode) == OK;
}

const struct upstream wechat_upstream = {
	.open = open_upstream,
	.close = close_upstream,
	.check = check_upstream,
	.check_app = check_app,
};
