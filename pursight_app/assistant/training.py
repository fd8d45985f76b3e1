"""Trains, calibrates and measures the column model. Used by the command line only; never at run time of the product."""

import gzip
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.column_model import calibrated, from_state, standardised
from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.features import ColumnFeatures, ColumnInput, column_features
from pursight_app.assistant.forest import flatten
from pursight_app.assistant.ngrams import BUCKETS, value_grams
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.taxonomy import TAXONOMY

MODEL_VERSION = "2"
"""Raised with every committed artefact, so that old verdicts can be found and asked again."""
SEED = 11
GENERATED_TABLES = 1800
GENERATED_WEIGHT = 0.5
STYLE_TABLES = 240
STYLE_SEED = 5
# Half of the first generator's: more lowers the figures on real columns, less those on the style that is left out.
STYLE_WEIGHT = 0.25
FOREST_SHARE = 0.4
FOLDS = 5
TREES = 60
MOST_LEAVES = 300
CLASSES = tuple(TAXONOMY)
_PLACE = {name: place for place, name in enumerate(CLASSES)}
_EMPTY_HEADERS = ("c{}", "col{}", "field_{}", "V{}", "attr_{}", "column{}", "F{:03d}", "x{}", "Unnamed: {}", "Spalte{}")

MatchRates = Callable[[LabelledColumn], Mapping[str, float]]
"""Asks the detectors: match rate by detector key. Handed in, because this layer may not know the detectors."""


@dataclass(frozen=True, slots=True)
class Example:
    """A column ready to learn from; `is_original` is False for the changed copies, which are never measured on."""

    features: ColumnFeatures
    label: int
    source: str
    weight: float
    is_original: bool


def read_corpus(paths: Iterable[Path]) -> list[LabelledColumn]:
    """Labelled columns of JSON-lines files, plain or .gz.

    Each line holds `table, column, values, label` and optionally `table_columns`, `source_repo`, `source_path`, `origin`,
    `header_variant`.

    Raises:
        InvalidInputError: a file cannot be read, or a line lacks a field or has an unknown label.
    """
    return [column for path in paths for column in _read_file(path)]


