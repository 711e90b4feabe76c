/* SPDX-License-Identifier: MIT */
/* conf.c: fuzz configuration files.  Each problem has to be a line that names
 * the file. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char file[] = "/etc/wxlogin/wxlogin.conf";
	struct buf problems = { .max = (size_t)1 << 24 };
	struct conf *c = calloc(1, sizeof(*c));
	const char *s;
	size_t i;

	if (c == NULL)
		return 0;
	(void)conf_parse(c, (const char *)data, size, file, &problems);
	for (s = problems.p; s != NULL && *s != '\0'; s = strchr(s, '\n') + 1)
		if (strncmp(s, file, sizeof(file) - 1) != 0 ||
		    strchr(s, '\n') == NULL)
			abort();
	for (i = 0; i < c->napps; i++)
		if (conf_app(c, c->apps[i].appid) != &c->apps[i])
			abort();
	if (c->wechat_base_url != NULL &&
	    strncmp(c->wechat_base_url, "http", 4) != 0)
		abort();
	buf_free(&problems);
	conf_free(c);
	return 0;
}
