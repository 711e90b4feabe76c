# SPDX-License-Identifier: MIT
"""replies.py: what doc/protocol.md says of every reply."""
import re

from kit.tap import check, equal

JSON = 'application/json'
FORM = 'application/x-www-form-urlencoded'
DECRYPT = 'DECRYPT_WX_OPEN_DATA_FAIL'
STATUS = {'OK': 200, 'PARAM_INVALID': 400, 'CODE_INVALID': 400,
          'CODE_USED': 400, DECRYPT: 400, 'AUTH_INVALID': 401,
          'AUTH_EXPIRED': 401, 'USER_BLOCKED': 403, 'NOT_FOUND': 404,
          'METHOD_NOT_ALLOWED': 405, 'PHONE_TAKEN': 409,
          'BODY_TOO_LARGE': 413, 'UNSUPPORTED_MEDIA_TYPE': 415,
          'TOO_MANY_REQUESTS': 429, 'INTERNAL': 500, 'WECHAT_ERROR': 502,
          'WECHAT_UNAVAILABLE': 503, 'BUSY': 503}
RETRY = {'TOO_MANY_REQUESTS', 'WECHAT_UNAVAILABLE', 'BUSY'}
USER_INFO = {'id': str, 'nickname': str, 'avatarUrl': str, 'gender': int,
             'language': str, 'country': str, 'province': str, 'city': str,
             'phone': str, 'countryCode': str, 'hasUnionId': bool}
REQUEST_ID = re.compile(r'[A-Za-z0-9._-]{1,64}\Z')
TOKEN = re.compile(r'[A-Za-z0-9_-]{43}\Z')


def sound_headers(reply, code):
    """Replies, but for the body."""
    for name, value in (('Cache-Control', 'no-store'),
                        ('X-Content-Type-Options', 'nosniff')):
        equal(reply.all(name), [value], name)
    ids = reply.all('X-Request-Id')
    check(len(ids) == 1 and REQUEST_ID.match(ids[0]), f'X-Request-Id: {ids}')
    equal(bool(reply.all('Retry-After')), code in RETRY, 'Retry-After there')
    if code in RETRY:
        check(reply.get('Retry-After').isdigit(), 'Retry-After is no number')
    equal(len(reply.all('WWW-Authenticate')), int(reply.status == 401),
          'WWW-Authenticate lines')
    equal(bool(reply.all('Allow')), reply.status in (204, 405), 'Allow there')
    for name, value in reply.headers:
        check(not name.lower().startswith(('set-cookie', 'location',
                                           'x-wxlogin', 'variable-')),
              f'header {name}: {value}')


def sound_error(reply):
    body = reply.json
    wanted = {'code', 'message', 'requestId'}
    if body['code'] == 'PARAM_INVALID':
        wanted.add('field')
    equal(set(body), wanted, 'members of an error')
    equal(body['requestId'], reply.get('X-Request-Id'), 'requestId')
    check(body['message'], 'an empty message')


def sound(reply):
    """Everything that "Replies" says of a reply with a body; its code."""
    equal(reply.all('Content-Type'), ['application/json; charset=utf-8'],
          f'Content-Type of {reply!r}')
    for length in reply.all('Content-Length'):
        equal(int(length), len(reply.body), 'Content-Length')
    code = reply.json['code']
    equal(reply.status, STATUS[code], f'status of {reply!r}')
    sound_headers(reply, code)
    if code == 'OK':
        equal(set(reply.json), {'code', 'data'}, 'members of a success')
    else:
        sound_error(reply)
    return code


def sound_user(info):
    equal({k: type(v) for k, v in info.items()}, USER_INFO, 'userInfo')
    check(re.match(r'[0-9A-HJKMNP-TV-Z]{26}\Z', info['id']), info['id'])


def sound_login(data):
    equal(set(data), {'token', 'expiresIn', 'absoluteExpiresIn', 'newUser',
                      'userInfo'}, 'members of a login')
    check(TOKEN.match(data['token']), data['token'])
    check(isinstance(data['newUser'], bool), data['newUser'])
    sound_user(data['userInfo'])
    return data


def refused(reply, code, field=None):
    """An error, and which."""
    equal((reply.code, reply.json.get('field')), (code, field), repr(reply))
