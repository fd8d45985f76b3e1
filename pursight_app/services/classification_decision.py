"""Weighs detectors, header and model of one column, and decides. What is said about it is in classification_evidence.py."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pursight_app.assistant.header import supported_classes
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.detectors.base import ColumnSample, Detection, wilson_lower_bound
from pursight_app.detectors.detection import normalise
from pursight_app.services.classification_custom import OwnMatch, own_verdict
from pursight_app.services.classification_evidence import DecidedBy, Evidence, Verdict, evidence_of
from pursight_app.services.classification_vetoes import impossible_classes, looks_like_versions, unproven_classes

DECISIVE_RATE = 0.8
SUPPORTED_RATE = 0.6
"""Match rate over different values from which a detector decides, alone and with the header's support."""
HEADER_STRENGTH = 0.4
_MOST_NEIGHBOURS = 200
THRESHOLDS = {
    # To miss restricted data costs most, so it is suggested early; a steward decides.
    Sensitivity.RESTRICTED: 0.3,
    Sensitivity.CONFIDENTIAL: 0.35,
    Sensitivity.INTERNAL: 0.35,
    Sensitivity.PUBLIC: 0.35,
}
"""Least calibrated probability that is answered; below it the verdict is None."""
# Forms without checksum that count when the header names them: everything else is better left to the model.
_HEADER_DECIDED = frozenset(
    {
        "us_ssn",
        "bic",
        "passport_form",
        "icd10_dotted",
        "mx_rfc",
        "us_ein",
        "fr_siren",
        "pl_nip",
        "no_orgnr",
        "nl_bsn",
        "hr_oib",
    }
    | {"gb_nhs", "aba_routing", "uk_sort_code", "phone_national", "vin_form", "random_token"}
)
_TEXT_CLASSES = frozenset({"free_text", "thing_name", "free_text_pii"})
_ONLY_IN_TEXT = frozenset({"text_phone"})
# News and reviews name people with titles and cite addresses: these signs support the model but never overrule it.
_ONLY_SUPPORTING = frozenset({"text_person", "text_ip"})


@dataclass(frozen=True, slots=True)
class ColumnCase:
    """All that is known of one column before the decision.

    `known_shares` are word-list hits by list name (0-1). `own` is the workspace's own class that the column has, if any.
    """

    sample: ColumnSample
    detections: tuple[Detection, ...]
    probabilities: Mapping[str, float]
    known_shares: Mapping[str, float]
    model_version: str
    own: OwnMatch | None = None


def decide(case: ColumnCase) -> Verdict:
    """The verdict for one column."""
    values = list(dict.fromkeys(value for value in map(normalise, case.sample.values) if value))
    if not values:
        return _no_values(case)
    ranked = _rank(case, values)
    winner = _decisive(case, values)
    # A checksum proves more than a form, unless the header names the own class as well.
    if case.own is not None and (winner is None or case.own.header_word):
        return own_verdict(case.own, ranked, model_version=case.model_version)
    if winner is not None:
        confidence = _decisive_confidence(winner, case.probabilities)
        return _verdict(case, winner.detector.data_class, confidence, ranked, detection=winner, decided_by="detector")
    best, probability = ranked[0]
    sparse = _sparse(case, best, values)
    if sparse is not None and best != "free_text_pii":
        confidence = min(0.95, 0.6 + sparse.matched / 40)
        return _verdict(case, "free_text_pii", confidence, ranked, detection=sparse, decided_by="detector")
    support = next(
        (found for found in case.detections if found.detector.data_class == best and found.rate >= 0.5), None
    )
    if probability < THRESHOLDS[TAXONOMY[best].sensitivity]:
        return _verdict(case, None, probability, ranked, detection=None)
    return _verdict(case, best, probability, ranked, detection=support or (sparse if best == "free_text_pii" else None))


def is_supported_by_header(case: ColumnCase, data_class: str) -> bool:
    """True when the header's own words speak for the class."""
    return supported_classes(case.sample.column).get(data_class, (0.0, ""))[0] >= HEADER_STRENGTH


def _rank(case: ColumnCase, values: list[str]) -> list[tuple[str, float]]:
    # What the values cannot be goes to zero whatever header and model say; the rest shares the probability.
    vetoed = impossible_classes(values) | {name for name in unproven_classes(values) if not _is_spoken_for(case, name)}
    left = {name: 0.0 if name in vetoed else share for name, share in case.probabilities.items()}
    total = sum(left.values())
    if total <= 1e-9:
        return sorted(case.probabilities.items(), key=lambda pair: -pair[1])
    # Renormalised only in part: a header that the values contradict leaves less certainty, not more.
    scale = 1 / total**0.5
    return sorted(((name, share * scale) for name, share in left.items()), key=lambda pair: -pair[1])


