# SPDX-License-Identifier: MIT
"""access.py: WeChat's access_token, one for all processes: fetched once, used
by all, renewed once, and never told; and checkkey, which needs it.

Counts are exact: the stand-in, or a table in its place, tells what it was
asked."""
import json
import time

from kit.callers import Load, aside, at_once, under
from kit.encryption import flipped
from kit.fake_wechat import FakeWeChat, Gate
from kit.harness import APP1, APP2, Cgi, FastCgi, log_in, post
from kit.installations import Installed
from kit.replies import sound
from kit.spelling import spellings, written
from kit.tap import check, equal
from kit.wechat import (CHECK_KEY, EXCHANGE, PHONE_NUMBER, STABLE, Direct,
                        asked, last)
from kit.world import run_cases

# Many processes at once may have to wait for one another.
PATIENT = (('busy_timeout', '60000'), ('wechat_timeout', '60000'),
           ('wechat_connect_timeout', '60000'))
VALID = {'sessionKeyValid': True}


class World:
    """A site with the stand-in, which nobody else asks meanwhile."""
    users = 0

    def __init__(self, build, make, wechat, settings=PATIENT):
        self.wechat = wechat
        self.site = Installed(build, wechat.base_url, settings)
        self.transport = make(self.site)

    def user(self):
        World.users += 1
        return f'access{World.users}'

    def person(self, app=APP1):
        """A user's name and token."""
        name = self.user()
        data = log_in(self.transport, self.wechat.login(name, app[0]),
                      appid=app[0])
        return name, data['token']

    def check_key(self, token):
        return post(self.transport, 'checkkey', {}, token)

    def forget(self):
        """As if no access_token had ever been fetched."""
        self.site.change('DELETE FROM access_tokens')

    def fault(self, path, kind, count=1, **more):
        self.wechat.control('fault', path=path, kind=kind, count=count,
                            **more)

    def fetches(self, since):
        return len(asked(self.wechat, STABLE, since))


# ---- one fetch

def one_fetch(w):
    """32 processes without a token: one fetches, all answer."""
    people = [w.person() for _ in range(32)]
    w.forget()
    codes = [w.wechat.control('phone', appid=APP1[0], user=name)['code']
             for name, _ in people]
    since = last(w.wechat)
    replies = at_once([lambda t=token, c=code: post(
        w.transport, 'updatephone', {'code': c}, t)
        for (_, token), code in zip(people, codes)])
    equal([r.code for r in replies], ['OK'] * 32, 'codes')
    equal(w.fetches(since), 1, 'fetches')
    equal(len(asked(w.wechat, PHONE_NUMBER, since)), 32, 'phone codes sent')


def kept(w):
    """It is fetched once, whatever is asked, by whomever."""
    _, token = w.person()
    w.forget()
    since = last(w.wechat)
    other = Cgi(w.site)
    for _ in range(3):
        equal(w.check_key(token).data, VALID, 'checkkey')
        equal(post(other, 'checkkey', {}, token).data, VALID, 'by CGI')
    equal(w.fetches(since), 1, 'fetches')


def apps_apart(w):
    """Each app has its own."""
    people = [w.person(app) for app in (APP1, APP2)]
    w.forget()
    since = last(w.wechat)
    for _ in range(2):
        for _, token in people:
            equal(w.check_key(token).data, VALID, 'checkkey')
    equal(sorted(c['appid'] for c in asked(w.wechat, STABLE, since)),
          [APP1[0], APP2[0]], 'fetches')
    w.wechat.control('expire', appid=APP2[0], what='token')
    since = last(w.wechat)
    equal(w.check_key(people[0][1]).data, VALID, 'the other app')
    equal(w.fetches(since), 0, 'fetches')


def lives_on(w):
    """The stored one is used until shortly before its end, then replaced."""
    _, token = w.person()
    w.check_key(token).data
    for left, fetches in ((3600, 0), (600, 0), (30, 1), (-5, 1)):
        w.site.change('UPDATE access_tokens SET expires = ?',
                      int(time.time()) + left)
        since = last(w.wechat)
        equal(w.check_key(token).data, VALID, 'checkkey')
        equal(w.fetches(since), fetches, f'fetches with {left} s to live')


