"""The shapes in which combination risk is measured, stored with its asset and shown."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

# Rises when figures of an older version could not be compared with new ones.
VERSION = 1
# A set of columns singles people out when at least this share of the rows has values that no other row has.
SINGLES_OUT = 0.2
# A group of fewer rows than this is small: the usual limit of statistical offices and of health data (k = 5).
SMALL_GROUP = 5


class NotMeasured(StrEnum):
    """Why there are no figures for a table."""

    NO_PERSON = "no_person"
    TOO_FEW_ROWS = "too_few_rows"
    NO_QUASI_IDENTIFIER = "no_quasi_identifier"


class LeftOut(StrEnum):
    """Why a column takes part in no combination."""

    NOT_NAMED = "not_named"
    SECRET = "secret"  # noqa: S105  a reason, no password
    FREE_TEXT = "free_text"
    LEARNED = "learned"
    MEASURE = "measure"
    REFERENCE = "reference"
    CONSTANT = "constant"
    UNKNOWN_OUTSIDE = "unknown_outside"


class Coarsening(StrEnum):
    """A coarser form of a column's values that keeps much of their use."""

    YEAR = "year"
    FIRST_3 = "first_3"
    DECADE = "decade"
    DEGREE = "degree"


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of a column before anything is measured; `is_key` when it alone is the primary key."""

    name: str
    data_class: str | None
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """Share (0-1) of the rows of the whole table that are unique, with its range.

    `ratio` is None when the sample allows a range only.
    """

    ratio: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How rows fall into groups of equal values. Ratios are shares of the measured rows, 0-1.

    `k` is the size of the smallest group, `low` and `high` the 95 % Wilson interval of `unique_ratio`, `small_ratio` the share
    of rows in groups of fewer than `SMALL_GROUP`. `whole` speaks of the whole table; None when every row was measured.
    """

    k: int
    unique_ratio: float
    low: float
    high: float
    small_ratio: float
    whole: Estimate | None = None

    @property
    def known_ratio(self) -> float:
        """Share of unique rows in the whole table; the lower end where only a range is known."""
        if self.whole is None:
            return self.unique_ratio
        return self.whole.low if self.whole.ratio is None else self.whole.ratio


@dataclass(frozen=True, slots=True)
class Change:
    """A column whose values were made coarser."""

    column: str
    to: Coarsening


@dataclass(frozen=True, slots=True)
class Variant:
    """What the same set of columns would show after the changes."""

    changes: tuple[Change, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Columns that were looked at together, in the order of the table."""

    columns: tuple[str, ...]
    figures: Figures
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class QuasiIdentifier:
    """A column that others may know of a person; `distinct` counts its values in the measured rows."""

    column: str
    data_class: str
    distinct: int


@dataclass(frozen=True, slots=True)
class DirectIdentifier:
    """A column that names a person or a record by itself; `unique_ratio` is the share of rows whose value is unique."""

    column: str
    data_class: str
    unique_ratio: float


@dataclass(frozen=True, slots=True)
class LeftOutColumn:
    """A column that takes part in no combination, and why."""

    column: str
    reason: LeftOut


@dataclass(frozen=True, slots=True)
class CombinationRisk:
    """Which small sets of columns single people out in one table.

    `sets` holds the smallest sets that reach `SINGLES_OUT`, fewest columns first, then the riskiest; when none does, the one
    that comes closest. `together` is every quasi-identifier at once. `is_cut`: there were more sets than could be tried.
    `verdicts` is the fingerprint of what the columns were taken for. Holds no value of the table.
    """

    measured_at: datetime
    verdicts: str
    rows: int
    row_count: int
    reason: NotMeasured | None = None
    quasi_identifiers: tuple[QuasiIdentifier, ...] = ()
    direct_identifiers: tuple[DirectIdentifier, ...] = ()
    left_out: tuple[LeftOutColumn, ...] = ()
    sets: tuple[ColumnSet, ...] = ()
    together: ColumnSet | None = None
    tried: int = 0
    is_cut: bool = False
    version: int = field(default=VERSION)

    @property
    def worst(self) -> ColumnSet | None:
        """The reported set that singles out most."""
        return max(self.sets, key=lambda each: (each.figures.known_ratio, each.figures.unique_ratio), default=None)

    def as_json(self) -> dict[str, Any]:
        """What an asset keeps."""
        return _ADAPTER.dump_python(self, mode="json")


def fingerprint(columns: Iterable[Column]) -> str:
    """Changes when a column is taken for something else, comes or goes."""
    said = sorted(f"{column.name}\t{column.data_class or ''}\t{column.is_key}" for column in columns)
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


_ADAPTER = TypeAdapter(CombinationRisk)


def from_json(kept: dict[str, Any]) -> CombinationRisk | None:
    """What an asset keeps, read back; None when nothing of this version was kept."""
    if kept.get("version") != VERSION:
        return None
    return _ADAPTER.validate_python(kept)
