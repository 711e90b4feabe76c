/* SPDX-License-Identifier: MIT */
/* phrases.h: what details say, in Chinese. */
#ifndef PHRASES_H
#define PHRASES_H

#include <stddef.h>

/* The Chinese for the longest phrase that the text begins with, and its length
 * in *n; NULL: it begins with none. */
const char	*phrase_zh(const char *text, size_t *n);

#endif
