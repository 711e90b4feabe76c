#!/bin/sh
# SPDX-License-Identifier: MIT
# replay.sh: each fuzz target survives its corpus.  Wants top_srcdir and
# top_builddir; speaks TAP.
src=${top_srcdir:?}/tests/fuzz build=${top_builddir:?}/tests/fuzz
out=$(mktemp) && trap 'rm -f "$out"' EXIT || exit 99
n=0 bad=0

# target PROGRAM CORPUS
target() {
	n=$((n + 1))
	# no pipe behind it: its exit status (a sanitizer's, say) counts
	"$build/$1" "$src/corpus/$2"/* >"$out" 2>&1
	rc=$?
	count=$(grep -c '^ok ' "$out")
	if [ $rc = 0 ] && [ "$count" -gt 0 ]; then
		echo "ok $n - $1: $count inputs"
	else
		bad=1
		echo "not ok $n - $1: exit $rc behind $count inputs"
		sed 's/^/# /' "$out"
	fi
}

target checksession request
target conf conf
target form form
target json json
target updateuser request
target wechat wechat
n=$((n + 1))
"$build/json" >/dev/null 2>&1
rc=$?
if [ $rc = 77 ]; then
	echo "ok $n - without input it is no pass"
else
	bad=1
	echo "not ok $n - without input it is no pass: exit $rc"
fi
echo "1..$n"
exit $bad
