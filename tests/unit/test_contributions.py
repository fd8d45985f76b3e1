"""What spoke for a verdict and what against it: said in words, in the right place, and never with a value."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from pursight_app.assistant.column_model import load_model
from pursight_app.assistant.corpus import LabelledColumn, generate_columns
from pursight_app.assistant.features import ColumnInput
from pursight_app.assistant.ngrams import BUCKETS
from pursight_app.assistant.signals import HEADER, TAUGHT, Signal, signals_of_numbers
from pursight_app.assistant.site_model import SiteModel
from pursight_app.detectors.base import ColumnSample
from pursight_app.services.classification import Recognition, Verdict, suggest
from pursight_app.services.classification_contributions import LARGEST_WEIGHT, MOST_CONTRIBUTIONS, with_contributions
from pursight_app.services.classification_decision import ColumnCase, decide
from pursight_app.services.classification_training import sample_of
from pursight_app.services.classification_wording import LIST_PROOFS, class_words, signal_words
from pursight_app.services.data_classes.definition import Definition, checked
from pursight_app.services.data_classes.recognisers import recogniser_of

TABLE = ("first_name", "birth_date", "city", "phone")
FAMILY_NAMES = ("Miller", "Schmidt", "Rossi", "Garcia", "Novak", "Dubois", "Jensen", "Kowalski")
IBANS = ("DE42540398888938122401", "DE09959453810133388744", "ES5368852347462416931116")


def ask(column: str, values: tuple[str, ...], table_columns: tuple[str, ...] = ()) -> Verdict:
    return suggest([ColumnSample("staff", column, values, table_columns)])[0]


def weigh(column: str, values: tuple[str, ...], **probabilities: float) -> Verdict:
    """The verdict if the model's probabilities were these."""
    model, sample = load_model(), ColumnSample("staff", column, values)
    features = model.features(ColumnInput(sample.table, sample.column, sample.values))
    case = ColumnCase(
        sample=sample,
        detections=(),
        probabilities={name: probabilities.get(name, 0.0) for name in model.classes},
        known_shares=features.known_shares,
        model_version=model.version,
    )
    return with_contributions([case], [decide(case)], [features], model)[0]


@pytest.fixture(scope="module")
def generated() -> list[LabelledColumn]:
    return generate_columns(tables=40, seed=11)


@pytest.fixture(scope="module")
def verdicts(generated: list[LabelledColumn]) -> list[Verdict]:
    return suggest([sample_of(column) for column in generated])


BASE = ColumnInput("orders", "c7", ("12", "30", "x"), ("c8", "c9"))


@pytest.mark.parametrize(
    ("changed", "blocks"),
    [
        (replace(BASE, column="email"), {"header"}),
        (replace(BASE, table="email"), {"table"}),
        (replace(BASE, table_columns=("c8", "first_name", "salary")), {"neighbours"}),
        (replace(BASE, match_rates={"iban": 1.0}), {"detectors"}),
        (replace(BASE, values=("Paris", "Berlin", None)), {"values", "words"}),
    ],
)
def test_every_number_belongs_to_the_block_that_moves_it(changed: ColumnInput, blocks: set[str]) -> None:
    model = load_model()
    signals = signals_of_numbers(model.detector_keys)
    before, after = model.features(BASE).dense, model.features(changed).dense

    assert len(signals) == len(before)
    assert {signals[place].block for place in np.flatnonzero(before != after)} == blocks


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (("1961", "1984", "1990"), "years"),
        (("12", "12", "30"), "variety"),
        (("12", "30", "x" * 90), "lengths"),
        (("12", "30", "-4.55"), "range"),
    ],
)
def test_a_change_of_the_values_moves_the_signal_that_is_named_after_it(values: tuple[str, ...], key: str) -> None:
    model = load_model()
    signals = signals_of_numbers(model.detector_keys)
    moved = model.features(BASE).dense != model.features(replace(BASE, values=values)).dense

    assert Signal("values", key) in {signals[place] for place in np.flatnonzero(moved)}


def test_people_are_told_every_signal_in_words_of_its_own() -> None:
    model = load_model()
    lists = {signal.key for signal in model.signals if signal.block == "words"}
    others = [signal for signal in model.signals if signal.block not in {"words", "detectors"}]

    assert lists <= LIST_PROOFS.keys()
    assert len({signal_words(signal) for signal in others}) == len(others)
    assert class_words("date_of_birth") == "date of birth"


def test_a_headers_weight_is_what_the_odds_lose_without_it(generated: list[LabelledColumn]) -> None:
    model = load_model()
    inputs = [ColumnInput(each.table, each.column, each.values, each.table_columns) for each in generated]
    named = [model.features(each) for each in inputs]
    nameless = [model.features(replace(each, column="c7")) for each in inputs]
    before, after = model.predict(named), model.predict(nameless)
    best = np.argsort(-before, axis=1)[:, :2]
    weights = model.explain(named, [(model.classes[one], model.classes[other]) for one, other in best])
    of_header = weights[:, model.signals.index(HEADER)]
    rows = np.arange(len(best))
    lost = np.log(before[rows, best[:, 0]] / before[rows, best[:, 1]]) - np.log(
        after[rows, best[:, 0]] / after[rows, best[:, 1]]
    )

    clear = np.abs(lost) > 0.5
    assert clear.sum() > 50
    assert (np.sign(lost) == np.sign(of_header))[clear].mean() > 0.85
    assert np.corrcoef(lost, of_header)[0, 1] > 0.6


