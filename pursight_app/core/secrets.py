"""Keys of this installation and the encryption of what is secret in the database.

Keys lie as files of mode 0600 under `home/secrets`, outside the database: who has a dump of PostgreSQL has no secret.
"""

import json
import os
import re
import secrets
import time
from functools import cache, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.keyring import FIRST_ID, KeyRing
from pursight_app.core.settings import get_settings
from pursight_app.core.whole_files import ensure_file

JWT_KEY = "jwt.key"
FIRST_PASSWORD = "first-password"  # noqa: S105  the name of a file, not a password
_NONCE_BYTES = 12
# The id of the key stands before the nonce: "k2:…". Without one it is the first key, from before there were several.
_KEY_ID = re.compile(rb"k([0-9]{1,6}):")
# Clocks of two machines may differ this much.
_LEEWAY_S = 60

JWT_KEYS = KeyRing("jwt", lambda: secrets.token_urlsafe(32))
ENCRYPTION_KEYS = KeyRing("encryption", lambda: AESGCM.generate_key(256).hex())


def ensure_secret(name: str, value: str | None = None) -> tuple[str, bool]:
    """Returns the secret called `name` and whether it was made just now (from `value`, or 32 random bytes)."""
    return ensure_file(get_settings().path("secrets", name), value or secrets.token_urlsafe(32))


@cache
def jwt_key() -> bytes:
    """The key that binds browser tabs and refresh tokens to their sessions.

    It is not rotated, as both also hold a random id that only they and the session know: the key alone forges neither.
    """
    return ensure_secret(JWT_KEY)[0].encode()


def jwt_signing_key() -> tuple[str, bytes]:
    """Name (`kid`) and value of the key that signs access tokens now."""
    key = JWT_KEYS.newest()
    return key.id, key.secret.encode()


def jwt_verifying_key(key_id: str) -> bytes | None:
    """The key of that name; None when there is none, or when every token that it has signed is over."""
    key = JWT_KEYS.find(key_id)
    if key is None or key.is_prepared or is_jwt_key_retired(key_id):
        return None
    return key.secret.encode()


def is_jwt_key_retired(key_id: str) -> bool:
    """Whether a newer key took over so long ago that no token of this one can be valid."""
    successor = JWT_KEYS.successor(key_id)
    return successor is not None and time.time() > successor.made_at + get_settings().access_token_s + _LEEWAY_S


@lru_cache(maxsize=16)
def _cipher(key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key))


def encrypt(value: dict[str, str], *, context: str) -> bytes:
    """Encrypts `value`; it can be read back only with the same `context` (the id of the row it belongs to)."""
    key, nonce = ENCRYPTION_KEYS.newest(), os.urandom(_NONCE_BYTES)
    return key_prefix(key.id) + nonce + _cipher(key.secret).encrypt(nonce, json.dumps(value).encode(), context.encode())


def key_prefix(key_id: str) -> bytes:
    """How everything begins that this key has encrypted."""
    return f"k{key_id}:".encode()


def key_id_of(blob: bytes) -> str:
    """The id of the key that has encrypted it."""
    named = _KEY_ID.match(blob)
    return named[1].decode() if named else FIRST_ID


def decrypt(blob: bytes, *, context: str) -> dict[str, str]:
    """The value that `encrypt` was given.

    Raises:
        ServiceUnavailableError: the key is not the one that encrypted it, or the row was tampered with.
    """
    named = _KEY_ID.match(blob)
    candidates = [(named[1].decode(), blob[named.end() :])] if named else []
    # One random nonce in some billion looks like the id of a key, so the old form is tried as well.
    for key_id, sealed in [*candidates, (FIRST_ID, blob)]:
        key = ENCRYPTION_KEYS.find(key_id)
        if key is None:
            continue
        try:
            plain = _cipher(key.secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            continue
        return json.loads(plain)
    raise ServiceUnavailableError(
        "The stored credentials cannot be decrypted with this installation's keys. "
        "Restore secrets/encryption*.key from the backup, or enter the credentials again."
    )