def spoilt(w):
    """A stored token that does not open is fetched anew, not used."""
    _, token = w.person()
    w.check_key(token).data
    sealed = w.site.query('SELECT token FROM access_tokens WHERE appid = ?',
                          APP1[0])[0][0]
    for n, bad in list(flipped(sealed))[::16]:
        w.site.change('UPDATE access_tokens SET token = ?', bad)
        since = last(w.wechat)
        equal(w.check_key(token).data, VALID, 'checkkey')
        equal(w.fetches(since), 1, f'fetches, byte {n}')
    for bad in (b'', b'\1', sealed[:28], sealed * 20):
        w.site.change('UPDATE access_tokens SET token = ?', bad)
        equal(w.check_key(token).data, VALID, 'checkkey')


def dead_lease(w):
    """Who held the lease was killed: it runs out."""
    _, token = w.person()
    w.forget()
    w.check_key(token).data
    now = int(time.time() * 1000)
    for until in (now - 1, now + 10 ** 9):      # past; no sane time
        w.site.change('UPDATE access_tokens SET expires = 0, '
                      'lease_until_ms = ?', until)
        equal(w.check_key(token).data, VALID, 'checkkey')


# ---- tokens that WeChat refuses

def refused_once(w):
    """40001, 40014 and 42001: renewed, repeated, and nobody notices."""
    name, token = w.person()
    w.check_key(token).data
    for errcode in (40001, 40014, 42001):
        since = last(w.wechat)
        w.fault('checksession', 'errcode', errcode=errcode)
        equal(w.check_key(token).data, VALID, f'after {errcode}')
        equal((w.fetches(since), len(asked(w.wechat, CHECK_KEY, since))),
              (1, 2), 'fetches and calls')
        since = last(w.wechat)
        code = w.wechat.control('phone', appid=APP1[0], user=name)['code']
        w.fault('getuserphonenumber', 'errcode', errcode=errcode)
        equal(post(w.transport, 'updatephone', {'code': code}, token).code,
              'OK', f'a phone code after {errcode}')
        equal((w.fetches(since), len(asked(w.wechat, PHONE_NUMBER, since))),
              (1, 2), 'fetches and calls')


def refused_twice(w):
    """A second refusal is the operator's; there is no third try."""
    name, token = w.person()
    for errcode in (40001, 40014, 42001):
        for path, call in (
                (CHECK_KEY, lambda: w.check_key(token)),
                (PHONE_NUMBER, lambda: post(w.transport, 'updatephone', {
                    'code': w.wechat.control('phone', appid=APP1[0],
                                             user=name)['code']}, token))):
            since = last(w.wechat)
            w.fault(path, 'errcode', 2, errcode=errcode)
            equal(sound(call()), 'WECHAT_ERROR', f'{path} after {errcode}')
            equal((w.fetches(since) <= 1, len(asked(w.wechat, path, since))),
                  (True, 2), 'fetches and calls')
    equal(w.check_key(token).data, VALID, 'afterwards')


def other_errors(w):
    """Nothing else is taken for a refused token."""
    _, token = w.person()
    w.check_key(token).data
    for errcode in (41001, 40003, 48001, 40125, 87008):
        since = last(w.wechat)
        w.fault('checksession', 'errcode', errcode=errcode)
        equal(sound(w.check_key(token)), 'WECHAT_ERROR', f'{errcode}')
        equal((w.fetches(since), len(asked(w.wechat, CHECK_KEY, since))),
              (0, 1), 'fetches and calls')


def revoked_under_load(w):
    """Eight threads go on while the token is revoked, again and again: one
    renewal each time, and no user notices."""
    tokens = [w.person()[1] for _ in range(8)]
    for token in tokens:
        w.check_key(token).data
    since, rounds = last(w.wechat), 4
    with under(Load([lambda t=t: w.check_key(t) for t in tokens])) as load:
        for _ in range(rounds):
            load.go_on(40)
            w.wechat.control('expire', appid=APP1[0], what='token')
            load.go_on(40)
    equal({r.code for r in load.replies}, {'OK'}, 'codes')
    check(all(r.data == VALID for r in load.replies), 'a key not valid')
    equal(w.fetches(since), rounds, 'fetches')


