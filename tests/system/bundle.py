# SPDX-License-Identifier: MIT
"""bundle.py: the zip of `make bundle`, unpacked as its README says into web
space where programs run as the customer, by suexec, and into such where they
run as the web server."""
import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse
import zipfile

from kit import servers
from kit.browser import Browser, there as browser_there
from kit.harness import (APP1, PROGRAMS, ROOT_RUN, Http, check_token, log_in,
                         post)
from kit.replies import sound
from kit.tap import Failed, check, equal
from kit.web_space import FORM, GROUP, USER, WORD, made_bundle
from kit.wechat import Folder, StandIn

SUEXEC = '/usr/lib/apache2/suexec-custom'
SETTINGS = '/etc/apache2/suexec/www-data'


class Space(Folder):
    """A customer's web space with the bundle in it."""

    def __init__(self, bundle, wechat, suexec):
        super().__init__()
        self.suexec = suexec
        self.home = self.root / 'home'
        with zipfile.ZipFile(bundle) as z:      # as FTP does: without modes
            top = z.namelist()[0].split('/')[0]
            z.extractall(self.root)
        (self.root / top).rename(self.home)
        self.wx = self.home / 'public_html' / 'wx'
        self.data = self.home / 'wxlogin-data'
        self.owner = USER, GROUP if suexec else 'www-data'
        self.fill_in(wechat)
        self.modes()
        self.start()

    def fill_in(self, wechat):
        """What the README has the customer write."""
        (self.data / 'etc' / 'secret').write_text(APP1[1] + '\n')
        conf = self.data / 'etc' / 'wxlogin.conf'
        text = conf.read_text()
        changed = text.replace('wx0123456789abcdef', APP1[0])
        check(changed != text, 'no appid to be set')
        conf.write_text(changed + f'wechat_base_url = {wechat.base_url}\n')

    def modes(self):
        """Step 4 of the README, for either kind of host."""
        for path in [self.home, *self.home.rglob('*')]:
            path.chmod(0o755 if path.is_dir() else 0o644)
            shutil.chown(path, *self.owner)
        for program in (self.wx / 'bin').glob('*.cgi'):
            program.chmod(0o755)
        (self.data / 'bin' / 'wxloginctl').chmod(0o755)
        for folder in (self.data, self.data / 'etc', self.data / 'var'):
            folder.chmod(0o700 if self.suexec else 0o770)
        for path in (self.data / 'etc').iterdir():
            path.chmod(0o600 if self.suexec else 0o660)

    def key(self, text=WORD + '\n'):
        path = self.data / 'etc' / 'setup.key'
        path.write_text(text)
        path.chmod(0o600 if self.suexec else 0o660)
        shutil.chown(path, *self.owner)
        return path

    def start(self, *defines):
        """Apache; what the host does not allow is in suexec.conf."""
        for folder in ('run', 'log'):
            shutil.chown(self.root / folder, 'www-data', 'www-data')
        target = self.root / 'etc' / 'suexec.conf'
        settings = self.root / 'etc' / 'suexec'
        settings.write_text(f'{self.root}\npublic_html\n')

        def make(port):
            servers.fill('suexec.conf', servers.HERE, {
                'ROOT': self.root, 'PORT': port, 'MODULES': servers.MODULES,
                'USER': USER, 'GROUP': GROUP}, target)
            apache = [servers.find('apache2'), '-DFOREGROUND', '-f',
                      str(target), *(w for d in defines for w in ('-D', d))]
            if not self.suexec:
                return apache
            # suexec reads its document root from a fixed place: that place
            # is another for this server alone
            return ['unshare', '-m', 'sh', '-c',
                    'mount --bind "$1" "$2" && mount --bind "$3" "$4" && '
                    'shift 4 && exec "$@"', 'sh', str(settings), SETTINGS,
                    SUEXEC, os.path.realpath('/usr/lib/apache2/suexec'),
                    *apache, '-D', 'SUEXEC']
        self.server = servers.Server(
            self, make, 'apache with suexec' if self.suexec else
            'apache without suexec')
        self.http = Http(self.server.port, 'bundle')
        self.http.fetch('GET', '/')     # it listens before it heeds signals

    def stop(self):
        self.server.stop()
        self.remove()

    def setup(self, **fields):
        if not fields:
            return self.http.fetch('GET', '/wx/setup')
        return self.http.fetch('POST', '/wx/setup', FORM,
                               urllib.parse.urlencode(fields).encode())


