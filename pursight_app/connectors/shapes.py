"""Turns a value into its shape ("Anna-42" becomes "Aa-99") and counts the shapes of a column."""

import re
from collections import Counter
from collections.abc import Iterable

# Longer shapes say nothing more about a column, and free text would make every shape unique.
SHAPE_CHARACTERS = 40
SHAPES_PER_COLUMN = 10

# Runs of letters collapse, because the length of a name carries no meaning. Runs of digits keep their length up to four,
# because dates, postcodes and version numbers are told apart by it.
_LETTER_RUN = re.compile(
    r"""
    ([aA])   # one letter class
    \1+      # repeated; bounded by SHAPE_CHARACTERS through the cut in shape_of
    """,
    re.VERBOSE,
)
_DIGIT_RUN = re.compile(
    r"""
    9{5,}    # five digits or more; bounded as above
    """,
    re.VERBOSE,
)


class _ShapeTable(dict[int, str]):
    """Translation table that learns each character once: `A` upper case, `a` other letters, `9` digits."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        if character.isdigit():
            shape = "9"
        elif character.isupper():
            shape = "A"
        elif character.isalpha():
            shape = "a"
        else:
            # Control characters would break log lines and tables; every other sign is its own shape.
            shape = character if character.isprintable() else " "
        self[code_point] = shape
        return shape


_TABLE = _ShapeTable()


def shape_of(value: str) -> str:
    """The shape of one value, at most `SHAPE_CHARACTERS` characters.

    Letters become `A` or `a` and their runs one sign, digits become `9` and runs of five or more `9+`.
    """
    translated = value[: SHAPE_CHARACTERS * 4].translate(_TABLE)
    return _DIGIT_RUN.sub("9+", _LETTER_RUN.sub(r"\1", translated))[:SHAPE_CHARACTERS]


def count_shapes(values: Iterable[str | None]) -> dict[str, int]:
    """The `SHAPES_PER_COLUMN` most frequent shapes of the non-null values with their counts, most frequent first."""
    counts = Counter(shape_of(value) for value in values if value is not None)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return dict(ordered[:SHAPES_PER_COLUMN])
