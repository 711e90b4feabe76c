/* SPDX-License-Identifier: MIT */
/* file.c: small files read and written whole; where the program is; what kind
 * of file system it is. */
#include <config.h>

#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/file.h"
#include "base/text.h"

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
			saved = b->no_memory ? ENOMEM : EFBIG;
	}
	explicit_bzero(chunk, sizeof(chunk));
	close(fd);
	if (saved == 0)
		return true;
	buf_free(b);
	errno = saved;
	return false;
}

/* ---- whole files */

/* Write n bytes, or false with errno set. */
static bool
write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		const ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return true;
}

/* Make the names in the folder of `path` survive a power cut, if we can. */
static void
sync_folder(const char *path)
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

/* Give an open file the owner, group and mode of another, as far as we may:
 * what replaces a file is to be as readable as it was. */
static bool
be_like(int fd, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (fchown(fd, st.st_uid, st.st_gid) != 0 && geteuid() == 0)
		return false;
	return fchmod(fd, st.st_mode & 0770) == 0;
}

/* A new file beside `path`, with its data on the disk: its descriptor and, in
 * `tmp`, its name; -1 with errno set. */
static int
write_beside(const char *path, const void *data, size_t n,
    char tmp[FILE_PATH_MAX])
{
	int fd, saved;

	if (snprintf(tmp, FILE_PATH_MAX, "%s.XXXXXX", path) >= FILE_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if ((fd = mkostemp(tmp, O_CLOEXEC)) == -1)	/* mode 0600 */
		return -1;
	if (write_all(fd, data, n) && fsync(fd) == 0)
		return fd;
	saved = errno;
	close(fd);
	unlink(tmp);
	errno = saved;
	return -1;
}

bool
file_make(const char *path, const void *data, size_t n)
{
	char tmp[FILE_PATH_MAX];
	const int fd = write_beside(path, data, n, tmp);
	bool ok;
	int saved;

	if (fd == -1)
		return false;
	/* link(2) fails when the name is taken. */
	ok = link(tmp, path) == 0 || errno == EEXIST;
	saved = errno;
	close(fd);
	unlink(tmp);
	if (ok)
		sync_folder(path);
	errno = saved;
	return ok;
}

bool
file_replace(const char *path, const void *data, size_t n)
{
	char tmp[FILE_PATH_MAX];
	const int fd = write_beside(path, data, n, tmp);
	bool ok;
	int saved;

	if (fd == -1)
		return false;
	ok = be_like(fd, path) && rename(tmp, path) == 0;
	saved = errno;
	close(fd);
	if (ok)
		sync_folder(path);
	else
		unlink(tmp);
	errno = saved;
	return ok;
}

/* ---- where the program is */

bool
file_program(char out[FILE_PATH_MAX])
{
	const ssize_t n = readlink("/proc/self/exe", out, FILE_PATH_MAX - 1);
	const char *name;

	if (n > 0) {
		out[n] = '\0';
		return true;
	}
	/* No /proc: what execve(2) was given, which may be relative to the
	 * folder that we were started in and still are in. */
	name = (const char *)getauxval(AT_EXECFN);
	return name != NULL && realpath(name, out) != NULL;
}

bool
file_beside_program(const char *relative, char out[FILE_PATH_MAX])
{
	char *slash;
	size_t room;

	if (!file_program(out) || (slash = strrchr(out, '/')) == NULL)
		return false;
	room = (size_t)(out + FILE_PATH_MAX - (slash + 1));
	return snprintf(slash + 1, room, "%s", relative) < (int)room;
}

/* ---- real paths */

#define LINKS_MAX	16	/* in a path to what does not exist */

/* folder + "/" + name into `out`; false: too long. */
static bool
join(const char *folder, const char *name, char out[FILE_PATH_MAX])
{
	const int n = snprintf(out, FILE_PATH_MAX, "%s%s%s", folder,
	    strcmp(folder, "/") == 0 ? "" : "/", name);

	if (n < FILE_PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

/* Follow a link to what does not exist, or go on with the folder. */
static bool
real_path(const char *path, char out[FILE_PATH_MAX], int depth)
{
	char parts[FILE_PATH_MAX], target[FILE_PATH_MAX], *name;
	const char *folder;
	ssize_t n;

	if (realpath(path, out) != NULL)
		return true;
	if (errno != ENOENT || depth > LINKS_MAX ||
	    strlen(path) >= sizeof(parts))
		return false;
	memcpy(parts, path, strlen(path) + 1);
	if ((name = strrchr(parts, '/')) != NULL)
		*name++ = '\0';
	folder = name == NULL ? "." : *parts == '\0' ? "/" : parts;
	if (name == NULL)
		name = parts;
	if (*name == '\0' || strcmp(name, ".") == 0)	/* as the folder */
		return real_path(folder, out, depth + 1);
	if ((n = readlink(path, target, sizeof(target) - 1)) > 0) {
		char next[FILE_PATH_MAX];

		target[n] = '\0';
		return (*target == '/' ||
		    join(folder, target, next)) && real_path(*target == '/' ?
		    target : next, out, depth + 1);
	}
	return real_path(folder, target, depth + 1) && join(target, name, out);
}

bool
file_real(const char *path, char out[FILE_PATH_MAX])
{
	return real_path(path, out, 0);
}

/* ---- descriptors */

void
file_close_from(int first)
{
#ifdef HAVE_CLOSE_RANGE
	(void)close_range((unsigned)first, ~0U, 0);
#else
	DIR *open_ones = opendir("/proc/self/fd");
	struct dirent *d;
	int64_t fd;

	while (open_ones != NULL && (d = readdir(open_ones)) != NULL)
		if (digits_parse(d->d_name, &fd) && fd >= first &&
		    fd != dirfd(open_ones))
			close((int)fd);
	if (open_ones != NULL)
		closedir(open_ones);
#endif
}

/* ---- file systems */

bool
file_type_on_network(uint64_t type)
{
	/* FUSE (sshfs among others) and 9p may be anything. */
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
		0x01161970,	/* GFS2 */
		0x7461636f,	/* OCFS2 */
		0x19830326,	/* BeeGFS */
		0x20030528,	/* OrangeFS */
		0xaad7aaea,	/* PanFS */
		0x786f4256,	/* vboxsf */
		0xbacbacbc,	/* vmhgfs */
		0x7c7c6673,	/* prl_fs */
	};
	size_t i;

	for (i = 0; i < COUNT(types); i++)
		if ((uint32_t)type == types[i])
			return true;
	return false;
}

bool
file_on_network(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) != 0 ||
	    file_type_on_network((uint64_t)fs.f_type);
}
