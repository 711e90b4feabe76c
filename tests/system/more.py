# SPDX-License-Identifier: MIT
"""more.py: what the suites of the second half share: installations with more
apps and with wxloginctl, WeChat as a table of answers, the phone's encryption,
and callers that do not stop."""
import base64
import concurrent.futures
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse

import cases
from harness import (PATIENCE, Http, Site, check_token, exit_of, post,
                     program_environment, sanitizer_silent, spawn, until)
from tap import Failed, check, equal
from wechat import Folder, StandIn

DECRYPT = 'DECRYPT_WX_OPEN_DATA_FAIL'
EXCHANGE, STABLE = '/sns/jscode2session', '/cgi-bin/stable_token'
CHECK_KEY = '/wxa/checksession'
PHONE_NUMBER = '/wxa/business/getuserphonenumber'
cases.STATUS.update({DECRYPT: 400, 'PHONE_TAKEN': 409})   # of this half
ZERO_KEY = base64.b64encode(bytes(16)).decode()


# ---- AES-128-CBC, as the phone encrypts (FIPS 197; slow and sure)

def _double(a):
    return (a << 1) ^ (0x11b if a & 0x80 else 0)


def _substitutes():
    """The S-box: inverses in GF(2^8) by powers of 3, then the affine map."""
    power, box = [1], [0x63] * 256
    for _ in range(254):
        power.append(_double(power[-1]) ^ power[-1])
    for n, value in enumerate(power):
        inverse = power[-n % 255]
        turned = [inverse << i | inverse >> (8 - i) for i in range(5)]
        box[value] = (turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^
                      turned[4] ^ 0x63) & 0xff
    return box


BOX = _substitutes()
SHIFT = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11]


def _round_keys(key):
    words, factor = [key[i:i + 4] for i in range(0, 16, 4)], 1
    for n in range(4, 44):
        word = words[-1]
        if n % 4 == 0:
            word = bytes(BOX[word[(i + 1) % 4]] ^ (factor if i == 0 else 0)
                         for i in range(4))
            factor = _double(factor)
        words.append(bytes(a ^ b for a, b in zip(words[-4], word)))
    return [b''.join(words[i:i + 4]) for i in range(0, 44, 4)]


def _mix(s):
    out = []
    for i in range(0, 16, 4):
        a, b, c, d = s[i:i + 4]
        every = a ^ b ^ c ^ d
        out += [a ^ every ^ _double(a ^ b), b ^ every ^ _double(b ^ c),
                c ^ every ^ _double(c ^ d), d ^ every ^ _double(d ^ a)]
    return out