# ---- stories, in this order

def works(space, wechat):
    """Login, check, the others, logout."""
    token = log_in(space.http, wechat.login('bundled'))['token']
    equal(sound(check_token(space.http, token)), 'OK', 'check')
    equal(sound(space.http.call('checksession', headers={
        'sessionid': token})), 'OK', 'check by sessionid')
    equal(sound(post(space.http, 'updateuser', {'nickname': 'x'}, token)),
          'OK', 'updateuser')
    equal(sound(post(space.http, 'checkkey', {}, token)), 'OK', 'checkkey')
    code = wechat.control('phone', appid=APP1[0], user='bundled')['code']
    equal(sound(post(space.http, 'updatephone', {'code': code}, token)),
          'OK', 'updatephone')
    equal(sound(post(space.http, 'unbindphone', {}, token)), 'OK',
          'unbindphone')
    equal(post(space.http, 'logout', {}, token).data, {'sessionsEnded': 1},
          'logout')
    equal(sound(check_token(space.http, token)), 'AUTH_INVALID', 'after it')


def as_whom(space, _):
    """The store belongs to who ran the programs, and to nobody else."""
    for path in (space.data / 'var').iterdir():
        state = path.stat()
        equal(path.owner(), USER if space.suexec else 'www-data', path.name)
        equal(state.st_mode & 0o777, 0o600, f'mode of {path.name}')
    names = {p.name for p in (space.data / 'var').iterdir()}
    check({'wxlogin.db', 'wxlogin.db.key'} <= names, names)


def page(space, _):
    """The setup page from its first call to its last."""
    equal(space.setup().status, 404, 'without a key')
    equal(space.setup(key=WORD).status, 404, 'without a key')
    space.key('too short\n')
    equal(space.setup().status, 404, 'with a short word')
    key = space.key()
    reply = space.setup()
    equal(reply.status, 200, 'the form')
    check(b'name="key"' in reply.body and b'<li' not in reply.body, reply)
    for wrong in ('', 'x', WORD + 'x', WORD[:-1], WORD.upper()):
        reply = space.setup(key=wrong)
        equal(reply.status, 403, f'the word {wrong!r}')
        check(b'<li' not in reply.body, reply)
    reply = space.setup(key=WORD)
    equal(reply.status, 200, 'the checks')
    text = reply.body.decode()
    bad = re.findall(r'<li class="no">.*?</li>', text, re.S)
    check(not bad and 'data-failed="0"' in text, f'checks: {bad or text}')
    check(len(re.findall(r'<li class="ok">', text)) >= 5, text)
    for secret in (APP1[1], str(space.root)):
        check(secret not in text, f'{secret} is shown')


def page_probe(space, _):
    """What the page's script asks: do the headers arrive?"""
    body = urllib.parse.urlencode({'key': WORD, 'probe': '1'}).encode()
    reply = space.http.fetch('POST', '/wx/setup', {
        **FORM, 'Authorization': 'Bearer probe', 'sessionid': 'probe'}, body)
    equal((reply.json['authorization'], reply.json['sessionid']),
          (True, True), 'headers')
    reply = space.http.fetch('POST', '/wx/setup', FORM, body)
    equal((reply.json['authorization'], reply.json['sessionid']),
          (False, False), 'no headers')


