# SPDX-License-Identifier: MIT
"""check_rows.py: what a check costs."""
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       'system'))

from kit import fcgi                                       # noqa: E402
from load import checks, ratios, write_tokens              # noqa: E402
from stand import Site, cpu, install, memory, token               # noqa: E402
from table import at_least, at_most, plain                 # noqa: E402

TOKENS = 10000
# What lighttpd sends with a request.
PARAMS = (
    ('CONTENT_LENGTH', '0'), ('SCRIPT_NAME', '/checksession'),
    ('PATH_INFO', ''), ('SCRIPT_FILENAME', '/srv/www/checksession'),
    ('DOCUMENT_ROOT', '/srv/www/'), ('REQUEST_URI', '/checksession'),
    ('REQUEST_METHOD', 'GET'),
    ('SERVER_PROTOCOL', 'HTTP/1.1'), ('GATEWAY_INTERFACE', 'CGI/1.1'),
    ('REDIRECT_STATUS', '200'), ('SERVER_SOFTWARE', 'lighttpd/1.4.69'),
    ('SERVER_PORT', '8080'), ('SERVER_ADDR', '127.0.0.1'),
    ('SERVER_NAME', '127.0.0.1'), ('REQUEST_SCHEME', 'http'),
    ('REMOTE_ADDR', '127.0.0.1'), ('REMOTE_PORT', '51234'),
    ('HTTP_HOST', '127.0.0.1:8080'), ('HTTP_USER_AGENT', 'MicroMessenger'),
    ('HTTP_ACCEPT', '*/*'))


def fastcgi(bench):
    """checksession against the null responder, many tokens."""
    site = Site(bench.dynamic)
    site.seed(TOKENS)
    tokens = write_tokens(site.dir / 'tokens', TOKENS)
    for name in ('null', 'checksession'):
        site.serve(name, 16)
    site.listen()
    for clients in (16, 64):
        used = {name: [cpu(p), 0] for name, p in site.programs.items()}

        def run(name, clients=clients, used=used):
            r = checks(site.port, f'/{name}', tokens, clients, bench.seconds)
            used[name][1] += r.requests
            return r

        got = ratios(bench.rounds, run, ('null', 'checksession'))
        each = {name: (cpu(site.programs[name]) - before) / n
                for name, (before, n) in used.items()}
        yield at_least(
            f'checksession / null FastCGI, {clients} clients',
            got['checksession'][1], 0.85,
            f'{got["checksession"][0]:.0f}/s, {got["null"][0]:.0f}/s; CPU '
            f'{each["checksession"]:.0f} us, {each["null"]:.0f} us')
    rss, pss = memory(site.programs['checksession'])
    yield at_most(f'checksession, 16 workers, {TOKENS} tokens: RSS, MB', rss,
                  8, f'PSS {pss:.1f} MB')
    site.stop()


def one_request(path, i):
    """A check, or a login, over FastCGI itself; it has to succeed."""
    if path.name == 'onlogin.sock':
        more = [('QUERY_STRING', f'code=u{i}-c-{i}')]
    else:
        more = [('QUERY_STRING', ''),
                ('HTTP_AUTHORIZATION', 'Bearer ' + token(i % TOKENS))]
    with fcgi.Connection(str(path)) as c:
        reply = c.request(list(PARAMS) + more)
    if not reply.stdout.startswith(b'Status: 200\r\n'):
        sys.exit(f'request {i}: {reply.stdout[:200]}')


def finish(process):
    """End a server; below strace it is strace's child that has to end."""
    with open(f'/proc/{process.pid}/task/{process.pid}/children',
              encoding='utf-8') as f:
        children = [int(pid) for pid in f.read().split()]
    for pid in children or [process.pid]:
        os.kill(pid, signal.SIGTERM)
    process.wait(60)


def counted(bench, program, command, n):
    """What a command tells of a program that served n requests."""
    site = Site(bench.dynamic)
    site.seed(TOKENS)
    process = site.serve(program, 1, command=[
        x.format(dir=site.dir) for x in command])
    for i in range(n):
        one_request(site.dir / f'{program}.sock', i)
    finish(process)
    with open(site.dir / 'out', encoding='utf-8') as f:
        text = f.read()
    site.stop()
    return text


COUNTERS = (
    ('instructions', 0, r'^(?:summary|totals): (\d+)',
     ['valgrind', '-q', '--tool=callgrind',
      '--callgrind-out-file={dir}/out']),
    ('system calls', 1, r'^100\.00 +\S+ +\S+ +(\d+)',
     ['strace', '-f', '-c', '-o', '{dir}/out']))


def instructions(bench):
    """Instructions and system calls of a check and of a login."""
    install('valgrind', 'strace')
    for program, what, few, many in (
            ('checksession', 'a check', 200, 1200),
            ('onlogin', 'a login', 50, 250)):
        for name, digits, pattern, command in COUNTERS:
            short, long_ = (int(re.search(
                pattern, counted(bench, program, command, n),
                re.M).group(1)) for n in (few, many))
            yield plain(f'{name} of {what}', (long_ - short) / (many - few),
                        command[0], digits)


def starts(bench, site, names):
    """Programs as CGI in turn with the null program: name, ratio, us."""
    out = subprocess.run(
        [site.folder / 'starts', str(40 * bench.rounds),
         bench.dynamic / 'null_cgi',
         *(site.folder / 'cgi-bin' / name for name in names)],
        env=site.environment_of(REQUEST_METHOD='GET',
                                HTTP_AUTHORIZATION='Bearer ' + token(1)),
        check=True, capture_output=True, text=True).stdout
    for line in out.splitlines()[1:]:
        us, ratio, path = line.replace(' us', '').split()
        yield os.path.basename(path), float(ratio), f'{us} us'


def cgi(bench):
    """Start to exit of each program as CGI, against the null program."""
    for label, folder, most in (('dynamic', bench.dynamic, 2.4),
                                ('static', bench.static, 1.5)):
        site = Site(folder)
        site.seed(TOKENS)
        if b'Status: 200' not in site.cgi(
                'checksession', HTTP_AUTHORIZATION='Bearer ' + token(1)):
            sys.exit('checksession as CGI did not answer 200')
        # By itself: the large programs push others out of the caches.
        for name, ratio, us in starts(bench, site, ['checksession']):
            yield at_most(f'{name} / null CGI, {label}', ratio, most, us)
        others = sorted(p.name for p in (folder / 'cgi-bin').iterdir()
                        if '.' not in p.name and
                        p.name not in ('checksession', 'setup'))
        for name, ratio, us in starts(bench, site, others):
            yield plain(f'{name} / null CGI, {label}', ratio, us)
        site.stop()
