# SPDX-License-Identifier: MIT
"""peer_rows.py: the same work by Express, PHP-FPM and Go with Redis."""
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

import load
from stand import BENCH, WORK, Site, free_port, install, token, wait_for_port
from table import at_least, plain

TOKENS = 10000
# As large as they were to be against each, checks; logins.
GOALS = {'Express': 6, 'PHP-FPM': 3, 'Go': 1.2}
LOGIN_GOAL = 1.5


def prepare():
    """Install what the peers need: from Debian, and from npm."""
    install('redis-server', 'php-fpm', 'php-redis', 'nginx',
            'golang-go', 'golang-github-gomodule-redigo-dev')
    modules = WORK / 'peers'
    if not (modules / 'node_modules/redis').is_dir():
        modules.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ['npm', 'install', '--prefix', modules, '--no-audit',
             '--no-fund', '--ignore-scripts', '--silent', 'express@5',
             'redis@5'], check=True)
    return modules


def wait_for_file(path):
    """Until a server has made its socket."""
    for _ in range(500):
        if path.exists():
            return
        time.sleep(0.02)
    sys.exit(f'{path} was not made')


def start_redis(site):
    """Redis in memory only, with the seeded sessions; its socket."""
    path = site.dir / 'redis.sock'
    site.start(['redis-server', '--port', '0', '--unixsocket', path,
                '--save', '', '--appendonly', 'no', '--dir', site.dir],
               stdout=site.log)
    wait_for_file(path)
    expires = int(time.time()) + 7200
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(path))
        for i in range(TOKENS):
            digest = hashlib.sha256(token(i).encode()).hexdigest()
            words = ('SET', f'session:{digest}', json.dumps(
                {'userId': f'{i // 2:026d}', 'openid': f'seed{i // 2}',
                 'idleExpires': expires}))
            s.sendall(f'*{len(words)}\r\n'.encode() + b''.join(
                f'${len(w)}\r\n{w}\r\n'.encode() for w in words))
            if s.recv(16) != b'+OK\r\n':
                sys.exit('Redis did not take a session')
    return str(path)


def start_express(site, modules, redis):
    """One process of Node; its port."""
    port = free_port()
    site.start(['node', BENCH / 'peers/express.mjs'], stderr=site.log,
               env={**os.environ, 'PORT': str(port), 'REDIS': redis,
                    'WECHAT': site.wechat, 'MODULES': str(modules),
                    'NODE_ENV': 'production'})
    wait_for_port(port)
    return port


def start_php(site, redis):
    """nginx before 16 children of PHP-FPM; its port."""
    port, fpm = free_port(), site.dir / 'fpm.sock'
    (site.dir / 'fpm.conf').write_text(
        f'[global]\nerror_log = {site.dir}/fpm.log\ndaemonize = no\n'
        f'[www]\nlisten = {fpm}\nlisten.backlog = 1024\npm = static\n'
        f'pm.max_children = 16\nenv[REDIS] = {redis}\n' +
        ('user = root\ngroup = root\n' if os.getuid() == 0 else ''),
        encoding='utf-8')
    (site.dir / 'nginx.conf').write_text(
        f'daemon off; pid {site.dir}/nginx.pid; worker_processes 1;\n'
        f'error_log {site.dir}/nginx.log;\n' +
        ('user root;\n' if os.getuid() == 0 else '') +
        f'events {{ worker_connections 1024; }}\n'
        f'http {{ access_log off; keepalive_requests 1000000;\n'
        f'server {{ listen 127.0.0.1:{port};\n'
        f'location / {{ include /etc/nginx/fastcgi_params;\n'
        f'fastcgi_param SCRIPT_FILENAME {BENCH}/peers/check.php;\n'
        f'fastcgi_pass unix:{fpm}; }} }} }}\n', encoding='utf-8')
    program = next(p for p in map(shutil.which, (
        'php-fpm', 'php-fpm8.2', 'php-fpm8.3', 'php-fpm8.4')) if p)
    site.start([program, '-F', '-R', '-y', site.dir / 'fpm.conf'],
               stderr=site.log)
    wait_for_file(fpm)
    site.start(['nginx', '-c', site.dir / 'nginx.conf'], stderr=site.log)
    wait_for_port(port)
    return port


def start_go(site, redis):
    """A program of Go; its port."""
    port = free_port()
    subprocess.run(
        ['go', 'build', '-o', site.dir / 'check', BENCH / 'peers/check.go'],
        check=True, env={**os.environ, 'GO111MODULE': 'off',
                         'GOPATH': '/usr/share/gocode',
                         'GOCACHE': str(WORK / 'go-cache')})
    site.start([site.dir / 'check'], stderr=site.log,
               env={**os.environ, 'PORT': str(port), 'REDIS': redis})
    wait_for_port(port)
    return port


def check(bench):
    """checksession and the null responder against Express, PHP-FPM, Go."""
    modules = prepare()
    site = Site(bench.dynamic)
    site.seed(TOKENS)
    tokens = load.write_tokens(site.dir / 'tokens', TOKENS)
    for name in ('null', 'checksession'):
        site.serve(name, 16)
    site.listen()
    redis = start_redis(site)
    ports = {'null': site.port, 'checksession': site.port,
             'Express': start_express(site, modules, redis),
             'PHP-FPM': start_php(site, redis), 'Go': start_go(site, redis)}
    for clients in (16, 64):
        rates = {name: [] for name in ports}
        for _ in range(bench.rounds):
            for name, port in ports.items():
                path = '/null' if name == 'null' else '/checksession'
                rates[name].append(load.checks(
                    port, path, tokens, clients, bench.seconds).rate)
        for name, goal in GOALS.items():
            def ratio(ours, name=name, rates=rates):
                return statistics.median(
                    x / y for x, y in zip(rates[ours], rates[name]))
            yield at_least(
                f'checksession / {name} + Redis, {clients} clients',
                ratio('checksession'), goal,
                f'{statistics.median(rates[name]):.0f}/s')
            yield plain(f'null FastCGI / {name} + Redis, {clients} clients',
                        ratio('null'), 'the most that is possible')
    site.stop()


def login(bench):
    """Logins against Express + Redis in memory, 0 ms at WeChat."""
    modules = prepare()
    site = Site(bench.dynamic)
    site.seed(TOKENS)
    site.serve('onlogin', 16)
    site.listen()
    port = start_express(site, modules, start_redis(site))
    load.logins(site, 16, 1)
    ours, theirs = [], []
    for i in range(bench.rounds):
        ours.append(load.logins(site, 16, bench.seconds).rate)
        r = load.result(load.start(port, 'login.lua', 16, bench.seconds,
                                   f'e{i}', '20000'))
        if r.bad or not r.requests:
            sys.exit(f'Express: {r}')
        theirs.append(r.rate)
    yield at_least(
        'logins, 0 ms at WeChat, 16 clients / Express + Redis in memory',
        statistics.median(x / y for x, y in zip(ours, theirs)), LOGIN_GOAL,
        f'{statistics.median(ours):.0f}/s, '
        f'{statistics.median(theirs):.0f}/s')
    site.stop()
