# SPDX-License-Identifier: MIT
"""spelling.py: how a secret may look in what was written; where to look."""
import base64
import json
import urllib.parse


def spellings(secret):
    """What a secret looks like when somebody wrote it down."""
    out = {secret, secret.hex().encode(), secret.hex().upper().encode(),
           base64.b64encode(secret), base64.urlsafe_b64encode(secret)}
    out |= {s.rstrip(b'=') for s in out}
    out |= {urllib.parse.quote(s, safe='').encode() for s in out}
    out |= {json.dumps(s.decode('latin-1'))[1:-1].replace('/', '\\/').encode()
            for s in out if s.isascii()}
    return {s for s in out if len(s) >= 8}


def written(site):
    """All files but the two that hold secrets by purpose, and the programs."""
    skip = {site.key.name, 'secret1', 'secret2'}
    return {str(p.relative_to(site.root)): p.read_bytes()
            for folder in ('var', 'log', 'run', 'etc')
            for p in sorted((site.root / folder).rglob('*'))
            if p.is_file() and p.name not in skip}
