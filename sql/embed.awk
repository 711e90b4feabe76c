# SPDX-License-Identifier: MIT
# sql/embed.awk: make C of SQL files.
#
#   awk -f embed.awk -v out=h -v prefix=Q FILE...   the enum, for a header
#   awk -f embed.awk -v out=c -v prefix=Q FILE...   the tables
#
# NAME.sql holds statements: "-- :name WORD" starts one, which runs to the next
# such line; it becomes PREFIX_NAME_WORD.  schema-N.sql is the migration from
# schema N-1 to N as a whole; they have to be given in order.
BEGIN { n = m = 0; lower = tolower(prefix) }
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
/^-- :name / {
	name[++n] = prefix "_" toupper(base) "_" toupper($3)
	at[n] = file ":" FNR
	next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
{
	line = $0
	sub(/[ \t]+-- .*$/, "", line)
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
		printf "extern const struct schema %s_schema;\n", lower
		exit
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
