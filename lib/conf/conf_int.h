/* SPDX-License-Identifier: MIT */
/* conf_int.h: what the files of conf.h share. */
#ifndef CONF_INT_H
#define CONF_INT_H

#include "conf/conf.h"

/* Add an app; NULL when there are too many or no memory is left.  `appid` is
 * valid. */
struct app	*conf_app_add(struct conf *, const char *appid);

/* 1 to APPID_MAX letters, digits, "_" and "-". */
bool		 conf_appid_valid(const char *);

/* Set the AppSecret; false when the text can be none. */
bool		 conf_secret_set(struct app *, const char *text);

#endif
