"""A workspace's own model: the shipped one, corrected by what its people said of their columns.

The shipped model stays as it is. What is learned is a linear residual on its log-probabilities, over the numbers that the
model itself uses. The residual is held small by a ridge penalty and by rehearsal: generated columns, on which the shipped
model is right, must stay right while reviews are learned (against "catastrophic forgetting", French 1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pursight_app.assistant.artefact import UnreadableArtefactError, dump_artefact, read_artefact
from pursight_app.assistant.column_model import ColumnModel, softmax, standardised
from pursight_app.assistant.features import ColumnFeatures, ColumnInput
from pursight_app.assistant.ngrams import BUCKETS
from pursight_app.assistant.signals import TAUGHT, Signal

REVIEW_WEIGHT = 3.0
REHEARSAL_WEIGHT = 0.3
"""What a review counts, and what a rehearsed column (measured; see benchmarks/learning.py)."""
PENALTIES = (1.0, 3.0, 10.0, 100.0)
"""Ridge penalties that cross-validation chooses from; the larger, the nearer to the shipped model."""
MOST_LESSONS = 1_500
"""Reviews that are learned from, the newest first: time grows with their square."""
FOLDS = 5
_ROUNDS = 40
_GRAM_SHARE = np.float32(0.5)
_BIAS = np.float32(0.3)
_LEAST = 1e-6

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One reviewed column: it is of `data_class`, or, when `is_right` is False, it is not.

    `table` names its table: columns of one table are never on both sides of a measurement.
    """

    features: ColumnFeatures
    data_class: str
    is_right: bool
    table: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Generated columns with their classes, so that learning forgets nothing."""

    features: tuple[ColumnFeatures, ...]
    data_classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteModel:
    """Stands in for the shipped model (`Classifier`). `weights` are (numbers of a column) × classes."""

    version: str
    base: ColumnModel
    weights: Matrix

    @property
    def classes(self) -> tuple[str, ...]:
        """The data classes in the order of all probabilities: those of the shipped model."""
        return self.base.classes

    def features(self, column: ColumnInput) -> ColumnFeatures:
        """The numbers of a column, as the shipped model has them."""
        return self.base.features(column)

    def predict(self, columns: Sequence[ColumnFeatures]) -> NDArray[np.float64]:
        """Probabilities (0-1, rows add up to 1), columns × `classes`."""
        probabilities = self.base.predict(columns)
        if not columns:
            return probabilities
        return softmax(_log(probabilities) + self._residual(columns, probabilities))

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Those of the shipped model, and what the workspace has taught."""
        return (*self.base.signals, TAUGHT)

    def explain(self, columns: Sequence[ColumnFeatures], compared: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """What each signal says between two classes of a column: log-odds, columns × `signals`.

        What was learned here is one signal: it moves the log-odds by exactly the residual.
        """
        explained = self.base.explain(columns, compared)
        if not columns:
            return np.zeros((0, len(self.signals)))
        residual = self._residual(columns, self.base.predict(columns))
        places = [[self.classes.index(name) for name in pair] for pair in compared]
        taught = [row[winner] - row[rival] for row, (winner, rival) in zip(residual, places, strict=True)]
        return np.hstack([explained, np.array(taught)[:, None]])

    def _residual(self, columns: Sequence[ColumnFeatures], probabilities: NDArray[np.float64]) -> Matrix:
        # The n-grams of a column are few of many thousand: their rows are picked out, not multiplied with zeros.
        others = _plain_numbers(self.base, columns, probabilities)
        residual = others @ self.weights[BUCKETS:]
        for place, column in enumerate(columns):
            residual[place] += (column.grams.weights * _GRAM_SHARE) @ self.weights[:BUCKETS][column.grams.buckets]
        return residual

    def as_bytes(self) -> bytes:
        """The learned part as a skops file; the shipped model is not in it, only which one it was."""
        state = {"version": self.version, "base_version": self.base.version, "weights": self.weights}
        return dump_artefact(state)


def load_site_model(data: bytes, base: ColumnModel) -> SiteModel:
    """The model in `data` on top of `base`.

    Raises:
        UnreadableArtefactError: the file is damaged, or was learned on top of another shipped model.
    """
    state = read_artefact(data)
    weights = np.asarray(state.get("weights"), dtype=np.float32)
    if str(state.get("base_version")) != base.version or weights.shape != (_width(base), len(base.classes)):
        raise UnreadableArtefactError(f"This model was not learned on top of the shipped model {base.version}.")
    return SiteModel(str(state["version"]), base, weights)


def fit_site_model(base: ColumnModel, lessons: Sequence[Lesson], rehearsal: Rehearsal, version: str) -> SiteModel:
    """Learns from reviews. The same lessons in the same order give the same model; seconds for a thousand lessons.

    Lessons whose class the shipped model does not know are left out. The penalty is the one under which reviews of
    tables that were not learned from are most likely.
    """
    # The matrices are small: threads would cost five times what they save (8.7 s instead of 1.7 s on two busy cores).
    with threadpool_limits(1):
        class_room = _Classroom(base, lessons, rehearsal)
        everything = np.arange(len(class_room.lessons))
        return SiteModel(version, base, class_room.weights(everything, class_room.best_penalty()))


def out_of_table(base: ColumnModel, lessons: Sequence[Lesson], rehearsal: Rehearsal) -> NDArray[np.float64]:
    """Probabilities of each lesson's column by a model that saw no lesson of its table, lessons × classes.

    With lessons of one table only, nothing can be held out: then they are the shipped model's.
    """
    with threadpool_limits(1):
        class_room = _Classroom(base, lessons, rehearsal)
        return softmax(class_room.held_out(class_room.best_penalty()))


class _Classroom:
    """Lessons and rehearsal in the form in which they are learned: kernels of the numbers, and the model's opinion."""

    def __init__(self, base: ColumnModel, lessons: Sequence[Lesson], rehearsal: Rehearsal) -> None:
        place = {name: number for number, name in enumerate(base.classes)}
        self.lessons = [lesson for lesson in lessons if lesson.data_class in place]
        self._numbers, self._opinion = _seen(base, [lesson.features for lesson in self.lessons])
        rehearsed, self._known = _seen(base, rehearsal.features)
        self._kernel = self._numbers @ self._numbers.T
        self._rehearsal_kernel = rehearsed @ self._numbers.T
        self.targets = np.array([place[lesson.data_class] for lesson in self.lessons], dtype=np.int64)
        self._is_right = np.array([lesson.is_right for lesson in self.lessons], dtype=bool)
        self._answers = np.array([place[name] for name in rehearsal.data_classes], dtype=np.int64)

    def weights(self, chosen: NDArray[np.int64], penalty: float) -> Matrix:
        """What is learned from the chosen lessons, numbers × classes."""
        return (self._numbers[chosen].T @ self._duals(chosen, penalty)).astype(np.float32)

    def best_penalty(self) -> float:
        """The penalty whose held-out predictions make the reviews most likely."""
        return min(PENALTIES, key=lambda penalty: _loss(self.held_out(penalty), self.targets, self._is_right)[0])

    def held_out(self, penalty: float) -> NDArray[np.float64]:
        """Log-probabilities, not yet normalised, of each lesson by a model without the lessons of its table."""
        logits = self._opinion.copy()
        tables = sorted({lesson.table for lesson in self.lessons})
        fold_of = {table: number % FOLDS for number, table in enumerate(tables)}
        folds = np.array([fold_of[lesson.table] for lesson in self.lessons], dtype=np.int64)
        for fold in set(folds.tolist()):
            held, learned = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            if len(learned):
                logits[held] += self._kernel[np.ix_(held, learned)] @ self._duals(learned, penalty)
        return logits

    def _duals(self, chosen: NDArray[np.int64], penalty: float) -> NDArray[np.float64]:
        # By the representer theorem the best weights are a mixture of the lessons' own numbers: thousands of unknowns
        # instead of a million.
        from scipy.optimize import minimize

        kernel = self._kernel[np.ix_(chosen, chosen)].astype(np.float64)
        rehearsed = self._rehearsal_kernel[:, chosen].astype(np.float64)
        shape = (len(chosen), self._opinion.shape[1])
        all_right = np.ones(len(self._answers), dtype=bool)

        def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            duals = flat.reshape(shape)
            shift = kernel @ duals
            loss, slope = _loss(self._opinion[chosen] + shift, self.targets[chosen], self._is_right[chosen])
            kept, pull = _loss(self._known + rehearsed @ duals, self._answers, all_right)
            total = REVIEW_WEIGHT * loss + REHEARSAL_WEIGHT * kept + 0.5 * penalty * float((duals * shift).sum())
            gradient = kernel @ (REVIEW_WEIGHT * slope + penalty * duals) + REHEARSAL_WEIGHT * (rehearsed.T @ pull)
            return total, gradient.ravel()

        found: Any = minimize(
            objective, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}
        )
        return np.asarray(found.x, dtype=np.float64).reshape(shape)


