"""UUIDs (RFC 9562).

Matches 8-4-4-4-12 hex digits, in any case, with or without braces, including nil. Does not match 32 hex digits without
dashes: those are more often an MD5 digest.
"""

import re

from pursight_app.detectors.base import Detector

_UUID = re.compile(
    r"""
    \{?(?:urn:uuid:)?
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    \}?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_uuid(value: str) -> bool:
    """True for a UUID in its text form."""
    return _UUID.fullmatch(value) is not None


def _accepts_shape(shape: str) -> bool:
    return 36 <= len(shape) <= 47 and shape.count("-") == 4


DETECTORS = (
    Detector(
        key="uuid",
        data_class="uuid",
        match=is_uuid,
        random_rate=0.001,
        is_decisive=True,
        description="UUID in 8-4-4-4-12 form.",
        accepts_shape=_accepts_shape,
        proof="are UUIDs",
    ),
)
