# SPDX-License-Identifier: MIT
"""limits.py: the breaker, which spares a WeChat that can't be reached, and the
throttle, which slows down who guesses codes."""
import contextlib
import socket
import sqlite3
import time

from kit import wechat as raw
from kit.callers import aside, at_once, within_a_minute
from kit.fake_wechat import FakeWeChat, Gate
from kit.harness import APP1, Cgi, FastCgi, check_token, log_in, post
from kit.installations import Installed
from kit.replies import refused, sound
from kit.tap import check, equal
from kit.wechat import (CHECK_KEY, EXCHANGE, PHONE_NUMBER, STABLE, Direct,
                        RawServer, answer, asked, last, session)
from kit.world import run_cases

# A call that hangs is held by a test, and never by the clock.
PATIENT = (('wechat_timeout', '60000'), ('wechat_connect_timeout', '60000'),
           ('busy_timeout', '30000'))
QUICK = (('wechat_timeout', '150'), ('wechat_connect_timeout', '150'))
UNAVAILABLE = 'WECHAT_UNAVAILABLE'
FAILURES = 5            # in a row, until the breaker opens


class World:
    users = 0

    def __init__(self, build, make, wechat, settings=PATIENT):
        self.wechat = wechat
        self.site = Installed(build, wechat.base_url, settings)
        self.transport = make(self.site)
        check_token(self.transport, 'x' * 43)   # makes the store

    def code(self, user=None):
        World.users += 1
        return self.wechat.login(user or f'limits{World.users}')

    def token(self):
        return log_in(self.transport, self.code())['token']

    def log_in(self, code=None, transport=None, **more):
        return post(transport or self.transport, 'onlogin',
                    {'code': code or self.code()}, **more)

    def fault(self, kind, count=1, path='jscode2session', **more):
        self.wechat.control('fault', path=path, kind=kind, count=count,
                            **more)

    def fails(self, count, kind='truncate', **more):
        """So many logins that do not reach WeChat.  (A reset of a connection
        that was kept is none of them.)"""
        self.fault(kind, count, **more)
        for _ in range(count):
            equal(sound(self.log_in()), UNAVAILABLE, kind)

    def time_is_over(self):
        """As if the breaker had been open for its time."""
        self.site.change('UPDATE breaker SET open_until_ms = ?',
                         int(time.time() * 1000) - 1)

    def close(self):
        """As if nothing had ever failed."""
        self.wechat.control('fault', kind='none')
        self.site.change('UPDATE breaker SET failures = 0, open_until_ms = 0,'
                         ' probe_until_ms = 0')


# ---- the breaker

def told_at_once(w, reply):
    """503 with a Retry-After of at most the five seconds."""
    equal(sound(reply), UNAVAILABLE, f'{reply!r}')
    check(1 <= int(reply.get('Retry-After')) <= 5, reply.headers)


def opens(w):
    """After five failures WeChat isn't asked, by no process and program."""
    w.close()
    token = w.token()
    for kind in ('reset', 'truncate'):
        if kind == 'reset' and w.transport.name != 'cgi':
            continue
        w.close()
        w.fails(FAILURES, kind)
        since = last(w.wechat)
        code = w.code()
        for transport in (w.transport, Cgi(w.site)):
            told_at_once(w, w.log_in(code, transport))
            told_at_once(w, post(transport, 'checkkey', {}, token))
            told_at_once(w, post(transport, 'updatephone', {'code': 'x'},
                                 token))
        for path in (EXCHANGE, STABLE, CHECK_KEY, PHONE_NUMBER):
            equal(asked(w.wechat, path, since), [], 'calls')
        w.close()
        equal(w.log_in(code).code, 'OK', 'the code was never sent')


def any_program(w):
    """Failures of all programs and processes count together."""
    w.close()
    token = w.token()
    equal(post(w.transport, 'checkkey', {}, token).code, 'OK', 'checkkey')
    w.fails(2)
    w.fault('truncate', 2, 'checksession')
    cgi = Cgi(w.site)
    for transport in (w.transport, cgi):
        equal(sound(post(transport, 'checkkey', {}, token)), UNAVAILABLE,
              'checkkey')
    w.fault('reset', 1, 'getuserphonenumber')
    equal(sound(post(cgi, 'updatephone', {'code': 'x'}, token)), UNAVAILABLE,
          'updatephone')
    since = last(w.wechat)
    told_at_once(w, w.log_in())
    equal(asked(w.wechat, EXCHANGE, since), [], 'calls')


