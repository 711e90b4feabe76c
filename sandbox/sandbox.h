/* SPDX-License-Identifier: MIT */
/* sandbox.h: the WeChat stand-in, as its files see one another.
 *
 * A call goes down once: main.c (process), serve.c (path, fault, one
 * transaction, one write), then one of the handlers below.  A handler reads
 * its input, changes the state, and fills in an answer. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bounds.h"
#include "base/buf.h"
#include "base/log.h"
#include "cgi/input.h"
#include "statements.h"
#include "store/store.h"

#define CODE_LIFE	300	/* s, of login and phone codes */
#define TOKEN_LIFE	7200	/* s */
#define TOKEN_GRACE	300	/* s that an old token lives on */
#define FORCE_APART	30	/* s between two forced refreshes */
#define FORCE_DAILY	20
#define MINUTE_QUOTA	100	/* exchanges per user and minute */
#define KEY_ROTATION	300	/* s before wx.login makes a new key */
#define KEY_LIFE	259200	/* s without use */

#define OPENID_LEN	28
#define KEY_LEN		16

enum family {			/* how errmsg carries the rid */
	FAMILY_SNS,		/* "text, rid: RID" */
	FAMILY_API,		/* "text rid: RID" */
	FAMILY_HINT,		/* "text hint: [XXXX] rid: RID" */
};

struct call {
	struct store	*store;
	struct arena	*arena;
	int64_t		 now;		/* of the stand-in's clock */
	bool		 post;
	const char	*path, *client;
	struct input	 query, body;	/* JSON or form */

	/* the answer */
	int		 status;	/* HTTP */
	const char	*type;		/* Content-Type */
	int64_t		 errcode;
	char		 appid[APPID_MAX + 1];	/* for the call log */
	struct buf	 reply;
};

/* ---- serve.c */

/* A parameter of the query or a member of the body (text, number or bool), ""
 * when it is absent; the request's. */
const char	*arg(struct call *, const struct input *, const char *name);
int64_t		 arg_int(struct call *, const struct input *, const char *name,
		    int64_t fallback);

/* Answer with an error in the words of a family. */
enum outcome	 refuse(struct call *, enum family, int64_t errcode,
		    const char *text);

/* ---- fault.c */
struct fault {
	char	kind[16];	/* "": none */
	int64_t	ms, number;
};

/* The next fault for the call's path. */
enum outcome	 fault_take(struct call *, struct fault *);

/* Faults that come instead of the call's work; true: the answer is made. */
bool		 fault_before(struct call *, const struct fault *);

/* Faults that spoil the answer on its way: the work has been done.  Returns
 * how many bytes of the body are sent; *length is what Content-Length says. */
size_t		 fault_after(struct call *, const struct fault *,
		    size_t *length);

/* ---- state.c */
struct app_row {
	char	secret[SECRET_MAX + 1], platform[64], ip_allow[256];
	bool	frozen;
};
struct person {
	char	name[65], openid[OPENID_LEN + 1], unionid[OPENID_LEN + 1];
	uint8_t	key[KEY_LEN];
	int64_t	key_made, key_used;
	bool	blocked;
};
/* OK, or NOT_FOUND, or the store's own. */
enum outcome	app_get(struct call *, const char *appid, struct app_row *);
/* The person of that name; made when there is none. */
enum outcome	person_get(struct call *, const char *appid, const char *name,
		    struct person *);
enum outcome	person_by_openid(struct call *, const char *appid,
		    const char *openid, struct person *);
/* A new session_key; the expiry of the old one is kept when `inherit`. */
enum outcome	person_new_key(struct call *, const char *appid,
		    struct person *, bool inherit);
enum outcome	fact_get(struct call *, const char *name, int64_t fallback,
		    int64_t *value);
enum outcome	fact_set(struct call *, const char *name, int64_t value);

/* n characters of the alphabet, at random, and a NUL. */
void		random_text(char *out, size_t n, const char *alphabet);
extern const char alnum[], lower_hex[], url_safe[];

/* Standard base64 of n bytes and a NUL; out has room for it. */
void		base64_write(const uint8_t *p, size_t n, char *out);

/* ---- the handlers, by the file they are in */
enum outcome	sns_jscode2session(struct call *);
enum outcome	token_classic(struct call *);
enum outcome	token_stable(struct call *);
/* Is the access_token of the query good?  OK, and the call's appid is set; or
 * the answer has been made and *refused is true. */
enum outcome	token_check(struct call *, bool *refused);
/* The app's secret, allow-list and freeze, as all calls with AppSecret check
 * them. */
enum outcome	secret_check(struct call *, enum family, const char *appid,
		    const char *secret, bool *refused);
enum outcome	wxa_checksession(struct call *);
enum outcome	wxa_resetusersessionkey(struct call *);
enum outcome	wxa_getuserphonenumber(struct call *);

enum outcome	mini_login(struct call *);	/* wx.login */
enum outcome	mini_phone(struct call *);	/* the phone button */
enum outcome	mini_userinfo(struct call *);	/* wx.getUserInfo */

enum outcome	control_app(struct call *);
enum outcome	control_user(struct call *);
enum outcome	control_fault(struct call *);
enum outcome	control_clock(struct call *);
enum outcome	control_switch(struct call *);
enum outcome	control_expire(struct call *);
enum outcome	control_calls(struct call *);
enum outcome	control_reset(struct call *);

#endif
