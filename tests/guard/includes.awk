# SPDX-License-Identifier: MIT
# includes.awk: does each file include only what its room may?  To be run in
# the source folder:
#
#   awk -f rooms.awk -f includes.awk -v private='HEADER=PATH...' \
#       doc/hacking.md FILE.[ch]...
#
# Prints an offence a line, then "includes N" and "rooms N".  With edges=1 it
# prints "FROM TO" for each include instead.  `private` tells headers of other
# libraries that only some files may include: each a prefix of its name and a
# prefix of the file's.

FNR == 1 && FILENAME !~ /hacking\.md$/ {
	room = room_of(FILENAME)
	if (room == "")
		offence(FILENAME ":1", "is in no room")
}

/^[ \t]*#[ \t]*include[ \t]/ {
	where = FILENAME ":" FNR
	header = $0
	sub(/^[^"<]*["<]/, "", header)
	system_header = $0 ~ /include[ \t]*</
	sub(/[">].*/, "", header)
	included(header)
}

END {
	if (!edges) {
		print "includes " includes
		print "rooms " rooms
	}
}

# The file that an include names, from the top of the source; "" when it is
# none of ours.
function file_of(h,	i, p) {
	if (h == "statements.h")	# made of the SQL beside it
		return (room == "sandbox" ? "sandbox/" : "sql/") h
	for (i = 1; i <= rooms; i++) {
		p = path[i]
		if (index("lib/" h, p) == 1)
			return "lib/" h
		if (p !~ /^lib\// && index(h, p) == 1)
			return h
	}
	return ""
}

function included(h,	file, to) {
	if (h ~ /\.\.\//) {
		offence(where, "\"" h "\" goes up in the folders")
		return
	}
	file = file_of(h)
	if (file == "") {
		if (system_header)
			check_private(h)
		else
			offence(where, "\"" h "\" does not name its room")
		return
	}
	includes++
	to = room_of(file)
	if (to != room && !((room, to) in may))
		offence(where, room " may not include " to " (\"" h "\")")
	if (h ~ /_int\.h$/ && to != room)
		offence(where, "\"" h "\" is for " to " only")
	if (edges)
		print FILENAME, file
}

function check_private(h,	n, i, pair, kv, ours, allowed) {
	n = split(private, pair, /[ \t\n]+/)
	for (i = 1; i <= n; i++) {
		if (split(pair[i], kv, "=") != 2 || index(h, kv[1]) != 1)
			continue
		ours = 1
		if (index(FILENAME, kv[2]) == 1)
			allowed = 1
	}
	if (ours && !allowed)
		offence(where, "<" h "> is not for " room)
}
