# SPDX-License-Identifier: MIT
# lists.sh: the lists of Makefile.am, for tests.  To be sourced.

# makefile_list FOLDER VARIABLE: the words of a variable in FOLDER/Makefile.am,
# a line each; continued lines are joined first
makefile_list() {
	sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$1/Makefile.am" |
	    sed -n "s/^$2[ 	]*+*=//p" | tr -s ' \t' '\n\n' | sed '/^$/d'
}

# programs FOLDER VARIABLE: the same without their folder
programs() {
	makefile_list "$@" | sed 's,.*/,,'
}
