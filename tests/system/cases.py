# SPDX-License-Identifier: MIT
"""cases.py: doc/protocol.md, Common rules, onlogin, checksession and logout,
through every transport.

ROWS are single requests, each with its reason; STORIES are a few requests in a
row.  In strings of a request {code}, {token}, {dead}, {expired}, {used} stand
for a fresh login code, a live token, one that was logged out, one that has
expired, and a code that was exchanged until its repeats were spent."""
import json
import re
import time

from kit import fcgi, servers
from kit.harness import (APP1, APP2, Cgi, FastCgi, PROGRAMS, Site,
                         check_token, log_in, post, session_id, token_hash,
                         until)
from kit.replies import FORM, JSON, sound, sound_headers, sound_login
from kit.tap import Failed, check, equal
from kit.wechat import StandIn
from kit.world import World

NO_TOKEN = 'x' * 43             # well-formed, and nobody's


# ---- rows

DIRECT = {'cgi', 'fastcgi'}
LIGHTTPD = {'lighttpd-fastcgi', 'lighttpd-cgi'}
APACHE = {'apache-cgi', 'apache-cgid'}
HTTP = LIGHTTPD | APACHE | {'nginx'}
ALL = DIRECT | HTTP
DEFAULT = ()                    # settings of a group, a tuple of pairs


class Row:
    """One request and what comes back; `want` is its status, code and field,
    or "FIELD|FIELD"."""

    def __init__(self, name, want, program, method='POST', *, json=None,
                 form=None, body=None, type=None, query='', path='',
                 headers=(), bearer=None, params=(), twice=(), on=ALL,
                 settings=DEFAULT, also=None):
        self.name, self.want, self.on = name, want, on
        self.settings, self.also = settings, also
        self.program, self.method = program, method
        self.json, self.form, self.body, self.type = json, form, body, type
        self.query, self.path = query, path
        self.headers, self.bearer = dict(headers), bearer
        self.params, self.twice = dict(params), list(twice)

    def content(self, world):
        """The body and its type."""
        if self.json is not None:
            return world.fill(json.dumps(self.json)).encode(), JSON
        if self.form is not None:
            return world.fill(self.form).encode(), FORM
        if isinstance(self.body, str):
            return world.fill(self.body).encode(), None
        return self.body, None

    def run(self, world):
        body, kind = self.content(world)
        headers = {k: world.fill(v) for k, v in self.headers.items()}
        if self.bearer is not None:
            headers['Authorization'] = 'Bearer ' + world.fill(self.bearer)
        if self.type is not None or kind is not None:
            headers['Content-Type'] = self.type or kind
        more = {}
        if self.params:
            more['params'] = {k: v and world.fill(v)
                              for k, v in self.params.items()}
        if self.twice:
            more['twice'] = self.twice
        reply = world.transport.call(
            self.program, self.method, path_info=self.path,
            query=world.fill(self.query), headers=headers, body=body, **more)
        self.judge(reply)

    def judge(self, reply):
        status, *rest = self.want.split()
        check(reply.status == int(status), f'wanted {self.want}: {reply!r}')
        if rest:
            equal(sound(reply), rest[0], f'code of {reply!r}')
            fields = rest[1].split('|') if rest[1:] else [None]
            check(reply.json.get('field') in fields, f'field: {reply!r}')
        if self.also is not None:
            self.also(reply)


def challenge(error):
    """401 says so; "invalid_token" only when a token was sent."""
    def judge(reply):
        equal(reply.get('WWW-Authenticate'), 'Bearer realm="wxlogin"' +
              (', error="invalid_token"' if error else ''), 'challenge')
    return judge


def header(name, value):
    def judge(reply):
        equal(reply.all(name), [value], name)
    return judge


def no_header(name):
    def judge(reply):
        equal(reply.all(name), [], name)
    return judge


def allows(*methods):
    def judge(reply):
        equal({m.strip() for m in reply.get('Allow').split(',')},
              set(methods), 'Allow')
    return judge


def empty_204(*methods):
    """OPTIONS: 204, Allow, no Content-*, nothing more."""
    def judge(reply):
        equal(reply.body, b'', 'body')
        for name, value in reply.headers:
            check(not name.lower().startswith('content-'), f'{name}: {value}')
        sound_headers(reply, None)
        allows(*methods)(reply)
    return judge


def message_has(pattern):
    def judge(reply):
        check(re.search(pattern, reply.json['message']), reply.json)
    return judge


def both(*judges):
    def judge(reply):
        for j in judges:
            j(reply)
    return judge


def ends(n):
    def judge(reply):
        equal(reply.data, {'sessionsEnded': n}, 'data')
    return judge


def nested(depth):
    """Valid JSON: an object with so many containers inside one another."""
    inner = '[' * (depth - 1) + ']' * (depth - 1)
    return '{"code":"{code}","x":' + inner + '}'


LOGIN, CHECK, OUT = 'onlogin', 'checksession', 'logout'
GOOD = {'code': '{code}'}
CORS = (('cors_origin', 'https://demo.example'),)
IN_QUERY = (('token_in_query', 'yes'),)
TWO_APPS = (('default_app', None),)
LIMITED = (('login_failures', '3'),)
ORIGIN = {'Origin': 'https://demo.example'}

