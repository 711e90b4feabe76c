/* SPDX-License-Identifier: MIT */
/* random.c: ids of requests never come twice, in no thread and no child. */
#include <config.h>

#include <sys/wait.h>

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/random.h"
#include "tests/unit/tap.h"

#define THREADS	4
#define EACH	1000		/* ids of a thread: many pools */
#define ID_LEN	32

typedef char id[REQUEST_ID_MAX + 1];

static id ids[THREADS * EACH];

static int
by_start(const void *a, const void *b)
{
	return strncmp(a, b, ID_LEN / 2);
}

static int
by_end(const void *a, const void *b)
{
	return strcmp((const char *)a + ID_LEN / 2,
	    (const char *)b + ID_LEN / 2);
}

/* How many of the n ids are not 32 lower case hexadecimal digits, or share a
 * half with another one? */
static size_t
unfit(id *of, size_t n)
{
	size_t i, bad = 0;

	for (i = 0; i < n; i++)
		bad += strlen(of[i]) != ID_LEN ||
		    strspn(of[i], "0123456789abcdef") != ID_LEN;
	qsort(of, n, sizeof(*of), by_start);
	for (i = 1; i < n; i++)
		bad += by_start(of[i], of[i - 1]) == 0;
	qsort(of, n, sizeof(*of), by_end);
	for (i = 1; i < n; i++)
		bad += by_end(of[i], of[i - 1]) == 0;
	return bad;
}

static void *
make_ids(void *arg)
{
	id *of = arg;
	size_t i;

	for (i = 0; i < EACH; i++)
		request_id_make(of[i]);
	return NULL;
}

static void
threads(void)
{
	pthread_t t[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, make_ids, ids + i * EACH) != 0)
			abort();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	is_int(unfit(ids, THREADS * EACH), 0, "ids of %d threads differ",
	    THREADS);
}

/* EACH ids made in a child of this thread, read from a pipe; 0 if it failed */
static size_t
ids_of_child(id *of)
{
	const size_t want = EACH * sizeof(*of);
	size_t got = 0;
	ssize_t n;
	int fd[2], status;
	pid_t pid;

	if (pipe(fd) == -1 || (pid = fork()) == -1)
		return 0;
	if (pid == 0) {
		make_ids(of);
		_exit(write(fd[1], of, want) != (ssize_t)want);
	}
	close(fd[1]);
	while (got < want &&
	    (n = read(fd[0], (char *)of + got, want - got)) > 0)
		got += (size_t)n;
	close(fd[0]);
	return waitpid(pid, &status, 0) == pid && status == 0 ?
	    got / sizeof(*of) : 0;
}

/* The parent has ids left when it forks, and goes on with them. */
static void
children(void)
{
	id *const first = ids, *const second = ids + EACH;

	request_id_make(first[0]);
	is_int(ids_of_child(first), EACH, "a child makes ids");
	is_int(ids_of_child(second), EACH, "another child makes ids");
	make_ids(ids + (size_t)2 * EACH);
	is_int(unfit(ids, (size_t)3 * EACH), 0,
	    "ids of two children and of their parent differ");
}

int
main(void)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };

	threads();
	children();
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	ok(!same_secret(a, b, sizeof(a)), "random bytes differ");
	ok(same_secret(a, a, sizeof(a)), "a secret is the same as itself");
	random_bytes(a, 0);
	return done();
}
