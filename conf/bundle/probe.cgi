#!/bin/sh
# SPDX-License-Identifier: MIT
# probe.cgi: says why programs do not run where not even setup.cgi does: the
# wrong processor, an upload in text mode, missing rights.  Answers only while
# there is a setup.key, and says nothing private.  Opened by wx-check.html.

case $0 in
*/*)	cd "${0%/*}" || exit 1 ;;
esac
unset REQUEST_METHOD

on=
for etc in ../etc ../wxlogin-data/etc ../../wxlogin-data/etc \
    ../../../wxlogin-data/etc; do
	[ ! -s "$etc/setup.key" ] || on=yes
done
if [ -z "$on" ] || [ ! -r programs.txt ]; then
	printf 'Status: 404\r\nContent-Type: text/plain\r\n\r\nnot found\n'
	exit 0
fi
printf 'Content-Type: text/plain; charset=utf-8\r\n'
printf 'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n'

here=$(uname -m 2>/dev/null)
while read -r size name; do
	name=${name%"$(printf '\r')"}
	if [ "$size" = machine ]; then
		if [ "$here" = "$name" ]; then
			echo "ok processor $name"
		else
			echo "not ok processor: the programs are for $name," \
			    "this host is ${here:-unknown}"
		fi
	elif [ ! -f "$name" ]; then
		echo "not ok $name: missing; upload it"
	elif [ "$(($(wc -c <"$name")))" != "$size" ]; then
		echo "not ok $name: its size changed on the way; upload it" \
		    "again in binary mode, not as text (ASCII)"
	elif [ ! -x "$name" ]; then
		echo "not ok $name: may not be run; set its mode to 755"
	elif said=$("./$name" --version 2>&1); then
		echo "ok $name"
	else
		echo "not ok $name: does not start:" \
		    "$(echo "$said" | tr '<>&\n' '    ' | cut -c 1-200)"
	fi
done <programs.txt
