"""Statistics of a column's values as text and as numbers. Called by features.py, which fixes their order."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

_TABLE: dict[int, str] = {
    **{ord(digit): "9" for digit in "0123456789"},
    **dict.fromkeys(range(ord("A"), ord("Z") + 1), "A"),
    **dict.fromkeys(range(ord("a"), ord("z") + 1), "a"),
}
_SIGNS = "9Aa -./:,@_()#%$&'+;|\""
TEXT_WIDTH = len(_SIGNS) + 27
NUMBER_WIDTH = 28


def text_features(values: list[str]) -> NDArray[np.float32]:
    """Lengths, character classes, words, case and shape variety of different, non-empty values."""
    if not values:
        return np.zeros(TEXT_WIDTH, dtype=np.float32)
    shapes = [value.translate(_TABLE) for value in values]
    joined = "".join(shapes)
    size = max(1, len(joined))
    lengths = np.array([len(value) for value in values], dtype=np.float32)
    words = np.array([shape.count(" ") + 1 for shape in shapes], dtype=np.float32)
    count = len(values)
    shares = [joined.count(sign) / size for sign in _SIGNS]
    other = 1 - sum(shares)
    common = Counter(shapes).most_common(2)
    outlines = Counter(_outline(shape) for shape in shapes)
    head = np.array([outline_share / count for _, outline_share in outlines.most_common(1)])
    return np.array(
        [
            *shares,
            other,
            sum(character > "\u2e80" for value in values for character in value[:16]) / size,
            *(lengths.mean(), lengths.std(), lengths.min(), lengths.max(), np.median(lengths)),
            *(words.mean(), words.std(), words.max()),
            *((words == number).mean() for number in (1, 2, 3)),
            (words > 5).mean(),
            sum(shape[0] == "9" for shape in shapes) / count,
            sum(shape[-1] == "9" for shape in shapes) / count,
            sum(shape[0] == "A" for shape in shapes) / count,
            sum(value.isupper() for value in values) / count,
            sum(value.islower() for value in values) / count,
            sum(value.istitle() for value in values) / count,
            sum(value[-1] in ".!?" for value in values) / count,
            len(set(shapes)) / count,
            common[0][1] / count,
            len(outlines) / count,
            head[0],
            sum("," in value for value in values) / count,
            sum("9" in shape and "a" in shape.lower() for shape in shapes) / count,
        ],
        dtype=np.float32,
    )


def _outline(shape: str) -> str:
    """The shape with runs drawn together: `Aaaa 99` gives `Aa 9`."""
    outline = shape[:1]
    for character in shape[1:48]:
        if character != outline[-1]:
            outline += character
    return outline


def _to_number(value: str) -> float | None:
    if len(value) > 24 or not value.isascii():
        return None
    text = value.replace(",", "") if value.count(",") and value.count(".") <= 1 else value
    try:
        number = float(text.strip("$% "))
    except ValueError:
        return None
    return number if abs(number) < 1e30 else None


def number_features(values: list[str], in_order: list[str]) -> NDArray[np.float32]:
    """Share of numbers, their range, decimals, spread and order. `in_order` are all present values by first occurrence."""
    numbers = [number for number in map(_to_number, values) if number is not None]
    if len(numbers) < 1 or len(numbers) * 2 < len(values):
        empty = np.zeros(NUMBER_WIDTH, dtype=np.float32)
        empty[0] = len(numbers) / max(1, len(values))
        return empty
    array = np.array(numbers, dtype=np.float64)
    low, high, mean, spread = array.min(), array.max(), array.mean(), array.std()
    decimals = np.array([len(value.partition(".")[2]) for value in values], dtype=np.float32)
    digits = np.array([sum(map(str.isdigit, value)) for value in values], dtype=np.float32)
    steps = np.diff(array)
    repeats = len(in_order) / max(1, len(values))
    return np.array(
        [
            len(numbers) / len(values),
            (array == np.floor(array)).mean(),
            *(float(lowest <= low and high <= highest) for lowest, highest in _RANGES),
            _signed_log(low), _signed_log(high), _signed_log(mean), _signed_log(spread),
            min(10.0, spread / (abs(mean) + 1e-9)),
            (array < 0).mean(),
            (array == 0).mean(),
            decimals.mean(), decimals.max(), decimals.std(),
            digits.mean(), digits.std(),
            sum(value[0] == "0" and len(value) > 1 and value[1] != "." for value in values) / len(values),
            float((steps > 0).mean()) if len(steps) else 0.0,
            min(50.0, repeats),
            (high - low + 1) / len(numbers) if high - low < 1e6 else 1e6,
            ((array % 5) == 0).mean(),
            ((array % 100) == 0).mean(),
        ],
        dtype=np.float32,
    )  # fmt: skip


def _signed_log(number: float) -> float:
    return float(np.sign(number) * np.log10(1 + abs(number)))


_RANGES = ((0, 1), (0, 100), (-90, 90), (-180, 180), (1850, 2030), (0, 115), (500, 99_999), (16, 75))
