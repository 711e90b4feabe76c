# SPDX-License-Identifier: MIT
"""guarded.py: for matrix.py: what a guarded path answers, and what gets
through to what it protects: each status as the contract has it, uploads,
folders in the folder, files that are no pages; and the log."""
import json
import socket
import threading

from kit.replies import sound
from kit.stands import API, PAGE, PROGRAM, SECRET, SOURCE, bearer
from kit.tap import check, equal

JSON = ('Content-Type', 'application/json')
UPLOAD = 1500000        # bytes: over the megabyte that servers begin with
SLOW = 8                # connections; more than checksession has workers
RAN = b'it ran'


class NotHere(Exception):
    """This server can't; matrix.py's REASONS says why."""


# ---- each status

def blocked(stand):
    """A live token of a user whom the operator blocked since."""
    data = stand.world.log_in(stand.world.user())
    stand.site.change('UPDATE users SET blocked = 1 WHERE public_id = ?',
                      data['userInfo']['id'])
    return data['token']


def refused(stand, path, headers, code, **more):
    """The contract's own reply, from the type to the request's id."""
    reply = stand.fetch(path, *headers, **more)
    equal(sound(reply), code, f'{path} {headers}')
    return reply


def refusals(stand):
    cases = [((), 'AUTH_INVALID'), ([bearer('x' * 43)], 'AUTH_INVALID'),
             ([bearer(stand.world.dead())], 'AUTH_INVALID'),
             ([('sessionid', stand.world.dead())], 'AUTH_INVALID'),
             ([bearer(stand.world.expired())], 'AUTH_EXPIRED'),
             ([bearer(blocked(stand))], 'USER_BLOCKED')]
    for path in (*stand.guarded, '/wx/checksession'):
        for headers, code in cases:
            reply = refused(stand, path, headers, code)
            zh = refused(stand, path, [*headers, ('Accept-Language', 'zh')],
                         code)
            check(reply.json['message'] != zh.json['message'],
                  f'{path}: in Chinese: {zh!r}')
            reply = refused(stand, path, [*headers, ('X-Request-Id', 'a-1')],
                            code)
            equal(reply.get('X-Request-Id'), 'a-1', f'{path}: request id')
            refused(stand, path, [*headers, JSON], code, method='POST',
                    body=b'{}')


def statuses(stand):
    """What the programs say of a bad call comes through as it is."""
    token = bearer(stand.world.token())
    for want, program, method, headers, body in (
            ('PARAM_INVALID', 'onlogin', 'POST', [JSON], b'{}'),
            ('PARAM_INVALID', 'updateuser', 'POST', [JSON, token], b'{'),
            ('AUTH_INVALID', 'logout', 'POST', [JSON], b'{"scope":"all"}'),
            ('NOT_FOUND', 'onlogin/x', 'GET', [], b''),
            ('METHOD_NOT_ALLOWED', 'logout', 'GET', [], b''),
            ('METHOD_NOT_ALLOWED', 'checksession', 'PUT', [], b'x'),
            ('UNSUPPORTED_MEDIA_TYPE', 'updateuser', 'POST',
             [('Content-Type', 'text/xml'), token], b'<x/>'),
            ('BODY_TOO_LARGE', 'updateuser', 'POST', [JSON, token],
             b' ' * 65537)):
        refused(stand, '/wx/' + program, headers, want, method=method,
                body=body)
    if stand.chunked:
        refused(stand, '/wx/updateuser', [JSON, token], 'BODY_TOO_LARGE',
                method='POST', body=b' ' * 65537, chunked=True)
    stand.world.wechat.fault('errcode', errcode=40013)
    code = json.dumps({'code': stand.world.code()}).encode()
    refused(stand, '/wx/onlogin', [JSON], 'WECHAT_ERROR', method='POST',
            body=code)


# ---- bodies

def told_length(reply, what):
    check(reply.status == 200, f'{what}: {reply!r}')
    return len(reply.json['body'])


