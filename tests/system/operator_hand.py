# SPDX-License-Identifier: MIT
"""operator_hand.py: what an operator does by hand, and does wrong: --check and
wxloginctl as root, files of another owner, a backup put back in any way there
is, a store that is damaged, a key that is lost."""
import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import sqlite3
import subprocess

from kit.harness import (APP1, Cgi, FastCgi, ROOT_RUN, Site, check_token, log_in,
                         post, program_environment, until)
from kit.installations import Installed
from kit.replies import sound
from kit.tap import check, equal
from kit.wechat import StandIn

USER = 'www-data'
OPERATING = pathlib.Path(__file__).resolve().parents[2] / 'doc/operating.md'
MASKS = ('wxlogin.db', 'wxlogin.db-wal', 'wxlogin.db-shm',
         'wxlogin.db.lock', 'wxlogin.db.key')


class AsUser(Cgi):
    """Runs the programs as the web server's user."""

    def start(self, program, params, **more):
        user = pwd.getpwnam(USER)
        return super().start(program, params, user=user.pw_uid,
                             group=user.pw_gid, extra_groups=[], **more)


def installed(build, wechat, settings=()):
    """A site whose folders belong to the web server's user."""
    site = Installed(build, wechat.base_url, settings)
    if ROOT_RUN:
        for path in (site.root / 'etc').iterdir():
            shutil.chown(path, USER, USER)
    site.own()
    return site


TOLD = set()            # what broken installations said, in --check and logs


def command(site, program, *arguments):
    done = subprocess.run(
        [site.program(program), *arguments], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, text=True, cwd='/',
        env=program_environment())
    for said in re.findall('(?m)^(?:not ok|odd): (.*(?:\n(?!ok:|odd:|not ok:)'
                           '.+)*)', done.stdout):
        if said.startswith('configuration\n'):
            TOLD.update(said.split('\n')[1:])
        else:
            TOLD.add(said)
    return done


def causes(log):
    """The causes and messages in log lines, without their places."""
    for line in log.decode().splitlines():
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            for name in ('cause', 'message'):
                if name in entry:
                    TOLD.add(re.sub('^[a-z_]+\\.c:[0-9]+: ', '', entry[name]))


def owners(site):
    return {p.name: p.owner() for p in (site.root / 'var').iterdir()}


def complains(transport, token, *words, code='INTERNAL'):
    reply = check_token(transport, token)
    equal(sound(reply), code, 'code')
    causes(transport.stderr)
    for word in words:
        check(word.encode() in transport.stderr,
              f'"{word}" not in {transport.stderr}')


# ---- as root

def root_checks(build, wechat):
    """--check as root makes nothing that is root's."""
    site = installed(build, wechat)
    done = command(site, 'onlogin', '--check')
    equal(done.returncode, 0, done.stdout)
    check(USER in done.stdout, done.stdout)
    equal({k: v for k, v in owners(site).items() if v != USER}, {}, 'owners')
    check('wxlogin.db.key' in owners(site), owners(site))
    token = log_in(AsUser(site), wechat.login('root'))['token']
    equal(sound(check_token(AsUser(site), token)), 'OK', 'afterwards')
    site.remove()


def root_operates(build, wechat):
    """wxloginctl as root, on a store of each age."""
    site = installed(build, wechat)
    site.ctl('purge')                       # makes the store
    token = log_in(AsUser(site), wechat.login('root'))['token']
    site.ctl('key', 'rotate')
    site.ctl('key', 'drop-old')
    elsewhere = site.root / 'roots'
    elsewhere.mkdir(mode=0o700)
    site.ctl('backup', elsewhere / 'copy.db')
    site.ctl('restore', elsewhere / 'copy.db')
    equal({k: v for k, v in owners(site).items() if v != USER}, {}, 'owners')
    equal((elsewhere / 'copy.db').owner(), 'root', 'owner of the copy')
    equal(sound(check_token(AsUser(site), token)), 'OK', 'afterwards')
    site.remove()


def root_and_log(build, wechat):
    """The log file, too, is the owner's."""
    site = installed(build, wechat, (('log_file', '../log/own.log'),))
    equal(command(site, 'onlogin', '--check').returncode, 0, '--check')
    site.ctl('purge')
    equal((site.root / 'log' / 'own.log').owner(), USER, 'owner of the log')
    site.remove()


