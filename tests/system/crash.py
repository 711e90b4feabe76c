# SPDX-License-Identifier: MIT
"""crash.py: kill -9 at random moments.  What was acknowledged is there, what
is there is whole, and the next start just works.

The seed is printed; WXLOGIN_SEED=N repeats a run's moments."""
import contextlib
import os
import random
import signal
import threading
import time

from kit.fcgi import Connection
from kit.harness import (Cgi, FastCgiProcess, Site, cgi_params, check_token,
                         log_in, parse_cgi, session_id)
from kit.tap import Failed, check, equal
from kit.wechat import StandIn

ROUNDS = 30
CLIENTS = 4


def sound_store(site):
    """Nobody has it open now: is it whole, and does all fit together?"""
    equal(site.query('PRAGMA integrity_check'), [('ok',)], 'integrity_check')
    equal(site.query('PRAGMA foreign_key_check'), [], 'foreign_key_check')
    equal(site.query('SELECT count(*) FROM users WHERE id NOT IN '
                     '(SELECT user_id FROM sessions)'), [(0,)],
          'users without a session')
    # each login here is a user of its own: all four rows, or none
    for table in ('sessions', 'login_codes', 'audit'):
        equal(site.query('SELECT count(*) FROM users LEFT JOIN '
                         f'(SELECT user_id, count(*) AS n FROM {table} GROUP '
                         'BY user_id) ON user_id = id WHERE n IS NOT 1'),
              [(0,)], f'users without their one row of {table}')
    return site.query('SELECT count(*) FROM users')[0][0]


def acknowledged(site, tokens):
    """Every token that somebody was given is in the store, and live."""
    rows = {h for (h,) in site.query('SELECT sid FROM sessions '
                                     'WHERE ended IS NULL')}
    lost = [t for t in tokens if session_id(t) not in rows]
    check(not lost, f'{len(lost)} of {len(tokens)} tokens are lost')
    if tokens:
        equal(check_token(Cgi(site), tokens[-1]).status, 200, 'the last one')


