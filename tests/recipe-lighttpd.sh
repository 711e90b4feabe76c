#!/bin/bash
# SPDX-License-Identifier: MIT
# recipe-lighttpd.sh: README's lines for lighttpd, as printed, on a machine of
# their own: a mount namespace with an empty /srv, and a network namespace
# where port 8080 is free and nothing else can be reached.
#
#   recipe-lighttpd.sh COPY BUILD	COPY: sources that may be built in
#					BUILD: a build with the stand-in
#
# What the reader types is typed: the AppID, the AppSecret; and where WeChat is.
set -eu

copy=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
if [ "${3:-}" != inside ]; then
	exec unshare -m -n "$0" "$copy" "$build" inside
fi

ip link set lo up
mount -t tmpfs tmpfs /srv

# Whoever runs this is root already.
sudo() {
	if [ "$1" = -u ]; then
		user=$2
		shift 2
		setpriv --reuid "$user" --regid "$user" --init-groups "$@"
	else
		"$@"
	fi
}
export -f sudo
export MAKEFLAGS=-j2

appid=wx5a4dbeefcafe0001
wechat=http://127.0.0.1:8081
cd "$copy"
WXLOGIN_SANDBOX=1 WXLOGIN_SANDBOX_DATABASE=$copy/wechat.db \
    "$build/sandbox/sandbox" --http 8081 >wechat.out &
wechat_pid=$!

awk '/^<!-- run: lighttpd -->/ { on = 1; next } on && /^```$/ { exit }
    on && !/^```/' README.md |
    sed "s|wx0123456789abcdef|$appid|
	s|secret_file = secret|&\\\\nwechat_base_url = $wechat|" >recipe
test -s recipe
grep -q "$wechat" recipe
printf '5a4dbe00000000000000000000000001\n' >appsecret
bash -e ./recipe <appsecret &
recipe_pid=$!

ask() {
	curl -s -m 10 "$@"
}
until ask http://127.0.0.1:8080/wx/checksession | grep AUTH_INVALID; do
	kill -0 $recipe_pid	# else the recipe ended, and should not have
	sleep 0.2
done
code=$(ask "$wechat/sandbox/login?user=ann" | sed 's/.*"code":"\([^"]*\)".*/\1/')
ask http://127.0.0.1:8080/wx/onlogin -H 'Content-Type: application/json' \
    -d "{\"code\":\"$code\"}" | grep '"code":"OK"'
test -s /srv/wx/log/wxlogin.log
kill "$(cat /srv/wx/run/lighttpd.pid)"
wait $recipe_pid || test $? = 1		# lighttpd: a client was connected
kill $wechat_pid
wait $wechat_pid || :
echo "the recipe works"
