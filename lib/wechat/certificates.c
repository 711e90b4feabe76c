/* SPDX-License-Identifier: MIT */
/* certificates.c: finds the certificates of this system. */
#include <config.h>

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "wechat/certificates.h"

/* Files by hash, as openssl-rehash(1) names them: only what is needed is read,
 * which is 22 times faster than to read all. */
#define HASHED	"/etc/ssl/certs"	/* Debian, Alpine, SUSE */
#define OWN	"ca-certificates.crt"	/* beside wxlogin.conf */
#define DAY	86400			/* s */

static const char *const files[] = {
	"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Alpine, Arch */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
	"/etc/pki/tls/certs/ca-bundle.crt",	/* RHEL up to 9, and FreeBSD's
						 * Linux layer made of it */
	"/etc/ssl/ca-bundle.pem",		/* SUSE */
	"/var/lib/ca-certificates/ca-bundle.pem",	/* SUSE */
	"/etc/ssl/cert.pem",			/* Alpine, FreeBSD */
	"/usr/local/share/certs/ca-root-nss.crt",	/* FreeBSD's package */
};

/* Can a file with something in it be read there? */
static bool
readable(int folder, const char *path)
{
	struct stat st;

	return fstatat(folder, path, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0 && faccessat(folder, path, R_OK, AT_EACCESS) == 0;
}

static bool
has_hashed(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	bool found = false;

	if (d == NULL)
		return false;
	while (!found && (e = readdir(d)) != NULL)
		found = strlen(e->d_name) == 10 &&
		    strcmp(e->d_name + 8, ".0") == 0 &&
		    readable(dirfd(d), e->d_name);
	closedir(d);
	return found;
}

static bool
put(struct certificates *c, const char *path, size_t n, const char *name)
{
	c->folder = false;
	return snprintf(c->path, sizeof(c->path), "%.*s%s", (int)n, path,
	    name) < (int)sizeof(c->path);
}

bool
certificates_find(const struct conf *conf, struct certificates *c)
{
	const char *slash;
	size_t i;

	if (conf->ca_file != NULL)
		return put(c, conf->ca_file, strlen(conf->ca_file), "");
	if (has_hashed(HASHED)) {
		(void)put(c, HASHED, strlen(HASHED), "");
		return c->folder = true;
	}
	for (i = 0; i < COUNT(files); i++)
		if (readable(AT_FDCWD, files[i]))
			return put(c, files[i], strlen(files[i]), "");
	if (conf->file == NULL)
		return false;
	slash = strrchr(conf->file, '/');
	return put(c, conf->file, slash == NULL ? 0 :
	    (size_t)(slash + 1 - conf->file), OWN) &&
	    readable(AT_FDCWD, c->path);
}

/* The date that ends the first line, a comment. */
static bool
dated(const char *path, time_t *at)
{
	FILE *f = fopen(path, "re");
	struct tm tm = { .tm_isdst = 0 };
	char line[128], *word = NULL;

	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) != NULL && line[0] == '#')
		word = strrchr(line, ' ');
	fclose(f);
	if (word == NULL || strptime(word + 1, "%Y-%m-%d", &tm) == NULL)
		return false;
	*at = timegm(&tm);
	return true;
}

void
certificates_tell(const struct certificates *c, char *out, size_t size)
{
	struct stat st;
	struct tm tm;
	char day[sizeof("2026-05-20")] = "?";
	time_t at;

	if (stat(c->path, &st) != 0) {
		snprintf(out, size, "%s, which can't be read", c->path);
		return;
	}
	at = st.st_mtime;
	if (!c->folder)
		(void)dated(c->path, &at);
	if (gmtime_r(&at, &tm) != NULL)
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	snprintf(out, size, "%s, of %s, %lld days ago", c->path, day,
	    (long long)((clock_now() - at) / DAY));
}
