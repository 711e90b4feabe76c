# SPDX-License-Identifier: MIT
"""phones.py: phone numbers (doc/protocol.md, updatephone): by code and by data,
whose they are, and that no copy of one is to be found at rest."""
import base64
import hashlib
import itertools
import json
import time

from kit.callers import at_once
from kit.encryption import encrypt, flipped
from kit.fake_wechat import FakeWeChat
from kit.harness import (APP1, APP2, Cgi, FastCgi, check_token, log_in, post,
                         user_info)
from kit.installations import Installed
from kit.replies import DECRYPT, refused, sound, sound_user
from kit.spelling import spellings
from kit.tap import check, equal
from kit.wechat import PHONE_NUMBER, StandIn, asked, last
from kit.world import run_cases

PATIENT = (('busy_timeout', '30000'),)
COUNT = itertools.count(1)


def number():
    """A number that nobody had before, and that is not found by accident."""
    return f'1387{next(COUNT):04d}{int(time.time() * 1000) % 1000:03d}'


class Person:
    """Somebody logged in, with a phone at the stand-in."""

    def __init__(self, world, app=APP1, user=None):
        self.world, self.appid = world, app[0]
        self.user = user or f'phones{next(COUNT)}'
        self.openid = world.wechat.control('user', appid=self.appid,
                                           user=self.user)['openid']
        data = log_in(world.transport, world.wechat.login(
            self.user, self.appid), appid=self.appid)
        self.token, self.id = data['token'], data['userInfo']['id']

    def tap(self, **fields):
        """The phone button: code, encryptedData, iv."""
        event = self.world.wechat.control('phone', appid=self.appid,
                                          user=self.user, **fields)
        return {k: event[k] for k in ('code', 'encryptedData', 'iv')}

    def by_code(self, **fields):
        return {'code': self.tap(**fields)['code']}

    def by_data(self, **fields):
        event = self.tap(**fields)
        return {k: event[k] for k in ('encryptedData', 'iv')}

    def own_data(self, **members):
        """Data of our own making, with the key that is valid now."""
        key = self.world.wechat.control('user', appid=self.appid,
                                        user=self.user)['sessionKey']
        mark = {'appid': self.appid, 'timestamp': int(time.time())}
        return encrypt(key, json.dumps({**members,
                                        'watermark': mark}).encode())

    def send(self, fields):
        return post(self.world.transport, 'updatephone', fields, self.token)

    def bind(self, phone, **more):
        """Bind it by code; what userInfo says."""
        return shown(self.send(self.by_code(phone=phone, **more)).data)

    def unbind(self):
        return shown(post(self.world.transport, 'unbindphone', {},
                          self.token).data)

    def phone(self):
        return shown({'userInfo': user_info(self.world.transport,
                                            self.token)})

    def audit(self):
        """How many audit rows there are about them."""
        return self.world.site.query(
            'SELECT count(*) FROM audit WHERE user_id = (SELECT id FROM users'
            ' WHERE public_id = ?)', self.id)[0][0]

    def sealed(self):
        return self.world.site.sealed('users', 'phone', 'public_id', self.id)

    def store(self, value):
        self.world.site.store('users', 'phone', 'public_id', self.id, value)


class World:
    def __init__(self, build, make, wechat, settings=()):
        self.build, self.wechat = build, wechat
        self.site = Installed(build, wechat.base_url, PATIENT + settings)
        self.transport = make(self.site)

    def person(self, *args, **more):
        return Person(self, *args, **more)


def shown(data):
    equal(set(data), {'userInfo'}, 'members')
    sound_user(data['userInfo'])
    return data['userInfo']['phone'], data['userInfo']['countryCode']


NONE = ('', '')


# ---- the two flows

def both_flows(w):
    """By code and by data; every reply tells the owner."""
    person = w.person()
    for flow in (person.by_code, person.by_data):
        phone = number()
        equal(shown(person.send(flow(phone=phone)).data), (phone, '86'),
              'the reply')
        equal(person.phone(), (phone, '86'), 'a check')
        info = log_in(w.transport, w.wechat.login(person.user))['userInfo']
        equal((info['phone'], info['countryCode']), (phone, '86'), 'a login')


def code_wins(w):
    """When both are given; the data isn't even looked at."""
    person = w.person()
    one, two = number(), number()
    equal(shown(person.send({**person.by_data(phone=two),
                             **person.by_code(phone=one)}).data),
          (one, '86'), 'both')
    equal(shown(person.send({**person.by_code(phone=two),
                             **person.by_data(phone=one, broken='padding')
                             }).data), (two, '86'), 'broken data')
    refused(person.send({**person.by_data(), 'code': 'nobody'}),
            'CODE_INVALID')


