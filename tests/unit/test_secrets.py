"""Keys are made once, whole, for their owner only; what they encrypt belongs to one row."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.secrets import decrypt, encrypt, ensure_secret
from pursight_app.core.settings import get_settings


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