def expired_at_wechat(w):
    """WeChat's clock says 42001 before ours does."""
    _, token = w.person()
    w.check_key(token).data
    w.wechat.control('expire', appid=APP1[0], what='token_expire')
    since = last(w.wechat)
    replies = at_once([lambda: w.check_key(token)] * 8)
    equal([r.data for r in replies], [VALID] * 8, 'checkkey')
    equal(w.fetches(since), 1, 'fetches')


# ---- fetches that fail

def wrong_secret(w):
    """WeChat is asked once in 30 s, however many want to know."""
    _, token = w.person()
    w.forget()
    w.wechat.control('app', appid=APP1[0], secret='wrong')
    try:
        since = last(w.wechat)
        for transport in [w.transport] * 5 + [Cgi(w.site)] * 5:
            reply = post(transport, 'checkkey', {}, token)
            equal(sound(reply), 'WECHAT_ERROR', 'code')
        equal(w.fetches(since), 1, 'fetches')
        w.site.change('UPDATE access_tokens SET refused_until = ?',
                      int(time.time()) - 1)
        equal(sound(w.check_key(token)), 'WECHAT_ERROR', 'after the time')
        equal(w.fetches(since), 2, 'fetches after the time')
    finally:
        w.wechat.control('app', appid=APP1[0], secret=APP1[1])
    equal(sound(w.check_key(token)), 'WECHAT_ERROR', 'not yet')
    w.site.change('UPDATE access_tokens SET refused_until = 0')
    equal(w.check_key(token).data, VALID, 'mended')


def wrong_secret_at_once(w):
    """The same when they all come together."""
    _, token = w.person()
    w.wechat.control('app', appid=APP1[0], secret='wrong')
    try:
        for n in range(4):
            w.forget()
            since = last(w.wechat)
            replies = at_once([lambda: w.check_key(token)] * 32)
            equal({sound(r) for r in replies}, {'WECHAT_ERROR'}, 'codes')
            equal(w.fetches(since), 1, f'fetches, round {n}')
    finally:
        w.wechat.control('app', appid=APP1[0], secret=APP1[1])
        w.forget()


# A cut answer, not a reset: on a kept connection libcurl repeats what was not
# answered at all, as it may here.
FETCH_ERRORS = [
    ('errcode', {'errcode': 40001}, 'WECHAT_ERROR'),
    ('errcode', {'errcode': 40164}, 'WECHAT_ERROR'),
    ('errcode', {'errcode': 40243}, 'WECHAT_ERROR'),
    ('errcode', {'errcode': 45009}, 'WECHAT_ERROR'),
    ('errcode', {'errcode': 45011}, 'WECHAT_ERROR'),
    ('errcode', {'errcode': 40029}, 'WECHAT_ERROR'),
    ('errcode', {'errcode': 40226}, 'WECHAT_ERROR'),
    ('html', {'status': 200}, 'WECHAT_ERROR'), ('empty', {}, 'WECHAT_ERROR'),
    ('big', {}, 'WECHAT_ERROR'), ('status', {'status': 404}, 'WECHAT_ERROR'),
    ('status', {'status': 500}, 'WECHAT_UNAVAILABLE'),
    ('html', {}, 'WECHAT_UNAVAILABLE'),
    ('truncate', {}, 'WECHAT_UNAVAILABLE'),
    ('busy', {'count': 3}, 'WECHAT_UNAVAILABLE'), ('busy', {}, 'OK'),
]


def fetch_errors(w):
    """Errors of stable_token are the operator's, whatever their number."""
    _, token = w.person()
    for kind, more, outcome in FETCH_ERRORS:
        w.forget()
        w.fault('stable_token', kind, **more)
        equal(sound(w.check_key(token)), outcome, f'{kind} {more}')
    w.forget()
    equal(w.check_key(token).data, VALID, 'afterwards')


def old_one_helps(w):
    """While the old one lives, a failed renewal hurts nobody."""
    _, token = w.person()
    w.check_key(token).data
    for kind, more in (('errcode', {'errcode': 40001}), ('truncate', {}),
                       ('status', {'status': 500})):
        w.site.change('UPDATE access_tokens SET expires = ?, refused_until '
                      '= 0', int(time.time()) + 100)
        w.fault('stable_token', kind, **more)
        since = last(w.wechat)
        equal(w.check_key(token).data, VALID, kind)
        equal(w.fetches(since), 1, 'fetches')