def page_off(space, _):
    """The page removes its key."""
    key = space.data / 'etc' / 'setup.key'
    text = space.setup(key=WORD, off='1').body
    check(b'class="ok"' in text and not key.exists(), text)
    equal(space.setup().status, 404, 'afterwards')
    equal(space.setup(key=WORD).status, 404, 'afterwards')


def page_faults(space, _):
    """A fault is told, and what to do."""
    space.key()
    conf = space.data / 'etc' / 'wxlogin.conf'
    good = conf.read_text()
    try:
        conf.write_text(good.replace('secret_file', 'secretfile'))
        text = space.setup(key=WORD).body.decode()
        check('class="no"' in text and 'secretfile' in text, text)
        conf.write_text(good.replace(str('wechat_base_url = http://127.0.0.1'),
                                     'wechat_base_url = http://127.0.0.2'))
        text = space.setup(key=WORD).body.decode()
        check('class="no"' in text, text)
    finally:
        conf.write_text(good)
        (space.data / 'etc' / 'setup.key').unlink()


def hidden(space, _):
    """Neither the settings nor the data can be fetched."""
    space.key()
    misplaced = space.home / 'public_html' / 'wxlogin-data'
    shutil.copytree(space.data, misplaced)
    for path in [misplaced, *misplaced.rglob('*')]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    try:
        for path in ('/wx/.htaccess', '/wx/bin/', '/wx/',
                     '/wxlogin-data/etc/secret', '/wxlogin-data/etc/',
                     '/wxlogin-data/etc/wxlogin.conf',
                     '/wxlogin-data/etc/setup.key',
                     '/wxlogin-data/', '/wxlogin-data/var/wxlogin.db',
                     '/wxlogin-data/var/wxlogin.db.key',
                     '/wxlogin-data/.htaccess', '/../wxlogin-data/etc/secret',
                     '/wx/../../wxlogin-data/etc/secret',
                     '/wx/%2e%2e/%2e%2e/wxlogin-data/etc/secret',
                     '/wxlogin-data//etc//wxlogin.conf',
                     '/wxlogin-data/./etc/setup.key',
                     '/wxlogin-data/%65tc/wxlogin.conf',
                     '/wxlogin-data/etc/wxlogin.conf/x'):
            reply = space.http.fetch('GET', path)
            check(reply.status in (301, 400, 403, 404), f'{path}: {reply!r}')
            for secret in (APP1[1], 'secret_file', WORD, 'SQLite', '.cgi"'):
                check(secret.encode() not in reply.body, f'{path}: {reply!r}')
    finally:
        shutil.rmtree(misplaced)
        (space.data / 'etc' / 'setup.key').unlink()


class Damage:
    """Programs as a bad upload leaves them, for a while."""

    def __init__(self, space):
        self.bin = space.wx / 'bin'
        self.space = space

    def __enter__(self):
        self.kept = {name: (self.bin / name).read_bytes() for name in (
            'checksession.cgi', 'logout.cgi', 'unbindphone.cgi',
            'programs.txt')}
        whole = self.kept['checksession.cgi']
        text = whole.replace(b'\r\n', b'\n')          # as FTP does it
        check(len(text) != len(whole), 'text mode leaves it whole')
        self.write('checksession.cgi', text)
        (self.bin / 'logout.cgi').chmod(0o644)
        program = bytearray(self.kept['unbindphone.cgi'])
        program[18:20] = (183).to_bytes(2, 'little')     # for AArch64
        self.write('unbindphone.cgi', program)
        return self

    def machine(self, name):
        first, rest = self.kept['programs.txt'].split(b'\n', 1)
        check(first.startswith(b'machine '), first)
        self.write('programs.txt', b'machine ' + name + b'\n' + rest)

    def write(self, name, data):
        path = self.bin / name
        path.write_bytes(bytes(data))
        shutil.chown(path, *self.space.owner)

    def __exit__(self, *_):
        for name, data in self.kept.items():
            self.write(name, data)
        (self.bin / 'logout.cgi').chmod(0o755)


