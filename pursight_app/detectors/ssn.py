"""United States Social Security numbers.

Matches `123-45-6789` (or with blanks) under the rules of the Social Security Administration: no area 000, 666 or
900-999, no group 00, no serial 0000, none of the numbers withdrawn for advertising. There is no checksum: 89 % of random
digits of this form pass, so it needs the header's or the model's support, and nine bare digits are left to the model.
"""

import re

from pursight_app.detectors.base import Detector, one_of

_SSN = re.compile(
    r"""
    (?!000|666|9)\d{3}     # area
    (?P<separator>[- ])
    (?!00)\d{2}            # group
    (?P=separator)
    (?!0000)\d{4}          # serial
    """,
    re.VERBOSE,
)
_WITHDRAWN = frozenset({"078-05-1120", "457-55-5462", "219-09-9999"})


def is_us_ssn(value: str) -> bool:
    """True for a separated number that the rules allow."""
    return _SSN.fullmatch(value) is not None and value.replace(" ", "-") not in _WITHDRAWN


DETECTORS = (
    Detector(
        key="us_ssn",
        data_class="us_ssn",
        match=is_us_ssn,
        random_rate=0.89,
        is_decisive=False,
        description="US Social Security number in 3-2-4 form; no checksum exists.",
        accepts_shape=one_of("999-99-9999", "999 99 9999"),
        proof="have the 3-2-4 form and ranges of a US Social Security number",
    ),
)
