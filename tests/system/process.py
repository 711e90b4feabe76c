# SPDX-License-Identifier: MIT
"""process.py: programs as processes: signals, leaving, configuration, files
that are missing or foreign, a full disk, odd peers, the command line."""
import contextlib
import errno
import fcntl
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import termios
import threading
import time

from kit import fcgi, servers
from kit.callers import at_once
from kit.harness import (APP1, Cgi, FastCgi, FastCgiProcess, PROGRAMS,
                         ROOT_RUN, Site, cgi_params, check_token, exit_of,
                         log_in, parse_cgi, post, program_environment, spawn,
                         token_hash, until)
from kit.replies import sound
from kit.tap import check, equal
from kit.wechat import RawServer, StandIn, answer, session

GOOD = answer(session())
CODE = b'{"code":"0code"}'
NOBODY = {'Authorization': 'Bearer ' + 'x' * 43}


class Gate:
    """An action of RawServer: answers when it is opened."""

    def __init__(self):
        self.event = threading.Event()

    def __call__(self, connection):
        self.event.wait(60)
        connection.sendall(GOOD)
        return True


def login_params():
    return list(cgi_params('onlogin', 'POST', body=CODE).items())


def check_params():
    return list(cgi_params('checksession', headers=NOBODY).items())


def unread(connection):
    """How many bytes we sent that the program has not read (SIOCOUTQ)."""
    left = fcntl.ioctl(connection.socket, termios.TIOCOUTQ, bytes(4))
    return struct.unpack('i', left)[0]


# ---- leaving

def ends_after_its_request(build, by):
    """A signal in the middle of a request: it is answered, then 0."""
    gate = Gate()
    with RawServer(gate) as server:
        site = Site(build, server.base_url)
        process = FastCgiProcess(site, 'onlogin')
        with process.connect() as connection:
            connection.begin(login_params())
            connection.send(fcgi.stream(fcgi.STDIN, CODE))
            server.wait_for(1)
            process.process.send_signal(by)
            gate.event.set()
            result = connection.receive()
        check(result.ended, 'the request was cut')
        equal(sound(parse_cgi(result.stdout)), 'OK', 'code')
        equal(exit_of(process.process), 0, 'exit status')
        site.remove()


def ends_within_a_body(build, wechat):
    """A signal while a body comes in does not shorten it."""
    site = Site(build, wechat.base_url)
    process = FastCgiProcess(site, 'onlogin')
    body = json.dumps({'code': wechat.login('slowly')}).encode()
    with process.connect() as connection:
        connection.begin(cgi_params('onlogin', 'POST', body=body).items())
        connection.send(fcgi.record(fcgi.STDIN, body[:5]))
        until(lambda: unread(connection) == 0, 'the beginning was read')
        process.process.send_signal(signal.SIGTERM)
        connection.send(fcgi.stream(fcgi.STDIN, body[5:]))
        result = connection.receive()
    check(result.ended, 'the request was cut')
    equal(sound(parse_cgi(result.stdout)), 'OK', 'code')
    equal(exit_of(process.process), 0, 'exit status')
    site.remove()


def ends_when_idle(build, wechat, by):
    site = Site(build, wechat.base_url)
    process = FastCgiProcess(site, 'checksession')
    check(process.request(check_params()).ended, 'a first request')
    equal(process.stop(by), 0, 'exit status')
    site.remove()


def ends_before_any_request(build, wechat):
    site = Site(build, wechat.base_url)
    process = FastCgiProcess(site, 'onlogin')
    def handles():
        status = open(f'/proc/{process.process.pid}/status').read()
        caught = [l for l in status.splitlines() if l.startswith('SigCgt')]
        return int(caught[0].split()[1], 16) >> (signal.SIGTERM - 1) & 1
    until(handles, 'the program catches SIGTERM')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def ends_beside_a_silent_peer(build, wechat, said):
    """Somebody who connected and says nothing more does not keep it."""
    site = Site(build, wechat.base_url)
    process = FastCgiProcess(site, 'checksession')
    check(process.request(check_params()).ended, 'a first request')
    with process.connect() as connection:
        connection.send(said)
        until(lambda: unread(connection) == 0, 'it was read')
        equal(process.stop(patience=20), 0, 'exit status')
    site.remove()


def cgi_ends_at_once(build):
    """SIGTERM ends a CGI run, whatever it waits for."""
    gate = Gate()
    with RawServer(gate) as server:
        site = Site(build, server.base_url)
        process = Cgi(site).start('onlogin', dict(login_params()))
        process.stdin.write(CODE)
        process.stdin.flush()
        server.wait_for(1)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        gate.event.set()
        equal((process.returncode, out), (-signal.SIGTERM, b''), 'the end')
        site.remove()


def threads(process):
    """The ids of its threads but the first."""
    try:
        return set(os.listdir(f'/proc/{process.process.pid}/task')) - \
            {str(process.process.pid)}
    except FileNotFoundError:
        return set()


def renewed(process, before):
    """Has it ended, or made itself anew (all threads are others)?"""
    if process.process.poll() is not None:
        equal(process.process.returncode, 0, 'exit status')
        return True
    now = threads(process)
    return bool(now) and not now & before


def most_requests(build, wechat):
    site = Site(build, wechat.base_url, (('max_requests', '5'),
                                         ('workers', '1')))
    process = FastCgiProcess(site, 'checksession')
    check(process.request(check_params()).ended, 'a request')
    before = threads(process)
    for _ in range(3):
        check(process.request(check_params()).ended, 'a request')
    check(not renewed(process, before), 'it left too early')
    check(process.request(check_params()).ended, 'the fifth request')
    until(lambda: renewed(process, before), 'it leaves')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def children(process):
    """Those of a process that run."""
    listed = subprocess.run(
        ['ps', '-o', 'pid=,stat=', '--ppid', str(process.process.pid)],
        capture_output=True, text=True, check=False).stdout.splitlines()
    return [line for line in listed if 'Z' not in line]


