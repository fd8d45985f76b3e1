"""Measures the combination risk of one table from its sample and what its columns were taken for. Pure.

An empty value is a value of its own: rows that lack the same things are in one group. Rows are counted, not people; in a table
with several rows for each person the figures are too low.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
import pyarrow as pa

from pursight_app.services.combination_risk import coarsening, population
from pursight_app.services.combination_risk.figures import (
    Change,
    Column,
    ColumnSet,
    CombinationRisk,
    DirectIdentifier,
    Figures,
    LeftOut,
    LeftOutColumn,
    NotMeasured,
    QuasiIdentifier,
    Variant,
    fingerprint,
)
from pursight_app.services.combination_risk.groups import Coded, Codes, Groups, coded, encode, group
from pursight_app.services.combination_risk.roles import Role, is_about_persons, role_of
from pursight_app.services.combination_risk.search import Members, find_sets

# With fewer rows everybody is unique and no share means anything.
LEAST_ROWS = 10


@dataclass(frozen=True, slots=True)
class _Table:
    sample: pa.Table
    row_count: int
    columns: tuple[Column, ...]
    codes: tuple[Codes, ...]

    @property
    def rows(self) -> int:
        return self.sample.num_rows

    @property
    def is_whole(self) -> bool:
        return self.row_count <= self.rows


def measure(sample: pa.Table, columns: Sequence[Column], *, row_count: int, at: datetime) -> CombinationRisk:
    """The combination risk of a table with `row_count` rows, of which `sample` holds some or all, as strings.

    Columns that the sample does not hold are passed over. Takes at most about 50 ms for 1,000 rows.
    """
    held = [column for column in columns if column.name in sample.column_names]
    start = partial(CombinationRisk, at, fingerprint(columns), sample.num_rows, max(row_count, sample.num_rows))
    if not is_about_persons(held):
        return start(NotMeasured.NO_PERSON)
    if sample.num_rows < LEAST_ROWS:
        return start(NotMeasured.TOO_FEW_ROWS)
    codes = [encode(_values(sample, column)) for column in held]
    quasi: list[int] = []
    direct: list[DirectIdentifier] = []
    left_out: list[LeftOutColumn] = []
    for place, (column, own) in enumerate(zip(held, codes, strict=True)):
        sizes = np.bincount(own)
        unique_ratio = round(int((sizes == 1).sum()) / sample.num_rows, 4)
        role = role_of(column, distinct=len(sizes), unique_ratio=unique_ratio, rows=sample.num_rows)
        if isinstance(role, LeftOut):
            left_out.append(LeftOutColumn(column.name, role))
        elif role == Role.DIRECT:
            direct.append(DirectIdentifier(column.name, column.data_class or "", unique_ratio))
        else:
            quasi.append(place)
    start = partial(start, direct_identifiers=tuple(direct), left_out=tuple(left_out))
    if not quasi:
        return start(NotMeasured.NO_QUASI_IDENTIFIER)
    table = _Table(sample, row_count, tuple(held[place] for place in quasi), tuple(codes[place] for place in quasi))
    return _measure(table, start)


def _measure(table: _Table, start: Callable[..., CombinationRisk]) -> CombinationRisk:
    data = coded(list(table.codes))
    found = find_sets(data, partial(_unique_ratios, table))
    everything = tuple(range(len(table.columns)))
    return start(
        quasi_identifiers=tuple(
            QuasiIdentifier(column.name, column.data_class or "", int(count))
            for column, count in zip(table.columns, data.counts.tolist(), strict=True)
        ),
        sets=tuple(_column_set(table, data, members) for members in found.sets),
        together=ColumnSet(tuple(column.name for column in table.columns), _figures(table, data, everything)),
        tried=found.tried,
        is_cut=found.is_cut,
    )


def _values(sample: pa.Table, column: Column) -> pa.ChunkedArray:
    values = sample.column(column.name)
    return coarsening.by_day(values) if column.data_class == "timestamp" else values


def _unique_ratios(table: _Table, groups: Groups) -> population.Numbers:
    singles = groups.singles.astype(np.float64)
    if table.is_whole:
        return singles / table.rows
    doubles, triples = groups.doubles.astype(np.float64), groups.triples.astype(np.float64)
    return population.unique_ratios(singles, doubles, triples, rows=table.rows, row_count=table.row_count)


def _figures(table: _Table, data: Coded, members: Members) -> Figures:
    groups = group(data, np.array([members], dtype=np.int64))
    singles, rows = int(groups.singles[0]), table.rows
    low, high = population.wilson(singles, rows)
    whole = None
    if table.is_whole:
        low = high = singles / rows
    else:
        whole = population.estimate(
            singles, int(groups.doubles[0]), int(groups.triples[0]), rows=rows, row_count=table.row_count
        )
    return Figures(
        k=int(groups.smallest[0]),
        unique_ratio=round(singles / rows, 4),
        low=round(low, 4),
        high=round(high, 4),
        small_ratio=round(int(groups.in_small[0]) / rows, 4),
        whole=whole,
    )


def _column_set(table: _Table, data: Coded, members: Members) -> ColumnSet:
    names = tuple(table.columns[place].name for place in members)
    return ColumnSet(names, _figures(table, data, members), tuple(_variants(table, members)))


def _variants(table: _Table, members: Members) -> Iterable[Variant]:
    """The set with each column that can be made coarser, and with all of them."""
    changes: dict[int, tuple[Change, Codes]] = {}
    for place, member in enumerate(members):
        column = table.columns[member]
        to = coarsening.COARSENINGS.get(column.data_class or "")
        coarser = coarsening.coarsen(table.sample.column(column.name), to) if to else None
        if to and coarser is not None:
            changes[place] = (Change(column.name, to), encode(coarser))
    own = {place: table.codes[member] for place, member in enumerate(members)}
    tries = [{place: change} for place, change in changes.items()]
    if len(changes) > 1:
        tries.append(changes)
    for chosen in tries:
        codes = own | {place: changed for place, (_, changed) in chosen.items()}
        figures = _figures(table, coded(list(codes.values())), tuple(range(len(members))))
        yield Variant(tuple(change for change, _ in chosen.values()), figures)
