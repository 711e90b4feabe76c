/* SPDX-License-Identifier: MIT */
/* file.c: small files read whole, or not at all. */
#include <config.h>

#include <sys/wait.h>

#include <errno.h>

#include "base/file.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

/* In a child: of six descriptors the last four go. */
static bool
closes_from(void)
{
	const pid_t child = fork();
	int fds[6], status;
	bool ok = true;

	if (child == -1)
		return false;
	if (child > 0)
		return waitpid(child, &status, 0) == child && status == 0;
	for (int i = 0; i < 6; i++)
		fds[i] = dup(1);
	file_close_from(fds[2]);
	for (int i = 0; i < 6; i++)
		ok = ok && (fcntl(fds[i], F_GETFD) != -1) == (i < 2);
	_exit(ok && fcntl(1, F_GETFD) != -1 ? 0 : 1);
}

/* By the numbers of linux/magic.h and of the file systems' own sources. */
static void
file_systems(void)
{
	static const struct { const char *name; uint64_t type; bool network; }
	rows[] = {
		{ "ext4", 0xef53, false }, { "xfs", 0x58465342, false },
		{ "btrfs", 0x9123683e, false }, { "tmpfs", 0x01021994, false },
		{ "overlayfs", 0x794c7630, false },
		{ "zfs", 0x2fc12fc1, false }, { "f2fs", 0xf2f52010, false },
		{ "nfs", 0x6969, true }, { "cifs", 0xff534d42, true },
		{ "smb3", 0xfe534d42, true },
		{ "sshfs, and all of FUSE", 0x65735546, true },
		{ "gfs2", 0x01161970, true }, { "ocfs2", 0x7461636f, true },
		{ "beegfs", 0x19830326, true },
		{ "vboxsf", 0x786f4256, true },
		{ "ceph", 0x00c36400, true },
		{ "cifs, as a negative number", (uint64_t)-11317950, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		ok(file_type_on_network(rows[i].type) == rows[i].network,
		    "%s", rows[i].name);
}

/* Links are followed, whether or not there is something at their end. */
static void
real_paths(void)
{
	char top[FILE_PATH_MAX], real[FILE_PATH_MAX], want[FILE_PATH_MAX + 16];
	const char *const links[][2] = {
		{ "folder/there", "rel" }, { "../none", "folder/up" },
		{ "folder", "way" }, { "loop2", "loop1" },
		{ "loop1", "loop2" },
	};
	static const struct { const char *path, *real; } rows[] = {
		{ "folder/there", "folder/there" },
		{ "rel", "folder/there" },
		{ "way/there", "folder/there" },
		{ "way/none", "folder/none" },
		{ "folder/up", "none" },
		{ "folder/../none", "none" },
		{ "none/none", "none/none" },
		{ "none/.", "none" },
		{ "none/", "none" },
	};

	ok(realpath(tmp_dir(), top) != NULL &&
	    mkdir(tmp_path("folder"), 0700) == 0, "a folder");
	tmp_write("folder/there", "", 0, 0600);
	for (size_t i = 0; i < COUNT(links); i++)
		if (symlink(links[i][0], tmp_path(links[i][1])) != 0)
			ok(false, "symlink");
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(want, sizeof(want), "%s/%s", top, rows[i].real);
		ok(file_real(tmp_path(rows[i].path), real), "%s",
		    rows[i].path);
		is_str(real, want, "%s", rows[i].path);
	}
	ok(!file_real(tmp_path("loop1"), real), "a circle of links");
	ok(chdir(top) == 0 && file_real("none.db", real), "a bare name");
	snprintf(want, sizeof(want), "%s/none.db", top);
	is_str(real, want, "in the working directory");
}

int
main(void)
{
	static char text[5000];
	struct buf b = { .max = 4097 };
	struct stat st;

	memset(text, 'x', sizeof(text));
	ok(file_read(tmp_write("a", text, 4096, 0640), &b, &st),
	    "a file as large as the ceiling is read");
	is_int(b.len, 4096, "all of it");
	is_int(st.st_mode & 0777, 0640, "its mode is told");
	buf_free(&b);
	errno = 0;
	ok(!file_read(tmp_write("b", text, 4097, 0600), &b, &st) &&
	    errno == EFBIG && b.p == NULL, "a byte more is EFBIG");
	buf_free(&b);
	ok(file_read(tmp_write("c", "", 0, 0600), &b, &st) && b.len == 0,
	    "an empty file");
	buf_free(&b);
	ok(!file_read(tmp_path("none"), &b, &st) && errno == ENOENT,
	    "a missing file is ENOENT");
	ok(!file_read(tmp_dir(), &b, &st) && errno == EINVAL,
	    "a folder is EINVAL");
	ok(mkfifo(tmp_path("fifo"), 0600) == 0 &&
	    !file_read(tmp_path("fifo"), &b, &st) && errno == EINVAL,
	    "a FIFO is EINVAL, without waiting for it");
	ok(!file_read("/dev/zero", &b, &st) && errno == EINVAL,
	    "a device is EINVAL");
	ok(symlink(tmp_path("c"), tmp_path("link")) == 0 &&
	    file_read(tmp_path("link"), &b, &st), "a link is followed");
	buf_free(&b);
	real_paths();
	ok(file_on_network(tmp_path("none")),
	    "what can't be told counts as a network");
	ok(closes_from(), "all descriptors from one on are closed");
	file_systems();
	return done();
}