def options():
    return cgi_params('onlogin', 'OPTIONS').items()


def slow_login(process, wechat, user):
    """A login that WeChat takes 4 s for, under way; its thread and reply."""
    code = wechat.login(user)
    wechat.fault('delay', ms=4000)
    since, replies = wechat.last(), []
    body = json.dumps({'code': code}).encode()
    thread = threading.Thread(target=lambda: replies.append(process.request(
        cgi_params('onlogin', 'POST', body=body,
                   headers={'Content-Type': 'application/json'}).items(),
        body)))
    thread.start()
    until(lambda: wechat.calls(since), 'the exchange is asked for')
    return thread, replies


def renewing(build, wechat, user):
    """A process that has to renew itself while a login is under way."""
    site = Site(build, wechat.base_url, (
        ('max_requests', '3'), ('workers', '2'), ('renew', 'yes')))
    process = FastCgiProcess(site, 'onlogin')
    before = threads(process)
    thread, replies = slow_login(process, wechat, user)
    for _ in range(3):
        check(process.request(options()).ended, 'a request')
    return site, process, before, thread, replies


def renewal_waits_for_nobody(build, wechat):
    """max_requests beside a slow request: others are answered meanwhile, the
    slow one too; the process is the same one, and no other is left."""
    site, process, before, thread, replies = renewing(build, wechat, 'slow')
    for _ in range(5):
        check(process.request(options()).ended, 'others')
        check(thread.is_alive(), 'the slow one was faster')
    thread.join()
    check(replies[0].ended and b'"token"' in replies[0].stdout, 'the login')
    until(lambda: renewed(process, before), 'it is another')
    check(process.process.poll() is None, 'it has ended')
    check(process.request(options()).ended, 'a request behind it')
    until(lambda: not children(process), 'the one that stood in has gone')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def told_to_stop_meanwhile(build, wechat):
    """SIGTERM while it renews itself is not lost."""
    site, process, before, thread, replies = renewing(build, wechat, 'stop')
    until(lambda: children(process), 'another stands in')
    process.process.terminate()
    thread.join()
    check(replies[0].ended and b'"token"' in replies[0].stdout, 'the login')
    equal(process.stop(), 0, 'exit status')
    with socket.socket(socket.AF_UNIX) as s:
        until(lambda: s.connect_ex(process.path) == errno.ECONNREFUSED,
              'nobody listens any more')
    site.remove()


def killed_meanwhile(build, wechat):
    """kill -9 while it renews itself: who stood in does not stay."""
    site, process, _, thread, _ = renewing(build, wechat, 'killed')
    until(lambda: children(process), 'another stands in')
    process.process.kill()
    process.process.wait()
    thread.join()
    with socket.socket(socket.AF_UNIX) as s:
        until(lambda: s.connect_ex(process.path) == errno.ECONNREFUSED,
              'nobody listens any more')
    site.remove()


def halted(build, wechat):
    """SIGSTOP and SIGCONT, as by a debugger or a machine that sleeps, end
    nothing."""
    site = Site(build, wechat.base_url)
    process = FastCgiProcess(site, 'checksession')
    check(process.request(check_params()).ended, 'a request')
    before = threads(process)
    for _ in range(3):
        process.process.send_signal(signal.SIGSTOP)
        until(lambda: state(process) == 'T', 'it is halted')
        process.process.send_signal(signal.SIGCONT)
        until(lambda: state(process) != 'T', 'it goes on')
    check(process.request(check_params()).ended, 'a request behind it')
    equal(threads(process), before, 'it is the same')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def state(process):
    """Of the process: the letter in /proc/PID/stat."""
    text = pathlib.Path(f'/proc/{process.process.pid}/stat').read_text()
    return text.rpartition(')')[2].split()[0]


def removed_for_a_while(build, wechat):
    """renew = yes: a program that is missing, or half there, while a new one
    is installed does not end the process."""
    site = Site(build, wechat.base_url, (('renew', 'yes'),))
    program = pathlib.Path(site.program('checksession'))
    whole = program.read_bytes()
    process = FastCgiProcess(site, 'checksession')
    before = threads(process)
    program.unlink()
    since = time.monotonic()        # it looks once in a second
    until(lambda: process.request(check_params()).ended and
          time.monotonic() - since > 2.5, 'requests while it is gone')
    new = program.with_name('new')
    new.write_bytes(whole)
    new.chmod(0o755)
    new.rename(program)
    until(lambda: process.request(check_params()).ended and
          renewed(process, before), 'it is the new one')
    check(process.process.poll() is None, 'it has ended')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def broken_for_a_while(build, wechat):
    """renew = yes: a configuration that is broken for more than a second does
    not end the process."""
    site = Site(build, wechat.base_url, (('renew', 'yes'),))
    process = FastCgiProcess(site, 'checksession')
    check(process.request(check_params()).ended, 'a request')
    good = site.conf.read_text()
    site.conf.write_text(good + 'nonsense = 1\n')

    def status():
        return parse_cgi(process.request(check_params()).stdout).status
    until(lambda: status() == 500, 'it says that it is broken')
    before = threads(process)
    until(lambda: status() == 500 and renewed(process, before),
          'it looks again')
    check(process.process.poll() is None, 'it has ended')
    site.conf.write_text(good)
    until(lambda: status() == 401, 'it is whole again')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def leaves(transport, program, before):
    """Call it until its process has left or is a new one; every call that it
    took is answered.  `before`: its threads before there was a reason."""
    process = transport.processes[program]

    def gone():
        if process.process.poll() is None:
            with contextlib.suppress(OSError):
                result = process.request(check_params())
                check(result.ended or not result.stdout, 'a cut reply')
        return renewed(process, before)
    until(gone, f'{program} leaves')
    if process.process.poll() is not None:
        del transport.processes[program]


