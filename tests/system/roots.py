# SPDX-License-Identifier: MIT
"""roots.py: the programs of the bundle in roots that have nothing: no library,
no shell, no /proc, no /dev, no /etc; with little memory, with a full quota;
with the certificates and the resolver where other systems have them.  Run as
CGI by chroot(1).  Wants root, zip, openssl."""
import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import zipfile

from kit import servers
from kit.harness import (APP1, PATIENCE, ROOT_RUN, check_token, cgi_params,
                         log_in, parse_cgi, post)
from kit.replies import sound
from kit.tap import check, equal
from kit.web_space import WORD, made_bundle
from kit.wechat import Folder, StandIn

# a user of this run's own, so that its processes can be counted
NOBODY = 60000 + os.getpid() % 5000
NAME = 'wechat.test'            # resolved by this file's own name server
BIN = '/home/public_html/wx/bin'
FILES = ('/etc/ssl/certs/ca-certificates.crt',
         '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
         '/etc/pki/tls/certs/ca-bundle.crt',
         '/etc/ssl/ca-bundle.pem',
         '/var/lib/ca-certificates/ca-bundle.pem',
         '/etc/ssl/cert.pem',
         '/usr/local/share/certs/ca-root-nss.crt')
LAST_RESORT = '/home/wxlogin-data/etc/ca-certificates.crt'


class Root(Folder):
    """A root with nothing in it but the bundle, set up as its README says."""

    def __init__(self, bundle, base_url):
        super().__init__()
        self.top = self.root / 'top'
        self.top.mkdir()
        self.limits = []
        with zipfile.ZipFile(bundle) as z:
            name = z.namelist()[0].split('/')[0]
            z.extractall(self.top)
        (self.top / name).rename(self.top / 'home')
        self.data = self.top / 'home' / 'wxlogin-data'
        self.place(LAST_RESORT[1:], None)
        self.settings = {}
        self.configure(wechat_base_url=base_url)
        for path in [self.data, *self.data.rglob('*')]:
            path.chmod(0o700 if path.is_dir() else 0o600)
            os.chown(path, NOBODY, NOBODY)
        for path in (self.top / BIN[1:]).iterdir():
            path.chmod(0o755)

    def configure(self, **changes):
        self.settings.update(changes)
        conf = self.data / 'etc' / 'wxlogin.conf'
        conf.write_text(
            f'[wxlogin]\nappid = {APP1[0]}\nsecret_file = secret\n'
            'database = ../var/wxlogin.db\n' + ''.join(
                f'{k} = {v}\n' for k, v in self.settings.items()
                if v is not None))
        (self.data / 'etc' / 'secret').write_text(APP1[1])

    def place(self, path, content):
        """A file of the root; None: take it away."""
        file = self.top / path.lstrip('/')
        if content is None:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o644)

    @contextlib.contextmanager
    def limited(self, limit):
        """Programs run with a limit of prlimit(1)."""
        self.limits = [servers.find('prlimit'), limit, '--']
        try:
            yield
        finally:
            self.limits = []

    def run(self, program, *arguments, env=None, data=b''):
        return subprocess.run(
            [*self.limits, servers.find('chroot'), f'--userspec={NOBODY}:{NOBODY}',
             str(self.top), f'{BIN}/{program}.cgi', *arguments],
            env=env or {}, input=data, capture_output=True, check=False,
            timeout=PATIENCE)

    def call(self, program, method='GET', path_info='', query='', headers=(),
             body=None):
        """The transport of harness.py."""
        done = self.run(program, env=cgi_params(
            program, method, path_info, query, headers, body),
            data=body or b'')
        equal(done.returncode, 0, f'{program}: {done.stderr}')
        self.told = done.stderr.decode()
        return parse_cgi(done.stdout)

    def check(self, program='checkkey'):
        """--check: its status and its text."""
        done = self.run(program, '--check')
        return done.returncode, done.stdout.decode()


