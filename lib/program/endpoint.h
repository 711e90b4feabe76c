/* SPDX-License-Identifier: MIT */
/* endpoint.h: all that a file of cgi-bin/ needs besides its subjects: what a
 * program is, what its function works with, and how it reaches WeChat. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "account/request.h"
#include "account/session.h"
#include "account/user.h"
#include "program/program.h"
#include "wechat/upstream.h"

#endif
