/* SPDX-License-Identifier: MIT */
/* ctl.h: wxloginctl, as its files see one another. */
#ifndef CTL_H
#define CTL_H

#include <stdbool.h>

#include "account/request.h"

struct ctl {
	struct request	 rq;		/* store, seal, conf, log, now, user */
	struct buf	 out;		/* one JSON object, or plain lines */
	bool		 json;
	struct seal	*seal;		/* the worker's, to be changed */
	const char	*attention;	/* done, but exit 1: why; or NULL */
	const char	*problem;	/* what to tell when it failed */
};

/* One fact of the answer: a member, or a line "name: value". */
void		say_text(struct ctl *, const char *name, const char *value);
void		say_int(struct ctl *, const char *name, int64_t value);
void		say_time(struct ctl *, const char *name, int64_t when);

/* Find the user and set ctl.rq.user; NOT_FOUND. */
enum outcome	find_user(struct ctl *, const char *who, int64_t times[3]);

/* The commands: arguments behind the command's words. */
enum outcome	ctl_user_show(struct ctl *, char *arg[]);
enum outcome	ctl_user_block(struct ctl *, char *arg[]);
enum outcome	ctl_user_unblock(struct ctl *, char *arg[]);
enum outcome	ctl_session_list(struct ctl *, char *arg[]);
enum outcome	ctl_session_end(struct ctl *, char *arg[]);
enum outcome	ctl_session_end_all(struct ctl *, char *arg[]);
enum outcome	ctl_purge(struct ctl *, char *arg[]);
enum outcome	ctl_backup(struct ctl *, char *arg[]);
enum outcome	ctl_restore(struct ctl *, char *arg[]);
enum outcome	ctl_key_rotate(struct ctl *, char *arg[]);
enum outcome	ctl_key_drop_old(struct ctl *, char *arg[]);

#endif
