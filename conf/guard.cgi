#!/bin/sh
# guard.cgi: protects the files of a folder where there is no FastCGI
#
# Apache (conf/members-htaccess) and lighttpd (lighttpd-cgi.conf) run it for
# every file below the folder.  It asks checksession about the caller's token;
# without a live one the caller gets checksession's reply.  Then programs
# (NAME.cgi, mode 0755) are run, with WXLOGIN_USER_ID, WXLOGIN_APPID,
# WXLOGIN_OPENID and, when known, WXLOGIN_UNIONID in their environment, and
# files of the types at the end of this file are sent.  Anything else is 404:
# a name that is not in that list may be the source of a program (PHP), a
# backup or a key.
#
# Replace these words; mode 0755.
#   @CHECKSESSION@  the program checksession, with its full path
#   @MEMBERS@       the protected folder, with its full path

check="@CHECKSESSION@"
members="@MEMBERS@"
reply=
cr=$(printf '\r')

# header NAME: its value in the head of checksession's reply
header() {
	printf '%s' "$reply" |
	    sed -n -e "/^$cr\$/q" -e "s/^$1: \(.*\)$cr\$/\1/p"
}

# answer STATUS CODE MESSAGE: a reply of the same form as checksession's.  The
# body of the request is read away first: behind mod_cgid the reply would be
# lost with it.
answer() {
	cat >/dev/null
	[ "$1" != 503 ] || printf 'Retry-After: 1\r\n'
	printf 'Status: %s\r\nContent-Type: %s; charset=utf-8\r\n' "$1" \
	    application/json
	printf 'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n'
	printf 'X-Request-Id: %s\r\n\r\n' "$id"
	printf '{"code":"%s","message":"%s","requestId":"%s"}' "$2" "$3" "$id"
	exit 0
}

not_found() {
	answer 404 NOT_FOUND "no such path"
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
id=$(header X-Request-Id)
case $reply in
"Status: 200$cr"*) ;;
"Status: "[345]*)
	cat >/dev/null
	# nginx alone wants the reply in a header, too
	printf '%s' "$reply" | sed -e '/^X-WXLogin-/d'
	exit 0 ;;
*)	answer 503 BUSY "can't tell who you are; try again" ;;
esac

unset WXLOGIN_USER_ID WXLOGIN_APPID WXLOGIN_OPENID WXLOGIN_UNIONID \
    HTTP_X_WXLOGIN_USER_ID HTTP_X_WXLOGIN_APPID HTTP_X_WXLOGIN_OPENID \
    HTTP_X_WXLOGIN_UNIONID
WXLOGIN_USER_ID=$(header X-WXLogin-User-Id)
WXLOGIN_APPID=$(header X-WXLogin-Appid)
WXLOGIN_OPENID=$(header X-WXLogin-Openid)
unionid=$(header X-WXLogin-Unionid)
[ -n "$WXLOGIN_USER_ID" ] ||
    answer 503 BUSY "can't tell who you are; try again"
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
*/.* | *~) not_found ;;
"$members"/*) ;;
*)	not_found ;;
esac
[ -f "$file" ] && [ -r "$file" ] || not_found

# ---- run it, or send it: add the types of your own files here, but none that
# anything on this host runs.  x.php.html is no page: some hosts run it.
name=${file##*/}
case $name in
*.php.* | *.phtml.* | *.cgi.* | *.pl.* | *.py.*) not_found ;;
*.cgi)
	[ -x "$file" ] && cd "${file%/*}" || not_found
	SCRIPT_FILENAME=$file
	export SCRIPT_FILENAME
	printf 'Cache-Control: no-store\r\n'	# in front of its own headers
	exec "$file" ;;
*.html)	type="text/html; charset=utf-8" ;;
*.txt)	type="text/plain; charset=utf-8" ;;
*.css)	type=text/css ;;
*.js)	type=text/javascript ;;
*.json)	type=application/json ;;
*.csv)	type="text/csv; charset=utf-8" ;;
*.pdf)	type=application/pdf ;;
*.png)	type=image/png ;;
*.jpg | *.jpeg) type=image/jpeg ;;
*.gif)	type=image/gif ;;
*.webp)	type=image/webp ;;
*.svg)	type=image/svg+xml ;;
*.ico)	type=image/x-icon ;;
*.woff2) type=font/woff2 ;;
*.mp3)	type=audio/mpeg ;;
*.mp4)	type=video/mp4 ;;
*.zip)	type=application/zip ;;
*)	not_found ;;
esac
cat >/dev/null
printf 'Status: 200\r\nContent-Type: %s\r\n' "$type"
printf 'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n'
exec cat "$file"
