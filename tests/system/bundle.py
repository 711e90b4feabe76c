# SPDX-License-Identifier: MIT
"""bundle.py: the zip of `make bundle`, unpacked as its README says into web
space where programs run as the customer, by suexec, and into such where they
run as the web server."""
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import urllib.parse
import zipfile

from kit import servers
from kit.browser import Browser, there as browser_there
from kit.harness import (APP1, APP2, PROGRAMS, ROOT_RUN, Http, check_token,
                         log_in, post)
from kit.replies import sound
from kit.tap import Failed, check, equal
from kit.web_space import FORM, GROUP, USER, WORD, made_bundle
from kit.wechat import Folder, StandIn

SUEXEC = '/usr/lib/apache2/suexec-custom'
SETTINGS = '/etc/apache2/suexec/www-data'
HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\nit ran'
"""


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


class Change:
    """Changes of an installation that are undone."""

    def __init__(self, space):
        self.space, self.undo = space, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for step in reversed(self.undo):
            step()

    def own(self, path):
        shutil.chown(path, *self.space.owner)
        return path

    def write(self, path, text):
        """Other text in a file, or a new one, closed to others."""
        old = path.read_bytes() if path.exists() else None

        def back():
            if old is None:
                path.unlink()
            else:
                path.write_bytes(old)
        self.undo.append(back)
        path.write_text(text)
        if old is None:
            self.own(path).chmod(0o600 if self.space.suexec else 0o660)

    def conf(self, old, new):
        path = self.space.data / 'etc' / 'wxlogin.conf'
        text = path.read_text()
        check(old in text, f'no {old} in {text}')
        self.write(path, text.replace(old, new))

    def mode(self, path, mode):
        before = path.stat().st_mode
        self.undo.append(lambda: path.chmod(before))
        path.chmod(mode)

    def folder(self, path):
        self.undo.append(lambda: shutil.rmtree(path))
        path.mkdir()
        self.own(path).chmod(0o755 if self.space.suexec else 0o775)


def below_root(change, space):
    change.folder(space.wx / 'data')
    change.conf('../var/', '../../public_html/wx/data/')


def later_secret(change, space):
    change.write(space.wx / 'secret2', APP2[1] + '\n')
    conf = space.data / 'etc' / 'wxlogin.conf'
    change.write(conf, f'{conf.read_text()}default_app = {APP1[0]}\n'
                 f'[app {APP2[0]}]\nsecret_file = ../../public_html/wx/secret2\n')


def public_conf(change, space, secret):
    """A configuration below the web root, which programs prefer."""
    change.folder(space.wx / 'etc')
    text = (space.data / 'etc' / 'wxlogin.conf').read_text()
    change.write(space.wx / 'etc' / 'wxlogin.conf', text.replace(
        '../var/', '../../../wxlogin-data/var/').replace(
            'secret_file = secret', secret))


def secret_in_conf(change, space):
    public_conf(change, space, f'secret = {APP1[1]}')


def wrong_secret(change, space):
    change.write(space.data / 'etc' / 'secret', 'f' * 32)


def lame_program(change, space):
    change.mode(space.wx / 'bin' / 'onlogin.cgi', 0o644)


def open_folder(change, space):
    change.mode(space.data / 'var', 0o777)


def placeholder(change, space):
    change.write(space.data / 'etc' / 'secret', 'put-the-AppSecret-here\n')


def utf16(change, space):
    change.write(space.data / 'etc' / 'secret', '')
    (space.data / 'etc' / 'secret').write_bytes(APP1[1].encode('utf-16'))


def open_secret(change, space):
    change.mode(space.data / 'etc' / 'secret', 0o644)


def typing_error(change, _):
    change.conf('secret_file', 'secretfile')


def no_wechat(change, _):
    change.conf('http://127.0.0.1', 'http://127.0.0.2')


def wrong_key(change, space):
    key = space.data / 'var' / 'wxlogin.db.key'
    change.write(key, '')
    key.write_bytes(os.urandom(32))


# What is wrong, and the lines that say so, in both languages.
FAULTS = [
    ('database and key below the web root', below_root,
     ("the database can't be fetched", '数据库无法通过网址下载'),
     ("the key of the database can't be fetched",
      '数据库的加密密钥无法通过网址下载')),
    ("a later app's secret below the web root", later_secret,
     ('no AppSecret can be fetched', 'AppSecret 无法通过网址下载')),
    ('a secret in the configuration', secret_in_conf,
     ('the configuration shows no secret', '配置文件不会泄露')),
    ('a wrong AppSecret', wrong_secret,
     ('the AppSecret is wrong', 'AppSecret 不正确')),
    ('a program without its mode', lame_program,
     ('onlogin.cgi: mode 0644', 'onlogin.cgi：权限 0644')),
    ('a folder for everybody', open_folder,
     ('everybody on this host can write', '任何人都能写入')),
    ('the secret it came with', placeholder,
     ('still holds the text it came with', '配置文件')),
    ('a secret as UTF-16', utf16, ('saved as UTF-16', '配置文件')),
    ('a secret that others can read', open_secret,
     ('others can read this file', '配置文件')),
    ('a typing error', typing_error, ('secretfile', 'secretfile')),
    ('no way to WeChat', no_wechat, ('firewall', '防火墙')),
    ("another store's key", wrong_key, ('do not open', '密钥')),
]
LATIN = re.compile(r'[A-Za-z]{2,}')
TERMS = set('wxlogin AppSecret AppID AppId FTP IP https api weixin qq com '
            'Apache CGIPassAuth On Authorization sessionid htaccess conf '
            'DOCUMENT ROOT UTF Unicode ANSI appid secret'.split())


def failed_lines(space, language):
    reply = space.http.fetch('POST', '/wx/setup', {
        **FORM, 'Accept-Language': language}, urllib.parse.urlencode(
            {'key': WORD}).encode())
    equal(reply.status, 200, 'status')
    text = reply.body.decode()
    check(APP1[1] not in text and APP2[1] not in text, 'a secret is shown')
    lines = re.findall(r'<li class="no">(.*?)</li>', text, re.S)
    equal(len(lines), int(re.search('data-failed="([0-9]+)"', text)[1]),
          'how many failed')
    return lines


def page_kinds(space, _):
    """Every fault is told in both languages, with a remedy by FTP."""
    space.key()
    for name, spoil, *wanted in FAULTS:
        with Change(space) as change:
            spoil(change, space)
            for n, language in enumerate(('en', 'zh-CN')):
                lines = failed_lines(space, language)
                for words in wanted:
                    check([line for line in lines if words[n] in line],
                          f'{name}: no "{words[n]}" in {lines}')
                for line in lines:
                    check(not re.search(r'\b[a-z_]+\.c:[0-9]|chmod|chown',
                                        line), f'{name}: {line}')
                    # names of files and settings are what they are
                    plain = re.sub(r'<[^>]*>|[^ ]*/[^ ：，；]*|\S+\.cgi|'
                                   r'wx[0-9a-f]{16}|rid \S+|secret_?\w+|'
                                   r"Couldn't connect to server", ' ', line)
                    odd = set(LATIN.findall(plain)) - TERMS
                    check(n == 0 or not odd, f'{name}: {odd} in {plain}')
        equal(failed_lines(space, 'en'), [], f'{name}: put right')
    (space.data / 'etc' / 'setup.key').unlink()


def page_word(space, _):
    """A word that is none is told so; what is wrong with it."""
    for text, says in ((b'too short\n', b'16 or more'),
                       (WORD.encode('utf-16'), b'UTF-16'),
                       (b'', b'empty'), (b'two\nlines\n', b'one line')):
        key = space.key()
        key.write_bytes(text)
        reply = space.setup()
        equal(reply.status, 404, f'{text!r}')
        check(says in reply.body and str(space.root).encode() not in
              reply.body, reply)
    key.write_bytes(b'\xef\xbb\xbf' + WORD.encode() + b'\r\n')
    equal(space.setup(key=WORD).status, 200, 'as an editor writes it')
    key.unlink()


def direct(space, **variables):
    """The page as another web server would run the program: its failed
    lines, and those that it can't tell."""
    program = space.wx / 'bin' / 'setup.cgi'
    body = urllib.parse.urlencode({'key': WORD}).encode()
    user = pwd.getpwnam(space.owner[0] if space.suexec else 'www-data')
    done = subprocess.run(
        [program], input=body, capture_output=True, timeout=60, check=True,
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], env={
            'REQUEST_METHOD': 'POST', 'CONTENT_LENGTH': str(len(body)),
            'CONTENT_TYPE': FORM['Content-Type'], **variables})
    return re.findall(r'<li class="no">(.*?)</li>', done.stdout.decode(),
                      re.S)


