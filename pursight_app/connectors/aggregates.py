"""One-pass profiles in SQL: the select list for a group of columns, and the answer's row turned into profiles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pursight_app.connectors.base import ColumnProfile
from pursight_app.connectors.samples import without_nul

# Seven expressions a column and one count stay below PostgreSQL's 1,664 and SQLite's 2,000 result columns.
COLUMNS_PER_QUERY = 220

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class ColumnExpressions:
    """The SQL of one column in one dialect.

    `value` is the quoted column; `minimum`, `maximum`, `distinct` are aggregates (`distinct` is "NULL" where the count
    comes from elsewhere); `length` is the length of the text form of one value, null for null; `text` is the text form
    cut at `VALUE_CHARACTERS`, for the sample.
    """

    name: str
    value: str
    minimum: str
    maximum: str
    distinct: str
    length: str
    text: str


def select(expressions: str, source: str) -> str:
    """A SELECT statement; the callers quote every identifier, and values never become part of it."""
    return f"SELECT {expressions} FROM {source}"  # noqa: S608  # identifiers cannot be bound as parameters


def read_profiles(
    columns: Sequence[ColumnExpressions], run: Callable[[str], Row], *, columns_per_query: int = COLUMNS_PER_QUERY
) -> tuple[int, dict[str, ColumnProfile]]:
    """Row count and profile of each column; `run` gets a select list and returns its single row.

    Wide tables take one query for each `columns_per_query` columns, all in the caller's snapshot.
    """
    profiles: dict[str, ColumnProfile] = {}
    row_count = 0
    for start in range(0, max(1, len(columns)), columns_per_query):
        group = columns[start : start + columns_per_query]
        row = run(", ".join(["count(*)", *(_aggregates(column) for column in group)]))
        row_count = whole(row[0])
        for index, column in enumerate(group):
            profiles[column.name] = _profile(row_count, row[1 + index * 7 : 8 + index * 7])
    return row_count, profiles


def _aggregates(column: ColumnExpressions) -> str:
    return ", ".join(
        [
            f"count({column.value})",
            column.distinct,
            column.minimum,
            column.maximum,
            f"min({column.length})",
            f"max({column.length})",
            f"avg({column.length})",
        ]
    )


def _profile(row_count: int, figures: Row) -> ColumnProfile:
    filled, distinct, minimum, maximum, shortest, longest, mean = figures
    return ColumnProfile(
        null_count=row_count - whole(filled),
        distinct_count=whole(distinct),
        minimum=None if minimum is None else without_nul(str(minimum)),
        maximum=None if maximum is None else without_nul(str(maximum)),
        min_length=None if shortest is None else whole(shortest),
        max_length=None if longest is None else whole(longest),
        mean_length=None if mean is None else float(str(mean)),
    )


def whole(figure: object) -> int:
    """A driver's number (int, Decimal, float or None) as int; None is 0."""
    return 0 if figure is None else int(Decimal(str(figure)))