def no_code(w):
    """What can't be a code isn't sent to WeChat."""
    person, since = w.person(), last(w.wechat)
    for bad in ('', ' ', 'a b', 'a\nb', 'x' * 257, 'é', 'a\0b', 7, None, [],
                True):
        refused(person.send({'code': bad}), 'PARAM_INVALID', 'code')
    equal(asked(w.wechat, PHONE_NUMBER, since), [], 'calls')
    for odd in ('x' * 256, '&access_token=x', '"}', '\\u0000', '%00', '../x'):
        refused(person.send({'code': odd}), 'CODE_INVALID')


def code_of_another(w):
    """WeChat is told whose code it should be."""
    thief, owner = w.person(), w.person()
    refused(thief.send(owner.by_code()), 'CODE_INVALID')
    equal((thief.phone(), owner.phone()), (NONE, NONE), 'phones')


def code_twice(w):
    person = w.person()
    code = person.by_code()
    person.send(code).data
    held = person.phone()
    refused(person.send(code), 'CODE_INVALID')
    equal(person.phone(), held, 'still')


def code_too_old(w):
    person = w.person()
    code = person.by_code()
    w.wechat.control('clock', advance=301)
    try:
        refused(person.send(code), 'CODE_INVALID')
    finally:
        w.wechat.control('clock', advance=-301)


def other_codes(w):
    """A login code, one of another app, one that never was."""
    person = w.person()
    far = w.person(APP2, person.user)
    refused(person.send({'code': w.wechat.login(person.user)}),
            'CODE_INVALID')
    refused(person.send(far.by_code()), 'CODE_INVALID')
    refused(person.send({'code': '0' * 64}), 'CODE_INVALID')
    refused(post(w.transport, 'onlogin', person.by_code()), 'CODE_INVALID')
    equal((person.phone(), far.phone()), (NONE, NONE), 'phones')


def other_app(w):
    """A number that is marked for another app."""
    person = w.person()
    w.wechat.control('switch', phone_other_app=1)
    try:
        reply = person.send(person.by_code())
    finally:
        w.wechat.control('switch', phone_other_app=0)
    equal(sound(reply), 'WECHAT_ERROR', 'by code')
    refused(person.send(person.by_data(broken='appid')), DECRYPT)
    equal(person.phone(), NONE, 'phone')


def broken_data(w):
    """Whatever the stand-in can spoil."""
    person, good = w.person(), None
    for how in ('appid', 'old', 'future', 'padding', 'truncated', 'utf8',
                'json', 'nophone'):
        reply = person.send(person.by_data(broken=how))
        refused(reply, DECRYPT)
        good = good or reply.json['message']
        equal(reply.json['message'], good, how)
    equal(person.phone(), NONE, 'phone')


def countries(w):
    """Text or number; numbers abroad, with the code apart."""
    person = w.person()
    w.wechat.control('switch', country_number=1)
    try:
        for country in ('86', '1', '852'):
            phone = number()
            equal(person.bind(phone, countryCode=country), (phone, country),
                  'as a number')
    finally:
        w.wechat.control('switch', country_number=0)
    for country, phone in (('1', '2025550123'), ('44', '7911123456'),
                           ('852', '51234567'), ('86', number())):
        for flow in (person.by_code, person.by_data):
            equal(shown(person.send(flow(
                phone=phone, countryCode=country)).data), (phone, country),
                'as text')
    for country in (86, '86', '+86'):
        phone = number()
        equal(shown(person.send(person.own_data(
            phoneNumber=phone, purePhoneNumber=phone,
            countryCode=country)).data), (phone, '86'), repr(country))


def lengths(w):
    """5 to 20 digits, and nothing but digits."""
    person = w.person()
    for good in ('12345', '1' * 20, number()):
        equal(person.bind(good)[0], good, 'by code')
        equal(shown(person.send(person.by_data(phone=good)).data)[0], good,
              'by data')
    held = person.phone()
    for bad in ('1234', '1' * 21, '138 0013 8000', '+8613800138000', 'x' * 11,
                '１３８００１３８０００', '138-0013-800', '13800138000x'):
        refused(person.send(person.by_code(phone=bad)), 'WECHAT_ERROR')
        refused(person.send(person.by_data(phone=bad)), DECRYPT)
    for bad in ('', '1380013\x008000', 13800138000, None, [], True):
        refused(person.send(person.own_data(
            phoneNumber=bad, purePhoneNumber=bad, countryCode='86')), DECRYPT)
    equal(person.phone(), held, 'phone')


