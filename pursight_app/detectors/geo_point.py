"""Coordinates.

`geo_point` matches a pair of decimal degrees (`48.85, 2.35`, also in brackets), a WKT `POINT(lon lat)` and degrees with
minutes and a hemisphere letter for both axes. Pairs need at least three decimals on both sides. Single numbers are left
to `decimal_latitude`, which only says that the values fit, and to header and model.
"""

import re

from pursight_app.detectors.base import Detector

_PAIR = re.compile(
    r"""
    [(\[]?\s?
    (?P<first>[+-]?\d{1,3}\.\d{3,17})
    \s?[,;\s]\s?
    (?P<second>[+-]?\d{1,3}\.\d{3,17})
    \s?[)\]]?
    """,
    re.VERBOSE,
)
_WKT = re.compile(
    r"(?:SRID=\d{1,6};)?POINT\s?Z?\s?\(\s?[+-]?\d{1,3}(?:\.\d{1,17})?\s[+-]?\d{1,3}(?:\.\d{1,17})?[^()]{0,24}\)",
    re.IGNORECASE,
)
_SEXAGESIMAL = re.compile(
    r"""
    \d{1,3}\s?[°d:\s]\s?\d{1,2}(?:\.\d{1,8})?\s?[′':\s]?\s?(?:\d{1,2}(?:\.\d{1,8})?\s?[″"]?)?\s?[NSns]   # latitude
    [\s,;/]{1,3}
    \d{1,3}\s?[°d:\s]\s?\d{1,2}(?:\.\d{1,8})?\s?[′':\s]?\s?(?:\d{1,2}(?:\.\d{1,8})?\s?[″"]?)?\s?[EWOewo]  # longitude
    """,
    re.VERBOSE,
)
_LATITUDE = re.compile(r"[+-]?\d{1,2}\.\d{4,17}")


def is_geo_point(value: str) -> bool:
    """True for a pair of coordinates on Earth."""
    if len(value) > 96:
        return False
    pair = _PAIR.fullmatch(value)
    if pair:
        return abs(float(pair["first"])) <= 180 and abs(float(pair["second"])) <= 180
    return _WKT.fullmatch(value) is not None or _SEXAGESIMAL.fullmatch(value) is not None


def is_decimal_latitude(value: str) -> bool:
    """True for a number with at least four decimals between -90 and 90."""
    return _LATITUDE.fullmatch(value) is not None and abs(float(value)) <= 90


def _accepts_shape(shape: str) -> bool:
    return 9 <= len(shape) <= 96 and shape.count("9") >= 6 and (shape[0] in "9+-([" or shape.startswith("A"))


def _accepts_number_shape(shape: str) -> bool:
    return len(shape) <= 22 and shape.count(".") == 1 and set("9.+-") >= set(shape)


DETECTORS = (
    Detector(
        key="geo_point",
        data_class="geo_point",
        match=is_geo_point,
        random_rate=0.05,
        is_decisive=True,
        description="Pair of coordinates: decimal, WKT or degrees and minutes.",
        accepts_shape=_accepts_shape,
        proof="are pairs of coordinates",
    ),
    Detector(
        key="decimal_latitude",
        data_class="latitude",
        match=is_decimal_latitude,
        random_rate=0.5,
        is_decisive=False,
        description="Number with at least four decimals within ±90.",
        accepts_shape=_accepts_number_shape,
        proof="are precise numbers within ±90",
    ),
)
