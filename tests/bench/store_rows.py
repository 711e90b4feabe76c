# SPDX-License-Identifier: MIT
"""store_rows.py: the store by itself."""
import sqlite3
import statistics
import subprocess

from stand import Site
from table import at_least, at_most

SMALL = 10000
LOOKUPS = 50000
PROCESSES = 16


def size(bench):
    """Bytes of a session with its share of indexes."""
    site = Site(bench.dynamic)
    site.seed(100000)
    db = sqlite3.connect(site.store)
    rows = db.execute('SELECT count(*) FROM sessions').fetchone()[0]
    db.close()
    out = subprocess.run(
        ['sqlite3', site.store, "SELECT name, sum(pgsize) FROM dbstat "
         "WHERE name LIKE 'sessions%' GROUP BY name ORDER BY name"],
        capture_output=True, text=True, check=True).stdout
    share = {name: int(n) / rows for name, n in (
        line.split('|') for line in out.splitlines())}
    yield at_most('bytes of a session with its share of indexes',
                  sum(share.values()), 135,
                  ', '.join(f'{k} {v:.0f}' for k, v in share.items()), 0)
    site.stop()


def look_up(bench):
    """A look-up in a large store against one of 10^4 sessions."""
    site = Site(bench.dynamic)
    tool, paths = bench.dynamic / 'rows', {}
    for n in (SMALL, bench.rows):
        paths[n] = site.dir / f'{n}.db'
        subprocess.run([tool, 'fill', paths[n], str(n)], check=True)

    def find(n):
        return float(subprocess.run(
            [tool, 'find', paths[n], str(n), str(LOOKUPS)], check=True,
            capture_output=True, text=True).stdout)

    find(bench.rows)            # the file into the page cache
    pairs = [(find(SMALL), find(bench.rows)) for _ in range(bench.rounds)]
    small, large = (statistics.median(x) for x in zip(*pairs))
    yield at_most(f'look-up, {bench.rows:.0e} sessions / 1e+04',
                  statistics.median(b / a for a, b in pairs), 2.0,
                  f'{large:.1f} us / {small:.1f} us of CPU')
    site.stop()


def writers(bench):
    """16 writing processes: failures, fairness, p99.9."""
    site = Site(bench.dynamic)
    runs = sorted((
        [float(x) for x in subprocess.run(
            [bench.dynamic / 'rows', 'write', site.dir / f'{i}.db',
             str(PROCESSES), str(bench.seconds)], check=True,
            capture_output=True, text=True).stdout.split()]
        for i in range(bench.rounds)), key=lambda r: r[5])
    rate, _, fair, p50, p99, worst = runs[len(runs) // 2]
    bad = sum(r[1] for r in runs)
    what = f'{PROCESSES} writing processes'
    yield at_most(f'{what}: failures', bad, 0, f'{rate:.0f} commits/s', 0)
    yield at_least(f'{what}: fewest / most commits of one',
                   statistics.median(r[2] for r in runs), 0.7,
                   f'in the median run by p99.9 {fair:.2f}')
    yield at_most(f'{what}: p99.9, ms', worst / 1000, 75,
                  f'p50 {p50 / 1000:.1f}, p99 {p99 / 1000:.1f}', 0)
    site.stop()