def root_cannot_tell(build, wechat):
    """A folder that a group may write in: somebody else may be meant."""
    site = installed(build, wechat)
    (site.root / 'var').chmod(0o770)
    done = command(site, 'onlogin', '--check')
    check(done.returncode == 1 and 'sudo -u' in done.stdout, done.stdout)
    _, err = site.ctl('purge', want=1)
    check('sudo -u' in err, err)
    equal(owners(site), {}, 'files')
    site.remove()


def root_is_owner(build, wechat):
    """Where the folder is root's, that is said to be odd."""
    site = Installed(build, wechat.base_url)
    done = command(site, 'onlogin', '--check')
    equal(done.returncode, 0, done.stdout)
    check('odd: ' in done.stdout and 'belongs to root' in done.stdout,
          done.stdout)
    site.remove()


def secret_of_root(build, wechat):
    """What the programs' user can't read, --check by root can't either."""
    for name in ('secret1', 'wxlogin.conf'):
        site = installed(build, wechat)
        path = site.root / 'etc' / name
        shutil.chown(path, 'root', 'root')
        done = command(site, 'onlogin', '--check')
        equal(done.returncode, 1, f'{name}: {done.stdout}')
        for word in (name, 'root (0)', f'{USER} (', 'chown'):
            check(word in done.stdout, f'"{word}" not in {done.stdout}')
        site.remove()


# ---- files of another owner

def foreign_file(build, wechat, name):
    """The cause names the file, its owner, us, and what to do."""
    site = installed(build, wechat)
    token = log_in(AsUser(site), wechat.login('owner'))['token']
    path = site.root / 'var' / name
    if not path.exists():
        path.touch()
    path.chmod(0o600)
    shutil.chown(path, 'root', 'root')
    cgi = AsUser(site)
    check_token(cgi, token)
    post(cgi, 'onlogin', {'code': wechat.login('owner')})
    for word in (name, 'root (0)', f'{USER} (', 'mode 0600', 'chown'):
        check(word.encode() in cgi.stderr or name.endswith('lock'),
              f'"{word}" not in {cgi.stderr}')
    done = command(site, 'logout', '--check')
    check(done.returncode == 1 and name in done.stdout and 'chown' in
          done.stdout, f'--check: {done.stdout}')
    shutil.chown(path, USER, USER)
    equal(sound(check_token(AsUser(site), token)), 'OK', 'put right')
    site.remove()


def foreign_folder(build, wechat):
    site = installed(build, wechat)
    token = log_in(AsUser(site), wechat.login('owner'))['token']
    var = site.root / 'var'
    says = 'var: it belongs to root (0), mode '
    shutil.chown(var, 'root', 'root')
    var.chmod(0o700)
    complains(AsUser(site), token, says + '0700', 'may not write',
              'folder of the store')
    var.chmod(0o755)            # what is there already can be used, for now
    done = command(site, 'logout', '--check')
    check(done.returncode == 1 and says + '0755' in done.stdout, done.stdout)
    for path in var.iterdir():
        path.unlink()
    complains(AsUser(site), token, says + '0755', 'may not write')
    shutil.chown(var, USER, USER)
    var.chmod(0o700)
    equal(sound(check_token(AsUser(site), token)), 'AUTH_INVALID',
          'put right, with a new store')
    site.remove()


def no_way_in(build, wechat):
    """A folder further up."""
    site = installed(build, wechat)
    token = log_in(AsUser(site), wechat.login('owner'))['token']
    deep = site.root / 'deep'
    deep.mkdir(mode=0o700)
    (site.root / 'var').rename(deep / 'var')
    site.configure(database='../deep/var/wxlogin.db')
    for path in (site.root / 'etc').iterdir():
        shutil.chown(path, USER, USER)
    complains(AsUser(site), token, 'deep: it belongs to root (0)',
              'may not enter')
    site.remove()


# ---- restore

def filled(build, wechat, settings=(), make=Cgi):
    """A site, its transport, a token from before its backup, one from
    behind it, the backup."""
    site = Installed(build, wechat.base_url, settings)
    transport = make(site)
    early = [log_in(transport, wechat.login(f'early{n}'))['token']
             for n in range(30)]
    path = site.root / 'backup.db'
    site.ctl('backup', path)
    late = [log_in(transport, wechat.login(f'late{n}'))['token']
            for n in range(60)]
    return site, transport, early[-1], late[-1], path


