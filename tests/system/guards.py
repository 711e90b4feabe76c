# SPDX-License-Identifier: MIT
"""guards.py: guards that operators write themselves: nginx's auth_request with
the distribution's list of parameters, which passes on the method and the
length of the protected request."""
import os

from kit import fcgi, servers
from kit.harness import FastCgi, Site, check_token, log_in
from kit.stands import Backend, bearer, raw
from kit.tap import equal
from kit.wechat import StandIn

STOCK = '/etc/nginx/fastcgi_params'
CONF = '''
error_log @ROOT@/log/error.log; pid @ROOT@/run/nginx.pid; user www-data;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path @ROOT@/run/b; fastcgi_temp_path @ROOT@/run/f;
    proxy_temp_path @ROOT@/run/p; uwsgi_temp_path @ROOT@/run/u;
    scgi_temp_path @ROOT@/run/s;
    server {
        listen 127.0.0.1:@PORT@;
        location /wx/ {
            include @STOCK@;
            fastcgi_pass unix:@ROOT@/run/onlogin.sock;
        }
        location = /auth {
            internal;
            include @STOCK@;
            fastcgi_param WXLOGIN_IDENTITY_HEADERS 1;
            fastcgi_pass_request_body off;
            fastcgi_pass unix:@ROOT@/run/checksession.sock;
        }
        location /api/ {
            auth_request /auth;
            proxy_pass http://127.0.0.1:@BACKEND@;
        }
    }
}
'''


class OwnGuard(servers.Nginx):
    """nginx with the file above."""

    def __init__(self, site, backend):
        site.own()
        self.spawned = [servers.spawn_on_socket(site, p)
                        for p in ('onlogin', 'checksession')]
        target = site.root / 'etc' / 'own.conf'

        def make(port):
            text = CONF
            for word, value in (('ROOT', site.root), ('PORT', port),
                                ('STOCK', STOCK), ('BACKEND', backend.port)):
                text = text.replace(f'@{word}@', str(value))
            target.write_text(text)
            return [servers.find('nginx'), '-c', str(target), '-p',
                    f'{site.root}/', '-g', 'daemon off;']
        servers.Server.__init__(self, site, make, 'nginx')


def own_guard(build, wechat):
    """Each method opens with a live token, body or not, and with no other."""
    site, backend = Site(build, wechat.base_url, served=True), Backend()
    server = OwnGuard(site, backend)
    token = log_in(server.http, wechat.login('own'))['token']
    for method, body in (('GET', b''), ('HEAD', b''), ('POST', b'a=b'),
                         ('POST', b'{'), ('POST', 200000 * b'x'),
                         ('PUT', b'x'), ('DELETE', b''), ('OPTIONS', b'')):
        what = f'{method} with {len(body)} bytes'
        reply = raw(server.port, '/api/x?a=%zz', [bearer(token)], body, method)
        equal(reply.status, 200, what)
        hits = backend.hits
        for headers in ([], [bearer('x' * 43)]):
            reply = raw(server.port, '/api/x', headers, body, method)
            equal(reply.status, 401, f'{what}: {headers}')
        equal(backend.hits, hits, f'{what}: hits')
    server.stop()
    backend.stop()
    site.remove()


def not_a_guard(build, wechat):
    """What has no authorizer role answers 503 in it, and nothing else."""
    site = Site(build, wechat.base_url)
    transport = FastCgi(site)
    token = log_in(transport, wechat.login('other'))['token']
    headers = {'Authorization': f'Bearer {token}'}
    for program in site.programs:
        guard = program == 'checksession'
        for more in ({'role': fcgi.AUTHORIZER},
                     {'params': {'WXLOGIN_IDENTITY_HEADERS': '1'}}):
            reply = transport.call(program, 'POST', headers=headers, **more)
            equal(reply.status, 200 if guard else 503, f'{program} {more}')
            told = [k for k, _ in reply.headers
                    if k.startswith(('Variable-', 'X-WXLogin-User'))]
            equal(bool(told), guard, f'{program} {more}: {reply.headers}')
    equal(check_token(transport, token).code, 'OK', 'nothing was done')
    transport.close()
    site.remove()


def main(tap, build):
    wechat = StandIn(build)
    if servers.find('nginx') is None or not os.path.exists(STOCK):
        tap.skip('guards: nginx with fastcgi_params', 'nginx is not installed')
    else:
        tap.case('guards: nginx with fastcgi_params', own_guard, build, wechat)
    tap.case('guards: programs that are none', not_a_guard, build, wechat)
    tap.case('guards: the stand-in ends well', wechat.stop)
