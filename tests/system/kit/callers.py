# SPDX-License-Identifier: MIT
"""callers.py: callers that come at the same moment, that do not stop, and that
are tried again."""
import concurrent.futures
import contextlib
import threading
import time

from kit.harness import PATIENCE, until
from kit.tap import Failed, check


def at_once(functions):
    """Run them all at the same moment; their results, in order."""
    barrier = threading.Barrier(len(functions))

    def run(function):
        barrier.wait()
        return function()
    with concurrent.futures.ThreadPoolExecutor(len(functions)) as pool:
        return [f.result() for f in [pool.submit(run, f) for f in functions]]


class Load:
    """Threads that call a function each, again and again, until the end."""

    def __init__(self, functions):
        self.replies, self.problems = [], []
        self.done = False
        self.threads = [threading.Thread(target=self._run, args=(f,))
                        for f in functions]
        for thread in self.threads:
            thread.start()

    def _run(self, function):
        try:
            while not self.done:
                self.replies.append(function())
        except Exception as problem:
            self.problems.append(problem)

    def go_on(self, count):
        """Wait until so many more replies have come."""
        goal = len(self.replies) + count
        until(lambda: len(self.replies) >= goal or self.problems,
              'the load goes on')

    def end(self):
        """Stop; all that was answered."""
        self.done = True
        for thread in self.threads:
            thread.join(PATIENCE)
            check(not thread.is_alive(), 'a caller hangs')
        if self.problems:
            raise self.problems[0]
        return self.replies


@contextlib.contextmanager
def under(load):
    """With a load on; it is ended whatever happens."""
    try:
        yield load
    finally:
        load.done = True
        for thread in load.threads:
            thread.join(PATIENCE)
    load.end()


def aside(function):
    """Run it in a thread; a future."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    return future


def within_a_minute(function):
    """What counts by the minute is tried again when a minute ended within."""
    for _ in range(5):
        minute = int(time.time()) // 60
        try:
            function()
            return
        except Failed:
            if int(time.time()) // 60 == minute:
                raise
    raise Failed('minutes are too short here')
