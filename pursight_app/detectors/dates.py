"""Dates and times.

`date` matches calendar dates that exist: ISO 8601, with dots, slashes or dashes in either order, compact `20240131`, and
with English month names. `timestamp` matches a date with a time of day. `epoch_time` matches seconds or milliseconds since
1970 for the years 2000 to 2036: also the form of a telephone number, so it needs support. None decides alone, for a birth
date looks the same.
"""

import datetime as dt
import re
from itertools import starmap

from pursight_app.detectors.base import Detector, one_of

_NUMERIC = re.compile(
    r"""
      (?P<y1>\d{4})(?P<s1>[-/.]?)(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})   # year first
    | (?P<a>\d{1,2})(?P<s2>[-/.])(?P<b>\d{1,2})(?P=s2)(?P<y2>\d{4}|\d{2})  # year last, day or month first
    """,
    re.VERBOSE,
)
_NAMED = re.compile(
    r"""
      (?:[A-Z][a-z]{2,8},?[ ])?                                           # weekday
      (?:\d{1,2}(?:st|nd|rd|th)?[ -](?P<m1>[A-Za-z]{3,9})\.?|(?P<m2>[A-Za-z]{3,9})\.?[ ]\d{1,2}(?:st|nd|rd|th)?)
      ,?[ -]\d{2,4}
    """,
    re.VERBOSE,
)
_CLOCK = re.compile(
    r"""
    \d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?   # hours, minutes, seconds, fraction
    [ ]?(?:[AaPp]\.?[Mm]\.?)?
    [ ]?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?         # zone
    """,
    re.VERBOSE,
)
_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = frozenset([*_MONTH_NAMES, *(name[:3] for name in _MONTH_NAMES), "sept"])


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return 1000 <= year <= 2200


def is_date(value: str) -> bool:
    """True for a calendar date that exists."""
    named = _NAMED.fullmatch(value)
    if named:
        return (named["m1"] or named["m2"]).lower() in _MONTHS
    found = _NUMERIC.fullmatch(value)
    if found is None:
        return False
    if found["y1"]:
        return _exists(int(found["y1"]), int(found["m1"]), int(found["d1"]))
    year = int(found["y2"]) + (1900 if len(found["y2"]) == 2 else 0)
    first, second = int(found["a"]), int(found["b"])
    return any(starmap(_exists, ((year, first, second), (year, second, first))))


def is_timestamp(value: str) -> bool:
    """True for a date followed by a time of day."""
    day, _, clock = value.replace("T", " ", 1).partition(" ")
    return is_date(day) and _CLOCK.fullmatch(clock) is not None


def is_epoch_time(value: str) -> bool:
    """True for seconds (ten digits) or milliseconds (13 digits) since 1970 within 2000 to 2036."""
    return 946_684_800 <= int(value[:10]) <= 2_082_758_399


def _accepts_date_shape(shape: str) -> bool:
    return (6 <= len(shape) <= 32 and 3 <= shape.count("9") <= 8 and shape != "9999.99" and len(set(shape)) > 1) or (
        shape == "99999999"
    )


def _accepts_timestamp_shape(shape: str) -> bool:
    return 11 <= len(shape) <= 40 and ":" in shape and shape[0] == "9"


DETECTORS = (
    Detector(
        key="date",
        data_class="date",
        match=is_date,
        random_rate=0.1,
        is_decisive=False,
        description="Calendar date that exists.",
        accepts_shape=_accepts_date_shape,
        proof="are calendar dates",
    ),
    Detector(
        key="timestamp",
        data_class="timestamp",
        match=is_timestamp,
        random_rate=0.1,
        is_decisive=False,
        description="Date with time of day.",
        accepts_shape=_accepts_timestamp_shape,
        proof="are dates with a time of day",
    ),
    Detector(
        key="epoch_time",
        data_class="timestamp",
        match=is_epoch_time,
        random_rate=0.12,
        is_decisive=False,
        description="Seconds or milliseconds since 1970.",
        accepts_shape=one_of("9" * 10, "9" * 13),
        proof="are seconds or milliseconds since 1970 in this century",
    ),
)
