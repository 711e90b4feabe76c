# SPDX-License-Identifier: MIT
"""harness.py: installations in temporary folders, and the ways to call their
programs: run directly as CGI, over FastCGI on a Unix socket, over HTTP.

All transports have one method:

    call(program, method, path_info, query, headers, body) -> Reply

and the first two take more: `params` replaces CGI variables (None takes one
away), `twice` adds some a second time."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

from kit import fcgi
from kit.tap import Failed, check

TOP = pathlib.Path(__file__).resolve().parents[3]


def makefile_list(name):
    """The words of a list in Makefile.am."""
    text = (TOP / 'Makefile.am').read_text().replace('\\\n', ' ')
    return [word for words in re.findall(rf'^{name}[ \t]*\+?=(.*)', text, re.M)
            for word in words.split()]


PROGRAMS = tuple(pathlib.Path(program).name for program in
                 makefile_list('CALLING') + makefile_list('PLAIN'))
APP1 = ('wx5a4dbeefcafe0001', '5a4dbe00000000000000000000000001')
APP2 = ('wx5a4dbeefcafe0002', '5a4dbe00000000000000000000000002')
SANITIZER = re.compile(r'(Address|Leak|Thread|Memory|UndefinedBehavior)'
                       r'Sanitizer|runtime error:')
PATIENCE = 60           # s until an event that must come counts as missing
ROOT_RUN = os.geteuid() == 0

RUNNING, SITES = [], []  # what a failed case may leave behind


def spawn(command, **more):
    """Start a process that clean() knows of."""
    process = subprocess.Popen(command, **more)
    RUNNING.append(process)
    return process


def clean():
    """End, by their ids, the processes that failed cases left, and remove
    their folders."""
    for process in RUNNING:
        if process.poll() is None:
            process.terminate()
    for process in RUNNING:
        with contextlib.suppress(Failed):
            exit_of(process, 10)
    for site in SITES:
        site.remove()
    RUNNING.clear()
    SITES.clear()


def until(event, what, patience=PATIENCE):
    """Ask until event() is true; fail when it never is.  Its value."""
    end = time.monotonic() + patience
    while True:
        value = event()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f'never happened: {what}')
        time.sleep(0.005)


def program_environment():
    """What a program inherits: a path, and how sanitizers are to behave."""
    keep = ('PATH', 'TZ', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS')
    return {k: os.environ[k] for k in keep if k in os.environ}


def sanitizer_silent(text, where):
    if isinstance(text, bytes):
        text = text.decode('utf-8', 'replace')
    check(not SANITIZER.search(text), f'a sanitizer spoke in {where}:\n{text}')


class Reply:
    """Status, headers (a list of pairs), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f'<{self.status} {self.body[:400]!r}>'

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json['code']

    @property
    def data(self):
        check(self.code == 'OK', f'not OK: {self!r}')
        return self.json['data']


def parse_cgi(output):
    """A CGI response (RFC 3875, 6) as a Reply."""
    head, end, body = output.partition(b'\r\n\r\n')
    check(end, f'no header block: {output[:300]!r}')
    headers = []
    for line in head.decode('latin-1').split('\r\n'):
        name, colon, value = line.partition(': ')
        check(colon and name, f'no header line: {line!r}')
        headers.append((name, value))
    status = [v for k, v in headers if k == 'Status']
    check(len(status) == 1, f'{len(status)} Status lines')
    return Reply(int(status[0].split()[0]), headers, body)


def cgi_params(program, method='GET', path_info='', query='', headers=(),
               body=None, params=()):
    """The CGI variables of a request, as a web server makes them."""
    out = {'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': 'HTTP/1.1',
           'SERVER_NAME': '127.0.0.1', 'SERVER_PORT': '80',
           'REQUEST_METHOD': method, 'SCRIPT_NAME': '/wx/' + program,
           'PATH_INFO': path_info, 'QUERY_STRING': query,
           'REMOTE_ADDR': '127.0.0.1'}
    if body is not None:
        out['CONTENT_LENGTH'] = str(len(body))
    for name, value in dict(headers).items():
        name = name.upper().replace('-', '_')
        out[name if name == 'CONTENT_TYPE' else 'HTTP_' + name] = value
    out.update(params)
    return {k: v for k, v in out.items() if v is not None}