# ---- checkkey

def check_keys(w):
    """True; false after WeChat made a new key; true after a login."""
    name, token = w.person()
    equal(w.check_key(token).data, VALID, 'a fresh key')
    w.wechat.control('expire', appid=APP1[0], user=name, what='session_key')
    equal(w.check_key(token).data, {'sessionKeyValid': False}, 'replaced')
    fresh = log_in(w.transport, w.wechat.login(name))['token']
    equal(w.check_key(fresh).data, VALID, 'after a login')
    equal(w.check_key(token).data, {'sessionKeyValid': False}, 'the old one')
    other = log_in(w.transport, w.wechat.login(name, rotate=1))['token']
    equal((w.check_key(fresh).data, w.check_key(other).data),
          ({'sessionKeyValid': False}, VALID), 'after another')


def check_errors(w):
    """What WeChat says, and what the caller is told."""
    _, token = w.person()
    for kind, more, outcome in [
            ('errcode', {'errcode': 45011}, 'TOO_MANY_REQUESTS'),
            ('errcode', {'errcode': 45009}, 'TOO_MANY_REQUESTS'),
            ('errcode', {'errcode': 99999}, 'WECHAT_ERROR'),
            ('busy', {'count': 3}, 'WECHAT_UNAVAILABLE'),
            ('busy', {'count': 2}, 'OK'),
            ('status', {'status': 500}, 'WECHAT_UNAVAILABLE'),
            ('truncate', {}, 'WECHAT_UNAVAILABLE'),
            ('html', {'status': 200}, 'WECHAT_ERROR'),
            ('big', {}, 'WECHAT_ERROR')]:
        w.fault('checksession', kind, **more)
        equal(sound(w.check_key(token)), outcome, f'{kind} {more}')
    for errcode in (87009, 87007):
        w.fault('checksession', 'errcode', errcode=errcode)
        equal(w.check_key(token).data, {'sessionKeyValid': False}, errcode)


def check_spoilt(w):
    """A session whose sealed key does not open, or has none, is not told
    that its key holds."""
    _, token = w.person()
    since = last(w.wechat)
    for bad in (None, b'', bytes(45), b'\1' * 45):
        w.site.change('UPDATE sessions SET session_key = ?', bad)
        reply = w.check_key(token)
        check(sound(reply) != 'OK' or not reply.data['sessionKeyValid'],
              reply)
    equal(asked(w.wechat, CHECK_KEY, since), [], 'calls')


def check_down(build, make, wechat):
    """WeChat is not there: 503, and the session lives on."""
    world = World(build, make, wechat)
    _, token = world.person()
    world.site.configure(wechat_base_url='http://127.0.0.1:1')
    cgi = Cgi(world.site)
    for _ in range(2):
        equal(sound(post(cgi, 'checkkey', {}, token)), 'WECHAT_UNAVAILABLE',
              'code')
    equal(post(cgi, 'logout', {}, token).data, {'sessionsEnded': 1}, 'logout')
    world.site.remove()


CASES = [
    ('32 at once, and one fetch', one_fetch),
    ('fetched once for all', kept), ('each app its own', apps_apart),
    ('used until shortly before its end', lives_on),
    ('one that does not open', spoilt), ('a lease left behind', dead_lease),
    ('refused once', refused_once), ('refused twice', refused_twice),
    ('other errors', other_errors),
    ('expired at WeChat', expired_at_wechat),
    ('a wrong AppSecret', wrong_secret),
    ('a wrong AppSecret, 32 at once', wrong_secret_at_once),
    ('errors of the fetch', fetch_errors),
    ('the old one while it lives', old_one_helps),
    ('checkkey: true and false', check_keys),
    ('checkkey: errors', check_errors), ('checkkey: no key', check_spoilt),
]


# ---- with a table in WeChat's place

class Told:
    """A site whose WeChat is a table; checkkey holds."""

    def __init__(self, build, make, fake):
        self.fake = fake
        fake.answers[CHECK_KEY] = lambda *_: {'errcode': 0, 'errmsg': 'ok'}
        self.site = Installed(build, fake.base_url, PATIENT)
        self.transport = make(self.site)
        self.token = log_in(self.transport, fake.login())['token']

    def check_key(self):
        return post(self.transport, 'checkkey', {}, self.token)

    def end(self):
        self.transport.close()
        self.site.remove()