def leading_zeros(w):
    """A number is text."""
    person = w.person()
    equal(person.bind('00123456', countryCode='1'), ('00123456', '1'),
          'phone')


FLOWS = [
    ('by code and by data', both_flows),
    ('the code wins over data', code_wins),
    ('what is no code', no_code),
    ('the code of another user', code_of_another),
    ('a code used twice', code_twice),
    ('a code that is too old', code_too_old),
    ('codes of another kind and app', other_codes),
    ('a number marked for another app', other_app),
    ('data spoilt', broken_data),
    ('country codes, numbers abroad', countries),
    ('5 to 20 digits', lengths),
    ('leading zeros stay', leading_zeros),
]


# ---- what WeChat may answer

ODD = [
    ({'errcode': 0, 'errmsg': 'ok'}, 'WECHAT_ERROR'),
    ({'errcode': 0, 'phone_info': None}, 'WECHAT_ERROR'),
    ({'errcode': 0, 'phone_info': []}, 'WECHAT_ERROR'),
    ({'errcode': 0, 'phone_info': {}}, 'WECHAT_ERROR'),
    ([], 'WECHAT_ERROR'),
    ({'errcode': 40029, 'errmsg': 'x'}, 'CODE_INVALID'),
    ({'errcode': 40013, 'errmsg': 'x'}, 'WECHAT_ERROR'),
    ({'errcode': 45011, 'errmsg': 'x'}, 'TOO_MANY_REQUESTS'),
    ({'errcode': 45009, 'errmsg': 'x'}, 'TOO_MANY_REQUESTS'),
    ({'errcode': 48001, 'errmsg': 'x'}, 'WECHAT_ERROR'),
    ({'errcode': 41001, 'errmsg': 'x'}, 'WECHAT_ERROR'),
    ({'errcode': 99999, 'errmsg': 'x'}, 'WECHAT_ERROR'),
    ({'errcode': -1, 'errmsg': 'x'}, 'WECHAT_UNAVAILABLE'),
]


def info(mark=(), **changes):
    """A good answer with changes; None: not there."""
    def without_none(d):
        return {k: v for k, v in d.items() if v is not None}
    return {'errcode': 0, 'errmsg': 'ok', 'phone_info': without_none({
        'phoneNumber': '13580006666', 'purePhoneNumber': '13580006666',
        'countryCode': '86', 'watermark': without_none({
            'timestamp': 1, 'appid': APP1[0], **dict(mark)}), **changes})}


BAD_INFO = [
    info(purePhoneNumber='1234', phoneNumber='1234'),
    info(purePhoneNumber='', phoneNumber=''),
    info(purePhoneNumber=None, phoneNumber=None),
    info(purePhoneNumber=7, phoneNumber=7),
    info(purePhoneNumber='1380013\x008000'), info(purePhoneNumber='1' * 21),
    info(watermark=None), info(watermark='x'), info({'appid': None}),
    info({'appid': ''}), info({'appid': APP2[0]}), info({'appid': 7}),
    info({'appid': APP1[0].upper()}), info({'appid': APP1[0] + '0'}),
]
NUL_INFO = [info({'appid': APP1[0] + '\0x'})]


def odd_answers(build, make, answers):
    """WeChat's answers to a phone code, and what the caller is told."""
    with FakeWeChat() as fake:
        site = Installed(build, fake.base_url)
        transport = make(site)
        token = log_in(transport, fake.login())['token']
        for answer, outcome in answers:
            fake.answers[PHONE_NUMBER] = lambda *_, a=answer: a
            reply = post(transport, 'updatephone', {'code': 'x'}, token)
            equal(sound(reply), outcome, f'{answer}')
        equal(user_info(transport, token)['phone'], '', 'phone')
        fake.answers[PHONE_NUMBER] = lambda *_: info(
            extra={'x': [1]}, countryCode=86)
        data = post(transport, 'updatephone', {'code': 'x'}, token).data
        equal(data['userInfo']['phone'], '13580006666', 'phone')
        transport.close()
        site.remove()


