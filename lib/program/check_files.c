/* SPDX-License-Identifier: MIT */
/* check_files.c: the checks of where files lie, and of their modes. */
#include <config.h>

#include <sys/stat.h>

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/conf.h"
#include "program/check.h"
#include "program/program.h"

const struct finding check_pass = { .verdict = CHECK_PASS };
const struct finding check_skip = { .verdict = CHECK_SKIP };

/* ---- what the web server shows */

void
check_shown(struct checking *ck, const char *folder, const char *url)
{
	struct shown *s = &ck->shown[ck->nshown];
	struct stat st;

	if (ck->nshown == CHECK_FOLDERS || strlen(url) >= sizeof(s->url) ||
	    stat(folder, &st) != 0 || !file_real(folder, s->folder))
		return;
	memcpy(s->url, url, strlen(url) + 1);
	ck->nshown++;
}

bool
check_url(const struct checking *ck, const char *path, struct buf *url)
{
	char real[FILE_PATH_MAX];
	size_t i, n;

	if (!file_real(path, real))
		return false;
	for (i = 0; i < ck->nshown; i++) {
		n = strlen(ck->shown[i].folder);
		if (strncmp(real, ck->shown[i].folder, n) == 0 &&
		    real[n] == '/') {
			buf_fmt(url, "%s%s", ck->shown[i].url, real + n);
			return true;
		}
	}
	return false;
}

/* ---- places */

static const struct finding shown = { CHECK_FAIL,
    "it lies below a folder that the web server shows; move it out of there "
    "in the FTP program, and write its new place into wxlogin.conf",
    "它位于网站对外显示的目录之下；请用 FTP 软件移到该目录之外，"
    "并在 wxlogin.conf 中写上新位置" };
static const struct finding no_telling = { CHECK_UNKNOWN,
    "the web server does not tell which folder it shows (DOCUMENT_ROOT): make "
    "sure by hand that the file can't be fetched",
    "网站服务器没有说明它对外显示哪个目录（DOCUMENT_ROOT）；"
    "请手动确认该文件无法通过网址下载" };

/* Can the file be fetched?  A file that is not there yet counts, too. */
static const struct finding *
place(struct checking *ck, const char *path)
{
	struct buf url = { .max = FILE_PATH_MAX + 256 };
	char real[FILE_PATH_MAX];
	bool below;

	if (path == NULL)
		return &check_pass;
	if (ck->nshown == 0 || !file_real(path, real))
		return &no_telling;
	below = check_url(ck, path, &url);
	if (below)
		buf_str(&ck->detail, real);
	buf_free(&url);
	return below ? &shown : &check_pass;
}

const struct finding *
check_place_database(struct checking *ck)
{
	return ck->conf == NULL ? &check_skip : place(ck, ck->conf->database);
}

const struct finding *
check_place_key(struct checking *ck)
{
	return ck->conf == NULL ? &check_skip :
	    place(ck, ck->conf->seal_key_file);
}

const struct finding *
check_place_secrets(struct checking *ck)
{
	const struct finding *found = &check_pass;
	size_t i;

	if (ck->conf == NULL)
		return &check_skip;
	for (i = 0; i < ck->conf->napps && found == &check_pass; i++)
		found = place(ck, ck->conf->apps[i].secret_file);
	return found;
}

/* Without a secret in it, it may lie anywhere. */
const struct finding *
check_place_conf(struct checking *ck)
{
	if (ck->conf == NULL)
		return &check_skip;
	return ck->conf->file_has_secret ? place(ck, ck->conf->file) :
	    &check_pass;
}

/* ---- modes */

/* A file or folder that others may write to: its mode into the detail. */
static bool
open_to_all(struct checking *ck, const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0 ||
	    (st.st_mode & S_IWOTH) == 0)
		return false;
	buf_fmt(&ck->detail, "%s%s: mode %04o", ck->detail.len == 0 ? "" :
	    ", ", path, (unsigned)st.st_mode & 07777);
	return true;
}

/* The same for its folder, and then for itself. */
static bool
open_with_folder(struct checking *ck, const char *path)
{
	char copy[FILE_PATH_MAX];
	bool open = false;

	if (path == NULL || strlen(path) >= sizeof(copy))
		return false;
	memcpy(copy, path, strlen(path) + 1);
	open = open_to_all(ck, dirname(copy));
	return open_to_all(ck, path) || open;
}

const struct finding *
check_modes(struct checking *ck)
{
	static const struct finding open = { CHECK_FAIL,
	    "everybody on this host can write there; in the FTP program set "
	    "the mode of folders to 755 (of the data folders to 700), of "
	    "programs to 755, of other files to 600",
	    "本主机上的任何人都能写入；请在 FTP 软件中把目录权限设为 755"
	    "（数据目录为 700），程序设为 755，其他文件设为 600" };
	const struct conf *c = ck->conf;
	char own[FILE_PATH_MAX];
	bool found;
	size_t i;

	if (c == NULL)
		return &check_skip;
	found = open_with_folder(ck, c->file);
	found = open_with_folder(ck, c->database) || found;
	found = open_to_all(ck, c->seal_key_file) || found;
	for (i = 0; i < c->napps; i++)
		found = open_with_folder(ck, c->apps[i].secret_file) || found;
	if (file_program(own))
		found = open_with_folder(ck, own) || found;
	return found ? &open : &check_pass;
}

/* ---- programs */

/* Does the name end like our own, in ".cgi" say? */
static bool
is_sibling(const char *name, const char *ending)
{
	const size_t n = strlen(name), m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

/* Programs in the folder that can't be run, into the detail. */
static bool
lame_programs(struct checking *ck, const char *folder, const char *ending)
{
	char path[FILE_PATH_MAX];
	DIR *d = opendir(folder);
	struct dirent *entry;
	struct stat st;
	bool found = false;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (!is_sibling(entry->d_name, ending) || snprintf(path,
		    sizeof(path), "%s/%s", folder, entry->d_name) >=
		    (int)sizeof(path) || stat(path, &st) != 0 ||
		    !S_ISREG(st.st_mode) || ((st.st_mode & S_IXUSR) != 0 &&
		    (st.st_mode & S_IWOTH) == 0))
			continue;
		buf_fmt(&ck->detail, "%s%s: mode %04o", found ? ", " : "",
		    entry->d_name, (unsigned)st.st_mode & 07777);
		found = true;
	}
	if (d != NULL)
		closedir(d);
	return found;
}

const struct finding *
check_programs(struct checking *ck)
{
	static const struct finding lame = { CHECK_FAIL,
	    "a program has not the mode 755; set it in the FTP program",
	    "有程序的权限不是 755；请在 FTP 软件中改为 755" };
	char path[FILE_PATH_MAX], *name, *ending;

	if (!file_program(path) || (name = strrchr(path, '/')) == NULL ||
	    (ending = strrchr(name, '.')) == NULL)
		return &check_skip;
	*name = '\0';
	return lame_programs(ck, path, ending) ? &lame : &check_pass;
}
