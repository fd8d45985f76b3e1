"""What is left of a label after a step of lineage: the rules, as one table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Transformation


@dataclass(frozen=True, slots=True)
class Weakening:
    """What one transformation leaves: a share of the confidence, and the sensitivity or one level less."""

    confidence_factor: float
    is_masking: bool
    sentence: str


RULES: Mapping[Transformation, Weakening | None] = {
    Transformation.IDENTITY: Weakening(
        1.0, is_masking=False, sentence="copied: class, sensitivity and confidence stay"
    ),
    Transformation.TRANSFORMATION: Weakening(
        0.8, is_masking=False, sentence="changed: class and sensitivity stay, confidence falls to four fifths"
    ),
    # Masked and hashed values of people are pseudonymous, not anonymous: they stay personal data (GDPR Art. 4(5),
    # recital 26), so the class stays and only its sensitivity falls.
    Transformation.MASKING: Weakening(
        0.6,
        is_masking=True,
        sentence="masked: the class stays, sensitivity falls one level, confidence to three fifths",
    ),
    # A count or an answer holds no value of the column any more.
    Transformation.AGGREGATION: None,
}
"""What is left after each transformation, for every data class; None ends the way."""


@dataclass(frozen=True, slots=True)
class Label:
    """A data class as it arrives at a column. `is_masked` says whether sensitivity has fallen on the way."""

    data_class: str
    sensitivity: Sensitivity
    confidence: float
    is_masked: bool = False


def weaken(label: Label, transformation: Transformation) -> Label | None:
    """What is left of a label after one step; None when nothing is.

    Sensitivity falls once, however often a value is masked: a hash of a hash tells as much as the hash.
    """
    rule = RULES[transformation]
    if rule is None:
        return None
    confidence = label.confidence * rule.confidence_factor
    if not rule.is_masking or label.is_masked:
        return replace(label, confidence=confidence)
    return replace(label, confidence=confidence, sensitivity=one_level_lower(label.sensitivity), is_masked=True)


def one_level_lower(level: Sensitivity) -> Sensitivity:
    """The level below, but never public: a mask does not publish anything."""
    levels = list(Sensitivity)
    return level if level.rank <= Sensitivity.INTERNAL.rank else levels[level.rank - 1]