def _loss(
    logits: NDArray[np.float64], targets: NDArray[np.int64], is_right: NDArray[np.bool_]
) -> tuple[float, NDArray[np.float64]]:
    """Negative log-likelihood of "is of this class" and "is not", and its slope by the logits."""
    rows = np.arange(len(targets))
    probabilities = softmax(logits) if len(targets) else logits
    hit = np.clip(probabilities[rows, targets], _LEAST, 1 - _LEAST)
    loss = -np.where(is_right, np.log(hit), np.log1p(-hit)).sum()
    one = np.zeros_like(probabilities)
    one[rows, targets] = 1.0
    # The slope of -log(1 - p) is the one of -log(p) turned round and scaled by the odds.
    scale = np.where(is_right, 1.0, -hit / (1 - hit))
    return float(loss), (probabilities - one) * scale[:, None]


def _seen(base: ColumnModel, columns: Sequence[ColumnFeatures]) -> tuple[Matrix, NDArray[np.float64]]:
    if not columns:
        return np.zeros((0, _width(base)), dtype=np.float32), np.zeros((0, len(base.classes)))
    probabilities = base.predict(columns)
    return _numbers(base, columns, probabilities), _log(probabilities)


def _width(base: ColumnModel) -> int:
    return BUCKETS + len(base.centre) + len(base.classes) + 1


def _log(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.clip(probabilities, _LEAST, 1.0))


def _numbers(base: ColumnModel, columns: Sequence[ColumnFeatures], probabilities: NDArray[np.float64]) -> Matrix:
    """What the residual sees, n-grams first. Each block has about length 1, so that none drowns the others."""
    grams = np.zeros((len(columns), BUCKETS), dtype=np.float32)
    for row, column in zip(grams, columns, strict=True):
        row[column.grams.buckets] = column.grams.weights * _GRAM_SHARE
    return np.hstack([grams, _plain_numbers(base, columns, probabilities)])


def _plain_numbers(base: ColumnModel, columns: Sequence[ColumnFeatures], probabilities: NDArray[np.float64]) -> Matrix:
    dense = standardised(np.stack([column.dense for column in columns]), base.centre, base.scale)
    dense = dense / (np.linalg.norm(dense, axis=1, keepdims=True) + np.float32(1e-6))
    bias = np.full((len(columns), 1), _BIAS)
    return np.hstack([dense, np.sqrt(probabilities).astype(np.float32), bias])
