"""Keys of this installation and the encryption of connection secrets.

Keys lie as files of mode 0600 under `home/secrets`, outside the database: who has a dump of PostgreSQL has no secret.
"""

import json
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.settings import get_settings

JWT_KEY = "jwt.key"
ENCRYPTION_KEY = "encryption.key"
FIRST_PASSWORD = "first-password"  # noqa: S105  the name of a file, not a password
_NONCE_BYTES = 12


def ensure_secret(name: str, value: str | None = None) -> tuple[str, bool]:
    """Returns the secret called `name` and whether it was made just now (from `value`, or 32 random bytes)."""
    path = _secret_path(name)
    if path.exists():
        return path.read_text().strip(), False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written whole under another name, then linked: a kill in between leaves no empty key, and of two processes that
    # start together exactly one makes the key, the other reads it. mkstemp's files have mode 0600.
    descriptor, written = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(value or secrets.token_urlsafe(32))
    try:
        os.link(written, path)
    except FileExistsError:
        return path.read_text().strip(), False
    else:
        return path.read_text().strip(), True
    finally:
        Path(written).unlink()


def _secret_path(name: str) -> Path:
    return get_settings().path("secrets", name)


@cache
def jwt_key() -> bytes:
    """The key that signs access tokens."""
    return ensure_secret(JWT_KEY)[0].encode()


def jwt_signing_key() -> tuple[str, bytes]:
    """Name (`kid`) and value of the key that signs access tokens now."""
    return "1", jwt_key()


def jwt_verifying_key(key_id: str) -> bytes | None:
    """The key of that name, None when there is none."""
    return jwt_key() if key_id == "1" else None


@cache
def _cipher() -> AESGCM:
    key = ensure_secret(ENCRYPTION_KEY, AESGCM.generate_key(256).hex())[0]
    return AESGCM(bytes.fromhex(key))


def encrypt(value: dict[str, str], *, context: str) -> bytes:
    """Encrypts `value`; it can be read back only with the same `context` (the id of the row it belongs to)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, json.dumps(value).encode(), context.encode())


def decrypt(blob: bytes, *, context: str) -> dict[str, str]:
    """The value that `encrypt` was given.

    Raises:
        ServiceUnavailableError: the key is not the one that encrypted it, or the row was tampered with.
    """
    try:
        plain = _cipher().decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], context.encode())
    except InvalidTag:
        raise ServiceUnavailableError(
            "The stored credentials cannot be decrypted with this installation's key. "
            "Restore secrets/encryption.key from the backup, or enter the credentials again."
        ) from None
    return json.loads(plain)
