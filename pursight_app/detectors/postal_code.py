"""Postal codes.

`uk_postcode`, `ca_postal_code` and `nl_postcode` match letter and digit forms that hardly anything else has; `us_zip_plus4`
matches `12345-6789`. Five or six bare digits are left to header and model: they are more often a number.
"""

import re
from collections.abc import Callable

from pursight_app.detectors.base import Detector, one_of

_UK = re.compile(
    r"""
    (?:[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY])|GIR)  # outward code
    [ ]?
    \d[ABD-HJLNP-UW-Z]{2}                                                                    # inward code
    """,
    re.VERBOSE,
)
_CANADA = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d")
_NETHERLANDS = re.compile(r"[1-9]\d{3}[ ]?(?!SA|SD|SS)[A-Z]{2}")


def is_uk_postcode(value: str) -> bool:
    """True for an outward and inward code of the form that Royal Mail uses."""
    return _UK.fullmatch(value.upper()) is not None


def is_ca_postal_code(value: str) -> bool:
    """True for A1A 1A1 without the letters that Canada Post leaves out."""
    return _CANADA.fullmatch(value.upper()) is not None


def is_nl_postcode(value: str) -> bool:
    """True for four digits and two letters that PostNL assigns."""
    return _NETHERLANDS.fullmatch(value.upper()) is not None


def is_us_zip_plus4(value: str) -> bool:
    """True for a nine-digit ZIP whose first part is assigned to a region."""
    return "00501" <= value[:5] <= "99950"


def _detector(
    key: str, match: Callable[[str], bool], shape: Callable[[str], bool], rate: float, proof: str
) -> Detector:
    return Detector(
        key=key,
        data_class="postal_code",
        match=match,
        random_rate=rate,
        is_decisive=rate < 0.5,
        description=f"Postal code: values {proof}.",
        accepts_shape=shape,
        proof=proof,
    )


def _accepts_uk_shape(shape: str) -> bool:
    return 5 <= len(shape) <= 8 and shape.upper().endswith("9AA") and shape[0] in "Aa"


DETECTORS = (
    _detector("uk_postcode", is_uk_postcode, _accepts_uk_shape, 0.45, "have the form of UK postcodes"),
    _detector(
        "ca_postal_code",
        is_ca_postal_code,
        one_of("A9A 9A9", "A9A9A9", "A9A-9A9", "a9a 9a9", "a9a9a9"),
        0.42,
        "have the form of Canadian postal codes",
    ),
    _detector(
        "nl_postcode", is_nl_postcode, one_of("9999 AA", "9999AA", "9999 aa"), 0.9, "have the form of Dutch postcodes"
    ),
    _detector("us_zip_plus4", is_us_zip_plus4, one_of("99999-9999"), 0.95, "have the form of nine-digit US ZIP codes"),
)
