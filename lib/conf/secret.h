/* SPDX-License-Identifier: MIT */
/* secret.h: files that hold one secret and nothing else. */
#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct buf;

/* What the file of an AppSecret has in it as it is delivered. */
#define SECRET_PLACEHOLDER	"put-the-AppSecret-here"

struct secret_kind {
	const char	*what;		/* "the AppSecret of wx..." */
	size_t		 min, max;	/* characters */
	bool		 any_mode;	/* others may read it */
};

/* Is the mode of a file with secrets all right?  If not, `why` says so. */
bool	secret_private(const char *path, mode_t mode, struct buf *why);

/* Read the one line of the file into `out`, without a byte order mark and
 * without white space around it, and the file's status into *st.  False: `why`
 * says (without the end of a line) what is wrong and what would be right: the
 * file can't be read, others can read it, it was saved as UTF-16, it is empty,
 * too short or too long, has more than one line, or is as it was delivered.
 * *st is zero when there was no file. */
bool	secret_read(const char *path, const struct secret_kind *,
	    struct buf *out, struct stat *st, struct buf *why);

#endif
