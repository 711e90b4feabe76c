/* SPDX-License-Identifier: MIT */
/* setup_browser.c: the checks of the setup page that its script makes. */
#include <config.h>

#include "conf/conf.h"
#include "pages/setup_int.h"
#include "program/check.h"

struct browser_check {
	const char	*id, *en, *zh, *en_do, *zh_do;
};

static void
put(struct setup *s, const struct browser_check *c, const char *url)
{
	buf_fmt(&s->page, "<li data-check=\"%s\" data-remedy=\"", c->id);
	setup_text(&s->page, setup_words(s, c->en_do, c->zh_do));
	if (url != NULL) {
		buf_str(&s->page, "\" data-url=\"");
		setup_text(&s->page, url);
	}
	buf_str(&s->page, "\"><b>…</b> ");
	setup_text(&s->page, setup_words(s, c->en, c->zh));
	if (url != NULL) {
		buf_str(&s->page, " <code>");
		setup_text(&s->page, url);
		buf_str(&s->page, "</code>");
	}
	buf_str(&s->page, "</li>\n");
}

/* A file below the web root that the web server has to deny. */
static void
put_file(struct setup *s, const struct checking *ck, const char *path)
{
	static const struct browser_check denied = { "denied",
	    "the web server does not give out the file",
	    "网站服务器不会给出该文件",
	    "it does: upload .htaccess into the file's folder, or move the "
	    "folder out of the web root",
	    "该文件可以被下载：请把 .htaccess 上传到它所在的目录，"
	    "或把该目录移到网站根目录之外" };
	struct buf url = { .max = FILE_PATH_MAX + 256 };

	if (path != NULL && check_url(ck, path, &url) && !url.bad)
		put(s, &denied, url.p);
	buf_free(&url);
}

void
setup_browser_checks(struct setup *s, const struct checking *ck)
{
	static const struct browser_check t[] = {
		{ "https", "this page came by https", "本页面通过 https 打开",
		    "install a certificate at the host, and open the page "
		    "with https://; mini programs may use nothing else",
		    "请在主机上安装证书，并用 https:// 打开本页面；"
		    "小程序只能使用 https" },
		{ "programs", "all programs answer", "所有程序都有响应",
		    "these do not; upload them again, and set their mode to "
		    "755 in the FTP program:",
		    "下列程序没有响应，请重新上传，并在 FTP 软件中把权限设为 "
		    "755：" },
		{ "authorization", "the Authorization header arrives",
		    "Authorization 请求头能够到达程序",
		    "upload the .htaccess of the bundle (Apache: CGIPassAuth "
		    "On); or have the client send the header sessionid",
		    "请上传安装包中的 .htaccess（Apache：CGIPassAuth On）；"
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

	for (i = 0; i < COUNT(t); i++)
		put(s, &t[i], NULL);
	if (ck->conf != NULL)
		put_file(s, ck, ck->conf->file);
	put_file(s, ck, s->key_path);
}
