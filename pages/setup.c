/* SPDX-License-Identifier: MIT */
/* setup.c: the page that checks an installation from the browser, for those
 * who have no shell.
 *
 * It is on while a file setup.key with a word of at least 16 characters lies
 * in one of the places of conf_beside() (or is named by WXLOGIN_SETUP_KEY),
 * and wants that word; "switch off" on the page removes the file.  What can
 * only be seen from outside (does Authorization arrive, is the clock right)
 * the page's script asks for. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "cgi/body.h"
#include "cgi/input.h"
#include "cgi/io.h"
#include "cgi/params.h"
#include "cgi/reply.h"
#include "conf/conf.h"
#include "conf/secret.h"
#include "pages/setup.h"
#include "pages/setup_int.h"
#include "pages/setup_page.h"
#include "program/program.h"
#include "program/worker.h"

#define KEY_MAX		256

/* ---- the page */

static void
send_page(struct setup *s, int status)
{
	struct buf all = { .max = PAGE_MAX };

	buf_fmt(&all, "Status: %d\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n"
	    "Content-Security-Policy: default-src 'none'; style-src "
	    "'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
	    "form-action 'self'\r\n\r\n", status);
	if (s->page.p != NULL)
		buf_add(&all, s->page.p, s->page.len);
	if (!all.bad)
		(void)s->io->write(s->io->arg, all.p, all.len);
	buf_free(&all);
}

static void
put_head(struct setup *s)
{
	const char *title = setup_words(s, "wxlogin setup", "wxlogin 安装检查");

	buf_fmt(&s->page, SETUP_HEAD, s->zh ? "zh-CN" : "en", title, title);
}

/* ---- the key */

/* Where the key file is; false: the place can't be told. */
static bool
find_key(struct setup *s)
{
	const char *named = getenv("WXLOGIN_SETUP_KEY");

	if (named != NULL && *named != '\0' && strlen(named) < FILE_PATH_MAX) {
		memcpy(s->key_path, named, strlen(named) + 1);
		return true;
	}
	return conf_beside("setup.key", s->key_path);
}

/* The word, or in `why` what is wrong with its file (nothing: there is
 * none). */
static bool
read_key(struct setup *s, struct buf *why)
{
	static const struct secret_kind word = { .what = "the word",
	    .min = WORD_MIN, .max = KEY_MAX, .any_mode = true };
	const size_t before = why->len;
	struct stat st;

	if (!find_key(s) ||
	    secret_read(s->key_path, &word, &s->key, &st, why))
		return s->key.p != NULL;
	if (st.st_ino == 0)		/* there is no file */
		why->len = before;
	return false;
}

/* Off: who has put a file there and sees nothing is told why. */
static void
answer_none(struct setup *s, const struct buf *why)
{
	const size_t n = strlen(s->key_path);

	if (why->len <= n) {
		buf_str(&s->page, "not found\n");
	} else {
		setup_text(&s->page, setup_words(s, "setup.key", "setup.key "
		    "无效：应为一行文字，至少 16 个字符，以 UTF-8 保存。详情"));
		setup_text(&s->page, why->p + n);
		buf_str(&s->page, "\n");
	}
	send_page(s, 404);
}

static bool
key_right(struct setup *s)
{
	const char *given;
	size_t len;
	bool there;

	given = input_text(&s->input, "key", &len, &there);
	return given != NULL && len == s->key.len &&
	    same_secret(given, s->key.p, len);
}

/* ---- the three answers */

/* For the script: what of its request arrived, and our time. */
static void
answer_probe(struct setup *s)
{
	struct buf b = { .max = 1024 };
	const char *auth = s->p.v[P_HTTP_AUTHORIZATION];

	if (auth == NULL)
		auth = s->p.v[P_REDIRECT_HTTP_AUTHORIZATION];
	json_open(&b, NULL);
	json_boolean(&b, "authorization", auth != NULL &&
	    strcmp(auth, "Bearer probe") == 0);
	json_boolean(&b, "sessionid", s->p.v[P_HTTP_SESSIONID] != NULL &&
	    strcmp(s->p.v[P_HTTP_SESSIONID], "probe") == 0);
	json_int(&b, "now", clock_now());
	json_close(&b);
	buf_add(&s->page, b.p, b.len);
	buf_free(&b);
	send_page(s, 200);
}

