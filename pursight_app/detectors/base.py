"""What a detector is: it recognises one data class by the values of a column, and can say why."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """One column as the classifier sees it.

    `values` are at most 1,000 raw text values in row order, None or "" for null. `table_columns` are all headers of the
    table, this one included. `declared_type` is the source's type name, "" when unknown.
    """

    table: str
    column: str
    values: tuple[str | None, ...]
    table_columns: tuple[str, ...] = ()
    declared_type: str = ""


@dataclass(frozen=True, slots=True)
class Detector:
    """Recognises one data class by validating values.

    `match` answers for one normalised value and must be cheap and bounded. `random_rate` is how often a random value of
    the same shape passes `match` (0-1); it sets how many hits are evidence. `is_decisive` means a high match rate
    decides the class without the model.
    """

    key: str
    data_class: str
    match: Callable[[str], bool]
    random_rate: float
    is_decisive: bool
    description: str


@dataclass(frozen=True, slots=True)
class Detection:
    """What one detector found in one column: `matched` of `tested` non-null values, `distinct` different matching
    values, and the Wilson 95 % lower bound of the match rate (0-1)."""

    detector: Detector
    matched: int
    tested: int
    distinct: int
    lower_bound: float
