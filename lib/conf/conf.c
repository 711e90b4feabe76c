/* SPDX-License-Identifier: MIT */
/* conf.c: from files and environment to a checked struct conf. */
#include <config.h>

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/owner.h"
#include "base/text.h"
#include "conf/conf_int.h"
#include "conf/secret.h"

#define ENV_PREFIX	"WXLOGIN_"

extern char **environ;

/* ---- files that hold secrets */

static void
conf_read(struct conf *c, const char *path, struct buf *problems)
{
	struct buf text = { .max = CONF_FILE_MAX };
	struct stat st;

	if (!file_read(path, &text, &st)) {
		owner_explain(path, errno, problems);
		buf_str(problems, "\n");
		return;
	}
	if ((c->file = strdup(path)) == NULL)
		buf_str(problems, "no memory\n");
	c->file_mtime = st.st_mtim;
	c->file_ino = st.st_ino;
	c->file_has_secret = conf_parse(c, text.p == NULL ? "" : text.p,
	    text.len, path, problems);
	if (c->file_has_secret && !secret_private(path, st.st_mode, problems))
		buf_str(problems, "\n");
	buf_free(&text);
}

static void
app_secret_read(struct app *app, struct buf *problems)
{
	struct buf text = { .max = SECRET_MAX + 1 };
	char what[APPID_MAX + 32];
	const struct secret_kind kind = { .what = what, .min = 1,
	    .max = SECRET_MAX };
	struct stat st;

	snprintf(what, sizeof(what), "the AppSecret of %s", app->appid);
	if (!secret_read(app->secret_file, &kind, &text, &st, problems))
		buf_str(problems, "\n");
	else if (!conf_secret_set(app, text.p))
		buf_fmt(problems, "%s: that is no AppSecret, which has "
		    "letters and digits only; write %s there and nothing "
		    "else\n",
		    app->secret_file, what);
	app->secret_mtime = st.st_mtim;
	buf_free(&text);
}

/* ---- the environment */

/* NAME of "WXLOGIN_NAME=..." in lower case, cut to `size`; false when it is
 * another variable. */
static bool
env_name(const char *var, char *out, size_t size)
{
	size_t i, n = 0;

	if (strncmp(var, ENV_PREFIX, strlen(ENV_PREFIX)) != 0)
		return false;
	var += strlen(ENV_PREFIX);
	for (i = 0; var[i] != '=' && var[i] != '\0'; i++) {
		if (n + 1 < size)
			out[n++] = var[i] >= 'A' && var[i] <= 'Z' ?
			    (char)(var[i] - 'A' + 'a') : var[i];
	}
	out[n] = '\0';
	return var[i] == '=';
}

static void
unknown_variable(const char *var, const char *name, struct buf *warnings)
{
	const char *near = setting_near(name);

	buf_fmt(warnings, "%.*s: no such setting; did you mean " ENV_PREFIX,
	    (int)strcspn(var, "="), var);
	for (; *near != '\0'; near++)
		buf_fmt(warnings, "%c", *near >= 'a' && *near <= 'z' ?
		    *near - 'a' + 'A' : *near);
	buf_str(warnings, "?\n");
}

static void
conf_env(struct conf *c, struct buf *problems, struct buf *warnings)
{
	char text[WHY_MAX];
	struct buf why = BUF_FIXED(text);
	const struct setting *s;
	char name[48];
	size_t i;

	for (i = 0; environ[i] != NULL; i++) {
		const char *value = strchr(environ[i], '=');

		if (!env_name(environ[i], name, sizeof(name)) ||
		    strcmp(name, "config") == 0 ||
		    strcmp(name, "identity_headers") == 0 ||
		    strcmp(name, "setup_key") == 0 ||
		    strncmp(name, "sandbox", 7) == 0)
			continue;
		if ((s = setting_find(name)) == NULL)
			unknown_variable(environ[i], name, warnings);
		else if (!setting_parse(s, value + 1, NULL, c, &why)) {
			buf_fmt(problems, "environment: %.*s: %s\n",
			    (int)(value - environ[i]), environ[i], why.p);
			buf_free(&why);
		}
	}
	buf_free(&why);
}

/* ---- all of it */

/* A file in a folder that we may not enter counts as present, so that the
 * error is reported. */
static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0 ||
	    (errno != ENOENT && errno != ENOTDIR);
}

bool
conf_beside(const char *name, char out[FILE_PATH_MAX])
{
	static const char *const folders[] = {
		"../etc/", "../wxlogin-data/etc/", "../../wxlogin-data/etc/",
		"../../../wxlogin-data/etc/",
	};
	char relative[64];
	size_t i;

	for (i = 0; i < COUNT(folders); i++) {
		snprintf(relative, sizeof(relative), "%s%s", folders[i], name);
		if (file_beside_program(relative, out) && is_there(out))
			return true;
	}
	return false;
}

static void
conf_find(struct conf *c, struct buf *problems)
{
	const char *named = getenv(ENV_PREFIX "CONFIG");
	char own[FILE_PATH_MAX];

	if (named != NULL && *named != '\0') {
		conf_read(c, named, problems);
		return;
	}
	if (conf_beside("wxlogin.conf", own)) {
		conf_read(c, own, problems);
		return;
	}
	if (is_there(SYSCONFDIR "/wxlogin/wxlogin.conf"))
		conf_read(c, SYSCONFDIR "/wxlogin/wxlogin.conf", problems);
}

