#!/bin/sh
# SPDX-License-Identifier: MIT
# guard.sh: rules about the source that no compiler checks.
#
# Wants top_srcdir; speaks TAP.  What it can't find is a failure, never a skip.

src=${top_srcdir:?}
. "$src/tests/guard/tap.sh"

# What a program of cgi-bin/ may include: the library's vocabulary for it, and
# C's own headers.
vocabulary='program/endpoint.h account/login.h account/phone.h account/profile.h
account/session_keys.h account/throttle.h base/json.h base/text.h
wechat/wechat.h
pages/setup.h'
standard='assert.h ctype.h errno.h inttypes.h limits.h stdbool.h stddef.h
stdint.h stdio.h stdlib.h string.h time.h'

# Functions that must not be called: unbounded, not safe among threads, or
# deaf to errors.
calls='atoi strtok sprintf vsprintf strcpy strcat strncpy gets sscanf alloca
gmtime localtime system popen json_tokener_parse'
headers='fcgi_stdio.h'

file_max=400
function_max=100
columns_max=79

for d in lib ctl pages cgi-bin sandbox sql tests/unit tests/fuzz; do
	[ -d "$src/$d" ] || bail "no folder $d below the source"
done
for f in lib/conf/settings.c lib/base/outcome.c Makefile.am; do
	[ -r "$src/$f" ] || bail "no file $f below the source"
done
programs=$(for f in "$src"/cgi-bin/*.c; do basename "$f" .c; done)
case $programs in
*'*'*) bail "no programs in cgi-bin" ;;
esac

cd "$src" || bail "can't enter the source"
tmp=$(mktemp) && trap 'rm -f "$tmp"' EXIT || exit 99
# Without what a build in the source folder made (statements.c and .h).
sources=$(find lib ctl pages cgi-bin sandbox -name '*.c' \
    ! -name 'statements.c' | sort)
headers_all=$(find lib ctl pages sandbox -name '*.h' ! -name 'statements.h' |
    sort)
units=$(find tests/unit -name '*.c' | sort)
[ "$(echo $sources | wc -w)" -gt 60 ] || bail "no sources"
[ "$(echo $headers_all | wc -w)" -gt 30 ] || bail "no headers"
all="$sources $headers_all"

# ---- the source

allowed=$(for h in config.h $standard; do printf '<%s>\n' "$h"; done
    for h in $vocabulary; do printf '"%s"\n' "$h"; done)
for p in $programs; do
	none "cgi-bin/$p.c includes the vocabulary only" \
	    "$(sed -n 's/^[ 	]*#[ 	]*include[ 	]*//p' "cgi-bin/$p.c" |
	    grep -vxF "$allowed")"
done

words=$(echo $calls | tr ' ' '|')
none "no banned function is called" \
    "$(grep -nE "(^|[^A-Za-z0-9_])($words)[ 	]*\(" $all)"
for h in $headers; do
	none "nobody includes $h" "$(grep -nF "<$h>" $all)"
done
none "no function has more than $function_max lines" \
    "$(awk -v most="$function_max" '
	FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^\}/ && start {
		if (FNR - start - 1 > most)
			print FILENAME ":" start ": " FNR - start - 1 " lines"
		start = 0
	}' $sources)"
none "no file has more than $file_max lines" \
    "$(awk -v most="$file_max" '
	FNR == 1 && NR > 1 && last > most { print name ": " last " lines" }
	{ name = FILENAME; last = FNR }
	END { if (last > most) print name ": " last " lines" }' $all)"
none "no line of C is wider than $columns_max columns, with tabs of 8" \
    "$(LC_ALL=C awk -v most="$columns_max" '
	{
		text = $0
		gsub(/[\200-\277]/, "", text)	# the rest of a character
		n = split(text, part, /\t/)
		at = 0
		for (i = 1; i < n; i++)
			at += length(part[i]) + 8 - (at + length(part[i])) % 8
		at += length(part[n])
		if (at > most)
			print FILENAME ":" FNR ": " at " columns"
	}' $all $units tests/unit/*.h tests/fuzz/*.c tests/bench/*.c)"
none "each file begins with its licence and says what it is" \
    "$(for f in $all $units tests/unit/*.h tests/fuzz/*.c; do
	head -n 1 "$f" | grep -qxF '/* SPDX-License-Identifier: MIT */' &&
	    sed -n 2p "$f" | grep -qF "/* ${f##*/}: " || echo "$f"
    done)"
none "config.h comes first" \
    "$(for f in $sources $units tests/fuzz/*.c; do
	grep '^#include' "$f" | head -n 1 | grep -qxF '#include <config.h>' ||
	    echo "$f"
    done)"