def _block(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for n in range(1, 11):
        s = [BOX[s[i]] for i in SHIFT]
        if n < 10:
            s = _mix(s)
        s = [a ^ b for a, b in zip(s, keys[n])]
    return bytes(s)


def cbc(key, iv, padded):
    keys, out = _round_keys(key), b''
    for i in range(0, len(padded), 16):
        iv = _block(keys, bytes(a ^ b for a, b in zip(padded[i:i + 16], iv)))
        out += iv
    return out


def encrypt(key, plain, pad=None, iv=None):
    """The fields encryptedData and iv; `key` is the session_key's text."""
    iv = os.urandom(16) if iv is None else iv
    if pad is None:
        pad = bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    return {'encryptedData': base64.b64encode(
        cbc(base64.b64decode(key), iv, plain + pad)).decode(),
            'iv': base64.b64encode(iv).decode()}


def sign(key, raw):
    """The fields rawData and signature."""
    return {'rawData': raw, 'signature': hashlib.sha1(
        raw.encode() + key.encode()).hexdigest()}


def new_key():
    """A session_key, as WeChat writes it."""
    return base64.b64encode(os.urandom(16)).decode()


# ---- installations

class Installed(Site):
    """A site with wxloginctl, and with more apps: pairs of id and secret."""

    def __init__(self, build, base_url, settings=(), apps=()):
        self.apps = apps
        self.told = ''                  # all that wxloginctl printed
        super().__init__(build, base_url, settings)
        (self.root / 'sbin').mkdir()
        shutil.copy(pathlib.Path(build) / 'ctl' / 'wxloginctl',
                    self.root / 'sbin' / 'wxloginctl')

    def _private(self, name, text):
        if name == 'wxlogin.conf':
            text += ''.join(f'[app {a}]\nsecret = {s}\n'
                            for a, s in self.apps)
        super()._private(name, text)

    def ctl(self, *arguments, want=0, environment=()):
        """Run wxloginctl; what it printed on stdout and stderr."""
        process = subprocess.run(
            [self.root / 'sbin' / 'wxloginctl', *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            cwd=self.root, env={**program_environment(), **dict(environment)})
        out, err = process.stdout.decode(), process.stderr.decode()
        self.told += out + err
        sanitizer_silent(err, 'stderr of wxloginctl')
        equal(process.returncode, want, f'exit status of wxloginctl '
              f'{" ".join(map(str, arguments))}: {out} {err}')
        return out, err

    def ctl_json(self, *arguments):
        """Run wxloginctl --json, which prints one object; that."""
        out, err = self.ctl('--json', *arguments)
        equal(err, '', 'stderr')
        check(out.endswith('}\n') and out.count('\n') == 1, out)
        return json.loads(out)

    def sealed(self, table, column, key, of):
        return self.query(f'SELECT {column} FROM {table} WHERE {key} = ?',
                          of)[0][0]

    def store(self, table, column, key, of, value):
        self.change(f'UPDATE {table} SET {column} = ? WHERE {key} = ?',
                    value, of)


def flipped(value):
    """The value with one byte altered, for each byte."""
    for n in range(len(value)):
        yield n, value[:n] + bytes([value[n] ^ 1 << n % 8]) + value[n + 1:]


# ---- WeChat as a table

class Gate:
    """Holds an answer back until somebody opens."""

    def __init__(self, answer):
        self.answer = answer
        self.arrived, self.opened = threading.Event(), threading.Event()

    def __call__(self, *arguments):
        self.arrived.set()
        check(self.opened.wait(PATIENCE), 'nobody opened')
        return self.answer(*arguments)

    def wait(self):
        check(self.arrived.wait(PATIENCE), 'nobody came')


class FakeWeChat:
    """Answers by path: a function of the query (a dict) and the body (bytes)
    that returns an object.  Exchanges are answered by code."""

    def __init__(self):
        self.sessions, self.calls, self.count = {}, [], 0
        self.answers = {
            EXCHANGE: lambda query, body: self.sessions.get(
                query.get('js_code'), {'errcode': 40029, 'errmsg': 'x'}),
            STABLE: lambda query, body: {'access_token': '85_fake',
                                         'expires_in': 7200}}
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                with contextlib.suppress(OSError):
                    fake._answer(self)
            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(('127.0.0.1', 0), Handler)
        self.base_url = f'http://127.0.0.1:{self.server.server_port}'
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       args=(0.01,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(PATIENCE)

    def _answer(self, request):
        target = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(target.query))
        body = request.rfile.read(int(request.headers.get(
            'Content-Length', 0)))
        self.calls.append((target.path, query, body, request.headers))
        answer = self.answers.get(target.path, lambda *_: {
            'errcode': 40066, 'errmsg': 'invalid url'})(query, body)
        data = json.dumps(answer).encode()
        request.send_response(200)
        request.send_header('Content-Type', 'text/plain')
        request.send_header('Content-Length', str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def asked(self, path):
        """The calls of one kind: query, body, headers."""
        return [c[1:] for c in self.calls if c[0] == path]

    def person(self):
        """An openid that nobody had before."""
        self.count += 1
        return f'oFake{self.count:023d}'

    def login(self, openid=None, key=None, **more):
        """A code whose exchange gives this identity and session_key."""
        self.count += 1
        code = f'0fake{self.count}'
        self.sessions[code] = {'openid': openid or self.person(),
                               'session_key': key or new_key(), **more}
        return code


# ---- the stand-in

class Direct(StandIn):
    """The stand-in as an HTTP server of its own, which can truly cut a
    connection; behind lighttpd that takes seconds."""

    def __init__(self, build):
        self.folder = Folder()
        self.log = self.folder.root / 'log' / 'sandbox.stderr'
        with open(self.log, 'wb') as log:
            self.process = spawn(
                [pathlib.Path(build) / 'sandbox' / 'sandbox', '--http', '0'],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env={**program_environment(), 'WXLOGIN_SANDBOX': '1',
                     'WXLOGIN_SANDBOX_DATABASE': self.folder.root / 'var' /
                     'sandbox.db'})
        self.base_url = self.process.stdout.readline().decode().strip()
        check(self.base_url.startswith('http://127.0.0.1:'),
              f'the stand-in: {self.log.read_text()}')
        self.http = Http(int(self.base_url.rpartition(':')[2]))

    def control(self, name, **fields):
        reply = self.http.fetch('POST', '/sandbox/' + name, {
            'Content-Type': 'application/json'}, json.dumps(fields).encode())
        check(reply.status == 200, f'/sandbox/{name}: {reply!r}')
        return reply.json

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        equal(exit_of(self.process), 0, 'exit status')
        self.process.stdout.close()
        sanitizer_silent(self.log.read_bytes(), self.log)
        self.folder.remove()


def calls(wechat, since=0):
    """Its log of calls, of which it tells 500 at a time."""
    while batch := wechat.control('calls', since=since)['calls']:
        yield from batch
        since = batch[-1]['id']


def asked(wechat, path, since=0):
    """Its calls of one kind."""
    return [c for c in calls(wechat, since) if c['path'] == path]


def last(wechat):
    """The number of its last call."""
    for call in calls(wechat, getattr(wechat, 'seen', 0)):
        wechat.seen = call['id']
    return getattr(wechat, 'seen', 0)


# ---- callers

class Load:
    """Threads that call a function each, again and again, until the end."""

    def __init__(self, functions):
        self.replies, self.problems = [], []
        self.done = False
        self.threads = [threading.Thread(target=self._run, args=(f,))
                        for f in functions]
        for thread in self.threads:
            thread.start()

    def _run(self, function):
        try:
            while not self.done:
                self.replies.append(function())
        except Exception as problem:
            self.problems.append(problem)

    def go_on(self, count):
        """Wait until so many more replies have come."""
        goal = len(self.replies) + count
        until(lambda: len(self.replies) >= goal or self.problems,
              'the load goes on')

    def end(self):
        """Stop; all that was answered."""
        self.done = True
        for thread in self.threads:
            thread.join(PATIENCE)
            check(not thread.is_alive(), 'a caller hangs')
        if self.problems:
            raise self.problems[0]
        return self.replies


@contextlib.contextmanager
def under(load):
    """With a load on; it is ended whatever happens."""
    try:
        yield load
    finally:
        load.done = True
        for thread in load.threads:
            thread.join(PATIENCE)
    load.end()


def aside(function):
    """Run it in a thread; a future."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    return future


def within_a_minute(function):
    """What counts by the minute is tried again when a minute ended within."""
    for _ in range(5):
        minute = int(time.time()) // 60
        try:
            function()
            return
        except Failed:
            if int(time.time()) // 60 == minute:
                raise
    raise Failed('minutes are too short here')


# ---- what people have

def user_info(transport, token):
    return check_token(transport, token).data['userInfo']


def refused(reply, code, field=None):
    """An error, and which."""
    equal((reply.code, reply.json.get('field')), (code, field), repr(reply))


def update(transport, token, **fields):
    return post(transport, 'updateuser', fields, token)


# ---- running

def run_cases(tap, suite, make, world, cases):
    """Cases of (title, function); the world ends with them."""
    for title, function in cases:
        tap.case(f'{suite}, {make.name}: {title}', function, world)
    tap.case(f'{suite}, {make.name}: processes end well',
             world.transport.close)
    world.site.remove()