def as_before(site, transport, early, late):
    """The store is that of the backup, and sound."""
    equal([sound(check_token(transport, t)) for t in (early, late)],
          ['OK', 'AUTH_INVALID'], 'tokens')
    equal(site.query('PRAGMA integrity_check'), [('ok',)], 'integrity')
    equal(command(site, 'logout', '--check').returncode, 0, '--check')
    check(not list((site.root / 'var').glob('*.restore*')), 'a work copy')


def restores(build, wechat, settings, make):
    """While programs run, and with all that lies beside the store."""
    site, transport, early, late, path = filled(build, wechat, settings, make)
    before = site.db.stat()
    out, _ = site.ctl('restore', path)
    check('users: 30' in out, out)
    as_before(site, transport, early, late)
    after = site.db.stat()
    equal((after.st_uid, after.st_gid, after.st_mode),
          (before.st_uid, before.st_gid, before.st_mode), 'owner and mode')
    log_in(transport, wechat.login('again'))
    equal(site.ctl_json('restore', path, '--yes')['users'], 30, 'again')
    as_before(site, transport, early, late)
    transport.close()
    site.remove()


def put_over(build, wechat, make):
    """cp over a live store: nobody goes on with the two; restore mends it."""
    site, transport, early, late, path = filled(build, wechat, (), make)
    shutil.copy(path, site.db)
    done = command(site, 'logout', '--check')
    check(done.returncode == 1 and 'put over' in done.stdout and
          'wxloginctl restore' in done.stdout, done.stdout)

    def noticed():
        reply = check_token(transport, early)
        return sound(reply) == 'INTERNAL'
    until(noticed, 'the programs notice')
    site.ctl('restore', path)
    until(lambda: sound(check_token(transport, early)) == 'OK',
          'the programs go on')
    as_before(site, transport, early, late)
    with contextlib.suppress(Exception):
        transport.close()
    site.remove()


def moved_over(build, wechat):
    """mv over a live store, its -wal away: running programs take it up."""
    site, transport, early, late, path = filled(build, wechat, (), FastCgi)
    for name in ('-wal', '-shm'):
        pathlib.Path(str(site.db) + name).unlink()
    shutil.copy(path, str(site.db) + '.new')
    os.rename(str(site.db) + '.new', site.db)
    until(lambda: sound(check_token(transport, late)) == 'AUTH_INVALID',
          'the programs take it up')
    as_before(site, transport, early, late)
    site.remove()


def damaged(build, wechat, spoil):
    """A damaged store is named as such, with the remedy, which works."""
    site, transport, early, late, path = filled(build, wechat)
    for name in ('-wal', '-shm'):           # all in the file
        pathlib.Path(str(site.db) + name).unlink(missing_ok=True)
    shutil.copy(path, site.db)
    data = bytearray(site.db.read_bytes())
    spoil(data)
    site.db.write_bytes(data)
    done = command(site, 'logout', '--check')
    equal(done.returncode, 1, done.stdout)
    for word in ('wxlogin.db', 'wxloginctl restore'):
        check(word in done.stdout, f'"{word}" not in {done.stdout}')
    check('damaged' in done.stdout, done.stdout)
    site.ctl('restore', path)
    as_before(site, transport, early, late)
    site.remove()


def spoil_header(data):
    data[:100] = os.urandom(100)


def spoil_schema(data):
    data[100:4096] = os.urandom(3996)


def spoil_all(data):
    data[:] = os.urandom(len(data))


def spoil_leaf(data):
    """A page in the middle: SQLite's first line is told."""
    middle = len(data) // 4096 // 2 * 4096
    data[middle:middle + 4096] = bytes(4096)


def gone(build, wechat):
    """Nothing is left but the key."""
    site, transport, early, late, path = filled(build, wechat)
    for file in (site.root / 'var').iterdir():
        if file != site.key:
            file.unlink()
    site.ctl('restore', path)
    as_before(site, transport, early, late)
    site.remove()


