"""United Kingdom National Insurance numbers.

Matches two prefix letters, six digits and a suffix letter A to D, plain or in pairs. Excludes prefixes that HMRC never
issues (NIM39110): letters D F I Q U V, O in second place, and BG GB KN NK NT TN ZZ. There is no checksum, but random
values of the form pass in under 10 %.
"""

import re

from pursight_app.detectors.base import Detector, compact

_NINO = re.compile(
    r"""
    (?!BG|GB|KN|NK|NT|TN|ZZ)
    [A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]   # prefix
    \d{6}
    [A-D]                                 # suffix
    """,
    re.VERBOSE,
)


def is_uk_nino(value: str) -> bool:
    """True for a number whose prefix and suffix are issued."""
    return _NINO.fullmatch(compact(value).upper()) is not None


def _accepts_shape(shape: str) -> bool:
    return 9 <= len(shape) <= 13 and shape[:2] in {"AA", "aa"} and shape.count("9") == 6


DETECTORS = (
    Detector(
        key="uk_nino",
        data_class="uk_nino",
        match=is_uk_nino,
        random_rate=0.09,
        is_decisive=True,
        description="UK National Insurance number: issued prefix and suffix letters.",
        accepts_shape=_accepts_shape,
        proof="have the issued letters of a UK National Insurance number",
    ),
)
