"""Says what spoke for a verdict and what for its rival: the model's log-odds per signal, and the rules that overrule it.

Comes after the decision and changes none. Header, table and neighbours are named by the classes they speak for, values
by shares and by how they look: no value is ever part of it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.column_model import Classifier
from pursight_app.assistant.features import ColumnFeatures
from pursight_app.assistant.header import is_meaningless, supported_classes
from pursight_app.assistant.signals import Signal
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.detectors.base import Detection
from pursight_app.detectors.detection import normalise
from pursight_app.services.classification_decision import ColumnCase
from pursight_app.services.classification_evidence import Contribution, Verdict
from pursight_app.services.classification_vetoes import impossible_classes
from pursight_app.services.classification_wording import LIST_PROOFS, class_words, share_words, signal_words

MOST_CONTRIBUTIONS = 8
LARGEST_WEIGHT = 10.0
"""Odds of 22,000 to 1: more says nothing more, and the others could not be seen beside it."""
_SMALLEST_WEIGHT = 0.1
_HELD = 0.3
"""Share of values in a list from which the list of whole values is named, not the one of their words."""
_WHOLE_LISTS = {name: name.removesuffix("_word") for name in LIST_PROOFS if name.removesuffix("_word") in LIST_PROOFS}
# How often a column that is something else fits a class of the workspace is not known; a careful guess.
_OWN_RANDOM_RATE = 0.05
_HEADER_HALVES_DOUBT = round(math.log(2), 2)


def with_contributions(
    cases: Sequence[ColumnCase], verdicts: Sequence[Verdict], features: Sequence[ColumnFeatures], model: Classifier
) -> list[Verdict]:
    """The verdicts with `contributions` and `compared` in their evidence. The model is asked once for all columns."""
    compared = [_compared(case, verdict) for case, verdict in zip(cases, verdicts, strict=True)]
    asked = [place for place, pair in enumerate(compared) if pair and set(pair) <= set(model.classes)]
    rows = model.explain([features[place] for place in asked], [pair for place in asked if (pair := compared[place])])
    bounded = np.clip(rows, -LARGEST_WEIGHT, LARGEST_WEIGHT).round(2)
    said = dict(zip(asked, (_weightiest(row, model.signals) for row in bounded), strict=True))
    return [
        _explained(case, verdict, pair, said.get(place, [])) if pair else verdict
        for place, (case, verdict, pair) in enumerate(zip(cases, verdicts, compared, strict=True))
    ]


def _weightiest(weights: NDArray[np.float64], signals: Sequence[Signal]) -> list[tuple[Signal, float]]:
    places: list[int] = np.flatnonzero(np.abs(weights) >= _SMALLEST_WEIGHT).tolist()
    return [(signals[place], float(weights[place])) for place in places]


def _compared(case: ColumnCase, verdict: Verdict) -> tuple[str, str] | None:
    runner_up = verdict.evidence.runner_up
    if runner_up is None:
        return None
    if verdict.data_class is not None:
        return verdict.data_class, runner_up[0]
    # Without a class the first guess stands in the evidence as runner-up: it is compared with the second.
    others = (name for name in case.probabilities if name != runner_up[0])
    return runner_up[0], max(others, key=case.probabilities.__getitem__)


def _explained(case: ColumnCase, verdict: Verdict, pair: tuple[str, str], said: list[tuple[Signal, float]]) -> Verdict:
    found = [*_rules(case, verdict, pair), *_of_model(case, verdict, pair, said)]
    found.sort(key=lambda each: -abs(each.weight))
    evidence = replace(verdict.evidence, compared=pair, contributions=tuple(found[:MOST_CONTRIBUTIONS]))
    return replace(verdict, evidence=evidence)


def _rules(case: ColumnCase, verdict: Verdict, pair: tuple[str, str]) -> list[Contribution]:
    decided_by = verdict.evidence.decided_by
    if decided_by == "own class" and case.own is not None:
        own = case.own
        proof = share_words(own.rate, own.recogniser.proof)
        weight = _likelihood_ratio(own.distinct, own.distinct_tested, _OWN_RANDOM_RATE)
        of_header = Contribution("the header holds a word of your class", "header", _HEADER_HALVES_DOUBT)
        return [
            Contribution(f"your own class: {proof}", "detectors", weight),
            *([of_header] if own.header_word else []),
        ]
    if decided_by == "detector":
        found = next(found for found in case.detections if found.detector.key == verdict.evidence.detector)
        weight = _likelihood_ratio(found.distinct, found.distinct_tested, found.detector.random_rate)
        return [Contribution(f"a check decided: {_proof(found)}", "detectors", weight)]
    return _veto(case, pair[0])


def _veto(case: ColumnCase, winner: str) -> list[Contribution]:
    likeliest = max(case.probabilities, key=case.probabilities.__getitem__)
    ahead = case.probabilities[likeliest], case.probabilities[winner]
    if likeliest == winner or ahead[0] <= ahead[1]:
        return []
    values = list(dict.fromkeys(value for value in map(normalise, case.sample.values) if value))
    if likeliest not in impossible_classes(values):
        return []
    weight = math.log(max(ahead[0], 1e-9) / max(ahead[1], 1e-9))
    what = f"the values do not have the form of {class_words(likeliest)}, the likeliest guess without them"
    return [Contribution(what, "values", _rounded(weight))]


def _likelihood_ratio(hits: int, trials: int, random_rate: float) -> float:
    """Log-odds that the rate seen speaks against chance (binomial); at least 0.1, for a rule that decided always counts."""
    seen, chance = hits / max(1, trials), min(0.999, max(random_rate, 1e-3))
    if seen <= chance:
        return _SMALLEST_WEIGHT
    ratio = hits * math.log(seen / chance)
    if hits < trials:
        ratio += (trials - hits) * math.log((1 - seen) / (1 - chance))
    return max(_SMALLEST_WEIGHT, _rounded(ratio))


def _rounded(weight: float) -> float:
    return round(min(LARGEST_WEIGHT, max(-LARGEST_WEIGHT, weight)), 2)


def _of_model(
    case: ColumnCase, verdict: Verdict, pair: tuple[str, str], said: list[tuple[Signal, float]]
) -> list[Contribution]:
    evidence = verdict.evidence
    # What a check decided is said by the rule; the model's view of the same check would say it twice.
    told = evidence.detector if evidence.decided_by == "detector" else None
    passed = {detection.detector.key: detection for detection in case.detections if detection.detector.key != told}
    found: list[Contribution] = []
    idle = 0.0
    for signal, weight in said:
        if signal.block != "detectors":
            words = _words(case, pair, signal, is_for=weight > 0)
            found.append(Contribution(words, signal.block, weight))
        elif signal.key in passed:
            found.append(Contribution(_proof(passed[signal.key]), "detectors", weight))
        elif signal.key != told:
            idle += weight
    if abs(idle) >= _SMALLEST_WEIGHT:
        found.append(Contribution("the checks that no value passes", "detectors", _rounded(idle)))
    return found


def _words(case: ColumnCase, pair: tuple[str, str], signal: Signal, *, is_for: bool) -> str:
    favoured = pair[0] if is_for else pair[1]
    match signal.block:
        case "words":
            whole = _WHOLE_LISTS.get(signal.key, "")
            name = whole if case.known_shares.get(whole, 0.0) >= _HELD else signal.key
            proof = LIST_PROOFS.get(name)
            return share_words(case.known_shares.get(name, 0.0), proof) if proof else signal_words(signal)
        case "header":
            return _header_words(case.sample.column, favoured) or signal_words(signal)
        case "neighbours":
            return _neighbour_words(case, favoured) or signal_words(signal)
        case _:
            return signal_words(signal)


def _proof(found: Detection) -> str:
    if found.detector.is_sparse:
        return f"{found.matched} of {found.tested} values {found.detector.proof}"
    return share_words(found.rate, found.detector.proof)


def _header_words(column: str, favoured: str) -> str:
    if is_meaningless(column):
        return "the header says nothing"
    # A header that names a third class speaks for neither of the two: to quote it here would mislead.
    return f"the header says {class_words(favoured)}" if favoured in supported_classes(column) else ""


def _neighbour_words(case: ColumnCase, favoured: str) -> str:
    group = TAXONOMY[favoured].group
    named = [
        class_words(found)
        for name in case.sample.table_columns[:60]
        if name != case.sample.column
        for found in supported_classes(name)
        if TAXONOMY[found].group == group
    ]
    return f"neighbours: {', '.join(list(dict.fromkeys(named))[:3])}" if named else ""
