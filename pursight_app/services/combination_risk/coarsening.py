"""Coarser forms of values, to show what a table would give away if it held no more than that."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

from pursight_app.services.combination_risk.figures import Coarsening

# PyArrow makes its functions when it is imported, so type checkers do not see them.
pc: Any = pyarrow.compute
# What each data class is made coarser to: HIPAA Safe Harbor keeps the year of a date and the first three digits of a ZIP code.
COARSENINGS = {
    "date_of_birth": Coarsening.YEAR,
    "date": Coarsening.YEAR,
    "timestamp": Coarsening.YEAR,
    "postal_code": Coarsening.FIRST_3,
    "age": Coarsening.DECADE,
    "latitude": Coarsening.DEGREE,
    "longitude": Coarsening.DEGREE,
}
# With fewer values that can be made coarser, the column is not what it was taken for.
_LEAST_READABLE = 0.9
# A year, a number's leading part or three signs of a code, each up to the first sign that does not belong to it.
_PARTS = {
    Coarsening.YEAR: r"(?:^|[^0-9])(?P<part>1[89][0-9]{2}|20[0-9]{2})(?:[^0-9]|$)",
    Coarsening.FIRST_3: r"^\s*(?P<part>[0-9A-Za-z]{3})",
    Coarsening.DECADE: r"^\s*(?P<part>[0-9]{0,2}?)[0-9](?:\.0*)?\s*$",
    Coarsening.DEGREE: r"^\s*(?P<part>[-+]?[0-9]{1,3})(?:[.,][0-9]*)?\s*$",
}
# The day of a moment: what somebody may remember of it. `T` and a space both stand before the time.
_DAY = r"^\s*(?P<part>[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})(?:[T ]|$)"


def coarsen(values: "pa.ChunkedArray", to: Coarsening) -> "pa.ChunkedArray | None":
    """The values in coarser form, nulls kept; None when fewer than nine in ten can be read so."""
    return _extract(values, _PARTS[to])


def by_day(values: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Moments without their time; as they are when they are not written as dates."""
    days = _extract(values, _DAY)
    return values if days is None else days


def _extract(values: "pa.ChunkedArray", pattern: str) -> "pa.ChunkedArray | None":
    parts = pc.struct_field(pc.extract_regex(values, pattern), [0])
    given, read = len(values) - values.null_count, len(values) - parts.null_count
    if not given or read < _LEAST_READABLE * given:
        return None
    # What cannot be read stays as it is: left out, it would hide in the group of the empty ones.
    return pc.coalesce(parts, values)
