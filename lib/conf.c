/* SPDX-License-Identifier: MIT */
/* conf.c: from files and environment to a checked struct conf. */
#include <config.h>

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#include "conf.h"
#include "file.h"
#include "text.h"

#define ENV_PREFIX	"WXLOGIN_"
#define INI_LINE_MAX	198	/* inih cuts longer lines, silently */

extern char **environ;

/* ---- the file */

struct parse {
	struct conf	*conf;
	const char	*file;
	char		*dir;		/* of the file */
	const char	*at, *end;	/* text not yet read */
	int		 line;
	struct buf	*problems;
	bool		 secret;	/* the file holds one itself */
	uint64_t	 seen;		/* bit i: settings[i] was set */
};

static void
problem(struct parse *p, const char *what, const char *why)
{
	buf_fmt(p->problems, "%s:%d: %s%s\n", p->file, p->line, what, why);
}

/* inih's reader: the next line into `out`, like fgets(). */
static char *
next_line(char *out, int size, void *arg)
{
	struct parse *p = arg;
	const char *nl;
	size_t n;

	if (p->at == p->end)
		return NULL;
	nl = memchr(p->at, '\n', (size_t)(p->end - p->at));
	n = (size_t)((nl == NULL ? p->end : nl + 1) - p->at);
	p->line++;
	if (n > INI_LINE_MAX || n >= (size_t)size) {
		problem(p, "", "the line is too long; 198 characters at most");
		*out = '\0';
	} else if (memchr(p->at, '\0', n) != NULL) {
		problem(p, "", "the line has a NUL byte in it");
		*out = '\0';
	} else {
		memcpy(out, p->at, n);
		out[n] = '\0';
	}
	p->at += n;
	return out;
}

static struct app *
app_add(struct conf *c, const char *appid)
{
	struct app *apps;

	if (c->napps == CONF_APPS_MAX || (apps = reallocarray(c->apps,
	    c->napps + 1, sizeof(*apps))) == NULL)
		return NULL;
	c->apps = apps;
	apps[c->napps] = (struct app){ .secret_file = NULL };
	memcpy(apps[c->napps].appid, appid, strlen(appid) + 1);
	return &apps[c->napps++];
}

static bool
appid_valid(const char *s)
{
	const size_t n = strlen(s);

	return n >= 1 && n <= APPID_MAX && all_alnum_or(s, n, "_-");
}

static bool
secret_set(struct app *app, const char *text)
{
	const size_t n = strlen(text);

	if (n == 0 || n > SECRET_MAX || !all_alnum_or(text, n, "_-"))
		return false;
	memcpy(app->secret, text, n + 1);
	return true;
}

/* "[app ID]": secret or secret_file. */
static void
app_setting(struct parse *p, const char *appid, const char *name,
    const char *value)
{
	static const struct setting file = { "secret_file", SETTING_PATH,
	    0, 0, 0, NULL, NULL, NULL, NULL };
	struct conf dummy = { .database = NULL };
	struct app *app = NULL;
	size_t i;

	for (i = 0; i < p->conf->napps; i++)
		if (strcmp(p->conf->apps[i].appid, appid) == 0)
			app = &p->conf->apps[i];
	if (app == NULL && !appid_valid(appid)) {
		problem(p, appid, ": no AppID; [app wx0123456789abcdef]");
		return;
	}
	if (app == NULL && (app = app_add(p->conf, appid)) == NULL) {
		problem(p, appid, ": too many apps");
		return;
	}
	if (strcmp(name, "secret") == 0) {
		p->secret = true;
		if (!secret_set(app, value))
			problem(p, "secret", ": 1-128 letters and digits");
	} else if (strcmp(name, "secret_file") == 0) {
		if (setting_parse(&file, value, p->dir, &dummy, p->problems)) {
			free(app->secret_file);
			app->secret_file = dummy.database; /* offset 0 */
		}
	} else
		problem(p, name, ": an app has secret and secret_file");
}

