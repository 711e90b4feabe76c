/* SPDX-License-Identifier: MIT */
/* setup_checks.c: the lines of the setup page, from program/check.h. */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cgi/io.h"
#include "conf/conf.h"
#include "pages/phrases.h"
#include "pages/setup_int.h"
#include "program/check.h"
#include "program/program.h"
#include "program/worker.h"

void
setup_text(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		switch (*s) {
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		case '&':
			buf_str(b, "&amp;");
			break;
		case '"':
			buf_str(b, "&quot;");
			break;
		default:
			buf_add(b, s, 1);
		}
}

const char *
setup_words(const struct setup *s, const char *en, const char *zh)
{
	return s->zh ? zh : en;
}

/* Details as the log would have them, without what is for a shell only:
 * " (chmod ...)", and "; chown ..." or "; chmod ..." up to the next part. */
static void
put_detail(struct setup *s, const char *text)
{
	char c[2] = "";
	const char *zh;
	size_t n;

	for (; *text != '\0'; text++) {
		if (strncmp(text, " (chmod ", 8) == 0 &&
		    strchr(text, ')') != NULL)
			text = strchr(text, ')');
		else if (strncmp(text, "; chown ", 8) == 0 ||
		    strncmp(text, "; chmod ", 8) == 0)
			text += strcspn(text + 1, ";\n");
		else if (s->zh && (zh = phrase_zh(text, &n)) != NULL) {
			setup_text(&s->page, zh);
			text += n - 1;
		} else {
			c[0] = *text;
			setup_text(&s->page, c);
		}
	}
}

/* One line: the check, what came of it, what to do, and the details as the
 * log would have them. */
static void
line(struct setup *s, const struct check *c, const struct finding *f,
    const struct buf *detail)
{
	const bool passed = f->verdict == CHECK_PASS;

	buf_fmt(&s->page, "<li class=\"%s\"><b>%s</b> ", passed ? "ok" : "no",
	    passed ? setup_words(s, "pass", "通过") :
	    f->verdict == CHECK_UNKNOWN ?
	    setup_words(s, "can't be told", "无法确定") :
	    setup_words(s, "fail", "失败"));
	setup_text(&s->page, setup_words(s, c->en, c->zh));
	if (!passed) {
		s->failed++;
		buf_str(&s->page, "<br>");
		setup_text(&s->page, setup_words(s, f->en, f->zh));
	}
	if (!passed && detail->len > 0) {
		buf_fmt(&s->page, "<br>%s <code>", setup_words(s, "Details:",
		    "详情："));
		put_detail(s, detail->p);
		buf_str(&s->page, "</code>");
	}
	buf_str(&s->page, "</li>\n");
}

/* ---- what the web server shows */

static const char *
variable(const struct setup *s, const char *name)
{
	const size_t n = strlen(name);
	char **env;

	for (env = s->io->envp; *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return "";
}

/* Take the last part off both paths, if they have the same and one is left of
 * the address; `any`: whatever it is. */
static bool
strip_part(char *folder, char *url, bool any)
{
	char *f = strrchr(folder, '/'), *u = strrchr(url, '/');

	if (f == NULL || u == NULL || (!any && (strcmp(f, u) != 0 ||
	    u == url)))
		return false;
	*f = *u = '\0';
	return true;
}

/* Where the program lies and its address tell of an alias: as far as both end
 * alike, folders are shown under the address's. */
static void
shown_by_script(struct setup *s, struct checking *ck)
{
	const char *file = variable(s, "SCRIPT_FILENAME");
	const char *name = variable(s, "SCRIPT_NAME");
	char folder[FILE_PATH_MAX], url[256];

	if (strlen(file) >= sizeof(folder) || strlen(name) >= sizeof(url))
		return;
	memcpy(folder, file, strlen(file) + 1);
	memcpy(url, name, strlen(name) + 1);
	if (!strip_part(folder, url, true))
		return;
	while (strip_part(folder, url, false))
		;
	check_shown(ck, folder, url);
}

static void
shown_folders(struct setup *s, struct checking *ck)
{
	const char *root = variable(s, "DOCUMENT_ROOT");
	const char *context = variable(s, "CONTEXT_DOCUMENT_ROOT");
	const char *prefix = variable(s, "CONTEXT_PREFIX");
	char url[256];
	size_t n = strlen(prefix);

	if (*root != '\0')
		check_shown(ck, root, "");
	while (n > 0 && prefix[n - 1] == '/')
		n--;
	if (*context != '\0' && n < sizeof(url)) {
		memcpy(url, prefix, n);
		url[n] = '\0';
		check_shown(ck, context, url);
	}
	shown_by_script(s, ck);
}

void
setup_checks(struct setup *s)
{
	struct checking ck = { .program = s->w->program, .web = true,
	    .detail = { .max = PROBLEMS_TEXT } };
	const struct finding *f;
	size_t i;

	shown_folders(s, &ck);
	buf_str(&s->page, "<ol>\n");
	for (i = 0; i < checks_count; i++) {
		if ((checks[i].where & CHECK_WEB) == 0)
			continue;
		f = checks[i].run(&ck);
		if (f->verdict != CHECK_SKIP)
			line(s, &checks[i], f, &ck.detail);
		buf_free(&ck.detail);
	}
	setup_browser_checks(s, &ck);
	buf_str(&s->page, "</ol>\n");
	buf_fmt(&s->page, "<p id=\"sum\" data-failed=\"%d\" data-pass=\"%s\" "
	    "data-fail=\"%s\" data-good=\"%s\" data-bad=\"%s\"></p>\n",
	    s->failed, setup_words(s, "pass", "通过"),
	    setup_words(s, "fail", "失败"),
	    setup_words(s, "OK", "全部通过"),
	    setup_words(s, "failed: ", "未通过的项数："));
	buf_fmt(&s->page, "<noscript><p class=\"no\">%s</p></noscript>\n",
	    setup_words(s, "Allow scripts: the lines with … are checked by "
	    "the browser.", "请允许运行脚本：带“…”的各行由浏览器检查。"));
	check_done(&ck);
}
