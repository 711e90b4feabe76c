# SPDX-License-Identifier: MIT
"""opendata.py: what WeChat signed and encrypted (doc/protocol.md, Open data and
updateuser): the published vectors, everything that must not open, whose keys are tried,
and what of a profile is taken.

WeChat is a table here, so that a session has the session_key of a vector."""
import base64
import hashlib
import json
import os
import time
import urllib.parse

from kit.encryption import ZERO_KEY, encrypt, flipped, new_key, sign
from kit.fake_wechat import FakeWeChat
from kit.harness import (APP1, Cgi, FastCgi, check_token, log_in, post,
                         session_id, update, user_info)
from kit.installations import Installed
from kit.replies import DECRYPT, FORM, JSON, refused, sound, sound_user
from kit.tap import check, equal
from kit.world import run_cases

# ---- the vectors: the official example, a real capture, and our own

OFFICIAL_APP, OFFICIAL_KEY = 'wx4f4bc4dec97d474b', 'tiihtNczf5v6AKRyjwEUhQ=='
OFFICIAL_OPENID = 'oGZUI0egBJY1zhBYw2KhdUfwVJJE'
OFFICIAL_IV = 'r7BXXKkLb8qrSNn05n0qiA=='
SIGNATURE_KEY = 'HyVFkGl5F5OQWJZZaNzBBg=='
SIGNATURE = '75e81ceda165f4ffa64f4068af58c64b8f54b88c'
CAPTURE_APP, CAPTURE_KEY = 'wxeb9dbcfcd5015935', 'Bs/KPAI6f2l8UfxSBRVPxA=='
CAPTURE_OPENID = 'o0ZEQ5YfjRe33Z_ncEI34FAgQX7s'
CAPTURE_IV = 's8gf9aH5iVIJmmpowjrrUw=='
CAPTURE_SIGNATURE = '59f8338219f036c32d048b6ff28e36f5bb70589e'
OWN_IV = 'AAECAwQFBgcICQoLDA0ODw=='
APPS = ((OFFICIAL_APP, '5' * 32), (CAPTURE_APP, '6' * 32))

OFFICIAL_DATA = (
    'CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5'
    'geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPG'
    'BzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc'
    '2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FR'
    'AUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorG'
    'j5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts'
    '8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUj'
    'CpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew==')
OFFICIAL_RAW = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou",'
    '"province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.c'
    'n/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6'
    'nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}')
CAPTURE_DATA = (
    'Itpx4bsAwofdR2mDIjuA1LKh8iBLxxq6UKmuH498QU7kAjNekkBAVUNCENq/urgvH1Hm'
    '47gevYWnZaTj1dOZIoHq1eueKtdpaFKD+akBbm+c7HP/PjRR87O99cJk0zgVogplnKkZ'
    'WJT6IX4rai7IaSG5fIZNTAHflCmXcmSQPQtV4+kEvRPtigiTfgseLGhKhzBgM5JbeyYh'
    'YH6kqCYfigUgG88o1cENCYCylD5dSh6+zTvvpqHsgsCOtLTHunQClvuhmHiMWgx6Z+DP'
    'q5kQg+IcpelxbIlW1DLsRkqk8LWKeYRrR0AesGDDn9Pb34sOznIF5Ii2UsMtameGMEZe'
    'UMtxDAVDPf46GwAqxcRP2LtOx3xW1OZow/FJgyFmG7T1BHZahGd0Ge+j1bG/hyZDEGm6'
    '2+hCI2NXkQkGxtgss21EJgyLBEPnZ/mrIGFPYN3qiZk0zLLgDiMmuSFc+UCeGw==')
CAPTURE_PLAIN = (
    '{"openId":"o0ZEQ5YfjRe33Z_ncEI34FAgQX7s","nickName":"jason","gender"'
    ':1,"language":"en","city":"Jing","province":"Shanghai","country":"Ch'
    'ina","avatarUrl":"https://wx.qlogo.cn/mmopen/vi_32/Q0j4TwGTfTJTl0Fa4'
    'Pzo4jMq5DoIZia7geHq15C1iapVWE57mIyqSoqq3T8LzavQtEpabaKn6UzSKxogEvs8h'
    'ic0A/132","watermark":{"timestamp":1537169754,"appid":"wxeb9dbcfcd50'
    '15935"}}')
CAPTURE_RAW = (
    '{"nickName":"jason","gender":1,"language":"en","city":"Jing","provin'
    'ce":"Shanghai","country":"China","avatarUrl":"https://wx.qlogo.cn/mm'
    'open/vi_32/Q0j4TwGTfTJTl0Fa4Pzo4jMq5DoIZia7geHq15C1iapVWE57mIyqSoqq3'
    'T8LzavQtEpabaKn6UzSKxogEvs8hic0A/132"}')
