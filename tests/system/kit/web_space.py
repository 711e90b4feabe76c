# SPDX-License-Identifier: MIT
"""web_space.py: the zip of `make bundle`, and what its README has the customer
write."""
import functools
import pathlib
import subprocess

from kit.tap import equal

USER, GROUP = 'nobody', 'nogroup'       # who no web server runs as
WORD = 'a word of at least sixteen <characters>'
FORM = {'Content-Type': 'application/x-www-form-urlencoded'}


def make_bundle(build):
    done = subprocess.run(['make', '-s', 'bundle'], cwd=build, text=True,
                          capture_output=True, check=False)
    equal(done.returncode, 0, f'make bundle: {done.stdout}{done.stderr}')
    found = list(pathlib.Path(build).glob('*-bundle.zip'))
    equal(len(found), 1, f'zips: {found}')
    return found[0]


@functools.cache
def made_bundle(build):
    """The zip of this build, made once for all suites."""
    return make_bundle(build)
