/* SPDX-License-Identifier: MIT */
/* request.c: fuzz a program of cgi-bin/ (the one that is linked in) by whole
 * requests, through the serve() that the web servers reach.
 *
 * Input: lines NAME=value, an empty line, the body.  A line "fastcgi" makes it
 * a FastCGI request; "@" at the start of a line stands for the header with a
 * live token.  Whatever comes: one reply, which is
 * well-formed and holds no secret, and at most one log line, of JSON. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cgi/io.h"
#include "program/program.h"
#include "program/serve.h"
#include "program/worker.h"
#include "tests/unit/fixture.h"

#define VARS	64

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct box box;
static struct worker w;
static char token[TOKEN_LEN + 1], bearer[128], key_file[1024];

struct fuzz {
	const char	*body;
	size_t		 left;
	unsigned	 writes;
	bool		 authorizer;
	bool		 told;		/* the input holds the token itself */
};

static void
judge(bool c)
{
	if (!c)
		abort();
}

static size_t
get(void *arg, char *p, size_t n)
{
	struct fuzz *f = arg;

	judge(!f->authorizer);		/* its stdin may never end */
	if (n > f->left)
		n = f->left;
	if (n > 0)
		memcpy(p, f->body, n);
	f->body += n;
	f->left -= n;
	return n;
}

/* A head of header lines without controls, a body that is JSON or empty. */
static bool
put(void *arg, const char *p, size_t n)
{
	struct fuzz *f = arg;
	const char *end = memmem(p, n, "\r\n\r\n", 4), *s;
	struct json_object *o;
	size_t left;

	judge(++f->writes == 1 && end != NULL && n > 12 &&
	    memcmp(p, "Status: ", 8) == 0 && memchr(p, '\0', n) == NULL);
	for (s = p; s < end; s++)
		judge((*s >= 0x20 && *s < 0x7f) ||
		    (*s == '\r' && s[1] == '\n') ||
		    (*s == '\n' && s[-1] == '\r'));
	judge(f->told || memmem(p, n, token, TOKEN_LEN) == NULL);
	left = n - (size_t)(end + 4 - p);
	if (left > 0) {
		o = json_parse_object(end + 4, left);
		judge(o != NULL && json_has(o, "code"));
		json_done(o);
	}
	return true;
}

static void
put_log(void *arg, const char *p, size_t n)
{
	const struct fuzz *f = arg;
	struct json_object *o;

	judge(n > 0 && p[n - 1] == '\n' && memchr(p, '\n', n) == p + n - 1);
	o = json_parse_object(p, n);
	judge(o != NULL);
	judge(f->told || memmem(p, n, token, TOKEN_LEN) == NULL);
	json_done(o);
}

static void
start(void)
{
	store_init();
	box_open(&box, "fuzz.db");
	snprintf(key_file, sizeof(key_file), "%s", tmp_write("fuzz.db.key",
	    box.seal.keys[0], 32, 0600));
	box.conf.seal_key_file = key_file;
	box.conf.token_in_query = 1;
	box.conf.log_level = LOG_LEVEL_INFO;
	box.conf.session_idle = box.conf.session_max = 1000000000;
	box_user(&box, "openid-1");
	box_session(&box, token);
	snprintf(bearer, sizeof(bearer), "HTTP_AUTHORIZATION=Bearer %s",
	    token);
	w = (struct worker){ .program = &program, .conf = &box.conf };
	conf_log_open(&box.conf, &w.log, "fuzz");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { .left = 0 };
	struct io io = { &f, NULL, false, get, put, put_log, NULL };
	char *env[VARS + 1], *text, *at, *end, *next;
	size_t n = 0;

	if (w.program == NULL)
		start();
	f.told = memmem(data, size, token, TOKEN_LEN) != NULL;
	if ((text = malloc(size + 1)) == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (at = text, end = text + size; at < end &&
	    *at != '\n'; at = next) {
		char *nl = memchr(at, '\n', (size_t)(end - at));

		next = nl == NULL ? end : nl + 1;
		if (nl != NULL)
			*nl = '\0';
		if (strcmp(at, "fastcgi") == 0)
			io.fastcgi = true;
		else if (n < VARS)
			env[n++] = *at == '@' ? bearer : at;
	}
	env[n] = NULL;
	io.envp = env;
	f.body = at < end ? at + 1 : end;
	f.left = (size_t)(end - f.body);
	for (n = 0; env[n] != NULL; n++)
		if (strncmp(env[n], "FCGI_ROLE=", 10) == 0) {
			f.authorizer = program.authorizer && io.fastcgi &&
			    strcmp(env[n] + 10, "AUTHORIZER") == 0;
			break;		/* the first one counts */
		}
	serve(&w, &io);
	judge(f.writes == 1);
	free(text);
	return 0;
}
