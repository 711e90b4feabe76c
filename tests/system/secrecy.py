# SPDX-License-Identifier: MIT
"""secrecy.py: after logins, checks, logouts and failures, no token, code,
session_key, AppSecret or seal key is to be found in anything that was written
or answered, in any spelling."""
import base64
import contextlib
import json
import sqlite3

from kit import servers
from kit.harness import (APP1, APP2, Cgi, FastCgi, Site, check_token, log_in,
                         post)
from kit.spelling import spellings, written
from kit.tap import check, equal
from kit.wechat import RawServer, StandIn, answer, session


class Watch:
    """A transport that remembers every reply."""

    def __init__(self, transport):
        self.transport, self.name = transport, transport.name
        self.replies = []

    def call(self, program, *args, **more):
        reply = self.transport.call(program, *args, **more)
        head = ''.join(f'{k}: {v}\r\n' for k, v in reply.headers).encode()
        self.replies.append((program, head + reply.body))
        return reply


class Secrets:
    """Names and bytes of all that must not be seen."""

    def __init__(self):
        self.known = {}

    def add(self, name, value):
        self.known[name] = value if isinstance(value, bytes) else \
            value.encode()

    def found(self, data):
        return [name for name, value in self.known.items()
                if any(s in data for s in spellings(value))]


def workload(watch, site, wechat, secrets, name):
    """A bit of everything; tells `secrets` what went through."""
    def login(user, **fields):
        code = wechat.login(user)
        secrets.add(f'code of {user}', code)
        token = log_in(watch, code, **fields)['token']
        secrets.add(f'token of {user}', token)
        return code, token

    code, token = login(name + 'a', device='phone')
    again = log_in(watch, code)['token']        # a repeat
    secrets.add('token of a repeat', again)
    check_token(watch, token)
    site.change('UPDATE sessions SET used = used - 100')
    check_token(watch, token)                   # with a touch
    _, other = login(name + 'b')
    post(watch, 'logout', {'scope': 'all'}, token)
    check_token(watch, token)                   # 401
    site.expire(other)
    check_token(watch, other)                   # 401
    watch.call('checksession', query='sessionid=' + other)
    post(watch, 'checksession', {'sessionid': other})
    failures(watch, wechat, secrets, name)
    for user in (name + 'a', name + 'b'):
        who = wechat.control('user', appid=APP1[0], user=user)
        secrets.add(f'session_key of {user}', base64.b64decode(
            who['sessionKey']))


def failures(watch, wechat, secrets, name):
    """Every kind of failed login, with a code that would have been good."""
    kinds = [('truncate', {}), ('html', {}), ('big', {}), ('empty', {}),
             ('busy', {'count': 3}), ('errcode', {'errcode': 40125}),
             ('errcode', {'errcode': 40164}), ('status', {'status': 404})]
    for n, (kind, more) in enumerate(kinds):
        code = wechat.login(f'{name}-fails{n}')
        secrets.add(f'code of a failure: {kind}', code)
        wechat.fault(kind, **more)
        post(watch, 'onlogin', {'code': code})
    for body in ({'code': 'nobody-knows-this-code'},
                 {'code': 'a-code/that is malformed'},
                 {'code': '0goodcodebadapp', 'appid': 'wx-nobody'},
                 {'code': '0goodcodebaddevice', 'device': 'x' * 99}):
        secrets.add(f'code {body["code"]}', body['code'])
        post(watch, 'onlogin', body)
    secrets.add('a malformed token', 'this-is-no-token-but-looks-secret')
    watch.call('checksession', headers={
        'Authorization': 'Bearer this-is-no-token-but-looks-secret'})


def installation_secrets(site):
    secrets = Secrets()
    secrets.add('AppSecret', APP1[1])
    secrets.add('AppSecret of the other app', APP2[1])
    return secrets


def nothing_written(site, secrets):
    files = written(site)
    for name in ('var/wxlogin.db', 'var/wxlogin.db-wal'):
        check(name in files, f'{name} is not there: {sorted(files)}')
    for name, data in files.items():
        equal(secrets.found(data), [], f'secrets in {name}')


def nothing_answered(watch, secrets):
    for program, data in watch.replies:
        found = [n for n in secrets.found(data)
                 if program != 'onlogin' or not n.startswith('token of')]
        equal(found, [], f'secrets in a reply of {program}')


def identity_unanswered(watch, wechat, name):
    """openid and unionid are for the server side only."""
    for user in (name + 'a', name + 'b'):
        who = wechat.control('user', appid=APP1[0], user=user)
        for program, data in watch.replies:
            for member in ('openid', 'unionid'):
                check(who[member].encode() not in data,
                      f'{member} in a reply of {program}')


def a_token_once(watch, secrets):
    """A token is in the reply that made it and in no other."""
    tokens = [v for n, v in secrets.known.items() if n.startswith('token of')]
    for token in tokens:
        count = sum(token in data for _, data in watch.replies)
        equal(count, 1, 'replies with one token')


def search_works(site, wechat, name):
    """The search finds what is there: an openid is, in the database."""
    who = wechat.control('user', appid=APP1[0], user=name + 'a')
    secrets = Secrets()
    secrets.add('openid', who['openid'])
    hits = [n for n, data in written(site).items() if secrets.found(data)]
    check(any('wxlogin.db' in n for n in hits), f'openid only in {hits}')
    check(len(spellings(b'\xfb\xff' * 8)) > 5, 'spellings')


def nothing_in_the_rows(site, secrets):
    """The same by the values themselves, overflow pages and all."""
    with contextlib.closing(sqlite3.connect(site.db)) as db:
        for (table,) in db.execute('SELECT name FROM sqlite_master WHERE type '
                                   "= 'table'").fetchall():
            for row in db.execute(f'SELECT * FROM {table}'):
                for value in row:
                    data = value if isinstance(value, bytes) else \
                        str(value).encode()
                    equal(secrets.found(data), [], f'secrets in {table}')