def _read_file(path: Path) -> list[LabelledColumn]:
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"Cannot read the corpus {path}: {error}. Give a JSON-lines file.") from error
    columns: list[LabelledColumn] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            columns.append(_labelled(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            message = f"Line {number} of {path} is no labelled column ({error!r}). Each line needs table, column, values and label."
            raise InvalidInputError(message) from error
    return columns


def _labelled(record: dict[str, Any]) -> LabelledColumn:
    if record["label"] not in TAXONOMY:
        raise KeyError(record["label"])
    source, path = str(record.get("source_repo", "")), str(record.get("source_path", ""))
    # Rdatasets collects hundreds of independent R packages: each of them is a source of its own.
    if source.endswith("/Rdatasets") and path.count("/") >= 2:
        source = f"{source}/{path.split('/')[1]}"
    return LabelledColumn(
        table=str(record["table"]),
        column=str(record["column"]),
        values=tuple(None if value is None else str(value) for value in record["values"]),
        table_columns=tuple(map(str, record.get("table_columns") or (record["column"],))),
        label=record["label"],
        source=source or str(record["table"]),
        origin=str(record.get("origin") or "real"),
        is_renamed=record.get("header_variant", "original") != "original",
    )


def examples_of(
    columns: Iterable[LabelledColumn],
    match_rates: MatchRates,
    detector_keys: tuple[str, ...],
    *,
    weight: float,
    is_multiplied: bool,
) -> list[Example]:
    """Examples of columns; `is_multiplied` adds two changed copies: header lost, and fewer rows with nulls."""
    choose = random.Random(SEED)  # noqa: S311 -- training data, nothing secret
    examples: list[Example] = []
    for column in columns:
        copies = [column, *(_changed(choose, column) if is_multiplied else ())]
        for place, copy in enumerate(copies):
            given = ColumnInput(copy.table, copy.column, copy.values, copy.table_columns, match_rates(copy))
            features = column_features(given, detector_keys)
            examples.append(Example(features, _PLACE[copy.label], copy.source, weight, is_original=place == 0))
    return examples


def _changed(choose: random.Random, column: LabelledColumn) -> tuple[LabelledColumn, LabelledColumn]:
    header = choose.choice(_EMPTY_HEADERS).format(choose.randint(1, 45))
    rows = len(column.values)
    kept = choose.sample(column.values, min(rows, choose.choice((40, 80))))
    headers = tuple(header if name == column.column else name for name in column.table_columns)
    fewer = choose.sample(column.values, min(rows, choose.choice((15, 30, 60))))
    holed = tuple(None if choose.random() < 0.15 else value for value in fewer)
    neighbours = choose.sample(column.table_columns, max(1, len(column.table_columns) * 2 // 3))
    return (
        replace(column, column=header, values=tuple(kept), table_columns=headers),
        replace(column, values=holed, table_columns=tuple(neighbours)),
    )


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    # The square root is between leaving rare classes to drown and giving a class of one column the weight of a hundred.
    labels = np.array([example.label for example in examples])
    weights = np.array([example.weight for example in examples])
    totals = np.bincount(labels, weights=weights, minlength=len(CLASSES))
    return weights * np.sqrt(len(labels) / (len(CLASSES) * np.maximum(totals[labels], 1)))


def fit(examples: Sequence[Example], detector_keys: tuple[str, ...], temperature: float) -> dict[str, Any]:
    """A trained model as the plain dictionary that the artefact holds. The same examples give the same model."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression

    # Classes without any example would shift the order of probabilities: an all-zero example of no weight holds the place.
    labels = np.array([example.label for example in examples] + list(range(len(CLASSES))))
    weights = np.append(_weights(examples), np.full(len(CLASSES), 1e-6))
    features = [example.features for example in examples]
    blank = ColumnFeatures(np.zeros_like(features[0].dense), value_grams([]))
    features += [blank] * len(CLASSES)
    dense = np.stack([feature.dense for feature in features])
    # scikit-learn's hints know only text for max_features.
    forest: Any = cast("Any", ExtraTreesClassifier)(
        TREES, min_samples_leaf=3, max_leaf_nodes=MOST_LEAVES, max_features=0.2, n_jobs=2, random_state=SEED
    )
    forest.fit(dense, labels, sample_weight=weights)
    centre, scale = dense.mean(axis=0), dense.std(axis=0) + np.float32(1e-3)
    linear: Any = LogisticRegression(C=3.0, max_iter=150, tol=1e-3)
    linear.fit(linear_matrix(features, centre, scale), labels, sample_weight=weights)
    return {
        "version": MODEL_VERSION,
        "classes": list(CLASSES),
        "detector_keys": list(detector_keys),
        "forest": flatten(forest),
        "coefficients": linear.coef_.astype(np.float16),
        "intercepts": linear.intercept_.astype(np.float32),
        "centre": centre,
        "scale": scale,
        "forest_share": FOREST_SHARE,
        "temperature": temperature,
    }


def linear_matrix(columns: Sequence[ColumnFeatures], centre: NDArray[np.float32], scale: NDArray[np.float32]) -> Any:
    """What the linear model sees, as a sparse matrix: standardised dense numbers, then a column per n-gram bucket."""
    from scipy import sparse

    grams = [column.grams for column in columns]
    ends = np.cumsum([0, *(len(each.buckets) for each in grams)])
    buckets = np.concatenate([each.buckets for each in grams]).astype(np.int32)
    weights = np.concatenate([each.weights for each in grams])
    hashed = sparse.csr_array((weights, buckets, ends), shape=(len(columns), BUCKETS))
    dense = standardised(np.stack([column.dense for column in columns]), centre, scale)
    return sparse.hstack([sparse.csr_array(dense), hashed], format="csr")


def folds_of(sources: Sequence[str]) -> list[frozenset[str]]:
    """The sources in at most `FOLDS` parts of about equal numbers of columns: what is left out together when measuring."""
    from sklearn.model_selection import GroupKFold

    folds = GroupKFold(min(FOLDS, len(set(sources))), shuffle=True, random_state=1)
    parts = folds.split(list(sources), groups=list(sources))
    return [frozenset(str(sources[int(place)]) for place in held_out) for _, held_out in parts]


def fit_without(
    sources: frozenset[str], real: Sequence[Example], generated: Sequence[Example], detector_keys: tuple[str, ...]
) -> dict[str, Any]:
    """A model of all examples but those of `sources`, not calibrated."""
    kept = [example for example in real if example.source not in sources]
    return fit([*kept, *generated], detector_keys, temperature=1.0)


def shared_temperature(
    real: Sequence[Example], folds: Sequence[frozenset[str]], states: Sequence[dict[str, Any]]
) -> float:
    """The best temperature of models that each left out one fold's sources, found on what they left out."""
    probabilities: list[NDArray[np.float64]] = []
    labels: list[int] = []
    for sources, state in zip(folds, states, strict=True):
        measured = [example for example in real if example.is_original and example.source in sources]
        probabilities.append(from_state(state).predict([example.features for example in measured]))
        labels += [example.label for example in measured]
    return best_temperature(np.concatenate(probabilities), np.array(labels))


def best_temperature(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The temperature under which the true classes are most likely, tried from 0.3 to 2."""
    tried = np.arange(0.3, 2.01, 0.05)
    losses = [
        -np.log(calibrated(probabilities, temperature)[np.arange(len(labels)), labels] + 1e-12).mean()
        for temperature in tried
    ]
    return round(float(tried[int(np.argmin(losses))]), 2)
