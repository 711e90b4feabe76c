# SPDX-License-Identifier: MIT
"""ctl.py: wxloginctl, the operator's command line, beside programs that run;
and several apps in one installation."""
import base64
import contextlib
import json
import os
import shutil
import sqlite3
import time

from kit.callers import Load, aside, under
from kit.encryption import encrypt, new_key
from kit.fake_wechat import FakeWeChat, Gate
from kit.harness import (APP1, APP2, Cgi, FastCgi, Site, check_token, log_in,
                         post, session_id, update, user_info)
from kit.installations import Installed
from kit.replies import DECRYPT, refused, sound
from kit.spelling import spellings
from kit.tap import check, equal
from kit.wechat import CHECK_KEY, EXCHANGE, PHONE_NUMBER, STABLE, Direct
from kit.world import run_cases

PATIENT = (('busy_timeout', '60000'), ('wechat_timeout', '60000'),
           ('max_sessions', '10000'), ('user_logins', '0'))
COMMANDS = [('user', 'show', 'WHO'), ('user', 'block', 'WHO'),
            ('user', 'unblock', 'WHO'), ('session', 'list', 'WHO'),
            ('session', 'end', 'WHO', 'SESSION'),
            ('session', 'end-all', 'WHO'), ('purge',), ('backup', 'FILE'),
            ('key', 'rotate'), ('key', 'drop-old')]
NUMBER = '13912345678'


class Person:
    def __init__(self, world, app=APP1, user=None, **fields):
        World.users += 1
        self.world, self.appid = world, app[0]
        self.user = user or f'ctl{World.users}'
        self.openid = self.wechat('user')['openid']
        self.fields = fields
        data = self.log_in().data
        self.token, self.id = data['token'], data['userInfo']['id']

    def wechat(self, name, **fields):
        return self.world.wechat.control(name, appid=self.appid,
                                         user=self.user, **fields)

    def log_in(self):
        code = self.wechat('login')['code']
        return post(self.world.transport, 'onlogin', {
            'code': code, 'appid': self.appid, **self.fields})

    def check(self, token=None, transport=None):
        return check_token(transport or self.world.transport,
                           token or self.token)

    def call(self, program, **fields):
        return post(self.world.transport, program, fields, self.token)

    def phone_data(self, **fields):
        event = self.wechat('phone', **fields)
        return {k: event[k] for k in ('encryptedData', 'iv')}

    def user_data(self, **fields):
        event = self.wechat('userinfo', **fields)
        return {k: event[k] for k in ('encryptedData', 'iv')}

    def bind(self, phone):
        self.call('updatephone', **self.phone_data(phone=phone)).data

    def audit(self):
        return [e for e, in self.world.site.query(
            'SELECT event FROM audit JOIN users ON users.id = user_id WHERE '
            'public_id = ? ORDER BY audit.id', self.id)]


class World:
    users = 0

    def __init__(self, build, make, wechat, settings=()):
        self.wechat = wechat
        self.site = Installed(build, wechat.base_url, PATIENT + settings)
        self.transport = make(self.site)
        check_token(self.transport, 'x' * 43)   # makes the store

    def person(self, *args, **more):
        return Person(self, *args, **more)

    def both(self, *arguments):
        """Run it plain and with --json; the object."""
        self.site.ctl(*arguments)
        return self.site.ctl_json(*arguments)


# ---- usage

def usage(w):
    """What is no command is told so, and does nothing: 2."""
    wrong = [(), ('x',), ('user',), ('user', 'x', 'y'), ('--json',),
             ('--nonsense',), ('user', 'show', 'x', '--json'), ('',),
             ('purge', 'purge'), ('key',), ('key', 'x'), ('-h',)]
    wrong += [c[:-1] for c in COMMANDS if c[-1].isupper()]
    wrong += [(*c, 'x') for c in COMMANDS]
    for arguments in wrong:
        for more in ((), ('--json',)):
            out, err = w.site.ctl(*more, *arguments, want=2)
            equal(out, '', 'stdout')
            check('usage' in err, err)
    for argument in ('--help', '--version'):
        out, err = w.site.ctl(argument)
        check(out and not err, f'{argument}: {out} {err}')
    for command in COMMANDS:
        check(' '.join(command) in w.site.ctl('--help')[0], command)


