/* SPDX-License-Identifier: MIT */
/* null_cgi.c: the CGI program that does nothing: what a start costs. */
#include <config.h>

#include <unistd.h>

int
main(void)
{
	static const char reply[] = "Status: 200\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

	return write(STDOUT_FILENO, reply, sizeof(reply) - 1) !=
	    sizeof(reply) - 1;
}