def refused(build, wechat):
    """What is no backup, or another key's, changes nothing."""
    site, transport, early, late, path = filled(build, wechat)
    other = Installed(build, wechat.base_url)
    log_in(Cgi(other), wechat.login('other'))
    other.ctl('backup', other.root / 'copy.db')
    folder = site.root
    (folder / 'empty').touch()
    (folder / 'notes').write_bytes(b'precious notes\n' * 500)
    with contextlib.closing(sqlite3.connect(folder / 'foreign.db')) as db:
        db.execute('CREATE TABLE t (a)')
        db.execute('PRAGMA user_version = 1')
    data = bytearray(path.read_bytes())
    spoil_leaf(data)
    (folder / 'spoiled.db').write_bytes(data)
    with contextlib.closing(sqlite3.connect(folder / 'newer.db')) as db, \
            contextlib.closing(sqlite3.connect(path)) as source:
        source.backup(db)
        db.execute('PRAGMA user_version = 99')
    for file, word in ((other.root / 'copy.db', 'wxlogin.db.key'),
                       (folder / 'empty', 'wxloginctl backup'),
                       (folder / 'notes', 'wxloginctl backup'),
                       (folder / 'none', 'wxloginctl backup'),
                       (folder / 'foreign.db', 'another program'),
                       (folder / 'spoiled.db', 'damaged'),
                       (folder / 'newer.db', 'newer wxlogin'),
                       (site.db, 'the store itself'), ('', '')):
        for more in ((), ('--json',)):
            out, err = site.ctl(*more, 'restore', file, '--yes', want=1)
            check(out == '' and word in err, f'{file}: {out} {err}')
        TOLD.add(re.sub('^wxloginctl: [a-z_]+\\.c:[0-9]+: ', '', err.strip()))
        equal([sound(check_token(transport, t)) for t in (early, late)],
              ['OK', 'OK'], f'after {file}')
    check(not list((folder / 'var').glob('*.restore*')), 'a work copy')
    site.key.unlink()
    _, err = site.ctl('restore', path, want=1)
    check('wxlogin.db.key' in err, err)
    check(not site.key.exists(), 'a key was made')
    other.remove()
    site.remove()


def held(build, wechat):
    """Somebody holds the store and does not let go: nothing is changed."""
    site, transport, early, late, path = filled(
        build, wechat, (('busy_timeout', '200'),))
    with contextlib.closing(sqlite3.connect(
            site.db, isolation_level=None)) as db:
        db.execute('BEGIN IMMEDIATE')
        out, err = site.ctl('restore', path, want=1)
        check(out == '' and 'stop them' in err, f'{out} {err}')
        TOLD.add(re.sub('^wxloginctl: [a-z_]+\\.c:[0-9]+: ', '', err.strip()))
    equal([sound(check_token(transport, t)) for t in (early, late)],
          ['OK', 'OK'], 'tokens')
    site.ctl('restore', path)
    as_before(site, transport, early, late)
    site.remove()


# ---- a lost key

def lost_key(build, wechat, spoil, words):
    """With users: the backup's.  Without: a new store, and that works."""
    site = Site(build, wechat.base_url)
    cgi = Cgi(site)
    check_token(cgi, 'x' * 43)
    spoil(site.key)
    complains(cgi, 'x' * 43, words, 'no users yet', 'remove')
    for path in (site.root / 'var').iterdir():
        path.unlink()
    token = log_in(Cgi(site), wechat.login('key'))['token']
    spoil(site.key)
    complains(Cgi(site), token, words, 'restore the key file')
    site.remove()


def foreign_key(path):
    path.write_bytes(os.urandom(32))


# ---- secret files

SECRETS = [
    ('with the mark of UTF-8', b'\xef\xbb\xbf%s', None),
    ('with the line end of Windows', b'%s\r\n', None),
    ('as UTF-16', lambda s: s.decode().encode('utf-16'), 'UTF-16'),
    ('as UTF-16 without a mark', lambda s: s.decode().encode('utf-16-le'),
     'UTF-16'),
    ('that is empty', b'', 'the file is empty'),
    ('with blanks only', b' \n', 'the file is empty'),
    ('as it was delivered', b'put-the-AppSecret-here\n',
     'still holds the text it came with'),
    ('with two lines', b'%s\n%s\n', 'more than one line'),
    ('with a name in it', b'secret = %s\n', 'letters and digits only'),
    ('that is not there', None, 'it is to hold the AppSecret'),
    ('that others can read', lambda s: s, 'others can read this file'),
]