def live_ones(w):
    """Whoever is logged in does not notice."""
    w.close()
    token, other = w.token(), w.token()
    phone = w.wechat.control('phone', appid=APP1[0], user='limits0')
    w.fails(FAILURES)
    told_at_once(w, w.log_in())
    equal(check_token(w.transport, token).code, 'OK', 'a check')
    equal(post(w.transport, 'updateuser', {'nickname': 'Ann'}, token).code,
          'OK', 'updateuser')
    equal(post(w.transport, 'unbindphone', {}, token).code, 'OK', 'unbind')
    refused(post(w.transport, 'updatephone', {
        k: phone[k] for k in ('encryptedData', 'iv')}, other),
        'DECRYPT_WX_OPEN_DATA_FAIL')
    equal(post(w.transport, 'logout', {'scope': 'all'}, token).data,
          {'sessionsEnded': 1}, 'logout')


def before_wechat(w):
    """What needs no WeChat is answered while the breaker is open."""
    w.close()
    code = w.code()
    equal(w.log_in(code).code, 'OK', 'a login')
    w.fails(FAILURES)
    equal(w.log_in(code).code, 'OK', 'a repeat of it')
    refused(w.log_in('not a code'), 'PARAM_INVALID', 'code')
    equal(sound(post(w.transport, 'checkkey', {}, 'x' * 43)), 'AUTH_INVALID',
          'no token')


def answers_are_no_failures(w):
    """Answers of any kind do not open it."""
    w.close()
    for kind, more in (('status', {'status': 500}), ('html', {}),
                       ('busy', {}), ('empty', {}), ('big', {}),
                       ('errcode', {'errcode': 40125})):
        w.fault(kind, 3 * (FAILURES + 2), **more)
        since = last(w.wechat)
        for _ in range(FAILURES + 2):
            check(w.log_in().code in (UNAVAILABLE, 'WECHAT_ERROR'), kind)
        check(len(asked(w.wechat, EXCHANGE, since)) >= FAILURES + 2,
              f'{kind}: calls')
        w.wechat.control('fault', kind='none')
        equal(w.log_in().code, 'OK', f'after {kind}')


def in_a_row(w):
    """An answer in between, be it an error, starts the count anew."""
    w.close()
    for between in ((), (('status', {'status': 500}),),
                    (('errcode', {'errcode': 40029}),)):
        w.fails(FAILURES - 1)
        for kind, more in between:
            w.fault(kind, **more)
            check(w.log_in().code != 'OK', 'an error')
        if not between:
            equal(w.log_in().code, 'OK', 'in between')
    w.fails(FAILURES - 1)
    equal(w.log_in().code, 'OK', 'still')


def probe_closes(w):
    """After its time one is let through; its success closes."""
    w.close()
    w.fails(FAILURES)
    w.time_is_over()
    since = last(w.wechat)
    equal(w.log_in().code, 'OK', 'the probe')
    equal([w.log_in().code for _ in range(3)], ['OK'] * 3, 'the next')
    equal(len(asked(w.wechat, EXCHANGE, since)), 4, 'calls')
    w.fails(FAILURES - 1)
    equal(w.log_in().code, 'OK', 'the count began anew')


def probe_fails(w):
    """A failed probe opens it again, at once."""
    w.close()
    w.fails(FAILURES)
    for _ in range(3):
        w.time_is_over()
        since = last(w.wechat)
        w.fault('truncate')
        equal(sound(w.log_in()), UNAVAILABLE, 'the probe')
        for _ in range(3):
            told_at_once(w, w.log_in())
        equal(len(asked(w.wechat, EXCHANGE, since)), 1, 'calls')


def by_itself(w):
    """Its time passes without help."""
    w.close()
    w.fails(FAILURES)
    end = time.monotonic() + 60
    while w.log_in().code != 'OK':
        check(time.monotonic() < end, 'it never closes')
        time.sleep(0.05)