def new_configuration(build, wechat):
    site = Site(build, wechat.base_url)
    transport = FastCgi(site)
    token = log_in(transport, wechat.login('conf'))['token']
    check_token(transport, token)
    before = {n: threads(p) for n, p in transport.processes.items()}
    site.configure(token_in_query='yes')
    leaves(transport, 'checksession', before['checksession'])
    reply = transport.call('checksession', query='sessionid=' + token)
    equal(sound(reply), 'OK', 'with the new configuration')
    leaves(transport, 'onlogin', before['onlogin'])
    transport.close()
    site.remove()


def new_binary(build, wechat):
    site = Site(build, wechat.base_url)
    transport = FastCgi(site)
    transport.call('checksession')
    before = threads(transport.processes['checksession'])
    path = site.root / 'cgi-bin' / 'checksession'
    shutil.copy(path, path.with_suffix('.new'))
    path.with_suffix('.new').rename(path)
    leaves(transport, 'checksession', before)
    equal(sound(transport.call('checksession')), 'AUTH_INVALID', 'the next')
    transport.close()
    site.remove()


def lighttpd_keeps_serving(build, wechat):
    """Processes that leave do so without a failed request, under lighttpd."""
    site = Site(build, wechat.base_url, (('max_requests', '3'),), served=True)
    server = servers.lighttpd(site, 'lighttpd-fastcgi.conf')
    codes = [server.http.call('checksession').status for _ in range(40)]
    equal(set(codes), {401}, 'statuses')
    server.stop()
    site.remove()


def lighttpd_with_few(build, wechat):
    """conf/lighttpd-fastcgi.conf without the blocks of absent programs."""
    site = Site(build, wechat.base_url, served=True)
    few = {'onlogin', 'checksession'}   # the one is the authorizer as well
    for program in set(site.programs) - few:
        (site.root / 'cgi-bin' / program).unlink()
    site.programs = few
    server = servers.lighttpd(site, 'lighttpd-fastcgi.conf')
    equal({p: server.http.call(p, 'OPTIONS').status for p in PROGRAMS},
          {p: 204 if p in few else 404 for p in PROGRAMS}, 'statuses')
    server.stop()
    site.remove()


# ---- configuration

def broken_configuration(build, wechat):
    """500 INTERNAL as JSON; the log names file, line and remedy; mending the
    file mends the service without a restart of the web server."""
    site = Site(build, wechat.base_url, served=True)
    server = servers.lighttpd(site, 'lighttpd-fastcgi.conf')
    token = log_in(server.http, wechat.login('mended'))['token']
    site.configure(sesion_idle='7200')

    def answered(code, call=lambda: check_token(server.http, token)):
        """Until the running process has looked at its file.  What lighttpd
        says while a process changes is another case's."""
        def event():
            reply = call()
            return reply.get('Content-Type').startswith(
                'application/json') and sound(reply) == code
        until(event, f'{code} is answered')
    answered('INTERNAL')
    line = 2 + list(site.settings).index('sesion_idle')
    for word in (f'etc/wxlogin.conf:{line}:', 'sesion_idle', 'did you mean '
                 'session_idle'):
        check(word.encode() in site.logs(), f'"{word}" is not in the log')
    answered('INTERNAL', lambda: post(server.http, 'onlogin', {'code': 'x'}))
    site.configure(sesion_idle=None)
    answered('OK')
    server.stop()
    site.remove()


def complains(site, program, *words, code='INTERNAL', environment=()):
    """The call is refused and the log has the words."""
    cgi = Cgi(site)
    cgi.environment = dict(environment)
    fields = {'code': '0code'} if program == 'onlogin' else None
    reply = post(cgi, program, fields, None if fields else 'x' * 43)
    equal(sound(reply), code, f'code of {program}')
    for word in words:
        check(word.encode() in cgi.stderr, f'"{word}" not in {cgi.stderr}')
        check(word.encode() not in reply.body, f'"{word}" in the reply')


BROKEN = [
    ({'touch': 'soon'}, ('touch', 'whole number from 1')),
    ({'touch': '0'}, ('touch', 'whole number from 1')),
    ({'max_sessions': '-1'}, ('max_sessions',)),
    ({'token_in_query': 'true'}, ('token_in_query', 'no yes')),
    ({'wechat_base_url': 'http://example.com'}, ('wechat_base_url',
                                                 'https://')),
    ({'wechat_base_url': 'http://127.0.0.1.evil.example'},
     ('wechat_base_url',)),
    ({'wechat_base_url': 'https://a@b'}, ('wechat_base_url',)),
    ({'default_app': 'wx0000000000000000'}, ('default_app', 'no app')),
    ({'database': None}, ('database', 'not set')),
    ({'journal': 'memory'}, ('journal', 'auto wal delete')),
]


def broken_values(build, wechat, settings, words):
    site = Site(build, wechat.base_url, settings)
    complains(site, 'onlogin', *words)
    complains(site, 'checksession', *words)
    check(not site.db.exists(), 'a store was made all the same')
    site.remove()


def readable_secrets(build, wechat):
    """Files with secrets that others can read are refused, with a remedy."""
    site = Site(build, wechat.base_url)
    secret = site.root / 'etc' / 'secret1'
    secret.chmod(0o644)
    complains(site, 'onlogin', 'chmod o=', 'secret1')
    secret.chmod(0o640)
    equal(post(Cgi(site), 'onlogin', {'code': '0x'}).code, 'CODE_INVALID',
          'with mode 0640')
    with open(site.conf, 'a') as conf:
        conf.write(f'[app wx1]\nsecret = {APP1[1]}\n')
    site.conf.chmod(0o604)
    complains(site, 'onlogin', 'chmod o=', 'wxlogin.conf')
    site.remove()