def story(root, wechat, user):
    """Login, phone number, check, logout."""
    token = log_in(root, wechat.login(user))['token']
    code = wechat.control('phone', appid=APP1[0], user=user)['code']
    equal(sound(post(root, 'updatephone', {'code': code}, token)), 'OK',
          'updatephone')
    equal(sound(check_token(root, token)), 'OK', 'check')
    equal(sound(post(root, 'checkkey', {}, token)), 'OK', 'checkkey')
    equal(post(root, 'logout', {}, token).data, {'sessionsEnded': 1},
          'logout')
    equal(sound(check_token(root, token)), 'AUTH_INVALID', 'after it')


def nothing(root, wechat):
    """No library, shell, /proc, /dev, /etc or /tmp."""
    equal(sorted(p.name for p in root.top.iterdir()), ['home'], 'the root')
    story(root, wechat, 'nothing')
    status, text = root.check()
    check(status == 0 and 'not ok' not in text, text)
    root.place('/home/wxlogin-data/etc/setup.key', WORD.encode())
    equal(root.call('setup').status, 200, 'the setup page')
    root.place('/home/wxlogin-data/etc/setup.key', None)
    equal(root.call('setup').status, 404, 'without its key')


def little_memory(root, wechat):
    """64 MiB of address space."""
    with root.limited(f'--as={64 << 20}'):
        story(root, wechat, 'little memory')


def no_threads(root, wechat):
    """One process and no more: a host that counts threads too."""
    with root.limited('--nproc=1'):
        story(root, wechat, 'no threads')


def full_quota(root, wechat):
    """No byte can be written: a live token is valid all the same."""
    token = log_in(root, wechat.login('full'))['token']
    small = root.top / 'home' / 'wxlogin-data' / 'var'
    kept = small.with_name('var.kept')
    small.rename(kept)
    small.mkdir()
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0700,'
                    f'uid={NOBODY},gid={NOBODY}', 'tmpfs', small], check=True)
    try:
        for path in kept.iterdir():
            shutil.copy(path, small)
            os.chown(small / path.name, NOBODY, NOBODY)
        with open(small / 'filler', 'wb', buffering=0) as filler, \
                contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))
        equal(sound(check_token(root, token)), 'OK', 'a check')
        reply = post(root, 'onlogin', {'code': wechat.login('other')})
        check(reply.status in (500, 503), f'a login: {reply!r}')
        sound(reply)
        (small / 'filler').unlink()
        story(root, wechat, 'full')
    finally:
        subprocess.run(['umount', small], check=True)
        small.rmdir()
        kept.rename(small)


# ---- certificates

class Authority:
    """A certificate authority, and a server's certificate of it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='wxl-')
        self.path = pathlib.Path(self.folder.name)
        (self.path / 'ext').write_text(
            f'subjectAltName=DNS:{NAME},IP:127.0.0.1\n')
        self.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes',
                     '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2',
                     '-subj', '/CN=authority of the tests')
        self.openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout',
                     'key', '-out', 'csr', '-subj', f'/CN={NAME}')
        self.openssl('x509', '-req', '-in', 'csr', '-CA', 'ca.pem', '-CAkey',
                     'ca.key', '-CAcreateserial', '-days', '2', '-extfile',
                     'ext', '-out', 'pem')
        self.pem = (self.path / 'ca.pem').read_bytes()
        self.hash = self.openssl('x509', '-in', 'ca.pem', '-noout',
                                 '-subject_hash').strip()

    def openssl(self, *arguments):
        return subprocess.run(['openssl', *arguments], cwd=self.path,
                              capture_output=True, text=True,
                              check=True).stdout


class Tls:
    """https in front of the stand-in."""

    def __init__(self, authority, port):
        self.to = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(authority.path / 'pem',
                                     authority.path / 'key')
        self.listening = socket.create_server(('127.0.0.1', 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(PATIENCE)

    def _accept(self):
        while True:
            try:
                plain, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,),
                             daemon=True).start()

    def _serve(self, plain):
        with plain, contextlib.suppress(OSError):
            plain.settimeout(PATIENCE)
            with self.context.wrap_socket(plain, server_side=True) as client, \
                    socket.create_connection(('127.0.0.1', self.to)) as there:
                back = threading.Thread(target=self._pump,
                                        args=(there, client), daemon=True)
                back.start()
                self._pump(client, there)
                back.join(PATIENCE)

    @staticmethod
    def _pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def certificates(root, wechat, authority):
    """Each system's place is found, and said by --check."""
    status, text = root.check()
    check(status == 1 and 'odd: certificates' in text, text)
    for place in FILES:
        root.place(place, authority.pem)
        status, text = root.check()
        check(status == 0 and f'certificates (from {place}, of 2' in text and
              ', 0 days ago)' in text, f'{place}: {text}')
        log_in(root, wechat.login('tls'))
        root.place(place, None)


