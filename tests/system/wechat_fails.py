# SPDX-License-Identifier: MIT
"""wechat_fails.py: every way in which WeChat can fail, and what the caller is
told: outcome, status, Retry-After; and that a code is never sent twice, but
after the definite answer -1.

Each case has a store of its own, so that no failure changes what the next one
meets."""
import concurrent.futures
import json
import socket
import ssl
import threading

from kit import wechat
from kit.encryption import ZERO_KEY, encrypt, sign
from kit.fake_wechat import FakeWeChat, Gate
from kit.harness import (APP2, Cgi, FastCgi, Site, check_token, log_in,
                         post)
from kit.replies import DECRYPT, sound
from kit.tap import check, equal
from kit.wechat import EXCHANGE, RawServer, StandIn, answer, session

QUICK = (('wechat_timeout', '500'), ('wechat_connect_timeout', '300'))
UNAVAILABLE, ERROR = 'WECHAT_UNAVAILABLE', 'WECHAT_ERROR'


def refused(transport, code):
    return sound(post(transport, 'onlogin', {'code': code}))


def no_traces(site):
    """A failed login leaves no user, no session and no code."""
    for table in ('users', 'sessions', 'login_codes'):
        equal(site.query(f'SELECT count(*) FROM {table}'), [(0,)], table)


# ---- a raw server

def hang(connection):
    """Say nothing until the caller goes away."""
    while connection.recv(4096):
        pass
    return False


def cut(data, how):
    """Send the beginning of an answer, then close."""
    def action(connection):
        connection.sendall(data)
        how(connection)
        return False
    return action


def close(connection):
    connection.shutdown(socket.SHUT_RDWR)


def drip(connection):
    """A byte now and then: the limit is for the whole."""
    stop = threading.Event()
    for byte in answer(session()) * 100:
        connection.sendall(bytes([byte]))
        if stop.wait(0.02):
            break
    return False