def fails(w):
    """What can't be done: 1, nothing on stdout, why on stderr."""
    for arguments in [(*c[:2], 'nobody', *(('0' * 16,) if len(c) == 4 else
                                           ()))
                      for c in COMMANDS if 'WHO' in c]:
        for more in ((), ('--json',)):
            out, err = w.site.ctl(*more, *arguments, want=1)
            equal(out, '', 'stdout')
            check('no such user' in err, err)
    person = w.person()
    for bad in ('', 'x', '0' * 15, '0' * 17, 'g' * 16, ' ' * 16):
        out, err = w.site.ctl('session', 'end', person.id, bad, want=1)
        check(out == '' and err, f'{out} {err}')
    for who in ('', ' ', '%', "' OR 1 --", person.id.lower(),
                person.id[:-1], person.openid + 'x'):
        w.site.ctl('user', 'block', who, want=1)
    equal(person.check().code, 'OK', 'the session')


def no_configuration(w):
    for config in ('/nonexistent', str(w.site.root)):
        out, err = w.site.ctl('purge', want=1,
                              environment={'WXLOGIN_CONFIG': config})
        check(out == '' and err, f'{out} {err}')
    out, err = w.site.ctl('purge', want=1, environment={
        'WXLOGIN_SESSION_IDLE': 'x'})
    check(out == '' and 'session_idle' in err.lower(), err)


# ---- users

def shows(w):
    """By id and by openid; all but the secrets."""
    person = w.person(device='a "phone"\\')
    person.call('updateuser', nickname='Änn "B"\\').data
    for who in (person.id, person.openid):
        seen = w.both('user', 'show', who)
        equal({k: seen[k] for k in ('id', 'appid', 'openid', 'nickname',
                                    'blocked')},
              {'id': person.id, 'appid': APP1[0], 'openid': person.openid,
               'nickname': 'Änn "B"\\', 'blocked': 'no'}, 'user show')
        for name in ('created', 'last_login'):
            check(abs(seen[name] - time.time()) < 3600, seen)
    person.bind(NUMBER)
    for output in (w.site.ctl('user', 'show', person.id)[0],
                   json.dumps(w.site.ctl_json('user', 'show', person.id))):
        check(NUMBER not in output and NUMBER[:7] not in output, output)
    person.call('unbindphone').data


def blocks(w):
    """The next check and the next login say so; unblocking heals both; other
    users and processes agree."""
    person, other, cgi = w.person(), w.person(), Cgi(w.site)
    again = person.log_in().data['token']
    for who in (person.id, person.openid):
        equal(w.both('user', 'block', who), {'id': person.id,
                                             'blocked': 'yes'}, 'block')
        for token in (person.token, again):
            for transport in (w.transport, cgi):
                equal(sound(person.check(token, transport)), 'USER_BLOCKED',
                      'a check')
        equal(sound(person.log_in()), 'USER_BLOCKED', 'a login')
        for program in ('updateuser', 'updatephone', 'unbindphone',
                        'checkkey'):
            equal(sound(person.call(program, nickname='Ann')),
                  'USER_BLOCKED', program)
        equal(w.site.ctl_json('user', 'show', who)['blocked'], 'yes', 'show')
        equal(other.check().code, 'OK', 'another user')
        equal(w.both('user', 'unblock', who), {'id': person.id,
                                               'blocked': 'no'}, 'unblock')
        for token in (person.token, again):
            equal(person.check(token).code, 'OK', 'a check afterwards')
        equal(person.log_in().code, 'OK', 'a login afterwards')
    check({'block', 'unblock'} <= set(person.audit()), person.audit())