ROWS = [
    # ---- Paths and methods: paths
    Row('the path / below a program is its own', '200 OK', LOGIN, json=GOOD,
        path='/'),
    Row('another path is 404', '404 NOT_FOUND', LOGIN, json=GOOD, path='/x'),
    Row('two slashes are another path', '404 NOT_FOUND', CHECK, 'GET',
        path='//', on=DIRECT),
    Row('a longer name is not this program', '404', LOGIN + 'x', json=GOOD,
        on=HTTP),
    Row('the path comes before the method', '404 NOT_FOUND', OUT, 'DELETE',
        path='/x'),
    Row('encoded dots do not lead out', '404', '%2e%2e/etc/wxlogin.conf',
        'GET', on=HTTP - LIGHTTPD - {'nginx'}),
    # ---- Paths and methods: methods
    Row('GET logs in too: published clients do', '200 OK', LOGIN, 'GET',
        query='code={code}'),
    Row('POST checks too', '200 OK', CHECK, json={}, bearer='{token}'),
    Row('HEAD would spend a code: 405', '405', LOGIN, 'HEAD',
        query='code={code}', also=both(
            lambda r: equal(r.body, b'', 'body'),
            allows('GET', 'POST', 'OPTIONS'))),
    Row('a GET must not end sessions', '405 METHOD_NOT_ALLOWED', OUT, 'GET',
        bearer='{token}', also=allows('POST', 'OPTIONS')),
    Row('HEAD of what GET may not', '405', OUT, 'HEAD', bearer='{token}'),
    Row('PUT is not for a check', '405 METHOD_NOT_ALLOWED', CHECK, 'PUT',
        json={}, also=allows('GET', 'HEAD', 'POST', 'OPTIONS')),
    Row('DELETE is not for a login', '405 METHOD_NOT_ALLOWED', LOGIN,
        'DELETE', also=allows('GET', 'POST', 'OPTIONS')),
    Row('methods are told apart by case', '405 METHOD_NOT_ALLOWED', CHECK,
        'get', bearer='{token}', on=DIRECT),
    Row('no method at all', '405 METHOD_NOT_ALLOWED', CHECK, 'GET',
        params={'REQUEST_METHOD': ''}, on=DIRECT),
    Row('OPTIONS of a login', '204', LOGIN, 'OPTIONS',
        also=empty_204('GET', 'POST', 'OPTIONS')),
    Row('OPTIONS of a check', '204', CHECK, 'OPTIONS',
        also=empty_204('GET', 'HEAD', 'POST', 'OPTIONS')),
    Row('OPTIONS of a logout', '204', OUT, 'OPTIONS',
        also=empty_204('POST', 'OPTIONS')),
    Row('OPTIONS below a program is still 404', '404 NOT_FOUND', OUT,
        'OPTIONS', path='/x'),
    # ---- Browsers (CORS)
    Row('no CORS unless configured', '200 OK', CHECK, 'GET', bearer='{token}',
        headers=ORIGIN, also=no_header('Access-Control-Allow-Origin')),
    Row('the configured origin may read', '200 OK', CHECK, 'GET',
        bearer='{token}', headers=ORIGIN, settings=CORS, on=DIRECT, also=both(
            header('Access-Control-Allow-Origin', 'https://demo.example'),
            header('Vary', 'Origin'),
            header('Access-Control-Expose-Headers',
                   'X-Request-Id, Retry-After'))),
    Row('errors may be read too', '401 AUTH_INVALID', CHECK, 'GET',
        headers=ORIGIN, settings=CORS, on=DIRECT, also=header(
            'Access-Control-Allow-Origin', 'https://demo.example')),
    Row('another origin may not', '200 OK', CHECK, 'GET', bearer='{token}',
        headers={'Origin': 'https://demo.example.evil'}, settings=CORS,
        on=DIRECT, also=both(no_header('Access-Control-Allow-Origin'),
                             header('Vary', 'Origin'))),
    Row('a reply without Origin varies all the same', '200 OK', CHECK, 'GET',
        bearer='{token}', settings=CORS, on=DIRECT,
        also=header('Vary', 'Origin')),
    Row('a preflight gets methods and headers', '204', CHECK, 'OPTIONS',
        headers={**ORIGIN, 'Access-Control-Request-Method': 'POST'},
        settings=CORS, on=DIRECT, also=both(
            header('Access-Control-Allow-Headers',
                   'Authorization, sessionid, Content-Type'),
            header('Access-Control-Allow-Methods',
                   'GET, HEAD, POST, OPTIONS'))),
    # ---- Order of checks: what the web server sends twice
    Row('two methods are a fault of the web server', '500 INTERNAL', CHECK,
        'GET', bearer='{token}', twice=[('REQUEST_METHOD', 'POST')],
        on={'fastcgi'}),
    Row('two queries too', '500 INTERNAL', CHECK, 'GET', query='a=1',
        bearer='{token}', twice=[('QUERY_STRING', 'a=2')], on={'fastcgi'}),
    Row('two lengths too', '500 INTERNAL', LOGIN, json=GOOD,
        twice=[('CONTENT_LENGTH', '3')], on={'fastcgi'}),
    Row('two tokens too', '500 INTERNAL', CHECK, 'GET', bearer='{token}',
        twice=[('HTTP_AUTHORIZATION', 'Bearer ' + NO_TOKEN)],
        on={'fastcgi'}),
    Row('an empty one and a set one differ', '500 INTERNAL', CHECK, 'GET',
        headers={'Authorization': ''}, on={'fastcgi'},
        twice=[('HTTP_AUTHORIZATION', 'Bearer ' + NO_TOKEN)]),
    Row('twice the same is harmless', '200 OK', CHECK, 'GET',
        bearer='{token}', twice=[('REQUEST_METHOD', 'GET')], on={'fastcgi'}),
    Row('twice comes before the path', '500 INTERNAL', CHECK, 'GET',
        path='/x', twice=[('REQUEST_METHOD', 'POST')], on={'fastcgi'}),
    Row('405 before 413', '405 METHOD_NOT_ALLOWED', OUT, 'PUT',
        body=b' ' * 70000, type=JSON),
    Row('413 before 415', '413 BODY_TOO_LARGE', LOGIN, body=b' ' * 70000,
        type='text/plain'),
    Row('a short body before 415', '400 PARAM_INVALID body', LOGIN,
        body=b'{', type='text/plain', params={'CONTENT_LENGTH': '9'},
        on=DIRECT),
    Row('415 before a malformed body', '415 UNSUPPORTED_MEDIA_TYPE', LOGIN,
        body=b'{', type='text/plain'),
    Row('a malformed body before 401', '400 PARAM_INVALID body', CHECK,
        body=b'{', type=JSON),
    Row('401 before the fields', '401 AUTH_INVALID', CHECK,
        json={'sessionid': NO_TOKEN, 'scope': 7}),
    # ---- Bodies: size and length
    Row('64 KiB is the most', '200 OK', LOGIN, body='{"code":"{code}"' +
        ' ' * (65536 - 43) + '}', type=JSON, on=ALL),
    Row('one byte more is too much', '413 BODY_TOO_LARGE', LOGIN,
        body=b'{"code":"x"' + b' ' * (65537 - 12) + b'}', type=JSON),
    Row('far too much', '413 BODY_TOO_LARGE', LOGIN,
        body=b'{"code":"x"' + b' ' * 900000 + b'}', type=JSON),
    Row('a length that no number holds', '413 BODY_TOO_LARGE', LOGIN,
        body=b'{}', type=JSON, params={'CONTENT_LENGTH': '9' * 30},
        on=DIRECT),
    Row('a negative length', '400 PARAM_INVALID body', LOGIN, json=GOOD,
        params={'CONTENT_LENGTH': '-1'}, on=DIRECT),
    Row('a length with a sign', '400 PARAM_INVALID body', LOGIN, json=GOOD,
        params={'CONTENT_LENGTH': '+43'}, on=DIRECT),
    Row('a length with a blank', '400 PARAM_INVALID body', LOGIN, json=GOOD,
        params={'CONTENT_LENGTH': '43 '}, on=DIRECT),
    Row('a hexadecimal length', '400 PARAM_INVALID body', LOGIN, json=GOOD,
        params={'CONTENT_LENGTH': '0x2b'}, on=DIRECT),
    Row('leading zeros are digits', '200 OK', LOGIN, json=GOOD,
        params={'CONTENT_LENGTH': '00044'}, on=DIRECT),
    Row('a body shorter than announced', '400 PARAM_INVALID body', LOGIN,
        json=GOOD, params={'CONTENT_LENGTH': '45'}, on=DIRECT),
    Row('bytes behind the announced length are not read', '200 OK', LOGIN,
        body='{"code":"{code}"}garbage', type=JSON,
        params={'CONTENT_LENGTH': '43'}, on=DIRECT),
    Row('a chunked body without a length is used', '200 OK', LOGIN, json=GOOD,
        params={'CONTENT_LENGTH': None, 'HTTP_TRANSFER_ENCODING': 'chunked'},
        on=DIRECT),
    Row('a chunked body over the bound', '413 BODY_TOO_LARGE', LOGIN,
        body=b' ' * 65537, type=JSON, on=DIRECT,
        params={'CONTENT_LENGTH': None, 'HTTP_TRANSFER_ENCODING': 'chunked'}),
    Row('a POST without a body lacks its field',
        '400 PARAM_INVALID code|body', LOGIN, body=b'', type=JSON),
    # ---- Bodies: type
    Row('a type may have parameters', '200 OK', LOGIN,
        body='{"code":"{code}"}', type='application/json; charset=utf-8'),
    Row('a type is told in any case', '200 OK', LOGIN,
        body='{"code":"{code}"}', type='Application/JSON'),
    Row('a form', '200 OK', LOGIN, form='code={code}'),
    Row('a form with a parameter', '200 OK', LOGIN, body='code={code}',
        type=FORM + '; charset=UTF-8'),
    Row('text/plain', '415 UNSUPPORTED_MEDIA_TYPE', LOGIN,
        body='{"code":"{code}"}', type='text/plain'),
    Row('a type that only begins right', '415 UNSUPPORTED_MEDIA_TYPE', LOGIN,
        body='{"code":"{code}"}', type='application/jsonp'),
    Row('multipart', '415 UNSUPPORTED_MEDIA_TYPE', LOGIN, body=b'--x\r\n',
        type='multipart/form-data; boundary=x'),
    Row('without a type, { is JSON', '200 OK', LOGIN,
        body=' \r\n\t{"code":"{code}"}'),
    Row('without a type, the rest is a form', '200 OK', LOGIN,
        body='code={code}'),
    # ---- Bodies: JSON
    Row('an array is no object', '400 PARAM_INVALID body', LOGIN,
        body='["{code}"]', type=JSON),
    Row('a bare text is no object', '400 PARAM_INVALID body', LOGIN,
        body='"{code}"', type=JSON),
    Row('nothing but blanks', '400 PARAM_INVALID body', LOGIN, body='  ',
        type=JSON),
    Row('bytes behind the object', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}"} x', type=JSON),
    Row('blanks behind the object are fine', '200 OK', LOGIN,
        body='{"code":"{code}"} \r\n\t', type=JSON),
    Row('a second object', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}"}{}', type=JSON),
    Row('a comment', '400 PARAM_INVALID body', LOGIN,
        body='{/* x */"code":"{code}"}', type=JSON),
    Row('a comma at the end', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}",}', type=JSON),
    Row('single quotes', '400 PARAM_INVALID body', LOGIN,
        body="{'code':'{code}'}", type=JSON),
    Row('NaN', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}","x":NaN}', type=JSON),
    Row('a number with a leading zero', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}","x":01}', type=JSON),
    Row('an object without its end', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}"', type=JSON),
    Row('a byte that is not UTF-8', '400 PARAM_INVALID body', LOGIN,
        body=b'{"code":"abc","x":"\xff"}', type=JSON),
    Row('an overlong form of UTF-8', '400 PARAM_INVALID body', LOGIN,
        body=b'{"code":"abc","x":"\xc0\xaf"}', type=JSON),
    Row('a surrogate as UTF-8', '400 PARAM_INVALID body', LOGIN,
        body=b'{"code":"abc","x":"\xed\xa0\x80"}', type=JSON),
    Row('a raw NUL', '400 PARAM_INVALID body', LOGIN,
        body=b'{"code":"abc","x":"\0"}', type=JSON),
    Row('a raw control character', '400 PARAM_INVALID body', LOGIN,
        body=b'{"code":"abc","x":"\n"}', type=JSON),
    Row('a byte order mark', '400 PARAM_INVALID body', LOGIN,
        body=b'\xef\xbb\xbf{"code":"abc"}', type=JSON),
    Row('a lone surrogate escape', '400 PARAM_INVALID body', LOGIN,
        body='{"code":"{code}","x":"\\ud800"}', type=JSON),
    Row('a pair of escapes is one character', '200 OK', LOGIN,
        body='{"code":"{code}","x":"\\ud83d\\ude00"}', type=JSON),
    Row('depth 8 is the most', '200 OK', LOGIN, body=nested(8), type=JSON),
    Row('depth 9 is too deep', '400 PARAM_INVALID body', LOGIN,
        body=nested(9), type=JSON),
    Row('depth 20000 ends nobody', '400 PARAM_INVALID body', LOGIN,
        body=nested(20000), type=JSON),
    Row('of a repeated member the last counts', '200 OK', LOGIN,
        body='{"code":7,"code":"{code}"}', type=JSON),
    Row('of a repeated member the last counts, wrong or not',
        '400 PARAM_INVALID code', LOGIN, body='{"code":"{code}","code":7}',
        type=JSON),
    Row('unknown members are ignored', '200 OK', LOGIN,
        json={**GOOD, 'nonsense': [1, {'a': None}]}),
    # ---- Bodies: fields of a JSON body
    *[Row(f'a code that is {name}', '400 PARAM_INVALID code', LOGIN,
          json={'code': value}) for name, value in (
              ('a number', 7), ('null', None), ('a list', ['a']),
              ('an object', {}), ('true', True), ('empty', ''),
              ('blank', ' '), ('too long', 'a' * 129), ('not a word', 'a/b'),
              ('with a NUL', 'a\0b'), ('with a line', 'a\n'),
              ('not ASCII', 'é'), ('with a space in front', ' abc'))],
    Row('a code of 128 characters is asked about', '400 CODE_INVALID', LOGIN,
        json={'code': 'a' * 128}),
    Row('no code', '400 PARAM_INVALID code', LOGIN, json={'device': 'x'}),
    Row('names are told apart by case', '400 PARAM_INVALID code', LOGIN,
        json={'Code': '{code}'}),
    # ---- Bodies: forms and queries
    Row('percent-encoding', '200 OK', LOGIN, form='%63ode={code}'),
    Row('broken percent-encoding names its field', '400 PARAM_INVALID code',
        LOGIN, form='code=%zz'),
    Row('percent-encoding cut short', '400 PARAM_INVALID code', LOGIN,
        form='code=abc%4'),
    Row('not UTF-8 after decoding', '400 PARAM_INVALID device', LOGIN,
        form='code={code}&device=%ff'),
    Row('a NUL after decoding', '400 PARAM_INVALID code', LOGIN,
        form='code=a%00b'),
    Row('a field twice', '400 PARAM_INVALID code', LOGIN,
        form='code={code}&code={code}'),
    Row('a field twice, once encoded', '400 PARAM_INVALID code', LOGIN,
        form='code={code}&c%6fde=x'),
    Row('an unknown field is ignored', '200 OK', LOGIN,
        form='x=1&x=2&code={code}&y'),
    Row('an unknown field must be well-formed', '400 PARAM_INVALID body',
        LOGIN, form='code={code}&x=%'),
    Row('ampersands too many', '200 OK', LOGIN, form='&&code={code}&'),
    Row('plus is a space', '400 PARAM_INVALID code', LOGIN, form='code=a+b'),
    Row('a value with =', '400 PARAM_INVALID code', LOGIN, form='code=a=b'),
    Row('a device from a form', '200 OK', LOGIN,
        form='code={code}&device=my+phone%F0%9F%93%B1'),
    Row('a GET takes its fields from the query', '400 PARAM_INVALID code',
        LOGIN, 'GET', query='code=a+b'),
    Row('a GET with a field twice', '400 PARAM_INVALID code', LOGIN, 'GET',
        query='code=a&code=b'),
    Row('a GET without a query', '400 PARAM_INVALID code|body', LOGIN, 'GET'),
    Row('a broken query of a GET', '400 PARAM_INVALID body', LOGIN, 'GET',
        query='code={code}&x=%f', on=DIRECT),
    Row('the query of a POST is ignored', '200 OK', LOGIN, json=GOOD,
        query='code=%zz&code=x', on=DIRECT),
    Row('the query of a POST does not stand in', '400 PARAM_INVALID code',
        LOGIN, json={'device': 'x'}, query='code={code}'),
    # ---- The token: where it is looked for
    Row('Authorization: Bearer', '200 OK', CHECK, 'GET', bearer='{token}'),
    Row('the scheme in any case', '200 OK', CHECK, 'GET',
        headers={'Authorization': 'bEaReR {token}'}),
    Row('Authorization without a scheme', '200 OK', CHECK, 'GET',
        headers={'Authorization': '{token}'}),
    Row('blanks around a token', '200 OK', CHECK, 'GET',
        headers={'Authorization': 'Bearer   {token}  '}, on=DIRECT),
    Row('the header sessionid', '200 OK', CHECK, 'GET',
        headers={'sessionid': '{token}'}),
    Row('the member sessionid', '200 OK', CHECK,
        json={'sessionid': '{token}'}),
    Row('the form field sessionid', '200 OK', CHECK,
        form='sessionid={token}'),
    Row('not from the query', '401 AUTH_INVALID', CHECK, 'GET',
        query='sessionid={token}', also=challenge(False)),
    Row('not from the query of a POST', '401 AUTH_INVALID', CHECK,
        json={}, query='sessionid={token}', also=challenge(False)),
    Row('from the query when the operator wants that', '200 OK', CHECK, 'GET',
        query='sessionid={token}', settings=IN_QUERY, on=DIRECT),
    Row('from the query of a POST then too', '200 OK', CHECK, json={},
        query='sessionid={token}', settings=IN_QUERY, on=DIRECT),
    Row('the query comes last', '401 AUTH_INVALID', CHECK, 'GET',
        query='sessionid={token}', bearer=NO_TOKEN, settings=IN_QUERY,
        on=DIRECT),
    Row('Authorization comes first', '401 AUTH_INVALID', CHECK,
        bearer=NO_TOKEN, headers={'sessionid': '{token}'},
        json={'sessionid': '{token}'}, also=challenge(True)),
    Row('then the header sessionid', '401 AUTH_INVALID', CHECK,
        headers={'sessionid': NO_TOKEN}, json={'sessionid': '{token}'}),
    Row('a good Authorization hides a bad sessionid', '200 OK', CHECK, 'GET',
        bearer='{token}', headers={'sessionid': 'x'}),
    Row('an empty Authorization is none', '200 OK', CHECK, 'GET',
        headers={'Authorization': '', 'sessionid': '{token}'}),
    Row('Bearer with nothing behind it is none', '200 OK', CHECK, 'GET',
        headers={'Authorization': 'Bearer ', 'sessionid': '{token}'}),
    Row('an empty sessionid is none', '200 OK', CHECK,
        headers={'sessionid': ''}, json={'sessionid': '{token}'}),
    Row('Basic is none', '200 OK', CHECK, 'GET', headers={
        'Authorization': 'Basic dTpw', 'sessionid': '{token}'}),
    Row('Basic alone is no token', '401 AUTH_INVALID', CHECK, 'GET',
        headers={'Authorization': 'Basic dTpw'}, also=challenge(False)),
    Row('REDIRECT_HTTP_AUTHORIZATION stands in', '200 OK', CHECK, 'GET',
        params={'REDIRECT_HTTP_AUTHORIZATION': 'Bearer {token}'}, on=DIRECT),
    Row('... but not beside HTTP_AUTHORIZATION', '401 AUTH_INVALID', CHECK,
        'GET', bearer=NO_TOKEN, on=DIRECT,
        params={'REDIRECT_HTTP_AUTHORIZATION': 'Bearer {token}'}),
    Row('two tokens with a comma', '401 AUTH_INVALID', CHECK, 'GET',
        headers={'Authorization': 'Bearer {token}, Bearer {token}'},
        also=challenge(True)),
    Row('two sessionids with a comma', '401 AUTH_INVALID', CHECK, 'GET',
        headers={'sessionid': '{token}, {token}'}, also=challenge(True)),
    Row('a sessionid that is a number', '401 AUTH_INVALID', CHECK,
        json={'sessionid': 7}, also=challenge(True)),
    Row('a sessionid twice in a form', '401 AUTH_INVALID', CHECK,
        form='sessionid={token}&sessionid={token}', also=challenge(True)),
    # ---- The token: what it is
    Row('no token', '401 AUTH_INVALID', CHECK, 'GET', also=challenge(False)),
    Row('nobody\'s token', '401 AUTH_INVALID', CHECK, 'GET', bearer=NO_TOKEN,
        also=challenge(True)),
    Row('a token too short', '401 AUTH_INVALID', CHECK, 'GET',
        bearer='x' * 42),
    Row('a token too long', '401 AUTH_INVALID', CHECK, 'GET',
        bearer='{token}x'),
    Row('a token of other letters', '401 AUTH_INVALID', CHECK, 'GET',
        bearer="x' OR 1=1 --" + 'x' * 31),
    Row('a token with padding', '401 AUTH_INVALID', CHECK, 'GET',
        bearer='{token}='),
    Row('a token in the other case', '401 AUTH_INVALID', CHECK, 'GET',
        bearer='{swapped}'),
    Row('a token of 8000 letters', '401 AUTH_INVALID', CHECK, 'GET',
        bearer='x' * 8000, on=DIRECT),
    Row('a token that was logged out', '401 AUTH_INVALID', CHECK, 'GET',
        bearer='{dead}', also=challenge(True)),
    Row('a token that has expired', '401 AUTH_EXPIRED', CHECK, 'GET',
        bearer='{expired}', also=challenge(True)),
    # ---- Replies
    Row('the caller\'s X-Request-Id comes back', '401 AUTH_INVALID', CHECK,
        'GET', headers={'X-Request-Id': 'Ab-9._' + 'x' * 58},
        also=header('X-Request-Id', 'Ab-9._' + 'x' * 58)),
    Row('one that is too long does not', '401 AUTH_INVALID', CHECK, 'GET',
        headers={'X-Request-Id': 'x' * 65}, also=lambda r: check(
            'xxx' not in r.get('X-Request-Id'), r.headers)),
    Row('nor one with other letters', '401 AUTH_INVALID', CHECK, 'GET',
        headers={'X-Request-Id': 'xyz opq'}, also=lambda r: check(
            'xyz' not in r.get('X-Request-Id'), r.headers)),
    Row('a line in it starts no header', '401 AUTH_INVALID', CHECK, 'GET',
        params={'HTTP_X_REQUEST_ID': 'a\r\nSet-Cookie: b'}, on=DIRECT),
    Row('else the server\'s UNIQUE_ID', '401 AUTH_INVALID', CHECK, 'GET',
        params={'UNIQUE_ID': 'from-the-server'}, on=DIRECT,
        also=header('X-Request-Id', 'from-the-server')),
    Row('else 128 random bits', '401 AUTH_INVALID', CHECK, 'GET',
        params={'UNIQUE_ID': 'a@b'}, on=DIRECT, also=lambda r: check(
            re.match(r'[0-9a-f]{32}\Z', r.get('X-Request-Id')), r.headers)),
    *[Row(f'messages for {value or "nobody"} are {language}',
          '401 AUTH_INVALID', CHECK, 'GET',
          headers={'Accept-Language': value} if value else {},
          also=message_has('[一-龥]' if language == 'Chinese'
                           else r'\A[ -~]+\Z'))
      for value, language in (
          ('', 'English'), ('zh', 'Chinese'), ('zh-CN,zh;q=0.9', 'Chinese'),
          ('ZH-Hant-TW', 'Chinese'), ('en-US,zh;q=0.9', 'English'),
          ('en;q=0.5,zh;q=0.9', 'Chinese'), ('de,zh;q=0.2', 'Chinese'),
          ('zh;q=0,en;q=0.1', 'English'), ('zh;q=0.8,en;q=0.8', 'Chinese'),
          ('en;q=0.8,zh;q=0.8', 'English'), ('zhu', 'English'),
          ('*', 'English'), (',,;q=,zh', 'Chinese'))],
    Row('no identity headers without the parameter', '200 OK', CHECK, 'GET',
        bearer='{token}'),
    Row('none by an HTTP header', '200 OK', CHECK, 'GET', bearer='{token}',
        headers={'WXLOGIN-IDENTITY-HEADERS': '1'}),
    Row('none by another value', '200 OK', CHECK, 'GET', bearer='{token}',
        params={'WXLOGIN_IDENTITY_HEADERS': 'yes'}, on=DIRECT),
    Row('none by a logout', '200 OK', OUT, json={}, bearer='{fresh}',
        params={'WXLOGIN_IDENTITY_HEADERS': '1'}, on=DIRECT),
    Row('settings are not taken from requests', '401 AUTH_INVALID', CHECK,
        'GET', query='sessionid={token}',
        params={'WXLOGIN_TOKEN_IN_QUERY': 'yes'}, on={'fastcgi'}),
    Row('settings are not taken from headers', '401 AUTH_INVALID', CHECK,
        'GET', query='sessionid={token}',
        headers={'WXLOGIN-TOKEN-IN-QUERY': 'yes'}),
    # ---- onlogin: fields
    Row('a code that WeChat does not know', '400 CODE_INVALID', LOGIN,
        json={'code': '0nobodyknowsme'}),
    Row('a code that is used up', '400 CODE_USED', LOGIN,
        json={'code': '{used}'}),
    Row('a code of another app', '400 CODE_INVALID', LOGIN,
        json={'code': '{code2}'}),
    Row('an app by its id', '200 OK', LOGIN,
        json={'code': '{code2}', 'appid': APP2[0]}),
    Row('an app that is not configured', '400 PARAM_INVALID appid', LOGIN,
        json={**GOOD, 'appid': 'wx0000000000000000'}),
    Row('an app that is empty', '400 PARAM_INVALID appid', LOGIN,
        json={**GOOD, 'appid': ''}),
    Row('an app that is a number', '400 PARAM_INVALID appid', LOGIN,
        json={**GOOD, 'appid': 1}),
    Row('an app in the other case', '400 PARAM_INVALID appid', LOGIN,
        json={**GOOD, 'appid': APP1[0].upper()}),
    Row('several apps, none the default', '400 PARAM_INVALID appid', LOGIN,
        json=GOOD, settings=TWO_APPS, on=DIRECT),
    Row('several apps, one named', '200 OK', LOGIN,
        json={**GOOD, 'appid': APP1[0]}, settings=TWO_APPS, on=DIRECT),
    Row('a device of 64 characters', '200 OK', LOGIN,
        json={**GOOD, 'device': '机' * 64}),
    Row('a device of 65 characters', '400 PARAM_INVALID device', LOGIN,
        json={**GOOD, 'device': '机' * 65}),
    Row('a device that is empty', '400 PARAM_INVALID device', LOGIN,
        json={**GOOD, 'device': ''}),
    Row('a device with a line in it', '400 PARAM_INVALID device', LOGIN,
        json={**GOOD, 'device': 'a\nb'}),
    Row('a device that is null', '400 PARAM_INVALID device', LOGIN,
        json={**GOOD, 'device': None}),
    Row('a login needs no token, and minds none', '200 OK', LOGIN, json=GOOD,
        bearer=NO_TOKEN),
    # ---- logout: fields
    Row('a scope that there is not', '400 PARAM_INVALID scope', OUT,
        json={'scope': 'none'}, bearer='{token}'),
    Row('a scope in the other case', '400 PARAM_INVALID scope', OUT,
        json={'scope': 'All'}, bearer='{token}'),
    Row('a scope that is a number', '400 PARAM_INVALID scope', OUT,
        json={'scope': 1}, bearer='{token}'),
    Row('without a token there is nothing to end', '200 OK', OUT, json={},
        also=ends(0)),
    Row('nor with nobody\'s', '200 OK', OUT, json={'scope': 'this'},
        bearer=NO_TOKEN, also=ends(0)),
    Row('nor with one that was ended', '200 OK', OUT, json={},
        bearer='{dead}', also=ends(0)),
    Row('nor with one that has expired', '200 OK', OUT, json={},
        bearer='{expired}', also=ends(0)),
    Row('nor with a malformed one', '200 OK', OUT, json={}, bearer='x',
        also=ends(0)),
    Row('a POST without a body logs out', '200 OK', OUT, body=b'',
        bearer='{fresh}', also=ends(1)),
    Row('others need a live token', '401 AUTH_INVALID', OUT,
        json={'scope': 'others'}, also=challenge(False)),
    Row('all need a live token', '401 AUTH_INVALID', OUT,
        json={'scope': 'all'}, bearer='{dead}', also=challenge(True)),
    Row('all with an expired one', '401 AUTH_EXPIRED', OUT,
        json={'scope': 'all'}, bearer='{expired}', also=challenge(True)),
]