class Site:
    """An installation: cgi-bin/, etc/, var/, run/, log/, www/."""

    def __init__(self, build, base_url, settings=(), served=False):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix='wxl-'))
        SITES.append(self)
        self.root.chmod(0o755)
        self.served = served            # by a web server, maybe as www-data
        for folder in ('cgi-bin', 'etc', 'var', 'run', 'log', 'www'):
            (self.root / folder).mkdir()
        self.programs = [p for p in PROGRAMS if self._install(build, p)]
        check(self.programs, f'no programs in {build}/cgi-bin')
        self.settings = {'database': '../var/wxlogin.db',
                         'default_app': APP1[0], 'wechat_base_url': base_url,
                         'login_failures': '0', **dict(settings)}
        self.db = self.root / 'var' / 'wxlogin.db'
        self.key = self.root / 'var' / 'wxlogin.db.key'
        self.conf = self.root / 'etc' / 'wxlogin.conf'
        self.configure()

    def _install(self, build, program):
        source = pathlib.Path(build) / 'cgi-bin' / program
        if source.is_file():
            shutil.copy(source, self.root / 'cgi-bin' / program)
        return source.is_file()

    def configure(self, **changes):
        """Write wxlogin.conf, by rename, as an editor does."""
        self.settings.update(changes)
        text = '[wxlogin]\n' + ''.join(
            f'{k} = {v}\n' for k, v in self.settings.items() if v is not None)
        for n, (appid, secret) in enumerate((APP1, APP2), 1):
            self._private(f'secret{n}', secret + '\n')
            text += f'[app {appid}]\nsecret_file = secret{n}\n'
        self._private('wxlogin.conf', text)

    def _private(self, name, text):
        new = self.root / 'etc' / (name + '.new')
        new.write_text(text)
        new.chmod(0o600)
        if self.served and ROOT_RUN:
            shutil.chown(new, 'www-data', 'www-data')
        new.rename(self.root / 'etc' / name)

    def own(self):
        """Give it to the user that web servers change to."""
        if not ROOT_RUN:
            return
        for folder in ('etc', 'var', 'run', 'log'):
            shutil.chown(self.root / folder, 'www-data', 'www-data')

    def program(self, name):
        return str(self.root / 'cgi-bin' / name)

    def query(self, sql, *args):
        """Look into the store (which may have to be rolled back first)."""
        with contextlib.closing(sqlite3.connect(
                f'file:{self.db}?mode=rw', uri=True, timeout=30)) as db:
            return db.execute(sql, args).fetchall()

    def change(self, sql, *args):
        """Change the store behind the programs' back."""
        with contextlib.closing(sqlite3.connect(self.db, timeout=30)) as db:
            db.execute('PRAGMA wal_autocheckpoint = 0')
            with db:
                db.execute(sql, args)

    def expire(self, token):
        """The session of this token was last used long ago."""
        self.change('UPDATE sessions SET idle_expires = used - 1, used = used'
                    ' - 2 WHERE sid = ?', session_id(token))

    def logs(self):
        return b''.join(p.read_bytes()
                        for p in sorted((self.root / 'log').iterdir()))

    def remove(self):
        if os.environ.get('WXLOGIN_KEEP') != '1':
            shutil.rmtree(self.root, ignore_errors=True)


def token_hash(token):
    return hashlib.sha256(token.encode()).digest()


def session_id(token):
    """What the store names the session of a token."""
    return token_hash(token)[:16]


# ---- CGI

class Cgi:
    """Runs a program for each request, as mod_cgi does."""
    name = 'cgi'

    def __init__(self, site):
        self.site = site
        self.environment = {}           # more of it, for all runs
        self.stderr = b''               # of all runs

    def start(self, program, params, **more):
        env = {**program_environment(), **self.environment, **params}
        return spawn(
            [self.site.program(program)], env=env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.site.root / 'cgi-bin', **more)

    def finish(self, process, body=b''):
        out, err = process.communicate(body, timeout=PATIENCE)
        self.stderr += err
        sanitizer_silent(err, 'stderr')
        check(process.returncode == 0, f'exit status {process.returncode}:'
              f' {err.decode("utf-8", "replace")}')
        return parse_cgi(out)

    def call(self, program, method='GET', path_info='', query='', headers=(),
             body=None, params=()):
        process = self.start(program, cgi_params(
            program, method, path_info, query, headers, body, params))
        return self.finish(process, body or b'')

    def close(self):
        pass


