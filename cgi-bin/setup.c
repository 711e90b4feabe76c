/* SPDX-License-Identifier: MIT */
/* setup.c: checks an installation from the browser, where there is no shell.
 *
 *   GET			404 while there is no etc/setup.key
 *				200 a form that asks for the word in it
 *   POST key			200 a page of checks with remedies
 *				403 the form again: another word
 *   POST key off=1		200 setup.key is removed: the page is off
 *
 * Not part of the contract, and not installed but by `make bundle`.
 */
#include <config.h>

#include "pages/setup.h"
#include "program/endpoint.h"

const struct program program = {
	.name = "setup",
	.summary = "checks an installation from the browser",
	.upstream = &wechat_upstream,
	.serve = setup_serve,
};
