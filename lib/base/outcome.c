/* SPDX-License-Identifier: MIT */
/* outcome.c: the one table of outcomes. */
#include <config.h>

#include <assert.h>

#include "base/outcome.h"

static const struct outcome_row rows[OUTCOME__MAX] = {
[OK] = { "OK", 200, 0,
    "done",
    "成功" },
[PARAM_INVALID] = { "PARAM_INVALID", 400, 0,
    "a field is missing, malformed or out of bounds",
    "参数缺失、格式错误或超出范围" },
[CODE_INVALID] = { "CODE_INVALID", 400, 0,
    "WeChat does not know this code, or it is too old; get a new one",
    "微信不认识此 code 或其已过期，请重新获取" },
[CODE_USED] = { "CODE_USED", 400, 0,
    "this code was used before; get a new one",
    "此 code 已被使用，请重新获取" },
[DECRYPT_WX_OPEN_DATA_FAIL] = { "DECRYPT_WX_OPEN_DATA_FAIL", 400, 0,
    "the data could not be decrypted; log in again and ask the user once more",
    "数据解密失败，请重新登录后再次授权" },
[AUTH_INVALID] = { "AUTH_INVALID", 401, 0,
    "no live session; log in",
    "未登录，请先登录" },
[AUTH_EXPIRED] = { "AUTH_EXPIRED", 401, 0,
    "the session has expired; log in again",
    "登录已过期，请重新登录" },
[USER_BLOCKED] = { "USER_BLOCKED", 403, 0,
    "this user may not log in",
    "该用户已被禁止登录" },
[NOT_FOUND] = { "NOT_FOUND", 404, 0,
    "no such path",
    "路径不存在" },
[METHOD_NOT_ALLOWED] = { "METHOD_NOT_ALLOWED", 405, 0,
    "this method is not allowed here",
    "不支持该请求方法" },
[PHONE_TAKEN] = { "PHONE_TAKEN", 409, 0,
    "another user holds this phone number",
    "该手机号已被其他用户绑定" },
[BODY_TOO_LARGE] = { "BODY_TOO_LARGE", 413, 0,
    "the request body is too large",
    "请求体过大" },
[UNSUPPORTED_MEDIA_TYPE] = { "UNSUPPORTED_MEDIA_TYPE", 415, 0,
    "send application/json or application/x-www-form-urlencoded",
    "请使用 application/json 或 application/x-www-form-urlencoded" },
[TOO_MANY_REQUESTS] = { "TOO_MANY_REQUESTS", 429, 60,
    "too many requests; wait",
    "请求过于频繁，请稍后再试" },
[INTERNAL] = { "INTERNAL", 500, 0,
    "internal error; see the server's log",
    "服务器内部错误" },
[WECHAT_ERROR] = { "WECHAT_ERROR", 502, 0,
    "WeChat refused the call; the operator has to fix this",
    "微信接口返回错误，请联系管理员" },
[WECHAT_UNAVAILABLE] = { "WECHAT_UNAVAILABLE", 503, 5,
    "WeChat can't be reached; try again later",
    "暂时无法连接微信，请稍后再试" },
[BUSY] = { "BUSY", 503, 1,
    "the server is busy; try again",
    "服务器繁忙，请稍后再试" },
};

const struct outcome_row *
outcome_row(enum outcome o)
{
	assert((unsigned)o < OUTCOME__MAX);
	return &rows[o];
}
