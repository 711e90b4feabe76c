# SPDX-License-Identifier: MIT
"""hosts.py: the bundle on hosts of web space: chroots of Debian 12 and of the
oldest Debian that can be fetched, with nothing in them but a shell and Apache.
Programs run as the customer, by suexec, with 64 MiB of address space, without
/proc and /dev/shm, with a /tmp that runs nothing.  Takes minutes, and a mirror:
not among the default suites.  Wants root, zip, debootstrap."""
import os
import subprocess
import zipfile

from kit import servers
from kit.harness import APP1, ROOT_RUN, Http, check_token, log_in, post
from kit.replies import sound
from kit.tap import check, equal
from kit.web_space import FORM, GROUP, USER, WORD, made_bundle
from kit.wechat import Folder, StandIn

RELEASES = ('bookworm', 'bullseye')     # bullseye: glibc 2.31, of 2020
HOME = 'srv/space/home'                 # in the chroot
NOBODY, NOGROUP = 65534, 65534
MODES = '''
set -e
mount -t tmpfs -o noexec,nosuid tmpfs "$1/tmp"
test ! -e "$1/proc/self"
test ! -e "$1/dev/shm/." || mount -t tmpfs -o size=4k,mode=000 tmpfs "$1/dev/shm"
exec chroot "$@"
'''


class Host(Folder):
    """A customer's home folder in a chroot, and the host's Apache."""

    def __init__(self, bundle, release, wechat):
        super().__init__()
        self.top = self.root / release
        self.debootstrap(release)
        self.site = self.top / 'srv' / 'space'
        for folder in ('etc', 'run', 'log'):
            (self.site / folder).mkdir(parents=True)
        with zipfile.ZipFile(bundle) as z:
            name = z.namelist()[0].split('/')[0]
            z.extractall(self.site)
        (self.site / name).rename(self.site / 'home')
        self.data = self.top / HOME / 'wxlogin-data'
        self.fill_in(wechat)

    def debootstrap(self, release):
        done = subprocess.run(
            [servers.find('debootstrap'), '--variant=minbase',
             '--include=apache2,apache2-suexec-custom', release,
             str(self.top)], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        equal(done.returncode, 0, f'debootstrap: {done.stdout[-2000:]}')

    def fill_in(self, wechat):
        """The README's steps."""
        (self.data / 'etc' / 'secret').write_text(APP1[1])
        conf = self.data / 'etc' / 'wxlogin.conf'
        conf.write_text(conf.read_text().replace('wx0123456789abcdef', APP1[0])
                        + f'wechat_base_url = {wechat.base_url}\n')
        (self.data / 'etc' / 'setup.key').write_text(WORD)
        for path in [self.top / HOME, *(self.top / HOME).rglob('*')]:
            path.chmod(0o755 if path.is_dir() or path.suffix == '.cgi'
                       else 0o644)
            os.chown(path, NOBODY, NOGROUP)
        for path in [self.data, *self.data.rglob('*')]:
            path.chmod(0o700 if path.is_dir() else 0o600)

    def start(self):
        settings = self.top / 'etc/apache2/suexec/www-data'
        settings.write_text('/srv/space\npublic_html\n')

        def make(port):
            text = servers.fill('suexec.conf', servers.HERE, {
                'ROOT': '/srv/space', 'PORT': port,
                'MODULES': servers.MODULES, 'USER': USER, 'GROUP': GROUP},
                self.site / 'etc' / 'apache.conf')
            (self.site / 'etc' / 'apache.conf').write_text(
                f'RLimitMEM {64 << 20}\n' + text)
            return [servers.find('unshare'), '-m', 'sh', '-c', MODES, 'sh',
                    str(self.top), '/usr/sbin/apache2', '-DFOREGROUND', '-f',
                    '/srv/space/etc/apache.conf', '-D', 'SUEXEC']
        self.server = servers.Server(self, make, 'apache in a chroot')
        self.http = Http(self.server.port)
        self.http.fetch('GET', '/')

    def logs(self):
        return b''.join(p.read_bytes() for folder in (
            self.root / 'log', self.site / 'log') for p in folder.iterdir())


# ---- stories, in this order

def bare(host, _):
    """None of the libraries that the dynamic programs want, but libc."""
    libraries = {p.name.split('.so')[0] for p in host.top.rglob('*.so*')}
    there = libraries & {'libfcgi', 'libinih', 'libcares'}
    equal(there, set(), 'libraries')


def works(host, wechat):
    """Login, phone number, check, logout through Apache."""
    token = log_in(host.http, wechat.login('hosted'))['token']
    code = wechat.control('phone', appid=APP1[0], user='hosted')['code']
    equal(sound(post(host.http, 'updatephone', {'code': code}, token)), 'OK',
          'updatephone')
    equal(sound(check_token(host.http, token)), 'OK', 'check')
    equal(sound(post(host.http, 'checkkey', {}, token)), 'OK', 'checkkey')
    equal(post(host.http, 'logout', {}, token).data, {'sessionsEnded': 1},
          'logout')
    equal(sound(check_token(host.http, token)), 'AUTH_INVALID', 'after it')
    store = host.data / 'var' / 'wxlogin.db'
    equal((store.stat().st_uid, store.stat().st_mode & 0o777),
          (NOBODY, 0o600), 'the store')


def pages(host, _):
    """The setup page, and the shell script, run there too."""
    reply = host.http.fetch('POST', '/wx/setup', FORM,
                            ('key=' + WORD.replace(' ', '+')).encode())
    text = reply.body.decode()
    equal(reply.status, 200, 'the page')
    bad = text.count('<li class="no"')
    check(bad == 0, text)
    rows = host.http.fetch('GET', '/wx/probe').body.decode().splitlines()
    check(len(rows) > 8 and all(row[:3] == 'ok ' for row in rows), rows)


def tight(host, _):
    """The host is what this suite says it is."""
    (host.top / HOME / 'public_html/wx/bin/probe.cgi').write_text(
        '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\n'
        'ulimit -v\nid -u\ntest -e /proc/self || echo no proc\n'
        'cp /bin/true /tmp/x 2>/dev/null; /tmp/x 2>/dev/null || echo noexec\n')
    words = host.http.fetch('GET', '/wx/probe').body.decode().split('\n')
    equal(words[:4], ['65536', str(NOBODY), 'no proc', 'noexec'], 'limits')


STORIES = (('nothing but a shell and Apache', bare),
           ('login, phone, check, logout', works),
           ('the setup page and the probe', pages),
           ('the limits are in force', tight))


def missing():
    if not ROOT_RUN:
        return 'only root can make a chroot'
    for tool in ('debootstrap', 'unshare', 'zip'):
        if servers.find(tool) is None:
            return f'{tool} is not installed'
    return None


def main(tap, build):
    why = missing()
    if why is not None:
        tap.skip('hosts of web space', why)
        return
    wechat, hosts = StandIn(build), []
    try:
        for release in RELEASES:
            tap.case(f'{release}: a chroot is made', lambda r=release:
                     hosts.append(Host(made_bundle(build), r, wechat)))
            if not hosts:
                continue
            host = hosts.pop()
            tap.case(f'{release}: Apache starts', host.start)
            for title, story in STORIES:
                tap.case(f'{release}: {title}', story, host, wechat)
            tap.case(f'{release}: ends well', host.server.stop)
            host.remove()
    finally:
        tap.case('the stand-in ends well', wechat.stop)
