# SPDX-License-Identifier: MIT
"""fake_wechat.py: WeChat as a table of answers, by path."""
import contextlib
import http.server
import json
import threading
import urllib.parse

from kit.encryption import new_key
from kit.harness import PATIENCE
from kit.tap import check
from kit.wechat import EXCHANGE, STABLE


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
