# SPDX-License-Identifier: MIT
"""slow.py: callers and peers that send slowly, or nothing more: none of them
holds a worker for longer than request_timeout, and those who send slowly never
hold all workers."""
import contextlib
import select
import struct
import threading

from kit import fcgi
from kit.harness import Cgi, FastCgiProcess, Site, cgi_params, parse_cgi
from kit.replies import sound
from kit.tap import check, equal
from kit.wechat import StandIn

SOON = (('workers', '1'), ('request_timeout', '500'))
LATER = (('workers', '4'), ('request_timeout', '600000'))
BODY = b' ' * 60000
BEGIN = fcgi.record(fcgi.BEGIN, struct.pack('>HB5x', fcgi.RESPONDER, 0))


def params(body=None, program='checksession'):
    return list(cgi_params(program, 'GET' if body is None else 'POST',
                           body=body).items())


def asking(body=None):
    """The bytes of a request up to its body."""
    return BEGIN + fcgi.stream(fcgi.PARAMS, fcgi.pairs(params(body)))


def served(process, n=1):
    """Others are answered."""
    for _ in range(n):
        result = process.request(params())
        check(result.ended, 'no answer')
        equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


@contextlib.contextmanager
def running(build, wechat, settings):
    site = Site(build, wechat.base_url, settings)
    process = FastCgiProcess(site, 'checksession')
    served(process)
    yield process
    equal(process.stop(), 0, 'exit status')
    site.remove()


# ---- peers that stop in the middle

STALLS = [
    ('before anything', b''),
    ('within a header', BEGIN[:3]),
    ('behind the beginning', BEGIN),
    ('within the parameters', asking()[:40]),
    ('before the parameters end', asking()[:-8]),
    ('before the body', asking(BODY)),
    ('within a record of the body', asking(BODY) +
     fcgi.record(fcgi.STDIN, BODY)[:500]),
    ('between records of the body', asking(BODY) +
     fcgi.record(fcgi.STDIN, BODY[:100])),
]


def stalled(build, wechat, said):
    """The one worker is free again."""
    with running(build, wechat, SOON) as process:
        with process.connect() as one, process.connect() as two:
            one.send(said)
            two.send(said)
            served(process)


class Drip(threading.Thread):
    """Somebody who sends a little, again and again, until thrown out."""

    def __init__(self, connection, piece):
        super().__init__()
        self.connection, self.piece = connection, piece
        self.ending = threading.Event()
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while not self.ending.wait(0.05):
                self.connection.send(self.piece)

    def stop(self):
        self.ending.set()
        self.join()
        self.connection.socket.close()


DRIPS = [
    ('parameters', BEGIN + fcgi.HEADER.pack(1, fcgi.PARAMS, 1, 60000, 0),
     b'\0\0'),
    ('the end of a record', BEGIN + fcgi.HEADER.pack(1, 99, 1, 60000, 0),
     b'\0'),
    ('a body', asking(BODY), fcgi.record(fcgi.STDIN, b' ')),
    ('a record of a body', asking(BODY) +
     fcgi.HEADER.pack(1, fcgi.STDIN, 1, 60000, 0), b' '),
    ('after the answer', asking() + fcgi.stream(fcgi.STDIN, b''), b'\0'),
    ('a body that is too long', asking(BODY + BODY),
     fcgi.record(fcgi.STDIN, b' ')),
]


def dripping(build, wechat, first, piece):
    with running(build, wechat, SOON) as process:
        drip = None
        try:
            connection = process.connect()
            connection.send(first)
            drip = Drip(connection, piece)
            served(process)
        finally:
            if drip is not None:
                drip.stop()


# ---- bodies

def late(build, wechat):
    """A body that does not come in time is 503, and the log says why."""
    with running(build, wechat, SOON) as process, \
            process.connect() as connection:
        connection.send(asking(BODY))
        connection.send(fcgi.record(fcgi.STDIN, BODY[:10]))
        result = connection.receive()
        equal(sound(parse_cgi(result.stdout)), 'BUSY', 'code')
        check(b'request_timeout' in result.stderr, result.stderr)


