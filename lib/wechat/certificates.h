/* SPDX-License-Identifier: MIT */
/* certificates.h: where the certificates are that WeChat's is verified with.
 */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"

struct conf;

struct certificates {
	char	path[FILE_PATH_MAX];
	bool	folder;		/* of files named by hash; else one PEM file */
};

/* The setting ca_file; else the first of the systems' usual places that can be
 * read; else ca-certificates.crt beside wxlogin.conf.  False when there is
 * none: *out is undefined then. */
bool	certificates_find(const struct conf *, struct certificates *out);

/* "PATH, of 2026-05-20, 189 days ago", for people: cut to `size` bytes.  The
 * date is the one in the first line of the file ("# ... 2026-05-20"), which
 * an upload does not change, else when it was written. */
void	certificates_tell(const struct certificates *, char *out, size_t size);

#endif
