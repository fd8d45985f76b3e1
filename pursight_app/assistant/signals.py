"""Names the numbers of a column: which signal each belongs to. What is said of a signal to people is not here.

The order is the one of features.py, where the numbers are made; a test holds both together.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.header import CLASSES, GROUPS
from pursight_app.assistant.lexicon import FEATURE_LISTS

Block = Literal["values", "words", "detectors", "header", "table", "neighbours", "workspace"]
"""Where a signal comes from; `workspace` is what a workspace's reviews have taught."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that speaks for or against a class, e.g. the lengths of the values. `key` is unique within its block."""

    block: Block
    key: str


HEADER = Signal("header", "header")
PATTERNS = Signal("values", "patterns")
TAUGHT = Signal("workspace", "reviews")

# How many numbers in a row tell the same thing, in the order in which features.py makes them.
_TABLE_STATISTICS = (("missing", 1), ("variety", 8))
_TEXT = (
    ("characters", 24),
    ("lengths", 5),
    ("words", 7),
    ("characters", 3),
    ("case", 3),
    ("characters", 1),
    ("form", 6),
)
_NUMBERS = (("numbers", 2), ("range", 12), ("spread", 1), ("range", 2), ("digits", 6), ("order", 2), ("spread", 3))
_YEARS = (("years", 7),)
# Several lists of one kind of word tell the same thing; the one named here is the one that people are told of.
_LIST_SIGNALS = {
    "first_name": "first_name_word",
    "first_word_first_name": "first_name_word",
    "last_name": "last_name_word",
    "last_word_last_name": "last_name_word",
    "city": "city_word",
    "country": "country_word",
    "job": "job_word",
    "region_code": "region",
    "race_word": "closed_race",
    "party_word": "closed_party",
    "marital_word": "closed_marital",
    "gender_word": "closed_gender",
}


@cache
def signals_of_numbers(detector_keys: tuple[str, ...]) -> tuple[Signal, ...]:
    """The signal of every number of `ColumnFeatures.dense`, in its order."""
    values = [
        Signal("values", key) for key, width in (*_TABLE_STATISTICS, *_TEXT, *_NUMBERS, *_YEARS) for _ in range(width)
    ]
    return (
        *values,
        *(Signal("words", _LIST_SIGNALS.get(name, name)) for name in FEATURE_LISTS),
        *(Signal("detectors", key) for key in detector_keys),
        *(HEADER for _ in range(len(CLASSES) + 4)),
        *(Signal("neighbours", "neighbours") for _ in GROUPS),
        *(Signal("table", "table") for _ in GROUPS),
        Signal("neighbours", "neighbours"),
    )


@cache
def signals_of_model(detector_keys: tuple[str, ...]) -> tuple[Signal, ...]:
    """Every signal once: those of the numbers as they first occur, and the character patterns of the values."""
    return tuple(dict.fromkeys((*signals_of_numbers(detector_keys), PATTERNS)))


@cache
def membership(detector_keys: tuple[str, ...]) -> NDArray[np.float32]:
    """Adds numbers up by signal: numbers × signals, 1 where the number belongs to the signal."""
    places = {signal: place for place, signal in enumerate(signals_of_model(detector_keys))}
    owners = [places[signal] for signal in signals_of_numbers(detector_keys)]
    table = np.zeros((len(owners), len(places)), dtype=np.float32)
    table[np.arange(len(owners)), owners] = 1.0
    return table
