# SPDX-License-Identifier: MIT
"""matrix.py: every configuration of conf/ against what each has to do: all
programs work, tokens arrive, the example path below /members/ opens with a
live token and in no other way, and nothing is lost when something restarts.
Prints the table at its end; a cell that is neither "ok" nor "FAIL" is explained
below it, and one that no check filled is a failure."""
import concurrent.futures
import json
import pathlib
import threading

from kit import guarded, servers
from kit.guarded import NotHere
from kit.harness import PROGRAMS, check_token, post, until
from kit.replies import sound
from kit.stands import API, PAGE, PROGRAM, SECRET, STANDS, bearer, processes
from kit.tap import Failed, check, equal
from kit.wechat import StandIn

JSON = ('Content-Type', 'application/json')
HEADERS = ('X-WXLogin-User-Id', 'X-WXLogin-Appid', 'X-WXLogin-Openid',
           'X-WXLogin-Unionid')
LOAD = 600              # requests
REASONS = {
    'proxied': 'a CGI program guards files, not what mod_proxy answers',
    'told': 'mod_proxy of lighttpd gets no variable of an authorizer: the '
            'back end gets the token, and nothing that a client made up',
    'served': 'guarding is the server\'s here, and it serves what it serves',
    '503': 'mod_cgid ends the programs that run when it restarts, and Apache '
           'says 503; every other answer was right',
}


class OnlyWith(NotHere):
    """It can, with the reservation that REASONS tells."""


# ---- what comes back

def shows(reply):
    """Did anything of what is protected come out?"""
    return SECRET in reply.body or b'"variables"' in reply.body


def shut(stand, reply, hits, what):
    check(not shows(reply), f'{what}: open: {reply!r}')
    check(not 200 <= reply.status < 300, f'{what}: {reply!r}')
    equal(stand.backend.hits, hits, f'{what}: requests to the back end')


def opened(path, reply, what=''):
    check(reply.status == 200, f'{path} {what}: {reply!r}')
    if path == PAGE:
        equal(reply.body, SECRET, f'{path} {what}')
    else:
        return reply.json
    return None


def person(stand):
    """A user who logged in: a header with the token, and the identity that
    the back end is to get."""
    user, appid = stand.world.user(), stand.site.settings['default_app']
    data = stand.world.log_in(user)
    known = stand.world.wechat.control('user', appid=appid, user=user)
    return bearer(data['token']), {
        'WXLOGIN_USER_ID': data['userInfo']['id'], 'WXLOGIN_APPID': appid,
        'WXLOGIN_OPENID': known['openid'],
        'WXLOGIN_UNIONID': known['unionid']}


# ---- the programs

def all_work(stand):
    """Every program does its work, from login to logout."""
    w, http = stand.world, stand.http
    equal(set(stand.site.programs), set(PROGRAMS), 'programs')
    user = w.user()
    token = w.log_in(user)['token']
    equal(post(http, 'updateuser', {'nickname': '小明'}, token)
          .data['userInfo']['nickname'], '小明', 'updateuser')
    code = w.wechat.control('phone', user=user, appid=stand.site.settings[
        'default_app'])['code']
    check(post(http, 'updatephone', {'code': code}, token)
          .data['userInfo']['phone'], 'updatephone')
    equal(post(http, 'unbindphone', {}, token).data['userInfo']['phone'], '',
          'unbindphone')
    equal(sound(post(http, 'checkkey', {}, token)), 'OK', 'checkkey')
    equal(check_token(http, token).data['userInfo']['nickname'], '小明',
          'checksession')
    equal(post(http, 'logout', {}, token).data, {'sessionsEnded': 1},
          'logout')
    equal(sound(check_token(http, token)), 'AUTH_INVALID', 'after logout')
    equal(http.call('onlogin', 'OPTIONS').status, 204, 'OPTIONS')
    equal(sound(http.call('onlogin', 'GET', '/x')), 'NOT_FOUND', 'below')
    check(http.call('onloginx').status == 404, 'a longer name')


def arrives(headers, body):
    def story(stand):
        token = stand.world.token()
        for path in ('/wx/checksession', '/wx/updateuser'):
            reply = stand.fetch(
                path, *((k, v.replace('TOKEN', token)) for k, v in headers),
                body=body.replace(b'TOKEN', token.encode()), method='POST')
            equal(sound(reply), 'OK', f'{path}: {headers} {body}')
    return story