def blocked_repeat(w):
    """A repeated code is no way around it, after an unblock neither."""
    person = w.person()
    code = person.wechat('login')['code']
    log_in(w.transport, code)
    w.site.ctl('user', 'block', person.id)
    equal(sound(post(w.transport, 'onlogin', {'code': code})),
          'USER_BLOCKED', 'a repeat')
    w.site.ctl('user', 'unblock', person.id)
    equal(post(w.transport, 'onlogin', {'code': code}).code, 'CODE_USED',
          'afterwards')


# ---- sessions

def sessions(w, person):
    return w.both('session', 'list', person.id)['sessions']


def lists(w):
    """The live ones, named by the beginning of the token's hash."""
    person = w.person(device='Ünser "phone"\\')
    other = person.log_in().data['token']
    gone = person.log_in().data['token']
    w.site.expire(gone)
    post(w.transport, 'logout', {}, person.log_in().data['token'])
    seen = sessions(w, person)
    equal({s['session'] for s in seen},
          {session_id(t).hex()[:16] for t in (person.token, other)}, 'names')
    for s in seen:
        equal(s['device'], 'Ünser "phone"\\', 'device')
        check(s['idle_expires'] > time.time() and s['created'] > 10 ** 9, s)
    equal(w.site.ctl('session', 'list', person.id)[0].count('session: '), 2,
          'in plain')


def ends_one(w):
    """One by its name; the others stay; another's can't be named."""
    person, stranger = w.person(), w.person()
    other, last = (person.log_in().data['token'] for _ in range(2))
    name = session_id(other).hex()[:16]

    def none(who, session):
        """It is said that there is no such session, and fails."""
        for more in ((), ('--json',)):
            out, err = w.site.ctl(*more, 'session', 'end', who, session,
                                  want=1)
            check(out == '' and 'no such session' in err, f'{out} {err}')
    none(stranger.id, name)         # somebody else's
    none(person.id, '0' * 16)
    equal(person.check(other).code, 'OK', 'still')
    equal(w.site.ctl_json('session', 'end', person.openid, name),
          {'sessions_ended': 1}, 'session end')
    equal(sound(person.check(other)), 'AUTH_INVALID', 'ended')
    equal((person.check().code, person.check(last).code), ('OK', 'OK'),
          'the others')
    none(person.id, name)           # twice
    w.site.ctl('session', 'end', person.id, session_id(last).hex()[:16])
    equal(sound(person.check(last)), 'AUTH_INVALID', 'in plain')
    check('operator_end' in person.audit(), person.audit())


def ends_all(w):
    person, stranger = w.person(), w.person()
    tokens = [person.token] + [person.log_in().data['token']
                               for _ in range(3)]
    equal(w.site.ctl_json('session', 'end-all', person.id),
          {'sessions_ended': 4}, 'end-all')
    for token in tokens:
        equal(sound(person.check(token)), 'AUTH_INVALID', 'ended')
    equal(stranger.check().code, 'OK', 'a stranger')
    equal(w.both('session', 'end-all', person.id), {'sessions_ended': 0},
          'twice')
    equal(sessions(w, person), [], 'live ones')
    equal(person.log_in().code, 'OK', 'a login')


# ---- purge

def fill(w, user, count):
    """Rows that are long past their time."""
    with contextlib.closing(sqlite3.connect(w.site.db, timeout=30)) as db:
        db.execute('PRAGMA wal_autocheckpoint = 0')
        with db:
            for _ in range(count):
                db.execute(
                    'INSERT INTO sessions VALUES (?, ?, 1000, 1, 2, 3, NULL,'
                    ' NULL, NULL)', (os.urandom(16), user))
                db.execute('INSERT INTO login_codes VALUES (?, ?, 1, 0, x'
                           "'00', 0)", (os.urandom(32), user))


