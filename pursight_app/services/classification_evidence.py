"""What a verdict is and why it was given, in sentences and numbers. Holds no raw value: examples are masked here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pursight_app.assistant.header import is_meaningless, supported_classes
from pursight_app.assistant.signals import Block
from pursight_app.core.masking import mask, mask_secret
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.detectors.base import Detection
from pursight_app.detectors.detection import DETECTOR_VERSION
from pursight_app.services.classification_wording import LIST_PROOFS, share_words

JsonValue = str | float | int | None | list[str] | list[str | float] | list[dict[str, str | float]]
DecidedBy = Literal["", "detector", "own class", "model"]
_LISTS: dict[str, str] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "person_name": "all_words_names",
    "city": "city",
    "state_region": "region",
    "country": "country",
    "job_title": "job_word",
    "organization": "company_word",
    "street_address": "street_word",
    "medical_condition": "medical_word",
    "medication": "drug_word",
    "race_ethnicity": "closed_race",
    "political_affiliation": "closed_party",
    "marital_status": "closed_marital",
    "gender": "closed_gender",
    "free_text": "stop_word",
}
"""The word list that speaks for a class."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One thing that spoke for the class (`weight` above 0) or for its rival (below 0).

    `what` says it to people, without a value. `weight` is in log-odds (natural logarithm): +0.7 doubles the odds.
    """

    what: str
    block: Block
    weight: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a class was suggested.

    `detector` is the key of the detector that decided or supports, None when only the model spoke; `matched` of `tested`
    rows and `distinct` different values pass it, `lower_bound` is the Wilson 95 % bound of its rate. `examples` are
    masked. `runner_up` is the next class and its probability. `contributions`, the weightiest first, say what separates
    the class from its rival: both are in `compared` (the two best guesses when no class was given). `decided_by` is ""
    without a class.
    """

    detector: str | None = None
    matched: int = 0
    tested: int = 0
    distinct: int = 0
    lower_bound: float = 0.0
    examples: tuple[str, ...] = ()
    reasons_for: tuple[str, ...] = ()
    reasons_against: tuple[str, ...] = ()
    runner_up: tuple[str, float] | None = None
    compared: tuple[str, str] | None = None
    contributions: tuple[Contribution, ...] = ()
    decided_by: DecidedBy = ""
    model_version: str = ""
    detector_version: str = DETECTOR_VERSION

    def as_json(self) -> dict[str, JsonValue]:
        """The evidence as plain JSON values; tuples become lists."""
        return {
            "detector": self.detector,
            "matched": self.matched,
            "tested": self.tested,
            "distinct": self.distinct,
            "lower_bound": round(self.lower_bound, 4),
            "examples": list(self.examples),
            "reasons_for": list(self.reasons_for),
            "reasons_against": list(self.reasons_against),
            "runner_up": list(self.runner_up) if self.runner_up else None,
            "compared": list(self.compared) if self.compared else None,
            "contributions": [
                {"what": each.what, "block": each.block, "weight": each.weight} for each in self.contributions
            ],
            "decided_by": self.decided_by,
            "model_version": self.model_version,
            "detector_version": self.detector_version,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The suggested class of a column. `data_class` None means: nothing is likely enough, a person should look.

    `confidence` is 0-1: for a class the probability that it is right, for None that of the best guess. `sensitivity` is
    None without a class.
    """

    data_class: str | None
    confidence: float
    sensitivity: Sensitivity | None
    regulations: tuple[str, ...]
    evidence: Evidence


def evidence_of(
    data_class: str | None,
    ranked: Sequence[tuple[str, float]],
    *,
    detection: Detection | None,
    column: str,
    table_columns: Sequence[str],
    known_shares: Mapping[str, float],
    model_version: str,
    decided_by: DecidedBy,
) -> Evidence:
    """Puts the evidence of a decision together. `ranked` are the model's classes, most likely first."""
    rest = [pair for pair in ranked[:2] if pair[0] != data_class]
    runner_up = (rest[0][0], round(rest[0][1], 4)) if rest else None
    likely = data_class or ranked[0][0]
    reasons_for = [
        *_detector_reasons(detection),
        *_header_reasons(column, likely),
        *_list_reasons(likely, known_shares),
        *_model_reasons(likely, ranked),
        *_neighbour_reasons(likely, column, table_columns),
    ]
    reasons_against = [*_contradictions(data_class, column), *_doubts(data_class, ranked, runner_up)]
    return Evidence(
        detector=detection.detector.key if detection else None,
        matched=detection.matched if detection else 0,
        tested=detection.tested if detection else 0,
        distinct=detection.distinct if detection else 0,
        lower_bound=detection.lower_bound if detection else 0.0,
        examples=_examples(data_class, detection),
        reasons_for=tuple(reasons_for),
        reasons_against=tuple(reasons_against),
        runner_up=runner_up,
        decided_by=decided_by if data_class else "",
        model_version=model_version,
    )


def _examples(data_class: str | None, detection: Detection | None) -> tuple[str, ...]:
    if detection is None:
        return ()
    is_secret = detection.detector.key == "text_secret" or (
        data_class is not None and TAXONOMY[data_class].group == "secret"
    )
    if detection.detector.is_sparse and not is_secret:
        # The hit is somewhere inside a text; its first characters would show something else.
        return tuple(f"text of {len(example)} characters" for example in detection.examples)
    return tuple((mask_secret if is_secret else mask)(example) for example in detection.examples)


def _detector_reasons(detection: Detection | None) -> list[str]:
    if detection is None:
        return []
    detector = detection.detector
    if detector.is_sparse:
        return [f"{detection.matched} of {detection.tested} values {detector.proof}"]
    sentence = f"{detection.rate:.0%} of {detection.distinct_tested} different values {detector.proof}"
    return [f"{sentence}; a random value of this form does so in {_percent(detector.random_rate)}"]


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "less than 1%"


def _header_reasons(column: str, data_class: str) -> list[str]:
    support = supported_classes(column).get(data_class)
    return [f"header word `{support[1]}`"] if support else []


def _list_reasons(data_class: str, known_shares: Mapping[str, float]) -> list[str]:
    name = _LISTS.get(data_class, "")
    share = known_shares.get(name, 0.0)
    return [share_words(share, LIST_PROOFS[name])] if share >= 0.3 else []


def _model_reasons(data_class: str, ranked: Sequence[tuple[str, float]]) -> list[str]:
    probability = dict(ranked).get(data_class, 0.0)
    return [f"the column model gives {data_class} {probability:.0%}"] if probability >= 0.1 else []


def _neighbour_reasons(data_class: str, column: str, table_columns: Sequence[str]) -> list[str]:
    group = TAXONOMY[data_class].group
    if group == "generic":
        return []
    related = [
        name[:40]
        for name in table_columns[:60]
        if name != column and any(TAXONOMY[found].group == group for found in supported_classes(name))
    ]
    return (
        [f"neighbouring columns {', '.join(related[:3])} are of the same group ({group})"] if len(related) > 1 else []
    )


def _contradictions(data_class: str | None, column: str) -> list[str]:
    if is_meaningless(column):
        return ["the header says nothing"]
    support = supported_classes(column)
    if not support or data_class in support:
        return []
    named, (_, phrase) = max(support.items(), key=lambda pair: pair[1][0])
    return [f"header word `{phrase}` speaks for {named}, the values do not"]


def _doubts(
    data_class: str | None, ranked: Sequence[tuple[str, float]], runner_up: tuple[str, float] | None
) -> list[str]:
    if data_class is None:
        return [f"no class is likely enough; best guess {ranked[0][0]} with {ranked[0][1]:.0%}"]
    if runner_up and runner_up[1] >= 0.1:
        return [f"runner-up {runner_up[0]} with {runner_up[1]:.0%}"]
    return []
