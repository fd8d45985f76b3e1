"""Which passwords are refused before anything is hashed."""

import pytest

from pursight_app.core.errors import InvalidInputError
from pursight_app.services.auth import check_password

WORDS = ("berg", "example", "Anna", "Nordlicht")


@pytest.mark.parametrize(
    "password", ["password123", "Nordlicht12", "pursight!", "PurSight2026"[:11], "1nordlicht1", "aaaaaaaaaaaa"]
)
def test_what_everybody_or_a_colleague_would_try_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError):
        check_password(password, words=WORDS)


@pytest.mark.parametrize(
    "password", ["gravel lantern orbit seven", "nordlicht am abend", "Anna und der Wal", "pass wörd 🙂🙂🙂"]
)
def test_a_name_within_something_longer_is_fine(password: str) -> None:
    check_password(password, words=WORDS)
