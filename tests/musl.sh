#!/bin/sh
# SPDX-License-Identifier: MIT
# musl.sh BUILD: does the library compile against musl's headers, and do the
# ways round what musl lacks work?  Speaks TAP.
#
# Wants musl-gcc.  The libraries we use are built for the C library of the
# system, so their headers are lent to musl's compiler and nothing is linked;
# the ways round are then tested as they are, by a build that is told that
# their functions are missing.
set -u
src=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1" && cd "$1" || exit 99
n=0 bad=0

# step WHAT COMMAND...
step() {
	n=$((n + 1)) what=$1 log=$PWD/step$n.log
	shift
	if ("$@") >"$log" 2>&1; then
		echo "ok $n - $what"
	else
		bad=1
		echo "not ok $n - $what"
		grep -A4 -E 'error|^not ok|FAIL' "$log" | head -n 60 | sed 's/^/# /'
	fi
}

# The headers of these libraries, and no other of the system's.
lend() {
	rm -rf headers && mkdir headers || return 1
	for module in sqlite3 nettle fcgi inih libcurl; do
		pkg-config --exists $module || return 1
	done
	found=$(echo '#include <curl/curl.h>' | ${CC:-cc} -E -x c - |
	    sed -n 's,^# 1 "\(.*\)/curl/curl\.h".*,\1,p' | head -n 1)
	ln -s "$found/curl" headers/ || return 1
	for h in sqlite3.h nettle fastcgi.h fcgi_config.h fcgiapp.h \
	    fcgimisc.h fcgios.h ini.h; do
		[ ! -e "/usr/include/$h" ] ||
		    ln -s "/usr/include/$h" headers/ || return 1
	done
}

compile() {
	mkdir -p musl && cd musl || return 1
	[ -f Makefile ] || "$src/configure" -q CC=musl-gcc --disable-sandbox \
	    --enable-warnings=error CPPFLAGS="-I$OLDPWD/headers" \
	    CURL_CFLAGS="-I$OLDPWD/headers" &&
	    make sql/statements.h && make -j2 lib/libwxlogin.a lib/libframe.a \
	    cgi-bin/checksession.o cgi-bin/logout.o cgi-bin/unbindphone.o \
	    cgi-bin/updateuser.o ctl/wxloginctl.o
}

ways_round() {
	tests='tests/unit/base/file'
	mkdir -p round && cd round || return 1
	[ -f Makefile ] || "$src/configure" -q --enable-warnings=error \
	    --disable-sandbox ac_cv_func_close_range=no &&
	    make sql/statements.h && make -j2 $tests || return 1
	for t in $tests; do
		./"$t" || return 1
	done
}

step 'the headers are there' lend
step 'the library and the plain programs compile with musl' compile
step 'what musl lacks is done in other ways' ways_round
echo "1..$n"
exit $bad
