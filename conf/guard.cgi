#!/bin/sh
# guard.cgi: protects the files of a folder where there is no FastCGI
#
# Apache (conf/members-htaccess) and lighttpd (lighttpd-cgi.conf) run it for
# every file below the folder.  It asks checksession about the caller's token;
# without a live one the caller gets checksession's reply.  Programs (*.cgi)
# are run then, with WXLOGIN_USER_ID, WXLOGIN_APPID, WXLOGIN_OPENID and, when
# known, WXLOGIN_UNIONID in their environment; other files are sent.
#
# Replace these words; mode 0755.
#   @CHECKSESSION@  the program checksession, with its full path
#   @MEMBERS@       the protected folder, with its full path

check="@CHECKSESSION@"
members="@MEMBERS@"

answer() {
	cat >/dev/null			# Apache wants its body to be read
	printf 'Status: %s\r\nContent-Type: text/plain\r\n' "$1"
	printf 'Cache-Control: no-store\r\n\r\n%s\n' "$2"
	exit 0
}

# ---- who is it?  The token comes from the headers; path, query and body are
# not checksession's.
reply=$(
	unset QUERY_STRING PATH_INFO CONTENT_LENGTH CONTENT_TYPE \
	    HTTP_TRANSFER_ENCODING
	REQUEST_METHOD=GET WXLOGIN_IDENTITY_HEADERS=1
	export REQUEST_METHOD WXLOGIN_IDENTITY_HEADERS
	exec "$check" </dev/null
) || reply=
cr=$(printf '\r')
case $reply in
"Status: 200$cr"*) ;;
"Status: "[345]*)
	cat >/dev/null
	printf '%s' "$reply"
	exit 0 ;;
*)	answer 503 "can't tell who you are; try again" ;;
esac

# identity HEADER: its value in the reply's head
identity() {
	printf '%s' "$reply" |
	    sed -n -e "/^$cr\$/q" -e "s/^X-WXLogin-$1: \(.*\)$cr\$/\1/p"
}
unset WXLOGIN_USER_ID WXLOGIN_APPID WXLOGIN_OPENID WXLOGIN_UNIONID \
    HTTP_X_WXLOGIN_USER_ID HTTP_X_WXLOGIN_APPID HTTP_X_WXLOGIN_OPENID \
    HTTP_X_WXLOGIN_UNIONID
WXLOGIN_USER_ID=$(identity User-Id)
WXLOGIN_APPID=$(identity Appid)
WXLOGIN_OPENID=$(identity Openid)
unionid=$(identity Unionid)
[ -n "$WXLOGIN_USER_ID" ] || answer 503 "can't tell who you are; try again"
export WXLOGIN_USER_ID WXLOGIN_APPID WXLOGIN_OPENID
[ -z "$unionid" ] || export WXLOGIN_UNIONID="$unionid"
reply=

# ---- which file?  Apache's Action says it in PATH_TRANSLATED, and is the only
# one to set REDIRECT_STATUS there; lighttpd names the file itself.
file=$SCRIPT_FILENAME
case ${file##*/} in
guard.cgi)
	file=$PATH_TRANSLATED
	[ -n "$REDIRECT_STATUS" ] || file= ;;
esac
case $file in
*/.* | *~) answer 404 "not found" ;;
"$members"/*) ;;
*) answer 404 "not found" ;;
esac
[ -f "$file" ] && [ -r "$file" ] || answer 404 "not found"

case $file in
*.cgi)
	[ -x "$file" ] && cd "${file%/*}" || answer 404 "not found"
	SCRIPT_FILENAME=$file
	export SCRIPT_FILENAME
	exec "$file" ;;
*.html)	type="text/html; charset=utf-8" ;;
*.txt)	type="text/plain; charset=utf-8" ;;
*.css)	type=text/css ;;
*.js)	type=text/javascript ;;
*.json)	type=application/json ;;
*.png)	type=image/png ;;
*.jpg)	type=image/jpeg ;;
*)	type=application/octet-stream ;;
esac
cat >/dev/null
printf 'Status: 200\r\nContent-Type: %s\r\n' "$type"
printf 'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n'
exec cat "$file"
