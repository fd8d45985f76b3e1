"""Passport numbers.

`passport_mrz` matches the second line of a passport's machine-readable zone (ICAO 9303): number, nationality, birth and
expiry date, with the check digit of the number. `passport_form` matches the forms that countries print (a letter and
seven or eight digits, two letters and seven digits, nine digits with C, F, G … as Germany): any key can look so, hence it
needs the header's support.
"""

import re

from pursight_app.detectors.base import Detector

_MRZ = re.compile(
    r"""
    (?P<number>[A-Z0-9<]{9})(?P<check>\d)
    [A-Z<]{3}            # nationality
    \d{6}\d              # birth date and its check digit
    [MFX<]
    \d{6}\d              # expiry date and its check digit
    [A-Z0-9<]{14}[0-9<]{1,2}
    """,
    re.VERBOSE,
)
_FORM = re.compile(
    r"""
      [A-Z]\d{7,8}                 # United States (new), India, Spain, Poland with one letter …
    | [A-Z]{2}\d{6,7}              # Italy, Poland, Japan, Canada
    | \d{2}[A-Z]{2}\d{5}           # France
    | [CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{7,8}\d?  # Germany: no vowels
    """,
    re.VERBOSE,
)


def is_passport_mrz(value: str) -> bool:
    """True for the zone's second line whose passport number carries the right check digit."""
    found = _MRZ.fullmatch(value)
    if found is None:
        return False
    total = sum(
        weight * (0 if character == "<" else int(character, 36))
        for weight, character in zip((7, 3, 1) * 3, found["number"], strict=True)
    )
    return total % 10 == int(found["check"])


def has_passport_form(value: str) -> bool:
    """True for a form that some country prints."""
    return _FORM.fullmatch(value) is not None and sum(character.isdigit() for character in value) >= 3


def _accepts_mrz_shape(shape: str) -> bool:
    return 43 <= len(shape) <= 44 and "a" not in shape


def _accepts_form_shape(shape: str) -> bool:
    return 8 <= len(shape) <= 10 and set("9A") == set(shape)


DETECTORS = (
    Detector(
        key="passport_mrz",
        data_class="passport_number",
        match=is_passport_mrz,
        random_rate=0.01,
        is_decisive=True,
        description="Second line of a passport's machine-readable zone.",
        accepts_shape=_accepts_mrz_shape,
        proof="are machine-readable passport lines with the right check digit",
    ),
    Detector(
        key="passport_form",
        data_class="passport_number",
        match=has_passport_form,
        random_rate=0.6,
        is_decisive=False,
        description="Form of a passport number; needs the header's support.",
        accepts_shape=_accepts_form_shape,
        proof="have the form of a passport number",
    ),
)