def what_is_sent(build, make):
    """The code and the user's openid, with a length, and nothing else."""
    with FakeWeChat() as fake:
        fake.answers[PHONE_NUMBER] = lambda *_: info()
        site = Installed(build, fake.base_url)
        transport, openid = make(site), fake.person()
        token = log_in(transport, fake.login(openid))['token']
        post(transport, 'updatephone', {'code': 'the"code\\'}, token).data
        (query, body, headers), = fake.asked(PHONE_NUMBER)
        equal(query, {'access_token': '85_fake'}, 'query')
        equal(json.loads(body), {'code': 'the"code\\', 'openid': openid},
              'body')
        equal((headers['Content-Length'], headers['Transfer-Encoding']),
              (str(len(body)), None), 'framing')
        transport.close()
        site.remove()


# ---- whose it is

def moves(w):
    """The new owner has it, the old one not; both are in the audit trail."""
    old, new, phone = w.person(), w.person(), number()
    old.bind(phone)
    for flow in ('by_code', 'by_data'):
        rows = old.audit(), new.audit()
        event = getattr(new, flow)(phone=phone)
        equal(shown(new.send(event).data), (phone, '86'), 'the new one')
        equal((old.phone(), new.phone()), (NONE, (phone, '86')), 'both')
        check(old.audit() > rows[0] and new.audit() > rows[1], 'audit rows')
        old, new = new, old


def same_again(w):
    """One's own number is no conflict."""
    person, phone = w.person(), number()
    for _ in range(3):
        equal(person.bind(phone), (phone, '86'), 'phone')


def replayed(w):
    """Data that was used brings nothing back: not a number that was changed,
    removed or moved to somebody else since; nor with another iv."""
    person, other = w.person(), w.person()
    first, second = number(), number()
    old = person.by_data(phone=first)
    for _ in range(2):              # a repeat of the request is fine
        equal(shown(person.send(old).data)[0], first, 'first')
    again = {**old, 'iv': base64.b64encode(bytes(
        b ^ (n == 0) for n, b in enumerate(base64.b64decode(
            old['iv'])))).decode()}
    new = person.by_data(phone=second)
    equal(shown(person.send(new).data)[0], second, 'second')
    for data in (old, again, old):
        equal(sound(person.send(data)), DECRYPT, 'the first one again')
    equal(person.phone()[0], second, 'the number')
    person.unbind()
    for data in (old, new):
        equal(sound(person.send(data)), DECRYPT, 'after it was removed')
    equal(person.phone()[0], '', 'no number')
    mine = person.by_data(phone=first)
    equal(shown(person.send(mine).data)[0], first, 'bound anew')
    other.bind(first)
    equal(sound(person.send(mine)), DECRYPT, 'after it was moved')
    equal((person.phone()[0], other.phone()[0]), ('', first), 'whose it is')
    equal(shown(person.send(person.by_data(phone=second)).data)[0], second,
          'fresh data')


def forgotten(w):
    """What can't be accepted any more need not be remembered."""
    person = w.person()
    person.send(person.by_data(phone=number())).data
    names = "name FROM meta WHERE name GLOB 'used_data:*'"
    check(w.site.query(f'SELECT {names}'), 'nothing is remembered')
    w.site.change("UPDATE meta SET name = 'used_data:0000000000000001' || "
                  "substr(name, 27) WHERE name GLOB 'used_data:*'")
    person.send(person.by_data(phone=number())).data
    equal(len(w.site.query(f'SELECT {names}')), 1, 'remembered')


def other_country(w):
    """The same digits of another country are another number."""
    one, two, phone = w.person(), w.person(), number()
    one.bind(phone)
    two.bind(phone, countryCode='1')
    equal((one.phone(), two.phone()), ((phone, '86'), (phone, '1')), 'both')


def two_apps(w):
    """The same number, and the same person, in two apps."""
    one, phone = w.person(), number()
    two = w.person(APP2, one.user)
    one.bind(phone)
    two.bind(phone)
    equal((one.phone(), two.phone()), ((phone, '86'),) * 2, 'both')
    one.unbind()
    equal(two.phone(), (phone, '86'), 'the other')


def unbinds(w):
    """Idempotent; the number is free; the trail has it."""
    person, other, phone = w.person(), w.person(), number()
    equal(person.unbind(), NONE, 'without one')
    person.bind(phone)
    rows = person.audit()
    equal([person.unbind() for _ in range(3)], [NONE] * 3, 'replies')
    check(person.audit() > rows, 'audit rows')
    equal(person.phone(), NONE, 'a check')
    other.bind(phone)
    equal(other.phone(), (phone, '86'), 'the next one')
    person.unbind()
    equal(other.phone(), (phone, '86'), 'still')