def damaged(space, _):
    """The page and the shell script tell what a bad upload did."""
    equal(space.http.fetch('GET', '/wx/probe').status, 404, 'without a key')
    space.key()
    rows = space.http.fetch('GET', '/wx/probe').body.decode().splitlines()
    check(len(rows) > len(PROGRAMS) and all(r[:3] == 'ok ' for r in rows),
          rows)
    with Damage(space) as damage:
        text = space.setup(key=WORD).body.decode()
        rows = space.http.fetch('GET', '/wx/probe').body.decode()
        damage.machine(b'aarch64')
        other = space.http.fetch('GET', '/wx/probe').body.decode()
    for name, in_page, in_script in (
            ('checksession.cgi', 'binary mode', 'binary mode'),
            ('logout.cgi', '755', '755'),
            ('unbindphone.cgi', None, 'does not start')):
        for told, word in ((text, in_page), (rows, in_script)):
            check(word is None or re.search(
                f'{re.escape(name)}[^\n]*{word}', told), f'{name}: {told}')
    check('not ok onlogin' not in rows and 'ok onlogin.cgi' in rows, rows)
    check('not ok processor' in other and 'aarch64' in other, other)
    text = space.setup(key=WORD).body.decode()
    check('data-failed="0"' in text, text)
    (space.data / 'etc' / 'setup.key').unlink()


def below_the_root(space):
    """The URLs of all that lies below the web root."""
    root = space.home / 'public_html'
    return ['/' + str(p.relative_to(root)) for p in root.rglob('*')
            if p.is_file()]


def no_htaccess(space, _):
    """Where .htaccess is not read, nothing secret is served."""
    space.key()
    key = (space.data / 'var' / 'wxlogin.db.key').read_bytes()[-32:]
    with Host(space, 'NO_OVERRIDE'):
        served = 0
        for path in [*below_the_root(space), '/wxlogin-data/etc/secret',
                     '/../wxlogin-data/etc/secret']:
            reply = space.http.fetch('GET', path)
            served += reply.status == 200
            for secret in (APP1[1].encode(), WORD.encode(), b'secret_file =',
                           key):
                check(secret not in reply.body, f'{path}: {secret}')
        check(served > len(PROGRAMS), f'only {served} files were served')
    (space.data / 'etc' / 'setup.key').unlink()


class Host:
    """The same space on a host that allows less."""

    def __init__(self, space, *defines):
        self.space, self.defines = space, defines

    def __enter__(self):
        self.space.server.stop()
        self.space.start(*self.defines)

    def __exit__(self, *_):
        self.space.server.stop()
        self.space.start()


# ---- the page that sees it from the browser

DONE = """new Promise(done => {
  const sum = document.getElementById('sum')
  const look = () => sum.dataset.failed !== undefined && done(
    [sum.dataset.failed, ...Array.from(document.querySelectorAll('li'),
      li => li.className + ' ' + li.textContent)])
  new MutationObserver(look).observe(sum, { attributes: true })
  look()
})"""


def browse(space):
    """wx-check.html in Chromium, when its script is done: texts of lines."""
    with Browser() as browser:
        browser.open(f'http://127.0.0.1:{space.server.port}/wx-check.html')
        count, *lines = browser.run(DONE)
    equal(int(count), len([1 for line in lines if line[:3] == 'no ']),
          'failures counted')
    return lines


def seen(space, *wanted):
    """The page has just these failures."""
    lines = browse(space)
    bad = [line for line in lines if line[:3] == 'no ']
    check(len(bad) == len(wanted) and all(
        word in line for word, line in zip(wanted, bad)), lines)


