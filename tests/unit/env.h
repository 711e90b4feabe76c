/* SPDX-License-Identifier: MIT */
/* env.h: an environment from a text with a line for each variable. */
#ifndef ENV_H
#define ENV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "A=1\nB=2" as an array of strings that ends with NULL; good until the next
 * call but three. */
static inline char **
env_of(const char *lines)
{
	static char text[4][(128 << 10) + 1], *list[4][64];
	static unsigned turn;
	const unsigned t = turn++ % 4;
	size_t n = 0;
	char *at = text[t];

	if (strlen(lines) >= sizeof(text[t])) {
		fputs("env_of: too long\n", stderr);
		exit(99);
	}
	memcpy(text[t], lines, strlen(lines) + 1);
	while (*at != '\0') {
		if (n == 63) {
			fputs("env_of: too many\n", stderr);
			exit(99);
		}
		list[t][n++] = at;
		at += strcspn(at, "\n");
		if (*at == '\n')
			*at++ = '\0';
	}
	list[t][n] = NULL;
	return list[t];
}

#endif