def many_move(w):
    """Eight want one number at once: one of them has it at the end."""
    people, phone = [w.person() for _ in range(8)], number()
    replies = at_once([lambda p=p, f=p.by_data(phone=phone): p.send(f)
                       for p in people])
    equal([r.code for r in replies], ['OK'] * 8, 'codes')
    held = [p.phone() for p in people]
    equal(sorted(held), sorted([NONE] * 7 + [(phone, '86')]), 'phones')


def profile_stays(w):
    """A number has nothing to do with the rest."""
    person = w.person()
    post(w.transport, 'updateuser', {'nickname': 'Ann'}, person.token).data
    person.bind(number())
    equal(user_info(w.transport, person.token)['nickname'], 'Ann', 'nickname')
    held = person.phone()
    post(w.transport, 'updateuser', {'nickname': 'Bea'}, person.token).data
    equal(person.phone(), held, 'phone')


MOVE = [
    ('a number moves', moves), ('the same number again', same_again),
    ('the same digits abroad', other_country),
    ('one number in two apps', two_apps), ('unbinding', unbinds),
    ('eight want one number', many_move),
    ('the profile stays', profile_stays),
    ('data that was used', replayed),
    ('data that is too old is forgotten', forgotten),
]


def refuses(w):
    """phone_conflict = refuse: 409, and nothing has changed."""
    one, two, phone, own = w.person(), w.person(), number(), number()
    one.bind(phone)
    two.bind(own)
    rows = one.audit(), two.audit()
    for flow in (two.by_code, two.by_data):
        reply = two.send(flow(phone=phone))
        equal(sound(reply), 'PHONE_TAKEN', 'code')
    equal((one.phone(), two.phone()), ((phone, '86'), (own, '86')), 'both')
    equal((one.audit(), two.audit()), rows, 'audit rows')
    equal(one.bind(phone), (phone, '86'), 'the same again')
    one.unbind()
    equal(two.bind(phone), (phone, '86'), 'when it is free')
    equal(sound(one.send(one.by_data(phone=phone))), 'PHONE_TAKEN', 'now')


def many_refused(w):
    people, phone = [w.person() for _ in range(8)], number()
    replies = at_once([lambda p=p, f=p.by_data(phone=phone): p.send(f)
                       for p in people])
    equal(sorted(r.code for r in replies), ['OK'] + 7 * ['PHONE_TAKEN'],
          'codes')
    equal(sum(p.phone() != NONE for p in people), 1, 'who have it')


REFUSE = [
    ('a number is refused', refuses), ('one number in two apps', two_apps),
    ('the same digits abroad', other_country),
    ('eight are refused but one', many_refused),
]


# ---- at rest

def traces(phone):
    """The number as anybody might have written it down, and unkeyed sums."""
    out = set()
    for text in (phone, f'86 {phone}', f'86{phone}', f'+86{phone}'):
        for encoding in ('utf-8', 'utf-16le', 'utf-16be'):
            out |= spellings(text.encode(encoding))
        for name in ('md5', 'sha1', 'sha256'):
            digest = hashlib.new(name, text.encode())
            out |= {digest.digest(), digest.hexdigest().encode(),
                    base64.b64encode(digest.digest())}
    out.add(int(phone).to_bytes(6, 'big'))      # as SQLite stores integers
    return out


def written(w):
    (w.site.root / 'log' / 'seen.stderr').write_bytes(w.transport.stderr)
    return {str(p.relative_to(w.site.root)): p.read_bytes()
            for folder in ('var', 'log', 'run')
            for p in (w.site.root / folder).rglob('*') if p.is_file()}


def at_rest(w):
    """Bound by code and by data, moved, refused by checks, unbound: no file
    ever has it."""
    one, two, phones = w.person(), w.person(), [number(), number()]
    stages = [
        lambda: one.bind(phones[0]),
        lambda: one.send(one.by_data(phone=phones[1])).data,
        lambda: two.bind(phones[1]),
        lambda: two.send(two.by_data(phone=phones[0], broken='old')),
        lambda: two.send(two.by_data(phone=phones[0], broken='json')),
        lambda: one.send(two.by_code(phone=phones[0])),
        lambda: w.site.ctl('user', 'show', two.id),
        two.unbind, one.unbind]
    for n, stage in enumerate(stages):
        stage()
        for name, data in written(w).items():
            for phone in phones:
                for trace in traces(phone):
                    check(trace not in data, f'stage {n}: {trace} in {name}')