def purges(w):
    """All that is too old goes in one run, and nothing else."""
    person = w.person()
    (user,), = w.site.query('SELECT id FROM users WHERE public_id = ?',
                            person.id)
    ended, expired = (person.log_in().data['token'] for _ in range(2))
    post(w.transport, 'logout', {}, ended).data
    w.site.expire(expired)
    code = person.wechat('login')['code']
    log_in(w.transport, code)
    fill(w, user, 3500)
    person.call('updateuser', nickname='Ann').data      # a young audit row
    w.site.change("UPDATE audit SET at = 1 WHERE user_id = ? AND event <> "
                  "'profile'", user)
    w.site.change('INSERT OR REPLACE INTO meta VALUES (?, ?)',
                  'sweep_sessions', b'\x80' * 32)       # in the middle
    before = w.site.query('SELECT count(*) FROM sessions WHERE used > 1')
    left = tuple(w.site.query(f'SELECT count(*) FROM {table} WHERE {old}')
                 [0][0] for table, old in (('sessions', 'used = 1'),
                                           ('login_codes', 'at = 1')))
    check(min(left) >= 3000, left)      # updateuser has swept some already
    seen = w.site.ctl_json('purge')
    equal((seen['sessions_removed'], seen['codes_removed']), left,
          'removed')
    check(seen['audit_removed'] >= 4, seen)
    for table, old in (('sessions', 'used = 1'), ('login_codes', 'at = 1'),
                       ('audit', 'at = 1')):
        equal(w.site.query(f'SELECT count(*) FROM {table} WHERE {old}'),
              [(0,)], f'old rows of {table}')
    equal(w.site.query('SELECT count(*) FROM sessions'), before, 'others')
    equal(person.audit(), ['profile'], 'young audit rows')
    equal([person.check(t).code for t in (person.token, ended, expired)],
          ['OK', 'AUTH_INVALID', 'AUTH_EXPIRED'], 'sessions')
    equal(post(w.transport, 'onlogin', {'code': code}).code, 'OK',
          'a repeated code')
    again = w.site.ctl_json('purge')
    equal([again[k] for k in again if k.endswith('removed')], [0, 0, 0],
          'a second time')
    w.site.ctl('purge')


# ---- backup

class Logins:
    """New users that log in, and the tokens they were given."""

    def __init__(self, world):
        self.world, self.tokens = world, []

    def one(self):
        World.users += 1
        reply = post(self.world.transport, 'onlogin', {
            'code': self.world.wechat.login(f'ctl{World.users}x')})
        self.tokens.append(reply.data['token'])
        return reply


def backs_up(w):
    """Under load: a whole store with all that was told before it began."""
    logins, copies = Logins(w), []
    with under(Load([logins.one] * 4)) as load:
        for n in range(3):
            load.go_on(20)
            known = list(logins.tokens)
            path = w.site.root / 'var' / f'copy{n}.db'
            equal(w.site.ctl_json('backup', str(path)),
                  {'backup': str(path)}, 'backup')
            copies.append((path, known))
    for path, known in copies:
        equal(oct(path.stat().st_mode & 0o777), '0o600', 'mode')
        with contextlib.closing(sqlite3.connect(path)) as db:
            equal(db.execute('PRAGMA integrity_check').fetchall(), [('ok',)],
                  'integrity')
            equal(db.execute('PRAGMA foreign_key_check').fetchall(), [],
                  'foreign keys')
            there = {h for h, in db.execute('SELECT sid FROM '
                                            'sessions')}
        check({session_id(t) for t in known} <= there, 'a session is missing')
        equal(sorted(p.name for p in path.parent.glob(path.name + '*')),
              [path.name], 'files')
        path.unlink()


def backup_refused(w):
    """An existing file stays as it is; so does a folder that isn't there."""
    there = w.site.root / 'var' / 'there.db'
    there.write_bytes(b'precious')
    for path in (there, w.site.root / 'none' / 'x.db', w.site.db,
                 w.site.root / 'var', ''):
        for more in ((), ('--json',)):
            out, err = w.site.ctl(*more, 'backup', str(path), want=1)
            check(out == '' and err, f'{out} {err}')
    equal(there.read_bytes(), b'precious', 'the file')
    there.unlink()


