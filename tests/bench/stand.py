# SPDX-License-Identifier: MIT
"""stand.py: a build, and private servers of it on 127.0.0.1.

Everything is started here, in temporary folders below build-bench/, and ended
by its process id."""
import atexit
import base64
import hashlib
import http.client
import os
import pathlib
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BENCH = TOP / 'tests/bench'
WORK = TOP / 'build-bench'
APP = ('wx5a4dbeefcafe0001', '5a4dbe00000000000000000000000001')
ALL = []                        # Processes that were not stopped
CFLAGS = ['-std=c11', '-O2', '-D_GNU_SOURCE']


def shell(script, *arguments):
    """Run lines of shell that know tests/prepare.sh."""
    subprocess.run(
        ['/bin/bash', '-c', 'set -eu; top=$1; work=$2; shift 2; '
         f'mkdir -p "$work"; . "$top/tests/prepare.sh"; {script}', 'run',
         TOP, WORK, *arguments], check=True)


def install(*names):
    """Packages of Debian, if they are missing."""
    shell('packages "$@"', *names)


def build(name, *options):
    """A build of the tree; its folder."""
    folder = WORK / name
    shell('packages $build_packages lighttpd wrk sqlite3; build "$@" >&2',
          folder, *options)
    return folder


def compile_tools(folder):
    """The programs of this folder, beside the build that they measure."""
    ours = [folder / 'lib/libwxlogin.a', folder / 'lib/libframe.a']
    include = [f'-I{d}' for d in (folder, TOP / 'lib', folder / 'sql', TOP)]
    for name, options in (
            ('null_fastcgi', ['-lfcgi', '-pthread']), ('null_cgi', []),
            ('starts', []), ('wechat', []),
            ('slow_disk', ['-shared', '-fPIC']),
            ('rows', [*ours, '-lsqlite3', '-lnettle',
                      '-pthread'])):
        subprocess.run(['gcc', *CFLAGS, *include, '-o', folder / name,
                        BENCH / f'{name}.c', *options], check=True)


def free_port():
    """A port of the loopback address that nobody uses."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait_for_port(port):
    """Until somebody listens there."""
    for _ in range(500):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit(f'nobody listens at port {port}')


def token(i):
    """The token of the seeded session number i."""
    digest = hashlib.sha256(b'bench %d' % i).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip('=')


class Processes:
    """What was started, to be ended; a temporary folder."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='site.', dir=WORK))
        self.running = []
        ALL.append(self)
        atexit.register(self.stop)

    def start(self, command, **options):
        """A process of ours."""
        process = subprocess.Popen(command, **options)
        self.running.append(process)
        return process

    def end(self, process):
        """End one."""
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.running.remove(process)

    def stop(self):
        """End all, and remove the folder."""
        atexit.unregister(self.stop)
        ALL.remove(self)
        while self.running:
            self.end(self.running[-1])
        shutil.rmtree(self.dir, ignore_errors=True)


def stop_all():
    """End what a row that failed has left."""
    while ALL:
        ALL[-1].stop()