def seen_outside(space, _):
    """wx-check.html tells one host from another."""
    space.key()
    seen(space)
    with Host(space, 'NO_OVERRIDE'):
        seen(space, 'AllowOverride None')
    with Host(space, 'NO_OPTIONS'):
        seen(space, 'Options not allowed here')
    with Damage(space):
        seen(space, 'does not start', 'checksession.cgi: its size',
             'logout.cgi: may not be run', 'unbindphone.cgi: does not start')
    misplaced = space.home / 'public_html' / 'wxlogin-data'
    shutil.copytree(space.data, misplaced)
    (misplaced / '.htaccess').unlink()
    for path in [misplaced, *misplaced.rglob('*')]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    try:
        seen(space, 'wxlogin-data/etc/secret', 'open wx/setup')
    finally:
        shutil.rmtree(misplaced)
    hidden_programs = space.wx / 'bin.elsewhere'
    (space.wx / 'bin').rename(hidden_programs)
    try:
        seen(space, 'is not there')
    finally:
        hidden_programs.rename(space.wx / 'bin')
    (space.data / 'etc' / 'setup.key').unlink()


def loose_modes(space, _):
    """suexec is in force: it runs nothing that others can write."""
    program = space.wx / 'bin' / 'checksession.cgi'
    for path, mode in ((program, 0o775), (program.parent, 0o777)):
        before = path.stat().st_mode
        path.chmod(mode)
        equal(space.http.call('checksession').status, 500, f'{path.name}')
        path.chmod(before)
    equal(space.http.call('checksession').status, 401, 'put right')


def update(space, wechat):
    """New programs over the old ones: users stay."""
    token = log_in(space.http, wechat.login('bundled'))['token']
    for program in list((space.wx / 'bin').glob('*.cgi')):
        new = program.with_suffix('.new')
        shutil.copy2(program, new)
        shutil.chown(new, *space.owner)
        new.rename(program)
    equal(sound(check_token(space.http, token)), 'OK', 'check')


STORIES = [
    ('all programs work', works),
    ('the store is private', as_whom),
    ('the setup page checks', page),
    ('the setup page sees headers', page_probe),
    ('the setup page goes off', page_off),
    ('the setup page tells faults', page_faults),
    ('nothing can be fetched', hidden),
    ('a bad upload is told', damaged),
    ('without .htaccess nothing secret is served', no_htaccess),
    ('an update', update),
]


def missing(suexec):
    """What this machine lacks for it."""
    if not ROOT_RUN:
        return 'only root can give files to others'
    if servers.find('apache2') is None or shutil.which('zip') is None:
        return 'apache2 or zip is not installed'
    if not suexec:
        return None
    if not os.path.exists(SUEXEC):
        return 'apache2-suexec-custom is not installed'
    if subprocess.run(['unshare', '-m', 'true'], capture_output=True,
                      check=False).returncode != 0:
        return 'no mount namespaces here'
    return None


def run_space(tap, bundle, wechat, suexec):
    name = 'with suexec' if suexec else 'without suexec'
    try:
        space = Space(bundle, wechat, suexec)
    except (Failed, OSError) as problem:
        tap.case(f'{name}: starts', check, False, problem)
        return
    stories = STORIES + [('suexec is strict', loose_modes)] * suexec
    if not browser_there():
        tap.skip(f'{name}: wx-check.html', 'chromium is not installed')
    elif suexec:
        stories.append(('wx-check.html tells hosts apart', seen_outside))
    for title, story in stories:
        tap.case(f'{name}: {title}', story, space, wechat)
    tap.case(f'{name}: ends well', space.stop)


def main(tap, build):
    wechat, bundles = StandIn(build), []
    try:
        for suexec in (True, False):
            why = missing(suexec)
            if why is not None:
                tap.skip(f'bundle, suexec={suexec}', why)
                continue
            if not bundles:
                tap.case('the bundle is made', lambda: bundles.append(
                    made_bundle(build)))
            if bundles:
                run_space(tap, bundles[0], wechat, suexec)
    finally:
        tap.case('the stand-in ends well', wechat.stop)
