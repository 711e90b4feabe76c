/* SPDX-License-Identifier: MIT */
/* http.h: the stand-in as an HTTP server of its own, for shells and tests. */
#ifndef SANDBOX_HTTP_H
#define SANDBOX_HTTP_H

#include "sandbox/serve_sandbox.h"

/* Serve HTTP on 127.0.0.1:`port` (0: any, told on stdout) until SIGTERM or
 * SIGINT; the exit status. */
int	sandbox_http(const char *database, uint16_t port);

#endif
