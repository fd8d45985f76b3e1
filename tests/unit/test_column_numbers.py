"""What of the classifier works without scikit-learn: flat forests, n-grams, packed features, reading the model file."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from pursight_app.assistant.artefact import UnreadableArtefactError, read_artefact, write_artefact
from pursight_app.assistant.column_model import load_model
from pursight_app.assistant.feature_packing import pack_features, unpack_features
from pursight_app.assistant.features import ColumnInput
from pursight_app.assistant.forest import flatten, from_arrays
from pursight_app.assistant.ngrams import BUCKETS, HEADER_BUCKETS, column_grams
from pursight_app.services.classification import ColumnSample, suggest_with_features

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", [ExtraTreesClassifier, RandomForestClassifier])
def test_flat_forest_answers_as_scikit_learns_and_its_moves_add_up(kind: type) -> None:
    random = np.random.default_rng(1)
    columns = np.round(random.normal(size=(400, 12)), 1).astype(np.float32)
    labels = (columns[:, 0] > 0).astype(int) + 2 * (columns[:, 1] + columns[:, 2] > 0.5)
    weights = random.uniform(0.1, 3, size=400)
    forest = kind(20, max_leaf_nodes=40, random_state=2).fit(columns, labels, sample_weight=weights)

    flat = from_arrays(flatten(forest))
    expected = forest.predict_proba(columns)
    asked = np.argsort(-expected, axis=1)[:, :2]
    probabilities, moves = flat.explain(columns, asked)

    assert np.abs(flat.predict_proba(columns) - expected).max() < 1e-3
    assert np.abs(probabilities - expected).max() < 1e-3
    at_root = flat.shares[flat.roots].mean(axis=0)
    assert np.abs(at_root[asked] + moves.sum(axis=2) - np.take_along_axis(expected, asked, 1)).max() < 1e-3
    # The labels follow from the first three numbers, and so must the explanation.
    assert np.abs(moves[:, 0, :3]).sum() > 2 * np.abs(moves[:, 0, 3:]).sum()


def test_grams_see_form_and_not_digits_and_keep_blocks_apart() -> None:
    assert (column_grams("zip", ["12 AB"]).buckets == column_grams("zip", ["98 ab"]).buckets).all()
    header, values = column_grams("alpha", []).buckets, column_grams("", ["alpha"]).buckets
    assert header.max() < HEADER_BUCKETS <= values.min() < values.max() < BUCKETS
    assert (column_grams("birthDate", []).buckets == column_grams("birth_date", []).buckets).all()
    assert set(column_grams("", ["ab cd"]).buckets) == set(column_grams("", ["cd", "ab"]).buckets)


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\x00", "🙂", "名前", "x" * 5000])
def test_grams_take_any_text(text: str) -> None:
    grams = column_grams(text, [text, text])
    assert len(grams.buckets) == len(grams.weights) == len(set(grams.buckets))
    assert np.isfinite(grams.weights).all()


def test_packed_features_come_back_whole_and_give_the_same_probabilities() -> None:
    model = load_model()
    column = ColumnInput("t", "city", ("Paris", "Berlin", None, "São Paulo"), ("city", "zip"))
    features = model.features(column)
    packed = pack_features(features)
    again = unpack_features(packed)

    assert len(packed) < 4_000
    assert (again.dense == features.dense).all()
    assert (again.grams.buckets == features.grams.buckets).all()
    assert (model.predict([again]) == model.predict([features])).all()


def test_verdicts_come_with_the_features_they_rest_on() -> None:
    samples = [ColumnSample("t", "mail", ("a@example.com",)), ColumnSample("t", "x", ())]
    verdicts, features = suggest_with_features(samples)
    assert len(verdicts) == len(features) == 2
    assert suggest_with_features([]) == ([], [])


@pytest.mark.parametrize("damage", [b"", b"no features", None])
def test_damaged_features_are_refused(damage: bytes | None) -> None:
    import zlib

    whole = pack_features(load_model().features(ColumnInput("t", "c", ("a",))))
    cut = zlib.compress(zlib.decompress(whole)[:-3])
    with pytest.raises(ValueError, match="features"):
        unpack_features(cut if damage is None else damage)


def test_model_file_with_more_than_plain_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArtefactError, match="plain data"):
        read_artefact(skops.io.dumps({"forest": ExtraTreesClassifier()}))
    with pytest.raises(UnreadableArtefactError):
        read_artefact(b"PK no archive")
    file = tmp_path / "model.skops"
    write_artefact({"name": "x", "numbers": np.arange(3), "list": ["a"]}, file)
    assert read_artefact(file.read_bytes())["numbers"].tolist() == [0, 1, 2]


def test_arrays_of_objects_in_a_model_file_are_refused() -> None:
    array = io.BytesIO()
    np.save(array, np.array([{}], dtype=object), allow_pickle=True)
    node = {"__module__": "numpy", "__class__": "ndarray", "__loader__": "NdArrayNode", "file": "a.npy"}
    schema = {"__module__": "builtins", "__class__": "dict", "__loader__": "DictNode", "content": {"a": node}}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.npy", array.getvalue())
        archive.writestr("schema.json", json.dumps(schema))
    with pytest.raises(UnreadableArtefactError):
        read_artefact(packed.getvalue())


def test_classifying_imports_neither_scikit_learn_nor_scipy() -> None:
    script = (
        "import sys; from pursight_app.services.classification import ColumnSample, suggest;"
        "suggest([ColumnSample('t', 'mail', ('a@example.com',))]);"
        "print([name for name in ('sklearn', 'scipy', 'skops') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
