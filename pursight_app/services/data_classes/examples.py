"""Learns the form of values from a few examples. Pure, and keeps no example: what comes out are patterns.

A form is a row of parts (forms.py). What all examples of a form share stays as it is, other runs of digits and letters
become "so many digits". A person can ask for a narrower or a wider reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from pursight_app.services.classification_custom import fitting
from pursight_app.services.data_classes.forms import Kind, Part, to_pattern

FEWEST_EXAMPLES = 5
MOST_EXAMPLES = 1_000
MOST_FORMS = 5
LONGEST_EXAMPLE = 100
_MOST_PARTS = 16
# A text stands as it is only when that many different examples show it: a single one would be kept as an example.
_FEWEST_SHARING = 3
_MOST_CHOICES = 3
_SOME_MORE = 2

_Merge = Callable[[str], list[tuple[Kind, str]]]


class Width(StrEnum):
    """How much a learned form lets through."""

    NARROW = "narrow"
    AS_SEEN = "as_seen"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Learned:
    """The learned patterns, commonest form first; empty when the examples have nothing in common.

    `width` is the reading used: narrower than the one asked for when counter-examples made it so. `wrong_count`
    counter-examples have the form even so. `odd_count` examples have no form that another one shares.
    """

    patterns: tuple[str, ...]
    width: Width
    wrong_count: int = 0
    odd_count: int = 0


def learn(examples: Sequence[str], counter_examples: Sequence[str] = (), *, width: Width = Width.AS_SEEN) -> Learned:
    """The forms of the examples that no counter-example has, if there are such."""
    values = list(dict.fromkeys(value.strip()[:LONGEST_EXAMPLE] for value in examples if value.strip()))[:MOST_EXAMPLES]
    wrong = [value.strip() for value in counter_examples if value.strip()][:MOST_EXAMPLES]
    learned = _learn(values, wrong, width)
    if learned.wrong_count and width != Width.NARROW:
        narrower = _learn(values, wrong, Width.NARROW)
        return narrower if narrower.wrong_count < learned.wrong_count else learned
    return learned


def _learn(values: list[str], wrong: list[str], width: Width) -> Learned:
    for merge in (_as_is, _letters, _mixed):
        groups = _groups(values, merge)
        kept = [group for group in groups if len(group) > 1 or len(groups) == 1]
        odd = len(values) - sum(map(len, kept))
        if kept and len(kept) <= MOST_FORMS and odd * 5 <= len(values):
            forms = [_form(group, merge, width) for group in sorted(kept, key=len, reverse=True)]
            if any(_says_nothing(form) for form in forms):
                break
            patterns = tuple(dict.fromkeys(to_pattern(form) for form in forms))
            # RE2 may know fewer scripts than Python.
            if len(fitting(values, patterns)) >= len(values) - odd:
                return Learned(patterns, width, len(fitting(wrong, patterns)), odd)
    return Learned((), width, odd_count=len(values))


def _runs(value: str) -> list[tuple[Kind, str]]:
    runs: list[tuple[Kind, str]] = []
    for kind, signs in groupby(value, _kind):
        text = "".join(signs)
        # Each separator stands for itself, so that two of them are two parts.
        runs += [(kind, sign) for sign in text] if kind == Kind.TEXT else [(kind, text)]
    return runs


def _kind(sign: str) -> Kind:
    if sign.isascii():
        is_of = ((Kind.DIGITS, sign.isdigit()), (Kind.UPPER, sign.isupper()), (Kind.LOWER, sign.islower()))
        return next((kind for kind, is_it in is_of if is_it), Kind.TEXT)
    return Kind.LETTERS if sign.isalpha() else Kind.TEXT


def _as_is(value: str) -> list[tuple[Kind, str]]:
    return _runs(value)


def _letters(value: str) -> list[tuple[Kind, str]]:
    return _merged(value, {Kind.UPPER: Kind.LETTERS, Kind.LOWER: Kind.LETTERS})


def _mixed(value: str) -> list[tuple[Kind, str]]:
    return _merged(value, dict.fromkeys((Kind.UPPER, Kind.LOWER, Kind.LETTERS, Kind.DIGITS), Kind.MIXED))


def _merged(value: str, kinds: dict[Kind, Kind]) -> list[tuple[Kind, str]]:
    runs: list[tuple[Kind, str]] = []
    for kind, text in _runs(value):
        wanted = kinds.get(kind, kind)
        if runs and runs[-1][0] == wanted != Kind.TEXT:
            runs[-1] = (wanted, runs[-1][1] + text)
        else:
            runs.append((wanted, text))
    return runs


def _groups(values: list[str], merge: _Merge) -> list[list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for value in values:
        runs = merge(value)
        if len(runs) > _MOST_PARTS:
            continue
        # Separators are part of what makes a form, the contents of runs are not.
        key = tuple(text if kind == Kind.TEXT else kind for kind, text in runs)
        groups.setdefault(key, []).append(value)
    return list(groups.values())


def _form(values: list[str], merge: _Merge, width: Width) -> list[Part]:
    columns = zip(*(merge(value) for value in values), strict=True)
    parts: list[Part] = []
    for column in columns:
        kind, texts = column[0][0], [text for _, text in column]
        parts += _parts(kind, texts, width)
    return _joined(parts)


def _says_nothing(form: list[Part]) -> bool:
    """Letters of any number are what names, towns and everything else look like."""
    only = form[0]
    return len(form) == 1 and only.kind not in {Kind.TEXT, Kind.DIGITS} and only.low < only.high


def _parts(kind: Kind, texts: list[str], width: Width) -> list[Part]:
    different = sorted(set(texts))
    low, high = min(map(len, texts)), max(map(len, texts))
    if kind == Kind.TEXT:
        return [Part(Kind.TEXT, texts=(texts[0],))]
    if width == Width.WIDE:
        return [Part(kind, max(1, low - _SOME_MORE), high + _SOME_MORE)]
    is_shared = all(texts.count(text) >= _FEWEST_SHARING for text in different)
    if is_shared and (len(different) == 1 or (kind != Kind.DIGITS and len(different) <= _MOST_CHOICES)):
        return [Part(Kind.TEXT, texts=tuple(different))]
    start = _common_start(texts) if width == Width.NARROW and len(texts) >= _FEWEST_SHARING else ""
    rest = Part(kind, low - len(start), high - len(start))
    if not start or rest.low == 0:
        return [Part(kind, low, high)]
    return [Part(Kind.TEXT, texts=(start,)), rest]


def _common_start(texts: list[str]) -> str:
    first, last = min(texts), max(texts)
    same = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[:same] if same is not None else first


def _joined(parts: list[Part]) -> list[Part]:
    """Neighbouring texts as one: `EMP` and `-` are `EMP-`."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.kind == part.kind == Kind.TEXT and len(last.texts) == len(part.texts) == 1:
            joined[-1] = replace(last, texts=(last.texts[0] + part.texts[0],))
        else:
            joined.append(part)
    return joined
