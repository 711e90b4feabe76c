# SPDX-License-Identifier: MIT
"""encryption.py: open data as the phone encrypts and signs it: AES-128-CBC
(FIPS 197; slow and sure) and SHA-1."""
import base64
import hashlib
import os

ZERO_KEY = base64.b64encode(bytes(16)).decode()


def _double(a):
    return (a << 1) ^ (0x11b if a & 0x80 else 0)


def _substitutes():
    """The S-box: inverses in GF(2^8) by powers of 3, then the affine map."""
    power, box = [1], [0x63] * 256
    for _ in range(254):
        power.append(_double(power[-1]) ^ power[-1])
    for n, value in enumerate(power):
        inverse = power[-n % 255]
        turned = [inverse << i | inverse >> (8 - i) for i in range(5)]
        box[value] = (turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^
                      turned[4] ^ 0x63) & 0xff
    return box


BOX = _substitutes()
SHIFT = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11]


def _round_keys(key):
    words, factor = [key[i:i + 4] for i in range(0, 16, 4)], 1
    for n in range(4, 44):
        word = words[-1]
        if n % 4 == 0:
            word = bytes(BOX[word[(i + 1) % 4]] ^ (factor if i == 0 else 0)
                         for i in range(4))
            factor = _double(factor)
        words.append(bytes(a ^ b for a, b in zip(words[-4], word)))
    return [b''.join(words[i:i + 4]) for i in range(0, 44, 4)]


def _mix(s):
    out = []
    for i in range(0, 16, 4):
        a, b, c, d = s[i:i + 4]
        every = a ^ b ^ c ^ d
        out += [a ^ every ^ _double(a ^ b), b ^ every ^ _double(b ^ c),
                c ^ every ^ _double(c ^ d), d ^ every ^ _double(d ^ a)]
    return out


def _block(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for n in range(1, 11):
        s = [BOX[s[i]] for i in SHIFT]
        if n < 10:
            s = _mix(s)
        s = [a ^ b for a, b in zip(s, keys[n])]
    return bytes(s)


def cbc(key, iv, padded):
    keys, out = _round_keys(key), b''
    for i in range(0, len(padded), 16):
        iv = _block(keys, bytes(a ^ b for a, b in zip(padded[i:i + 16], iv)))
        out += iv
    return out


def encrypt(key, plain, pad=None, iv=None):
    """The fields encryptedData and iv; `key` is the session_key's text."""
    iv = os.urandom(16) if iv is None else iv
    if pad is None:
        pad = bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    return {'encryptedData': base64.b64encode(
        cbc(base64.b64decode(key), iv, plain + pad)).decode(),
            'iv': base64.b64encode(iv).decode()}


def sign(key, raw):
    """The fields rawData and signature."""
    return {'rawData': raw, 'signature': hashlib.sha1(
        raw.encode() + key.encode()).hexdigest()}


def new_key():
    """A session_key, as WeChat writes it."""
    return base64.b64encode(os.urandom(16)).decode()


def flipped(value):
    """The value with one byte altered, for each byte."""
    for n in range(len(value)):
        yield n, value[:n] + bytes([value[n] ^ 1 << n % 8]) + value[n + 1:]
