# SPDX-License-Identifier: MIT
"""servers.py: private web servers on 127.0.0.1, started with the files of
conf/, and stopped by their process id."""
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess

from kit import fcgi
from kit.harness import (PROGRAMS, ROOT_RUN, Http, exit_of,
                         program_environment, sanitizer_silent, spawn, until)
from kit.tap import Failed, check

HERE = pathlib.Path(__file__).resolve().parent
CONF = HERE.parents[2] / 'conf'
MODULES = '/usr/lib/apache2/modules'
WORDS = {'BACKEND': 9}          # a port where nobody answers
SANITIZER_OPTIONS = '"ASAN_OPTIONS", "UBSAN_OPTIONS" )'


def find(program):
    """The path of a server, which may be outside of an ordinary PATH."""
    return shutil.which(program, path=os.environ.get('PATH', '') +
                        ':/usr/sbin:/sbin:/usr/local/sbin')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def accepts(port):
    with socket.socket() as s:
        s.settimeout(5)
        return s.connect_ex(('127.0.0.1', port)) == 0


class Server:
    """A running web server.  `make` writes its configuration for a port and
    returns the command."""

    def __init__(self, site, make, name):
        self.site, self.name = site, name
        for _ in range(5):              # somebody may take the port first
            self.port = free_port()
            if self._start(make(self.port)):
                break
        else:
            raise Failed(f'{name} does not start:\n' +
                         site.logs().decode('utf-8', 'replace'))
        self.http = Http(self.port, name)

    def _start(self, command):
        output = open(self.site.root / 'log' / 'server.out', 'ab')
        with output:
            self.process = spawn(
                command, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd=self.site.root, env=self.environment(),
                start_new_session=True,     # Apache ends its whole group
                **self.user())
        return until(lambda: self.process.poll() is not None or
                     accepts(self.port), f'{self.name} accepts or ends') and \
            self.process.poll() is None

    def user(self):
        """As whom it is started; most change their user themselves."""
        return {}

    def environment(self):
        return program_environment()

    def stop(self):
        """Stop it by its process id."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = exit_of(self.process)
        sanitizer_silent(self.site.logs(), f'the logs of {self.name}')
        # lighttpd says 1 when a client still was connected
        check(status in (0, 1), f'{self.name} ended with {status}:\n' +
              self.site.logs().decode('utf-8', 'replace')[-2000:])


def fill(name, folder, words, target):
    """A file of conf/ or of this folder, with its @WORDS@ replaced."""
    text = (folder / name).read_text()
    for word, value in {**WORDS, **words}.items():
        text = text.replace(f'@{word}@', str(value))
    left = re.search(r'^[^#\n]*@[A-Z]+@.*', text, re.M)
    check(left is None, f'{name}: not replaced: {left and left[0]}')
    target.write_text(text)
    return text


# ---- lighttpd

def installed_only(text, installed):
    """Take out the blocks of programs that are not there."""
    for program in PROGRAMS:
        if program not in installed:
            text = re.sub(rf'^# program {program}\n(.+\n)+', '', text,
                          flags=re.M)
    return text


def lighttpd(site, conf, name=None, words=()):
    """lighttpd with a file of conf/."""
    site.own()
    target = site.root / 'etc' / conf

    def make(port):
        text = fill(conf, CONF, {'ROOT': site.root, 'PORT': port,
                                 **dict(words)}, target)
        text = installed_only(text, site.programs)
        target.write_text(text.replace('"TZ" )', '"TZ", ' +
                                       SANITIZER_OPTIONS))
        return [find('lighttpd'), '-D', '-f', str(target)]
    return Server(site, make, name or conf.removesuffix('.conf'))


def stand_in(site, program):
    """lighttpd with the WeChat stand-in."""
    def make(port):
        target = site.root / 'etc' / 'sandbox.conf'
        fill('sandbox.conf', HERE, {'ROOT': site.root, 'PORT': port,
                                    'SANDBOX': program}, target)
        return [find('lighttpd'), '-D', '-f', str(target)]
    return Server(site, make, 'the stand-in')


# ---- Apache

def apache_folder(site):
    """The document root as a user of web space fills it."""
    folder = site.root / 'www' / 'wx'
    folder.mkdir(mode=0o755)
    for program in site.programs:
        shutil.copy(site.program(program), folder / (program + '.cgi'))
    fill('htaccess', CONF, {'ROOT': site.root}, folder / '.htaccess')


def php_module():
    """The line that loads mod_php, which has its version in its name."""
    for module in sorted(pathlib.Path(MODULES).glob('libphp*.so')):
        return f'LoadModule php_module {module}\n'
    return ''


def apache(site, event, words=(), more=''):
    """Apache with conf/apache-cgi.conf and conf/htaccess."""
    apache_folder(site)
    return apache_with(site, 'apache-cgi.conf', ['EVENT'] if event else [],
                       'apache-cgid' if event else 'apache-cgi', words, more)


def apache_with(site, conf, defines=(), name=None, words=(), more=''):
    """Apache with a file of conf/, and `more` lines of the host's own."""
    site.own()
    target = site.root / 'etc' / conf

    def make(port):
        text = fill(conf, CONF, {'ROOT': site.root, 'PORT': port,
                                 'MODULES': MODULES, **dict(words)}, target)
        target.write_text(text + more)
        return [find('apache2'), '-DFOREGROUND', '-f', str(target),
                *(w for d in defines for w in ('-D', d))]
    return Server(site, make, name or conf.removesuffix('.conf'))


