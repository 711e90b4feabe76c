# SPDX-License-Identifier: MIT
# tap.sh: TAP for the guards.  To be sourced.

n=0 bad=0

# ok WHY: passed; no WHY [TEXT]: failed, with what was found
ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}
no() {
	n=$((n + 1)) bad=1
	echo "not ok $n - $1"
	[ -z "$2" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

# none WHY TEXT: passed when there is no text
none() {
	if [ -z "$2" ]; then ok "$1"; else no "$1" "$2"; fi
}

# at_least WHY LEAST NUMBER: passed when the number is no less
at_least() {
	if [ "${3:-0}" -ge "$2" ]; then
		ok "$1"
	else
		no "$1" "${3:-0}, which is less than $2"
	fi
}

bail() {
	echo "Bail out! $1"
	exit 99
}

done_testing() {
	echo "1..$n"
	exit $bad
}
