"""Recognises a workspace's own data classes by the values of a column. Pure: no session, no I/O.

Where they come from is in services/data_classes/. A pattern must fit the whole value and runs on RE2, whose time grows
only linearly with the value, whatever the pattern; a word list is looked up without regard to case and accents.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pursight_app.core.masking import mask, mask_secret
from pursight_app.core.taxonomy import DataClass
from pursight_app.detectors.base import ColumnSample, wilson_lower_bound
from pursight_app.detectors.detection import DETECTOR_VERSION, MOST_DISTINCT, count_values, spread_over
from pursight_app.services.classification_evidence import Evidence, Verdict

LONGEST_MATCHED = 256
"""Characters of the longest value that a pattern is tried on: a worst pattern then takes a third of a second a column."""
FEWEST_VALUES = 3
"""Different values that a class takes whose words the header does not hold."""
HASHED = "hmac:"
"""How a word begins of which only a keyed hash is kept."""
_HASH_CHARACTERS = 32
_MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class CustomRecogniser:
    """One class of a workspace, ready to match.

    `proof` finishes the sentence "97% of 60 different values …". `words` are folded, or hashed with `word_key`.
    """

    data_class: DataClass
    version: int
    proof: str
    patterns: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    word_key: bytes = b""
    header_words: tuple[str, ...] = ()
    min_match_ratio: float = 0.8


@dataclass(frozen=True, slots=True)
class OwnMatch:
    """How well a column fits one class: as for detectors.base.Detection, with raw `examples`: mask them."""

    recogniser: CustomRecogniser
    matched: int
    tested: int
    distinct: int
    distinct_tested: int
    header_word: str
    examples: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Share (0-1) of the different values that match."""
        return self.distinct / self.distinct_tested if self.distinct_tested else 0.0

    @property
    def lower_bound(self) -> float:
        """Wilson's 95 % lower bound (0-1) of the rate."""
        return wilson_lower_bound(self.distinct, self.distinct_tested)

    @property
    def has_class(self) -> bool:
        """Whether the values decide for the class. The header alone never does; it makes do with fewer values."""
        is_enough = self.distinct >= FEWEST_VALUES or bool(self.header_word and self.distinct)
        return is_enough and self.rate >= self.recogniser.min_match_ratio

    @property
    def confidence(self) -> float:
        """The lower bound; the header takes away half of the doubt that few values leave."""
        bound = self.lower_bound
        return min(0.99, bound + (1 - bound) / 2 if self.header_word else bound)


def fold(text: str) -> str:
    """The text without case, accents and repeated blanks: the form in which words are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).split())


def hashed_word(word: str, key: bytes) -> str:
    """A folded word as it is kept for classes whose words must not be read from the database."""
    return HASHED + hmac.new(key, word.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_HASH_CHARACTERS]


def match_column(sample: ColumnSample, recogniser: CustomRecogniser) -> OwnMatch:
    """How well the column fits the class. At most 100 different values are looked at, spread over the sample."""
    counted = count_values(sample)
    chosen = spread_over(list(counted), MOST_DISTINCT)
    matching = _matching(chosen, recogniser)
    return OwnMatch(
        recogniser=recogniser,
        matched=sum(counted[value] for value in matching),
        tested=sum(counted[value] for value in chosen),
        distinct=len(matching),
        distinct_tested=len(chosen),
        header_word=header_word_of(sample.column, recogniser.header_words),
        examples=tuple(spread_over(matching, _MOST_EXAMPLES)),
    )


def best_match(sample: ColumnSample, recognisers: Sequence[CustomRecogniser]) -> OwnMatch | None:
    """The class that fits best among those that the column has; None when it has none."""
    found = [match for each in recognisers if (match := match_column(sample, each)).has_class]
    return max(found, key=lambda match: (bool(match.header_word), match.rate, match.lower_bound), default=None)


def header_word_of(header: str, words: Sequence[str]) -> str:
    """The first of the phrases whose words follow each other in the header, "" when there is none."""
    tokens = f" {' '.join(_tokens(header))} "
    return next((word for word in words if f" {' '.join(_tokens(word))} " in tokens), "")


def own_verdict(match: OwnMatch, ranked: Sequence[tuple[str, float]], *, model_version: str) -> Verdict:
    """The verdict for a column of an own class. `ranked` are the model's classes, most likely first."""
    recogniser, known = match.recogniser, match.recogniser.data_class
    hide = mask_secret if known.group == "secret" else mask
    reasons = [f"{match.rate:.0%} of {match.distinct_tested} different values {recogniser.proof}"]
    if match.header_word:
        reasons.append(f"header word `{match.header_word[:40]}`")
    name, share = ranked[0]
    evidence = Evidence(
        detector=f"custom:{known.name}",
        matched=match.matched,
        tested=match.tested,
        distinct=match.distinct,
        lower_bound=match.lower_bound,
        examples=tuple(hide(example) for example in match.examples),
        reasons_for=(f"your class {known.name}: {reasons[0]}", *reasons[1:]),
        reasons_against=(f"without your class it would be {name} with {share:.0%}",) if share >= 0.5 else (),
        runner_up=(name, round(share, 4)),
        decided_by="own class",
        model_version=model_version,
        detector_version=f"{DETECTOR_VERSION}, {known.name} {recogniser.version}",
    )
    return Verdict(known.name, round(match.confidence, 4), known.sensitivity, known.regulations, evidence)


def _matching(values: list[str], recogniser: CustomRecogniser) -> list[str]:
    if recogniser.words:
        return [value for value in values if _is_word(value, recogniser)]
    return fitting(values, recogniser.patterns)


def fitting(values: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The values that one of the RE2 patterns fits as a whole, in order; those over 256 characters fit none.

    Raises:
        ValueError: a pattern is no RE2 expression.
    """
    short = [value for value in values if len(value) <= LONGEST_MATCHED and is_unicode(value)]
    if not short or not patterns:
        return []
    # A large library that whoever has no class of their own does without.
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(short, pa.string())
    found: set[int] = set()
    for pattern in patterns:
        options = pc.MatchSubstringOptions(whole_value(pattern))
        flags = pc.call_function("match_substring_regex", [column], options).to_pylist()
        found.update(place for place, flag in enumerate(flags) if flag)
    return [value for place, value in enumerate(short) if place in found]


def is_unicode(text: str) -> bool:
    """Whether the text holds no lone surrogates: Arrow refuses them, and no pattern means one."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def whole_value(pattern: str) -> str:
    r"""The pattern bound to the whole value: `\z` and not `$`, which flags could turn into the end of a line."""
    return rf"\A(?:{pattern})\z"


def _is_word(value: str, recogniser: CustomRecogniser) -> bool:
    word = fold(value)
    return word in recogniser.words or (
        bool(recogniser.word_key) and hashed_word(word, recogniser.word_key) in recogniser.words
    )


_WORD = re.compile(
    r"""
    [^\W\d_]+ | [0-9]+    # a run of letters of any script, or of digits
    """,
    re.VERBOSE,
)
_CAMEL = re.compile(
    r"""
    (?<=[a-z0-9])(?=[A-Z])    # between badgeNo's e and N
    """,
    re.VERBOSE,
)


def _tokens(name: str) -> list[str]:
    return _WORD.findall(fold(_CAMEL.sub(" ", name[:200])))
