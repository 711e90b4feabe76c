/* SPDX-License-Identifier: MIT */
/* help.c: --help: every setting. */
#include <config.h>

#include <inttypes.h>

#include "conf/conf.h"
#include "program/help.h"

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
