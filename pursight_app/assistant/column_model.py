"""The trained column model: loads the committed artefact and gives a probability per data class. Training is in training.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.artefact import read_artefact
from pursight_app.assistant.features import ColumnFeatures, ColumnInput, column_features
from pursight_app.assistant.forest import FlatForest, from_arrays

ARTEFACT = "column_model.skops"
_FARTHEST = np.float32(4.0)
_DENSE_WEIGHT = np.float32(0.3)


class Classifier(Protocol):
    """What columns are recognised with: the shipped model, or one that a workspace's reviews have changed.

    `classes` is the order of all probabilities; `version` names the model in verdicts.
    """

    @property
    def version(self) -> str:
        """Which model this is."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The data classes in the order of all probabilities."""
        ...

    def features(self, column: ColumnInput) -> ColumnFeatures:
        """The numbers of a column that the other methods take."""
        ...

    def predict(self, columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        """Calibrated probabilities (0-1), columns × `classes`."""
        ...


@dataclass(frozen=True, slots=True)
class ColumnModel:
    """A forest over the dense numbers, mixed with a linear model that also reads character n-grams, then calibrated.

    `classes` is the order of all probabilities; `detector_keys` the order of the match rates. `coefficients` has one row
    per dense number and then one per n-gram bucket, `classes` wide. `forest_share` (0-1) is the forest's weight in the
    mean; `temperature` flattens (> 1) or sharpens (< 1) the mean's logarithm. `sources` names the repositories whose
    columns were learned from: what is measured on them says nothing.
    """

    version: str
    classes: tuple[str, ...]
    detector_keys: tuple[str, ...]
    forest: FlatForest
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    forest_share: float
    temperature: float
    sources: frozenset[str] = frozenset()

    def features(self, column: ColumnInput) -> ColumnFeatures:
        """The numbers of a column in the order that this model was trained on."""
        return column_features(column, self.detector_keys)

    def predict(self, columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        """Calibrated probabilities (0-1, rows add up to 1), columns × `classes`. All columns in one call are faster."""
        if not columns:
            return np.zeros((0, len(self.classes)))
        dense = np.stack([column.dense for column in columns])
        return calibrated(
            mixed(self.forest.predict_proba(dense), softmax(self._logits(dense, columns)), self.forest_share),
            self.temperature,
        )

    def _logits(self, dense: NDArray[np.float32], columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        width = dense.shape[1]
        per_bucket = self.coefficients[width:]
        logits = standardised(dense, self.centre, self.scale) @ self.coefficients[:width] + self.intercepts
        for place, column in enumerate(columns):
            logits[place] += column.grams.weights @ per_bucket[column.grams.buckets]
        return logits.astype(np.float64)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of rows of logits."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def mixed(forest: NDArray[np.float64], linear: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Weighted mean of both models' probabilities."""
    return share * forest + (1 - share) * linear


def calibrated(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Temperature scaling (Guo et al. 2017) of probabilities."""
    return softmax(np.log(np.clip(probabilities, 1e-9, 1.0)) / temperature)


def standardised(
    dense: NDArray[np.float32], centre: NDArray[np.float32], scale: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Dense numbers as the linear model sees them: distances from the mean in standard deviations, damped."""
    return np.clip((dense - centre) / scale, -_FARTHEST, _FARTHEST) * _DENSE_WEIGHT


@cache
def load_model() -> ColumnModel:
    """The committed model, loaded once per process.

    Raises:
        UnreadableArtefactError: the file is damaged or holds more than plain data.
    """
    return from_state(read_artefact(files("pursight_app.assistant").joinpath(ARTEFACT).read_bytes()))


def from_state(state: dict[str, Any]) -> ColumnModel:
    """Rebuilds a model from the plain dictionary that the artefact holds."""
    return ColumnModel(
        version=str(state["version"]),
        classes=tuple(state["classes"]),
        detector_keys=tuple(state["detector_keys"]),
        forest=from_arrays(state["forest"]),
        coefficients=np.ascontiguousarray(state["coefficients"].T, dtype=np.float32),
        intercepts=np.asarray(state["intercepts"], dtype=np.float32),
        centre=state["centre"],
        scale=state["scale"],
        forest_share=float(state["forest_share"]),
        temperature=float(state["temperature"]),
        sources=frozenset(state.get("sources", ())),
    )