def body_token(stand):
    arrives([JSON], b'{"sessionid":"TOKEN","nickname":"x"}')(stand)
    arrives([('Content-Type', 'application/x-www-form-urlencoded')],
            b'sessionid=TOKEN&nickname=x')(stand)


NICKNAME = b'{"nickname":"x"}'
authorization = arrives([JSON, ('Authorization', 'Bearer TOKEN')], NICKNAME)
sessionid = arrives([JSON, ('sessionid', 'TOKEN')], NICKNAME)


# ---- open

def page_opens(stand):
    for header in (bearer(stand.world.token()),
                   ('sessionid', stand.world.token())):
        opened(PAGE, stand.fetch(PAGE, header))
        opened(PAGE, stand.fetch(PAGE + '?a=%zz&sessionid=x', header))


def told(stand, path, find):
    """The back end gets method, query and body, and who it is."""
    good, real = person(stand)
    body = b'{' + 70000 * b'x'          # over wxlogin's own bound, no JSON
    seen = opened(path, stand.fetch(
        path + '?a=1', good, ('Content-Type', 'text/plain'),
        body=body, method='POST'))
    equal(len(seen['body']), len(body), 'length of the body')
    equal(find(seen), real, 'identity')
    stand.site.change('UPDATE users SET unionid = NULL WHERE public_id = ?',
                      real['WXLOGIN_USER_ID'])
    del real['WXLOGIN_UNIONID']
    equal(find(opened(path, stand.fetch(path, good))), real,
          'identity without a unionid')


def variables(seen):
    """The identity in a program's variables, each name once."""
    found = [v for v in seen['variables'] if v[0].startswith('WXLOGIN_') and
             v[1] and v[0] not in ('WXLOGIN_CONFIG', 'WXLOGIN_LOG_FILE',
                          'WXLOGIN_WORKERS')]
    equal(len(found), len(dict(found)), f'names in {found}')
    return dict(found)


def headers_told(seen):
    """The identity in a back end's headers."""
    return {k.upper().replace('-', '_').removeprefix('X_'): v
            for k, v in seen['headers']
            if k.upper().replace('-', '_').startswith('X_WXLOGIN')}


def program_told(stand):
    told(stand, PROGRAM, variables)


def api_opens(stand):
    if API not in stand.guarded:
        raise NotHere('proxied')
    seen = opened(API, stand.fetch(API + '?a=1', bearer(stand.world.token()),
                                   body=70000 * b'x', method='POST'))
    equal((seen['path'], len(seen['body'])), (API + '?a=1', 70000), 'seen')


def api_told(stand):
    if API not in stand.guarded:
        raise NotHere('proxied')
    if API not in stand.identified:
        raise NotHere('told')
    told(stand, API, headers_told)


# ---- shut

def stays_shut(stand):
    w = stand.world
    token, dead = w.token(), w.dead()
    bad = [(), [bearer(dead)], [('sessionid', dead)], [bearer(w.expired())],
           [bearer('x' * 43)], [bearer(token + 'x')], [bearer(token[:-1])],
           [bearer('')], [('Authorization', 'Basic ' + token)],
           [('Cookie', 'sessionid=' + token)],
           [('X-Sessionid', token)], [('sessionid', token + ', ' + dead)]]
    for path in stand.guarded:
        hits = stand.backend.hits
        for headers in bad:
            reply = stand.fetch(path, *headers)
            shut(stand, reply, hits, f'{path} {headers}')
            equal(reply.status, 401, f'{path} {headers}')
            check('Bearer' in (reply.get('WWW-Authenticate') or ''),
                  f'{path}: {reply.headers}')
        for method in ('HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE',
                       'PROPFIND', 'get', 'GETX'):
            shut(stand, stand.fetch(path, method=method), hits, method)
        body = f'sessionid={token}'.encode()
        for reply in (
                stand.fetch(f'{path}?sessionid={token}'),
                stand.fetch(f'{path}?auth=1'),
                stand.fetch(path, ('Content-Type', 'application/x-www-form-'
                                   'urlencoded'), body=body, method='POST'),
                stand.fetch(path, JSON, method='POST', body=json.dumps(
                    {'sessionid': token}).encode()),
                stand.fetch(path, version='1.0')):
            shut(stand, reply, hits, path)
            equal(reply.status, 401, path)


