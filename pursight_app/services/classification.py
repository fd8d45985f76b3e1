"""Suggests a data class for each column, with evidence. Pure: no session, no I/O but the model file.

Detectors that validate decide first; else the calibrated column model; else nobody (the column awaits review). How these
are weighed is in classification_decision.py, how it is said in classification_evidence.py, what spoke for and against it in
classification_contributions.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pursight_app.assistant.column_model import Classifier, load_model
from pursight_app.assistant.features import ColumnFeatures, ColumnInput
from pursight_app.detectors.base import ColumnSample, Detection
from pursight_app.detectors.detection import detect
from pursight_app.services.classification_contributions import with_contributions
from pursight_app.services.classification_custom import CustomRecogniser, best_match
from pursight_app.services.classification_decision import ColumnCase, decide
from pursight_app.services.classification_evidence import Evidence, Verdict

__all__ = ["ColumnSample", "Evidence", "Recognition", "Verdict", "suggest", "suggest_with_features"]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What columns are recognised with. services/recognition.py says what a workspace uses.

    `custom` are the workspace's own data classes.
    """

    model: Classifier
    custom: tuple[CustomRecogniser, ...] = ()


def suggest(samples: Sequence[ColumnSample], recognition: Recognition | None = None) -> list[Verdict]:
    """One verdict per column, in order. Give all columns of a table, or of several, in one call: the model is asked once.

    Without `recognition` the shipped model is used and no workspace's own data classes. Never raises for any content of
    headers and values, whatever their length or encoding.
    """
    return suggest_with_features(samples, recognition)[0]


def suggest_with_features(
    samples: Sequence[ColumnSample], recognition: Recognition | None = None
) -> tuple[list[Verdict], list[ColumnFeatures]]:
    """The verdicts as `suggest` gives them, and the numbers of each column: what a workspace's model learns from."""
    if not samples:
        return [], []
    model = recognition.model if recognition else load_model()
    custom = recognition.custom if recognition else ()
    detections = [detect(sample) for sample in samples]
    features = [model.features(_input(sample, founds)) for sample, founds in zip(samples, detections, strict=True)]
    cases = [
        ColumnCase(
            sample=sample,
            detections=founds,
            probabilities=dict(zip(model.classes, map(float, row), strict=True)),
            known_shares=feature.known_shares,
            model_version=model.version,
            own=best_match(sample, custom) if custom else None,
        )
        for sample, founds, feature, row in zip(samples, detections, features, model.predict(features), strict=True)
    ]
    return with_contributions(cases, [decide(case) for case in cases], features, model), features


def _input(sample: ColumnSample, founds: tuple[Detection, ...]) -> ColumnInput:
    return ColumnInput(
        table=sample.table,
        column=sample.column,
        values=sample.values,
        table_columns=sample.table_columns,
        match_rates={found.detector.key: found.rate for found in founds},
    )
