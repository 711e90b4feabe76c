/* SPDX-License-Identifier: MIT */
/* setup_files.c: were the programs uploaded whole, and may they be run?
 *
 * The bundle has a list of them, bin/programs.txt: lines "SIZE NAME".  An
 * upload in text mode (ASCII) changes the size. */
#include <config.h>

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "pages/setup_int.h"

#define LIST_MAX	4096	/* bytes of programs.txt */

/* What is wrong with one program; NULL: nothing. */
static const char *
fault(const struct setup *s, const char *name, int64_t size)
{
	char path[FILE_PATH_MAX];
	struct stat st;

	if (strchr(name, '/') != NULL || !file_beside_program(name, path) ||
	    stat(path, &st) != 0)
		return setup_words(s, "is missing; upload it",
		    "不存在，请上传");
	if (st.st_size != size)
		return setup_words(s, "has another size than in the zip; "
		    "upload it again in binary mode, not as text (ASCII)",
		    "与压缩包中的大小不同；请用二进制模式重新上传，不要用文本（ASCII）模式");
	if (access(path, X_OK) != 0)
		return setup_words(s, "may not be run; set its mode to 755",
		    "没有执行权限，请把权限设为 755");
	return NULL;
}

/* Put the fault of one line of the list, if any, into `faults`. */
static void
check_line(const struct setup *s, char *line, struct buf *faults)
{
	char *name = strchr(line, ' ');
	const char *why;
	int64_t size;

	if (name == NULL)
		return;
	*name++ = '\0';
	if (digits_parse(line, &size) && (why = fault(s, name, size)) != NULL)
		buf_fmt(faults, "%s %s\n", name, why);
}

void
setup_files(struct setup *s)
{
	struct buf list = { .max = LIST_MAX }, faults = { .max = LIST_MAX };
	char path[FILE_PATH_MAX], *line, *end;
	struct stat st;

	if (!file_beside_program("programs.txt", path) ||
	    !file_read(path, &list, &st))
		return;
	for (line = list.p; line != NULL &&
	    (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		check_line(s, line, &faults);
	}
	setup_line(s, faults.len == 0, setup_words(s,
	    "the programs were uploaded whole and may be run",
	    "程序文件完整且可执行"), faults.p == NULL ? "" : faults.p);
	buf_free(&list);
	buf_free(&faults);
}
