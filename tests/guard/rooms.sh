#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms.sh: the rooms of the code, doc/hacking.md, "Layout": which may include
# and use which.  Each check is also run on a copy with an offence planted in
# it, and must find that one.
#
# Wants top_srcdir, top_builddir and COMPILE; speaks TAP.  What it can't find
# is a failure, never a skip.

src=${top_srcdir:?} build=${top_builddir:?} compile=${COMPILE:?}
here=$src/tests/guard
. "$here/tap.sh"

# Headers of other libraries, and who may include them.
private='curl/=lib/wechat/ sqlite3.h=lib/store/ fcgiapp.h=lib/cgi/connection.
json-c/=lib/base/json.c json-c/=lib/cgi/input.c json-c/=sandbox/serve.c'

# Symbols that go up on purpose: each file of cgi-bin/ defines the descriptor
# that lib/program/main.c reads.
hooks='program'

for tool in nm tsort; do
	type $tool >/dev/null 2>&1 || bail "no $tool"
done
[ -r "$src/doc/hacking.md" ] || bail "no doc/hacking.md"

# files DIR: all C files of a source folder, from its top, but for the tests,
# and what builds, distributions and distcheck (_build) put there
files() {
	(cd "$1" && find . \( -path ./tests -o -path './build*' -o \
	    -path './wxlogin-*' -o -path './_*' -o -path ./debian -o \
	    -path ./.git -o -name node_modules \) -prune -o \
	    -name '*.[ch]' ! -path ./config.h -print) | sed 's,^\./,,' | sort
}

# includes DIR [OPTION...]: what includes.awk says of a source folder
includes() {
	dir=$1
	shift
	(cd "$dir" && files . | xargs awk "$@" -v private="$private" \
	    -f "$here/rooms.awk" -f "$here/includes.awk" doc/hacking.md)
}

# symbols DIR [OPTION...]: what symbols.awk says of a build folder
symbols() {
	dir=$1
	shift
	(cd "$dir" && find $object_folders -name '*.o' | sort |
	    xargs nm -A -P -g) >"$tmp/nm"
	awk "$@" -v hooks="$hooks" -f "$here/rooms.awk" \
	    -f "$here/symbols.awk" "$src/doc/hacking.md" "$tmp/nm"
}

# circles: those among the edges on standard input
circles() {
	sort -u | tsort 2>&1 >/dev/null
}

# alone DIR HEADER...: which headers don't compile by themselves, or not twice
alone() {
	dir=$1
	shift
	for h in "$@"; do
		printf '#include <config.h>\n#include "%s"\n#include "%s"\n' \
		    "${h#lib/}" "${h#lib/}" >"$tmp/alone.c"
		eval "$compile -iquote '$dir/lib' -iquote '$dir'" \
		    "-iquote '$top/${h%/*}' -fsyntax-only '$tmp/alone.c'" \
		    >"$tmp/alone.out" 2>&1 ||
		    printf '%s: %s\n' "$h" \
		    "$(grep -m 1 'error:' "$tmp/alone.out")"
	done
}

offences() {
	grep -v '^includes \|^rooms \|^uses '
}

number() {
	sed -n "s/^$1 //p"
}

top=$(cd "$build" && pwd)
src=$(cd "$src" && pwd)
here=$src/tests/guard
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT || exit 99
object_folders=$(cd "$top" && ls -d lib sql pages ctl cgi-bin sandbox)

# ---- as it is

out=$(includes "$src")
at_least "the table of rooms has its rooms" 10 "$(echo "$out" | number rooms)"
at_least "includes are found" 100 "$(echo "$out" | number includes)"
none "each file is in a room and includes what its room may" \
    "$(echo "$out" | offences)"
none "no header includes itself, also not by way of others" \
    "$(includes "$src" -v edges=1 | circles)"

headers=$(files "$src" | grep '\.h$' | grep -v statements.h)
none "each header compiles alone" "$(alone "$src" $headers)"

out=$(symbols "$top")
at_least "symbols of other files are used" 300 "$(echo "$out" | number uses)"
none "each object uses symbols of rooms that its own may include" \
    "$(echo "$out" | offences)"
none "no two files of lib/ call each other, also not by way of others" \
    "$(symbols "$top" -v edges=1 | grep '^lib.* lib' | circles)"

