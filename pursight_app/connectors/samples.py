"""Builds the sample of a scan as an Arrow table of strings and adds its shapes to the profile."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from pursight_app.connectors.base import ColumnProfile
from pursight_app.connectors.shapes import count_shapes

# A fixed seed: two scans of an unchanged table show the same sample, so a changed verdict has a reason.
SEED = 20_240_229


def string_table(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    """An Arrow table with one string column for each name, in order; `rows` are tuples in the same order.

    NUL characters become U+FFFD, because PostgreSQL cannot store them and terminals hide them.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array([without_nul(value) for value in values], type=pa.string()) for values in columns]
    return pa.Table.from_arrays(arrays, names=list(names))


def without_nul(value: str | None) -> str | None:
    """The text with NUL characters made visible."""
    return value.replace("\0", "\ufffd") if value is not None and "\0" in value else value


def thin_out(rows: Sequence[Sequence[str | None]], limit: int) -> Sequence[Sequence[str | None]]:
    """At most `limit` of the rows, drawn evenly and kept in order, the same ones each time."""
    if len(rows) <= limit:
        return rows
    kept = sorted(random.Random(SEED).sample(range(len(rows)), limit))  # noqa: S311  no secret is drawn here
    return [rows[position] for position in kept]


def with_shapes(columns: Mapping[str, ColumnProfile], sample: pa.Table) -> dict[str, ColumnProfile]:
    """The profiles with the shapes of the sample's values."""
    shapes = {
        name: count_shapes(values.to_pylist()) for name, values in zip(sample.column_names, sample.columns, strict=True)
    }
    return {name: replace(profile, shapes=shapes.get(name, {})) for name, profile in columns.items()}
