# SPDX-License-Identifier: MIT
"""browser.py: Chromium without a window, driven by its debugging pipe."""
import json
import os
import subprocess
import tempfile

from kit import servers
from kit.harness import PATIENCE
from kit.tap import Failed

FLAGS = ('--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
         '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--lang=en-US',
         '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1')


def there():
    return servers.find('chromium') is not None


class Browser:
    """One page.  Messages are JSON, each ended by a NUL; Chromium reads its
    descriptor 3 and writes its descriptor 4."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix='wxl-')
        theirs_in, self.out = os.pipe()
        self.into, theirs_out = os.pipe()
        self.process = subprocess.Popen(
            ['sh', '-c', f'exec 3<&{theirs_in} 4>&{theirs_out} "$@"', 'sh',
             servers.find('chromium'), *FLAGS, '--remote-debugging-pipe',
             f'--user-data-dir={self.profile.name}'],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, 'HOME': self.profile.name,
                 'LANGUAGE': 'en_US'})
        os.close(theirs_in)
        os.close(theirs_out)
        self.number, self.rest, self.session = 0, b'', None
        target = self.ask('Target.createTarget', url='about:blank')
        self.session = self.ask('Target.attachToTarget', flatten=True,
                                targetId=target['targetId'])['sessionId']
        return self

    def __exit__(self, *_):
        self.session = None
        try:
            self.ask('Browser.close')
        except (Failed, OSError):
            self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.out)
        os.close(self.into)
        self.profile.cleanup()

    def _read(self):
        while b'\0' not in self.rest:
            more = os.read(self.into, 1 << 16)
            if not more:
                raise Failed('Chromium has gone')
            self.rest += more
        message, self.rest = self.rest.split(b'\0', 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if self.session is not None:
            message['sessionId'] = self.session
        os.write(self.out, json.dumps(message).encode() + b'\0')
        while True:
            reply = self._read()
            if reply.get('id') == self.number:
                if 'error' in reply:
                    raise Failed(f'{method}: {reply["error"]}')
                return reply['result']

    def open(self, url):
        self.ask('Page.enable')
        self.ask('Page.navigate', url=url)
        while self._read().get('method') != 'Page.loadEventFired':
            pass

    def run(self, script):
        """The value of an expression; a promise is waited for."""
        reply = self.ask('Runtime.evaluate', expression=script,
                         awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in reply:
            raise Failed(f'{script}: {reply["exceptionDetails"]}')
        return reply['result'].get('value')
