# SPDX-License-Identifier: MIT
"""package.py: make install and uninstall; the Debian packages, built in a copy
of the tree, and installed, used and purged in a new chroot.  Takes minutes, and
a mirror: not among the default suites.  Wants root, dpkg-buildpackage with
debhelper, lintian, debootstrap."""
import contextlib
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile

from kit import servers
from kit.harness import (APP1, PATIENCE, PROGRAMS, ROOT_RUN, check_token,
                         log_in, post)
from kit.replies import sound
from kit.tap import check, equal
from kit.units import Systemd, Unit
from kit.wechat import Folder, StandIn

SOURCE = servers.HERE.parents[2]
TIDY = ('wxlogin', 'wxlogin-static', 'wxlogin-sandbox')
RELEASE = 'bookworm'


def run(*command, **more):
    """A command that must succeed; what it printed."""
    done = subprocess.run([str(c) for c in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, check=False, **more)
    equal(done.returncode, 0, f'{command}: {done.stdout[-3000:]}')
    return done.stdout


# ---- make install

def files(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob('*')
            if not p.is_dir()}


def installs(build):
    """DESTDIR gets programs, wxloginctl and pages; uninstall takes all."""
    with tempfile.TemporaryDirectory(prefix='wxl-') as folder:
        to = pathlib.Path(folder)
        run('make', '-s', 'install', f'DESTDIR={to}', cwd=build)
        there = files(to)
        for program in (*PROGRAMS, 'wxloginctl'):
            found = [to / f for f in there if f.endswith('/' + program)]
            equal(len(found), 1, f'{program} in {there}')
            check(run(found[0], '--version').startswith(program), program)
            equal(found[0].stat().st_mode & 0o777, 0o755, program)
        pages = {p.name for p in (SOURCE / 'doc' / 'man').glob('*.[1-8]')}
        equal({pathlib.Path(f).name for f in there if '/man/man' in f}, pages,
              'manual pages')
        check(not [f for f in there if f.endswith('/sandbox')],
              'the stand-in is installed')
        run('make', '-s', 'uninstall', f'DESTDIR={to}', cwd=build)
        equal(files(to), set(), 'left by uninstall')


# ---- the packages

def copy_of_tree(to):
    """What git knows or would take."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others',
         '--exclude-standard'], cwd=SOURCE, stdout=subprocess.PIPE,
        check=True).stdout.split(b'\0')
    for name in filter(None, listed):
        source, target = SOURCE / os.fsdecode(name), to / os.fsdecode(name)
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def builds(folder):
    """As operating.md prints it, its tests included."""
    tree = folder / 'wxlogin'
    copy_of_tree(tree)
    run('dpkg-buildpackage', '-us', '-uc', '-b', cwd=tree, env={
        **os.environ, 'DEB_BUILD_OPTIONS': 'parallel=2'})
    names = {p.name.split('_')[0] for p in folder.glob('*.deb')}
    check(set(TIDY) <= names, names)


def lintian(folder):
    changes, = folder.glob('*.changes')
    told = subprocess.run(['lintian', '--allow-root', str(changes)],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False).stdout
    check(not [line for line in told.splitlines() if line[:2] == 'E:'], told)


def units_are_sound(folder):
    """systemd's own reading of the units, where systemd is."""
    tree = folder / 'wxlogin' / 'debian' / 'wxlogin' / 'lib/systemd/system'
    names = sorted(str(p) for p in tree.iterdir() if '@' not in p.name)
    names += [str(tree / f'wxlogin@onlogin.{kind}')
              for kind in ('socket', 'service')]
    told = subprocess.run(
        ['systemd-analyze', 'verify', '--man=no', *names], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={**os.environ, 'SYSTEMD_UNIT_PATH': f'{tree}:'}).stdout
    # the programs are not installed on this machine
    bad = [line for line in told.splitlines()
           if 'wxlogin' in line and 'is not executable' not in line]
    equal(bad, [], 'systemd-analyze')


class Chroot(Folder):
    """A new Debian with nothing in it."""

    def __init__(self):
        super().__init__()
        self.top = self.root / 'chroot'
        (self.root / 'log').mkdir(exist_ok=True)

    def make(self):
        run('debootstrap', '--variant=minbase', RELEASE, self.top)
        for name in ('resolv.conf', 'hosts'):
            shutil.copy('/etc/' + name, self.top / 'etc' / name)
        no_daemons = self.top / 'usr' / 'sbin' / 'policy-rc.d'
        no_daemons.write_text('#!/bin/sh\nexit 101\n')
        no_daemons.chmod(0o755)

    def command(self, *command):
        """Inside, with a /proc that goes away with the command."""
        return ['unshare', '-m', 'sh', '-c', 'mount -t proc proc "$1/proc" &&'
                ' exec chroot "$@"', 'sh', str(self.top),
                *(str(c) for c in command)]

    def run(self, *command):
        return run(*self.command(*command), env={
            'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root',
            'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C'})

    def install(self, folder):
        for package in folder.glob('*.deb'):
            if 'dbgsym' not in package.name:
                shutil.copy(package, self.top / 'tmp')
        self.run('apt-get', 'update')
        self.run('sh', '-c', 'apt-get install -y --no-install-recommends '
                 'apache2 lighttpd nginx logrotate /tmp/wxlogin_*.deb '
                 '/tmp/wxlogin-sandbox_*.deb')
        for program in PROGRAMS:
            check(self.run(f'/usr/lib/wxlogin/{program}',
                           '--version').startswith(program), program)
        self.modes('wxlogin')

    def modes(self, user):
        for path, mode, owner, group in (
                ('/var/lib/wxlogin', '700', user, user),
                ('/var/lib/wxlogin-backup', '700', user, user),
                ('/var/log/wxlogin', '750', user, 'adm'),
                ('/etc/wxlogin', '750', 'root', user),
                ('/etc/wxlogin/wxlogin.conf', '640', 'root', user)):
            equal(self.run('stat', '-c', '%a %U %G', path).split(),
                  [mode, owner, group], path)

    def serve(self, name, write, *command):
        """A web server of the chroot; `write` fills in its port."""
        def make(port):
            write(port)
            return self.command(*command)
        return servers.Server(self, make, name)

    def stand_in(self):
        """The packages' stand-in, behind a lighttpd of its own."""
        for name in ('run', 'log', 'www', 'var'):
            (self.top / 'srv' / 'wechat' / name).mkdir(parents=True)
            self.run('chown', 'www-data:www-data', f'/srv/wechat/{name}')
        target = self.top / 'srv' / 'wechat.conf'
        text = (servers.HERE / 'sandbox.conf').read_text() + \
            'server.username = "www-data"\n'
        for word, value in (('ROOT', '/srv/wechat'),
                            ('SANDBOX', '/usr/lib/wxlogin/sandbox')):
            text = text.replace(f'@{word}@', value)
        self.wechat = object.__new__(StandIn)
        self.wechat.server = self.serve(
            'the stand-in', lambda port: target.write_text(
                text.replace('@PORT@', str(port))),
            'lighttpd', '-D', '-f', '/srv/wechat.conf')

    def configure(self, user):
        """One line of configuration (and WeChat played)."""
        conf = self.top / 'etc/wxlogin/wxlogin.conf'
        port = self.wechat.server.port
        with open(conf, 'a') as f:
            f.write(f'wechat_base_url = http://127.0.0.1:{port}\n')
        line, = re.findall(r'^# +(printf .*wxlogin\.conf)$',
                           conf.read_text(), re.M)
        self.run('sh', '-c', line.replace('APPID', APP1[0]).replace(
            'APPSECRET', APP1[1]))
        told = self.run('runuser', '-u', user, '--',
                        '/usr/lib/wxlogin/onlogin', '--check')
        check('not ok' not in told, told)

    def web_server(self, name):
        """One of the three, as their packages have them, with our file."""
        if name == 'apache':
            self.run('a2enmod', '-q', 'proxy_fcgi')
            self.run('a2enconf', '-q', 'wxlogin')
            return self.apache()
        if name == 'lighttpd':
            self.run('lighty-enable-mod', 'wxlogin')
            conf = self.top / 'etc/lighttpd/lighttpd.conf'
            return self.serve(name, lambda port: conf.write_text(re.sub(
                r'(?m)^server\.port.*', f'server.port = {port}',
                conf.read_text())), 'lighttpd', '-D', '-f',
                '/etc/lighttpd/lighttpd.conf')
        site = self.top / 'etc/nginx/sites-enabled/default'
        site.unlink()
        return self.serve(name, lambda port: site.write_text(
            f'server {{ listen 127.0.0.1:{port}; include '
            'snippets/wxlogin.conf; }\n'), 'nginx', '-g', 'daemon off;')

    def apache(self):
        return self.serve('apache', lambda port: (
            self.top / 'etc/apache2/ports.conf').write_text(
                f'Listen 127.0.0.1:{port}\n'),
            'sh', '-c', '. /etc/apache2/envvars && mkdir -p '
            '"$APACHE_RUN_DIR/socks" && exec apache2 -DFOREGROUND')

    def works(self):
        """wxlogin.target, and each web server before its sockets."""
        self.stand_in()
        self.configure('wxlogin')
        systemd = Systemd(self.top)
        wanted = Unit(self.top, 'wxlogin.target').all('Wants')
        equal(sorted(wanted), sorted(f'wxlogin@{p}.socket' for p in PROGRAMS),
              'wanted by wxlogin.target')
        systemd.start('wxlogin.target')
        equal(self.run('stat', '-c', '%a %U %G',
                       '/run/wxlogin/onlogin.sock').split(),
              ['660', 'wxlogin', 'www-data'], 'a socket')
        for name in ('apache', 'lighttpd', 'nginx'):
            server = self.web_server(name)
            self.story(server.http, name)
            server.stop()
        check('wxlogin@onlogin.service' in systemd.started, systemd.started)
        systemd.stop()

    def story(self, http, user):
        token = log_in(http, self.wechat.login(user))['token']
        equal(sound(check_token(http, token)), 'OK', 'check')
        equal(sound(http.call('checksession', 'GET', '/more', headers={
            'Authorization': f'Bearer {token}'})), 'NOT_FOUND', 'a path')
        equal(sound(post(http, 'checkkey', {}, token)), 'OK', 'checkkey')
        code = self.wechat.control('phone', appid=APP1[0], user=user)['code']
        equal(sound(post(http, 'updatephone', {'code': code}, token)), 'OK',
              'updatephone')
        equal(post(http, 'logout', {}, token).data, {'sessionsEnded': 1},
              'logout')

    def rotates(self):
        """logrotate takes the log, and leaves one that can be written."""
        log = self.top / 'var/log/wxlogin/wxlogin.log'
        check(b'"program":"onlogin"' in log.read_bytes(), 'nothing is logged')
        self.run('logrotate', '-f', '/etc/logrotate.d/wxlogin')
        equal(log.read_bytes(), b'', 'the new log')
        equal(self.run('stat', '-c', '%a %U', '/var/log/wxlogin/wxlogin.log')
              .split(), ['640', 'wxlogin'], 'the new log')

    def backs_up(self):
        """What the timer starts: today's copy, and 14 in all."""
        folder = self.top / 'var/lib/wxlogin-backup'
        for day in range(1, 21):
            (folder / f'2020-01-{day:02}.db').write_bytes(b'old')
        unit = Unit(self.top, 'wxlogin-backup.service')
        for _ in range(2):              # again on the same day
            process = Systemd(self.top).command(unit)
            equal(process.wait(PATIENCE), 0, 'the service')
        names = sorted(p.name for p in folder.iterdir())
        equal(len(names), 14, f'copies: {names}')
        newest = folder / names[-1]
        equal(newest.stat().st_mode & 0o777, 0o600, 'its mode')
        with contextlib.closing(sqlite3.connect(newest)) as db:
            equal(db.execute('SELECT count(*) FROM users').fetchone()[0], 3,
                  'users in it')
        check(Unit(self.top, 'wxlogin-backup.timer').get('OnCalendar'),
              'no time')

    def purges(self):
        """A removal keeps users and settings; a purge leaves nothing."""
        ours = self.files_of('wxlogin')
        self.run('apt-get', 'remove', '-y', 'wxlogin')
        for path in ('var/lib/wxlogin/wxlogin.db', 'etc/wxlogin/wxlogin.conf'):
            check((self.top / path).exists(), f'removal took {path}')
        self.purge(ours, 'wxlogin')

    def files_of(self, package):
        listed = self.run('dpkg', '-L', package).split()
        ours = [p for p in listed if 'wxlogin' in p and
                not (self.top / p[1:]).is_dir()]
        check(len(ours) > 20, listed)
        return ours

    def purge(self, ours, *packages):
        self.run('apt-get', 'purge', '-y', *packages)
        left = [p for p in [*ours, '/var/lib/wxlogin', '/etc/wxlogin',
                            '/var/log/wxlogin', '/var/lib/wxlogin-backup']
                if os.path.lexists(self.top / p[1:])]
        equal(left, [], 'left by purge')
        known = self.run('dpkg-query', '-W').split()
        equal([p for p in packages if p in known], [], 'known to dpkg')

    def static(self):
        """The other package: plain CGI in Apache."""
        self.run('sh', '-c', 'apt-get install -y --no-install-recommends '
                 '/tmp/wxlogin-static_*.deb')
        self.modes('www-data')
        for program in PROGRAMS:
            path = f'/usr/lib/wxlogin/{program}'
            check(subprocess.run(['ldd', str(self.top / path[1:])],
                                 capture_output=True, check=False).returncode,
                  f'{program} is not static')
        self.configure('www-data')
        self.run('a2enmod', '-q', 'cgid')
        self.run('a2enconf', '-q', 'wxlogin-static')
        server = self.apache()
        self.story(server.http, 'static')
        server.stop()
        self.wechat.server.stop()
        self.purge(self.files_of('wxlogin-static'), 'wxlogin-static',
                   'wxlogin-sandbox')


def missing():
    if not ROOT_RUN:
        return 'only root can make a chroot'
    for tool in ('dpkg-buildpackage', 'dh', 'lintian', 'debootstrap',
                 'unshare'):
        if servers.find(tool) is None:
            return f'{tool} is not installed'
    return None


def main(tap, build):
    tap.case('make install and uninstall', installs, build)
    why = missing()
    if why is not None:
        tap.skip('the Debian packages', why)
        return
    with tempfile.TemporaryDirectory(prefix='wxl-') as name:
        folder, chroot = pathlib.Path(name), Chroot()
        for title, step in (
                ('the packages build', lambda: builds(folder)),
                ('lintian finds no error', lambda: lintian(folder)),
                *[('systemd reads the units', lambda: units_are_sound(folder))
                  ] * (servers.find('systemd-analyze') is not None),
                ('a chroot is made', chroot.make),
                ('the packages install there', lambda: chroot.install(folder)),
                ('and work behind each web server', chroot.works),
                ('the log is rotated', chroot.rotates),
                ('the store is backed up', chroot.backs_up),
                ('and can be purged', chroot.purges),
                ('wxlogin-static works', chroot.static)):
            tap.case(title, step)
        chroot.remove()
