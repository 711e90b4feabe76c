/* SPDX-License-Identifier: MIT */
/* starts.c: start-to-exit times of CGI programs, as ratios to the first.
 *
 *   starts ROUNDS PROGRAM...	the environment is the programs' own
 *
 * The programs take turns, so that a noisy moment meets all of them; a line
 * per program: median in microseconds, ratio to the first, name. */
#include <config.h>

#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern char **environ;

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t
run(char *path, posix_spawn_file_actions_t *files)
{
	char *argv[] = { path, NULL };
	const int64_t start = now();
	int status;
	pid_t pid;

	if (posix_spawn(&pid, path, files, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "starts: %s failed\n", path);
		exit(1);
	}
	return now() - start;
}

static int
compare(const void *a, const void *b)
{
	int64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

int
main(int argc, char *argv[])
{
	const long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	const size_t n = argc > 2 ? (size_t)argc - 2 : 0;
	posix_spawn_file_actions_t files;
	int64_t *t;
	size_t p;
	long i;

	if (rounds < 1 || n < 1 ||
	    (t = calloc(n * (size_t)rounds, sizeof(*t))) == NULL)
		return 2;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	for (i = 0; i < rounds; i++)
		for (p = 0; p < n; p++)
			t[p * (size_t)rounds + (size_t)i] = run(argv[p + 2],
			    &files);
	for (p = 0; p < n; p++)
		qsort(&t[p * (size_t)rounds], (size_t)rounds, sizeof(*t),
		    compare);
	for (p = 0; p < n; p++)
		printf("%7.0f us  %5.2f  %s\n",
		    (double)t[p * (size_t)rounds + (size_t)rounds / 2] / 1000,
		    (double)t[p * (size_t)rounds + (size_t)rounds / 2] /
		    (double)t[(size_t)rounds / 2], argv[p + 2]);
	return 0;
}