class Site(Processes):
    """lighttpd before the programs, which are started here, and WeChat as
    wechat.c plays it with `delay` ms."""

    def __init__(self, folder, delay=0):
        super().__init__()
        self.folder = folder
        self.store = self.dir / 'wxlogin.db'
        stand_in = self.start([folder / 'wechat', str(delay)],
                              stdout=subprocess.PIPE, text=True)
        self.wechat = f'http://127.0.0.1:{stand_in.stdout.readline().strip()}'
        self.environment = {
            'WXLOGIN_DATABASE': str(self.store), 'WXLOGIN_APPID': APP[0],
            'WXLOGIN_SECRET': APP[1], 'WXLOGIN_WECHAT_BASE_URL': self.wechat,
            'WXLOGIN_LOG_LEVEL': 'warning', 'WXLOGIN_RENEW': 'yes'}
        self.cgi('checksession')            # makes the store
        self.programs = {}
        self.log = open(self.dir / 'log', 'w', encoding='utf-8')

    def environment_of(self, **more):
        """The environment of a program."""
        return {**os.environ, **self.environment, **more}

    def cgi(self, name, **environment):
        """One CGI run without a token: what it printed."""
        return subprocess.run(
            [self.folder / 'cgi-bin' / name], stdin=subprocess.DEVNULL,
            capture_output=True, check=True, env=self.environment_of(
                REQUEST_METHOD='GET', **environment)).stdout

    def ctl(self, *arguments):
        """A started wxloginctl."""
        return self.start([self.folder / 'ctl/wxloginctl', *arguments],
                          env=self.environment_of(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)

    def serve(self, name, workers, descriptors=None, command=(),
              **environment):
        """A FastCGI process of a program; lighttpd comes with listen()."""
        program = self.folder / 'cgi-bin' / name
        if name == 'null':
            program = self.folder / 'null_fastcgi'
        path = self.dir / f'{name}.sock'

        def limit():
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE,
                                   (descriptors, hard))

        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(path))
            s.listen(1024)
            self.programs[name] = self.start(
                [*command, program], stdin=s, stderr=self.log,
                preexec_fn=limit, env=self.environment_of(
                    WXLOGIN_WORKERS=str(workers), NULL_WORKERS=str(workers),
                    **environment))
        return self.programs[name]

    def listen(self, cgi=()):
        """lighttpd before all that was served, and programs as plain CGI."""
        self.port = free_port()
        with open(self.dir / 'conf', 'w', encoding='utf-8') as f:
            print(f'server.port = {self.port}\n'
                  f'server.bind = "127.0.0.1"\n'
                  f'server.document-root = "{self.dir}"\n'
                  f'server.modules = ("mod_fastcgi", "mod_alias", '
                  f'"mod_setenv", "mod_cgi")\n'
                  f'server.max-connections = 2048\nserver.max-fds = 8192\n'
                  f'server.listen-backlog = 1024\n'
                  f'server.max-keep-alive-requests = 1000000', file=f)
            for name in self.programs:
                print(f'fastcgi.server += ( "/{name}" => (( '
                      f'"socket" => "{self.dir}/{name}.sock", '
                      f'"check-local" => "disable" )) )', file=f)
            for name in cgi:
                pairs = ', '.join(f'"{k}" => "{v}"'
                                  for k, v in self.environment.items())
                print(f'alias.url += ( "/{name}" => '
                      f'"{self.folder}/cgi-bin/{name}" )\n'
                      f'$HTTP["url"] =~ "^/{name}" {{\n'
                      f'cgi.assign = ( "" => "" )\n'
                      f'setenv.set-environment = ( {pairs} )\n}}', file=f)
        self.start(['/usr/sbin/lighttpd', '-D', '-f', self.dir / 'conf'],
                   stderr=self.log)
        wait_for_port(self.port)
        return self

    def get(self, path, headers=None):
        """GET a path of lighttpd: status and text."""
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        c.request('GET', path, headers=headers or {})
        reply = c.getresponse()
        text = reply.read().decode()
        c.close()
        return reply.status, text

    def seed(self, sessions):
        """Live sessions, two to a user, whose tokens are token(i)."""
        now = int(time.time())
        db = sqlite3.connect(self.store, timeout=30)
        db.executemany(
            'INSERT INTO users (public_id, appid, openid, created, updated, '
            'last_login) VALUES (?, ?, ?, ?, ?, ?)',
            ((f'{i:026d}', APP[0], f'seed{i}', now, now, now)
             for i in range(sessions // 2 + 1)))
        first = db.execute('SELECT min(id) FROM users').fetchone()[0]
        db.executemany(
            'INSERT INTO sessions (sid, user_id, created_ms, used, '
            'idle_expires, max_expires, session_key) '
            'VALUES (?, ?, ?, ?, ?, ?, randomblob(45))',
            ((hashlib.sha256(token(i).encode()).digest()[:16],
              first + i // 2, now * 1000, now, now + 7200, now + 2592000)
             for i in range(sessions)))
        db.commit()
        db.close()

    def number(self, sql, *values):
        """A number of the store."""
        db = sqlite3.connect(f'file:{self.store}?mode=ro', uri=True,
                             timeout=30)
        n = db.execute(sql, values).fetchone()[0]
        db.close()
        return n

    def sessions(self):
        """How many rows of sessions there are."""
        return self.number('SELECT count(*) FROM sessions')

    def last_event(self):
        """The last row of the audit."""
        return self.number('SELECT ifnull(max(id), 0) FROM audit')

    def logins_since(self, event):
        """Logins in the audit behind a row of it."""
        return self.number("SELECT count(*) FROM audit "
                           "WHERE id > ? AND event = 'login'", event)


def memory(process):
    """RSS and PSS of a process, MB."""
    with open(f'/proc/{process.pid}/smaps_rollup', encoding='utf-8') as f:
        kb = {line.split(':')[0]: int(line.split()[1])
              for line in f.read().splitlines()[1:]}
    return kb['Rss'] / 1024, kb['Pss'] / 1024


def cpu(process):
    """What a process has used of the processors, us."""
    with open(f'/proc/{process.pid}/stat', encoding='utf-8') as f:
        user, system = f.read().rsplit(')', 1)[1].split()[11:13]
    return (int(user) + int(system)) * 1e6 / os.sysconf('SC_CLK_TCK')
