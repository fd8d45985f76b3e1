"""What a detector is: it recognises one data class by the values of a column, and can say why."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from types import ModuleType

LONGEST_VALUE = 2048
"""Characters of a value that are looked at; the rest of a longer one is ignored."""

_DIGITS = {ord(digit): "9" for digit in "0123456789"}
_UPPER = dict.fromkeys(range(ord("A"), ord("Z") + 1), "A")
_LOWER = dict.fromkeys(range(ord("a"), ord("z") + 1), "a")
_SHAPES: dict[int, str] = {**_DIGITS, **_UPPER, **_LOWER}


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """One column as the classifier sees it.

    `values` are at most 1,000 raw text values in row order, None or "" for null. `table_columns` are all headers of the
    table, this one included. `declared_type` is the source's type name, "" when unknown. `references` is the column
    that a foreign key names, as `table.column`, "" without one.
    """

    table: str
    column: str
    values: tuple[str | None, ...]
    table_columns: tuple[str, ...] = ()
    declared_type: str = ""
    references: str = ""


def shape_of(value: str) -> str:
    """The form of a value: digits become 9, ASCII letters A or a, everything else stays. `DE12 3` gives `AA99 9`."""
    return value.translate(_SHAPES)


def has_any_shape(shape: str) -> bool:
    """The gate of a detector that must see every value."""
    return bool(shape)


@dataclass(frozen=True, slots=True)
class Detector:
    """Recognises one data class by validating values.

    `match` answers for one normalised value and must be cheap and bounded. `random_rate` is how often a random value of
    the same shape passes `match` (0-1); it sets how many hits are evidence. `is_decisive` means a high match rate
    decides the class without the model. `accepts_shape` says by a value's shape whether `match` is worth running; its
    answers are cached. `is_sparse` marks a detector that looks inside text: it sees every value, not a selection, and
    a few hits count. `proof` finishes the sentence "97 % of 60 values …", e.g. "pass the IBAN checksum".
    """

    key: str
    data_class: str
    match: Callable[[str], bool]
    random_rate: float
    is_decisive: bool
    description: str
    accepts_shape: Callable[[str], bool] = has_any_shape
    is_sparse: bool = False
    proof: str = "have this form"


@dataclass(frozen=True, slots=True)
class Detection:
    """What one detector found in one column.

    `matched` of `tested` non-null values; `distinct` different matching values of `distinct_tested` different ones.
    `lower_bound` is the Wilson 95 % lower bound (0-1) of the match rate over *different* values, because a repeated
    value proves nothing new. `examples` are at most three raw matching values: mask them before they leave memory.
    """

    detector: Detector
    matched: int
    tested: int
    distinct: int
    lower_bound: float
    distinct_tested: int = 0
    examples: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Share (0-1) of the different tested values that match."""
        return self.distinct / self.distinct_tested if self.distinct_tested else 0.0


def wilson_lower_bound(hits: int, trials: int, z: float = 1.96) -> float:
    """The lower end (0-1) of Wilson's score interval (1927) for `hits` of `trials`; 0 without trials."""
    if trials <= 0:
        return 0.0
    share = hits / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, (centre - spread) / (1 + z * z / trials))


def compact(value: str) -> str:
    """The value without blanks, dashes, dots and slashes: the form that checksums are defined on."""
    return value.translate(_SEPARATORS)


_SEPARATORS = {ord(character): None for character in " -./\u00a0\u2013\u2011"}


def only(characters: str, *, shortest: int, longest: int) -> Callable[[str], bool]:
    """A gate: the shape has `shortest` to `longest` characters, all of them among `characters`."""
    allowed = frozenset(characters)

    def accepts(shape: str) -> bool:
        return shortest <= len(shape) <= longest and allowed.issuperset(shape)

    return accepts


def digits_between(fewest: int, most: int, *, separators: str = " -./") -> Callable[[str], bool]:
    """A gate: `fewest` to `most` digits and nothing else but separators."""
    allowed = frozenset("9" + separators)

    def accepts(shape: str) -> bool:
        return len(shape) <= most * 2 and allowed.issuperset(shape) and fewest <= shape.count("9") <= most

    return accepts


def one_of(*shapes: str) -> Callable[[str], bool]:
    """A gate: the shape is exactly one of `shapes`."""
    return frozenset(shapes).__contains__


def passes(module: ModuleType) -> Callable[[str], bool]:
    """The check of a python-stdnum module as a `match`, on the value without separators; never raises."""

    def match(value: str) -> bool:
        # A sign that carries meaning stays: + in a Swedish number means a hundred years, - in others divides the date.
        number = value if "-" in value or "+" in value else compact(value)
        try:
            return bool(module.is_valid(number))
        except (LookupError, ValueError, TypeError, AttributeError):
            # Some checks look up parts of the number (Chinese counties) and trip over values nobody foresaw.
            return False

    return match


def iso_list(name: str) -> str:
    """One line of iso_codes.txt: codes of ISO 3166-1 and 4217, and country names."""
    text = files("pursight_app.detectors").joinpath("iso_codes.txt").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())[name]