# ---- FastCGI

def exit_of(process, patience=PATIENCE):
    """Wait for a process; its exit status."""
    try:
        return process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Failed('the process did not end') from None


class FastCgiProcess:
    """A program with a listening Unix socket as descriptor 0."""

    def __init__(self, site, program, environment=(), name=None,
                 preexec=None):
        self.path = str(site.root / 'run' / ((name or program) + '.fcgi'))
        self.log = site.root / 'log' / ((name or program) + '.stderr')
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self.path)
            listening.listen(512)
            with open(self.log, 'ab') as log:
                self.process = spawn(
                    [site.program(program)], stdin=listening,
                    stdout=log, stderr=log, cwd=site.root,
                    env={**program_environment(), **dict(environment)},
                    preexec_fn=preexec)

    def connect(self, timeout=PATIENCE):
        return fcgi.Connection(self.path, timeout)

    def request(self, params, stdin=b'', role=fcgi.RESPONDER):
        with self.connect() as connection:
            return connection.request(params, stdin, role)

    def stop(self, by=signal.SIGTERM, patience=PATIENCE):
        """Tell it to leave; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        status = exit_of(self.process, patience)
        sanitizer_silent(self.log.read_bytes(), self.log)
        return status


class FastCgi:
    """Keeps a process per program, and speaks FastCGI to it."""
    name = 'fastcgi'

    def __init__(self, site, environment=()):
        self.site = site
        self.environment = dict(environment)
        self.processes = {}
        self.lock = threading.Lock()
        self.stderr = b''               # of all requests' STDERR streams

    def process(self, program):
        with self.lock:
            p = self.processes.get(program)
            if p is None or p.process.poll() is not None:
                p = FastCgiProcess(self.site, program, self.environment)
                self.processes[program] = p
            return p

    def call(self, program, method='GET', path_info='', query='', headers=(),
             body=None, params=(), twice=(), role=fcgi.RESPONDER):
        params = cgi_params(program, method, path_info, query, headers, body,
                            params)
        result = self.process(program).request(
            [*params.items(), *twice], body or b'', role)
        self.stderr += result.stderr
        check(result.ended, f'no END_REQUEST: {result.stdout[:300]!r}')
        check((result.app_status, result.protocol_status) == (0, 0),
              f'ended with {result.app_status} {result.protocol_status}')
        return parse_cgi(result.stdout)

    def close(self):
        for name, p in self.processes.items():
            running = p.process.poll() is None
            status = p.stop()
            check(running and status == 0,
                  f'{name}: exit status {status}, running: {running}')


# ---- HTTP

class Http:
    """Calls the programs below /wx/ of a web server."""

    def __init__(self, port, name='http', prefix='/wx/'):
        self.port, self.name, self.prefix = port, name, prefix

    def fetch(self, method, path, headers=(), body=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.port,
                                                timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_accept_encoding=True)
            for k, v in dict(headers).items():
                connection.putheader(k, v.encode('utf-8', 'surrogateescape'))
            if body is not None or method == 'POST':
                connection.putheader('Content-Length', str(len(body or b'')))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())

    def call(self, program, method='GET', path_info='', query='', headers=(),
             body=None):
        path = self.prefix + program + path_info
        return self.fetch(method, path + ('?' + query if query else ''),
                          headers, body)

    def close(self):
        pass


# ---- what most suites start with

def post(transport, program, fields=None, token=None, **more):
    """POST fields as JSON, with a token in the Authorization header."""
    headers = {'Content-Type': 'application/json'}
    if token is not None:
        headers['Authorization'] = 'Bearer ' + token
    headers.update(more.pop('headers', {}))
    return transport.call(program, 'POST', headers=headers,
                          body=json.dumps(fields or {}).encode(), **more)


def log_in(transport, code, **fields):
    """The data of a login that must succeed."""
    return post(transport, 'onlogin', {'code': code, **fields}).data


def check_token(transport, token):
    return transport.call('checksession', 'GET', headers={
        'Authorization': 'Bearer ' + token})


def user_info(transport, token):
    return check_token(transport, token).data['userInfo']


def update(transport, token, **fields):
    return post(transport, 'updateuser', fields, token)