def spellings(path):
    """The same path as somebody who wants to get by would write it."""
    _, first, rest = path.split('/', 2)
    return [
        f'//{first}/{rest}', f'/{first}//{rest}', f'///{first}///{rest}',
        f'/./{first}/{rest}', f'/{first}/./{rest}', f'/x/../{first}/{rest}',
        f'/{first}/x/../{rest}', f'/{first}/../{first}/{rest}',
        f'/wx/../{first}/{rest}', f'/wx/checksession/../../{first}/{rest}',
        f'/%6dembers/{rest}', f'/%4dembers/{rest}', f'/%{"6d"}{first[1:]}/{rest}',
        f'/{first}/%{ord(rest[0]):02x}{rest[1:]}', f'/{first}%2f{rest}',
        f'/{first}%2F{rest}', f'/%2f{first}/{rest}', f'%2f{first}/{rest}',
        f'/{first}/%2f{rest}', f'/%2e/{first}/{rest}',
        f'/%2e%2e/{first}/{rest}', f'/x/%2e%2e/{first}/{rest}',
        f'/x%2f..%2f{first}/{rest}', f'/{first}/%2e/{rest}',
        f'/{first};x/{rest}', f'/{first};/{rest}', f'/{first}/;/{rest}',
        f'/{first}/{rest};x', f'/;/{first}/{rest}',
        f'/x;/../{first}/{rest}', f'/{first}/x;/../{rest}',
        f'/{first.upper()}/{rest}', f'/{first.capitalize()}/{rest}',
        f'/{first}/{rest.upper()}', f'/{first}/{rest}/',
        f'/{first}/{rest}/x', f'/{first}/{rest}%00', f'/{first}%00/{rest}',
        f'/{first}/{rest}%20', f'/{first}/{rest}.', f'/{first}/{rest}~',
        f'/{first}\\{rest}', f'/{first}%5c{rest}', f'\\{first}\\{rest}',
        f'/x\\..\\{first}/{rest}', f'/{first}x/../{first}/{rest}',
        f'/{first}/{rest}#/wx/checksession', f'/{first}%252f{rest}',
        f'/%256dembers/{rest}', f'/%c0%af{first}/{rest}',
        f'/%u006dembers/{rest}', f'/{first}%3b/{rest}', f'/{first}%3f/{rest}',
        f'/?/../{first}/{rest}', f'/{first}/{rest}?', f'/{first}/{rest}%3f',
        f'http://127.0.0.1/{first}/{rest}', f'http://x//{first}/{rest}',
        f'HTTP://127.0.0.1:1/{first}/{rest}', f'{first}/{rest}',
        f'/{first}', f'/{first}/', f'/{first}x', f'/{first}x/{rest}',
        f'/wx/guard/{first}/{rest}', f'/wx/guard.cgi/{first}/{rest}',
        f'/cgi-bin/guard.cgi/{first}/{rest}', '/wx/guard.cgi',
        f'/wx/../www/{first}/{rest}', '/_wxlogin', '/_wxlogin/x',
        f'/%5fwxlogin?{first}/{rest}', '/@wxlogin_busy',
    ]


TRICKS = [
    [('X-Original-URL', '/wx/checksession')],
    [('X-Rewrite-URL', '/wx/checksession')],
    [('X-Forwarded-For', '127.0.0.1'), ('X-Real-IP', '127.0.0.1')],
    [('X-HTTP-Method-Override', 'OPTIONS')],
    [('FCGI-Role', 'RESPONDER'), ('FCGI_ROLE', 'AUTHORIZER')],
    [('WXLOGIN-IDENTITY-HEADERS', '1'), ('WXLOGIN_IDENTITY_HEADERS', '1')],
    [('WXLOGIN-USER-ID', 'x'), ('WXLOGIN_USER_ID', 'x')],
    [('Variable-WXLOGIN_USER_ID', 'x'), ('REMOTE-USER', 'x')],
    [('REDIRECT-STATUS', '200'), ('REDIRECT_STATUS', '200')],
    [('Status', '200'), ('Script-Filename', '/x')],
    [(name, 'x') for name in HEADERS],
    [('Upgrade', 'websocket'), ('Connection', 'Upgrade')],
    [('Expect', '100-continue')],
    [('Range', 'bytes=0-')], [('If-None-Match', '*')],
]


def bypasses(stand):
    for path in stand.guarded:
        hits = stand.backend.hits
        for target in spellings(path):
            shut(stand, stand.fetch(target), hits, target)
        for headers in TRICKS:
            shut(stand, stand.fetch(path, *headers), hits, str(headers))


