# SPDX-License-Identifier: MIT
"""stands.py: for matrix.py: an installation behind each configuration of
conf/, with a page, a program and a server of the operator's to protect."""
import configparser
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import threading

from kit import servers
from kit.harness import (PATIENCE, ROOT_RUN, Reply, Site, exit_of,
                         program_environment, spawn, until)
from kit.tap import check
from kit.world import World

HERE = pathlib.Path(__file__).resolve().parent
PAGE, PROGRAM, API = '/members/page.html', '/members/whoami.cgi', \
    '/members/api/x'
SECRET = b'for members only'
SOURCE = b'<?php /* for members only */ echo "it " . "ran";'
SOURCES = ('x.php', 'x.PHP', 'x.phtml', 'x.php.bak', 'x.html.php', 'x.inc',
           'x.py', 'x.sql', 'noextension', 'x.cgi.old')


# ---- requests that no HTTP library sends

def chunks(body, size=50000):
    """A body as HTTP's chunks."""
    parts = [body[i:i + size] for i in range(0, len(body), size)]
    return b''.join(b'%x\r\n%b\r\n' % (len(p), p) for p in [*parts, b''])


def raw(port, target, headers=(), body=b'', method='GET', version='1.1',
        chunked=False):
    """One request, its target and headers byte for byte; a header may come
    twice.  A server may answer before it has read the body."""
    lines = [f'{method} {target} HTTP/{version}', 'Host: 127.0.0.1',
             'Connection: close', *(f'{k}: {v}' for k, v in headers)]
    if chunked:
        lines.append('Transfer-Encoding: chunked')
        body = chunks(body)
    elif body or method in ('POST', 'PUT'):
        lines.append(f'Content-Length: {len(body)}')
    with socket.create_connection(('127.0.0.1', port), PATIENCE) as s:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            s.sendall('\r\n'.join([*lines, '', '']).encode() + body)
        answer = http.client.HTTPResponse(s, method=method)
        answer.begin()
        return Reply(answer.status, answer.getheaders(), answer.read())


def bearer(token):
    return ('Authorization', f'Bearer {token}')


# ---- the operator's own server

class Backend:
    """Answers with what it got, and counts."""

    def __init__(self):
        self.hits = 0
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def body(self):
                if self.headers.get('Transfer-Encoding') != 'chunked':
                    return self.rfile.read(
                        int(self.headers.get('Content-Length') or 0))
                body = b''
                while (size := int(self.rfile.readline(), 16)) > 0:
                    body += self.rfile.read(size + 2)[:-2]
                self.rfile.readline()
                return body

            def answer(self):
                backend.hits += 1
                body = self.body()
                text = json.dumps({'headers': self.headers.items(),
                                   'path': self.path, 'secret': SECRET.decode(),
                                   'body': body.decode('latin-1')}).encode()
                self.send_response(200)
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                if self.command != 'HEAD':
                    self.wfile.write(text)
            do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = answer
            do_OPTIONS = answer

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0),
                                                      Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={'poll_interval': 0.02})
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


# ---- a socket unit of systemd's, and its service

class Unit:
    """What systemd does with conf/systemd/: it holds the socket, starts the
    program when somebody connects, and again after it left."""

    def __init__(self, site, program):
        self.site, self.program = site, program
        self.service = self.read('wxlogin@.service')
        unit = self.read('wxlogin@.socket')['Socket']
        path = site.root / 'run' / pathlib.Path(unit['ListenStream']).name
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(int(unit['SocketMode'], 8))
        if ROOT_RUN:
            shutil.chown(path, 'www-data', unit['SocketGroup'])
        self.socket.listen(128)
        self.process, self.stopping = None, False
        self.wake = os.pipe()
        self.thread = threading.Thread(target=self.supervise)
        self.thread.start()

    def read(self, name):
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str
        text = (servers.CONF / 'systemd' / name).read_text()
        parser.read_string(text.replace('%i', self.program))
        return parser

    def start(self):
        service = self.service['Service']
        check(service['StandardInput'] == 'socket', 'StandardInput')
        program = pathlib.Path(service['ExecStart']).name
        environment = dict(pair.split('=', 1) for pair in
                           service['Environment'].split())
        environment['WXLOGIN_CONFIG'] = str(self.site.conf)
        user = {'user': 'www-data', 'group': 'www-data',
                'extra_groups': []} if ROOT_RUN else {}
        with open(self.site.root / 'log' / f'{program}.stderr', 'ab') as log:
            self.process = spawn(
                [self.site.program(program)], stdin=self.socket, stdout=log,
                stderr=log, cwd='/', umask=int(service['UMask'], 8),
                env={**program_environment(), **environment},
                **user)

    def supervise(self):
        while True:
            ready, _, _ = select.select([self.socket, self.wake[0]], [], [])
            if self.wake[0] in ready:
                return
            self.start()
            if self.stopping:
                self.process.terminate()
            self.process.wait()

    def send_signal(self, _):
        self.stopping = True
        os.write(self.wake[1], b'x')
        if self.process is not None:
            self.process.terminate()

    def poll(self):
        return None if self.thread.is_alive() else 0

    def wait(self, timeout=None):
        self.thread.join(timeout)
        if self.thread.is_alive():
            raise subprocess.TimeoutExpired('unit', timeout)
        self.socket.close()
        for fd in self.wake:
            os.close(fd)
        return 0 if self.process is None else self.process.returncode

    def kill(self):
        self.process.kill()