# ---- stories

def login_shape(w):
    data = sound_login(w.log_in(w.user()))
    equal((data['newUser'], data['expiresIn'], data['absoluteExpiresIn'],
           data['userInfo']['hasUnionId']), (True, 7200, 2592000, True),
          'a first login')


def check_shape(w):
    login = w.log_in(w.user())
    data = check_token(w.transport, login['token']).data
    equal(set(data), {'expiresIn', 'absoluteExpiresIn', 'userInfo'}, 'data')
    equal(data['userInfo'], login['userInfo'], 'userInfo')


def second_login(w):
    user = w.user()
    first, second = w.log_in(user), w.log_in(user)
    equal(second['newUser'], False, 'newUser of the second login')
    equal(second['userInfo']['id'], first['userInfo']['id'], 'id')
    check(first['token'] != second['token'], 'one token twice')
    for data in (first, second):
        equal(check_token(w.transport, data['token']).status, 200, 'both live')


def two_apps(w):
    user = w.user()
    one = w.log_in(user)
    code = w.wechat.login(user, APP2[0])
    two = log_in(w.transport, code, appid=APP2[0])
    check(one['userInfo']['id'] != two['userInfo']['id'], 'one id in two apps')
    equal((two['newUser'], two['userInfo']['hasUnionId']), (True, False),
          'a user of an app without Open Platform account')


