#!/bin/sh
# SPDX-License-Identifier: MIT
# programs.sh: PLAIN and CALLING in Makefile.am are the list of programs.
# Everything else that lists them has the same ones, and each program is what
# its list says.
#
# Wants top_srcdir and top_builddir; speaks TAP.  What it can't find is a
# failure, never a skip.

src=${top_srcdir:?} build=${top_builddir:?}
. "$src/tests/guard/tap.sh"
. "$src/tests/lists.sh"

# In cgi-bin/, but only in the bundle for shared hosting.
bundled='setup'

build=$(cd "$build" && pwd)
cd "$src" || bail "can't enter the source"
type ldd >/dev/null 2>&1 || bail "no ldd"
plain=$(programs . PLAIN)
calling=$(programs . CALLING)
programs=$(printf '%s\n%s\n' "$plain" "$calling" | sort)
[ "$(echo $plain | wc -w)" -ge 4 ] && [ "$(echo $calling | wc -w)" -ge 3 ] ||
    bail "the lists of programs can't be read from Makefile.am"

# same WHY NAMES: passed when the names are those of the list
same() {
	found=$(printf '%s\n' "$2" | sort)
	if [ "$found" = "$programs" ]; then
		ok "$1"
	else
		no "$1" "$(printf 'has:  %s\nlist: %s\n' \
		    "$(echo $found)" "$(echo $programs)")"
	fi
}

# each COMMAND...: the programs for which the command succeeds; in it, $p
each() {
	for p in $programs; do
		eval "$*" && echo "$p"
	done
}

# quoted: the names in backquotes on standard input
quoted() {
	grep -o '`[a-z]*`' | tr -d '`'
}

# ---- who else lists them

same "cgi-bin/ has a file for each program" \
    "$(ls cgi-bin/*.c | sed 's,.*/,,; s,\.c$,,' | grep -vxF "$bundled")"
same "doc/protocol.md, Paths and methods" \
    "$(sed -n '/^| program | methods /,/^$/s/^| `\([a-z]*\)` .*/\1/p' \
    doc/protocol.md)"
same "doc/protocol.md, the contents" \
    "$(sed -n '/^- The programs:/,/^- \[/p' doc/protocol.md | grep -v '^- \[' |
    grep -o '](#[a-z]*)' | tr -d '](#)')"
same "doc/protocol.md has a section for each" \
    "$(each 'grep -qx "## $p" doc/protocol.md')"
same "wxlogin(7) lists them" \
    "$(sed -n '/^\.Bl /,/^\.El/s/^\.It Xr \([a-z]*\) 8$/\1/p' \
    doc/man/wxlogin.7 | grep -vx wxloginctl)"
same "a manual page of each is installed" \
    "$(makefile_list . dist_man_MANS | sed -n 's,.*/\(.*\)\.8$,\1,p' |
    grep -vx wxloginctl)"
same "each has a manual page of that name" \
    "$(each 'grep -qsx "\\.Nm $p" "doc/man/$p.8"')"
for f in README.md README.zh-CN.md; do
	same "$f, the table of programs" \
	    "$(sed -n '/^| `/s/^| \([^|]*\) |.*/\1/p' $f | quoted |
	    grep -xF "$programs" | sort -u)"
done
same "doc/operating.md, what is installed" \
    "$(sed -n 's/^| \(`[^|]*`onlogin`[^|]*\) |.*/\1/p' doc/operating.md |
    quoted)"

# ---- the configurations of web servers

# Ways to write a program's name: where a file writes two of them in one way,
# it has to write all of them so.
ways='[(|>]NAME[|)] run/NAME[.]sock cgi-bin/NAME["] @NAME[.]socket
run/wxlogin/NAME[.]sock'
# listed FILE: what a file lists, but not as it should
listed() {
	for way in $ways; do
		with=
		for p in $programs; do
			grep -q "$(echo "$way" | sed "s/NAME/$p/")" "$1" &&
			    with="$with $p"
		done
		set -- "$1" $with
		[ $# -le 2 ] || [ "$(echo $with)" = "$(echo $programs)" ] ||
		    echo "$1: as $way it has only$with"
		set -- "$1"
	done
	# every list (a|b|c) with one of them in it has all, and nothing else
	grep -o '([?<>a-z|]*|[a-z|]*)' "$1" | grep -w onlogin |
	    sed 's/^(?<[a-z]*>/(/' | while read -r group; do
		names=$(echo "$group" | tr '(|)' '\n\n\n' | sed '/^$/d' |
		    grep -vxF "$bundled" | sort)
		[ "$names" = "$programs" ] || echo "$1: $group"
	done
}
files=$(grep -rlw onlogin conf; ls debian/*.conf)
[ "$(echo $files | wc -w)" -ge 5 ] || bail "no lists of programs in conf/"
for f in $files; do
	none "$f: each of its lists has them all" "$(listed "$f")"
done
planted=$(mktemp) && trap 'rm -f "$planted"' EXIT || exit 99
for f in $files; do
	grep -q unbindphone "$f" || continue
	sed 's/unbindphone|//; s/unbindphone/other/' "$f" >"$planted"
	if [ -n "$(listed "$planted")" ]; then
		ok "without unbindphone $f is refused"
	else
		no "without unbindphone $f is refused"
	fi
done

# ---- the programs themselves

settings=$(sed -n 's/^{ .name = "\([a-z_]*\)",.*/\1/p' \
    lib/conf/settings.c)
[ "$(printf '%s\n' "$settings" | wc -l)" -ge 30 ] ||
    bail "the settings can't be read from lib/conf/settings.c"
for p in $programs $bundled; do
	[ -x "$build/cgi-bin/$p" ] || bail "cgi-bin/$p is not built"
	out=$(env -u REQUEST_METHOD "$build/cgi-bin/$p" --version </dev/null)
	rc=$?
	case $rc:$out in
	0:"$p (wxlogin) "[0-9]*) ok "$p --version" ;;
	*) no "$p --version" "exit $rc: $out" ;;
	esac
	out=$(env -u REQUEST_METHOD "$build/cgi-bin/$p" --help </dev/null)
	rc=$?
	missing=$(for s in $settings; do
		printf '%s\n' "$out" | grep -q "^  $s (" || echo "$s"
	done)
	case $rc:$missing in
	0:) ok "$p --help tells all settings" ;;
	*) no "$p --help tells all settings" "exit $rc; missing: $missing" ;;
	esac
	for arg in '' --nonsense; do
		out=$(env -u REQUEST_METHOD "$build/cgi-bin/$p" $arg \
		    </dev/null 2>/dev/null)
		rc=$?
		case $rc:$out in
		2:) ok "$p $arg: exit 2, nothing on stdout" ;;
		*) no "$p $arg: exit 2, nothing on stdout" "exit $rc: $out" ;;
		esac
	done
done

for p in $plain; do
	none "$p starts without libcurl and OpenSSL" \
	    "$(ldd "$build/cgi-bin/$p" 2>&1 |
	    grep -E 'libcurl|libssl|libcrypto|not found')"
done
found=$(grep -l wechat_upstream cgi-bin/*.c | sed 's,.*/,,; s,\.c$,,' |
    grep -vxF "$bundled" | sort)
if [ "$found" = "$(echo "$calling" | sort)" ]; then
	ok "CALLING has those that call WeChat, and PLAIN the others"
else
	no "CALLING has those that call WeChat, and PLAIN the others" "$found"
fi

done_testing