OWN = {
    'P1': ('8StvfEY3Y4nKVaA9OMvN94VHLAcphVMKZErnvyST3JXCaulp0ihOEw0Yfeva19Sk0r'
           'jUjwK1pihmhwmIxGUAnxRRo/PRrhohzOZf0p0RO7t7cYcHbe3/y9bn0OSC8uPsmYEx'
           'Jq/shAawLaDdeXfRFm6NMjpn51ClGJE98zaZv6g5dpve9g6VWPpqPN4ZlI1ksX0pio'
           'v8Jooj0gBI3n5Q2w=='),
    'P2': ('fnmEM4T9OC02YWavcOoER+2qdzD0xdnnuOfdq5d21o8fwaaOL0C/A1Tmw1SXaDJ6yW'
           '2X7zR6gTEUgIbm9HLYZ3ccfdbcj9BZ/kj+C54db8ITLFIpuV+g3WqQ5k9anDacsMUB'
           '573mwzHYJ/Vq9Yfp14DdZvGW/mvebE8TA2nJjd0ut2fFb85dvg1zq+yGZ0u7ddOzio'
           'tKIj/1aAdElsR9Nw=='),
    'P3': ('eZ6Bdh95aDolqQTEjWtLkNQ5+wtKWqHNQM/suYlpgxqbbK3ONrdxWW6uj+cZuTX/Hl'
           'dGh3kKfDY0V2oKhRiqFNNTBQyCwaPa6nucICo/9beYBPYclcJJE5mQmuShJGqpymWf'
           'DLxC6COwp3ti14rigQ=='),
    'P4': ('QAejQnsZQSzKlPHhPcbyTxoBn38GOyYxUtz2bYNIJDo14VZoovY7EFBY0rmexu1GTn'
           'mIZBW1+WSOBlIbi6BwQOBezPyrcfp6ZWKn7HaAdcsPJL8ZaWKEaOEw3LrSGLQHrjdw'
           'X8mOSWD1V4rDVV7fkbPUtkSJiyICtlnXCjcs5S3E93sNWV3Bg0/Npt5tI1x1'),
    'N1': ('7MTrmpq451NmQiorunoXUyS8wt8YMwRDRy5+m01xVSL3j/oBQOegcSsMoQhqzIwgTj'
           'h3C767zwgTSqP0bYoOz3vaBlIMDwJjFEbaTHUFpG8ACSPlOENHQRC+Wrji6DQ/el18'
           'dLvno+PE/fRrUx8MLw=='),
    'N2': ('7MTrmpq451NmQiorunoXUyS8wt8YMwRDRy5+m01xVSL3j/oBQOegcSsMoQhqzIwgTj'
           'h3C767zwgTSqP0bYoOz3vaBlIMDwJjFEbaTHUFpG+Wbx28MC0Y89ATMIvdUH1fPMRl'
           'QDgxC+aPK22XpVmDHg=='),
    'N3': ('7MTrmpq451NmQiorunoXUyS8wt8YMwRDRy5+m01xVSL3j/oBQOegcSsMoQhqzIwgTj'
           'h3C767zwgTSqP0bYoOz3vaBlIMDwJjFEbaTHUFpG+Wbx28MC0Y89ATMIvdUH1fzC5g'
           'oJVx1HayVdLBIC3PGg=='),
    'N4': ('7MTrmpq451NmQiorunoXUyS8wt8YMwRDRy5+m01xVSL3j/oBQOegcSsMoQhqzIwgTj'
           'h3C767zwgTSqP0bYoOz3vaBlIMDwJjFEbaTHUFpG+Wbx28MC0Y89ATMIvdUH1f1I0m'
           'TcXi+3WYA+f0C6krJ1qUVbGQIU3mpCPuhnIfzWs='),
}


# ---- people and their data

class Person:
    """Somebody logged in, and what their phone encrypts and signs."""

    def __init__(self, world, openid=None, key=None, appid=APP1[0], **more):
        self.world, self.appid = world, appid
        self.openid = openid or world.fake.person()
        self.key = key or new_key()
        self.token = self.log_in(**more)

    def log_in(self, key=None, **more):
        """A further login, maybe with a new session_key; its token."""
        self.key = key or self.key
        return log_in(self.world.transport, self.world.fake.login(
            self.openid, self.key, **more), appid=self.appid)['token']

    def update(self, **fields):
        return update(self.world.transport, self.token, **fields)

    def info(self):
        return user_info(self.world.transport, self.token)

    def plain(self, **changes):
        """A user's profile and phone as JSON, for both programs; a member
        that is changed to None is not there."""
        whole = {'openId': self.openid, 'nickName': 'Band',
                 'phoneNumber': '13580006666', 'countryCode': '86',
                 'purePhoneNumber': '13580006666', 'watermark': self.mark(),
                 **changes}
        return json.dumps({k: v for k, v in whole.items() if v is not None},
                          ensure_ascii=False).encode()

    def mark(self, age=0, **changes):
        return {'appid': self.appid, 'timestamp': int(time.time()) - age,
                **changes}

    def data(self, **changes):
        return encrypt(self.key, self.plain(**changes))

    def signed(self, **members):
        return sign(self.key, json.dumps(members, ensure_ascii=False))


class World:
    """A site of its own settings, and people who log in there."""

    def __init__(self, build, make, fake, settings):
        self.fake = fake
        self.site = Installed(build, fake.base_url,
                              (('busy_timeout', '30000'),) + settings, APPS)
        self.transport = make(self.site)
        self.answers = {}               # to what does not open

    def person(self, **more):
        return Person(self, **more)

    def official(self, **more):
        return self.person(**{'openid': OFFICIAL_OPENID, 'key': OFFICIAL_KEY,
                              'appid': OFFICIAL_APP, **more})

    def post(self, program, token, fields):
        """A call whose answer depends on nothing but its outcome."""
        return post(self.transport, program, fields, token,
                    headers={'X-Request-Id': 'the-same'})

    def never(self, person, fields, programs=('updateuser', 'updatephone')):
        """It opens for nobody, and nobody learns why."""
        for program in programs:
            reply = self.post(program, person.token, fields)
            equal(sound(reply), DECRYPT, f'{program}: {reply!r}')
            answer = reply.status, tuple(reply.headers), reply.body
            self.answers[answer] = program, fields
        info = person.info()
        equal((info['nickname'], info['phone']), ('', ''), 'what is stored')


def opens(person, fields, nickname='Band'):
    """It opens: the nickname is taken."""
    data = person.update(**fields).data
    equal(set(data), {'userInfo'}, 'members')
    sound_user(data['userInfo'])
    equal(data['userInfo']['nickname'], nickname, 'nickname')
    equal(person.info(), data['userInfo'], 'what is stored')
    return data['userInfo']


# ---- the vectors through the programs

def own_cipher():
    """The tests' AES makes of the capture's plaintext what WeChat made."""
    made = encrypt(CAPTURE_KEY, CAPTURE_PLAIN.encode(),
                   iv=base64.b64decode(CAPTURE_IV))
    equal(made, {'encryptedData': CAPTURE_DATA, 'iv': CAPTURE_IV}, 'made')


def without_id(info):
    return {k: v for k, v in info.items() if k not in (
        'id', 'phone', 'countryCode')}


