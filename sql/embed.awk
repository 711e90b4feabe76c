# SPDX-License-Identifier: MIT
# sql/embed.awk: make C of SQL files.
#
#   awk -f embed.awk -v out=h -v prefix=Q FILE...   the enum, for a header
#   awk -f embed.awk -v out=c -v prefix=Q FILE...   the tables
#
# NAME.sql holds statements: "-- :name WORD" starts one, which runs to the next
# such line; it becomes PREFIX_NAME_WORD, and each column that it gives
# COL_NAME_WORD_COLUMN, its number from 0.  "-- :columns WORD a, b, ..." names a list
# of columns (which may go on in lines "--   ..."): @WORD@ stands for it in all
# statements behind it, and COL_WORD_A, COL_WORD_B are the numbers in the list.  schema-N.sql is
# the migration from schema N-1 to N as a whole; they have to be given in order.
BEGIN { n = m = nlists = 0; lower = tolower(prefix) }

# The columns that a statement gives, into col[1..]: those between SELECT and
# FROM, or behind RETURNING.  A column is named by AS, or by its last word.
function columns(sql, col,	i, c, depth, part, count, at) {
	gsub(/[ \t;]+/, " ", sql)
	sub(/^ /, "", sql)
	if (sql ~ /^SELECT /)
		at = 8
	else if (match(sql, / RETURNING /))
		at = RSTART + 11
	else
		return 0
	for (i = at; i <= length(sql); i++) {
		c = substr(sql, i, 1)
		depth += (c == "(") - (c == ")")
		if (depth == 0 && c == ",") {
			col[++count] = part
			part = ""
		} else if (depth == 0 && substr(sql, i, 6) == " FROM ")
			break
		else
			part = part c
	}
	col[++count] = part
	for (i = 1; i <= count; i++) {
		sub(/^ /, "", col[i]); sub(/ $/, "", col[i])
		sub(/^.* AS /, "", col[i]); sub(/^[a-z]+\./, "", col[i])
		if (col[i] !~ /^[a-z_0-9]+$/) {
			print "a column needs a name (AS): " col[i] > "/dev/stderr"
			exit bad = 1
		}
	}
	return count
}

function numbers(what, col, count,	i) {
	if (count == 0)
		return
	printf "enum {\n"
	for (i = 1; i <= count; i++)
		printf "\tCOL_%s_%s,\n", what, toupper(col[i])
	printf "};\n"
}
FNR == 1 {
	base = FILENAME; sub(/.*\//, "", base); sub(/\.sql$/, "", base)
	file = FILENAME; sub(/.*\/sql\//, "sql/", file)
	sub(/.*\/sandbox\//, "sandbox/", file)
	migration = base ~ /^schema-/
	if (migration && base != "schema-" ++m) {
		print FILENAME ": is not schema-" m > "/dev/stderr"
		exit bad = 1
	}
}
/^-- :columns / {
	list = $3
	sub(/^-- :columns [^ ]+ /, "")
	lists[list] = $0
	order[++nlists] = list
	next
}
/^--   / && list != "" { sub(/^--   /, " "); lists[list] = lists[list] $0; next }
{ list = "" }
/^-- :name / {
	name[++n] = prefix "_" toupper(base) "_" toupper($3)
	at[n] = file ":" FNR
	next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
{
	line = $0
	sub(/[ \t]+-- .*$/, "", line)
	while (match(line, /@[a-z_]+@/))
		line = substr(line, 1, RSTART - 1) \
		    lists[substr(line, RSTART + 1, RLENGTH - 2)] \
		    substr(line, RSTART + RLENGTH)
	plain[n] = plain[n] " " line
	gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line)
	sub(/^[ \t]+/, " ", line)
	if (migration)
		step[m] = step[m] "\n\t    \"" line "\\n\""
	else
		text[n] = text[n] "\n\t    \"" line "\\n\""
}
END {
	if (bad)
		exit 1
	print "/* Made by sql/embed.awk; edit the SQL files. */"
	if (out == "h") {
		printf "enum %s_statement {\n", lower
		for (i = 1; i <= n; i++)
			printf "\t%s,\n", name[i]
		printf "\t%s__MAX\n};\n", prefix
		for (i = 1; i <= nlists; i++) {
			count = split(lists[order[i]], col, /, */)
			numbers(toupper(order[i]), col, count)
		}
		for (i = 1; i <= n; i++)
			numbers(substr(name[i], length(prefix) + 2), col,
			    columns(plain[i], col))
		if (!bad)
			printf "extern const struct schema %s_schema;\n", lower
		exit bad
	}
	printf "#include <config.h>\n#include \"base/bounds.h\"\n"
	printf "#include \"store/store.h\"\n#include \"statements.h\"\n"
	printf "static const char *const migrations[] = {\n"
	for (i = 1; i <= m; i++)
		printf "\t%s,\n", step[i]
	printf "};\nstatic const struct statement statements[] = {\n"
	for (i = 1; i <= n; i++)
		printf "\t[%s] = { \"%s\", %s },\n", name[i], at[i], text[i]
	printf "};\nconst struct schema %s_schema = {\n", lower
	printf "\t.application_id = %s,\n", id
	printf "\t.migrations = migrations, .nmigrations = COUNT(migrations),\n"
	printf "\t.statements = statements, .nstatements = COUNT(statements),\n};\n"
}