# (the brackets keep this line from finding itself)
none "no path of a machine" \
    "$(grep -rnE '/[w]ork/|/[r]oot/|/[U]sers/|/[h]ome/[a-z]+/' \
    --include='*.[ch]' --include='*.sql' --include='*.sh' --include='*.am' \
    --include='*.ac' --include='*.awk' lib ctl pages cgi-bin sandbox sql tests/unit tests/fuzz tests/guard Makefile.am configure.ac)"

# ---- what has to be told somewhere

settings=$(sed -n 's/^{ .name = "\([a-z_]*\)",.*/\1/p' \
    lib/conf/settings.c)
[ "$(printf '%s\n' "$settings" | wc -l)" -ge 30 ] ||
    bail "the settings can't be read from lib/conf/settings.c"
page=doc/man/wxlogin.conf.5
for s in $settings; do
	if [ ! -r $page ]; then
		no "setting $s is in the manual page" "there is no $page"
	elif grep -qE "^\.(It|Ic|Cm|Va).* $s( |\$)" $page; then
		ok "setting $s is in the manual page"
	else
		no "setting $s is in the manual page" "no item of that name"
	fi
done

codes=$(sed -n 's/^\[[A-Z_]*\] = { "\([A-Z_]*\)".*/\1/p' lib/base/outcome.c)
[ "$(printf '%s\n' "$codes" | wc -l)" -ge 18 ] ||
    bail "the codes can't be read from lib/base/outcome.c"
for c in $codes; do
	if grep -rqw -- "$c" doc tests; then
		ok "code $c is told in doc/ or tried in tests/"
	else
		no "code $c is told in doc/ or tried in tests/"
	fi
done

# Continued lines are joined first.
checked=$(sed -e ':a' -e '/\\$/N; s/\\\n//; ta' Makefile.am |
    sed -n 's/^[A-Za-z_]*[ 	]*+*=//p' | tr ' \t' '\n\n')
for f in $units tests/fuzz/*.c; do
	case $f in
	tests/fuzz/replay.c | tests/fuzz/request.c)
		printf '%s\n' "$checked" | grep -qxF "$f" ;;
	*)	printf '%s\n' "$checked" | grep -qxF "${f%.c}" ;;
	esac && ok "$f is built and run" || no "$f is built and run" \
	    "it is not in Makefile.am"
done
for d in tests/fuzz/corpus/*/; do
	none "$d has input" "$(ls "$d" | grep -q . || echo none)"
done

# ---- comments

# A comment names a heading of doc/protocol.md, and one that is there.
told=$(find lib ctl pages cgi-bin sandbox sql tests/unit tests/fuzz \
    tests/system -name '*.[ch]' -o -name '*.sql' -o -name '*.py')
none "no comment names a section by its number" \
    "$(grep -niE "(contract|protocol\.md)('s)?,? *\(?(sections? )?[0-9]" $told)"
sed -n 's/^##* //p' doc/protocol.md >"$tmp"
[ "$(wc -l <"$tmp")" -ge 15 ] || bail "no headings in doc/protocol.md"
none "the headings of doc/protocol.md that comments name are there" \
    "$(grep -nE 'doc/protocol\.md, ' $told | while read -r line; do
	heading=${line##*doc/protocol.md, }
	while read -r h; do
		case $heading in
		"$h"*) continue 2 ;;
		esac
	done <"$tmp"
	printf '%s\n' "$line"
    done)"

# ---- the system tests

suites=$(ls tests/system/*.py | sed 's,.*/,,; s,\.py$,,' | grep -vx run)
[ "$(echo $suites | wc -w)" -ge 14 ] || bail "no suites in tests/system"
# foreign FILE...: imports of a module that is a suite, or run.py
foreign() {
	grep -nE "^[ 	]*(from|import)[ 	]+($(echo run $suites | tr ' ' '|'))([ 	,.]|\$)" \
	    "$@" /dev/null
}
none "a suite imports the kit, never a suite" "$(foreign tests/system/*.py)"
none "the kit imports no suite" "$(foreign tests/system/kit/*.py)"
printf 'import json\n    from cases import sound\n' >"$tmp"
case $(foreign "$tmp") in
"$tmp:2:"*) ok "an import of a suite is found" ;;
*) no "an import of a suite is found" ;;
esac
named=$(sed -n '/^SUITES/,/)/p; /^SLOW/,/)/p' tests/system/run.py |
    grep -o "'[a-z_]*'" | tr -d "'")
for s in $suites; do
	case " $(echo $named) " in
	*" $s "*) ok "suite $s is run" ;;
	*) no "suite $s is run" "it is not in tests/system/run.py" ;;
	esac
done

done_testing