def repeats(w):
    """Five repeats, each with a token of its own; WeChat is asked once."""
    code, since = w.code(), w.wechat.last()
    logins = [log_in(w.transport, code) for _ in range(6)]
    equal([d['newUser'] for d in logins], [True] + 5 * [False], 'newUser')
    equal(len({d['token'] for d in logins}), 6, 'different tokens')
    equal(len({d['userInfo']['id'] for d in logins}), 1, 'users')
    equal(post(w.transport, 'onlogin', {'code': code}).code, 'CODE_USED',
          'the seventh')
    equal(len(w.wechat.calls(since)), 1, 'exchanges')


def repeat_window(w):
    """The window counts from the first success."""
    code = w.code()
    log_in(w.transport, code)
    hashed = token_hash(APP1[0] + '\0' + code)
    w.site.change('UPDATE login_codes SET at = at - 55 WHERE code_hash = ?',
                  hashed)
    log_in(w.transport, code)
    w.site.change('UPDATE login_codes SET at = at - 6 WHERE code_hash = ?',
                  hashed)
    equal(post(w.transport, 'onlogin', {'code': code}).code, 'CODE_USED',
          'after the window')


def blocked_by_wechat(w):
    user = w.user()
    w.wechat.control('user', appid=APP1[0], user=user, blocked=1)
    reply = post(w.transport, 'onlogin', {'code': w.wechat.login(user)})
    equal(sound(reply), 'USER_BLOCKED', 'code')


