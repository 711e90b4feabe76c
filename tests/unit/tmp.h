/* SPDX-License-Identifier: MIT */
/* tmp.h: a folder for a test's files, gone when the test ends. */
#ifndef TMP_H
#define TMP_H

#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char tmp_folder[512];

static inline int
tmp_remove_one(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void
tmp_remove(void)
{
	nftw(tmp_folder, tmp_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folder; made at the first call. */
static inline const char *
tmp_dir(void)
{
	const char *base = getenv("TMPDIR");

	if (tmp_folder[0] == '\0') {
		snprintf(tmp_folder, sizeof(tmp_folder), "%s/wxlogin.XXXXXX",
		    base == NULL || *base == '\0' ? "/tmp" : base);
		if (mkdtemp(tmp_folder) == NULL) {
			perror(tmp_folder);
			exit(99);
		}
		atexit(tmp_remove);
	}
	return tmp_folder;
}

/* The path of a file in it; good until 8 further calls. */
static inline const char *
tmp_path(const char *name)
{
	static char paths[8][1024];
	static unsigned at;
	char *const path = paths[at++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", tmp_dir(), name);
	return path;
}

/* Write a file of n bytes with this mode, whatever the umask; its path. */
static inline const char *
tmp_write(const char *name, const void *text, size_t n, mode_t mode)
{
	const char *path = tmp_path(name);
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, n) != (ssize_t)n ||
	    fchmod(fd, mode) != 0 || close(fd) != 0) {
		perror(path);
		exit(99);
	}
	return path;
}

#endif
