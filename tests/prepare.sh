# SPDX-License-Identifier: MIT
# prepare.sh: what demo/run and tests/run share: packages, and a build.
# To be sourced; wants $top, the source folder.

say() {
	printf '== %s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# What is needed to build (Debian's names).
build_packages="autoconf automake gcc make pkg-config libc6-dev libfcgi-dev
libcurl4-openssl-dev libsqlite3-dev nettle-dev libinih-dev
libmicrohttpd-dev"

# What a static libcurl, the zip and packages want besides.
static_packages="ca-certificates dpkg-dev libc-ares-dev libssl-dev libtool
patch zip zlib1g-dev"

# packages NAME...: install what is missing, as root or by sudo.
packages() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null |
		    grep -qx installed || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	say "installing$missing"
	as=
	[ "$(id -u)" = 0 ] || as=sudo
	# A service that a package starts is not ours to have running.
	{ $as apt-get -q update &&
	    $as env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
	    apt-get -q -y --no-install-recommends install $missing; } \
	    </dev/null >"$work/apt.log" 2>&1 || {
		tail -n 20 "$work/apt.log" >&2
		die "could not install:$missing"
	}
}

# build DIR [CONFIGURE-ARGUMENT...]: build in DIR, outside of the source tree.
build() {
	dir=$1
	shift
	say "building in ${dir#"$top"/}${*:+ with $*}"
	mkdir -p "$dir"
	if [ ! -x "$top/configure" ] ||
	    [ "$top/configure.ac" -nt "$top/configure" ] ||
	    [ "$top/Makefile.am" -nt "$top/Makefile.in" ]; then
		(cd "$top" && autoreconf -fi) >"$dir/autoreconf.log" 2>&1 ||
		    { cat "$dir/autoreconf.log" >&2; die "autoreconf failed"; }
	fi
	[ -f "$dir/Makefile" ] ||
	    (cd "$dir" && "$top/configure" -q "$@") >"$dir/configure.out" 2>&1 ||
	    { cat "$dir/configure.out" >&2; die "configure failed"; }
	make -C "$dir" -j"$(nproc)" >"$dir/make.out" 2>&1 ||
	    { tail -n 40 "$dir/make.out" >&2; die "make failed"; }
}

# A TCP port of 127.0.0.1 that nobody listens on, from $1 on upwards.
free_port() {
	port=$1
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		port=$((port + 1))
	done
	echo "$port"
}
