# SPDX-License-Identifier: MIT
"""tap.py: Test Anything Protocol: a line for each case, and below it what
failed."""
import sys
import traceback


class Failed(Exception):
    """A case did not hold; the text says what was seen and what was wanted."""


def check(condition, *what):
    """Fail the running case unless the condition holds."""
    if not condition:
        raise Failed(' '.join(str(w) for w in what))


def equal(seen, wanted, what):
    """Fail the running case unless the two are equal."""
    if seen != wanted:
        raise Failed(f'{what}: {seen!r}, wanted {wanted!r}')


class Tap:
    """Numbers the cases, prints them, and knows the exit status."""

    def __init__(self):
        self.count = self.failed = 0

    def case(self, name, function, *args):
        """Run a function as one case; an exception of any kind fails it."""
        self.count += 1
        try:
            function(*args)
        except Failed as problem:
            self._bad(name, str(problem))
        except Exception:
            self._bad(name, traceback.format_exc())
        else:
            print(f'ok {self.count} - {name}', flush=True)

    def skip(self, name, why):
        """A case that this machine can't run."""
        self.count += 1
        print(f'ok {self.count} - {name} # SKIP {why}', flush=True)

    def _bad(self, name, text):
        self.failed += 1
        print(f'not ok {self.count} - {name}')
        for line in text.rstrip().splitlines():
            print(f'# {line}')
        sys.stdout.flush()

    def end(self):
        """Print the plan; the exit status."""
        print(f'1..{self.count}', flush=True)
        return 1 if self.failed or self.count == 0 else 0
