"""Suggests a data class for each column, with evidence. Pure: no session, no I/O but the model file.

Detectors that validate decide first; else the calibrated column model; else nobody (the column awaits review). How these
are weighed is in classification_decision.py, how it is said in classification_evidence.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pursight_app.assistant.column_model import ColumnModel, load_model
from pursight_app.assistant.features import ColumnInput
from pursight_app.detectors.base import ColumnSample
from pursight_app.detectors.detection import detect
from pursight_app.services.classification_custom import CustomRecogniser, best_match
from pursight_app.services.classification_decision import ColumnCase, decide
from pursight_app.services.classification_evidence import Evidence, Verdict

__all__ = ["ColumnSample", "Evidence", "Recognition", "Verdict", "suggest"]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What columns are recognised with. services/recognition.py says what a workspace uses.

    `custom` are the workspace's own data classes.
    """

    model: ColumnModel
    custom: tuple[CustomRecogniser, ...] = ()


def suggest(samples: Sequence[ColumnSample], recognition: Recognition | None = None) -> list[Verdict]:
    """One verdict per column, in order. Give all columns of a table, or of several, in one call: the model is asked once.

    Without `recognition` the shipped model is used and no workspace's own data classes. Never raises for any content of headers and values, whatever their length or encoding.
    """
    if not samples:
        return []
    model = recognition.model if recognition else load_model()
    custom = recognition.custom if recognition else ()
    detections = [detect(sample) for sample in samples]
    features = [
        model.features(
            ColumnInput(
                table=sample.table,
                column=sample.column,
                values=sample.values,
                table_columns=sample.table_columns,
                match_rates={found.detector.key: found.rate for found in founds},
            )
        )
        for sample, founds in zip(samples, detections, strict=True)
    ]
    probabilities = model.predict(features)
    return [
        decide(
            ColumnCase(
                sample=sample,
                detections=founds,
                probabilities=dict(zip(model.classes, map(float, row), strict=True)),
                known_shares=feature.known_shares,
                model_version=model.version,
                own=best_match(sample, custom) if custom else None,
            )
        )
        for sample, founds, feature, row in zip(samples, detections, features, probabilities, strict=True)
    ]
