"""What a person says of a new data class, and the checks that make it usable. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pursight_app.core.errors import InvalidInputError
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.models import RecognisedBy
from pursight_app.services.classification_custom import fitting, fold, is_unicode
from pursight_app.services.data_classes.examples import FEWEST_EXAMPLES, Width, learn

GROUPS = tuple(dict.fromkeys(known.group for known in TAXONOMY.values()))
REGULATIONS = tuple(sorted({each for known in TAXONOMY.values() for each in known.regulations}))
MOST_PATTERNS, LONGEST_PATTERN = 10, 200
MOST_WORDS, LONGEST_WORD = 5_000, 200
MOST_HEADER_WORDS, LONGEST_HEADER_WORD = 30, 40
LONGEST_DESCRIPTION = 500
LEAST_RATIO = 0.5
_NAME = re.compile(
    r"""
    [a-z]                # begins with a letter
    [a-z0-9_]{1,39}      # 2 to 40 characters in all
    """,
    re.VERBOSE,
)
# Values of all kinds: whoever fits most of them tells nothing apart.
_UNRELATED = (
    "0", "42", "3.14", "2024-02-29", "true", "Anna", "New York", "a@b.example", "+49 30 1234567",
    "https://example.org/x?y=1", "DE89370400440532013000", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "The parcel came late, but all was well.", "#", "Zürich", "SCN-125",
)  # fmt: skip
_FEWEST_REFUSED = len(_UNRELATED) // 2


@dataclass(frozen=True, slots=True)
class Definition:
    """A data class as a person defines it.

    Of `patterns`, `words` and `examples` only what `recognised_by` names counts; a class learned from examples may come
    with the patterns that were learned already. `min_match_ratio` is 0.5 to 1.
    """

    name: str
    group: str
    sensitivity: str
    recognised_by: str
    description: str = ""
    regulations: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    width: str = Width.AS_SEEN
    header_words: tuple[str, ...] = ()
    min_match_ratio: float = 0.8


def checked(given: Definition) -> Definition:
    """The definition as it can be kept: trimmed, words folded, examples turned into patterns and gone.

    Raises:
        InvalidInputError: something in it is not acceptable; the message says what and why.
    """
    _check_name(given.name)
    if given.group not in GROUPS:
        raise InvalidInputError(f"A group is one of {', '.join(GROUPS)}.")
    if given.sensitivity not in set(Sensitivity):
        raise InvalidInputError(f"A sensitivity is one of {', '.join(Sensitivity)}.")
    if unknown := sorted(set(given.regulations) - set(REGULATIONS)):
        raise InvalidInputError(f"{unknown[0][:40]!r} is no known regulation. They are {', '.join(REGULATIONS)}.")
    if not LEAST_RATIO <= given.min_match_ratio <= 1:
        raise InvalidInputError("The share of values that must match is from 0.5 to 1.")
    if given.recognised_by not in set(RecognisedBy):
        raise InvalidInputError(f"A class is recognised by {', '.join(RecognisedBy)}.")
    kind = RecognisedBy(given.recognised_by)
    return replace(
        given,
        description=_text(given.description, "description", LONGEST_DESCRIPTION),
        regulations=tuple(dict.fromkeys(given.regulations)),
        patterns=() if kind == RecognisedBy.WORDS else _patterns(given),
        words=_words(given.words) if kind == RecognisedBy.WORDS else (),
        examples=(),
        counter_examples=(),
        header_words=_header_words(given.header_words),
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            "A name is 2 to 40 small letters, digits and underscores and begins with a letter: employee_badge."
        )
    if name in TAXONOMY:
        raise InvalidInputError(f"{name} is one of PurSight's own data classes. Choose another name.")


def _text(text: str, what: str, longest: int) -> str:
    text = text.strip()
    if len(text) > longest:
        raise InvalidInputError(f"The {what} has at most {longest} characters.")
    if "\x00" in text or not is_unicode(text):
        raise InvalidInputError(f"The {what} holds characters that are no text.")
    return text


def _patterns(given: Definition) -> tuple[str, ...]:
    patterns = tuple(dict.fromkeys(each.strip() for each in given.patterns if each.strip()))
    if given.recognised_by == RecognisedBy.EXAMPLES and not patterns:
        return learned_patterns(given.examples, given.counter_examples, given.width)
    if not patterns:
        raise InvalidInputError("Give a pattern, such as EMP-[0-9]{5}.")
    if len(patterns) > MOST_PATTERNS:
        raise InvalidInputError(f"A class has at most {MOST_PATTERNS} patterns.")
    for pattern in patterns:
        check_pattern(pattern)
    return patterns


def learned_patterns(examples: Sequence[str], counter_examples: Sequence[str], width: str) -> tuple[str, ...]:
    """The patterns that the examples have in common and no counter-example has.

    Raises:
        InvalidInputError: too few examples, or nothing that they have in common.
    """
    if len({each.strip() for each in examples if each.strip()}) < FEWEST_EXAMPLES:
        raise InvalidInputError(f"Give at least {FEWEST_EXAMPLES} different examples, one a line.")
    if not all(map(is_unicode, [*examples, *counter_examples])):
        raise InvalidInputError("The examples hold characters that are no text.")
    if width not in set(Width):
        raise InvalidInputError(f"A reading is one of {', '.join(Width)}.")
    learned = learn(examples, counter_examples, width=Width(width))
    if not learned.patterns:
        raise InvalidInputError(
            "These examples have no form in common. Give a list of words instead, or more examples."
        )
    if learned.wrong_count:
        raise InvalidInputError(
            f"{learned.wrong_count} of the counter-examples look just like the examples. "
            "Take them out, or give a pattern that tells them apart."
        )
    return learned.patterns


def check_pattern(pattern: str) -> None:
    """Lets the caller go on with a pattern that RE2 can run and that tells values apart.

    Raises:
        InvalidInputError: what is wrong with it.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidInputError(f"A pattern has at most {LONGEST_PATTERN} characters.")
    if not pattern.isprintable():
        raise InvalidInputError("The pattern holds characters that are no text.")
    # `\Q` would quote the bracket that binds the pattern to the whole value; `\C` cuts characters into bytes.
    if re.search(r"(?<!\\)(?:\\\\)*\\[QC]", pattern):
        raise InvalidInputError(r"Patterns cannot hold \Q or \C. Put a backslash before each special sign instead.")
    _check_compiles(pattern)
    if fitting([""], [pattern]):
        raise InvalidInputError("This pattern fits an empty value too. Say what must be there.")
    if len(fitting(_UNRELATED, [pattern])) >= _FEWEST_REFUSED:
        raise InvalidInputError("This pattern fits nearly everything, so it tells nothing apart. Make it narrower.")


