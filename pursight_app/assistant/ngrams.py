"""Character n-grams of headers and values as bucket numbers, from which no text can be read back word by word."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HEADER_BUCKETS = 2**12
VALUE_BUCKETS = 2**13
BUCKETS = HEADER_BUCKETS + VALUE_BUCKETS
"""Header buckets come first, then those of the values."""
LONGEST_HEADER = 80
MOST_VALUES = 24
LONGEST_VALUE = 32
_WEIGHT = np.float32(2.0)
_PRIME = np.uint32(0x01000193)
_MIX = np.uint32(0x9E3779B1)
_SPACE, _NINE, _ZERO = np.uint32(32), np.uint32(57), np.uint32(48)
_BLANKS = re.compile(r"\s+")
_SIGNS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of a column: `buckets` are different and rise, `weights` belong to them; each block has length 2."""

    buckets: NDArray[np.uint16]
    weights: NDArray[np.float32]


def column_grams(header: str, values: list[str]) -> Grams:
    """The 2- to 4-grams within words of a header and of the first values, digits all alike.

    Which digits a number has says nothing, how they are set does. Never raises, whatever the encoding was.
    """
    head, tail = _header_grams(header), value_grams(values)
    return Grams(np.concatenate([head.buckets, tail.buckets]), np.concatenate([head.weights, tail.weights]))


@lru_cache(maxsize=4096)
def _header_grams(header: str) -> Grams:
    spaced = _CAMEL.sub(" ", header[:LONGEST_HEADER])
    return _hashed(_SIGNS.sub(" ", spaced.lower()), HEADER_BUCKETS, start=0, alike_digits=False)


def value_grams(values: list[str]) -> Grams:
    """The n-grams of the first 32 characters of the first 24 values."""
    text = " ".join([value[:LONGEST_VALUE] for value in values[:MOST_VALUES]]).lower()
    return _hashed(text, VALUE_BUCKETS, start=HEADER_BUCKETS, alike_digits=True)


def _hashed(text: str, buckets: int, *, start: int, alike_digits: bool) -> Grams:
    bare = _BLANKS.sub(" ", text.strip())
    if not bare:
        return Grams(np.zeros(0, dtype=np.uint16), np.zeros(0, dtype=np.float32))
    # A badly decoded source has lone surrogates: they are characters like any other here.
    letters = np.frombuffer(f" {bare} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if alike_digits:
        letters = np.where((letters >= _ZERO) & (letters <= _NINE), _NINE, letters)
    counts = np.bincount(_gram_hashes(letters) >> np.uint32(33 - buckets.bit_length()), minlength=buckets)
    found = np.flatnonzero(counts)
    weights = counts[found].astype(np.float32)
    weights *= _WEIGHT / np.sqrt(weights @ weights)
    # Rounded as they are stored, so that a stored column gives the very same verdict again.
    return Grams((found + start).astype(np.uint16), weights.astype(np.float16).astype(np.float32))


def _gram_hashes(letters: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """One hash for each run of 2, 3 and 4 characters that has a space at most at its ends."""
    is_space = letters == _SPACE
    twos = letters[:-1] * _PRIME + letters[1:]
    threes = twos[:-1] * _PRIME + letters[2:]
    fours = threes[:-1] * _PRIME + letters[3:]
    inside = ~is_space[1:-1]
    hashes = np.concatenate([twos, threes[inside], fours[inside[:-1] & inside[1:]]])
    # The upper bits of a product by an odd number depend on all lower ones: Fibonacci hashing (Knuth 6.4).
    return (hashes ^ (hashes >> np.uint32(15))) * _MIX
