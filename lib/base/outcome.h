/* SPDX-License-Identifier: MIT */
/* outcome.h: every outcome a request can have; the contract's code table. */
#ifndef OUTCOME_H
#define OUTCOME_H

enum outcome {
	OK,
	PARAM_INVALID,
	CODE_INVALID,
	CODE_USED,
	DECRYPT_WX_OPEN_DATA_FAIL,
	AUTH_INVALID,
	AUTH_EXPIRED,
	USER_BLOCKED,
	NOT_FOUND,
	METHOD_NOT_ALLOWED,
	PHONE_TAKEN,
	BODY_TOO_LARGE,
	UNSUPPORTED_MEDIA_TYPE,
	TOO_MANY_REQUESTS,
	INTERNAL,
	WECHAT_ERROR,
	WECHAT_UNAVAILABLE,
	BUSY,
	OUTCOME__MAX
};

/* One row: the word for programs, the HTTP status, the sentence for people
 * (en, zh; both without a full stop), and the seconds of Retry-After when the
 * place that failed names none (0: the header is not sent). */
struct outcome_row {
	const char	*code;
	int		 status;
	int		 retry_after;
	const char	*en, *zh;
};

/* The row of `o`; never NULL. */
const struct outcome_row *outcome_row(enum outcome o);

#endif
