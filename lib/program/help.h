/* SPDX-License-Identifier: MIT */
/* help.h: --help: every setting. */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

void	help_settings(FILE *);

#endif
