"""Turns a sampled value into something that may be shown, logged and stored. No other code shows sampled values."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, cast

_EMAIL = re.compile(
    r"""
    (?P<local>[^@\s]{1,64})      # the part before the only @
    @
    (?P<host>[^@\s.]{1,63})      # first label of the domain
    [^@\s]{0,190}?               # further labels, not shown
    (?P<top>\.[A-Za-z]{2,24})    # the top-level domain says little, and is what people recognise
    """,
    re.VERBOSE,
)
_SHOWN_LENGTH = 24
# The longest value of which a first character may be shown is bounded by this share of revealed characters.
_SHOWN_SHARE = 0.3
# The parts of a column's profile that are values of the column and not counts.
_VALUE_PARTS = ("minimum", "maximum", "top_values")


def mask(value: str) -> str:
    """Hides a value but keeps a hint of its form, e.g. `j***@e***.com` or `4***-****-****-****`.

    At most the first character (of each side for an e-mail address, plus its top-level domain) and separators stay, so
    never more than 30 % of the letters and digits; the result is at most 24 characters and printable.
    """
    text = value.strip()
    if not text:
        return ""
    found = _EMAIL.fullmatch(text) if len(text) <= 320 else None
    if found and _is_small_share(len(found["top"]) + 1, len(text)):
        return _printable(f"{found['local'][0]}***@{found['host'][0]}***{found['top']}")
    hidden = "".join(_hidden(character) for character in text[:_SHOWN_LENGTH])
    if _is_small_share(1, sum(character.isalnum() for character in text[:_SHOWN_LENGTH])):
        first = next((place for place, character in enumerate(text[:_SHOWN_LENGTH]) if character.isalnum()), None)
        if first is not None:
            hidden = hidden[:first] + text[first] + hidden[first + 1 :]
    return _printable(hidden)


def mask_profile(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The profile of a column without its values; counts and ratios are none."""
    return {part: _masked(value) if part in _VALUE_PARTS else value for part, value in profile.items()}


def _masked(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_masked(each) for each in cast("list[object]", value)]
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, object]", value)
        return {key: _masked(each) if key == "value" else each for key, each in parts.items()}
    return mask(str(value)) if value not in {None, ""} else value


def mask_secret(value: str) -> str:
    """Shows only how long a secret is: every character of a key or password helps an attacker."""
    return f"({len(value.strip())} characters)"


def _is_small_share(shown: int, total: int) -> bool:
    return shown <= total * _SHOWN_SHARE


def _hidden(character: str) -> str:
    # Separators carry the form, not the content; everything else, unknown symbols and blanks in words too, is a star.
    return character if character in " -./:,()" else "*"


def _printable(text: str) -> str:
    # Lone surrogates, NUL, bidirectional controls and the like must never reach a log line or a terminal.
    return "".join(
        "*" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else character
        for character in text
    )
