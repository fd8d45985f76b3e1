"""The model file, its features, and that training is repeatable."""

import math
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from pursight_app.assistant.artefact import read_artefact
from pursight_app.assistant.column_model import ARTEFACT, calibrated, from_state, load_model
from pursight_app.assistant.corpus import generate_columns, header_for
from pursight_app.assistant.corpus_values import GENERATORS
from pursight_app.assistant.features import ColumnInput, column_features
from pursight_app.assistant.header import CLASSES, is_meaningless, supported_classes, words_of
from pursight_app.assistant.training import best_temperature, examples_of, fit
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.detectors.detection import all_detectors

KEYS = ("email", "iban")


def features_of(*values: str | None, column: str = "c", match_rates: dict[str, float] | None = None) -> np.ndarray:
    return column_features(ColumnInput("t", column, values, ("c", "d"), match_rates or {}), KEYS).dense


def test_model_knows_the_classes_and_detectors_of_this_product() -> None:
    model = load_model()
    assert model.classes == tuple(TAXONOMY)
    # A detector that came after the training is not used by the model; one that went would silently count as 0.
    assert set(model.detector_keys) <= {detector.key for detector in all_detectors()}


def test_model_file_is_small_and_safe_to_read_with_skops_too() -> None:
    import skops.io

    data = files("pursight_app.assistant").joinpath(ARTEFACT).read_bytes()
    assert len(data) < 15_000_000
    assert skops.io.get_untrusted_types(data=data) == []
    ours, theirs = read_artefact(data), skops.io.loads(data, trusted=[])
    assert ours["classes"] == theirs["classes"]
    assert (ours["coefficients"] == theirs["coefficients"]).all()
    assert ours["forest"].keys() == theirs["forest"].keys()


def test_probabilities_add_up_and_a_batch_answers_as_single_columns_do() -> None:
    model = load_model()
    columns = [
        model.features(ColumnInput("t", "city", ("Paris", "Berlin", None), ("city", "zip"))),
        model.features(ColumnInput("t", "x", (), ())),
        model.features(ColumnInput("t", "amount", ("1.20", "3.50"), ("amount",))),
    ]
    together = model.predict(columns)
    assert together.sum(axis=1) == pytest.approx(np.ones(3))
    for place, column in enumerate(columns):
        assert model.predict([column])[0] == pytest.approx(together[place], abs=1e-6)
    assert model.predict([]).shape == (0, len(model.classes))


@pytest.mark.parametrize(
    "values", [(), (None,), ("",), ("nan", "inf", "1e999"), ("\ud800", "x" * 5000), ("1,2,3", "--", "$")]
)
def test_features_are_finite_and_always_of_one_width(values: tuple[str | None, ...]) -> None:
    vector = features_of(*values)
    assert vector.shape == features_of("a", "b").shape
    assert np.isfinite(vector).all()


def test_features_do_not_depend_on_detectors_the_model_does_not_know() -> None:
    assert (features_of("a", match_rates={"unknown": 1.0}) == features_of("a")).all()
    assert (features_of("a", match_rates={"email": 1.0}) != features_of("a")).any()


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("birthDate_1", ("birth", "date", "1")),
        ("ZIPCode", ("zip", "code")),
        ("Straße", ("strasse",)),
        ("", ()),
        ("名", ("名",)),
    ],
)
def test_headers_are_cut_into_words(header: str, words: tuple[str, ...]) -> None:
    assert words_of(header) == words


def test_whole_words_support_a_class_and_parts_of_words_do_not() -> None:
    assert "age" in supported_classes("patient_age")
    assert "age" not in supported_classes("page_count")
    assert "email" in supported_classes("Customer E-Mail")
    assert "date_of_birth" in supported_classes("geburtsdatum")


@pytest.mark.parametrize("header", ["c7", "field_12", "Unnamed: 3", "V5", "17", ""])
def test_headers_that_say_nothing_are_known_as_such(header: str) -> None:
    assert is_meaningless(header)


def test_every_class_has_header_words_and_generators() -> None:
    assert set(CLASSES) == set(TAXONOMY) == set(GENERATORS)


def test_generated_tables_are_the_same_for_the_same_seed() -> None:
    first, second = generate_columns(tables=4, seed=3), generate_columns(tables=4, seed=3)
    assert first == second
    assert first != generate_columns(tables=4, seed=4)
    assert all(column.label in TAXONOMY and column.column in column.table_columns for column in first)


def test_generated_tables_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    script = (
        "import random, hashlib; from faker import Faker; from pursight_app.assistant import corpus;"
        "fakes = [corpus._repeatable(Faker(locale)) for locale in corpus.LOCALES];"
        "[fake.seed_instance(1) for fake in fakes];"
        "choose = random.Random(1);"
        "rows = [corpus.make_values(choose, fake, label, 8) for fake in fakes for label in corpus.GENERATORS];"
        "print(hashlib.sha256(repr(rows).encode('utf-8', 'replace')).hexdigest())"
    )
    root = Path(__file__).parents[2]
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_headers_are_varied() -> None:
    import random

    choose = random.Random(1)
    headers = {header_for(choose, "email", "_".join) for _ in range(60)}
    assert len(headers) > 20


def test_training_is_repeatable_and_learns_what_it_is_shown() -> None:
    columns = [
        column for column in generate_columns(tables=120, seed=5) if column.label in {"email", "boolean", "date"}
    ]
    examples = examples_of(columns, lambda _column: {}, KEYS, weight=1.0, is_multiplied=True)
    first, second = (from_state(fit(examples, KEYS, 0.6)) for _ in range(2))
    originals = [example for example in examples if example.is_original]
    predicted = first.predict([example.features for example in originals])
    assert (predicted == second.predict([example.features for example in originals])).all()
    assert (predicted.argmax(axis=1) == [example.label for example in originals]).mean() > 0.9


def test_temperature_flattens_overconfidence() -> None:
    sure = np.array([[0.98, 0.02]] * 10)
    labels = np.array([0] * 6 + [1] * 4)
    temperature = best_temperature(sure, labels)
    assert temperature > 1
    assert calibrated(sure, temperature).max() < 0.98
    assert math.isclose(calibrated(sure, 1.0)[0, 0], 0.98)
