"""Telephone numbers.

`phone_international` matches numbers with a country code (`+49 30 1234567`, `0049…`) that are possible under the
numbering plan of that country (libphonenumber). `phone_national` matches numbers that are grouped the way people write
them (`(212) 555-0199`, `06 34 20 46 98`, `555-0199`): a form, not a proof, so it never decides alone. Bare digits are
never a phone here: libphonenumber calls 93 % of random ten-digit numbers valid somewhere; only header and model can
tell. Dates, IP addresses, version numbers and coordinates are not matched.
"""

import re

import phonenumbers

from pursight_app.detectors.base import Detector

_GROUPED = re.compile(
    r"""
    (?:\+?\d{1,3}[ .-]?)?          # country code
    (?:\(\d{1,5}\)[ ]?|\d{2,5}[ .-])  # area code in brackets, or followed by a separator
    \d{2,5}                        # first group of the subscriber's number
    (?:[ .-]\d{2,5}){1,3}          # one to three more groups
    (?:[ ]?(?:x|ext\.?)[ ]?\d{1,6})?  # extension
    """,
    re.VERBOSE,
)
_DATE_LIKE = re.compile(r"(?:\d{4}[ .-]\d{1,2}[ .-]\d{1,2}|\d{1,2}[ .-]\d{1,2}[ .-]\d{4})")
_SOCIAL_SECURITY_LIKE = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}")


def is_international_phone(value: str) -> bool:
    """True for a number with country code whose length and prefix the country's numbering plan allows."""
    text = "+" + value[2:] if value.startswith("00") else value
    if not text.startswith("+"):
        return False
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return False
    # "Possible" rather than "valid": samples and fiction use reserved numbers such as +44 7700 900834.
    return phonenumbers.is_possible_number(number)


def is_national_phone(value: str) -> bool:
    """True for 7 to 13 digits that are grouped like a telephone number."""
    if _DATE_LIKE.fullmatch(value) or _SOCIAL_SECURITY_LIKE.fullmatch(value):
        return False
    if value.count(".") == 1 and not re.search(r"[ ()-]", value):
        return False
    digits = sum(character.isdigit() for character in value)
    return 7 <= digits <= 13 and _GROUPED.fullmatch(value) is not None


def _accepts_shape(shape: str) -> bool:
    return 8 <= len(shape) <= 28 and 7 <= shape.count("9") <= 18 and set("9 +()-./xeta") >= set(shape)


def _accepts_international_shape(shape: str) -> bool:
    return _accepts_shape(shape) and shape.startswith(("+", "99"))


DETECTORS = (
    Detector(
        key="phone_international",
        data_class="phone",
        match=is_international_phone,
        random_rate=0.4,
        is_decisive=True,
        description="Telephone number with country code that its numbering plan allows.",
        accepts_shape=_accepts_international_shape,
        proof="are telephone numbers with a country code",
    ),
    Detector(
        key="phone_national",
        data_class="phone",
        match=is_national_phone,
        random_rate=0.5,
        is_decisive=False,
        description="Digits grouped like a telephone number; needs the header's or the model's support.",
        accepts_shape=_accepts_shape,
        proof="are grouped like telephone numbers",
    ),
)