def official(w):
    person = w.official()
    equal(person.info()['hasUnionId'], False, 'before')
    info = opens(person, {'encryptedData': OFFICIAL_DATA, 'iv': OFFICIAL_IV})
    equal(without_id(info), {
        'nickname': 'Band', 'gender': 1, 'language': 'zh_CN',
        'city': 'Guangzhou', 'province': 'Guangdong', 'country': 'CN',
        'avatarUrl': 'https://wx.qlogo.cn/mmopen/vi_32/aSKcBBPpibyKNicHNTMM0'
        'qJVh8Kjgiak2AHWr8MHM4WgMEm7GFhsf8OYrySdbvAMvTsw3mo8ibKicsnfN5pRjl1p8'
        'HQ/0', 'hasUnionId': True}, 'what is taken')
    equal(w.site.query('SELECT unionid FROM users WHERE openid = ?',
                       OFFICIAL_OPENID), [('ocMvos6NjeKLIBqg5Mr9QjxrP1FA',)],
          'unionid')


def official_form(w):
    """In a form that nobody encoded: its "+" arrive as blanks."""
    text = f'encryptedData={OFFICIAL_DATA}&iv={OFFICIAL_IV}'
    equal(sound(form(w, w.official(), text)), 'OK', 'code')


def official_signature(w):
    person = w.person(key=SIGNATURE_KEY, appid=OFFICIAL_APP)
    info = opens(person, {'rawData': OFFICIAL_RAW, 'signature': SIGNATURE})
    equal((info['city'], info['avatarUrl'][:22]),
          ('Guangzhou', 'https://wx.qlogo.cn/mm'), 'city, picture')


def capture(w):
    """Signature and ciphertext under one key: each alone, and both."""
    fields = {'encryptedData': CAPTURE_DATA, 'iv': CAPTURE_IV}
    signed = {'rawData': CAPTURE_RAW, 'signature': CAPTURE_SIGNATURE}
    person = w.person(openid=CAPTURE_OPENID, key=CAPTURE_KEY,
                      appid=CAPTURE_APP)
    other = w.person(key=CAPTURE_KEY, appid=CAPTURE_APP)
    first = opens(other, signed, 'jason')
    second = opens(person, fields, 'jason')
    equal(without_id(first), without_id(second), 'signed and encrypted')
    opens(person, {**fields, **signed}, 'jason')
    equal((second['city'], second['gender'], second['hasUnionId']),
          ('Jing', 1, False), 'city, gender, unionid')


def own_data(name):
    return {'encryptedData': OWN[name], 'iv': OWN_IV}


def positive(w):
    """P1 to P4 open, though there is no nickname in them."""
    person = w.official()
    before = person.info()
    for name in ('P1', 'P2', 'P3', 'P4'):
        reply = w.post('updateuser', person.token, own_data(name))
        equal(sound(reply), 'OK', f'{name}: {reply!r}')
        equal(reply.data['userInfo'], before, name)


def phone_vector(w):
    person = w.official()
    info = post(w.transport, 'updatephone', own_data('P1'),
                person.token).data['userInfo']
    equal((info['phone'], info['countryCode']), ('13580006666', '86'), 'P1')
    post(w.transport, 'unbindphone', {}, person.token).data


def no_phone(w):
    """Good data without a phone number is none for updatephone."""
    person = w.official(openid=w.fake.person())
    for name in ('P2', 'P3'):
        w.never(person, own_data(name), ('updatephone',))
    w.never(person, person.data(phoneNumber=None, purePhoneNumber=None),
            ('updatephone',))


def negative(w):
    person = w.official(openid=w.fake.person())
    for name in ('N1', 'N2', 'N3', 'N4'):
        w.never(person, own_data(name))


def official_broken(w):
    """The official data with another IV, key, app or user."""
    fields = {'encryptedData': OFFICIAL_DATA, 'iv': OFFICIAL_IV}
    w.never(w.official(openid=w.fake.person()), fields)
    w.never(w.official(openid=OFFICIAL_OPENID.lower()), fields)
    w.never(w.person(openid=OFFICIAL_OPENID, key=OFFICIAL_KEY), fields)
    w.never(w.person(openid=OFFICIAL_OPENID, key=SIGNATURE_KEY,
                     appid=CAPTURE_APP), fields)
    w.never(w.official(openid=w.fake.person()), {**fields, 'iv': OWN_IV})


VECTORS = [
    ('the official vector opens, unionid and all', official),
    ('the official vector in a form', official_form),
    ('the official signature holds', official_signature),
    ('a real capture, signed and encrypted', capture),
    ('P1 to P4 open', positive),
    ('P1 gives the phone number', phone_vector),
    ('no phone number in the data', no_phone),
    ('N1 to N4 do not open', negative),
    ('the official data for another IV, key, app, user', official_broken),
]


# ---- what must not open

def padded(pad, more=0):
    """Good data of such a length that `pad` fills the block."""
    def make(p):
        text = p.plain()
        filler = -(len(text) + len(pad) + 8) % 16
        text = text[:-1] + b',"x":"' + b'x' * filler + b'"}'
        text += b' ' * (-(len(text) + len(pad)) % 16)
        return encrypt(p.key, text, pad + bytes(more))
    return make


def text_is(text):
    """`text` as it is, well padded; what stands for the watermark and the
    openid is filled in."""
    def make(p):
        mark = json.dumps(p.mark()).encode()
        return encrypt(p.key, text.replace(b'MARK', mark).replace(
            b'OPENID', p.openid.encode()))
    return make


def member(**changes):
    return lambda p: p.data(**changes)


def mark(**changes):
    """A watermark with changes; None: not there."""
    return lambda p: p.data(watermark={
        k: v for k, v in p.mark(**changes).items() if v is not None})


def cut(n):
    """So many bytes of good data."""
    def make(p):
        good = p.data()
        data = base64.b64decode(good['encryptedData'])[:n]
        return {**good, 'encryptedData': base64.b64encode(data).decode()}
    return make


def iv_of(n):
    return lambda p: {**p.data(), 'iv': base64.b64encode(bytes(n)).decode()}


def other_key(key=None):
    return lambda p: encrypt(key or new_key(), p.plain())


def nul_behind(p):
    return p.data(watermark=p.mark(appid=p.appid + '\0x'))