def secret_file(build, wechat, text, says):
    """What an editor makes of the file is read, or it is said what is
    wrong."""
    site = Site(build, wechat.base_url)
    path, secret = site.root / 'etc' / 'secret1', APP1[1].encode()
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text(secret) if callable(text) else
                         text.replace(b'%s', secret))
        if says and says.startswith('others'):
            path.chmod(0o644)
    done = command(site, 'onlogin', '--check')
    if says is None:
        equal(done.returncode, 0, done.stdout)
        log_in(Cgi(site), wechat.login('secret'))
    else:
        cgi = Cgi(site)
        equal(sound(post(cgi, 'onlogin', {'code': '0code'})), 'INTERNAL',
              'code')
        check(says.encode() in cgi.stderr and b'secret1' in cgi.stderr,
              cgi.stderr)
        check(done.returncode == 1 and says in done.stdout and 'secret1' in
              done.stdout, done.stdout)
    check(APP1[1] not in done.stdout, done.stdout)
    site.remove()


def open_modes(build, wechat):
    """What everybody can write to."""
    site = Site(build, wechat.base_url)
    check_token(Cgi(site), 'x' * 43)
    (site.root / 'var').chmod(0o777)
    done = command(site, 'logout', '--check')
    check(done.returncode == 1 and 'mode 0777' in done.stdout, done.stdout)
    site.remove()


def wrong_app(build, wechat):
    """A wrong AppSecret, told by WeChat."""
    site = Site(build, wechat.base_url)
    (site.root / 'etc' / 'secret1').write_text('f' * 32)
    done = command(site, 'onlogin', '--check')
    check(done.returncode == 1 and '40125' in done.stdout and
          'f' * 32 not in done.stdout, done.stdout)
    site.remove()


# ---- the table of operating.md

def in_the_table():
    """Each text that was told has a row; FILE and other words in capitals
    stand for anything."""
    text = OPERATING.read_text().split('## Troubleshooting')[1]
    column = [row.split(' | ')[0] for row in text.splitlines()
              if row.startswith('| ')]
    phrases = [re.escape(p) for row in column
               for p in re.findall('`([^`]+)`', row)]
    rows = [re.compile(re.sub(r'\b[A-Z]+\b', '.+', p)) for p in phrases
            if len(p) > 10]
    check(len(rows) > 30 and len(TOLD) > 20, f'{len(rows)} {len(TOLD)}')
    missing = [said for said in TOLD
               if not any(row.search(said) for row in rows)]
    equal(missing, [], f'told, and in no row of {len(rows)}')


def main(tap, build):
    wechat = StandIn(build)

    def case(name, function, *arguments, root=False):
        if root and not ROOT_RUN:
            tap.skip(f'operator: {name}', 'only root can act as others')
        else:
            tap.case(f'operator: {name}', function, build, wechat, *arguments)
    case('--check as root', root_checks, root=True)
    case('wxloginctl as root', root_operates, root=True)
    case('the log as root', root_and_log, root=True)
    case('as root, and no telling as whom', root_cannot_tell, root=True)
    case('as root, in a folder of root', root_is_owner, root=True)
    case('a secret of root', secret_of_root, root=True)
    for name in MASKS:
        case(f'root owns {name}', foreign_file, name, root=True)
    case('root owns the folder', foreign_folder, root=True)
    case('a folder that may not be entered', no_way_in, root=True)
    for journal in ('wal', 'delete'):
        for make in (Cgi, FastCgi):
            case(f'restore, {journal}, {make.name}', restores,
                 (('journal', journal),), make)
    for make in (Cgi, FastCgi):
        case(f'a backup put over the store, {make.name}', put_over, make)
    case('a backup moved over the store', moved_over)
    for spoil in (spoil_header, spoil_schema, spoil_all, spoil_leaf):
        case(f'a damaged store: {spoil.__name__[6:]}', damaged, spoil)
    case('restore where nothing is', gone)
    case('restore of what is no backup', refused)
    case('restore beside somebody who holds the store', held)
    case('a lost key', lost_key, pathlib.Path.unlink, 'there is none')
    case('a foreign key', lost_key, foreign_key, 'do not open')
    for name, text, says in SECRETS:
        case(f'a secret {name}', secret_file, text, says)
    case('modes that let everybody in', open_modes)
    case('a wrong AppSecret', wrong_app)
    tap.case('operator: all that was told is in the table', in_the_table)
    tap.case('the stand-in ends well', wechat.stop)
