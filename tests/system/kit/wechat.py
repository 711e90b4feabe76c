# SPDX-License-Identifier: MIT
"""wechat.py: WeChat, as the tests have it: the stand-in of sandbox/, and a raw
server that answers what no decent one would."""
import contextlib
import json
import pathlib
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import urllib.parse

from kit import servers
from kit.harness import (APP1, PATIENCE, SITES, Http, Site, exit_of,
                         program_environment, sanitizer_silent, spawn)
from kit.tap import check, equal

EXCHANGE, STABLE = '/sns/jscode2session', '/cgi-bin/stable_token'
CHECK_KEY = '/wxa/checksession'
PHONE_NUMBER = '/wxa/business/getuserphonenumber'


class Folder:
    """What servers.Server wants of a site, without programs."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix='wxs-'))
        SITES.append(self)
        self.root.chmod(0o755)
        for folder in ('etc', 'var', 'run', 'log', 'www'):
            (self.root / folder).mkdir()

    logs = Site.logs
    remove = Site.remove


class StandIn:
    """The stand-in behind its own lighttpd."""

    def __init__(self, build):
        program = pathlib.Path(build).resolve() / 'sandbox' / 'sandbox'
        check(program.is_file(), f'{program} is not there')
        self.folder = Folder()
        self.server = servers.stand_in(self.folder, program)
        self.base_url = f'http://127.0.0.1:{self.server.port}'

    def control(self, name, **fields):
        reply = self.server.http.fetch(
            'POST', '/sandbox/' + name, {'Content-Type': 'application/json'},
            json.dumps(fields).encode())
        check(reply.status == 200, f'/sandbox/{name}: {reply!r}')
        return reply.json

    def login(self, user, appid=APP1[0], **more):
        """wx.login on the phone of a user: a code."""
        return self.control('login', appid=appid, user=user, **more)['code']

    def fault(self, kind, count=1, **more):
        self.control('fault', path='jscode2session', kind=kind, count=count,
                     **more)

    def calls(self, since=0):
        """The exchanges that were asked for."""
        return asked(self, EXCHANGE, since)

    def last(self):
        return last(self)

    def reset(self):
        self.control('reset')

    def stop(self):
        self.server.stop()
        self.folder.remove()


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


# ---- the raw server

def answer(body, status='200 OK', length=None, headers=''):
    """An HTTP answer; `length` is what it says of its length."""
    if isinstance(body, dict):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    return (f'HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n{headers}'
            f'Content-Length: {len(body) if length is None else length}'
            '\r\n\r\n').encode() + body


def session(openid='oRawUserRawUserRawUserRawUse'):
    return {'session_key': 'AAECAwQFBgcICQoLDA0ODw==', 'openid': openid}


def reset(connection):
    """Close with a RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack('ii', 1, 0))
    connection.close()


class RawServer:
    """Answers requests one after another by a list of actions.

    An action is bytes (sent; the connection is kept), or a function of the
    connection that returns whether it is kept.  The last one is repeated."""

    def __init__(self, *actions):
        self.actions = list(actions)
        self.codes = []                 # js_code of every request, in order
        self.connections = 0
        self.threads = []
        self.open = []
        self.changed = threading.Condition()
        self.listening = socket.create_server(('127.0.0.1', 0))
        self.base_url = 'http://127.0.0.1:%d' % \
            self.listening.getsockname()[1]
        self._run(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(PATIENCE)

    def _run(self, function, *args):
        thread = threading.Thread(target=function, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            self._run(self._serve, connection)

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while self._one(connection):
                pass

    def _one(self, connection):
        head = b''
        while b'\r\n\r\n' not in head:
            more = connection.recv(4096)
            if not more:
                return False
            head += more
        action = self._note(head)
        if isinstance(action, bytes):
            connection.sendall(action)
            return True
        return action(connection)

    def _note(self, head):
        target = head.split(b' ')[1].decode()
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
        with self.changed:
            self.codes += query.get('js_code', ['?'])
            n = min(len(self.codes), len(self.actions)) - 1
            self.changed.notify_all()
        return self.actions[n]

    def wait_for(self, count):
        """Wait until so many requests have come."""
        with self.changed:
            check(self.changed.wait_for(lambda: len(self.codes) >= count,
                                        PATIENCE), 'no request came')
