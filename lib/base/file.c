/* SPDX-License-Identifier: MIT */
/* file.c: small files read whole; what kind of file system it is. */
#include <config.h>

#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/file.h"

bool
file_read(const char *path, struct buf *b, struct stat *st)
{
	char chunk[1024];
	ssize_t n = 0;
	int fd, saved = 0;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return false;
	if (fstat(fd, st) == -1)
		saved = errno;
	else if (!S_ISREG(st->st_mode))
		saved = EINVAL;
	while (saved == 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			buf_add(b, chunk, (size_t)n);
		else if (errno != EINTR)
			saved = errno;
		if (b->bad)
			saved = EFBIG;
	}
	explicit_bzero(chunk, sizeof(chunk));
	close(fd);
	if (saved == 0)
		return true;
	buf_free(b);
	errno = saved;
	return false;
}

void
file_sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = -1;

	if (copy != NULL)
		fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		(void)fsync(fd);
		close(fd);
	}
	free(copy);
}

bool
file_like(int fd, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (fchown(fd, st.st_uid, st.st_gid) != 0 && geteuid() == 0)
		return false;
	return fchmod(fd, st.st_mode & 0770) == 0;
}

/* f_type of statfs(2): 9p and FUSE may be anything and are taken for it. */
bool
file_on_network(const char *path)
{
	static const uint32_t types[] = {
		0x6969,		/* NFS */
		0x517b,		/* SMB */
		0xff534d42,	/* CIFS */
		0xfe534d42,	/* SMB2 */
		0x65735546,	/* FUSE */
		0x01021997,	/* 9p */
		0x0bd00bd0,	/* Lustre */
		0x47504653,	/* GPFS */
		0x00c36400,	/* Ceph */
		0x5346414f,	/* AFS */
		0x73757245,	/* Coda */
	};
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs) != 0)
		return true;
	for (i = 0; i < COUNT(types); i++)
		if ((uint32_t)fs.f_type == types[i])
			return true;
	return false;
}