def hashed(root, _, authority):
    """A folder of files by hash goes before all; a dead link is no file."""
    link = root.top / 'etc/ssl/certs' / (authority.hash + '.0')
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to('/usr/share/nowhere.crt')
    root.place(FILES[-1], authority.pem)
    status, text = root.check()
    check(status == 0 and FILES[-1] in text, text)
    link.unlink()
    link.write_bytes(authority.pem)
    root.place(FILES[-1], b'no certificate')
    status, text = root.check()
    check(status == 0 and 'certificates (from /etc/ssl/certs, of' in text,
          text)
    link.unlink()
    root.place(FILES[-1], None)


def last_resort(root, wechat, authority):
    """The bundle's own, with the date in it; what the host has goes first."""
    root.place(LAST_RESORT, b'# for this test, of 2020-02-03\n' +
               authority.pem)
    status, text = root.check()
    check(status == 0 and 'ca-certificates.crt, of 2020-02-03, ' in text, text)
    story(root, wechat, 'last resort')
    root.place(FILES[0], authority.pem)
    check(FILES[0] in root.check()[1], 'the host has its own')
    root.place(FILES[0], None)


def ca_file(root, wechat, authority):
    """ca_file wins: for better, and for worse."""
    root.place(FILES[0], authority.pem)
    other = Authority()
    root.place('/home/other.pem', other.pem)
    root.configure(ca_file='/home/other.pem')
    status, text = root.check()
    check(status == 1 and '/home/other.pem, of' in text and
          'not ok: WeChat can be reached' in text, text)
    equal(sound(post(root, 'onlogin', {'code': wechat.login('ca')})),
          'WECHAT_UNAVAILABLE', 'a login')
    root.place(FILES[0], other.pem)
    root.place('/home/other.pem', authority.pem)
    log_in(root, wechat.login('ca'))
    root.configure(ca_file=None)
    root.place(FILES[0], None)
    other.folder.cleanup()


# ---- names

class NameServer:
    """Says 127.0.0.1 for NAME, and that there is no other name."""

    ADDRESS = '127.53.53.53'

    def __init__(self):
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.ADDRESS, 53))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            packet, client = self.socket.recvfrom(4096)
            if packet == b'end':
                return
            self.socket.sendto(self._answer(packet), client)

    def _answer(self, packet):
        at, labels = 12, []
        while packet[at] != 0:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode())
            at += packet[at] + 1
        question, kind = packet[12:at + 5], packet[at + 2]
        name = '.'.join(labels)
        self.asked.append(name)
        known = name == NAME
        answers = known and kind == 1
        head = packet[:2] + (b'\x81\x80' if known else b'\x81\x83') + \
            b'\0\1' + (b'\0\1' if answers else b'\0\0') + b'\0\0\0\0'
        return head + question + (
            b'\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1' if answers else b'')

    def close(self):
        self.socket.sendto(b'end', (self.ADDRESS, 53))
        self.thread.join(PATIENCE)
        self.socket.close()