def page_places(space, _):
    """What is shown is known by an alias too; not known is no pass."""
    space.key()
    page = {'SCRIPT_FILENAME': str(space.wx / 'bin' / 'setup.cgi'),
            'SCRIPT_NAME': '/wx/bin/setup.cgi'}
    apart = str(space.home / 'elsewhere')
    lines = direct(space)
    check(len([x for x in lines if "can't be told" in x]) >= 3, lines)
    equal(direct(space, DOCUMENT_ROOT=str(space.home / 'public_html'),
                 **page), [], 'as it should be')
    for variables in ({'DOCUMENT_ROOT': str(space.home)},
                      {'DOCUMENT_ROOT': apart, 'CONTEXT_PREFIX': '/x',
                       'CONTEXT_DOCUMENT_ROOT': str(space.home)},
                      {'DOCUMENT_ROOT': str(space.data)}):
        lines = direct(space, **variables)
        check(any("the database can't be fetched" in x for x in lines),
              f'{variables}: {lines}')
    with Change(space) as change:
        below_root(change, space)
        lines = direct(space, DOCUMENT_ROOT=apart, **page)
        check(any("the database can't be fetched" in x for x in lines),
              f'by an alias: {lines}')
    (space.data / 'etc' / 'setup.key').unlink()


def page_script(space, _):
    """What the page's script finds out: the files it is to be denied, and
    that all programs answer."""
    space.key()
    page = space.root / 'page.html'
    page.write_bytes(space.setup(key=WORD).body)
    url = f'http://127.0.0.1:{space.server.port}/wx/setup'

    def seen():
        done = subprocess.run(['node', HERE / 'kit' / 'page.mjs', page, url],
                              capture_output=True, text=True, timeout=60,
                              check=False)
        equal((done.returncode, done.stderr), (0, ''), 'node')
        return json.loads(done.stdout)
    good = seen()
    equal(good['sum'], 'OK', good)
    equal([line['class'] for line in good['lines']],
          ['ok'] * len(good['lines']), good)
    check(len(good['lines']) >= 5, good)
    with Change(space) as change:
        lame_program(change, space)
        public_conf(change, space,
                    'secret_file = ../../../wxlogin-data/etc/secret')
        page.write_bytes(space.setup(key=WORD).body)
        bad = seen()
        wrong = [line for line in bad['lines'] if line['class'] != 'ok']
        check(any(' onlogin' in line['more'] for line in wrong), bad)
        # with suexec no permission lets the web server read the files
        equal(any(line['check'] == 'denied' for line in wrong),
              not space.suexec, bad)
        check(bad['sum'].startswith('failed: '), bad)
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
    for words in ('checksession.cgi: ', 'binary mode', 'logout.cgi', '755'):
        check(words in text, f'{words}: {text}')
    for name, word in (('checksession.cgi', 'binary mode'),
                       ('logout.cgi', '755'),
                       ('unbindphone.cgi', 'does not start')):
        check(re.search(f'{re.escape(name)}[^\n]*{word}', rows),
              f'{name}: {rows}')
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


