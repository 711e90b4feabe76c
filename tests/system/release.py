# SPDX-License-Identifier: MIT
"""release.py: packaging/release twice gives the same bytes; an RPM is built from
its tarball; the other recipes are read by what reads them.  Takes minutes, and
a mirror: not among the default suites.  Wants root, what package.py wants,
rpmbuild, rpmlint, unzip."""
import hashlib
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

from kit import servers
from kit.harness import PROGRAMS
from kit.tap import check, equal

SOURCE = servers.HERE.parents[2]
PACKAGING = SOURCE / 'packaging'
LGPL = ('glibc', 'gmp', 'nettle')
# macros of Fedora that Debian's rpm does not have
MACROS = {'_unitdir': '/usr/lib/systemd/system', 'debug_package': '%{nil}',
          'systemd_post()': '%{nil}', 'systemd_preun()': '%{nil}',
          'systemd_postun()': '%{nil}'}


def run(*command, **more):
    """A command that must succeed; what it printed."""
    done = subprocess.run([str(c) for c in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, check=False, **more)
    equal(done.returncode, 0, f'{command}: {done.stdout[-3000:]}')
    return done.stdout


def sums(folder):
    """SHA256SUMS as it is and as it should be."""
    said = dict(reversed(line.split('  ', 1)) for line in
                (folder / 'SHA256SUMS').read_text().splitlines())
    seen = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()
            for p in folder.iterdir() if p.name != 'SHA256SUMS'}
    equal(said, seen, 'SHA256SUMS')
    return said


def same_twice(folder):
    """Two runs, in folders of other names, and with another umask and zone."""
    first, second = folder / 'first', folder / 'second-run'
    run(PACKAGING / 'release', first)
    run('sh', '-c', 'umask 077; TZ=Asia/Shanghai "$@"', 'sh',
        PACKAGING / 'release', second)
    one, two = sums(first), sums(second)
    differ = [name for name in one if one[name] != two.get(name)]
    equal((differ, set(one) ^ set(two)), ([], set()), 'the two runs')


def complete(folder):
    names = [p.name for p in (folder / 'first').iterdir()]
    for end in ('.tar.gz', '-bundle.zip', '-library-sources.tar'):
        equal(len([n for n in names if n.endswith(end)]), 1, f'{end}: {names}')
    for package in ('wxlogin_', 'wxlogin-static_', 'wxlogin-sandbox_'):
        check([n for n in names if n.startswith(package)], f'{package}')
    bundle, = (folder / 'first').glob('*-bundle.zip')
    with zipfile.ZipFile(bundle) as z:
        top = z.namelist()[0].split('/')[0]
        inside = z.read(f'{top}/licences/libraries').decode().splitlines()
        source, = [n for n in z.namelist() if n.endswith('.tar.gz')]
        (folder / 'inside.tar.gz').write_bytes(z.read(source))
        licences = {n.split('/')[-1] for n in z.namelist()
                    if '/licences/' in n}
    tarball, = (folder / 'first').glob('*.tar.gz')
    equal(sorted(run('tar', '-tf', folder / 'inside.tar.gz').split()),
          sorted(run('tar', '-tf', tarball).split()), 'the sources in the zip')
    sources, = (folder / 'first').glob('*-library-sources.tar')
    listed = run('tar', '-tf', sources)
    for line in inside:
        name, version = line.split(' ')
        check(f'{name}.txt' in licences, f'no licence of {name}')
        check(name not in LGPL or
              f'{name}_{version.split(":")[-1]}.dsc' in listed,
              f'no source of {name}')
    check({'glibc', 'nettle', 'openssl', 'curl'} <=
          {line.split(' ')[0] for line in inside}, inside)


def rpm_builds(folder):
    """The spec, on this system's rpm, whose own macros are given to it."""
    tarball, = (folder / 'first').glob('*.tar.gz')
    top = folder / 'rpm'
    (top / 'SOURCES').mkdir(parents=True)
    shutil.copy(tarball, top / 'SOURCES')
    defines = [w for k, v in MACROS.items()
               for w in ('--define', f'{k} {v}')]
    run('rpmbuild', '-bb', '--nodeps', '--nocheck', '--define',
        f'_topdir {top}', *defines, PACKAGING / 'wxlogin.spec')
    rpms = sorted(top.rglob('*.rpm'))
    listed = {r.name: run('rpm', '-qpl', r).split() for r in rpms}
    main, = [files for name, files in listed.items()
             if 'sandbox' not in name]
    names = {pathlib.Path(f).name for f in main}
    check({*PROGRAMS, 'wxloginctl', 'wxlogin.target', 'wxlogin@.socket',
           'wxlogin.conf', 'wxlogin-backup.timer'} <= names, main)
    check('sandbox' not in names, 'the stand-in is in the main package')


def recipes_are_sound(_):
    told = run('rpmlint', PACKAGING / 'wxlogin.spec')
    check(' 0 errors' in told, told)
    for script in ('APKBUILD', 'wxlogin.pre-install', 'static-curl',
                   'debian-source'):
        run('sh', '-n', PACKAGING / script)
    for script in ('bundle', 'release'):
        run('bash', '-n', PACKAGING / script)


def versions_agree(_):
    """configure.ac, the changelog of Debian, the spec, APKBUILD: one version."""
    def one(name, pattern):
        return run('sed', '-n', f's/{pattern}/\\1/p', SOURCE / name).strip()
    version = one('configure.ac', r'AC_INIT(\[wxlogin\], \[\([^]]*\)\].*')
    equal([one('packaging/wxlogin.spec', r'^Version: *\(.*\)'),
           one('packaging/APKBUILD', r'^pkgver=\(.*\)'),
           run('dpkg-parsechangelog', '-l', SOURCE / 'debian/changelog', '-S',
               'Version').strip()], [version] * 3, 'versions')


def missing():
    for tool in ('dpkg-buildpackage', 'dh', 'rpmbuild', 'rpmlint', 'zip',
                 'unzip'):
        if servers.find(tool) is None:
            return f'{tool} is not installed'
    return None


def main(tap, _):
    why = missing()
    if why is not None:
        tap.skip('a release', why)
        return
    with tempfile.TemporaryDirectory(prefix='wxl-') as name:
        folder = pathlib.Path(name)
        for title, step in (
                ('versions agree', versions_agree),
                ('recipes are sound', recipes_are_sound),
                ('a release is the same twice', same_twice),
                ('it is complete', complete),
                ('an RPM is built from it', rpm_builds)):
            tap.case(title, step, folder)