def clock_set_back(w):
    """An opening far ahead of our clock is none."""
    w.close()
    w.fails(FAILURES)
    later = int(time.time() * 1000) + 10 ** 8
    w.site.change('UPDATE breaker SET open_until_ms = ?, probe_until_ms = ?',
                  later, later)
    equal(w.log_in().code, 'OK', 'a login')


BREAKER = [
    ('five failures open it', opens), ('failures of any program', any_program),
    ('live sessions', live_ones), ('what needs no WeChat', before_wechat),
    ('answers are no failures', answers_are_no_failures),
    ('failures in a row', in_a_row), ('a probe closes it', probe_closes),
    ('a failed probe', probe_fails), ('a clock set back', clock_set_back),
    ('its time passes', by_itself),
]


def one_probe(build, make):
    """Of eight that come when its time is over one asks WeChat, and seven are
    answered before WeChat answers that one."""
    with FakeWeChat() as fake:
        site = Installed(build, fake.base_url, PATIENT)
        transport = make(site)
        log_in(transport, fake.login())         # the store is there
        site.change('UPDATE breaker SET failures = ?', FAILURES)
        gate = Gate(fake.answers[EXCHANGE])
        fake.answers[EXCHANGE] = gate
        before = len(fake.asked(EXCHANGE))
        probe = aside(lambda c=fake.login(): post(transport, 'onlogin',
                                                  {'code': c}))
        gate.wait()
        try:
            replies = at_once([lambda c=fake.login(): post(
                transport, 'onlogin', {'code': c}) for _ in range(7)])
        finally:
            gate.opened.set()
        for reply in replies:
            told_at_once(None, reply)
        equal(probe.result(60).code, 'OK', 'the probe')
        equal(len(fake.asked(EXCHANGE)) - before, 1, 'calls')
        log_in(transport, fake.login())
        transport.close()
        site.remove()


def probes_race(build, make):
    """The same when all eight come at one moment."""
    with FakeWeChat() as fake:
        site = Installed(build, fake.base_url, PATIENT)
        transport = make(site)
        log_in(transport, fake.login())
        gate = Gate(fake.answers[EXCHANGE])
        fake.answers[EXCHANGE] = gate
        site.change('UPDATE breaker SET failures = ?', FAILURES)
        before = len(fake.asked(EXCHANGE))
        futures = [aside(lambda c=fake.login(): post(
            transport, 'onlogin', {'code': c})) for _ in range(8)]
        gate.wait()
        try:
            end = time.monotonic() + 60
            while sum(f.done() for f in futures) < 7:
                check(time.monotonic() < end, 'not seven are answered')
                time.sleep(0.01)
        finally:
            gate.opened.set()
        codes = sorted(f.result(60).code for f in futures)
        equal(codes, ['OK'] + [UNAVAILABLE] * 7, 'codes')
        equal(len(fake.asked(EXCHANGE)) - before, 1, 'calls')
        transport.close()
        site.remove()


def probe_died(build, make):
    """Who probed was killed: the next one may after a while."""
    with FakeWeChat() as fake:
        site = Installed(build, fake.base_url, QUICK)
        transport = make(site)
        log_in(transport, fake.login())
        site.change('UPDATE breaker SET failures = ?, probe_until_ms = ?',
                    FAILURES, int(time.time() * 1000) - 1)
        equal(post(transport, 'onlogin', {'code': fake.login()}).code, 'OK',
              'a login')
        transport.close()
        site.remove()


def hang(connection):
    while connection.recv(4096):
        pass
    return False


def timeouts(build, make):
    """Timeouts open it too."""
    with RawServer(hang) as server:
        site = Installed(build, server.base_url, QUICK)
        transport = make(site)
        for n in range(FAILURES + 2):
            reply = post(transport, 'onlogin', {'code': f'0code{n}'})
            equal(sound(reply), UNAVAILABLE, 'code')
        equal(len(server.codes), FAILURES, 'calls')
        transport.close()
        site.remove()