static int
ini_setting(void *arg, const char *section, const char *name,
    const char *value)
{
	struct parse *p = arg;
	struct buf why = { .max = 1024 };
	const struct setting *s;

	if (strncmp(section, "app ", 4) == 0) {
		app_setting(p, section + 4 + strspn(section + 4, " "), name,
		    value);
		return 1;
	}
	if (strcmp(section, "wxlogin") != 0) {
		problem(p, name, ": not below [wxlogin] or [app ID]");
		return 1;
	}
	if ((s = setting_find(name)) == NULL) {
		buf_fmt(&why, ": no such setting; did you mean %s?",
		    setting_near(name));
		problem(p, name, why.p);
	} else if ((p->seen >> (s - settings) & 1) != 0) {
		problem(p, name, ": set twice, or a line behind it is indented");
	} else {
		p->seen |= (uint64_t)1 << (s - settings);
		p->secret |= s->type == SETTING_SECRET && *value != '\0';
		buf_str(&why, ": ");
		if (!setting_parse(s, value, p->dir, p->conf, &why))
			problem(p, name, why.p);
	}
	buf_free(&why);
	return 1;
}

bool
conf_parse(struct conf *c, const char *text, size_t n, const char *file,
    struct buf *problems)
{
	const char *slash = strrchr(file, '/');
	struct parse p = { .conf = c, .file = file, .at = text,
	    .end = text + n, .problems = problems };
	int line;

	assert(settings_count <= 64);		/* bits of p.seen */
	p.dir = slash == NULL ? strdup(".") :
	    strndup(file, (size_t)(slash - file) + (slash == file));
	if (p.dir == NULL) {
		buf_str(problems, "memory is out\n");
		return false;
	}
	line = ini_parse_stream(next_line, &p, ini_setting, &p);
	if (line > 0) {
		p.line = line;
		problem(&p, "", "neither [SECTION] nor NAME = VALUE");
	}
	free(p.dir);
	return p.secret;
}

/* ---- files that hold secrets */

/* Is the mode of a file with secrets in it all right? */
static bool
private_enough(const char *path, mode_t mode, struct buf *problems)
{
	if ((mode & S_IRWXO) == 0)
		return true;
	buf_fmt(problems, "%s: others can read this file, and it holds a "
	    "secret; chmod o= %s\n", path, path);
	return false;
}

static void
conf_read(struct conf *c, const char *path, struct buf *problems)
{
	struct buf text = { .max = CONF_FILE_MAX };
	struct stat st;

	if (!file_read(path, &text, &st)) {
		buf_fmt(problems, "%s: %s\n", path, strerror(errno));
		return;
	}
	c->file = strdup(path);
	c->file_mtime = st.st_mtim;
	c->file_ino = st.st_ino;
	if (conf_parse(c, text.p == NULL ? "" : text.p, text.len, path,
	    problems))
		private_enough(path, st.st_mode, problems);
	buf_free(&text);
}

/* The first word of a secret file, into app->secret. */
static void
secret_read(struct app *app, struct buf *problems)
{
	struct buf text = { .max = SECRET_MAX + 16 };
	struct stat st;

	if (!file_read(app->secret_file, &text, &st)) {
		buf_fmt(problems, "%s: %s; it is to hold the AppSecret of %s\n",
		    app->secret_file, strerror(errno), app->appid);
		return;
	}
	while (text.len > 0 && strchr(" \t\r\n", text.p[text.len - 1]) != NULL)
		text.p[--text.len] = '\0';
	if (private_enough(app->secret_file, st.st_mode, problems) &&
	    !secret_set(app, text.p == NULL ? "" : text.p))
		buf_fmt(problems, "%s: wants an AppSecret, nothing else\n",
		    app->secret_file);
	buf_free(&text);
}

/* ---- the environment */

/* NAME of "WXLOGIN_NAME=..." in lower case; false when it is another or too
 * long to be a setting. */
static bool
env_name(const char *var, char *out, size_t size)
{
	size_t i;

	if (strncmp(var, ENV_PREFIX, strlen(ENV_PREFIX)) != 0)
		return false;
	var += strlen(ENV_PREFIX);
	for (i = 0; var[i] != '=' && var[i] != '\0'; i++) {
		if (i + 1 == size)
			return false;
		out[i] = var[i] >= 'A' && var[i] <= 'Z' ?
		    (char)(var[i] - 'A' + 'a') : var[i];
	}
	out[i] = '\0';
	return var[i] == '=';
}