def missing_secret(build, wechat):
    """Only the program that needs it minds."""
    site = Site(build, wechat.base_url)
    (site.root / 'etc' / 'secret1').unlink()
    complains(site, 'onlogin', 'secret1', 'AppSecret')
    complains(site, 'checksession', code='AUTH_INVALID')
    site.remove()


def environment_alone(build, wechat):
    """With one app the environment is enough, and beats the file."""
    site = Site(build, wechat.base_url)
    site.conf.unlink()
    cgi = Cgi(site)
    cgi.environment = {
        'WXLOGIN_DATABASE': str(site.db), 'WXLOGIN_APPID': APP1[0],
        'WXLOGIN_SECRET': APP1[1], 'WXLOGIN_WECHAT_BASE_URL': wechat.base_url,
        'WXLOGIN_SESSION_IDLE': '77', 'WXLOGIN_TOUCH': '',
        'WXLOGIN_TUCH': '1'}
    equal(log_in(cgi, wechat.login('env'))['expiresIn'], 77, 'expiresIn')
    check(b'WXLOGIN_TUCH' in cgi.stderr, 'no warning of an unknown variable')
    check(APP1[1].encode() not in cgi.stderr, 'the secret is in the log')
    site.configure(session_idle='88')
    cgi.environment = {'WXLOGIN_SESSION_IDLE': '99'}
    equal(log_in(cgi, wechat.login('env'))['expiresIn'], 99, 'it beats')
    cgi.environment = {'WXLOGIN_SESSION_IDLE': ''}
    equal(log_in(cgi, wechat.login('env'))['expiresIn'], 88, 'empty is unset')
    site.remove()


def named_configuration(build, wechat):
    """WXLOGIN_CONFIG names the file; its folder is what paths begin at."""
    site = Site(build, wechat.base_url)
    (site.root / 'elsewhere').mkdir()
    site.conf.rename(site.root / 'elsewhere' / 'my.conf')
    for n in (1, 2):
        name = f'secret{n}'
        (site.root / 'etc' / name).rename(site.root / 'elsewhere' / name)
    cgi = Cgi(site)
    cgi.environment = {'WXLOGIN_CONFIG': str(
        site.root / 'elsewhere' / 'my.conf')}
    log_in(cgi, wechat.login('named'))
    check(site.db.exists(), 'the store is not where it belongs')
    complains(site, 'checksession', 'nowhere.conf', environment={
        'WXLOGIN_CONFIG': str(site.root / 'nowhere.conf')})
    site.remove()


def log_file(build, wechat):
    """log_file: the lines are there, and nobody else reads them."""
    site = Site(build, wechat.base_url, (('log_file', '../log/own.log'),))
    cgi = Cgi(site)
    cgi.call('checksession')
    path = site.root / 'log' / 'own.log'
    equal(cgi.stderr, b'', 'stderr')
    equal(json.loads(path.read_text())['code'], 'AUTH_INVALID', 'the line')
    equal(oct(path.stat().st_mode & 0o777), '0o600', 'mode')
    site.configure(log_level='error')
    cgi.call('checksession')
    equal(len(path.read_text().splitlines()), 1, 'lines at level error')
    site.remove()


# ---- the store and its key

def key_refused(build, wechat, spoil, *words):
    """A key that is not the store's: INTERNAL, and no new one is made."""
    site = Site(build, wechat.base_url)
    token = log_in(Cgi(site), wechat.login('sealed'))['token']
    good = site.key.read_bytes()
    spoil(site.key)
    before = site.key.read_bytes() if site.key.exists() else None
    for program in ('checksession', 'onlogin', 'logout'):
        complains(site, program, site.key.name, *words)
    after = site.key.read_bytes() if site.key.exists() else None
    equal(after, before, 'the key file was changed')
    site.key.write_bytes(good)
    site.key.chmod(0o600)
    equal(check_token(Cgi(site), token).status, 200, 'the right key again')
    site.remove()


KEYS = [
    ('a missing key', lambda k: k.unlink(), 'restore'),
    ('a foreign key', lambda k: k.write_bytes(os.urandom(32)), 'restore'),
    ('an empty key file', lambda k: k.write_bytes(b''), '32 bytes'),
    ('a key cut short', lambda k: k.write_bytes(k.read_bytes()[:31]),
     '32 bytes'),
    ('a key that others can read', lambda k: k.chmod(0o644), 'chmod o='),
]


def older_keys(build, wechat):
    """Keys are newest first; the old one still opens."""
    site = Site(build, wechat.base_url)
    token = log_in(Cgi(site), wechat.login('sealed'))['token']
    site.key.write_bytes(os.urandom(32) + site.key.read_bytes())
    equal(check_token(Cgi(site), token).status, 200, 'an old token')
    log_in(Cgi(site), wechat.login('sealed'))
    site.remove()


def moved_rows(build, wechat):
    """A sealed value that was copied to another row does not open."""
    site = Site(build, wechat.base_url)
    one, two = wechat.login('one'), wechat.login('two')
    log_in(Cgi(site), one)
    log_in(Cgi(site), two)
    site.change('UPDATE login_codes SET session_key = (SELECT session_key '
                'FROM login_codes WHERE code_hash <> ?1) WHERE code_hash = ?1',
                token_hash(APP1[0] + '\0' + one))
    cgi = Cgi(site)
    equal(sound(post(cgi, 'onlogin', {'code': one})), 'INTERNAL', 'code')
    check(b'does not open' in cgi.stderr, cgi.stderr)
    site.remove()


