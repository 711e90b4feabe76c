/* SPDX-License-Identifier: MIT */
/* conf.h: the configuration, read once by a process and never written again.
 *
 * Order: WXLOGIN_NAME in the process environment beats the file, the file
 * beats the default.  The file is $WXLOGIN_CONFIG, else wxlogin.conf in one of
 * the places of conf_beside(), else in SYSCONFDIR/wxlogin; none at all is fine
 * when the environment says enough.  Nothing comes from an HTTP_* variable or
 * from a FastCGI parameter. */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/log.h"

enum phone_conflict { PHONE_MOVE, PHONE_REFUSE };
enum renew { RENEW_AUTO, RENEW_NO, RENEW_YES };

/* A mini program of this installation. */
struct app {
	char	 appid[APPID_MAX + 1];
	char	 secret[SECRET_MAX + 1]; /* "" in programs without WeChat */
	char	*secret_file;
	struct timespec secret_mtime;		/* of secret_file as read */
};

/* What the settings say; the table in settings.c describes each member. */
struct conf {
	char		*database, *seal_key_file;
	char		*appid, *secret, *secret_file, *default_app_id;
	char		*wechat_base_url, *ca_file, *proxy;
	int64_t		 wechat_connect_timeout, wechat_timeout; /* ms */
	int64_t		 session_idle, session_max, touch;		/* s */
	int64_t		 max_sessions;
	int64_t		 keep_expired, keep_audit;			/* s */
	int64_t		 code_replay, key_overlap, watermark_age;	/* s */
	int64_t		 phone_conflict;
	int64_t		 login_failures, login_failures_max;
	int64_t		 user_calls;
	int64_t		 user_logins;
	int64_t		 token_in_query;
	char		*cors_origin;
	int64_t		 workers;		/* 0: the program's default */
	int64_t		 request_timeout;	/* ms */
	int64_t		 max_requests;
	int64_t		 renew;
	int64_t		 journal;
	int64_t		 busy_timeout;				/* ms */
	char		*log_file;		/* NULL: stderr */
	int64_t		 log_level;

	struct app	*apps;
	size_t		 napps;
	const struct app *default_app;		/* NULL: none */

	char		*file;			/* the file read; NULL: none */
	bool		 file_has_secret;	/* in itself */
	struct timespec	 file_mtime;
	ino_t		 file_ino;
};

enum setting_type {
	SETTING_TEXT, SETTING_PATH, SETTING_SECRET, SETTING_URL,
	SETTING_NUMBER, SETTING_SWITCH, SETTING_CHOICE
};

/* One setting: parsing, messages, --help and the manual page come from or are
 * checked against these rows. */
struct setting {
	const char		*name;
	enum setting_type	 type;
	size_t			 offset;	/* of the member in conf */
	int64_t			 min, max;	/* SETTING_NUMBER */
	const char		*fallback;	/* the default, or NULL */
	const char		*unit;		/* NULL: none */
	const char *const	*choices;	/* NULL behind the last */
	const char		*help;
};
extern const struct setting settings[];
extern const size_t settings_count;

/* Read the configuration of a program; `secrets`: it calls WeChat and needs
 * the AppSecrets.  NULL when it is broken: `problems` then has a line for each
 * thing to mend (file, line, what is wrong, what would be right).  Things that
 * are odd but harmless go to `warnings`.  The caller ends both, and the result
 * with conf_free(). */
struct conf	*conf_load(bool secrets, struct buf *problems,
		    struct buf *warnings);
void		 conf_free(struct conf *);

/* The file `name` of the configuration's folder, where that is told by the
 * place of the running program: ../etc; or, for programs below a web root, etc
 * in a folder wxlogin-data beside the web root: ../wxlogin-data,
 * ../../wxlogin-data or ../../../wxlogin-data.  The first that is there; false
 * when none is. */
bool		 conf_beside(const char *name, char out[FILE_PATH_MAX]);

/* Has the file changed (or gone), or a secret file, since it was read? */
bool		 conf_stale(const struct conf *);

/* Where its log_file and log_level send the log; `c` may be NULL (broken):
 * then to stderr. */
void		 conf_log_open(const struct conf *c, struct log *,
		    const char *program);

/* The app of this id; NULL when there is none. */
const struct app *conf_app(const struct conf *, const char *appid);

/* ---- the parts of conf_load(), for tests */

/* Set one setting from text.  `dir` is what a relative path is relative to.
 * On failure what is wrong and what would be right goes to `why`. */
bool	setting_parse(const struct setting *, const char *text,
	    const char *dir, struct conf *, struct buf *why);

/* Parse the text of a configuration file named `file`; problems as above.
 * True when it held a secret itself. */
bool	conf_parse(struct conf *, const char *text, size_t n,
	    const char *file, struct buf *problems);

/* The setting of that name, or NULL. */
const struct setting *setting_find(const char *name);

/* The existing name that is closest to it, for "did you mean". */
const char	*setting_near(const char *name);

#endif
