"""Hashed passwords.

`password_hash` matches the self-describing forms: bcrypt, argon2, scrypt, yescrypt, crypt's MD5, SHA-256 and SHA-512,
PBKDF2 as Django and passlib write it, LDAP's {SSHA}, phpass, MySQL's `*` and 40 hex digits. `hex_digest` matches 32, 40,
56, 64, 96 or 128 hex digits: the length of a hash function, also used for files, so it needs the header's or the model's support.
"""

import re

from pursight_app.detectors.base import Detector

_CRYPT = re.compile(
    r"""
      \$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}                              # bcrypt
    | \$argon2(?:id|i|d)\$[^\s$]{1,100}\$[^\s$]{1,100}(?:\$[^\s$]{1,200}){0,2}   # argon2
    | \$(?:scrypt|pbkdf2(?:-sha\d{1,3})?|y|7|gy)\$[^\s]{10,250}         # scrypt, pbkdf2 (passlib), yescrypt
    | \$[156]\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}   # crypt: MD5, SHA-256, SHA-512
    | (?:pbkdf2_sha\d{1,3}|bcrypt(?:_sha256)?|argon2|scrypt|sha1|md5)\$[^\s]{10,250}   # Django
    | (?:pbkdf2:sha\d{1,3}(?::\d{1,9})?|scrypt:\d{1,9}:\d{1,3}:\d{1,3})\$[^\s]{10,250} # Werkzeug
    | \{S?(?:SHA|MD5|SHA256|SHA512)\}[A-Za-z0-9+/]{16,120}={0,2}       # LDAP
    | \$[PH]\$[./A-Za-z0-9]{31}                                        # phpass
    | \*[0-9A-F]{40}                                                   # MySQL
    """,
    re.VERBOSE,
)
_HEX = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.IGNORECASE)


def is_password_hash(value: str) -> bool:
    """True for a hash that names its own scheme."""
    return _CRYPT.fullmatch(value) is not None


def is_hex_digest(value: str) -> bool:
    """True for the hex form of a digest."""
    return _HEX.fullmatch(value) is not None and not value.isdigit()


def _accepts_shape(shape: str) -> bool:
    return len(shape) >= 20 and " " not in shape and ("$" in shape or shape[0] in "{*")


def _accepts_hex_shape(shape: str) -> bool:
    return 32 <= len(shape) <= 128 and set("9aA") >= set(shape)


DETECTORS = (
    Detector(
        key="password_hash",
        data_class="password_hash",
        match=is_password_hash,
        random_rate=0.001,
        is_decisive=True,
        description="Password hash that names its scheme.",
        accepts_shape=_accepts_shape,
        proof="are hashes of a password scheme",
    ),
    Detector(
        key="hex_digest",
        data_class="password_hash",
        match=is_hex_digest,
        random_rate=0.5,
        is_decisive=False,
        description="Hex digits in the length of a hash.",
        accepts_shape=_accepts_hex_shape,
        proof="are hex digests",
    ),
)