BROKEN = [
    ('one byte', cut(1)), ('a byte less than a block', cut(15)),
    ('a byte more than a block', cut(17)), ('a byte too few', cut(-1)),
    ('the first block only', cut(16)), ('the last block missing', cut(-16)),
    ('an IV of 1 byte', iv_of(1)), ('an IV of 15 bytes', iv_of(15)),
    ('an IV of 17 bytes', iv_of(17)), ('an IV of 32 bytes', iv_of(32)),
    ('an IV of zeros', iv_of(16)),
    ('padding 0', padded(bytes(16))), ('padding 0 once', padded(b'\0')),
    ('padding 17', padded(b'\x11' * 17)),
    ('padding 32', padded(b'\x20' * 32)),
    ('padding 255', padded(b'\xff' * 16)),
    ('padding longer than the data', lambda p: encrypt(
        p.key, b'', b'\x11' * 16)),
    ('padding whose first byte differs', padded(b'\x04\x05\x05\x05\x05')),
    ('padding whose second last byte differs', padded(b'\3\2\3')),
    ('padding as of ANSI X9.23', padded(b'\0\0\0\4')),
    ('padding as of ISO 10126', padded(b'\x9a\x17\x51\4')),
    ('padding in front of one more block', padded(b'\4\4\4\4', 16)),
    ('nothing but padding', lambda p: encrypt(p.key, b'', b'\x10' * 16)),
    ('noise with right padding', lambda p: encrypt(
        p.key, bytes(b | 0x80 for b in os.urandom(47)))),
    ('a byte that is no UTF-8', text_is(
        b'{"x":"\xff","nickName":"Band","watermark":MARK}')),
    ('an overlong form', text_is(
        b'{"x":"\xc0\xaf","nickName":"Band","watermark":MARK}')),
    ('a surrogate in UTF-8', text_is(
        b'{"x":"\xed\xa0\x80","nickName":"Band","watermark":MARK}')),
    ('half a character', text_is(
        b'{"x":"\xe5\xbe","nickName":"Band","watermark":MARK}')),
    ('a lone surrogate', text_is(
        b'{"x":"\\ud800","nickName":"Band","watermark":MARK}')),
    ('UTF-16', lambda p: encrypt(p.key, p.plain().decode().encode(
        'utf-16le'))),
    ('a byte order mark', lambda p: encrypt(
        p.key, b'\xef\xbb\xbf' + p.plain())),
    ('no JSON', text_is(b'openid=OPENID')),
    ('an array', text_is(b'[{"nickName":"Band","watermark":MARK}]')),
    ('a string', text_is(b'"nickName"')), ('null', text_is(b'null')),
    ('two objects', lambda p: encrypt(p.key, p.plain() + p.plain())),
    ('a byte behind the object', lambda p: encrypt(p.key, p.plain() + b'x')),
    ('a NUL behind the object', lambda p: encrypt(p.key, p.plain() + b'\0')),
    ('an object without its end', lambda p: encrypt(p.key, p.plain()[:-1])),
    ('a comment', lambda p: encrypt(p.key, b'/**/' + p.plain())),
    ('a comma too many', text_is(b'{"nickName":"Band","watermark":MARK,}')),
    ('single quotation marks', text_is(
        b"{'nickName':'Band',\"watermark\":MARK}")),
    ('a line end in a string', text_is(
        b'{"x":"\n","nickName":"Band","watermark":MARK}')),
    ('no watermark', member(watermark=None)),
    ('a watermark that is text', member(watermark='x')),
    ('a watermark that is an array', member(watermark=[])),
    ('an empty watermark', member(watermark={})),
    ('a watermark without an app', mark(appid=None)),
    ('the watermark of another app', mark(appid=OFFICIAL_APP)),
    ('the app in capitals', lambda p: p.data(watermark=p.mark(
        appid=p.appid.upper()))),
    ('the app and more', lambda p: p.data(watermark=p.mark(
        appid=p.appid + '0'))),
    ('the app, a NUL, and more', nul_behind),
    ('a part of the app', lambda p: p.data(watermark=p.mark(
        appid=p.appid[:-1]))),
    ('an empty app', mark(appid='')), ('an app that is a number',
                                       mark(appid=7)),
    ('a watermark without a time', mark(timestamp=None)),
    ('a time in words', mark(timestamp='now')),
    ('a time that is true', mark(timestamp=True)),
    ('a time far ahead', mark(timestamp=1 << 62)),
    ('a time beyond 64 bits', mark(timestamp=1 << 64)),
    ('a time in the future', lambda p: p.data(watermark=p.mark(-1000))),
    ('the openId of another', member(openId=OFFICIAL_OPENID)),
    ('an empty openId', member(openId='')),
    ('an openId that is a number', member(openId=7)),
    ('an openId that is an array', lambda p: p.data(openId=[p.openid])),
    ('an openId in other case', lambda p: p.data(openId=p.openid.upper())),
    ('an openId and more', lambda p: p.data(openId=p.openid + 'x')),
    ('an openId, a NUL, and more', lambda p: p.data(
        openId=p.openid + '\0x')),
    ('an openId that is null', text_is(
        b'{"openId":null,"nickName":"Band","watermark":MARK}')),
    ('another key', other_key()), ('a key of zeros', other_key(ZERO_KEY)),
    ('all zeros', lambda p: {'iv': OWN_IV, 'encryptedData':
                             base64.b64encode(bytes(160)).decode()}),
]


def wrong_signature(change):
    """A signed profile with one thing altered."""
    def make(p):
        raw = json.dumps({'nickName': 'Band', 'gender': 1})
        return {**sign(p.key, raw), **change(p, raw)}
    return make


def decoded_key(p, raw):
    return {'signature': hashlib.sha1(raw.encode() + base64.b64decode(
        p.key)).hexdigest()}


UNSIGNED = [
    ('a signature of zeros', lambda p, raw: {'signature': '0' * 40}),
    ('a signature cut short', lambda p, raw: {
        'signature': sign(p.key, raw)['signature'][:39]}),
    ('a signature and more', lambda p, raw: {
        'signature': sign(p.key, raw)['signature'] + '0'}),
    ('a byte of the data altered', lambda p, raw: {
        'rawData': raw.replace('Band', 'Bond')}),
    ('a blank behind the data', lambda p, raw: {'rawData': raw + ' '}),
    ('the same object, written otherwise', lambda p, raw: {
        'rawData': raw.replace(': ', ':')}),
    ('signed with the decoded key', decoded_key),
    ('signed with another key', lambda p, raw: sign(new_key(), raw)),
    ('signed with a key of zeros', lambda p, raw: sign(ZERO_KEY, raw)),
    ('signed without a key', lambda p, raw: sign('', raw)),
    ('key and data the other way round', lambda p, raw: {
        'signature': sign(raw, p.key)['signature']}),
    ('signed, but no JSON', lambda p, raw: sign(p.key, 'nickName=Band')),
    ('signed, but an array', lambda p, raw: sign(p.key, '[' + raw + ']')),
]


