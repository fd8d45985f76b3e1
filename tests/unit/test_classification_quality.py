"""The figures of quality are computed as their definitions say, and columns are measured by models that did not see them."""

import pytest

from pursight_app.assistant.measures import (
    Answer,
    calibration_error,
    confusions,
    figures,
    measure,
    per_class,
    reliability,
    slices,
)
from pursight_app.assistant.training import folds_of

ANSWERS = (
    Answer("email", "email", 0.95, origin="real"),
    Answer("email", None, 0.25, origin="synthetic"),
    Answer("phone", "email", 0.85, origin="real", is_renamed=True),
    Answer("category", "category", 0.75, origin="real"),
    Answer("category", "phone", 0.55, origin="real"),
)


def test_a_missing_answer_counts_as_wrong() -> None:
    assert figures(ANSWERS).top_1 == pytest.approx(2 / 5)
    assert figures(ANSWERS).abstained == pytest.approx(1 / 5)


def test_scores_per_class_follow_the_definitions() -> None:
    scores = per_class(ANSWERS)
    assert (scores["email"].precision, scores["email"].recall, scores["email"].count) == (0.5, 0.5, 2)
    assert scores["phone"].f1 == 0.0
    assert figures(ANSWERS).macro_f1 == pytest.approx((0.5 + 0.0 + scores["category"].f1) / 3)


def test_sensitive_asks_for_the_class_and_binary_only_whether_it_is_one() -> None:
    found = figures(ANSWERS)
    assert (found.sensitive.precision, found.sensitive.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (found.binary.precision, found.binary.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_precision_of_checksummed_classes_ignores_the_others() -> None:
    assert figures(ANSWERS).checksummed == pytest.approx(0.5)


def test_calibration_error_is_the_weighted_distance_of_confidence_and_accuracy() -> None:
    sure = [Answer("email", "email", 0.9)] * 8 + [Answer("email", "phone", 0.9)] * 2
    assert calibration_error(sure) == pytest.approx(0.1)
    assert [part.count for part in reliability([*sure, Answer("email", "email", 1.0)])] == [11]


def test_slices_and_confusions_name_what_occurs() -> None:
    assert {name: len(part) for name, part in slices(ANSWERS).items()} == {
        "real": 4,
        "synthetic": 1,
        "original headers": 4,
        "renamed headers": 1,
    }
    assert ("email", None, 1) in confusions(ANSWERS)
    assert "| top-1 | 0.400 |" in measure(ANSWERS)


def test_a_source_is_never_in_two_folds() -> None:
    sources = ["a"] * 5 + ["b"] * 3 + ["c", "d", "e", "f", "c"]
    folds = folds_of(sources)
    assert sorted(name for fold in folds for name in fold) == sorted(set(sources))
