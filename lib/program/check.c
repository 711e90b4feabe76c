/* SPDX-License-Identifier: MIT */
/* check.c: the table of checks, and --check. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cgi/process.h"
#include "conf/conf.h"
#include "context.h"
#include "program/check.h"
#include "program/operator.h"
#include "program/program.h"
#include "store/explain.h"
#include "wechat/upstream.h"

/* ---- for the checks */

void
check_cause(struct checking *ck)
{
	buf_str(&ck->detail, log_plain(ck->w.log.cause));
	log_forget(&ck->w.log);
}

void
check_done(struct checking *ck)
{
	worker_close(&ck->w);
	conf_free(ck->conf);
	buf_free(&ck->detail);
}

/* ---- the checks */

static const struct finding *
run_conf(struct checking *ck)
{
	static const struct finding broken = { CHECK_FAIL,
	    "correct the lines that are named below in wxlogin.conf, or the "
	    "file of the secret",
	    "请按下面列出的各项修改 wxlogin.conf 或密钥文件" };
	struct buf warnings = { .max = PROBLEMS_TEXT };

	ck->conf = conf_load(ck->program->upstream != NULL, &ck->detail,
	    &warnings);
	buf_free(&warnings);
	if (ck->conf == NULL)
		return &broken;
	if (ck->conf->file != NULL)
		buf_fmt(&ck->detail, "from %s", ck->conf->file);
	ck->w = (struct worker){ .program = ck->program, .conf = ck->conf,
	    .one_shot = true };
	if (ck->web)
		log_open(&ck->w.log, ck->program->name, NULL);
	else
		conf_log_open(ck->conf, &ck->w.log, ck->program->name);
	return &check_pass;
}

static const struct finding *
run_environment(struct checking *ck)
{
	static const struct finding odd = { CHECK_ODD,
	    "the web server sets variables that are no settings; correct "
	    "their names in .htaccess, or take them away",
	    "网站服务器设置了无法识别的环境变量；请在 .htaccess 中更正其名称或删除" };
	struct buf problems = { .max = PROBLEMS_TEXT };

	conf_free(conf_load(false, &problems, &ck->detail));
	buf_free(&problems);
	return ck->detail.len > 0 ? &odd : &check_pass;
}

static const struct finding *
run_store(struct checking *ck)
{
	static const struct finding not_ready = { CHECK_FAIL,
	    "the folder of the database has to be there, and belong to the "
	    "user that runs the programs (mode 700); where a key file or a "
	    "database is missing or damaged, upload the last backup of both",
	    "数据库所在目录必须存在，并属于运行程序的用户（权限 700）；"
	    "如果密钥文件或数据库丢失、损坏，请上传两者的最近备份" };

	if (ck->conf == NULL)
		return &check_skip;
	ck->ready = worker_ready(&ck->w) == OK;
	if (!ck->ready) {
		check_cause(ck);
		return &not_ready;
	}
	buf_fmt(&ck->detail, "%s, journal %s", ck->conf->database,
	    store_is_wal(ck->w.store) ? "wal" : "delete");
	return &check_pass;
}

static const struct finding *
run_files(struct checking *ck)
{
	static const struct finding foreign = { CHECK_FAIL,
	    "a file of the database belongs to another user; ask the host to "
	    "give it to the user that runs the programs",
	    "数据库的某个文件属于其他用户；请联系主机商将其改为运行程序的用户" };

	if (!ck->ready)
		return &check_skip;
	return store_files_usable(ck->conf->database, &ck->detail) ?
	    &check_pass : &foreign;
}

static const struct finding *
run_integrity(struct checking *ck)
{
	static const struct finding damaged = { CHECK_FAIL,
	    "the database is damaged; upload the last backup",
	    "数据库已损坏，请上传最近的备份" };

	if (!ck->ready)
		return &check_skip;
	if (store_check(ck->w.store) == OK && store_sound(ck->w.store))
		return &check_pass;
	check_cause(ck);
	return &damaged;
}

static const struct finding *
run_writable(struct checking *ck)
{
	static const struct finding stuck = { CHECK_FAIL,
	    "the disk may be full, or another program holds the database; "
	    "look at the quota of your web space, and try again",
	    "磁盘可能已满，或有其他程序占用数据库；请检查空间配额后重试" };

	if (!ck->ready)
		return &check_skip;
	if (store_writable(ck->w.store))
		return &check_pass;
	check_cause(ck);
	return &stuck;
}