def blocked_by_operator(w):
    user = w.user()
    data = w.log_in(user)
    w.site.change('UPDATE users SET blocked = 1 WHERE public_id = ?',
                  data['userInfo']['id'])
    equal(sound(check_token(w.transport, data['token'])), 'USER_BLOCKED',
          'the old session')
    reply = post(w.transport, 'onlogin', {'code': w.wechat.login(user)})
    equal(sound(reply), 'USER_BLOCKED', 'a new login')


def slides(w):
    """A use moves the idle expiry; touches are at most one in 60 s."""
    token = w.log_in(w.user())['token']
    w.age(token, used=61, idle=50)
    equal(check_token(w.transport, token).data['expiresIn'], 7200, 'slid to')
    w.age(token, used=30, idle=50)
    left = check_token(w.transport, token).data['expiresIn']
    check(40 <= left <= 50, f'within touch: {left}')


def absolute(w):
    """The absolute expiry does not slide, and bounds the idle one."""
    token = w.log_in(w.user())['token']
    w.site.change('UPDATE sessions SET max_expires = ? WHERE sid = ?',
                  int(time.time()) + 1000, session_id(token))
    data = check_token(w.transport, token).data
    check(990 <= data['absoluteExpiresIn'] <= 1000, data)
    equal(data['expiresIn'], data['absoluteExpiresIn'], 'expiresIn')
    w.site.change('UPDATE sessions SET max_expires = ? WHERE sid = ?',
                  int(time.time()) - 1, session_id(token))
    equal(check_token(w.transport, token).code, 'AUTH_EXPIRED', 'at its end')


def from_the_future(w):
    """The clock went back by more than 300 s: expired, not immortal."""
    token = w.log_in(w.user())['token']
    w.site.change('UPDATE sessions SET created_ms = created_ms + 302000 '
                  'WHERE sid = ?', session_id(token))
    equal(check_token(w.transport, token).code, 'AUTH_EXPIRED', 'code')


def clock_back(w):
    """A jump backwards does not make the absolute life longer."""
    token = w.log_in(w.user())['token']
    w.site.change('UPDATE sessions SET used = used + 200, idle_expires = '
                  'idle_expires + 200, max_expires = used + 1000 '
                  'WHERE sid = ?', session_id(token))
    data = check_token(w.transport, token).data
    check(data['absoluteExpiresIn'] <= 1000, data)


def logout_this(w):
    user = w.user()
    gone, stays = w.log_in(user)['token'], w.log_in(user)['token']
    equal(w.log_out(gone), 1, 'ended')
    equal(check_token(w.transport, gone).code, 'AUTH_INVALID', 'ended one')
    equal(check_token(w.transport, stays).status, 200, 'the other')
    equal(w.log_out(gone), 0, 'ended again')


def logout_others(w):
    user = w.user()
    tokens = [w.log_in(user)['token'] for _ in range(4)]
    stranger = w.token()
    w.site.expire(tokens[3])
    equal(w.log_out(tokens[0], scope='others'), 2, 'expired ones not counted')
    equal([check_token(w.transport, t).status for t in tokens],
          [200, 401, 401, 401], 'after it')
    equal(check_token(w.transport, stranger).status, 200, 'another user')


def logout_all(w):
    user = w.user()
    tokens = [w.log_in(user)['token'] for _ in range(3)]
    equal(w.log_out(tokens[0], scope='all'), 3, 'ended')
    equal([check_token(w.transport, t).code for t in tokens],
          ['AUTH_INVALID'] * 3, 'after it')
    equal(post(w.transport, 'logout', {'scope': 'all'}, tokens[0]).code,
          'AUTH_INVALID', 'once more')