def nobody_there(build, make):
    """Refused connections too: when somebody listens at last, it is not
    asked."""
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    site = Installed(build, f'http://127.0.0.1:{port}', QUICK)
    transport = make(site)
    for n in range(FAILURES):
        equal(sound(post(transport, 'onlogin', {'code': f'0code{n}'})),
              UNAVAILABLE, 'code')
    with RawServer(answer(session())) as server:
        site.configure(wechat_base_url=server.base_url)
        told_at_once(None, post(Cgi(site), 'onlogin', {'code': '0code'}))
        equal(server.codes, [], 'calls')
    for process in getattr(transport, 'processes', {}).values():
        process.stop()                  # it may have left by itself
    site.remove()


def failures_at_once(build, make):
    """Sixteen fail together: then it is open."""
    with RawServer(lambda c: raw.reset(c)) as server:
        site = Installed(build, server.base_url, PATIENT)
        transport = make(site)
        replies = at_once([lambda n=n: post(transport, 'onlogin', {
            'code': f'0code{n}'}) for n in range(16)])
        equal({sound(r) for r in replies}, {UNAVAILABLE}, 'codes')
        sent = len(server.codes)
        check(FAILURES <= sent <= 16, f'{sent} calls')
        told_at_once(None, post(transport, 'onlogin', {'code': '0code'}))
        equal(len(server.codes), sent, 'calls')
        transport.close()
        site.remove()


BREAKER_ALONE = [
    ('one probe', one_probe), ('one probe of eight', probes_race),
    ('a probe that died', probe_died), ('timeouts', timeouts),
    ('nobody listens', nobody_there), ('failures at once', failures_at_once),
]


# ---- the throttle

LIMIT = 3
LIMITED = PATIENT + (('login_failures', str(LIMIT)),
                     ('login_failures_max', '0'))
TWO_LIMITS = PATIENT + (('login_failures', str(LIMIT)),
                        ('login_failures_max', str(2 * LIMIT)))


class Caller:
    """Somebody with an address of their own (or none)."""
    count = 0

    def __init__(self, world, address='new'):
        Caller.count += 1
        if address == 'new':
            address = f'198.51.{Caller.count // 250}.{Caller.count % 250 + 1}'
        self.world, self.address = world, address

    def log_in(self, code, **fields):
        return post(self.world.transport, 'onlogin', {'code': code, **fields},
                    params={'REMOTE_ADDR': self.address})

    def fails(self, count=LIMIT):
        for _ in range(count):
            equal(self.log_in('0nobody').code, 'CODE_INVALID', 'a failure')

    def is_limited(self):
        reply = self.log_in('0nobody')
        if reply.code == 'TOO_MANY_REQUESTS':
            equal(sound(reply), 'TOO_MANY_REQUESTS', 'code')
            check(1 <= int(reply.get('Retry-After')) <= 60, reply.headers)
            return True
        equal(reply.code, 'CODE_INVALID', 'code')
        return False


def minute(function):
    """A case that a minute's end may spoil: then it is tried again."""
    def case(w):
        within_a_minute(lambda: function(w))
    case.__doc__ = function.__doc__
    return case


def used_code(w):
    """A code that gives CODE_USED."""
    code = w.code()
    for _ in range(6):
        log_in(w.transport, code)
    return code


@minute
def counts(w):
    """Malformed codes, CODE_INVALID and CODE_USED; then 429."""
    used = used_code(w)
    for code, outcome in (('not a code', 'PARAM_INVALID'),
                          ('', 'PARAM_INVALID'), ('x' * 129, 'PARAM_INVALID'),
                          (7, 'PARAM_INVALID'), ('0nobody', 'CODE_INVALID'),
                          (used, 'CODE_USED')):
        caller = Caller(w)
        for _ in range(LIMIT):
            equal(caller.log_in(code).code, outcome, f'{code}')
        check(caller.is_limited(), f'not limited after {code}')
    caller = Caller(w)
    equal([caller.log_in(c).code for c in ('not a code', '0nobody', used)],
          ['PARAM_INVALID', 'CODE_INVALID', 'CODE_USED'], 'one of each')
    check(caller.is_limited(), 'not limited after one of each')