def guarded(space, wechat):
    """A folder with conf/members-htaccess: PHP, which the host would run for
    everybody, is neither run nor shown; pages want a live token."""
    folder = space.home / 'public_html' / 'members'
    (folder / 'sub').mkdir(parents=True)
    shutil.copy(servers.CONF / 'members-htaccess', folder / '.htaccess')
    (space.home / 'public_html' / 'x.php').write_text(SCRIPT)
    for place in (folder, folder / 'sub'):
        (place / 'page.html').write_text('for members')
        (place / 'x.php').write_text(SCRIPT)
        (place / 'who.cgi').write_text(SCRIPT)
    servers.fill('guard.cgi', servers.CONF, {
        'CHECKSESSION': space.wx / 'bin' / 'checksession.cgi',
        'MEMBERS': folder}, space.wx / 'guard.cgi')
    for path in [space.wx / 'guard.cgi', folder, *folder.rglob('*'),
                 space.home / 'public_html' / 'x.php']:
        path.chmod(0o755 if path.suffix in ('', '.cgi', '.php') and
                   path.name != '.htaccess' else 0o644)
        shutil.chown(path, *space.owner)
    token = log_in(space.http, wechat.login('guarded'))['token']
    good = {'Authorization': f'Bearer {token}'}
    reply = space.http.fetch('GET', '/x.php')
    check(b'it ran' in reply.body, f'the host runs PHP: {reply!r}')
    for place in ('/members/', '/members/sub/'):
        for name in ('page.html', 'x.php', 'who.cgi', ''):
            equal(sound(space.http.fetch('GET', place + name)),
                  'AUTH_INVALID', f'{place}{name} without a token')
        for name in ('x.php', ''):
            equal(sound(space.http.fetch('GET', place + name, good)),
                  'NOT_FOUND', f'{place}{name} with a token')
        for name, text in (('page.html', b'for members'),
                           ('who.cgi', b'it ran')):
            reply = space.http.fetch('GET', place + name, good)
            check(reply.status == 200 and text in reply.body,
                  f'{place}{name}: {reply!r}')
            equal(reply.all('Cache-Control'), ['no-store'], place + name)


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
    ('the setup page tells each fault in both languages', page_kinds),
    ('the setup page tells what is wrong with its word', page_word),
    ('the setup page knows what is shown', page_places),
    ('the setup page in a browser', page_script),
    ('nothing can be fetched', hidden),
    ('a guarded folder', guarded),
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
    if shutil.which('node') is None:
        tap.skip(f'{name}: the setup page in a browser', 'no node')
    stories = STORIES + [('suexec is strict', loose_modes)] * suexec
    if not browser_there():
        tap.skip(f'{name}: wx-check.html', 'chromium is not installed')
    elif suexec:
        stories.append(('wx-check.html tells hosts apart', seen_outside))
    for title, story in stories:
        if story is not page_script or shutil.which('node') is not None:
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
