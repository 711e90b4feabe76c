/* SPDX-License-Identifier: MIT */
/* owner.c: whose a file is, who we are, and acting as somebody else. */
#include <config.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/owner.h"

/* Call `found` for the entry of this user in /etc/passwd, if there is one.
 * getpwuid(3) would load modules, which a static program can't. */
static bool
find_user(uid_t uid, char name[OWNER_NAME_MAX])
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *p = NULL;

	while (f != NULL && (p = fgetpwent(f)) != NULL && p->pw_uid != uid)
		;
	if (p != NULL && strlen(p->pw_name) < OWNER_NAME_MAX)
		memcpy(name, p->pw_name, strlen(p->pw_name) + 1);
	else
		p = NULL;
	if (f != NULL)
		fclose(f);
	return p != NULL;
}

void
owner_name(uid_t uid, struct buf *b)
{
	char name[OWNER_NAME_MAX];

	if (find_user(uid, name))
		buf_fmt(b, "%s (%u)", name, (unsigned)uid);
	else
		buf_fmt(b, "%u", (unsigned)uid);
}

/* ---- what may not be done */

static void
tell(const char *path, const char *what, const struct stat *st,
    struct buf *why)
{
	buf_fmt(why, "%s: it belongs to ", path);
	owner_name(st->st_uid, why);
	buf_fmt(why, ", mode %04o, and this program, which runs as ",
	    (unsigned)st->st_mode & 07777);
	owner_name(geteuid(), why);
	buf_fmt(why, ", may not %s it; ", what);
	if (st->st_uid == geteuid())
		buf_fmt(why, "chmod %s %s", S_ISDIR(st->st_mode) ? "u+rwx" :
		    "u+rw", path);
	else
		buf_fmt(why, "chown %u %s", (unsigned)geteuid(), path);
}

static bool
denied(const char *path, int need, const char *what, struct buf *why)
{
	struct stat st;

	if (faccessat(AT_FDCWD, path, need, AT_EACCESS) == 0)
		return false;
	if (errno == EROFS) {
		buf_fmt(why, "%s: it lies on a file system that can only be "
		    "read", path);
		return true;
	}
	if (errno != EACCES || stat(path, &st) != 0)
		return false;
	tell(path, what, &st, why);
	return true;
}

bool
owner_denies(const char *path, int need, struct buf *why)
{
	char folder[FILE_PATH_MAX];
	size_t i;

	for (i = 1; path[0] != '\0' && path[i] != '\0'; i++) {
		if (path[i] != '/' || i >= sizeof(folder))
			continue;
		memcpy(folder, path, i);
		folder[i] = '\0';
		if (denied(folder, X_OK, "enter", why))
			return true;
	}
	return denied(path, need, (need & W_OK) != 0 ? "write" : "read", why);
}

void
owner_explain(const char *path, int error, struct buf *why)
{
	if ((error != EACCES && error != EROFS) ||
	    !owner_denies(path, R_OK, why))
		buf_fmt(why, "%s: %s", path, strerror(error));
}

/* ---- acting as another user */

/* The groups that /etc/group has this user in, and his own. */
static size_t
groups_of(uid_t uid, gid_t own, gid_t groups[OWNER_GROUPS_MAX])
{
	char name[OWNER_NAME_MAX];
	const struct group *g;
	FILE *f = NULL;
	size_t n = 0, i;

	groups[n++] = own;
	if (find_user(uid, name))
		f = fopen("/etc/group", "re");
	while (f != NULL && n < OWNER_GROUPS_MAX && (g = fgetgrent(f)) != NULL)
		for (i = 0; g->gr_mem[i] != NULL; i++)
			if (strcmp(g->gr_mem[i], name) == 0) {
				groups[n++] = g->gr_gid;
				break;
			}
	if (f != NULL)
		fclose(f);
	return n;
}

static bool
act_as(const struct stat *st)
{
	gid_t groups[OWNER_GROUPS_MAX];
	const size_t n = groups_of(st->st_uid, st->st_gid, groups);

	return setgroups(n, groups) == 0 && setegid(st->st_gid) == 0 &&
	    seteuid(st->st_uid) == 0;
}

bool
owner_act(const char *path, struct buf *why)
{
	struct stat st;

	if (geteuid() != 0 || stat(path, &st) != 0 || st.st_uid == 0)
		return true;
	if (act_as(&st))
		return true;
	buf_fmt(why, "%s belongs to ", path);
	owner_name(st.st_uid, why);
	buf_fmt(why, ", and root could not act as that user: %s; run this as "
	    "that user", strerror(errno));
	return false;
}

bool
owner_root(void)
{
	return getuid() != 0 || (seteuid(0) == 0 && setegid(0) == 0);
}

bool
owner_again(const char *path)
{
	struct stat st;

	return geteuid() != 0 || stat(path, &st) != 0 || st.st_uid == 0 ||
	    (setegid(st.st_gid) == 0 && seteuid(st.st_uid) == 0);
}
