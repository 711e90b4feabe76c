/* SPDX-License-Identifier: MIT */
/* renew.c: the program's own file: was it replaced, and start it anew. */
#include <config.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cgi/renew.h"

/* Passed on by execve(2): who serves in our place. */
#define STAND_IN	"WXL_STAND_IN"
/* Of the child: whose place it has. */
#define STANDS_FOR	"WXL_STANDS_FOR"
#define EXECUTE_TRIES	50		/* in 5 s */

extern char **environ;

void
binary_find(struct binary *b)
{
	if (!file_program(b->path) || stat(b->path, &b->state) == -1)
		b->state.st_ino = 0;
}

bool
binary_changed(const struct binary *b)
{
	struct stat st;

	if (b->state.st_ino == 0)
		return false;
	/* Gone is not replaced: whoever removes it puts another there. */
	return stat(b->path, &st) == 0 && (st.st_ino != b->state.st_ino ||
	    st.st_mtim.tv_sec != b->state.st_mtim.tv_sec);
}

/* Our environment and one variable more, or NULL; for free().  Not setenv():
 * workers that are still busy may read ours. */
static char **
environ_with(char *variable)
{
	char **all;
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	if ((all = malloc((n + 2) * sizeof(*all))) == NULL)
		return NULL;
	memcpy(all, environ, n * sizeof(*all));
	all[n] = variable;
	all[n + 1] = NULL;
	return all;
}

static pid_t
spawn(const struct binary *b, int fd, char *const *env)
{
	char *argv[] = { (char *)(uintptr_t)b->path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	pid_t pid = -1;

	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&files) != 0)
		return -1;
	if (posix_spawnattr_init(&attr) == 0) {
		if (posix_spawn_file_actions_adddup2(&files, fd, 0) != 0 ||
		    posix_spawnattr_setsigmask(&attr, &none) != 0 ||
		    posix_spawnattr_setsigdefault(&attr, &all) != 0 ||
		    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
		    POSIX_SPAWN_SETSIGDEF) != 0 || posix_spawn(&pid, b->path,
		    &files, &attr, argv, env) != 0)
			pid = -1;
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
	return pid;
}

pid_t
binary_start(const struct binary *b, int fd)
{
	char variable[48];
	char **env;
	pid_t pid;

	snprintf(variable, sizeof(variable), STANDS_FOR "=%ld",
	    (long)getpid());
	if ((env = environ_with(variable)) == NULL)
		return -1;
	pid = spawn(b, fd, env);
	free(env);
	return pid;
}

void
binary_execute(const struct binary *b, int fd, pid_t stand_in)
{
	char *argv[] = { (char *)(uintptr_t)b->path, NULL };
	char number[24];
	int i;

	snprintf(number, sizeof(number), "%ld", (long)stand_in);
	if (stand_in > 0)
		setenv(STAND_IN, number, 1);
	fcntl(fd, F_SETFD, 0);
	file_close_from(fd < 3 ? 3 : fd + 1);
	/* It may be half-written at this moment: install(1) makes it anew. */
	for (i = 0; i < EXECUTE_TRIES; i++) {
		execv(b->path, argv);
		clock_sleep_ms(100);
	}
	if (stand_in > 0)
		kill(stand_in, SIGTERM);
}

void
binary_stand_in(void)
{
	const char *text = getenv(STANDS_FOR);
	int64_t pid;

	/* Of the parent's main thread, which started us and lives on behind
	 * execve(2); it may have died before this call. */
	if (text != NULL && digits_parse(text, &pid)) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != (pid_t)pid)
			_exit(EXIT_SUCCESS);
	}
	unsetenv(STANDS_FOR);
}

void
binary_relieve(void)
{
	const char *text = getenv(STAND_IN);
	int64_t pid;

	if (text != NULL && digits_parse(text, &pid) && pid > 1 &&
	    pid <= INT32_MAX && waitpid((pid_t)pid, NULL, WNOHANG) == 0) {
		/* nobody has to wait for a child that ends */
		signal(SIGCHLD, SIG_IGN);
		kill((pid_t)pid, SIGTERM);
	}
	unsetenv(STAND_IN);
}
