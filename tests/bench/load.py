# SPDX-License-Identifier: MIT
"""load.py: wrk, and what it counted."""
import collections
import itertools
import statistics
import subprocess
import sys

from stand import BENCH, token

Result = collections.namedtuple('Result', 'requests rate bad p50 p99')
RUNS = itertools.count(1)


def start(port, script, clients, seconds, *arguments):
    """wrk, started."""
    return subprocess.Popen(
        ['wrk', '-t1', f'-c{clients}', f'-d{seconds}s', '--timeout', '30s',
         '-s', BENCH / script, f'http://127.0.0.1:{port}', '--', *arguments],
        stdout=subprocess.PIPE, text=True)


def result(process):
    """What it counted when it ends; times in ms."""
    out = process.communicate()[0]
    line = [x for x in out.splitlines() if x.startswith('RESULT')]
    if process.returncode != 0 or not line:
        sys.exit(f'wrk: {out}')
    n, us, bad, p50, p99 = (int(x) for x in line[0].split()[1:])
    return Result(n, n * 1e6 / us, bad, p50 / 1000, p99 / 1000)


def write_tokens(path, n):
    """A file of the tokens of n seeded sessions."""
    with open(path, 'w', encoding='utf-8') as f:
        f.writelines(token(i) + '\n' for i in range(n))
    return str(path)


def checks(port, path, tokens, clients, seconds):
    """Requests of a path with the tokens of a file; all have to succeed."""
    r = result(start(port, 'check.lua', clients, seconds, tokens, path))
    if r.bad or not r.requests:
        sys.exit(f'{path}, {clients} clients: {r}')
    return r


def start_logins(site, clients, seconds, users=20000):
    """Logins, started."""
    return start(site.port, 'login.lua', clients, seconds,
                 f'r{next(RUNS)}', str(users))


def logins(site, clients, seconds, users=20000, fail=True):
    """Logins, counted against the rows that they left.  Those that the end
    of the run cut off are in the store and not in the count."""
    before = site.last_event()
    r = result(start_logins(site, clients, seconds, users))
    added = site.logins_since(before)
    if added < r.requests - r.bad or (fail and (r.bad or not r.requests)):
        sys.exit(f'{r}, {added} logins in the store')
    return r


def ratios(rounds, measure, names):
    """Run measure(name) for each name in turn: for each name the median rate,
    and the median of the ratios of neighbours to the first name."""
    rates = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            rates[name].append(measure(name).rate)
    first = rates[names[0]]
    return {name: (statistics.median(list_), statistics.median(
        x / y for x, y in zip(list_, first)))
        for name, list_ in rates.items()}