@minute
def counts_not(w):
    """WeChat's failures, a blocked user, other fields, and successes."""
    caller = Caller(w)
    for kind, more in (('reset', {}), ('status', {'status': 500}),
                       ('html', {'status': 200}), ('busy', {'count': 3}),
                       ('errcode', {'errcode': 40125}),
                       ('errcode', {'errcode': 45011}),
                       ('errcode', {'errcode': 40226})):
        w.fault(kind, **more)
        check(caller.log_in(w.code()).code not in (
            'OK', 'TOO_MANY_REQUESTS') or more.get('errcode') == 45011, kind)
    for fields in ({'appid': 'wx-nobody'}, {'device': ''}, {'device': 7},
                   {'appid': ''}):
        equal(caller.log_in('0good', **fields).code, 'PARAM_INVALID',
              f'{fields}')
    for _ in range(LIMIT + 2):
        equal(caller.log_in(w.code()).code, 'OK', 'a good one')
    caller.fails()
    check(caller.is_limited(), 'not limited')


@minute
def good_codes_too(w):
    """Who has to wait, waits with a good code as well; it isn't spent."""
    caller, code, since = Caller(w), w.code(), 0
    caller.fails()
    since = last(w.wechat)
    equal(sound(caller.log_in(code)), 'TOO_MANY_REQUESTS', 'a good code')
    equal(asked(w.wechat, EXCHANGE, since), [], 'calls')
    equal(Caller(w).log_in(code).code, 'OK', 'from elsewhere')
    w.site.change('UPDATE throttle SET minute = minute - 1')
    equal(caller.log_in(w.code()).code, 'OK', 'a minute later')
    caller.fails()
    check(caller.is_limited(), 'not limited anew')


@minute
def by_address(w):
    """Neighbours are not affected; what is no address is not counted."""
    Caller(w, '192.0.2.1').fails()
    check(Caller(w, '192.0.2.1').is_limited(), 'the one')
    for other in ('192.0.2.2', '192.0.2.10', '192.0.2.11', '::192.0.2.1',
                  '2001:db8::1'):
        check(not Caller(w, other).is_limited(), other)
    check(Caller(w, '::ffff:192.0.2.1').is_limited(), 'mapped')


@minute
def by_network(w):
    """IPv6: a /64 is one, in whatever spelling; the next is another."""
    for n, address in enumerate(('2001:db8:1:2::1', '2001:db8:1:2:ffff::',
                                 '2001:0db8:0001:0002:1:2:3:4')):
        equal(Caller(w, address).log_in('0nobody').code, 'CODE_INVALID',
              address)
    for address in ('2001:db8:1:2::1', '2001:DB8:1:2::99',
                    '2001:db8:1:2:8000::'):
        check(Caller(w, address).is_limited(), address)
    for address in ('2001:db8:1:3::1', '2001:db8:1::1', '2001:db8::1:2:0:1'):
        check(not Caller(w, address).is_limited(), address)


@minute
def no_address(w):
    """Without an address nobody is counted."""
    for address in (None, '', 'unknown', 'unix:', '1.2.3', '1.2.3.4, 5.6.7.8',
                    "'; DROP TABLE throttle; --", 'x' * 5000):
        Caller(w, address).fails(LIMIT + 2)
    equal(w.site.query("SELECT count(*) FROM throttle WHERE client = ''"),
          [(0,)], 'rows')


@minute
def headers_say_nothing(w):
    """Only REMOTE_ADDR counts: no header moves one elsewhere."""
    caller = Caller(w)
    caller.fails()
    for name in ('X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Client-IP'):
        reply = post(w.transport, 'onlogin', {'code': '0nobody'},
                     headers={name: '203.0.113.9'},
                     params={'REMOTE_ADDR': caller.address})
        equal(reply.code, 'TOO_MANY_REQUESTS', name)


@minute
def all_processes(w):
    """Failures count in all processes together."""
    caller, cgi = Caller(w), Cgi(w.site)
    params = {'REMOTE_ADDR': caller.address}
    caller.fails(1)
    for _ in range(LIMIT - 1):
        equal(post(cgi, 'onlogin', {'code': '0nobody'}, params=params).code,
              'CODE_INVALID', 'by CGI')
    check(caller.is_limited(), 'not limited')
    equal(post(cgi, 'onlogin', {'code': '0nobody'}, params=params).code,
          'TOO_MANY_REQUESTS', 'by CGI')


