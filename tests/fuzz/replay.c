/* SPDX-License-Identifier: MIT */
/* replay.c: main() of a fuzz target in `make check`: feed it each named file.
 * It skips (77) when it is given none: an empty corpus is no pass. */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX	((size_t)1 << 20)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint8_t input[INPUT_MAX];

int
main(int argc, char *argv[])
{
	uint8_t *copy;
	size_t n;
	FILE *f;
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d%s\n", argc - 1, argc == 1 ? " # SKIP no input" : "");
	for (i = 1; i < argc; i++) {
		if ((f = fopen(argv[i], "rb")) == NULL) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		n = fread(input, 1, sizeof(input), f);
		if (ferror(f)) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		fclose(f);
		/* of its own size, so that a sanitizer sees a read beyond */
		copy = malloc(n + (n == 0));
		if (copy == NULL)
			return EXIT_FAILURE;
		memcpy(copy, input, n);
		LLVMFuzzerTestOneInput(copy, n);
		free(copy);
		printf("ok %d - %s\n", i, argv[i]);
	}
	return argc == 1 ? 77 : EXIT_SUCCESS;
}