static const struct finding *
run_wechat(struct checking *ck)
{
	static const struct finding unreachable = { CHECK_FAIL,
	    "the host's firewall may let nothing out; ask the host to allow "
	    "https to api.weixin.qq.com",
	    "主机的防火墙可能禁止对外连接；请联系主机商放行到 "
	    "api.weixin.qq.com 的 https 连接" };

	if (!ck->ready || ck->w.wechat == NULL)
		return &check_skip;
	if (ck->program->upstream->check(ck->w.wechat, ck->conf, &ck->w.log)) {
		buf_str(&ck->detail, ck->conf->wechat_base_url);
		ck->reached = true;
		return &check_pass;
	}
	check_cause(ck);
	return &unreachable;
}

/* What WeChat's errcode says of an app, and what to do. */
static const struct finding *
app_finding(int64_t errcode)
{
	static const struct { int64_t errcode; struct finding f; } known[] = {
	{ 40013, { CHECK_FAIL,
	    "WeChat does not know the AppID; write the right one into "
	    "wxlogin.conf (appid)",
	    "微信不认识该 AppID；请在 wxlogin.conf 的 appid 处填写正确的值" } },
	{ 40125, { CHECK_FAIL,
	    "the AppSecret is wrong; write the right one into the file of the "
	    "secret, and nothing else",
	    "AppSecret 不正确；请把正确的 AppSecret 写入密钥文件，不要有其他内容" } },
	{ 40001, { CHECK_FAIL,
	    "the AppSecret is wrong; write the right one into the file of the "
	    "secret, and nothing else",
	    "AppSecret 不正确；请把正确的 AppSecret 写入密钥文件，不要有其他内容" } },
	{ 40164, { CHECK_FAIL,
	    "WeChat does not allow this server's address; add it to the IP "
	    "allow list of the AppSecret in the mini program's console",
	    "微信不允许本服务器的 IP 地址；请在小程序后台把它加入 AppSecret 的 "
	    "IP 白名单" } },
	};
	static const struct finding other = { CHECK_FAIL,
	    "WeChat did not accept AppID and AppSecret; compare both with the "
	    "mini program's console",
	    "微信没有接受 AppID 和 AppSecret；请与小程序后台核对" };
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (known[i].errcode == errcode)
			return &known[i].f;
	return &other;
}

static const struct finding *
run_apps(struct checking *ck)
{
	struct arena arena = { .blocks = NULL };
	struct context cx = { .conf = ck->conf, .store = ck->w.store,
	    .seal = &ck->w.seal, .wechat = ck->w.wechat, .log = &ck->w.log,
	    .arena = &arena, .now = clock_now() };
	const struct finding *found = &check_pass;
	int64_t errcode = 0;
	size_t i;

	if (!ck->reached)
		return &check_skip;
	for (i = 0; i < ck->conf->napps && found == &check_pass; i++)
		if (!ck->program->upstream->check_app(&cx, &ck->conf->apps[i],
		    &errcode)) {
			buf_fmt(&ck->detail, "%s: ", ck->conf->apps[i].appid);
			check_cause(ck);
			found = app_finding(errcode);
		}
	arena_free(&arena);
	return found;
}

/* Out of descriptors a worker can neither accept nor reach WeChat. */
static const struct finding *
run_descriptors(struct checking *ck)
{
	static const struct finding few = { CHECK_FAIL,
	    "lower workers, or raise the limit of open files of the process "
	    "(ulimit -n, LimitNOFILE)",
	    "请减少 workers，或提高进程可打开文件数的上限（ulimit -n、LimitNOFILE）" };
	const int64_t limit = process_descriptors();
	int64_t workers, need;

	if (ck->conf == NULL)
		return &check_skip;
	workers = worker_count(ck->program, ck->conf);
	need = DESCRIPTORS_BASE + workers * DESCRIPTORS_WORKER;
	if (need <= limit)
		return &check_pass;
	buf_fmt(&ck->detail, "%" PRId64 " workers may need %" PRId64
	    " descriptors, and the process may have %" PRId64, workers, need,
	    limit);
	return &few;
}