@minute
def get_too(w):
    """A GET is a login, too."""
    caller = Caller(w)
    params = {'REMOTE_ADDR': caller.address}
    for _ in range(LIMIT):
        equal(w.transport.call('onlogin', query='code=0nobody',
                               params=params).code, 'CODE_INVALID', 'GET')
    check(caller.is_limited(), 'not limited')


@contextlib.contextmanager
def nothing_written(site):
    """The store is the same afterwards, to SQLite and to the file system."""
    def files():
        return {p.name: (p.stat().st_size, p.stat().st_mtime_ns)
                for p in (site.root / 'var').iterdir()
                if not p.name.endswith('-shm')}
    with contextlib.closing(sqlite3.connect(site.db)) as db:
        def version():
            return db.execute('PRAGMA data_version').fetchone()
        before = version(), files()
        yield
        equal((version(), files()), before, 'the store')


@minute
def checks_go_on(w):
    """Checks of an address that has to wait are as ever, and write nothing."""
    token = w.token()
    caller = Caller(w)
    caller.fails()
    check(caller.is_limited(), 'not limited')
    params = {'REMOTE_ADDR': caller.address}
    with nothing_written(w.site):
        for _ in range(LIMIT + 2):
            for bearer, code in ((token, 'OK'), ('x' * 43, 'AUTH_INVALID'),
                                 ('x', 'AUTH_INVALID')):
                equal(w.transport.call(
                    'checksession', params=params, headers={
                        'Authorization': 'Bearer ' + bearer}).code, code,
                    'a check')
        check(caller.is_limited(), 'still limited')
    equal(post(w.transport, 'updateuser', {'nickname': 'Ann'}, token,
               params=params).code, 'OK', 'updateuser')


def good_ones_write_no_rows(w):
    """A login that succeeds is not noted by the throttle."""
    rows = 'SELECT count(*) FROM throttle'
    before = w.site.query(rows)
    caller = Caller(w)
    for _ in range(3):
        equal(caller.log_in(w.code()).code, 'OK', 'a login')
    equal(w.site.query(rows), before, 'rows')


def swept(w):
    """Rows of past minutes do not stay."""
    for n in range(100):
        w.site.change('INSERT OR REPLACE INTO throttle VALUES (?, 1, 1)',
                      f'203.0.113.{n}')
    for _ in range(3):
        Caller(w).fails(1)
    equal(w.site.query('SELECT count(*) FROM throttle WHERE minute = 1'),
          [(0,)], 'old rows')


THROTTLE = [
    ('what counts', counts), ('what does not', counts_not),
    ('good codes have to wait, too', good_codes_too),
    ('by address', by_address), ('by network', by_network),
    ('no address', no_address),
    ('headers move nobody', headers_say_nothing),
    ('all processes together', all_processes), ('a GET, too', get_too),
    ('checks go on and write nothing', checks_go_on),
    ('successes are not noted', good_ones_write_no_rows),
    ('old rows go', swept),
]


@minute
def right_codes_pass(w):
    """One phone's wrong codes do not lock out who shares its address: up to
    the second limit a right code logs in, while wrong ones are 429."""
    caller, other = Caller(w), Caller(w)
    caller.fails()
    check(caller.is_limited(), 'a wrong code')
    for _ in range(LIMIT):
        equal(caller.log_in(w.code()).code, 'OK', 'a right code')
    equal(sound(caller.log_in('not a code')), 'TOO_MANY_REQUESTS', 'no code')
    check(caller.is_limited(), 'the last one below the second limit')
    code, since = w.code(), last(w.wechat)
    equal(sound(caller.log_in(code)), 'TOO_MANY_REQUESTS', 'a right code')
    check(caller.is_limited(), 'a wrong one')
    equal(asked(w.wechat, EXCHANGE, since), [], 'calls')
    equal(other.log_in(code).code, 'OK', 'from elsewhere')
    w.site.change('UPDATE throttle SET minute = minute - 1')
    equal(caller.log_in(w.code()).code, 'OK', 'a minute later')
    caller.fails()


# ---- calls to WeChat that a user asks for

CALLS = PATIENT + (('user_calls', '3'),)