def dead_stays_dead(w):
    """No touch revives an ended session."""
    token = w.log_in(w.user())['token']
    w.log_out(token)
    w.age(token, used=100, idle=1000)
    equal(check_token(w.transport, token).code, 'AUTH_INVALID', 'code')


def dead_ends_its_code(w):
    """A session that ended leaves its key nowhere in its row."""
    token = w.log_in(w.user())['token']
    w.log_out(token)
    rows = w.site.query('SELECT session_key FROM sessions WHERE '
                        'sid = ?', session_id(token))
    equal(rows, [(None,)], 'session_key of an ended session')


def code_of_a_logout(w):
    """Who logged out does not come back by the login code of before; the code
    of a login behind it is as good as ever."""
    for scope in ('this', 'others', 'all'):
        user = w.user()
        code = w.wechat.login(user)
        token = log_in(w.transport, code)['token']
        w.log_out(token, scope=scope)
        equal(sound(post(w.transport, 'onlogin', {'code': code})),
              'CODE_USED', f'the code of before, scope {scope}')
        code = w.wechat.login(user)
        log_in(w.transport, code)
        log_in(w.transport, code)


def sessions_listed(w):
    """The live sessions of the user, last used first; nobody else's."""
    user = w.user()
    logins = [log_in(w.transport, w.wechat.login(user), device=f'phone {n}')
              for n in range(3)]
    tokens = [login['token'] for login in logins]
    ended, expired = w.log_in(user)['token'], w.log_in(user)['token']
    w.log_out(ended)
    w.site.expire(expired)
    w.token()                                   # a stranger's
    for n, token in enumerate(tokens):
        w.age(token, used=50 * n, idle=5000 + n)
    for call in ('GET', 'POST'):
        reply = w.transport.call('sessions', call,
                                 headers={'sessionid': tokens[1]})
        equal(sound(reply), 'OK', call)
        told = reply.data['sessions']
        equal([s['id'] for s in told],
              [session_id(t).hex()[:16] for t in tokens], 'ids')
        equal([s['current'] for s in told], [False, True, False], 'current')
        equal([s['device'] for s in told], ['phone 0', 'phone 1', 'phone 2'],
              'devices')
        equal({tuple(s) for s in told}, {(
            'id', 'current', 'device', 'createdAt', 'lastUsedAt',
            'expiresIn', 'absoluteExpiresIn')}, 'members')
        now = time.time()
        for n, s in enumerate(told):
            check(abs(now - 50 * n - s['lastUsedAt']) < 5, s)
            check(abs(5000 + n - s['expiresIn']) < 5, s)
            check(2591000 < s['absoluteExpiresIn'] <= 2592000, s)
            check(abs(now - s['createdAt']) < 60, s)
    equal(w.transport.call('sessions').code, 'AUTH_INVALID', 'no token')


def sessions_without_a_device(w):
    login = w.log_in(w.user())
    told = w.transport.call('sessions', headers={
        'sessionid': login['token']}).data['sessions']
    equal([(s['device'], s['current']) for s in told], [('', True)], 'told')


def logout_one(w):
    """One session by its name; the token's own too; nobody else's."""
    user = w.user()
    tokens = [w.log_in(user)['token'] for _ in range(3)]
    names = [session_id(t).hex()[:16] for t in tokens]
    stranger = w.token()

    def one(name, token=tokens[0]):
        return w.log_out(token, scope='one', session=name)
    equal(one(names[1]), 1, 'another one of the user')
    equal(one(names[1]), 0, 'again')
    equal(one(session_id(stranger).hex()[:16]), 0, "a stranger's")
    equal(one('0' * 16), 0, 'an unknown one')
    equal([check_token(w.transport, t).status for t in tokens],
          [200, 401, 200], 'after it')
    equal(check_token(w.transport, stranger).status, 200, 'the stranger')
    equal(w.site.query('SELECT lower(hex(session)) FROM audit WHERE event = '
                       "'logout_one' AND user_id = (SELECT user_id FROM "
                       'sessions WHERE sid = ?)', session_id(tokens[0])),
          [(names[1],)], 'the trail names the session that ended')
    for fields in ({'scope': 'one'}, {'session': names[2]},
                   {'scope': 'others', 'session': names[2]},
                   {'scope': 'one', 'session': names[2][:15]},
                   {'scope': 'one', 'session': names[2] + '0'},
                   {'scope': 'one', 'session': 'g' * 16}):
        reply = post(w.transport, 'logout', fields, tokens[0])
        equal((sound(reply), reply.json.get('field')),
              ('PARAM_INVALID', 'session'), str(fields))
    equal(check_token(w.transport, tokens[2]).status, 200, 'none was ended')
    equal(one(names[0]), 1, 'its own')
    equal(post(w.transport, 'logout', {'scope': 'one', 'session': names[2]},
               tokens[0]).code, 'AUTH_INVALID', 'without a live token')
    equal(check_token(w.transport, tokens[2]).status, 200, 'the last one')


def head_like_get(w):
    """HEAD: the same headers as GET, and no body."""
    headers = {'Authorization': 'Bearer ' + w.token(), 'X-Request-Id': 'one'}
    get = w.transport.call('checksession', 'GET', headers=headers)
    head = w.transport.call('checksession', 'HEAD', headers=headers)
    equal(head.body, b'', 'body')
    for name in ('Content-Type', 'Cache-Control', 'X-Request-Id',
                 'X-Content-Type-Options'):
        equal(head.all(name), get.all(name), name)
    if head.all('Content-Length'):
        equal(head.get('Content-Length'), str(len(get.body)), 'length')
    equal(head.status, 200, 'status')


def audit_rows(w):
    """Every change leaves a row: what, who, from where, on which device."""
    data = log_in(w.transport, w.code(), device='手机')
    w.log_out(data['token'])
    rows = w.site.query(
        'SELECT event, client, device FROM audit JOIN users ON users.id = '
        'user_id WHERE public_id = ? ORDER BY audit.id',
        data['userInfo']['id'])
    equal(rows, [('login', '127.0.0.1', '手机'),
                 ('logout', '127.0.0.1', None)], 'audit')


def unionid_later(w):
    """A unionid is kept from the login on that first has it."""
    app = 'wx5a4dbeefcafe0002'
    user = w.user()
    first = log_in(w.transport, w.wechat.login(user, app), appid=app)
    w.wechat.control('app', appid=app, secret=APP2[1], platform='later')
    second = log_in(w.transport, w.wechat.login(user, app), appid=app)
    w.wechat.control('app', appid=app, secret=APP2[1], platform='')
    third = log_in(w.transport, w.wechat.login(user, app), appid=app)
    equal([d['userInfo']['hasUnionId'] for d in (first, second, third)],
          [False, True, True], 'hasUnionId')
    equal(third['userInfo']['id'], first['userInfo']['id'], 'id')


def odd_answers(w):
    """Members in another order, and more of them."""
    w.wechat.control('switch', shuffle=1, extra=1, escape_slashes=0)
    try:
        equal(w.log_in(w.user())['newUser'], True, 'newUser')
    finally:
        w.wechat.control('switch', shuffle=0, extra=0, escape_slashes=1)


STORIES = [
    ('a login has the documented shape', login_shape),
    ('a check has the documented shape', check_shape),
    ('a second login is not a new user', second_login),
    ('an app is part of who somebody is', two_apps),
    ('a code may be repeated five times', repeats),
    ('a code may be repeated for a minute', repeat_window),
    ('a code is worth nothing behind a logout', code_of_a_logout),
    ('sessions are listed', sessions_listed),
    ('a session without a device', sessions_without_a_device),
    ('logout of one by its name', logout_one),
    ('WeChat blocks a user', blocked_by_wechat),
    ('the operator blocks a user', blocked_by_operator),
    ('a use slides the idle expiry', slides),
    ('the absolute expiry holds', absolute),
    ('a session from the future has expired', from_the_future),
    ('a clock set back makes no session live longer', clock_back),
    ('logout ends this session', logout_this),
    ('logout of others', logout_others),
    ('logout of all', logout_all),
    ('an ended session is not revived', dead_stays_dead),
    ('an ended session keeps no key', dead_ends_its_code),
    ('HEAD is like GET', head_like_get),
    ('changes are in the audit trail', audit_rows),
    ('a unionid may come later', unionid_later),
    ('WeChat answers in another order', odd_answers),
]