def restores(w):
    """A copy and the key file are a store; a copy without it is not."""
    person = w.person()
    person.bind(NUMBER)
    data = person.user_data(nickName='Band')
    path = w.site.root / 'copy.db'
    w.site.ctl('backup', str(path))
    other = Site(w.site.root, w.wechat.base_url)
    try:
        shutil.copy(path, other.db)
        cgi = Cgi(other)
        for n in range(2):
            equal(sound(check_token(cgi, person.token)), 'INTERNAL',
                  'without the key')
            check(not other.key.exists(), 'a key was made')
        shutil.copy(w.site.key, other.key)
        info = user_info(cgi, person.token)
        equal((info['id'], info['phone']), (person.id, NUMBER), 'with it')
        equal(update(cgi, person.token, **data).data['userInfo']['nickname'],
              'Band', 'open data')
    finally:
        other.remove()
        path.unlink()
        person.call('unbindphone').data


# ---- keys

def keys_in_file(w):
    return w.site.key.stat().st_size // 32


class Sealed:
    """One of each thing that is sealed, and whether it still opens."""

    def __init__(self, w):
        self.w, self.person, self.other = w, w.person(), w.person()
        World.users += 1
        self.phone = f'1370{World.users:07d}'
        self.person.bind(self.phone)
        self.code = self.person.wechat('login')['code']
        log_in(w.transport, self.code)
        self.valid()

    def valid(self):
        equal(self.person.call('checkkey').data, {'sessionKeyValid': True},
              'checkkey')

    def opens(self, when):
        w, person = self.w, self.person
        for transport in (w.transport, Cgi(w.site)):
            equal(user_info(transport, person.token)['phone'], self.phone,
                  f'phone {when}')
            equal(update(transport, person.token, **person.user_data(
                nickName='Band')).code, 'OK', f'open data {when}')
        self.valid()
        equal(post(w.transport, 'onlogin', {'code': self.code}).code, 'OK',
              f'a repeat {when}')
        for mine, other in ((person, self.other), (self.other, person)):
            other.bind(self.phone)          # found by its keyed hash
            equal(mine.check().data['userInfo']['phone'], '',
                  f'the old holder {when}')


def rotates(w):
    """What was sealed opens after each step, and the old key opens nothing
    after the last."""
    w.site.ctl('key', 'drop-old')
    sealed, old = Sealed(w), w.site.key.read_bytes()
    equal(len(old), 32, 'bytes of the key file')
    sealed.opens('before')
    seen = w.site.ctl_json('key', 'rotate')
    equal((seen['keys'], seen['not_opened']), (2, 0), 'key rotate')
    check(seen['sealed_anew'] >= 6, seen)
    equal(w.site.key.read_bytes()[32:], old, 'the older key')
    equal(oct(w.site.key.stat().st_mode & 0o777), '0o600', 'mode')
    sealed.opens('after a rotation')
    between = Sealed(w)
    w.site.ctl('key', 'rotate')
    for s in (sealed, between):
        s.opens('after another')
    seen = w.site.ctl_json('key', 'drop-old')
    equal((seen['keys'], seen['not_opened'], keys_in_file(w)), (1, 0, 1),
          'drop-old')
    new = w.site.key.read_bytes()
    for s in (sealed, between):
        s.opens('after drop-old')
    try:
        w.site.key.write_bytes(old)
        equal(sound(check_token(Cgi(w.site), sealed.person.token)),
              'INTERNAL', 'with the old key')
    finally:
        w.site.key.write_bytes(new)
    sealed.opens('with the new key')


def many_keys(w):
    """There is room for some; then it says so, and nothing is lost."""
    sealed = Sealed(w)
    while keys_in_file(w) < 64:
        held = w.site.key.read_bytes()
        try:
            w.site.ctl('key', 'rotate')
        except Exception:
            out, err = w.site.ctl('key', 'rotate', want=1)
            check(out == '' and 'drop' in err, f'{out} {err}')
            equal(w.site.key.read_bytes(), held, 'the key file')
            break
    sealed.opens('with many keys')
    w.site.ctl('key', 'drop-old')
    sealed.opens('with one')


