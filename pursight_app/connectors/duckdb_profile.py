"""Profiles and samples anything DuckDB can read: one pass for the figures, bounded memory for distinct counts."""

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pursight_app.connectors.aggregates import ColumnExpressions, read_profiles, select, whole
from pursight_app.connectors.base import VALUE_CHARACTERS, ColumnProfile, TableScan
from pursight_app.connectors.duckdb_session import DuckDBSession, quoted
from pursight_app.connectors.estimates import Z_95
from pursight_app.connectors.samples import SEED, string_table, thin_out, with_shapes

# Distinct values of a column with more than this many are estimated on large tables.
EXACT_DISTINCT = 100_000

# The share of all hash values whose distinct members are kept; 1/64 of nine million values take a few megabytes.
_HASH_SHARE = 64

# Below this many rows a reservoir is quick; above it, chosen row numbers skip most of the table.
_RESERVOIR_ROWS = 200_000

# Each distinct count holds a hash table of some megabytes, so a wide table is read in several passes.
_COLUMNS_PER_QUERY = 60

# Types with an order of their own that fits minimum and maximum; others are compared by their text form.
_ORDERED = re.compile(
    r"""
    (?: U?(?: TINY|SMALL|BIG|HUGE )?INT(?:EGER)? | FLOAT | DOUBLE | DECIMAL\(\d+,\d+\) | BIGNUM
      | BOOLEAN | DATE | TIME.* | INTERVAL | UUID | VARCHAR )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """What is scanned.

    `relation` is a FROM clause; `columns` maps each name to its DuckDB type. `guessed` maps columns that hold text to the
    type the text seems to have. `json` names the columns whose text form needs unwrapping. `row_number` is an expression
    that numbers rows from 0 and skips unread ones, with the relation to use it on; None where reading is sequential.
    """

    relation: str
    columns: Mapping[str, str]
    guessed: Mapping[str, str]
    row_number: tuple[str, str] | None = None


def scan_source(session: DuckDBSession, source: Source, *, sample_rows: int, is_exact: bool) -> TableScan:
    """One scan; call inside `session.reading`.

    Every row is read either way. Unless `is_exact`, columns with more than `EXACT_DISTINCT` values get an estimate of
    their distinct count with its error.
    """
    columns = [_expressions(source, name, is_exact=is_exact) for name in source.columns]
    row_count, profiles = read_profiles(
        columns,
        lambda expressions: session.rows(select(expressions, source.relation))[0],
        columns_per_query=_COLUMNS_PER_QUERY,
    )
    if not is_exact:
        profiles = _with_distinct(session, source, profiles)
    texts = ", ".join(column.text for column in columns)
    rows = session.rows(select(texts, _drawn(session, source, row_count, sample_rows)))
    sample = string_table([column.name for column in columns], thin_out(rows, sample_rows))
    return TableScan(row_count, None, None, with_shapes(profiles, sample), sample)


def _value(source: Source, name: str) -> str:
    # A column whose lines disagree about its type is JSON; ->> gives "x" as x and leaves the rest as it is written.
    return f"({quoted(name)} ->> '$')" if source.columns[name] == "JSON" else quoted(name)


def _is_ordered(data_type: str) -> bool:
    return _ORDERED.fullmatch(data_type) is not None or data_type.startswith("ENUM")


def _comparable(source: Source, name: str) -> str:
    value = _value(source, name)
    return value if _is_ordered(source.columns[name]) else f"{value}::VARCHAR"


def _expressions(source: Source, name: str, *, is_exact: bool) -> ColumnExpressions:
    value, comparable = _value(source, name), _comparable(source, name)
    text = f"{value}::VARCHAR"
    counting = "count(DISTINCT" if is_exact else "approx_count_distinct("
    return ColumnExpressions(
        name=name,
        value=value,
        minimum=_extreme("min", comparable, source.guessed.get(name)),
        maximum=_extreme("max", comparable, source.guessed.get(name)),
        distinct=f"{counting} {comparable})",
        length=f"length({text})",
        text=f"left({text}, {VALUE_CHARACTERS})",
    )


def _extreme(function: str, comparable: str, guessed: str | None) -> str:
    plain = f"left({function}({comparable})::VARCHAR, {VALUE_CHARACTERS})"
    if guessed is None:
        return plain
    typed = f"TRY_CAST({comparable} AS {guessed})"
    # The guess came from the head of the file; it counts only if every value fits it.
    return f"CASE WHEN count({comparable}) = count({typed}) THEN {function}({typed})::VARCHAR ELSE {plain} END"


def _with_distinct(
    session: DuckDBSession, source: Source, profiles: Mapping[str, ColumnProfile]
) -> dict[str, ColumnProfile]:
    """Replaces HyperLogLog's guess: exact counts for columns of few values, distinct sampling for the others.

    Distinct sampling (Gibbons, VLDB 2001) counts exactly the values whose hash falls into 1/64 of the range. The count is
    binomial over all distinct values, which gives the error. Memory stays bounded in both cases.
    """
    kept = dict(profiles)
    names = list(profiles)
    for start in range(0, len(names), _COLUMNS_PER_QUERY):
        group = names[start : start + _COLUMNS_PER_QUERY]
        counting = ", ".join(_counting(_comparable(source, name), profiles[name]) for name in group)
        counts = session.rows(select(counting, source.relation))[0]
        for name, count in zip(group, counts, strict=True):
            kept[name] = _counted(profiles[name], whole(count))
    return kept


def _counting(value: str, profile: ColumnProfile) -> str:
    if profile.distinct_count <= EXACT_DISTINCT:
        return f"count(DISTINCT {value})"
    return f"count(DISTINCT hash({value})) FILTER (hash({value}) % {_HASH_SHARE} = 0)"


def _counted(profile: ColumnProfile, count: int) -> ColumnProfile:
    if profile.distinct_count <= EXACT_DISTINCT:
        return replace(profile, distinct_count=count)
    error = Z_95 * _HASH_SHARE * math.sqrt(count * (1 - 1 / _HASH_SHARE))
    return replace(profile, distinct_count=count * _HASH_SHARE, distinct_count_error=math.ceil(error))


def _drawn(session: DuckDBSession, source: Source, row_count: int, sample_rows: int) -> str:
    """A FROM clause of up to `sample_rows` rows over the whole relation, the same ones each time."""
    if row_count <= sample_rows:
        return source.relation
    if source.row_number is None or row_count <= _RESERVOIR_ROWS:
        return f"{source.relation} USING SAMPLE reservoir({sample_rows} ROWS) REPEATABLE (42)"
    number, relation = source.row_number
    last = whole(session.rows(select(f"max({number})", relation))[0][0])
    # A tenth more, as deleted rows leave gaps in the numbers.
    wanted = min(last + 1, sample_rows + sample_rows // 10)
    chosen = random.Random(SEED).sample(range(last + 1), wanted)  # noqa: S311  # draws a sample, no secret
    return f"{relation} WHERE {number} IN ({_numbers(chosen)})"


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