def foreign_store(build, wechat, sql, *words):
    site = Site(build, wechat.base_url)
    log_in(Cgi(site), wechat.login('x'))
    site.change(sql)
    complains(site, 'checksession', *words)
    site.remove()


def no_store(build, wechat):
    """A file that is no database is refused and left as it is."""
    site = Site(build, wechat.base_url)
    site.db.write_bytes(b'precious notes, no database\n' * 200)
    before = site.db.read_bytes()
    complains(site, 'checksession', 'not a database')
    equal(site.db.read_bytes(), before, 'the file')
    site.remove()


def two_names(build, wechat):
    """A link to the database is the database: one key, one file of locks."""
    site = Site(build, wechat.base_url)
    other = site.root / 'other'
    other.mkdir()
    link = other / 'link.db'
    link.symlink_to('../var/wxlogin.db')
    by_link = Cgi(site)
    by_link.environment = {'WXLOGIN_DATABASE': str(link)}
    token = log_in(by_link, wechat.login('two'))['token']
    equal(sound(check_token(Cgi(site), token)), 'OK', 'by the other name')
    token = log_in(Cgi(site), wechat.login('two'))['token']
    equal(sound(check_token(by_link, token)), 'OK', 'by the link')
    equal([p.name for p in other.iterdir()], ['link.db'], 'beside the link')
    check((site.root / 'var' / 'wxlogin.db.key').exists(), 'no key')
    site.remove()


def no_folder(build, wechat):
    site = Site(build, wechat.base_url)
    (site.root / 'var').rmdir()
    complains(site, 'checksession', 'wxlogin.db', 'folder')
    site.remove()


@contextlib.contextmanager
def locked(site, how):
    """Somebody else holds the store's lock."""
    with contextlib.closing(sqlite3.connect(
            site.db, timeout=30, isolation_level=None)) as db:
        db.execute(f'BEGIN {how}')
        yield
        db.execute('ROLLBACK')


def locked_store(build, wechat, make):
    """Writes are BUSY in bounded time; a check goes on, touch or not."""
    site = Site(build, wechat.base_url, (('busy_timeout', '200'),))
    transport = make(site)
    token = log_in(transport, wechat.login('locked'))['token']
    site.change('UPDATE sessions SET used = used - 100')
    with locked(site, 'IMMEDIATE'):
        equal(sound(check_token(transport, token)), 'OK', 'a check')
        reply = post(transport, 'onlogin', {'code': wechat.login('locked')})
        equal(sound(reply), 'BUSY', 'a login')
        equal(sound(post(transport, 'logout', {}, token)), 'BUSY', 'a logout')
    equal(post(transport, 'logout', {}, token).data, {'sessionsEnded': 1},
          'afterwards')
    transport.close()
    site.remove()


def locked_rollback(build, wechat):
    """With a rollback journal a reader waits too: 503, never 401 or 200."""
    site = Site(build, wechat.base_url, (('busy_timeout', '200'),
                                         ('journal', 'delete')))
    transport = FastCgi(site)
    token = log_in(transport, wechat.login('locked'))['token']
    good = {'Authorization': 'Bearer ' + token}
    check_token(transport, token)
    with locked(site, 'EXCLUSIVE'):
        equal(sound(check_token(transport, token)), 'BUSY', 'a check')
        reply = transport.call('checksession', headers=good,
                               role=fcgi.AUTHORIZER)
        equal(sound(reply), 'BUSY', 'the authorizer')
    equal(sound(check_token(transport, token)), 'OK', 'afterwards')
    transport.close()
    site.remove()


# ---- a full disk

@contextlib.contextmanager
def small_disk(site):
    """A file system of 1 MiB below var/."""
    var = str(site.root / 'var')
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0700',
                    'tmpfs', var], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(['umount', '-l', var], check=True)


def can_mount(site):
    try:
        with small_disk(site):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def fill(path):
    """Take all that is left."""
    with open(path, 'wb', buffering=0) as f, \
            contextlib.suppress(OSError):
        while True:
            f.write(bytes(4096))


def full_disk(site, wechat, journal):
    """FastCGI: checks go on; logins and logouts are BUSY; nothing is lost."""
    site.configure(journal=journal)
    transport = FastCgi(site)
    token = log_in(transport, wechat.login('full'))['token']
    check_token(transport, token)
    site.change('UPDATE sessions SET used = used - 100')
    fill(site.root / 'var' / 'ballast')
    codes = [post(transport, 'onlogin', {'code': wechat.login('full')})
             for _ in range(3)]
    equal([sound(r) for r in codes], ['BUSY'] * 3, 'logins')
    equal(sound(check_token(transport, token)), 'OK', 'a check')
    equal(sound(post(transport, 'logout', {'scope': 'all'}, token)), 'BUSY',
          'a logout')
    (site.root / 'var' / 'ballast').unlink()
    equal(sound(check_token(transport, token)), 'OK', 'with room again')
    log_in(transport, wechat.login('full'))
    transport.close()
    equal(site.query('PRAGMA integrity_check'), [('ok',)], 'integrity')


def full_at_start(site, wechat):
    """No room for a first start: an answer, and a good start later."""
    fill(site.root / 'var' / 'ballast')
    cgi = Cgi(site)
    reply = post(cgi, 'onlogin', {'code': wechat.login('full')})
    equal(sound(reply), 'BUSY', 'code')
    (site.root / 'var' / 'ballast').unlink()
    log_in(cgi, wechat.login('full'))


def run_full_disk(tap, build, wechat):
    names = [(f'a full disk, {j}', full_disk, j) for j in ('wal', 'delete')]
    names.append(('a full disk at the first start', full_at_start))
    for name, case, *args in names:
        site = Site(build, wechat.base_url)
        if ROOT_RUN and can_mount(site):
            def run():
                with small_disk(site):
                    case(site, wechat, *args)
            tap.case(f'process: {name}', run)
        else:
            tap.skip(f'process: {name}', 'no right to mount a tmpfs')
        site.remove()


