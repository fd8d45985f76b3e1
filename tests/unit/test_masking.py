"""What of a sampled value may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pursight_app.core.masking import mask, mask_secret


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("jane.doe@example.com", "j***@e***.com"),
        ("4111 1111 1111 1111", "4*** **** **** ****"),
        ("DE42540398888938122401", "D*********************"),
        ("536-22-1234", "5**-**-****"),
        ("Jane Doe", "J*** ***"),
        ("", ""),
        ("   ", ""),
        ("ab", "**"),
        ("M", "*"),
    ],
)
def test_mask_keeps_the_form_and_at_most_a_first_character(value: str, shown: str) -> None:
    assert mask(value) == shown


def test_short_addresses_show_less() -> None:
    assert mask("a@b.com") == "a**.***"


def test_a_secret_shows_only_its_length() -> None:
    assert mask_secret("AKIAIOSFODNN7EXAMPLE") == "(20 characters)"


@given(st.text(st.characters(codec=None), max_size=400))
def test_mask_is_short_printable_and_hides_most_characters(value: str) -> None:
    shown = mask(value)
    assert len(shown) <= 80
    assert shown.isprintable()
    shown.encode("utf-8")
    revealed = sum(character.isalnum() for character in shown)
    assert revealed <= max(1, 0.3 * len(value.strip()))


@given(st.emails())
def test_mask_of_an_address_does_not_hold_its_local_part(address: str) -> None:
    local = address.split("@", maxsplit=1)[0]
    shown = mask(address)
    # The first letter or digit and separators stay on purpose, so a local part like "0/" has nothing to hide.
    assert sum(character.isalnum() for character in local) < 2 or local not in shown
    assert sum(character.isalnum() for character in shown) <= 0.3 * len(address)
