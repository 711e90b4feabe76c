/* SPDX-License-Identifier: MIT */
/* conf_file.c: wxlogin.conf, by inih: sections, names, values, line numbers.
 */
#include <config.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "conf/conf_int.h"

#define INI_LINE_MAX	199	/* with its newline; inih cuts longer ones */
#define TWICE		": set twice, or a line behind it is indented"
#define PROBLEMS_MAX	50	/* told of one file */

struct parse {
	struct conf	*conf;
	const char	*file;
	char		*dir;		/* of the file */
	const char	*at, *end;	/* text not yet read */
	int		 line;
	struct buf	*problems;
	bool		 secret;	/* the file holds one itself */
	uint64_t	 seen;		/* bit i: settings[i] was set */
	int		 told;		/* problems so far */
};

static void
problem(struct parse *p, const char *what, const char *why)
{
	if (p->told++ < PROBLEMS_MAX)
		buf_fmt(p->problems, "%s:%d: %s%s\n", p->file, p->line, what,
		    why);
	else if (p->told == PROBLEMS_MAX + 1)
		buf_fmt(p->problems, "%s:%d: and more\n", p->file, p->line);
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

static void
app_secret(struct parse *p, struct app *app, const char *value)
{
	p->secret = true;
	if (app->secret[0] != '\0')
		problem(p, "secret", TWICE);
	else if (!conf_secret_set(app, value))
		problem(p, "secret", ": 1-128 letters and digits");
}

static void
app_secret_file(struct parse *p, struct app *app, const char *value)
{
	static const struct setting file = { .name = "secret_file",
	    .type = SETTING_PATH,
	    .offset = offsetof(struct conf, secret_file) };
	struct conf parsed = { .secret_file = NULL };
	struct buf why = { .max = 1024 };

	buf_str(&why, ": ");
	if (app->secret_file != NULL)
		problem(p, "secret_file", TWICE);
	else if (setting_parse(&file, value, p->dir, &parsed, &why))
		app->secret_file = parsed.secret_file;
	else
		problem(p, "secret_file", why.p);
	buf_free(&why);
}

/* "[app ID]": secret or secret_file. */
static void
app_setting(struct parse *p, const char *appid, const char *name,
    const char *value)
{
	struct app *app = NULL;
	size_t i;

	for (i = 0; i < p->conf->napps; i++)
		if (strcmp(p->conf->apps[i].appid, appid) == 0)
			app = &p->conf->apps[i];
	if (app == NULL && !conf_appid_valid(appid)) {
		problem(p, appid, ": no AppID; [app wx0123456789abcdef]");
		return;
	}
	if (app == NULL && (app = conf_app_add(p->conf, appid)) == NULL) {
		problem(p, appid, ": too many apps");
		return;
	}
	if (strcmp(name, "secret") == 0)
		app_secret(p, app, value);
	else if (strcmp(name, "secret_file") == 0)
		app_secret_file(p, app, value);
	else
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
		problem(p, name, TWICE);
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
		buf_str(problems, "no memory\n");
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