def file_limit(build, wechat):
    """RLIMIT_FSIZE, as web hosts set it: BUSY, not a signal; whichever file
    it is that may not grow."""
    site = Site(build, wechat.base_url)
    token = log_in(Cgi(site), wechat.login('limit'))['token']
    wal = site.db.with_name('wxlogin.db-wal')
    sizes = [site.db.stat().st_size, wal.stat().st_size]
    check(sizes[0] < sizes[1], 'the WAL is small')
    for size in sizes:
        cgi = Cgi(site)

        def limit(size=size):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        body = json.dumps({'code': wechat.login('limit')}).encode()
        process = cgi.start('onlogin', cgi_params('onlogin', 'POST',
                                                  body=body),
                            preexec_fn=limit)
        reply = cgi.finish(process, body)
        equal(sound(reply), 'BUSY', f'code with {size}: {cgi.stderr}')
        check(b'limit on file sizes' in cgi.stderr, cgi.stderr)
        equal(check_token(Cgi(site), token).status, 200, 'afterwards')
    site.remove()


def file_limit_journal(build, wechat):
    """The same with a rollback journal."""
    site = Site(build, wechat.base_url, (('journal', 'delete'),))
    token = log_in(Cgi(site), wechat.login('limit'))['token']
    for size in (0, 512, 4096, 8192):
        cgi = Cgi(site)

        def limit(size=size):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        body = json.dumps({'code': wechat.login('limit')}).encode()
        process = cgi.start('onlogin', cgi_params('onlogin', 'POST',
                                                  body=body),
                            preexec_fn=limit)
        equal(sound(cgi.finish(process, body)), 'BUSY',
              f'code with {size}: {cgi.stderr}')
        equal(check_token(Cgi(site), token).status, 200, 'afterwards')
    site.remove()


def file_limit_at_start(build, wechat):
    """The same for a store that is yet to be made: BUSY, and good later."""
    site = Site(build, wechat.base_url)
    cgi = Cgi(site)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    for program in ('checksession', 'onlogin'):
        process = cgi.start(program, cgi_params(program, 'POST', body=CODE),
                            preexec_fn=limit)
        reply = cgi.finish(process, CODE)
        equal(sound(reply), 'BUSY', f'code of {program}')
    log_in(Cgi(site), wechat.login('limit'))
    site.remove()


# ---- descriptors, arguments, the command line

def closed_descriptors(build, wechat, closed):
    """A missing 0, 1 or 2 does not become the store's descriptor."""
    site = Site(build, wechat.base_url)
    log_in(Cgi(site), wechat.login('fds'))

    def close():
        for fd in closed:
            os.close(fd)
    for program in ('checksession', 'logout', 'onlogin'):
        process = Cgi(site).start(program, cgi_params(
            program, 'POST', body=CODE), preexec_fn=close)
        out, _ = process.communicate(CODE, timeout=60)
        if 1 not in closed:
            equal(process.returncode, 0, f'exit status of {program}')
            sound(parse_cgi(out))
    equal(site.query('PRAGMA integrity_check'), [('ok',)], 'integrity')
    for path in (site.root / 'var').iterdir():
        data = path.read_bytes()
        check(b'Status: ' not in data and b'"request_id"' not in data,
              f'output went to {path.name}')
    site.remove()


def arguments_ignored(build, wechat):
    """A web server may pass the query as arguments (RFC 3875, 4.4)."""
    site = Site(build, wechat.base_url)
    for argument in ('--help', '--version', '--check'):
        process = subprocess.run(
            [site.program('checksession'), argument], input=b'',
            capture_output=True, timeout=60, env={
                **program_environment(), **cgi_params(
                    'checksession', query=argument)})
        equal(sound(parse_cgi(process.stdout)), 'AUTH_INVALID', argument)
    site.remove()


def command(site, program, *arguments, environment=()):
    return subprocess.run(
        [site.program(program), *arguments], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, text=True, cwd='/',
        env={**program_environment(), **dict(environment)})


def command_line(build, wechat):
    site = Site(build, wechat.base_url)
    for program in site.programs:
        version = command(site, program, '--version')
        equal(version.returncode, 0, '--version')
        check(program in version.stdout, version.stdout)
        text = command(site, program, '--help')
        equal(text.returncode, 0, '--help')
        for setting in ('database', 'session_idle', 'log_level'):
            check(setting in text.stdout, f'--help lacks {setting}')
        for odd in ((), ('--nonsense',)):
            check(command(site, program, *odd).returncode != 0, odd)
    check(not site.db.exists(), 'a store was made')
    site.remove()


def check_command(build, wechat):
    """--check: 0, or what to mend."""
    site = Site(build, wechat.base_url)
    for program in site.programs:
        good = command(site, program, '--check')
        equal(good.returncode, 0, f'{program} --check: {good.stdout}')
    site.key.write_bytes(os.urandom(32))
    bad = command(site, 'logout', '--check')
    check(bad.returncode != 0 and 'wxlogin.db.key' in bad.stdout, bad.stdout)
    site.configure(touch='x')
    bad = command(site, 'logout', '--check')
    check(bad.returncode != 0 and 'etc/wxlogin.conf:' in bad.stdout
          and 'touch' in bad.stdout, bad.stdout)
    site.remove()


def descriptors(soft, hard):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return limit


