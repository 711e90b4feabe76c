#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py: runs the system tests against a build.

    run.py BUILD [SUITE ...]

BUILD is the folder that `make` was run in; the suites are those of SUITES,
by default all, and of SLOW, which run only when they are named.  Prints TAP,
and at the end "# passed N failed M".  ASAN_OPTIONS and UBSAN_OPTIONS are
passed on; WXLOGIN_KEEP=1 keeps the temporary folders.  Needs lighttpd; Apache
and nginx with spawn-fcgi are tested when they are there."""
import importlib
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from kit.harness import clean                               # noqa: E402
from kit.tap import Tap                                     # noqa: E402

SUITES = ('cases', 'races', 'wechat_fails', 'crash', 'secrecy', 'process',
          'matrix', 'bundle', 'roots', 'opendata', 'phones', 'access',
          'limits', 'slow', 'guards', 'ctl', 'operator_hand', 'memory')
SLOW = ('package', 'hosts', 'release')  # only when they are named


def main(arguments):
    if not arguments or not set(arguments[1:]) <= {*SUITES, *SLOW}:
        sys.stderr.write(f'{__doc__}\nSuites: {" ".join(SUITES + SLOW)}\n')
        return 2
    tap = Tap()
    build = pathlib.Path(arguments[0]).resolve()
    for suite in arguments[1:] or SUITES:
        start = time.monotonic()
        print(f'# {suite}', flush=True)
        try:
            importlib.import_module(suite).main(tap, build)
        except Exception as problem:
            tap.case(f'{suite}: runs to its end', fail_with, problem)
        finally:
            clean()
        print(f'# {suite}: {time.monotonic() - start:.1f} s', flush=True)
    status = tap.end()
    print(f'# passed {tap.count - tap.failed} failed {tap.failed}')
    return status


def fail_with(problem):
    raise problem


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
