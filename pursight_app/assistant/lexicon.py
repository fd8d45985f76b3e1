"""Word lists that values are looked up in: names, places, jobs, units … The lists are in lexicon.txt, made from Faker's."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

WHOLE_LISTS = ("first_name", "last_name", "city", "region", "country", "job", "region_code")
"""Lists in which whole values are looked up."""
WORD_LISTS = (
    "first_name", "last_name", "city", "country", "job_word", "company_word", "street_word", "medical", "drug", "race", "party",
    "marital", "gender", "currency", "month", "stop", "title", "colour", "unit",
)  # fmt: skip
"""Lists in which the words of values are looked up."""
EXTRA_NAMES = (
    "first_word_first_name",
    "last_word_last_name",
    "all_words_names",
    "closed_race",
    "closed_party",
    "closed_marital",
    "closed_gender",
)
FEATURE_LISTS = (*WHOLE_LISTS, *(f"{name}_word".replace("_word_word", "_word") for name in WORD_LISTS), *EXTRA_NAMES)
"""Names of the numbers that `lexicon_features` gives, in order."""
WIDTH = len(FEATURE_LISTS)


@cache
def lexicon() -> dict[str, frozenset[str]]:
    """All lists by name; words are lower case and without accents."""
    text = files("pursight_app.assistant").joinpath("lexicon.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t", 1) for line in text.splitlines() if line)
    return {name: frozenset(words.split("|")) for name, words in pairs}


def plain(value: str) -> str:
    """Lower case without accents, as the lists are written."""
    if value.isascii():
        return value.lower()
    bare = "".join(
        character for character in unicodedata.normalize("NFKD", value) if not unicodedata.combining(character)
    )
    return bare.lower().replace("ß", "ss").replace("ł", "l").replace("ø", "o")


def lexicon_features(values: Sequence[str]) -> NDArray[np.float32]:
    """Shares of `values` (different ones, not empty) that the lists know, in the order whole, words, extra."""
    vector = np.zeros(WIDTH, dtype=np.float32)
    if not values:
        return vector
    lists = lexicon()
    first_names, last_names = lists["first_name"], lists["last_name"]
    plains = [plain(value[:80]) for value in values]
    for place, name in enumerate(WHOLE_LISTS):
        vector[place] = sum(map(lists[name].__contains__, plains))
    words = [[word.strip(".,;:()\"'") or word for word in text.split()[:12]] for text in plains]
    distinct = [set(found) for found in words]
    for place, name in enumerate(WORD_LISTS, start=len(WHOLE_LISTS)):
        known = lists[name]
        vector[place] = sum(not known.isdisjoint(found) for found in distinct)
    base = len(WHOLE_LISTS) + len(WORD_LISTS)
    vector[base] = sum(bool(found) and found[0] in first_names for found in words)
    vector[base + 1] = sum(len(found) > 1 and found[-1] in last_names for found in words)
    vector[base + 2] = sum(
        len(found) > 1 and all(len(word) == 1 or word in first_names or word in last_names for word in found)
        for found in words
    )
    for place, name in enumerate(("race", "party", "marital", "gender"), start=base + 3):
        known = lists[name]
        vector[place] = sum(bool(found) and all(word in known for word in found) for found in words)
    return vector / np.float32(len(values))
