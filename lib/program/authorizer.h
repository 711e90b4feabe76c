/* SPDX-License-Identifier: MIT */
/* authorizer.h: headers that tell the web server who the user is (FastCGI
 * authorizer; nginx auth_request). */
#ifndef AUTHORIZER_H
#define AUTHORIZER_H

#include <stdbool.h>

struct buf;
struct user;

/* Header lines of a 200: Variable-WXLOGIN_... of a FastCGI authorizer, or the
 * X-WXLogin-... that nginx's auth_request_set reads. */
void	identity_put(const struct user *, bool authorizer,
	    struct buf *headers);

#endif