static void
answer_form(struct setup *s, bool wrong)
{
	put_head(s);
	if (wrong)
		buf_fmt(&s->page, "<p class=\"no\">%s</p>\n", setup_words(s,
		    "that is not the word in setup.key",
		    "与 setup.key 中的内容不符"));
	buf_fmt(&s->page,
	    "<form method=\"post\"><label>%s <input name=\"key\" "
	    "type=\"password\" autofocus></label> "
	    "<button>%s</button></form>\n",
	    setup_words(s, "The word in etc/setup.key", "etc/setup.key 中的内容"),
	    setup_words(s, "check", "开始检查"));
	buf_str(&s->page, setup_tail);
	send_page(s, wrong ? 403 : 200);
}

static void
answer_checks(struct setup *s)
{
	put_head(s);
	setup_checks(s);
	buf_str(&s->page, "<form method=\"post\"><input type=\"hidden\" "
	    "name=\"key\" value=\"");
	setup_text(&s->page, s->key.p);
	buf_fmt(&s->page, "\"><button>%s</button> <button name=\"off\" "
	    "value=\"1\">%s</button></form>\n",
	    setup_words(s, "check again", "重新检查"),
	    setup_words(s, "switch this page off", "关闭此页面"));
	buf_str(&s->page, setup_script);
	buf_str(&s->page, setup_tail);
	send_page(s, 200);
}

static void
answer_off(struct setup *s)
{
	const bool removed = unlink(s->key_path) == 0;

	put_head(s);
	buf_fmt(&s->page, "<p class=\"%s\">%s</p>\n", removed ? "ok" : "no",
	    removed ? setup_words(s, "setup.key is removed; this page is off",
	    "setup.key 已删除，此页面已关闭") :
	    setup_words(s, "setup.key could not be removed; remove it by hand",
	    "无法删除 setup.key，请手动删除"));
	buf_str(&s->page, setup_tail);
	send_page(s, 200);
}

/* ---- all of it */

static void
read_form(struct setup *s)
{
	struct buf body = { .max = BODY_MAX + 2 };

	if (body_read(&s->p, s->io, &body) == OK && body.len > 0)
		(void)input_form(&s->input, body.p, body.len, NULL, 0,
		    &s->arena);
	buf_free(&body);
}

static void
answer(struct setup *s)
{
	const char *method = s->p.v[P_REQUEST_METHOD];
	const bool post = method != NULL && strcmp(method, "POST") == 0;
	struct buf why = { .max = FILE_PATH_MAX + 512 };
	size_t len;
	bool off;

	if (!read_key(s, &why)) {
		answer_none(s, &why);
		buf_free(&why);
		return;
	}
	if (!post) {
		answer_form(s, false);
		return;
	}
	read_form(s);
	if (!key_right(s)) {
		answer_form(s, true);
		return;
	}
	(void)input_text(&s->input, "probe", &len, &off);
	if (off) {
		answer_probe(s);
		return;
	}
	(void)input_text(&s->input, "off", &len, &off);
	if (off)
		answer_off(s);
	else
		answer_checks(s);
}

void
setup_serve(struct worker *w, const struct io *io)
{
	struct setup s = { .w = w, .io = io, .key = { .max = KEY_MAX },
	    .page = { .max = PAGE_MAX } };

	params_scan(io->envp, &s.p);
	s.zh = reply_zh(s.p.v[P_HTTP_ACCEPT_LANGUAGE]);
	answer(&s);
	input_done(&s.input);
	arena_free(&s.arena);
	buf_free(&s.key);
	buf_free(&s.page);
}
