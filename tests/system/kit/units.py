# SPDX-License-Identifier: MIT
"""units.py: reads systemd's units in a chroot, and starts what they say: the
sockets of a target, and behind each its service when somebody connects.  What
confines a service (ProtectSystem= and so on) is not played."""
import os
import pathlib
import select
import shlex
import shutil
import socket
import subprocess
import threading

from kit.harness import PATIENCE
from kit.tap import check

FOLDER = 'lib/systemd/system'


class Unit:
    """A unit file: its lines by name, with the instance put in."""

    def __init__(self, top, name):
        stem, kind = name.rsplit('.', 1)
        template, at, instance = stem.partition('@')
        text = (top / FOLDER / f'{template}{at}.{kind}').read_text()
        self.lines = []
        for line in text.splitlines():
            if line and line[0] not in '#;[':
                key, equals, value = line.partition('=')
                check(equals and key == key.strip(), f'{name}: {line}')
                self.lines.append((key, value.replace('%i', instance)
                                   .replace('%%', '%')))

    def all(self, name):
        return [v for k, v in self.lines if k == name]

    def get(self, name, fallback=None):
        values = self.all(name)
        return values[-1] if values else fallback


class Names:
    """Users and groups of a chroot, by their files."""

    def __init__(self, top):
        def read(name):
            rows = (top / 'etc' / name).read_text().splitlines()
            return {r.split(':')[0]: int(r.split(':')[2]) for r in rows}
        self.users, self.groups = read('passwd'), read('group')


class Systemd:
    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.names = Names(self.top)
        self.sockets, self.threads, self.running = [], [], {}
        self.started = []               # names of services, in order
        self.stop_read, self.stop_write = os.pipe()

    # ---- what units say

    def command(self, unit, **more):
        """Start what a service says, as whom it says."""
        uid = self.names.users[unit.get('User')]
        gid = self.names.groups[unit.get('Group')]
        for kind, place in (('State', 'var/lib'), ('Logs', 'var/log')):
            for name in unit.get(f'{kind}Directory', '').split():
                path = self.top / place / name
                path.mkdir(exist_ok=True)
                os.chown(path, uid, gid)
                path.chmod(int(unit.get(f'{kind}DirectoryMode', '0755'), 8))

        def become():
            os.chroot(self.top)
            os.chdir('/')
            os.umask(int(unit.get('UMask', '0022'), 8))
            os.setgroups([gid])
            os.setgid(gid)
            os.setuid(uid)
        environment = dict(word.split('=', 1)
                           for line in unit.all('Environment')
                           for word in shlex.split(line))
        return subprocess.Popen(
            shlex.split(unit.get('ExecStart')), preexec_fn=become,
            start_new_session=True, env={
                'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin',
                **environment}, **more)

    def listen(self, name):
        """Open a socket unit; its service is started by a connection."""
        unit = Unit(self.top, name)
        path = self.top / unit.get('ListenStream').lstrip('/')
        path.parent.mkdir(mode=int(unit.get('DirectoryMode'), 8),
                          parents=True, exist_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        here = os.open(path.parent, os.O_PATH)    # a short name for bind()
        listening.bind(f'/proc/self/fd/{here}/{path.name}')
        os.close(here)
        os.chown(path, self.names.users[unit.get('SocketUser')],
                 self.names.groups[unit.get('SocketGroup')])
        path.chmod(int(unit.get('SocketMode'), 8))
        listening.listen(128)
        self.sockets.append(listening)
        service = unit.get('Service', name.replace('.socket', '.service'))
        thread = threading.Thread(target=self._activate, daemon=True,
                                  args=(listening, service))
        self.threads.append(thread)
        thread.start()

    def _activate(self, listening, name):
        unit = Unit(self.top, name)
        check(unit.get('StandardInput') == 'socket', f'{name}: no socket')
        while True:
            ready, _, _ = select.select([listening, self.stop_read], [], [])
            if self.stop_read in ready:
                return
            self.started.append(name)
            process = self.running[name] = self.command(
                unit, stdin=listening, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            process.wait()

    def start(self, target):
        """What `systemctl start TARGET` does."""
        for name in Unit(self.top, target).all('Wants'):
            self.listen(name)

    def stop(self):
        os.write(self.stop_write, b'x')
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)
        for thread in self.threads:
            thread.join(PATIENCE)
        for listening in self.sockets:
            listening.close()
        shutil.rmtree(self.top / 'run' / 'wxlogin', ignore_errors=True)
