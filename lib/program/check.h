/* SPDX-License-Identifier: MIT */
/* check.h: what a program says on the command line. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

struct program;

/* --check: print what is wrong with the installation and how to mend it; the
 * exit status. */
int	check_installation(const struct program *);

/* --help: print every setting. */
void	help_settings(FILE *);

#endif
