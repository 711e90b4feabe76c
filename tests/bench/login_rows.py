# SPDX-License-Identifier: MIT
"""login_rows.py: logins, alone and beside what disturbs them."""
import sqlite3
import subprocess
import time

import load
from load import logins
from stand import Site, memory
from table import at_least, at_most, plain

CLIENTS = 256
DELAY = 100                     # ms at WeChat
USERS = 5000                    # there before the logins


def site_for(bench, workers, delay, **options):
    """A site with onlogin and rows, warm: all workers have a connection."""
    site = Site(bench.dynamic, delay)
    site.seed(2 * USERS)
    site.serve('onlogin', workers, **options)
    site.listen()
    logins(site, workers, 1, fail=False)
    return site


def failures(r, what):
    """Replies that were not 200, or never came."""
    return at_most(f'{what}: failures', r.bad, 0, f'of {r.requests}', 0)


def wechat_100ms(bench):
    """256 clients, 100 ms at WeChat: logins / ideal, delay, memory."""
    site = site_for(bench, CLIENTS, DELAY)
    fresh = memory(site.programs['onlogin'])
    ideal = CLIENTS * 1000 / DELAY
    runs = sorted((logins(site, CLIENTS, bench.seconds)
                   for _ in range(bench.rounds)), key=lambda r: r.rate)
    r = runs[len(runs) // 2]
    yield at_least('logins, 100 ms at WeChat, 256 clients / ideal',
                   r.rate / ideal, 0.90, f'{r.rate:.0f}/s of {ideal:.0f}/s')
    yield at_most('the same: p99 / delay', r.p99 / DELAY, 1.4,
                  f'p50 {r.p50:.0f} ms, p99 {r.p99:.0f} ms')
    yield at_most('onlogin, 256 workers, fresh: RSS, MB', fresh[0], 36,
                  f'PSS {fresh[1]:.1f} MB')
    end = time.monotonic() + 120
    while (site.logins_since(0) < bench.logins and
           time.monotonic() < end):
        logins(site, CLIENTS, 5)
    rss, pss = memory(site.programs['onlogin'])
    yield at_most(f'onlogin, 256 workers, after {site.logins_since(0)} '
                  'logins: RSS, MB', rss, 46, f'PSS {pss:.1f} MB')
    site.stop()


def wechat_0ms(bench):
    """16 clients, 0 ms at WeChat: logins a second (see peers-login)."""
    site = site_for(bench, 16, 0)
    runs = sorted((logins(site, 16, bench.seconds)
                   for _ in range(bench.rounds)), key=lambda r: r.rate)
    r = runs[len(runs) // 2]
    yield plain('logins/s, 0 ms at WeChat, 16 clients', r.rate,
                f'p50 {r.p50:.1f} ms, p99 {r.p99:.1f} ms', 0)
    site.stop()


def slow_disk(bench):
    """A disk with 10 ms more for each sync: failures, p99."""
    site = site_for(bench, CLIENTS, DELAY,
                    LD_PRELOAD=str(bench.dynamic / 'slow_disk'),
                    SLOW_SYNC_MS='10')
    r = logins(site, CLIENTS, 2 * bench.seconds, fail=False)
    what = 'a disk with 10 ms a sync, 100 ms at WeChat, 256 clients'
    yield failures(r, what)
    yield at_most(f'{what}: p99, ms', r.p99, 300,
                  f'{r.rate:.0f}/s, p50 {r.p50:.0f} ms', 0)
    site.stop()


def in_turns(bench, site, clients, disturb):
    """Logins without and with a disturbance, in turn: the median run of
    each.  disturb() gives what ends it."""
    alone, beside = [], []
    for _ in range(bench.rounds):
        alone.append(logins(site, clients, bench.seconds))
        end = disturb()
        beside.append(logins(site, clients, bench.seconds, fail=False))
        end()
    middle = bench.rounds // 2
    bad = sum(r.bad for r in beside)
    return (sorted(alone, key=lambda r: r.rate)[middle],
            sorted(beside, key=lambda r: r.rate)[middle]._replace(bad=bad))


def beside_figures(what, alone, beside):
    """What every disturbance is judged by."""
    yield failures(beside, what)
    yield plain(f'{what} / alone', beside.rate / alone.rate,
                f'{beside.rate:.0f}/s, p99 {beside.p99:.0f} ms; alone '
                f'{alone.rate:.0f}/s, p99 {alone.p99:.0f} ms')


def reader(bench):
    """A reader that stays open, beside logins."""
    site = site_for(bench, CLIENTS, DELAY)

    def disturb():
        db = sqlite3.connect(f'file:{site.store}?mode=ro', uri=True,
                             isolation_level=None)
        db.execute('BEGIN')
        db.execute('SELECT count(*) FROM sessions').fetchone()
        return db.close

    what = 'logins beside a reader that stays open'
    yield from beside_figures(what, *in_turns(bench, site, CLIENTS, disturb))
    logins(site, CLIENTS, 1)            # one that may start the WAL anew
    wal = site.store.with_name('wxlogin.db-wal').stat().st_size / 2**20
    yield at_most(f'{what}: the WAL afterwards, MB', wal, 16)
    site.stop()


def backup(bench):
    """wxloginctl backup, idle and beside logins."""
    site = Site(bench.dynamic)
    subprocess.run([bench.dynamic / 'rows', 'fill', site.store,
                    str(bench.expired)], check=True)
    site.serve('onlogin', 16)
    site.listen()

    def copy(name):
        start = time.monotonic()
        process = site.ctl('backup', str(site.dir / name))
        out = process.communicate(timeout=120)[0]
        site.running.remove(process)
        if process.returncode != 0:
            raise SystemExit(f'backup: {out}')
        (site.dir / name).unlink()
        return time.monotonic() - start

    idle = copy('idle.db')
    alone = logins(site, 16, bench.seconds)
    load_ = load.start_logins(site, 16, 20)
    time.sleep(1)                       # the load is under way
    busy = copy('busy.db')
    load_.terminate()
    load_.wait()
    beside = logins(site, 16, bench.seconds)
    size = site.store.stat().st_size / 2**20
    yield at_most('backup beside 16 clients that log in, s', busy, 20,
                  f'idle {idle:.1f} s, {size:.0f} MB; logins '
                  f'{alone.rate:.0f}/s before, {beside.rate:.0f}/s after')
    site.stop()


def expired(bench):
    """Many expired rows: logins over them, purge, logins beside purge."""
    site = site_for(bench, 16, 0)
    alone = logins(site, 16, bench.seconds)
    subprocess.run([bench.dynamic / 'rows', 'fill', site.store,
                    str(bench.expired), 'expired'], check=True)
    over = logins(site, 16, bench.seconds, fail=False)
    what = f'logins with {bench.expired} expired sessions'
    yield from beside_figures(what, alone, over)
    before, start = site.sessions(), time.monotonic()
    purge = site.ctl('purge')
    r = logins(site, 16, bench.seconds, fail=False)
    out = purge.communicate(timeout=300)[0]
    took = time.monotonic() - start
    site.running.remove(purge)
    if purge.returncode != 0:
        raise SystemExit(f'purge: {out}')
    yield from beside_figures('logins beside purge', alone, r)
    yield plain('purge: sessions/s beside logins',
                (before - site.sessions() + r.requests) / took,
                f'{took:.1f} s', 0)
    site.stop()


def descriptors(bench):
    """256 workers with the usual 1024 descriptors, 256 logins at once."""
    site = site_for(bench, CLIENTS, DELAY, descriptors=1024)
    r = logins(site, CLIENTS, bench.seconds, fail=False)
    yield failures(r, 'logins, 256 workers, 1024 descriptors')
    site.stop()