/* The app that appid, secret and secret_file tell of. */
static void
conf_single_app(struct conf *c, struct buf *problems)
{
	struct app *app;

	if (c->appid == NULL) {
		if (c->secret != NULL || c->secret_file != NULL)
			buf_str(problems, "secret is set and appid is not; "
			    "set both, or use [app ID]\n");
		return;
	}
	if (!conf_appid_valid(c->appid) || conf_app(c, c->appid) != NULL ||
	    c->napps == CONF_APPS_MAX) {
		buf_fmt(problems, "appid: %s: no AppID, or also in [app]\n",
		    c->appid);
		return;
	}
	if ((app = conf_app_add(c, c->appid)) == NULL) {
		buf_str(problems, "no memory\n");
		return;
	}
	if (c->secret != NULL && !conf_secret_set(app, c->secret))
		buf_str(problems, "secret: 1-128 letters and digits\n");
	app->secret_file = c->secret_file;
	c->secret_file = NULL;
}

static void
conf_apps(struct conf *c, bool secrets, struct buf *problems)
{
	size_t i;

	conf_single_app(c, problems);
	for (i = 0; secrets && i < c->napps; i++) {
		if (c->apps[i].secret[0] == '\0' &&
		    c->apps[i].secret_file != NULL)
			app_secret_read(&c->apps[i], problems);
		else if (c->apps[i].secret[0] == '\0')
			buf_fmt(problems, "app %s: has no secret; set secret "
			    "or secret_file\n", c->apps[i].appid);
	}
	if (secrets && c->napps == 0)
		buf_str(problems, "no app is configured; set appid and "
		    "secret_file, or add [app ID] with secret_file\n");
	if (c->default_app_id != NULL) {
		c->default_app = conf_app(c, c->default_app_id);
		if (c->default_app == NULL)
			buf_fmt(problems, "default_app: %s is no app of this "
			    "configuration\n", c->default_app_id);
	} else if (c->napps == 1)
		c->default_app = &c->apps[0];
}

/* A link to the database is the database: what lies beside it (key, locks) is
 * the same for all its names. */
static void
conf_database(struct conf *c, struct buf *problems)
{
	char real[FILE_PATH_MAX], whole[FILE_PATH_MAX];
	struct buf path = BUF_FIXED(whole);
	struct stat st;

	if (c->database == NULL) {
		buf_str(problems, "database is not set; set it to a path "
		    "outside of the folders that the web server shows\n");
		return;
	}
	if (lstat(c->database, &st) == 0 && S_ISLNK(st.st_mode)) {
		if (!file_real(c->database, real)) {
			buf_str(problems, "database: where the link leads "
			    "can't be told\n");
			return;
		}
		free(c->database);
		c->database = strdup(real);
	}
	if (c->database != NULL && c->seal_key_file == NULL) {
		buf_fmt(&path, "%s.key", c->database);
		if (path.bad) {
			buf_str(problems, "database: the path is too long\n");
			return;
		}
		c->seal_key_file = strdup(path.p);
	}
	if (c->database == NULL || c->seal_key_file == NULL)
		buf_str(problems, "no memory\n");
}

struct conf *
conf_load(bool secrets, struct buf *problems, struct buf *warnings)
{
	struct conf *c = calloc(1, sizeof(*c));
	size_t i;

	if (c == NULL) {
		buf_str(problems, "no memory\n");
		return NULL;
	}
	for (i = 0; i < settings_count; i++)
		if (settings[i].fallback != NULL &&
		    !setting_parse(&settings[i],
		    settings[i].fallback, NULL, c, problems))
			buf_str(problems, "\n");	/* no memory */
	conf_find(c, problems);
	conf_env(c, problems, warnings);
	conf_apps(c, secrets, problems);
	conf_database(c, problems);
	if (problems->len > 0 || problems->bad) {
		conf_free(c);
		return NULL;
	}
	return c;
}

void
conf_free(struct conf *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < settings_count; i++) {
		char **text = (char **)(void *)((char *)c +
		    settings[i].offset);

		switch (settings[i].type) {
		case SETTING_SECRET:
			if (*text != NULL)
				explicit_bzero(*text, strlen(*text));
			/* FALLTHROUGH */
		case SETTING_TEXT: case SETTING_PATH: case SETTING_URL:
			free(*text);
			break;
		default:
			break;
		}
	}
	for (i = 0; i < c->napps; i++)
		free(c->apps[i].secret_file);
	if (c->apps != NULL)
		explicit_bzero(c->apps, c->napps * sizeof(*c->apps));
	free(c->apps);
	free(c->file);
	free(c);
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
conf_stale(const struct conf *c)
{
	struct stat st;
	size_t i;

	if (c->file != NULL && (stat(c->file, &st) != 0 ||
	    st.st_ino != c->file_ino ||
	    !same_time(&st.st_mtim, &c->file_mtime)))
		return true;
	for (i = 0; i < c->napps; i++)
		if (c->apps[i].secret_file != NULL &&
		    c->apps[i].secret[0] != '\0' &&
		    stat(c->apps[i].secret_file, &st) == 0 &&
		    !same_time(&st.st_mtim, &c->apps[i].secret_mtime))
			return true;
	return false;
}

void
conf_log_open(const struct conf *c, struct log *log, const char *program)
{
	if (c == NULL)
		log_open(log, program, NULL);
	else
		log_open(log, program, &(struct log_options){
		    .file = c->log_file, .level = c->log_level });
}
