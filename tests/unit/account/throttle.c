/* SPDX-License-Identifier: MIT */
/* throttle.c: who counts as one client, and when it has to wait. */
#include <config.h>

#include "account/throttle.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static const struct { const char *why, *address, *want; } t[] = {
{ "unknown", NULL, "" },
{ "empty", "", "" },
{ "IPv4", "192.0.2.1", "192.0.2.1" },
{ "IPv4 mapped into IPv6", "::ffff:192.0.2.1", "192.0.2.1" },
{ "IPv6 by its /64", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
{ "another of the /64", "2001:db8:1:2:ffff::1", "2001:db8:1:2::" },
{ "another /64", "2001:db8:1:3::1", "2001:db8:1:3::" },
{ "capitals", "2001:DB8:1:2::A", "2001:db8:1:2::" },
{ "loopback", "::1", "::" },
{ "a name", "localhost", "" },
{ "a port behind", "192.0.2.1:80", "" },
{ "two", "192.0.2.1, 192.0.2.2", "" },
{ "leading zeros", "192.0.2.01", "" },
{ "very long", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "" },
};

int
main(void)
{
	char out[48];
	struct box b;
	int64_t t0;

	for (size_t i = 0; i < COUNT(t); i++) {
		throttle_network(t[i].address, out);
		is_str(out, t[i].want, "network: %s", t[i].why);
	}
	store_init();
	box_open(&b, "throttle.db");
	b.conf.login_failures = 3;
	t0 = b.rq.cx.now = b.rq.cx.now / 60 * 60 + 10;
	for (int i = 0; i < 3; i++) {
		ok(throttle_admit(&b.rq) == OK, "failure %d may come", i + 1);
		throttle_note(&b.rq);
	}
	ok(throttle_admit(&b.rq) == TOO_MANY_REQUESTS &&
	    b.rq.cx.retry_after == 50,
	    "after three failures a client waits for the minute's end");
	b.rq.client = "192.0.2.2";
	ok(throttle_admit(&b.rq) == OK,
	    "a client of another address does not wait");
	b.rq.client = NULL;
	for (int i = 0; i < 5; i++)
		throttle_note(&b.rq);
	ok(throttle_admit(&b.rq) == OK,
	    "a client without an address is not counted");
	b.rq.client = "::ffff:192.0.2.1";
	ok(throttle_admit(&b.rq) == TOO_MANY_REQUESTS,
	    "the same address, mapped into IPv6, waits");
	b.conf.login_failures = 0;
	ok(throttle_admit(&b.rq) == OK, "login_failures = 0 is no limit");
	b.conf.login_failures = 3;
	b.rq.cx.now = t0 + 50;
	ok(throttle_admit(&b.rq) == OK,
	    "in the next minute the client may try again");
	throttle_note(&b.rq);
	is_int(box_sql(b.conf.database, "SELECT count(*) FROM throttle"), 1,
	    "rows of older minutes are removed");
	for (int i = 0; i < 2; i++)
		throttle_note(&b.rq);
	ok(throttle_admit(&b.rq) == TOO_MANY_REQUESTS,
	    "three failures in a new minute are too many again");
	b.rq.client = "2001:db8::1";
	for (int i = 0; i < 3; i++)
		throttle_note(&b.rq);
	b.rq.client = "2001:db8::ffff:1";
	ok(throttle_admit(&b.rq) == TOO_MANY_REQUESTS,
	    "addresses of one /64 of IPv6 are one client");
	box_close(&b);
	return done();
}
