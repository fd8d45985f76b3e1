"""Turns one column into numbers for the column model: statistics of the values, word lists, detectors, header, neighbours."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.header import context_features, header_features
from pursight_app.assistant.lexicon import FEATURE_LISTS, lexicon_features
from pursight_app.assistant.ngrams import Grams, column_grams
from pursight_app.assistant.value_statistics import number_features, text_features

MOST_VALUES = 60
"""Different values that are looked at; more do not help (classification.md 3.3)."""
LONGEST_VALUE = 256
_LARGEST = np.float32(60_000)
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", ".", "\\n", "?", "**"})
_BLANKS = " \t\r\n\u00a0\ufeff\x00"
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class ColumnInput:
    """What the model needs to know of a column.

    `values` are raw texts in row order, None or "" for null; `match_rates` maps detector keys to the share (0-1) of
    different values that match; absent means 0.
    """

    table: str
    column: str
    values: tuple[str | None, ...]
    table_columns: tuple[str, ...] = ()
    match_rates: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class ColumnFeatures:
    """The numbers of one column: `dense` in the order of `feature_names`, and the hashed n-grams of header and values.

    `known_shares` names the word-list shares among the numbers, for explanations.
    """

    dense: NDArray[np.float32]
    grams: Grams
    known_shares: Mapping[str, float] = field(default_factory=dict[str, float])


def present_values(column: ColumnInput) -> Counter[str]:
    """How often each trimmed value occurs, missing ones left out; long values are cut to 256 characters."""
    counted = Counter(value[:LONGEST_VALUE].strip(_BLANKS) if value else "" for value in column.values)
    for value in [value for value in counted if value.lower() in _MISSING]:
        del counted[value]
    return counted


def column_features(column: ColumnInput, detector_keys: tuple[str, ...]) -> ColumnFeatures:
    """All numbers of a column. `detector_keys` fixes which match rates are used, in which order."""
    counted = present_values(column)
    distinct = list(counted)
    chosen = _spread(distinct, MOST_VALUES)
    known = lexicon_features(chosen)
    rates = np.array([column.match_rates.get(key, 0.0) for key in detector_keys], dtype=np.float32)
    dense = np.concatenate(
        [
            _table_statistics(column, counted),
            text_features(chosen),
            number_features(chosen, list(counted.elements())),
            _year_features(chosen),
            known,
            rates,
            header_features(column.column),
            context_features(column.table, column.column, column.table_columns),
        ]
    )
    return ColumnFeatures(
        dense=_rounded(dense),
        grams=column_grams(column.column, chosen),
        known_shares=dict(zip(FEATURE_LISTS, map(float, known), strict=True)),
    )


def _rounded(dense: NDArray[np.float32]) -> NDArray[np.float32]:
    # Rounded as they are stored (feature_packing.py), so that a stored column gives the very same verdict again.
    np.nan_to_num(dense, copy=False, nan=0.0)
    return np.clip(dense, -_LARGEST, _LARGEST).astype(np.float16).astype(np.float32)


def _spread(values: list[str], most: int) -> list[str]:
    return values if len(values) <= most else [values[place * len(values) // most] for place in range(most)]


def _table_statistics(column: ColumnInput, counted: Counter[str]) -> NDArray[np.float32]:
    present = sum(counted.values())
    total = max(1, len(column.values))
    top = [count for _, count in counted.most_common(2)] + [0, 0]
    share = 1 / max(1, present)
    return np.array(
        [
            1 - present / total,
            np.log1p(len(counted)),
            len(counted) * share,
            top[0] * share,
            (top[0] + top[1]) * share,
            len(counted) == 2,
            len(counted) == 1,
            len(counted) <= 12,
            len(counted) == present,
        ],
        dtype=np.float32,
    )


def _year_features(values: list[str]) -> NDArray[np.float32]:
    # Birth dates spread over decades before 2010; other dates cluster and reach the present.
    years = [int(found[0]) for value in values if (found := _YEAR.search(value))]
    if not years:
        return np.zeros(7, dtype=np.float32)
    array = np.array(years, dtype=np.float32)
    return np.array(
        [
            len(years) / len(values),
            array.mean() - 1950,
            array.std(),
            array.min() - 1900,
            array.max() - 1950,
            (array < 2008).mean(),
            (array > 2012).mean(),
        ],
        dtype=np.float32,
    )
