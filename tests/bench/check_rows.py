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
from stand import Site, memory, token                      # noqa: E402
from table import at_least, at_most, plain                 # noqa: E402

TOKENS = 10000
# What lighttpd sends with a request.
PARAMS = (
    ('CONTENT_LENGTH', '0'), ('SCRIPT_NAME', '/checksession'),
    ('PATH_INFO', ''), ('SCRIPT_FILENAME', '/srv/www/checksession'),
    ('DOCUMENT_ROOT', '/srv/www/'), ('REQUEST_URI', '/checksession'),
    ('QUERY_STRING', ''), ('REQUEST_METHOD', 'GET'),
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
        got = ratios(bench.rounds, lambda name: checks(
            site.port, f'/{name}', tokens, clients, bench.seconds),
            ('null', 'checksession'))
        yield at_least(
            f'checksession / null FastCGI, {clients} clients',
            got['checksession'][1], 0.85,
            f'{got["checksession"][0]:.0f}/s, {got["null"][0]:.0f}/s')
    rss, pss = memory(site.programs['checksession'])
    yield at_most(f'checksession, 16 workers, {TOKENS} tokens: RSS, MB', rss,
                  8, f'PSS {pss:.1f} MB')
    site.stop()


def one_check(path, i):
    """A check over FastCGI itself; the status has to be 200."""
    with fcgi.Connection(str(path)) as c:
        reply = c.request(list(PARAMS) + [
            ('HTTP_AUTHORIZATION', 'Bearer ' + token(i))])
    if not reply.stdout.startswith(b'Status: 200\r\n'):
        sys.exit(f'check {i}: {reply.stdout[:200]}')


def counted(bench, command, n):
    """Start checksession under a command, check n tokens, end it."""
    site = Site(bench.dynamic)
    site.seed(TOKENS)
    process = site.serve('checksession', 1, command=[
        x.format(dir=site.dir) for x in command])
    for i in range(n):
        one_check(site.dir / 'checksession.sock', i % TOKENS)
    finish(process)
    with open(site.dir / 'out', encoding='utf-8') as f:
        text = f.read()
    site.stop()
    return text


def finish(process):
    """End a server; below strace it is strace's child that has to end."""
    with open(f'/proc/{process.pid}/task/{process.pid}/children',
              encoding='utf-8') as f:
        children = [int(pid) for pid in f.read().split()]
    for pid in children or [process.pid]:
        os.kill(pid, signal.SIGTERM)
    process.wait(60)


def difference(bench, command, read, few, many):
    """What one check costs: the difference of a long and a short run."""
    short, long_ = (read(counted(bench, command, n)) for n in (few, many))
    return (long_ - short) / (many - few)


def instructions(bench):
    """Instructions and system calls of a check: no load changes them."""
    def summary(text):
        return int(re.search(r'^(?:summary|totals): (\d+)', text,
                             re.M).group(1))

    def calls(text):
        return int(re.search(r'^100\.00 +\S+ +\S+ +(\d+)', text,
                             re.M).group(1))

    yield plain('instructions of a check', difference(
        bench, ['valgrind', '-q', '--tool=callgrind',
                '--callgrind-out-file={dir}/out'], summary, 200, 1200),
        'valgrind --tool=callgrind', digits=0)
    yield plain('system calls of a check', difference(
        bench, ['strace', '-f', '-c', '-o', '{dir}/out'], calls, 200, 1200),
        'strace -c', digits=1)


def cgi(bench):
    """Start to exit of each program as CGI, against the null program."""
    for label, folder, most in (('dynamic', bench.dynamic, 2.4),
                                ('static', bench.static, 1.5)):
        site = Site(folder)
        site.seed(TOKENS)
        names = sorted(p.name for p in (folder / 'cgi-bin').iterdir()
                       if '.' not in p.name and p.name != 'setup')
        out = subprocess.run(
            [folder / 'starts', str(40 * bench.rounds),
             bench.dynamic / 'null_cgi', *(folder / 'cgi-bin' / n
                                           for n in names)],
            env=site.environment_of(REQUEST_METHOD='GET',
                                    HTTP_AUTHORIZATION='Bearer ' + token(1)),
            check=True, capture_output=True, text=True).stdout
        for line in out.splitlines()[1:]:
            us, ratio, path = line.replace(' us', '').split()
            name = os.path.basename(path)
            what = f'{name} / null CGI, {label}'
            detail = f'{us} us'
            if name == 'checksession':
                yield at_most(what, float(ratio), most, detail)
            else:
                yield plain(what, float(ratio), detail)
        if b'Status: 200' not in site.cgi(
                'checksession', HTTP_AUTHORIZATION='Bearer ' + token(1)):
            sys.exit('checksession as CGI did not answer 200')
        site.stop()