def in_time(build, wechat):
    """One that comes in pieces, in time, is like any other."""
    with running(build, wechat, LATER) as process, \
            process.connect() as connection:
        connection.send(asking(BODY))
        for at in range(0, len(BODY), 6000):
            connection.send(fcgi.record(fcgi.STDIN, BODY[at:at + 6000]))
        connection.send(fcgi.record(fcgi.STDIN))
        result = connection.receive()
        equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


def crowd(build, wechat):
    """Twice as many slow callers as workers: the others are served, although
    nobody's time is over."""
    with running(build, wechat, LATER) as process:
        drips = []
        try:
            for _ in range(8):
                connection = process.connect()
                connection.send(asking(BODY))
                drips.append(Drip(connection, fcgi.record(fcgi.STDIN, b' ')))
            served(process, 5)
        finally:
            for drip in drips:
                drip.stop()


def crowd_is_told(build, wechat):
    """Who is thrown out for that gets 503; half of the workers go on."""
    with running(build, wechat, LATER) as process, \
            contextlib.ExitStack() as stack:
        going = [stack.enter_context(process.connect()) for _ in range(4)]
        for connection in going:
            connection.send(asking(BODY))
        for _ in range(2):
            ready, _, _ = select.select([c.socket for c in going], [], [], 60)
            check(ready, 'nobody is thrown out')
            connection = next(c for c in going if c.socket is ready[0])
            going.remove(connection)
            result = connection.receive()
            equal(sound(parse_cgi(result.stdout)), 'BUSY', 'code')
            check(b'slow' in result.stderr, result.stderr)
            connection.socket.close()
        for connection in going:
            connection.send(fcgi.stream(fcgi.STDIN, BODY))
            result = connection.receive()
            equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


def one_worker_waits(build, wechat):
    """A single worker may wait for a slow body: there is nobody else."""
    with running(build, wechat, (('workers', '1'),
                                 ('request_timeout', '600000'))) as process, \
            process.connect() as connection:
        connection.send(asking(BODY))
        for at in range(0, 30):
            connection.send(fcgi.record(fcgi.STDIN, BODY[:2000]))
            threading.Event().wait(0.05)
        connection.send(fcgi.record(fcgi.STDIN))
        result = connection.receive()
        equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


def cgi(build, wechat, said, code):
    site = Site(build, wechat.base_url, (('request_timeout', '300'),))
    process = Cgi(site).start('checksession', dict(params(BODY)))
    process.stdin.write(said)
    process.stdin.flush()
    out = process.stdout.read()         # stdin stays open
    equal(sound(parse_cgi(out)), code, 'code')
    check(b'request_timeout' in process.stderr.read(), 'no cause')
    process.stdin.close()
    equal(process.wait(), 0, 'exit status')
    site.remove()


def slow_work(build, wechat):
    """The time of a request that was read is not counted: a slow WeChat."""
    site = Site(build, wechat.base_url, SOON)
    process = FastCgiProcess(site, 'onlogin')
    body = b'{"code":"%s"}' % wechat.login('slow').encode()
    wechat.fault('delay', ms=1500)
    result = process.request(params(body, 'onlogin'), body)
    equal(sound(parse_cgi(result.stdout)), 'OK', 'code')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def main(tap, build):
    wechat = StandIn(build)
    for name, said in STALLS:
        tap.case(f'slow: a peer stalls {name}', stalled, build, wechat, said)
    for name, first, piece in DRIPS:
        tap.case(f'slow: a peer drips {name}', dripping, build, wechat, first,
                 piece)
    for name, function in (
            ('a late body is 503', late),
            ('a body in pieces, in time', in_time),
            ('many slow bodies do not hold all workers', crowd),
            ('who is thrown out for that is told so', crowd_is_told),
            ('a single worker waits', one_worker_waits),
            ('slow work is not slow reading', slow_work)):
        tap.case(f'slow: {name}', function, build, wechat)
    for said in (b'', b'{'):
        tap.case(f'slow: CGI, {said} of a body', cgi, build, wechat, said,
                 'BUSY')
    tap.case('slow: the stand-in ends well', wechat.stop)