def names(root, wechat, authority, port):
    """Names by resolv.conf; without one the text says so."""
    root.place(FILES[0], authority.pem)
    root.configure(wechat_base_url=f'https://{NAME}:{port}')
    status, text = root.check()
    check(status == 1 and '/etc/resolv.conf is missing' in text, text)
    equal(sound(post(root, 'onlogin', {'code': 'x'})), 'WECHAT_UNAVAILABLE',
          'a login')
    check('/etc/resolv.conf is missing' in root.told, root.told)
    server = NameServer()
    try:
        root.place('/etc/resolv.conf',
                   f'nameserver {server.ADDRESS}\n'.encode())
        # nothing of the host's libc is to be wanted, whatever this says
        root.place('/etc/nsswitch.conf', b'hosts: nothing\nservices: nothing')
        log_in(root, wechat.login('names'))
        check(NAME in server.asked, server.asked)
        root.configure(wechat_base_url=f'https://other.test:{port}')
        status, text = root.check()
        check(status == 1 and 'resolv.conf' not in text, text)
    finally:
        server.close()


# ---- another libc, another web server

MUSL = '/lib/ld-musl-x86_64.so.1'
BUSYBOX = '/bin/busybox'


class Alpine(Folder):
    """A root as Alpine has it: musl, BusyBox and its httpd, which runs what is
    in cgi-bin."""

    def __init__(self, bundle, base_url):
        super().__init__()
        source = Root(bundle, base_url)
        self.top = self.root / 'top'
        for folder in ('bin', 'lib', 'dev', 'www'):
            (self.top / folder).mkdir(parents=True)
        shutil.copy(BUSYBOX, self.top / 'bin' / 'busybox')
        (self.top / 'bin' / 'sh').symlink_to('busybox')
        shutil.copy(MUSL, self.top / 'lib')
        subprocess.run(['mknod', '-m', '666', self.top / 'dev' / 'null', 'c',
                        '1', '3'], check=True)
        source.data.rename(self.top / 'wxlogin-data')
        programs = self.top / 'www' / 'cgi-bin'
        (source.top / BIN[1:]).rename(programs)
        for path in programs.glob('*.cgi'):
            path.rename(path.with_suffix(''))
        source.remove()
        self.server = servers.Server(self, lambda port: [
            servers.find('chroot'), str(self.top), '/bin/busybox', 'httpd',
            '-f', '-p', f'127.0.0.1:{port}', '-u', f'{NOBODY}:{NOBODY}', '-h',
            '/www'], 'busybox httpd')
        self.http = self.server.http
        self.http.prefix = '/cgi-bin/'

    def stop(self):
        self.server.process.terminate()
        self.server.process.wait(PATIENCE)
        self.remove()


def alpine(bundle, wechat):
    root = Alpine(bundle, wechat.base_url)
    story(root.http, wechat, 'alpine')
    root.stop()


# ---- all of it

def missing():
    if not ROOT_RUN:
        return 'only root can change the root'
    for tool in ('chroot', 'prlimit', 'openssl', 'zip'):
        if servers.find(tool) is None:
            return f'{tool} is not installed'
    return None


def main(tap, build):
    why = missing()
    if why is not None:
        tap.skip('roots with nothing in them', why)
        return
    bundles = []
    tap.case('the bundle is made', lambda: bundles.append(made_bundle(build)))
    if not bundles:
        return
    wechat = StandIn(build)
    authority = Authority()
    tls = Tls(authority, wechat.server.port)
    try:
        root = Root(bundles[0], wechat.base_url)
        for title, step in (('an empty root', nothing),
                            ('64 MiB of address space', little_memory),
                            ('one process and no thread', no_threads),
                            ('a full quota', full_quota)):
            tap.case(title, step, root, wechat)
        root.remove()
        if os.path.exists(MUSL) and os.path.exists(BUSYBOX):
            tap.case('musl and BusyBox', alpine, bundles[0], wechat)
        else:
            tap.skip('musl and BusyBox', 'musl, busybox-static not installed')
        root = Root(bundles[0], f'https://127.0.0.1:{tls.port}')
        for title, step in (('certificates of each system', certificates),
                            ('certificates by hash', hashed),
                            ('the bundle\'s certificates', last_resort),
                            ('ca_file wins', ca_file)):
            tap.case(title, step, root, wechat, authority)
        tap.case('names', names, root, wechat, authority, tls.port)
        root.remove()
    finally:
        tls.close()
        authority.folder.cleanup()
        tap.case('the stand-in ends well', wechat.stop)
