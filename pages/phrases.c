/* SPDX-License-Identifier: MIT */
/* phrases.c: what details say, in Chinese. */
#include <config.h>

#include <string.h>

#include "base/bounds.h"
#include "pages/phrases.h"

/* The texts of configuration, secret files, store and keys; what is not here
 * stays as it is. */
static const struct { const char *en, *zh; } phrases[] = {
	{ "others can read this file, and it holds a secret",
	    "其他用户可以读取此文件，而其中有密钥" },
	{ "; set its mode to 600", "；请把权限设为 600" },
	{ "saved as UTF-16 (\"Unicode\"); save it as UTF-8 or ANSI",
	    "文件保存成了 UTF-16（“Unicode”）；请另存为 UTF"
	    "-8 或 ANSI" },
	{ "the file is empty; write ", "文件是空的；请写入 " },
	{ " into it", "" },
	{ "the AppSecret of ", "AppSecret，所属小程序 " },
	{ "the file still holds the text it came with; write ",
	    "文件里还是安装包自带的文字；请改为 " },
	{ " in its place", "" },
	{ "the file has more than one line; it is to hold ",
	    "文件不止一行；其中只应有 " },
	{ " and nothing else", "" },
	{ "that is no AppSecret, which has letters and digits only; write ",
	    "这不是 AppSecret（只含字母和数字）；请写入 " },
	{ " there", "" },
	{ "it is too long", "内容太长" },
	{ "no such setting; did you mean ",
	    "没有这个设置项；是不是想写 " },
	{ "wants a whole number from ", "应为整数，范围 " },
	{ "wants one of:", "可选值：" },
	{ "set twice, or a line behind it is indented",
	    "重复设置，或其后一行有缩进" },
	{ "not below [wxlogin] or [app ID]",
	    "没有写在 [wxlogin] 或 [app ID] 之下" },
	{ "neither [SECTION] nor NAME = VALUE",
	    "既不是 [节名]，也不是 名称 = 值" },
	{ "secret is set and appid is not; set both, or use [app ID]",
	    "设置了 secret 却没有设置 appid；两者都要设置" },
	{ "no app is configured; set appid and secret_file, or add [app ID"
	    "] with secret_file",
	    "没有配置小程序；请设置 appid 和 secret_file" },
	{ "has no secret; set secret or secret_file",
	    "没有密钥；请设置 secret 或 secret_file" },
	{ "database is not set; set it to a path outside of the folders th"
	    "at the web server shows",
	    "没有设置 database；请设为网站目录之外的路径" },
	{ "No such file or directory", "没有这个文件" },
	{ "; it is to hold ", "；其中应有 " },
	{ "the keys in ", "密钥文件 " },
	{ " do not open what the store ", " 打不开数据库 " },
	{ " holds; ", " 的内容；" },
	{ "restore the key file that belongs to it from the backup",
	    "请从备份恢复与它配套的密钥文件" },
	{ "the store has no users yet: remove it and all files beside it t"
	    "hat begin with its name, and a new one is made with a new key",
	    "数据库中还没有用户：请删除它以及同目录下以"
	    "其名称开头的所有文件，程序会重新建立" },
	{ "seal key file ", "密钥文件 " },
	{ "there is none, and the store ", "不存在，而数据库 " },
	{ " holds what was sealed with it", " 的内容由它加密" },
	{ ": it belongs to ", "：属于用户 " },
	{ ", mode ", "，权限 " },
	{ ": mode ", "：权限 " },
	{ ", and this program, which runs as ", "，而程序以用户 " },
	{ ", may not enter it", " 运行，无法进入" },
	{ ", may not write it", " 运行，无法写入" },
	{ ", may not read it", " 运行，无法读取" },
	{ "there is no such folder; make it, and give it to the programs' "
	    "user",
	    "没有这个目录；请建立该目录，并交给运行程序"
	    "的用户" },
	{ "the folder of the store has to be writable for the program",
	    "数据库所在目录必须可写" },
	{ "it can't be made: ", "无法建立：" },
	{ "it is damaged", "已损坏" },
	{ "it is not a database, or its beginning is damaged",
	    "不是数据库，或开头已损坏" },
	{ "; set database to another path, or put the last backup back: wx"
	    "loginctl restore FILE",
	    "；请更正 database 的路径，或放回最近的备份" },
	{ "; put the last backup back: wxloginctl restore FILE",
	    "；请放回最近的备份" },
	{ "a file was put over ", "有文件覆盖了 " },
	{ " while its -wal was there, and the two do not belong together",
	    "，而它的 -wal 仍在，两者不再匹配" },
	{ "the disk is full, or a quota or a limit on file sizes is reache"
	    "d",
	    "磁盘已满，或达到配额、文件大小限制" },
	{ "WeChat: errcode ", "微信错误码 " },
	{ ": the day's quota of this call is used up; look for a client that "
	    "calls at each request",
	    "：该接口当日额度已用完；请查找每次请求都调用"
	    "它的客户端" },
	{ ": too many of these calls in this minute",
	    "：这一分钟内此接口调用过多" },
	{ ": WeChat does not accept the AppSecret or the access_token; if "
	    "that lasts, compare the AppSecret with the console",
	    "：微信不接受 AppSecret 或 access_token；若持续如此，请与"
	    "公众平台核对 AppSecret" },
	{ ": WeChat does not know this AppID; compare it with the console, "
	    "capitals too",
	    "：微信不认识此 AppID；请与公众平台核对，包括"
	    "大小写" },
	{ ": the AppSecret is not that of this AppID, or was reset; copy it "
	    "from the console",
	    "：AppSecret 不属于此 AppID，或已被重置；请从公众"
	    "平台复制" },
	{ ": WeChat does not allow this server's address; add it to the IP "
	    "allow list of the AppSecret in the console",
	    "：微信不允许此服务器的 IP；请在公众平台把它"
	    "加入 AppSecret 的 IP 白名单" },
	{ ": the AppSecret is frozen; unfreeze it in the console",
	    "：AppSecret 已冻结；请在公众平台解冻" },
	{ ": the AppID did not arrive; a proxy on the way may have altered "
	    "the call",
	    "：AppID 没有送达；途中的代理可能改动了请求" },
	{ ": the AppSecret did not arrive; a proxy on the way may have "
	    "altered the call",
	    "：AppSecret 没有送达；途中的代理可能改动了请求" },
	{ ": this account may not make this call; phone numbers want a "
	    "verified mini program that is not personal",
	    "：此账号无权调用该接口；获取手机号需要已认"
	    "证的非个人小程序" },
	{ ": the account is restricted or frozen; the console says why",
	    "：账号受限或被冻结；原因见公众平台" },
	{ ": the account may not make this call; the console says why",
	    "：账号无权调用该接口；原因见公众平台" },
	{ ": the account is frozen; the console says why",
	    "：账号被冻结；原因见公众平台" },
	{ ": the administrator has to confirm calls from this server's "
	    "address; WeChat has sent them a message",
	    "：需管理员确认来自此服务器 IP 的调用；微信已"
	    "向其发送消息" },
	{ ": the administrator has refused calls from this server's address; "
	    "try again after a day",
	    "：管理员已拒绝来自此服务器 IP 的调用；请一天"
	    "后再试" },
	{ "app wx", "小程序 wx" },
	{ "WeChat: ", "微信：" },
	{ "WeChat at ", "微信 " },
	{ "database ", "数据库 " },
	{ "store: ", "数据库：" },
};

const char *
phrase_zh(const char *text, size_t *n)
{
	const char *zh = NULL;
	size_t i, len;

	*n = 0;
	for (i = 0; i < COUNT(phrases); i++) {
		len = strlen(phrases[i].en);
		if (len > *n && strncmp(text, phrases[i].en, len) == 0) {
			*n = len;
			zh = phrases[i].zh;
		}
	}
	return zh;
}