def spoilt_values(w):
    """A value that does not open is counted, and left as it is."""
    person = w.person()
    w.site.store('sessions', 'session_key', 'sid',
                 session_id(person.token), bytes(45))
    held = w.site.key.read_bytes()
    for command, keys in (('rotate', 2), ('drop-old', 2)):
        out, err = w.site.ctl('--json', 'key', command, want=1)
        seen = json.loads(out)
        check(seen['not_opened'] >= 1, seen)
        equal((seen['keys'], keys_in_file(w)), (keys, keys), command)
        check('no key' in err, err)
    equal(w.site.key.read_bytes()[-32:], held[:32], 'the older key')
    equal(w.site.sealed('sessions', 'session_key', 'sid',
                        session_id(person.token)), bytes(45), 'the value')
    w.site.change('UPDATE sessions SET session_key = NULL WHERE sid ='
                  ' ?', session_id(person.token))
    w.site.ctl('key', 'drop-old')
    equal(person.check().code, 'OK', 'the session')


def rotates_at_once(w):
    """Of many rotations at once none loses the key of another."""
    person = w.person()
    person.bind('13800000077')
    before = keys_in_file(w)
    running = [w.site.ctl_start('key', 'rotate') for _ in range(6)]
    for process in running:
        out, err = process.communicate(timeout=60)
        equal((process.returncode, err), (0, ''), 'key rotate')
    equal(keys_in_file(w), before + 6, 'keys in the file')
    seen = w.site.ctl_json('key', 'drop-old')
    equal((seen['not_opened'], keys_in_file(w)), (0, 1), 'drop-old')
    person.check().data


def faults(w, since):
    """The causes that the log has for INTERNAL."""
    return sorted({json.loads(line)['cause']
                   for line in w.transport.stderr[since:].splitlines()
                   if b'"INTERNAL"' in line})


def under_load(w, commands):
    """Commands on keys while programs run: no request fails."""
    people = [w.person() for _ in range(6)]
    for n, person in enumerate(people):
        person.bind(f'1390000{n:04d}')
        person.call('checkkey').data
    data = [p.user_data(nickName='Band') for p in people]
    phones = [p.phone_data(phone=f'1390000{n:04d}')
              for n, p in enumerate(people)]
    jobs = [people[0].check, people[1].log_in,
            lambda: people[2].call('checkkey'),
            lambda: people[3].call('updateuser', **data[3]),
            lambda: people[4].call('updatephone', **phones[4]),
            lambda: people[5].call('updateuser', nickname='Ann')]
    log = len(w.transport.stderr)
    with under(Load(jobs)) as load:
        for command in commands:
            load.go_on(30)
            seen = w.site.ctl_json('key', command)
            equal(seen['not_opened'], 0, f'key {command}')
        load.go_on(30)
    codes = [r.code for r in load.replies]
    equal(len(codes) - codes.count('OK'), 0, f'failures of {len(codes)}: '
          f'{set(codes)} {faults(w, log)}')
    for n, person in enumerate(people):
        equal(person.check().data['userInfo']['phone'], f'1390000{n:04d}',
              'phone')


def rotate_under_load(w):
    w.site.ctl('key', 'drop-old')
    under_load(w, ['rotate'] * 6)
    w.site.ctl('key', 'drop-old')


def drop_under_load(w):
    under_load(w, ['rotate', 'drop-old'] * 5)


# ---- while WeChat is asked