@minute
def calls_of_a_user(w):
    """checkkey and phone codes are limited per user, each by itself; what
    needs no WeChat is not, and other users are not."""
    token, other = w.token(), w.token()

    def check_key(of=token):
        return post(w.transport, 'checkkey', {}, of)

    def phone_code(of=token):
        return post(w.transport, 'updatephone', {'code': 'x'}, of)
    for call, outcome, path in ((check_key, 'OK', CHECK_KEY),
                                (phone_code, 'CODE_INVALID', PHONE_NUMBER)):
        since = last(w.wechat)
        equal([call().code for _ in range(3)], [outcome] * 3, 'the first')
        for _ in range(2):
            reply = call()
            equal(sound(reply), 'TOO_MANY_REQUESTS', 'the next')
            check(1 <= int(reply.get('Retry-After')) <= 60, reply.headers)
        equal(len(asked(w.wechat, path, since)), 3, 'calls')
        equal(call(other).code, outcome, 'another user')
    refused(post(w.transport, 'updatephone', {
        'encryptedData': 'AAAA', 'iv': 'AAAA'}, token),
        'DECRYPT_WX_OPEN_DATA_FAIL')
    equal(post(w.transport, 'updateuser', {'nickname': 'Ann'}, token).code,
          'OK', 'updateuser')
    w.site.change('UPDATE throttle SET minute = minute - 1')
    equal(check_key().code, 'OK', 'a minute later')


@minute
def calls_by_default(w):
    """20 in a minute."""
    token = w.token()
    codes = [post(w.transport, 'checkkey', {}, token).code for _ in range(21)]
    equal(codes, ['OK'] * 20 + ['TOO_MANY_REQUESTS'], 'codes')


@minute
def profile_changes(w):
    """60 in a minute; what changes nothing is none, and other users go on."""
    token, other = w.token(), w.token()

    def rename(nickname, of=token):
        return post(w.transport, 'updateuser', {'nickname': nickname}, of)
    codes = [rename(f'Ann {n}').code for n in range(60)]
    equal(codes, ['OK'] * 60, 'the first')
    reply = rename('Ann 60')
    equal(sound(reply), 'TOO_MANY_REQUESTS', 'the next')
    check(1 <= int(reply.get('Retry-After')) <= 60, reply.headers)
    equal(rename('Ann 59').code, 'OK', 'the stored one again')
    equal(rename('Ann', other).code, 'OK', 'another user')
    w.site.change('UPDATE throttle SET minute = minute - 1')
    equal(rename('Ann 60').code, 'OK', 'a minute later')


def switched_off(w):
    """login_failures = 0: no limit, and nothing is counted."""
    caller = Caller(w)
    caller.fails(70)
    equal(w.site.query('SELECT count(*) FROM throttle'), [(0,)], 'rows')


@minute
def default_limit(w):
    """60 in a minute."""
    caller = Caller(w)
    for _ in range(60):
        equal(caller.log_in('not a code').code, 'PARAM_INVALID', 'a failure')
    check(caller.is_limited(), 'not limited')


def main(tap, build):
    wechat = Direct(build)
    for make in (Cgi, FastCgi):
        world = World(build, make, wechat)
        run_cases(tap, 'limits, breaker', make, world, BREAKER)
        for title, case in BREAKER_ALONE:
            tap.case(f'limits, breaker, {make.name}: {title}', case, build,
                     make)
        world = World(build, make, wechat, LIMITED)
        run_cases(tap, 'limits, throttle', make, world, THROTTLE)
        world = World(build, make, wechat, TWO_LIMITS)
        run_cases(tap, 'limits, throttle', make, world, [
            ('right codes pass up to the second limit', right_codes_pass)])
        world = World(build, make, wechat, CALLS)
        run_cases(tap, 'limits, throttle', make, world, [
            ('calls to WeChat of one user', calls_of_a_user)])
        world = World(build, make, wechat, PATIENT + (('user_calls', None),))
        run_cases(tap, 'limits, throttle', make, world, [
            ('user_calls by default', calls_by_default),
            ('changes of a profile', profile_changes)])
        world = World(build, make, wechat)
        run_cases(tap, 'limits, throttle', make, world, [
            ('login_failures = 0', switched_off)])
        world = World(build, make, wechat,
                      PATIENT + (('login_failures', None),))
        run_cases(tap, 'limits, throttle', make, world, [
            ('login_failures by default', default_limit)])
    tap.case('limits: the stand-in ends well', wechat.stop)