class Load:
    """Clients that log in one new user after another until they are told to
    stop or the program is gone."""

    def __init__(self, wechat, name, call):
        self.call, self.tokens = call, []
        self.codes = iter([wechat.login(f'{name}-{n}') for n in range(60)])
        self.lock = threading.Lock()
        self.first = threading.Event()
        self.done = False
        self.threads = [threading.Thread(target=self._run)
                        for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _next(self):
        with self.lock:
            return next(self.codes, None)

    def _run(self):
        code = self._next()
        while code is not None and not self.done:
            reply = self.call(code)
            if reply is None:
                break
            with self.lock:
                self.tokens.append(reply.data['token'])
            self.first.set()
            code = self._next()
        self.first.set()

    def end(self):
        self.done = True
        for thread in self.threads:
            thread.join(60)
            check(not thread.is_alive(), 'a client hangs')


# ---- CGI

class KilledCgi:
    """Runs onlogin, and kills a run at a moment of its life."""

    def __init__(self, site, dice):
        self.cgi, self.dice = Cgi(site), dice
        self.killed = 0

    def __call__(self, code):
        body = f'{{"code":"{code}"}}'.encode()
        process = self.cgi.start('onlogin', cgi_params('onlogin', 'POST',
                                                       body=body))
        process.stdin.write(body)
        process.stdin.close()
        process.stdin = None
        time.sleep(self.dice.uniform(0, 0.03))      # the random moment
        process.kill()
        out, _ = process.communicate(timeout=60)
        self.killed += process.returncode == -signal.SIGKILL
        with contextlib.suppress(Failed):
            reply = parse_cgi(out)
            if reply.status == 200 and reply.body.endswith(b'}}'):
                return reply
        return None


def cgi_rounds(build, wechat, dice, settings):
    """Whoever has the whole reply has a session."""
    site = Site(build, wechat.base_url, settings)
    first = [log_in(Cgi(site), wechat.login('before'))['token']]
    run, tokens = KilledCgi(site, dice), first
    for n in range(ROUNDS):
        reply = run(wechat.login(f'cgi-{n}'))
        if reply is not None:
            tokens.append(reply.data['token'])
    check(run.killed > 0, 'nothing was killed')
    users = sound_store(site)
    check(users >= len(tokens), f'{users} users, {len(tokens)} tokens')
    acknowledged(site, tokens)
    log_in(Cgi(site), wechat.login('after'))
    site.remove()


# ---- FastCGI

def speak(process):
    """A call that is None when the program is gone."""
    def call(code):
        body = f'{{"code":"{code}"}}'.encode()
        try:
            with Connection(process.path) as connection:
                result = connection.request(cgi_params(
                    'onlogin', 'POST', body=body).items(), body)
        except OSError:
            return None
        return parse_cgi(result.stdout) if result.ended else None
    return call


def fastcgi_rounds(build, wechat, dice, settings):
    """kill -9 under load, and on with a new process on the same store."""
    site = Site(build, wechat.base_url, settings)
    tokens, killed = [], 0
    for n in range(ROUNDS):
        process = FastCgiProcess(site, 'onlogin')
        load = Load(wechat, f'fast-{n}', speak(process))
        load.first.wait(60)
        time.sleep(dice.uniform(0, 0.03))           # the random moment
        process.process.kill()
        killed += process.process.wait() == -signal.SIGKILL
        load.end()
        tokens += load.tokens
    equal(killed, ROUNDS, 'killed')
    users = sound_store(site)
    check(users >= len(tokens) > 0, f'{users} users, {len(tokens)} tokens')
    acknowledged(site, tokens)
    site.remove()


# ---- beside others

def cgi_call(cgi):
    def call(code):
        body = f'{{"code":"{code}"}}'.encode()
        return cgi.call('onlogin', 'POST', body=body)
    return call


def survivors(build, wechat, dice):
    """One of two processes dies; the other does not notice."""
    site = Site(build, wechat.base_url)
    load = Load(wechat, 'alive', cgi_call(Cgi(site)))
    run = KilledCgi(site, dice)
    for n in range(ROUNDS):
        run(wechat.login(f'dying-{n}'))
    load.end()
    equal(len(load.tokens) > 0, True, 'logins of the living')
    sound_store(site)
    acknowledged(site, load.tokens)
    site.remove()


def same_code_after_a_kill(build, wechat, dice):
    """A caller whose program was killed repeats: a session of the same user,
    or CODE_USED when WeChat had already spent the code; never a hang."""
    site = Site(build, wechat.base_url)
    run, cgi = KilledCgi(site, dice), Cgi(site)
    seen = set()
    for n in range(10):
        code = wechat.login(f'again-{n}')
        run(code)
        reply = cgi.call('onlogin', 'POST',
                         body=f'{{"code":"{code}"}}'.encode())
        seen.add(reply.code)
    check(seen <= {'OK', 'CODE_USED'}, seen)
    site.remove()


def main(tap, build):
    seed = int(os.environ.get('WXLOGIN_SEED', random.randrange(1 << 30)))
    print(f'# crash: WXLOGIN_SEED={seed}')
    dice, wechat = random.Random(seed), StandIn(build)
    for settings in ((), (('journal', 'delete'),)):
        name = settings[0][1] if settings else 'wal'
        tap.case(f'crash: {ROUNDS} killed CGI runs, {name}', cgi_rounds,
                 build, wechat, dice, settings)
        tap.case(f'crash: {ROUNDS} killed FastCGI processes, {name}',
                 fastcgi_rounds, build, wechat, dice, settings)
    tap.case('crash: the others go on', survivors, build, wechat, dice)
    tap.case('crash: the same code again', same_code_after_a_kill, build,
             wechat, dice)
    tap.case('crash: the stand-in ends well', wechat.stop)