def duplicates(stand):
    """Two headers of a kind, one of them good, open nothing; nor does a good
    one behind a bad one of the kind that counts."""
    token, dead = stand.world.token(), stand.world.dead()
    pairs = [(a, b) for a in (bearer(token), ('authorization', token))
             for b in (bearer(dead), bearer('x'))]
    pairs += [(b, a) for a, b in pairs]
    pairs += [(('sessionid', token), ('sessionid', dead)),
              (('sessionid', dead), ('sessionid', token)),
              (('sessionid', token), ('SessionID', 'x')),
              (('sessionid', token), bearer(dead)),
              (bearer(dead), ('sessionid', token))]
    for path in (*stand.guarded, '/wx/checksession'):
        hits = stand.backend.hits
        for headers in pairs:
            reply = stand.fetch(path, *headers)
            shut(stand, reply, hits, f'{path} {headers}')
            check(reply.status in (400, 401), f'{path} {headers}: {reply!r}')


# ---- identities that a client makes up

def made_up():
    """Every spelling of the headers' and variables' names."""
    for name in HEADERS:
        plain = name.upper().replace('-', '_')
        bare = plain.removeprefix('X_')
        yield from sorted({
            name, name.lower(), plain, plain.lower(), 'HTTP_' + plain,
            name.replace('-', '_', 1), name.replace('-', '_', 2),
            '_'.join(name.rsplit('-', 1)), bare, bare.replace('_', '-'),
            'Variable-' + bare})
    yield from ('Remote-User', 'REMOTE_USER')


def copies(stand):
    """All spellings in one request; where that is refused, one by one."""
    good, real = person(stand)
    names = list(made_up())
    for path in stand.guarded:
        if path == PAGE:
            continue
        whole = [[*names, *names], [*reversed(names), *names]]
        for spelt in whole + [[name, name] for name in names]:
            reply = stand.fetch(path, good, *(
                (name, f'spoof{n}') for n, name in enumerate(spelt)))
            if 400 <= reply.status < 500 and not shows(reply):
                check(len(spelt) > 2 or spelt[0] not in HEADERS,
                      f'{spelt} is refused: {reply!r}')
                continue
            seen = opened(path, reply, f'with {spelt}')
            unspoofed(seen, f'{path}: {spelt}')
            if path in stand.identified:
                equal((variables if path == PROGRAM else headers_told)(seen),
                      real, f'{path} {spelt}')
            if spelt is whole[1]:       # both were let in
                break


def unspoofed(seen, what):
    """Nothing that reads as an identity has the client's value.  A variable
    without HTTP_ in front can't be a header."""
    names = ('X_WXLOGIN',)
    if 'variables' in seen:
        names = ('HTTP_X_WXLOGIN', 'WXLOGIN', 'REMOTE_USER')
    for name, value in seen.get('variables') or seen['headers']:
        if name.upper().replace('-', '_').startswith(names):
            check('spoof' not in value, f'{what}: {name}: {value}')


def no_leak(stand):
    """The identity is the back end's, not the client's."""
    good, real = person(stand)
    secrets = [real['WXLOGIN_OPENID'], real['WXLOGIN_UNIONID']]
    for path in (*stand.guarded, '/wx/checksession'):
        reply = stand.fetch(path, good)
        equal(reply.status, 200, path)
        for name, value in reply.headers:
            check('wxlogin' not in name.lower() and value not in secrets,
                  f'{path}: {name}: {value}')
    for secret in secrets:
        check(secret.encode() not in reply.body, 'in a reply')


def nothing_else(stand):
    """Configuration, secrets and store are not to be had."""
    names = ('etc/wxlogin.conf', 'etc/secret1', 'var/wxlogin.db',
             'var/wxlogin.db.key', 'log/error.log', 'cgi-bin/onlogin')
    for name in names:
        for prefix in ('/', '/../', '/wx/../', '/wx/../../', '/%2e%2e/',
                       '/wx/%2e%2e/', '/members/../../', '/wx/onlogin/../../',
                       '/cgi-bin/../', '/members/..%2f..%2f', '/wx//../',
                       '/..;/', '/members%2f..%2f..%2f'):
            for headers in ((), [bearer(stand.world.token())]):
                reply = stand.fetch(prefix + name, *headers)
                check(reply.status in (400, 401, 403, 404) or reply.body and
                      reply.body[:1] == b'{', f'{prefix + name}: {reply!r}')
                for secret in (b'secret_file', b'5a4dbe0000', b'SQLite',
                               b'\x7fELF'):
                    check(secret not in reply.body, prefix + name)
    for path in ('/wx/guard.cgi/wx/onlogin.cgi', '/wx/guard.cgi/index.html',
                 '/wx/guard.cgi/members/page.html',
                 '/cgi-bin/guard.cgi/members/page.html',
                 '/cgi-bin/guard.cgi/wx/.htaccess'):
        reply = stand.fetch(path, bearer(stand.world.token()))
        check(reply.status in (401, 403, 404), f'{path}: {reply!r}')
    for path in ('/wx/.htaccess', '/members/.htaccess', '/.htaccess'):
        check(stand.fetch(path, bearer(stand.world.token())).status in
              (403, 404), path)