def _check_compiles(pattern: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        # Alone as well: `a)|(b` compiles only inside the brackets that bind a pattern to the whole value.
        pc.call_function("match_substring_regex", [pa.array([""])], pc.MatchSubstringOptions(pattern))
        fitting([""], [pattern])
    except pa.ArrowInvalid as error:
        raise InvalidInputError(f"This is no usable pattern: {_reason(str(error))}.") from None


def _reason(message: str) -> str:
    reason = message.partition("expression: ")[2] or message
    if "perl operator" in reason or "escape sequence: \\" in reason:
        return f"{reason} (looking ahead or back and references to groups are left out, as they can take for ever)"
    if "repetition size" in reason or "too large" in reason:
        return f"{reason} (it repeats too often)"
    return reason


def _words(given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > MOST_WORDS:
        raise InvalidInputError(f"A list has at most {MOST_WORDS:,} words; this one has {len(given):,}.")
    words = tuple(dict.fromkeys(filter(None, (fold(_text(each, "word", LONGEST_WORD)) for each in given))))
    if len(words) < 2:
        raise InvalidInputError("Give at least two words, one a line.")
    return words


def _header_words(given: Sequence[str]) -> tuple[str, ...]:
    words = tuple(
        dict.fromkeys(filter(None, (fold(_text(each, "header word", LONGEST_HEADER_WORD)) for each in given)))
    )
    if len(words) > MOST_HEADER_WORDS:
        raise InvalidInputError(f"A class has at most {MOST_HEADER_WORDS} header words.")
    if short := next((word for word in words if sum(map(str.isalnum, word)) < 2), None):
        raise InvalidInputError(f"The header word {short!r} is too short to mean anything.")
    return words
