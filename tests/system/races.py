# SPDX-License-Identifier: MIT
"""races.py: the same thing wanted by many at once.

Counts are exact and no time is measured: whatever the order in which processes
run, doc/protocol.md leaves one result."""
import threading
import time

from kit.callers import at_once
from kit.harness import (Cgi, FastCgi, Site, check_token, log_in, post,
                         session_id)
from kit.tap import check, equal
from kit.wechat import StandIn


def codes_of(replies):
    seen = [r.code for r in replies]
    return {code: seen.count(code) for code in set(seen)}


class Arena:
    """A fresh site, its transport, and WeChat."""

    def __init__(self, build, wechat, make, settings=()):
        self.site = Site(build, wechat.base_url, settings)
        self.wechat, self.transport = wechat, make(self.site)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.transport.close()
        self.site.remove()


def one_code(arena):
    """Ten callers with one code: six sessions of one user, one exchange."""
    code, since = arena.wechat.login('racer'), arena.wechat.last()
    replies = at_once([lambda: post(arena.transport, 'onlogin',
                                    {'code': code})] * 10)
    equal(codes_of(replies), {'OK': 6, 'CODE_USED': 4}, 'codes')
    data = [r.data for r in replies if r.code == 'OK']
    equal(sum(d['newUser'] for d in data), 1, 'callers with newUser')
    equal(len({d['token'] for d in data}), 6, 'tokens')
    equal(len({d['userInfo']['id'] for d in data}), 1, 'users')
    for d in data:
        equal(check_token(arena.transport, d['token']).status, 200, 'live')
    good = [c for c in arena.wechat.calls(since) if c['errcode'] == 0]
    equal(len(good), 1, 'exchanges that WeChat granted')


def one_code_slow(arena):
    """The same while WeChat takes its time over the first."""
    arena.wechat.fault('delay', ms=300)
    one_code(arena)


def repeat_is_noted(arena):
    """A repeated code is a login: the user's last_login says so."""
    code = arena.wechat.login('again')
    user = log_in(arena.transport, code)['userInfo']['id']
    arena.site.change('UPDATE users SET last_login = 1 WHERE public_id = ?',
                      user)
    log_in(arena.transport, code)
    (last,), = arena.site.query('SELECT last_login FROM users WHERE '
                                'public_id = ?', user)
    check(last > 1, f'last_login: {last}')


def one_code_refused(arena):
    """A code that WeChat does not know is that for everybody."""
    replies = at_once([lambda: post(arena.transport, 'onlogin',
                                    {'code': '0nobody'})] * 10)
    equal(codes_of(replies), {'CODE_INVALID': 10}, 'codes')


def one_user(arena):
    """Ten codes of one new user: newUser is true for exactly one."""
    codes = [arena.wechat.login('twin') for _ in range(10)]
    data = at_once([lambda c=c: log_in(arena.transport, c) for c in codes])
    equal(sum(d['newUser'] for d in data), 1, 'callers with newUser')
    equal(len({d['userInfo']['id'] for d in data}), 1, 'users')


def most_sessions(arena):
    """max_sessions = 3 holds however the logins fall together."""
    codes = [arena.wechat.login('many') for _ in range(12)]
    data = at_once([lambda c=c: log_in(arena.transport, c) for c in codes])
    live = [d for d in data
            if check_token(arena.transport, d['token']).status == 200]
    equal(len(live), 3, 'live sessions')
    ended = arena.site.query('SELECT count(*) FROM sessions WHERE ended IS '
                             'NOT NULL')
    equal(ended, [(9,)], 'ended sessions')


def logout_against_check(arena):
    """Once a logout was answered, no check says yes, and none revives it."""
    for _ in range(8):
        token = log_in(arena.transport, arena.wechat.login('leaver'))['token']
        now = int(time.time())          # a touch is due: checks will write
        arena.site.change('UPDATE sessions SET used = ?, idle_expires = ? '
                          'WHERE sid = ?', now - 100, now + 5000,
                          session_id(token))
        gone = threading.Event()

        def leave():
            ended = post(arena.transport, 'logout', {}, token)
            gone.set()
            return ended

        def look():
            seen = []
            for _ in range(3):
                after = gone.is_set()   # asked before the question is put
                seen.append((after, check_token(arena.transport, token)))
            return seen
        ended, *looks = at_once([leave] + [look] * 4)
        equal(ended.data, {'sessionsEnded': 1}, 'logout')
        for after, reply in sum(looks, []):
            check(reply.status in (200, 401), reply)
            check(not after or reply.status == 401, 'live after its end')
        equal(check_token(arena.transport, token).status, 401, 'at the end')


