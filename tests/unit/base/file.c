/* SPDX-License-Identifier: MIT */
/* file.c: small files read whole, or not at all. */
#include <config.h>

#include <errno.h>

#include "base/file.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

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
	ok(file_on_network(tmp_path("none")),
	    "what can't be told counts as a network");
	return done();
}
