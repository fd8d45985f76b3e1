"""Forms of values as parts that a person can read: `EMP-` and then 5 digits. To a pattern, and back where it is a plain one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the characters of a part are."""

    TEXT = "text"
    DIGITS = "digits"
    UPPER = "upper"
    LOWER = "lower"
    LETTERS = "letters"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of `low` to `high` characters of one kind; of TEXT, one of `texts`."""

    kind: Kind
    low: int = 0
    high: int = 0
    texts: tuple[str, ...] = ()


# Class of characters in a pattern, its sign in a shape, and its plural for people.
_KINDS: dict[Kind, tuple[str, str, str]] = {
    Kind.DIGITS: ("[0-9]", "9", "digit"),
    Kind.UPPER: ("[A-Z]", "A", "capital letter"),
    Kind.LOWER: ("[a-z]", "a", "small letter"),
    Kind.LETTERS: (r"\p{L}", "a", "letter"),
    Kind.MIXED: (r"[\p{L}0-9]", "X", "letter or digit"),
}
_CLASSES = {pattern: kind for kind, (pattern, _, _) in _KINDS.items()} | {
    r"\d": Kind.DIGITS,
    "[A-Za-z]": Kind.LETTERS,
    "[a-zA-Z]": Kind.LETTERS,
    "[A-Z0-9]": Kind.MIXED,
    "[A-Za-z0-9]": Kind.MIXED,
}
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")
_LITERAL = r"(?:[^\\.+*?()|\[\]{}^$]|\\[^A-Za-z0-9])"
_PART = re.compile(
    rf"""
    (?P<class>{"|".join(re.escape(pattern) for pattern in _CLASSES)})    # one of the classes of characters
    (?:\{{ (?P<low>[0-9]{{1,3}}) (?P<more>,(?P<high>[0-9]{{1,3}}))? \}})?      # and how many of them, one without
    | \(\?: (?P<choice>{_LITERAL}+ (?:\|{_LITERAL}+)+) \)                # one of several texts
    | (?P<text>{_LITERAL}+)                                              # a text
    """,
    re.VERBOSE,
)
_SHOWN_REPEATS = 12


def to_pattern(parts: Iterable[Part]) -> str:
    """The parts as an RE2 expression."""
    return "".join(_pattern(part) for part in parts)


def _pattern(part: Part) -> str:
    if part.kind == Kind.TEXT:
        texts = [_escaped(text) for text in part.texts]
        return texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"
    times = f"{{{part.low}}}" if part.low == part.high else f"{{{part.low},{part.high}}}"
    return _KINDS[part.kind][0] + ("" if times == "{1}" else times)


def _escaped(text: str) -> str:
    return "".join("\\" + sign if sign in _SPECIAL else sign for sign in text)


def to_parts(pattern: str) -> list[Part] | None:
    """The parts of a plain pattern; None for one that says more than parts can."""
    parts: list[Part] = []
    place = 0
    while place < len(pattern):
        found = _PART.match(pattern, place)
        if found is None:
            return None
        parts.append(_part(found))
        place = found.end()
    return parts


def _part(found: re.Match[str]) -> Part:
    if named := found["class"]:
        low = int(found["low"] or 1)
        return Part(_CLASSES[named], low, int(found["high"] or low))
    texts = (found["choice"] or found["text"]).split("|") if found["choice"] else [found["text"]]
    return Part(Kind.TEXT, texts=tuple(re.sub(r"\\(.)", r"\1", text) for text in texts))


def shape(parts: Sequence[Part]) -> str:
    """What a value of this form looks like: `EMP-99999`."""
    return "".join(
        "/".join(part.texts) if part.kind == Kind.TEXT else _KINDS[part.kind][1] * min(part.high, _SHOWN_REPEATS)
        for part in parts
    )


def in_words(parts: Sequence[Part]) -> str:
    """The form as people say it: `“EMP-”, then 5 digits`."""
    return ", then ".join(_words(part) for part in parts)


def _words(part: Part) -> str:
    if part.kind == Kind.TEXT:
        return " or ".join(f"“{text}”" for text in part.texts)
    name = _KINDS[part.kind][2]
    many = "letters or digits" if part.kind == Kind.MIXED else f"{name}s"
    if part.low == part.high:
        return f"{part.low} {name if part.low == 1 else many}"
    return f"{part.low} to {part.high} {many}"


def describe(pattern: str) -> str:
    """A pattern in plain words where it is a plain one, else as it is."""
    parts = to_parts(pattern)
    return in_words(parts) if parts else f"the pattern {pattern}"


def proof_of(patterns: Sequence[str]) -> str:
    """Finishes the sentence "97% of 60 different values …"."""
    shapes = [shape(parts) for pattern in patterns if (parts := to_parts(pattern))]
    if len(shapes) < len(patterns):
        return "match your pattern" if len(patterns) == 1 else "match one of your patterns"
    return f"have the form {' or '.join(shapes)}"
