/* SPDX-License-Identifier: MIT */
/* setup_checks.c: the lines of the setup page. */
#include <config.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "pages/setup_int.h"
#include "program/program.h"
#include "program/worker.h"
#include "wechat/certificates.h"
#include "wechat/upstream.h"

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

void
setup_line(struct setup *s, bool passed, const char *what, const char *remedy)
{
	buf_fmt(&s->page, "<li class=\"%s\"><b>%s</b> ", passed ? "ok" : "no",
	    passed ? setup_words(s, "pass", "通过") :
	    setup_words(s, "fail", "失败"));
	setup_text(&s->page, what);
	if (!passed) {
		s->failed++;
		buf_str(&s->page, "<br>");
		setup_text(&s->page, remedy);
	}
	buf_str(&s->page, "</li>\n");
}

/* ---- the checks */

/* Is the file below the folder that the web server shows? */
static bool
is_public(const char *path)
{
	const char *root = getenv("DOCUMENT_ROOT");
	char real[PATH_MAX], shown[PATH_MAX];
	size_t n;

	if (root == NULL || *root == '\0' || realpath(path, real) == NULL ||
	    realpath(root, shown) == NULL)
		return false;
	n = strlen(shown);
	return strncmp(real, shown, n) == 0 && real[n] == '/';
}

static void
check_conf(struct setup *s, struct conf **conf)
{
	struct buf problems = { .max = PROBLEMS_TEXT };
	struct buf warnings = { .max = PROBLEMS_TEXT };

	*conf = conf_load(true, &problems, &warnings);
	setup_line(s, *conf != NULL,
	    setup_words(s, "the configuration", "配置文件"),
	    problems.p == NULL ? "" : problems.p);
	if (warnings.p != NULL)
		setup_line(s, false,
		    setup_words(s, "odd settings in the environment",
		    "环境变量中有无法识别的设置"), warnings.p);
	buf_free(&problems);
	buf_free(&warnings);
}

static void
check_places(struct setup *s, const struct conf *c)
{
	const struct { const char *path, *en, *zh; } t[] = {
		{ c->file, "wxlogin.conf can't be fetched",
		    "wxlogin.conf 无法通过网址下载" },
		{ s->key_path, "setup.key can't be fetched",
		    "setup.key 无法通过网址下载" },
		{ c->database, "the database can't be fetched",
		    "数据库无法通过网址下载" },
		{ c->seal_key_file, "the seal key can't be fetched",
		    "封存密钥无法通过网址下载" },
		{ c->napps == 0 ? NULL : c->apps[0].secret_file,
		    "the AppSecret can't be fetched",
		    "AppSecret 无法通过网址下载" },
	};
	size_t i;

	for (i = 0; i < COUNT(t); i++)
		if (t[i].path != NULL)
			setup_line(s, !is_public(t[i].path),
			    setup_words(s, t[i].en, t[i].zh), setup_words(s,
			    "it lies below the folder that the web server "
			    "shows; move it out of there",
			    "它位于网站根目录之下，请移到根目录之外"));
}

static void
check_certificates(struct setup *s, const struct conf *c)
{
	struct certificates found;
	char what[FILE_PATH_MAX + 128], text[FILE_PATH_MAX + 64] = "";
	const bool there = certificates_find(c, &found);

	if (there)
		certificates_tell(&found, text, sizeof(text));
	snprintf(what, sizeof(what), "%s %s", setup_words(s,
	    "certificates to verify WeChat's with:", "用于验证微信的证书："), text);
	setup_line(s, there, what, setup_words(s,
	    "none were found; upload ca-certificates.crt to the folder of "
	    "wxlogin.conf", "未找到；请把 ca-certificates.crt 上传到 "
	    "wxlogin.conf 所在目录"));
}

static void
check_store(struct setup *s, struct worker *w)
{
	const bool ready = worker_ready(w) == OK;
	bool writable = false;

	setup_line(s, ready, setup_words(s, "the store and its keys",
	    "数据库及其密钥"), w->log.cause);
	log_forget(&w->log);
	if (!ready)
		return;
	writable = store_writable(w->store);
	setup_line(s, writable, setup_words(s, "the store can be written",
	    "数据库可写"), w->log.cause);
	log_forget(&w->log);
	if (w->program->upstream == NULL || w->wechat == NULL)
		return;
	check_certificates(s, w->conf);
	setup_line(s, w->program->upstream->check(w->wechat, w->conf, &w->log),
	    setup_words(s,
	    "WeChat can be reached, and its certificate verifies",
	    "可以连接微信，证书有效"), w->log.cause);
	log_forget(&w->log);
}

/* What the browser sees: the script fills these lines in. */
static void
put_browser_checks(struct setup *s)
{
	const struct { const char *id, *en, *zh, *en_do, *zh_do; } t[] = {
		{ "authorization", "the Authorization header arrives",
		    "Authorization 请求头能够到达程序",
		    "Apache: CGIPassAuth On in .htaccess; or have the client "
		    "send the header sessionid",
		    "Apache：在 .htaccess 中加入 CGIPassAuth On；"
		    "或让客户端改用 sessionid 请求头" },
		{ "sessionid", "the sessionid header arrives",
		    "sessionid 请求头能够到达程序",
		    "something between removes it; ask the host",
		    "中间环节去掉了该请求头，请询问主机商" },
		{ "clock", "the server's clock is right",
		    "服务器时钟准确",
		    "it differs from your computer's by over a minute; one of "
		    "them is wrong",
		    "与你的电脑相差超过一分钟，其中之一不准" },
	};
	size_t i;

	for (i = 0; i < COUNT(t); i++) {
		buf_fmt(&s->page, "<li id=\"%s\" data-remedy=\"", t[i].id);
		setup_text(&s->page, setup_words(s, t[i].en_do, t[i].zh_do));
		buf_str(&s->page, "\"><b>…</b> ");
		setup_text(&s->page, setup_words(s, t[i].en, t[i].zh));
		buf_str(&s->page, "</li>\n");
	}
}

void
setup_checks(struct setup *s)
{
	struct worker w = { .program = s->w->program, .one_shot = true };
	struct conf *conf;

	buf_str(&s->page, "<ol>\n");
	setup_files(s);
	check_conf(s, &conf);
	if (conf != NULL) {
		w.conf = conf;
		log_open(&w.log, "setup", NULL);
		check_places(s, conf);
		check_store(s, &w);
		worker_close(&w);
	}
	put_browser_checks(s);
	buf_fmt(&s->page, "</ol>\n<p id=\"sum\" data-failed=\"%d\"></p>\n",
	    s->failed);
	conf_free(conf);
}
