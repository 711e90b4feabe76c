/* SPDX-License-Identifier: MIT */
/* file.h: small files read and written whole; where the program is. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/bounds.h"
#include "base/buf.h"

/* Read a regular file into `b` (whose ceiling bounds it), and its status into
 * *st.  False with errno set: it can't be read, is no regular file (EINVAL),
 * or is too large (EFBIG); `b` is then empty. */
bool	file_read(const char *path, struct buf *b, struct stat *st);

/* Make a file (mode 0600) of n bytes, synced to the disk.  When there is one
 * of that name already, it stays as it is, and that is fine: of two who make
 * it at once one wins.  False with errno set when there is none afterwards. */
bool	file_make(const char *path, const void *, size_t n);

/* Put n bytes, synced, in the place of the file: readers see the old one or
 * the new one.  It keeps the owner and group, as far as we may, and the mode.
 * False with errno set; the old file is then still there. */
bool	file_replace(const char *path, const void *, size_t n);

/* The path of the running program, also without /proc; false when it can't be
 * told. */
bool	file_program(char out[FILE_PATH_MAX]);

/* The path of a file named relative to the folder of the running program, such
 * as "../etc/wxlogin.conf".  False when that can't be told, or is too long. */
bool	file_beside_program(const char *relative, char out[FILE_PATH_MAX]);

/* The path without links and "..", absolute.  What does not exist yet counts
 * as it would be made.  False with errno set: too long, or it can't be told.
 */
bool	file_real(const char *path, char out[FILE_PATH_MAX]);

/* Close all descriptors from `first` on. */
void	file_close_from(int first);

/* Does the path lie on a network file system, or one without the shared
 * memory that SQLite's WAL wants?  True when it can't be told. */
bool	file_on_network(const char *path);

/* The same of a type of file system, f_type of statfs(2). */
bool	file_type_on_network(uint64_t type);

#endif