class Told:
    """A site whose WeChat is a table, with a user who has a phone."""

    def __init__(self, build, make, fake):
        self.fake, self.key, self.openid = fake, new_key(), fake.person()
        fake.answers[CHECK_KEY] = lambda *_: {'errcode': 0}
        fake.answers[PHONE_NUMBER] = lambda *_: {
            'errcode': 0, 'phone_info': {
                'phoneNumber': NUMBER, 'purePhoneNumber': NUMBER,
                'countryCode': '86', 'watermark': {'timestamp': 1,
                                                   'appid': APP1[0]}}}
        self.site = Installed(build, fake.base_url, PATIENT)
        self.transport = make(self.site)
        self.token = self.log_in().data['token']
        self.bind().data

    def log_in(self):
        return post(self.transport, 'onlogin', {
            'code': self.fake.login(self.openid, self.key)})

    def bind(self):
        return post(self.transport, 'updatephone', {'code': 'x'}, self.token)

    def check_key(self):
        return post(self.transport, 'checkkey', {}, self.token)

    def data(self):
        return encrypt(self.key, json.dumps({
            'nickName': 'Band', 'watermark': {
                'appid': APP1[0], 'timestamp': int(time.time())}}).encode())


def during(path, call):
    """`key rotate` between WeChat's being asked and its answer."""
    def case(build, make):
        with FakeWeChat() as fake:
            w = Told(build, make, fake)
            if path == STABLE:
                w.site.change('DELETE FROM access_tokens')
            gate = fake.answers[path] = Gate(fake.answers[path])
            running = aside(lambda: call(w))
            gate.wait()
            try:
                w.site.ctl('key', 'rotate')
            finally:
                gate.opened.set()
            reply = running.result(60)
            equal(sound(reply), 'OK', f'{reply!r}')
            token = reply.data.get('token', w.token)
            equal(user_info(w.transport, token)['phone'], NUMBER, 'phone')
            equal(update(w.transport, token, **w.data()).code, 'OK',
                  'open data')
            w.site.ctl('key', 'drop-old')
            equal(update(w.transport, token, **w.data()).code, 'OK',
                  'open data after drop-old')
            equal(w.check_key().data, {'sessionKeyValid': True}, 'checkkey')
            w.transport.close()
            w.site.remove()
    return case


DURING = [
    ('a login', during(EXCHANGE, Told.log_in)),
    ('a phone code', during(PHONE_NUMBER, Told.bind)),
    ('checkkey', during(CHECK_KEY, Told.check_key)),
    ('the fetch of an access_token', during(STABLE, Told.check_key)),
]


# ---- several apps

def one_name(w):
    """One person in two apps is two users, who share nothing but, maybe, a
    unionid."""
    one = w.person(APP1)
    two = w.person(APP2, one.user)
    check(one.openid != two.openid and one.id != two.id, 'one user')
    for person, app in ((one, APP1), (two, APP2)):
        equal(w.site.ctl_json('user', 'show', person.openid)['appid'],
              app[0], 'user show')
    one.call('updateuser', nickname='Ann').data
    equal(two.check().data['userInfo']['nickname'], '', 'nickname')
    w.site.ctl('user', 'block', one.id)
    equal((one.check().code, two.check().code), ('USER_BLOCKED', 'OK'),
          'blocked')
    w.site.ctl('user', 'unblock', one.id)
    equal(one.call('logout', scope='all').data, {'sessionsEnded': 1},
          'logout of all')
    equal(two.check().code, 'OK', 'the other')


def apps_data(w):
    """What was encrypted for one app does not open in the other."""
    one = w.person(APP1)
    two = w.person(APP2, one.user)
    for reader, writer in ((one, two), (two, one)):
        refused(reader.call('updateuser', **writer.user_data(
            nickName='Band')), DECRYPT)
        refused(reader.call('updatephone', **writer.phone_data()), DECRYPT)
        refused(reader.call('updatephone', code=writer.wechat(
            'phone')['code']), 'CODE_INVALID')
        # even with the reader's own key: the watermark is of another app
        mark = {'appid': writer.appid, 'timestamp': int(time.time())}
        refused(reader.call('updateuser', **encrypt(
            reader.wechat('user')['sessionKey'], json.dumps({
                'nickName': 'Band', 'watermark': mark}).encode())), DECRYPT)
        equal(reader.call('updateuser', **reader.user_data(
            nickName='Band')).code, 'OK', 'its own')
        equal(reader.call('updatephone', code=reader.wechat(
            'phone')['code']).code, 'OK', 'its own phone code')
        equal(reader.call('checkkey').data, {'sessionKeyValid': True},
              'checkkey')


