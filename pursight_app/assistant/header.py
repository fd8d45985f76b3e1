"""Cuts a header into words and turns the words into numbers. The words themselves are in header_words.py."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.header_words import HEADER_WORDS
from pursight_app.assistant.header_words_wide import WIDE_WORDS
from pursight_app.core.taxonomy import TAXONOMY

LONGEST_HEADER = 120
"""Characters of a header that are looked at."""
CLASSES = tuple(HEADER_WORDS)
"""The order of the header features: one per data class."""
GROUPS = tuple(dict.fromkeys(data_class.group for data_class in TAXONOMY.values()))
"""The order of the context features: one per group of data classes."""

_WORD = re.compile(
    r"""
      [^\W\d_]+(?=\d|\W|_|$)     # letters up to a digit, a sign or the end
    | \d+                        # a number
    | [^\W\d_]+
    """,
    re.VERBOSE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MEANINGLESS = re.compile(
    r"""
    (?:c|f|v|x|y|z|q|var|col|column|field|attr|attribute|value|val|unnamed|spalte|colonne|feld|campo|columna|d|k|a|b)
    \s?\d{0,5}
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def words_of(header: str) -> tuple[str, ...]:
    """Lower-case words of a header without accents: `birthDate_1` gives `birth`, `date`, `1`."""
    spaced = _CAMEL.sub(" ", header[:LONGEST_HEADER])
    plain = unicodedata.normalize("NFKD", spaced)
    bare = "".join(character for character in plain if not unicodedata.combining(character)).lower()
    return tuple(_WORD.findall(bare.replace("ß", "ss").replace("ł", "l").replace("ø", "o")))


@cache
def _phrases() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Which data classes a phrase of words speaks for."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, text in HEADER_WORDS.items():
        # In the order in which they stand, each once: a phrase that two classes share counts less.
        for phrase in dict.fromkeys(
            words_of(" ".join(each.split())) for each in f"{text},{WIDE_WORDS.get(name, '')}".split(",")
        ):
            found.setdefault(phrase, []).append(name)
    return {phrase: tuple(names) for phrase, names in found.items() if phrase}


@lru_cache(maxsize=4096)
def supported_classes(header: str) -> dict[str, tuple[float, str]]:
    """The data classes that a header's words speak for: strength (0-1] and the phrase, e.g. `dob` gives `date_of_birth`.

    The whole header counts 1, a part of it by its share of the words; a phrase that several classes use counts less.
    """
    words = words_of(header)
    found: dict[str, tuple[float, str]] = {}
    candidates = [("".join(words),)] if len(words) > 1 else []
    candidates += [
        words[start:end]
        for start in range(min(len(words), 8))
        for end in range(start + 1, min(start + 5, len(words) + 1))
    ]
    for phrase in candidates:
        names = _phrases().get(phrase, ())
        share = min(1.0, len(phrase) / len(words)) if phrase != ("".join(words),) else 1.0
        # The last words of a header are its head ("customer e-mail" is an e-mail), so they weigh more.
        is_head = phrase == words[-len(phrase) :]
        strength = (0.4 + 0.6 * share if is_head else 0.2 + 0.6 * share) / len(names) ** 0.5 if names else 0.0
        for name in names:
            if strength > found.get(name, (0.0, ""))[0]:
                found[name] = (strength, " ".join(phrase))
    return found


def is_meaningless(header: str) -> bool:
    """True for a header that says nothing, e.g. `c7`, `field_12`, `Unnamed: 3` or only digits."""
    text = " ".join(words_of(header))
    return not text or text.replace(" ", "").isdigit() or _MEANINGLESS.fullmatch(text) is not None


def header_features(header: str) -> NDArray[np.float32]:
    """Strength per data class in the order of `CLASSES`, then: meaningless, number of words, length, ends in a digit."""
    vector = np.zeros(len(CLASSES) + 4, dtype=np.float32)
    support = supported_classes(header)
    for place, name in enumerate(CLASSES):
        if name in support:
            vector[place] = support[name][0]
    words = words_of(header)
    vector[-4:] = (
        is_meaningless(header),
        min(len(words), 8),
        min(len(header), 40),
        bool(words) and words[-1].isdigit(),
    )
    return vector


def context_features(table: str, column: str, table_columns: Sequence[str]) -> NDArray[np.float32]:
    """What table and neighbours are about: share of neighbours per group, strength of the table's name per group."""
    groups = np.zeros(2 * len(GROUPS) + 1, dtype=np.float32)
    others = [name for name in table_columns[:200] if name != column]
    for name in others:
        for data_class, (strength, _) in supported_classes(name).items():
            groups[GROUPS.index(TAXONOMY[data_class].group)] += strength / len(others)
    for data_class, (strength, _) in supported_classes(table).items():
        groups[len(GROUPS) + GROUPS.index(TAXONOMY[data_class].group)] += strength
    groups[-1] = min(len(others), 50)
    return groups