def one_answer(w):
    """Whatever was wrong: the same bytes, headers and body."""
    equal(len(w.answers), 1, f'answers: {w.answers}')


def run_broken(tap, make, w):
    """Each of it alone, and at the end: was there one answer?"""
    good = w.person()
    tap.case(f'opendata, {make.name}: what is altered below opens whole',
             opens, good, good.data())
    for title, spoil in BROKEN:
        person = w.person()
        tap.case(f'opendata, {make.name}: does not open: {title}', w.never,
                 person, spoil(person))
    for title, change in UNSIGNED:
        person = w.person()
        tap.case(f'opendata, {make.name}: not signed: {title}', w.never,
                 person, wrong_signature(change)(person), ('updateuser',))
    tap.case(f'opendata, {make.name}: one answer for all of them',
             one_answer, w)


# ---- fields

def form(w, person, text, program='updateuser'):
    return w.transport.call(program, 'POST', body=text.encode(), headers={
        'Content-Type': FORM, 'Authorization': 'Bearer ' + person.token})


def with_plus(person, where='encryptedData'):
    """Data whose base64 has a "+" inside."""
    while True:
        data = person.data()
        if '+' in data[where].strip('+'):
            return data


def eaten_plus(w):
    """A form without percent-encoding turns "+" into a blank."""
    person = w.person()
    for where in ('encryptedData', 'iv'):
        data = with_plus(person, where)
        if data['iv'].startswith('+') or data['encryptedData'][0] == '+':
            data = with_plus(person, where)
        text = '&'.join(f'{k}={v.rstrip("=")}' + '%3D' * v.count('=')
                        for k, v in data.items())
        check('+' in text and '%2B' not in text, text)
        equal(sound(form(w, person, text)), 'OK', where)
    opens(person, {k: v.replace('+', ' ') for k, v in data.items()})
    text = urllib.parse.urlencode(data)
    equal(sound(form(w, person, text)), 'OK', 'encoded as it should be')


def blanks(w):
    """White space at the ends is dropped, for both programs."""
    person = w.person()
    data = person.data()
    for space in (' ', '\n', '\r\n', '\t ', ' \n \n'):
        opens(person, {k: space + v + space for k, v in data.items()})
    reply = post(w.transport, 'updatephone', {
        k: f' {v}\n' for k, v in data.items()}, person.token)
    equal(reply.data['userInfo']['phone'], '13580006666', 'phone')
    post(w.transport, 'unbindphone', {}, person.token).data


def no_base64(w):
    """What is no base64 is told by its name, for both programs."""
    person = w.person()
    data = with_plus(person)
    for where, value in data.items():
        for bad in ('!' + value[1:], value[:4] + '\n' + value[4:],
                    value[:4] + '\t' + value[4:], value[:-1] + '=x',
                    value[:4] + '=' + value[4:], value.rstrip('=')[:-1],
                    '-_' + value[2:], value + '=', 'é' + value[2:],
                    value[:8] + '\x00' + value[8:]):
            if bad == value or len(bad) % 4 == 0 and bad.isalnum():
                continue
            for program in ('updateuser', 'updatephone'):
                refused(w.post(program, person.token, {**data, where: bad}),
                        'PARAM_INVALID', where)


def url_safe(w):
    """The alphabet is the standard one."""
    person = w.person()
    data = with_plus(person)
    safe = data['encryptedData'].replace('+', '-').replace('/', '_')
    refused(person.update(encryptedData=safe, iv=data['iv']),
            'PARAM_INVALID', 'encryptedData')


def wrong_types(w):
    person = w.person()
    whole = {**person.data(), **person.signed(nickName='Band')}
    for name in whole:
        for value in (7, True, None, [], {}):
            refused(person.update(**{**whole, name: value}), 'PARAM_INVALID',
                    name)


def halves(w):
    """A half names the missing one; nothing at all is the body."""
    person = w.person()
    pairs = [(person.data(), 'encryptedData', 'iv'),
             (person.signed(nickName='Band'), 'rawData', 'signature')]
    for data, one, other in pairs:
        for have, lack in ((one, other), (other, one)):
            for more in ({}, {'nickname': 'Ann'}):
                refused(person.update(**{have: data[have]}, **more),
                        'PARAM_INVALID', lack)
            if one == 'encryptedData':
                refused(w.post('updatephone', person.token,
                               {have: data[have]}), 'PARAM_INVALID', lack)
    for program in ('updateuser', 'updatephone'):
        for fields in ({}, {'unknown': 'x'}):
            refused(w.post(program, person.token, fields), 'PARAM_INVALID',
                    'body')
    equal(person.info()['nickname'], '', 'nickname')


def empty(w):
    """Empty data is no data."""
    person = w.person()
    data = person.data()
    for name in data:
        for program in ('updateuser', 'updatephone'):
            reply = w.post(program, person.token, {**data, name: ''})
            check(reply.code in (DECRYPT, 'PARAM_INVALID'), reply)
            check(reply.json.get('field') in (None, name), reply)


def without_token(w):
    """401 comes before the fields."""
    data = w.person().data()
    for program in ('updateuser', 'updatephone', 'unbindphone', 'checkkey'):
        for fields in (data, {}, {'iv': 7}):
            reply = w.transport.call(program, 'POST', headers={
                'Content-Type': JSON}, body=json.dumps(fields).encode())
            equal(sound(reply), 'AUTH_INVALID', program)
        reply = w.transport.call(program, 'GET')
        equal(sound(reply), 'METHOD_NOT_ALLOWED', program)


def both_halves_count(w):
    """A good half does not save a bad one, and nothing is stored."""
    person = w.person()
    good, signed = person.data(), person.signed(nickName='Raw')
    for fields in ({**good, **signed, 'signature': '0' * 40},
                   {**good, 'iv': OWN_IV, **signed},
                   {**good, 'iv': OWN_IV, 'nickname': 'Ann', 'city': 'Bern'}):
        refused(person.update(**fields), DECRYPT)
    for more in ({'gender': 3}, {'nickname': ''}, {'avatarUrl': 'x'}):
        refused(person.update(**good, **more), 'PARAM_INVALID',
                next(iter(more)))
    info = person.info()
    equal((info['nickname'], info['city'], info['gender']), ('', '', 0),
          'what is stored')


