#!/bin/sh
# SPDX-License-Identifier: MIT
# documents.sh: the commands in the documents: a test runs them, or they say why
# none does.  In front of a block of shell commands stands
#	<!-- run: NAME -->	a part of tests/run, or a suite of tests/system
#	<!-- not run: WHY -->
# Documents in two languages have the same commands, headings and rows.  Each check must find what is planted.
#
# Wants top_srcdir; speaks TAP.

src=${top_srcdir:?}
. "$src/tests/guard/tap.sh"

tmp=$(mktemp -d) || bail "no temporary folder"
trap 'rm -rf "$tmp"' EXIT

# unmarked FILE...: blocks of shell commands without a mark
unmarked() {
	awk 'FNR == 1 { inside = 0; mark = "" }
	    /^ *```/ && inside { inside = 0; next }
	    /^ *```/ {
		inside = 1
		if ($1 == "```sh" && mark !~ /^ *<!-- (not )?run: .+ -->$/)
			print FILENAME ":" FNR
	    }
	    !inside && NF { mark = $0 }' "$@"
}

# unknown FILE...: marks that name no test
unknown() {
	sed -n 's/^ *<!-- run: \(.*\) -->$/\1/p' "$@" | sort -u |
	while read -r name; do
		grep -q "^$name() {" "$src/tests/run" ||
		    [ -e "$src/tests/system/$name.py" ] ||
		    grep -q "<!-- run: $name -->" "$src"/tests/run \
		    "$src"/tests/*.sh || echo "$name"
	done
}

# commands FILE: its shell commands, without their comments
commands() {
	awk '/^ *```/ && inside { inside = 0 }
	    inside { sub(/(^|[ \t]+)#.*/, ""); print }
	    /^ *```sh$/ { inside = 1 }' "$1" | grep -v '^$'
}

cd "$src" || bail "no source folder"
documents=$(ls README*.md doc/*.md demo/README.md miniprogram/README*.md \
    miniprogram/examples/README.md)
blocks=$(cat $documents | grep -c '^ *```sh$')
at_least "the documents have blocks of shell commands" 20 "$blocks"

none "each of them is run by a test, or says why not" "$(unmarked $documents)"
sed '0,/<!-- \(not \)*run: /{/<!-- \(not \)*run: /d}' README.md >"$tmp/a.md"
at_least "a block without a mark is found" 1 \
    "$(unmarked "$tmp/a.md" | grep -c .)"

none "each mark names a test" "$(unknown $documents)"
echo '<!-- run: nothing -->' >"$tmp/b.md"
at_least "a mark that names none is found" 1 "$(unknown "$tmp/b.md" | grep -c .)"

for document in README doc/operating doc/protocol; do
	commands $document.md >"$tmp/en"
	commands $document.zh-CN.md >"$tmp/zh"
	none "$document: the same commands in both languages" \
	    "$(diff "$tmp/en" "$tmp/zh")"
	grep '^#\|^|' $document.md | sed 's/[^#|].*//' >"$tmp/en"
	grep '^#\|^|' $document.zh-CN.md | sed 's/[^#|].*//' >"$tmp/zh"
	none "$document: the same headings and rows in both languages" \
	    "$(diff "$tmp/en" "$tmp/zh")"
done
commands README.md >"$tmp/en"
at_least "README.md has commands" 20 "$(grep -c . "$tmp/en")"
done_testing