def codes_apart(w):
    """A login code is of one app."""
    code = w.wechat.login('ctl-apart', APP2[0])
    equal(post(w.transport, 'onlogin', {'code': code}).code, 'CODE_INVALID',
          'the default app')
    equal(post(w.transport, 'onlogin', {
        'code': code, 'appid': APP2[0]}).code, 'OK', 'the right one')
    equal(post(w.transport, 'onlogin', {
        'code': code, 'appid': APP1[0]}).code, 'CODE_INVALID', 'no repeat')
    for bad in ('wx0000000000000000', APP1[0].upper(), APP1[0][:-1]):
        refused(post(w.transport, 'onlogin', {'code': code, 'appid': bad}),
                'PARAM_INVALID', 'appid')


def platform(w):
    """Both apps under one Open Platform account: the same unionid."""
    for app in (APP1, APP2):
        w.wechat.control('app', appid=app[0], secret=app[1],
                         platform='together')
    try:
        one = w.person(APP1)
        two = w.person(APP2, one.user)
        equal([p.check().data['userInfo']['hasUnionId'] for p in (one, two)],
              [True, True], 'hasUnionId')
        seen = [w.site.ctl_json('user', 'show', p.id)['unionid']
                for p in (one, two)]
        check(seen[0] == seen[1] != '' and one.id != two.id, seen)
    finally:
        for app in (APP1, APP2):
            w.wechat.control('app', appid=app[0], secret=app[1], platform='')


# ---- and no secrets

def no_secrets(w):
    """Nothing that wxloginctl printed so far was one."""
    person = w.person()
    person.bind(NUMBER)
    person.call('checkkey').data
    for arguments in (('user', 'show', person.id),
                      ('session', 'list', person.id), ('key', 'rotate'),
                      ('purge',), ('key', 'drop-old')):
        w.both(*arguments)
    told = w.site.told.encode()
    check(person.openid.encode() in told, 'the search finds nothing')
    key = w.site.key.read_bytes()
    secrets = [person.token.encode(), session_id(person.token),
               base64.b64decode(person.wechat('user')['sessionKey']),
               APP1[1].encode(), APP2[1].encode(), NUMBER.encode(), key]
    secrets += [value for value, in w.site.query(
        'SELECT phone FROM users WHERE phone IS NOT NULL UNION ALL SELECT '
        'token FROM access_tokens')]
    for secret in secrets:
        for spelling in spellings(secret):
            check(spelling not in told, f'{spelling} was printed')
    check(b'sessionKey' not in told and b'138****' not in told, 'a secret')


CASES = [
    ('usage: exit status 2', usage), ('failures: exit status 1', fails),
    ('no configuration', no_configuration), ('user show', shows),
    ('user block and unblock', blocks),
    ('a repeated code of a blocked user', blocked_repeat),
    ('session list', lists), ('session end', ends_one),
    ('session end-all', ends_all), ('purge', purges),
    ('backup under load', backs_up), ('backup refused', backup_refused),
    ('backup and restore', restores),
    ('two apps: one name, two users', one_name),
    ('two apps: data', apps_data), ('two apps: codes', codes_apart),
    ('two apps: one platform', platform),
    ('no secret printed', no_secrets),
    ('key rotate and drop-old', rotates), ('many keys', many_keys),
    ('values that do not open', spoilt_values),
    ('key rotations at once', rotates_at_once),
    ('key rotate under load', rotate_under_load),
    ('key rotate and drop-old under load', drop_under_load),
]


def main(tap, build):
    wechat = Direct(build)
    for make in (Cgi, FastCgi):
        world = World(build, make, wechat)
        run_cases(tap, 'ctl', make, world, CASES)
        for title, case in DURING:
            tap.case(f'ctl, {make.name}: key rotate during {title}', case,
                     build, make)
    tap.case('ctl: the stand-in ends well', wechat.stop)