# ---- failing closed

def all_refuse(stand, good, statuses):
    """With a good token, all paths say that it can't be told now."""
    for path in stand.guarded:
        hits = stand.backend.hits
        reply = stand.fetch(path, good)
        shut(stand, reply, hits, path)
        check(reply.status in statuses, f'{path}: {reply!r}')


def back_again(stand, good):
    for path in stand.guarded:
        until(lambda: stand.fetch(path, good).status == 200,
              f'{path} opens again')


def dead_authorizer(stand):
    good = bearer(stand.world.token())
    away = stand.site.root / 'etc' / 'checksession'
    away.write_bytes(open(stand.site.program('checksession'), 'rb').read())
    stand.replace('checksession', '/bin/false')
    stand.kill_checksession()
    try:
        all_refuse(stand, good, (500, 502, 503))
        all_refuse(stand, good, (500, 502, 503))
    finally:
        stand.replace('checksession', away)
        stand.revive()
    back_again(stand, good)


def other_guard(stand):
    """A program that is no guard, in the place of the one that is, opens
    nothing: logout is content with any caller."""
    good = bearer(stand.world.token())
    away = stand.site.root / 'etc' / 'checksession'
    away.write_bytes(open(stand.site.program('checksession'), 'rb').read())
    stand.replace('checksession', stand.site.program('logout'))
    stand.kill_checksession()
    stand.revive()
    try:
        for path in stand.guarded:
            until(lambda: stand.fetch(path, good).status == 503,
                  f'{path} is refused')
            hits = stand.backend.hits
            for headers in ((), (good,)):
                reply = stand.fetch(path, *headers)
                shut(stand, reply, hits, f'{path} {headers}')
                equal(reply.status, 503, f'{path} {headers}')
    finally:
        stand.replace('checksession', away)
        stand.kill_checksession()
        stand.revive()
    back_again(stand, good)


def unreadable(stand):
    """A store that can't be read is 503, not 401."""
    good = bearer(stand.world.token())
    stand.site.configure(database='../var/away/wxlogin.db')
    try:
        for path in stand.guarded:
            until(lambda: stand.fetch(path, good).status != 200,
                  f'{path} notices')
            all_refuse(stand, good, (503,))
            equal(sound(stand.fetch(path, good)), 'BUSY', path)
    finally:
        stand.site.configure(database='../var/wxlogin.db')
    back_again(stand, good)


# ---- under load

class Load:
    """Callers that never stop asking; every answer has to be right."""

    def __init__(self, stand, fine=(200,)):
        self.fine = fine
        self.stand, self.good = stand, bearer(stand.world.token())
        self.count, self.bad = 0, []
        self.changed, self.ending = threading.Condition(), False
        targets = ['/wx/checksession', PAGE]
        self.threads = [threading.Thread(target=self.ask, args=(t,))
                        for t in targets]

    def ask(self, target):
        while not self.ending:
            try:
                reply = self.stand.fetch(target, self.good)
                bad = None if reply.status in self.fine else repr(reply)
            except Exception as problem:        # of sockets and http.client
                bad = repr(problem)
            with self.changed:
                self.count += 1
                if bad is not None:
                    self.bad.append(f'{target}: {bad}')
                self.changed.notify_all()

    def more(self, n=20):
        """Wait for so many answers more."""
        with self.changed:
            goal = self.count + n
            check(self.changed.wait_for(lambda: self.count >= goal, 60),
                  'the load stands still')

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.more()
        return self

    def __exit__(self, kind, *_):
        self.ending = True
        for thread in self.threads:
            thread.join()
        if kind is None:
            check(not self.bad, f'{len(self.bad)} of {self.count} failed:',
                  *self.bad[:3])