def told(function):
    def case(build, make):
        with FakeWeChat() as fake:
            world = Told(build, make, fake)
            function(world, fake)
            world.end()
    return case


@told
def expires_soon(w, fake):
    """While one fetches the next, the others use the old one: seven are
    answered before WeChat answers the fetch."""
    equal(w.check_key().data, VALID, 'the first')
    w.site.change('UPDATE access_tokens SET expires = ?',
                  int(time.time()) + 100)
    gate = Gate(lambda *_: {'access_token': '85_next', 'expires_in': 7200})
    fake.answers[STABLE] = gate
    first = aside(w.check_key)
    gate.wait()
    try:
        replies = at_once([w.check_key] * 7)
    finally:
        gate.opened.set()
    equal([r.data for r in replies], [VALID] * 7, 'the others')
    equal(first.result(60).data, VALID, 'the one that fetched')
    equal(len(fake.asked(STABLE)), 2, 'fetches')
    used = [q['access_token'] for q, _, _ in fake.asked(CHECK_KEY)]
    equal(used, ['85_fake'] * 8 + ['85_next'], 'tokens used')
    equal(w.check_key().data, VALID, 'the next')
    equal(fake.asked(CHECK_KEY)[-1][0]['access_token'], '85_next', 'token')


@told
def late_refusal(w, fake):
    """A refusal of the token before the last does not drop the new one."""
    w.check_key().data
    gate = Gate(lambda *_: {'errcode': 40001, 'errmsg': 'x'})
    good = fake.answers[CHECK_KEY]

    def by_token(query, body):
        if query['access_token'] == '85_fake' and not gate.arrived.is_set():
            return gate(query, body)
        return good(query, body)
    fake.answers[CHECK_KEY] = by_token
    slow = aside(w.check_key)
    gate.wait()
    fake.answers[STABLE] = lambda *_: {'access_token': '85_next',
                                       'expires_in': 7200}
    w.site.change('UPDATE access_tokens SET expires = 0')
    equal(w.check_key().data, VALID, 'with the next token')
    gate.opened.set()
    equal(slow.result(60).data, VALID, 'the slow one')
    equal(len(fake.asked(STABLE)), 2, 'fetches')


@told
def never_forced(w, fake):
    """force_refresh is never true, whatever happens; bodies have a length."""
    w.check_key().data
    for errcode in (40001, 40014, 42001, 45009):
        answers = [{'errcode': errcode}, {'errcode': errcode}]
        fake.answers[CHECK_KEY] = lambda *_: answers.pop() if answers else {
            'errcode': 0}
        for _ in range(3):
            w.check_key()
    w.site.change('DELETE FROM access_tokens')
    w.check_key()
    bodies = fake.asked(STABLE)
    check(len(bodies) >= 5, f'{len(bodies)} fetches')
    for query, body, headers in bodies:
        fields = json.loads(body)
        check(fields.pop('force_refresh', False) is False, body)
        equal(fields, {'grant_type': 'client_credential', 'appid': APP1[0],
                       'secret': APP1[1]}, 'fields')
        equal((query, headers['Content-Length'],
               headers['Transfer-Encoding']), ({}, str(len(body)), None),
              'query and framing')


TOKEN = '85_' + 'aZ09-_' * 22


@told
def nowhere_told(w, fake):
    """The token is in no file, no log and no reply."""
    fake.answers[STABLE] = lambda *_: {'access_token': TOKEN,
                                       'expires_in': 7200}
    replies = [w.check_key()]
    for answer in ({'errcode': 40001}, {'errcode': 48001, 'errmsg': TOKEN},
                   {'errcode': 45011}, []):
        fake.answers[CHECK_KEY] = lambda *_, a=answer: a
        replies += [w.check_key(), w.check_key()]
    equal({q['access_token'] for q, _, _ in fake.asked(CHECK_KEY)}, {TOKEN},
          'tokens used')
    (w.site.root / 'log' / 'seen.stderr').write_bytes(w.transport.stderr)
    files = {**written(w.site), **{
        f'reply {n}': r.body + repr(r.headers).encode()
        for n, r in enumerate(replies)}}
    check('var/wxlogin.db-wal' in files, sorted(files))
    for name, data in files.items():
        for spelling in spellings(TOKEN.encode()) | {TOKEN[:40].encode(),
                                                     TOKEN[-40:].encode()}:
            check(spelling not in data, f'{spelling} in {name}')


