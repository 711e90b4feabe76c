/* SPDX-License-Identifier: MIT */
/* file.h: small files read whole. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"

/* Read a regular file into `b` (whose ceiling bounds it), and its status into
 * *st.  False with errno set: it can't be read, is no regular file (EINVAL),
 * or is too large (EFBIG); `b` is then empty. */
bool	file_read(const char *path, struct buf *b, struct stat *st);

/* Make the names in the folder of `path` survive a power cut, if we can. */
void	file_sync_folder(const char *path);

/* Give an open file the owner, group and mode of another, as far as we may:
 * what replaces a file is to be as readable as it was.  False with errno set
 * when the mode can't be set. */
bool	file_like(int fd, const char *path);

/* Does the path lie on a network file system, or one without the shared
 * memory that SQLite's WAL wants?  True when it can't be told. */
bool	file_on_network(const char *path);

#endif
