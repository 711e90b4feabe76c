# SPDX-License-Identifier: MIT
"""package.py: make install and uninstall; the Debian packages, built in a copy
of the tree, and installed, used and purged in a new chroot.  Takes minutes, and
a mirror: not among the default suites.  Wants root, dpkg-buildpackage with
debhelper, lintian, debootstrap."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from kit import servers
from kit.harness import APP1, PROGRAMS, ROOT_RUN, check_token, log_in, post
from kit.replies import sound
from kit.tap import check, equal
from kit.wechat import Folder, StandIn

SOURCE = servers.HERE.parent.parent
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
    tree = folder / 'wxlogin'
    copy_of_tree(tree)
    run('dpkg-buildpackage', '-us', '-uc', '-b', cwd=tree, env={
        **os.environ, 'DEB_BUILD_OPTIONS': 'nocheck parallel=2'})
    names = {p.name.split('_')[0] for p in folder.glob('*.deb')}
    check({'wxlogin', 'wxlogin-sandbox'} <= names, names)


def lintian(folder):
    changes, = folder.glob('*.changes')
    told = subprocess.run(['lintian', '--allow-root', str(changes)],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False).stdout
    check(not [line for line in told.splitlines() if line[:2] == 'E:'], told)


class Chroot(Folder):
    """A new Debian with nothing in it."""

    def __init__(self):
        super().__init__()
        self.top = self.root / 'chroot'

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
                 'lighttpd /tmp/wxlogin*.deb')
        for program in PROGRAMS:
            check(self.run(f'/usr/lib/wxlogin/{program}',
                           '--version').startswith(program), program)
        for path, mode in (('var/lib/wxlogin', 0o700),
                           ('etc/wxlogin', 0o750)):
            equal((self.top / path).stat().st_mode & 0o777, mode, path)

    def serve(self, conf, words, edit=lambda text: text):
        """lighttpd of the chroot, with a file of the package's examples."""
        target = self.top / 'srv' / f'{words["ROOT"].name}.conf'
        for name in ('run', 'log', 'www', 'var'):
            folder = self.top / 'srv' / words['ROOT'].name / name
            folder.mkdir(parents=True)
            self.run('chown', 'www-data:www-data',
                     '/' + str(folder.relative_to(self.top)))

        def make(port):
            text = edit(conf.read_text())
            for word, value in {**words, 'PORT': port, 'BACKEND': 9}.items():
                text = text.replace(f'@{word}@', str(value))
            target.write_text(text)
            return self.command('lighttpd', '-D', '-f',
                                '/' + str(target.relative_to(self.top)))
        return servers.Server(self, make, words['ROOT'].name)

    def works(self):
        """The packages' programs and the packages' stand-in."""
        wechat = object.__new__(StandIn)
        wechat.server = self.serve(servers.HERE / 'sandbox.conf', {
            'ROOT': pathlib.Path('/srv/wechat'),
            'SANDBOX': '/usr/lib/wxlogin/sandbox'}, lambda text: text +
            'server.username = "www-data"\n')
        conf = self.top / 'etc' / 'wxlogin' / 'wxlogin.conf'
        conf.write_text(
            f'[wxlogin]\ndatabase = /var/lib/wxlogin/wxlogin.db\n'
            f'appid = {APP1[0]}\nsecret = {APP1[1]}\nwechat_base_url = '
            f'http://127.0.0.1:{wechat.server.port}\n')
        conf.chmod(0o640)
        self.run('chgrp', 'www-data', '/etc/wxlogin/wxlogin.conf')
        examples = self.top / 'usr/share/doc/wxlogin/examples/conf'
        server = self.serve(
            examples / 'lighttpd-fastcgi.conf',
            {'ROOT': pathlib.Path('/srv/site')}, lambda text: text.replace(
                '@ROOT@/cgi-bin/', '/usr/lib/wxlogin/'))
        token = log_in(server.http, wechat.login('packaged'))['token']
        equal(sound(check_token(server.http, token)), 'OK', 'check')
        equal(sound(post(server.http, 'checkkey', {}, token)), 'OK',
              'checkkey')
        equal(post(server.http, 'logout', {}, token).data,
              {'sessionsEnded': 1}, 'logout')
        equal(server.http.fetch('GET', '/members/').status, 401, 'members')
        check('wxlogin.db' in self.run('ls', '/var/lib/wxlogin'), 'no store')
        self.run('runuser', '-u', 'www-data', '--', 'wxloginctl', '--help')
        server.stop()
        wechat.server.stop()

    def purges(self):
        """A removal keeps users and settings; a purge leaves nothing."""
        listed = self.run('dpkg', '-L', 'wxlogin', 'wxlogin-sandbox').split()
        ours = [p for p in listed if 'wxlogin' in p]
        check(len(ours) > 20, listed)
        self.run('apt-get', 'remove', '-y', 'wxlogin', 'wxlogin-sandbox')
        for path in ('var/lib/wxlogin/wxlogin.db', 'etc/wxlogin/wxlogin.conf'):
            check((self.top / path).exists(), f'removal took {path}')
        self.run('apt-get', 'purge', '-y', 'wxlogin', 'wxlogin-sandbox')
        left = [p for p in [*ours, '/var/lib/wxlogin', '/etc/wxlogin']
                if os.path.lexists(self.top / p[1:])]
        equal(left, [], 'left by purge')
        known = self.run('dpkg-query', '-W')
        check('wxlogin' not in known, known)


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
                ('a chroot is made', chroot.make),
                ('the packages install there', lambda: chroot.install(folder)),
                ('and work', chroot.works),
                ('and can be purged', chroot.purges)):
            tap.case(title, step)
        chroot.remove()