def bad_field_first(w):
    """Fields are judged before any key is tried."""
    person = w.person()
    data = {**person.data(), 'iv': OWN_IV}
    refused(person.update(**data, gender=3), 'PARAM_INVALID', 'gender')


FIELDS = [
    ('a "+" that a form has eaten', eaten_plus),
    ('white space at the ends', blanks),
    ('no base64', no_base64),
    ('the alphabet for URLs', url_safe),
    ('fields of the wrong type', wrong_types),
    ('missing halves, and nothing', halves),
    ('empty data', empty),
    ('no token', without_token),
    ('a bad half beside a good one', both_halves_count),
    ('bad fields come before data', bad_field_first),
]


# ---- profiles

GREY = ('https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq'
        '24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132')
PICTURE = 'https://example.org/a/b.png'


def unionid(w):
    """Learnt from what is encrypted only, and it stays."""
    person = w.person()
    opens(person, person.signed(nickName='Band', unionId='uFake'))
    equal(person.info()['hasUnionId'], False, 'signed')
    equal(opens(person, person.data(unionId=''))['hasUnionId'], False, 'empty')
    equal(opens(person, person.data(unionId='uFake1'))['hasUnionId'], True,
          'encrypted')
    equal(opens(person, person.data())['hasUnionId'], True, 'afterwards')


def identity(w):
    """A profile without an openId opens; it never changes who one is."""
    person = w.person()
    before = person.info()['id']
    info = opens(person, person.data(openId=None, openid='oX', appid='wxX',
                                     id='01', phone='1', blocked=1))
    equal((info['id'], info['phone']), (before, ''), 'id and phone')


def anonymous(w):
    """The anonymous profile never overwrites one that was chosen."""
    person = w.person()
    person.update(nickname='Ann', avatarUrl=PICTURE).data
    grey = {'nickName': '微信用户', 'avatarUrl': GREY}
    plain_http = {**grey, 'avatarUrl': GREY.replace('https', 'http')}
    for fields in (person.data(**grey), person.signed(**grey),
                   person.data(**plain_http), person.signed(**plain_http),
                   {'nickname': '微信用户'}, {'avatarUrl': GREY},
                   {'nickname': ' 微信用户 '}):
        info = person.update(**fields).data['userInfo']
        equal((info['nickname'], info['avatarUrl']), ('Ann', PICTURE),
              f'after {fields}')
    other = w.person()
    other.update(**other.data(**grey)).data
    info = other.info()
    equal((info['nickname'], info['avatarUrl']), ('', ''), 'of a new user')


def pictures(w):
    """WeChat's http becomes https; what the plain rule refuses is left out,
    without an error; plain, it is refused."""
    person = w.person()
    for given, stored in [
            ('http://wx.qlogo.cn/x/0', 'https://wx.qlogo.cn/x/0'),
            ('http://thirdwx.qlogo.cn/x/1', 'https://thirdwx.qlogo.cn/x/1'),
            ('http://qlogo.cn/x/2', 'https://qlogo.cn/x/2'),
            ('https://wx.qlogo.cn/x/3', 'https://wx.qlogo.cn/x/3'),
            ('https://example.org/4', 'https://example.org/4')]:
        for fields in (person.data(avatarUrl=given),
                       person.signed(avatarUrl=given)):
            person.update(avatarUrl='').data
            info = person.update(**fields).data['userInfo']
            equal(info['avatarUrl'], stored, given)
    person.update(avatarUrl=PICTURE).data
    for bad in ('wxfile://tmp_1.png', 'http://tmp/1.png', 'http://evil.org/',
                'http://evilqlogo.cn/x', 'http://qlogo.cn.evil.org/x',
                'http://evil.org/qlogo.cn', 'http://evil.org?.qlogo.cn',
                'http://evil.org#.qlogo.cn', 'javascript:alert(1)',
                'ftp://wx.qlogo.cn/x', 'https://', '//wx.qlogo.cn/x',
                'data:image/png;base64,AA==', 'x', 'https:///x',
                'https://wx.qlogo.cn/\n', 'https://a/' + 'x' * 1015):
        for fields in (person.data(avatarUrl=bad, nickName='Band'),
                       person.signed(avatarUrl=bad, nickName='Band')):
            info = person.update(**fields).data['userInfo']
            equal((info['avatarUrl'], info['nickname']), (PICTURE, 'Band'),
                  bad)
        refused(person.update(avatarUrl=bad), 'PARAM_INVALID', 'avatarUrl')
    refused(person.update(avatarUrl='http://wx.qlogo.cn/x'), 'PARAM_INVALID',
            'avatarUrl')
    long = 'https://a/' + 'x' * 1014
    equal(person.update(avatarUrl=long).data['userInfo']['avatarUrl'], long,
          '1024 bytes')


def plain_wins(w):
    """Plain fields win over WeChat's in the same call, empty ones too."""
    person = w.person()
    theirs = {'nickName': 'Band', 'gender': 1, 'language': 'zh_CN',
              'city': 'Guangzhou', 'province': 'Guangdong', 'country': 'CN',
              'avatarUrl': 'https://wx.qlogo.cn/x/0'}
    for fields in (person.data(**theirs), person.signed(**theirs)):
        info = person.update(nickname='Ann', gender=2, city='', country='CH',
                             avatarUrl=PICTURE, **fields).data['userInfo']
        equal(without_id(info), {
            'nickname': 'Ann', 'gender': 2, 'city': '', 'country': 'CH',
            'avatarUrl': PICTURE, 'language': 'zh_CN',
            'province': 'Guangdong', 'hasUnionId': False}, 'what is stored')