def _is_spoken_for(case: ColumnCase, data_class: str) -> bool:
    """True when a check passes more often than by chance, or a word of header, table or neighbours points there."""
    if any(
        found.detector.data_class == data_class
        and found.rate >= SUPPORTED_RATE
        and found.lower_bound > found.detector.random_rate
        for found in case.detections
    ):
        return True
    groups = {TAXONOMY[data_class].group, "person"}
    headers = (case.sample.column, case.sample.table, *case.sample.table_columns[:_MOST_NEIGHBOURS])
    return any(TAXONOMY[name].group in groups for header in headers for name in supported_classes(header))


def _decisive(case: ColumnCase, values: list[str]) -> Detection | None:
    accepted = [found for found in case.detections if _is_accepted(case, found, values)]
    # A supported one first, then the one that a random value passes least often: card before IMEI before Luhn alone.
    accepted.sort(
        key=lambda found: (
            not is_supported_by_header(case, found.detector.data_class),
            -found.rate,
            found.detector.random_rate,
        )
    )
    return accepted[0] if accepted else None


def _is_accepted(case: ColumnCase, found: Detection, values: list[str]) -> bool:
    detector = found.detector
    if detector.is_sparse:
        return False
    is_supported = is_supported_by_header(case, detector.data_class)
    if not detector.is_decisive:
        return is_supported and detector.key in _HEADER_DECIDED and found.rate >= DECISIVE_RATE
    if detector.key == "ipv4" and looks_like_versions(case.sample.column, values):
        return False
    if found.rate < (SUPPORTED_RATE if is_supported else DECISIVE_RATE):
        return False
    return is_supported or found.lower_bound > detector.random_rate


def _decisive_confidence(found: Detection, probabilities: Mapping[str, float]) -> float:
    """Bayes with the model's opinion as prior and each different matching value as one independent test."""
    prior = min(0.9, max(0.05, probabilities.get(found.detector.data_class, 0.0)))
    log_odds = math.log(prior / (1 - prior)) - min(found.distinct, 20) * math.log(max(found.detector.random_rate, 1e-3))
    posterior = 1 / (1 + math.exp(-min(log_odds, 30.0)))
    return min(0.99, posterior * (0.85 + 0.15 * found.rate))


def _sparse(case: ColumnCase, best: str, values: list[str]) -> Detection | None:
    """The strongest sign of personal data inside an otherwise harmless column, None without."""
    if TAXONOMY[best].sensitivity.is_sensitive and best != "free_text_pii":
        return None
    is_text = best in _TEXT_CLASSES or sum(len(value) for value in values) > 25 * len(values)
    digits = sum(character.isdigit() for value in values for character in value)
    is_numeric = digits > 0.7 * sum(map(len, values))
    found = [
        sign
        for sign in case.detections
        if sign.detector.is_sparse
        and (best == "free_text_pii" or sign.detector.key not in _ONLY_SUPPORTING)
        and (is_text or sign.detector.key not in _ONLY_IN_TEXT)
        and sign.distinct >= 2
        # Of long random numbers 3 % pass as cards: a column of references must show clearly more.
        and wilson_lower_bound(sign.matched, sign.tested) > (0.06 if is_numeric else sign.detector.random_rate)
    ]
    return max(found, key=lambda sign: sign.matched, default=None)


def _no_values(case: ColumnCase) -> Verdict:
    evidence = Evidence(reasons_against=("no values",), model_version=case.model_version)
    return Verdict(data_class=None, confidence=0.0, sensitivity=None, regulations=(), evidence=evidence)


def _verdict(
    case: ColumnCase,
    data_class: str | None,
    confidence: float,
    ranked: list[tuple[str, float]],
    *,
    detection: Detection | None,
    decided_by: DecidedBy = "model",
) -> Verdict:
    known = TAXONOMY[data_class] if data_class else None
    evidence = evidence_of(
        data_class,
        ranked,
        detection=detection,
        column=case.sample.column,
        table_columns=case.sample.table_columns,
        known_shares=case.known_shares,
        model_version=case.model_version,
        decided_by=decided_by,
    )
    return Verdict(
        data_class=data_class,
        confidence=round(min(1.0, max(0.0, confidence)), 4),
        sensitivity=known.sensitivity if known else None,
        regulations=known.regulations if known else (),
        evidence=evidence,
    )
