# SPDX-License-Identifier: MIT
# symbols.awk: which room's objects use which room's symbols.  Reads the
# output of `nm -A -P -g` on objects, whose names begin as the sources' do:
#
#   awk -f rooms.awk -f symbols.awk -v hooks='NAME...' doc/hacking.md NM
#
# Prints an offence a line, then "uses N".  With edges=1 it prints "FROM
# TO" for each use instead, by name of the object without .o.  `hooks` are
# symbols that a room above defines for one below on purpose.

# OBJECT: SYMBOL TYPE [VALUE SIZE]
FILENAME !~ /hacking\.md$/ {
	object = $1
	sub(/\.o:$/, "", object)
	if ($3 ~ /^[TDBRCVWG]$/)
		definers[$2] = definers[$2] " " object
	else if ($3 == "U" || $3 == "w" || $3 == "v")
		users[$2] = users[$2] " " object
}

END {
	m = split(hooks, hook, " ")
	for (i = 1; i <= m; i++)
		delete definers[hook[i]]
	for (symbol in users)
		if (symbol in definers)
			judge(symbol)
	if (!edges)
		print "uses " uses
}

# A symbol that two programs define each for itself, as main(), is used well
# when one of them may be used.
function judge(symbol,	from, to, n, m, i, j, ours, theirs, good) {
	n = split(users[symbol], from, " ")
	m = split(definers[symbol], to, " ")
	for (i = 1; i <= n; i++) {
		ours = room_of(from[i] ".c")
		good = 0
		for (j = 1; j <= m; j++) {
			theirs = room_of(to[j] ".c")
			if (theirs != ours && !((ours, theirs) in may))
				continue
			good = 1
			if (edges && from[i] != to[j])
				print from[i], to[j]
		}
		uses++
		if (!good)
			offence(from[i] ".o", ours " may not use " theirs \
			    " (" symbol ")")
	}
}