def uploads(stand):
    """A body over one megabyte, with its length and in chunks, gets to what
    is protected; without a token it is the usual 401."""
    good, body = bearer(stand.world.token()), UPLOAD * b'x'
    for path in (PROGRAM, API):
        if path not in stand.guarded:
            continue
        for chunked in (False, True):
            what = f'{path}, chunked: {chunked}'
            reply = stand.fetch(path, good, method='POST', body=body,
                                chunked=chunked)
            equal(told_length(reply, what), UPLOAD, what)
            hits = stand.backend.hits
            refused(stand, path, [], 'AUTH_INVALID', method='POST', body=body,
                    chunked=chunked)
            equal(stand.backend.hits, hits, f'{what}: hits')


def too_long(stand):
    """Over a megabyte for a program of wxlogin: 413, whoever says it."""
    for chunked in (False, True)[:1 + stand.chunked]:
        reply = stand.fetch('/wx/checksession', JSON, method='POST',
                            body=b' ' * UPLOAD, chunked=chunked)
        equal(reply.status, 413, f'chunked {chunked}: {reply!r}')


class Drip:
    """A caller who sends a body so slowly that it never ends."""

    def __init__(self, stand, path):
        self.socket = socket.create_connection(('127.0.0.1', stand.port))
        self.socket.sendall((
            f'POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: '
            'application/json\r\nContent-Length: 60000\r\n\r\n').encode())
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def send(self):
        try:
            while not self.ending.is_set():
                self.socket.sendall(b' ' * 60)
                self.ending.wait(0.1)           # 600 bytes a second
        except OSError:
            pass                                # it was thrown out

    def stop(self):
        self.ending.set()
        self.thread.join()
        self.socket.close()


def slow_bodies(stand):
    """Callers who send slowly do not keep the others from being served."""
    good, drips = bearer(stand.world.token()), []
    try:
        for _ in range(SLOW):
            drips.append(Drip(stand, '/wx/checksession'))
        for _ in range(3):
            reply = stand.fetch('/wx/checksession', good)
            equal(sound(reply), 'OK', 'beside slow callers')
            equal(stand.fetch(PAGE, good).status, 200, 'a guarded page')
    finally:
        for drip in drips:
            drip.stop()


# ---- what is in the folder

def below(path):
    """The same name, a folder deeper."""
    head, _, name = path.rpartition('/')
    return f'{head}/sub/{name}'


def folders(stand):
    good = bearer(stand.world.token())
    equal(stand.fetch(below(PAGE), good).body, SECRET, below(PAGE))
    seen = stand.fetch(below(PROGRAM) + '?a=1', good)
    check(b'"variables"' in seen.body, f'{below(PROGRAM)}: {seen!r}')
    for path in (below(PAGE), below(PROGRAM)):
        refused(stand, path, [], 'AUTH_INVALID')


def no_sources(stand):
    """Files that are neither page nor program are not to be had; PHP, which
    a host may run, is not run behind the guard's back."""
    if not stand.sources:
        raise NotHere('served')
    good = bearer(stand.world.token())
    for name in stand.sources:
        for path in (f'/members/{name}', f'/members/sub/{name}',
                     f'/members/{name}/x'):
            for headers in ((), (good,)):
                reply = stand.fetch(path, *headers)
                what = f'{path} {headers}: {reply!r}'
                check(reply.status == (404 if headers else 401), what)
                check(SOURCE not in reply.body and RAN not in reply.body, what)


# ---- headers, log

def not_kept(stand):
    """What is protected is stored nowhere on its way."""
    good = bearer(stand.world.token())
    for path in stand.guarded:
        reply = stand.fetch(path, good)
        equal(reply.status, 200, path)
        equal(reply.all('Cache-Control'), ['no-store'], f'{path}: headers')


def log_lines(stand):
    """Successes are no errors: they are in a log of wxlogin's own."""
    stand.world.token()
    stand.fetch(PAGE, bearer(stand.world.token()))
    log = stand.site.root / 'log' / 'error.log'
    errors = log.read_bytes() if log.exists() else b''
    check(b'"code":"OK"' not in errors, 'successes in the error log')
    if stand.own_log is None:
        return
    own = (stand.site.root / 'log' / stand.own_log).read_bytes()
    check(b'"code":"OK"' in own and b'"program":"checksession"' in own,
          f'wxlogin.log: {own[-300:]!r}')
