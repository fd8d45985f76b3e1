"""Driving licence numbers.

`uk_driving_licence` matches the 16 characters of the DVLA: five of the surname, decade, month and day of birth (month plus
50 for women), year digit, initials and three check characters. Other countries' and the US states' numbers have no
public structure worth trusting (a letter and seven digits may be any key); they are left to header and model.
"""

import re

from pursight_app.detectors.base import Detector, compact

_DVLA = re.compile(
    r"""
    (?=[A-Z])[A-Z]{1,5}9{0,4}      # surname, filled up with 9
    \d                             # decade of birth
    (?:0[1-9]|1[0-2]|5[1-9]|6[0-2])
    (?:0[1-9]|[12]\d|3[01])
    \d                             # year of birth
    [A-Z][A-Z9]                    # initials
    [A-Z0-9][A-Z]{2}               # tie-breaker and check characters
    (?:\d{2})?                     # issue number
    """,
    re.VERBOSE,
)


def is_uk_driving_licence(value: str) -> bool:
    """True for the structure with a birth date that can exist."""
    number = compact(value).upper()
    return len(number) in {16, 18} and _DVLA.fullmatch(number) is not None


def _accepts_shape(shape: str) -> bool:
    return 16 <= len(shape) <= 22 and shape[0] in "Aa" and shape.count("9") >= 6


DETECTORS = (
    Detector(
        key="uk_driving_licence",
        data_class="drivers_license",
        match=is_uk_driving_licence,
        random_rate=0.07,
        is_decisive=True,
        description="UK driving licence number with name and birth date parts.",
        accepts_shape=_accepts_shape,
        proof="have the name and birth date parts of a UK driving licence",
    ),
)
