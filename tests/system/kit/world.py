# SPDX-License-Identifier: MIT
"""world.py: a site with a transport and WeChat, and what single requests need:
users, codes and tokens in every state."""
import re
import time

from kit.harness import (APP2, log_in, post, session_id)


class World:
    """A site, a transport to it, and WeChat; makes what requests need."""
    users = 0

    def __init__(self, site, transport, wechat):
        self.site, self.transport, self.wechat = site, transport, wechat
        self.kept = {}

    def user(self):
        World.users += 1
        return f'user{World.users}'

    def code(self):
        return self.wechat.login(self.user())

    def log_in(self, user):
        return log_in(self.transport, self.wechat.login(user))

    def log_out(self, token, **fields):
        return post(self.transport, 'logout', fields,
                    token).data['sessionsEnded']

    def fresh(self):
        return self.log_in(self.user())['token']

    def keep(self, name, make):
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def token(self):
        return self.keep('token', self.fresh)

    def dead(self):
        def make():
            token = self.fresh()
            self.log_out(token)
            return token
        return self.keep('dead', make)

    def expired(self):
        def make():
            token = self.fresh()
            self.site.expire(token)
            return token
        return self.keep('expired', make)

    def used(self):
        def make():
            code = self.code()
            for _ in range(6):
                log_in(self.transport, code)
            return code
        return self.keep('used', make)

    def age(self, token, used, idle):
        """Last used so long ago; so long to live."""
        now = int(time.time())
        self.site.change('UPDATE sessions SET used = ?, idle_expires = ? '
                         'WHERE sid = ?', now - used, now + idle,
                         session_id(token))

    def fill(self, text):
        makers = {
            '{code}': self.code, '{token}': self.token, '{dead}': self.dead,
            '{expired}': self.expired, '{used}': self.used,
            '{fresh}': self.fresh,
            '{code2}': lambda: self.wechat.login(self.user(), APP2[0]),
            '{swapped}': lambda: self.token().swapcase()}
        return re.sub(r'\{[a-z0-9]+\}', lambda m: makers[m[0]]() if m[0] in
                      makers else m[0], text)


def run_cases(tap, suite, make, world, cases):
    """Cases of (title, function); the world ends with them."""
    for title, function in cases:
        tap.case(f'{suite}, {make.name}: {title}', function, world)
    tap.case(f'{suite}, {make.name}: processes end well',
             world.transport.close)
    world.site.remove()