def chunked(w):
    """A chunked body over HTTP, whatever the server makes of it."""
    import http.client
    body = json.dumps({'code': w.code()}).encode()
    connection = http.client.HTTPConnection('127.0.0.1', w.transport.port,
                                            timeout=60)
    connection.request('POST', '/wx/onlogin', iter([body[:9], body[9:]]),
                       {'Content-Type': JSON}, encode_chunked=True)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    equal(answer.status, 200, f'status of {text[:200]!r}')


def all_mounted(w):
    """Every program that is installed answers at its path, and no other."""
    for program in PROGRAMS:
        reply = w.transport.call(program, 'OPTIONS')
        if program in w.site.programs:
            equal(reply.status, 204, program)
        else:
            check(reply.status >= 400, f'{program}: {reply!r}')


def hidden(paths):
    """Nothing but the programs can be fetched."""
    def story(w):
        for path in paths:
            reply = w.transport.fetch('GET', path)
            check(reply.status in (403, 404), f'{path}: {reply!r}')
            check(b'wx5a4dbe' not in reply.body and
                  b'5a4dbe0000' not in reply.body, path)
    return story


def cgi_bin_alias(w):
    """Apache without .htaccess: the ScriptAlias folder."""
    reply = w.transport.fetch('GET', '/cgi-bin/checksession',
                              {'Authorization': 'Bearer ' + w.token()})
    equal(sound(reply), 'OK', 'code')


def protected(w):
    """A path below the authorizer wants a live token."""
    folder = w.site.root / 'www' / 'members'
    folder.mkdir(exist_ok=True)
    (folder / 'a.txt').write_text('for members')
    for path in ('/members/a.txt', '//members/a.txt', '/%6dembers/a.txt',
                 '/x/../members/a.txt', '/members/./a.txt'):
        reply = w.transport.fetch('GET', path)
        equal(reply.status, 401, path)
        check(b'for members' not in reply.body, path)
        check('Bearer' in reply.get('WWW-Authenticate'), reply.headers)
    good = {'Authorization': 'Bearer ' + w.token()}
    reply = w.transport.fetch('GET', '/members/a.txt', good)
    equal((reply.status, reply.body), (200, b'for members'), 'with a token')
    check(not [h for h in reply.headers if 'wxlogin' in h[0].lower()],
          f'the identity leaks to the client: {reply.headers}')
    for token in (w.dead(), w.expired()):
        reply = w.transport.fetch('GET', '/members/a.txt',
                                  {'sessionid': token})
        equal(reply.status, 401, 'with a dead token')


def protected_post(w):
    """Body and query of a protected request are not the authorizer's."""
    reply = w.transport.fetch(
        'POST', '/members/a.txt?%zz', {
            'sessionid': w.token(), 'Content-Type': 'text/plain'}, b'{' * 999)
    check(reply.status in (200, 405), reply)


SERVER_STORIES = {
    'lighttpd-fastcgi': [
        ('a chunked body', chunked),
        ('the authorizer guards a folder', protected),
        ('the authorizer leaves the body alone', protected_post)],
    'lighttpd-cgi': [
        ('a chunked body', chunked),
        ('nothing else is shown', hidden([
            '/wx/../etc/wxlogin.conf', '/wx/%2e%2e/etc/wxlogin.conf',
            '/wx/.htaccess', '/etc/wxlogin.conf', '/cgi-bin/onlogin']))],
    'apache-cgi': [
        ('a chunked body', chunked),
        ('without .htaccess', cgi_bin_alias),
        ('nothing else is shown', hidden([
            '/wx/.htaccess', '/wx/../etc/wxlogin.conf', '/wx/x.db',
            '/wx/wxlogin.conf', '/etc/wxlogin.conf', '/wx/secret1',
            '/cgi-bin/../etc/wxlogin.conf']))],
    'apache-cgid': [
        ('a chunked body', chunked),
        ('without .htaccess', cgi_bin_alias)],
    'nginx': [
        ('a chunked body', chunked),
        ('the authorizer guards a folder', protected),
        ('the authorizer leaves the body alone', protected_post)],
}


# ---- the FastCGI authorizer, and nginx's auth_request

def authorize(w, headers=(), **more):
    return w.transport.call('checksession', headers=headers,
                            role=fcgi.AUTHORIZER, **more)


def variables(reply, prefix):
    return {k[len(prefix):].upper().replace('-', '_'): v
            for k, v in reply.headers if k.lower().startswith(prefix.lower())}


def identity_of(w, user, data):
    who = w.wechat.control('user', appid=APP1[0], user=user)
    return {'USER_ID': data['userInfo']['id'], 'APPID': APP1[0],
            'OPENID': who['openid'], 'UNIONID': who['unionid']}


def authorizer_allows(w):
    user = w.user()
    data = w.log_in(user)
    reply = authorize(w, {'Authorization': 'Bearer ' + data['token']})
    equal((reply.status, reply.body), (200, b''), 'reply')
    equal(variables(reply, 'Variable-WXLOGIN_'), identity_of(w, user, data),
          'variables')


def authorizer_refuses(w):
    for token, code in ((NO_TOKEN, 'AUTH_INVALID'), (w.dead(), 'AUTH_INVALID'),
                        (w.expired(), 'AUTH_EXPIRED')):
        reply = authorize(w, {'sessionid': token})
        equal(sound(reply), code, 'code')
        challenge(True)(reply)
    reply = authorize(w)
    equal(sound(reply), 'AUTH_INVALID', 'without a token')


def authorizer_looks_at_nothing_else(w):
    """Method, path, query and body belong to the protected resource."""
    good = {'Authorization': 'Bearer ' + w.token()}
    for more in ({'method': 'DELETE'}, {'method': 'OPTIONS'},
                 {'path_info': '/deep/path'}, {'query': '%zz'},
                 {'params': {'CONTENT_LENGTH': '99999999999'}},
                 {'params': {'CONTENT_TYPE': 'image/png',
                             'CONTENT_LENGTH': '9'}},
                 {'twice': [('REQUEST_METHOD', 'PUT'), ('QUERY_STRING', 'x'),
                            ('CONTENT_LENGTH', '3')]},
                 {'twice': [('FCGI_ROLE', 'RESPONDER')]}):
        equal(authorize(w, good, **more).status, 200, str(more))


def authorizer_query(w):
    """In this role the token comes from headers only."""
    reply = authorize(w, query='sessionid=' + w.token())
    equal(sound(reply), 'AUTH_INVALID', 'code')


def authorizer_twice(w):
    """Two different Authorization parameters: cannot tell, so 503."""
    reply = authorize(w, {'Authorization': 'Bearer ' + w.token()},
                      twice=[('HTTP_AUTHORIZATION', 'Bearer x')])
    check(reply.status in (500, 503), reply)


def role_is_not_a_header(w):
    """A responder is not made an authorizer by what a client sends."""
    reply = w.transport.call(
        'checksession', 'GET', headers={
            'Authorization': 'Bearer ' + w.token(), 'FCGI-ROLE': 'AUTHORIZER'},
        twice=[('FCGI_ROLE', 'AUTHORIZER')])
    equal(sound(reply), 'OK', 'code')
    check(reply.body, 'no body')


def others_do_not_authorize(w):
    """The other programs allow nothing in this role."""
    for program in ('onlogin', 'logout'):
        reply = w.transport.call(
            program, role=fcgi.AUTHORIZER,
            headers={'Authorization': 'Bearer ' + w.token()})
        check(reply.status != 200, f'{program}: {reply!r}')
        equal(variables(reply, 'Variable-'), {}, program)


def identity_headers(w):
    user = w.user()
    data = w.log_in(user)
    reply = w.transport.call(
        'checksession', headers={'Authorization': 'Bearer ' + data['token']},
        params={'WXLOGIN_IDENTITY_HEADERS': '1'})
    equal(reply.status, 200, 'status')
    equal(variables(reply, 'X-WXLogin-'), identity_of(w, user, data),
          'headers')


