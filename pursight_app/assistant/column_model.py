"""The trained column model: loads the committed artefact and gives a probability per data class. Training is in training.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pursight_app.assistant.features import ColumnFeatures, ColumnInput, column_features

HEADER_BUCKETS = 2**12
VALUE_BUCKETS = 2**13
ARTEFACT = "column_model.skops"
# What skops may rebuild: scikit-learn's own forest and plain arrays. Anything else in the file is refused.
TRUSTED_TYPES = ("sklearn.tree._tree.Tree",)


class Forest(Protocol):
    """The part of a scikit-learn forest that the model uses."""

    def predict_proba(self, X: NDArray[np.float32]) -> NDArray[np.float64]:  # noqa: N803 -- scikit-learn's name
        """Probability per class and row."""
        ...


@dataclass(frozen=True, slots=True)
class ColumnModel:
    """A forest over the dense numbers, mixed with a linear model that also reads character n-grams, then calibrated.

    `classes` is the order of all probabilities; `detector_keys` the order of the match rates. `forest_share` (0-1) is the
    forest's weight in the mean; `temperature` flattens (> 1) or sharpens (< 1) the mean's logarithm.
    """

    version: str
    classes: tuple[str, ...]
    detector_keys: tuple[str, ...]
    forest: Forest
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    forest_share: float
    temperature: float

    def features(self, column: ColumnInput) -> ColumnFeatures:
        """The numbers of a column in the order that this model was trained on."""
        return column_features(column, self.detector_keys)

    def predict(self, columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        """Calibrated probabilities (0-1, rows add up to 1), columns × `classes`. All columns in one call are faster."""
        if not columns:
            return np.zeros((0, len(self.classes)))
        dense = np.stack([column.dense for column in columns])
        return calibrated(
            mixed(self.forest.predict_proba(dense), self._linear(columns), self.forest_share), self.temperature
        )

    def _linear(self, columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        logits = linear_matrix(columns, self.centre, self.scale) @ self.coefficients.T + self.intercepts
        return softmax(np.asarray(logits, dtype=np.float64))


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


@cache
def _vectorisers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    # Hashing needs no vocabulary: the artefact stays small and loads fast.
    def vectoriser(buckets: int) -> Any:
        return HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=buckets, alternate_sign=False)

    return vectoriser(HEADER_BUCKETS), vectoriser(VALUE_BUCKETS)


def linear_matrix(
    columns: Sequence[ColumnFeatures], centre: NDArray[np.float32], scale: NDArray[np.float32]
) -> sparse.csr_array:
    """What the linear model sees: standardised dense numbers, n-grams of the header, n-grams of the values."""
    header, value = _vectorisers()
    dense = np.clip((np.stack([column.dense for column in columns]) - centre) / scale, -4, 4) * np.float32(0.3)
    stacked: Any = sparse.hstack(
        [
            sparse.csr_array(dense),
            header.transform([column.header_text for column in columns]) * np.float32(2.0),
            value.transform([column.value_text for column in columns]) * np.float32(2.0),
        ],
        format="csr",
    )
    return stacked


@cache
def load_model() -> ColumnModel:
    """The committed model, loaded once per process.

    Raises:
        skops.io.exceptions.UntrustedTypesFoundException: the file holds types other than the allowed ones.
    """
    import skops.io

    data = files("pursight_app.assistant").joinpath(ARTEFACT).read_bytes()
    return from_state(skops.io.loads(data, trusted=list(TRUSTED_TYPES)))


def from_state(state: dict[str, Any]) -> ColumnModel:
    """Rebuilds a model from the plain dictionary that the artefact holds."""
    return ColumnModel(
        version=str(state["version"]),
        classes=tuple(state["classes"]),
        detector_keys=tuple(state["detector_keys"]),
        forest=state["forest"],
        coefficients=np.asarray(state["coefficients"], dtype=np.float32),
        intercepts=np.asarray(state["intercepts"], dtype=np.float32),
        centre=state["centre"],
        scale=state["scale"],
        forest_share=float(state["forest_share"]),
        temperature=float(state["temperature"]),
    )
