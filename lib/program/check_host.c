/* SPDX-License-Identifier: MIT */
/* check_host.c: checks of what the host has, and of what was uploaded to it.
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "conf/conf.h"
#include "program/check.h"
#include "wechat/certificates.h"

#define LIST_MAX	4096	/* bytes of programs.txt */

const struct finding *
check_certificates(struct checking *ck)
{
	static const struct finding none = { CHECK_ODD,
	    "none were found; upload ca-certificates.crt to the folder of "
	    "wxlogin.conf, or set ca_file",
	    "未找到；请把 ca-certificates.crt 上传到 wxlogin.conf 所在目录" };
	struct certificates found;
	char text[FILE_PATH_MAX + 64];

	if (!ck->ready || ck->w.wechat == NULL)
		return &check_skip;
	if (!certificates_find(ck->conf, &found))
		return &none;
	certificates_tell(&found, text, sizeof(text));
	buf_fmt(&ck->detail, "from %s", text);
	return &check_pass;
}

/* Compare a line of the list, "SIZE NAME", with the file beside the program;
 * what differs goes to the detail. */
static void
compare(struct checking *ck, char *line)
{
	char *name = strchr(line, ' '), path[FILE_PATH_MAX];
	struct stat st;
	int64_t size;

	if (name == NULL)
		return;
	*name++ = '\0';
	if (!digits_parse(line, &size) || strchr(name, '/') != NULL)
		return;
	if (!file_beside_program(name, path) || stat(path, &st) != 0)
		buf_fmt(&ck->detail, "%s: 0 / %" PRId64 "\n", name, size);
	else if (st.st_size != size)
		buf_fmt(&ck->detail, "%s: %" PRId64 " / %" PRId64 "\n", name,
		    (int64_t)st.st_size, size);
}

/* The bundle has a list of its programs, programs.txt.  An upload in text mode
 * changes the size. */
const struct finding *
check_whole(struct checking *ck)
{
	static const struct finding changed = { CHECK_FAIL,
	    "a program has not the size that it has in the zip (the numbers "
	    "are bytes); upload it again in binary mode, not as text (ASCII)",
	    "有程序的大小与压缩包中的不同（数字为字节数）；请用二进制模式重新上传，"
	    "不要用文本模式" };
	struct buf list = { .max = LIST_MAX };
	char path[FILE_PATH_MAX], *line, *end;
	struct stat st;

	if (!file_beside_program("programs.txt", path) ||
	    !file_read(path, &list, &st))
		return &check_skip;
	for (line = list.p; line != NULL &&
	    (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		compare(ck, line);
	}
	buf_free(&list);
	return ck->detail.len > 0 ? &changed : &check_pass;
}
