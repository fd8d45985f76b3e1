"""The trained column model: loads the committed artefact and gives a probability per data class. Training is in training.py."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.artefact import read_artefact
from pursight_app.assistant.features import ColumnFeatures, ColumnInput, column_features
from pursight_app.assistant.forest import FlatForest, from_arrays
from pursight_app.assistant.ngrams import HEADER_BUCKETS
from pursight_app.assistant.signals import HEADER, PATTERNS, Signal, membership, signals_of_model

ARTEFACT = "column_model.skops"
_FARTHEST = np.float32(4.0)
_DENSE_WEIGHT = np.float32(0.3)
_LEAST = 1e-9
_EXPLAINING_TREES = 15
"""Trees that are asked why. Their mean hardly differs from that of all, and paths through trees cost the most."""
_FOR_AND_AGAINST = np.array([1.0, -1.0])


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

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What can speak for or against a class, in the order of `explain`."""
        ...

    def explain(self, columns: Sequence[ColumnFeatures], compared: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """What each signal says between two classes of a column: log-odds, columns × `signals`.

        `compared` are the two classes per column, both of `classes`; positive numbers speak for the first.
        """
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

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What can speak for or against a class, in the order of `explain`."""
        return signals_of_model(self.detector_keys)

    def explain(self, columns: Sequence[ColumnFeatures], compared: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """What each signal says between two classes of a column: log-odds, columns × `signals`.

        Together with the log-odds of a column of which nothing is known, a column's numbers add up to about those of
        `predict`: a class's share of the mean moves from the one to the other, the forest's part by the splits on the
        paths, the linear part by coefficient times number. Logarithms are shared out by the logarithmic mean, as in
        the LMDI decomposition (Ang 2004).
        """
        if not columns:
            return np.zeros((0, len(self.signals)))
        place = {name: number for number, name in enumerate(self.classes)}
        pairs = np.array([[place[name] for name in pair] for pair in compared])
        dense = np.stack([column.dense for column in columns])
        few = replace(self.forest, roots=self.forest.roots[:: max(1, len(self.forest.roots) // _EXPLAINING_TREES)])
        shares, moves = few.explain(dense, pairs)
        linear, plain = softmax(self._logits(dense, columns)), softmax(self.intercepts[None].astype(np.float64))
        picked, usual = np.take_along_axis(linear, pairs, axis=1), plain[0][pairs]
        reached = np.take_along_axis(shares, pairs, axis=1)
        after = mixed(reached, picked, self.forest_share)
        before = mixed(reached - moves.sum(axis=2), usual, self.forest_share)
        sway = _FOR_AND_AGAINST / _log_mean(after, before)
        moved = np.einsum("cpn,cp->cn", moves, self.forest_share * sway)
        pull = (1 - self.forest_share) * _log_mean(picked, usual) * sway
        # To raise one class lowers all others: each logit counts less what it does to the mean of all, half-way.
        direction = -(linear + plain) / 2 * pull.sum(axis=1, keepdims=True)
        np.add.at(direction, (np.arange(len(pairs))[:, None], pairs), pull)
        return self._by_signal(columns, dense, moved, direction.astype(np.float32)) / self.temperature

    def _by_signal(
        self,
        columns: Sequence[ColumnFeatures],
        dense: NDArray[np.float32],
        moved: NDArray[np.float64],
        direction: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        width = dense.shape[1]
        of_numbers, per_bucket = self.coefficients[:width], self.coefficients[width:]
        moved = moved + standardised(dense, self.centre, self.scale) * (direction @ of_numbers.T)
        by_signal = moved @ membership(self.detector_keys)
        header, patterns = self.signals.index(HEADER), self.signals.index(PATTERNS)
        for row, column, wanted in zip(by_signal, columns, direction, strict=True):
            parts = column.grams.weights * (per_bucket[column.grams.buckets] @ wanted)
            is_header = column.grams.buckets < HEADER_BUCKETS
            row[header] += parts[is_header].sum()
            row[patterns] += parts[~is_header].sum()
        return by_signal

    def _logits(self, dense: NDArray[np.float32], columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        width = dense.shape[1]
        per_bucket = self.coefficients[width:]
        logits = standardised(dense, self.centre, self.scale) @ self.coefficients[:width] + self.intercepts
        for place, column in enumerate(columns):
            logits[place] += column.grams.weights @ per_bucket[column.grams.buckets]
        return logits.astype(np.float64)


def _log_mean(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithmic mean: the difference of two numbers divided by the difference of their logarithms."""
    one, other = np.maximum(one, _LEAST), np.maximum(other, _LEAST)
    ratio = np.log(one) - np.log(other)
    is_equal = np.abs(ratio) < 1e-6
    return np.where(is_equal, one, (one - other) / np.where(is_equal, 1.0, ratio))


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of rows of logits."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def mixed(forest: NDArray[np.float64], linear: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Weighted mean of both models' probabilities."""
    return share * forest + (1 - share) * linear


def calibrated(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Temperature scaling (Guo et al. 2017) of probabilities."""
    return softmax(np.log(np.clip(probabilities, _LEAST, 1.0)) / temperature)


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
