"""Keys are made once, whole, for their owner only; what they encrypt belongs to one row."""

import os
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pursight_app.core.errors import ConflictError, ServiceUnavailableError
from pursight_app.core.secrets import (
    ENCRYPTION_KEYS,
    JWT_KEYS,
    decrypt,
    encrypt,
    ensure_secret,
    jwt_signing_key,
    jwt_verifying_key,
    key_id_of,
)
from pursight_app.core.settings import get_settings


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A folder of keys for this test alone."""
    monkeypatch.setenv("PURSIGHT_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path / "secrets"
    monkeypatch.undo()
    get_settings.cache_clear()


def test_processes_that_start_together_get_one_whole_key() -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: ensure_secret("together"), range(64)))

    assert len({secret for secret, _ in made}) == 1
    assert [is_new for _, is_new in made].count(True) == 1
    folder = get_settings().path("secrets")
    assert (folder / "together").stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob("tmp*"))


def test_what_was_encrypted_opens_for_its_own_row_only() -> None:
    blob = encrypt({"password": "planted-secret"}, context="row one")

    assert decrypt(blob, context="row one") == {"password": "planted-secret"}
    assert b"planted" not in blob
    for other, context in ((blob, "row two"), (blob[:-1] + bytes([blob[-1] ^ 1]), "row one")):
        with pytest.raises(ServiceUnavailableError):
            decrypt(other, context=context)


def test_a_new_key_encrypts_at_once_and_the_old_one_still_reads(own_keys: Path) -> None:
    old = encrypt({"password": "a"}, context="row")
    key = ENCRYPTION_KEYS.add()
    new = encrypt({"password": "b"}, context="row")

    assert (key_id_of(old), key_id_of(new)) == ("1", key.id) == ("1", "2")
    assert [decrypt(blob, context="row")["password"] for blob in (old, new)] == ["a", "b"]
    assert sorted(path.name for path in own_keys.iterdir()) == ["encryption.2.key", "encryption.key"]
    assert {path.stat().st_mode & 0o777 for path in own_keys.iterdir()} == {0o600}


def test_what_a_version_without_key_ids_has_encrypted_is_read(own_keys: Path) -> None:
    key = bytes.fromhex(ENCRYPTION_KEYS.newest().secret)
    for nonce in (os.urandom(12), b"k2:" + os.urandom(9)):
        sealed = nonce + AESGCM(key).encrypt(nonce, b'{"password": "old"}', b"row")

        assert decrypt(sealed, context="row") == {"password": "old"}
    ENCRYPTION_KEYS.add()
    assert decrypt(sealed, context="row") == {"password": "old"}


def test_a_prepared_key_reads_and_does_not_write_before_it_takes_over(own_keys: Path) -> None:
    ENCRYPTION_KEYS.newest()
    prepared = ENCRYPTION_KEYS.add(is_prepared=True)
    with pytest.raises(ConflictError):
        ENCRYPTION_KEYS.add(is_prepared=True)
    before = encrypt({"a": "1"}, context="row")
    taken = ENCRYPTION_KEYS.add()
    after = encrypt({"a": "1"}, context="row")

    assert (key_id_of(before), taken.id, key_id_of(after)) == ("1", prepared.id, prepared.id)
    assert taken.secret == prepared.secret


def test_keys_that_vanish_while_a_process_runs_are_not_made_anew(own_keys: Path) -> None:
    encrypt({"a": "1"}, context="row")
    (own_keys / "encryption.key").unlink()

    with pytest.raises(ServiceUnavailableError, match="gone"):
        encrypt({"a": "1"}, context="row")
    assert not list(own_keys.iterdir())


def test_tokens_of_the_old_key_stay_good_as_long_as_a_token_lives(own_keys: Path) -> None:
    first, secret = jwt_signing_key()
    JWT_KEYS.add()
    second, _ = jwt_signing_key()

    assert (first, second) == ("1", "2")
    assert jwt_verifying_key(first) == secret
    long_ago = time.time() - get_settings().access_token_s - 120
    os.utime(own_keys / "jwt.2.key", (long_ago, long_ago))
    # As after a restart: the time of a file alone does not change its folder.
    JWT_KEYS._seen = None
    assert jwt_verifying_key(first) is None
    assert jwt_verifying_key(second) is not None


@pytest.mark.parametrize("key_id", ["", "3", "../jwt", "1/../1", "x" * 5000, "²", "1\0"])
def test_a_key_id_is_only_ever_one_of_ours(own_keys: Path, key_id: str) -> None:
    jwt_signing_key()

    assert jwt_verifying_key(key_id) is None


def test_another_process_sees_a_new_key_at_once(own_keys: Path) -> None:
    """Two rings stand for two processes: they share nothing but the folder."""
    from pursight_app.core.keyring import KeyRing

    other = KeyRing("encryption", lambda: AESGCM.generate_key(256).hex())
    for _ in range(30):
        made = ENCRYPTION_KEYS.add()

        assert other.newest() == made