static void
conf_env(struct conf *c, struct buf *problems, struct buf *warnings)
{
	struct buf why = { .max = 1024 };
	const struct setting *s;
	char name[48];
	size_t i;

	for (i = 0; environ[i] != NULL; i++) {
		const char *value = strchr(environ[i], '=');

		if (!env_name(environ[i], name, sizeof(name)) ||
		    strcmp(name, "config") == 0 ||
		    strcmp(name, "identity_headers") == 0 ||
		    strncmp(name, "sandbox", 7) == 0)
			continue;
		if ((s = setting_find(name)) == NULL)
			buf_fmt(warnings, "%.*s: no such setting; did you mean "
			    ENV_PREFIX "... %s?\n",
			    (int)(value - environ[i]), environ[i],
			    setting_near(name));
		else if (!setting_parse(s, value + 1, NULL, c, &why)) {
			buf_fmt(problems, "environment: %.*s: %s\n",
			    (int)(value - environ[i]), environ[i], why.p);
			buf_free(&why);
		}
	}
	buf_free(&why);
}

/* ---- all of it */

static void
conf_find(struct conf *c, struct buf *problems)
{
	const char *named = getenv(ENV_PREFIX "CONFIG");
	char own[4096], *slash;
	ssize_t n;

	if (named != NULL && *named != '\0') {
		conf_read(c, named, problems);
		return;
	}
	n = readlink("/proc/self/exe", own, sizeof(own) - 32);
	if (n > 0) {
		own[n] = '\0';
		if ((slash = strrchr(own, '/')) != NULL)
			memcpy(slash, "/../etc/wxlogin.conf",
			    sizeof("/../etc/wxlogin.conf"));
		if (access(own, F_OK) == 0) {
			conf_read(c, own, problems);
			return;
		}
	}
	if (access(SYSCONFDIR "/wxlogin/wxlogin.conf", F_OK) == 0)
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
	if (!appid_valid(c->appid) || conf_app(c, c->appid) != NULL ||
	    (app = app_add(c, c->appid)) == NULL) {
		buf_fmt(problems, "appid: %s: no AppID, or also in [app]\n",
		    c->appid);
		return;
	}
	if (c->secret != NULL && !secret_set(app, c->secret))
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
			secret_read(&c->apps[i], problems);
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

struct conf *
conf_load(bool secrets, struct buf *problems, struct buf *warnings)
{
	struct conf *c = calloc(1, sizeof(*c));
	size_t i;

	if (c == NULL) {
		buf_str(problems, "memory is out\n");
		return NULL;
	}
	for (i = 0; i < settings_count; i++)
		if (settings[i].fallback != NULL && !setting_parse(&settings[i],
		    settings[i].fallback, NULL, c, problems))
			abort();	/* a default out of its own bounds */
	conf_find(c, problems);
	conf_env(c, problems, warnings);
	conf_apps(c, secrets, problems);
	if (c->database == NULL)
		buf_str(problems, "database is not set; set it to a path "
		    "outside of the folders that the web server shows\n");
	else if (c->seal_key_file == NULL) {
		struct buf path = { .max = 4096 };

		buf_fmt(&path, "%s.key", c->database);
		c->seal_key_file = path.bad ? NULL : strdup(path.p);
		buf_free(&path);
		if (c->seal_key_file == NULL)
			buf_str(problems, "database: the path is too long\n");
	}
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

bool
conf_stale(const struct conf *c)
{
	struct stat st;

	if (c->file == NULL)
		return false;
	return stat(c->file, &st) != 0 || st.st_ino != c->file_ino ||
	    st.st_mtim.tv_sec != c->file_mtime.tv_sec ||
	    st.st_mtim.tv_nsec != c->file_mtime.tv_nsec;
}

const struct app *
conf_app(const struct conf *c, const char *appid)
{
	size_t i;

	for (i = 0; i < c->napps; i++)
		if (strcmp(c->apps[i].appid, appid) == 0)
			return &c->apps[i];
	return NULL;
}
