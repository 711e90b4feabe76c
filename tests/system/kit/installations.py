# SPDX-License-Identifier: MIT
"""installations.py: a site with wxloginctl, and with more apps."""
import json
import pathlib
import shutil
import subprocess

from kit.harness import (PATIENCE, Site, program_environment,
                         sanitizer_silent, spawn)
from kit.tap import check, equal


class Installed(Site):
    """A site with wxloginctl, and with more apps: pairs of id and secret."""

    def __init__(self, build, base_url, settings=(), apps=()):
        self.apps = apps
        self.told = ''                  # all that wxloginctl printed
        super().__init__(build, base_url, settings)
        (self.root / 'sbin').mkdir()
        shutil.copy(pathlib.Path(build) / 'ctl' / 'wxloginctl',
                    self.root / 'sbin' / 'wxloginctl')

    def _private(self, name, text):
        if name == 'wxlogin.conf':
            text += ''.join(f'[app {a}]\nsecret = {s}\n'
                            for a, s in self.apps)
        super()._private(name, text)

    def ctl(self, *arguments, want=0, environment=()):
        """Run wxloginctl; what it printed on stdout and stderr."""
        process = subprocess.run(
            [self.root / 'sbin' / 'wxloginctl', *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            cwd=self.root, env={**program_environment(), **dict(environment)})
        out, err = process.stdout.decode(), process.stderr.decode()
        self.told += out + err
        sanitizer_silent(err, 'stderr of wxloginctl')
        equal(process.returncode, want, f'exit status of wxloginctl '
              f'{" ".join(map(str, arguments))}: {out} {err}')
        return out, err

    def ctl_start(self, *arguments):
        """Start wxloginctl; the process."""
        return spawn([self.root / 'sbin' / 'wxloginctl', *arguments],
                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, text=True, cwd=self.root,
                     env=program_environment())

    def ctl_json(self, *arguments):
        """Run wxloginctl --json, which prints one object; that."""
        out, err = self.ctl('--json', *arguments)
        equal(err, '', 'stderr')
        check(out.endswith('}\n') and out.count('\n') == 1, out)
        return json.loads(out)

    def sealed(self, table, column, key, of):
        return self.query(f'SELECT {column} FROM {table} WHERE {key} = ?',
                          of)[0][0]

    def store(self, table, column, key, of, value):
        self.change(f'UPDATE {table} SET {column} = ? WHERE {key} = ?',
                    value, of)