# ---- with offences planted

copy=$tmp/copy
mkdir -p "$copy/doc"
cp "$src/doc/hacking.md" "$copy/doc/"
files "$src" | (cd "$src" && xargs tar cf -) | tar xf - -C "$copy"
chmod -R u+w "$copy"

# planted WHY FILE TEXT: the text at the file's end is found, at its line
planted() {
	[ -e "$copy/$2" ] && cp "$copy/$2" "$tmp/kept"
	printf '%s\n' "$3" >>"$copy/$2"
	at="$2:$(wc -l <"$copy/$2" | tr -d ' '):"
	found=$(includes "$copy" | grep -F "$at")
	if [ -n "$found" ]; then
		ok "found: $1"
	else
		no "found: $1" "no word of $at"
	fi
	if [ -e "$tmp/kept" ]; then
		mv "$tmp/kept" "$copy/$2"
	else
		rm -r "$copy/$2"
	fi
}

planted "an include that goes up" lib/base/text.c '#include "program/serve.h"'
planted "one in angle brackets" lib/base/text.c '#include <conf/conf.h>'
planted "one that a room's line does not name" lib/cgi/reply.h \
    '#  include "store/store.h"'
planted "../" lib/account/user.c '#include "../base/text.h"'
planted "a header without its room" lib/account/user.c '#include "text.h"'
planted "another room's _int.h" lib/account/user.c \
    '#include "store/store_int.h"'
planted "curl outside of lib/wechat/" lib/account/user.c \
    '#include <curl/curl.h>'
planted "SQLite outside of lib/store/" ctl/users.c '#include <sqlite3.h>'
planted "libfcgi outside of lib/cgi/fastcgi.c" lib/cgi/process.c \
    '#include <fcgiapp.h>'
planted "json-c outside of its files" lib/wechat/call.c \
    '#include <json-c/json.h>'
mkdir "$copy/lib/attic"
planted "a file in no room" lib/attic/planted.c ''
planted "a file in lib/ itself" lib/planted.c ''

found() {
	if [ -n "$2" ]; then ok "found: $1"; else no "found: $1"; fi
}

printf '#include "base/planted_b.h"\n' >"$copy/lib/base/planted_a.h"
printf '#include "base/planted_c.h"\n' >"$copy/lib/base/planted_b.h"
printf '#include "base/planted_a.h"\n' >"$copy/lib/base/planted_c.h"
found "a circle of three headers" \
    "$(includes "$copy" -v edges=1 | circles | grep planted)"
printf 'size_t planted(void);\n' >"$copy/lib/base/planted_a.h"
found "a header that needs another before it" \
    "$(alone "$copy" lib/base/planted_a.h)"
sed 's/^| lib\/base\/ .*/| lib\/base\/ | all of it | store |/' \
    "$src/doc/hacking.md" >"$copy/doc/hacking.md"
found "a table that is not in order" "$(includes "$copy" | grep 'no room above')"

# objects of the build, and one that declares by hand what it may not see
mkdir "$tmp/build"
(cd "$top" && find $object_folders -name '*.o' | xargs tar cf -) |
    tar xf - -C "$tmp/build"
cat >"$tmp/planted.c" <<'EOF'
void store_close(void *);
void planted(void *);
void planted(void *s) { store_close(s); }
EOF
eval "$compile -c -o '$tmp/build/lib/base/planted.o' '$tmp/planted.c'" ||
    bail "can't compile"
found "a function of a room above, declared by hand" \
    "$(symbols "$tmp/build" | grep '^lib/base/planted.o: .*store_close')"

cat >"$tmp/planted.c" <<'EOF'
void OTHER(void);
void ME(void);
void ME(void) { OTHER(); }
EOF
for pair in planted_a:planted_b planted_b:planted_a; do
	eval "$compile -DME=${pair%:*} -DOTHER=${pair#*:} -c" \
	    "-o '$tmp/build/lib/base/${pair%:*}.o' '$tmp/planted.c'" ||
	    bail "can't compile"
done
found "two files that call each other" "$(symbols "$tmp/build" -v edges=1 |
    grep '^lib.* lib' | circles | grep planted)"

done_testing
