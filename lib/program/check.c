/* SPDX-License-Identifier: MIT */
/* check.c: --check and --help. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "program/check.h"
#include "program/program.h"
#include "program/worker.h"
#include "store/store.h"
#include "wechat/certificates.h"
#include "wechat/upstream.h"

static const char *
kind(const struct setting *s)
{
	switch (s->type) {
	case SETTING_NUMBER:
		return "number";
	case SETTING_SWITCH:
		return "yes or no";
	case SETTING_CHOICE:
		return "word";
	case SETTING_PATH:
		return "path";
	case SETTING_URL:
		return "address";
	default:
		return "text";
	}
}

void
help_settings(FILE *to)
{
	const struct setting *s;
	size_t i;

	fprintf(to, "\nSettings, in wxlogin.conf below [wxlogin], or as "
	    "WXLOGIN_NAME in the environment:\n");
	for (s = settings; s < settings + settings_count; s++) {
		fprintf(to, "\n  %s (%s", s->name, kind(s));
		if (s->type == SETTING_NUMBER)
			fprintf(to, " from %" PRId64 " to %" PRId64, s->min,
			    s->max);
		for (i = 0; s->choices != NULL && s->choices[i] != NULL; i++)
			fprintf(to, "%s%s", i == 0 ? ": " : ", ",
			    s->choices[i]);
		if (s->unit != NULL)
			fprintf(to, ", %s", s->unit);
		if (s->fallback != NULL)
			fprintf(to, "; default %s", s->fallback);
		fprintf(to, ")\n      %s\n", s->help);
	}
}

/* The worker's cause, or what there is without one. */
static int
report(const struct worker *w, const char *what)
{
	printf("not ok: %s: %s\n", what, w->log.cause[0] == '\0' ?
	    "failed" : w->log.cause);
	return EXIT_FAILURE;
}

static void
check_certificates(const struct conf *conf)
{
	struct certificates found;
	char text[FILE_PATH_MAX + 64];

	if (!certificates_find(conf, &found)) {
		printf("odd: no certificates were found to verify WeChat's "
		    "with; set ca_file\n");
		return;
	}
	certificates_tell(&found, text, sizeof(text));
	printf("ok: certificates from %s\n", text);
}

static int
check_worker(struct worker *w)
{
	int status = EXIT_SUCCESS;

	if (worker_ready(w) != OK)
		return report(w, "store and keys");
	printf("ok: store %s (journal %s) and its keys\n", w->conf->database,
	    store_is_wal(w->store) ? "wal" : "delete");
	if (store_check(w->store) != OK || !store_sound(w->store))
		status = report(w, "statements and integrity");
	else
		printf("ok: statements and integrity\n");
	if (!store_writable(w->store))
		return report(w, "writing to the store");
	printf("ok: the store can be written\n");
	if (w->wechat == NULL)
		return status;
	check_certificates(w->conf);
	if (!w->program->upstream->check(w->wechat, w->conf, &w->log))
		return report(w, "reaching WeChat");
	printf("ok: WeChat at %s can be reached\n", w->conf->wechat_base_url);
	return status;
}

int
check_installation(const struct program *p)
{
	struct buf problems = { .max = PROBLEMS_TEXT };
	struct buf warnings = { .max = PROBLEMS_TEXT };
	struct conf *conf;
	struct worker w = { .program = p };
	int status;

	store_init();
	conf = conf_load(p->upstream != NULL, &problems, &warnings);
	if (warnings.p != NULL)
		printf("odd: %s", warnings.p);
	if (conf == NULL) {
		printf("not ok: configuration\n%s", problems.p == NULL ?
		    "no memory\n" : problems.p);
		status = EXIT_FAILURE;
	} else {
		printf("ok: configuration%s%s\n", conf->file == NULL ? "" :
		    " from ", conf->file == NULL ? "" : conf->file);
		w.conf = conf;
		conf_log_open(conf, &w.log, p->name);
		status = check_worker(&w);
		worker_close(&w);
		conf_free(conf);
	}
	buf_free(&problems);
	buf_free(&warnings);
	return status;
}
