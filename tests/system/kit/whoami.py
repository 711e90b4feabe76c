#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""whoami.py: the operator's program behind a protected path.  Answers with its
variables and the body it got, as JSON; as CGI, or, when descriptor 0 is a
listening socket, as FastCGI (one request a connection)."""
import json
import os
import socket
import struct
import sys

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def answer(variables, body):
    text = json.dumps({'variables': variables,
                       'body': body.decode('latin-1')}).encode()
    return (b'Status: 200\r\nContent-Type: application/json\r\n'
            b'Content-Length: %d\r\n\r\n' % len(text)) + text


def exactly(connection, n):
    data = b''
    while len(data) < n:
        more = connection.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def pairs(data):
    """Name-value pairs as a list of lists: a name may come twice."""
    out, at = [], 0

    def length():
        nonlocal at
        if data[at] < 128:
            at += 1
            return data[at - 1]
        at += 4
        return struct.unpack('>I', data[at - 4:at])[0] & 0x7fffffff
    while at < len(data):
        name, value = length(), length()
        out.append([data[at:at + name].decode('latin-1'),
                    data[at + name:at + name + value].decode('latin-1')])
        at += name + value
    return out


def record(kind, content=b''):
    return struct.pack('>BBHHBx', 1, kind, 1, len(content), 0) + content


def serve(connection):
    streams, ended = {PARAMS: b'', STDIN: b''}, False
    while not ended:
        _, kind, _, length, padding = struct.unpack(
            '>BBHHBx', exactly(connection, 8))
        content = exactly(connection, length + padding)[:length]
        if kind in streams:
            streams[kind] += content
            ended = kind == STDIN and not length
    text = answer(pairs(streams[PARAMS]), streams[STDIN])
    while text:
        connection.sendall(record(STDOUT, text[:60000]))
        text = text[60000:]
    connection.sendall(record(STDOUT) + record(END, bytes(8)))


def main():
    if 'REQUEST_METHOD' in os.environ:
        length = int(os.environ.get('CONTENT_LENGTH') or 0)
        if 'HTTP_TRANSFER_ENCODING' in os.environ:
            length = -1                 # Apache does not know it, either
        sys.stdout.buffer.write(answer([list(i) for i in os.environ.items()],
                                       sys.stdin.buffer.read(length)))
        return
    listening = socket.socket(fileno=0)
    while True:
        connection, _ = listening.accept()
        with connection:
            try:
                serve(connection)
            except (EOFError, OSError):
                pass


if __name__ == '__main__':
    main()
