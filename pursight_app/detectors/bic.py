"""SWIFT/BIC codes (ISO 9362).

Matches 8 or 11 capital letters and digits whose fifth and sixth character are an ISO 3166 country code. The standard has
no checksum, and a third of all eight-letter words pass, so this never decides alone.
"""

import re

from pursight_app.detectors.base import Detector, only
from pursight_app.detectors.country import ALPHA_2

_BIC = re.compile(
    r"""
    [A-Z]{4}              # institution
    (?P<country>[A-Z]{2})
    [A-Z0-9]{2}           # location
    (?:[A-Z0-9]{3})?      # branch, XXX for the head office
    """,
    re.VERBOSE,
)


def is_bic(value: str) -> bool:
    """True for the form of a BIC with an existing country."""
    found = _BIC.fullmatch(value)
    return found is not None and found["country"] in ALPHA_2


DETECTORS = (
    Detector(
        key="bic",
        data_class="swift_bic",
        match=is_bic,
        random_rate=0.35,
        is_decisive=False,
        description="SWIFT/BIC: form and country code; needs the header's or the model's support.",
        accepts_shape=only("A9", shortest=8, longest=11),
        proof="have the form of a BIC with an existing country",
    ),
)
