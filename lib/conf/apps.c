/* SPDX-License-Identifier: MIT */
/* apps.c: the mini programs of an installation. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf_int.h"
#include "conf/secret.h"

struct app *
conf_app_add(struct conf *c, const char *appid)
{
	struct app *apps;

	if (c->napps == CONF_APPS_MAX || (apps = reallocarray(c->apps,
	    c->napps + 1, sizeof(*apps))) == NULL)
		return NULL;
	c->apps = apps;
	apps[c->napps] = (struct app){ .secret_file = NULL };
	memcpy(apps[c->napps].appid, appid, strlen(appid) + 1);
	return &apps[c->napps++];
}

bool
conf_appid_valid(const char *s)
{
	const size_t n = strlen(s);

	return n >= 1 && n <= APPID_MAX && all_alnum_or(s, n, "_-");
}

bool
conf_secret_set(struct app *app, const char *text)
{
	const size_t n = strlen(text);

	if (n == 0 || n > SECRET_MAX || !all_alnum_or(text, n, "_-") ||
	    strcmp(text, SECRET_PLACEHOLDER) == 0)
		return false;
	memcpy(app->secret, text, n + 1);
	return true;
}

const struct app *
conf_app(const struct conf *c, const char *appid)
{
	size_t i;

	for (i = 0; i < c->napps; i++)
		if (strcmp(c->apps[i].appid, appid) == 0)
			return &c->apps[i];
	return NULL;
}