def nicknames(w):
    person = w.person()
    for given, stored in [
            ('Ann', 'Ann'), ('  Ann B  ', 'Ann B'), ('\tAnn\n', 'Ann'),
            ('x' * 64, 'x' * 64), ('😀' * 64, '😀' * 64),
            (' ' * 9 + '字' * 64 + ' ' * 9, '字' * 64),
            ('<b>"&\'\\/', '<b>"&\'\\/'), ("'; DROP TABLE users; --",) * 2]:
        equal(person.update(nickname=given).data['userInfo']['nickname'],
              stored, given)
    person.update(nickname='Ann').data
    for bad in ('', ' ', '\t\n ', 'x' * 65, '😀' * 65, 'a\x07b', 'a\x1bb',
                'a\x7fb', 'a\x85b', 'a\nb', 'a\0b', '\0', 'x' * 2000,
                7, True, None, [], {}):
        refused(person.update(nickname=bad), 'PARAM_INVALID', 'nickname')
    equal(person.info()['nickname'], 'Ann', 'nickname')


LABELS = ('language', 'country', 'province', 'city')


def labels(w):
    """Absent leaves, empty removes, 64 characters are the most."""
    person = w.person()
    full = {name: '字' * 63 + str(n) for n, name in enumerate(LABELS)}
    info = person.update(**full, avatarUrl=PICTURE, gender=1).data['userInfo']
    equal({n: info[n] for n in LABELS}, full, 'all')
    person.update(nickname='Ann').data
    equal({n: person.info()[n] for n in LABELS}, full, 'when absent')
    for name in LABELS:
        for bad in ('x' * 65, 'a\nb', 'a\0b', 7, None, [], True):
            refused(person.update(**{name: bad}), 'PARAM_INVALID', name)
        full[name] = ''
        info = person.update(**{name: ''}).data['userInfo']
        equal({n: info[n] for n in LABELS}, full, f'without {name}')
    info = person.update(avatarUrl='', gender='').data['userInfo']
    equal((info['avatarUrl'], info['gender'], info['nickname']),
          ('', 0, 'Ann'), 'removed')


def genders(w):
    person = w.person()
    for good in (1, 2, 0):
        equal(person.update(gender=good).data['userInfo']['gender'], good,
              'gender')
    equal(sound(form(w, person, 'gender=2')), 'OK', 'in a form')
    for bad in (3, -1, 1 << 40, 1 << 70, 1.5, True, None, [], 'x'):
        refused(person.update(gender=bad), 'PARAM_INVALID', 'gender')
    refused(form(w, person, 'gender=3'), 'PARAM_INVALID', 'gender')
    refused(form(w, person, 'gender=1x'), 'PARAM_INVALID', 'gender')
    equal(person.info()['gender'], 2, 'gender')


def odd_profiles(w):
    """Members of WeChat's that are no text, or too long, harm nobody."""
    person = w.person()
    person.update(nickname='Ann', city='Bern').data
    for bad in (7, None, [], {}, True, 'x' * 65, 'a\x07b', 'a\0b', ''):
        reply = person.update(**encrypt(person.key, json.dumps({
            'nickName': bad, 'city': bad, 'avatarUrl': bad, 'gender': bad,
            'unionId': bad, 'watermark': person.mark()}).encode()))
        check(reply.code in ('OK', DECRYPT), reply)
        info = person.info()
        sound_user(info)
        equal((info['nickname'], info['city']), ('Ann', 'Bern'), repr(bad))


def audited(w):
    """A change of the profile leaves a row."""
    person = w.person()
    rows = 'SELECT count(*) FROM audit'
    before = w.site.query(rows)
    person.update(nickname='Ann').data
    check(w.site.query(rows) > before, 'no audit row')


PROFILES = [
    ('unionid is learnt from encrypted data', unionid),
    ('who one is never comes from data', identity),
    ('the anonymous profile overwrites nothing', anonymous),
    ('pictures of WeChat and of phones', pictures),
    ('plain fields win', plain_wins),
    ('nicknames', nicknames),
    ('language, country, province, city', labels),
    ('genders', genders),
    ('odd profiles', odd_profiles),
    ('the audit trail', audited),
]


# ---- keys

def set_created(w, token, age):
    """The session was created so many seconds ago."""
    w.site.change('UPDATE sessions SET created_ms = ? WHERE sid = ?',
                  int((time.time() - age) * 1000), session_id(token))


def relogin(w):
    """Data from before a login with a new key; the old token and both keys."""
    person = w.person()
    old, old_key = person.token, person.key
    before, raw = person.data(), person.signed(nickName='Band')
    person.token = person.log_in(key=new_key())
    return person, old, old_key, before, raw


def overlap(w):
    """Data from just before a login with a new key still opens; then not."""
    person, old, old_key, before, raw = relogin(w)
    opens(person, before)
    opens(person, raw)
    opens(person, person.data())
    set_created(w, old, 900)
    set_created(w, person.token, 700)
    for fields in (before, raw):
        refused(person.update(**fields), DECRYPT)
    opens(person, person.data())
    person.token = old                  # the session whose own key it is
    opens(person, before)


def overlap_ends(w):
    """key_overlap = 1: the end comes by itself."""
    person, _, _, before, _ = relogin(w)
    end = time.monotonic() + 30
    while person.update(**before).code == 'OK':
        check(time.monotonic() < end, 'it opens for ever')
    refused(person.update(**before), DECRYPT)
    opens(person, person.data())


def several_logins(w):
    """Any of the last few keys."""
    person = w.person()
    made = [person.data()]
    for _ in range(4):
        person.token = person.log_in(key=new_key())
        made.append(person.data())
    for data in made:
        opens(person, data)


def same_key_again(w):
    """Logins that keep the key do not make it older."""
    person = w.person()
    before = person.data()
    person.token = person.log_in()
    opens(person, before)


def phone_overlap(w):
    """The same for phone numbers."""
    person, old, _, before, _ = relogin(w)
    data = post(w.transport, 'updatephone', before, person.token).data
    equal(data['userInfo']['phone'], '13580006666', 'phone')
    set_created(w, old, 900)
    set_created(w, person.token, 700)
    refused(post(w.transport, 'updatephone', before, person.token), DECRYPT)
    post(w.transport, 'unbindphone', {}, person.token).data


def own_only(w):
    """key_overlap = 0: a session opens with its own key only."""
    person, old, _, before, raw = relogin(w)
    refused(person.update(**before), DECRYPT)
    refused(person.update(**raw), DECRYPT)
    opens(person, person.data())
    person.token = old
    opens(person, before)


