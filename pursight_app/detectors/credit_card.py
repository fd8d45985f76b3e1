"""Payment card numbers (PAN, ISO/IEC 7812).

Matches 13 to 19 digits, plain or in groups, that pass the Luhn checksum and carry an issuer prefix of Visa, Mastercard,
American Express, Discover, Diners Club, JCB, UnionPay or Maestro in a length that this scheme issues. A random number of
card length passes in about 3 %. Does not match device numbers (IMEI: Luhn too, but no issuer prefix at 15 digits) nor
numbers that lost digits in a spreadsheet (`5.54E+15`).
"""

import re

from pursight_app.detectors.base import Detector, compact, digits_between

_ISSUER = re.compile(
    r"""
      4\d{12}(?:\d{3}){0,2}                                     # Visa: 13, 16 or 19 digits
    | 5[1-5]\d{14}                                              # Mastercard, old range
    | (?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}     # Mastercard, range since 2017
    | 3[47]\d{13}                                               # American Express
    | (?:6011|64[4-9]\d|65\d\d)\d{12}(?:\d{3})?                 # Discover
    | (?:30[0-5]|3095|36\d|38\d|39\d)\d{11}                     # Diners Club
    | (?:2131|1800|35(?:2[89]|[3-8]\d)\d)\d{11}                 # JCB
    | 62\d{14}(?:\d{3})?                                        # UnionPay
    | (?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}        # Maestro
    """,
    re.VERBOSE,
)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def passes_luhn(digits: str) -> bool:
    """True when the last digit is the Luhn check digit (ISO/IEC 7812-1, annex B) of ASCII `digits`."""
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def is_credit_card(value: str) -> bool:
    """True for a card number with issuer prefix, right length and checksum."""
    digits = compact(value)
    # One digit all through is filler, though 0000 0000 0000 0000 passes Luhn.
    return _ISSUER.fullmatch(digits) is not None and len(set(digits)) > 1 and passes_luhn(digits)


DETECTORS = (
    Detector(
        key="credit_card",
        data_class="credit_card",
        match=is_credit_card,
        random_rate=0.03,
        is_decisive=True,
        description="Payment card number: issuer prefix, length and Luhn checksum.",
        accepts_shape=digits_between(13, 19, separators=" -"),
        proof="pass the Luhn checksum and carry a card issuer's prefix",
    ),
)
