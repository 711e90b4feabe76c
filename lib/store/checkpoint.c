/* SPDX-License-Identifier: MIT */
/* checkpoint.c: the WAL goes into the database file before it grows large. */
#include <config.h>

#include <sys/file.h>

#include <fcntl.h>
#include <unistd.h>

#include "store/store_int.h"

#define CHECKPOINT_WAIT		100	/* ms, for readers */

/* Versions of SQLite before 3.51.3 can damage a WAL database when one
 * connection checkpoints twice while another commits in between (the
 * "WAL-reset" bug): so checkpoints are run here only, and by one process at a
 * time.  TRUNCATE holds the write lock, so that no commit comes between. */
void
store_maintain(struct store *s)
{
	int fd, rc = SQLITE_BUSY;

	/* What a write has read is of little use to the next one. */
	if (s->wrote)
		sqlite3_db_release_memory(s->h);
	s->wrote = false;
	if (!s->wal || s->wal_frames < s->checkpoint_at)
		return;
	fd = open(s->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		store_patience(s, CHECKPOINT_WAIT);
		rc = sqlite3_wal_checkpoint_v2(s->h, NULL,
		    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		store_patience(s, 0);
	}
	close(fd);
	/* Not now: try again when the WAL has grown as much once more. */
	s->checkpoint_at = s->checkpoint_step +
	    (rc == SQLITE_OK ? 0 : s->wal_frames);
	s->wal_frames = 0;
}