def check_descriptors(build, wechat):
    """--check: workers that the limit of open files has no room for; the soft
    limit is no limit."""
    site = Site(build, wechat.base_url, (('workers', '256'),))
    for soft, hard, status in ((100, 400, 1), (100, 8192, 0)):
        done = subprocess.run(
            [site.program('checksession'), '--check'], text=True, cwd='/',
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            env=program_environment(), preexec_fn=descriptors(soft, hard),
            check=False)
        equal(done.returncode, status, done.stdout)
        equal('workers may need' in done.stdout, status == 1, done.stdout)
    site.remove()


def many_workers(build, wechat):
    """workers = 256 where the soft limit is the usual 1024: 256 logins at
    once, each with a connection to WeChat."""
    site = Site(build, wechat.base_url, (('workers', '256'),))
    codes = [wechat.login(f'crowd{n}') for n in range(256)]
    process = FastCgiProcess(site, 'onlogin',
                             preexec=descriptors(1024, 8192))

    def log_in_by(code):
        body = json.dumps({'code': code}).encode()
        reply = process.request(cgi_params(
            'onlogin', 'POST', body=body,
            headers={'Content-Type': 'application/json'}).items(), body)
        return parse_cgi(reply.stdout).code
    wechat.fault('delay', count=256, ms=200)
    equal(set(at_once([lambda c=c: log_in_by(c) for c in codes])), {'OK'},
          'codes')
    equal(process.stop(), 0, 'exit status')
    site.remove()


def check_reaches(build, wechat):
    """--check of a program that needs WeChat says when it is not there."""
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    site = Site(build, f'http://127.0.0.1:{port}')
    bad = command(site, 'onlogin', '--check')
    check(bad.returncode != 0 and 'WeChat' in bad.stdout, bad.stdout)
    equal(command(site, 'logout', '--check').returncode, 0, 'logout --check')
    site.remove()


def from_systemd(build, wechat):
    """A socket as descriptor 3, as systemd hands it over."""
    site = Site(build, wechat.base_url)
    path = str(site.root / 'run' / 'three.sock')
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(8)
        script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" 3<&0 </dev/null'
        process = spawn(
            ['sh', '-c', script, site.program('checksession')],
            stdin=listening, env=program_environment(),
            stderr=open(site.root / 'log' / 'stderr', 'wb'))
    with fcgi.Connection(path) as connection:
        result = connection.request(check_params())
    equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')
    process.send_signal(signal.SIGTERM)
    equal(exit_of(process), 0, 'exit status')
    site.remove()


def by_hand(build, wechat):
    """From a shell, with nothing but REQUEST_METHOD."""
    site = Site(build, wechat.base_url)
    process = subprocess.run(
        [site.program('checksession')], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60,
        env={**program_environment(), 'REQUEST_METHOD': 'GET'})
    equal(sound(parse_cgi(process.stdout)), 'AUTH_INVALID', 'code')
    site.remove()


# ---- odd FastCGI peers

def half_then_gone(process):
    with process.connect() as connection:
        connection.begin(login_params())
        connection.send(fcgi.record(fcgi.STDIN, CODE[:3]))


def gone_before_the_answer(process):
    with process.connect() as connection:
        connection.begin(login_params())
        connection.send(fcgi.stream(fcgi.STDIN, CODE))


def short_stdin(process):
    result = process.request(login_params(), CODE[:3])
    reply = parse_cgi(result.stdout)
    equal(sound(reply), 'PARAM_INVALID', 'code')
    equal(reply.json['field'], 'body', 'field')


def long_stdin(process):
    """More than CONTENT_LENGTH says: the rest is not the next request."""
    result = process.request(login_params(), CODE + b'{"more":1}' * 9000)
    equal(sound(parse_cgi(result.stdout)), 'OK', 'code')


def aborted(process):
    with process.connect() as connection:
        connection.begin(login_params())
        connection.send(fcgi.record(fcgi.STDIN, CODE[:3]) +
                        fcgi.record(fcgi.ABORT))
        connection.receive()


def two_at_once(process):
    """A second request on a busy connection is refused, the first goes on."""
    with process.connect() as connection:
        connection.begin(check_params())
        connection.send(fcgi.record(fcgi.BEGIN, struct.pack(
            '>HB5x', fcgi.RESPONDER, 0), request=2))
        connection.send(fcgi.stream(fcgi.STDIN, b''))
        kinds = [connection.receive() for _ in range(2)]
    check(any(k.stdout for k in kinds), 'the first got no answer')


def not_fastcgi(process):
    with process.connect() as connection, \
            contextlib.suppress(ConnectionError):
        connection.send(b'GET / HTTP/1.0\r\n\r\n' * 20)
        check(connection.closed(), 'an answer to nonsense')


def filter_role(process):
    with process.connect() as connection, \
            contextlib.suppress(ConnectionError):
        connection.begin(check_params(), role=fcgi.FILTER)
        connection.send(fcgi.stream(fcgi.STDIN, b'') +
                        fcgi.stream(8, b''))
        result = connection.receive()
        check(not result.stdout or
              parse_cgi(result.stdout).status != 200, result.stdout)


def kept(process):
    """KEEP_CONN is a wish: one answer, then the connection may go."""
    with process.connect() as connection:
        result = connection.request(check_params(), flags=fcgi.KEEP_CONN)
        check(result.ended, 'no answer')


def many_params(process):
    extra = [(f'HTTP_X_{n}', 'v' * 100) for n in range(500)]
    result = process.request(check_params() + extra)
    equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


def long_param(process):
    extra = [('HTTP_COOKIE', 'c' * 200000)]
    result = process.request(check_params() + extra)
    equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


def params_without_value(process):
    result = process.request(check_params() + [('', ''), ('', 'x'),
                                               ('HTTP_X', '')])
    equal(sound(parse_cgi(result.stdout)), 'AUTH_INVALID', 'code')