def identity_refused(w):
    reply = w.transport.call('checksession', params={
        'WXLOGIN_IDENTITY_HEADERS': '1'})
    equal(sound(reply), 'AUTH_INVALID', 'code')


def closed_store(w):
    """When the store cannot be read the answer is 503, never 200."""
    token = w.token()
    w.transport.close()
    w.transport.processes.clear()
    w.site.db.rename(w.site.db.with_suffix('.away'))
    w.site.db.mkdir()
    try:
        reply = authorize(w, {'Authorization': 'Bearer ' + token})
        equal(sound(reply), 'BUSY', 'as authorizer')
        reply = w.transport.call(
            'checksession', headers={'Authorization': 'Bearer ' + token},
            params={'WXLOGIN_IDENTITY_HEADERS': '1'})
        equal(reply.status, 503, 'for auth_request')
        equal(sound(check_token(w.transport, token)), 'INTERNAL',
              'as responder')
    finally:
        w.site.db.rmdir()
        w.site.db.with_suffix('.away').rename(w.site.db)


AUTHORIZER = [
    ('a live token: who it is, and no body', authorizer_allows),
    ('a dead one: the documented 401', authorizer_refuses),
    ('nothing but headers is looked at', authorizer_looks_at_nothing_else),
    ('no token from the query', authorizer_query),
    ('two Authorizations allow nothing', authorizer_twice),
    ('a client does not choose the role', role_is_not_a_header),
    ('other programs do not authorize', others_do_not_authorize),
    ('auth_request: who it is, as headers', identity_headers),
    ('auth_request: the documented 401', identity_refused),
    ('a store that can\'t be read is 503', closed_store),
]


def identity_environment(w):
    """The process environment of a FastCGI process is no parameter."""
    transport = FastCgi(w.site, {'WXLOGIN_IDENTITY_HEADERS': '1'})
    try:
        equal(sound(check_token(transport, w.token())), 'OK', 'code')
    finally:
        transport.close()


# ---- failed logins

def early_in_a_minute():
    """Minutes are counted by the clock: not across the end of one."""
    until(lambda: time.time() % 60 < 45, 'a minute with time left in it')


def limited(w):
    """login_failures = 3: the fourth in a minute waits, by address."""
    early_in_a_minute()

    def attempt(address, code='0nobody'):
        return post(w.transport, 'onlogin', {'code': code},
                    params={'REMOTE_ADDR': address})
    for _ in range(3):
        equal(attempt('192.0.2.1').code, 'CODE_INVALID', 'the first three')
    equal(sound(attempt('192.0.2.1')), 'TOO_MANY_REQUESTS', 'the fourth')
    equal(attempt('192.0.2.2').code, 'CODE_INVALID', 'another address')
    equal(attempt('192.0.2.3', w.code()).code, 'OK', 'a good one')


def limited_net(w):
    """IPv6: the /64 counts."""
    early_in_a_minute()
    codes = [post(w.transport, 'onlogin', {'code': '0nobody'}, params={
        'REMOTE_ADDR': '2001:db8::' + str(n)}).code for n in range(1, 5)]
    equal(codes, 3 * ['CODE_INVALID'] + ['TOO_MANY_REQUESTS'], 'codes')


LIMITS = [('failed logins are limited by address', limited),
          ('failed logins are limited by IPv6 network', limited_net)]


def code_of_an_eviction(w):
    """max_sessions = 3: an eviction is no logout; the code still repeats."""
    user = w.user()
    code = w.wechat.login(user)
    log_in(w.transport, code)
    for _ in range(4):
        w.log_in(user)
    log_in(w.transport, code)


def limited_user(w):
    """user_logins = 3: the fourth login of a user in a minute waits, a repeat
    counts too, what was refused does not, and others go on."""
    early_in_a_minute()
    user = w.user()
    code = w.wechat.login(user)
    log_in(w.transport, code)
    token = log_in(w.transport, code)['token']
    w.log_in(user)
    (before,), = w.site.query('SELECT count(*) FROM sessions')
    for again in (code, w.wechat.login(user)):
        reply = post(w.transport, 'onlogin', {'code': again})
        equal(sound(reply), 'TOO_MANY_REQUESTS', 'the fourth')
        check(1 <= int(reply.get('retry-after')) <= 60, reply.headers)
    equal(w.site.query('SELECT count(*) FROM sessions'), [(before,)],
          'sessions')
    check_token(w.transport, token).data
    w.log_in(w.user())
    equal(w.site.query('SELECT max(logins) FROM users'), [(3,)], 'counted')
    w.site.change('UPDATE users SET login_minute = login_minute - 1')
    w.log_in(user)


def evicts(w):
    """max_sessions = 3: the least recently used ends first."""
    user = w.user()
    tokens = [w.log_in(user)['token'] for _ in range(3)]
    for n, token in enumerate(tokens):
        w.age(token, used=500 - 100 * n, idle=5000)
    check_token(w.transport, tokens[0])         # now the last used
    tokens.append(w.log_in(user)['token'])
    equal([check_token(w.transport, t).code for t in tokens],
          ['OK', 'AUTH_INVALID', 'OK', 'OK'], 'after a fourth login')


def no_replay(w):
    """code_replay = 0: a code that comes again is used."""
    code = w.code()
    log_in(w.transport, code)
    equal(post(w.transport, 'onlogin', {'code': code}).code, 'CODE_USED',
          'the second')


# ---- running

def run_rows(tap, world, name, settings):
    for row in ROWS:
        if name in row.on and row.settings == settings:
            tap.case(f'{name}: {row.name}', row.run, world)


def run_direct(tap, build, wechat, make):
    """All that needs no server, for one of the two direct transports."""
    groups = {
        DEFAULT: STORIES, CORS: [], IN_QUERY: [], TWO_APPS: [],
        LIMITED: LIMITS,
        (('max_sessions', '3'),): [
            ('the least used session ends', evicts),
            ('an eviction does not void a code', code_of_an_eviction)],
        (('user_logins', '3'),): [('logins of a user are limited',
                                   limited_user)],
        (('code_replay', '0'),): [('no repeats', no_replay)],
        (('journal', 'delete'),): STORIES[:6],
    }
    for settings, stories in groups.items():
        site = Site(build, wechat.base_url, settings)
        transport = make(site)
        world = World(site, transport, wechat)
        group = ' '.join(f'{k}={v}' for k, v in settings)
        name = transport.name
        run_rows(tap, world, name, settings)
        if name == 'fastcgi' and settings == DEFAULT:
            stories = stories + AUTHORIZER + [
                ('identity headers are a parameter only',
                 identity_environment)]
        for title, story in stories:
            tap.case(f'{name}: {title}{group and f" ({group})"}', story, world)
        tap.case(f'{name}: processes end well{group and f" ({group})"}',
                 transport.close)
        site.remove()


def run_server(tap, build, wechat, start, name):
    site = Site(build, wechat.base_url, served=True)
    try:
        server = start(site)
    except (Failed, TypeError, OSError) as problem:
        tap.case(f'{name}: starts', check, False, problem)
        site.remove()
        return
    world = World(site, server.http, wechat)
    run_rows(tap, world, name, DEFAULT)
    stories = [('every program is there', all_mounted)] + STORIES
    for title, story in stories + SERVER_STORIES[name]:
        tap.case(f'{name}: {title}', story, world)
    tap.case(f'{name}: ends well', server.stop)
    site.remove()


SERVERS = {
    'lighttpd-fastcgi': ('lighttpd', lambda s: servers.lighttpd(
        s, 'lighttpd-fastcgi.conf')),
    'lighttpd-cgi': ('lighttpd', lambda s: servers.lighttpd(
        s, 'lighttpd-cgi.conf')),
    'apache-cgi': ('apache2', lambda s: servers.apache(s, False)),
    'apache-cgid': ('apache2', lambda s: servers.apache(s, True)),
    'nginx': ('nginx', servers.Nginx),
}


def main(tap, build):
    wechat = StandIn(build)
    try:
        for make in (Cgi, FastCgi):
            run_direct(tap, build, wechat, make)
        for name, (program, start) in SERVERS.items():
            if servers.find(program) is None:
                tap.skip(f'{name}: all of it', f'{program} is not installed')
            else:
                run_server(tap, build, wechat, start, name)
    finally:
        tap.case('the stand-in ends well', wechat.stop)
