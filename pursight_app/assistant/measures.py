"""Figures of quality: what was answered against what is right. As numbers, and as Markdown for the model card."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pursight_app.core.taxonomy import TAXONOMY

BINS = 10
CHECKSUMMED = frozenset(
    {
        "credit_card", "iban", "uk_nino", "de_tax_id", "fr_nir", "in_aadhaar", "br_cpf", "es_dni_nie", "it_codice_fiscale",
        "api_key", "jwt", "password_hash", "email", "uuid", "mac_address", "ip_address",
    }
)  # fmt: skip
"""Classes whose values prove themselves: checksummed identifiers, secrets, e-mail and technical addresses."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One column's right class and the classifier's answer. `predicted` None means it abstained, which counts as wrong.

    `confidence` is 0-1. `source` is the repository or R package; `origin` is "real" or "synthetic"; `is_renamed` is True
    for a column whose header was replaced by an abbreviation, a foreign word or one that says nothing.
    """

    label: str
    predicted: str | None
    confidence: float
    source: str = ""
    origin: str = ""
    is_renamed: bool = False

    @property
    def is_right(self) -> bool:
        """True when the class is the right one."""
        return self.predicted == self.label


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall (0-1) of a class or of a group of classes, and how many columns truly belong to it."""

    precision: float
    recall: float
    count: int

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 when nothing was right."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of similar confidence: their mean confidence, the share that is right, and their number."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a set of answers, all 0-1.

    `sensitive` asks for the right sensitive class, `binary` only whether it is one. `checksummed` is the precision over
    the classes whose values prove themselves. `macro_f1` is over the classes that occur.
    """

    count: int
    top_1: float
    macro_f1: float
    sensitive: Score
    binary: Score
    checksummed: float
    calibration_error: float
    abstained: float


def figures(answers: Sequence[Answer]) -> Figures:
    """All figures of at least one answer."""
    count = len(answers)
    scores = per_class(answers)
    proven = [answer.is_right for answer in answers if answer.predicted in CHECKSUMMED]
    return Figures(
        count=count,
        top_1=sum(answer.is_right for answer in answers) / count,
        macro_f1=sum(score.f1 for score in scores.values()) / len(scores),
        sensitive=_sensitive(answers, is_class_asked=True),
        binary=_sensitive(answers, is_class_asked=False),
        checksummed=sum(proven) / len(proven) if proven else 1.0,
        calibration_error=calibration_error(answers),
        abstained=sum(answer.predicted is None for answer in answers) / count,
    )


def per_class(answers: Sequence[Answer]) -> dict[str, Score]:
    """The score of every class that occurs as label, in the order of the taxonomy."""
    labels = Counter(answer.label for answer in answers)
    given = Counter(answer.predicted for answer in answers)
    right = Counter(answer.label for answer in answers if answer.is_right)
    return {
        name: Score(right[name] / given[name] if given[name] else 0.0, right[name] / labels[name], labels[name])
        for name in TAXONOMY
        if name in labels
    }


def confusions(answers: Sequence[Answer], most: int = 20) -> list[tuple[str, str | None, int]]:
    """The most frequent mistakes: right class, answered class (None for no answer) and how often."""
    wrong = Counter((answer.label, answer.predicted) for answer in answers if not answer.is_right)
    return [(label, predicted, count) for (label, predicted), count in wrong.most_common(most)]


def slices(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    """The answers by origin and kind of header: real, synthetic, original, renamed; only the parts that occur."""
    parts = {
        "real": [answer for answer in answers if answer.origin == "real"],
        "synthetic": [answer for answer in answers if answer.origin == "synthetic"],
        "original headers": [answer for answer in answers if not answer.is_renamed],
        "renamed headers": [answer for answer in answers if answer.is_renamed],
    }
    return {name: part for name, part in parts.items() if part}


def reliability(answers: Sequence[Answer]) -> list[Bin]:
    """The answers in ten bins of equal width by confidence, least first; empty bins are left out."""
    bins: list[list[Answer]] = [[] for _ in range(BINS)]
    for answer in answers:
        bins[min(BINS - 1, int(answer.confidence * BINS))].append(answer)
    return [
        Bin(
            confidence=sum(answer.confidence for answer in part) / len(part),
            accuracy=sum(answer.is_right for answer in part) / len(part),
            count=len(part),
        )
        for part in bins
        if part
    ]


def calibration_error(answers: Sequence[Answer]) -> float:
    """Expected calibration error (0-1): the mean distance of confidence and accuracy, weighted by bin."""
    bins = reliability(answers)
    total = sum(part.count for part in bins)
    return sum(abs(part.confidence - part.accuracy) * part.count for part in bins) / max(1, total)


def measure(answers: Sequence[Answer]) -> str:
    """The figures as a Markdown table, the slices, then one line with the F1 of each class."""
    found = figures(answers)
    sensitive, binary = found.sensitive, found.binary
    lines = [
        "| measure | value |",
        "|---|---|",
        f"| columns | {found.count} |",
        f"| top-1 | {found.top_1:.3f} |",
        *(f"| top-1, {name} ({len(part)}) | {figures(part).top_1:.3f} |" for name, part in slices(answers).items()),
        f"| macro-F1 | {found.macro_f1:.3f} |",
        f"| sensitive classes, micro P / R / F1 | {sensitive.precision:.3f} / {sensitive.recall:.3f} / {sensitive.f1:.3f} |",
        f"| sensitive or not, P / R / F1 | {binary.precision:.3f} / {binary.recall:.3f} / {binary.f1:.3f} |",
        f"| checksummed ids, secrets, addresses, precision | {found.checksummed:.3f} |",
        f"| calibration error (ECE) | {found.calibration_error:.3f} |",
        f"| no answer | {found.abstained:.3f} |",
        "",
        "F1 (columns): "
        + ", ".join(f"{name} {score.f1:.2f} ({score.count})" for name, score in per_class(answers).items()),
    ]
    return "\n".join(lines)


def _sensitive(answers: Sequence[Answer], *, is_class_asked: bool) -> Score:
    labelled = [TAXONOMY[answer.label].sensitivity.is_sensitive for answer in answers]
    given = [answer.predicted is not None and TAXONOMY[answer.predicted].sensitivity.is_sensitive for answer in answers]
    hits = sum(
        label and claim and (answer.is_right or not is_class_asked)
        for answer, label, claim in zip(answers, labelled, given, strict=True)
    )
    return Score(hits / max(1, sum(given)), hits / max(1, sum(labelled)), sum(labelled))
