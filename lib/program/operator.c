/* SPDX-License-Identifier: MIT */
/* operator.c: as whom a program works that an operator starts by hand. */
#include <config.h>

#include <sys/stat.h>

#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/owner.h"
#include "program/operator.h"

/* Whose files there are to be: the owner of this.  False: there is neither. */
static bool
find_owner(const char *database, char path[FILE_PATH_MAX], struct stat *st,
    bool *is_folder)
{
	char copy[FILE_PATH_MAX];
	const char *folder;

	*is_folder = false;
	if (strlen(database) >= FILE_PATH_MAX)
		return false;
	memcpy(path, database, strlen(database) + 1);
	if (stat(path, st) == 0 && st->st_uid != 0)
		return true;
	memcpy(copy, database, strlen(database) + 1);
	folder = dirname(copy);
	memcpy(path, folder, strlen(folder) + 1);
	*is_folder = true;
	return stat(path, st) == 0 && S_ISDIR(st->st_mode);
}

bool
operator_act(const char *database, struct buf *why)
{
	char path[FILE_PATH_MAX];
	bool is_folder;
	struct stat st;

	if (geteuid() != 0 || !find_owner(database, path, &st, &is_folder))
		return true;
	if (st.st_uid == 0) {
		buf_fmt(why, "this runs as root, and %s belongs to root: only "
		    "programs that run as root can use the store there; if "
		    "they run as another user, chown %s to that user, and "
		    "check again", path, path);
		return true;
	}
	if (is_folder && (st.st_mode & S_IWGRP) != 0) {
		buf_fmt(why, "this runs as root, and the group may write in "
		    "%s: it can't be told as which user the programs run; "
		    "run this as that user (sudo -u USER)", path);
		return false;
	}
	if (!owner_act(path, why))
		return false;
	buf_str(why, "this was started as root and acts as ");
	owner_name(st.st_uid, why);
	buf_fmt(why, ", to whom %s belongs", path);
	return true;
}

bool
operator_root(void)
{
	return owner_root();
}

bool
operator_again(const char *database)
{
	char path[FILE_PATH_MAX];
	bool is_folder;
	struct stat st;

	return !find_owner(database, path, &st, &is_folder) ||
	    owner_again(path);
}