# ---- stands

def processes(site):
    """{process id: is its program the one that is installed now?}"""
    found, folder = {}, str(site.root / 'cgi-bin') + '/'
    for pid in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError):
            program = os.readlink(f'/proc/{pid}/exe')
            if program.startswith(folder):
                found[int(pid)] = not program.endswith(' (deleted)')
    return found


class Stand:
    """A site, the server of one configuration, and what it protects."""
    settings = ()
    guarded = (PAGE, PROGRAM, API)      # what can be protected here
    identified = (PROGRAM, API)         # and is told who the user is
    sources = ()                        # files that are not to be shown
    own_log = 'wxlogin.log'             # where the programs' lines are
    chunked = True                      # programs get a body in chunks

    def __init__(self, build, wechat, name):
        self.name = name
        self.backend = Backend()
        self.site = Site(build, wechat.base_url, self.settings, served=True)
        self.spawned = {}
        try:
            self.furnish()
            self.server = self.start({'BACKEND': self.backend.port})
        except Exception:
            self.backend.stop()
            self.end_spawned()
            raise
        self.http = self.server.http
        self.port = self.server.port
        self.world = World(self.site, self.http, wechat)

    def furnish(self):
        folder = self.site.root / 'www' / 'members'
        folder.mkdir(mode=0o755)
        (folder / 'page.html').write_bytes(SECRET)
        shutil.copy(HERE / 'whoami.py', folder / 'whoami.cgi')
        (folder / 'whoami.cgi').chmod(0o755)
        for name in self.sources:
            (folder / name).write_bytes(SOURCE)
        shutil.copytree(folder, folder / 'sub')

    def guard(self, target, check):
        servers.fill('guard.cgi', servers.CONF, {
            'CHECKSESSION': check,
            'MEMBERS': self.site.root / 'www' / 'members'}, target)
        target.chmod(0o755)

    def spawn_members(self):
        folder = self.site.root
        whoami = folder / 'cgi-bin' / 'members'
        shutil.copy(folder / 'www' / 'members' / 'whoami.cgi', whoami)
        whoami.chmod(0o755)
        self.spawned['members'] = servers.spawn_on_socket(self.site, 'members')

    def end_spawned(self):
        for process in self.spawned.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            exit_of(process)
        self.spawned.clear()

    def stop(self):
        try:
            self.server.stop()
        finally:
            self.end_spawned()
            self.backend.stop()
            self.site.remove()

    def fetch(self, target, *headers, **more):
        return raw(self.port, target, headers, **more)

    # -- what happens to programs

    def replace(self, program, source):
        """Put another file in a program's place, as install(1) does."""
        target = pathlib.Path(self.site.program(program))
        new = target.with_suffix('.new')
        shutil.copy(source, new)
        new.chmod(0o755)
        new.rename(target)

    def kill_checksession(self):
        killed = set()
        for pid in processes(self.site):
            with contextlib.suppress(OSError):
                if 'checksession' in os.readlink(f'/proc/{pid}/exe'):
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
        until(lambda: not killed & set(processes(self.site)), 'they end')
        for process in self.spawned.values():   # and revive() can see it
            if getattr(process, 'pid', None) in killed:
                exit_of(process)

    def revive(self):
        """Start again what nobody else starts again."""

    @staticmethod
    def renewed(found):
        """After an upgrade: no old process stays."""
        return all(found.values())

    # -- a restart of the server, as its operator does it

    restart_by = signal.SIGUSR1
    restart_word = None
    restart_may = ()                    # answers besides 200 then

    def restarts(self):
        log = self.site.root / 'log' / 'error.log'
        return log.read_bytes().count(self.restart_word)

    def restart(self):
        before = self.restarts()
        self.server.process.send_signal(self.restart_by)
        until(lambda: self.restarts() > before, f'{self.name} restarts')


class Lighttpd(Stand):
    restart_word = b'server started'
    identified = (PROGRAM,)         # mod_proxy gets nothing of the authorizer

    def start(self, words):
        return servers.lighttpd(self.site, self.name + '.conf', words=words)


class LighttpdCgi(Lighttpd):
    guarded = (PAGE, PROGRAM)
    sources = SOURCES

    def furnish(self):
        super().furnish()
        self.guard(self.site.root / 'cgi-bin' / 'guard.cgi',
                   self.site.program('checksession'))