def restarted(stand):
    with Load(stand, (200, *stand.restart_may)) as load:
        for _ in range(2):
            stand.restart()
            load.more()
    if stand.restart_may:
        raise OnlyWith('503')


def loaded(stand):
    """Many callers at once: no request fails, as shipped."""
    good = bearer(stand.world.token())

    def ask(n):
        target = (PAGE, '/wx/checksession')[n % 2]
        reply = stand.fetch(target, good)
        return None if reply.status == 200 else f'{target}: {reply!r}'
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        bad = [r for r in pool.map(ask, range(LOAD)) if r is not None]
    check(not bad, f'{len(bad)} of {LOAD} failed:', *bad[:3])


def upgraded(stand):
    """Another file in the program's place."""
    with Load(stand) as load:
        for _ in range(2):
            stand.replace('checksession', stand.site.program('checksession'))
            load.more()
            until(lambda: stand.renewed(processes(stand.site)),
                  'the new program runs')
            load.more()


CHECKS = [
    ('all programs', all_work),
    ('Authorization', authorization),
    ('sessionid', sessionid),
    ('token in body', body_token),
    ('page opens', page_opens),
    ('program told', program_told),
    ('proxied opens', api_opens),
    ('proxied told', api_told),
    ('shut without', stays_shut),
    ('bypasses', bypasses),
    ('duplicates', duplicates),
    ('client copies', copies),
    ('no leak', no_leak),
    ('nothing else', nothing_else),
    ('refusals', guarded.refusals),
    ('statuses', guarded.statuses),
    ('uploads', guarded.uploads),
    ('too long', guarded.too_long),
    ('folders', guarded.folders),
    ('no sources', guarded.no_sources),
    ('no-store', guarded.not_kept),
    ('slow bodies', guarded.slow_bodies),
    ('own log', guarded.log_lines),
    ('load', loaded),
    ('restart', restarted),
    ('upgrade', upgraded),
    ('store away', unreadable),
    ('dead authorizer', dead_authorizer),
    ('no guard', other_guard),
]


# ---- running

class Table:
    """Configurations by checks."""

    def __init__(self):
        self.rows, self.reasons = {}, set()

    def case(self, tap, row, column, function, *args):
        """Run a check, and fill its cell with what came of it."""
        cell = self.rows.setdefault(row, {})

        def run():
            try:
                function(*args)
                cell[column] = 'ok'
            except NotHere as why:
                cell[column] = '503' if isinstance(why, OnlyWith) else '-'
                self.reasons.add((row, column, REASONS[str(why)]))
            except BaseException:
                cell[column] = 'FAIL'
                raise
        tap.case(f'{row}: {column}', run)

    def show(self):
        rows = list(self.rows)
        wide = max(len(name) for name, _ in CHECKS + [('stops well', 0)])
        print('#\n# ' + ' ' * wide + '  ' + '  '.join(rows))
        for name in [n for n, _ in CHECKS] + ['stops well']:
            print('# ' + name.ljust(wide) + '  ' + '  '.join(
                self.rows[r].get(name, '').center(len(r)) for r in rows))
        for row, column, why in sorted(self.reasons):
            print(f'# {self.rows[row][column]} {row}, {column}: {why}')
        print('#', flush=True)

    def full(self):
        check(self.rows, 'no server is installed')
        for row, cells in self.rows.items():
            for name in [n for n, _ in CHECKS] + ['stops well']:
                check(cells.get(name), f'{row}: {name} is empty')


def installed(program):
    if program.endswith('.so'):
        return any(pathlib.Path(servers.MODULES).glob(program))
    return servers.find(program) is not None


def run_stand(tap, table, build, wechat, name, make):
    try:
        stand = make(build, wechat, name)
    except (Failed, OSError) as problem:
        for column, _ in [*CHECKS, ('stops well', None)]:
            table.case(tap, name, column, check, False, problem)
        return
    for column, function in CHECKS:
        table.case(tap, name, column, function, stand)
    table.case(tap, name, 'stops well', stand.stop)


def main(tap, build):
    table, wechat = Table(), StandIn(build)
    try:
        for name, program, make in STANDS:
            if not installed(program):
                tap.skip(f'{name}: all of it', f'{program} is not installed')
            else:
                run_stand(tap, table, build, wechat, name, make)
    finally:
        table.show()
        tap.case('the table has no empty cell', table.full)
        tap.case('the stand-in ends well', wechat.stop)