const struct check checks[] = {
{ "configuration", "配置文件", CHECK_BOTH, run_conf },
{ "all WXLOGIN_ variables are settings", "环境变量都是有效的设置",
    CHECK_BOTH, run_environment },
{ "the database can't be fetched", "数据库无法通过网址下载", CHECK_WEB,
    check_place_database },
{ "the key of the database can't be fetched", "数据库的加密密钥无法通过网址下载",
    CHECK_WEB, check_place_key },
{ "no AppSecret can be fetched", "AppSecret 无法通过网址下载", CHECK_WEB,
    check_place_secrets },
{ "the configuration shows no secret", "配置文件不会泄露 AppSecret", CHECK_WEB,
    check_place_conf },
{ "nobody else can write to files and folders", "其他用户无法写入文件和目录",
    CHECK_BOTH, check_modes },
{ "the programs were uploaded whole", "程序文件完整", CHECK_WEB, check_whole },
{ "the programs can be run", "程序有执行权限", CHECK_WEB, check_programs },
{ "descriptors for all workers", "文件描述符足够", CHECK_SHELL,
    run_descriptors },
{ "store and its keys", "数据库及其加密密钥", CHECK_BOTH, run_store },
{ "all files of the store can be used", "数据库的所有文件均可使用", CHECK_BOTH,
    run_files },
{ "statements and integrity", "数据库内容完整", CHECK_SHELL, run_integrity },
{ "the store can be written", "数据库可写", CHECK_BOTH, run_writable },
{ "certificates", "用于验证微信的证书", CHECK_BOTH, check_certificates },
{ "WeChat can be reached, and its certificate verifies",
    "可以连接微信，证书有效", CHECK_BOTH, run_wechat },
{ "WeChat accepts AppID and AppSecret", "微信接受 AppID 和 AppSecret",
    CHECK_BOTH, run_apps },
};
const size_t checks_count = COUNT(checks);

/* ---- --check */

/* The configuration tells where the store is and so as whom to act; whoever
 * that is has to be able to read it.  False: it was said why not. */
static bool
act_as_owner(void)
{
	struct buf problems = { .max = PROBLEMS_TEXT };
	struct buf warnings = { .max = PROBLEMS_TEXT };
	struct buf why = { .max = CAUSE_MAX };
	struct conf *conf = conf_load(false, &problems, &warnings);
	bool acts = conf == NULL || operator_act(conf->database, &why);

	if (why.p != NULL)
		printf("%s: %s\n", acts ? "odd" : "not ok", why.p);
	conf_free(conf);
	buf_free(&problems);
	buf_free(&warnings);
	buf_free(&why);
	return acts;
}

static void
print(const struct check *c, const struct finding *f, const struct buf *detail)
{
	static const char *const words[] = { [CHECK_PASS] = "ok",
	    [CHECK_ODD] = "odd", [CHECK_FAIL] = "not ok",
	    [CHECK_UNKNOWN] = "not ok" };
	const char *text = detail->p == NULL ? "" : detail->p;
	const bool lines = strchr(text, '\n') != NULL;

	printf("%s: %s", words[f->verdict], c->en);
	if (f->verdict == CHECK_PASS)
		printf("%s%s%s\n", *text == '\0' ? "" : " (", text,
		    *text == '\0' ? "" : ")");
	else if (*text == '\0')
		printf(": %s\n", f->en);
	else
		printf("%s%s%s", lines ? "\n" : ": ", text, lines ? "" : "\n");
}

int
check_installation(const struct program *p)
{
	struct checking ck = { .program = p,
	    .detail = { .max = PROBLEMS_TEXT } };
	const struct finding *f;
	int status = EXIT_SUCCESS;
	size_t i;

	store_init();
	if (!act_as_owner())
		return EXIT_FAILURE;
	for (i = 0; i < COUNT(checks); i++) {
		if ((checks[i].where & CHECK_SHELL) == 0)
			continue;
		f = checks[i].run(&ck);
		if (f->verdict != CHECK_SKIP)
			print(&checks[i], f, &ck.detail);
		if (f->verdict == CHECK_FAIL || f->verdict == CHECK_UNKNOWN)
			status = EXIT_FAILURE;
		buf_free(&ck.detail);
	}
	check_done(&ck);
	return status;
}