# ---- programs that a web server does not start itself

def spawn_fcgi(site, program, *where, name=None):
    """A program that listens, by spawn-fcgi."""
    user = ['-u', 'www-data', '-g', 'www-data'] if ROOT_RUN else []
    log = site.root / 'log' / (f'{name or program}.stderr')
    with open(log, 'ab') as stderr:
        return spawn(
            [find('spawn-fcgi'), '-n', *map(str, where), *user, '--',
             site.program(program)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=stderr,
            env={**program_environment(), 'WXLOGIN_LOG_FILE': str(
                site.root / 'log' / 'wxlogin.log')})


def spawn_on_socket(site, program, name=None):
    path = site.root / 'run' / f'{name or program}.sock'
    process = spawn_fcgi(site, program, '-s', path, '-M', '0660', name=name)

    def listens():
        try:
            fcgi.Connection(str(path)).socket.close()
            return stat.S_ISSOCK(path.stat().st_mode)
        except OSError:
            return False
    until(listens, f'{program} listens')
    return process


# ---- Caddy

class Caddy(Server):
    """Caddy runs as the user who starts it."""
    address = 'run/caddy-admin.sock'

    def __init__(self, site, words=()):
        site.own()
        self.target = site.root / 'etc' / 'Caddyfile'

        def make(port):
            fill('Caddyfile', CONF, {'ROOT': site.root, 'PORT': port,
                                     **dict(words)}, self.target)
            self.target.chmod(0o644)
            return [find('caddy'), 'run', *self.options()]
        super().__init__(site, make, 'caddy')

    def options(self):
        return ['--adapter', 'caddyfile', '--config', str(self.target)]

    def user(self):
        return {'user': 'www-data', 'group': 'www-data',
                'extra_groups': []} if ROOT_RUN else {}

    def environment(self):
        """Caddy keeps a copy of its configuration in a home folder."""
        return {**program_environment(), 'HOME': str(self.site.root / 'run')}

    def reload(self):
        done = subprocess.run(
            [find('caddy'), 'reload', *self.options(), '--address',
             f'unix/{self.site.root}/{self.address}'], check=False,
            capture_output=True, env=self.environment(), **self.user())
        check(done.returncode == 0, done.stderr.decode())


# ---- nginx

class Nginx(Server):
    """nginx, and the programs that spawn-fcgi starts beside it."""

    def __init__(self, site, words=(), spawned=None):
        site.own()
        self.spawned = [spawn_on_socket(site, p) for p in site.programs] \
            if spawned is None else spawned
        target = site.root / 'etc' / 'nginx.conf'

        def make(port):
            fill('nginx.conf', CONF, {'ROOT': site.root, 'PORT': port,
                                      **dict(words)}, target)
            return [find('nginx'), '-c', str(target), '-p',
                    str(site.root) + '/', '-e',
                    str(site.root / 'log' / 'error.log'), '-g', 'daemon off;']
        super().__init__(site, make, 'nginx')

    def stop(self):
        super().stop()
        for process in self.spawned:
            process.send_signal(signal.SIGTERM)
            status = exit_of(process)
            check(status == 0, f'a spawned program ended with {status}')