def test_contributions_are_few_bounded_and_the_weightiest_first(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        weights = [abs(each.weight) for each in verdict.evidence.contributions]
        assert weights == sorted(weights, reverse=True)
        assert len(weights) <= MOST_CONTRIBUTIONS
        assert max(weights, default=0.0) <= LARGEST_WEIGHT
    assert all(verdict.evidence.contributions for verdict in verdicts if verdict.data_class)


def test_what_speaks_for_a_verdict_outweighs_what_speaks_against_it(verdicts: list[Verdict]) -> None:
    sure = [verdict for verdict in verdicts if verdict.data_class and verdict.confidence > 0.9]
    sums = [sum(each.weight for each in verdict.evidence.contributions) for verdict in sure]

    assert len(sure) > 50
    assert np.mean([total > 0 for total in sums]) > 0.97


def test_no_value_is_in_what_people_are_told(generated: list[LabelledColumn], verdicts: list[Verdict]) -> None:
    for column, verdict in zip(generated, verdicts, strict=True):
        told = json.dumps(verdict.evidence.as_json()["contributions"])
        for value in filter(None, column.values):
            # Short ones are words like "no" or "5", which sentences hold anyway.
            assert len(value) < 6 or value.lower() in " ".join(map(class_words, LIST_PROOFS)) or value not in told


def test_a_check_that_decided_comes_first_and_once() -> None:
    evidence = ask("konto", (*IBANS, *IBANS)).evidence
    told = [each.what for each in evidence.contributions]

    assert evidence.decided_by == "detector"
    assert told[0] == "a check decided: 100% of the different values pass the IBAN checksum"
    assert sum("IBAN checksum" in what for what in told) == 1


def test_header_and_neighbours_are_named_by_the_classes_they_speak_for() -> None:
    evidence = ask("last_name", FAMILY_NAMES, ("last_name", *TABLE)).evidence
    # The heaviest of each block.
    told = {each.block: each.what for each in reversed(evidence.contributions) if each.weight > 0}

    assert evidence.decided_by == "model"
    assert evidence.compared is not None
    assert evidence.compared[0] == "last_name"
    assert told["header"] == "the header says last name"
    assert "of the different values" in told["words"]


def test_one_checked_number_among_harmless_ones_is_said_by_its_count() -> None:
    comments = [f"the customer called about order {number} and was happy" for number in range(990)]
    mails = [f"please write to person{number}@example.org about it" for number in range(10)]
    values = [*comments, *mails]
    random.Random(1).shuffle(values)
    evidence = ask("comment", tuple(values)).evidence

    assert evidence.decided_by == "detector"
    assert "a check decided: 10 of 1000 values hold an e-mail address" in [each.what for each in evidence.contributions]


def test_values_that_cannot_be_what_the_model_takes_them_for_are_a_reason() -> None:
    verdict = weigh("email", ("0", "1") * 30, email=0.8, boolean=0.15)

    assert verdict.data_class == "boolean"
    told = {each.what: each.weight for each in verdict.evidence.contributions}
    assert told["the values do not have the form of e-mail address, the likeliest guess without them"] == 1.67


def test_an_unknown_column_compares_the_two_best_guesses() -> None:
    verdict = weigh("c7", ("ab12", "c-d", "77x"), identifier=0.2, category=0.15, free_text=0.1)

    assert verdict.data_class is None
    assert verdict.evidence.compared == ("identifier", "category")
    assert verdict.evidence.contributions
    assert verdict.evidence.decided_by == ""


def test_a_column_without_values_has_nothing_to_weigh() -> None:
    evidence = ask("email", ()).evidence
    assert (evidence.compared, evidence.contributions, evidence.decided_by) == (None, (), "")


def test_an_own_class_says_its_own_part() -> None:
    own = Definition(
        name="employee_badge",
        group="person",
        sensitivity="internal",
        recognised_by="pattern",
        patterns=("EMP-[0-9]{5}",),
        header_words=("badge",),
    )
    sample = ColumnSample("staff", "badge", tuple(f"EMP-{10_000 + number}" for number in range(60)))
    evidence = suggest([sample], Recognition(load_model(), (recogniser_of(checked(own)),)))[0].evidence

    assert evidence.decided_by == "own class"
    assert [(each.what, each.block) for each in evidence.contributions] == [
        ("your own class: 100% of the different values have the form EMP-99999", "detectors"),
        ("the header holds a word of your class", "header"),
    ]


def test_what_a_workspace_taught_is_one_contribution_of_its_exact_size(generated: list[LabelledColumn]) -> None:
    base = load_model()
    noise = np.random.default_rng(3)
    width = BUCKETS + len(base.centre) + len(base.classes) + 1
    taught = SiteModel("1-site", base, noise.normal(0, 0.4, (width, len(base.classes))).astype(np.float32))
    columns = [
        base.features(ColumnInput(each.table, each.column, each.values, each.table_columns)) for each in generated[:30]
    ]
    best = np.argsort(-base.predict(columns), axis=1)[:, :2]
    pairs = [(base.classes[one], base.classes[other]) for one, other in best]

    weights = taught.explain(columns, pairs)
    odds = [np.diff(np.log(np.take_along_axis(model.predict(columns), best, 1)))[:, 0] for model in (base, taught)]

    assert taught.signals[-1] == TAUGHT
    assert weights[:, :-1] == pytest.approx(base.explain(columns, pairs))
    assert weights[:, -1] == pytest.approx(odds[0] - odds[1], abs=0.02)
    told = suggest([sample_of(column) for column in generated[:30]], Recognition(taught))
    assert any(each.block == "workspace" for verdict in told for each in verdict.evidence.contributions)


def test_nothing_is_explained_when_nothing_is_asked() -> None:
    model = load_model()
    assert model.explain([], []).shape == (0, len(model.signals))