ODD_TOKENS = [
    {}, [], {'access_token': ''}, {'access_token': 'x'},
    {'access_token': 'x', 'expires_in': 0},
    {'access_token': 'x', 'expires_in': -1},
    {'access_token': 'x', 'expires_in': 'soon'},
    {'access_token': 7, 'expires_in': 7200},
    {'access_token': None, 'expires_in': 7200},
    {'access_token': 'a\r\nb', 'expires_in': 7200},
    {'access_token': 'a\0b', 'expires_in': 7200},
    {'access_token': 'x' * 5000, 'expires_in': 7200},
]


@told
def odd_tokens(w, fake):
    """Answers without a token are errors, and are not asked for again."""
    for answer in ODD_TOKENS:
        fake.answers[STABLE] = lambda *_, a=answer: a
        w.site.change('DELETE FROM access_tokens')
        before = len(fake.asked(STABLE))
        for _ in range(3):
            equal(sound(w.check_key()), 'WECHAT_ERROR', f'{answer}')
        equal(len(fake.asked(STABLE)) - before, 1, f'fetches: {answer}')
    for good in ('x' * 512, 'a+b/c=d&e%f', '85_' + '-' * 133):
        fake.answers[STABLE] = lambda *_, t=good: {
            'access_token': t, 'expires_in': 7200}
        w.site.change('DELETE FROM access_tokens')
        equal(w.check_key().data, VALID, good)
        equal(fake.asked(CHECK_KEY)[-1][0]['access_token'], good, 'sent')


HMACS = [
    ('o0q0otL8aEzpcZL/FT9WsQ==', '46e043c5525c2d817c44be603d30837a'
     '808a1d930d038f6fdc3e62a201fed128'),
    ('tiihtNczf5v6AKRyjwEUhQ==', '7154f9f8b4b76b92f541cbf0e37d4884'
     '0fa06e5e42da92a6f80168a1516a4735'),
    ('HyVFkGl5F5OQWJZZaNzBBg==', '252b75c92698025afe925b29cca5517f'
     'df9ee67aae072cf3225ebf3a53783058'),
    ('Bs/KPAI6f2l8UfxSBRVPxA==', 'bb7dc6192301cd35d241c577630e5610'
     '9e3071717209e94b4af766267d4b2af1'),
]


@told
def signatures(w, fake):
    """checkkey signs as the published vectors do, with the key's text."""
    for key, signature in HMACS:
        openid = fake.person()
        token = log_in(w.transport, fake.login(openid, key))['token']
        equal(post(w.transport, 'checkkey', {}, token).data, VALID, key)
        equal(fake.asked(CHECK_KEY)[-1][0], {
            'access_token': '85_fake', 'openid': openid,
            'signature': signature, 'sig_method': 'hmac_sha256'}, 'query')


@told
def login_needs_none(w, fake):
    """A login asks for no access_token."""
    log_in(w.transport, fake.login())
    equal((fake.asked(STABLE), len(fake.asked(EXCHANGE))), ([], 2), 'calls')


TOLD = [
    ('one that expires soon is used on', expires_soon),
    ('a late refusal drops nothing', late_refusal),
    ('never forced', never_forced), ('nowhere told', nowhere_told),
    ('answers without a token', odd_tokens),
    ('checkkey: the published signatures', signatures),
    ('a login needs none', login_needs_none),
]


def main(tap, build):
    wechat = Direct(build)
    for make in (Cgi, FastCgi):
        world = World(build, make, wechat)
        cases = CASES
        if make is FastCgi:
            cases = CASES + [('revoked under load', revoked_under_load)]
        run_cases(tap, 'access', make, world, cases)
        for title, case in TOLD:
            tap.case(f'access, {make.name}: {title}', case, build, make)
        tap.case(f'access, {make.name}: checkkey: no WeChat', check_down,
                 build, make, wechat)
    tap.case('access: the stand-in ends well', wechat.stop)