def logout_twice(arena):
    """Ten logouts of one session: one of them ended it."""
    token = log_in(arena.transport, arena.wechat.login('eager'))['token']
    replies = at_once([lambda: post(arena.transport, 'logout', {},
                                    token)] * 10)
    ended = sorted(r.data['sessionsEnded'] for r in replies)
    equal(ended, [0] * 9 + [1], 'sessionsEnded')


def logout_all_against_login(arena):
    """`all` ends what was there; every session is either live or ended."""
    first = log_in(arena.transport, arena.wechat.login('both'))['token']
    codes = [arena.wechat.login('both') for _ in range(4)]
    ended, *logins = at_once(
        [lambda: post(arena.transport, 'logout', {'scope': 'all'}, first)] +
        [lambda c=c: log_in(arena.transport, c) for c in codes])
    live = sum(check_token(arena.transport, d['token']).status == 200
               for d in logins)
    equal(ended.data['sessionsEnded'] + live, 5, 'ended and live')


def first_starts(arena):
    """32 first starts on an empty folder: one store, one key, all answer."""
    headers = {'Authorization': 'Bearer ' + 'x' * 43}
    replies = at_once([lambda: arena.transport.call(
        'checksession', headers=headers)] * 32)
    equal(codes_of(replies), {'AUTH_INVALID': 32}, 'codes')
    names = sorted(p.name for p in (arena.site.root / 'var').iterdir())
    check('wxlogin.db' in names and 'wxlogin.db.key' in names, names)
    check(set(names) <= {'wxlogin.db', 'wxlogin.db-wal', 'wxlogin.db-shm',
                         'wxlogin.db.key', 'wxlogin.db.lock'}, names)
    equal(arena.site.key.stat().st_size, 32, 'bytes of the key')
    for name in names:
        mode = (arena.site.root / 'var' / name).stat().st_mode & 0o777
        equal(oct(mode), '0o600', f'mode of {name}')
    log_in(arena.transport, arena.wechat.login('after'))


def first_logins(arena):
    """First starts that write at once: all of them log in."""
    codes = [arena.wechat.login(f'first{n}') for n in range(16)]
    data = at_once([lambda c=c: log_in(arena.transport, c) for c in codes])
    equal(sum(d['newUser'] for d in data), 16, 'new users')


def cgi_beside_fastcgi(arena):
    """A login in one process is known to all others at once."""
    other = Cgi(arena.site)
    token = log_in(arena.transport, arena.wechat.login('mixed'))['token']
    equal(check_token(other, token).status, 200, 'in a CGI')
    post(other, 'logout', {}, token)
    equal(check_token(arena.transport, token).status, 401, 'after a CGI')


def mass(arena):
    """200 logins from 16 at once: no failure, each its own user."""
    codes = [arena.wechat.login(f'mass{n}') for n in range(208)]

    def work(mine):
        return [log_in(arena.transport, c) for c in mine]
    data = sum(at_once([lambda m=codes[n::16]: work(m) for n in range(16)]),
               [])
    equal(len({d['userInfo']['id'] for d in data}), 208, 'users')
    equal(arena.site.query('PRAGMA integrity_check'), [('ok',)], 'integrity')


COMMON = [
    ('a repeat is noted', repeat_is_noted, ()),
    ('one code, ten callers', one_code, ()),
    ('one code, ten callers, a slow WeChat', one_code_slow, ()),
    ('one bad code, ten callers', one_code_refused, ()),
    ('one code, ten callers, rollback journal', one_code,
     (('journal', 'delete'),)),
    ('one new user, ten codes', one_user, ()),
    ('max_sessions under parallel logins', most_sessions,
     (('max_sessions', '3'),)),
    ('logout against checks', logout_against_check, ()),
    ('one session, ten logouts', logout_twice, ()),
    ('logout of all against logins', logout_all_against_login, ()),
]


def run(tap, build, wechat, make, cases):
    for title, function, settings in cases:
        def case():
            with Arena(build, wechat, make, settings) as arena:
                function(arena)
        tap.case(f'races, {make.name}: {title}', case)


def main(tap, build):
    wechat = StandIn(build)
    run(tap, build, wechat, Cgi, COMMON + [
        ('32 first starts', first_starts, ()),
        ('32 first starts, rollback journal', first_starts,
         (('journal', 'delete'),)),
        ('16 first logins', first_logins, ())])
    run(tap, build, wechat, FastCgi, COMMON + [
        ('CGI beside FastCGI', cgi_beside_fastcgi, ()),
        ('200 logins', mass, ())])
    tap.case('races: the stand-in ends well', wechat.stop)