def search_works(w):
    """The search above finds what is there."""
    person = w.person()
    post(w.transport, 'updateuser', {'city': '13876543210'},
         person.token).data
    hits = [n for n, data in written(w).items()
            if any(t in data for t in traces('13876543210'))]
    check(any('wxlogin.db' in n for n in hits), hits)


def in_replies(w):
    """A number goes to its owner only."""
    owner, other, phone = w.person(), w.person(), number()
    owner.bind(phone)
    replies = [other.send(other.by_code()), other.send(
        owner.by_code(phone=phone)), check_token(w.transport, other.token),
        owner.send({'code': 'nobody'}), owner.send({'iv': 'AA=='})]
    for reply in replies:
        check(phone.encode() not in reply.body, reply)


def altered(w):
    """Any byte altered: a clean refusal, never a wrong number; a new binding
    and unbinding heal."""
    person, phone = w.person(), number()
    person.bind(phone)
    sealed = person.sealed()
    check(len(sealed) > 29 + len(phone), 'bytes of a sealed number')
    for n, bad in flipped(sealed):
        person.store(bad)
        equal(sound(check_token(w.transport, person.token)), 'INTERNAL',
              f'byte {n}')
    person.store(sealed)
    equal(person.phone(), (phone, '86'), 'as it was')
    for bad in (b'', b'\1', sealed[:-1], sealed + b'\0', bytes(43),
                phone.encode(), b'x' * 5000):
        person.store(bad)
        reply = check_token(w.transport, person.token)
        if bad or reply.code != 'OK':
            equal(sound(reply), 'INTERNAL', f'{bad[:20]}')
        check(phone.encode() not in reply.body, reply)
    equal(person.bind(phone), (phone, '86'), 'bound anew')
    person.store(bytes(43))
    equal(person.unbind(), NONE, 'unbound')
    equal(person.phone(), NONE, 'afterwards')


def swapped(w):
    """Two numbers in one another's place: neither is shown."""
    one, two = w.person(), w.person()
    one.bind(number())
    two.bind(number())
    sealed = one.sealed(), two.sealed()
    one.store(sealed[1])
    two.store(sealed[0])
    for person in (one, two):
        equal(sound(check_token(w.transport, person.token)), 'INTERNAL',
              'code')
        reply = post(w.transport, 'updateuser', {'nickname': 'Ann'},
                     person.token)
        equal(sound(reply), 'INTERNAL', 'code of a change')
    one.store(sealed[0])
    two.store(sealed[1])
    check(one.phone() != NONE and two.phone() != NONE, 'as it was')


def session_key_there(w):
    """Sealed as another column's value, it doesn't open either."""
    person = w.person()
    person.bind(number())
    person.store(w.site.query('SELECT session_key FROM sessions WHERE user_id'
                              ' = (SELECT id FROM users WHERE public_id = ?)',
                              person.id)[0][0])
    equal(sound(check_token(w.transport, person.token)), 'INTERNAL', 'code')


def keyed(w):
    """The sum by which a number is found is another in each installation."""
    sums, phone = [], number()
    other = World(w.build, Cgi, w.wechat)
    for world in (w, other):
        person = world.person()
        person.bind(phone)
        sums.append(world.site.sealed('users', 'phone_hash', 'public_id',
                                      person.id))
    other.site.remove()
    check(sums[0] != sums[1], 'the sums are the same')


REST = [
    ('its sum is keyed', keyed),
    ('no trace of it in any file', at_rest),
    ('the search finds what is there', search_works),
    ('it goes to its owner only', in_replies),
    ('a sealed number, byte by byte altered', altered),
    ('sealed numbers swapped', swapped),
    ('the value of another column', session_key_there),
]


def main(tap, build):
    wechat = StandIn(build)
    for make in (Cgi, FastCgi):
        world = World(build, make, wechat)
        run_cases(tap, 'phones', make, world, FLOWS + MOVE + REST)
        world = World(build, make, wechat, (('phone_conflict', 'refuse'),))
        run_cases(tap, 'phones, refuse', make, world, REFUSE)
        for title, answers in (
                ('errors', ODD),
                ('bad numbers', [(b, 'WECHAT_ERROR') for b in BAD_INFO]),
                ('a NUL in the app', [(b, 'WECHAT_ERROR')
                                      for b in NUL_INFO])):
            tap.case(f'phones, {make.name}: WeChat answers: {title}',
                     odd_answers, build, make, answers)
        tap.case(f'phones, {make.name}: what WeChat is told', what_is_sent,
                 build, make)
    tap.case('phones: the stand-in ends well', wechat.stop)
