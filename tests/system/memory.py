# SPDX-License-Identifier: MIT
"""memory.py: every program, while each of its allocations in turn fails: alone,
and with all behind it.  The client is told BUSY, or what it would have been
told anyway; the log says why; nothing is done by half.

A small library that is preloaded makes them fail (kit/nth.c); it is built
here.  WXLOGIN_MEMORY_STRIDE=1 looks at every allocation of every program."""
import json
import os
import pathlib
import subprocess
import tempfile

from kit.encryption import new_key, sign
from kit.fake_wechat import FakeWeChat
from kit.harness import (Cgi, Site, check_token, log_in,
                         sanitizer_silent)
from kit.tap import check, equal
from kit.wechat import CHECK_KEY, PHONE_NUMBER

SOURCE = pathlib.Path(__file__).resolve().parent / 'kit' / 'nth.c'
STRIDE = int(os.environ.get('WXLOGIN_MEMORY_STRIDE', '37'))
SETTINGS = (('user_logins', '0'), ('max_sessions', '10000'))


def build_library(folder):
    library = pathlib.Path(folder) / 'nth.so'
    subprocess.run([os.environ.get('CC', 'cc'), '-shared', '-fPIC', '-O1',
                    '-o', library, SOURCE], check=True)
    return library


class Fake(FakeWeChat):
    """WeChat that also knows keys and phone codes."""

    def __init__(self):
        super().__init__()
        self.answers[CHECK_KEY] = lambda query, body: {'errcode': 0}
        self.answers[PHONE_NUMBER] = lambda query, body: {
            'errcode': 0, 'phone_info': {
                'purePhoneNumber': '13800138000', 'countryCode': '86',
                'watermark': {'appid': self.appid}}}


class Starved(Cgi):
    """Runs programs whose n-th allocation fails."""

    def __init__(self, site, library, folder):
        super().__init__(site)
        self.counted = pathlib.Path(folder) / 'count'
        self.environment = {'LD_PRELOAD': str(library),
                            'NTH_COUNT': str(self.counted)}

    def starve(self, nth, on):
        self.environment['NTH_FAILS'] = str(nth)
        self.environment['NTH_ON'] = str(int(on))

    def allocations(self):
        return int(self.counted.read_text())


class Call:
    """A request; what must hold when it was answered OK, or not."""

    def __init__(self, program, fields=(), token=True, form=False):
        self.program, self.fields = program, dict(fields)
        self.token, self.form = token, form


def body_of(call, fields):
    if call.form:
        return ('application/x-www-form-urlencoded', '&'.join(
            f'{k}={v}' for k, v in fields.items()))
    return 'application/json', json.dumps(fields)


class World:
    def __init__(self, build, fake, library, folder):
        self.fake = fake
        self.site = Site(build, fake.base_url, SETTINGS)
        self.plain = Cgi(self.site)
        self.starved = Starved(self.site, library, folder)
        self.key = new_key()
        self.openid = fake.person()

    def new_token(self):
        return log_in(self.plain, self.fake.login(self.openid, self.key))[
            'token']

    def ask(self, call, token):
        fields = {k: v(self) if callable(v) else v
                  for k, v in call.fields.items()}
        kind, body = body_of(call, fields)
        headers = {'Content-Type': kind}
        if call.token:
            headers['Authorization'] = 'Bearer ' + token
        self.starved.stderr = b''
        return self.starved.call(call.program, 'POST', headers=headers,
                                 body=body.encode())


def judge(reply, stderr, where):
    """OK, or BUSY with a cause in the log; a configuration that could not be
    read for want of memory is INTERNAL, and the log says that it was that."""
    sanitizer_silent(stderr, 'stderr')
    what = f'{where}: {reply!r}: {stderr.decode()}'
    check((reply.code, reply.status) in (
        ('OK', 200), ('BUSY', 503), ('INTERNAL', 500),
        ('WECHAT_UNAVAILABLE', 503)), what)
    # libcurl tells of a name that it can't resolve when it was memory
    check(reply.code == 'OK' or b'memory' in stderr or
          b"Couldn't resolve host name" in stderr, what)
    check(reply.code != 'INTERNAL' or b'configuration is broken' in stderr,
          what)


def others_only(w, call):
    """logout of the others: the session that asks stays, whatever fails."""
    if call.program == 'logout':
        check(check_token(w.plain, w.token).code == 'OK',
              'the session that asked was ended')


def starve_all(w, call, first, stride):
    """Every stride-th allocation in turn fails, alone and with all behind
    it."""
    failed, w.token = 0, w.new_token()
    for on in (False, True):
        nth, step = first - stride, stride * (3 if on else 1)
        while True:
            nth += step
            if call.program == 'logout':
                w.new_token()                   # another one, to be ended
            w.starved.starve(nth, on)
            where = f'{call.program}, allocation {nth}{" on" if on else ""}'
            reply = w.ask(call, w.token)
            if w.starved.allocations() < nth:
                equal(reply.code, 'OK', where)
                break
            judge(reply, w.starved.stderr, where)
            failed += reply.code != 'OK'
            others_only(w, call)
        check(nth > 20, f'only {nth} allocations')
    check(failed > 10, f'only {failed} calls failed')


def profile(w):
    return json.dumps({'nickName': 'Band', 'city': 'Bern', 'gender': 1})


CALLS = [
    Call('checksession'),
    Call('logout', {'scope': 'others'}),
    Call('updateuser', {'nickname': 'Ann', 'city': 'Bern', 'gender': 1}),
    Call('updateuser', {'nickname': 'Ann', 'city': 'Bern', 'gender': '2'},
         form=True),
    Call('updateuser', {
        'rawData': profile,
        'signature': lambda w: sign(w.key, profile(w))['signature']}),
    Call('unbindphone'),
    Call('updatephone', {'code': 'x'}),
    Call('checkkey'),
    Call('onlogin', {'code': lambda w: w.fake.login(w.openid, w.key),
                     'device': 'phone'}, token=False),
]


def main(tap, build):
    with Fake() as fake, tempfile.TemporaryDirectory(prefix='wxl-') as folder:
        library = build_library(folder)
        for n, call in enumerate(CALLS):
            world = World(build, fake, library, folder)
            fake.appid = world.site.settings['default_app']
            # what a program does first is the same for all: it is looked at
            # one by one in the first, and in steps in the others
            tap.case(f'memory: {call.program} ({n}): allocations fail',
                     starve_all, world, call, n + 1, STRIDE if n else 1)
            world.site.remove()
