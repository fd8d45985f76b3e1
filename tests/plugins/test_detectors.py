"""Every detector against its cases file, and the worst input that a stranger could store."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.detectors.base import ColumnSample, Detector, shape_of, wilson_lower_bound
from pursight_app.detectors.detection import all_detectors, detect, normalise

CASES = Path(__file__).parent.parent / "cases" / "detectors"
DETECTORS = all_detectors()
NASTY_LETTERS = st.characters(codec=None)


def cases_of(detector: Detector) -> dict[str, list[str]]:
    loaded: Any = yaml.safe_load((CASES / f"{detector.key}.yaml").read_text(encoding="utf-8"))
    return loaded


def recognises(detector: Detector, raw: str) -> bool:
    value = normalise(raw)
    return (detector.is_sparse or detector.accepts_shape(shape_of(value))) and detector.match(value)


def column(*values: str | None) -> ColumnSample:
    return ColumnSample(table="t", column="c", values=values)


def test_at_least_25_classes_have_a_detector_and_all_are_in_the_taxonomy() -> None:
    classes = {detector.data_class for detector in DETECTORS}
    assert len(classes) >= 25
    assert classes <= set(TAXONOMY)


def test_keys_are_unique_and_every_detector_has_its_cases_and_no_case_is_orphaned() -> None:
    keys = [detector.key for detector in DETECTORS]
    assert len(keys) == len(set(keys))
    assert {path.stem for path in CASES.glob("*.yaml")} == set(keys)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.key)
def test_detector_recognises_its_values_and_refuses_near_misses(detector: Detector) -> None:
    cases = cases_of(detector)
    assert len(cases["matches"]) >= 5
    assert len(cases["near_misses"]) >= 5
    assert [value for value in cases["matches"] if not recognises(detector, value)] == []
    assert [value for value in cases["near_misses"] if recognises(detector, value)] == []


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.key)
def test_detector_explains_itself(detector: Detector) -> None:
    assert detector.description.endswith(".")
    assert 0 <= detector.random_rate < 1
    assert detector.proof


WORST_INPUTS = {
    "digits": "1",
    "groups": "12 ",
    "letters": "a",
    "capitals": "A1",
    "labels": "a-a.",
    "at": "a@a.",
    "hex": "ab:",
    "mixed": "A9-a_.",
    "brackets": "(1) ",
    "token": "eyJ.",
    "currency": "$2$",
    "initials": "Mr A",
}


@pytest.mark.parametrize("unit", WORST_INPUTS.values(), ids=WORST_INPUTS.keys())
def test_worst_input_costs_no_more_than_in_proportion_to_its_length(unit: str) -> None:
    # A pattern that backtracks exponentially or in the square shows when the input grows eightfold: proportional work
    # takes 8 times as long. The floor keeps a slow machine's jitter out of the ratio.
    def seconds(length: int) -> float:
        value = (unit * length)[: length - 1] + "!"
        started = time.perf_counter()
        for detector in DETECTORS:
            detector.match(value) if detector.is_sparse or detector.accepts_shape(shape_of(value)) else None
        return time.perf_counter() - started

    seconds(256)
    short = min(seconds(256) for _ in range(5))
    long = min(seconds(2048) for _ in range(5))
    assert long < max(short, 0.002) * 40


def test_detection_counts_matches_over_rows_and_over_different_values() -> None:
    found = detect(column("a@b.example.com", "a@b.example.com", "c@d.example.com", "no", None, ""))
    email = next(detection for detection in found if detection.detector.key == "email")
    assert (email.matched, email.tested) == (3, 4)
    assert (email.distinct, email.distinct_tested) == (2, 3)
    assert email.lower_bound == pytest.approx(wilson_lower_bound(2, 3))


def test_placeholders_and_blanks_are_not_tested() -> None:
    found = detect(column("4111111111111111", "N/A", "-", "null", "\\N", " "))
    assert {detection.tested for detection in found if not detection.detector.is_sparse} == {1}


def test_a_spreadsheet_decimal_behind_a_long_number_is_ignored() -> None:
    assert any(detection.detector.key == "credit_card" for detection in detect(column("4111111111111111.0")))


def test_a_few_addresses_among_many_texts_are_found() -> None:
    values = [f"comment number {number}" for number in range(990)] + [f"ask a{n}@example.com" for n in range(10)]
    found = next(detection for detection in detect(column(*values)) if detection.detector.key == "text_email")
    assert (found.matched, found.tested) == (10, 1000)


def test_device_numbers_are_not_cards_and_plain_words_are_not_bank_codes() -> None:
    keys = {detection.detector.key for detection in detect(column("356938035643809", "490154203237518", "password"))}
    assert not keys & {"credit_card", "bic"}


def test_bare_digits_are_never_a_telephone_number() -> None:
    keys = {detection.detector.key for detection in detect(column("2125550199", "1735689600", "4155550123"))}
    assert not keys & {"phone_international", "phone_national"}


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_000,
        "\x00" * 50,
        "\ud800\udfff",
        "😀" * 200,
        "\u202e4111111111111111",
        "٤" * 16,
        "²" * 16,
        "9" * 5000,
        "\n",
    ],
)
def test_hostile_value_raises_nothing(value: str) -> None:
    detect(column(value, value + "1", None))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(NASTY_LETTERS, max_size=60)), max_size=8))
def test_any_column_can_be_inspected(values: list[str | None]) -> None:
    for detection in detect(column(*values)):
        assert 0 <= detection.lower_bound <= detection.rate <= 1
        assert detection.matched <= detection.tested


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789ABCDEFXYZabcxyz -./:@+$", min_size=1, max_size=40))
def test_values_that_look_like_numbers_raise_nothing(value: str) -> None:
    detect(column(value))


def test_wilson_lower_bound_agrees_with_the_textbook() -> None:
    assert wilson_lower_bound(0, 0) == 0
    assert wilson_lower_bound(0, 10) == 0
    assert wilson_lower_bound(58, 60) == pytest.approx(0.886, abs=0.001)