def chunks(size):
    """A chunked answer without an end in sight."""
    def action(connection):
        connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked'
                           b'\r\n\r\n')
        for _ in range(size // 4096):
            connection.sendall(b'1000\r\n' + b' ' * 4096 + b'\r\n')
        connection.sendall(b'0\r\n\r\n')
        return False
    return action


NO_KEYS = ['absent', None, 7, [], 'AAECAwQFBgcICQoLDA0O', 'AAECAwQFBgcICQoLDA0ODxA=',
            'AAECAwQFBgcICQoLDA0OD===', '!!ECAwQFBgcICQoLDA0ODw==',
            'AAECAwQFBgcICQoLDA0ODw==\n', 'AAECAwQFBgc=',
            'AAECAwQFBgcICQoLDA0ODxAREhMUFRYX']
GOOD = answer(session())

# what the server does; the outcome; in words
RAW = [
    (cut(b'', wechat.reset), UNAVAILABLE, 'reset before the answer'),
    (cut(b'', close), UNAVAILABLE, 'closed before the answer'),
    (cut(b'HTTP/1.1 200 OK\r\nContent-Le', close), UNAVAILABLE,
     'closed within the head'),
    (cut(answer(session(), length=500), close), UNAVAILABLE, 'half a body'),
    (cut(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"o',
         close), UNAVAILABLE, 'half a chunk'),
    (cut(answer(session(), length=500), wechat.reset), UNAVAILABLE,
     'a reset within the body'),
    (hang, UNAVAILABLE, 'silence'),
    (drip, UNAVAILABLE, 'a byte now and then'),
    (answer('x' * 65537), ERROR, 'a reply over 64 KiB'),
    (chunks(1 << 20), ERROR, 'a chunked reply over 64 KiB'),
    (answer(json.dumps(session()) + ' ' * 70000), ERROR,
     'a good reply, but over 64 KiB'),
    (answer(''), ERROR, 'an empty body'),
    (answer('<html>502</html>'), ERROR, 'HTML with status 200'),
    (answer('not json'), ERROR, 'no JSON'),
    (answer('[]'), ERROR, 'JSON, but an array'),
    (answer('null'), ERROR, 'JSON, but null'),
    (answer(json.dumps(session()) + 'x'), ERROR, 'JSON, and more'),
    (answer({'session_key': session()['session_key']}), ERROR, 'no openid'),
    (answer({**session(), 'openid': ''}), ERROR, 'an empty openid'),
    (answer({**session(), 'openid': 7}), ERROR, 'an openid that is a number'),
    (answer({**session(), 'openid': 'o' * 129}), ERROR, 'a long openid'),
    (answer({**session(), 'openid': 'a\r\nSet-Cookie: b'}), ERROR,
     'an openid with a line in it'),
    (answer({}, '500 Oops'), UNAVAILABLE, 'HTTP 500'),
    (answer('<html>', '502 Bad Gateway'), UNAVAILABLE, 'HTTP 502'),
    (answer(session(), '503 Busy'), UNAVAILABLE, 'HTTP 503, a good body'),
    (answer({}, '429 Too Many'), UNAVAILABLE, 'HTTP 429'),
    (answer('', '302 Found', headers='Location: /sns/jscode2session\r\n'),
     ERROR, 'HTTP 302'),
    (answer(session(), '404 Not Found'), ERROR, 'HTTP 404'),
    (answer('', '412 Precondition Failed'), ERROR, 'HTTP 412'),
    (answer({'errcode': 40013, 'errmsg': 'invalid appid'}), ERROR, '40013'),
    (answer({'errcode': 40125, 'errmsg': 'x'}), ERROR, '40125'),
    (answer({'errcode': 40164, 'errmsg': 'x'}), ERROR, '40164'),
    (answer({'errcode': 99999, 'errmsg': 'x'}), ERROR, 'an unknown errcode'),
    (answer({'errcode': True}), ERROR, 'an errcode that is true'),
    (answer({'errcode': 'x', **session()}), ERROR, 'an errcode in words'),
    (answer({'errcode': 40029, 'errmsg': 'x'}), 'CODE_INVALID', '40029'),
    (answer({'errcode': '40029', 'errmsg': 'x'}), 'CODE_INVALID',
     '40029 as text'),
    (answer({'errcode': 40029, **session()}), 'CODE_INVALID',
     '40029 beside a session'),
    (answer({'errcode': 40163, 'errmsg': 'x'}), 'CODE_USED', '40163'),
    (answer({'errcode': 40226, 'errmsg': 'x'}), 'USER_BLOCKED', '40226'),
    (answer({'errcode': 45011, 'errmsg': 'x'}), 'TOO_MANY_REQUESTS', '45011'),
    (answer({'errcode': 45009, 'errmsg': 'x'}), 'TOO_MANY_REQUESTS', '45009'),
]


def raw_case(build, make, action, outcome):
    with RawServer(action) as server:
        site = Site(build, server.base_url, QUICK)
        transport = make(site)
        equal(refused(transport, '0code'), outcome, 'outcome')
        equal(server.codes, ['0code'], 'how often the code was sent')
        no_traces(site)
        transport.close()
        site.remove()


def run_raw(tap, build, make):
    for action, outcome, name in RAW:
        tap.case(f'{make.name}: {name} is {outcome}', raw_case, build, make,
                 action, outcome)


GOOD_ANSWERS = [
    (answer({'errcode': 0, 'errmsg': 'ok', **session()}), 'errcode 0'),
    (answer({'errcode': '0', **session()}), 'errcode 0 as text'),
    (answer({**session(), 'unionid': 7, 'expires_in': 7200}),
     'a unionid that is a number'),
    (answer({**session(), 'openid': 'o' * 128}), 'an openid of 128'),
    (answer(json.dumps(session()).replace('==', '\\u003d\\u003d')),
     'escapes in the session_key'),
    (b'HTTP/1.0 200 OK\r\n\r\n' + json.dumps(session()).encode(),
     'HTTP/1.0 without a length'),
    (b'HTTP/1.1 100 Continue\r\n\r\n' + GOOD, 'a 100 before the answer'),
]


def good_case(build, reply):
    def once(connection):
        connection.sendall(reply)
        return False
    with RawServer(once) as server:
        site = Site(build, server.base_url)
        equal(log_in(Cgi(site), '0code')['newUser'], True, 'newUser')
        site.remove()


# ---- without a session_key

def no_key(build, make, key):
    """A session_key that is none, or absent: a login without a key.  Open data
    is all that wants one."""
    given = {k: v for k, v in {**session('oNone'), 'session_key': key}.items()
             if v != 'absent'}
    with RawServer(answer(given)) as server:
        site = Site(build, server.base_url, QUICK)
        transport = make(site)
        data = log_in(transport, '0code')
        equal((data['newUser'], server.codes), (True, ['0code']), 'login')
        again = log_in(transport, '0code')              # the repeat rule
        equal((again['newUser'], server.codes), (False, ['0code']), 'again')
        for token in (data['token'], again['token']):
            equal(check_token(transport, token).status, 200, 'live')
            equal(post(transport, 'checkkey', {}, token).data,
                  {'sessionKeyValid': False}, 'checkkey')
            for opened in (encrypt(ZERO_KEY, b'{}'), sign(ZERO_KEY, '{}')):
                equal(post(transport, 'updateuser', opened, token).code,
                      DECRYPT, 'open data')
        equal(len(server.codes), 1, 'calls at WeChat')
        equal(site.query("SELECT count(*) FROM sessions WHERE session_key = "
                         "x''"), [(2,)], 'sessions without a key')
        check(b'WeChat gave no session_key' in transport.stderr,
              'the log tells')
        transport.close()
        site.remove()


# ---- one wrong code, many times

def one_wrong_code(build, make):
    """One asks WeChat; the others, in whatever process, adopt what it learnt.
    Another code is another matter."""
    with FakeWeChat() as fake:
        gate = fake.answers[EXCHANGE] = Gate(fake.answers[EXCHANGE])
        site = Site(build, fake.base_url)
        transport = make(site)
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            futures = [pool.submit(refused, transport, '0wrong')
                       for _ in range(40)]
            gate.wait()
            gate.opened.set()
            equal({f.result() for f in futures}, {'CODE_INVALID'}, 'outcomes')
        equal(len(fake.asked(EXCHANGE)), 1, 'calls at WeChat')
        equal(refused(transport, '0other'), 'CODE_INVALID', 'another code')
        equal(len(fake.asked(EXCHANGE)), 2, 'calls at WeChat')
        transport.close()
        site.remove()


# ---- what the log says of a refusal

REMEDIES = [
    ({'errcode': 40164, 'errmsg': 'invalid ip 203.0.113.5 ipv6 ::ffff:203.0.1'
      '13.5, not in whitelist rid: 658cff8e-7783352d-44cb33e5'},
     'errcode 40164 rid 658cff8e-7783352d-44cb33e5: WeChat does not allow '
     "this server's address; add it to the IP allow list of the AppSecret in "
     'the console: 203.0.113.5'),
    ({'errcode': 40164, 'errmsg': 'a.b.c.d 5a4dbe secret'},
     "errcode 40164 rid -: WeChat does not allow this server's address; add "
     'it to the IP allow list of the AppSecret in the console'),
    ({'errcode': 40013, 'errmsg': 'x'}, 'WeChat does not know this AppID'),
    ({'errcode': 40125, 'errmsg': 'x'}, 'the AppSecret is not that of'),
    ({'errcode': 41002, 'errmsg': 'x'}, 'the AppID did not arrive'),
    ({'errcode': 48001, 'errmsg': 'x'}, 'may not make this call'),
    ({'errcode': 50002, 'errmsg': 'x'}, 'the account is restricted'),
]


def remedy(build, reply, words):
    with RawServer(answer(reply)) as server:
        site = Site(build, server.base_url, QUICK)
        cgi = Cgi(site)
        equal(refused(cgi, '0code'), ERROR, 'outcome')
        cause = json.loads(cgi.stderr.splitlines()[-1])['cause']
        check(words in cause and 'secret' not in cause, cause)
        site.remove()


# ---- connections

def nobody_listens(build, make):
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    site = Site(build, f'http://127.0.0.1:{port}', QUICK)
    transport = make(site)
    equal(refused(transport, '0code'), UNAVAILABLE, 'outcome')
    transport.close()
    site.remove()


def one_worker(build, server):
    return FastCgi(Site(build, server.base_url, QUICK + (
        ('workers', '1'), ('login_failures', '60'))))


def site_failures(site):
    """What was counted against the address."""
    return site.query('SELECT count(*) FROM throttle')[0][0]


def kept_then_closed(build):
    """A kept connection that WeChat closed while idle: nobody notices."""
    closed = threading.Event()

    def good_bye(connection):
        connection.sendall(answer(session('oOne')))
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()
        return False
    with RawServer(good_bye, answer(session('oTwo'))) as server:
        transport = one_worker(build, server)
        log_in(transport, '0one')
        check(closed.wait(60), 'the connection is open')
        equal(log_in(transport, '0two')['newUser'], True, 'newUser')
        equal(server.codes, ['0one', '0two'], 'codes sent')
        transport.close()
        transport.site.remove()


def kept_then_reset(build, how):
    """A kept connection that dies under the second request: libcurl would
    send it again by itself."""
    with RawServer(answer(session('oOne')), how,
                   answer(session('oTwo'))) as server:
        transport = one_worker(build, server)
        log_in(transport, '0one')
        # nobody knows whether it was used: a new one is wanted
        equal(refused(transport, '0two'), 'CODE_INVALID', 'outcome')
        equal(server.codes, ['0one', '0two'], 'codes sent')
        equal(site_failures(transport.site), 0, 'failures of the address')
        equal(log_in(transport, '0three')['newUser'], True, 'afterwards')
        transport.close()
        transport.site.remove()


def no_redirect(build):
    """The secret does not follow a redirect to another server."""
    with RawServer(GOOD) as other:
        target = f'Location: {other.base_url}/x?js_code=led\r\n'
        for status in ('301 Moved', '302 Found', '307 T', '308 P'):
            with RawServer(answer('', status, headers=target)) as server:
                site = Site(build, server.base_url, QUICK)
                equal(refused(Cgi(site), '0code'), ERROR, status)
                site.remove()
        equal(other.codes, [], 'requests at the other server')


def no_proxy(build):
    """Proxies of the environment are not used, HTTP_PROXY least of all."""
    with RawServer(GOOD) as proxy, RawServer(GOOD) as server:
        site = Site(build, server.base_url, QUICK)
        transport = Cgi(site)
        transport.environment = {n: proxy.base_url for n in (
            'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY')}
        log_in(transport, '0code')
        equal((proxy.codes, server.codes), ([], ['0code']), 'who was asked')
        site.remove()


def speaks_no_tls(build):
    """https to a server without TLS: nothing is sent in the clear."""
    with RawServer(GOOD) as server:
        site = Site(build, server.base_url.replace('http:', 'https:'), QUICK)
        equal(refused(Cgi(site), '0code'), UNAVAILABLE, 'outcome')
        equal(server.codes, [], 'requests seen')
        site.remove()


def other_tls(build):
    """A certificate that nobody vouches for: the secret is not sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers('ALL:@SECLEVEL=0')
    seen = []
    with socket.create_server(('127.0.0.1', 0)) as listening:
        def serve():
            connection, _ = listening.accept()
            with connection:
                seen.append(connection.recv(4096))
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        site = Site(build, f'https://127.0.0.1:{port}', QUICK)
        equal(refused(Cgi(site), '0code'), UNAVAILABLE, 'outcome')
        thread.join(60)
    check(seen and b'0code' not in seen[0] and b'5a4dbe' not in seen[0],
          'what the server saw')
    site.remove()


# ---- -1

BUSY = answer({'errcode': -1, 'errmsg': 'system error'})


def busy(build, actions, outcome, sends):
    with RawServer(*actions) as server:
        site = Site(build, server.base_url)
        transport = FastCgi(site)
        reply = post(transport, 'onlogin', {'code': '0code'})
        equal(sound(reply), outcome, 'outcome')
        equal(server.codes, ['0code'] * sends, 'codes sent')
        transport.close()
        site.remove()


def busy_too_long(build):
    """The three sends stay within wechat_timeout."""
    with RawServer(BUSY) as server:
        site = Site(build, server.base_url, (('wechat_timeout', '150'),))
        equal(refused(Cgi(site), '0code'), UNAVAILABLE, 'outcome')
        check(len(server.codes) in (1, 2), f'{len(server.codes)} sends')
        site.remove()


BUSY_CASES = [
    ('-1 once, then a session', [BUSY, GOOD], 'OK', 2),
    ('-1 twice, then a session', [BUSY, BUSY, GOOD], 'OK', 3),
    ('-1 three times', [BUSY], UNAVAILABLE, 3),
    ('-1 as text, then a session',
     [answer({'errcode': '-1', 'errmsg': 'x'}), GOOD], 'OK', 2),
    ('-1, then 40163', [BUSY, answer({'errcode': 40163})], 'CODE_USED', 2),
    ('-1, then 40029', [BUSY, answer({'errcode': 40029})], 'CODE_INVALID', 2),
    ('-1, then a reset: not a third time', [BUSY, cut(b'', wechat.reset)],
     'CODE_INVALID', 2),
    ('-1 with status 500 is no -1',
     [answer({'errcode': -1}, '500 Oops')], UNAVAILABLE, 1),
]


# ---- the stand-in's own faults

STAND_IN = [
    ('reset', {}, {UNAVAILABLE}), ('truncate', {}, {UNAVAILABLE}),
    ('html', {}, {UNAVAILABLE}), ('html', {'status': 200}, {ERROR}),
    ('empty', {}, {ERROR}), ('big', {}, {ERROR}),
    ('status', {'status': 500}, {UNAVAILABLE}),
    ('status', {'status': 404}, {ERROR}),
    ('errcode', {'errcode': 40226}, {'USER_BLOCKED'}),
    ('errcode', {'errcode': 45011}, {'TOO_MANY_REQUESTS'}),
    ('errcode', {'errcode': 40125}, {ERROR}),
    ('delay', {'ms': 50}, {'OK'}), ('busy', {'count': 2}, {'OK'}),
    ('busy', {'count': 3}, {UNAVAILABLE}),
]


def stand_in_case(build, wx, kind, more, outcomes):
    site = Site(build, wx.base_url)
    transport, since = FastCgi(site), wx.last()
    wx.fault(kind, **more)
    reply = post(transport, 'onlogin', {'code': wx.login(f'f{since}')})
    check(sound(reply) in outcomes, f'{reply!r}, wanted {outcomes}')
    sends = {('busy', 2): 3, ('busy', 3): 3}.get((kind, more.get('count')), 1)
    equal(len(wx.calls(since)), sends, 'calls at WeChat')
    transport.close()
    site.remove()


def live_sessions_stay(build, wx):
    """Sessions that live do not care whether WeChat does."""
    site = Site(build, wx.base_url, QUICK)
    cgi = Cgi(site)
    token = log_in(cgi, wx.login('steady'))['token']
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    site.configure(wechat_base_url=f'http://127.0.0.1:{port}')
    for n in range(7):
        equal(refused(cgi, f'0code{n}'), UNAVAILABLE, 'a login')
    equal(check_token(cgi, token).status, 200, 'a check')
    equal(post(cgi, 'logout', {}, token).data, {'sessionsEnded': 1}, 'logout')
    site.remove()


def app_removed(build, wx):
    """Sessions of an app that is no longer configured are not live; those of
    others are."""
    site = Site(build, wx.base_url, QUICK)
    cgi = Cgi(site)
    stays = log_in(cgi, wx.login('stays'))['token']
    goes = log_in(cgi, wx.login('goes', appid=APP2[0]),
                  appid=APP2[0])['token']
    equal(check_token(cgi, goes).status, 200, 'before')
    whole = site.conf.read_text()
    site.conf.write_text(whole.partition(f'[app {APP2[0]}]')[0])
    for program, fields in (('checksession', {}), ('checkkey', {}),
                            ('updateuser', {'nickname': 'Ann'}),
                            ('updatephone', {'code': 'x'}),
                            ('unbindphone', {}), ('logout',
                                                  {'scope': 'all'})):
        equal(sound(post(cgi, program, fields, goes)), 'AUTH_INVALID',
              program)
    check(b'is no longer configured' in cgi.stderr, 'the log')
    equal(post(cgi, 'logout', {}, goes).data, {'sessionsEnded': 0}, 'logout')
    for program in ('checksession', 'checkkey', 'unbindphone'):
        equal(post(cgi, program, {}, stays).code, 'OK', program)
    site.remove()


def breaker(build):
    """Five failures in a row: the next is told at once, without a call."""
    with RawServer(cut(b'', wechat.reset)) as server:
        site = Site(build, server.base_url, QUICK)
        transport = Cgi(site)
        for n in range(6):
            equal(refused(transport, f'0code{n}'), UNAVAILABLE, 'outcome')
        equal(len(server.codes), 5, 'calls at WeChat')
        site.remove()


def breaker_counts_reaching(build):
    """Answers of any kind are no failures to reach WeChat."""
    with RawServer(answer({}, '500 Oops')) as server:
        site = Site(build, server.base_url, QUICK)
        transport = Cgi(site)
        for n in range(7):
            equal(refused(transport, f'0code{n}'), UNAVAILABLE, 'outcome')
        equal(len(server.codes), 7, 'calls at WeChat')
        site.remove()


def after_a_failure(build, wx):
    """A code whose reply was lost on the way to us is spent; we say so."""
    site = Site(build, wx.base_url)
    transport, code = FastCgi(site), wx.login('unlucky')
    wx.fault('truncate')
    equal(refused(transport, code), UNAVAILABLE, 'the cut reply')
    equal(refused(transport, code), 'CODE_USED', 'the same code again')
    equal(log_in(transport, wx.login('unlucky'))['newUser'], True, 'a new one')
    transport.close()
    site.remove()


def secret_is_wrong(build, wx):
    site = Site(build, wx.base_url)
    (site.root / 'etc' / 'secret1').write_text('0' * 32)
    equal(refused(Cgi(site), wx.login('x')), ERROR, 'outcome')
    text = Cgi(site)
    equal(refused(text, wx.login('x')), ERROR, 'outcome')
    check(b'40125' in text.stderr, 'the log names the errcode')
    check(b'rid ' in text.stderr and b'0' * 32 not in text.stderr, 'the rid')
    site.remove()


def main(tap, build):
    for make in (Cgi, FastCgi):
        run_raw(tap, build, make)
        tap.case(f'{make.name}: nobody listens is {UNAVAILABLE}',
                 nobody_listens, build, make)
        for key in NO_KEYS:
            tap.case(f'{make.name}: session_key {key!r}: a login without',
                     no_key, build, make, key)
        tap.case(f'{make.name}: 40 times one wrong code: WeChat is asked '
                 'once', one_wrong_code, build, make)
    for reply, words in REMEDIES:
        tap.case(f'{reply["errcode"]} ({reply["errmsg"][:12]}): what to do',
                 remedy, build, reply, words)
    for reply, name in GOOD_ANSWERS:
        tap.case(f'{name} is a session', good_case, build, reply)
    tap.case('an idle kept connection may close', kept_then_closed, build)
    for how, name in ((cut(b'', close), 'closes'),
                      (cut(b'', wechat.reset), 'is reset')):
        tap.case(f'a kept connection {name} under a code: sent once',
                 kept_then_reset, build, how)
    for name, actions, outcome, sends in BUSY_CASES:
        tap.case(name, busy, build, actions, outcome, sends)
    tap.case('-1 within wechat_timeout', busy_too_long, build)
    tap.case('redirects are not followed', no_redirect, build)
    tap.case('no proxy from the environment', no_proxy, build)
    tap.case('https where there is no TLS', speaks_no_tls, build)
    tap.case('https: nothing before the handshake', other_tls, build)
    tap.case('the breaker opens after five failures', breaker, build)
    tap.case('the breaker minds no answers', breaker_counts_reaching, build)
    wx = StandIn(build)
    for kind, more, outcomes in STAND_IN:
        tap.case(f'the stand-in: {kind} {more}', stand_in_case, build, wx,
                 kind, more, outcomes)
    tap.case('a spent code after a cut reply', after_a_failure, build, wx)
    tap.case('live sessions do not need WeChat', live_sessions_stay, build, wx)
    tap.case('an app that is no longer configured', app_removed, build, wx)
    tap.case('a wrong AppSecret', secret_is_wrong, build, wx)
    tap.case('wechat_fails: the stand-in ends well', wx.stop)
