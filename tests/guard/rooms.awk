# SPDX-License-Identifier: MIT
# rooms.awk: the rooms of the code, read from doc/hacking.md, for includes.awk
# and symbols.awk.  The table there has the columns room, what is in it, may
# include; a room is a folder, or a header that is one by itself.
#
# An offence is printed as "WHERE: what", but not with edges=1.

FILENAME ~ /hacking\.md$/ {
	if (!/^\|/)
		in_table = 0
	else if (/^\| room \|/)
		in_table = 1
	else if (in_table && !/^\| *-/)
		table_row()
	next
}

function offence(at, what) {
	if (!edges)
		print at ": " what
}

function table_row(	cell, names, n, i) {
	split($0, cell, /[ \t]*\|[ \t]*/)
	path[++rooms] = cell[2]
	name[rooms] = name_of(cell[2])
	place[name[rooms]] = rooms
	n = split(cell[4], names, /[ ,]+/)
	for (i = 1; i <= n; i++) {
		if (names[i] == "-" || names[i] == "")
			continue
		if (!(names[i] in place) || place[names[i]] == rooms)
			offence(FILENAME ":" FNR, cell[2] " names " names[i] \
			    ", which is no room above it")
		may[name[rooms], names[i]] = 1
	}
}

function name_of(p) {
	sub(/\/$/, "", p)
	sub(/.*\//, "", p)
	sub(/\.h$/, "", p)
	return p
}

# The room that a file is in, "" for none.
function room_of(file,	i, p) {
	sub(/\.[ch]$/, "", file)
	for (i = 1; i <= rooms; i++) {
		p = path[i]
		if (p ~ /\/$/ && index(file, p) == 1)
			return name[i]
		sub(/\.h$/, "", p)
		if (file == p)
			return name[i]
	}
	return ""
}
