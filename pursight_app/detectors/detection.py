"""Runs all detectors over one column. Knows no single detector and decides nothing."""

from collections import Counter
from functools import cache, lru_cache

from pursight_app.core.registry import modules_of
from pursight_app.detectors.base import (
    LONGEST_VALUE,
    ColumnSample,
    Detection,
    Detector,
    shape_of,
    wilson_lower_bound,
)

DETECTOR_VERSION = "1"
"""Raised whenever a detector's answers change, so that old verdicts can be found and asked again."""

# 25-60 different values settle a rate; more only cost time (measured: 10 values .70, 25 .72, 200 .71 top-1).
MOST_DISTINCT = 100
PLACEHOLDERS = frozenset(
    {"-", "--", ".", "?", "*", "**", "\\n", "n/a", "na", "nan", "nil", "none", "null", "#n/a", "unknown", "nat", "<na>"}
)
"""Texts, lower case, that stand for a missing value."""
_BLANKS = " \t\r\n\v\f\u00a0\u200b\ufeff\x00"


@cache
def all_detectors() -> tuple[Detector, ...]:
    """Every detector of the package, sorted by module and then as listed there."""
    found: list[Detector] = []
    for module in modules_of("pursight_app.detectors"):
        found.extend(getattr(module, "DETECTORS", ()))
    return tuple(found)


def normalise(value: str | None) -> str:
    """The value as detectors see it: trimmed, cut to `LONGEST_VALUE`, without a spreadsheet's `.0` behind digits."""
    if not value:
        return ""
    text = value[:LONGEST_VALUE].strip(_BLANKS)
    if text.endswith(".0") and text[:-2].isdigit():
        return text[:-2]
    return text


def count_values(sample: ColumnSample) -> Counter[str]:
    """How often each normalised value occurs, in order of first occurrence; nulls and placeholders left out."""
    counted = Counter(map(normalise, sample.values))
    for value in [value for value in counted if not value or value.lower() in PLACEHOLDERS]:
        del counted[value]
    return counted


def spread_over(items: list[str], most: int) -> list[str]:
    """At most `most` items, evenly spaced, so that sorted columns are not judged by their beginning."""
    if len(items) <= most:
        return items
    return [items[place * len(items) // most] for place in range(most)]


def detect(sample: ColumnSample) -> tuple[Detection, ...]:
    """What the detectors find in a column, best match rate first; detectors without a hit are left out. Never raises.

    Ordinary detectors see at most 100 different values, sparse ones (text inspection) all of them.
    """
    counted = count_values(sample)
    chosen = spread_over(list(counted), MOST_DISTINCT)
    hits: dict[str, list[str]] = {}
    for value in chosen:
        for detector in _candidates(shape_of(value)):
            if detector.match(value):
                hits.setdefault(detector.key, []).append(value)
    for value in counted:
        for detector in _sparse_detectors():
            if detector.match(value):
                hits.setdefault(detector.key, []).append(value)
    detections = [
        _detection(detector, hits[detector.key], counted, chosen)
        for detector in all_detectors()
        if detector.key in hits
    ]
    return tuple(sorted(detections, key=lambda found: (-found.rate, found.detector.random_rate)))


def _candidates(shape: str) -> tuple[Detector, ...]:
    # Long texts all differ in shape: remembering them would only fill the cache.
    return _cached_candidates(shape) if len(shape) <= 64 else _fitting(shape)


@lru_cache(maxsize=8192)
def _cached_candidates(shape: str) -> tuple[Detector, ...]:
    # One look-up per value instead of one per value and detector; columns have few shapes, so this is nearly free.
    return _fitting(shape)


def _fitting(shape: str) -> tuple[Detector, ...]:
    return tuple(detector for detector in all_detectors() if not detector.is_sparse and detector.accepts_shape(shape))


@cache
def _sparse_detectors() -> tuple[Detector, ...]:
    return tuple(detector for detector in all_detectors() if detector.is_sparse)


def _detection(detector: Detector, matching: list[str], counted: Counter[str], chosen: list[str]) -> Detection:
    tested = list(counted) if detector.is_sparse else chosen
    return Detection(
        detector=detector,
        matched=sum(counted[value] for value in matching),
        tested=sum(counted[value] for value in tested),
        distinct=len(matching),
        lower_bound=wilson_lower_bound(len(matching), len(tested)),
        distinct_tested=len(tested),
        examples=tuple(spread_over(matching, 3)),
    )
