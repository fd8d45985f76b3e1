"""How rows fall into groups of equal values, for many sets of columns at once. NumPy only; knows no table and no verdict."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from pursight_app.services.combination_risk.figures import SMALL_GROUP

# PyArrow makes its functions when it is imported, so type checkers do not see them.
pc: Any = pyarrow.compute
Codes = NDArray[np.int64]
# Sets in one step: their keys then stay in the processor's cache.
_STEP_CELLS = 131_072


@dataclass(frozen=True, slots=True)
class Coded:
    """Columns as numbers: `codes` is columns × rows, equal where values are equal; `counts` how many values each has."""

    codes: Codes
    counts: Codes


@dataclass(frozen=True, slots=True)
class Groups:
    """Figures for several sets of columns, one entry each.

    `singles`, `doubles`, `triples` count groups of one, two and three rows; `in_small` counts rows in groups of fewer than
    `SMALL_GROUP`; `smallest` is the size of the smallest group.
    """

    singles: Codes
    doubles: Codes
    triples: Codes
    in_small: Codes
    smallest: Codes


def encode(values: "pa.Array | pa.ChunkedArray") -> Codes:
    """Numbers for the values of one column. Case and surrounding spaces do not count; "" and null are one value."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    trimmed = pc.utf8_lower(pc.utf8_trim_whitespace(whole.cast(pa.string())))
    plain = cast("pa.StringArray", pc.fill_null(trimmed, ""))
    return plain.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)


def coded(columns: list[Codes]) -> Coded:
    """Columns of equal length side by side."""
    codes = np.stack(columns)
    return Coded(codes, codes.max(axis=1) + 1)


def group(data: Coded, sets: Codes) -> Groups:
    """Groups rows by each set. `sets` holds places of columns, sets × columns in a set."""
    rows = data.codes.shape[1]
    step = max(1, _STEP_CELLS // rows)
    parts = [_group(_keys(data, sets[start : start + step])) for start in range(0, len(sets), step)]
    joined = [np.concatenate(figures) for figures in zip(*parts, strict=True)]
    return Groups(*joined)


def _keys(data: Coded, sets: Codes) -> Codes:
    """One number per set and row, equal where all columns are equal.

    The product of four columns' counts stays below 2^63 up to 50,000 rows. Wider sets are numbered anew at each step.
    """
    keys = data.codes[sets[:, 0]]
    bound = int(data.counts.max())
    for place in range(1, sets.shape[1]):
        counts = data.counts[sets[:, place]]
        if bound * int(counts.max()) >= 2**62:
            keys = np.stack([np.unique(row, return_inverse=True)[1] for row in keys]).astype(np.int64)
            bound = keys.shape[1]
        keys = keys * counts[:, None] + data.codes[sets[:, place]]
        bound *= int(counts.max())
    return keys


def _group(keys: Codes) -> tuple[Codes, ...]:
    count, rows = keys.shape
    if keys.max() < 2**31:
        # Half the width sorts in half the time.
        keys = cast("Codes", keys.astype(np.int32))
    keys.sort(axis=1)
    is_first = np.ones(keys.shape, dtype=bool)
    np.not_equal(keys[:, 1:], keys[:, :-1], out=is_first[:, 1:])
    starts = np.flatnonzero(is_first)
    sizes = np.diff(starts, append=keys.size)
    owner = starts // rows
    first_of_set = np.searchsorted(starts, np.arange(count) * rows)

    def groups_of(size: int) -> Codes:
        return np.bincount(owner[sizes == size], minlength=count)

    is_small = sizes < SMALL_GROUP
    in_small = np.bincount(owner[is_small], weights=sizes[is_small], minlength=count).astype(np.int64)
    return groups_of(1), groups_of(2), groups_of(3), in_small, np.minimum.reduceat(sizes, first_of_set)