def evicted(w):
    """max_sessions = 1: the login that ends a session keeps its key."""
    person, old, _, before, _ = relogin(w)
    equal(check_token(w.transport, old).code, 'AUTH_INVALID', 'the old one')
    opens(person, before)


def others(w):
    """Nobody's key opens what another's made, of one app or of two."""
    one, two = w.person(), w.person()
    far = w.person(openid=one.openid, appid=OFFICIAL_APP)
    for reader in (one, two, far):
        for writer in (one, two, far):
            for openid in (writer.openid, reader.openid, None):
                for mark_ in (writer.mark(), reader.mark()):
                    data = writer.data(openId=openid, watermark=mark_)
                    if reader is not writer:
                        refused(reader.update(**data), DECRYPT)
    refused(two.update(**one.signed(nickName='Band')), DECRYPT)
    refused(far.update(**one.signed(nickName='Band')), DECRYPT)


def key_of(w, token):
    return w.site.sealed('sessions', 'session_key', 'sid',
                         session_id(token))


def set_key(w, token, value):
    w.site.store('sessions', 'session_key', 'sid', session_id(token),
                 value)


def altered_key(w):
    """A sealed key with any byte altered is no key."""
    person = w.person()
    data, zeros = person.data(), other_key(ZERO_KEY)(person)
    sealed = key_of(w, person.token)
    equal(len(sealed), 45, 'bytes of a sealed key')
    for n, bad in flipped(sealed):
        set_key(w, person.token, bad)
        refused(person.update(**data), DECRYPT)
        if n % 8 == 0:
            refused(person.update(**zeros), DECRYPT)
    set_key(w, person.token, sealed)
    opens(person, data)


def odd_key(w):
    """Nor is one of another length."""
    person = w.person()
    data = person.data()
    sealed = key_of(w, person.token)
    for bad in (b'', sealed[:1], sealed[:28], sealed[:29], sealed[:44],
                sealed + b'\0', sealed * 2, bytes(45), bytes(16),
                base64.b64decode(person.key), b'x' * 100000):
        set_key(w, person.token, bad)
        for fields in (data, other_key(ZERO_KEY)(person),
                       person.signed(nickName='Band'),
                       sign(ZERO_KEY, '{"nickName":"Band"}')):
            refused(person.update(**fields), DECRYPT)


def no_key(w):
    """Without a key nothing opens, least of all with zeros."""
    person = w.person()
    data = person.data()
    set_key(w, person.token, None)
    for fields in (data, other_key(ZERO_KEY)(person),
                   person.signed(nickName='Band'),
                   sign(ZERO_KEY, '{"nickName":"Band"}'),
                   sign('', '{"nickName":"Band"}')):
        refused(person.update(**fields), DECRYPT)
    refused(post(w.transport, 'updatephone', other_key(ZERO_KEY)(person),
                 person.token), DECRYPT)


def swap_keys(w, left, right):
    keys = key_of(w, left), key_of(w, right)
    set_key(w, left, keys[1])
    set_key(w, right, keys[0])


def opens_nothing(reader, keys, openids):
    for key in (*keys, ZERO_KEY):
        for openid in openids:
            refused(reader.update(**encrypt(key, reader.plain(
                openId=openid))), DECRYPT)


def swapped_keys(w):
    """Sealed values in one another's place open nothing, be it of two users
    or of two sessions of one."""
    one, two = w.person(), w.person()
    old, old_key = one.token, one.key
    swap_keys(w, old, two.token)
    for reader in (one, two):
        opens_nothing(reader, (one.key, two.key),
                      (one.openid, two.openid, None))
    swap_keys(w, old, two.token)
    opens(two, two.data())
    new = one.log_in(key=new_key())
    swap_keys(w, old, new)
    for one.token in (old, new):
        opens_nothing(one, (old_key, one.key), (one.openid, None))


def altered_beside_good(w):
    """An older session whose key is spoilt does not harm the new one."""
    person, old, _, before, _ = relogin(w)
    set_key(w, old, bytes(45))
    opens(person, person.data())
    refused(person.update(**before), DECRYPT)


KEYS = [
    ('data from just before a login', overlap),
    ('any of the last few keys', several_logins),
    ('logins that keep the key', same_key_again),
    ('a phone number from just before a login', phone_overlap),
    ('nobody opens what others made', others),
    ('a sealed key, byte by byte altered', altered_key),
    ('a sealed key of another length', odd_key),
    ('a session without a key', no_key),
    ('sealed keys swapped', swapped_keys),
    ('an older key spoilt', altered_beside_good),
]


# ---- the watermark's age

def ages(w):
    """watermark_age = 600, and 300 s ahead at most; far from the edges."""
    person = w.person()
    for age in (0, 300, -100):
        opens(person, person.data(watermark=person.mark(age)))
    for age in (1000, 86400, -1000, 1 << 31, 1 << 33):
        refused(person.update(**person.data(watermark=person.mark(age))),
                DECRYPT)


def old_vector(w):
    refused(w.official().update(encryptedData=OFFICIAL_DATA, iv=OFFICIAL_IV),
            DECRYPT)


def any_age(w):
    """watermark_age = 0: however old, but not ahead."""
    person = w.person()
    for age in (86400, 10 ** 9):
        opens(person, person.data(watermark=person.mark(age)))
    refused(person.update(**person.data(watermark=person.mark(-1000))),
            DECRYPT)


GROUPS = [
    ((('watermark_age', '0'),), VECTORS + [
        ('watermarks of any age', any_age)]),
    ((), FIELDS + PROFILES + KEYS + [
        ('watermarks old and ahead', ages),
        ('the official vector is old', old_vector)]),
    ((('key_overlap', '0'),), [('key_overlap = 0', own_only)]),
    ((('key_overlap', '1'),), [('the overlap ends', overlap_ends)]),
    ((('max_sessions', '1'),), [('a session that a login ended', evicted)]),
]


def main(tap, build):
    with FakeWeChat() as fake:
        tap.case("opendata: the tests' own cipher is WeChat's", own_cipher)
        for make in (Cgi, FastCgi):
            for settings, cases in GROUPS:
                world = World(build, make, fake, settings)
                if not settings:
                    run_broken(tap, make, world)
                run_cases(tap, 'opendata', make, world, cases)