def logs_speak(site, stderr):
    """The log says what happened, so that its silence means something."""
    text = site.logs() + stderr
    for word in (b'"program":"onlogin"', b'WECHAT_ERROR', b'40125',
                 b'CODE_INVALID', b'AUTH_EXPIRED'):
        check(word in text, f'{word} is not in the log')


def lines_are_json(site, stderr):
    """One JSON object a line, with the members that doc/operating.md names."""
    wanted = {'time', 'program', 'request_id', 'method', 'code', 'status',
              'ms', 'client'}
    count = 0
    for line in stderr.splitlines():
        if not line.startswith(b'{'):
            continue
        count += 1
        seen = json.loads(line)
        check(wanted <= set(seen), f'{wanted - set(seen)} not in {line}')
        check(seen['status'] < 500 or 'cause' in seen, f'no cause: {line}')
    check(count > 20, f'{count} lines')


def run(tap, build, wechat, make):
    site = Site(build, wechat.base_url)
    watch = Watch(make(site))
    name = watch.name
    secrets = installation_secrets(site)
    tap.case(f'secrecy, {name}: the workload', workload, watch, site, wechat,
             secrets, name)
    if site.key.exists():
        secrets.add('seal key', site.key.read_bytes())
    (site.root / 'log' / 'seen.stderr').write_bytes(watch.transport.stderr)
    for title, case, *args in [
            ('the search finds what is there', search_works, site, wechat,
             name),
            ('the log speaks', logs_speak, site, b''),
            ('the log is JSON', lines_are_json, site,
             watch.transport.stderr),
            ('nothing in files', nothing_written, site, secrets),
            ('nothing in replies', nothing_answered, watch, secrets),
            ('no openid in replies', identity_unanswered, watch, wechat,
             name),
            ('a token is told once', a_token_once, watch, secrets)]:
        tap.case(f'secrecy, {name}: {title}', case, *args)
    tap.case(f'secrecy, {name}: processes end well', watch.transport.close)
    tap.case(f'secrecy, {name}: nothing in rows', nothing_in_the_rows, site,
             secrets)
    site.remove()


class Served:
    """lighttpd with FastCGI, as a transport whose log is in site.logs()."""
    name = 'lighttpd'
    stderr = b''

    def __init__(self, site):
        self.server = servers.lighttpd(site, 'lighttpd-fastcgi.conf')
        self.call = self.server.http.call


def run_server(tap, build, wechat):
    site = Site(build, wechat.base_url, served=True)
    served = Served(site)
    watch, secrets = Watch(served), installation_secrets(site)
    tap.case('secrecy, lighttpd: the workload', workload, watch, site, wechat,
             secrets, 'lighttpd')
    secrets.add('seal key', site.key.read_bytes())
    tap.case('secrecy, lighttpd: the log speaks', logs_speak, site, b'')
    tap.case('secrecy, lighttpd: nothing in files', nothing_written, site,
             secrets)
    tap.case('secrecy, lighttpd: nothing in replies', nothing_answered, watch,
             secrets)
    tap.case('secrecy, lighttpd: ends well', served.server.stop)
    site.remove()


def wechat_says(build):
    """Words of WeChat reach neither a reply nor the log unfiltered."""
    text = answer({'errcode': 40013, 'errmsg': 'say secretword, rid: 1-2-3',
                   'openid': 'oSecretOpenid', 'session_key': 'x'})
    with RawServer(text, answer({**session(), 'session_key': 'thisisnokey'}),
                   answer('secretword')) as server:
        site = Site(build, server.base_url)
        transport = Cgi(site)
        for n in range(3):
            reply = post(transport, 'onlogin', {'code': f'0code{n}'})
            equal(reply.code, 'WECHAT_ERROR', 'code')
            for word in (b'secretword', b'oSecretOpenid', b'thisisnokey',
                         b'40013', b'127.0.0.1'):
                check(word not in reply.body, f'{word} in {reply!r}')
        for word in (b'secretword', b'oSecretOpenid', b'thisisnokey',
                     b'0code'):
            check(word not in transport.stderr, f'{word} in the log')
        site.remove()


def unreachable(build):
    """libcurl's own words would have the address with the secret in it."""
    site = Site(build, 'http://127.0.0.1:1')
    transport = Cgi(site)
    post(transport, 'onlogin', {'code': '0thecode'})
    for word in (b'0thecode', APP1[1].encode(), b'js_code'):
        check(word not in transport.stderr, f'{word} in the log')
    site.remove()


def hostile_values(build, wechat):
    """What a client sends stays one value of one line of the log."""
    site = Site(build, wechat.base_url)
    transport = Cgi(site)
    transport.call('checksession', 'GE"T\n{"a":1}', headers={
        'User-Agent': 'x\ny'}, params={'REMOTE_ADDR': '1.2.3.4","x":"y\x1b[2J',
                                       'UNIQUE_ID': 'a\nb'})
    lines = transport.stderr.splitlines()
    equal(len(lines), 1, 'lines')
    seen = json.loads(lines[0])
    check('x' not in seen and b'\x1b' not in lines[0], lines)
    site.remove()


def main(tap, build):
    wechat = StandIn(build)
    for make in (Cgi, FastCgi):
        run(tap, build, wechat, make)
    run_server(tap, build, wechat)
    tap.case('secrecy: what WeChat says', wechat_says, build)
    tap.case('secrecy: what libcurl says', unreachable, build)
    tap.case('secrecy: what clients send', hostile_values, build, wechat)
    tap.case('secrecy: the stand-in ends well', wechat.stop)