class ApacheCgi(Stand):
    guarded, identified = (PAGE, PROGRAM), (PROGRAM,)
    restart_word = b'resuming normal operations'
    sources = SOURCES
    php = ''                            # how PHP is switched on, if it is

    def furnish(self):
        super().furnish()
        shutil.copy(servers.CONF / 'members-htaccess',
                    self.site.root / 'www' / 'members' / '.htaccess')

    def start(self, words):
        folder = self.site.root / 'www' / 'wx'
        server = servers.apache(self.site, self.name == 'apache-cgid', words,
                                self.php)
        self.guard(folder / 'guard.cgi', folder / 'checksession.cgi')
        return server

    def replace(self, program, source):
        super().replace(program, source)
        target = self.site.root / 'www' / 'wx' / (program + '.cgi')
        new = target.with_suffix('.new')
        shutil.copy(source, new)
        new.chmod(0o755)
        new.rename(target)


class ApacheCgid(ApacheCgi):
    restart_may = (503,)


class ApachePhp(ApacheCgi):
    """mod_php beside it, for all folders, as Debian switches it on."""
    php = servers.php_module() + '''
<FilesMatch ".+\\.ph(?:ar|p|tml)$">
    SetHandler application/x-httpd-php
</FilesMatch>
'''


class ApachePhpHandler(ApacheCgi):
    """... and as many hosts do."""
    php = servers.php_module() + '''
AddHandler application/x-httpd-php .php .phtml .inc
AddType application/x-httpd-php .php
'''


class ApacheFcgid(Stand):
    """The authorizer listens on a port, and nobody restarts it: renew."""
    settings = (('renew', 'yes'),)
    restart_word = b'resuming normal operations'

    def start(self, words):
        self.check_port = servers.free_port()
        self.site.own()
        self.revive()
        return servers.apache_with(self.site, self.name + '.conf', words={
            **words, 'CHECK': self.check_port})

    def revive(self):
        self.end('authorizer')
        self.spawned['authorizer'] = servers.spawn_fcgi(
            self.site, 'checksession', '-a', '127.0.0.1', '-p',
            self.check_port, name='authorizer')
        until(lambda: servers.accepts(self.check_port), 'authorizer listens')

    @staticmethod
    def renewed(found):
        """mod_fcgid never asks an old process again, and ends it later."""
        return any(found.values())

    def end(self, name):
        process = self.spawned.pop(name, None)
        if process is not None:
            process.kill()
            process.wait()


class ApacheProxy(ApacheFcgid):
    renewed = staticmethod(Stand.renewed)

    def start(self, words):
        self.site.own()
        for program in self.site.programs:
            self.spawned[program] = servers.spawn_on_socket(self.site, program)
        self.spawn_members()
        return super().start(words)

    def revive(self):
        super().revive()
        old = self.spawned.get('checksession')
        if old is not None and old.poll() is not None:
            self.spawned['checksession'] = servers.spawn_on_socket(
                self.site, 'checksession')


class Nginx(Stand):
    settings = (('renew', 'yes'),)
    restart_by = signal.SIGHUP

    def start(self, words):
        self.site.own()
        for program in self.site.programs:
            self.spawned[program] = self.listen(program)
        self.spawn_members()
        return servers.Nginx(self.site, words, [])

    def listen(self, program):
        return servers.spawn_on_socket(self.site, program)

    def revive(self):
        if self.spawned['checksession'].poll() is not None:
            self.spawned['checksession'] = self.listen('checksession')

    def restart(self):
        """The master stays, its workers are new."""
        pid = self.server.process.pid

        def workers():
            with open(f'/proc/{pid}/task/{pid}/children') as children:
                return set(children.read().split())
        before = workers()
        self.server.process.send_signal(self.restart_by)
        until(lambda: workers() and not workers() & before, 'new workers')


class Caddy(Nginx):
    chunked = False
    def start(self, words):
        self.site.own()
        for program in self.site.programs:
            self.spawned[program] = self.listen(program)
        self.spawn_members()
        return servers.Caddy(self.site, words)

    def restart(self):
        self.server.reload()


class NginxSystemd(Nginx):
    settings = ()
    own_log = None                      # the journal

    def listen(self, program):
        return Unit(self.site, program)

    def revive(self):
        pass


STANDS = [
    ('caddy', 'caddy', Caddy),
    ('apache-cgi', 'apache2', ApacheCgi),
    ('apache-cgid', 'apache2', ApacheCgid),
    ('apache-php', 'libphp*.so', ApachePhp),
    ('apache-php-handler', 'libphp*.so', ApachePhpHandler),
    ('apache-fcgid', 'mod_fcgid.so', ApacheFcgid),
    ('apache-proxy-fcgi', 'apache2', ApacheProxy),
    ('lighttpd-cgi', 'lighttpd', LighttpdCgi),
    ('lighttpd-fastcgi', 'lighttpd', Lighttpd),
    ('nginx', 'nginx', Nginx),
    ('nginx-systemd', 'nginx', NginxSystemd),
]