PEERS = [
    ('goes away in its body', 'onlogin', half_then_gone),
    ('goes away before the answer', 'onlogin', gone_before_the_answer),
    ('sends less than it said', 'onlogin', short_stdin),
    ('sends more than it said', 'onlogin', long_stdin),
    ('aborts', 'onlogin', aborted),
    ('multiplexes', 'checksession', two_at_once),
    ('speaks no FastCGI', 'checksession', not_fastcgi),
    ('wants a filter', 'checksession', filter_role),
    ('wants to keep the connection', 'checksession', kept),
    ('sends 500 headers', 'checksession', many_params),
    ('sends a header of 200 kB', 'checksession', long_param),
    ('sends names without values', 'checksession', params_without_value),
]


def odd_peer(build, program, peer):
    """Afterwards the same process serves on, and leaves with 0."""
    with RawServer(GOOD) as server:
        site = Site(build, server.base_url, (('workers', '1'),))
        process = FastCgiProcess(site, program)
        peer(process)
        result = process.request(check_params() if program == 'checksession'
                                 else login_params(), b'' if program ==
                                 'checksession' else CODE)
        check(result.ended, 'the next request got no answer')
        sound(parse_cgi(result.stdout))
        equal(process.stop(), 0, 'exit status')
        site.remove()


def more_than_workers(build):
    """Requests beyond the workers wait, and all are answered."""
    gate = Gate()
    with RawServer(gate) as server:
        site = Site(build, server.base_url, (('workers', '2'),))
        process = FastCgiProcess(site, 'onlogin')
        connections = [process.connect() for _ in range(6)]
        for n, connection in enumerate(connections):
            body = b'{"code":"0code%d"}' % n
            connection.begin(cgi_params('onlogin', 'POST',
                                        body=body).items())
            connection.send(fcgi.stream(fcgi.STDIN, body))
        server.wait_for(2)
        gate.event.set()
        for connection in connections:
            result = connection.receive()
            equal(sound(parse_cgi(result.stdout)), 'OK', 'code')
            connection.socket.close()
        equal(process.stop(), 0, 'exit status')
        site.remove()


def same_process(build, wechat):
    """Nothing of a request is left for the next one in the same process."""
    site = Site(build, wechat.base_url, (('workers', '1'),))
    transport = FastCgi(site)
    token = log_in(transport, wechat.login('left'))['token']
    process = transport.process('checksession')
    for _ in range(3):
        equal(check_token(transport, token).code, 'OK', 'with a token')
        equal(transport.call('checksession').code, 'AUTH_INVALID',
              'without one')
        equal(transport.call('checksession', 'POST', body=b'{').code,
              'PARAM_INVALID', 'with a broken body')
    check(transport.process('checksession') is process, 'another process')
    transport.close()
    site.remove()


# ---- running

def cases(build, wechat):
    """(name, function, arguments) of all cases."""
    for by in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        yield (f'{by.name} during a request', ends_after_its_request, build,
               by)
        yield f'{by.name} when idle', ends_when_idle, build, wechat, by
    yield 'SIGTERM within a body', ends_within_a_body, build, wechat
    yield 'SIGTERM before any request', ends_before_any_request, build, wechat
    for said in (b'', b'\1\1\0'):
        yield (f'SIGTERM beside a peer that said {said}',
               ends_beside_a_silent_peer, build, wechat, said)
    yield 'SIGTERM to a CGI run', cgi_ends_at_once, build
    yield 'max_requests', most_requests, build, wechat
    yield ('a renewal beside a slow request', renewal_waits_for_nobody,
           build, wechat)
    yield ('SIGTERM during a renewal', told_to_stop_meanwhile, build,
           wechat)
    yield 'killed during a renewal', killed_meanwhile, build, wechat
    yield 'halted and continued', halted, build, wechat
    yield ('renew = yes, removed for a while', removed_for_a_while, build,
           wechat)
    yield ('renew = yes, broken for a while', broken_for_a_while, build,
           wechat)
    yield 'a new configuration', new_configuration, build, wechat
    yield 'a new binary', new_binary, build, wechat
    yield ('max_requests behind lighttpd', lighttpd_keeps_serving, build,
           wechat)
    yield 'lighttpd with two programs', lighttpd_with_few, build, wechat
    yield ('a broken configuration, mended', broken_configuration, build,
           wechat)
    for settings, words in BROKEN:
        yield (f'broken: {settings}', broken_values, build, wechat, settings,
               words)
    for function in (readable_secrets, missing_secret, environment_alone,
                     named_configuration, log_file, older_keys, moved_rows,
                     no_store, two_names, no_folder, locked_rollback, file_limit,
                     file_limit_journal, file_limit_at_start,
                     arguments_ignored, command_line, check_command,
                     check_descriptors, many_workers, check_reaches,
                     from_systemd, by_hand, same_process):
        yield function.__name__.replace('_', ' '), function, build, wechat
    for name, spoil, *words in KEYS:
        yield name, key_refused, build, wechat, spoil, *words
    yield ('a newer schema', foreign_store, build, wechat,
           'PRAGMA user_version = 99', 'newer wxlogin')
    yield ('another program\'s store', foreign_store, build, wechat,
           'PRAGMA application_id = 7', 'another program')
    for make in (Cgi, FastCgi):
        yield f'a locked store, {make.name}', locked_store, build, wechat, make
    for closed in ((0,), (1,), (2,), (0, 1, 2)):
        yield f'closed {closed}', closed_descriptors, build, wechat, closed
    for name, program, peer in PEERS:
        yield f'a peer {name}', odd_peer, build, program, peer
    yield 'more requests than workers', more_than_workers, build


def main(tap, build):
    wechat = StandIn(build)
    for name, function, *args in cases(build, wechat):
        tap.case(f'process: {name}', function, *args)
    run_full_disk(tap, build, wechat)
    tap.case('process: the stand-in ends well', wechat.stop)
