# SPDX-License-Identifier: MIT
"""fcgi.py: a small FastCGI client (FastCGI 1.0), as a web server would be one,
and as none should be."""
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3
KEEP_CONN = 1
MAX = 65535

HEADER = struct.Struct('>BBHHBx')


def record(kind, content=b'', request=1):
    """One record; content of at most 65535 bytes, padded to eight."""
    padding = -len(content) % 8
    return (HEADER.pack(1, kind, request, len(content), padding) + content +
            bytes(padding))


def stream(kind, content):
    """A stream: as many records as it takes, and the empty one at its end."""
    parts = [content[i:i + MAX] for i in range(0, len(content), MAX)]
    return b''.join(record(kind, p) for p in parts) + record(kind)


def _length(n):
    return struct.pack('>B', n) if n < 128 else struct.pack('>I', n | 1 << 31)


def pairs(params):
    """Name-value pairs; params is a list, so that a name may come twice."""
    out = b''
    for name, value in params:
        name, value = name.encode(), value.encode('utf-8', 'surrogateescape')
        out += _length(len(name)) + _length(len(value)) + name + value
    return out


class Result:
    """What came back: the streams, and how the request ended."""

    def __init__(self):
        self.stdout = self.stderr = b''
        self.ended = False
        self.app_status = self.protocol_status = None

    def take(self, kind, content):
        if kind == STDOUT:
            self.stdout += content
        elif kind == STDERR:
            self.stderr += content
        elif kind == END:
            self.ended = True
            self.app_status, self.protocol_status = struct.unpack(
                '>IB3x', content)


class Connection:
    """One connection to a program, for one request or, kept, for more."""

    def __init__(self, path, timeout=30):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def begin(self, params, role=RESPONDER, flags=0):
        self.send(record(BEGIN, struct.pack('>HB5x', role, flags)) +
                  stream(PARAMS, pairs(params)))

    def _exactly(self, n):
        data = b''
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                return None
            data += more
        return data

    def receive(self):
        """Read records until END_REQUEST or the end of the connection."""
        result = Result()
        while not result.ended:
            head = self._exactly(HEADER.size)
            if head is None:
                break
            _, kind, _, length, padding = HEADER.unpack(head)
            result.take(kind, self._exactly(length + padding)[:length])
        return result

    def closed(self):
        """Has the program closed its side?  (Waits for it to say anything.)"""
        try:
            return self.socket.recv(1) == b''
        except ConnectionError:
            return True

    def request(self, params, stdin=b'', role=RESPONDER, flags=0):
        """A whole request.  An authorizer gets no STDIN (FastCGI 1.0, 6.3)."""
        self.begin(params, role, flags)
        if role != AUTHORIZER:
            self.send(stream(STDIN, stdin))
        return self.receive()
